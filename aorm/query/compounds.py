"""Set operations: the columns of their queries, and their order, which may be by what no query selects."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from aorm.exceptions import DatabaseError, NotSupportedError
from aorm.expressions.ordering import OrderBy
from aorm.expressions.references import F
from aorm.fields.outputs import field_for
from aorm.query.layout import Finished, columns_of
from aorm.query.ordering import (
    check_expression,
    checked_orderings,
    expression_orderings,
    random_ordering,
    reversed_ordering,
)
from aorm.query.scope import QueryScope
from aorm.query.state import CompoundOrdering, LeafTerm, NamedOrdering, Query, annotation_of
from aorm.sql.select import Compound, Ordering, Position
from aorm.sql.types import INTEGER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from aorm.dialects.base.features import Features
    from aorm.query.state import Annotation

    Finish = Callable[[Query, Features], Finished]

UNMATCHED = "ORDER BY term does not match any column in the result set."


def leaves_of(query: Query) -> Iterator[Query]:
    """Yield the queries of a set operation that are none themselves, from left to right."""
    for part in query.combined:
        if part.combinator is None:
            yield part
        else:
            yield from leaves_of(part)


def compound_orderings(query: Query, item: Any) -> tuple[NamedOrdering | CompoundOrdering, ...]:
    """Check one argument of ``order_by`` of a set operation and return what the query keeps of it.

    A name is one of the first query's. An expression is resolved on each query, as each may have to select it.

    Raises:
        FieldError: a name is unknown, or the expression an aggregate.
    """
    leaves = list(leaves_of(query))
    named = item.expression if isinstance(item, OrderBy) else item
    if type(named) is F:
        direction = item if isinstance(item, OrderBy) else OrderBy(named)
        checked_orderings(QueryScope(leaves[0]), named.name)
        return (NamedOrdering(named.name, direction.descending, direction.nulls),)
    if isinstance(item, str) and item.removeprefix("-") != "?":
        return checked_orderings(QueryScope(leaves[0]), item)  # type: ignore[return-value]
    if not isinstance(item, str):
        check_expression(item)
    if any(leaf.has_values for leaf in leaves):
        # Their columns are given: what orders must be among those of the first.
        leaves = leaves[:1]
    columns = [list(_leaf_terms(leaf, item)) for leaf in leaves]
    return tuple(
        CompoundOrdering(tuple(term for term, _ in parts), parts[0][1].descending, parts[0][1].nulls)
        for parts in zip(*columns, strict=True)
    )


def _leaf_terms(leaf: Query, item: Any) -> Iterator[tuple[LeafTerm, Ordering]]:
    scope = QueryScope(leaf)
    found = (random_ordering(item.startswith("-")),) if isinstance(item, str) else expression_orderings(item, scope)
    for ordering in found:
        yield LeafTerm(ordering.term, scope.joins), ordering


def finish_compound(query: Query, features: Features, finish: Finish) -> Finished:
    """Return the statement of a set operation.

    Raises:
        DatabaseError: it is ordered by what its queries, whose columns are given, do not select.
        NotSupportedError: its queries select different numbers of columns.
    """
    parts = _as_selected(query, query).combined
    finished = finish(parts[0], features)
    items: tuple[Any, ...] = query.order_by
    positions = [_position_of(item, finished, query) for item in items]
    shown = len(finished.slots)
    hidden = {place: item for place, item in enumerate(items) if positions[place] is None}
    if hidden:
        if any(leaf.has_values for leaf in leaves_of(query)):
            raise DatabaseError(UNMATCHED)
        # What orders the rows must be a column of each query; the result does not show it.
        parts = _with_columns(query, hidden).combined
        finished = finish(parts[0], features)
        added = {slot.name: slot.position + 1 for slot in finished.slots}
        positions = [added[_hidden_name(place)] if place in hidden else found for place, found in enumerate(positions)]
    statements = [finished.statement, *(finish(item, features).statement for item in parts[1:])]
    count = len(columns_of(finished.statement))
    if any(len(columns_of(statement)) != count for statement in statements):
        raise NotSupportedError("Each query of a set operation must select the same number of columns.")
    ordering = tuple(
        [_placed(item, position, query.is_reversed) for item, position in zip(items, positions, strict=True)]
    )
    _hide(finished, shown)
    statement = Compound(query.combinator or "union", tuple(statements), ordering, query.limit, query.offset)
    return Finished(statement, finished.layout)


def _with_columns(query: Query, hidden: Mapping[int, NamedOrdering | CompoundOrdering]) -> Query:
    """Return the set operation whose queries select the terms of more orderings, behind all else."""
    # The joins of one order_by() stand on each other: those of the last expression are those of all.
    last = next((item for item in reversed(list(hidden.values())) if isinstance(item, CompoundOrdering)), None)
    if last is not None:
        query = _map_leaves(query, lambda leaf, number: leaf.replace(joins=last.leaves[number].joins))
    return _map_leaves(_as_selected(query, query), lambda leaf, number: _extended(leaf, number, hidden))


def _map_leaves(query: Query, function: Callable[[Query, int], Query]) -> Query:
    numbers = itertools.count()

    def mapped(part: Query) -> Query:
        if part.combinator is None:
            return function(part, next(numbers))
        return part.replace(combined=tuple([mapped(item) for item in part.combined]))

    return mapped(query)


def _extended(leaf: Query, number: int, hidden: Mapping[int, NamedOrdering | CompoundOrdering]) -> Query:
    scope = QueryScope(leaf)
    more: list[Annotation] = []
    for place, item in hidden.items():
        if isinstance(item, CompoundOrdering):
            term = item.leaves[number].term
            more.append(annotation_of(_hidden_name(place), term, field_for(term.type)))
        else:
            resolved = scope.reference(item.name)
            more.append(annotation_of(_hidden_name(place), resolved.term, resolved.output))
    key = "selected" if leaf.has_values else "annotations"
    return scope.finished(**{key: (*getattr(leaf, key), *more)})


def _hidden_name(place: int) -> str:
    return f"__orderbycol{place + 1}"


def _hide(finished: Finished, count: int) -> None:
    """Drop the slots of columns that only order."""
    layout = finished.layout
    if isinstance(layout, list):
        del layout[count:]
    else:
        del layout.annotations[count - len(layout.slots) :]


def _as_selected(query: Query, whole: Query) -> Query:
    """Give the queries of a set operation the columns that the whole selects, and no order that decides nothing."""
    parts = []
    for part in query.combined:
        item = part
        if whole.has_values and not item.has_values:
            item = item.replace(has_values=True, selected=whole.selected)
            if part.combinator is None:
                item = _selecting(part, whole.selected)
        if item.combinator is not None:
            item = _as_selected(item, item)
        parts.append(item if item.is_sliced else item.replace(order_by=(), orders_by_default=False))
    return query.replace(combined=tuple(parts))


def _selecting(leaf: Query, selected: Sequence[Annotation]) -> Query:
    scope = QueryScope(leaf)
    found = [(item, scope.reference(item.name)) for item in selected]
    items = tuple([item.replace(term=resolved.term, output=resolved.output) for item, resolved in found])
    return scope.finished(has_values=True, selected=items)


def _position_of(item: NamedOrdering | CompoundOrdering, finished: Finished, query: Query) -> int | None:
    """Return the position, counted from 1, of the selected column that an ordering means."""
    slots = finished.slots
    if isinstance(item, CompoundOrdering):
        term = item.leaves[0].term
        return next((slot.position + 1 for slot in slots if slot.term.same_as(term)), None)
    positions = {slot.name: slot.position + 1 for slot in slots}
    if not query.has_values:
        meta = query.meta
        if meta.pk.attname in positions:
            positions.setdefault("pk", positions[meta.pk.attname])
        for field in meta.concrete_fields:
            if field.attname in positions:
                positions.setdefault(field.name, positions[field.attname])
    return positions.get(item.name)


def _placed(item: NamedOrdering | CompoundOrdering, position: int | None, is_reversed: bool) -> Ordering:
    placed = Ordering(Position(position or 0, INTEGER), item.descending, item.nulls)
    return reversed_ordering(placed) if is_reversed else placed
