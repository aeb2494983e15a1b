"""Definitions as SQLite writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aorm.dialects.base.definitions import Definitions
from aorm.exceptions import NotSupportedError
from aorm.sql.ddl import Unique
from aorm.sql.predicates import Compare
from aorm.sql.tables import Column
from aorm.sql.types import INTEGERS
from aorm.sql.values import Literal, Param

if TYPE_CHECKING:
    from aorm.sql.ddl import AddConstraint, ColumnDefinition, DropConstraint, IndexTerm


class SQLiteDefinitions(Definitions):
    """Render definitions for SQLite."""

    def column_type(self, column: ColumnDefinition) -> str:
        """Return the type of a column: one that counts is ``integer``, a positive one ``unsigned`` as Django has it."""
        if column.identity and not column.native_type:
            return "integer"
        name = super().column_type(column)
        if column.type in INTEGERS and _is_positive(column) and not column.native_type:
            return f"{name} unsigned"
        return name

    def type_check(self, column: ColumnDefinition) -> str:
        """Return the check that a JSON column holds JSON."""
        if column.type.name != "json" or column.native_type:
            return ""
        name = self.quote(column.name)
        return f"CHECK ((JSON_VALID({name}) OR {name} IS NULL))"

    def identity(self, column: ColumnDefinition) -> str:
        """Return AUTOINCREMENT, which never gives a number twice."""
        return "AUTOINCREMENT" if column.identity else ""

    def render_index_term(self, term: IndexTerm) -> str:
        """Return one column or expression of an index; operator classes are PostgreSQL's and left out."""
        if term.nulls:
            raise NotSupportedError("SQLite has no NULLS FIRST or LAST in an index.")
        return super().render_index_term(term.replace(operator_class=None))

    def render_add_constraint(self, add: AddConstraint) -> str:
        """Refuse, except for a unique constraint, for which a unique index stands."""
        constraint = add.constraint
        if isinstance(constraint, Unique) and not constraint.deferrable and not constraint.include:
            return (
                f"CREATE UNIQUE INDEX {self.quote(constraint.name)} ON {self.render(add.table)} "
                f"({self.quote_all(constraint.columns)})"
            )
        raise NotSupportedError("SQLite cannot add a constraint to a table: the table must be made anew.")

    def render_drop_constraint(self, drop: DropConstraint) -> str:
        """Refuse: SQLite cannot."""
        raise NotSupportedError("SQLite cannot drop a constraint of a table: the table must be made anew.")


def _is_positive(column: ColumnDefinition) -> bool:
    check = column.check
    return (
        isinstance(check, Compare)
        and check.operator == ">="
        and isinstance(check.left, Column)
        and check.left.name == column.name
        and isinstance(check.right, (Literal, Param))
        and check.right.value == 0
    )
