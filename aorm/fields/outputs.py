"""The fields of results that belong to no model: what an expression or a plain value is in Python."""

from __future__ import annotations

import datetime
import decimal
import uuid
from functools import cache
from typing import TYPE_CHECKING, Any

from aorm.fields.base import Field
from aorm.fields.binary import BinaryField
from aorm.fields.booleans import BooleanField
from aorm.fields.decimals import DecimalField
from aorm.fields.durations import DurationField
from aorm.fields.identifiers import GenericIPAddressField, UUIDField
from aorm.fields.json import JSONField
from aorm.fields.numeric import BigIntegerField, FloatField, IntegerField, SmallIntegerField
from aorm.fields.sql_types import timestamp_type
from aorm.fields.temporal import DateField, DateTimeField
from aorm.fields.text import CharField, TextField
from aorm.fields.times import TimeField
from aorm.settings import settings
from aorm.sql import types

if TYPE_CHECKING:
    from collections.abc import Callable

    from aorm.sql.types import SqlType


class MomentOutput(DateTimeField):
    """A moment of the type that was asked for, whatever the settings say."""

    def __init__(self, sql_type: SqlType) -> None:
        """Keep the type."""
        super().__init__()
        self._fixed_type = sql_type

    @property
    def sql_type(self) -> SqlType:
        """The type that was asked for."""
        return self._fixed_type

    def get_prep_value(self, value: Any) -> Any:
        """Return the value as a datetime; naive ones become aware only where the type has a zone."""
        if self._fixed_type is types.TIMESTAMP and settings.use_tz:
            return self.to_python(value)
        return super().get_prep_value(value)


class OtherOutput(Field[Any, Any]):
    """A value of a type that no field of its own stands for, such as an array."""

    def __init__(self, sql_type: SqlType) -> None:
        """Keep the type."""
        super().__init__()
        self._fixed_type = sql_type

    @property
    def sql_type(self) -> SqlType:
        """The type that was asked for."""
        return self._fixed_type


_BY_NAME: dict[str, Callable[[], Field]] = {
    "boolean": BooleanField,
    "smallint": SmallIntegerField,
    "integer": IntegerField,
    "bigint": BigIntegerField,
    "double": FloatField,
    "text": TextField,
    "date": DateField,
    "time": TimeField,
    "interval": DurationField,
    "binary": BinaryField,
    "uuid": UUIDField,
    "json": JSONField,
    "inet": GenericIPAddressField,
}


@cache
def field_for(sql_type: SqlType) -> Field:
    """Return the shared field for results of the type."""
    make = _BY_NAME.get(sql_type.name)
    if make is not None:
        return make()
    if sql_type.name == "varchar":
        return CharField(max_length=sql_type.arguments[0] if sql_type.arguments else None)
    if sql_type.name == "decimal":
        digits, places = sql_type.arguments or (None, None)
        return DecimalField(max_digits=digits, decimal_places=places)
    return MomentOutput(sql_type) if sql_type.name in ("timestamp", "timestamptz") else OtherOutput(sql_type)


INTEGER_LIMIT = 2**31
BIGINT_LIMIT = 2**63
_TYPE_BY_CLASS: dict[type, SqlType] = {
    str: types.varchar(None),
    bool: types.BOOLEAN,
    float: types.DOUBLE,
    decimal.Decimal: types.DECIMAL,
    datetime.date: types.DATE,
    datetime.time: types.TIME,
    datetime.timedelta: types.INTERVAL,
    bytes: types.BINARY,
    bytearray: types.BINARY,
    memoryview: types.BINARY,
    uuid.UUID: types.UUID,
}


def type_for_value(value: Any) -> SqlType:
    """Return the SQL type that a plain Python value has in a query; unknown for None and for other classes."""
    value_class = value.__class__
    found = _TYPE_BY_CLASS.get(value_class)
    if found is not None:
        return found
    if value_class is int or (isinstance(value, int) and not isinstance(value, bool)):
        if -INTEGER_LIMIT <= value < INTEGER_LIMIT:
            return types.INTEGER
        return types.BIGINT if -BIGINT_LIMIT <= value < BIGINT_LIMIT else types.DECIMAL
    if isinstance(value, datetime.datetime):
        return timestamp_type()
    return next((_TYPE_BY_CLASS[parent] for parent in value_class.__mro__ if parent in _TYPE_BY_CLASS), types.UNKNOWN)


def output_for_value(value: Any) -> Field:
    """Return the shared field for a plain Python value in a query."""
    return field_for(type_for_value(value))
