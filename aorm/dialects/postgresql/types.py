"""PostgreSQL's types, and the little that asyncpg needs done to values."""

from __future__ import annotations

import datetime
import decimal
import ipaddress
import json
import uuid
from typing import TYPE_CHECKING, Any, ClassVar

from aorm.dialects.base.functions import NUMERIC_FUNCTIONS
from aorm.dialects.base.types import (
    Conversion,
    Types,
    aware,
    json_text,
    microseconds,
    naive_text,
    naive_time,
    session_zone,
)
from aorm.exceptions import DataError
from aorm.settings import settings
from aorm.sql.functions import Aggregate, Window
from aorm.sql.types import INTEGERS
from aorm.sql.values import Cast, Operation, Param
from aorm.utils.codegen import inlined

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aorm.sql.node import Term
    from aorm.sql.types import SqlType


def exact(value: Any) -> decimal.Decimal:
    """Return a computed number as a decimal, whatever PostgreSQL made of it."""
    return value if isinstance(value, decimal.Decimal) else decimal.Decimal(value)


_ENDS_OF_TIME = (datetime.datetime.min, datetime.datetime.max)


def in_session_zone(value: datetime.datetime) -> datetime.datetime:
    """Return a naive moment as PostgreSQL would read it: asyncpg would take it for local time of this process.

    As in Django's databases, columns know the moment's offset also where ``settings.use_tz`` is off.
    """
    return value if value.tzinfo is not None else value.replace(tzinfo=session_zone())


def certain_moment(value: datetime.date) -> datetime.datetime:
    """Return what a naive datetime, or a date, means where a program gives it for a timestamptz: as in a model.

    asyncpg would take it for local time of the process. Refused while time zones are in use.
    """
    if settings.use_tz:
        kind = "naive datetime" if isinstance(value, datetime.datetime) else "date"
        raise DataError(f"a {kind} cannot be sent as timestamptz: give it a time zone.")
    moment = value if isinstance(value, datetime.datetime) else datetime.datetime.combine(value, datetime.time())
    return in_session_zone(moment)


def without_zone(value: datetime.datetime) -> datetime.datetime:
    """Return what a session of ours shows at a moment."""
    return value if value.tzinfo is None else value.astimezone(session_zone()).replace(tzinfo=None)


@inlined("{0} if {0}.tzinfo is not None else {call}")
def always_aware(value: datetime.datetime) -> datetime.datetime:
    """Return the moment as it is, but PostgreSQL's infinities, which asyncpg gives as naive ones, as aware ones.

    What is computed may be naive by right, such as the sum of a date and a duration.
    """
    return value.replace(tzinfo=datetime.UTC) if value.tzinfo is None and value in _ENDS_OF_TIME else value


def address_text(value: Any) -> str:
    """Return an address as PostgreSQL writes it; before 3.13, Python shows one of IPv4 in IPv6 in hexadecimal."""
    mapped = value.ipv4_mapped if value.__class__ is ipaddress.IPv6Address else None
    return str(value) if mapped is None else f"::ffff:{mapped}"


ADAPTERS: Mapping[type, Conversion] = {datetime.datetime: certain_moment, datetime.date: certain_moment}


