"""The pool's decisions, as a state machine driven by Hypothesis: laws that hold after every step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from aorm.database.config import parse_config
from aorm.database.slots import CLEANING, CLOSED, IDLE, LEASED, Slot, SlotMachine
from aorm.drivers.recording import RecordingConnection, RecordingDriver
from aorm.exceptions import InterfaceError

if TYPE_CHECKING:
    from aorm.drivers.protocol import DriverConnection


class Recorder(SlotMachine):
    """The machine with effects that are only noted."""

    def __init__(self, max_size: int, min_size: int = 0, ping_after: float = 1000.0) -> None:
        config = parse_config("test", {"scheme": "sqlite", "min_size": min_size, "max_size": max_size})
        super().__init__(config, max_size, needs_ping=True)
        self.ping_after = ping_after
        self.attempts: list[float] = []
        self.checks: list[Slot] = []
        self.cleanings: list[Slot] = []
        self.closed: list[Slot] = []
        self.delays: list[float] = []
        self.clock = 0.0

    def start_connecting(self) -> None:
        self.attempts.append(self.clock)

    def start_checking(self, slot: Slot) -> None:
        self.checks.append(slot)

    def start_cleaning(self, slot: Slot) -> None:
        self.cleanings.append(slot)

    def start_closing(self, slot: Slot) -> None:
        self.closed.append(slot)

    def serve_later(self, delay: float) -> None:
        self.delays.append(delay)

    def connect(self) -> Slot:
        """Let the oldest attempt succeed."""
        self.attempts.pop(0)
        slot = self.connected(RecordingConnection(RecordingDriver()))
        assert slot is not None
        return slot


class Waiter:
    def __init__(self, since: float = 0.0) -> None:
        self.since = since
        self.slot: Slot | None = None
        self.error: BaseException | None = None
        self.is_gone = False

    def is_waiting(self) -> bool:
        return self.slot is None and self.error is None and not self.is_gone

    def give(self, slot: Slot, now: float) -> None:
        assert self.is_waiting()
        self.slot = slot

    def fail(self, error: BaseException) -> None:
        self.error = error


def test_a_waiter_orders_a_connection_and_gets_it() -> None:
    machine, waiter = Recorder(2), Waiter()
    machine.join(waiter)
    assert len(machine.attempts) == 1
    slot = machine.connect()
    assert waiter.slot is slot
    assert slot.state is LEASED


def test_no_more_attempts_than_places_or_waiters() -> None:
    machine = Recorder(3)
    for _ in range(10):
        machine.join(Waiter())
    assert len(machine.attempts) == 3
    assert machine.size == 3


def test_first_come_first_served() -> None:
    machine, waiters = Recorder(1), [Waiter() for _ in range(5)]
    for waiter in waiters:
        machine.join(waiter)
    slot = machine.connect()
    for waiter in waiters:
        assert waiter.slot is slot
        machine.checkin(slot)
    assert slot.state is IDLE


def test_a_lease_ends_once() -> None:
    machine, waiter = Recorder(1), Waiter()
    machine.join(waiter)
    slot = machine.connect()
    machine.checkin(slot)
    machine.checkin(slot)
    assert machine.idle == [slot]


def test_who_left_is_passed_over() -> None:
    machine, first, second = Recorder(1), Waiter(), Waiter()
    machine.join(first)
    machine.join(second)
    first.is_gone = True
    assert machine.connect() is second.slot


def test_idle_connections_are_asked_before_use() -> None:
    machine, waiter = Recorder(1, ping_after=0.0), Waiter()
    machine.join(waiter)
    slot = machine.connect()
    machine.checkin(slot)
    slot.returned_at -= 1
    assert machine.checkout(None, None) is None
    waiter = Waiter()
    machine.join(waiter)
    assert machine.checks == [slot]
    assert waiter.slot is None
    machine.checking -= 1
    machine.cleaned(slot)
    assert waiter.slot is slot


def test_a_changed_session_is_cleaned_before_others_get_it() -> None:
    machine, waiter = Recorder(1), Waiter()
    machine.join(waiter)
    slot = machine.connect()
    slot.is_dirty = True
    other = Waiter()
    machine.join(other)
    machine.checkin(slot)
    assert machine.cleanings == [slot]
    assert other.slot is None
    machine.cleaned(slot)
    assert other.slot is slot
    assert not slot.is_dirty


def test_a_dead_link_condemns_the_idle() -> None:
    machine = Recorder(3)
    waiters = [Waiter() for _ in range(3)]
    for waiter in waiters:
        machine.join(waiter)
    first, second, third = (machine.connect() for _ in range(3))
    machine.checkin(first)
    machine.checkin(second)
    machine.discard(third, is_network_dead=True)
    assert {slot.state for slot in (first, second, third)} == {CLOSED}
    assert machine.size == 0


def test_one_that_hung_up_makes_the_others_be_asked() -> None:
    machine = Recorder(2)
    for _ in range(2):
        machine.join(Waiter())
    first, second = machine.connect(), machine.connect()
    machine.checkin(first)
    machine.checkin(second)
    machine.lost(first)
    assert first.state is CLOSED
    assert machine.checkout(None, None) is None
    machine.join(Waiter())
    assert machine.checks == [second]


def test_without_any_connection_a_failed_attempt_is_everybody_s() -> None:
    machine = Recorder(2)
    early, late = Waiter(since=1.0), Waiter(since=3.0)
    machine.join(early)
    machine.join(late)
    error = OSError("refused")
    machine.connect_failed(error, started=2.0)
    assert early.error is error
    assert late.error is None
    machine.connect_failed(error, started=2.5)
    assert late.error is None
    assert machine.delays


def test_with_others_alive_a_failed_attempt_is_nobody_s() -> None:
    machine = Recorder(2)
    holder, waiter = Waiter(), Waiter()
    machine.join(holder)
    slot = machine.connect()
    machine.join(waiter)
    machine.connect_failed(OSError("too many"), started=9.0)
    assert waiter.error is None
    machine.checkin(slot)
    assert waiter.slot is slot


def test_expired_connections_go() -> None:
    machine = Recorder(2)
    machine.join(Waiter())
    slot = machine.connect()
    slot.expires_at = 0.0
    machine.checkin(slot)
    assert machine.checkout(None, None) is None
    machine.expire(1.0)
    assert machine.closed == [slot]
    assert machine.size == 0


def test_rest_has_an_end_but_min_size_stays() -> None:
    machine = Recorder(2, min_size=1)
    for _ in range(2):
        machine.join(Waiter())
    slots = [machine.connect(), machine.connect()]
    for slot in slots:
        machine.checkin(slot)
    machine.expire(slots[0].returned_at + 700)
    assert len(machine.closed) == 1
    assert machine.size == 1


def test_closing() -> None:
    machine = Recorder(1)
    holder, waiter = Waiter(), Waiter()
    machine.join(holder)
    slot = machine.connect()
    machine.join(waiter)
    machine.close_idle(InterfaceError("closed"))
    assert isinstance(waiter.error, InterfaceError)
    machine.checkin(slot)
    assert slot.state is CLOSED
    assert machine.checkout(None, None) is None


class Pool(RuleBasedStateMachine):
    """Anything may happen in any order."""

    @initialize(size=st.integers(1, 4), smallest=st.integers(0, 2))
    def begin(self, size: int, smallest: int) -> None:
        self.machine = Recorder(size, min(size, smallest), ping_after=0.5)
        self.waiters: list[Waiter] = []
        self.leased: list[Slot] = []

    def collect(self) -> None:
        for waiter in self.waiters.copy():
            if waiter.slot is not None:
                self.leased.append(waiter.slot)
            if not waiter.is_waiting():
                self.waiters.remove(waiter)

    @rule()
    def checkout(self) -> None:
        slot = self.machine.checkout("statement", None)
        if slot is not None:
            self.leased.append(slot)
        else:
            waiter = Waiter()
            self.waiters.append(waiter)
            self.machine.join(waiter)
        self.collect()

    @precondition(lambda self: self.machine.attempts)
    @rule()
    def connect(self) -> None:
        self.machine.connect()
        self.collect()

    @precondition(lambda self: self.machine.attempts)
    @rule()
    def fail_to_connect(self) -> None:
        self.machine.attempts.pop(0)
        self.machine.connect_failed(OSError("refused"), started=1.0)
        self.machine.retry_at = 0.0
        self.machine.serve()
        self.collect()

    @precondition(lambda self: self.leased)
    @rule(data=st.data(), dirty=st.booleans(), dead=st.booleans())
    def checkin(self, data: st.DataObject, dirty: bool, dead: bool) -> None:
        slot = self.leased.pop(data.draw(st.integers(0, len(self.leased) - 1)))
        slot.is_dirty = dirty
        if dead:
            slot.connection.abort()
        self.machine.checkin(slot)
        self.collect()

    @precondition(lambda self: self.leased)
    @rule(data=st.data(), network=st.booleans())
    def discard(self, data: st.DataObject, network: bool) -> None:
        slot = self.leased.pop(data.draw(st.integers(0, len(self.leased) - 1)))
        self.machine.discard(slot, is_network_dead=network)
        self.collect()

    @precondition(lambda self: self.waiters)
    @rule(data=st.data())
    def give_up(self, data: st.DataObject) -> None:
        waiter = self.waiters.pop(data.draw(st.integers(0, len(self.waiters) - 1)))
        waiter.is_gone = True
        self.machine.leave(waiter)

    @precondition(lambda self: self.machine.cleanings)
    @rule(works=st.booleans())
    def clean(self, works: bool) -> None:
        slot = self.machine.cleanings.pop()
        if works:
            self.machine.cleaned(slot)
        else:
            self.machine.discard(slot)
        self.collect()

    @precondition(lambda self: self.machine.checks)
    @rule(alive=st.booleans())
    def check(self, alive: bool) -> None:
        slot = self.machine.checks.pop()
        self.machine.checking -= 1
        if alive:
            self.machine.cleaned(slot)
        else:
            self.machine.discard(slot, is_network_dead=True)
        self.collect()

    @rule(index=st.integers(0, 3))
    def rest(self, index: int) -> None:
        if index < len(self.machine.idle):
            self.machine.idle[index].returned_at -= 1000

    @rule(index=st.integers(0, 3))
    def grow_old(self, index: int) -> None:
        if index < len(self.machine.idle):
            self.machine.idle[index].expires_at = 0.0

    @rule()
    def hang_up(self) -> None:
        if self.machine.idle:
            slot = self.machine.idle[-1]
            slot.connection.abort()
            self.machine.lost(slot)
            self.collect()

    @rule()
    def expire(self) -> None:
        from time import monotonic

        self.machine.expire(monotonic())
        self.collect()

    @invariant()
    def never_more_than_allowed(self) -> None:
        machine = self.machine
        assert machine.connecting >= 0
        assert machine.connecting == len(machine.attempts)
        assert machine.checking == len(machine.checks)
        assert len(machine.slots) + machine.connecting <= machine.max_size

    @invariant()
    def every_slot_is_in_one_place(self) -> None:
        machine = self.machine
        by_state = {
            state: {slot for slot in machine.slots if slot.state is state} for state in (IDLE, LEASED, CLEANING)
        }
        assert sum(map(len, by_state.values())) == len(machine.slots)
        assert by_state[IDLE] == set(machine.idle)
        assert len(set(machine.idle)) == len(machine.idle)
        assert by_state[LEASED] == set(self.leased)
        assert len(self.leased) == len(set(self.leased))
        assert by_state[CLEANING] == {*machine.cleanings, *machine.checks}

    @invariant()
    def nobody_waits_for_nothing(self) -> None:
        """Whoever waits is served by a connection that is being made, cleaned or checked, or by one in use."""
        machine = self.machine
        if any(waiter.is_waiting() for waiter in self.waiters):
            assert machine.connecting or machine.checking or machine.cleanings or self.leased or machine.delays


PoolTest = Pool.TestCase
PoolTest.settings = hypothesis_settings(max_examples=80, stateful_step_count=60, deadline=None)


def test_connection_protocol() -> None:
    connection: DriverConnection = RecordingConnection(RecordingDriver())
    assert connection.is_usable()


@pytest.mark.parametrize("state", [IDLE, LEASED, CLEANING, CLOSED])
def test_states_are_words(state: str) -> None:
    assert state.islower()
