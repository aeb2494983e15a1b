"""SQLite's types: Django's storage formats, and the conversions from and to them."""

from __future__ import annotations

import datetime
import decimal
import json
import uuid
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from aorm.dialects.base.types import (
    Conversion,
    Types,
    json_text,
    microseconds,
    naive_text,
    naive_time,
    session_zone,
    utc_text,
)
from aorm.exceptions import DataError
from aorm.sql.functions import Aggregate, Call, Window
from aorm.sql.tables import Column
from aorm.sql.types import INTEGERS
from aorm.sql.values import Literal, Operation, Outer, Param
from aorm.utils.codegen import inlined

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aorm.sql.node import Term
    from aorm.sql.types import SqlType

_parse, _UTC = datetime.datetime.fromisoformat, datetime.UTC
# SQLite keeps 15 significant digits of a number; what a float has beyond them is noise.
_FIFTEEN_DIGITS = decimal.Context(prec=15)


def decode_timestamptz(value: Any) -> datetime.datetime:
    """Return a stored datetime as an aware one in UTC."""
    try:
        # Parsing the offset too is six times as fast as setting it afterwards.
        parsed = _parse(value + "+00:00")
    except (TypeError, ValueError):
        parsed = decode_timestamp(value)
    if parsed.tzinfo is _UTC:
        return parsed
    # A date alone, to which the offset reads as a time, or another offset.
    return parsed.replace(tzinfo=datetime.UTC) if parsed.tzinfo is None else parsed.astimezone(datetime.UTC)


def decode_timestamp(value: Any) -> datetime.datetime:
    """Return a stored datetime as a naive one."""
    return value if isinstance(value, datetime.datetime) else datetime.datetime.fromisoformat(value)


def decode_date(value: Any) -> datetime.date:
    """Return a stored date, or the day of a stored datetime."""
    return datetime.date.fromisoformat(value[:10]) if isinstance(value, str) else value


def decode_time(value: Any) -> datetime.time:
    """Return a stored time of day."""
    return datetime.time.fromisoformat(value) if isinstance(value, str) else value


def decode_interval(value: Any) -> datetime.timedelta:
    """Return a duration from its microseconds."""
    return datetime.timedelta(0, 0, value)


def decode_decimal(value: Any) -> decimal.Decimal:
    """Return a number as an exact one, without the noise of binary fractions."""
    if isinstance(value, float):
        return _FIFTEEN_DIGITS.create_decimal_from_float(value)
    return decimal.Decimal(value)


