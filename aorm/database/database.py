"""One database: dialect, driver, pools and plans joined; the hot path from a statement to its rows."""

from __future__ import annotations

import asyncio
from asyncio import current_task
from typing import TYPE_CHECKING, Any, cast

from aorm.bridge import in_running_loop, run_sync
from aorm.database.binding import bound, current, hidden
from aorm.database.homes import Home
from aorm.database.integrity import ConstraintChecks
from aorm.database.lease import Lease, end_failed_lease
from aorm.database.observing import Observed, Observer
from aorm.database.plans import PlanCache
from aorm.database.stream import Stream
from aorm.database.transaction import lock_refusal
from aorm.database.upkeep import connection_plan, upkeep_of
from aorm.exceptions import OperationalError, WouldDeadlock

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aorm.database.config import DatabaseConfig
    from aorm.database.pool import Pool, PoolStats
    from aorm.database.slots import Slot
    from aorm.database.transaction import Block
    from aorm.dialects.base.sessions import Sessions
    from aorm.drivers.protocol import Driver, DriverConnection, Keeper

__all__ = ["Database"]

_READ_ONLY = "25006"
_MOST_TEXTS = 2000


# What holds the parent's databases in memory, in a forked child: not to be touched there.
_left_behind: list[Keeper] = []


class _Nowhere:
    loop = None


