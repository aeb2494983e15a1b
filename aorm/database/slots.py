"""The pool as a state machine: what happens to connections and to those who wait for them. No I/O, no clock of its own.

A slot goes CONNECTING -> IDLE -> LEASED -> (CLEANING ->) IDLE | CLOSED. The machine decides; effects (connecting,
cleaning, closing, waking) are methods that `pool.Pool` fills in, and tests record. Laws: slots and connecting together
never exceed `max_size`; a lease ends exactly once; waiters are served in the order in which they came.
"""

from __future__ import annotations

import random
from collections import deque
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import asyncio

    from aorm.database.config import DatabaseConfig
    from aorm.drivers.protocol import DriverConnection
    from aorm.exceptions import InterfaceError

__all__ = ["CLEANING", "CLOSED", "IDLE", "LEASED", "Slot", "SlotMachine", "Waiting"]

IDLE = "idle"
LEASED = "leased"
CLEANING = "cleaning"
CLOSED = "closed"

# Looking at the socket costs a system call; for so long the loop is trusted to have seen what came.
_LOOK_AFTER = 0.005
_FIRST_PAUSE = 0.02
_LONGEST_PAUSE = 0.15


class Slot:
    """A place in the pool, with its connection."""

    __slots__ = (
        "connected_at",
        "connection",
        "expires_at",
        "is_dirty",
        "is_reported",
        "returned_at",
        "since",
        "state",
        "statement",
        "task",
    )

    def __init__(self, connection: DriverConnection, now: float, expires_at: float) -> None:
        """Begin with a connection that was just made."""
        self.connection = connection
        self.connected_at = now
        self.expires_at = expires_at
        self.returned_at = now
        self.since = now
        self.state = CLEANING
        self.statement: str | None = None
        self.task: asyncio.Task[Any] | None = None
        self.is_dirty = False
        """Whether something may have changed the session since it was last known to be as made."""
        self.is_reported = False


class Waiting(Protocol):
    """Somebody who waits for a slot."""

    since: float

    def is_waiting(self) -> bool:
        """Tell whether a slot is still wanted."""
        ...

    def give(self, slot: Slot, now: float) -> None:
        """Hand a slot over; only while `is_waiting()`."""
        ...

    def fail(self, error: BaseException) -> None:
        """End the wait with an error."""
        ...