class PostgreSQLTypes(Types):
    """Spellings for PostgreSQL; asyncpg speaks most types natively, so few conversions are here."""

    names: ClassVar[dict[str, str]] = {
        "boolean": "boolean",
        "smallint": "smallint",
        "integer": "integer",
        "bigint": "bigint",
        "double": "double precision",
        "decimal": "numeric",
        "text": "text",
        "varchar": "varchar",
        "date": "date",
        "time": "time",
        "timestamp": "timestamp with time zone",
        "timestamptz": "timestamp with time zone",
        "interval": "interval",
        "binary": "bytea",
        "uuid": "uuid",
        "json": "jsonb",
        "inet": "inet",
    }
    encoders: ClassVar[dict[str, Conversion]] = {
        "json": json_text,
        "timestamp": in_session_zone,
        "timestamptz": aware,
        "time": naive_time,
        "inet": str,
    }
    decoders: ClassVar[dict[str, Conversion]] = {
        "json": json.loads,
        "inet": address_text,
        "timestamp": without_zone,
        "timestamptz": always_aware,
    }

    def column_name(self, sql_type: SqlType) -> str:
        """Return ``varchar(30)``, ``numeric(7, 2)``, ``integer[]``."""
        if sql_type.element is not None:
            return f"{self.column_name(sql_type.element)}[]"
        name = super().column_name(sql_type)
        if sql_type.arguments:
            return f"{name}({', '.join([str(int(argument)) for argument in sql_type.arguments])})"
        return name

    def parameter_name(self, sql_type: SqlType) -> str:
        """Return the type that a parameter is cast to: without length, which would cut the value off silently."""
        if sql_type.element is not None:
            return f"{self.parameter_name(sql_type.element)}[]"
        return self.names.get(sql_type.name, "")

    def encoder(self, sql_type: SqlType) -> Conversion | None:
        """Return the conversion for asyncpg."""
        if sql_type.element is None:
            return super().encoder(sql_type)
        inner = self.encoder(sql_type.element)
        return None if inner is None else lambda values: [None if item is None else inner(item) for item in values]

    def decoder(self, sql_type: SqlType) -> Conversion | None:
        """Return the conversion from asyncpg."""
        if sql_type.element is None:
            return super().decoder(sql_type)
        inner = self.decoder(sql_type.element)
        return None if inner is None else lambda values: [None if item is None else inner(item) for item in values]

    def computed_decoder(self, term: Term) -> Conversion | None:
        """Return the conversion of a computed value: sums of bigint are numeric and powers are floating."""
        if isinstance(term, Window):
            term = term.term
        name = getattr(term, "name", "")
        if isinstance(term, (Param, Cast)) or name == "count" or name in NUMERIC_FUNCTIONS:
            # Cast in the statement.
            return self.decoder(term.type)
        if term.type.name in ("double", "decimal"):
            return float if term.type.name == "double" else exact
        if term.type in INTEGERS and isinstance(term, (Aggregate, Operation)):
            return int
        if term.type.name == "timestamptz" and isinstance(term, Operation):
            # A date plus an interval has no zone in PostgreSQL, and so none in Django.
            return None
        return self.decoder(term.type)

    def text_literal(self, value: str) -> str:
        """Return a string as SQL text that means the same whatever ``standard_conforming_strings`` is."""
        text = super().text_literal(value)
        return " E" + text.replace("\\", "\\\\") if "\\" in text else text

    def other_literal(self, value: object, sql_type: SqlType) -> str:
        """Return a value with its type."""
        if isinstance(value, (list, tuple)) and sql_type.element is not None:
            element = sql_type.element
            items = ", ".join([self.literal(item, element) for item in value])
            return f"ARRAY[{items}]::{self.parameter_name(sql_type)}"
        text, name = _literal(value, sql_type)
        return f"{self.text_literal(text)}::{name}"


def _literal(value: Any, sql_type: SqlType) -> tuple[str, str]:
    if sql_type.name == "json":
        return json.dumps(value), "jsonb"
    match value:
        case float():
            return repr(value), "double precision"
        case decimal.Decimal():
            return str(value), "numeric"
        case datetime.datetime() if value.tzinfo is None:
            return naive_text(value), "timestamp"
        case datetime.datetime():
            return value.astimezone(datetime.UTC).isoformat(" "), "timestamptz"
        case datetime.date():
            return value.isoformat(), "date"
        case datetime.time():
            return naive_time(value).isoformat(), "time"
        case datetime.timedelta():
            return f"{microseconds(value)} microseconds", "interval"
        case uuid.UUID():
            return str(value), "uuid"
        case bytes() | bytearray() | memoryview():
            return f"\\x{bytes(value).hex()}", "bytea"
        case ipaddress.IPv4Address() | ipaddress.IPv6Address():
            return str(value), "inet"
        case _:
            raise DataError(f"a value of type {type(value).__name__} cannot stand in a definition.")
