"""Random graphs of a society of more than thirty models: loading, joining and deleting do what plain Python says."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.behaviour.harness import society_graph
from tests.behaviour.harness.environment import Environment
from tests.behaviour.harness.society_graph import CASCADE, CONCRETE, LINKS, RESTRICT, TABLES, Drawing, Fall, Graph
from tests.behaviour.harness.society_walks import Walk, Walker, follow, needed, relations_of
from tests.behaviour.orm import exceptions, models, signals
from tests.behaviour.schemas import society

if TYPE_CHECKING:
    from tests.behaviour.harness.stage import Stage
    from tests.support.faces import FaceName

CHANCE = st.randoms(use_true_random=False)
MODELS = {model.__name__: model for model in [*society.MODELS, *society.PROXIES]}
FACES = [("async", 40), ("sync", 8)]
each_way = pytest.mark.parametrize(
    ("vendor", "face", "examples"),
    [pytest.param(vendor, *face, id=f"{vendor}-{face[0]}") for vendor in ("sqlite", "postgresql") for face in FACES],
)


def limits(examples: int) -> settings:
    """Return the settings of a random test: the same examples in every run."""
    checks = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=examples, deadline=None, derandomize=True, suppress_health_check=checks)


def test_the_links_are_those_of_the_models() -> None:
    """What the tables of links say in plain Python is what the models were declared as."""
    rules = {
        models.CASCADE: "CASCADE", models.PROTECT: "PROTECT", models.RESTRICT: "RESTRICT", models.SET_NULL: "SET",
        models.SET_DEFAULT: "SET", models.DO_NOTHING: "DO_NOTHING", models.DB_CASCADE: "DB_CASCADE",
        models.DB_SET_DEFAULT: "DB_SET",
        models.DB_SET_NULL: "DB_SET",
    }  # fmt: skip
    declared = Counter()
    for name, model in TABLES.items():
        for item in model._meta.local_fields + model._meta.private_fields:
            if item.is_relation:
                target = item.remote_field.model._meta.concrete_model.__name__
                rule = rules.get(item.remote_field.on_delete, "SET")
                columns = tuple(local.attname for local, _ in item.related_fields)
                keys = tuple(remote.attname for _, remote in item.related_fields)
                checked = getattr(item, "db_constraint", False)
                unique = item.unique and len(columns) == 1
                declared[name, columns, target, rule, keys, item.null, unique, checked] += 1
    written = Counter(
        (link.model, link.columns, link.target, link.rule, link.keys, link.null, link.unique, link.checked)
        for link in LINKS
    )
    assert declared == written
    assert len(MODELS) >= 30


def test_every_relation_is_walked() -> None:
    """The walks know every attribute that leads from one model to another."""
    assert sum(len(relations_of(model)) for model in MODELS.values()) > 150


@each_way
def test_prefetching_is_following(stage: Stage, vendor: str, face: FaceName, examples: int) -> None:
    """prefetch_related along random paths gives what following each relation gives, by one statement for each level."""

    @limits(examples)
    @given(CHANCE)
    def run(chance: random.Random) -> None:
        graph = Drawing(chance).draw()

        async def body(env: Environment) -> None:
            await society_graph.save(env, graph)
            for _ in range(3):
                model = MODELS[chance.choice(sorted(MODELS))]
                walks = Walker(chance).draw(model)
                lookups = [lookup for walk in walks for lookup in walk.lookups()]
                everything = model._base_manager.order_by("pk")
                with env.statements("prefetching"):
                    prefetched = await env.fetch(everything.prefetch_related(*lookups))
                count = len(env.notes.pop()["verbs"])
                assert needed(walks, prefetched) <= count <= 1 + sum(walk.levels() for walk in walks)
                await same(env, walks, prefetched, await env.fetch(everything))

        stage.play_alone(society, vendor, face, body)

    run()


@each_way
def test_joining_is_following(stage: Stage, vendor: str, face: FaceName, examples: int) -> None:
    """select_related along random paths gives what following each relation gives, by one statement."""

    @limits(examples)
    @given(CHANCE)
    def run(chance: random.Random) -> None:
        graph = Drawing(chance, strays=False).draw()

        async def body(env: Environment) -> None:
            await society_graph.save(env, graph)
            for _ in range(4):
                model = MODELS[chance.choice(sorted(MODELS))]
                walks = Walker(chance, only_single=True).draw(model, depth=4)
                paths = [path for walk in walks for path in walk.paths()]
                everything = model._base_manager.order_by("pk")
                with env.statements("joining"):
                    joined = await env.fetch(everything.select_related(*paths) if paths else everything)
                assert len(env.notes.pop()["verbs"]) == 1
                await same(env, walks, joined, await env.fetch(everything))

        stage.play_alone(society, vendor, face, body)

    run()


async def same(env: Environment, walks: list[Walk], loaded: list[Any], plain: list[Any]) -> None:
    """Compare what was loaded beforehand, which asks nobody, with what is loaded by following."""
    assert [item.pk for item in loaded] == [item.pk for item in plain]
    with env.statements("none"):
        mine = [[await follow(env, item, walk, True) for walk in walks] for item in loaded]
    assert env.notes.pop()["verbs"] == []
    assert mine == [[await follow(env, item, walk, False) for walk in walks] for item in plain]


@each_way
def test_deleting_is_falling(stage: Stage, vendor: str, face: FaceName, examples: int) -> None:
    """Deleting takes what depends and nothing else: counts, errors and their objects, rows left, order of signals."""

    @limits(examples)
    @given(CHANCE)
    def run(chance: random.Random) -> None:
        graph = Drawing(chance).draw()
        is_heard = chance.random() < 0.5

        async def body(env: Environment) -> None:
            await society_graph.save(env, graph)
            log: list[tuple[str, str, Any]] = []
            if is_heard:
                for name, signal in (("pre", signals.pre_delete), ("post", signals.post_delete)):
                    env.listen(signal, log, lambda instance, name=name, **rest: (name, *place_of(instance)))
            for _ in range(4):
                log.clear()
                await delete_some(env, graph, chance, log if is_heard else None)

        stage.play_alone(society, vendor, face, body)

    run()


def place_of(instance: Any) -> tuple[str, Any]:
    """Return model and key, a proxy's under the name of its table."""
    name = type(instance).__name__
    return CONCRETE.get(name, name), instance.pk


