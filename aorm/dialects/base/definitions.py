"""Definitions: tables, columns, constraints, indexes and comments."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aorm.dialects.base.writer import Writer
from aorm.exceptions import NotSupportedError
from aorm.sql.predicates import TRUE
from aorm.sql.tables import Column, Label
from aorm.sql.values import Literal, Param

if TYPE_CHECKING:
    from aorm.sql.ddl import (
        AddConstraint,
        Check,
        ColumnDefinition,
        Comment,
        CreateIndex,
        CreateTable,
        DropConstraint,
        DropIndex,
        DropTable,
        Exclusion,
        ForeignKey,
        ForeignKeyReference,
        IndexTerm,
        PrimaryKey,
        Unique,
    )

ON_DELETE = {
    "cascade": "CASCADE",
    "set null": "SET NULL",
    "set default": "SET DEFAULT",
    "restrict": "RESTRICT",
    "no action": "NO ACTION",
}
NULLS = {"first": "FIRST", "last": "LAST"}
DEFERRABLE = {"deferred": " DEFERRABLE INITIALLY DEFERRED", "immediate": " DEFERRABLE INITIALLY IMMEDIATE"}
_METHOD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OPERATOR_CLASS = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*(?: ?\([A-Za-z0-9_=', ]*\))?")


class Definitions(Writer):
    """Render definitions. Values in them are literals: no database takes parameters there."""

    def render_create_table(self, create: CreateTable) -> str:
        """Return ``CREATE TABLE "name" (columns, constraints)``."""
        items = [*create.columns, *create.constraints]
        exists = "IF NOT EXISTS " if create.if_not_exists else ""
        return (
            f"CREATE TABLE {exists}{self.render(create.table)} ({self.render_all(items)})"
            f"{self.tablespace(create.tablespace)}"
        )

    def tablespace(self, name: str | None) -> str:
        """Return the clause that names a tablespace, or nothing where there are none."""
        return f" TABLESPACE {self.quote(name)}" if name and self.dialect.features.supports_tablespaces else ""

    def render_column_definition(self, column: ColumnDefinition) -> str:
        """Return one column: type, collation, default, NOT NULL, keys, check, identity, reference."""
        parts = [
            self.quote(column.name),
            self.column_type(column),
            f"COLLATE {self.quote(column.collation)}" if column.collation else "",
            f"DEFAULT {self.default(column)}" if column.default is not None else "",
            self.generated(column),
            self.nullability(column),
            "PRIMARY KEY" if column.is_primary_key else "",
            "UNIQUE" if column.is_unique and not column.is_primary_key else "",
            self.index_tablespace(column),
            f"CHECK ({self.render(column.check)})" if column.check is not None else "",
            self.type_check(column),
            self.identity(column),
            self.reference(column),
        ]
        return " ".join([part for part in parts if part])

    def column_type(self, column: ColumnDefinition) -> str:
        """Return the spelling of a column's type."""
        return self.text(column.native_type) if column.native_type else self.dialect.column_type(column.type)

    def default(self, column: ColumnDefinition) -> str:
        """Return the database's default of a column; an expression stands in parentheses."""
        term = column.default
        if term is None:
            raise ValueError(f"the column {column.name!r} has no default.")
        return self.render(term) if isinstance(term, (Literal, Param)) else f"({self.render(term)})"

    def nullability(self, column: ColumnDefinition) -> str:
        """Return NULL or NOT NULL; a generated column is what its expression makes it."""
        return "" if column.generated is not None else "NULL" if column.is_null else "NOT NULL"

    def generated(self, column: ColumnDefinition) -> str:
        """Return the clause of a generated column, or nothing."""
        if column.generated is None:
            return ""
        flag = "supports_stored_generated_columns" if column.is_stored else "supports_virtual_generated_columns"
        kind = "STORED" if column.is_stored else "VIRTUAL"
        self.dialect.features.require(flag, f"A generated column with {kind}")
        return f"GENERATED ALWAYS AS ({self.render(column.generated)}) {kind}"

    def index_tablespace(self, column: ColumnDefinition) -> str:
        """Return the tablespace of the index that a key makes, or nothing."""
        has_index = column.is_unique or column.is_primary_key
        if not column.tablespace or not has_index or not self.dialect.features.supports_tablespaces:
            return ""
        return f"USING INDEX TABLESPACE {self.quote(column.tablespace)}"

    def type_check(self, column: ColumnDefinition) -> str:
        """Return the check that the database needs to keep a type's values right, or nothing."""
        return ""

    def identity(self, column: ColumnDefinition) -> str:
        """Return what makes the database count, or nothing."""
        return "GENERATED BY DEFAULT AS IDENTITY" if column.identity else ""

    def reference(self, column: ColumnDefinition) -> str:
        """Return the foreign key of a column, or nothing."""
        if column.references is None:
            return ""
        name = f"CONSTRAINT {self.quote(column.references_name)} " if column.references_name else ""
        return f"{name}{self.render(column.references)}"

    def render_foreign_key_reference(self, reference: ForeignKeyReference) -> str:
        """Return ``REFERENCES "table" ("columns") ON DELETE ... DEFERRABLE INITIALLY DEFERRED``."""
        text = f"REFERENCES {self.render(reference.table)} ({self.quote_all(reference.columns)})"
        if reference.on_delete:
            text += f" ON DELETE {ON_DELETE[reference.on_delete.lower().replace('_', ' ')]}"
        return text + (" DEFERRABLE INITIALLY DEFERRED" if reference.is_deferred else "")

    def render_index_term(self, term: IndexTerm) -> str:
        """Return one column or expression of an index."""
        inner = term.term.term if isinstance(term.term, Label) else term.term
        text = self.render(inner) if isinstance(inner, Column) else f"({self.render(inner)})"
        if term.collation:
            text += f" COLLATE {self.quote(term.collation)}"
        if term.operator_class:
            text += f" {self.operator_class(term.operator_class)}"
        if term.descending:
            text += " DESC"
        if term.nulls:
            text += f" NULLS {NULLS[term.nulls]}"
        return text

    def operator_class(self, name: str) -> str:
        """Return the name of an operator class, checked."""
        if not _OPERATOR_CLASS.fullmatch(name):
            raise ValueError(f"{name!r} is no name of an operator class.")
        return name

    def render_check(self, check: Check) -> str:
        """Return ``CONSTRAINT "name" CHECK (condition)``."""
        return f"CONSTRAINT {self.quote(check.name)} CHECK ({self.render(check.condition)})"

    def render_primary_key(self, key: PrimaryKey) -> str:
        """Return ``PRIMARY KEY (columns)``."""
        return f"PRIMARY KEY ({self.quote_all(key.columns)})"

    def render_unique(self, unique: Unique) -> str:
        """Return ``CONSTRAINT "name" UNIQUE (columns)``."""
        nulls = self.nulls_distinct(unique.nulls_distinct)
        return (
            f"CONSTRAINT {self.quote(unique.name)} UNIQUE{nulls} ({self.quote_all(unique.columns)})"
            f"{self.include(unique.include)}{self.deferrable(unique.deferrable)}"
        )

    def nulls_distinct(self, is_distinct: bool | None) -> str:
        """Return NULLS [NOT] DISTINCT, or nothing."""
        if is_distinct is None:
            return ""
        self.dialect.features.require("supports_nulls_distinct_unique_constraints", "nulls_distinct")
        return " NULLS DISTINCT" if is_distinct else " NULLS NOT DISTINCT"

    def include(self, columns: tuple[str, ...]) -> str:
        """Return the INCLUDE clause, or nothing."""
        if not columns:
            return ""
        self.dialect.features.require("supports_covering_indexes", "include=")
        return f" INCLUDE ({self.quote_all(columns)})"

    def index_include(self, index: CreateIndex) -> str:
        """Return the INCLUDE clause of an index; as in Django, one that only makes reads faster does without it."""
        if index.is_unique or self.dialect.features.supports_covering_indexes:
            return self.include(index.include)
        return ""

    def deferrable(self, when: str | None) -> str:
        """Return the DEFERRABLE clause of a constraint, or nothing."""
        if when is None:
            return ""
        self.dialect.features.require("supports_deferrable_unique_constraints", "deferrable=")
        return DEFERRABLE[when.lower()]

    def render_foreign_key(self, key: ForeignKey) -> str:
        """Return ``CONSTRAINT "name" FOREIGN KEY (columns) REFERENCES ...``."""
        return (
            f"CONSTRAINT {self.quote(key.name)} FOREIGN KEY ({self.quote_all(key.columns)}) "
            f"{self.render(key.references)}"
        )

    def render_exclusion(self, exclusion: Exclusion) -> str:
        """Return ``CONSTRAINT "name" EXCLUDE USING method (...)``."""
        raise NotSupportedError(f"{self.dialect.name} has no exclusion constraints.")

    def render_drop_table(self, drop: DropTable) -> str:
        """Return ``DROP TABLE``."""
        cascade = " CASCADE" if drop.cascade and self.dialect.features.supports_drop_cascade else ""
        if drop.others:
            self.dialect.features.require("can_drop_tables_together", "Dropping several tables by one statement")
        tables = self.render_all((drop.table, *drop.others))
        return f"DROP TABLE {'IF EXISTS ' if drop.if_exists else ''}{tables}{cascade}"

    def render_add_constraint(self, add: AddConstraint) -> str:
        """Return ``ALTER TABLE ... ADD constraint``."""
        return f"ALTER TABLE {self.render(add.table)} ADD {self.render(add.constraint)}"

    def render_drop_constraint(self, drop: DropConstraint) -> str:
        """Return ``ALTER TABLE ... DROP CONSTRAINT``."""
        return f"ALTER TABLE {self.render(drop.table)} DROP CONSTRAINT {self.quote(drop.name)}"

    def render_create_index(self, index: CreateIndex) -> str:
        """Return ``CREATE [UNIQUE] INDEX "name" ON table (terms) WHERE ...``."""
        if index.condition is not TRUE:
            self.dialect.features.require("supports_partial_indexes", "An index with a condition")
        parts = [
            f"CREATE {'UNIQUE ' if index.is_unique else ''}INDEX {'IF NOT EXISTS ' if index.if_not_exists else ''}"
            f"{self.quote(index.name)} ON {self.render(index.table)}{self.index_method(index.method)}",
            f"({self.render_all(index.terms)}){self.index_include(index)}{self.nulls_distinct(index.nulls_distinct)}",
            self.storage(index.storage) + self.tablespace(index.tablespace),
            self.where(index.condition),
        ]
        return " ".join([part.strip() for part in parts if part])

    def index_method(self, method: str | None) -> str:
        """Return USING method, or nothing where an index has only one kind."""
        if method is None or not self.dialect.features.supports_index_methods:
            return ""
        if not _METHOD.fullmatch(method):
            raise ValueError(f"{method!r} is no index method.")
        return f" USING {method}"

    def storage(self, options: tuple[tuple[str, object], ...]) -> str:
        """Return the storage parameters of an index, or nothing."""
        return ""

    def render_drop_index(self, drop: DropIndex) -> str:
        """Return ``DROP INDEX "name"``."""
        return f"DROP INDEX {'IF EXISTS ' if drop.if_exists else ''}{self.quote(drop.name)}"

    def render_comment(self, comment: Comment) -> str:
        """Return nothing: the database has no comments."""
        return ""
