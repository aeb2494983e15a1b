"""The nesting of atomic blocks as a state machine: events in, commands out."""

from __future__ import annotations

from typing import Any

import pytest

from aorm.database.transaction import BROKEN, Block, Command, Steps, Transaction
from aorm.exceptions import ConnectionLost, DatabaseError, Error, TransactionManagementError


class Machine:
    """A transaction whose commands are carried out by a list; `failing` says which give an error."""

    def __init__(self, *failing: str) -> None:
        self.transaction = Transaction()
        self.sent: list[str] = []
        self.failing = list(failing)
        self.blocks: list[Block] = []

    def enter(self, *, savepoint: bool = True) -> Block:
        parent = self.blocks[-1] if self.blocks else None
        block = self.transaction.enter(self, parent, savepoint=savepoint)
        self.blocks.append(block)
        return block

    def statement(self, text: str = "statement") -> None:
        self.transaction.check()
        self.sent += [shown(command) for command in self.transaction.take_unsent()]
        self.sent.append(text)

    def leave(self, *, failed: bool = False) -> None:
        self.run(self.transaction.leave(self.blocks.pop(), failed=failed))

    def run(self, steps: Steps) -> None:
        error: Error | None = None
        try:
            while True:
                command = next(steps) if error is None else steps.send(error)
                text = shown(command)
                self.sent.append(text)
                error = None
                if text in self.failing:
                    self.failing.remove(text)
                    error = DatabaseError(text)
        except StopIteration:
            return


def shown(command: Command) -> str:
    return f"{command.kind} {command.name}".strip()


def test_an_empty_block_sends_nothing() -> None:
    machine = Machine()
    machine.enter()
    machine.leave()
    assert machine.sent == []
    assert machine.transaction.outcome == "committed"


def test_begin_is_sent_with_the_first_statement() -> None:
    machine = Machine()
    machine.enter()
    machine.statement()
    machine.statement()
    machine.leave()
    assert machine.sent == ["begin", "statement", "statement", "commit"]


def test_failure_rolls_back() -> None:
    machine = Machine()
    machine.enter()
    machine.statement()
    machine.leave(failed=True)
    assert machine.sent[-1] == "rollback"
    assert machine.transaction.outcome == "rolled_back"


def test_nested_blocks_are_savepoints() -> None:
    machine = Machine()
    machine.enter()
    machine.enter()
    machine.statement()
    machine.leave()
    machine.enter()
    machine.statement()
    machine.leave(failed=True)
    machine.leave()
    assert machine.sent == [
        "begin",
        "savepoint s1",
        "statement",
        "release s1",
        "savepoint s2",
        "statement",
        "rollback_to s2",
        "release s2",
        "commit",
    ]


def test_an_empty_nested_block_sends_nothing() -> None:
    machine = Machine()
    machine.enter()
    machine.enter()
    machine.leave(failed=True)
    machine.statement()
    machine.leave()
    assert machine.sent == ["begin", "statement", "commit"]


def test_without_savepoint_the_outer_block_is_rolled_back() -> None:
    machine = Machine()
    machine.enter()
    machine.statement()
    machine.enter(savepoint=False)
    machine.leave(failed=True)
    assert machine.transaction.needs_rollback
    with pytest.raises(TransactionManagementError, match="An error occurred in the current transaction"):
        machine.statement()
    machine.leave()
    assert machine.sent == ["begin", "statement", "rollback"]


def test_a_block_in_a_broken_one_gets_no_savepoint() -> None:
    machine = Machine()
    machine.enter()
    machine.transaction.needs_rollback = True
    assert machine.enter().name is None


def test_needs_rollback_ends_at_the_next_savepoint() -> None:
    machine = Machine()
    machine.enter()
    machine.enter()
    machine.statement()
    machine.enter(savepoint=False)
    machine.leave(failed=True)
    machine.leave()
    assert not machine.transaction.needs_rollback
    machine.statement("after")
    machine.leave()
    assert machine.sent == ["begin", "savepoint s1", "statement", "rollback_to s1", "release s1", "after", "commit"]


def test_a_failing_release_is_rolled_back_and_raised() -> None:
    machine = Machine("release s1")
    machine.enter()
    machine.enter()
    machine.statement()
    with pytest.raises(DatabaseError):
        machine.leave()
    assert machine.sent[-3:] == ["release s1", "rollback_to s1", "release s1"]
    assert not machine.transaction.needs_rollback


