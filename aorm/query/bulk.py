"""``bulk_create`` and ``bulk_update``: many rows in few statements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aorm.bridge import sync_twin
from aorm.database.atomic import atomic
from aorm.database.databases import databases
from aorm.exceptions import NotSupportedError
from aorm.expressions.conditions import Case, When
from aorm.expressions.functions.comparison import Cast
from aorm.expressions.values import Value
from aorm.fields.defaults import DatabaseDefault
from aorm.query.execution import execute_statement, fetch_statement
from aorm.query.layout import ValueSlot
from aorm.query.loading import converter
from aorm.query.scope import bare_column, save_scope
from aorm.query.updating import assigned_term
from aorm.sql.tables import ColumnList, Table
from aorm.sql.types import row as row_type
from aorm.sql.values import Default, Row
from aorm.sql.write import Assignment, Excluded, Insert, OnConflict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from aorm.database.database import Database
    from aorm.mapping.options import Options
    from aorm.query.queryset import QuerySet
    from aorm.query.starting import M, Starts
    from aorm.sql.node import Term

# A text of more rows than this takes the database longer to parse than a second statement costs.
LARGEST_BATCH = 10_000


@dataclass(frozen=True, slots=True)
class ConflictRule:
    """What an INSERT does with rows that exist: ignores them, or updates fields where ``unique_fields`` meet."""

    ignores: bool = False
    update_fields: tuple[Any, ...] = ()
    unique_fields: tuple[Any, ...] = ()

    @property
    def is_active(self) -> bool:
        """Whether conflicts are handled at all."""
        return self.ignores or bool(self.update_fields)


class BulkMixin:
    """The methods of querysets and managers that write many rows at once."""

    async def abulk_create(
        self: Starts[QuerySet[M]],
        objs: Iterable[M],
        batch_size: int | None = None,
        ignore_conflicts: bool = False,
        update_conflicts: bool = False,
        update_fields: Sequence[str] | None = None,
        unique_fields: Sequence[str] | None = None,
    ) -> list[M]:
        """Insert objects in as few statements as the database allows, and return them.

        No ``save()`` is called and no signal is sent. Primary keys and other values made by the database are set on the
        objects, save where conflicts are ignored.

        Raises:
            ValueError: a wrong batch size, inherited tables, or contradicting options about conflicts.
            NotSupportedError: the database cannot handle conflicts in that way.
        """
        queryset = self._start()
        if batch_size is not None and batch_size <= 0:
            raise ValueError("Batch size must be a positive integer.")
        meta = queryset._query.meta
        for parent in meta.all_parents:
            if parent._meta.concrete_model is not meta.concrete_model:
                raise ValueError("Can't bulk create a multi-table inherited model")
        instances: list[Any] = list(objs)
        if not instances:
            return instances
        queryset = queryset._copy()
        queryset._for_write = True
        database = databases[queryset.db]
        rule = conflict_rule(meta, database, ignore_conflicts, update_conflicts, (update_fields, unique_fields))
        fields = [field for field in meta.concrete_fields if not getattr(field, "generated", False)]
        for instance in instances:
            instance._prepare_related_fields_for_save(operation_name="bulk_create")
            if not instance._is_pk_set():
                _set_key_default(instance, meta)
        with_key = [item for item in instances if item._is_pk_set()]
        without_key = [item for item in instances if not item._is_pk_set()]
        async with atomic(using=database.alias, savepoint=False):
            if with_key:
                await insert_rows(with_key, fields, database, rule, batch_size)
            if without_key:
                kept = [field for field in fields if field is not meta.auto_field]
                await insert_rows(without_key, kept, database, rule, batch_size)
        for instance in instances:
            instance._state.adding = False
            instance._state.db = database.alias
        return instances

    bulk_create = sync_twin(abulk_create)

    async def abulk_update(
        self: Starts[QuerySet[M]], objs: Iterable[M], fields: Iterable[str], batch_size: int | None = None
    ) -> int:
        """Save the named fields of all objects, in batches, and return how many rows there were.

        Raises:
            ValueError: no fields, a primary key among them, an object without key, or a wrong batch size.
        """
        queryset = self._start()
        if batch_size is not None and batch_size <= 0:
            raise ValueError("Batch size must be a positive integer.")
        names = list(fields)
        if not names:
            raise ValueError("Field names must be given to bulk_update().")
        instances: list[Any] = list(objs)
        meta = queryset._query.meta
        chosen = _fields_to_update(meta, names)
        for instance in instances:
            if not instance._is_pk_set():
                raise ValueError("All bulk_update() objects must have a primary key set.")
            instance._prepare_related_fields_for_save(operation_name="bulk_update", fields=chosen)
        if not instances:
            return 0
        queryset = queryset._copy()
        queryset._for_write = True
        database = databases[queryset.db]
        largest = _rows_per_statement(database, len(chosen) * 2 + 1)
        size = min(batch_size, largest) if batch_size else largest
        total = 0
        base = queryset.using(database.alias)
        async with atomic(using=database.alias, savepoint=False):
            for batch in _batches(instances, size):
                values = {field.name: _case(batch, field) for field in chosen}
                total += await base.filter(pk__in=[item.pk for item in batch]).aupdate(**values)
        return total

    bulk_update = sync_twin(abulk_update)


def _case(batch: Sequence[Any], field: Any) -> Any:
    whens = []
    for instance in batch:
        value = getattr(instance, field.attname)
        if not hasattr(value, "resolve_expression"):
            value = Value(value, output_field=field)
        whens.append(When(pk=instance.pk, then=value))
    return Cast(Case(*whens, output_field=field), output_field=field)


def _fields_to_update(meta: Options, names: Sequence[str]) -> list[Any]:
    chosen = [meta.get_field(name) for name in names]
    if any(not field.concrete or (field.is_relation and field.many_to_many) for field in chosen):
        raise ValueError("bulk_update() can only be used with concrete fields.")
    keys = set(meta.pk_fields)
    for parent in meta.all_parents:
        keys.update(parent._meta.pk_fields)
    if any(field in keys for field in chosen):
        raise ValueError("bulk_update() cannot be used with primary key fields.")
    return chosen


def _set_key_default(instance: Any, meta: Options) -> None:
    """Give an object its primary key where Python knows the default."""
    if len(meta.pk_fields) == 1:
        value = meta.pk.get_pk_value_on_save(instance)
        if value is not None:
            instance.pk = value


def conflict_rule(
    meta: Options,
    database: Database,
    ignores: bool,
    updates: bool,
    names: tuple[Sequence[str] | None, Sequence[str] | None],
) -> ConflictRule:
    """Check the options of ``bulk_create`` about conflicts and return them resolved."""
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
    update_fields = tuple(meta.get_field(name) for name in update_names)
    unique_fields: list[Any] = []
    for name in unique_names or ():
        unique_fields.extend(meta.pk_fields if name == "pk" else (meta.get_field(name),))
    if any(not field.concrete or (field.is_relation and field.many_to_many) for field in update_fields):
        raise ValueError("bulk_create() can only be used with concrete fields in update_fields.")
    if any(field.primary_key for field in update_fields):
        raise ValueError("bulk_create() cannot be used with primary keys in update_fields.")
    if any(not field.concrete or (field.is_relation and field.many_to_many) for field in unique_fields):
        raise ValueError("bulk_create() can only be used with concrete fields in unique_fields.")
    return ConflictRule(update_fields=update_fields, unique_fields=tuple(unique_fields))


async def insert_rows(
    instances: Sequence[Any], fields: Sequence[Any], database: Database, rule: ConflictRule, batch_size: int | None
) -> None:
    """Insert the rows of objects, and set on them what the database made."""
    meta: Options = instances[0]._meta
    largest = _rows_per_statement(database, len(fields))
    size = min(batch_size, largest) if batch_size else largest
    returning: list[Any] = [] if rule.ignores else [*meta.db_returning_fields]
    if not rule.ignores:
        returning += [field for field in meta.pk_fields if field not in returning and field not in fields]
    scope = save_scope(meta)
    rows_type = row_type(len(fields))
    on_conflict = _on_conflict(rule)
    columns = tuple(field.column for field in fields)
    returned = ColumnList(tuple(bare_column(field) for field in returning)) if returning else None
    decoders = [
        converter(ValueSlot(field.attname, index, bare_column(field), field), database)
        for index, field in enumerate(returning)
    ]
    for batch in _batches(instances, size):
        rows = tuple(Row(tuple(_term(scope, field, item, database) for field in fields), rows_type) for item in batch)
        statement = Insert(Table(meta.db_table), columns, rows, None, on_conflict, returned)
        if returned is None:
            await execute_statement(database, statement)
            continue
        for item, values in zip(batch, await fetch_statement(database, statement), strict=True):
            for field, value, decode in zip(returning, values, decoders, strict=True):
                setattr(item, field.attname, value if decode is None else decode(value))


def _term(scope: Any, field: Any, instance: Any, database: Database) -> Term:
    value = field.pre_save(instance, True)
    if isinstance(value, DatabaseDefault):
        if database.features.supports_default_keyword_in_bulk_insert:
            return Default(field.sql_type)
        value = field.db_default
    term: Term = assigned_term(scope, field, value)
    return term


def _on_conflict(rule: ConflictRule) -> OnConflict | None:
    if not rule.is_active:
        return None
    if rule.ignores:
        return OnConflict()
    return OnConflict(
        tuple(field.column for field in rule.unique_fields),
        tuple(Assignment(field.column, Excluded(field.column, field.sql_type)) for field in rule.update_fields),
    )


def _rows_per_statement(database: Database, values_per_row: int) -> int:
    limit: int | None = database.features.max_query_params
    if not limit:
        return LARGEST_BATCH
    return max(1, min(LARGEST_BATCH, limit // max(1, values_per_row)))


def _batches(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