async def delete_some(
    env: Environment, graph: Graph, chance: random.Random, log: list[tuple[str, str, Any]] | None
) -> None:
    """Delete rows of a model in one way, and compare all that can be seen with what must be."""
    name = chance.choice(sorted(MODELS))
    table = CONCRETE.get(name, name)
    keys = list(graph.rows[table])
    if not keys:
        return
    model, chosen = MODELS[name], [chance.choice(keys) for _ in range(chance.randint(1, 2))]
    by_queryset, keep_parents = chance.random() < 0.4, chance.random() < 0.2
    # A proxy takes its model for a parent, and would leave alone what depends on the row itself; so does Django's.
    keep_parents = keep_parents and name == table
    before = Graph({model: {key: dict(row) for key, row in rows.items()} for model, rows in graph.rows.items()})
    fall = Fall(graph)
    for key in chosen if by_queryset else chosen[:1]:
        fall.collect(table, key, keep_parents and not by_queryset)
    error, objects = fall.finish()
    rows = model._base_manager.filter(pk__in=chosen)
    instance = None if by_queryset else await env.do(model._base_manager, "get", pk=chosen[0])
    options = {} if instance is None else {"keep_parents": keep_parents}
    outcome = await outcome_of(env, rows if instance is None else instance, options)
    assert outcome == ((error, objects) if error else fall.counts())
    if error is None and log is not None:
        check_signals(log, fall, before)
    if instance is not None:
        assert instance.pk == chosen[0] if error else instance.pk in (None, (None, None))
    assert await society_graph.load(env) == graph.rows


async def outcome_of(env: Environment, target: Any, options: dict[str, Any]) -> Any:
    """Delete, and return the counts, or the name of the error and the objects that it carries."""
    try:
        return normalised(await env.do(target, "delete", **options))
    except models.ProtectedError as error:
        return "ProtectedError", {place_of(item) for item in error.protected_objects}
    except models.RestrictedError as error:
        return "RestrictedError", {place_of(item) for item in error.restricted_objects}
    except exceptions.IntegrityError:
        return "IntegrityError", set()


def normalised(returned: tuple[int, dict[str, int]]) -> tuple[int, dict[str, int]]:
    """Return the counts with proxies under the names of their tables."""
    counter: Counter[str] = Counter()
    for label, count in returned[1].items():
        name = label.removeprefix("society.")
        counter[f"society.{CONCRETE.get(name, name)}"] += count
    return returned[0], dict(counter)


def check_signals(log: list[tuple[str, str, Any]], fall: Fall, before: Graph) -> None:
    """Check who was told of what, and in which order."""
    told = {place for place in fall.fallen if place[0] not in society_graph.THROUGH}
    first, last = [entry[1:] for entry in log if entry[0] == "pre"], [entry[1:] for entry in log if entry[0] == "post"]
    assert [entry[0] for entry in log] == ["pre"] * len(first) + ["post"] * len(last)
    assert (set(first), set(last)) == (told, told)
    for name in MODELS:
        keys = [key for model, key in first if model == name]
        assert keys == sorted(keys)
        assert [key for model, key in last if model == name] == keys[::-1]
    if fall.has_circle:
        return
    order = {place: number for number, place in enumerate(last)}
    for link in LINKS:
        is_ordered = (link.rule == CASCADE and not link.null) or link.rule == RESTRICT
        if is_ordered and link.model != link.target and link.model not in society_graph.THROUGH:
            for model, key in told:
                if model == link.target:
                    for other in before.referring(link, key):
                        assert order.get((link.model, other), -1) < order[model, key]
