"""One transaction on its connection: turns for the tasks that share it, an orderly end.

Child tasks join while the transaction is open. Their statements, and the leaving of blocks, take turns in the order in
which they came. A cancelled statement is followed to its end before the next turn begins.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

from aorm.database.commands import Sender, run_steps, spell
from aorm.database.lease import end_failed_lease
from aorm.database.observing import Observed, Observer
from aorm.database.shielding import answer_of, complete
from aorm.database.transaction import Block, Callback, Steps, Transaction
from aorm.database.turns import Turns
from aorm.dialects.base.sessions import DEFAULT_TRANSACTION, Sessions, TransactionOptions
from aorm.exceptions import (
    ConnectionLost,
    Error,
    InterfaceError,
    OrphanedTask,
    ScopeClosed,
    TransactionManagementError,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aorm.database.config import DatabaseConfig
    from aorm.database.pool import Pool
    from aorm.database.slots import Slot
    from aorm.drivers.protocol import DriverConnection, DriverCursor

__all__ = ["Scope", "ScopeDatabase"]


class ScopeDatabase(Protocol):
    """What a scope needs of its database."""

    alias: str
    config: DatabaseConfig
    sessions: Sessions
    observers: tuple[Observer, ...]

    async def pin(self, statement: str | None, *, reads_only: bool) -> tuple[Pool, Slot]:
        """Lease a connection of the running loop."""
        ...

    def may_change_session(self, sql: str) -> bool:
        """Tell whether a statement may leave something behind in its session."""
        ...


class Scope:
    """A transaction, bound to a connection from its first statement on."""

    def __init__(self, database: ScopeDatabase, options: TransactionOptions = DEFAULT_TRANSACTION) -> None:
        """Begin without a connection."""
        self.database = database
        self.options = options
        self.transaction = Transaction()
        self.slot: Slot | None = None
        self.pool: Pool | None = None
        self.loop: asyncio.AbstractEventLoop | None = None
        self._turns = Turns()

    async def fetch(self, block: Block, sql: str, parameters: Sequence[Any] = (), *, writes: bool = False) -> list[Any]:
        """Run a statement for a task that is inside `block`; return its rows."""
        connection = await self._take_turn(block, sql, writes)
        try:
            return await connection.fetch(sql, parameters, self._preamble())
        except BaseException as error:
            await self._after(error)
            raise
        finally:
            self._turns.pass_on()

    async def fetch_named(
        self, block: Block, sql: str, parameters: Sequence[Any] = (), *, writes: bool = True
    ) -> tuple[list[str], list[Any]]:
        """Run a statement; return the names of its columns and its rows."""
        connection = await self._take_turn(block, sql, writes)
        try:
            return await connection.fetch_named(sql, parameters, self._preamble())
        except BaseException as error:
            await self._after(error)
            raise
        finally:
            self._turns.pass_on()

    async def execute(self, block: Block, sql: str, parameters: Sequence[Any] = (), *, writes: bool = True) -> int:
        """Run a statement; return the number of rows it affected."""
        connection = await self._take_turn(block, sql, writes)
        try:
            return await connection.execute(sql, parameters, self._preamble())
        except BaseException as error:
            await self._after(error)
            raise
        finally:
            self._turns.pass_on()

    async def execute_many(self, block: Block, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run a statement once for each row of parameters."""
        connection = await self._take_turn(block, sql, True)
        try:
            await connection.execute_many(sql, rows, self._preamble())
        except BaseException as error:
            await self._after(error)
            raise
        finally:
            self._turns.pass_on()

    async def open_cursor(self, block: Block, sql: str, parameters: Sequence[Any] = ()) -> DriverCursor:
        """Begin a result that is fetched piece by piece."""
        connection = await self._take_turn(block, sql, False)
        try:
            return await connection.open_cursor(sql, parameters, self._preamble())
        except BaseException as error:
            await self._after(error)
            raise
        finally:
            self._turns.pass_on()

    async def fetch_from(self, block: Block, cursor: DriverCursor, count: int) -> list[Any]:
        """Return further rows of a cursor."""
        await self._take_turn(block, None, False)
        try:
            return await cursor.fetch(count)
        except BaseException as error:
            await self._after(error)
            raise
        finally:
            self._turns.pass_on()

    async def close_cursor(self, block: Block, cursor: DriverCursor) -> None:
        """Free what a cursor holds; nothing, once the transaction is over or broken."""
        transaction = self.transaction
        if block.is_closed or self.slot is None or transaction.needs_rollback or transaction.loss is not None:
            return
        await self._take_turn(block, None, False)
        try:
            await cursor.close()
        except BaseException as error:
            await self._after(error)
            raise
        finally:
            self._turns.pass_on()

    async def control(self, block: Block, steps: Steps) -> None:
        """Send the commands of a savepoint that is handled by hand."""
        await self._take_turn(block, None, True)
        try:
            cancelled = await self._run(steps)
        finally:
            self._turns.pass_on()
        if cancelled is not None:
            raise cancelled

    def must_send(self, block: Block) -> bool:
        """Tell whether leaving `block` may have to wait."""
        if block.is_closed:
            return False
        return self.slot is not None or self._turns.is_taken or self.transaction.stack[-1] is not block

    async def leave(self, block: Block, *, failed: bool) -> list[Callback]:
        """The I/O half of leaving a block: end or undo it, and return the callbacks that are now due.

        Nothing that cancels the caller stops this; a cancellation that came meanwhile is raised at the end.
        """
        if block.is_closed:  # a surrounding block ended first, and its end took this one with it
            return [] if failed else self.refuse(block)
        transaction = self.transaction
        is_last = block.index == 0
        if is_last:
            block.is_closed = True
            if self._turns.is_taken:
                self._turns.refuse(lambda: _too_late(self.database.alias, block))
        orphan = None if transaction.stack[-1] is block else self._close_children(block)
        came, cancelled = True, None
        if self._turns.is_taken:
            config = self.database.config
            came, cancelled = await self._turns.insist(config.cleanup_timeout, config.cancel_grace)
        self._turns.is_taken = True
        if not came:
            orphan = self._break_off()
        try:
            if is_last:
                self._notice_an_early_end(failed)
            late = await self._run(transaction.leave(block, failed=failed or orphan is not None))
        except Error as error:
            if cancelled is not None:
                raise _note(self, cancelled) from error
            raise
        except asyncio.CancelledError as error:
            _note(self, error)
            raise
        finally:
            if is_last:
                self._give_back()
            self._turns.pass_on()
        cancelled = cancelled or late
        if cancelled is not None:
            raise _note(self, cancelled)
        if orphan is not None and not failed:
            raise orphan
        return _take_callbacks(transaction) if is_last else []

    async def finish(self, *, keep: bool) -> None:
        """Commit or roll back a transaction that is handled by hand; the next statement begins another."""
        came, cancelled = await self._turns.insist(
            self.database.config.cleanup_timeout, self.database.config.cancel_grace
        )
        if not came:
            raise InterfaceError("another task still runs a statement in the transaction that is to be ended")
        before = self.transaction
        self.transaction = Transaction()
        self.transaction.stack = before.stack
        self.transaction.callbacks = before.callbacks if keep else []
        try:
            late = await self._run(before.finish(keep=keep), before)
        finally:
            self._give_back()
            self._turns.pass_on()
        if cancelled is not None or late is not None:
            raise cancelled or late or asyncio.CancelledError

    def refuse(self, block: Block) -> NoReturn:
        """Raise for a task that uses a block which has ended."""
        raise ScopeClosed(
            f"database {self.database.alias!r}: {block.describe()} ended before the task that used its transaction "
            "now. Await the task inside the block, or start it inside detached()."
        )

    def abandon(self, block: Block) -> None:
        """Give up a block that nobody can leave in order any more; the connection is closed without waiting."""
        transaction = self.transaction
        transaction.lose(InterfaceError(f"{block.describe()} was abandoned"))
        for one in transaction.stack[block.index :]:
            one.is_closed = one.is_abandoned = one.was_rolled_back = True
        del transaction.stack[block.index :]
        loop, pool, slot = self.loop, self.pool, self.slot
        self.slot = None
        if slot is None or pool is None or loop is None or loop.is_closed():
            return
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(pool.discard, slot)

    async def _take_turn(self, block: Block, sql: str | None, writes: bool) -> DriverConnection:
        self._check(block)
        turns = self._turns
        if turns.is_taken:
            await turns.take()
        else:
            turns.is_taken = True
        try:
            self._check(block)
            slot = self.slot
            if slot is None:
                slot = await self._pin(sql)
            elif sql is not None:
                slot.statement = sql
            transaction = self.transaction
            connection = slot.connection
            if transaction.has_begun and not connection.is_in_transaction():
                transaction.lose(_ended_early(connection))
                transaction.check()
            if sql is not None:
                if writes and transaction.stack[-1] is not block:
                    _mark_foreign_write(transaction, block)
                if self.database.may_change_session(sql):
                    slot.is_dirty = True
        except BaseException:
            turns.pass_on()
            raise
        observers = self.database.observers
        return Observed(connection, observers) if observers else connection

    async def _pin(self, sql: str | None) -> Slot:
        self.loop = asyncio.get_running_loop()
        database, reads_only = self.database, self.options.read_only
        pool, slot = await database.pin(sql, reads_only=reads_only)
        if reads_only and database.config.is_memory and database.sessions.forbid_writes:
            # One connection serves readers and writers there: cleaning it, or closing it, lets it write again.
            slot.is_dirty = True
            try:
                await slot.connection.execute(database.sessions.forbid_writes)
            except BaseException as error:
                await end_failed_lease(pool, slot, error)
                raise
        self.pool, self.slot = pool, slot
        return slot

    def _check(self, block: Block) -> None:
        if block.is_closed:
            self.refuse(block)
        if self.loop is not None and self.loop is not asyncio.get_running_loop():
            raise InterfaceError(
                f"database {self.database.alias!r}: the transaction of {block.describe()} belongs to another event loop"
            )
        self.transaction.check()

    def _preamble(self) -> Sequence[str]:
        if not self.transaction.unsent:
            return ()
        sessions = self.database.sessions
        return [spell(command, sessions, self.options) for command in self.transaction.take_unsent()]

    async def _after(self, error: BaseException) -> None:
        """A statement failed or was cancelled: find out what that means for the transaction."""
        slot, transaction = self.slot, self.transaction
        if slot is None:
            return
        connection = slot.connection
        if isinstance(error, asyncio.CancelledError):
            # It may have been done or not; only rolling back makes sure that it was not.
            transaction.needs_rollback = True
            transaction.rollback_error = error
            slot.is_dirty = True
            await self._settle(connection)
        elif not isinstance(error, Exception):
            connection.abort()
        if transaction.has_begun and not (connection.is_open() and connection.is_in_transaction()):
            transaction.lose(error)

    async def _settle(self, connection: DriverConnection) -> None:
        grace = self.database.config.cancel_grace
        settling = asyncio.ensure_future(connection.settle())
        is_settled, _ = await complete(answer_of(settling), grace, grace)
        if not is_settled:
            settling.cancel()
            connection.abort()

    async def _run(self, steps: Steps, transaction: Transaction | None = None) -> asyncio.CancelledError | None:
        database, slot = self.database, self.slot
        sender = None
        if slot is not None and self.pool is not None:
            sender = Sender(slot.connection, self.pool, transaction or self.transaction, database.observers)
        return await run_steps(steps, sender, database.sessions, self.options)

    def _break_off(self) -> Error:
        """A statement of another task takes too long: close the connection under it."""
        orphan = OrphanedTask(
            f"database {self.database.alias!r}: another task still ran a statement when its block was left: the "
            "transaction was rolled back. Await the task inside the block."
        )
        if self.slot is not None:
            self.slot.connection.abort()
        self.transaction.lose(orphan)
        return orphan

    def _close_children(self, block: Block) -> Error:
        """Close what other tasks opened inside `block` and have not left; the work is then rolled back."""
        stack = self.transaction.stack
        orphan = OrphanedTask(
            f"database {self.database.alias!r}: {block.describe()} was left while another task was still inside "
            f"{stack[-1].describe()}: the work was rolled back. Await the task inside the block."
        )
        while stack[-1] is not block:
            child = stack.pop()
            child.is_closed = True
            child.was_rolled_back = True
        return orphan

    def _notice_an_early_end(self, failed: bool) -> None:
        """See whether the database still is in the transaction that is about to be ended."""
        transaction, slot = self.transaction, self.slot
        if slot is None or not transaction.has_begun or transaction.loss is not None:
            return
        if not (slot.connection.is_open() and slot.connection.is_in_transaction()):
            reason = _ended_early(slot.connection)
            transaction.lose(reason)
            if not failed:
                transaction.complaint = reason

    def _give_back(self) -> None:
        slot, self.slot = self.slot, None
        self.loop = None
        if slot is None or self.pool is None:
            return
        if slot.connection.is_open():
            self.pool.checkin(slot)
        else:
            self.pool.lost(slot)
            self.pool.discard(slot)


def _ended_early(connection: DriverConnection) -> Error:
    if not connection.is_open():
        return ConnectionLost("the connection was lost inside its atomic block: the transaction was rolled back")
    return TransactionManagementError(
        "the transaction ended inside its atomic block: COMMIT or ROLLBACK was sent by hand, or the database rolled "
        "back by itself"
    )


def _take_callbacks(transaction: Transaction) -> list[Callback]:
    if transaction.outcome != "committed":
        return []
    callbacks, transaction.callbacks = transaction.callbacks, []
    return callbacks


def _too_late(alias: str, block: Block) -> ScopeClosed:
    return ScopeClosed(
        f"database {alias!r}: {block.describe()} was left while this task still waited for its turn. Await the task "
        "inside the block."
    )


def _note(scope: Scope, cancelled: asyncio.CancelledError) -> asyncio.CancelledError:
    """Say on a cancellation what became of the transaction."""
    outcome = scope.transaction.outcome
    if outcome is not None:
        cancelled.add_note(f"aorm: the transaction of database {scope.database.alias!r}: {outcome}")
    return cancelled


def _mark_foreign_write(transaction: Transaction, block: Block) -> None:
    for open_block in transaction.stack[block.index + 1 :]:
        open_block.has_foreign_writes = True
