"""Factories: what makes the tables of a dimension, one a module."""

from pgcraft.factory.append_only import PGCraftAppendOnly
from pgcraft.factory.base import Factory
from pgcraft.factory.simple import PGCraftSimple

__all__ = ["Factory", "PGCraftAppendOnly", "PGCraftSimple"]
