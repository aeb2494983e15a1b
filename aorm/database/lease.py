"""Which connection runs this statement: the transaction's, or one from the pool for just this block."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Protocol

from aorm.database.observing import Observed
from aorm.database.transaction import lock_refusal
from aorm.exceptions import ConnectionLost, InterfaceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from types import TracebackType

    from aorm.database.database import Database
    from aorm.database.pool import Pool
    from aorm.database.slots import Slot
    from aorm.database.transaction import Block
    from aorm.drivers.protocol import DriverConnection

__all__ = ["Lease", "LeasedConnection", "StatementRunner", "end_failed_lease"]


class StatementRunner(Protocol):
    """What `async with database.lease() as connection` gives."""

    async def fetch(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        """Run a statement and return its rows."""
        ...

    async def fetch_named(self, sql: str, parameters: Sequence[Any] = ()) -> tuple[list[str], list[Any]]:
        """Run a statement and return the names of its columns and its rows."""
        ...

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Run a statement and return the number of rows it affected."""
        ...

    async def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run a statement once for each row of parameters."""
        ...


async def end_failed_lease(pool: Pool, slot: Slot, error: BaseException) -> None:
    """End a lease whose statement failed or was cancelled."""
    if isinstance(error, asyncio.CancelledError):
        await pool.settle(slot)
    elif not isinstance(error, Exception):
        # GeneratorExit or KeyboardInterrupt: nobody will wait for the answer that is still coming.
        pool.discard(slot)
    elif isinstance(error, ConnectionLost) or not slot.connection.is_open():
        pool.lost(slot)
        pool.discard(slot)
    else:
        pool.checkin(slot)


class ScopedConnection:
    """The connection of the surrounding transaction; each statement takes its turn there."""

    __slots__ = ("_block",)

    def __init__(self, block: Block) -> None:
        """Run statements inside `block`."""
        self._block = block

    async def fetch(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        """Run a statement and return its rows."""
        rows: list[Any] = await self._block.scope.fetch(self._block, sql, parameters)
        return rows

    async def fetch_named(self, sql: str, parameters: Sequence[Any] = ()) -> tuple[list[str], list[Any]]:
        """Run a statement and return the names of its columns and its rows."""
        found: tuple[list[str], list[Any]] = await self._block.scope.fetch_named(self._block, sql, parameters)
        return found

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Run a statement and return the number of rows it affected."""
        count: int = await self._block.scope.execute(self._block, sql, parameters)
        return count

    async def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run a statement once for each row of parameters."""
        await self._block.scope.execute_many(self._block, sql, rows)


class LeasedConnection:
    """A connection from the pool, for the block that leased it."""

    __slots__ = ("_database", "_pool", "_slot")

    def __init__(self, database: Database, pool: Pool, slot: Slot) -> None:
        """Use `slot` until the lease ends."""
        self._database = database
        self._pool = pool
        self._slot: Slot | None = slot

    async def fetch(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        """Run a statement and return its rows."""
        connection = self._connection(sql)
        try:
            return await connection.fetch(sql, parameters)
        except BaseException as error:
            await self._failed(error)
            raise

    async def fetch_named(self, sql: str, parameters: Sequence[Any] = ()) -> tuple[list[str], list[Any]]:
        """Run a statement and return the names of its columns and its rows."""
        connection = self._connection(sql)
        try:
            return await connection.fetch_named(sql, parameters)
        except BaseException as error:
            await self._failed(error)
            raise

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Run a statement and return the number of rows it affected."""
        connection = self._connection(sql)
        try:
            return await connection.execute(sql, parameters)
        except BaseException as error:
            await self._failed(error)
            raise

    async def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run a statement once for each row of parameters, all or none."""
        connection = self._connection(sql)
        try:
            await connection.execute_many(sql, rows)
        except BaseException as error:
            await self._failed(error)
            raise

    def end(self) -> None:
        """Give the connection back."""
        slot, self._slot = self._slot, None
        if slot is not None:
            self._pool.checkin(slot)

    def _connection(self, sql: str) -> DriverConnection:
        slot = self._slot
        if slot is None:
            raise InterfaceError(
                f"database {self._database.alias!r}: this connection was given back: its block is over, or a statement "
                "in it was cancelled"
            )
        slot.statement = sql
        if self._database.may_change_session(sql):
            slot.is_dirty = True
        observers = self._database.observers
        return Observed(slot.connection, observers) if observers else slot.connection

    async def _failed(self, error: BaseException) -> None:
        slot = self._slot
        if slot is None:
            return
        if isinstance(error, Exception) and slot.connection.is_open() and not isinstance(error, ConnectionLost):
            return
        self._slot = None
        await end_failed_lease(self._pool, slot, error)


class Lease:
    """`async with database.lease() as connection`: the transaction's connection, or one for just this block."""

    __slots__ = ("_connection", "_database", "_locking", "_writes")

    def __init__(self, database: Database, *, locking: bool, writes: bool) -> None:
        """Prepare; nothing is leased before the block is entered."""
        self._database = database
        self._locking = locking
        self._writes = writes
        self._connection: LeasedConnection | None = None

    async def __aenter__(self) -> StatementRunner:
        """Lease a connection, or share the transaction's."""
        block = self._database.bound_block()
        if block is not None:
            return ScopedConnection(block)
        if self._locking:
            raise lock_refusal()
        pool, slot = await self._database.pin(None, reads_only=not self._writes)
        self._connection = LeasedConnection(self._database, pool, slot)
        return self._connection

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Give it back."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.end()
