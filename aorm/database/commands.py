"""Sending the commands of the state machine: each to its end, whoever is cancelled meanwhile."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from aorm.database.observing import Observed, Observer
from aorm.database.shielding import complete
from aorm.exceptions import CommitUnknown, ConnectionLost, Error

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Sequence

    from aorm.database.pool import Pool
    from aorm.database.transaction import Command, Steps, Transaction
    from aorm.dialects.base.sessions import Sessions, TransactionOptions
    from aorm.drivers.answers import Answer
    from aorm.drivers.protocol import DriverConnection

__all__ = ["Sender", "run_steps", "spell"]


def spell(command: Command, sessions: Sessions, options: TransactionOptions) -> str:
    """Return the SQL of a command."""
    match command.kind:
        case "begin":
            return sessions.begin(options)
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


class Sender:
    """Sends commands on one connection, and tells the state machine what became of COMMIT."""

    def __init__(
        self,
        connection: DriverConnection,
        pool: Pool,
        transaction: Transaction,
        observers: Sequence[Observer],
    ) -> None:
        """Send on `connection`, which is of `pool`."""
        self.connection = connection
        self.pool = pool
        self.config = pool.config
        self.transaction = transaction
        self.watched = Observed(connection, observers) if observers else connection
        self.cancelled: asyncio.CancelledError | None = None

    async def send(self, command: Command, sql: str) -> Error | None:
        """Send one command and wait for its answer; return the error it gave."""
        config = self.config
        if not self.connection.is_open():
            return ConnectionLost(f"database {config.alias!r}: the connection was lost")
        answer = self.watched.start(sql)
        if command.kind in ("rollback", "rollback_to"):
            is_done, cancelled = await complete(answer, config.cleanup_timeout, config.cancel_grace)
        else:
            expected = self.pool.expected
            if config.commit_timeout is not None:
                expected[answer] = monotonic() + config.commit_timeout
            is_done, cancelled = await complete(answer, None, config.cancel_grace)
            expected.pop(answer, None)
        self.cancelled = self.cancelled or cancelled
        error: Error | None
        if is_done:
            error = _error_of(answer)
        else:
            self.connection.abort()
            error = ConnectionLost(f"database {config.alias!r}: no answer to {sql}")
        return self._judge_commit(answer, error) if command.kind == "commit" else error

    def _judge_commit(self, answer: Answer[str], error: Error | None) -> Error | None:
        transaction = self.transaction
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
            f"database {self.config.alias!r}: COMMIT was sent and its answer never came: {error}",
            sqlstate=error.sqlstate,
            outcome="unknown",
        )
        unknown.__cause__ = error
        return unknown


async def run_steps(
    steps: Steps, sender: Sender | None, sessions: Sessions, options: TransactionOptions
) -> asyncio.CancelledError | None:
    """Send what the state machine yields; return the first cancellation that came meanwhile.

    What the machine raises is raised, unless there was a cancellation: that must never get lost.
    """
    error: Error | None = None
    try:
        while True:
            command = next(steps) if error is None else steps.send(error)
            if sender is None:
                raise AssertionError(f"{command} without a connection")
            error = await sender.send(command, spell(command, sessions, options))
    except StopIteration:
        return sender.cancelled if sender is not None else None
    except Error as failure:
        if sender is not None and sender.cancelled is not None:
            raise sender.cancelled from failure
        raise


def _error_of(answer: Answer[str]) -> Error | None:
    error = answer.exception()
    if error is not None and not isinstance(error, Error):
        raise error
    return error
