"""Finish a query into a statement: columns, ordering, grouping, joins, nested queries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.exceptions import NotSupportedError
from aorm.expressions.base import contains_aggregate, contains_window
from aorm.query.columns import ColumnPicker
from aorm.query.compounds import finish_compound
from aorm.query.grouping import group_by_terms
from aorm.query.joins import make_joins
from aorm.query.layout import Finished
from aorm.query.locking import lock_of
from aorm.query.ordering import resolve_ordering
from aorm.query.scope import QueryScope
from aorm.query.state import Query
from aorm.sql.predicates import FALSE, TRUE, And, Exists, InQuery, Predicate, conjunction
from aorm.sql.rewrite import relabel, transform
from aorm.sql.select import Compound, Ordering, Position, Select
from aorm.sql.sources import From, Subquery
from aorm.sql.tables import ColumnList, Table
from aorm.sql.types import INTEGER
from aorm.sql.values import Literal, Row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aorm.dialects.base.features import Features
    from aorm.query.layout import ModelLayout, ValueSlot
    from aorm.sql.node import Node, Term

ONE = Literal(1, INTEGER)


def finish(query: Query, features: Features) -> Finished:
    """Return the statement of a query as its result needs it.

    Raises:
        NotSupportedError: the database lacks what the query asks for.
        FieldError: a name does not resolve.
    """
    finished = _finish(query, features)
    finished.statement = finish_nested(finished.statement, features)
    return finished


def finish_exists(query: Query, features: Features) -> Select | Compound:
    """Return the statement that tells whether the query has a row: ``SELECT 1 ... LIMIT`` as given."""
    statement: Select | Compound = finish_nested(_bare_select(query, features), features)
    return statement


def _finish(query: Query, features: Features) -> Finished:
    if query.combinator is not None:
        return finish_compound(query, features, _finish)
    scope = QueryScope(query)
    picker = ColumnPicker(scope)
    layout: ModelLayout | list[ValueSlot]
    layout = picker.pick_values(query) if query.has_values else picker.pick_model(query)
    ordering = resolve_ordering(scope)
    distinct_on = _distinct_terms(scope, features)
    terms = tuple(picker.terms)
    if query.is_distinct and not distinct_on:
        # SELECT DISTINCT may only order by what it selects.
        extra = [item.term for item in ordering if not any(item.term.same_as(term) for term in terms)]
        terms = (*terms, *(term for term in extra if _may_be_selected(term)))
    where, having, qualify = split_where(query.where)
    group_by = _grouping(query, picker, terms, ordering, having)
    statement = Select(
        ColumnList(terms),
        From(Table(query.meta.db_table), query.alias),
        make_joins(scope.joins, where, query.alias),
        where,
        group_by,
        having,
        qualify,
        query.is_distinct and not distinct_on,
        distinct_on,
        ordering,
        query.limit,
        query.offset,
        lock_of(query, layout, features),
    )
    return Finished(statement, layout)


def _may_be_selected(term: Term) -> bool:
    return not isinstance(term, Position)


def _distinct_terms(scope: QueryScope, features: Features) -> tuple[Term, ...]:
    names = scope.query.distinct_names
    if not names:
        return ()
    if not features.can_distinct_on_fields:
        raise NotSupportedError("DISTINCT ON fields is not supported by this database backend")
    found = [scope.reference(name).term for name in names]
    return tuple([part for term in found for part in (term.terms if isinstance(term, Row) else (term,))])


def _grouping(
    query: Query, picker: ColumnPicker, terms: Sequence[Term], ordering: Sequence[Ordering], having: Predicate
) -> tuple[Term, ...]:
    if query.group_by is None:
        return ()
    rows: Sequence[Node] = query.group_terms if query.group_by == "terms" else picker.keys
    annotations = [item.term for item in (query.selected if query.has_values else query.visible_annotations)]
    if query.group_by == "model" and query.has_values:
        rows = _model_keys(query)
    orderings = [item.term for item in ordering]
    return group_by_terms(rows, annotations, orderings, [having] if having is not TRUE else [])


def _model_keys(query: Query) -> list[Term]:
    scope = QueryScope(query)
    return [scope.reference(field.name).term for field in query.meta.pk_fields]


def split_where(where: Predicate) -> tuple[Predicate, Predicate, Predicate]:
    """Split the conditions into WHERE, HAVING and those on window functions."""
    if not (contains_aggregate(where) or contains_window(where)):
        return where, TRUE, TRUE
    parts = where.items if isinstance(where, And) else (where,)
    plain, grouped, windowed = [], [], []
    for part in parts:
        if contains_window(part):
            windowed.append(part)
        elif contains_aggregate(part):
            grouped.append(part)
        else:
            plain.append(part)
    return conjunction(plain), conjunction(grouped), conjunction(windowed)


def _bare_select(query: Query, features: Features) -> Select | Compound:
    """Return the query selecting the constant 1, for EXISTS."""
    if query.combinator is not None:
        return finish_compound(query.replace(order_by=(), orders_by_default=False), features, _finish).statement
    if not query.is_sliced and not query.distinct_names:
        query = query.replace(order_by=(), orders_by_default=False, is_distinct=False)
    if query.group_by is not None or query.is_distinct or query.distinct_names:
        return _finish(query.replace(related=None), features).statement
    scope = QueryScope(query)
    ordering = resolve_ordering(scope)
    where, having, qualify = split_where(query.where)
    return Select(
        ColumnList((ONE,)),
        From(Table(query.meta.db_table), query.alias),
        make_joins(scope.joins, where, query.alias),
        where,
        having=having,
        qualify=qualify,
        order_by=ordering,
        limit=query.limit,
        offset=query.offset,
    )


def finish_nested(statement: Any, features: Features, depth: int = 0) -> Any:
    """Replace each query inside a statement by its own statement, under aliases of its own."""

    def replaced(item: Node) -> Node | None:
        if isinstance(item, Exists) and isinstance(item.query, Query):
            if item.query.is_empty:
                return FALSE
            return Exists(_placed(_bare_select(item.query, features), features, depth))
        if isinstance(item, InQuery) and isinstance(item.query, Query):
            inner = item.query
            if not inner.is_sliced and not inner.distinct_names:
                inner = inner.replace(order_by=(), orders_by_default=False)
            if inner.is_empty:
                return FALSE
            placed = _placed(_finish(inner, features).statement, features, depth)
            return InQuery(finish_nested(item.term, features, depth), placed)
        if isinstance(item, Subquery) and isinstance(item.query, Query) and item.query.is_empty:
            return Literal(None, item.type)
        if isinstance(item, Query):
            return _placed(_finish(item, features).statement, features, depth)  # type: ignore[no-any-return]
        return None

    return transform(statement, replaced)


def _placed(statement: Any, features: Features, depth: int) -> Any:
    inner = finish_nested(statement, features, depth + 1)
    return _relabelled(inner, depth)


def _relabelled(inner: Any, depth: int) -> Any:
    if isinstance(inner, Compound):
        return inner.replace(queries=tuple(_relabelled(query, depth) for query in inner.queries))
    letter = chr(ord("U") + depth) if depth < 6 else f"U{depth}_"
    aliases = {alias: f"{letter}{number}" for number, alias in enumerate(_aliases_of(inner))}
    return relabel(inner, aliases)


def _aliases_of(statement: Select) -> list[str]:
    """Return the aliases of the statement's own FROM, not of those below it."""
    sources = [statement.source, *(join.source for join in statement.joins)]
    return [source.alias for source in sources if source is not None]
