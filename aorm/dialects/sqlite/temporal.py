"""Dates and times on SQLite: texts, cut and cast by functions in Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aorm.dialects.base.expressions import Expressions
from aorm.dialects.base.functions import DATE_KINDS, EXTRACT_PARTS, TIME_KINDS, TRUNC_KINDS, check_part
from aorm.sql.types import TEXT

if TYPE_CHECKING:
    from aorm.sql.functions import Call

KNOWN_PARTS = EXTRACT_PARTS | {"microsecond"}
DURATION_PARTS = {
    "day": "(({0}) / 86400000000)",
    "hour": "((({0}) / 3600000000) % 24)",
    "minute": "((({0}) / 60000000) % 60)",
    "second": "((({0}) / 1000000) % 60)",
    "epoch": "(({0}) / 1000000.0)",
}


class SQLiteTemporal(Expressions):
    """Render what cuts and casts dates and times. Stored datetimes are in UTC; a zone turns them into local time."""

    def zones(self, zone: str | None) -> str:
        """Return the two arguments of the functions: the zone wanted and the zone of what is stored."""
        if zone is None:
            return "NULL, NULL"
        return f"{self.fixed(zone, TEXT)}, 'UTC'"

    def call_extract(self, call: Call) -> str:
        """Return a part of a date or time as a number; options are the part and a zone."""
        wanted, zone = self.options(call, 2)
        argument = call.arguments[0]
        text = self.operand(argument)
        if argument.type.name == "interval":
            return DURATION_PARTS[check_part(wanted, frozenset(DURATION_PARTS))].format(text)
        part = check_part(wanted, KNOWN_PARTS)
        if argument.type.name == "time":
            return f"django_time_extract('{part}', {text})"
        if argument.type.name == "date":
            return f"django_date_extract('{part}', {text})"
        return f"django_datetime_extract('{part}', {text}, {self.zones(zone)})"

    def call_trunc(self, call: Call) -> str:
        """Return a date or time cut to a kind; options are the kind and a zone, the type says what comes out."""
        wanted, zone = self.options(call, 2)
        name, kinds = "datetime", TRUNC_KINDS
        if call.type.name == "date":
            name, kinds = "date", DATE_KINDS
        elif call.type.name == "time":
            name, kinds = "time", TIME_KINDS
        kind = check_part(wanted, kinds)
        return f"django_{name}_trunc('{kind}', {self.operand(call.arguments[0])}, {self.zones(zone)})"

    def call_cast_date(self, call: Call) -> str:
        """Return the date of a timestamp in a zone."""
        (zone,) = self.options(call, 1)
        return f"django_datetime_cast_date({self.operand(call.arguments[0])}, {self.zones(zone)})"

    def call_cast_time(self, call: Call) -> str:
        """Return the time of day of a timestamp in a zone."""
        (zone,) = self.options(call, 1)
        return f"django_datetime_cast_time({self.operand(call.arguments[0])}, {self.zones(zone)})"

    def call_substr(self, call: Call) -> str:
        """Return a part of a text, from a position, to the end or of a length."""
        return self.fill("SUBSTR({all})", call)

    def call_uuid7(self, call: Call) -> str:
        """Return a UUID of version 7, optionally of a moment shifted by an interval."""
        return self.fill("UUIDV7({all})", call)
