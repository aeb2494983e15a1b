"""What comes out of ``left operator right``: Django's table of result types, by SQL type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.expressions.base import NoOutput, OutputField, type_of
from aorm.sql import types
from aorm.sql.types import UNKNOWN, SqlType

if TYPE_CHECKING:
    from aorm.expressions.base import Scope

# Kinds of types, as Django's fields inherit from each other: a datetime is a date, every integer is an integer.
KINDS = {
    "smallint": "integer",
    "integer": "integer",
    "bigint": "integer",
    "double": "float",
    "decimal": "decimal",
    "date": "date",
    "timestamp": "datetime",
    "timestamptz": "datetime",
    "time": "time",
    "interval": "duration",
    "unknown": "null",
}
DATES = ("date", "datetime")


def _table() -> dict[tuple[str, str, str], str]:
    table: dict[tuple[str, str, str], str] = {}
    for operator in ("+", "-", "*", "/", "%%", "^"):
        for kind in ("integer", "float", "decimal"):
            table[kind, operator, kind] = kind
            table[kind, operator, "null"] = table["null", operator, kind] = kind
        if operator != "^":
            for kind in ("float", "decimal"):
                table["integer", operator, kind] = table[kind, operator, "integer"] = kind
    for operator in ("&", "|", "<<", ">>", "#"):
        table["integer", operator, "integer"] = "integer"
    for date in DATES:
        table[date, "+", "duration"] = table["duration", "+", date] = table[date, "-", "duration"] = "datetime"
        for other in DATES:
            table[date, "-", other] = "duration"
    table["duration", "+", "duration"] = table["duration", "-", "duration"] = "duration"
    table["time", "+", "duration"] = table["duration", "+", "time"] = table["time", "-", "duration"] = "time"
    table["time", "-", "time"] = "duration"
    return table


RESULTS = _table()

# Filled by users: (class of the left field, connector, class of the right field) -> class of the result's field.
registered: list[tuple[type, str, type, type]] = []


def register_combinable_fields(lhs: type, connector: str, rhs: type, result: type) -> None:
    """Teach that ``lhs connector rhs`` gives ``result``, all three being classes of fields."""
    registered.append((lhs, connector, rhs, result))


def combined_output(scope: Scope, left: OutputField, connector: str, right: OutputField) -> OutputField:
    """Return the field of the result of an operator, or what complains when the result's type is needed."""
    for lhs, operator, rhs, result in registered:
        if operator == connector and isinstance(left, lhs) and isinstance(right, rhs):
            made: OutputField = result()
            return made
    left_kind, right_kind = _kind(left), _kind(right)
    kind = RESULTS.get((left_kind, connector, right_kind))
    if kind is not None:
        return scope.output(_type(kind, left, right))
    for output in (left, right):
        if isinstance(output, NoOutput):
            return output
    if "null" in (left_kind, right_kind):
        # A reference to an outer query has no type yet; the other side's is the best guess.
        return right if left_kind == "null" else left
    return NoOutput(
        f"Cannot infer type of {connector!r} expression involving these types: "
        f"{type(left).__name__}, {type(right).__name__}. You must set output_field."
    )


def _kind(output: OutputField) -> str:
    if isinstance(output, NoOutput) and output.is_mixed:
        return "mixed"
    name = type_of(output).name
    return KINDS.get(name, name)


def _type(kind: str, left: OutputField, right: OutputField) -> SqlType:
    if kind == "integer":
        return types.INTEGER
    if kind == "float":
        return types.DOUBLE
    if kind == "decimal":
        return types.DECIMAL
    if kind == "duration":
        return types.INTERVAL
    if kind == "time":
        return types.TIME
    named = [type_of(output) for output in (left, right)]
    return types.TIMESTAMPTZ if types.TIMESTAMPTZ in named else types.TIMESTAMP


def node_type(output: OutputField, left: SqlType, right: SqlType) -> SqlType:
    """Return the type of the node itself, which may hold more than the field says: the sum of two bigints."""
    chosen = type_of(output)
    if chosen is types.INTEGER and types.BIGINT in (left, right):
        return types.BIGINT
    return UNKNOWN if chosen is UNKNOWN else chosen


def without_doubling(connector: str) -> Any:
    """Return the operator of a node: a connector without the doubled percent sign."""
    return "%" if connector == "%%" else connector
