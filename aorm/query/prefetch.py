"""Load the related objects of many instances, one query for each level of each lookup.

Anything with ``get_prefetch_querysets(instances, querysets)`` can be prefetched: descriptors of single objects, related
managers, and whatever a program adds. It returns Django's six parts: the queryset of related objects; the function that
gives the key of a related object, called once for each; the function that gives the key of an instance; whether there
is one related object or many; under which name to keep it; whether that name is a descriptor to assign to.
"""

from __future__ import annotations

import copy
import gc
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from aorm.bridge import sync_twin
from aorm.exceptions import FieldDoesNotExist, ObjectDoesNotExist
from aorm.query.late import hold
from aorm.query.loading import MANY_ROWS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

SEPARATOR = "__"


class Prefetch:
    """One lookup of ``prefetch_related`` with a queryset of its own.

    Args:
        lookup: the relations to follow, joined by ``__``.
        queryset: what the last of them reads from; it may be filtered, ordered, and sliced (top rows for each parent).
        to_attr: the attribute that gets the result as a list, in place of the manager's cache.

    Raises:
        ValueError: the queryset does not give instances.
    """

    def __init__(self, lookup: str, queryset: Any = None, to_attr: str | None = None) -> None:
        self.prefetch_through = lookup
        self.prefetch_to = lookup
        if queryset is not None and not _gives_instances(queryset):
            raise ValueError("Prefetch querysets cannot use raw(), values(), and values_list().")
        if to_attr:
            self.prefetch_to = SEPARATOR.join([*lookup.split(SEPARATOR)[:-1], to_attr])
        self.queryset = queryset
        self.to_attr = to_attr

    def add_prefix(self, prefix: str) -> None:
        """Put the lookup below another one."""
        self.prefetch_through = f"{prefix}{SEPARATOR}{self.prefetch_through}"
        self.prefetch_to = f"{prefix}{SEPARATOR}{self.prefetch_to}"

    def get_current_prefetch_to(self, level: int) -> str:
        """Return the path to what the level loads."""
        return SEPARATOR.join(self.prefetch_to.split(SEPARATOR)[: level + 1])

    def get_current_to_attr(self, level: int) -> tuple[str, bool]:
        """Return the name of the attribute that the level fills, and whether ``to_attr`` gave it."""
        parts = self.prefetch_to.split(SEPARATOR)
        return parts[level], bool(self.to_attr) and level == len(parts) - 1

    def get_current_querysets(self, level: int) -> list[Any] | None:
        """Return the queryset that the level reads from, None for its manager's."""
        if self.queryset is not None and self.get_current_prefetch_to(level) == self.prefetch_to:
            return [self.queryset]
        return None

    def __getstate__(self) -> dict[str, Any]:
        state = self.__dict__.copy()
        if self.queryset is not None:
            # The pickle must not evaluate the queryset.
            queryset = self.queryset._copy()
            queryset._result_cache = []
            queryset._prefetch_done = True
            state["queryset"] = queryset
        return state

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Prefetch):
            return NotImplemented
        return self.prefetch_to == other.prefetch_to

    def __hash__(self) -> int:
        return hash((type(self), self.prefetch_to))


def _gives_instances(queryset: Any) -> bool:
    query = getattr(queryset, "_query", None)
    return query is not None and not query.has_values


def normalize_prefetch_lookups(lookups: Iterable[Any], prefix: str | None = None) -> list[Prefetch]:
    """Return the lookups as ``Prefetch`` objects, below the prefix where one is given."""
    normalized = []
    for lookup in lookups:
        prefetch = lookup if isinstance(lookup, Prefetch) else Prefetch(lookup)
        if prefix:
            prefetch.add_prefix(prefix)
        normalized.append(prefetch)
    return normalized


class Prefetcher(NamedTuple):
    """What was found on a model under the name of a lookup.

    Attributes:
        source: what has ``get_prefetch_querysets``; None where the attribute is there but cannot be prefetched.
        descriptor: the class's attribute.
        is_found: whether there is an attribute at all.
        is_fetched: tells whether an instance has its related objects already.
    """

    source: Any
    descriptor: Any
    is_found: bool
    is_fetched: Callable[[Any], bool]


def get_prefetcher(instance: Any, through_attr: str, to_attr: str) -> Prefetcher:
    """Find what can load an attribute of instances of this one's model."""
    model = type(instance)
    is_fetched = _attribute_test(model, to_attr)
    # The class is asked, not the instance: reading the attribute of an instance could run a query.
    descriptor = getattr(model, through_attr, None)
    if descriptor is None:
        return Prefetcher(None, None, hasattr(instance, through_attr), is_fetched)
    if hasattr(descriptor, "get_prefetch_querysets"):
        return Prefetcher(descriptor, descriptor, True, descriptor.is_cached if through_attr == to_attr else is_fetched)
    manager = getattr(instance, through_attr)
    source = manager if hasattr(type(manager), "get_prefetch_querysets") else None
    if through_attr != to_attr:
        return Prefetcher(source, descriptor, True, is_fetched)

    def is_kept(instance: Any) -> bool:
        return through_attr in instance._prefetched_objects_cache

    return Prefetcher(source, descriptor, True, is_kept)


