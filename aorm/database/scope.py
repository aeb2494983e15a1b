"""One transaction on its connection: turns for the tasks that share it, commands of the state machine, an orderly end.

Child tasks join while the transaction is open. Their statements, and the leaving of blocks, take turns in the order in
which they came. A cancelled statement is followed to its end before the next turn begins.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

from aorm.database.observing import Observed, Observer
from aorm.database.shielding import complete
from aorm.database.transaction import Block, Callback, Command, Steps, Transaction
from aorm.dialects.base.sessions import DEFAULT_TRANSACTION, Sessions, TransactionOptions
from aorm.drivers.protocol import DriverConnection, DriverCursor
from aorm.exceptions import (
    CommitUnknown,
    ConnectionLost,
    Error,
    InterfaceError,
    OrphanedTask,
    ScopeClosed,
    TransactionManagementError,
)

if TYPE_CHECKING:
    from aorm.database.config import DatabaseConfig
    from aorm.database.pool import Pool
    from aorm.database.slots import Slot

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
        self._is_busy = False
        self._turns: deque[asyncio.Future[None]] = deque()

    async def fetch(self, block: Block, sql: str, parameters: Sequence[Any] = (), *, writes: bool = False) -> list[Any]:
        """Run a statement for a task that is inside `block`; return its rows."""
        connection = await self._take_turn(block, sql, writes)
        try:
            return await connection.fetch(sql, parameters, self._preamble())
        except BaseException as error:
            await self._after(error)
            raise
        finally:
            self._pass_turn()

    async def execute(self, block: Block, sql: str, parameters: Sequence[Any] = (), *, writes: bool = True) -> int:
        """Run a statement; return the number of rows it affected."""
        connection = await self._take_turn(block, sql, writes)
        try:
            return await connection.execute(sql, parameters, self._preamble())
        except BaseException as error:
            await self._after(error)
            raise
        finally:
            self._pass_turn()

    async def execute_many(self, block: Block, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run a statement once for each row of parameters."""
        connection = await self._take_turn(block, sql, True)
        try:
            await connection.execute_many(sql, rows, self._preamble())
        except BaseException as error:
            await self._after(error)
            raise
        finally:
            self._pass_turn()

    async def open_cursor(self, block: Block, sql: str, parameters: Sequence[Any] = ()) -> DriverCursor:
        """Begin a result that is fetched piece by piece."""
        connection = await self._take_turn(block, sql, False)
        try:
            return await connection.open_cursor(sql, parameters, self._preamble())
        except BaseException as error:
            await self._after(error)
            raise
        finally:
            self._pass_turn()

    async def fetch_from(self, block: Block, cursor: DriverCursor, count: int) -> list[Any]:
        """Return further rows of a cursor."""
        await self._take_turn(block, None, False)
        try:
            return await cursor.fetch(count)
        except BaseException as error:
            await self._after(error)
            raise
        finally:
            self._pass_turn()

    async def close_cursor(self, block: Block, cursor: DriverCursor) -> None:
        """Free what a cursor holds; nothing, once the transaction is over or broken."""
        if block.is_closed or self.slot is None or self.transaction.needs_rollback or self.transaction.loss is not None:
            return
        await self._take_turn(block, None, False)
        try:
            await cursor.close()
        except BaseException as error:
            await self._after(error)
            raise
        finally:
            self._pass_turn()

    async def control(self, block: Block, steps: Steps) -> None:
        """Send the commands of a savepoint that is handled by hand."""
        await self._take_turn(block, None, True)
        try:
            cancelled = await self._run(steps)
        finally:
            self._pass_turn()
        if cancelled is not None:
            raise cancelled

    def must_send(self, block: Block) -> bool:
        """Tell whether leaving `block` may perform I/O."""
        return self.slot is not None or self._is_busy or self.transaction.stack[-1] is not block

    async def leave(self, block: Block, *, failed: bool) -> list[Callback]:
        """The I/O half of leaving a block: end or undo it, and return the callbacks that are now due.

        Nothing that cancels the caller stops this; a cancellation that came meanwhile is raised at the end.
        """
        transaction = self.transaction
        is_last = block.index == 0
        if is_last:
            self._refuse_waiting(block)
        orphan = self._close_children(block)
        cancelled: asyncio.CancelledError | None = None
        if self._is_busy:
            cancelled, orphan = await self._turn_to_leave(orphan)
        self._is_busy = True
        try:
            if is_last:
                self._notice_an_early_end(failed)
            try:
                late = await self._run(transaction.leave(block, failed=failed or orphan is not None))
            except Error as error:
                if cancelled is not None:
                    raise cancelled from error
                raise
            cancelled = cancelled or late
        finally:
            if is_last:
                self._give_back()
            self._pass_turn()
        if cancelled is not None:
            if is_last:
                cancelled.add_note(f"aorm: the transaction of database {self.database.alias!r}: {transaction.outcome}")
            raise cancelled
        if orphan is not None and not failed:
            raise orphan
        if not is_last or transaction.outcome != "committed":
            return []
        callbacks, transaction.callbacks = transaction.callbacks, []
        return callbacks

    async def finish(self, *, keep: bool) -> None:
        """Commit or roll back a transaction that is handled by hand; the next statement begins another."""
        if self._is_busy:
            raise InterfaceError("a statement is still running in the transaction that is to be ended")
        self._is_busy = True
        before = self.transaction
        self.transaction = Transaction()
        self.transaction.stack = before.stack
        self.transaction.callbacks = before.callbacks if keep else []
        steps = before.finish(keep=keep)
        try:
            cancelled = await self._run(steps, before)
        finally:
            before.stack = []
            self._give_back()
            self._pass_turn()
        if cancelled is not None:
            raise cancelled

    async def _take_turn(self, block: Block, sql: str | None, writes: bool) -> DriverConnection:
        self._check(block)
        if self._is_busy:
            await self._wait_for_turn()
            try:
                self._check(block)
            except BaseException:
                self._pass_turn()
                raise
        else:
            self._is_busy = True
        try:
            slot = self.slot
            if slot is None:
                self.pool, slot = self.pool, self.slot = await self._pin(sql)
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
            self._pass_turn()
            raise
        observers = self.database.observers
        return Observed(connection, observers) if observers else connection

    async def _pin(self, sql: str | None) -> tuple[Pool, Slot]:
        self.loop = asyncio.get_running_loop()
        return await self.database.pin(sql, reads_only=self.options.read_only)

    def refuse(self, block: Block) -> NoReturn:
        """Raise for a task that uses a block which has ended."""
        raise ScopeClosed(
            f"database {self.database.alias!r}: {block.describe()} ended before the task that used its transaction "
            "now. Await the task inside the block, or start it inside detached()."
        )

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
        return [self._spell(command) for command in self.transaction.take_unsent()]

    def _spell(self, command: Command) -> str:
        sessions = self.database.sessions
        match command.kind:
            case "begin":
                return sessions.begin(self.options)
            case "commit":
                return sessions.commit
            case "rollback":
                return sessions.rollback
            case "savepoint":
                return sessions.savepoint(command.name)
            case "release":
                return sessions.release(command.name)
            case "rollback_to":
                return sessions.rollback_to(command.name)

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
        is_settled, _ = await complete(settling, grace, grace)
        if not is_settled:
            settling.cancel()
            connection.abort()

    async def _wait_for_turn(self) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._turns.append(turn)
        try:
            await turn
        except BaseException:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._pass_turn()  # it came in the very tick of the cancellation
            elif turn in self._turns:
                self._turns.remove(turn)
            raise

    def _pass_turn(self) -> None:
        while self._turns:
            turn = self._turns.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._is_busy = False

    async def _turn_to_leave(self, orphan: Error | None) -> tuple[asyncio.CancelledError | None, Error | None]:
        """Wait for the statement in flight, which is another task's; close the connection when it takes too long."""
        config = self.database.config
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._turns.append(turn)
        is_done, cancelled = await complete(turn, config.cleanup_timeout, config.cancel_grace)
        if not is_done:
            if turn in self._turns:
                self._turns.remove(turn)
            orphan = OrphanedTask(
                f"database {self.database.alias!r}: another task still ran a statement when its block was left: the "
                "transaction was rolled back. Await the task inside the block."
            )
            if self.slot is not None:
                self.slot.connection.abort()
            self.transaction.lose(orphan)
        return cancelled, orphan

    def _refuse_waiting(self, block: Block) -> None:
        """Whoever still waits for a turn is too late."""
        block.is_closed = True
        while self._turns:
            turn = self._turns.popleft()
            if not turn.done():
                turn.set_exception(
                    ScopeClosed(
                        f"database {self.database.alias!r}: {block.describe()} was left while this task still waited "
                        "for its turn. Await the task inside the block."
                    )
                )

    def _close_children(self, block: Block) -> Error | None:
        """Close what other tasks opened inside `block` and have not left; the work is then rolled back."""
        stack = self.transaction.stack
        if stack[-1] is block:
            return None
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

    async def _run(self, steps: Steps, transaction: Transaction | None = None) -> asyncio.CancelledError | None:
        """Send the commands of the state machine; return the first cancellation that came meanwhile."""
        cancelled: asyncio.CancelledError | None = None
        error: Error | None = None
        try:
            while True:
                command = steps.send(error) if error is not None else next(steps)
                error, late = await self._send(command, transaction or self.transaction)
                cancelled = cancelled or late
        except StopIteration:
            return cancelled
        except Error as failure:
            if cancelled is not None:
                raise cancelled from failure
            raise

    async def _send(
        self, command: Command, transaction: Transaction
    ) -> tuple[Error | None, asyncio.CancelledError | None]:
        assert self.slot is not None, "a command without a connection"
        connection, config = self.slot.connection, self.database.config
        if not connection.is_open():
            return ConnectionLost(f"database {self.database.alias!r}: the connection was lost"), None
        observers = self.database.observers
        watched = Observed(connection, observers) if observers else connection
        keeps = command.kind in ("commit", "release", "savepoint", "begin")
        answer = watched.start(self._spell(command))
        limit = config.commit_timeout if keeps else config.cleanup_timeout
        is_done, cancelled = await complete(answer, limit, config.cancel_grace)
        error: Error | None
        if not is_done:
            answer.cancel()
            connection.abort()
            error = ConnectionLost(f"database {self.database.alias!r}: no answer to {command.kind.upper()}")
        else:
            error = _error_of(answer)
        if command.kind == "commit":
            error = self._judge_commit(transaction, answer, error)
        return error, cancelled

    def _judge_commit(self, transaction: Transaction, answer: asyncio.Future[str], error: Error | None) -> Error | None:
        if error is None:
            if answer.result() == "ROLLBACK":  # the server had already given the transaction up
                transaction.outcome = "rolled_back"
                transaction.callbacks = []
            return None
        if not isinstance(error, ConnectionLost):
            return error
        transaction.outcome = "unknown"
        transaction.callbacks = []
        unknown = CommitUnknown(
            f"database {self.database.alias!r}: COMMIT was sent and its answer never came: {error}",
            sqlstate=error.sqlstate,
            outcome="unknown",
        )
        unknown.__cause__ = error
        return unknown

    def _give_back(self) -> None:
        slot, self.slot = self.slot, None
        self.loop = None
        if slot is None or self.pool is None:
            return
        if slot.connection.is_open():
            self.pool.checkin(slot)
        else:
            self.pool.discard(slot, is_network_dead=True)


def _error_of(answer: asyncio.Future[str]) -> Error | None:
    if answer.cancelled():
        return ConnectionLost("the statement was cancelled with its event loop")
    error = answer.exception()
    if error is not None and not isinstance(error, Error):
        raise error
    return error


def _ended_early(connection: DriverConnection) -> Error:
    if not connection.is_open():
        return ConnectionLost("the connection was lost inside its atomic block: the transaction was rolled back")
    return TransactionManagementError(
        "the transaction ended inside its atomic block: COMMIT or ROLLBACK was sent by hand, or the database rolled back"
    )


def _mark_foreign_write(transaction: Transaction, block: Block) -> None:
    for open_block in transaction.stack[block.index + 1 :]:
        open_block.has_foreign_writes = True
