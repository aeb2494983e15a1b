"""Save instances: decide which tables are written and how, then write them.

The rules are Django's: what is checked, in which order signals and statements come, when an UPDATE is tried before an
INSERT. ``decide`` says without any I/O what becomes of one table; ``save_base`` carries it out, table by table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from aorm.database.atomic import atomic
from aorm.database.databases import databases
from aorm.database.management import mark_failed, mark_for_rollback_on_error
from aorm.fields.defaults import DatabaseDefault
from aorm.models.preparation import (
    choose_update_fields,
    forced_parents,
    prepare_related,
    table_steps,
    updatable_names,
)
from aorm.models.rows import UpdateRequest, insert_row, insert_specially, update_row, update_specially
from aorm.models.state import alias_to_write, cached_relations, is_adding, mark_saved
from aorm.models.writers import TableWriter, is_database_default
from aorm.signals import post_save, pre_save

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aorm.mapping.options import Options


# What can be looked through twice.
_PLAIN_LISTS: frozenset[type] = frozenset({list, tuple, set, frozenset})
NO_ROWS = "Save with update_fields did not affect any rows."


class SaveOptions(NamedTuple):
    """The arguments of ``asave``; ``raw`` is what loading fixtures needs."""

    force_insert: Any = False
    force_update: bool = False
    using: str | None = None
    update_fields: Iterable[str] | None = None
    raw: bool = False


class TableOptions(NamedTuple):
    """How one table is to be saved."""

    force_insert: bool
    force_update: bool
    update_fields: frozenset[str] | None
    raw: bool


class Decision(NamedTuple):
    """What becomes of one table: try an UPDATE, and INSERT where that finds no row."""

    updates: bool
    inserts: bool
    has_key: bool


async def save(instance: Any, options: SaveOptions) -> None:
    """Check the instance and the options, and save.

    Raises:
        ValueError: an unsaved related object is assigned, or options contradict each other or name no field.
        NotUpdated: an update was forced and found no row.
    """
    if await _update_simply(instance, options):
        return
    prepare_related(instance, "save")
    using = options.using or alias_to_write(instance)
    if options.force_insert and (options.force_update or options.update_fields):
        raise ValueError("Cannot force both insert and updating in model saving.")
    update_fields = options.update_fields
    if update_fields is not None:
        update_fields = frozenset(update_fields)
        if not update_fields:
            return
    chosen = await choose_update_fields(instance, update_fields, bool(options.force_insert), using)
    await instance.asave_base(
        using=using, force_insert=options.force_insert, force_update=options.force_update, update_fields=chosen
    )


async def save_simply(instance: Any, force_insert: Any, using: str | None) -> bool:
    """Save where nothing special is asked for, and tell whether that was so; if not, nothing was done.

    The way that nearly all saving takes: what ``save`` does for one table without signals, in as few calls as possible,
    each of which costs a hundredth of the whole; those of coroutines cost more.
    """
    meta = instance._meta
    table: TableWriter | None = meta.facts.get("simple_writer") or meta.derive("simple_writer", simple_writer)
    namespace = instance.__dict__
    if (
        table is None
        or ((pre_save.receivers or post_save.receivers) and has_save_listeners(type(instance)))
        or not table.stored <= namespace.keys()
        or (force_insert is not False and force_insert is not True)
    ):
        return False
    if "_state" in namespace and cached_relations(instance):
        prepare_related(instance, "save")
    alias = using or alias_to_write(instance)
    database = databases.made.get(alias) or databases[alias]
    try:
        key = getattr(instance, table.key_name)
        if key is None and table.makes_key:
            key = table.make_key(instance)
        has_key = key is not None and key.__class__ is not DatabaseDefault
        updated = has_key and not force_insert and not (table.has_key_default and is_adding(instance))
        if updated:
            plan = database.plans.get(table.update_all) or table.update_all.plan(database)
            arguments = plan.arguments_of(instance, (key,))
            if plan.assign is None and isinstance(arguments, tuple):
                updated = await database.execute(plan.sql, arguments) > 0
            else:
                updated = await update_specially(plan, instance, arguments, UpdateRequest(database))
        if not updated:
            writer = table.insert_all if has_key else table.insert_new
            plan = database.plans.get(writer) or writer.plan(database)
            arguments = plan.arguments_of(instance, ())
            if plan.assign is None or not isinstance(arguments, tuple):
                await insert_specially(plan, instance, arguments, database)
            else:
                rows = await database.fetch(plan.sql, arguments, writes=True)
                if rows:  # a trigger may have put the row elsewhere
                    plan.assign(instance, rows[0])
    except Exception as error:
        mark_failed(error, alias)
        raise
    if "_state" in namespace:
        mark_saved(instance, alias)
    else:
        instance._db = alias
    return True


def has_save_listeners(model: Any) -> bool:
    """Tell whether somebody wants to hear of the saving of the model's instances."""
    return pre_save.has_listeners(model) or post_save.has_listeners(model)