def _attribute_test(model: Any, name: str) -> Callable[[Any], bool]:
    # A cached property would be computed by hasattr().
    if isinstance(getattr(model, name, None), cached_property):
        return lambda instance: name in instance.__dict__
    return lambda instance: hasattr(instance, name)


class Round:
    """The work of one call: which lookups are left, which are done, with what."""

    def __init__(self, lookups: Sequence[Any]) -> None:
        self.pending = normalize_prefetch_lookups(reversed(lookups))
        self.done: dict[str, list[Any]] = {}
        self.automatic: set[Prefetch] = set()
        self.followed: set[Any] = set()

    async def run(self, instances: Sequence[Any]) -> None:
        """Take the lookups one by one; those of the querysets that they load join in."""
        while self.pending:
            lookup = self.pending.pop()
            if lookup.prefetch_to in self.done:
                if lookup.queryset is not None:
                    raise ValueError(
                        f"'{lookup.prefetch_to}' lookup was already seen with a different queryset. "
                        "You may need to adjust the ordering of your lookups."
                    )
                continue
            await self.follow(lookup, instances)

    async def follow(self, lookup: Prefetch, instances: Sequence[Any]) -> None:
        """Go down the levels of one lookup."""
        here: Sequence[Any] = instances
        names = lookup.prefetch_through.split(SEPARATOR)
        for level, name in enumerate(names):
            if not here:
                return
            prefetch_to = lookup.get_current_prefetch_to(level)
            if prefetch_to in self.done:
                here = self.done[prefetch_to]
                continue
            if not _prepare(here):
                return
            to_attr, is_attribute = lookup.get_current_to_attr(level)
            if is_attribute:
                _refuse_field_name(type(here[0]), to_attr)
            found = get_prefetcher(here[0], name, to_attr)
            if not found.is_found:
                raise AttributeError(
                    f"Cannot find '{name}' on {type(here[0]).__name__} object, '{lookup.prefetch_through}' is an "
                    "invalid parameter to prefetch_related()"
                )
            if found.source is None and level == len(names) - 1:
                raise ValueError(
                    f"'{lookup.prefetch_through}' does not resolve to an item that supports prefetching - this is an "
                    "invalid parameter to prefetch_related()."
                )
            here = await self.descend(lookup, level, name, found, here)

    async def descend(
        self, lookup: Prefetch, level: int, name: str, found: Prefetcher, here: Sequence[Any]
    ) -> list[Any]:
        """Load one level where it is missing, and return the related objects of all instances."""
        missing = [instance for instance in here if not found.is_fetched(instance)] if found.source else []
        if not missing:
            return await _values_of(here, name)
        # Some may have theirs already: what is below is wanted for their objects as well.
        known = [instance for instance in here if found.is_fetched(instance)] if len(missing) < len(here) else []
        related, additional = await prefetch_one_level(missing, found.source, lookup, level)
        if known:
            related = [*related, *await _values_of(known, name)]
        prefetch_to = lookup.get_current_prefetch_to(level)
        # A relation that leads back to itself must not add its own lookups for ever.
        if not (prefetch_to in self.done and lookup in self.automatic and found.descriptor in self.followed):
            self.done[prefetch_to] = related
            new = normalize_prefetch_lookups(reversed(additional), prefetch_to)
            self.automatic.update(new)
            self.pending.extend(new)
        self.followed.add(found.descriptor)
        return related


def _prepare(instances: Sequence[Any]) -> bool:
    """Give each object its cache; tell whether they are such objects at all."""
    for instance in instances:
        if not hasattr(instance, "_prefetched_objects_cache"):
            try:
                instance._prefetched_objects_cache = {}
            except (AttributeError, TypeError):
                # No instances, as from a queryset class that gives something else: nothing to prefetch.
                return False
    return True


async def _values_of(instances: Sequence[Any], name: str) -> list[Any]:
    """Return what the attribute holds for all instances, lists laid end to end, absent objects left out."""
    values: list[Any] = []
    for instance in instances:
        cache = instance.__dict__.get("_prefetched_objects_cache", ())
        if name in cache:
            values.extend(cache[name]._result_cache or ())
            continue
        try:
            value = getattr(instance, name)
            # What is loaded gives itself; what is not has to be awaited where a loop runs.
            if hasattr(type(value), "__await__"):
                value = await value
        except ObjectDoesNotExist:
            continue
        if isinstance(value, list):
            values.extend(value)
        elif value is not None:
            values.append(value)
    return values


