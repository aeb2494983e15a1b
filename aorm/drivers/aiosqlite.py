"""aiosqlite, driven in single hops: one visit to the connection's thread for each statement, whatever it consists of.

`aiosqlite.Connection` gives the thread and its queue; what is put into the queue is ours, so that a cancelled statement
can be followed to its end, interrupted, and never keeps the interpreter or a dead event loop busy.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
import weakref
from typing import TYPE_CHECKING, Any

import aiosqlite
from aiosqlite.core import _STOP_RUNNING_SENTINEL as _STOP

from aorm.drivers.aiosqlite_errors import translate
from aorm.drivers.answers import Answer, PromptFuture
from aorm.drivers.sqlite_thread import ThreadSide, open_file, uri_of
from aorm.exceptions import ConnectionLost, OperationalError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence

    from aorm.drivers.protocol import Adapter, ConnectionPlan

__all__ = ["DRIVER", "AiosqliteConnection", "AiosqliteDriver"]

# Connections that a fork left in the child. Closing them there could disturb the parent, so they are only kept.
_left_behind: list[Any] = []


class Job:
    """One visit to the connection's thread."""

    __slots__ = ("arguments", "connection", "error", "function", "future", "is_cancelled", "is_delivered", "result")

    def __init__(
        self,
        connection: AiosqliteConnection,
        function: Callable[..., Any],
        arguments: tuple[Any, ...],
        future: asyncio.Future[Any] | PromptFuture[Any],
    ) -> None:
        """Prepare a visit; `future` gets what `function` returns or raises."""
        self.connection = connection
        self.function = function
        self.arguments = arguments
        self.future = future
        self.is_cancelled = False
        self.is_delivered = False
        self.result: Any = None
        self.error: BaseException | None = None

    def __call__(self) -> None:
        """Run on the thread, and hand the result to the loop, if it still lives."""
        connection = self.connection
        with connection.guard:
            if self.is_cancelled:
                self.function, self.arguments = _nothing, ()
            connection.running = self
        try:
            self.result = self.function(*self.arguments)
        except BaseException as error:
            self.error = error
        finally:
            with connection.guard:
                connection.running = None
        try:  # not contextlib.suppress, which costs as much as the rest of this method
            connection.loop.call_soon_threadsafe(self.deliver)
        except RuntimeError:  # the loop was closed meanwhile: nobody waits any more
            return

    def deliver(self) -> None:
        """Give the result to who waits; runs in the loop."""
        self.is_delivered = True
        future, error, result = self.future, self.error, self.result
        # The thread holds its last job until the next one comes; a traceback would refer to this object.
        self.error = self.result = None
        if future.done():
            return
        if error is None:
            future.set_result(result)
            return
        ours = translate(error) if isinstance(error, Exception) else error
        if isinstance(ours, StopIteration):  # a future refuses it
            ours = RuntimeError("StopIteration left the connection's thread")
        if ours is not error:
            ours.__cause__ = error
        future.set_exception(ours)


def _nothing() -> None:
    """Do nothing, in place of a statement that was cancelled before its turn."""


class AiosqliteCursor:
    """A result that is fetched piece by piece; holds its snapshot until it is closed."""

    __slots__ = ("_connection", "_cursor")

    def __init__(self, connection: AiosqliteConnection, cursor: sqlite3.Cursor) -> None:
        """Take over a cursor that was executed."""
        self._connection = connection
        self._cursor: sqlite3.Cursor | None = cursor

    def columns(self) -> list[str]:
        """Return the names of the columns, while the cursor is open."""
        cursor = self._cursor
        return [] if cursor is None else [column[0] for column in cursor.description or ()]

    async def fetch(self, count: int) -> list[Any]:
        """Return up to `count` further rows."""
        cursor = self._cursor
        if cursor is None:
            return []
        rows: list[Any] = await self._connection.visit(cursor.fetchmany, count)
        return rows

    async def close(self) -> None:
        """End the snapshot."""
        cursor, self._cursor = self._cursor, None
        if cursor is not None and self._connection.is_open():
            side = self._connection.thread_side()
            await self._connection.visit(side.close_cursors, cursor)


