"""Load the values of an instance anew, and load a field that was deferred when it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.bridge import in_running_loop, run_blocking
from aorm.exceptions import SyncInAsyncContext
from aorm.models.state import alias_to_read, cached_relations, database_alias, is_adding
from aorm.query.points import PointRefresh, ready

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aorm.mapping.options import Options
    from aorm.query.queryset import QuerySet


async def refresh(
    instance: Any, using: str | None = None, fields: Iterable[str] | None = None, from_queryset: Any = None
) -> None:
    """Reload the fields that are loaded, or the named ones, and forget related objects that may be stale.

    Args:
        instance: what to reload.
        using: the alias to read from; by default where the instance came from, or where its model is read.
        fields: the names of the fields to reload; names of prefetched relations make those be forgotten.
        from_queryset: the rows to choose from, with what ``select_related`` loads; by default the base manager's.

    Raises:
        DoesNotExist: the row is gone.
        ValueError: a name spans a relation.
    """
    names = None if fields is None else _forget_prefetched(instance, fields)
    if names is None:
        instance.__dict__.pop("_prefetched_objects_cache", None)
        if from_queryset is None and await _reread(instance, using):
            return
    elif not names:
        return
    elif any("__" in name for name in names):
        raise ValueError('Found "__" in fields argument. Relations and transforms are not allowed in fields.')
    queryset = _rows_for(instance, using, from_queryset).filter(pk=instance.pk)
    if names is not None:
        queryset = queryset.only(*names)
    else:
        deferred = instance.get_deferred_fields()
        if deferred:
            loaded = {field.attname for field in instance._meta.concrete_fields if field.attname not in deferred}
            queryset = queryset.only(*loaded)
    fresh = await queryset.aget()
    _take_over(instance, fresh, names)
    instance._state.db = database_alias(fresh)


class Reread:
    """What to know of a model whose whole rows are read again: how most refreshing is done.

    Attributes:
        names: the attributes of all fields.
        key_name: the attribute of the primary key.
        is_plain: the base manager hides no rows, and the model leaves it to us which fields are deferred.
    """

    def __init__(self, meta: Options) -> None:
        self.names = frozenset(field.attname for field in meta.concrete_fields)
        self.key_name: str = meta.pk.attname
        model = meta.model
        self.is_plain = (
            meta.base_manager._gives_all_rows() and model.get_deferred_fields is model._plain_base.get_deferred_fields
        )


async def _reread(instance: Any, using: str | None) -> bool:
    """Reload all fields of a saved instance of which all are loaded, and tell whether it was one.

    Raises:
        DoesNotExist: the row is gone.
    """
    meta = instance._meta
    reread = meta.facts.get("reread") or meta.derive("reread", Reread)
    namespace = instance.__dict__
    if not reread.is_plain or not reread.names <= namespace.keys() or is_adding(instance):
        return False
    alias = using or alias_to_read(instance)
    point = ready(PointRefresh, meta, "pk", getattr(instance, reread.key_name), alias)
    if point is None:
        return False
    database, plan, arguments = point
    rows = await database.fetch(plan.sql, arguments)
    if not rows:
        raise instance.DoesNotExist(f"{meta.object_name} matching query does not exist.")
    plan.load(instance, rows[0])
    if cached_relations(instance):
        for field in meta.fields:
            if field.is_relation and field.is_cached(instance):
                field.delete_cached_value(instance)
        _forget_reverse(instance, None)
    if "_state" in namespace:
        instance._state.db = alias
    else:
        instance._db = alias
    return True


def _forget_prefetched(instance: Any, fields: Iterable[str]) -> set[str]:
    """Drop what was prefetched under the names, and return the names that are left."""
    prefetched: dict[str, Any] = instance.__dict__.get("_prefetched_objects_cache", {})
    names = set(fields)
    for name in names & prefetched.keys():
        del prefetched[name]
        names.discard(name)
    return names


def _rows_for(instance: Any, using: str | None, from_queryset: Any) -> QuerySet[Any]:
    queryset: QuerySet[Any]
    if from_queryset is None:
        manager = type(instance)._base_manager.db_manager(using, hints={"instance": instance})
        queryset = manager.get_queryset()
    else:
        queryset = from_queryset if using is None else from_queryset.using(using)
    return queryset


def _take_over(instance: Any, fresh: Any, names: set[str] | None) -> None:
    meta = instance._meta
    deferred = fresh.get_deferred_fields()
    if fresh.__class__ is not instance.__class__:
        _check_kind(meta, fresh)
    for field in meta.fields:
        if field.concrete:
            if field.attname in deferred:
                continue
            setattr(instance, field.attname, getattr(fresh, field.attname))
        if field.is_relation:
            if field.is_cached(fresh):
                field.set_cached_value(instance, field.get_cached_value(fresh))
            elif field.is_cached(instance):
                field.delete_cached_value(instance)
    _forget_reverse(instance, names)


def _check_kind(meta: Options, fresh: Any) -> None:
    """Refuse what a queryset of another model gave: a proxy's has the same fields, a stranger's has not."""
    known = {field.attname for field in fresh._meta.concrete_fields}
    for field in meta.concrete_fields:
        if field.attname not in known:
            raise AttributeError(f"'{type(fresh).__name__}' object has no attribute '{field.attname}'")


def _forget_reverse(instance: Any, names: set[str] | None) -> None:
    """Drop the objects that refer to the instance, of all relations or of the named ones."""
    if not cached_relations(instance):
        return
    meta = instance._meta
    private = (field for field in meta.private_fields if field.is_relation)
    for relation in (*meta.related_objects, *private):
        if (names is None or relation.name in names) and relation.is_cached(instance):
            relation.delete_cached_value(instance)


class DeferredFetcher:
    """Load one deferred field, of one instance or of all that were loaded together with it."""

    __slots__ = ("field",)

    def __init__(self, field: Any) -> None:
        self.field = field

    async def afetch_one(self, instance: Any) -> None:
        """Load the field through the instance's own ``refresh_from_db``, which its model may override."""
        await instance.arefresh_from_db(fields=[self.field.attname])

    async def afetch_many(self, instances: list[Any]) -> None:
        """Load the field of all instances by one query."""
        attname = self.field.attname
        manager = self.field.model._base_manager.using(instances[0]._state.db)
        keys = {instance.pk for instance in instances}
        value_by_key = dict(await manager.filter(pk__in=keys).values_list("pk", attname))
        for instance in instances:
            setattr(instance, attname, value_by_key[instance.pk])


