"""Constraints of tables: the names of `django.db.models.constraints`."""

from aorm.mapping.constraints import BaseConstraint, CheckConstraint, Deferrable
from aorm.mapping.unique_constraint import UniqueConstraint

__all__ = [
    "BaseConstraint",
    "CheckConstraint",
    "Deferrable",
    "UniqueConstraint",
]
