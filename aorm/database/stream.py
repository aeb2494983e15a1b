"""A result that is fetched piece by piece through the server's cursor, and holds its connection meanwhile."""

from __future__ import annotations

import contextlib
import logging
from time import perf_counter
from typing import TYPE_CHECKING, Any

from aorm.database.lease import end_failed_lease
from aorm.database.places import calling_place
from aorm.exceptions import InterfaceError

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Sequence

    from aorm.database.database import Database
    from aorm.database.pool import Pool
    from aorm.database.slots import Slot
    from aorm.database.transaction import Block
    from aorm.drivers.protocol import DriverCursor

__all__ = ["Stream"]

SHARED = "another task is reading from this stream: give each task a stream of its own, or let one of them hand out"

logger = logging.getLogger("aorm.database")


class Stream:
    """`async for rows in database.stream(sql)`: lists of rows, at most `chunk_size` each.

    Inside `atomic()` the cursor is the transaction's. Outside, the stream has a connection of its own until it is
    exhausted, closed by `aclose()`, dropped, or older than `stream_lifetime`. It is an object, not an asynchronous
    generator: it never touches a context variable, whoever drops it wherever.
    """

    def __init__(self, database: Database, sql: str, parameters: Sequence[Any], chunk_size: int) -> None:
        """Prepare; nothing is sent before the first rows are asked for."""
        self._database = database
        self._sql = sql
        self._parameters = parameters
        self._chunk_size = chunk_size
        self._place = calling_place(2)
        self._block: Block | None = None
        self._cursor: DriverCursor | None = None
        self._pool: Pool | None = None
        self._slot: Slot | None = None
        self._rows: list[Any] | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._is_started = False
        self._is_over = False
        self._is_reading = False
        self._reason = ""

    def __aiter__(self) -> Stream:
        """Return the stream itself."""
        return self

    async def __anext__(self) -> list[Any]:
        """Return the next rows."""
        if self._is_over:
            if self._reason:
                raise InterfaceError(self._reason)
            raise StopAsyncIteration
        if self._is_reading:
            raise InterfaceError(SHARED)
        self._is_reading = True
        try:
            rows = await (self._next() if self._is_started else self._start())
        finally:
            self._is_reading = False
        if not rows:
            raise StopAsyncIteration
        return rows

    async def open(self) -> list[str]:
        """Run the statement and return the names of its columns; its rows follow by iteration."""
        if self._is_started or self._is_reading:
            raise InterfaceError("this stream has begun")
        self._is_reading = True
        try:
            return await self._begin(is_named=True)
        finally:
            self._is_reading = False

    async def aclose(self) -> None:
        """End the stream and free what it holds."""
        is_over, self._is_over = self._is_over, True
        self._is_started = True
        self._rows = None
        self._stop_clock()
        cursor, self._cursor = self._cursor, None
        if is_over or cursor is None:
            return
        if self._block is not None:
            await self._block.scope.close_cursor(self._block, cursor)
        else:
            self._give_back()

    def __del__(self) -> None:
        """Free the connection of a stream that was dropped, on its own loop."""
        slot, pool = self._slot, self._pool
        if slot is None or pool is None or pool.loop.is_closed():
            return  # the pool of a closed loop lets go of its connections
        self._stop_clock()
        with contextlib.suppress(RuntimeError):  # it was closed meanwhile
            pool.loop.call_soon_threadsafe(pool.checkin, slot)

    async def _start(self) -> list[Any]:
        await self._begin(is_named=False)
        return await self._next()

    async def _begin(self, *, is_named: bool) -> list[str]:
        """Open what rows are read from; return the names of the columns where they are asked for."""
        self._is_started = True
        database = self._database
        self._block = block = database.bound_block()
        if block is not None:
            self._cursor = await block.scope.open_cursor(block, self._sql, self._parameters)
        elif database.config.is_memory:
            # One connection serves everything there: holding it would lock the stream's own consumer out.
            if is_named:
                async with database.lease() as connection:
                    names, self._rows = await connection.fetch_named(self._sql, self._parameters)
                return names
            self._rows = await database.fetch(self._sql, self._parameters)
            return []
        else:
            await self._open()
        return self._cursor.columns() if is_named and self._cursor is not None else []

    async def _open(self) -> None:
        database = self._database
        self._pool, slot = await database.pin(self._sql, reads_only=True)
        self._slot = slot
        begin = database.sessions.begin_stream
        started = perf_counter()
        try:
            if database.may_change_session(self._sql):
                slot.is_dirty = True
            self._cursor = await slot.connection.open_cursor(self._sql, self._parameters, (begin,) if begin else ())
        except BaseException as error:
            await self._fail(error)
            raise
        finally:
            for observer in database.observers:
                observer(self._sql, perf_counter() - started)
        if database.config.stream_lifetime is not None:
            self._deadline = self._pool.loop.call_later(
                database.config.stream_lifetime, _expire, self._pool, slot, self._place
            )

    async def _next(self) -> list[Any]:
        if self._rows is not None:
            rows, self._rows = self._rows[: self._chunk_size], self._rows[self._chunk_size :]
            return rows
        cursor = self._cursor
        if cursor is None:
            raise StopAsyncIteration
        if self._block is not None:
            rows = await self._block.scope.fetch_from(self._block, cursor, self._chunk_size)
        else:
            try:
                rows = await cursor.fetch(self._chunk_size)
            except BaseException as error:
                await self._fail(error)
                raise
        if len(rows) < self._chunk_size:
            await self._finish()
        return rows

    async def _finish(self) -> None:
        """All rows are there: close, and keep what the statement may have done."""
        slot, cursor = self._slot, self._cursor
        if slot is None or cursor is None:
            await self.aclose()
            return
        try:
            await cursor.close()
            if slot.connection.is_in_transaction():
                await slot.connection.execute(self._database.sessions.commit)
        except BaseException as error:
            await self._fail(error)
            raise
        await self.aclose()

    async def _fail(self, error: BaseException) -> None:
        self._is_over = True
        self._reason = f"database {self._database.alias!r}: the stream ended by {type(error).__name__}"
        self._stop_clock()
        self._cursor = None
        slot, self._slot = self._slot, None
        if slot is not None and self._pool is not None:
            await end_failed_lease(self._pool, slot, error)

    def _give_back(self) -> None:
        slot, self._slot = self._slot, None
        if slot is not None and self._pool is not None:
            self._pool.checkin(slot)

    def _stop_clock(self) -> None:
        timer, self._deadline = self._deadline, None
        if timer is not None:
            timer.cancel()


def _expire(pool: Pool, slot: Slot, place: tuple[str, int]) -> None:
    logger.warning(
        "database %r: the stream opened at %s:%d is older than stream_lifetime: its connection was closed",
        pool.config.alias,
        *place,
    )
    pool.discard(slot)
