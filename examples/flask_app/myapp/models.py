"""The models, imported by the application and by Alembic."""

from sqlalchemy import Column, Integer, MetaData, String

from pgcraft import pgcraft_build_naming_conventions
from pgcraft.declarative import register

metadata = MetaData(
    naming_convention=pgcraft_build_naming_conventions(),
)


@register(metadata=metadata)
class Users:
    __tablename__ = "users"
    __table_args__ = {"schema": "public"}

    name = Column(String, nullable=False)
    email = Column(String, nullable=False)
    age = Column(Integer)


# Grab the generated table for use in queries
users = metadata.tables["public.users"]