class AiosqliteConnection:
    """One connection of aiosqlite, its thread, and the visits to it."""

    def __init__(self, raw: aiosqlite.Connection, loop: asyncio.AbstractEventLoop) -> None:
        """Take over a connection whose thread runs, but which is not open yet."""
        self.raw: Any = raw
        self.loop = loop
        self.guard = threading.Lock()
        self.running: Job | None = None
        self._queue = raw._tx
        self._side: ThreadSide | None = None
        self._is_closed = False
        self._cancelled: list[Job] = []

    async def open(
        self, connector: Callable[[], sqlite3.Connection], adapters: Mapping[type, Adapter] | None = None
    ) -> None:
        """Open the file on the thread."""

        def opening() -> None:
            connection = self.raw._connection = connector()
            self._side = ThreadSide(connection, adapters)

        await self.visit(opening)

    async def visit(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Run a function on the thread. When cancelled, interrupt it if it is the one running; `settle` follows it."""
        if self._is_closed:
            raise ConnectionLost("the connection is closed", sqlstate="08003")
        future: PromptFuture[Any] = PromptFuture(self.loop)
        job = Job(self, function, arguments, future)
        self._queue.put_nowait((None, job))
        try:
            return await future
        except asyncio.CancelledError:
            self._cancel(job)
            raise

    # Not coroutines of their own, for the frame that this spares at each await.
    def fetch(
        self, sql: str, parameters: Sequence[Any] = (), preamble: Sequence[str] = ()
    ) -> Coroutine[Any, Any, list[Any]]:
        """Run a statement and return its rows, in one hop."""
        return self.visit((self._side or self.thread_side()).fetch, sql, parameters, preamble)

    async def fetch_named(
        self, sql: str, parameters: Sequence[Any] = (), preamble: Sequence[str] = ()
    ) -> tuple[list[str], list[Any]]:
        """Run a statement and return the names of its columns and its rows, in one hop."""
        side = self.thread_side()
        found: tuple[list[str], list[Any]] = await self.visit(side.fetch_named, sql, parameters, preamble)
        return found

    def execute(
        self, sql: str, parameters: Sequence[Any] = (), preamble: Sequence[str] = ()
    ) -> Coroutine[Any, Any, int]:
        """Run a statement and return the number of rows it affected, in one hop."""
        return self.visit((self._side or self.thread_side()).execute, sql, parameters, preamble)

    async def execute_many(self, sql: str, rows: Iterable[Sequence[Any]], preamble: Sequence[str] = ()) -> None:
        """Run a statement once for each row of parameters, in one hop and one transaction."""
        side = self.thread_side()
        await self.visit(side.execute_many, sql, rows, preamble)

    async def open_cursor(
        self, sql: str, parameters: Sequence[Any] = (), preamble: Sequence[str] = ()
    ) -> AiosqliteCursor:
        """Begin a result that is fetched piece by piece."""
        side = self.thread_side()
        return AiosqliteCursor(self, await self.visit(side.open_cursor, sql, parameters, preamble))

    def start(self, sql: str) -> Answer[str]:
        """Send a control statement; the result is always an empty tag."""
        answer: Answer[str] = Answer()
        side = self._side
        if self._is_closed or side is None:
            answer.settle(ConnectionLost("the connection is closed", sqlstate="08003"))
        else:
            self._queue.put_nowait((None, Job(self, side.control, (sql,), answer)))
        return answer

    async def settle(self) -> None:
        """Wait until the thread has left every statement that was cancelled; close cursors that nobody has any more."""
        while self._cancelled:
            job = self._cancelled[-1]
            with contextlib.suppress(Exception):
                await asyncio.shield(job.future)
            if job in self._cancelled:
                self._cancelled.remove(job)
        side = self._side
        if side is not None and side.cursors:
            await self.visit(side.close_cursors)

    async def close(self) -> None:
        """Close the file and end the thread."""
        if self._is_closed:
            return
        self._is_closed = True
        job = Job(self, self._close, (), self.loop.create_future())
        self._queue.put_nowait((None, job))
        self._queue.put_nowait((None, lambda: _STOP))
        await asyncio.shield(job.future)

    def abort(self) -> None:
        """Interrupt what runs; the thread closes the file and ends when it comes back."""
        if self._is_closed:
            return
        self._is_closed = True
        with self.guard:
            if self._side is not None:
                # Also what a program runs by itself, on the raw connection; without a statement this does nothing.
                with contextlib.suppress(sqlite3.Error):
                    self._side.connection.interrupt()
        self._queue.put_nowait((None, self._close))
        self._queue.put_nowait((None, lambda: _STOP))

    def abandon(self, *, is_child: bool = False) -> None:
        """Close without the loop; in a forked child, where the thread does not exist, only forget."""
        if not is_child:
            self.abort()
            self.raw._thread.join(0.5)
            return
        self._is_closed = True
        _left_behind.append(self._side)
        self._side = self.raw._connection = None

    def is_open(self) -> bool:
        """Tell whether the connection was not closed."""
        return not self._is_closed

    def is_quiet(self) -> bool:
        """Tell that nothing arrives unasked."""
        return True

    def is_usable(self) -> bool:
        """Tell whether the connection is open, idle, and in no transaction."""
        side = self._side
        return (
            not self._is_closed
            and not self._cancelled
            and side is not None
            and not side.connection.in_transaction
            and not side.cursors
        )

    def is_in_transaction(self) -> bool:
        """Tell whether a transaction is open; SQLite ends one by itself after some errors."""
        return self._side is not None and self._side.connection.in_transaction

    def on_lost(self, callback: Callable[[], None]) -> None:
        """Keep nothing: a file does not hang up."""

    def thread_side(self) -> ThreadSide:
        """Return what runs on the thread; `ConnectionLost` once it is closed."""
        if self._side is None:
            raise ConnectionLost("the connection is closed", sqlstate="08003")
        return self._side

    def _cancel(self, job: Job) -> None:
        if job.is_delivered:  # it had ended in the very tick of the cancellation
            return
        side = self._side
        with self.guard:
            job.is_cancelled = True
            # With other cursors open an interrupt would end those too, and linger until they are gone.
            if self.running is job and side is not None and not side.cursors:
                side.connection.interrupt()
        # The cancelled future is dead; the job gets another, which `settle` waits for.
        job.future = self.loop.create_future()
        job.future.add_done_callback(_look_at)
        self._cancelled.append(job)

    def _close(self) -> None:
        side, self._side = self._side, None
        self.raw._connection = None
        if side is not None:
            side.close()


def _look_at(future: asyncio.Future[Any]) -> None:
    """Mark the error of a cancelled statement as seen, or asyncio would log it."""
    if not future.cancelled():
        future.exception()


class _MemoryKeeper:
    """A connection that does nothing but keep a database in memory alive; opened with the first that uses it."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._is_closed = False

    def open(self, uri: str) -> None:
        """Take hold of the database, on the thread of a connection."""
        with self._guard:
            if self._connection is None and not self._is_closed:
                self._connection = sqlite3.connect(uri, uri=True, check_same_thread=False)

    def close(self) -> None:
        """Let the database vanish."""
        self._is_closed = True
        if self._connection is not None:
            self._connection.close()


class AiosqliteDriver:
    """Opens SQLite files, and databases in memory, with aiosqlite."""

    name = "aiosqlite"
    needs_ping = False

    def __init__(self) -> None:
        """Begin without databases in memory."""
        self._keepers: list[tuple[str, weakref.ref[_MemoryKeeper]]] = []

    async def connect(self, plan: ConnectionPlan) -> AiosqliteConnection:
        """Open the database, run the dialect's PRAGMAs, register the dialect's functions: all in one hop."""
        raw = aiosqlite.connect(":memory:")  # the name is ours to open; the object gives thread and queue
        raw._thread.daemon = True
        raw._thread.name = f"aorm-sqlite-{plan.alias}"
        raw._thread.start()
        connection = AiosqliteConnection(raw, asyncio.get_running_loop())
        try:
            await connection.open(lambda: self._open(plan), plan.adapters)
        except BaseException as error:
            connection.abort()
            if isinstance(error, OperationalError):
                text = f"database {plan.alias!r} ({plan.database}): {error}"
                raise ConnectionLost(text, sqlstate=error.sqlstate or "58030") from error
            raise
        return connection

    def keep(self, plan: ConnectionPlan) -> _MemoryKeeper | None:
        """Hold a database in memory with a connection of its own, so that it outlives pools and event loops."""
        if not plan.is_memory:
            return None
        keeper = _MemoryKeeper()
        living = [known for known in self._keepers if known[1]() is not None]
        self._keepers = [*living, (uri_of(plan), weakref.ref(keeper))]
        return keeper

    def _open(self, plan: ConnectionPlan) -> sqlite3.Connection:
        uri = uri_of(plan)
        for kept, reference in self._keepers:
            keeper = reference()
            if kept == uri and keeper is not None:
                keeper.open(uri)
        return open_file(plan)


DRIVER = AiosqliteDriver()
