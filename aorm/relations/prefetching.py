"""Narrow a queryset to the related objects of many instances, and let each tell which instance it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.expressions.conditions import Q
from aorm.query.conditions import build_condition
from aorm.query.ordering import resolve_ordering
from aorm.query.scope import QueryScope
from aorm.query.state import annotation_of
from aorm.sql.functions import Call, Window
from aorm.sql.predicates import Compare, conjunction
from aorm.sql.types import BIGINT
from aorm.sql.values import Param, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aorm.query.queryset import QuerySet
    from aorm.sql.predicates import Predicate

    # Makes, of an instance and the key it had, the queryset of its objects.
    HeldMaker = Callable[[Any, Any], QuerySet[Any]]


def narrowed(queryset: QuerySet[Any], condition: Q) -> QuerySet[Any]:
    """Return the queryset with one more condition, which shares all the joins that the queryset already has.

    A ``filter()`` would join rows of a many-valued relation anew.
    """
    queryset._refuse_combined("filter")
    query = queryset._query
    scope = QueryScope(query)
    predicate = build_condition(scope, condition)
    return queryset._with(scope.finished(where=conjunction([query.where, predicate])))


def without_ordering(queryset: QuerySet[Any]) -> QuerySet[Any]:
    """Return the queryset unordered where its order decides nothing but the order of the results."""
    query = queryset._query
    if query.is_sliced or query.distinct_names or query.combinator is not None:
        return queryset
    return queryset._with(query.replace(order_by=(), orders_by_default=False))


def related_to(queryset: QuerySet[Any], name: str, instances: Sequence[Any]) -> QuerySet[Any]:
    """Return what the queryset gives that is related to one of the instances.

    The slice of a sliced queryset holds for each instance: its rows are numbered per instance and kept by number.

    Args:
        queryset: the related objects.
        name: the relation that leads from them to the instances.
        instances: the instances.
    """
    query = queryset._query
    condition = Q((f"{name}__in", instances))
    if not query.is_sliced:
        return narrowed(queryset, condition)
    scope = QueryScope(query)
    parts = [query.where, build_condition(scope, condition)]
    ordering = resolve_ordering(scope)
    key = scope.reference(name).term
    # SQLite divides by columns, not by rows of them.
    partition = key.terms if isinstance(key, Row) else (key,)
    number = Window(Call("row_number", (), BIGINT), partition, tuple(ordering), None, BIGINT)
    low = 0 if query.offset is None else query.offset.value
    parts.append(_bound(number, ">", low))
    if query.limit is not None:
        parts.append(_bound(number, "<=", low + query.limit.value))
    return queryset._with(scope.finished(where=conjunction(parts), limit=None, offset=None))


def _bound(number: Window, operator: str, bound: int) -> Predicate:
    return Compare(number, operator, Param(bound, BIGINT))


def with_key(queryset: QuerySet[Any], attribute: str, name: str, link: Any) -> QuerySet[Any]:
    """Return the queryset whose objects carry the key of the instance that they were found for.

    Args:
        queryset: narrowed by ``related_to``, so that the table between is joined.
        attribute: the name of the attribute.
        name: the relation that leads to the instances.
        link: the foreign key of the table between that holds the key; it says how to read it.
    """
    scope = QueryScope(queryset._query)
    annotation = annotation_of(attribute, scope.reference(name).term, link)
    annotations = tuple(item for item in queryset._query.annotations if item.name != attribute)
    return queryset._with(scope.finished(annotations=(*annotations, annotation)))
