"""Querysets out of several: set operations, ``&``, ``|`` and ``^``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.query.scope import QueryScope
from aorm.query.state import Query
from aorm.sql.predicates import TRUE, conjunction, disjunction, exclusive_disjunction
from aorm.sql.rewrite import relabel

if TYPE_CHECKING:
    from aorm.query.queryset import QuerySet
    from aorm.query.starting import QS, Starts

_CONNECT = {"AND": conjunction, "OR": disjunction, "XOR": exclusive_disjunction}


class CombiningMixin:
    """The methods of querysets and managers that combine querysets."""

    def union(self: Starts[QS], *other_qs: QuerySet[Any], all: bool = False) -> QS:  # noqa: A002 - Django's name
        """Return the rows of all querysets; equal rows once unless ``all``."""
        queryset = self._start()
        if queryset._query.is_empty:
            kept = [other for other in other_qs if not other._query.is_empty]
            if not kept:
                return queryset
            if len(kept) == 1:
                return kept[0]  # type: ignore[return-value]
            return kept[0].union(*kept[1:], all=all)  # type: ignore[return-value]
        return combined(queryset, "union all" if all else "union", other_qs)

    def intersection(self: Starts[QS], *other_qs: QuerySet[Any]) -> QS:
        """Return the rows that all querysets have."""
        queryset = self._start()
        every: tuple[QuerySet[Any], ...] = (queryset, *other_qs)
        for other in every:
            if other._query.is_empty:
                return other  # type: ignore[return-value]
        return combined(queryset, "intersect", other_qs)

    def difference(self: Starts[QS], *other_qs: QuerySet[Any]) -> QS:
        """Return the rows that the others have not."""
        queryset = self._start()
        if queryset._query.is_empty:
            return queryset
        return combined(queryset, "except", other_qs)


class OperatorsMixin:
    """``&``, ``|`` and ``^`` between querysets."""

    def __and__(self: Starts[QS], other: QuerySet[Any]) -> QS:
        queryset = mergeable(self._start(), other, "&")
        if other._query.is_empty:
            return other  # type: ignore[return-value]
        return queryset if queryset._query.is_empty else joined(queryset, other, "AND")

    def __or__(self: Starts[QS], other: QuerySet[Any]) -> QS:
        return either(mergeable(self._start(), other, "|"), other, "OR")

    def __xor__(self: Starts[QS], other: QuerySet[Any]) -> QS:
        return either(mergeable(self._start(), other, "^"), other, "XOR")


def mergeable(queryset: QS, other: QuerySet[Any], operator: str) -> QS:
    """Return the queryset, if its conditions can be put together with those of the other.

    Raises:
        TypeError: one of them is a set operation, or they give different values.
    """
    if queryset._query.combinator is not None or other._query.combinator is not None:
        raise TypeError(f"Cannot use {operator} operator with combined queryset.")
    if queryset._fields is not None and names_selected(queryset) != names_selected(other):
        name = type(queryset).__name__
        raise TypeError(f"Merging '{name}' classes must involve the same values in each case.")
    return queryset


def names_selected(queryset: QuerySet[Any]) -> set[str]:
    """Return the names of what a queryset gives beside its model's fields, or in their place."""
    query = queryset._query
    return {item.name for item in (query.selected if query.has_values else query.visible_annotations)}


def either(queryset: QS, other: QuerySet[Any], connector: str) -> QS:
    """Return the rows of one or the other; an empty queryset adds nothing."""
    if queryset._query.is_empty:
        return other  # type: ignore[return-value]
    if other._query.is_empty:
        return queryset
    return joined(filterable(queryset), filterable(other), connector)


def joined(queryset: QS, other: QuerySet[Any], connector: str) -> QS:
    """Return a queryset with the conditions of both."""
    new = queryset._with(merged(queryset, other, connector))
    known = {field: dict(objects) for field, objects in queryset._known_related_objects.items()}
    for field, objects in other._known_related_objects.items():
        known.setdefault(field, {}).update(objects)
    new._known_related_objects = known
    return new


def filterable(queryset: QS) -> QS:
    """Return the queryset in a form that further conditions may join: a slice becomes ``pk IN (slice)``."""
    if not queryset._query.is_sliced:
        return queryset
    base: Any = queryset.model._base_manager.using(queryset._db)
    return base.filter(pk__in=queryset.values("pk"))  # type: ignore[no-any-return]


def combined(queryset: QS, operator: str, others: tuple[QuerySet[Any], ...]) -> QS:
    """Return a queryset of a set operation, without filters, ordering or limits of its own."""
    every: tuple[QuerySet[Any], ...] = (queryset, *others)
    parts = [item for item in every if operator != "except" or not item._query.is_empty]
    if operator.startswith("union"):
        parts = [item for item in parts if not item._query.is_empty]
    if len(parts) == 1:
        return queryset._copy()
    first = queryset._query
    whole = Query(
        first.meta,
        combinator=operator,
        combined=tuple(item._query for item in parts),
        has_values=first.has_values,
        selected=first.selected,
        orders_by_default=False,
    )
    new = queryset._with(whole)
    new._prefetch_related_lookups = queryset._prefetch_related_lookups
    return new


def merged(one: QuerySet[Any], other: QuerySet[Any], connector: str) -> Query:
    """Return the query whose rows fulfil the conditions of both, of either, or of just one.

    Raises:
        TypeError: the querysets differ in model, slicing or distinctness.
    """
    left, right = one._query, other._query
    if left.meta.concrete_model is not right.meta.concrete_model:
        raise TypeError("Cannot combine queries on two different base models.")
    if left.is_sliced or right.is_sliced:
        raise TypeError("Cannot combine queries once a slice has been taken.")
    if left.is_distinct != right.is_distinct:
        raise TypeError("Cannot combine a unique query with a non-unique query.")
    if left.distinct_names != right.distinct_names:
        raise TypeError("Cannot combine queries with different distinct fields.")
    # AND: many-valued joins of the two stay apart, each condition may speak of another row. OR: they are shared.
    scope = QueryScope(left, set() if connector == "AND" else None)
    aliases = {right.alias: left.alias}
    for step in right.joins:
        parent = aliases[step.parent]
        shared = scope._share(parent, step.hop) if step.filter is None else None
        aliases[step.alias] = shared or scope.join(parent, step.hop, step.filter, step.label)
    where = relabel(right.replace(joins=()), aliases).where
    joined = TRUE if left.where is TRUE and connector == "OR" else _CONNECT[connector]((left.where, where))
    names = {item.name for item in left.annotations}
    more = tuple(
        relabel(right.replace(joins=(), annotations=(item,)), aliases).annotations[0]
        for item in right.annotations
        if item.name not in names
    )
    changes: dict[str, Any] = {"where": joined, "annotations": (*left.annotations, *more)}
    if right.order_by:
        changes["order_by"] = relabel(right.replace(joins=()), aliases).order_by
        changes["orders_by_default"] = False
    return scope.finished(**changes)
