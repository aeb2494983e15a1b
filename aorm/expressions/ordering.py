"""One part of ORDER BY."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from aorm.expressions.base import Expression, Resolved, resolve
from aorm.expressions.operators import doors
from aorm.sql.select import Ordering
from aorm.sql.values import Row

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    from aorm.expressions.base import Scope


class OrderBy(Expression):
    """An expression with a direction: ``F("title").desc(nulls_last=True)``."""

    constraint_validation_compatible: ClassVar[bool] = False
    allows_composite_expressions: ClassVar[bool] = True

    def __init__(
        self,
        expression: Any,
        descending: bool = False,
        nulls_first: bool | None = None,
        nulls_last: bool | None = None,
    ) -> None:
        """Keep the expression and where its NULLs go.

        Raises:
            ValueError: it is no expression, or the places of NULL contradict each other.
        """
        if nulls_first and nulls_last:
            raise ValueError("nulls_first and nulls_last are mutually exclusive")
        if nulls_first is False or nulls_last is False:
            raise ValueError("nulls_first and nulls_last values must be True or None.")
        if not hasattr(expression, "resolve_expression"):
            raise ValueError("expression must be an expression type")
        super().__init__()
        self.expression = expression
        self.descending = descending
        self.nulls_first = nulls_first
        self.nulls_last = nulls_last

    @property
    def conditional(self) -> bool:
        """An ordering is no condition."""
        return False

    @property
    def nulls(self) -> str | None:
        """Where NULL stands: ``first``, ``last``, or None for where the database puts it."""
        return "first" if self.nulls_first else "last" if self.nulls_last else None

    def get_source_expressions(self) -> list[Any]:
        """Return what is ordered by."""
        return [self.expression]

    def set_source_expressions(self, expressions: Sequence[Any]) -> None:
        """Replace what is ordered by."""
        (self.expression,) = expressions

    def resolve_in(self, scope: Scope) -> Resolved:
        """Resolve what is ordered by; the direction is part of ``orderings``."""
        return resolve(self.expression, scope)

    def orderings(self, scope: Scope) -> tuple[Ordering, ...]:
        """Return the parts of ORDER BY: one, or one for each column of a composite key."""
        term = resolve(self.expression, scope).term
        terms = term.terms if isinstance(term, Row) else (term,)
        return tuple([Ordering(item, self.descending, self.nulls) for item in terms])

    def asc(self, **options: Any) -> Any:
        """Turn this ordering to ascending."""
        self._set(descending=False)

    def desc(self, **options: Any) -> Any:
        """Turn this ordering to descending."""
        self._set(descending=True)

    def reverse_ordering(self) -> Self:
        """Turn this ordering round, its NULLs with it, and return it."""
        nulls_first, nulls_last = self.nulls_last, self.nulls_first
        self._set(descending=not self.descending, nulls_first=nulls_first, nulls_last=nulls_last)
        return self

    def _set(self, **changes: Any) -> None:
        # The arguments follow, because equality and deconstruction look at them.
        for name, changed in changes.items():
            setattr(self, name, changed)
        places = {"descending": self.descending, "nulls_first": self.nulls_first, "nulls_last": self.nulls_last}
        self._arguments = ((self.expression,), {name: place for name, place in places.items() if place})


doors.order_by = OrderBy
