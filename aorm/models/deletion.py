"""Delete rows and what depends on them: first find out what falls with what, then do it in one transaction.

``Collector`` follows Django's of the same name in what it finds, in which order, and in what it refuses; the rules of
``on_delete`` only tell it what to do next, so that all I/O happens here.
"""

from __future__ import annotations

import inspect
from collections import Counter, defaultdict
from functools import reduce
from itertools import chain
from operator import attrgetter, or_
from typing import TYPE_CHECKING, Any

from aorm.bridge import run_in_thread, sync_twin
from aorm.database.atomic import atomic
from aorm.expressions.conditions import Q
from aorm.models.single_deletion import Counts, delete_alone, falls_alone, has_delete_listeners, rows_of
from aorm.models.state import alias_to_write
from aorm.query.queryset import QuerySet
from aorm.relations.on_delete import (
    CASCADE,
    SKIP_COLLECTION,
    ProtectedError,
    RestrictedError,
    candidate_relations,
    is_own_rule,
)
from aorm.signals import post_delete, pre_delete

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence


# How many keys one statement names. They travel as one parameter, so the number only bounds its size; it is what
# Django's SQLite takes, so that no database sees more statements than Django's.
BATCH_SIZE = 250_000


async def delete_instance(instance: Any, using: str | None = None, keep_parents: bool = False) -> Counts:
    """Delete one row and what depends on it, and return how many rows of which models went.

    Raises:
        ValueError: the instance has no primary key.
    """
    meta = instance._meta
    if not instance._is_pk_set():
        raise ValueError(
            f"{meta.object_name} object can't be deleted because its {meta.pk.attname} attribute is set to None."
        )
    alias = using or alias_to_write(instance)
    if falls_alone(type(instance)):
        return await delete_alone(instance, meta, alias)
    collector = Collector(using=alias, origin=instance)
    await collector.acollect([instance], keep_parents=keep_parents)
    return await collector.adelete()


async def delete_queryset(queryset: QuerySet[Any], origin: Any) -> Counts:
    """Delete the rows of a queryset and what depends on them."""
    collector = Collector(using=queryset.db, origin=origin)
    await collector.acollect(queryset)
    return await collector.adelete()


