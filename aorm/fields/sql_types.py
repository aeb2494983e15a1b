"""Which SQL type the column of a field has, by the field's internal type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.settings import settings
from aorm.sql import types

if TYPE_CHECKING:
    from aorm.sql.types import SqlType

BY_INTERNAL_TYPE: dict[str, SqlType] = {
    "AutoField": types.INTEGER,
    "BigAutoField": types.BIGINT,
    "BigIntegerField": types.BIGINT,
    "BinaryField": types.BINARY,
    "BooleanField": types.BOOLEAN,
    "DateField": types.DATE,
    "DurationField": types.INTERVAL,
    "FloatField": types.DOUBLE,
    "GenericIPAddressField": types.INET,
    "IntegerField": types.INTEGER,
    "JSONField": types.JSON,
    "PositiveBigIntegerField": types.BIGINT,
    "PositiveIntegerField": types.INTEGER,
    "PositiveSmallIntegerField": types.SMALLINT,
    "SmallAutoField": types.SMALLINT,
    "SmallIntegerField": types.SMALLINT,
    "TextField": types.TEXT,
    "TimeField": types.TIME,
    "UUIDField": types.UUID,
}
SIZED_TEXTS = frozenset({"CharField", "SlugField", "FileField", "FilePathField"})


def timestamp_type() -> SqlType:
    """Return the type of a moment: with a time zone unless the settings say that there are none."""
    return types.TIMESTAMPTZ if settings.use_tz else types.TIMESTAMP


def sql_type_of(field: Any) -> SqlType:
    """Return the type for what `get_internal_type` names; unknown where it names no field of aorm."""
    internal_type = field.get_internal_type()
    found = BY_INTERNAL_TYPE.get(internal_type)
    if found is not None:
        return found
    if internal_type in SIZED_TEXTS:
        return types.varchar(field.max_length)
    if internal_type == "DecimalField":
        return types.decimal(field.max_digits, field.decimal_places)
    return timestamp_type() if internal_type == "DateTimeField" else types.UNKNOWN
