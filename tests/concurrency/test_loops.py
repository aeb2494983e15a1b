"""Event loops that come and go, forks, and the end of the interpreter."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import textwrap
import warnings
from typing import TYPE_CHECKING

import pytest

from aorm.bridge import run_sync
from aorm.database.databases import close_all, databases
from aorm.settings import settings
from tests.support.connections import add, make_counter, values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aorm.database.database import Database


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with settings.override(databases=database_url):
        database = databases["default"]
        yield database
        run_sync(database.aclose())
        database.drop_dead_homes()


def test_three_loops_in_turn_without_closing(database: Database) -> None:
    async def work(identifier: int) -> None:
        if identifier == 2:
            await make_counter(database)
        await asyncio.gather(*(add(database, identifier * 100 + number) for number in range(5)))
        await values(database)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for identifier in (2, 3, 4):
            asyncio.run(work(identifier))
    assert len(run_sync(values(database))) == 16


def test_a_loop_that_is_closed_without_farewell(database: Database) -> None:
    loop = asyncio.new_event_loop()
    loop.run_until_complete(make_counter(database))
    loop.close()
    assert loop in database.loops()
    assert run_sync(values(database)) == [0]
    assert loop not in database.loops()


def test_memory_is_shared_by_loops() -> None:
    with settings.override(databases="sqlite://"):
        database = databases["default"]
        run_sync(make_counter(database))

        async def work() -> None:
            await add(database, 2)

        asyncio.run(work())
        assert run_sync(values(database)) == [0, 0]
        close_all()


def test_two_loops_in_two_threads(database: Database) -> None:
    run_sync(make_counter(database))

    async def work(offset: int) -> None:
        for number in range(20):
            await add(database, offset + number)

    async def both() -> None:
        await asyncio.gather(work(100), asyncio.to_thread(run_sync, work(200)))

    asyncio.run(both())
    assert len(run_sync(values(database))) == 41


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")
def test_a_forked_child_gets_connections_of_its_own(database: Database) -> None:
    run_sync(make_counter(database))

    async def work() -> None:
        await values(database)
        for number in range(2, 7):
            child = os.fork()
            if child == 0:
                # Still "inside" the parent's loop, as a fork server's child is: a loop of its own, in a fresh thread.
                code = 1
                try:
                    code = _in_child(database, number)
                finally:
                    os._exit(code)
            _, status = await asyncio.to_thread(os.waitpid, child, 0)
            assert os.waitstatus_to_exitcode(status) == 0
            assert len(await values(database)) == number

    asyncio.run(work())


def _in_child(database: Database, number: int) -> int:
    import threading

    asyncio._set_running_loop(None)
    results: list[int] = []

    def work() -> None:
        async def main() -> None:
            await add(database, number)
            results.append(len(await values(database)))

        asyncio.run(main())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(20)
    return 0 if results == [number] else 2


SCRIPT = """
import asyncio, sys
from aorm.settings import settings
from aorm.database.databases import databases, aclose_all
from aorm.database.atomic import atomic
from aorm.bridge import run_sync

settings.configure(databases={url!r})
database = databases["default"]

async def work():
    await database.execute("CREATE TABLE IF NOT EXISTS t (id integer)")
    await asyncio.gather(*(database.fetch("SELECT * FROM t") for _ in range(5)))
    async with atomic():
        await database.execute("INSERT INTO t VALUES (1)")

{end}
"""

ENDS = {
    "asyncio.run": "asyncio.run(work())",
    "plain sync code": "run_sync(work())",
    "both": "run_sync(work()); asyncio.run(work())",
    "a loop without farewell": (
        "loop = asyncio.new_event_loop()\nloop.run_until_complete(work())\n"
        "loop.run_until_complete(asyncio.sleep(0.2))\nloop.close()"
    ),
    "an exception": "asyncio.run(work()); raise SystemExit(0)",
    "inside a block": "with atomic():\n    run_sync(work())\n    sys.exit(0)",
    "a stream left open": (
        "async def more():\n    await work()\n    global s\n    s = database.stream('SELECT 1 UNION ALL SELECT 2', "
        "chunk_size=1)\n    await s.__anext__()\nasyncio.run(more())"
    ),
}


@pytest.mark.parametrize("end", ENDS)
def test_the_interpreter_ends_in_silence(database_url: str, end: str) -> None:
    script = textwrap.dedent(SCRIPT).format(url=database_url, end=ENDS[end])
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", script],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_committed_data_survives_exit_without_closing(sqlite_url: str) -> None:
    script = textwrap.dedent(SCRIPT).format(url=sqlite_url, end="asyncio.run(work()); import os; os._exit(0)")
    subprocess.run([sys.executable, "-c", script], timeout=30, check=True)
    with settings.override(databases=sqlite_url):
        assert run_sync(databases["default"].fetch("SELECT count(*) FROM t"))[0][0] == 1
        close_all()
