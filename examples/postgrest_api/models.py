"""A shop whose API is made of views: products and their sales, suppliers, and orders of one's own.

PostgREST connects as `authenticator`, becomes `anon` for each request, and sees the schema `api`.
"""

from sqlalchemy import Boolean, Column, Integer, MetaData, Numeric, String, Text, func, select, text

from pgcraft import PGCraftCheck, PGCraftFK, pgcraft_build_naming_conventions
from pgcraft.config import PGCraftConfig
from pgcraft.declarative import register
from pgcraft.extensions.postgrest import PostgRESTExtension, PostgRESTView
from pgcraft.factory import PGCraftAppendOnly, PGCraftSimple
from pgcraft.objects import Policy, RowSecurity, declare

metadata = MetaData(naming_convention=pgcraft_build_naming_conventions())

config = PGCraftConfig().use(PostgRESTExtension(schema="api"))

# What the supplier was paid is nobody's business: the API hides that column.
products = PGCraftSimple(
    "products",
    "shop",
    metadata,
    [
        Column("name", String(80), nullable=False),
        Column("price", Numeric(10, 2), nullable=False),
        Column("cost", Numeric(10, 2)),
        Column("listed", Boolean, nullable=False, server_default=text("true")),
        PGCraftCheck("{price} > 0", "ck_products_price"),
    ],
)

# Each change of a supplier's name is kept.
suppliers = PGCraftAppendOnly(
    "suppliers", "shop", metadata, [Column("name", String(80), nullable=False)]
)

# A request knows who sends it by the claims of its token.
SUBJECT = "current_setting('request.jwt.claims', true)::json ->> 'sub'"

orders = PGCraftSimple(
    "orders",
    "shop",
    metadata,
    [
        Column("customer", Text, nullable=False, server_default=text(f"({SUBJECT})")),
        Column("product_id", Integer, nullable=False),
        Column("quantity", Integer, nullable=False, server_default="1"),
        Column("discount", Numeric(3, 2)),
        PGCraftFK(references={"{product_id}": "products.id"}),
        PGCraftCheck("{quantity} > 0", "ck_orders_quantity"),
    ],
)

# A customer sees and writes his own orders, through whatever view.
declare(
    metadata,
    RowSecurity("shop", "orders"),
    Policy(
        name="own_orders",
        schema="shop",
        table="orders",
        roles=("anon",),
        using=f"customer = ({SUBJECT})",
    ),
)

# Only listed products, with a computed column, to be read and written.
PostgRESTView(
    source=products,
    schema="api",
    grants=["select", "insert", "update"],
    exclude_columns=["cost"],
    query=lambda q, t: q.add_columns((t.c.price * 1.2).label("price_with_tax")).where(t.c.listed),
)

PostgRESTView(source=suppliers, grants=["select", "insert", "update", "delete"])

PostgRESTView(
    source=orders,
    grants=["select", "insert", "update", "delete"],
    columns=["id", "customer", "product_id", "quantity"],
)


@register(metadata=metadata, api=["select", "insert"])
class Reviews:
    """Opinions, for all to read and to add to."""

    __tablename__ = "reviews"
    __table_args__ = {"schema": "shop"}

    product_id = Column(Integer, nullable=False)
    stars = Column(Integer, nullable=False)
    product = PGCraftFK(references={"{product_id}": "products.id"})
    scale = PGCraftCheck("{stars} BETWEEN 1 AND 5", "ck_reviews_stars")


# The same products in another schema of the API, with what all reviews say together.
PostgRESTView(
    source=products,
    schema="ratings",
    grants=["select", "update"],
    query=lambda _, t: (
        select(
            t.c.id,
            t.c.name,
            func.count(Reviews.__table__.c.id).label("reviews"),
            func.round(func.avg(Reviews.__table__.c.stars), 1).label("stars"),
        )
        .outerjoin(Reviews.__table__, Reviews.__table__.c.product_id == t.c.id)
        .group_by(t.c.id)
    ),
)
