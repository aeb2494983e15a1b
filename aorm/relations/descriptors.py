"""The attributes for single related objects: ``book.author`` and, backwards over one-to-one, ``place.restaurant``."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from aorm.bridge import in_running_loop, run_blocking
from aorm.database.routing import router
from aorm.expressions.conditions import Q
from aorm.expressions.lookups.rows import Tuple, TupleIn
from aorm.query.fetch_modes import FetchRaise
from aorm.query.prefetch import aprefetch_related_objects
from aorm.relations.keys import foreign_reader, local_reader
from aorm.relations.placeholder import Unloaded, is_unloaded, refuse
from aorm.relations.prefetching import without_ordering

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

# Queryset, key of a related object, key of an instance, one or many, where to put it, whether that is a descriptor.
PrefetchParts = tuple[Any, "Callable[[Any], Any]", "Callable[[Any], Any]", bool, str, bool]


def only_queryset(querysets: Sequence[Any] | None) -> Any:
    """Return the one queryset that a prefetch was given, or None.

    Raises:
        ValueError: there are several.
    """
    if not querysets:
        return None
    if len(querysets) != 1:
        raise ValueError("querysets argument of get_prefetch_querysets() should have a length of 1.")
    return querysets[0]


def traverse_ancestors(model: Any, instance: Any) -> Iterator[tuple[Any, Any]]:
    """Yield an instance and its loaded parents up to the model, each with the next one, which may be None."""
    current = instance
    while current is not None:
        link = current._meta.get_ancestor_link(model)
        if not link:
            yield current, None
            return
        ancestor = link.get_cached_value(current, None)
        yield current, ancestor
        current = ancestor


def refuse_assignment(instance: Any, value: Any, name: str | None, model: Any) -> None:
    """Raise because the value is no instance of the related model; a placeholder says how to load it.

    Raises:
        ValueError: with Django's text.
    """
    if is_unloaded(value):
        refuse(value)
    raise ValueError(
        f'Cannot assign "{value!r}": "{instance._meta.object_name}.{name}" must be a "{model._meta.object_name}" '
        "instance."
    )


def check_databases(instance: Any, value: Any) -> None:
    """Give both instances a database where they have none, and refuse what the routers keep apart.

    Raises:
        ValueError: the routers do not allow the relation.
    """
    if instance._state.db is None:
        instance._state.db = router.db_for_write(type(instance), instance=value)
    if value._state.db is None:
        value._state.db = router.db_for_write(type(value), instance=instance)
    if not router.allow_relation(value, instance):
        raise ValueError(f'Cannot assign "{value!r}": the current database router prevents this relation.')


class SingleDescriptor:
    """What both directions share: loading what is missing, at once or by a placeholder that is awaited."""

    field: Any
    """The relation that the object is kept under."""

    attribute: str
    """The name of the attribute, as in Python code."""

    def get_queryset(self, *, instance: Any) -> Any:
        """Return the queryset that related objects are loaded from; a subclass may narrow it."""
        raise NotImplementedError

    def get_prefetch_querysets(self, instances: Sequence[Any], querysets: Sequence[Any] | None = None) -> PrefetchParts:
        """Return what loads the related objects of many instances; Django's contract for prefetchers."""
        raise NotImplementedError

    def is_cached(self, instance: Any) -> bool:
        """Tell whether the related object of the instance is loaded."""
        cached: bool = self.field.is_cached(instance)
        return cached

    async def afetch_one(self, instance: Any) -> None:
        """Load the related object of one instance and keep it."""
        raise NotImplementedError

    async def afetch_many(self, instances: Sequence[Any]) -> None:
        """Load the related objects of those instances that lack theirs, in one query."""
        missing = [instance for instance in instances if not self.is_cached(instance)]
        await aprefetch_related_objects(missing, self.attribute)

    def fetched(self, instance: Any) -> Any:
        """Return the related object, loading it; in a running event loop, a placeholder to be awaited.

        Raises:
            FieldFetchBlocked: the instance's fetch mode forbids it.
        """
        mode = instance._state.fetch_mode
        if not in_running_loop():
            run_blocking(mode.fetch, self, instance)
            # KeyError from a fetch mode that did not load: not asked again for ever.
            self.field.get_cached_value(instance)
            return self.__get__(instance)
        mode.permit(self, instance)

        async def load() -> Any:
            if not self.is_cached(instance):
                await mode.fetch(self, instance)
            return self.__get__(instance)

        return Unloaded(type(instance).__name__, self.attribute, load)

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        raise NotImplementedError


