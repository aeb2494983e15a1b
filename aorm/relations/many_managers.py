"""Managers of many-to-many relations: ``article.tags`` and ``tag.articles``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from aorm.bridge import sync_twin
from aorm.database.atomic import atomic
from aorm.database.databases import databases
from aorm.database.routing import router
from aorm.expressions.conditions import Q
from aorm.query.manager import Manager
from aorm.relations.descriptors import only_queryset, traverse_ancestors
from aorm.relations.keys import is_instance
from aorm.relations.managers import evaluated, manager_class
from aorm.relations.prefetching import related_to, with_key
from aorm.signals import m2m_changed
from aorm.sql.predicates import TRUE

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Collection, Iterable, Mapping, Sequence
    from typing import Self

    from aorm.query.queryset import QuerySet
    from aorm.relations.descriptors import PrefetchParts

M = TypeVar("M")


@dataclass(frozen=True, slots=True)
class Side:
    """A many-to-many relation as seen from one of its ends.

    Attributes:
        relation: the far side of the field.
        reverse: seen from the model that the field points to.
        model: the model of the related objects.
        query_name: the name by which queries of the related objects come back here.
        cache_name: the key under which instances keep prefetched objects.
        source: the foreign key of the table between that points to this end.
        target: the one that points to the related objects.
        symmetrical: each row is written both ways.
    """

    relation: Any
    reverse: bool
    model: Any
    query_name: str
    cache_name: str
    source: Any
    target: Any
    symmetrical: bool

    @property
    def through(self) -> Any:
        """The model of the table between."""
        return self.relation.through


def side_of(relation: Any, *, reverse: bool) -> Side:
    """Return the relation as seen from one end."""
    field = relation.field
    links = field.source_link, field.target_link
    source, target = reversed(links) if reverse else links
    return Side(
        relation=relation,
        reverse=reverse,
        model=relation.related_model if reverse else relation.model,
        query_name=field.name if reverse else field.related_query_name(),
        cache_name=relation.accessor_name if reverse else field.name,
        source=source,
        target=target,
        symmetrical=not reverse and relation.symmetrical,
    )


class ManyRelatedManager(Manager[M], Generic[M]):
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

        def instance_key(instance: Any) -> Any:
            return source.get_foreign_related_value(instance)[0]

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

    def _write_alias(self) -> str:
        return router.db_for_write(self.through, instance=self.instance)

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
        await self._add(self._write_alias(), objs, through_defaults)

    add = sync_twin(aadd)

    async def aremove(self, *objs: M | Any) -> None:
        """Take the objects, or those with the keys given, away from the instance; they themselves stay."""
        self._remove_prefetched_objects()
        await self._remove(self._write_alias(), objs)

    remove = sync_twin(aremove)

    async def aclear(self) -> None:
        """Take all objects away from the instance; they themselves stay."""
        self._remove_prefetched_objects()
        await self._clear(self._write_alias())

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
        alias = self._write_alias()
        async with atomic(using=alias, savepoint=False):
            self._remove_prefetched_objects()
            if clear:
                await self._clear(alias)
                await self._add(alias, new, through_defaults)
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
            await self._remove(alias, tuple(old))
            await self._add(alias, added, through_defaults)

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

    # How it is written.

    async def _signal(self, action: str, keys: Collection[Any] | None, alias: str) -> None:
        await m2m_changed.asend(
            sender=self.through,
            action=action,
            instance=self.instance,
            reverse=self.side.reverse,
            model=self.model,
            pk_set=keys,
            using=alias,
            raw=False,
        )

    async def _add(self, alias: str, objs: Sequence[Any], through_defaults: Mapping[str, Any] | None) -> None:
        side = self.side
        if not objs:
            return
        values = resolved_callables(through_defaults)
        async with atomic(using=alias, savepoint=False):
            await self._add_rows(alias, side.source, side.target, objs, values)
            if side.symmetrical:
                await self._add_rows(alias, side.target, side.source, objs, values)

    async def _add_rows(
        self, alias: str, source: Any, target: Any, objs: Sequence[Any], values: Mapping[str, Any]
    ) -> None:
        """Write the rows that are missing.

        Where the table between is the library's own, its only conflict is a row that is there already: the database
        is told to ignore it, and nobody has to ask first, unless a receiver wants to know what was added.
        """
        keys = self._target_keys(target, objs)
        is_own_table = bool(self.through._meta.auto_created)
        ignores_conflicts = is_own_table and databases[alias].features.supports_ignore_conflicts
        # The mirrored rows of a symmetrical relation are nobody's news.
        is_told = (self.side.reverse or source is self.side.source) and m2m_changed.has_listeners(self.through)
        manager = self.through._default_manager.using(alias)
        if not ignores_conflicts or is_told:
            lookups = {source.name: self.related_val[0], f"{target.name}__in": keys}
            present = {*await manager.values_list(target.name, flat=True).filter(**lookups)}
            keys = [key for key in keys if key not in present]
        else:
            values = {}
        if is_told:
            await self._signal("pre_add", {*keys}, alias)
        rows = [self.through(**values, **{source.attname: self.related_val[0], target.attname: key}) for key in keys]
        await manager.abulk_create(rows, ignore_conflicts=ignores_conflicts)
        if is_told:
            await self._signal("post_add", {*keys}, alias)

    def _target_keys(self, target: Any, objs: Sequence[Any]) -> list[Any]:
        keys: dict[Any, None] = {}
        for obj in objs:
            if not is_instance(obj):
                keys[target.get_prep_value(obj)] = None
                continue
            if not isinstance(obj, self.model):
                raise TypeError(f"'{self.model._meta.object_name}' instance expected, got {obj!r}")
            if not router.allow_relation(obj, self.instance):
                raise ValueError(
                    f'Cannot add "{obj!r}": instance is on database "{self.instance._state.db}", value is on database '
                    f'"{obj._state.db}"'
                )
            key = target.get_foreign_related_value(obj)[0]
            if key is None:
                raise ValueError(f'Cannot add "{obj!r}": the value for field "{target.name}" is None')
            keys[key] = None
        return list(keys)

    async def _remove(self, alias: str, objs: Sequence[Any]) -> None:
        if not objs:
            return
        target = self.side.target
        keys = {target.get_foreign_related_value(obj)[0] if isinstance(obj, self.model) else obj for obj in objs}
        async with atomic(using=alias, savepoint=False):
            await self._signal("pre_remove", keys, alias)
            removed: Any = keys
            rows = super().get_queryset()
            if has_conditions(rows):
                removed = rows.using(alias).filter(**{f"{target.target_field.attname}__in": keys})
            await self._delete_rows(alias, removed)
            await self._signal("post_remove", keys, alias)

    async def _clear(self, alias: str) -> None:
        async with atomic(using=alias, savepoint=False):
            await self._signal("pre_clear", None, alias)
            rows = super().get_queryset().using(alias)
            await self._delete_rows(alias, rows if has_conditions(rows) else None)
            await self._signal("post_clear", None, alias)

    async def _delete_rows(self, alias: str, removed: Any) -> None:
        """Delete the rows that join the instance with those objects, all of them for None, and their mirrors."""
        side = self.side
        condition = self._rows_between(side.source, side.target, removed)
        if side.symmetrical:
            condition |= self._rows_between(side.target, side.source, removed)
        await self.through._default_manager.using(alias).filter(condition).adelete()

    def _rows_between(self, source: Any, target: Any, removed: Any) -> Q:
        condition = Q((source.name, self.related_val[0]))
        return condition if removed is None else condition & Q((f"{target.name}__in", removed))


def has_conditions(queryset: QuerySet[Any]) -> bool:
    """Tell whether a queryset leaves out rows of its model."""
    query = queryset._query
    return bool(query.where is not TRUE or query.is_sliced or query.is_empty or query.combinator is not None)


def resolved_callables(values: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the values with callables called."""
    return {name: value() if callable(value) else value for name, value in (values or {}).items()}
