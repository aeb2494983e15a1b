"""Describe a model's table as definitions: what CREATE TABLE and CREATE INDEX shall say. Nothing is sent here.

Names of columns, indexes and constraints are Django's, so that both can work on one database.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.mapping.naming import index_name
from aorm.query.scope import bare_column
from aorm.schema.columns import collation_of, column_definition, own_type, storing_field
from aorm.schema.constraints import constraint_definitions, index_definition
from aorm.sql.ddl import Comment, CreateIndex, CreateTable, IndexTerm, PrimaryKey, Unique
from aorm.sql.tables import Table

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from aorm.dialects.base.dialect import Dialect
    from aorm.mapping.options import Options
    from aorm.sql.node import Node


class TableDefinition:
    """A model's table: the statement that makes it, and those for its indexes and comments.

    Args:
        model: the model.
        dialect: whose abilities count.
        if_not_exists: leave alone what exists.
        loose_collations: the collations by whose rules different texts are equal; they have no index for LIKE.
    """

    def __init__(
        self,
        model: Any,
        dialect: Dialect,
        *,
        if_not_exists: bool = False,
        loose_collations: Collection[str] = frozenset(),
    ) -> None:
        self.model = model
        self.meta: Options = model._meta
        self.dialect = dialect
        self.if_not_exists = if_not_exists
        self.loose_collations = loose_collations
        self.table = Table(self.meta.db_table)
        # Where the database has no limit, Django has one of its own.
        self.longest_name: int = dialect.features.max_name_length or 200

    def statements(self) -> list[Node]:
        """Return everything that makes the table, in order."""
        inside, after = constraint_definitions(self.model, self.dialect, if_not_exists=self.if_not_exists)
        together = list(self._unique_together())
        if self.dialect.features.supports_alter_table_constraints:
            inside = [*together, *inside]
        else:
            # Where a constraint cannot be dropped again, Django makes an index.
            after = [*map(self._unique_index, together), *after]
        if self.meta.is_composite_pk:
            inside.insert(0, PrimaryKey(tuple(field.column for field in self.meta.pk_fields)))
        return [self._create(inside), *self._field_indexes(), *after, *self._indexes(), *self._comments()]

    def _create(self, constraints: list[Node]) -> CreateTable:
        fields = self.meta.local_concrete_fields
        return CreateTable(
            self.table,
            tuple([column_definition(self.meta, field, self.dialect) for field in fields]),
            tuple(constraints),
            self.if_not_exists,
            self.meta.db_tablespace or None,
        )

    def _unique_together(self) -> Iterator[Unique]:
        for names in self.meta.unique_together:
            columns = tuple(self.meta.get_field(name).column for name in names)
            yield Unique(index_name(self.meta.db_table, columns, "_uniq", self.longest_name), columns)

    def _unique_index(self, unique: Unique) -> CreateIndex:
        fields = {field.column: field for field in self.meta.local_concrete_fields}
        terms = tuple(IndexTerm(bare_column(fields[column])) for column in unique.columns)
        return CreateIndex(unique.name, self.table, terms, is_unique=True, if_not_exists=self.if_not_exists)

    def _field_indexes(self) -> Iterator[CreateIndex]:
        for field in self.meta.local_concrete_fields:
            if field.db_index and not field.unique:
                yield self._index(field, "")
            operators = self._pattern_operators(field)
            if operators:
                yield self._index(field, "_like", operators)

    def _index(self, field: Any, suffix: str, operator_class: str | None = None) -> CreateIndex:
        return CreateIndex(
            index_name(self.meta.db_table, [field.column], suffix, self.longest_name),
            self.table,
            (IndexTerm(bare_column(field), operator_class=operator_class),),
            tablespace=field.db_tablespace or self.meta.db_tablespace or None,
            if_not_exists=self.if_not_exists,
        )

    def _pattern_operators(self, field: Any) -> str | None:
        """Return the operator class of the index that LIKE needs, where it needs one of its own.

        PostgreSQL's plain indexes follow the collation, and serve LIKE in the collation "C" only.
        """
        if not self.dialect.features.supports_operator_classes or not (field.db_index or field.unique):
            return None
        if collation_of(field) in self.loose_collations:
            return None
        name = own_type(field, self.dialect) or storing_field(field).sql_type.name
        if "[" in name:
            return None
        for kind in ("varchar", "text"):
            if name.startswith(kind):
                return f"{kind}_pattern_ops"
        return None

    def _indexes(self) -> Iterator[Node]:
        for index in self.meta.indexes:
            definition = index_definition(self.model, index, self.dialect, if_not_exists=self.if_not_exists)
            if definition is not None:
                yield definition

    def _comments(self) -> Iterator[Comment]:
        if not self.dialect.features.supports_comments:
            return
        if self.meta.db_table_comment:
            yield Comment(self.table, None, self.meta.db_table_comment)
        for field in self.meta.local_concrete_fields:
            if field.db_comment:
                yield Comment(self.table, field.column, field.db_comment)