class Database(ConstraintChecks):
    """Where statements run. One object per alias, with pools of its own on every event loop that uses it."""

    def __init__(self, config: DatabaseConfig, dialect: Any, driver: Driver) -> None:
        """Join the parts; nothing is opened before the first statement."""
        self.alias = config.alias
        self.config = config
        self.dialect = dialect
        self.driver = driver
        self.sessions: Sessions = dialect.sessions
        self.plans: PlanCache[Any] = PlanCache(config.plan_cache_size)
        self.observers: tuple[Observer, ...] = ()
        self._homes: dict[asyncio.AbstractEventLoop, Home] = {}
        self._home = cast("Home", _Nowhere())
        self._keeper: Keeper | None = None
        self._harmless: set[str] = set()

    @property
    def features(self) -> Any:
        """What this database can do, by Django's names where Django has one."""
        return self.dialect.features

    @property
    def vendor(self) -> str:
        """ "postgresql" or "sqlite"."""
        return str(self.dialect.vendor)

    @property
    def in_atomic_block(self) -> bool:
        """Whether this context is inside an `atomic()` of this database."""
        block = current(self.alias)
        return block is not None and not block.is_manual

    @property
    def pool(self) -> Pool:
        """The running loop's pool; of a database with a single writer, the readers'."""
        return self.home().reader

    async def fetch(
        self, sql: str, parameters: Sequence[Any] = (), *, locking: bool = False, writes: bool = False
    ) -> list[Any]:
        """Run a statement and return its rows.

        `writes` says that it is not a plain SELECT, `locking` that it locks rows, which needs a transaction.
        """
        block = bound.get().get(self.alias)
        if block is not None and not block.is_abandoned:
            rows: list[Any] = await block.scope.fetch(block, sql, parameters, writes=writes or locking)
            return rows
        if locking:
            raise lock_refusal()
        home = self._home
        loop = asyncio.get_running_loop()
        if home.loop is not loop:
            home = self.home()
        pool = home.writer if writes else home.reader
        # Spelled out rather than composed: with an idle connection this costs no await and no object.
        slot = pool.checkout(sql, current_task(loop)) or await self._acquire(pool, sql)
        try:
            if sql not in self._harmless and self.may_change_session(sql):
                slot.is_dirty = True
            if self.observers:
                rows = await Observed(slot.connection, self.observers).fetch(sql, parameters)
            else:
                rows = await slot.connection.fetch(sql, parameters)
        except BaseException as error:
            await end_failed_lease(pool, slot, error)
            if self._belongs_to_writer(error, pool, home):
                return await self.fetch(sql, parameters, writes=True)
            raise
        pool.checkin(slot)
        return rows

    async def execute(
        self, sql: str, parameters: Sequence[Any] = (), *, locking: bool = False, writes: bool = True
    ) -> int:
        """Run a statement and return the number of rows it affected."""
        block = bound.get().get(self.alias)
        if block is not None and not block.is_abandoned:
            count: int = await block.scope.execute(block, sql, parameters, writes=writes)
            return count
        if locking:
            raise lock_refusal()
        home = self._home
        loop = asyncio.get_running_loop()
        if home.loop is not loop:
            home = self.home()
        pool = home.writer if writes else home.reader
        slot = pool.checkout(sql, current_task(loop)) or await self._acquire(pool, sql)
        try:
            if sql not in self._harmless and self.may_change_session(sql):
                slot.is_dirty = True
            if self.observers:
                count = await Observed(slot.connection, self.observers).execute(sql, parameters)
            else:
                count = await slot.connection.execute(sql, parameters)
        except BaseException as error:
            await end_failed_lease(pool, slot, error)
            raise
        pool.checkin(slot)
        return count

    async def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run a statement once for each row of parameters, all or none."""
        block = current(self.alias)
        if block is not None:
            await block.scope.execute_many(block, sql, rows)
            return
        pool, slot = await self.pin(sql, reads_only=False)
        try:
            await self._watched(slot).execute_many(sql, rows)
        except BaseException as error:
            await end_failed_lease(pool, slot, error)
            raise
        pool.checkin(slot)

    def stream(
        self, sql: str, parameters: Sequence[Any] = (), chunk_size: int = 2000, *, locking: bool = False
    ) -> Stream:
        """Return the rows piece by piece: `async for rows in database.stream(sql)` gives lists."""
        if locking and current(self.alias) is None:
            raise lock_refusal()
        return Stream(self, sql, parameters, chunk_size)

    def lease(self, *, locking: bool = False, writes: bool = False) -> Lease:
        """Return the transaction's connection, or one from the pool, for an `async with` block."""
        return Lease(self, locking=locking, writes=writes)

    async def pin(self, statement: str | None, *, reads_only: bool) -> tuple[Pool, Slot]:
        """Lease a connection of the running loop; the caller ends the lease."""
        home = self._home
        if home.loop is not asyncio.get_running_loop():
            home = self.home()
        pool = home.reader if reads_only else home.writer
        slot = pool.checkout(statement, current_task()) or await self._acquire(pool, statement)
        return pool, slot

    def home(self) -> Home:
        """Return the running loop's pools, made on first use; pools of dead loops are let go."""
        loop = asyncio.get_running_loop()
        home = self._homes.get(loop)
        if home is None or home.writer.is_closing:
            self.drop_dead_homes()
            if self._keeper is None:
                self._keeper = self.driver.keep(connection_plan(self.config, self.dialect, is_reader=False))
            home = self._homes[loop] = Home(
                self.config,
                upkeep_of(self.config, self.dialect, self.driver, is_reader=True),
                upkeep_of(self.config, self.dialect, self.driver, is_reader=False),
                has_single_writer=self.sessions.has_single_writer,
            )
        self._home = home
        return home

    def stats(self) -> PoolStats:
        """Return the numbers of the running loop's pool, in sync code of the pool that it uses; see `pool`."""
        return self.pool.stats() if in_running_loop() else run_sync(self._stats_of_loop())

    async def _stats_of_loop(self) -> PoolStats:
        return self.pool.stats()

    async def aopen(self) -> None:
        """Open at least one connection, and `min_size` of them; raises what is wrong with the database."""
        pool, slot = await self.pin(None, reads_only=False)
        pool.checkin(slot)
        for one in self.home().pools:
            one.serve()

    async def aclose(self, timeout: float | None = None) -> None:
        """Close the running loop's pools, and let go of those of dead loops."""
        self.drop_dead_homes()
        home = self._homes.pop(asyncio.get_running_loop(), None)
        self._home = cast("Home", _Nowhere())
        if home is not None:
            await home.aclose(timeout)
        if not self._homes and self._keeper is not None:
            keeper, self._keeper = self._keeper, None
            keeper.close()

    def drop_dead_homes(self) -> None:
        """Let go of the connections of event loops that were closed."""
        for loop, home in list(self._homes.items()):
            if loop.is_closed():
                self._homes.pop(loop, None)
                home.abandon()

    def abandon(self, *, is_child: bool = False) -> None:
        """Let go of all but the pools of running loops, at the interpreter's end; of everything, in a forked child."""
        self._home = cast("Home", _Nowhere())
        for loop, home in list(self._homes.items()):
            if is_child or not loop.is_running():
                del self._homes[loop]
                home.abandon(is_child=is_child)
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            if is_child:
                _left_behind.append(keeper)
            else:
                keeper.close()

    def loops(self) -> list[asyncio.AbstractEventLoop]:
        """Return the event loops on which this database has pools."""
        return list(self._homes)

    def bound_block(self) -> Block | None:
        """Return the innermost block that this context has entered, open or not."""
        return current(self.alias)

    def may_change_session(self, sql: str) -> bool:
        """Tell whether a statement may leave something behind in its session; remembered by text."""
        if sql in self._harmless:
            return False
        if self.sessions.may_change_session(sql):
            return True
        if len(self._harmless) >= _MOST_TEXTS:
            self._harmless.clear()
        self._harmless.add(sql)
        return False

    def __repr__(self) -> str:
        """Show alias and place, never the password."""
        return f"<Database {self.alias!r}: {self.config.describe()}>"

    def _watched(self, slot: Slot) -> DriverConnection:
        return Observed(slot.connection, self.observers) if self.observers else slot.connection

    def _belongs_to_writer(self, error: BaseException, pool: Pool, home: Home) -> bool:
        """Tell whether a reader refused a statement because it writes: nothing was done, the writer can do it."""
        return pool is not home.writer and isinstance(error, OperationalError) and error.sqlstate == _READ_ONLY

    async def _acquire(self, pool: Pool, statement: str | None) -> Slot:
        put_aside = hidden.get().get(self.alias)
        if put_aside is not None and put_aside.scope.pool is pool and put_aside.scope.slot is not None:
            stats = pool.stats()
            if not stats.idle and stats.size >= pool.max_size:
                raise WouldDeadlock(
                    f"database {self.alias!r}: the pool is full ({stats.size} of {pool.max_size} are in use), and "
                    f"{put_aside.describe()} around this detached() holds one of its connections. Raise max_size, or "
                    "do this outside of the block."
                )
        return await pool.acquire(statement)
