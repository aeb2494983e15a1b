"""The pool of one database on one event loop: the effects of `slots`, and the wait for a connection.

Connecting, checking and cleaning run in tasks of the pool, never in a caller's, so that no caller's cancellation can
leave a connection half made or half cleaned.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import logging
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any

from aorm.database.shielding import complete
from aorm.database.slots import CLEANING, LEASED, Slot, SlotMachine
from aorm.drivers.answers import Answer
from aorm.exceptions import ConnectionLost, Error, InterfaceError, PoolTimeout
from aorm.settings import settings

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from aorm.database.config import DatabaseConfig
    from aorm.database.upkeep import Upkeep
    from aorm.drivers.protocol import DriverConnection

__all__ = ["Pool", "PoolStats", "Waiter"]

logger = logging.getLogger("aorm.database")

_SHORTEST_ROUND = 0.05
_LONGEST_ROUND = 5.0


@dataclass(frozen=True, slots=True)
class PoolStats:
    """A look at a pool."""

    size: int
    idle: int
    in_use: int
    connecting: int
    cleaning: int
    waiting: int
    min_size: int
    max_size: int
    acquired: int
    connected: int
    failed: int
    discarded: int
    timed_out: int


class Waiter:
    """A task that waits for a connection."""

    __slots__ = ("future", "since", "slot", "statement", "task")

    def __init__(self, future: asyncio.Future[Slot], statement: str | None, task: asyncio.Task[Any] | None) -> None:
        """Begin to wait now."""
        self.future = future
        self.statement = statement
        self.task = task
        self.since = monotonic()
        self.slot: Slot | None = None

    def is_waiting(self) -> bool:
        """Tell whether a slot is still wanted."""
        return not self.future.done()

    def give(self, slot: Slot, now: float) -> None:
        """Hand a slot over."""
        slot.statement = self.statement
        slot.task = self.task
        self.slot = slot
        self.future.set_result(slot)

    def fail(self, error: BaseException) -> None:
        """End the wait with an error; each waiter gets one of its own, since tracebacks grow on what is raised."""
        self.future.set_exception(_another(error))


class Pool(SlotMachine):
    """Connections of one database on one event loop."""

    def __init__(self, config: DatabaseConfig, upkeep: Upkeep, max_size: int, role: str = "") -> None:
        """Begin with no connection; `role` tells a reader's pool from the writer's in messages."""
        super().__init__(config, max_size, needs_ping=upkeep.needs_ping)
        self.loop = asyncio.get_running_loop()
        self.role = role
        self._upkeep = upkeep
        # Not the context of whoever came first: it may hold a transaction, or a request.
        self._context = contextvars.Context()
        self.expected: dict[Answer[str], float] = {}
        """Answers on their way, and when to give them up; looked at in rounds, since a timer for each is dear."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._round: asyncio.TimerHandle | None = None
        self._retry: asyncio.TimerHandle | None = None

    async def acquire(self, statement: str | None = None) -> Slot:
        """Lease a connection, waiting for it up to the acquire timeout.

        The caller must give it back by `checkin`, whatever happens. Raises `PoolTimeout`, or the error of connecting.
        """
        task = asyncio.current_task()
        if self.is_closing:
            raise InterfaceError(f"the pool of database {self.config.alias!r} is closed")
        slot = self.checkout(statement, task)
        if slot is not None:
            return slot
        waiter = Waiter(self.loop.create_future(), statement, task)
        timer = self.loop.call_later(self.config.acquire_timeout, self._time_out, waiter, context=self._context)
        try:
            self.join(waiter)
            self._keep_rounds()
            return await waiter.future
        except BaseException:
            if waiter.slot is not None:  # handed over in the very tick of the cancellation: pass it on
                self.checkin(waiter.slot)
            else:
                self.leave(waiter)
            raise
        finally:
            timer.cancel()

    async def settle(self, slot: Slot) -> None:
        """After a cancelled statement: wait until it has really ended, or its connection is closed.

        The wait is bounded by `cancel_grace` and cannot be cancelled. The lease ends here.
        """
        if slot.state is not LEASED:
            return
        slot.is_dirty = True
        slot.state = CLEANING
        settled: Answer[None] = Answer()
        self._spawn(self._clean(slot, settled))
        is_settled, _ = await complete(settled, self.config.cancel_grace, self.config.cancel_grace)
        if not is_settled:
            self.discard(slot, is_network_dead=True)

    async def aclose(self, timeout: float | None = None) -> None:
        """Close: idle connections at once, those in use when they come back or when `timeout` is over."""
        limit = self.config.close_timeout if timeout is None else timeout
        deadline = self.loop.time() + limit
        self.close_idle(InterfaceError(f"the pool of database {self.config.alias!r} is closed"))
        self._stop_timers()
        try:
            while (self.slots or self._tasks) and self.loop.time() < deadline:
                if self._tasks:
                    await asyncio.wait(self._tasks, timeout=min(0.05, max(deadline - self.loop.time(), 0)))
                else:
                    await asyncio.sleep(0.01)
        finally:
            self.abort()

    def abort(self) -> None:
        """Close everything now."""
        self.is_closing = True
        self._stop_timers()
        for task in self._tasks:
            task.cancel()
        for slot in list(self.slots):
            self.discard(slot)

    def abandon(self, *, is_child: bool = False) -> None:
        """Let go of the connections of a dead loop, or, in a forked child, of those that are the parent's."""
        self.is_closing = True
        for slot in list(self.slots):
            self._forget(slot)
            with contextlib.suppress(Exception):
                slot.connection.abandon(is_child=is_child)
        self.waiters.clear()
        self._tasks.clear()

    def start_connecting(self) -> None:
        """Begin to make a connection."""
        self._spawn(self._connect())

    def start_checking(self, slot: Slot) -> None:
        """Ask a long idle connection whether it is alive."""
        self._spawn(self._check(slot))

    def start_cleaning(self, slot: Slot) -> None:
        """Bring a used connection back into order."""
        self._spawn(self._clean(slot, None))

    def start_closing(self, slot: Slot) -> None:
        """Say good-bye on a connection that is no longer a slot's."""
        if self.loop.is_closed():
            slot.connection.abandon()
        else:
            self._spawn(self._close(slot.connection))

    def serve_later(self, delay: float) -> None:
        """Call `serve` after `delay` seconds."""
        if self._retry is None:
            self._retry = self.loop.call_later(delay, self._serve_again, context=self._context)

    def _serve_again(self) -> None:
        self._retry = None
        self.serve()

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = self.loop.create_task(coroutine, name=f"aorm-pool-{self.config.alias}", context=self._context)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _connect(self) -> None:
        started = monotonic()
        try:
            # The driver has the same limit; this one also covers what it does around connecting.
            async with asyncio.timeout(self.config.connect_timeout + 0.1):
                connection = await self._upkeep.connect()
        except asyncio.CancelledError:
            self.connecting -= 1  # given up, because pool or loop are closing
            raise
        except Exception as error:
            if isinstance(error, TimeoutError):
                text = f"database {self.config.alias!r} ({self.config.describe()}): connecting took too long"
                error = ConnectionLost(text, sqlstate="08001")
            self.connect_failed(error, started)
            return
        slot = self.connected(connection)
        if slot is not None:
            connection.on_lost(lambda: self.lost(slot))
        self._keep_rounds()

    async def _check(self, slot: Slot) -> None:
        alive = False
        try:
            async with asyncio.timeout(self.config.ping_timeout):
                await slot.connection.execute(self._upkeep.ping)
            alive = slot.connection.is_usable()
        except (Error, TimeoutError):
            pass
        finally:
            self.checking -= 1
            if not alive:
                self.discard(slot, is_network_dead=True)
        self.cleaned(slot)

    async def _clean(self, slot: Slot, settled: Answer[None] | None) -> None:
        connection = slot.connection
        is_settled = in_order = False
        try:
            async with asyncio.timeout(self.config.cancel_grace):
                await connection.settle()
            is_settled = True
            _finish(settled)
            async with asyncio.timeout(self.config.cleanup_timeout):
                if connection.is_in_transaction():
                    await connection.execute(self._upkeep.rollback)
                if slot.is_dirty:
                    for statement in self._upkeep.reset:
                        await connection.execute(statement)
            in_order = connection.is_usable()
        except (Error, TimeoutError):
            pass
        finally:
            if not in_order:
                self.discard(slot, is_network_dead=not is_settled)
            _finish(settled)
        self.cleaned(slot)

    async def _close(self, connection: DriverConnection) -> None:
        try:
            async with asyncio.timeout(self.config.cleanup_timeout):
                await connection.close()
        except (Error, TimeoutError):
            pass
        finally:
            connection.abort()

    def _time_out(self, waiter: Waiter) -> None:
        if not waiter.is_waiting():
            return
        self.leave(waiter)
        self.timed_out += 1
        if self.last_failure is not None:
            waiter.fail(self.last_failure)
        else:
            waiter.fail(PoolTimeout(self.report(waiter.since)))

    def stats(self) -> PoolStats:
        """Return the numbers of this moment."""
        idle = len(self.idle)
        cleaning = sum(slot.state is CLEANING for slot in self.slots)
        return PoolStats(
            size=self.size,
            idle=idle,
            in_use=len(self.slots) - idle - cleaning,
            connecting=self.connecting,
            cleaning=cleaning,
            waiting=sum(waiter.is_waiting() for waiter in self.waiters),
            min_size=self.min_size,
            max_size=self.max_size,
            acquired=self.acquired,
            connected=self.connected_count,
            failed=self.failed,
            discarded=self.discarded,
            timed_out=self.timed_out,
        )

    def report(self, since: float) -> str:
        """Return the text of a timeout: size, in use, waiting, and who holds the connections for how long."""
        stats = self.stats()
        role = f" ({self.role})" if self.role else ""
        lines = [
            f"database {self.config.alias!r}{role}: no connection became free within "
            f"{monotonic() - since:.1f} s: size {stats.size} of {stats.max_size}, in use {stats.in_use}, "
            f"idle {stats.idle}, connecting {stats.connecting}, waiting {stats.waiting}. Held by:"
        ]
        holders = sorted((slot for slot in self.slots if slot.state is LEASED), key=lambda slot: slot.since)
        now = monotonic()
        for slot in holders[:10]:
            name = slot.task.get_name() if slot.task is not None else "a task unknown"
            lines.append(f"  {name} for {now - slot.since:.1f} s: {_shortened(slot.statement)}")
            if settings.debug and slot.task is not None and len(lines) <= 7:
                lines += _stack_of(slot.task)
        lines.append("Raise max_size or acquire_timeout, or shorten what is done while a connection is held.")
        return "\n".join(lines)

    def _keep_rounds(self) -> None:
        if self._round is None and not self.is_closing and self.slots:
            config = self.config
            limits = [config.idle_timeout, config.max_lifetime, config.leak_after, config.commit_timeout]
            shortest = min((limit for limit in limits if limit is not None), default=None)
            if shortest is not None:
                delay = min(max(shortest / 4, _SHORTEST_ROUND), _LONGEST_ROUND)
                self._round = self.loop.call_later(delay, self._make_round, context=self._context)

    def _make_round(self) -> None:
        self._round = None
        now = monotonic()
        self.expire(now)
        for answer, deadline in list(self.expected.items()):
            if now > deadline:
                answer.give_up()
        limit = self.config.leak_after
        for slot in self.slots:
            if limit is not None and slot.state is LEASED and now - slot.since > limit and not slot.is_reported:
                slot.is_reported = True
                logger.warning("%s", self._leak(slot, now))
        self._keep_rounds()

    def _leak(self, slot: Slot, now: float) -> str:
        name = slot.task.get_name() if slot.task is not None else "a task unknown"
        stack = _stack_of(slot.task) if slot.task is not None else []
        text = f"database {self.config.alias!r}: {name} has held a connection for {now - slot.since:.0f} s: "
        return "\n".join([text + _shortened(slot.statement), *stack])

    def _stop_timers(self) -> None:
        for timer in (self._round, self._retry):
            if timer is not None:
                timer.cancel()
        self._round = self._retry = None


def _another(error: BaseException) -> BaseException:
    if not isinstance(error, Error):
        return error
    copy = type(error)(*error.args)
    copy.__dict__.update(error.__dict__)
    copy.__cause__ = error.__cause__
    return copy


def _finish(settled: Answer[None] | None) -> None:
    if settled is not None:
        settled.settle(None)


def _shortened(statement: str | None) -> str:
    if statement is None:
        return "no statement yet"
    return statement if len(statement) <= 200 else f"{statement[:200]}..."


def _stack_of(task: asyncio.Task[Any]) -> list[str]:
    # Without the text of the lines: their files would be read in the loop.
    return [
        f'  File "{frame.f_code.co_filename}", line {frame.f_lineno}, in {frame.f_code.co_name}'
        for frame in task.get_stack(limit=8)
    ]
