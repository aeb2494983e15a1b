"""Managers of related objects: ``author.books`` over a foreign key, backwards.

They are ordinary classes. ``manager_class`` composes one with the related model's own manager class, so that
``author.books.published()`` works; a descriptor asks for that once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from aorm.bridge import sync_twin
from aorm.database.atomic import atomic
from aorm.database.routing import router
from aorm.query.manager import BaseManager, Manager
from aorm.relations.descriptors import only_queryset
from aorm.relations.keys import foreign_reader, local_reader
from aorm.relations.prefetching import related_to

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Iterable, Sequence
    from typing import Self

    from aorm.query.queryset import QuerySet
    from aorm.relations.descriptors import PrefetchParts
    from aorm.relations.prefetching import HeldMaker

M = TypeVar("M")


def manager_class(kind: type[Any], superclass: type[Any]) -> type[Any]:
    """Return the class of related managers of that kind which also has what the model's manager class has.

    The kind comes first: it narrows what the model's manager gives.
    """
    body = {"__module__": superclass.__module__, "has_own_queryset": superclass is not Manager}
    return type(kind.__name__, (kind, superclass), body)


async def evaluated(objects: Any) -> tuple[Any, ...]:
    """Return the objects of a list, a queryset or anything else that can be gone through."""
    if hasattr(objects, "__aiter__"):
        return tuple([item async for item in objects])
    return tuple(objects)


class RelatedManager(BaseManager[M], Generic[M]):
    """The objects whose foreign key points to one instance.

    Attributes:
        instance: what they point to.
        field: the foreign key.
        model: the model that has it.
    """

    has_own_queryset = False
    do_not_call_in_templates = True

    def __init__(self, instance: Any, relation: Any) -> None:
        """Bind the manager to an instance of the relation's target."""
        super().__init__()
        self.instance = instance
        self.relation = relation
        self.field = relation.field
        self.model: Any = relation.related_model
        self.core_filters = {self.field.name: instance}

    def __call__(self, *, manager: str) -> Self:
        """Return the same objects through another manager of their model: ``author.books(manager="published")``."""
        superclass = type(getattr(self.model, manager))
        kind = NullableRelatedManager if self.field.null else RelatedManager
        made: Self = manager_class(kind, superclass)(self.instance, self.relation)
        return made

    # What to read.

    def _check_fk_val(self) -> None:
        for field in self.field.foreign_related_fields:
            if getattr(self.instance, field.attname) is None:
                raise ValueError(
                    f'"{self.instance!r}" needs to have a value for field "{field.attname}" before this relationship '
                    "can be used."
                )

    def held_queryset(self, own_queryset: QuerySet[Any] | None) -> tuple[type[Any], HeldMaker]:
        """Return the class of the querysets that hold prefetched objects, and what makes one in earnest."""
        cls = type(super().get_queryset() if own_queryset is None else own_queryset)

        def make(instance: Any, key: tuple[Any, ...]) -> QuerySet[Any]:
            return type(self)(instance, self.relation)._related(own_queryset, key)

        return cls, make

    def _related(self, own_queryset: QuerySet[Any] | None, key: tuple[Any, ...]) -> QuerySet[Any]:
        queryset = super().get_queryset() if own_queryset is None else own_queryset._copy()
        return self._apply_rel_filters(queryset, key)

    def _apply_rel_filters(self, queryset: QuerySet[Any], key: tuple[Any, ...] | None = None) -> QuerySet[Any]:
        """Narrow a queryset that nobody else holds to the objects of the instance, or of the key that it had."""
        queryset._add_hints(instance=self.instance)
        if self._db:
            queryset = queryset.using(self._db)
        queryset._fetch_mode = self.instance._state.fetch_mode
        keys = key or tuple([getattr(self.instance, field.attname) for field in self.field.foreign_related_fields])
        if None in keys:
            return queryset.none()
        filters = {self.field.name: keys[0] if len(keys) == 1 else key} if key or len(keys) == 1 else self.core_filters
        queryset = queryset.filter(**filters)
        if self.field.many_to_one:
            queryset._known_related_objects = {self.field: {keys: self.instance}}
        return queryset

    def _remove_prefetched_objects(self) -> None:
        self.instance.__dict__.get("_prefetched_objects_cache", {}).pop(self.relation.cache_name, None)

    def get_queryset(self) -> QuerySet[M]:
        """Return the objects, from the prefetched ones if there are.

        Raises:
            ValueError: the instance is not saved.
        """
        if not self.instance._is_pk_set():
            raise ValueError(
                f"{type(self.instance).__name__!r} instance needs to have a primary key value before this relationship "
                "can be used."
            )
        prefetched = self.instance.__dict__.get("_prefetched_objects_cache")
        if prefetched:
            queryset: QuerySet[M] | None = prefetched.get(self.relation.cache_name)
            if queryset is not None:
                return queryset
        return self._apply_rel_filters(super().get_queryset())

    def get_prefetch_querysets(self, instances: Sequence[Any], querysets: Sequence[Any] | None = None) -> PrefetchParts:
        """Return what loads the objects of many instances."""
        queryset = only_queryset(querysets)
        if queryset is None:
            queryset = super().get_queryset()
        queryset._add_hints(instance=instances[0])
        queryset = queryset.using(queryset._db or self._db)
        field = self.field
        instance_key, related_key = foreign_reader(field), local_reader(field)
        by_key = {instance_key(instance): instance for instance in instances}

        def key_and_link(related: Any) -> tuple[Any, ...]:
            key: tuple[Any, ...] = related_key(related)
            owner = by_key.get(key)
            # What has no state yet has nothing cached.
            if owner is not None and not ("_state" in related.__dict__ and field.is_cached(related)):
                field.set_cached_value(related, owner)
            return key

        queryset = related_to(queryset, field.name, instances)
        return queryset, key_and_link, instance_key, False, self.relation.cache_name, False

    # What to write.

    def _write_alias(self) -> str:
        return router.db_for_write(self.model, instance=self.instance)

    def _check_and_point(self, obj: Any) -> None:
        if not isinstance(obj, self.model):
            raise TypeError(f"'{self.model._meta.object_name}' instance expected, got {obj!r}")
        setattr(obj, self.field.name, self.instance)

    async def aadd(self, *objs: Any, bulk: bool = True) -> None:
        """Point the objects to the instance and save that, in one UPDATE.

        Args:
            objs: instances of the related model.
            bulk: False saves each by its ``asave``, which also takes in objects that are not saved yet.

        Raises:
            TypeError: an object is of another model.
            ValueError: an object is not saved, or the instance is not.
        """
        self._check_fk_val()
        self._remove_prefetched_objects()
        alias = self._write_alias()
        if not bulk:
            async with atomic(using=alias, savepoint=False):
                for obj in objs:
                    self._check_and_point(obj)
                    await obj.asave()
            return
        keys = []
        for obj in objs:
            self._check_and_point(obj)
            state = obj._state
            if state.adding or state.db != alias:
                raise ValueError(f"{obj!r} instance isn't saved. Use bulk=False or save the object first.")
            keys.append(obj.pk)
        if keys:
            rows = self.model._base_manager.using(alias).filter(pk__in=keys)
            await rows.aupdate(**{self.field.name: self.instance})

    add = sync_twin(aadd)

    async def acreate(self, **kwargs: Any) -> M:
        """Make an object that points to the instance, and save it."""
        self._check_fk_val()
        self._remove_prefetched_objects()
        kwargs[self.field.name] = self.instance
        made: M = await super(RelatedManager, self.db_manager(self._write_alias())).acreate(**kwargs)
        return made

    create = sync_twin(acreate)

    async def aget_or_create(self, defaults: Any = None, **kwargs: Any) -> tuple[M, bool]:
        """Return the object of the instance that the lookups find, or make it."""
        self._check_fk_val()
        kwargs[self.field.name] = self.instance
        writing = self.db_manager(self._write_alias())
        found: tuple[M, bool] = await super(RelatedManager, writing).aget_or_create(defaults, **kwargs)
        return found

    get_or_create = sync_twin(aget_or_create)

    async def aupdate_or_create(
        self, defaults: Any = None, create_defaults: Any = None, **kwargs: Any
    ) -> tuple[M, bool]:
        """Update the object of the instance that the lookups find, or make it."""
        self._check_fk_val()
        kwargs[self.field.name] = self.instance
        writing = self.db_manager(self._write_alias())
        found: tuple[M, bool] = await super(RelatedManager, writing).aupdate_or_create(
            defaults, create_defaults, **kwargs
        )
        return found

    update_or_create = sync_twin(aupdate_or_create)

    async def aset(self, objs: Iterable[M] | AsyncIterable[M], *, bulk: bool = True, clear: bool = False) -> None:
        """Make these the objects of the instance; a foreign key that cannot be null only adds them."""
        self._check_fk_val()
        # All of them first: a queryset might give others once some are removed.
        await self.aadd(*await evaluated(objs), bulk=bulk)

    set = sync_twin(aset)


