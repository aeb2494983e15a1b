"""Turn the hops of a query into joins, and decide which of them are inner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aorm.sql.functions import Call
from aorm.sql.predicates import (
    And,
    Between,
    Compare,
    InList,
    InQuery,
    InTerms,
    IsNull,
    IsTrue,
    Like,
    Matches,
    Or,
    Predicate,
    conjunction,
)
from aorm.sql.sources import From, Join
from aorm.sql.tables import Column, Table
from aorm.sql.values import Cast, Collate, Literal, Negative, Operation, Param, Row

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aorm.query.state import JoinStep
    from aorm.sql.node import Node

# Functions that give NULL for a NULL argument on every database; others are taken to hide it.
STRICT_CALLS = frozenset(
    {"lower", "upper", "length", "extract", "trunc", "date", "time", "abs", "md5", "reverse", "trim"}
)
_STRICT_TERMS = (Cast, Collate, Negative, Operation, Row)
_STRICT_PREDICATES = (Compare, Between, InList, InTerms, Like, Matches, IsTrue)


def demanded_aliases(predicate: Predicate) -> frozenset[str]:
    """Return the aliases without whose row the predicate cannot be true.

    AND demands what any item demands, OR what all demand; NOT, IS NULL and functions that may turn NULL into a value
    demand nothing. A left join of a demanded alias can be an inner one.
    """
    if isinstance(predicate, And):
        return frozenset().union(*(demanded_aliases(item) for item in predicate.items))
    if isinstance(predicate, Or):
        return frozenset.intersection(*(demanded_aliases(item) for item in predicate.items))
    if isinstance(predicate, IsNull):
        return strict_aliases(predicate.term) if predicate.negated else frozenset()
    if isinstance(predicate, InQuery):
        return strict_aliases(predicate.term)
    if isinstance(predicate, _STRICT_PREDICATES):
        return frozenset().union(*(strict_aliases(item) for item in predicate.child_nodes()))
    return frozenset()


def strict_aliases(term: Node) -> frozenset[str]:
    """Return the aliases whose missing row makes the term NULL."""
    if isinstance(term, Column):
        return frozenset((term.alias,))
    if isinstance(term, (Param, Literal)):
        return frozenset()
    if isinstance(term, _STRICT_TERMS) or (isinstance(term, Call) and term.name in STRICT_CALLS):
        return frozenset().union(*(strict_aliases(item) for item in term.child_nodes()))
    return frozenset()


def make_joins(steps: Iterable[JoinStep], where: Predicate, base: str) -> tuple[Join, ...]:
    """Return the joins of a statement: inner where a row must exist or the condition demands it, else left."""
    steps = tuple(steps)
    if not steps:
        return ()
    inner = set(demanded_aliases(where))
    # A demanded row demands the rows on the way to it.
    for step in reversed(steps):
        if step.alias in inner:
            inner.add(step.parent)
    inner.add(base)
    joins = []
    for step in steps:
        hop = step.hop
        must_exist = not hop.is_nullable and step.filter is None and step.parent in inner
        is_inner = step.alias in inner or must_exist
        if is_inner:
            inner.add(step.alias)
        joins.append(Join(From(Table(hop.target.db_table), step.alias), join_condition(step), is_inner))
    return tuple(joins)


def join_condition(step: JoinStep) -> Predicate:
    """Return the ON condition of a step."""
    hop = step.hop
    parts: list[Predicate] = [
        Compare(
            Column(step.parent, local.column, local.sql_type), "=", Column(step.alias, remote.column, remote.sql_type)
        )
        for local, remote in hop.pairs
    ]
    if hop.restriction is not None:
        parts.append(hop.restriction(step.alias))
    if step.filter is not None:
        parts.append(step.filter)
    return conjunction(parts)
