"""Terms as PostgreSQL writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from aorm.dialects.base.expressions import Expressions
from aorm.dialects.base.functions import NUMERIC_FUNCTIONS
from aorm.dialects.postgresql.functions import AGGREGATES, FUNCTIONS
from aorm.dialects.postgresql.writer import PostgreSQLBase
from aorm.sql.functions import Aggregate, Call
from aorm.sql.values import Literal, Param

if TYPE_CHECKING:
    from aorm.sql.node import Term
    from aorm.sql.values import Cast, Operation

FLOATING = "double"


class PostgreSQLExpressions(PostgreSQLBase, Expressions):
    """Render terms for PostgreSQL."""

    functions: ClassVar[dict[str, str]] = FUNCTIONS
    aggregates: ClassVar[dict[str, str]] = AGGREGATES

    def render_literal(self, literal: Literal) -> str:
        """Return a constant; NULL and text carry their type, as a union or a function may depend on it."""
        text = super().render_literal(literal)
        if literal.value is None or isinstance(literal.value, str):
            return text if self.inlines else text + self.cast_to(literal.type)
        return text

    def render_cast(self, cast: Cast) -> str:
        """Return ``(term)::type``."""
        return f"({self.render(cast.term)})::{self.types.cast_name(cast.type)}"

    def computed(self, term: Term) -> str:
        """Return an operand of an arithmetic operator."""
        return self.widened(term) if isinstance(term, Param) else self.operand(term)

    def operate_minus(self, operation: Operation) -> str | None:
        """Return the difference; that of two dates is a number of days, made a duration here."""
        left, right = operation.left.type.name, operation.right.type.name
        if left == right == "date" and operation.type.name == "interval":
            return f"(interval '1 day' * ({self.computed(operation.left)} - {self.computed(operation.right)}))"
        return None

    def operate_modulo(self, operation: Operation) -> str | None:
        """Return the remainder, which PostgreSQL has for whole and exact numbers only."""
        if FLOATING not in (operation.left.type.name, operation.right.type.name):
            return None
        left, right = self.computed(operation.left), self.computed(operation.right)
        return f"MOD(({left})::numeric, ({right})::numeric)::double precision"

    def operate_left(self, operation: Operation) -> str | None:
        """Return a shift; the distance must be of the type integer."""
        return f"({self.computed(operation.left)} << ({self.computed(operation.right)})::integer)"

    def operate_right(self, operation: Operation) -> str | None:
        """Return a shift; the distance must be of the type integer."""
        return f"({self.computed(operation.left)} >> ({self.computed(operation.right)})::integer)"

    def render_call(self, call: Call) -> str:
        """Return the call of a function; a number gets the type that the call promises."""
        text = super().render_call(call)
        return self.converted(call, text) if call.name in NUMERIC_FUNCTIONS else text

    def converted(self, term: Term, text: str) -> str:
        """Return a computed number in the type that the term promises."""
        if isinstance(term, Call):
            cast = self.cast_to(term.type)
            return f"({text}){cast}" if cast else text
        if isinstance(term, Aggregate) and term.type.name == FLOATING and term.name not in ("min", "max"):
            return f"({text})::double precision"
        return text

    def aggregate_any_value(self, aggregate: Aggregate) -> str:
        """Return any value that is not null; ANY_VALUE exists from PostgreSQL 16 on only."""
        argument = self.operand(aggregate.arguments[0])
        return f"(ARRAY_AGG({argument}) FILTER (WHERE {self._present(aggregate, argument)}))[1]"

    def _present(self, aggregate: Aggregate, argument: str) -> str:
        if aggregate.filter is None:
            return f"{argument} IS NOT NULL"
        return f"{argument} IS NOT NULL AND ({self.render(aggregate.filter)})"

    def aggregate_string_agg(self, aggregate: Aggregate) -> str:
        """Return texts joined by a delimiter."""
        value, delimiter = aggregate.arguments
        text = self.operand(value)
        # With DISTINCT the order must be by the very argument, so what is text already stands as it is.
        if value.type.name not in ("text", "varchar") or isinstance(value, Param):
            text = f"({text})::text"
        texts = f"{text}, ({self.operand(delimiter)})::text"
        return f"STRING_AGG({self.inside(aggregate, texts)}){self.filter(aggregate.filter)}"
