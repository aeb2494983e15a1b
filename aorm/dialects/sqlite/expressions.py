"""Terms as SQLite writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from aorm.dialects.base.expressions import Expressions
from aorm.dialects.sqlite.functions import AGGREGATES, FUNCTIONS
from aorm.exceptions import NotSupportedError
from aorm.sql.types import TEMPORALS
from aorm.sql.values import Cast, Collate, Literal, Param

if TYPE_CHECKING:
    from aorm.sql.functions import Aggregate, Call, Window
    from aorm.sql.node import Term
    from aorm.sql.select import Ordering
    from aorm.sql.values import Operation

FRACTIONS = frozenset({"double", "decimal"})
# Computed on numbers that texts of dates are not; names as Django's error has them.
NUMBERS_ONLY = {
    "sum": "Sum",
    "avg": "Avg",
    "var_pop": "Variance",
    "var_samp": "Variance",
    "stddev_pop": "StdDev",
    "stddev_samp": "StdDev",
}
PYTHON_AGGREGATES = frozenset(
    {"stddev_pop", "stddev_samp", "var_pop", "var_samp", "bit_and", "bit_or", "bit_xor", "any_value"}
)


class SQLiteExpressions(Expressions):
    """Render terms for SQLite."""

    functions: ClassVar[dict[str, str]] = FUNCTIONS
    aggregates: ClassVar[dict[str, str]] = AGGREGATES

    def render_param(self, parameter: Param) -> str:
        """Return ``?``; a decimal is bound as text and becomes a number here, or it would be greater than any."""
        mark = self.hold(parameter)
        if self.inlines or parameter.type.name != "decimal":
            return mark
        return f"CAST({mark} AS NUMERIC)"

    def render_cast(self, cast: Cast) -> str:
        """Return a conversion; dates and times are texts, converted by SQLite's own functions."""
        text = self.render(cast.term)
        match cast.type.name:
            case "timestamptz" | "timestamp":
                return f"STRFTIME('%Y-%m-%d %H:%M:%f', {text})"
            case "time":
                return f"STRFTIME('%H:%M:%f', {text})"
            case "date":
                return f"DATE({text})"
            case _:
                return f"CAST({text} AS {self.dialect.types.cast_name(cast.type)})"

    def operate_power(self, operation: Operation) -> str | None:
        """Return the power, for which there is no operator."""
        return f"POWER({self.computed(operation.left)}, {self.computed(operation.right)})"

    def operate_xor(self, operation: Operation) -> str | None:
        """Return the exclusive or of bits, for which there is no operator."""
        return f"BITXOR({self.computed(operation.left)}, {self.computed(operation.right)})"

    def operate_modulo(self, operation: Operation) -> str | None:
        """Return the remainder; SQLite's operator would cut fractions off first."""
        if not FRACTIONS & {operation.left.type.name, operation.right.type.name}:
            return None
        return f"MOD({self.computed(operation.left)}, {self.computed(operation.right)})"

    def operate_divided(self, operation: Operation) -> str | None:
        """Return the quotient; a decimal without fraction is kept as a whole number, whose division would cut."""
        left, right = self.computed(operation.left), self.computed(operation.right)
        if operation.left.type.name == "interval":
            return f"CAST(ROUND(CAST({left} AS REAL) / {right}) AS INTEGER)"
        if not FRACTIONS & {operation.left.type.name, operation.right.type.name}:
            return None
        return f"(CAST({left} AS REAL) / {right})"

    def operate_times(self, operation: Operation) -> str | None:
        """Return the product; a duration stays a whole number of microseconds."""
        if "interval" not in (operation.left.type.name, operation.right.type.name):
            return None
        product = f"{self.computed(operation.left)} * {self.computed(operation.right)}"
        return f"CAST(ROUND({product}) AS INTEGER)"

    def operate_plus(self, operation: Operation) -> str | None:
        """Return a date or time moved by a duration."""
        left, right = operation.left, operation.right
        if left.type.name == "interval" and right.type.name in TEMPORALS:
            left, right = right, left
        if left.type.name not in TEMPORALS or right.type.name != "interval":
            return None
        return f"{_mover(left)}({self.computed(left)}, {self.computed(right)})"

    def operate_minus(self, operation: Operation) -> str | None:
        """Return a date or time moved back, or the time between two."""
        left, right = operation.left, operation.right
        if left.type.name not in TEMPORALS:
            return None
        if right.type.name == "interval":
            return f"{_mover(left)}({self.computed(left)}, -({self.computed(right)}))"
        if right.type.name not in TEMPORALS:
            return None
        name = "django_time_diff" if left.type.name == "time" else "django_timestamp_diff"
        return f"{name}({self.computed(left)}, {self.computed(right)})"

    def aggregated(self, aggregate: Aggregate) -> str:
        """Return the call of an aggregate, refusing what texts and SQLite cannot do."""
        name = NUMBERS_ONLY.get(aggregate.name)
        if name is not None and aggregate.arguments and aggregate.arguments[0].type.name in TEMPORALS:
            raise NotSupportedError(
                f"SQLite does not support {name} on date or time fields, because they are stored as text."
            )
        if aggregate.order_by and aggregate.name != "string_agg":
            raise NotSupportedError("This database backend does not support specifying an order on aggregates.")
        return super().aggregated(aggregate)

    def render_window(self, window: Window) -> str:
        """Return a window; aggregates written in Python cannot stand in one."""
        name = getattr(window.term, "name", "")
        if name in PYTHON_AGGREGATES:
            raise NotSupportedError(f"the aggregate {name!r} cannot be used as a window function on SQLite.")
        return super().render_window(window)

    def aggregate_string_agg(self, aggregate: Aggregate) -> str:
        """Return texts joined by a delimiter; with DISTINCT or an order by a function in Python."""
        value, delimiter = [self.operand(argument) for argument in aggregate.arguments]
        if not aggregate.is_distinct and not aggregate.order_by:
            return f"GROUP_CONCAT({value}, {delimiter}){self.filter(aggregate.filter)}"
        directions = "".join([self._direction(ordering) for ordering in aggregate.order_by])
        keys = "".join([f", {self._sort_key(ordering)}" for ordering in aggregate.order_by])
        plan = f"{'d' if aggregate.is_distinct else 'a'}{directions}"
        return f"aorm_string_agg('{plan}', {value}, {delimiter}{keys}){self.filter(aggregate.filter)}"

    def _direction(self, ordering: Ordering) -> str:
        """Return a letter: + and - for the direction with NULLs where SQLite has them, others for NULLs moved."""
        if ordering.nulls is None:
            return "-" if ordering.descending else "+"
        return {(False, "first"): "+", (False, "last"): ">", (True, "first"): "<", (True, "last"): "-"}[
            ordering.descending, ordering.nulls
        ]

    def _sort_key(self, ordering: Ordering) -> str:
        if isinstance(ordering.term, Collate):
            raise NotSupportedError("SQLite cannot order an aggregate by a collation; order by Lower() instead.")
        return self.operand(ordering.term)

    def call_concat(self, call: Call) -> str:
        """Return texts joined, NULL counting as nothing."""
        parts = [f"COALESCE({self.operand(argument)}, '')" for argument in call.arguments]
        return f"({' || '.join(parts)})"

    def call_right(self, call: Call) -> str:
        """Return the end of a text."""
        text, length = [self.operand(argument) for argument in call.arguments]
        return f"SUBSTR({text}, -({length}), {length})"

    def call_round(self, call: Call) -> str:
        """Return a rounded number; SQLite takes places before the point for none at all."""
        places = call.arguments[1] if len(call.arguments) > 1 else None
        if isinstance(places, Literal) and isinstance(places.value, int) and places.value < 0:
            raise ValueError("SQLite does not support negative precision.")
        return self.fill("ROUND({all})", call)


def _mover(term: Term) -> str:
    return "aorm_move_time" if term.type.name == "time" else "aorm_move_timestamp"
