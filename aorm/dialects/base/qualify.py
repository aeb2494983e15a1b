"""Filter on window functions where there is no QUALIFY: by a query around the query."""

from __future__ import annotations

from typing import Any

from aorm.exceptions import NotSupportedError
from aorm.sql.functions import Aggregate, Window
from aorm.sql.node import Node, Term
from aorm.sql.predicates import TRUE
from aorm.sql.select import Ordering, Select
from aorm.sql.sources import FromQuery, Selectable
from aorm.sql.tables import Column, ColumnList, Label, Star
from aorm.sql.values import Outer


def without_qualify(select: Select, alias: str) -> Select:
    """Return a query that gives the same rows without QUALIFY.

    The query itself becomes a subquery that also selects what the condition and the order look at; around it stand the
    condition as WHERE, DISTINCT, the order and the limits, which come after QUALIFY.
    """
    inside = _Inside(alias)
    items = tuple([_renamed(inside, item) for item in select.columns.items])
    condition = inside.moved(select.qualify)
    ordering = tuple([Ordering(inside.moved(item.term), item.descending, item.nulls) for item in select.order_by])
    distinct_on = tuple([inside.moved(term) for term in select.distinct_on])
    columns = tuple([Label(term, _name(position), term.type) for position, term in enumerate(inside.terms)])
    inner = select.replace(
        columns=ColumnList(columns),
        qualify=TRUE,
        is_distinct=False,
        distinct_on=(),
        order_by=(),
        limit=None,
        offset=None,
    )
    return Select(
        ColumnList(items),
        FromQuery(inner, alias),
        where=condition,
        is_distinct=select.is_distinct,
        distinct_on=distinct_on,
        order_by=ordering,
        limit=select.limit,
        offset=select.offset,
    )


class _Inside:
    """The terms that the subquery selects, each once."""

    def __init__(self, alias: str) -> None:
        self.alias = alias
        self.terms: list[Term] = []

    def column(self, term: Term) -> Column:
        """Return the column of the subquery that holds a term, selecting it there."""
        for position, known in enumerate(self.terms):
            if known.same_as(term):
                return Column(self.alias, _name(position), term.type)
        self.terms.append(term)
        return Column(self.alias, _name(len(self.terms) - 1), term.type)

    def moved(self, item: Any, depth: int = 0) -> Any:
        """Return a term with what must be computed inside replaced by columns of the subquery.

        Content of a nested query is its own, but for what it says of this query by ``Outer``.
        """
        if depth == 0 and isinstance(item, (Column, Aggregate, Window)):
            return self.column(item)
        if isinstance(item, Outer):
            return item.map_children(lambda below: self.moved(below, depth - 1))
        if isinstance(item, Selectable):
            depth += 1
        return item.map_children(lambda below: self.moved(below, depth))


def _renamed(inside: _Inside, item: Node) -> Term:
    """Return a selected term as a column of the subquery, under the name that it had."""
    if isinstance(item, Star):
        raise NotSupportedError("a query that filters on a window function must name the columns that it selects.")
    if isinstance(item, Label):
        return Label(inside.column(item.term), item.name, item.type)
    if not isinstance(item, Term):
        raise TypeError(f"{type(item).__name__} cannot be selected.")
    column = inside.column(item)
    return Label(column, item.name, item.type) if isinstance(item, Column) else column


def _name(position: int) -> str:
    return f"column{position + 1}"