def decode_json(value: Any) -> Any:
    """Return the value of a JSON text; a part cut out of one by SQL is a plain value already."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        return value


@inlined("{0} == 1 if {0} in (0, 1) else {call}")
def decode_boolean(value: Any) -> Any:
    """Return 0 and 1 as bools, and anything else as it is."""
    return bool(value) if value in (0, 1) else value


def quantized(places: int, digits: int, value: Any) -> decimal.Decimal:
    """Return a number with exactly as many places as its column has."""
    context = decimal.Context(prec=max(digits, 15))
    return decode_decimal(value).quantize(decimal.Decimal(1).scaleb(-places), context=context)


def encode_decimal(value: Any) -> str:
    """Return a number as text in plain notation."""
    return f"{decimal.Decimal(value):f}"


def fitted(places: int, digits: int, value: Any) -> str:
    """Return a number as text with the places of its column, rounded as it is when it is saved.

    More digits than the column has are refused.
    """
    context = decimal.getcontext().copy()
    context.prec = digits
    return f"{decimal.Decimal(value).quantize(decimal.Decimal(1).scaleb(-places), decimal.ROUND_HALF_UP, context):f}"


def encode_date(value: datetime.date) -> str:
    """Return a date as text; of a datetime the day only."""
    return datetime.date.isoformat(value)


def encode_time(value: datetime.time) -> str:
    """Return a time of day as text."""
    return naive_time(value).isoformat()


def encode_uuid(value: Any) -> str:
    """Return a UUID as 32 hexadecimal digits."""
    return value.hex if isinstance(value, uuid.UUID) else uuid.UUID(value).hex


def encode_elements(convert: Conversion | None, values: Any) -> str:
    """Return a list as JSON."""
    if convert is not None:
        values = [None if item is None else convert(item) for item in values]
    return json.dumps(list(values), ensure_ascii=False)


def hexadecimal(value: Any) -> str:
    """Return bytes as hexadecimal digits, as they stand in a JSON list."""
    return bytes(value).hex()


def exact_float(value: Any) -> str:
    """Return a float in a spelling that loses nothing and knows infinities, as it stands in a JSON list."""
    return float(value).hex()


def moment_text(value: datetime.datetime) -> str:
    """Return a moment that a program sends as it would be stored; a naive one, which has no zone to go by, as it is."""
    if value.tzinfo is None:
        return naive_text(value)
    return naive_text(value.astimezone(session_zone()).replace(tzinfo=None))


ADAPTERS: Mapping[type, Conversion] = {
    datetime.datetime: moment_text,
    datetime.date: encode_date,
    datetime.time: encode_time,
    datetime.timedelta: microseconds,
    decimal.Decimal: encode_decimal,
    uuid.UUID: encode_uuid,
}


class SQLiteTypes(Types):
    """Django's column types and formats on SQLite."""

    names: ClassVar[dict[str, str]] = {
        "boolean": "bool",
        "smallint": "smallint",
        "integer": "integer",
        "bigint": "bigint",
        "double": "real",
        "decimal": "decimal",
        "text": "text",
        "varchar": "varchar",
        "date": "date",
        "time": "time",
        "timestamp": "datetime",
        "timestamptz": "datetime",
        "interval": "bigint",
        "binary": "BLOB",
        "uuid": "char(32)",
        "json": "text",
        "inet": "char(39)",
    }
    encoders: ClassVar[dict[str, Conversion]] = {
        "date": encode_date,
        "time": encode_time,
        "timestamp": naive_text,
        "timestamptz": utc_text,
        "interval": microseconds,
        "decimal": encode_decimal,
        "uuid": encode_uuid,
        "json": json_text,
        "inet": str,
    }
    decoders: ClassVar[dict[str, Conversion]] = {
        "boolean": decode_boolean,
        "date": decode_date,
        "time": decode_time,
        "timestamp": decode_timestamp,
        "timestamptz": decode_timestamptz,
        "interval": decode_interval,
        "decimal": decode_decimal,
        "uuid": uuid.UUID,
        "json": decode_json,
    }
    # Elements of a list that JSON cannot hold as they are; ``SQLitePredicates.element`` turns them back.
    element_encoders: ClassVar[dict[str, Conversion]] = {"binary": hexadecimal, "double": exact_float}

    def column_name(self, sql_type: SqlType) -> str:
        """Return ``varchar(30)``; decimals have no digits here."""
        name = super().column_name(sql_type)
        if sql_type.name == "varchar" and sql_type.arguments:
            return f"{name}({int(sql_type.arguments[0])})"
        return name

    def cast_name(self, sql_type: SqlType) -> str:
        """Return the type whose affinity a CAST gives."""
        if sql_type.name == "decimal":
            return "NUMERIC"
        return (
            "text" if sql_type.name in ("varchar", "date", "timestamp", "timestamptz") else self.column_name(sql_type)
        )

    def encoder(self, sql_type: SqlType) -> Conversion | None:
        """Return the conversion for the driver; a list becomes JSON, decimals fit their column."""
        if sql_type.element is not None:
            element = sql_type.element
            return partial(encode_elements, self.element_encoders.get(element.name) or self.encoder(element))
        if sql_type.name == "decimal" and sql_type.arguments:
            digits, places = sql_type.arguments
            return partial(fitted, places, digits)
        return super().encoder(sql_type)

    def list_encoder(self, element: SqlType, convert: Conversion | None) -> Conversion:
        """Return the conversion of a list into JSON, after the field's own of each element."""
        listed = partial(encode_elements, self.element_encoders.get(element.name))
        return listed if convert is None else lambda values: listed([convert(value) for value in values])

    def decoder(self, sql_type: SqlType) -> Conversion | None:
        """Return the conversion of a stored value."""
        if sql_type.name == "decimal" and sql_type.arguments:
            digits, places = sql_type.arguments
            return partial(quantized, places, digits)
        return super().decoder(sql_type)

    def computed_decoder(self, term: Term) -> Conversion | None:
        """Return the conversion of a computed value: SQLite may give a float for a whole number, and the reverse."""
        if isinstance(term, Outer):
            return self.computed_decoder(term.term)
        if isinstance(term, Column):
            return self.decoder(term.type)
        inner = term.term if isinstance(term, Window) else term
        if term.type.name == "double":
            return float
        if term.type in INTEGERS and isinstance(inner, (Aggregate, Call, Operation)):
            return None if getattr(inner, "name", "") in _WHOLE else int
        if term.type.name == "decimal":
            return decode_decimal
        if isinstance(term, (Param, Literal)) and term.type.name in ("text", "varchar"):
            return None
        return self.decoder(term.type)

    def boolean_literal(self, value: bool) -> str:
        """Return 1 or 0, as Django's definitions have it."""
        return "1" if value else "0"

    def other_literal(self, value: object, sql_type: SqlType) -> str:
        """Return a value in its storage format."""
        match value:
            case _ if sql_type.name == "json":
                return self.text_literal(json_text(value))
            case float():
                return _float_literal(value)
            case bytes() | bytearray() | memoryview():
                return f"X'{bytes(value).hex()}'"
            case decimal.Decimal():
                return encode_decimal(value) if value.is_finite() else self.text_literal(str(value))
            case datetime.datetime():
                return self.text_literal(naive_text(value) if value.tzinfo is None else utc_text(value))
            case datetime.date():
                return self.text_literal(value.isoformat())
            case datetime.time():
                return self.text_literal(encode_time(value))
            case datetime.timedelta():
                return str(microseconds(value))
            case uuid.UUID():
                return self.text_literal(value.hex)
            case list() | tuple() if sql_type.element is not None:
                encode = self.encoder(sql_type)
                return self.text_literal(encode(value) if encode is not None else json_text(value))
            case _:
                raise DataError(f"a value of type {type(value).__name__} cannot stand in a definition.")


# Functions that give whole numbers always.
_WHOLE = frozenset({"count", "length", "row_number", "rank", "dense_rank", "ntile", "strpos", "ord", "extract"})


def _float_literal(value: float) -> str:
    if value != value:
        return "NULL"
    if value in (float("inf"), float("-inf")):
        return "9e999" if value > 0 else "-9e999"
    return repr(value)
