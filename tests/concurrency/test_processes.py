"""SQLite between processes: locks, sudden death, a full disk."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import textwrap
import time
from typing import TYPE_CHECKING

import pytest

from aorm.database.atomic import atomic
from aorm.exceptions import DatabaseError, OperationalError
from tests.support.connections import make_counter, open_database, values

if TYPE_CHECKING:
    from pathlib import Path

PREFACE = """
import asyncio, sys
from aorm.settings import settings
from aorm.database.databases import databases, aclose_all
from aorm.database.atomic import atomic
settings.configure(databases=sys.argv[1])
database = databases["default"]
"""

INCREMENTS = """
async def work():
    for _ in range(25):
        async with atomic():
            value = (await database.fetch("SELECT value FROM counter"))[0][0]
            await asyncio.sleep(0)
            await database.execute("UPDATE counter SET value = ?", (value + 1,))

async def main():
    await asyncio.gather(*(work() for _ in range(4)))
    await aclose_all()

asyncio.run(main())
"""

ENDLESS = """
async def main():
    number = 1
    while True:
        number += 1
        async with atomic():
            await database.execute("INSERT INTO counter VALUES (?, 0)", (number,))
        print(number, flush=True)

asyncio.run(main())
"""


def start(script: str, url: str) -> subprocess.Popen[str]:
    code = textwrap.dedent(PREFACE + script)
    return subprocess.Popen([sys.executable, "-c", code, url], stdout=subprocess.PIPE, text=True)


async def test_four_processes_of_four_tasks(sqlite_url: str) -> None:
    async with open_database(sqlite_url) as database:
        await make_counter(database)
        children = [start(INCREMENTS, sqlite_url) for _ in range(4)]
        for child in children:
            assert await asyncio.to_thread(child.wait, 60) == 0
            assert child.stdout is not None
            child.stdout.close()
        assert await values(database) == [4 * 4 * 25]


async def test_what_was_acknowledged_survives_sudden_death(sqlite_url: str) -> None:
    async with open_database(sqlite_url) as database:
        await make_counter(database)
        for round_number in range(5):
            child = start(ENDLESS, sqlite_url)
            assert child.stdout is not None
            child.stdout.readline()
            time.sleep(0.02 * round_number)  # noqa: ASYNC251 -- the child is what matters
            child.send_signal(signal.SIGKILL)
            told = [line for line in child.stdout.read().split("\n") if line]
            child.wait()
            child.stdout.close()
            found = {row[0] for row in await database.fetch("SELECT id FROM counter")}
            assert {int(number) for number in told} <= found
            assert (await database.fetch("PRAGMA integrity_check"))[0][0] == "ok"
            await database.execute("DELETE FROM counter WHERE id > 1")


async def test_a_full_disk(sqlite_url: str, tmp_path: Path) -> None:
    async with open_database(sqlite_url) as database:
        await make_counter(database)
        await database.execute("CREATE TABLE big (content text)")
        pages = (await database.fetch("PRAGMA page_count", writes=True))[0][0]
        await database.fetch(f"PRAGMA max_page_count = {pages + 5}", writes=True)
        for _ in range(3):
            with pytest.raises(OperationalError, match="full") as caught:  # noqa: PT012
                async with atomic() as block:
                    await database.execute("UPDATE counter SET value = 9")
                    await database.execute("INSERT INTO big VALUES (?)", ("x" * 200_000,))
            assert caught.value.sqlstate == "53100"
            assert block.outcome == "rolled_back"
        assert await values(database) == [0]
        assert (await database.fetch("PRAGMA integrity_check"))[0][0] == "ok"
        await database.execute("UPDATE counter SET value = 1")
        assert await values(database) == [1]


async def test_a_transaction_that_the_database_ended_by_itself(sqlite_url: str) -> None:
    """A swallowed error that rolled back everything must not let the rest be committed on its own."""
    async with open_database(sqlite_url) as database:
        await make_counter(database)
        await database.execute("CREATE TABLE big (content text)")
        pages = (await database.fetch("PRAGMA page_count", writes=True))[0][0]
        await database.fetch(f"PRAGMA max_page_count = {pages + 5}", writes=True)
        with pytest.raises(DatabaseError):  # noqa: PT012
            async with atomic():
                await database.execute("UPDATE counter SET value = 9")
                with pytest.raises(OperationalError):
                    await database.execute("INSERT INTO big VALUES (?)", ("x" * 200_000,))
                # Whether SQLite rolled back or not, a statement that runs now is of this transaction or of none.
                await database.execute("ROLLBACK")
                await database.execute("UPDATE counter SET value = 8")
        assert await values(database) == [0]
