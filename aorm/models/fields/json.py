"""What belongs to `JSONField`: the names of `django.db.models.fields.json`."""

from aorm.expressions.functions.json import KT, KeyTextTransform, KeyTransform
from aorm.fields.json import JSONField

__all__ = [
    "KT",
    "JSONField",
    "KeyTextTransform",
    "KeyTransform",
]
