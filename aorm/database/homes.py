"""The pools of one database on one event loop, and their end with that loop."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from aorm.database.pool import Pool

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from aorm.database.config import DatabaseConfig
    from aorm.database.upkeep import Upkeep

__all__ = ["Home"]


class Home:
    """One event loop's pools of one database; a single pool, unless the database has a single writer.

    SQLite: the writer's pool has one place, so its queue is the FIFO lock of everything that writes; the readers have a
    pool of their own. A database in memory has one connection for both, since readers would wait for writers anyway.
    """

    __slots__ = ("_guardian", "loop", "reader", "writer")

    def __init__(self, config: DatabaseConfig, reading: Upkeep, writing: Upkeep, *, has_single_writer: bool) -> None:
        """Make the pools, on the running loop."""
        self.loop = asyncio.get_running_loop()
        if not has_single_writer:
            self.reader = self.writer = Pool(config, writing, config.max_size)
        elif config.is_memory:
            self.reader = self.writer = Pool(config, writing, 1)
        else:
            self.writer = Pool(config, writing, 1, "writer")
            # At least two, so that one may stream while its consumer reads.
            self.reader = Pool(config, reading, max(2, config.max_size - 1), "readers")
        self._guardian = self._guard()
        self._start_guardian()

    @property
    def pools(self) -> tuple[Pool, ...]:
        """The pools, each once."""
        return (self.writer,) if self.reader is self.writer else (self.writer, self.reader)

    def is_ours(self) -> bool:
        """Tell whether the loop still lives."""
        return not self.loop.is_closed()

    async def aclose(self, timeout: float | None = None) -> None:
        """Close the pools; must run on their loop."""
        await asyncio.gather(*(pool.aclose(timeout) for pool in self.pools))
        await self._guardian.aclose()

    def abandon(self, *, is_child: bool = False) -> None:
        """Let go of everything without the loop."""
        for pool in self.pools:
            pool.abandon(is_child=is_child)

    async def _guard(self) -> AsyncGenerator[None, None]:
        """Close the pools when the loop shuts its asynchronous generators down, as `asyncio.run` does at its end.

        A loop has no other farewell to which one could listen. The tasks that could give connections back have ended
        by then, so nobody is waited for longer than cleaning takes.
        """
        try:
            yield
        finally:
            for pool in self.pools:
                if not pool.is_closing:
                    await pool.aclose(pool.config.cleanup_timeout)

    def _start_guardian(self) -> None:
        with contextlib.suppress(StopIteration):
            self._guardian.asend(None).send(None)
