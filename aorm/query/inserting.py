"""The INSERTs of ``bulk_create``: rows of parameters, or one array for each column.

An array for each column makes one short statement of any number of rows, which is planned once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aorm.exceptions import NotSupportedError
from aorm.fields.defaults import DatabaseDefault
from aorm.query.execution import compile_statement, plan_key
from aorm.query.layout import ValueSlot
from aorm.query.loading import converter
from aorm.query.planning import finish_nested
from aorm.query.scope import bare_column, save_scope
from aorm.query.updating import assigned_term
from aorm.sql.sources import FromValues
from aorm.sql.tables import ColumnList, Table
from aorm.sql.types import array
from aorm.sql.types import row as row_type
from aorm.sql.values import Default, EachElement, Literal, Param, Row
from aorm.sql.write import Assignment, Excluded, Insert, OnConflict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aorm.database.database import Database
    from aorm.mapping.options import Options
    from aorm.sql.node import Term

# Rows of VALUES beyond this are no statement that is likely to come again: their plans are not kept.
MOST_KEPT_ROWS = 64

# Types whose arrays unnest() takes apart again, and whose name a parameter can be cast to.
UNNESTABLE = frozenset(
    (
        *("boolean", "smallint", "integer", "bigint", "double", "decimal", "text", "varchar", "date", "time"),
        *("timestamp", "timestamptz", "interval", "binary", "uuid", "json", "inet"),
    )
)
VALUES_ALIAS = "new"

# Characters of one column; SQLite takes 1 GB in one value and PostgreSQL in one message, and one may be four bytes.
LONGEST_ARRAY = 100_000_000


@dataclass(frozen=True, slots=True)
class ConflictRule:
    """What an INSERT does with rows that exist: ignores them, or updates fields where ``unique_fields`` meet."""

    ignores: bool = False
    update_fields: tuple[Any, ...] = ()
    unique_fields: tuple[Any, ...] = ()

    def clause(self) -> OnConflict | None:
        """Return ON CONFLICT, None where conflicts are errors."""
        if self.ignores:
            return OnConflict()
        if not self.update_fields:
            return None
        return OnConflict(
            tuple([field.column for field in self.unique_fields]),
            tuple([Assignment(field.column, Excluded(field.column, field.sql_type)) for field in self.update_fields]),
        )


def conflict_rule(
    meta: Options,
    database: Database,
    ignores: bool,
    updates: bool,
    names: tuple[Sequence[str] | None, Sequence[str] | None],
) -> ConflictRule:
    """Check the options of ``bulk_create`` about conflicts and return them resolved.

    Raises:
        ValueError: they contradict each other, or name what is no column.
        NotSupportedError: the database cannot handle conflicts in that way.
    """
    update_names, unique_names = names
    features = database.features
    if ignores and updates:
        raise ValueError("ignore_conflicts and update_conflicts are mutually exclusive.")
    if ignores:
        if not features.supports_ignore_conflicts:
            raise NotSupportedError("This database backend does not support ignoring conflicts.")
        return ConflictRule(ignores=True)
    if not updates:
        return ConflictRule()
    if not features.supports_update_conflicts:
        raise NotSupportedError("This database backend does not support updating conflicts.")
    if not update_names:
        raise ValueError("Fields that will be updated when a row insertion fails on conflicts must be provided.")
    if unique_names and not features.supports_update_conflicts_with_target:
        raise NotSupportedError(
            "This database backend does not support updating conflicts with specifying unique fields that can trigger "
            "the upsert."
        )
    if not unique_names and features.supports_update_conflicts_with_target:
        raise ValueError("Unique fields that can trigger the upsert must be provided.")
    update_fields = tuple([meta.get_field(name) for name in update_names])
    unique_fields = tuple([meta.pk if name == "pk" else meta.get_field(name) for name in unique_names or ()])
    if any(not is_column(field) for field in update_fields):
        raise ValueError("bulk_create() can only be used with concrete fields in update_fields.")
    if any(field.primary_key for field in update_fields):
        raise ValueError("bulk_create() cannot be used with primary keys in update_fields.")
    if any(not is_column(field) for field in unique_fields):
        raise ValueError("bulk_create() can only be used with concrete fields in unique_fields.")
    return ConflictRule(update_fields=update_fields, unique_fields=unique_fields)


def is_column(field: Any) -> bool:
    """Tell whether a field is stored in one column."""
    return bool(field.concrete and not (field.is_relation and field.many_to_many))


class ColumnOfValues:
    """One column of the rows to insert: the field, and its value of each row as ``pre_save`` gave it."""

    __slots__ = ("adapter", "field", "is_plain", "prepare", "type", "values")

    def __init__(self, field: Any, values: list[Any]) -> None:
        self.field = field
        self.values = values
        self.prepare = field.prepare_to_save
        self.type = field.sql_type
        self.adapter = field.save_adapter
        self.is_plain = all(_is_plain(value) for value in values)

    @property
    def length(self) -> int:
        """How long the texts of the column are together."""
        return sum([len(value) for value in self.values if value.__class__ is str or value.__class__ is bytes])

    def array(self, start: int, stop: int) -> Param:
        """Return the values of a batch as one parameter."""
        prepared = [self.prepare(value) for value in self.values[start:stop]]
        adapter = None if self.adapter is None else EachElement(self.adapter, self.type)
        return Param(prepared, array(self.type), adapter)

    def terms(self, start: int, stop: int, scope: Any, has_default_keyword: bool) -> list[Term]:
        """Return the values of a batch as terms: parameters, expressions, or DEFAULT."""
        values, prepare, sql_type, adapter = self.values[start:stop], self.prepare, self.type, self.adapter
        if self.is_plain:
            return [Param(prepare(value), sql_type, adapter) for value in values]
        terms: list[Term] = []
        for value in values:
            if isinstance(value, DatabaseDefault):
                if has_default_keyword:
                    terms.append(Default(sql_type))
                    continue
                value = self.field.db_default
            terms.append(assigned_term(scope, self.field, value))
        return terms


def can_be_arrays(columns: Sequence[ColumnOfValues], database: Database) -> bool:
    """Tell whether columns can be sent as one array each: no expressions, known types, and not too long a text.

    Without native arrays they are JSON, which may not hold what a field's own conversion gives.
    """
    has_arrays = database.features.has_native_arrays
    if not all(
        column.is_plain and column.type.name in UNNESTABLE and (has_arrays or column.adapter is None)
        for column in columns
    ):
        return False
    return all(column.length <= LONGEST_ARRAY for column in columns)


_PLAIN_CLASSES = frozenset((str, int, float, bool, bytes, type(None)))


def _is_plain(value: Any) -> bool:
    return value.__class__ in _PLAIN_CLASSES or not (
        isinstance(value, DatabaseDefault)
        or hasattr(value, "resolve_expression")
        or hasattr(value, "prepare_database_save")
    )


class Insertion:
    """The insertion of many objects into one table."""

    def __init__(self, instances: Sequence[Any], fields: Sequence[Any], database: Database, rule: ConflictRule) -> None:
        """Take the values of all objects."""
        self.instances = instances
        self.meta: Options = instances[0]._meta
        self.database = database
        columns = [ColumnOfValues(field, [field.pre_save(item, True) for item in instances]) for field in fields]
        # A column that the database fills in every row is left out.
        self.columns = [
            column for column in columns if not all(isinstance(value, DatabaseDefault) for value in column.values)
        ]
        self.on_conflict = rule.clause()
        self.returning: list[Any] = []
        if not rule.ignores:
            self.returning = [*self.meta.db_returning_fields]
            given = [column.field for column in self.columns]
            self.returning += [item for item in self.meta.pk_fields if item not in self.returning and item not in given]
        self.returned = ColumnList(tuple([bare_column(field) for field in self.returning])) if self.returning else None
        self.decoders = [
            converter(ValueSlot(field.attname, index, bare_column(field), field), database)
            for index, field in enumerate(self.returning)
        ]
        self.compiled: dict[Any, Any] = {}

    @property
    def takes_arrays(self) -> bool:
        """Whether each column can be one array."""
        fewest = 1 if self.database.features.has_native_arrays else MOST_KEPT_ROWS
        return len(self.instances) > fewest and bool(self.columns) and can_be_arrays(self.columns, self.database)

    async def run(self, batch_size: int | None) -> None:
        """Insert the rows, and set on the objects what the database made."""
        takes_arrays = self.takes_arrays
        limit = None if takes_arrays else self.database.features.max_query_params
        size = len(self.instances) if limit is None else max(1, limit // max(1, len(self.columns)))
        size = min(size, batch_size or size)
        for start in range(0, len(self.instances), size):
            stop = min(start + size, len(self.instances))
            statement = self.of_arrays(start, stop) if takes_arrays else self.of_rows(start, stop)
            await self.send(statement, start, stop)

    def of_arrays(self, start: int, stop: int) -> Insert:
        """Return ``INSERT INTO ... SELECT * FROM unnest($1, $2) RETURNING ...``; the rows keep their order."""
        names = self.names
        arrays = tuple([column.array(start, stop) for column in self.columns])
        source = FromValues(arrays, VALUES_ALIAS, names)
        return Insert(Table(self.meta.db_table), names, (), source, self.on_conflict, self.returned)

    def of_rows(self, start: int, stop: int) -> Insert:
        """Return ``INSERT INTO ... VALUES (...), (...) RETURNING ...``."""
        has_keyword = self.database.features.supports_default_keyword_in_bulk_insert
        if self.columns:
            scope = save_scope(self.meta)
            terms = [column.terms(start, stop, scope, has_keyword) for column in self.columns]
            names = self.names
        else:
            # A row needs a value for some column, even where the database makes them all.
            key = self.meta.pk_fields[0]
            names = (key.column,)
            terms = [[Default(key.sql_type) if has_keyword else Literal(None, key.sql_type)] * (stop - start)]
        rows_type = row_type(len(names))
        rows = tuple([Row(values, rows_type) for values in zip(*terms, strict=True)])
        return Insert(Table(self.meta.db_table), names, rows, None, self.on_conflict, self.returned)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple([column.field.column for column in self.columns])

    async def send(self, statement: Insert, start: int, stop: int) -> None:
        """Run one statement and set what it returns."""
        sql, arguments = self.compile(statement)
        if self.returned is None:
            await self.database.execute(sql, arguments, writes=True)
            return
        rows = await self.database.fetch(sql, arguments, writes=True)
        fields = [(field.attname, decode) for field, decode in zip(self.returning, self.decoders, strict=True)]
        for item, values in zip(self.instances[start:stop], rows, strict=True):
            for (name, decode), value in zip(fields, values, strict=True):
                setattr(item, name, value if decode is None else decode(value))

    def compile(self, statement: Insert) -> tuple[str, tuple[Any, ...]]:
        """Return the text and its arguments; long texts are kept for this insertion only."""
        if len(statement.rows) <= MOST_KEPT_ROWS:
            return compile_statement(self.database, statement)
        parameters = statement.parameters()
        key = plan_key(statement, None, parameters)
        compiled = self.compiled.get(key)
        if compiled is None:
            finished = finish_nested(statement, self.database.features)
            compiled = self.compiled[key] = self.database.dialect.compile(finished, parameters)
        return compiled.sql, compiled.encode(parameters)


def batches(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    """Yield the items in pieces."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