async def _update_simply(instance: Any, options: SaveOptions) -> bool:
    """Save the named fields where nothing else is asked for, and tell whether that was so; if not, nothing was done.

    Raises:
        NotUpdated: there is no row.
    """
    meta = instance._meta
    given: Any = options.update_fields
    if type(given) not in _PLAIN_LISTS or options.force_insert or options.force_update or pre_save.receivers:
        return False
    table: TableWriter | None = meta.facts.get("simple_writer") or meta.derive("simple_writer", simple_writer)
    if table is None or post_save.receivers or not table.stored <= instance.__dict__.keys():
        return False
    names: frozenset[str] = frozenset(given)
    key = getattr(instance, table.key_name)
    if (
        not (names and names <= updatable_names(meta))
        or key is None
        or key.__class__ is DatabaseDefault
        or (table.has_key_default and is_adding(instance))
    ):
        return False
    writer = table.update(names)
    if not writer.fields:
        return False
    if cached_relations(instance):
        prepare_related(instance, "save")
    alias = options.using or alias_to_write(instance)
    database = databases.made.get(alias) or databases[alias]
    try:
        plan = database.plans.get(writer) or writer.plan(database)
        arguments = plan.arguments_of(instance, (key,))
        if plan.assign is None and isinstance(arguments, tuple):
            updated = await database.execute(plan.sql, arguments) > 0
        else:
            updated = await update_specially(plan, instance, arguments, UpdateRequest(database, names, True))
        if not updated:
            raise instance.NotUpdated(NO_ROWS)
    except Exception as error:
        mark_failed(error, alias)
        raise
    mark_saved(instance, alias)
    return True


def simple_writer(meta: Options) -> TableWriter | None:
    """Return the writer of the table that instances are saved to; None where there is more to saving than that."""
    table = TableWriter.of(meta.concrete_model._meta)
    model = meta.model
    return table if table.is_simple and model.asave_base is model._plain_base.asave_base else None


async def save_base(instance: Any, options: SaveOptions) -> None:
    """Send the signals and write the tables between them."""
    force_insert, force_update, using, names, raw = options
    origin = type(instance)
    meta = origin._meta.concrete_model._meta
    using = using or alias_to_write(instance)
    update_fields = None if names is None else frozenset(names)
    is_silent = meta.auto_created
    if pre_save.receivers and not is_silent:
        await pre_save.asend(sender=origin, instance=instance, raw=raw, using=using, update_fields=update_fields)
    table = TableOptions(bool(force_insert), force_update, update_fields, raw)
    has_parents = bool(meta.parents) and not raw
    if has_parents and may_take_several_statements(meta, update_fields):
        async with atomic(using=using, savepoint=False):
            updated = await _save_tables(instance, meta, forced_parents(origin, force_insert), using, table)
    else:
        with mark_for_rollback_on_error(using=using):
            forced = () if raw or not force_insert else forced_parents(origin, force_insert)
            if has_parents:
                updated = await _save_tables(instance, meta, forced, using, table)
            else:
                updated = await _save_table(instance, meta, using, table)
    mark_saved(instance, using)
    if post_save.receivers and not is_silent:
        await post_save.asend(
            sender=origin, instance=instance, created=not updated, update_fields=update_fields, raw=raw, using=using
        )


async def _save_tables(instance: Any, meta: Options, forced: tuple[Any, ...], using: str, own: TableOptions) -> bool:
    """Save the tables of all parents, then the model's own; tell whether the last was updated."""
    inserted: set[Any] = set()
    updated = False
    for step in table_steps(meta):
        for link in step.before:
            link.fill_parent_key(instance)
        has_new_parent = not inserted.isdisjoint(step.parents)
        if step.meta is meta:
            table = own._replace(force_insert=own.force_insert or has_new_parent)
        else:
            force_insert = has_new_parent or issubclass(step.meta.model, forced)
            table = TableOptions(force_insert, False, own.update_fields, False)
        updated = await _save_table(instance, step.meta, using, table)
        if not updated:
            inserted.add(step.meta)
        for link in step.after:
            link.follow_parent(instance)
    return updated


def may_take_several_statements(meta: Options, names: frozenset[str] | None) -> bool:
    """Tell whether saving those fields may write more than one table, so that a transaction is needed."""
    if not names:
        return True
    return sum(bool(TableWriter.of(step.meta).update(names).fields) for step in table_steps(meta)) > 1


def decide(instance: Any, meta: Options, options: TableOptions) -> Decision:
    """Say what becomes of a table, giving the instance a primary key where the field can make one.

    Raises:
        ValueError: an update is forced, and there is no primary key.
    """
    key = meta.pk
    has_key = instance._is_pk_set(meta)
    if not has_key and not is_database_default(getattr(instance, key.attname)):
        setattr(instance, key.attname, key.get_pk_value_on_save(instance))
        has_key = instance._is_pk_set(meta)
    force_update = options.force_update or options.update_fields is not None
    if not has_key and force_update:
        raise ValueError("Cannot force an update in save() with no primary key.")
    # A new instance whose key has a default is not in the table: no UPDATE is tried.
    force_insert = options.force_insert or (
        not options.raw and not options.force_update and TableWriter.of(meta).has_key_default and is_adding(instance)
    )
    updates = has_key and not force_insert
    return Decision(updates, not (updates and force_update), has_key)


async def _save_table(instance: Any, meta: Options, using: str, options: TableOptions) -> bool:
    """Write one table, and tell whether its row was updated, not inserted.

    Raises:
        NotUpdated: an update was forced and found no row.
    """
    decision = decide(instance, meta, options)
    database = databases[using]
    if decision.updates:
        request = UpdateRequest(database, options.update_fields, not decision.inserts, options.raw)
        if await update_row(instance, meta, request):
            return True
        if options.force_update:
            raise instance.NotUpdated("Forced update did not affect any rows.")
        if options.update_fields:
            raise instance.NotUpdated(NO_ROWS)
    await insert_row(instance, meta, database, decision.has_key, options.raw)
    return False
