"""Where the time of one operation goes: by its stages, or by function."""

from __future__ import annotations

import asyncio
import cProfile
import gc
import pstats
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

import aorm
from aorm.database.upkeep import connection_plan
from aorm.models.state import mark_saved
from aorm.models.writers import TableWriter
from aorm.query.execution import database_for, plan_key, plan_of
from benchmarks import preparing
from benchmarks.contestants.with_aorm import Aorm, found_by
from benchmarks.models import Book, Entry
from benchmarks.report import print_table
from benchmarks.workload import LOADED, Operation, author_name, make_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROUNDS = 15
TURNS = 400


class Stage(NamedTuple):
    """A part of an operation: what to call, and what makes the argument of each call, where it takes one."""

    name: str
    call: Callable[..., Any]
    arguments: Callable[[], Iterator[Any]] | None = None


def show_stages(contestant: Aorm) -> None:
    """Print the stages of a get, a filter and a save, each timed alone, taking turns."""
    runner = contestant.runner
    try:
        preparing.make_tables(runner)
        gc.collect()
        gc.freeze()
        runner.run(_show_all())
    finally:
        preparing.drop_tables(runner)
        contestant.close()


async def _show_all() -> None:
    await Entry.objects.acreate(**dict(zip(_names(), make_rows(1)[0], strict=True)))
    database = aorm.connections["default"]
    # A connection like those of the pool, but not the pool's.
    connection = await database.driver.connect(connection_plan(database.config, database.dialect, is_reader=False))
    for title, stages in (
        ("get by primary key", await _stages_of_reading(lambda: Book.objects.filter(pk=77), connection)),
        ("filter by relation, order, slice", await _stages_of_reading(lambda: found_by(author_name(7)), connection)),
        ("save an existing row", await _stages_of_saving(connection)),
        ("the pool and its database", _stages_of_database(database, connection)),
    ):
        times = await _time_stages(stages)
        print_table([[title, "microseconds"], *([name, f"{time:.2f}"] for name, time in times.items())])
    await connection.close()


def _names() -> list[str]:
    return [field.attname for field in Entry._meta.concrete_fields[1:]]


async def _stages_of_reading(make: Callable[[], Any], connection: Any) -> list[Stage]:
    queryset = make()
    await queryset
    query, database = queryset._query, database_for(queryset)
    parameters = query.parameters()
    plan = plan_of(query, queryset._kind, database, parameters)
    encoded = plan.encode(parameters)
    rows = await database.fetch(plan.sql, encoded)
    key = plan_key(query, queryset._kind, parameters)

    def fresh() -> Iterator[Any]:
        # A query remembers its shape: each is asked once.
        return iter([make()._query for _ in range(TURNS)])

    return [
        Stage("the manager", lambda: Book.objects),
        Stage("the first queryset", Book.objects.get_queryset),
        Stage("build the queryset", make),
        Stage("its parameters", lambda query: query.parameters(), fresh),
        Stage("its shape", lambda query: query.shape(), fresh),
        Stage("hash of its shape, at least", lambda: hash(key)),
        Stage("find the plan", lambda query: plan_of(query, queryset._kind, database, query.parameters()), fresh),
        Stage("encode the parameters", lambda: plan.encode(parameters)),
        Stage("load the rows", lambda: plan.load(rows, "default")),
        Stage("the driver alone", lambda: connection.fetch(plan.sql, encoded)),
        Stage("database.fetch", lambda: database.fetch(plan.sql, encoded)),
        Stage("all of it: await", lambda: make()._afetch_all()),
    ]


async def _stages_of_saving(connection: Any) -> list[Stage]:
    entry = await Entry.objects.afirst()
    table = TableWriter.of(Entry._meta)
    database = aorm.connections["default"]
    await entry.asave()
    plan = database.plans.get(table.update_all)
    key = (entry.pk,)
    encoded = plan.arguments_of(entry, key)
    return [
        Stage("find the plan", lambda: database.plans.get(table.update_all)),
        Stage("read the attributes, encode the parameters", lambda: plan.arguments_of(entry, key)),
        Stage("mark as saved", lambda: mark_saved(entry, "default")),
        Stage("the driver alone", lambda: connection.execute(plan.sql, encoded)),
        Stage("database.execute", lambda: database.execute(plan.sql, encoded)),
        Stage("all of it: await asave()", entry.asave),
    ]


def _stages_of_database(database: Any, connection: Any) -> list[Stage]:
    home = database.home()
    pool = home.reader
    task = asyncio.current_task()

    def lease() -> None:
        slot = pool.checkout("", task)
        if slot is not None:
            pool.checkin(slot)

    stages: list[Stage] = [
        Stage("lease and give back", lease),
        Stage("asyncio.current_task()", asyncio.current_task),
        Stage("the smallest statement: the driver alone", lambda: connection.fetch("SELECT 1")),
        Stage("the smallest statement: database.fetch", lambda: database.fetch("SELECT 1")),
    ]
    raw = getattr(connection, "raw", None)
    if hasattr(raw, "fetch"):
        stages.insert(2, Stage("the smallest statement: asyncpg's own object", lambda: raw.fetch("SELECT 1")))
    return stages


async def _time_stages(stages: list[Stage]) -> dict[str, float]:
    times: dict[str, list[float]] = {stage.name: [] for stage in stages}
    for _ in range(ROUNDS):
        for stage in stages:
            times[stage.name].append(await _time(stage))
    return {name: median(found) for name, found in times.items()}


async def _time(stage: Stage) -> float:
    """Return microseconds of a call; awaits what has to be awaited."""
    call = stage.call
    if stage.arguments is not None:
        arguments = stage.arguments()
        begin = perf_counter()
        for argument in arguments:
            call(argument)
        return (perf_counter() - begin) / TURNS * 1e6
    first = call()
    if asyncio.iscoroutine(first):
        await first
        begin = perf_counter()
        for _ in range(TURNS):
            await call()
    else:
        begin = perf_counter()
        for _ in range(TURNS):
            call()
    return (perf_counter() - begin) / TURNS * 1e6


def show_profile(contestant: Aorm, operation: Operation) -> None:
    """Print the functions that an operation spends its time in."""
    runner = contestant.runner
    try:
        preparing.make_tables(runner)
        runner.run(_profile(contestant, operation))
    finally:
        preparing.drop_tables(runner)
        contestant.close()


async def _profile(contestant: Aorm, operation: Operation) -> None:
    count = 1000 if operation.divides == 1 else 5
    rows = make_rows(count)
    created = [await Entry.objects.acreate(**dict(zip(_names(), row, strict=True))) for row in rows]
    subjects: list[Any] = {
        "keys": [1 + number for number in range(count)],
        "names": [author_name(1 + number % 100) for number in range(count)],
        "rows": rows,
        "turns": list(range(count)),
    }.get(operation.takes, [entry.pk for entry in created])
    if operation.name in LOADED:
        subjects = await contestant.aload(subjects)
    method = getattr(contestant, operation.name)
    await method(subjects[:1])
    profile = cProfile.Profile()
    profile.enable()
    await method(subjects)
    profile.disable()
    print(f"{count} times {operation.title}")
    pstats.Stats(profile).strip_dirs().sort_stats("tottime").print_stats(35)