class SlotMachine:
    """The pool's decisions."""

    def __init__(self, config: DatabaseConfig, max_size: int, *, needs_ping: bool) -> None:
        """Begin with no connection."""
        self.config = config
        self.max_size = max_size
        self.min_size = min(config.min_size, max_size)
        self.ping_after = config.ping_after if needs_ping else float("inf")
        self.slots: set[Slot] = set()
        self.idle: list[Slot] = []
        self.waiters: deque[Waiting] = deque()
        self.connecting = 0
        self.checking = 0
        self.is_closing = False
        self.failures = 0
        self.retry_at = 0.0
        self.last_failure: BaseException | None = None
        self.acquired = self.connected_count = self.failed = self.discarded = self.timed_out = 0

    def start_connecting(self) -> None:
        """Effect: begin to make a connection; ends in `connected` or `connect_failed`."""
        raise NotImplementedError

    def start_checking(self, slot: Slot) -> None:
        """Effect: ask a long idle connection whether it is alive; ends in `cleaned` or `discard`."""
        raise NotImplementedError

    def start_cleaning(self, slot: Slot) -> None:
        """Effect: bring a used connection back into order; ends in `cleaned` or `discard`."""
        raise NotImplementedError

    def start_closing(self, slot: Slot) -> None:
        """Effect: say good-bye on a connection that is no longer a slot's."""
        raise NotImplementedError

    def serve_later(self, delay: float) -> None:
        """Effect: call `serve` after `delay` seconds."""
        raise NotImplementedError

    @property
    def size(self) -> int:
        """How many places are taken."""
        return len(self.slots) + self.connecting

    def checkout(self, statement: str | None, task: asyncio.Task[Any] | None) -> Slot | None:
        """Lease an idle connection at once; None if there is none that can be used unasked."""
        idle = self.idle
        if not idle:
            return None
        slot = idle[-1]
        now = monotonic()
        rested = now - slot.returned_at
        if rested > self.ping_after or now >= slot.expires_at or not slot.connection.is_open():
            return None
        if rested > _LOOK_AFTER and not slot.connection.is_quiet():
            slot.returned_at = float("-inf")
            return None
        idle.pop()
        slot.state = LEASED
        slot.since = now
        slot.statement = statement
        slot.task = task
        self.acquired += 1
        return slot

    def checkin(self, slot: Slot) -> None:
        """End a lease: the connection goes to who waits longest, else to rest, else to be cleaned."""
        if slot.state is not LEASED:
            return
        slot.task = None
        connection = slot.connection
        if slot.is_dirty or self.is_closing or slot.is_reported or not connection.is_usable():
            self._take_back(slot)
            return
        now = monotonic()
        slot.returned_at = now
        if self.waiters and now < slot.expires_at:
            self._hand_over(slot, now)
        else:
            slot.state = IDLE
            slot.statement = None
            self.idle.append(slot)
            if self.waiters:
                self.serve()

    def join(self, waiter: Waiting) -> None:
        """Begin to wait for a slot."""
        self.waiters.append(waiter)
        self.serve()

    def leave(self, waiter: Waiting) -> None:
        """Stop waiting."""
        if waiter in self.waiters:
            self.waiters.remove(waiter)

    def connected(self, connection: DriverConnection) -> Slot | None:
        """A connection was made; None if the pool no longer wants it."""
        self.connecting -= 1
        self.failures = 0
        self.retry_at = 0.0
        self.last_failure = None
        now = monotonic()
        lifetime = self.config.max_lifetime
        # Jitter: connections that were made together must not all be made again together.
        expires_at = float("inf") if lifetime is None else now + lifetime * random.uniform(0.9, 1.0)
        slot = Slot(connection, now, expires_at)
        self.slots.add(slot)
        self.connected_count += 1
        self.cleaned(slot)
        return slot

    def connect_failed(self, error: BaseException, started: float) -> None:
        """An attempt to connect failed.

        While no connection lives, all who had begun to wait before the attempt get its error. While others live, a
        waiter may still be served by one of those, so it goes on waiting and attempts go on, with a pause between.
        """
        self.connecting -= 1
        self.failures += 1
        self.failed += 1
        self.last_failure = error
        pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(self.failures - 1, 6))
        self.retry_at = monotonic() + pause * random.uniform(0.7, 1.0)
        if not self.slots:
            for waiter in [one for one in self.waiters if one.since <= started]:
                self.waiters.remove(waiter)
                if waiter.is_waiting():
                    waiter.fail(error)
        self.serve()

    def cleaned(self, slot: Slot) -> None:
        """A connection is known to be in order: hand it over, or let it rest."""
        if slot.state is not CLEANING:
            return
        slot.is_dirty = False
        slot.is_reported = False
        if self.is_closing:
            self.retire(slot)
            return
        now = monotonic()
        slot.returned_at = now
        self._hand_over(slot, now)

    def retire(self, slot: Slot) -> None:
        """Take a healthy connection out and close it politely."""
        if self._forget(slot):
            self.start_closing(slot)
            self.serve()

    def discard(self, slot: Slot, *, is_network_dead: bool = False) -> None:
        """Close a doubtful connection now and free its place; a dead link makes the idle ones doubtful as well."""
        if not self._forget(slot):
            return
        self.discarded += 1
        slot.connection.abort()
        if is_network_dead:
            for other in self.idle.copy():
                self._forget(other)
                self.discarded += 1
                other.connection.abort()
        self.serve()

    def lost(self, slot: Slot) -> None:
        """A connection ended by itself: free its place if it was idle, and trust no older one without asking."""
        for other in self.idle:
            other.returned_at = float("-inf")
        if slot.state is IDLE:
            self.discard(slot)

    def serve(self) -> None:
        """Give waiters what there is, and order what is missing."""
        waiters = self.waiters
        while waiters and not waiters[0].is_waiting():
            waiters.popleft()
        if self.is_closing:
            return
        now = monotonic()
        self._serve_from_idle(now)
        wanted = len(waiters) - self.connecting - self.checking
        if self.size + max(wanted, 0) < self.min_size:
            wanted = self.min_size - self.size
        wanted = min(wanted, self.max_size - self.size)
        if wanted <= 0:
            return
        if now < self.retry_at:
            self.serve_later(self.retry_at - now)
            return
        if self.failures:
            # One attempt is enough to learn whether the server is back.
            wanted = min(wanted, 1 - self.connecting)
        for _ in range(wanted):
            self.connecting += 1
            self.start_connecting()

    def expire(self, now: float) -> None:
        """Close idle connections that rested or lived too long; keep `min_size` alive."""
        idle_timeout = self.config.idle_timeout
        for slot in self.idle.copy():
            rested = idle_timeout is not None and now - slot.returned_at > idle_timeout and self.size > self.min_size
            if rested or now >= slot.expires_at or not slot.connection.is_open():
                self.retire(slot)
        self.serve()

    def close_idle(self, error: InterfaceError) -> None:
        """Begin to close: nobody is served any more, idle connections go."""
        self.is_closing = True
        while self.waiters:
            waiter = self.waiters.popleft()
            if waiter.is_waiting():
                waiter.fail(error)
        for slot in self.idle.copy():
            self.retire(slot)

    def _serve_from_idle(self, now: float) -> None:
        idle, waiters = self.idle, self.waiters
        while idle and len(waiters) > self.checking:
            slot = idle.pop()
            if not slot.connection.is_open():
                self._close_place(slot)
                self.discarded += 1
                slot.connection.abort()
            elif now >= slot.expires_at:
                self._close_place(slot)
                self.start_closing(slot)
            elif now - slot.returned_at > self.ping_after or not slot.connection.is_quiet():
                slot.state = CLEANING
                self.checking += 1
                self.start_checking(slot)
            else:
                self._hand_over(slot, now)

    def _hand_over(self, slot: Slot, now: float) -> None:
        waiters = self.waiters
        while waiters:
            waiter = waiters.popleft()
            if waiter.is_waiting():
                slot.state = LEASED
                slot.since = now
                self.acquired += 1
                waiter.give(slot, now)
                return
        slot.state = IDLE
        slot.statement = None
        self.idle.append(slot)

    def _take_back(self, slot: Slot) -> None:
        if self.is_closing and slot.connection.is_usable():
            self.retire(slot)
        elif slot.connection.is_open():
            slot.state = CLEANING
            self.start_cleaning(slot)
        else:
            self.discard(slot)

    def _forget(self, slot: Slot) -> bool:
        if slot.state is CLOSED:
            return False
        if slot.state is IDLE:
            self.idle.remove(slot)
        self._close_place(slot)
        return True

    def _close_place(self, slot: Slot) -> None:
        slot.state = CLOSED
        slot.task = None
        self.slots.discard(slot)
