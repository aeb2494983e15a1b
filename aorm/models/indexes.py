"""Indexes: the names of `django.db.models.indexes`."""

from aorm.mapping.indexes import Index

__all__ = [
    "Index",
]
