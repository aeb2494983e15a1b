"""Decide what stands in GROUP BY.

The rule: a query with an aggregate groups by

1. the rows it speaks of: after ``values()``, the terms selected when the aggregate came; otherwise the primary key of
   the model and of each related table that is selected beside it (both databases know the other columns then);
2. every other selected annotation that holds no aggregate, and the parts outside of aggregates of those that do;
3. the parts outside of aggregates of the ordering and of HAVING.

Constants and parameters alone group nothing and are left out, as are subqueries that look at no row of the query.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aorm.expressions.base import contains_aggregate
from aorm.sql.functions import Aggregate, CustomSQL, TemplateCall, Window
from aorm.sql.node import Node, Term
from aorm.sql.sources import Selectable
from aorm.sql.tables import Column
from aorm.sql.values import Default, Literal, Outer, Param

if TYPE_CHECKING:
    from collections.abc import Iterable


def group_by_terms(*groups: Iterable[Node]) -> tuple[Term, ...]:
    """Return the terms to group by, each once."""
    collected: list[Term] = []
    seen: set[object] = set()
    for group in groups:
        for node in group:
            for term in outside_of_aggregates(node):
                # Two terms with equal shapes may differ in a parameter's value: the parameters' identities tell.
                key = (term.shape(), tuple(id(item) for item in term.parameters()))
                if key not in seen:
                    seen.add(key)
                    collected.append(term)
    return tuple(collected)


def outside_of_aggregates(node: Node) -> list[Term]:
    """Return the largest terms below a node that hold no aggregate and depend on a row."""
    if isinstance(node, Aggregate) or (isinstance(node, (TemplateCall, CustomSQL)) and node.is_aggregate):
        return []
    if isinstance(node, Term) and not contains_aggregate(node) and not isinstance(node, Window):
        return [node] if depends_on_row(node) else []
    return [term for item in node.child_nodes() for term in outside_of_aggregates(item)]


def depends_on_row(node: Node) -> bool:
    """Tell whether the value may differ from row to row."""
    if isinstance(node, (Param, Literal, Default)):
        return False
    if isinstance(node, (Column, CustomSQL)):
        return True
    if isinstance(node, Selectable):
        return any(isinstance(item, Outer) for item in node.walk())
    return any(depends_on_row(item) for item in node.child_nodes())
