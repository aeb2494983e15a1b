"""The nesting of atomic blocks as a state machine, sans I/O: blocks enter and leave, commands come out.

The rules are those of Django's `atomic` (django.db.transaction, 6.1): savepoints, `savepoint=False`, `durable`,
needs-rollback, callbacks bound to savepoints. One thing differs: nothing is sent before it is needed. BEGIN and
SAVEPOINT wait in `unsent` until a statement follows, so a block without statements costs no round trip, and entering a
block never performs I/O.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from aorm.exceptions import ConnectionLost, Error, TransactionManagementError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

__all__ = ["Block", "Callback", "Command", "Outcome", "Steps", "Transaction", "lock_refusal"]

Outcome: TypeAlias = Literal["committed", "rolled_back", "unknown"]
CommandKind: TypeAlias = Literal["begin", "commit", "rollback", "savepoint", "release", "rollback_to"]

BROKEN = "An error occurred in the current transaction. You can't execute queries until the end of the 'atomic' block."
OUTSIDE = "The rollback flag doesn't work outside of an 'atomic' block."
DURABLE = "A durable atomic block cannot be nested within another atomic block."


NOT_LOCKABLE = "select_for_update cannot be used outside of a transaction."


def lock_refusal() -> TransactionManagementError:
    """Return the error for row locks outside a transaction."""
    return TransactionManagementError(NOT_LOCKABLE)


class Command(NamedTuple):
    """Something to send."""

    kind: CommandKind
    name: str = ""


Steps: TypeAlias = "Generator[Command, Error | None, None]"
"""Commands to send one after another; what goes back in is the error each gave, or None."""


class Callback(NamedTuple):
    """What `on_commit` registered, and the savepoints that were open then."""

    savepoints: frozenset[str]
    function: Callable[[], Any]
    is_robust: bool


class Block:
    """One `atomic()` that was entered; what `async with atomic() as block` gives."""

    __slots__ = (
        "allows_durable",
        "has_foreign_writes",
        "index",
        "is_abandoned",
        "is_closed",
        "is_manual",
        "name",
        "parent",
        "place",
        "scope",
        "was_rolled_back",
    )

    def __init__(self, scope: Any, parent: Block | None, index: int, name: str | None) -> None:
        """Stand at `index` of the stack of `scope`; `name` is that of the savepoint, if this block has one."""
        self.scope = scope
        self.parent = parent
        self.index = index
        self.name = name
        self.place: tuple[str, int] = ("", 0)
        self.is_closed = False
        self.is_abandoned = False
        """Whether nobody can leave it any more: then it counts as not there."""
        self.is_manual = False
        self.allows_durable = False
        self.has_foreign_writes = False
        self.was_rolled_back = False

    @property
    def outcome(self) -> Outcome | None:
        """Return "committed", "rolled_back", "unknown", or None while that is open.

        A nested block is committed when the outermost one is.
        """
        if self.was_rolled_back:
            return "rolled_back"
        outcome: Outcome | None = self.scope.transaction.outcome
        return outcome

    def describe(self) -> str:
        """Return where the block was opened."""
        path, line = self.place
        return f"atomic() at {path}:{line}" if path else "atomic()"

    def __repr__(self) -> str:
        """Show where the block was opened and what became of it."""
        state = self.outcome or ("closed" if self.is_closed else "open")
        return f"<{self.describe()}: {state}>"


class Transaction:
    """One transaction: the stack of its blocks, what waits to be sent, what is to be done after COMMIT."""

    def __init__(self) -> None:
        """Begin before BEGIN."""
        self.stack: list[Block] = []
        self.unsent: list[Command] = [Command("begin")]
        self.has_begun = False
        """Whether BEGIN was sent, or is being sent: from then on the connection is not clean."""
        self.needs_rollback = False
        self.rollback_error: BaseException | None = None
        self.loss: BaseException | None = None
        """Why the transaction ended before its blocks did: the connection broke, or the database rolled back."""
        self.complaint: Error | None = None
        """What must be raised on a quiet exit, since the exit will not do what was asked."""
        self.callbacks: list[Callback] = []
        self.outcome: Outcome | None = None
        self._savepoints = 0

    @property
    def top(self) -> Block:
        """The innermost open block."""
        return self.stack[-1]

    def enter(self, scope: Any, parent: Block | None, *, savepoint: bool) -> Block:
        """Open a block below `parent`; the outermost one has none.

        Raises `TransactionManagementError` when the innermost open block is another task's.
        """
        stack = self.stack
        if parent is None:
            block = Block(scope, None, 0, None)
        else:
            if stack[-1] is not parent:
                raise TransactionManagementError(
                    f"another task has opened {stack[-1].describe()} inside {parent.describe()}, and has not left it: "
                    "two tasks cannot have savepoints open in one transaction at once. Let them take turns, or open "
                    "one of them outside of the transaction with detached()."
                )
            name = None
            if savepoint and not self.needs_rollback:
                name = self.savepoint()
            block = Block(scope, parent, len(stack), name)
        stack.append(block)
        return block

    def savepoint(self) -> str:
        """Order a savepoint; return its name."""
        self._savepoints += 1
        name = f"s{self._savepoints}"
        self.unsent.append(Command("savepoint", name))
        return name

    def clean_savepoints(self) -> None:
        """Begin the names of savepoints anew, if none is open."""
        if all(block.name is None for block in self.stack) and self.unsent in ([], [Command("begin")]):
            self._savepoints = 0

    def take_unsent(self) -> list[Command]:
        """Return what has to be sent before the next statement; it counts as sent from now on."""
        commands = self.unsent
        if commands:
            self.unsent = []
            self.has_begun = True
        return commands

    def check(self) -> None:
        """Raise if statements cannot be run now."""
        if self.needs_rollback or self.loss is not None:
            raise TransactionManagementError(BROKEN) from (self.rollback_error or self.loss)

    def lose(self, reason: BaseException) -> None:
        """The transaction has ended on the database's side, without COMMIT."""
        if self.loss is None:
            self.loss = reason

    def on_commit(self, function: Callable[[], Any], *, robust: bool) -> None:
        """Keep a callback, bound to the savepoints that are open."""
        names = frozenset(block.name for block in self.stack if block.name is not None)
        self.callbacks.append(Callback(names, function, robust))

    def leave(self, block: Block, *, failed: bool) -> Steps:
        """Close the innermost block: yield what to send, raise what the exit must raise."""
        self.stack.pop()
        block.is_closed = True
        if block.index == 0:
            yield from self._end(block, failed=failed)
        elif failed or self.needs_rollback or self.loss is not None:
            self.needs_rollback = False
            yield from self._undo_block(block)
        elif block.name is not None:
            yield from self._release_block(block, block.name)

    def finish(self, *, keep: bool) -> Steps:
        """End the transaction by COMMIT or ROLLBACK."""
        if self.loss is not None:
            self._rolled_back()
        elif not self.has_begun:
            self.unsent = []
            if keep:
                self.outcome = "committed"
            else:
                self._rolled_back()
        elif keep:
            yield from self._commit()
        else:
            yield Command("rollback")
            self._rolled_back()

    def roll_back_to(self, name: str) -> Steps:
        """Undo what came after a savepoint, which stays; raise if the database refuses."""
        index = self._unsent_index(name)
        if index is not None:
            del self.unsent[index + 1 :]
        else:
            error = yield Command("rollback_to", name)
            if error is not None:
                raise error
        self._forget_callbacks(name)

    def release(self, name: str) -> Steps:
        """Give up a savepoint, its work kept; raise if the database refuses."""
        index = self._unsent_index(name)
        if index is not None:
            del self.unsent[index:]
            return
        error = yield Command("release", name)
        if error is not None:
            raise error

    def _end(self, block: Block, *, failed: bool) -> Steps:
        keep = not failed and not self.needs_rollback and self.complaint is None
        self.needs_rollback = False
        yield from self.finish(keep=keep)
        if not failed and self.complaint is not None:
            raise self.complaint

    def _commit(self) -> Steps:
        error = yield Command("commit")
        if error is None:
            if self.outcome is None:  # the runner may know better: an aborted transaction answers COMMIT by ROLLBACK
                self.outcome = "committed"
            return
        if self.outcome is None:
            if not isinstance(error, ConnectionLost):
                # SQLite keeps the transaction open after a COMMIT that failed; elsewhere this does no harm.
                yield Command("rollback")
            self._rolled_back()
        raise error

    def _undo_block(self, block: Block) -> Steps:
        block.was_rolled_back = True
        if block.name is None:
            self.needs_rollback = True
            return
        if self.loss is None:
            index = self._unsent_index(block.name)
            if index is not None:
                del self.unsent[index:]
            else:
                # Releasing spares the server a savepoint that nobody will use again.
                error = (yield Command("rollback_to", block.name)) or (yield Command("release", block.name))
                if error is not None:
                    self.needs_rollback = True
        self._forget_callbacks(block.name)
        if block.has_foreign_writes:
            self._complain_about_foreign_writes(block)

    def _release_block(self, block: Block, name: str) -> Steps:
        index = self._unsent_index(name)
        if index is not None:
            del self.unsent[index:]
            return
        error = yield Command("release", name)
        if error is None:
            return
        undone = (yield Command("rollback_to", name)) or (yield Command("release", name))
        if undone is not None:
            self.needs_rollback = True
        block.was_rolled_back = True
        self._forget_callbacks(name)
        raise error

    def _complain_about_foreign_writes(self, block: Block) -> None:
        self.needs_rollback = True
        self.complaint = TransactionManagementError(
            f"another task wrote while {block.describe()} was open, and its work was rolled back with that block: the "
            "whole transaction was rolled back. Let the tasks take turns, or open one of them outside of the "
            "transaction with detached()."
        )
        self.rollback_error = self.complaint

    def _rolled_back(self) -> None:
        self.outcome = "rolled_back"
        self.callbacks = []

    def _forget_callbacks(self, name: str) -> None:
        self.callbacks = [callback for callback in self.callbacks if name not in callback.savepoints]

    def _unsent_index(self, name: str) -> int | None:
        command = Command("savepoint", name)
        return self.unsent.index(command) if command in self.unsent else None
