"""Which values the preparation of a field leaves as they are, as source for generated code.

Nearly all values are of the right class already: to ask for that in place, rather than to call what asks, is most of
what generated writers and conditions save.
"""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from aorm.fields.booleans import BooleanField
from aorm.fields.identifiers import UUIDField
from aorm.fields.numeric import FloatField, IntegerField
from aorm.fields.storage import FieldStorage
from aorm.fields.temporal import DateTimeField
from aorm.fields.text import PlainText
from aorm.settings import settings

__all__ = ["CONDITION_NAMES", "kept_values"]

# What the conditions speak of.
CONDITION_NAMES: dict[str, Any] = {
    "datetime": datetime.datetime,
    "utc": datetime.UTC,
    "settings": settings,
    "uuid": uuid.UUID,
}

# By the method that prepares a value: which values it leaves alone.
_KEPT_VALUES: dict[Any, str] = {
    BooleanField.get_prep_value: "{0} is True or {0} is False",
    DateTimeField.get_prep_value: "{0}.__class__ is datetime and {0}.tzinfo is utc and settings.use_tz",
    FloatField.get_prep_value: "{0}.__class__ is float",
    PlainText.get_prep_value: "{0}.__class__ is str and {0}.isascii() and '\\0' not in {0}",
    UUIDField.get_prep_value: "{0}.__class__ is uuid",
}


def kept_values(field: Any) -> str:
    """Return the condition under which a value, ``{0}``, is what both saving and comparing would make of it.

    It speaks of `CONDITION_NAMES`, and does not hold for None. Empty for fields whose methods are not known here.
    """
    if field.has_own_save_encoding or field.has_own_preparation:
        return ""
    kind = type(field)
    if kind.prepare_to_save is IntegerField.prepare_to_save:
        largest = field.value_range[1]
        return f"{{0}}.__class__ is int and {-largest - 1} <= {{0}} <= {largest}"
    if kind.prepare_to_save is FieldStorage.prepare_to_save and not field.has_own_to_python:
        return _KEPT_VALUES.get(kind.get_prep_value, "")
    return ""