async def prefetch_one_level(
    instances: Sequence[Any], source: Any, lookup: Prefetch, level: int
) -> tuple[list[Any], list[Any]]:
    """Load the related objects of the instances and put them into their caches.

    Returns:
        The related objects, and the lookups that their queryset asks for in turn.
    """
    queryset, related_key, instance_key, is_single, cache_name, is_descriptor = source.get_prefetch_querysets(
        instances, lookup.get_current_querysets(level)
    )
    # The lookups of the queryset join this round's, so that equal ones are loaded once.
    additional = [copy.copy(item) for item in getattr(queryset, "_prefetch_related_lookups", ())]
    if additional:
        queryset._prefetch_related_lookups = ()
    related = list(queryset) if isinstance(queryset, (list, tuple)) else await queryset
    to_attr, is_attribute = lookup.get_current_to_attr(level)
    if is_attribute or (is_single and is_descriptor):
        keep = _setter_of(to_attr if is_attribute else cache_name, is_single)
    elif is_single:
        keep = _keeper_of_one(source, cache_name)
    else:
        is_leaf = level == len(lookup.prefetch_through.split(SEPARATOR)) - 1
        keep = _keeper_of_many(source, to_attr, lookup.queryset if is_leaf else None, cache_name)
    if len(instances) + len(related) < MANY_ROWS or not gc.isenabled():
        hand_out(instances, related, related_key, instance_key, keep)
    else:
        # None of what is made now can be garbage yet.
        gc.disable()
        try:
            hand_out(instances, related, related_key, instance_key, keep)
        finally:
            gc.enable()
    return list(related), additional


def hand_out(instances: Sequence[Any], related: Sequence[Any], related_key: Any, instance_key: Any, keep: Any) -> None:
    """Give each instance the related objects that have its key."""
    by_key: dict[Any, list[Any]] = {}
    for item in related:
        key = related_key(item)
        found = by_key.get(key)
        if found is None:
            by_key[key] = [item]
        else:
            found.append(item)
    for instance in instances:
        key = instance_key(instance)
        found = by_key.get(key)
        keep(instance, key, [] if found is None else found)


def _refuse_field_name(model: Any, name: str) -> None:
    try:
        model._meta.get_field(name)
    except FieldDoesNotExist:
        return
    raise ValueError(f"to_attr={name} conflicts with a field on the {model.__name__} model.")


def _setter_of(name: str, is_single: bool) -> Callable[[Any, Any, list[Any]], None]:
    def keep(instance: Any, key: Any, values: list[Any]) -> None:
        setattr(instance, name, (values[0] if values else None) if is_single else values)

    return keep


def _keeper_of_one(source: Any, cache_name: str) -> Callable[[Any, Any, list[Any]], None]:
    relation = getattr(source, "field", None)
    if relation is not None and getattr(relation, "cache_name", None) == cache_name:
        set_cached_value = relation.set_cached_value
    else:

        def set_cached_value(instance: Any, value: Any) -> None:
            instance._state.fields_cache[cache_name] = value

    def keep(instance: Any, key: Any, values: list[Any]) -> None:
        set_cached_value(instance, values[0] if values else None)

    return keep


def _keeper_of_many(
    source: Any, name: str, own_queryset: Any, cache_name: str
) -> Callable[[Any, Any, list[Any]], None]:
    if hasattr(source, "held_queryset"):
        cls, make = source.held_queryset(own_queryset)

        def keep(instance: Any, key: Any, values: list[Any]) -> None:
            held = hold(cls, source.model, values, (make, instance, key))
            instance.__dict__["_prefetched_objects_cache"][cache_name] = held

        return keep

    def keep_made(instance: Any, key: Any, values: list[Any]) -> None:
        manager = getattr(instance, name)
        queryset = manager.get_queryset() if own_queryset is None else manager._apply_rel_filters(own_queryset._copy())
        queryset._result_cache = values
        # Its lookups are part of this round already.
        queryset._prefetch_done = True
        instance._prefetched_objects_cache[cache_name] = queryset

    return keep_made


async def aprefetch_related_objects(model_instances: Sequence[Any], *related_lookups: Any) -> None:
    """Load the related objects that the lookups name for a list of instances of one model.

    What is loaded already is left as it is.

    Args:
        model_instances: the instances.
        related_lookups: names joined by ``__``, or ``Prefetch`` objects.

    Raises:
        AttributeError, ValueError: a lookup names nothing that can be loaded.
    """
    if model_instances:
        await Round(related_lookups).run(model_instances)


prefetch_related_objects = sync_twin(aprefetch_related_objects)
