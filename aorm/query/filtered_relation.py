"""``FilteredRelation``: a relation under a name of its own, joined under a condition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.expressions.conditions import Q
from aorm.query.resolving import SEPARATOR, unknown_name, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aorm.mapping.options import Options


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

    def check(self, meta: Options) -> None:
        """Check the names against the model that the relation begins at.

        Raises:
            FieldError: a name is unknown.
            ValueError: the name is no relation, or the condition speaks of what no column of the join is.
        """
        names = self.relation_name.split(SEPARATOR)
        _, field, rest = walk(meta, names)
        if field is None:
            raise unknown_name(meta, names[0])
        if rest:
            raise ValueError(f"FilteredRelation's relation_name cannot contain lookups (got {self.relation_name!r}).")
        if not getattr(field, "path", None):
            raise ValueError(f"FilteredRelation's relation_name must be a relation (got {self.relation_name!r}).")
        for keyword in _keywords_of(self.condition):
            self._check_keyword(meta, names, keyword)

    def _check_keyword(self, meta: Options, relation: list[str], keyword: str) -> None:
        parts = keyword.split(SEPARATOR)
        _, field, rest = walk(meta, parts)
        if field is None:
            raise unknown_name(meta, parts[0])
        named = parts[: len(parts) - len(rest)]
        if any(name != expected for name, expected in zip(named[:-1], relation, strict=False)):
            raise ValueError(
                f"FilteredRelation's condition doesn't support relations outside the {self.relation_name!r} "
                f"(got {keyword!r})."
            )
        if len(named) > len(relation) + 1:
            raise ValueError(
                "FilteredRelation's condition doesn't support nested relations deeper than the relation_name (got "
                f"{keyword!r} for {self.relation_name!r})."
            )


def _keywords_of(condition: Q) -> Iterator[str]:
    for child in condition.children:
        if isinstance(child, Q):
            yield from _keywords_of(child)
        elif isinstance(child, tuple):
            yield child[0]
