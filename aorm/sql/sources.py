"""What may stand in FROM: tables under an alias, joins, subqueries, functions; and the base of all queries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aorm.sql.node import Node, Term, child, children, node, static

if TYPE_CHECKING:
    from aorm.sql.predicates import Predicate
    from aorm.sql.tables import Table
    from aorm.sql.types import SqlType


class Selectable(Node):
    """A query: what gives rows. ``Select`` and ``Compound`` are rendered; other kinds become one of them first."""

    __slots__ = ()


@node
class From(Node):
    """``"table" AS "alias"``; the alias is left out where it equals the table's name."""

    table: Table = child()
    alias: str = static()


@node
class FromQuery(Node):
    """``(SELECT ...) AS "alias"``."""

    query: Selectable = child()
    alias: str = static()


@node
class FromValues(Node):
    """``(VALUES (...), (...)) AS "alias" ("column", ...)`` from one array parameter per column.

    PostgreSQL unnests the arrays, SQLite reads them as JSON. ``columns`` are the names, ``arrays`` the parameters.
    """

    arrays: tuple[Term, ...] = children()
    alias: str = static()
    columns: tuple[str, ...] = static()


@node
class Join(Node):
    """``INNER JOIN source ON condition`` or ``LEFT OUTER JOIN``."""

    source: From | FromQuery = child()
    condition: Predicate = child()
    is_inner: bool = static(default=True)


@node
class Subquery(Term):
    """``(SELECT one column ...)`` as a value."""

    query: Selectable = child()
    type: SqlType = static()