def fetch_deferred(instance: Any, field: Any) -> None:
    """Load a field that was read and is not loaded.

    Raises:
        AttributeError: the database computes the field, and the instance has no row yet.
        FieldFetchBlocked: the instance's fetch mode forbids it.
        SyncInAsyncContext: an event loop is running, which loading would block.
    """
    value = _value_of_parent_key(instance, field)
    if value is not None:
        instance.__dict__[field.attname] = value
        return
    if field.generated and not instance._is_pk_set():
        raise AttributeError(f"Cannot retrieve deferred field {field.attname!r} from an unsaved model.")
    mode = instance._state.fetch_mode
    fetcher = DeferredFetcher(field)
    mode.permit(fetcher, instance)
    if in_running_loop():
        model = type(instance).__name__
        raise SyncInAsyncContext(
            f"{model}.{field.attname} is deferred, and an event loop is running, which loading it here would block. "
            f"Load it first: `await {model.lower()}.arefresh_from_db(fields=[{field.attname!r}])`, or do not defer it."
        )
    run_blocking(mode.fetch, fetcher, instance)


def _value_of_parent_key(instance: Any, field: Any) -> Any:
    """Return a parent's key from the link to that parent, which has the same value."""
    if not field.primary_key:
        return None
    link = instance._meta.get_ancestor_link(field.model)
    if link is None or link == field:
        return None
    return getattr(instance, link.attname)
