"""Database objects that SQLAlchemy has no class for, declared beside its tables."""

from __future__ import annotations

from pgcraft.objects.base import DatabaseObject
from pgcraft.objects.enum import EnumType
from pgcraft.objects.extension import Extension
from pgcraft.objects.function import Argument, Function
from pgcraft.objects.grant import Grant, Schema
from pgcraft.objects.policy import Policy, RowSecurity
from pgcraft.objects.registry import declare, declared_objects
from pgcraft.objects.role import Role
from pgcraft.objects.trigger import Trigger

__all__ = [
    "Argument",
    "DatabaseObject",
    "EnumType",
    "Extension",
    "Function",
    "Grant",
    "Policy",
    "Role",
    "RowSecurity",
    "Schema",
    "Trigger",
    "declare",
    "declared_objects",
]
