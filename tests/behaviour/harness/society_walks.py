"""Random walks over the relations of the society: what prefetching and joining must load, and following it by hand."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.behaviour.harness.environment import Environment
from tests.behaviour.orm import exceptions, models

# How a prefetch narrows what a many-valued relation gives.
NARROWINGS: dict[str, Any] = {
    "backwards": lambda queryset: queryset.order_by("-pk"),
    "first": lambda queryset: queryset.order_by("pk")[:1],
    "page": lambda queryset: queryset.order_by("-pk")[1:3],
}


@dataclass(frozen=True)
class Relation:
    """A relation as an attribute of a model."""

    name: str
    model: Any
    is_many: bool


@dataclass
class Walk:
    """One level: a relation, how it is narrowed, under which attribute it is kept, and where it goes on from there."""

    relation: Relation
    narrowing: str | None = None
    attribute: str | None = None
    onward: list[Walk] = field(default_factory=list)

    @property
    def kept_as(self) -> str:
        """The attribute that holds what was prefetched."""
        return self.attribute or self.relation.name

    def lookup(self, prefix: str) -> Any:
        """Return the lookup of this level for prefetch_related."""
        path = prefix + self.relation.name
        if self.narrowing is None and self.attribute is None:
            return path
        model = self.relation.model
        manager = model._default_manager if self.relation.is_many else model._base_manager
        queryset = manager.all() if self.narrowing is None else NARROWINGS[self.narrowing](manager.all())
        return models.Prefetch(path, queryset, self.attribute)

    def lookups(self, prefix: str = "") -> Iterator[Any]:
        """Give the lookups of this level and of those below it."""
        yield self.lookup(prefix)
        for walk in self.onward:
            yield from walk.lookups(f"{prefix}{self.kept_as}__")

    def paths(self, prefix: str = "") -> Iterator[str]:
        """Give the paths of this level and of those below it, for select_related."""
        yield prefix + self.relation.name
        for walk in self.onward:
            yield from walk.paths(f"{prefix}{self.relation.name}__")

    def levels(self) -> int:
        """Return how many levels there are."""
        return 1 + sum(walk.levels() for walk in self.onward)


def relations_of(model: Any) -> list[Relation]:
    """Return the relations of a model that have an attribute, by name."""
    found = {}
    for item in model._meta.get_fields():
        if not item.is_relation or (item.auto_created and not item.concrete and item.hidden):
            continue
        is_reverse = item.auto_created and not item.concrete
        name = (
            (item.accessor_name if hasattr(item, "accessor_name") else item.get_accessor_name())
            if is_reverse
            else (item.name)
        )
        found[name] = Relation(name, item.related_model, bool(item.many_to_many or item.one_to_many))
    return [found[name] for name in sorted(found)]


class Walker:
    """Draw walks."""

    def __init__(self, chance: random.Random, only_single: bool = False) -> None:
        self.chance = chance
        self.only_single = only_single
        self.number = 0

    def draw(self, model: Any, depth: int = 3) -> list[Walk]:
        """Return a few walks that begin at a model."""
        relations = [item for item in relations_of(model) if not (self.only_single and item.is_many)]
        if not relations:
            return []
        chosen = {item.name: item for item in (self.chance.choice(relations) for _ in range(self.chance.randint(1, 2)))}
        return [self.walk(item, depth) for item in chosen.values()]

    def walk(self, relation: Relation, depth: int) -> Walk:
        """Return a walk that begins with a relation."""
        walk = Walk(relation)
        if not self.only_single:
            if relation.is_many and self.chance.random() < 0.4:
                walk.narrowing = self.chance.choice(sorted(NARROWINGS))
            # A manager cannot hold a slice.
            if walk.narrowing in ("first", "page") or self.chance.random() < 0.3:
                self.number += 1
                walk.attribute = f"kept_{self.number}"
        if depth > 1 and self.chance.random() < 0.7:
            walk.onward = self.draw(relation.model, depth - 1)
        return walk


async def follow(env: Environment, instance: Any, walk: Walk, prefetched: bool) -> Any:
    """Return what a walk leads to as nested keys: from what was prefetched, or loading each time."""
    related = await _related(env, instance, walk, prefetched)
    if not isinstance(related, list):
        return None if related is None else await _onward(env, related, walk, prefetched)
    found = [await _onward(env, item, walk, prefetched) for item in related]
    return found if walk.narrowing else sorted(found, key=repr)


async def _onward(env: Environment, related: Any, walk: Walk, prefetched: bool) -> Any:
    below = [await follow(env, related, onward, prefetched) for onward in walk.onward]
    # Whether it is the proxy depends on which end of a relation was loaded first.
    return [type(related)._meta.concrete_model.__name__, related.pk, *below]


async def _related(env: Environment, instance: Any, walk: Walk, prefetched: bool) -> Any:
    name = walk.relation.name
    if walk.relation.is_many:
        if prefetched and walk.attribute:
            return getattr(instance, walk.attribute)
        queryset = getattr(instance, name).all()
        if walk.narrowing and not prefetched:
            queryset = NARROWINGS[walk.narrowing](queryset)
        return await env.fetch(queryset)
    try:
        return getattr(instance, walk.attribute) if prefetched and walk.attribute else await env.load(instance, name)
    except exceptions.ObjectDoesNotExist:
        return None


def needed(walks: list[Walk], tops: list[Any], depth: int = 2) -> int:
    """Return how many statements the levels take at least.

    A level of many objects takes one where there is anything above it; deeper down, objects may be known already.
    """
    return 1 + (sum(walk.relation.is_many for walk in walks) if tops else 0)
