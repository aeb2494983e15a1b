"""``bulk_create`` and ``bulk_update``: many rows in few statements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.bridge import sync_twin
from aorm.database.atomic import atomic
from aorm.database.databases import databases
from aorm.expressions.base import Resolved
from aorm.expressions.conditions import Case, When
from aorm.query.inserting import Insertion, batches, conflict_rule, is_column
from aorm.query.revising import columns_to_revise, revise_rows
from aorm.sql.values import Param

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aorm.database.database import Database
    from aorm.mapping.options import Options
    from aorm.query.inserting import ConflictRule
    from aorm.query.queryset import QuerySet
    from aorm.query.starting import M, Starts


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
        for instance in instances:
            instance._prepare_related_fields_for_save(operation_name="bulk_create")
            if not instance._is_pk_set():
                _set_key_default(instance, meta)
        async with atomic(using=database.alias, savepoint=False):
            await _insert(instances, meta, database, rule, batch_size)
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
        base = queryset.using(database.alias)
        # A class with an update() of its own has it called, as Django does.
        columns = columns_to_revise(meta, instances, chosen, database) if base._updates_plainly else None
        async with atomic(using=database.alias, savepoint=False):
            if columns is not None:
                return await revise_rows(base._query, columns, database, batch_size)
            # Each row takes its key and its value for each field; one more parameter holds all keys.
            limit = database.features.max_query_params
            largest = len(instances) if limit is None else max(1, (limit - 1) // (len(chosen) * 2))
            total = 0
            for batch in batches(instances, min(batch_size or largest, largest)):
                values = {field.name: _case(batch, field) for field in chosen}
                total += await base.filter(pk__in=[item.pk for item in batch]).aupdate(**values)
        return total

    bulk_update = sync_twin(abulk_update)


def _case(batch: Sequence[Any], field: Any) -> Any:
    whens = []
    for instance in batch:
        value = getattr(instance, field.attname)
        if not hasattr(value, "resolve_expression"):
            # As it would be saved, so that None is NULL for a document too.
            value = Resolved(Param(field.prepare_to_save(value), field.sql_type, field.save_adapter), field)
        whens.append(When(pk=instance.pk, then=value))
    return Case(*whens, output_field=field)


def _fields_to_update(meta: Options, names: Sequence[str]) -> list[Any]:
    chosen = [meta.get_field(name) for name in names]
    if any(not is_column(field) for field in chosen):
        raise ValueError("bulk_update() can only be used with concrete fields.")
    keys = set(meta.pk_fields)
    for parent in meta.all_parents:
        keys.update(parent._meta.pk_fields)
    if any(field in keys for field in chosen):
        raise ValueError("bulk_update() cannot be used with primary key fields.")
    return chosen


async def _insert(
    instances: Sequence[Any], meta: Options, database: Database, rule: ConflictRule, batch_size: int | None
) -> None:
    """Insert the objects that have a key, then those that get one from the database."""
    fields = [field for field in meta.concrete_fields if not getattr(field, "generated", False)]
    # A proxy has the field of its concrete model.
    auto_field = meta.concrete_model._meta.auto_field
    for has_key in (True, False):
        rows = [item for item in instances if item._is_pk_set() is has_key]
        if rows:
            written = fields if has_key else [field for field in fields if field is not auto_field]
            await Insertion(rows, written, database, rule).run(batch_size)


def _set_key_default(instance: Any, meta: Options) -> None:
    """Give an object its primary key where Python knows the default."""
    if len(meta.pk_fields) == 1:
        value = meta.pk.get_pk_value_on_save(instance)
        if value is not None:
            instance.pk = value
