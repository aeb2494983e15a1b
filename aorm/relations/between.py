"""The rows of the table between the ends of a many-to-many relation: written, removed, and told about by signals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aorm.database.atomic import atomic
from aorm.database.databases import databases
from aorm.database.routing import router
from aorm.expressions.conditions import Q
from aorm.relations.keys import is_instance
from aorm.signals import m2m_changed
from aorm.sql.predicates import TRUE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from aorm.query.queryset import QuerySet


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


class RowsBetween:
    """The rows that join one instance with related objects.

    Args:
        instance: the instance.
        side: the relation as seen from it.
        alias: the database that is written.
        objects: gives the queryset of all objects of the related model that the manager sees.
    """

    __slots__ = ("alias", "instance", "key", "objects", "side", "through")

    def __init__(self, instance: Any, side: Side, alias: str, objects: Callable[[], QuerySet[Any]]) -> None:
        self.instance = instance
        self.side = side
        self.alias = alias
        self.objects = objects
        self.through = side.through
        self.key = side.source.get_foreign_related_value(instance)[0]

    async def _signal(self, action: str, keys: Collection[Any] | None) -> None:
        await m2m_changed.asend(
            sender=self.through,
            action=action,
            instance=self.instance,
            reverse=self.side.reverse,
            model=self.side.model,
            pk_set=keys,
            using=self.alias,
            raw=False,
        )

    async def add(self, objs: Sequence[Any], through_defaults: Mapping[str, Any] | None) -> None:
        """Write rows for the objects or keys that are not joined yet, and their mirrors in a symmetrical relation."""
        if not objs:
            return
        side = self.side
        values = resolved_callables(through_defaults)
        async with atomic(using=self.alias, savepoint=False):
            await self._add_rows(side.source, side.target, objs, values)
            if side.symmetrical:
                await self._add_rows(side.target, side.source, objs, values)

    async def _add_rows(self, source: Any, target: Any, objs: Sequence[Any], values: Mapping[str, Any]) -> None:
        """Write the rows that are missing.

        Where the table between is the library's own, its only conflict is a row that is there already: the database
        is told to ignore it, and nobody has to ask first, unless a receiver wants to know what was added.
        """
        keys = self._target_keys(target, objs)
        is_own_table = bool(self.through._meta.auto_created)
        ignores_conflicts = is_own_table and databases[self.alias].features.supports_ignore_conflicts
        # The mirrored rows of a symmetrical relation are nobody's news.
        is_told = (self.side.reverse or source is self.side.source) and m2m_changed.has_listeners(self.through)
        manager = self.through._default_manager.using(self.alias)
        if not ignores_conflicts or is_told:
            lookups = {source.name: self.key, f"{target.name}__in": keys}
            present = {*await manager.values_list(target.name, flat=True).filter(**lookups)}
            keys = [key for key in keys if key not in present]
        else:
            values = {}
        if is_told:
            await self._signal("pre_add", {*keys})
        rows = [self.through(**values, **{source.attname: self.key, target.attname: key}) for key in keys]
        await manager.abulk_create(rows, ignore_conflicts=ignores_conflicts)
        if is_told:
            await self._signal("post_add", {*keys})

    def _target_keys(self, target: Any, objs: Sequence[Any]) -> list[Any]:
        keys: dict[Any, None] = {}
        for obj in objs:
            if not is_instance(obj):
                keys[target.get_prep_value(obj)] = None
                continue
            if not isinstance(obj, self.side.model):
                raise TypeError(f"'{self.side.model._meta.object_name}' instance expected, got {obj!r}")
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

    async def remove(self, objs: Sequence[Any]) -> None:
        """Delete the rows of the objects or keys."""
        if not objs:
            return
        target = self.side.target
        keys = {target.get_foreign_related_value(obj)[0] if isinstance(obj, self.side.model) else obj for obj in objs}
        async with atomic(using=self.alias, savepoint=False):
            await self._signal("pre_remove", keys)
            removed: Any = keys
            rows = self.objects()
            if has_conditions(rows):
                removed = rows.using(self.alias).filter(**{f"{target.target_field.attname}__in": keys})
            await self._delete_rows(removed)
            await self._signal("post_remove", keys)

    async def clear(self) -> None:
        """Delete all rows of the instance whose objects the manager sees."""
        async with atomic(using=self.alias, savepoint=False):
            await self._signal("pre_clear", None)
            rows = self.objects().using(self.alias)
            await self._delete_rows(rows if has_conditions(rows) else None)
            await self._signal("post_clear", None)

    async def _delete_rows(self, removed: Any) -> None:
        """Delete the rows that join the instance with those objects, all of them for None, and their mirrors."""
        side = self.side
        condition = self._rows_between(side.source, side.target, removed)
        if side.symmetrical:
            condition |= self._rows_between(side.target, side.source, removed)
        await self.through._default_manager.using(self.alias).filter(condition).adelete()

    def _rows_between(self, source: Any, target: Any, removed: Any) -> Q:
        condition = Q((source.name, self.key))
        return condition if removed is None else condition & Q((f"{target.name}__in", removed))


def has_conditions(queryset: QuerySet[Any]) -> bool:
    """Tell whether a queryset leaves out rows of its model."""
    query = queryset._query
    return bool(query.where is not TRUE or query.is_sliced or query.is_empty or query.combinator is not None)


def resolved_callables(values: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the values with callables called."""
    return {name: value() if callable(value) else value for name, value in (values or {}).items()}
