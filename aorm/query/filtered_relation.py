"""``FilteredRelation``: a relation under a name of its own, joined under a condition."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from aorm.expressions.conditions import Q
from aorm.expressions.references import F
from aorm.query.resolving import SEPARATOR, find_end, unknown_name, walk
from aorm.query.state import FilteredRelationState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aorm.query.state import Query


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

    def placed(self, query: Query, name: str) -> FilteredRelationState:
        """Return what the query keeps: the relation, and the condition with the relation under its new name.

        Raises:
            FieldError: a name is unknown.
            ValueError: the name is no relation, or the condition speaks of what no column of the join is.
        """
        names = self.relation_name.split(SEPARATOR)
        _, field, rest = walk(query.meta, names)
        if field is None:
            raise unknown_name(query.meta, names[0])
        if rest:
            raise ValueError(f"FilteredRelation's relation_name cannot contain lookups (got {self.relation_name!r}).")
        if not getattr(field, "path", None):
            raise ValueError(f"FilteredRelation's relation_name must be a relation (got {self.relation_name!r}).")
        for path in _paths_of_condition(self.condition):
            self._check_path(query, names, path)
        return FilteredRelationState(
            name, self.relation_name, _renamed_condition(self.relation_name, name, self.condition)
        )

    def _check_path(self, query: Query, relation: list[str], path: str) -> None:
        parts = path.split(SEPARATOR)
        if query.annotation_before(path) is not None:
            return
        named = _names_of_fields(query, parts)
        # The last name is a column of the last table; before a lookup, the name before it is looked at as well.
        leading = named[:-2] if len(named) == len(parts) else named[:-1]
        if any(name != expected for name, expected in zip(leading, relation, strict=False)):
            raise ValueError(
                f"FilteredRelation's condition doesn't support relations outside the {self.relation_name!r} "
                f"(got {path!r})."
            )
        if len(named) > len(relation) + 1:
            raise ValueError(
                "FilteredRelation's condition doesn't support nested relations deeper than the relation_name (got "
                f"{path!r} for {self.relation_name!r})."
            )


class FilteredAttachment:
    """How ``select_related`` sets what a filtered relation leads to: as an attribute of that name."""

    def __init__(self, name: str, relation: Any, is_direct: bool) -> None:
        self.name = name
        self.path = relation.path
        self.relation = relation
        self.knows_owner = is_direct and relation.one_to_many | relation.one_to_one

    @property
    def remote_field(self) -> FilteredAttachment:
        """Itself: the object knows its owner where its own foreign key leads there."""
        return self

    @property
    def multiple(self) -> bool:
        """Whether the object may have other owners, so that it does not know this one."""
        return not self.knows_owner

    def set_cached_value(self, instance: Any, value: Any) -> None:
        """Set one on the other; an absent object leaves no attribute, as in Django."""
        if value is None:
            return
        if isinstance(value, self.relation.related_model) and not isinstance(instance, self.relation.related_model):
            setattr(instance, self.name, value)


def _names_of_fields(query: Query, parts: list[str]) -> list[str]:
    """Return the part of a path that names fields; the rest is transforms and a lookup."""
    before: list[str] = []
    meta = query.meta
    filtered = next((item for item in query.relations if item.name == parts[0]), None)
    if filtered is not None:
        before, parts = parts[:1], parts[1:]
        meta = find_end(meta, filtered.relation)
    if not parts:
        return before
    _, field, rest = walk(meta, parts)
    if field is None and not before:
        more = [*(item.name for item in query.annotations), *(item.name for item in query.relations)]
        raise unknown_name(query.meta, parts[0], more)
    return before + parts[: len(parts) - len(rest)]


def _paths_of_condition(condition: Any) -> Iterator[str]:
    for child in condition.children:
        if isinstance(child, Q):
            yield from _paths_of_condition(child)
        elif isinstance(child, tuple):
            yield child[0]
            if hasattr(child[1], "resolve_expression"):
                yield from _paths_of_expression(child[1])
        elif hasattr(child, "resolve_expression"):
            yield from _paths_of_expression(child)


def _paths_of_expression(expression: Any) -> Iterator[str]:
    if isinstance(expression, F):
        yield expression.name
    elif hasattr(expression, "flatten"):
        for item in expression.flatten():
            if isinstance(item, F):
                yield item.name
            elif isinstance(item, Q):
                yield from _paths_of_condition(item)


def _renamed_condition(prefix: str, name: str, condition: Q) -> Q:
    children = [_renamed(prefix, name, child) for child in condition.children]
    return Q.create(children, condition.connector, condition.negated)


def _renamed_path(prefix: str, name: str, path: str) -> str:
    return name + path.removeprefix(prefix) if path.startswith(prefix + SEPARATOR) else path


def _renamed(prefix: str, name: str, child: Any) -> Any:
    """Return a part of the condition in which the relation has its new name.

    As in Django, an F that stands alone on the right side keeps the old one, and so speaks of the plain relation.
    """
    if isinstance(child, Q):
        return _renamed_condition(prefix, name, child)
    if isinstance(child, tuple):
        keyword, value = child
        if not isinstance(value, F) and hasattr(value, "resolve_expression"):
            value = _renamed(prefix, name, value)
        return _renamed_path(prefix, name, keyword), value
    if isinstance(child, F):
        # A copy of its own: F.copy() gives the same object.
        renamed: Any = copy.copy(child)
        renamed.name = _renamed_path(prefix, name, child.name)
        return renamed
    if hasattr(child, "resolve_expression") and hasattr(child, "_result_cache"):
        raise ValueError("Passing a QuerySet within a FilteredRelation is not supported.")
    if hasattr(child, "get_source_expressions"):
        child = child.copy()
        child.set_source_expressions([_renamed(prefix, name, item) for item in child.get_source_expressions()])
    return child
