"""How one database spells the types, and what the driver needs done to values on their way in and out."""

from __future__ import annotations

import datetime
import decimal
import uuid
import zoneinfo
from abc import abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from aorm.exceptions import DataError, NotSupportedError
from aorm.settings import settings
from aorm.sql import types
from aorm.sql.documents import document_text
from aorm.utils.codegen import inlined

if TYPE_CHECKING:
    from aorm.sql.node import Term
    from aorm.sql.types import SqlType

Conversion = Callable[[Any], Any]


class Types:
    """The tables of one database: spellings, encoders, decoders and literals, by the type's name."""

    names: ClassVar[dict[str, str]]
    encoders: ClassVar[dict[str, Conversion]]
    decoders: ClassVar[dict[str, Conversion]]

    def column_name(self, sql_type: SqlType) -> str:
        """Return the spelling of a type in CREATE TABLE."""
        name = self.names.get(sql_type.name)
        if name is None:
            raise NotSupportedError(f"{sql_type!r} is no type of a column.")
        return name

    def cast_name(self, sql_type: SqlType) -> str:
        """Return the spelling of a type in CAST."""
        return self.column_name(sql_type)

    def encoder(self, sql_type: SqlType) -> Conversion | None:
        """Return what turns a Python value into the driver's; None where the driver takes it as it is.

        It never sees None.
        """
        return self.encoders.get(sql_type.name)

    def list_encoder(self, element: SqlType, convert: Conversion | None) -> Conversion:
        """Return the conversion of a list whose elements a field of the program converts; None among them included."""
        return list if convert is None else lambda values: [convert(value) for value in values]

    def decoder(self, sql_type: SqlType) -> Conversion | None:
        """Return what turns a column's value into Python's; None where the driver gives it as it should be.

        It never sees None.
        """
        return self.decoders.get(sql_type.name)

    def computed_decoder(self, term: Term) -> Conversion | None:
        """Return what turns the value of a computed term into Python's; it never sees None."""
        return self.decoder(term.type)

    def literal(self, value: object, sql_type: SqlType) -> str:
        """Return a value as SQL text."""
        if value is None:
            return "NULL"
        if isinstance(value, bool):
            return self.boolean_literal(value)
        if isinstance(value, int):
            return str(int(value))
        if isinstance(value, str) and sql_type.name != "json":
            return self.text_literal(str(value))
        return self.other_literal(value, sql_type)

    def boolean_literal(self, value: bool) -> str:
        """Return TRUE or FALSE."""
        return "TRUE" if value else "FALSE"

    def text_literal(self, value: str) -> str:
        """Return a string as SQL text."""
        if "\x00" in value:
            raise DataError("a text value must not contain NUL characters.")
        return "'" + value.replace("'", "''") + "'"

    @abstractmethod
    def other_literal(self, value: object, sql_type: SqlType) -> str:
        """Return a value that is no number, text or bool as SQL text."""


def utc_text(value: datetime.datetime) -> str:
    """Return an aware datetime as SQLite and literals hold it: UTC, without the offset."""
    if value.tzinfo is datetime.UTC:
        return value.isoformat(" ")[:-6]
    if value.tzinfo is None or value.utcoffset() is None:
        raise DataError("a naive datetime cannot be stored as timestamptz: give it a time zone.")
    return value.astimezone(datetime.UTC).replace(tzinfo=None).isoformat(" ")


def session_zone() -> datetime.tzinfo:
    """Return the time zone in which moments without one are read."""
    return datetime.UTC if settings.use_tz else zoneinfo.ZoneInfo(settings.time_zone)


def naive_text(value: datetime.datetime) -> str:
    """Return a naive datetime as text."""
    if value.tzinfo is not None:
        raise DataError("an aware datetime cannot be stored as timestamp without time zone.")
    return value.isoformat(" ")


def naive_time(value: datetime.time) -> datetime.time:
    """Return the time, refusing one with a time zone, which a column of times cannot hold."""
    if value.tzinfo is not None:
        raise DataError("a time with a time zone cannot be stored as time.")
    return value


@inlined("{0} if {0}.tzinfo is not None else {call}")
def aware(value: datetime.datetime) -> datetime.datetime:
    """Return the datetime, refusing a naive one: asyncpg would take it for local time of this process."""
    if value.tzinfo is None:
        raise DataError("a naive datetime cannot be stored as timestamptz: give it a time zone.")
    return value


def microseconds(value: datetime.timedelta) -> int:
    """Return a duration in microseconds."""
    return (value.days * 86400 + value.seconds) * 1000000 + value.microseconds


def json_text(value: object) -> str:
    """Return a value as JSON that every database can hold."""
    return document_text(value)


_BY_CLASS: tuple[tuple[type, SqlType], ...] = (
    (bool, types.BOOLEAN),
    (float, types.DOUBLE),
    (str, types.TEXT),
    (decimal.Decimal, types.DECIMAL),
    (datetime.date, types.DATE),
    (datetime.time, types.TIME),
    (datetime.timedelta, types.INTERVAL),
    (uuid.UUID, types.UUID),
    (dict, types.JSON),
    (bytes, types.BINARY),
    (bytearray, types.BINARY),
    (memoryview, types.BINARY),
)


def type_of(value: object) -> SqlType:
    """Return the SQL type that a bare Python value has, as psycopg would send it; UNKNOWN where nothing tells."""
    if isinstance(value, datetime.datetime):
        return types.TIMESTAMP if value.tzinfo is None else types.TIMESTAMPTZ
    if isinstance(value, int) and not isinstance(value, bool):
        if -(2**31) <= value < 2**31:
            return types.INTEGER
        return types.BIGINT if -(2**63) <= value < 2**63 else types.DECIMAL
    if isinstance(value, (list, tuple)):
        present = [type_of(item) for item in value if item is not None]
        return types.array(_widest(present)) if present else types.UNKNOWN
    for kind, sql_type in _BY_CLASS:
        if isinstance(value, kind):
            return sql_type
    return types.UNKNOWN


def _widest(present: list[SqlType]) -> SqlType:
    ranks = (types.DECIMAL, types.DOUBLE, types.BIGINT, types.INTEGER)
    return next((rank for rank in ranks if rank in present), present[0])
