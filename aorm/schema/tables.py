"""Describe a model's tables as definitions: what CREATE TABLE and CREATE INDEX shall say. Nothing is sent here.

Names of columns, indexes and constraints are Django's, so that both can work on one database.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.expressions.base import resolve
from aorm.mapping.naming import foreign_key_name, index_name
from aorm.query.scope import bare_column, save_scope
from aorm.relations.on_delete import DatabaseOnDelete
from aorm.schema.constraints import constraint_definitions, index_definition
from aorm.schema.terms import bare
from aorm.sql.ddl import (
    ColumnDefinition,
    Comment,
    CreateIndex,
    CreateTable,
    ForeignKeyReference,
    IndexTerm,
    PrimaryKey,
    Unique,
)
from aorm.sql.predicates import Compare, Predicate
from aorm.sql.tables import Table
from aorm.sql.types import INTEGER
from aorm.sql.values import Literal, Param

if TYPE_CHECKING:
    from aorm.dialects.base.dialect import Dialect
    from aorm.mapping.options import Options
    from aorm.sql.node import Node, Term


class TableDefinition:
    """A model's table: the statement that makes it, then those for its indexes and comments."""

    def __init__(self, model: Any, dialect: Dialect, *, if_not_exists: bool = False) -> None:
        self.model = model
        self.meta: Options = model._meta
        self.dialect = dialect
        self.if_not_exists = if_not_exists
        self.table = Table(self.meta.db_table)

    def statements(self) -> list[Node]:
        """Return everything that makes the table, in order."""
        constraints, after = constraint_definitions(self.model, self.dialect, if_not_exists=self.if_not_exists)
        parts: list[Node] = []
        if self.meta.is_composite_pk:
            parts.append(PrimaryKey(tuple(field.column for field in self.meta.pk_fields)))
        parts += self._unique_together()
        create = CreateTable(
            self.table,
            tuple(self.column(field) for field in self.meta.local_concrete_fields),
            (*parts, *constraints),
            self.if_not_exists,
            self.meta.db_tablespace or None,
        )
        indexes = [index_definition(self.model, index, if_not_exists=self.if_not_exists) for index in self.meta.indexes]
        return [create, *self._field_indexes(), *after, *indexes, *self._comments()]

    def _unique_together(self) -> list[Node]:
        return [
            Unique(index_name(self.meta.db_table, columns, "_uniq"), columns)
            for names in self.meta.unique_together
            for columns in [tuple(self.meta.get_field(name).column for name in names)]
        ]

    def column(self, field: Any) -> ColumnDefinition:
        """Return the definition of a field's column."""
        is_key = field.primary_key and not self.meta.is_composite_pk
        references, name = self._reference(field)
        return ColumnDefinition(
            field.column,
            field.sql_type,
            is_null=field.null,
            is_primary_key=is_key,
            is_unique=field.unique and not is_key,
            identity=is_identity(field),
            collation=getattr(field, "db_collation", None),
            native_type=own_db_type(field, self.dialect),
            tablespace=field.db_tablespace or None,
            comment=field.db_comment,
            is_stored=getattr(field, "db_persist", True),
            default=self._default(field),
            generated=self._generated(field),
            check=positive_check(field),
            references=references,
            references_name=name,
        )

    def _reference(self, field: Any) -> tuple[ForeignKeyReference | None, str | None]:
        remote = field.remote_field
        if remote is None or not getattr(field, "db_constraint", False):
            return None, None
        target = field.target_field
        table = target.model._meta.db_table
        rule = remote.on_delete
        on_delete = rule.operation if isinstance(rule, DatabaseOnDelete) else None
        reference = ForeignKeyReference(Table(table), (target.column,), on_delete, True)
        return reference, foreign_key_name(self.meta.db_table, field.column, table, target.column)

    def _default(self, field: Any) -> Term | None:
        if not field.has_db_default():
            return None
        default = field.db_default
        if not hasattr(default, "resolve_expression"):
            return Param(field.get_prep_value(default), field.sql_type, field.adapter)
        value = getattr(default, "value", default)
        if value is not default and not hasattr(value, "resolve_expression"):
            return Param(field.get_prep_value(value), field.sql_type, field.adapter)
        return bare(resolve(default, save_scope(self.meta)).term, self.meta)

    def _generated(self, field: Any) -> Term | None:
        if not getattr(field, "generated", False):
            return None
        return bare(resolve(field.expression, save_scope(self.meta)).term, self.meta)

    def _field_indexes(self) -> list[Node]:
        found: list[Node] = []
        for field in self.meta.local_concrete_fields:
            if field.db_index and not field.unique:
                found.append(self._index(field, ""))
            if self._wants_pattern_index(field):
                operators = "varchar_pattern_ops" if field.sql_type.name == "varchar" else "text_pattern_ops"
                found.append(self._index(field, "_like", operators))
        return found

    def _index(self, field: Any, suffix: str, operator_class: str | None = None) -> CreateIndex:
        term = IndexTerm(bare_column(field), operator_class=operator_class)
        return CreateIndex(
            index_name(self.meta.db_table, [field.column], suffix),
            self.table,
            (term,),
            tablespace=field.db_tablespace or self.meta.db_tablespace or None,
            if_not_exists=self.if_not_exists,
        )

    def _wants_pattern_index(self, field: Any) -> bool:
        """Tell whether LIKE needs an index of its own: PostgreSQL's plain ones follow the collation."""
        return (
            self.dialect.features.supports_operator_classes
            and field.sql_type.name in ("varchar", "text")
            and (field.db_index or field.unique)
            and field.remote_field is None
            and not getattr(field, "db_collation", None)
            and own_db_type(field, self.dialect) is None
        )

    def _comments(self) -> list[Node]:
        if not self.dialect.features.supports_comments:
            return []
        found: list[Node] = []
        if self.meta.db_table_comment:
            found.append(Comment(self.table, None, self.meta.db_table_comment))
        found += [
            Comment(self.table, field.column, field.db_comment)
            for field in self.meta.local_concrete_fields
            if field.db_comment
        ]
        return found


def is_identity(field: Any) -> bool:
    """Tell whether the database counts the field's values."""
    return field.get_internal_type() in ("AutoField", "BigAutoField", "SmallAutoField") and field.remote_field is None


def own_db_type(field: Any, dialect: Dialect) -> str | None:
    """Return the type that a field class of the user spells itself, else None."""
    method = type(field).db_type
    if method.__module__.partition(".")[0] == "aorm":
        return None
    spelled: str | None = field.db_type(dialect)
    return spelled


def positive_check(field: Any) -> Predicate | None:
    """Return the check of a positive integer."""
    if field.get_internal_type().startswith("Positive"):
        return Compare(bare_column(field), ">=", Literal(0, INTEGER))
    return None
