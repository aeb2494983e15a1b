"""The society on both ORMs: fixed random graphs, from which rows are deleted, and over which random walks go."""

from __future__ import annotations

import random
from typing import Any

from tests.behaviour.harness import society_graph
from tests.behaviour.harness.environment import Environment, case
from tests.behaviour.harness.society_graph import Drawing
from tests.behaviour.harness.society_walks import Walk, Walker, follow
from tests.behaviour.orm import exceptions, models, signals
from tests.behaviour.schemas import society

SCHEMA = society
MODELS = {model.__name__: model for model in [*society.MODELS, *society.PROXIES]}
GRAPHS = 14


def described(instance: Any) -> str:
    """Return model and key as one text, which sorts."""
    return f"{type(instance).__name__} {instance.pk}"


async def delete_some(env: Environment, seed: int) -> None:
    """Delete rows of one graph after another, in every way, until little is left."""
    chance = random.Random(seed)
    await society_graph.save(env, Drawing(chance).draw())
    log: list[str] = []
    if seed % 2:
        for name, signal in (("pre", signals.pre_delete), ("post", signals.post_delete)):
            env.listen(signal, log, lambda instance, name=name, **rest: f"{name} {described(instance)}")
    for number in range(6):
        name = chance.choice(sorted(MODELS))
        by_queryset, keep_parents = chance.random() < 0.4, chance.random() < 0.2
        rows = await env.fetch(MODELS[name]._base_manager.order_by("pk"))
        if rows:
            log.clear()
            chosen = chance.sample(rows, min(len(rows), 2))
            await delete_one(env, f"{number}: {name}", chosen if by_queryset else chosen[:1], by_queryset, keep_parents)
            env.note(f"{number}: signals", list(log))
    left = await society_graph.load(env)
    env.note("left", {model: sorted(map(repr, rows)) for model, rows in left.items() if rows})


async def delete_one(env: Environment, label: str, chosen: list[Any], by_queryset: bool, keep_parents: bool) -> None:
    """Delete rows in one way, and note what is returned or refused."""
    try:
        with env.at_most(f"{label}, statements"):
            if by_queryset:
                rows = type(chosen[0])._base_manager.filter(pk__in=[item.pk for item in chosen])
                returned = await env.do(rows, "delete")
            else:
                returned = await env.do(chosen[0], "delete", keep_parents=keep_parents)
    except (models.ProtectedError, models.RestrictedError) as error:
        # Which relations the text names first depends on the order of a set.
        env.note(f"{label}, refused", [type(error).__name__, sorted(described(item) for item in error.args[1])])
    except exceptions.IntegrityError:
        env.note(f"{label}, refused by the database", [described(item) for item in chosen])
    else:
        env.note(f"{label}, returned", [returned[0], dict(sorted(returned[1].items()))])
        env.note(f"{label}, key", repr(chosen[0].pk))


async def walk_around(env: Environment, seed: int) -> None:
    """Prefetch and join along random paths."""
    chance = random.Random(1000 + seed)
    await society_graph.save(env, Drawing(chance, strays=False).draw())
    for number in range(5):
        name = chance.choice(sorted(MODELS))
        everything = MODELS[name]._base_manager.order_by("pk")
        walks = Walker(chance).draw(MODELS[name])
        lookups = [lookup for walk in walks for lookup in walk.lookups()]
        with env.at_most(f"{number}: prefetching {name}"):
            prefetched = await env.fetch(everything.prefetch_related(*lookups))
        await note_walks(env, f"{number}: prefetched", walks, prefetched)
        walks = Walker(chance, only_single=True).draw(MODELS[name], depth=4)
        paths = [path for walk in walks for path in walk.paths()]
        with env.at_most(f"{number}: joining {name}"):
            joined = await env.fetch(everything.select_related(*paths))
        await note_walks(env, f"{number}: joined", walks, joined)


@case()
async def a_proxy_does_not_know_the_children_of_its_model(env: Environment) -> None:
    taxi = await env.do(society.Taxi.objects, "create")
    oldtimer = await env.do(society.Oldtimer.objects, "get", pk=taxi.pk)
    with env.raises("proxy"):
        env.note("returns", await env.do(oldtimer, "delete"))
    taxi = await env.do(society.Taxi.objects, "create")
    with env.raises("proxies"):
        env.note("returns", await env.do(society.Oldtimer.objects.all(), "delete"))


@case()
async def keeping_the_parents_of_a_row_that_has_a_child(env: Environment) -> None:
    for model in (society.Car, society.Vehicle, society.Taxi):
        taxi = await env.do(society.Taxi.objects, "create")
        row = await env.do(model.objects, "get", pk=taxi.pk)
        env.note(model.__name__, await env.do(row, "delete", keep_parents=True))
        left = [[item.pk for item in await env.fetch(kind.objects.all())] for kind in (society.Vehicle, society.Car)]
        env.note(f"{model.__name__}, left", left)


async def note_walks(env: Environment, label: str, walks: list[Walk], loaded: list[Any]) -> None:
    """Note what the walks find, which takes no statement any more."""
    with env.statements(f"{label}, reading"):
        env.note(label, [[await follow(env, item, walk, True) for walk in walks] for item in loaded])


def _make_cases() -> None:
    for play, name in ((delete_some, "deleting"), (walk_around, "walking")):
        for seed in range(GRAPHS):

            async def body(env: Environment, play: Any = play, seed: int = seed) -> None:
                await play(env, seed)

            body.__name__ = f"{name}_in_graph_{seed}"
            globals()[body.__name__] = case()(body)


_make_cases()
