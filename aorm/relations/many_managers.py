"""Managers of many-to-many relations: ``article.tags`` and ``tag.articles``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from aorm.bridge import sync_twin
from aorm.database.atomic import atomic
from aorm.database.databases import databases
from aorm.database.routing import router
from aorm.query.manager import BaseManager
from aorm.relations.between import RowsBetween
from aorm.relations.descriptors import only_queryset, traverse_ancestors
from aorm.relations.keys import foreign_reader
from aorm.relations.managers import evaluated, manager_class
from aorm.relations.prefetching import related_to, with_key

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Iterable, Mapping, Sequence
    from typing import Self

    from aorm.query.queryset import QuerySet
    from aorm.relations.between import Side
    from aorm.relations.descriptors import PrefetchParts
    from aorm.relations.prefetching import HeldMaker

M = TypeVar("M")


class ManyRelatedManager(BaseManager[M], Generic[M]):
    """The objects that a many-to-many relation joins with one instance.

    Attributes:
        instance: what they are joined with.
        side: the relation as seen from the instance.
        model: the model of the objects.
        through: the model of the table between.
    """

    has_own_queryset = False
    do_not_call_in_templates = True

    def __init__(self, instance: Any, side: Side) -> None:
        """Bind the manager to an instance.

        Raises:
            ValueError: the instance is not saved, or has no value in the field that the table between refers to.
        """
        super().__init__()
        self.instance = instance
        self.side = side
        self.model: Any = side.model
        self.through = side.through
        source = side.source
        self.related_val: tuple[Any, ...] = source.get_foreign_related_value(instance)
        if None in self.related_val:
            raise ValueError(
                f'"{instance!r}" needs to have a value for field "{source.target_field.name}" before this many-to-many '
                "relationship can be used."
            )
        if not instance._is_pk_set():
            raise ValueError(
                f"{type(instance).__name__!r} instance needs to have a primary key value before a many-to-many "
                "relationship can be used."
            )
        self.core_filters = {f"{side.query_name}__{source.target_field.name}": self.related_val[0]}

    def __call__(self, *, manager: str) -> Self:
        """Return the same objects through another manager of their model: ``article.tags(manager="published")``."""
        superclass = type(getattr(self.model, manager))
        made: Self = manager_class(ManyRelatedManager, superclass)(self.instance, self.side)
        return made

    # What to read.

    def held_queryset(self, own_queryset: QuerySet[Any] | None) -> tuple[type[Any], HeldMaker]:
        """Return the class of the querysets that hold prefetched objects, and what makes one in earnest."""
        cls = type(super().get_queryset() if own_queryset is None else own_queryset)

        def make(instance: Any, key: Any) -> QuerySet[Any]:
            return type(self)(instance, self.side)._related(own_queryset, key)

        return cls, make

    def _related(self, own_queryset: QuerySet[Any] | None, key: Any) -> QuerySet[Any]:
        self.core_filters = dict.fromkeys(self.core_filters, key)
        return self._apply_rel_filters(super().get_queryset() if own_queryset is None else own_queryset._copy())

    def _apply_rel_filters(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow a queryset that nobody else holds to the objects of the instance."""
        queryset._add_hints(instance=self.instance)
        if self._db:
            queryset = queryset.using(self._db)
        queryset._fetch_mode = self.instance._state.fetch_mode
        # The next filter() of the user speaks of the same row of the table between.
        return queryset._next_is_sticky().filter(**self.core_filters)

    def get_prefetch_cache(self) -> QuerySet[M] | None:
        """Return the prefetched objects, which a loaded parent of the instance may hold."""
        for instance, _ in traverse_ancestors(self.side.relation.field.model, self.instance):
            found: QuerySet[M] | None = instance.__dict__.get("_prefetched_objects_cache", {}).get(self.side.cache_name)
            if found is not None:
                return found
        return None

    def _remove_prefetched_objects(self) -> None:
        for instance, _ in traverse_ancestors(self.side.relation.field.model, self.instance):
            instance.__dict__.get("_prefetched_objects_cache", {}).pop(self.side.cache_name, None)

    def get_queryset(self) -> QuerySet[M]:
        """Return the objects, from the prefetched ones if there are."""
        prefetched = self.get_prefetch_cache()
        return self._apply_rel_filters(super().get_queryset()) if prefetched is None else prefetched

    def get_prefetch_querysets(self, instances: Sequence[Any], querysets: Sequence[Any] | None = None) -> PrefetchParts:
        """Return what loads the objects of many instances; each row carries the key of its instance."""
        queryset = only_queryset(querysets)
        if queryset is None:
            queryset = super().get_queryset()
        queryset._add_hints(instance=instances[0])
        queryset = queryset.using(queryset._db or self._db)
        source = self.side.source
        attribute = f"_prefetch_related_val_{source.attname}"
        queryset = related_to(queryset, self.side.query_name, instances)
        queryset = with_key(queryset, attribute, self.side.query_name, source)

        def related_key(related: Any) -> Any:
            return related.__dict__[attribute]

        read = foreign_reader(source)

        def instance_key(instance: Any) -> Any:
            return read(instance)[0]

        return queryset, related_key, instance_key, False, self.side.cache_name, False

    def _constrained_target(self) -> QuerySet[Any] | None:
        """Return the rows of the table between, where counting them is counting the objects.

        That is so where the database guards the keys, and no manager of one's own hides objects.
        """
        target = self.side.target
        if self.has_own_queryset or not target.db_constraint or self.get_prefetch_cache() is not None:
            return None
        alias = self._db or router.db_for_read(self.through, instance=self.instance)
        if not databases[alias].features.supports_foreign_keys:
            return None
        lookups = {self.side.source.name: self.related_val[0]}
        if target.null:
            lookups[f"{target.name}__isnull"] = False
        manager = self.through._base_manager.db_manager(alias, hints={"instance": self.instance})
        rows: QuerySet[Any] = manager.filter(**lookups)
        return rows

    async def aexists(self) -> bool:
        """Tell whether there are objects, by the table between alone where that suffices."""
        rows = self._constrained_target()
        return await super().aexists() if rows is None else await rows.aexists()

    async def acount(self) -> int:
        """Count the objects, by the table between alone where that suffices."""
        rows = self._constrained_target()
        return await super().acount() if rows is None else await rows.acount()

    # What to write.

    def _rows(self) -> RowsBetween:
        alias = router.db_for_write(self.through, instance=self.instance)
        return RowsBetween(self.instance, self.side, alias, super().get_queryset)

    async def aadd(self, *objs: M | Any, through_defaults: Mapping[str, Any] | None = None) -> None:
        """Join the objects with the instance; those that are joined already stay as they are.

        Args:
            objs: instances of the related model, or their keys.
            through_defaults: values for the other fields of the table between; callables are called.

        Raises:
            TypeError: an object is of another model.
            ValueError: an object is not saved, or a router keeps it apart.
        """
        self._remove_prefetched_objects()
        await self._rows().add(objs, through_defaults)

    add = sync_twin(aadd)

    async def aremove(self, *objs: M | Any) -> None:
        """Take the objects, or those with the keys given, away from the instance; they themselves stay."""
        self._remove_prefetched_objects()
        await self._rows().remove(objs)

    remove = sync_twin(aremove)

    async def aclear(self) -> None:
        """Take all objects away from the instance; they themselves stay."""
        self._remove_prefetched_objects()
        await self._rows().clear()

    clear = sync_twin(aclear)

    async def aset(
        self,
        objs: Iterable[M | Any] | AsyncIterable[M],
        *,
        clear: bool = False,
        through_defaults: Mapping[str, Any] | None = None,
    ) -> None:
        """Make these the objects of the instance, and no others.

        Args:
            objs: instances of the related model, their keys, or a queryset.
            clear: take all away first, instead of those only that do not stay.
            through_defaults: values for the other fields of the table between.
        """
        # All of them first: a queryset might give others once some are removed.
        new = await evaluated(objs)
        rows = self._rows()
        alias = rows.alias
        async with atomic(using=alias, savepoint=False):
            self._remove_prefetched_objects()
            if clear:
                await rows.clear()
                await rows.add(new, through_defaults)
                return
            target = self.side.target
            name = target.target_field.attname
            old = dict.fromkeys(await self.using(alias).values_list(name, flat=True))
            added = []
            for obj in new:
                key = (
                    target.get_foreign_related_value(obj)[0]
                    if isinstance(obj, self.model)
                    else target.get_prep_value(obj)
                )
                if key in old:
                    del old[key]
                else:
                    added.append(obj)
            await rows.remove(tuple(old))
            await rows.add(added, through_defaults)

    set = sync_twin(aset)

    def _created_on(self) -> Self:
        alias = router.db_for_write(type(self.instance), instance=self.instance)
        return self.db_manager(alias)

    async def acreate(self, *, through_defaults: Mapping[str, Any] | None = None, **kwargs: Any) -> M:
        """Make an object, save it, and join it with the instance."""
        made: M = await super(ManyRelatedManager, self._created_on()).acreate(**kwargs)
        await self.aadd(made, through_defaults=through_defaults)
        return made

    create = sync_twin(acreate)

    async def aget_or_create(
        self, defaults: Any = None, *, through_defaults: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> tuple[M, bool]:
        """Return the joined object that the lookups find, or make one and join it."""
        made, is_created = await super(ManyRelatedManager, self._created_on()).aget_or_create(defaults, **kwargs)
        if is_created:
            await self.aadd(made, through_defaults=through_defaults)
        return made, is_created

    get_or_create = sync_twin(aget_or_create)

    async def aupdate_or_create(
        self,
        defaults: Any = None,
        create_defaults: Any = None,
        *,
        through_defaults: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> tuple[M, bool]:
        """Update the joined object that the lookups find, or make one and join it."""
        made, is_created = await super(ManyRelatedManager, self._created_on()).aupdate_or_create(
            defaults, create_defaults, **kwargs
        )
        if is_created:
            await self.aadd(made, through_defaults=through_defaults)
        return made, is_created

    update_or_create = sync_twin(aupdate_or_create)
