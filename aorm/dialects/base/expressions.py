"""Terms in standard SQL: columns, values, operators, calls, windows, and users' own SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.dialects.base.custom import CustomCompiler
from aorm.dialects.base.functions import AGGREGATES, FUNCTIONS
from aorm.dialects.base.writer import Writer
from aorm.exceptions import NotSupportedError
from aorm.sql.functions import Aggregate, Call

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import ClassVar

    from aorm.sql.functions import CustomSQL, Frame, RawTerm, TemplateCall, Window
    from aorm.sql.node import Term
    from aorm.sql.predicates import Predicate
    from aorm.sql.tables import Column, Label, Star
    from aorm.sql.values import (
        Case,
        Cast,
        Collate,
        Literal,
        Negative,
        Operation,
        Outer,
        OuterReference,
        Param,
        Row,
        When,
    )

OPERATORS = frozenset({"+", "-", "*", "/", "%", "^", "&", "|", "#", "<<", ">>"})
FRAME_UNITS = {"rows": "ROWS", "range": "RANGE", "groups": "GROUPS"}
EXCLUSIONS = {
    "current row": "CURRENT ROW",
    "group": "GROUP",
    "ties": "TIES",
    "no others": "NO OTHERS",
}


class Expressions(Writer):
    """Render terms."""

    functions: ClassVar[dict[str, str]] = FUNCTIONS
    aggregates: ClassVar[dict[str, str]] = AGGREGATES

    def render_column(self, column: Column) -> str:
        """Return ``"alias"."name"``."""
        name = self.quote(column.name)
        return f"{self.quote_table(column.alias)}.{name}" if column.alias else name

    def render_star(self, star: Star) -> str:
        """Return ``*``."""
        return "*"

    def render_label(self, label: Label) -> str:
        """Return the labelled term; its name is written only where it is selected."""
        return self.operand(label.term)

    def render_param(self, parameter: Param) -> str:
        """Return a parameter that stands alone, so that the database must be told its type."""
        return self.hold(parameter)

    def render_literal(self, literal: Literal) -> str:
        """Return a constant as SQL text."""
        return self.dialect.literal(literal.value, literal.type)

    def render_cast(self, cast: Cast) -> str:
        """Return ``CAST(term AS type)``."""
        return f"CAST({self.render(cast.term)} AS {self.dialect.types.cast_name(cast.type)})"

    def render_collate(self, collate: Collate) -> str:
        """Return ``term COLLATE "name"``."""
        return f"({self.operand(collate.term)} COLLATE {self.quote(collate.collation)})"

    def render_operation(self, operation: Operation) -> str:
        """Return ``(left operator right)``."""
        if operation.operator not in OPERATORS:
            raise ValueError(f"{operation.operator!r} is no arithmetic operator.")
        method: Callable[[Operation], str | None] | None = getattr(self, f"operate_{_word(operation.operator)}", None)
        text = method(operation) if method is not None else None
        if text is not None:
            return text
        return f"({self.computed(operation.left)} {operation.operator} {self.computed(operation.right)})"

    def computed(self, term: Term) -> str:
        """Return an operand of an arithmetic operator."""
        return self.operand(term)

    def render_negative(self, negative: Negative) -> str:
        """Return ``-term``; the space keeps two of them from becoming a comment."""
        return f"(- {self.computed(negative.term)})"

    def render_row(self, row: Row) -> str:
        """Return ``(a, b, ...)``."""
        return f"({self.render_all(row.terms)})"

    def render_when(self, when: When) -> str:
        """Return one branch of a CASE."""
        return f"WHEN {self.render(when.condition)} THEN {self.operand(when.result)}"

    def render_case(self, case: Case) -> str:
        """Return ``CASE WHEN ... ELSE ... END``."""
        default = f" ELSE {self.operand(case.default)}" if case.default is not None else ""
        if not case.whens:
            return self.operand(case.default) if case.default is not None else "NULL"
        return f"CASE {self.render_all(case.whens, ' ')}{default} END"

    def render_outer(self, outer: Outer) -> str:
        """Return a term of the enclosing query."""
        return self.render(outer.term)

    def render_outer_reference(self, reference: OuterReference) -> str:
        """Refuse: the name was never bound to an enclosing query."""
        raise ValueError("This queryset contains a reference to an outer query and may only be used in a subquery.")

    def render_call(self, call: Call) -> str:
        """Return the call of a function by its neutral name."""
        method: Callable[[Call], str] | None = getattr(self, f"call_{call.name}", None)
        if method is not None:
            return method(call)
        template = self.functions.get(call.name)
        if template is None:
            raise NotSupportedError(f"{self.dialect.name} has no function {call.name!r}.")
        return self.fill(template, call)

    def fill(self, template: str, call: Call | Aggregate) -> str:
        """Return a template with ``{0}``, ``{1}`` or ``{all}`` replaced by the arguments."""
        arguments = [self.operand(argument) for argument in call.arguments]
        try:
            return template.format(*arguments, all=", ".join(arguments))
        except IndexError:
            raise TypeError(f"the function {call.name!r} needs more than {len(arguments)} arguments.") from None

    def render_aggregate(self, aggregate: Aggregate) -> str:
        """Return the call of an aggregate function."""
        return self.converted(aggregate, self.aggregated(aggregate))

    def aggregated(self, aggregate: Aggregate) -> str:
        """Return an aggregate's call without the conversion of its result, which must stand outside OVER."""
        method: Callable[[Aggregate], str] | None = getattr(self, f"aggregate_{aggregate.name}", None)
        if method is not None:
            return method(aggregate)
        name = self.aggregates.get(aggregate.name)
        if name is None:
            raise NotSupportedError(f"{self.dialect.name} has no aggregate function {aggregate.name!r}.")
        arguments = ", ".join([self.operand(argument) for argument in aggregate.arguments])
        return f"{name}({self.inside(aggregate, arguments)}){self.filter(aggregate.filter)}"

    def inside(self, aggregate: Aggregate, arguments: str) -> str:
        """Return what stands between an aggregate's parentheses."""
        distinct = "DISTINCT " if aggregate.is_distinct else ""
        order = f" ORDER BY {self.render_all(aggregate.order_by)}" if aggregate.order_by else ""
        return f"{distinct}{arguments}{order}"

    def aggregate_count(self, aggregate: Aggregate) -> str:
        """Return ``COUNT(*)`` or ``COUNT(term)``."""
        arguments = self.render_all(aggregate.arguments) or "*"
        return f"COUNT({self.inside(aggregate, arguments)}){self.filter(aggregate.filter)}"

    def filter(self, condition: Predicate | None) -> str:
        """Return the FILTER clause, or nothing."""
        return f" FILTER (WHERE {self.render(condition)})" if condition is not None else ""

    def converted(self, term: Term, text: str) -> str:
        """Return a computed value in the type that the term promises."""
        return text

    def render_window(self, window: Window) -> str:
        """Return ``term OVER (PARTITION BY ... ORDER BY ... frame)``."""
        parts = [
            f"PARTITION BY {self.render_all(window.partition_by)}" if window.partition_by else "",
            f"ORDER BY {self.render_all(window.order_by)}" if window.order_by else "",
            self.render(window.frame) if window.frame is not None else "",
        ]
        over = f" OVER ({' '.join([part for part in parts if part])})"
        if isinstance(window.term, Aggregate):
            return self.converted(window.term, self.aggregated(window.term) + over)
        return self.render(window.term) + over

    def render_frame(self, frame: Frame) -> str:
        """Return ``ROWS BETWEEN start AND end EXCLUDE ...``."""
        unit = FRAME_UNITS[frame.unit.lower()]
        features = self.dialect.features
        if unit == "RANGE":
            self.check_range(frame)
        text = f"{unit} BETWEEN {_bound(frame.start, 'PRECEDING')} AND {_bound(frame.end, 'FOLLOWING')}"
        if frame.exclusion is None:
            return text
        features.require("supports_frame_exclusion", "The exclusion of a window's frame")
        return f"{text} EXCLUDE {EXCLUSIONS[frame.exclusion.lower()]}"

    def check_range(self, frame: Frame) -> None:
        """Refuse what the database cannot do with RANGE."""
        if not self.dialect.features.only_supports_unbounded_with_preceding_and_following:
            return
        if (frame.start and frame.start < 0) or (frame.end and frame.end > 0):
            raise NotSupportedError(
                f"{self.dialect.name} only supports UNBOUNDED together with PRECEDING and FOLLOWING."
            )

    def render_template_call(self, call: TemplateCall) -> str:
        """Return a function in the user's own words."""
        joiner = self.text(call.joiner)
        arguments = joiner.join([self.operand(argument) for argument in call.arguments])
        return arguments.join([self.text(part) for part in call.parts])

    def render_raw_term(self, raw: RawTerm) -> str:
        """Return the user's SQL with its parameters."""
        arguments = [self.raw_argument(argument) for argument in raw.arguments]
        if len(raw.pieces) != len(arguments) + 1:
            raise ValueError(f"raw SQL has {len(raw.pieces) - 1} placeholders and {len(arguments)} parameters.")
        return "".join([self.text(raw.pieces[0]), *map(_joined, arguments, map(self.text, raw.pieces[1:]))])

    def raw_argument(self, argument: Term) -> str:
        """Return one parameter of raw SQL."""
        return self.render(argument)

    def render_custom_sql(self, custom: CustomSQL) -> str:
        """Return the SQL of a user's object that has ``as_sql(compiler, connection)``."""
        return CustomCompiler(self, custom).text()

    def options(self, call: Call, count: int) -> tuple[Any, ...]:
        """Return the options of a call, filled up with None."""
        return (*call.options, *[None] * (count - len(call.options)))


def _word(operator: str) -> str:
    return {
        "+": "plus",
        "-": "minus",
        "*": "times",
        "/": "divided",
        "%": "modulo",
        "^": "power",
        "&": "and",
        "|": "or",
        "#": "xor",
        "<<": "left",
        ">>": "right",
    }[operator]


def _joined(argument: str, piece: str) -> str:
    return argument + piece


def _bound(offset: int | None, unbounded: str) -> str:
    if offset is None:
        return f"UNBOUNDED {unbounded}"
    if offset == 0:
        return "CURRENT ROW"
    return f"{abs(int(offset))} {'PRECEDING' if offset < 0 else 'FOLLOWING'}"