def test_a_failing_rollback_to_a_savepoint_breaks_the_outer_block() -> None:
    machine = Machine("rollback_to s1")
    machine.enter()
    machine.enter()
    machine.statement()
    machine.leave(failed=True)
    assert machine.transaction.needs_rollback
    machine.leave()
    assert machine.sent[-1] == "rollback"


def test_a_failing_commit_is_rolled_back_and_raised() -> None:
    machine = Machine("commit")
    machine.enter()
    machine.statement()
    with pytest.raises(DatabaseError):
        machine.leave()
    assert machine.sent[-2:] == ["commit", "rollback"]
    assert machine.transaction.outcome == "rolled_back"


def test_a_lost_transaction_sends_nothing_more() -> None:
    machine = Machine()
    machine.enter()
    machine.enter()
    machine.statement()
    machine.transaction.lose(ConnectionLost("gone"))
    with pytest.raises(TransactionManagementError, match="An error occurred") as caught:
        machine.statement()
    assert isinstance(caught.value.__cause__, ConnectionLost)
    machine.leave(failed=True)
    machine.leave(failed=True)
    assert machine.sent == ["begin", "savepoint s1", "statement"]
    assert machine.transaction.outcome == "rolled_back"


def callbacks_of(machine: Machine) -> list[Any]:
    return [callback.function() for callback in machine.transaction.callbacks]


def test_callbacks_of_a_rolled_back_savepoint_are_dropped() -> None:
    machine = Machine()
    machine.enter()
    machine.transaction.on_commit(lambda: "outer", robust=False)
    machine.enter()
    machine.transaction.on_commit(lambda: "inner", robust=False)
    machine.enter()
    machine.transaction.on_commit(lambda: "innermost", robust=False)
    machine.leave()
    machine.leave(failed=True)
    assert callbacks_of(machine) == ["outer"]


def test_callbacks_of_a_failed_block_without_savepoint_go_with_the_surrounding_one() -> None:
    machine = Machine()
    machine.enter()
    machine.enter()
    machine.enter(savepoint=False)
    machine.transaction.on_commit(lambda: "inner", robust=False)
    machine.leave(failed=True)
    machine.leave()
    assert callbacks_of(machine) == []


def test_rolling_back_drops_all_callbacks() -> None:
    machine = Machine()
    machine.enter()
    machine.transaction.on_commit(lambda: "outer", robust=False)
    machine.leave(failed=True)
    assert callbacks_of(machine) == []


def test_savepoints_by_hand() -> None:
    machine = Machine()
    machine.enter()
    machine.statement()
    first = machine.transaction.savepoint()
    machine.statement("one")
    machine.run(machine.transaction.roll_back_to(first))
    second = machine.transaction.savepoint()
    machine.run(machine.transaction.roll_back_to(second))
    machine.run(machine.transaction.release(second))
    machine.run(machine.transaction.release(first))
    machine.leave()
    assert machine.sent == ["begin", "statement", "savepoint s1", "one", "rollback_to s1", "release s1", "commit"]


def test_a_block_must_be_entered_from_the_innermost_one() -> None:
    machine = Machine()
    outer = machine.enter()
    machine.enter()
    with pytest.raises(TransactionManagementError, match="another task"):
        machine.transaction.enter(machine, outer, savepoint=True)


def test_foreign_writes_in_a_rolled_back_savepoint_condemn_the_whole() -> None:
    machine = Machine()
    machine.enter()
    machine.enter().has_foreign_writes = True
    machine.statement()
    machine.leave(failed=True)
    with pytest.raises(TransactionManagementError, match=r"another task wrote"):
        machine.leave()
    assert machine.sent[-1] == "rollback"


def test_outcome_of_blocks() -> None:
    machine = Machine()
    outer = machine.enter()
    first = machine.enter()
    machine.leave()
    second = machine.enter()
    machine.leave(failed=True)
    assert (outer.outcome, first.outcome, second.outcome) == (None, None, "rolled_back")
    machine.leave()
    assert (outer.outcome, first.outcome, second.outcome) == ("committed", "committed", "rolled_back")


def test_message_is_django_s() -> None:
    assert BROKEN == (
        "An error occurred in the current transaction. You can't execute queries until the end of the 'atomic' block."
    )
