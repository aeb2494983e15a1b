"""SELECT and the set operations on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aorm.sql.node import Node, Term, child, children, node, static
from aorm.sql.predicates import TRUE, Predicate
from aorm.sql.sources import From, FromQuery, FromValues, Join, Selectable

if TYPE_CHECKING:
    from aorm.sql.tables import ColumnList
    from aorm.sql.types import SqlType


@node
class Ordering(Node):
    """``term ASC`` or DESC, with NULLS FIRST or LAST where ``nulls`` says ``first`` or ``last``."""

    term: Term = child()
    descending: bool = static(default=False)
    nulls: str | None = static(default=None)


@node
class Position(Term):
    """The number of a selected column, from 1, as ORDER BY of a set operation wants it."""

    number: int = static()
    type: SqlType = static()


@node
class Lock(Node):
    """``FOR UPDATE`` with its options; ``of`` are aliases."""

    nowait: bool = static(default=False)
    skip_locked: bool = static(default=False)
    no_key: bool = static(default=False)
    of: tuple[str, ...] = static(default=())


@node
class Select(Selectable):
    """One SELECT. Clauses that are absent hold None, an empty tuple or TRUE."""

    columns: ColumnList = child()
    source: From | FromQuery | FromValues | None = child(default=None)
    joins: tuple[Join, ...] = children(default=())
    where: Predicate = child(default=TRUE)
    group_by: tuple[Term, ...] = children(default=())
    having: Predicate = child(default=TRUE)
    qualify: Predicate = child(default=TRUE)
    is_distinct: bool = static(default=False)
    distinct_on: tuple[Term, ...] = children(default=())
    order_by: tuple[Ordering, ...] = children(default=())
    limit: Term | None = child(default=None)
    offset: Term | None = child(default=None)
    lock: Lock | None = child(default=None)


@node
class Compound(Selectable):
    """``SELECT ... UNION [ALL] SELECT ...``; ``operator`` is ``union``, ``union all``, ``intersect`` or ``except``."""

    operator: str = static()
    queries: tuple[Selectable, ...] = children()
    order_by: tuple[Ordering, ...] = children(default=())
    limit: Term | None = child(default=None)
    offset: Term | None = child(default=None)


@node
class Explain(Node):
    """``EXPLAIN`` of a statement; ``options`` are pairs that the dialect has checked."""

    statement: Node = child()
    format: str | None = static(default=None)
    options: tuple[tuple[str, object], ...] = static(default=())
