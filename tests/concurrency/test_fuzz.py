"""Random cancellations under load: 24 tasks on a pool of six, an oracle that looks at what the database holds.

CI runs a short form; ``AORM_FUZZ_CANCELLATIONS=10000`` runs the long one.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from typing import TYPE_CHECKING

import pytest
import uvloop

from aorm.database.atomic import atomic
from tests.concurrency.test_cancellation import whole
from tests.support.connections import open_database

if TYPE_CHECKING:
    from aorm.database.database import Database

CANCELLATIONS = int(os.environ.get("AORM_FUZZ_CANCELLATIONS", "600"))
TASKS = 24
SLOTS = 6


class Ledger:
    """What each transaction said of itself: its token, and how it ended."""

    def __init__(self) -> None:
        self.outcomes: dict[int, str | None] = {}
        self.errors: list[BaseException] = []
        self.tokens = iter(range(1, 10_000_000))

    async def work(self, database: Database) -> None:
        """Write two rows in one transaction, over and over; a cancellation ends one transaction and not the task."""
        token = next(self.tokens)
        insert = f"INSERT INTO ledger (token, half) VALUES ({token}, {{half}})"
        block = None
        try:
            async with atomic() as block:
                await database.execute(insert.format(half=1))
                await asyncio.sleep(random.random() * 0.002)
                await database.fetch("SELECT count(*) FROM ledger")
                await database.execute(insert.format(half=2))
        except asyncio.CancelledError:
            pass
        except Exception as error:
            self.errors.append(error)
        if block is not None:
            self.outcomes[token] = block.outcome


async def fuzz(url: str, seed: int) -> None:
    """Cancel random tasks at random moments, then compare the ledger with the table."""
    random.seed(seed)
    ledger = Ledger()
    async with open_database(url, max_size=SLOTS) as database:
        await database.execute("DROP TABLE IF EXISTS ledger")
        await database.execute("CREATE TABLE ledger (token bigint, half integer)")
        running: set[asyncio.Task[None]] = set()
        cancelled = 0
        while cancelled < CANCELLATIONS:
            while len(running) < TASKS:
                running.add(asyncio.create_task(ledger.work(database)))
            await asyncio.sleep(random.random() * 0.002)
            victim = random.choice(list(running))
            cancelled += victim.cancel()
            running = {task for task in running if not task.done()}
        await asyncio.gather(*running)
        await whole(database)
        assert ledger.errors == []
        rows = await database.fetch("SELECT token, half FROM ledger", writes=True)
        halves = Counter(row[0] for row in rows)
        assert len({tuple(row) for row in rows}) == len(rows), "a write was doubled"
        for token, outcome in ledger.outcomes.items():
            assert outcome in ("committed", "rolled_back", None), f"{token}: {outcome}"
            assert halves[token] == (2 if outcome == "committed" else 0), f"{token}: {outcome}"
        if database.vendor == "postgresql":
            states = await database.fetch(
                "SELECT state FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            assert all(row[0] in ("idle", "active", None) for row in states)


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_fuzz(database_url: str, loop: str) -> None:
    factory = uvloop.new_event_loop if loop == "uvloop" else asyncio.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(fuzz(database_url, seed=len(loop)))
