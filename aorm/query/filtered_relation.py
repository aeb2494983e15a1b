"""``FilteredRelation``: a relation under a name of its own, joined under a condition."""

from __future__ import annotations

from typing import Any

from aorm.expressions.conditions import Q


class FilteredRelation:
    """Join a relation only where a condition holds, under the name that ``annotate()`` gives.

    ``annotate(cheap=FilteredRelation("books", condition=Q(books__price__lt=5)))``
    ``# ... LEFT OUTER JOIN "book" AS cheap ON (... AND cheap.price < ?)``
    """

    def __init__(self, relation_name: str, *, condition: Q | None = None) -> None:
        """Check the arguments.

        Raises:
            ValueError: the name is empty, or the condition is no Q.
        """
        if not relation_name:
            raise ValueError("relation_name cannot be empty.")
        condition = Q() if condition is None else condition
        if not isinstance(condition, Q):
            raise ValueError("condition argument must be a Q() instance.")
        self.relation_name = relation_name
        self.condition = condition

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FilteredRelation):
            return NotImplemented
        return self.relation_name == other.relation_name and self.condition == other.condition

    def __hash__(self) -> int:
        return hash((self.relation_name, self.condition))

    def __repr__(self) -> str:
        return f"FilteredRelation({self.relation_name!r}, condition={self.condition!r})"

    def clone(self) -> Any:
        """Return a copy."""
        return FilteredRelation(self.relation_name, condition=self.condition)