class Collector:
    """Find all instances that fall when some are deleted, and delete them.

    Attributes:
        data: the instances to delete, by model; later lists in the order of deletion.
        field_updates: ``(field, value)`` and the instances that get it.
        restricted_objects: instances that forbid the deletion unless they fall as well.
        fast_deletes: querysets whose rows go without being loaded.
        dependencies: which tables must be emptied before a table.
    """

    def __init__(self, using: str, origin: Any = None, force_collection: bool = False) -> None:
        self.using = using
        self.origin = origin
        self.force_collection = force_collection
        self.data: dict[Any, Any] = defaultdict(set)
        self.field_updates: dict[tuple[Any, Any], list[Any]] = defaultdict(list)
        self.restricted_objects: dict[Any, dict[Any, set[Any]]] = defaultdict(lambda: defaultdict(set))
        self.fast_deletes: list[Any] = []
        self.dependencies: dict[Any, set[Any]] = defaultdict(set)
        # What the rule that is being called asked for.
        self._requests: list[tuple[Any, ...]] = []

    # What rules of on_delete call.

    def cascade(self, field: Any, objs: Any) -> None:
        """Delete the instances as well."""
        self._requests.append(("cascade", field, objs))

    def add_field_update_from(self, field: Any, function: Callable[[], Any], objs: Any) -> None:
        """Set the field of the instances to what the function returns, or what its coroutine gives."""
        self._requests.append(("update", field, objs, function))

    def add_field_update(self, field: Any, value: Any, objs: Any) -> None:
        """Set the field of the instances, all of one model, to the value."""
        self.field_updates[field, value].append(objs)

    def add_restricted_objects(self, field: Any, objs: Any) -> None:
        """Refuse the deletion unless the instances fall along another way."""
        if objs:
            self.restricted_objects[type(objs[0])][field].update(objs)

    def add_dependency(self, model: Any, dependency: Any, reverse_dependency: bool = False) -> None:
        """Delete rows of the dependency before those of the model."""
        if reverse_dependency:
            model, dependency = dependency, model
        self.dependencies[model._meta.concrete_model].add(dependency._meta.concrete_model)
        self.data.setdefault(dependency, set())

    # Collecting.

    def add(
        self, objs: Sequence[Any], source: Any = None, nullable: bool = False, reverse_dependency: bool = False
    ) -> list[Any]:
        """Take in instances to delete, and return those that were not known yet."""
        if not objs:
            return []
        model = type(objs[0])
        instances = self.data[model]
        new = [obj for obj in objs if obj not in instances]
        instances.update(new)
        # References that may be NULL are set to NULL first, so they put no order on the deletion.
        if source is not None and not nullable:
            self.add_dependency(source, model, reverse_dependency)
        return new

    def can_fast_delete(self, objs: Any, from_field: Any = None) -> bool:
        """Tell whether an instance, or the rows of a queryset or model, can go without being looked at."""
        if self.force_collection or (from_field and from_field.remote_field.on_delete is not CASCADE):
            return False
        if hasattr(objs, "_meta"):
            return falls_alone(objs._meta.model, from_field)
        return isinstance(objs, QuerySet) and falls_alone(objs.model, from_field)

    async def acollect(
        self,
        objs: Any,
        source: Any = None,
        nullable: bool = False,
        collect_related: bool = True,
        source_attr: str | None = None,
        reverse_dependency: bool = False,
        keep_parents: bool = False,
        fail_on_restricted: bool = True,
    ) -> None:
        """Take in instances of one model, or a queryset, with their parents and all that depends on them.

        Args:
            objs: the instances.
            source, source_attr: the model whose deletion caused this one, and its relation.
            nullable: the reference to the source may be NULL.
            collect_related: also what depends on the instances.
            reverse_dependency: the source is deleted first.
            keep_parents: leave the rows of parent models.
            fail_on_restricted: look for restricted instances now, not in the outermost call.

        Raises:
            ProtectedError, RestrictedError: something that refers to an instance forbids its deletion.
        """
        if self.can_fast_delete(objs):
            self.fast_deletes.append(objs)
            return
        if isinstance(objs, QuerySet):
            objs = await objs
        new = self.add(objs, source, nullable, reverse_dependency)
        if not new:
            return
        if not keep_parents:
            await self._collect_parents(new)
        if not collect_related:
            return
        model = type(new[0])
        await self._collect_related(model, new, keep_parents)
        for field in model._meta.private_fields:
            if hasattr(field, "bulk_related_objects"):
                related = field.bulk_related_objects(new, self.using)
                await self.acollect(related, source=model, nullable=True, fail_on_restricted=False)
        if fail_on_restricted:
            await self._check_restricted(model)

    collect = sync_twin(acollect)

    async def _collect_parents(self, objs: Sequence[Any]) -> None:
        model = type(objs[0])
        for link in model._meta.concrete_model._meta.parents.values():
            if link:
                # What depends on the parents is found by the model itself: it inherits their relations.
                await self.acollect(
                    [await _parent(obj, link, self.using) for obj in objs],
                    source=model,
                    source_attr=link.remote_field.related_name,
                    collect_related=False,
                    reverse_dependency=True,
                    fail_on_restricted=False,
                )

    async def _collect_related(self, model: Any, objs: Sequence[Any], keep_parents: bool) -> None:
        """Let the rule of each relation say what becomes of the rows that refer to the instances."""
        fast: dict[Any, list[Any]] = defaultdict(list)
        protected: dict[str, list[Any]] = defaultdict(list)
        for related in candidate_relations(model._meta):
            if keep_parents and related.model._meta.concrete_model in model._meta.all_parents:
                continue
            field = related.field
            rule = self._rule_of(field)
            if rule is None:
                continue
            if self.can_fast_delete(related.related_model, from_field=field):
                fast[related.related_model].append(field)
                continue
            for batch in batches(objs):
                rows = self.related_objects(related.related_model, [field], batch)
                try:
                    await self._apply(rule, field, self._without_needless(rows, related.related_model))
                except ProtectedError as error:
                    protected[f"'{field.model.__name__}.{field.name}'"] += error.protected_objects
        if protected:
            raise ProtectedError(
                f"Cannot delete some instances of model {model.__name__!r} because they are referenced through "
                f"protected foreign keys: {', '.join(protected)}.",
                set(chain.from_iterable(protected.values())),
            )
        for related_model, fields in fast.items():
            self.fast_deletes += [self.related_objects(related_model, fields, batch) for batch in batches(objs)]

    def _rule_of(self, field: Any) -> Any:
        """Return the rule to follow for a relation; None where the database takes care, or nobody."""
        rule = field.remote_field.on_delete
        if rule not in SKIP_COLLECTION:
            return rule
        return getattr(rule, "forced_collector", None) if self.force_collection else None

    def _without_needless(self, rows: Any, model: Any) -> Any:
        """Defer the fields that deleting does not need; only where no receiver gets to see the instances."""
        if rows._query.related or has_delete_listeners(model):
            return rows
        needed = {
            field.attname
            for relation in candidate_relations(model._meta)
            for field in relation.field.foreign_related_fields
        }
        return rows.only(*needed)

    async def _apply(self, rule: Any, field: Any, rows: Any) -> None:
        """Call a rule with the rows it is about, if there are any, and do what it asks for."""
        if not getattr(rule, "lazy_sub_objs", False) and not await rows:
            return
        if is_own_rule(rule):
            rule(self, field, rows, self.using)
        elif inspect.iscoroutinefunction(rule):
            await rule(self, field, rows, self.using)
        else:
            await run_in_thread(rule, self, field, rows, self.using)
        requests, self._requests = self._requests, []
        for kind, about, objs, *rest in requests:
            if kind == "cascade":
                await self.acollect(
                    objs,
                    source=about.remote_field.model,
                    source_attr=about.name,
                    nullable=about.null,
                    fail_on_restricted=False,
                )
            else:
                self.add_field_update(about, await _outcome(rest[0]), objs)

    def related_objects(self, related_model: Any, related_fields: Sequence[Any], objs: Iterable[Any]) -> Any:
        """Return the queryset of the rows that refer to the instances by one of the fields."""
        conditions = [Q((f"{field.name}__in", list(objs))) for field in related_fields]
        return related_model._base_manager.using(self.using).filter(reduce(or_, conditions))

    async def _check_restricted(self, model: Any) -> None:
        """Refuse the deletion if a restricted instance does not fall along another way."""
        if not self.restricted_objects:
            return
        for related_model, instances in self.data.items():
            self._release_restricted(related_model, instances)
        for queryset in self.fast_deletes:
            await self._release_restricted_by(queryset)
        restricted: dict[str, list[Any]] = defaultdict(list)
        for related_model, fields in self.restricted_objects.items():
            for field, objs in fields.items():
                if objs:
                    restricted[f"'{related_model.__name__}.{field.name}'"] += objs
        if restricted:
            raise RestrictedError(
                f"Cannot delete some instances of model {model.__name__!r} because they are referenced through "
                f"restricted foreign keys: {', '.join(restricted)}.",
                set(chain.from_iterable(restricted.values())),
            )

    def _release_restricted(self, model: Any, objs: set[Any]) -> None:
        if model in self.restricted_objects:
            fields = self.restricted_objects[model]
            self.restricted_objects[model] = {field: items - objs for field, items in fields.items()}

    async def _release_restricted_by(self, queryset: Any) -> None:
        model = queryset.model
        if model in self.restricted_objects:
            keys = [obj.pk for objs in self.restricted_objects[model].values() for obj in objs]
            self._release_restricted(model, set(await queryset.filter(pk__in=keys)))

    # Deleting.

    def instances_with_model(self) -> Iterator[tuple[Any, Any]]:
        """Yield the instances, each with its model."""
        for model, instances in self.data.items():
            for instance in instances:
                yield model, instance

    def sort(self) -> None:
        """Order the models so that rows go before those that they refer to, as far as that is possible."""
        ordered: list[Any] = []
        done: set[Any] = set()
        models = list(self.data)
        while len(ordered) < len(models):
            before = len(ordered)
            for model in models:
                if model not in ordered and self.dependencies[model._meta.concrete_model] <= done:
                    ordered.append(model)
                    done.add(model._meta.concrete_model)
            if len(ordered) == before:
                return
        self.data = {model: self.data[model] for model in ordered}

    async def adelete(self) -> Counts:
        """Delete what was collected, in one transaction, and return how many rows of which models went."""
        for model, instances in self.data.items():
            self.data[model] = sorted(instances, key=attrgetter("pk"))
        self.sort()
        if len(self.data) == 1:
            ((model, instances),) = self.data.items()
            if len(instances) == 1 and self.can_fast_delete(instances[0]):
                return await delete_alone(instances[0], model._meta, self.using)
        counter: Counter[str] = Counter()
        async with atomic(using=self.using, savepoint=False):
            await self._announce(pre_delete, self.instances_with_model())
            for queryset in self.fast_deletes:
                _count(counter, queryset.model, await queryset._araw_delete(self.using))
            await self._update_fields()
            for instances in self.data.values():
                instances.reverse()
            for model, instances in self.data.items():
                keys = [instance.pk for instance in instances]
                for batch in batches(keys):
                    _count(counter, model, await rows_of(model, batch, self.using)._araw_delete(self.using))
                await self._announce(post_delete, ((model, instance) for instance in instances))
        for model, instance in self.instances_with_model():
            setattr(instance, model._meta.pk.attname, None)
        return sum(counter.values()), dict(counter)

    delete = sync_twin(adelete)

    async def _announce(self, signal: Any, instances: Iterable[tuple[Any, Any]]) -> None:
        if not signal.receivers:
            return
        for model, instance in instances:
            if not model._meta.auto_created:
                await signal.asend(sender=model, instance=instance, using=self.using, origin=self.origin)

    async def _update_fields(self) -> None:
        for (field, value), groups in self.field_updates.items():
            lazy = [group for group in groups if isinstance(group, QuerySet) and group._result_cache is None]
            loaded = [obj for group in groups if not any(group is one for one in lazy) for obj in group]
            if lazy:
                await reduce(or_, lazy).aupdate(**{field.name: value})
            if loaded:
                keys = list({obj.pk for obj in loaded})
                for batch in batches(keys):
                    await rows_of(type(loaded[0]), batch, self.using).aupdate(**{field.name: value})


async def _parent(obj: Any, link: Any, alias: str) -> Any:
    """Return the parent's instance, loading it where it is not cached."""
    parent = link.get_cached_value(obj, default=None)
    if parent is None:
        parent = getattr(obj, link.name)
        parent = await parent
    return parent


async def _outcome(function: Callable[[], Any]) -> Any:
    """Return what the user's function returns: awaited if it is a coroutine function, else run where it may block."""
    if inspect.iscoroutinefunction(function):
        return await function()
    return await run_in_thread(function)


def _count(counter: Counter[str], model: Any, count: int) -> None:
    if count:
        counter[model._meta.label] += count


def batches(objs: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Yield the instances in parts of a bounded size."""
    for start in range(0, len(objs), BATCH_SIZE):
        yield objs[start : start + BATCH_SIZE]
