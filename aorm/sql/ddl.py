"""Definitions: tables, columns, constraints, indexes, comments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aorm.sql.node import Node, Term, child, children, node, static
from aorm.sql.predicates import TRUE, Predicate

if TYPE_CHECKING:
    from aorm.sql.tables import Table
    from aorm.sql.types import SqlType


@node
class ForeignKeyReference(Node):
    """``REFERENCES "table" ("columns") ON DELETE ... DEFERRABLE INITIALLY DEFERRED``."""

    table: Table = child()
    columns: tuple[str, ...] = static()
    on_delete: str | None = static(default=None)
    is_deferred: bool = static(default=True)


@node
class ColumnDefinition(Node):
    """One column of CREATE TABLE.

    ``identity`` makes the database count; ``generated`` with ``is_stored`` makes a generated column;
    ``default`` is the database's default; ``check`` a term of the column's own check, such as ``>= 0``.
    ``native_type`` is a spelling given by the user's ``db_type()``, used as it is.
    """

    name: str = static()
    type: SqlType = static()
    is_null: bool = static(default=False)
    is_primary_key: bool = static(default=False)
    is_unique: bool = static(default=False)
    identity: bool = static(default=False)
    collation: str | None = static(default=None)
    native_type: str | None = static(default=None)
    tablespace: str | None = static(default=None)
    comment: str | None = static(default=None)
    is_stored: bool = static(default=True)
    default: Term | None = child(default=None)
    generated: Term | None = child(default=None)
    check: Predicate | None = child(default=None)
    references: ForeignKeyReference | None = child(default=None)
    references_name: str | None = static(default=None)


@node
class IndexTerm(Node):
    """One column or expression of an index or a unique constraint."""

    term: Term = child()
    descending: bool = static(default=False)
    nulls: str | None = static(default=None)
    collation: str | None = static(default=None)
    operator_class: str | None = static(default=None)


@node
class Check(Node):
    """``CONSTRAINT "name" CHECK (condition)``."""

    name: str = static()
    condition: Predicate = child()


@node
class PrimaryKey(Node):
    """``PRIMARY KEY (columns)`` over several columns."""

    columns: tuple[str, ...] = static()


@node
class Unique(Node):
    """``CONSTRAINT "name" UNIQUE (columns)``; with expressions or a condition it is made as a unique index."""

    name: str = static()
    columns: tuple[str, ...] = static()
    include: tuple[str, ...] = static(default=())
    deferrable: str | None = static(default=None)
    nulls_distinct: bool | None = static(default=None)


@node
class ForeignKey(Node):
    """``CONSTRAINT "name" FOREIGN KEY (columns) REFERENCES ...``."""

    name: str = static()
    columns: tuple[str, ...] = static()
    references: ForeignKeyReference = child()


@node
class Exclusion(Node):
    """``CONSTRAINT "name" EXCLUDE USING method (term WITH operator, ...) WHERE (...)``."""

    name: str = static()
    method: str = static()
    terms: tuple[IndexTerm, ...] = children()
    operators: tuple[str, ...] = static()
    include: tuple[str, ...] = static(default=())
    condition: Predicate = child(default=TRUE)
    deferrable: str | None = static(default=None)


@node
class CreateTable(Node):
    """``CREATE TABLE``; ``if_not_exists`` makes it idempotent."""

    table: Table = child()
    columns: tuple[ColumnDefinition, ...] = children()
    constraints: tuple[Node, ...] = children(default=())
    if_not_exists: bool = static(default=False)
    tablespace: str | None = static(default=None)


@node
class DropTable(Node):
    """``DROP TABLE``; ``cascade`` also drops what refers to it, where the database can.

    ``others`` go together with it, as tables must that refer to each other in a circle.
    """

    table: Table = child()
    if_exists: bool = static(default=False)
    cascade: bool = static(default=False)
    others: tuple[Table, ...] = children(default=())


@node
class AddConstraint(Node):
    """``ALTER TABLE ... ADD constraint``; with ``if_not_exists`` one of that name that exists is left alone."""

    table: Table = child()
    constraint: Node = child()
    if_not_exists: bool = static(default=False)


@node
class DropConstraint(Node):
    """``ALTER TABLE ... DROP CONSTRAINT "name"``."""

    table: Table = child()
    name: str = static()


@node
class CreateIndex(Node):
    """``CREATE [UNIQUE] INDEX "name" ON table USING method (terms) INCLUDE (...) WHERE ...``."""

    name: str = static()
    table: Table = child()
    terms: tuple[IndexTerm, ...] = children()
    is_unique: bool = static(default=False)
    method: str | None = static(default=None)
    include: tuple[str, ...] = static(default=())
    condition: Predicate = child(default=TRUE)
    nulls_distinct: bool | None = static(default=None)
    storage: tuple[tuple[str, object], ...] = static(default=())
    tablespace: str | None = static(default=None)
    if_not_exists: bool = static(default=False)


@node
class DropIndex(Node):
    """``DROP INDEX "name"``."""

    name: str = static()
    if_exists: bool = static(default=False)


@node
class Comment(Node):
    """``COMMENT ON TABLE`` or, with a column, ON COLUMN; a database without comments renders nothing."""

    table: Table = child()
    column: str | None = static()
    text: str | None = static()
