"""Dates and times as PostgreSQL computes with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aorm.dialects.base.expressions import Expressions
from aorm.dialects.base.functions import EXTRACT_PARTS, TRUNC_KINDS, check_part, split_zone
from aorm.sql.types import TEXT

if TYPE_CHECKING:
    from aorm.sql.functions import Call

PARTS = {
    "week_day": "DOW",
    "iso_week_day": "ISODOW",
    "iso_year": "ISOYEAR",
    **{
        name: name.upper()
        for name in (
            *EXTRACT_PARTS - {"week_day", "iso_week_day", "iso_year"},
            *("century", "decade", "millennium", "doy", "dow", "isodow", "isoyear"),
            *("epoch", "julian", "microseconds", "milliseconds"),
        )
    },
}
KNOWN_PARTS = frozenset(PARTS)
FRACTIONAL = frozenset({"epoch", "julian", "milliseconds"})


class PostgreSQLTemporal(Expressions):
    """Render what cuts, casts and makes dates and times."""

    def zoned(self, text: str, zone: str | None) -> str:
        """Return a timestamp as local time of a zone; the zone is a parameter."""
        if zone is None:
            return text
        name, sign, offset = split_zone(zone)
        # PostgreSQL reads offsets in names as POSIX does, with the opposite sign.
        posix = f"{name}{'-' if sign == '+' else '+'}{offset}" if offset else name
        return f"({text} AT TIME ZONE {self.fixed(posix, TEXT, '::text')})"

    def call_extract(self, call: Call) -> str:
        """Return a part of a date or time as a number; options are the part and a zone."""
        wanted, zone = self.options(call, 2)
        part = check_part(wanted, KNOWN_PARTS)
        text = self.zoned(self.operand(call.arguments[0]), zone)
        if part in FRACTIONAL:
            return f"EXTRACT({PARTS[part]} FROM {text})::double precision"
        if part == "second":
            text = f"DATE_TRUNC('second', {text})"
        taken = f"EXTRACT({PARTS[part]} FROM {text})::integer"
        return f"({taken} + 1)" if part == "week_day" else taken

    def call_trunc(self, call: Call) -> str:
        """Return a date or time cut to a kind; options are the kind and a zone, the type says what comes out.

        With a zone the result is local time without one, as it stands on the clock there.
        """
        wanted, zone = self.options(call, 2)
        kind = check_part(wanted, TRUNC_KINDS)
        argument = call.arguments[0]
        text = f"DATE_TRUNC('{kind}', {self.zoned(self.operand(argument), zone)})"
        if call.type.name == "time":
            return f"({text})::time"
        if call.type.name == "date":
            return f"({text})::date"
        return text

    def call_cast_date(self, call: Call) -> str:
        """Return the date of a timestamp in a zone."""
        (zone,) = self.options(call, 1)
        return f"({self.zoned(self.operand(call.arguments[0]), zone)})::date"

    def call_cast_time(self, call: Call) -> str:
        """Return the time of day of a timestamp in a zone."""
        (zone,) = self.options(call, 1)
        return f"({self.zoned(self.operand(call.arguments[0]), zone)})::time"

    def call_uuid7(self, call: Call) -> str:
        """Return a UUID of version 7, optionally of a moment shifted by an interval.

        Written out, as uuidv7() exists from PostgreSQL 18 on only: 48 bits of milliseconds over a random UUID, whose
        version bits 0100 become 0111.
        """
        moment = "CLOCK_TIMESTAMP()"
        if call.arguments:
            moment = f"({moment} + {self.operand(call.arguments[0])})"
        stamp = f"SUBSTRING(INT8SEND(FLOOR(EXTRACT(EPOCH FROM {moment}) * 1000)::bigint) FROM 3)"
        mixed = f"OVERLAY(UUID_SEND(GEN_RANDOM_UUID()) PLACING {stamp} FROM 1 FOR 6)"
        return f"ENCODE(SET_BIT(SET_BIT({mixed}, 52, 1), 53, 1), 'hex')::uuid"

    def call_concat(self, call: Call) -> str:
        """Return texts joined, NULL counting as nothing."""
        parts = [f"COALESCE(({self.operand(argument)})::text, '')" for argument in call.arguments]
        return f"({' || '.join(parts)})"

    def call_substr(self, call: Call) -> str:
        """Return a part of a text, from a position, to the end or of a length."""
        name = "substr" if len(call.arguments) > 2 else "substr_from"
        return self.fill(self.functions[name], call)

    def call_lag(self, call: Call) -> str:
        """Return the value of an earlier row."""
        return self._shifted("LAG", call)

    def call_lead(self, call: Call) -> str:
        """Return the value of a later row."""
        return self._shifted("LEAD", call)

    def _shifted(self, name: str, call: Call) -> str:
        arguments = [self.operand(argument) for argument in call.arguments]
        if len(arguments) > 1:
            arguments[1] = f"({arguments[1]})::integer"
        if len(arguments) > 2:
            # The default must be of the very type of the first argument.
            name_of_type = self.dialect.types.cast_name(call.type) if call.type.name != "unknown" else ""
            arguments[2] = f"({arguments[2]})::{name_of_type}" if name_of_type else arguments[2]
        return f"{name}({', '.join(arguments)})"
