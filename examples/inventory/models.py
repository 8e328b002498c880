"""The schema of a small warehouse: what there is, who delivers it, and what was ordered."""

from sqlalchemy import Boolean, Column, Integer, MetaData, Numeric, String, Text, text

from pgcraft import pgcraft_build_naming_conventions
from pgcraft.check import PGCraftCheck
from pgcraft.declarative import register
from pgcraft.factory import PGCraftSimple
from pgcraft.fk import PGCraftFK
from pgcraft.index import PGCraftIndex

metadata = MetaData(naming_convention=pgcraft_build_naming_conventions())


@register(metadata=metadata)
class Customers:
    __tablename__ = "customers"
    __table_args__ = {"schema": "public"}

    name = Column(String, nullable=False)
    email = Column(String, nullable=False, unique=True)
    country = Column(String(2))


PGCraftSimple(
    tablename="suppliers",
    schemaname="inventory",
    metadata=metadata,
    schema_items=[
        Column("name", Text, nullable=False),
        Column("active", Boolean, nullable=False, server_default=text("true")),
        PGCraftIndex("uq_suppliers_name", "lower({name})", unique=True),
    ],
)

PGCraftSimple(
    tablename="products",
    schemaname="inventory",
    metadata=metadata,
    schema_items=[
        Column("name", String, nullable=False),
        Column("sku", String(32), nullable=False),
        Column("price", Numeric(12, 2), nullable=False),
        Column("supplier_id", Integer),
        PGCraftIndex("uq_products_sku", "{sku}", unique=True),
        PGCraftIndex("ix_products_lower_name", "lower({name})"),
        PGCraftIndex("ix_products_supplier", "{supplier_id}"),
        PGCraftFK(
            references={"{supplier_id}": "suppliers.id"},
            name="fk_products_supplier",
            ondelete="SET NULL",
        ),
        PGCraftCheck("{price} >= 0", name="ck_products_price"),
    ],
)

PGCraftSimple(
    tablename="orders",
    schemaname="inventory",
    metadata=metadata,
    schema_items=[
        Column("customer_id", Integer, nullable=False),
        Column("product_id", Integer, nullable=False),
        Column("quantity", Integer, nullable=False),
        PGCraftFK(
            references={"{customer_id}": "customers.id"},
            name="fk_orders_customer",
            ondelete="CASCADE",
        ),
        PGCraftFK(references={"{product_id}": "products.id"}, name="fk_orders_product"),
        PGCraftCheck("{quantity} > 0", name="ck_orders_quantity"),
    ],
)