class ForwardManyToOneDescriptor(SingleDescriptor):
    """``book.author``: the object that a foreign key points to."""

    def __init__(self, field_with_rel: Any) -> None:
        self.field = field_with_rel
        self.attribute = field_with_rel.name

    @cached_property
    def RelatedObjectDoesNotExist(self) -> type[Exception]:
        """Raised when the key is missing where there has to be one."""
        model = self.field.model
        bases = (self.field.remote_field.model.DoesNotExist, AttributeError)
        qualified = f"{model.__qualname__}.{self.field.name}.RelatedObjectDoesNotExist"
        return type("RelatedObjectDoesNotExist", bases, {"__module__": model.__module__, "__qualname__": qualified})

    def get_queryset(self, *, instance: Any) -> Any:
        """Return the queryset that related objects are loaded from."""
        manager = self.field.remote_field.model._base_manager.db_manager(hints={"instance": instance})
        return manager.get_queryset().fetch_mode(instance._state.fetch_mode)

    def get_prefetch_querysets(self, instances: Sequence[Any], querysets: Sequence[Any] | None = None) -> PrefetchParts:
        """Return what loads the related objects of many instances."""
        queryset = only_queryset(querysets)
        if queryset is None:
            queryset = self.get_queryset(instance=instances[0])
        else:
            queryset._add_hints(instance=instances[0])
        field = self.field
        related_key, instance_key = foreign_reader(field), local_reader(field)
        by_key = {instance_key(instance): instance for instance in instances}
        keys = [key for key in by_key if None not in key]
        # There is one object for each key, so their order means nothing.
        if keys:
            queryset = without_ordering(queryset.filter(_keys_condition(field.foreign_related_fields, keys)))
        else:
            queryset = queryset.none()
        if not field.remote_field.multiple:
            related_key = _linking(related_key, by_key, field.remote_field)
        return queryset, related_key, instance_key, True, field.cache_name, False

    async def aget_object(self, instance: Any) -> Any:
        """Load the related object of the instance.

        Raises:
            DoesNotExist: there is no such row.
        """
        return await self.get_queryset(instance=instance).aget(self.field.get_reverse_related_filter(instance))

    async def afetch_one(self, instance: Any) -> None:
        """Load the related object and keep it, at its far end too where there is only one."""
        self.keep(instance, await self.aget_object(instance))

    def keep(self, instance: Any, related: Any) -> None:
        """Keep a loaded object at both ends."""
        self.field.set_cached_value(instance, related)
        remote = self.field.remote_field
        if not remote.multiple:
            remote.set_cached_value(related, instance)

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        """Return the related object, None where the key is null; a placeholder where it must be awaited.

        Raises:
            RelatedObjectDoesNotExist: there is no key, and the field cannot be null.
        """
        if instance is None:
            return self
        field = self.field
        try:
            related = field.get_cached_value(instance)
        except KeyError:
            related = None
            if None not in field.get_local_related_value(instance):
                related = self._kept_by_parent(instance)
                if related is None:
                    return self.fetched(instance)
            field.set_cached_value(instance, related)
        if related is None and not field.null:
            raise self.RelatedObjectDoesNotExist(f"{field.model.__name__} has no {field.name}.") from None
        return related

    def _kept_by_parent(self, instance: Any) -> Any:
        # A parent that was loaded on the way down to this instance may have it.
        for _, ancestor in traverse_ancestors(self.field.model, instance):
            if ancestor is not None:
                related = self.field.get_cached_value(ancestor, default=None)
                if related is not None:
                    return related
        return None

    def __set__(self, instance: Any, value: Any) -> None:
        """Set the related object and with it the key.

        Raises:
            ValueError: it is of another model, or kept apart by a router.
        """
        field = self.field
        remote = field.remote_field
        if value is None:
            # The object that was related until now must not go on to name this one.
            previous = field.get_cached_value(instance, default=None)
            if previous is not None:
                remote.set_cached_value(previous, None)
            for local, _ in field.related_fields:
                setattr(instance, local.attname, None)
        else:
            if is_unloaded(value) or not isinstance(value, remote.model._meta.concrete_model):
                refuse_assignment(instance, value, field.name, remote.model)
            check_databases(instance, value)
            for local, target in field.related_fields:
                setattr(instance, local.attname, getattr(value, target.attname))
        field.set_cached_value(instance, value)
        if value is not None and not remote.multiple:
            remote.set_cached_value(value, instance)

    def __reduce__(self) -> tuple[Any, ...]:
        return getattr, (self.field.model, self.field.name)


class ForwardOneToOneDescriptor(ForwardManyToOneDescriptor):
    """``restaurant.place``: forward over one-to-one; the parent of a child model is made without a query."""

    def parent_of(self, instance: Any) -> Any:
        """Make the parent from the child's own values; None where one of them is not loaded, or it is no parent."""
        if not self.field.remote_field.parent_link:
            return None
        model = self.field.remote_field.model
        names = [field.attname for field in model._meta.concrete_fields]
        if not instance.get_deferred_fields().isdisjoint(names):
            return None
        parent = model(**{name: getattr(instance, name) for name in names})
        parent._state.adding = instance._state.adding
        parent._state.db = instance._state.db
        parent._state.fetch_mode = instance._state.fetch_mode
        return parent

    async def aget_object(self, instance: Any) -> Any:
        """Load the related object, or make it from the child's values."""
        parent = self.parent_of(instance)
        return await super().aget_object(instance) if parent is None else parent

    def fetched(self, instance: Any) -> Any:
        """Return the related object; a parent that needs no query needs no awaiting either."""
        if not isinstance(instance._state.fetch_mode, FetchRaise):
            parent = self.parent_of(instance)
            if parent is not None:
                self.keep(instance, parent)
                return parent
        return super().fetched(instance)

    def __set__(self, instance: Any, value: Any) -> None:
        """Set the related object; a parent gives the child its primary keys."""
        super().__set__(instance, value)
        if not (self.field.primary_key and self.field.remote_field.parent_link):
            return
        for field in instance._meta.concrete_fields:
            if field.primary_key and field.remote_field:
                name = field.remote_field.model._meta.pk.attname
                setattr(instance, name, getattr(value, name) if value is not None else None)


