"""INSERT, UPDATE and DELETE."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aorm.sql.node import Node, Term, child, children, node, static
from aorm.sql.predicates import TRUE, Predicate

if TYPE_CHECKING:
    from aorm.sql.sources import FromValues, Selectable
    from aorm.sql.tables import ColumnList, Table
    from aorm.sql.types import SqlType
    from aorm.sql.values import Row


@node
class Assignment(Node):
    """``"column" = term`` in UPDATE and in ON CONFLICT DO UPDATE."""

    column: str = static()
    term: Term = child()


@node
class Excluded(Term):
    """``EXCLUDED."column"``: the value that a conflicting INSERT wanted to write."""

    column: str = static()
    type: SqlType = static()


@node
class OnConflict(Node):
    """``ON CONFLICT (columns) DO NOTHING``, or DO UPDATE SET where there are assignments.

    ``columns`` are names, empty for any conflict.
    """

    columns: tuple[str, ...] = static(default=())
    assignments: tuple[Assignment, ...] = children(default=())


@node
class Insert(Node):
    """``INSERT INTO table (columns) VALUES rows ON CONFLICT ... RETURNING ...``.

    No columns gives DEFAULT VALUES. ``source`` takes the place of ``rows`` for INSERT ... SELECT and for the
    arrays of a bulk insert.
    """

    table: Table = child()
    columns: tuple[str, ...] = static()
    rows: tuple[Row, ...] = children(default=())
    source: Selectable | FromValues | None = child(default=None)
    on_conflict: OnConflict | None = child(default=None)
    returning: ColumnList | None = child(default=None)


@node
class Update(Node):
    """``UPDATE table AS alias SET ... WHERE ... RETURNING ...``; columns in WHERE carry the alias."""

    table: Table = child()
    alias: str = static()
    assignments: tuple[Assignment, ...] = children()
    where: Predicate = child(default=TRUE)
    source: FromValues | None = child(default=None)
    returning: ColumnList | None = child(default=None)


@node
class Delete(Node):
    """``DELETE FROM table AS alias WHERE ...``."""

    table: Table = child()
    alias: str = static()
    where: Predicate = child(default=TRUE)
    returning: ColumnList | None = child(default=None)