class NullableRelatedManager(RelatedManager[M]):
    """The same where the foreign key may be null, so that objects can be taken away from the instance."""

    async def aremove(self, *objs: Any, bulk: bool = True) -> None:
        """Set the objects' keys to null.

        Raises:
            TypeError: an object is of another model.
            DoesNotExist: an object does not point to the instance.
        """
        if not objs:
            return
        self._check_fk_val()
        value = self.field.get_foreign_related_value(self.instance)
        keys = []
        for obj in objs:
            if not isinstance(obj, self.model):
                raise TypeError(f"'{self.model._meta.object_name}' instance expected, got {obj!r}")
            if self.field.get_local_related_value(obj) != value:
                raise self.field.remote_field.model.DoesNotExist(f"{obj!r} is not related to {self.instance!r}.")
            keys.append(obj.pk)
        await self._take_away(self.filter(pk__in=keys), bulk)

    remove = sync_twin(aremove)

    async def aclear(self, *, bulk: bool = True) -> None:
        """Set the keys of all the instance's objects to null."""
        self._check_fk_val()
        await self._take_away(self.all(), bulk)

    clear = sync_twin(aclear)

    async def _take_away(self, queryset: QuerySet[Any], bulk: bool) -> None:
        self._remove_prefetched_objects()
        alias = self._write_alias()
        queryset = queryset.using(alias)
        name = self.field.name
        if bulk:
            await queryset.aupdate(**{name: None})
            return
        async with atomic(using=alias, savepoint=False):
            for obj in await queryset:
                setattr(obj, name, None)
                await obj.asave(update_fields=[name])

    async def aset(self, objs: Iterable[M] | AsyncIterable[M], *, bulk: bool = True, clear: bool = False) -> None:
        """Make these the objects of the instance, and no others.

        Args:
            objs: instances of the related model, or a queryset of them.
            bulk: False saves each object by its ``asave``.
            clear: take all away first, instead of those only that do not stay.
        """
        self._check_fk_val()
        new = await evaluated(objs)
        alias = self._write_alias()
        async with atomic(using=alias, savepoint=False):
            if clear:
                await self.aclear(bulk=bulk)
                await self.aadd(*new, bulk=bulk)
                return
            old = dict.fromkeys(await self.using(alias).all())
            added = [obj for obj in new if obj not in old]
            for obj in new:
                old.pop(obj, None)
            await self.aremove(*old, bulk=bulk)
            await self.aadd(*added, bulk=bulk)