class ReverseOneToOneDescriptor(SingleDescriptor):
    """``place.restaurant``: the one object whose one-to-one field points here."""

    def __init__(self, related: Any) -> None:
        self.related = related
        self.field = related
        self.attribute = related.accessor_name

    @cached_property
    def RelatedObjectDoesNotExist(self) -> type[Exception]:
        """Raised when no object points to the instance."""
        model = self.related.model
        bases = (self.related.related_model.DoesNotExist, AttributeError)
        qualified = f"{model.__qualname__}.{self.related.name}.RelatedObjectDoesNotExist"
        return type("RelatedObjectDoesNotExist", bases, {"__module__": model.__module__, "__qualname__": qualified})

    def get_queryset(self, *, instance: Any) -> Any:
        """Return the queryset that related objects are loaded from."""
        manager = self.related.related_model._base_manager.db_manager(hints={"instance": instance})
        return manager.get_queryset().fetch_mode(instance._state.fetch_mode)

    def get_prefetch_querysets(self, instances: Sequence[Any], querysets: Sequence[Any] | None = None) -> PrefetchParts:
        """Return what loads the related objects of many instances."""
        queryset = only_queryset(querysets)
        if queryset is None:
            queryset = self.get_queryset(instance=instances[0])
        else:
            queryset._add_hints(instance=instances[0])
        forward = self.related.field
        related_key, instance_key = local_reader(forward), foreign_reader(forward)
        by_key = {instance_key(instance): instance for instance in instances}
        queryset = without_ordering(queryset.filter(**{f"{forward.name}__in": list(instances)}))
        related_key = _linking(related_key, by_key, forward)
        return queryset, related_key, instance_key, True, self.related.cache_name, False

    async def afetch_one(self, instance: Any) -> None:
        """Load the related object, or find out that there is none, and keep that."""
        lookups = self.related.field.get_forward_related_filter(instance)
        try:
            related = await self.get_queryset(instance=instance).aget(**lookups)
        except self.related.related_model.DoesNotExist:
            related = None
        else:
            self.related.field.set_cached_value(related, instance)
        self.related.set_cached_value(instance, related)

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        """Return the related object; a placeholder where it must be awaited.

        Raises:
            RelatedObjectDoesNotExist: there is none.
        """
        if instance is None:
            return self
        try:
            related = self.related.get_cached_value(instance)
        except KeyError:
            related = None
            if instance._is_pk_set():
                related = self.fetched(instance)
                if is_unloaded(related):
                    return related
            self.related.set_cached_value(instance, related)
        if related is None:
            raise self.RelatedObjectDoesNotExist(f"{type(instance).__name__} has no {self.attribute}.") from None
        return related

    def __set__(self, instance: Any, value: Any) -> None:
        """Set the related object, which is pointed here.

        Raises:
            ValueError: it is of another model, or kept apart by a router.
        """
        relation = self.related
        if value is None:
            previous = relation.get_cached_value(instance, default=None)
            if previous is not None:
                relation.delete_cached_value(instance)
                setattr(previous, relation.field.name, None)
            return
        if is_unloaded(value) or not isinstance(value, relation.related_model):
            refuse_assignment(instance, value, self.attribute, relation.related_model)
        check_databases(instance, value)
        for local, target in relation.field.related_fields:
            setattr(value, local.attname, getattr(instance, target.attname))
        relation.set_cached_value(instance, value)
        relation.field.set_cached_value(value, instance)

    def __reduce__(self) -> tuple[Any, ...]:
        return getattr, (self.related.model, self.attribute)


def _keys_condition(fields: Sequence[Any], keys: Sequence[tuple[Any, ...]]) -> Q:
    """Return the condition that a row has one of the keys."""
    if len(fields) == 1:
        return Q((f"{fields[0].name}__in", [key[0] for key in keys]))
    return Q(TupleIn(Tuple(*[field.name for field in fields]), list(keys)))


def _linking(key_of: Callable[[Any], Any], by_key: dict[Any, Any], backwards: Any) -> Callable[[Any], Any]:
    """Return the key function made to tell each related object, which it is asked once, the instance it belongs to."""

    def key_and_link(related: Any) -> Any:
        key = key_of(related)
        instance = by_key.get(key)
        if instance is not None:
            backwards.set_cached_value(related, instance)
        return key

    return key_and_link
