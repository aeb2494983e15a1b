"""``aggregate()`` and ``count()``: one row computed from all rows of a query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aorm.expressions.base import Resolved, contains_aggregate, contains_window
from aorm.query.grouping import depends_on_row
from aorm.query.joins import make_joins
from aorm.query.layout import Finished, ValueSlot
from aorm.query.planning import ONE, finish, finish_nested, split_where
from aorm.query.scope import QueryScope
from aorm.query.state import Query, annotation_of
from aorm.sql.functions import Aggregate
from aorm.sql.node import Term
from aorm.sql.predicates import Predicate
from aorm.sql.rewrite import transform
from aorm.sql.select import Compound, Select
from aorm.sql.sources import From, FromQuery
from aorm.sql.tables import Column, ColumnList, Label, Table
from aorm.sql.types import BIGINT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aorm.dialects.base.features import Features
    from aorm.query.state import Annotation
    from aorm.sql.node import Node

INNER = "subquery"
COUNT_ALL = Aggregate("count", (), BIGINT)


@dataclass(slots=True)
class Aggregation:
    """Aggregates over a query: the query with them resolved on it, and what each gives for no rows."""

    query: Query
    items: tuple[Annotation, ...]
    empty: dict[str, Any]


def resolve_aggregates(query: Query, expressions: Mapping[str, Any]) -> Aggregation:
    """Resolve the arguments of ``aggregate()``.

    Raises:
        TypeError: an argument is no aggregate.
        FieldError: a name does not resolve.
    """
    scope = QueryScope(query, summarizes=True)
    items: list[Annotation] = []
    known: dict[str, Resolved] = {}
    empty: dict[str, Any] = {}
    for name, expression in expressions.items():
        scope.summaries = known
        resolved = scope.resolve_annotation(expression)
        if not contains_aggregate(resolved.term):
            raise TypeError(f"{name} is not an aggregate expression")
        known[name] = resolved
        items.append(annotation_of(name, resolved.term, resolved.output))
        empty[name] = getattr(expression, "empty_result_value", None)
    return Aggregation(scope.finished(), tuple(items), empty)


def needs_subquery(query: Query) -> bool:
    """Tell whether the rows must be made first: groups, slices, distinct rows, set operations, window functions."""
    return (
        query.is_sliced
        or query.is_distinct
        or query.combinator is not None
        or query.group_by is not None
        or any(contains_window(item.term) or contains_aggregate(item.term) for item in query.annotations)
    )


def finish_aggregation(aggregation: Aggregation, features: Features) -> Finished:
    """Return the statement that computes the aggregates."""
    query = aggregation.query
    if needs_subquery(query):
        statement, terms = _over_subquery(query, [item.term for item in aggregation.items], features)
    else:
        where, having, qualify = split_where(query.where)
        terms = [item.term for item in aggregation.items]
        statement = Select(
            ColumnList(tuple(terms)),
            From(Table(query.meta.db_table), query.alias),
            make_joins(query.joins, where, query.alias),
            where,
            having=having,
            qualify=qualify,
        )
    slots = [
        ValueSlot(item.name, position, term, item.output)
        for position, (item, term) in enumerate(zip(aggregation.items, terms, strict=True))
    ]
    return Finished(finish_nested(statement, features), slots)


def _over_subquery(query: Query, terms: list[Term], features: Features) -> tuple[Select, list[Term]]:
    """Compute the aggregates over the query's rows: what they look at is selected inside under a name."""
    inner = _inner_query(query)
    finished = finish(inner, features)
    statement: Any = finished.statement
    if isinstance(statement, Compound):
        # Only counting looks at a set operation: its rows, not its columns.
        source = FromQuery(statement, INNER)
        return Select(ColumnList(tuple(terms)), source), terms
    columns = list(statement.columns.items)
    if not (inner.is_distinct or inner.has_values):
        columns = []
    labels: list[Term] = [Label(term, f"__col{number}", term.type) for number, term in enumerate(columns)]

    def outside(item: Node) -> Node | None:
        if not isinstance(item, Term) or isinstance(item, Predicate):
            return None
        if depends_on_row(item) or contains_aggregate(item):
            return Column(INNER, _label_for(item, labels), item.type)
        return None

    outer_terms = [_map_outermost(term, outside) for term in terms]
    if not labels:
        labels.append(Label(ONE, "__col0", ONE.type))
    source = FromQuery(statement.replace(columns=ColumnList(tuple(labels))), INNER)
    return Select(ColumnList(tuple(outer_terms)), source), outer_terms


def _map_outermost(term: Term, function: Any) -> Any:
    """Replace what stands inside the outermost aggregates of a term."""

    def visit(item: Node) -> Node | None:
        if isinstance(item, Aggregate):
            return item.map_children(lambda below: transform(below, function))
        return None

    return transform(term, visit)


def _label_for(term: Term, labels: list[Any]) -> str:
    for label in labels:
        if label.term.same_as(term):
            return str(label.name)
    name = f"__col{len(labels)}"
    labels.append(Label(term, name, term.type))
    return name


def _inner_query(query: Query) -> Query:
    changes: dict[str, Any] = {"related": None}
    if not query.is_sliced and not query.distinct_names:
        changes.update(order_by=(), orders_by_default=False)
    return query.replace(**changes)
