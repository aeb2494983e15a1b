"""Several expressions as one: partitions and orderings of windows and aggregates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.expressions.base import Expression, NoOutput, Resolved, resolve
from aorm.expressions.ordering import OrderBy
from aorm.expressions.references import F, parse_expressions
from aorm.sql.types import row
from aorm.sql.values import Row

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    from aorm.expressions.base import Scope
    from aorm.sql.node import Term
    from aorm.sql.select import Ordering


class ExpressionList(Expression):
    """Several expressions, separated by commas."""

    allows_composite_expressions = True

    def __init__(self, *expressions: Any, **extra: Any) -> None:
        """Keep the expressions; texts are names."""
        super().__init__(extra.pop("output_field", None))
        self.source_expressions = parse_expressions(expressions)
        self.extra = extra

    def __str__(self) -> str:
        return ", ".join([str(expression) for expression in self.source_expressions])

    def __len__(self) -> int:
        return len(self.source_expressions)

    def __bool__(self) -> bool:
        return True

    def get_source_expressions(self) -> list[Any]:
        """Return the expressions."""
        return self.source_expressions

    def set_source_expressions(self, expressions: Sequence[Any]) -> None:
        """Replace the expressions."""
        self.source_expressions = list(expressions)

    def terms(self, scope: Scope) -> tuple[Term, ...]:
        """Resolve all; a composite key counts as its columns."""
        terms: list[Term] = []
        for expression in self.source_expressions:
            term = resolve(expression, scope).term
            terms.extend(term.terms if isinstance(term, Row) else [term])
        return tuple(terms)

    def resolve_in(self, scope: Scope) -> Resolved:
        """Make a row of the expressions."""
        terms = self.terms(scope)
        return Resolved(Row(terms, row(len(terms))), NoOutput())


class OrderByList(ExpressionList):
    """The parts of an ORDER BY inside a window or an aggregate; ``"-title"`` is descending."""

    def __init__(self, *expressions: Any, **extra: Any) -> None:
        """Keep the orderings."""
        super().__init__(
            *[
                OrderBy(F(expression[1:]), descending=True)
                if isinstance(expression, str) and expression.startswith("-")
                else expression
                for expression in expressions
            ],
            **extra,
        )

    @classmethod
    def from_param(cls, context: str, param: Any) -> Self | None:
        """Make the list of what a user gives as ``order_by``.

        Raises:
            ValueError: it is neither a name, an expression, nor a list or tuple of them.
        """
        if param is None:
            return None
        if isinstance(param, (list, tuple)):
            return cls(*param) if param else None
        if isinstance(param, str) or hasattr(param, "resolve_expression"):
            return cls(param)
        raise ValueError(
            f"{context} must be either a string reference to a field, an expression, or a list or tuple of them "
            f"not {param!r}."
        )

    def orderings(self, scope: Scope) -> tuple[Ordering, ...]:
        """Return the parts of ORDER BY."""
        parts: list[Ordering] = []
        for expression in self.source_expressions:
            parts.extend((expression if isinstance(expression, OrderBy) else OrderBy(expression)).orderings(scope))
        return tuple(parts)
