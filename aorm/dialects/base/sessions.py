"""How a database spells what concerns a session: set-up, transactions, savepoints, reset. Nothing is sent here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re
    from collections.abc import Mapping

__all__ = ["DEFAULT_TRANSACTION", "SessionOptions", "Sessions", "TransactionOptions"]

ISOLATION_LEVELS = {
    "read_uncommitted": "READ UNCOMMITTED",
    "read_committed": "READ COMMITTED",
    "repeatable_read": "REPEATABLE READ",
    "serializable": "SERIALIZABLE",
}


@dataclass(frozen=True, slots=True)
class TransactionOptions:
    """What the outermost `atomic()` asked of its transaction."""

    isolation: str | None = None
    read_only: bool = False
    deferrable: bool = False

    def __post_init__(self) -> None:
        """Bring the isolation level into one spelling; refuse an unknown one with `ValueError`."""
        if self.isolation is None:
            return
        level = self.isolation.lower().replace(" ", "_").replace("-", "_")
        if level not in ISOLATION_LEVELS:
            raise ValueError(f"unknown isolation level {self.isolation!r}. Choices are: {', '.join(ISOLATION_LEVELS)}.")
        object.__setattr__(self, "isolation", level)


DEFAULT_TRANSACTION = TransactionOptions()


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """What a fresh session must know to be set up."""

    options: Mapping[str, str]
    time_zone: str = "UTC"
    is_memory: bool = False
    is_reader: bool = False
    """True for a connection that must never write; only of meaning where there is a single writer."""
    is_pooled: bool = False
    """True behind a pooler that lends server sessions for a transaction only."""


class Sessions:
    """The standard's spelling; each dialect has its own subclass and one instance of it."""

    ping = "SELECT 1"
    commit = "COMMIT"
    rollback = "ROLLBACK"
    begin_stream = "BEGIN"
    """How the transaction begins that a stream outside `atomic()` needs for its cursor; empty where it needs none."""

    forbid_writes = ""
    """What has a session refuse to write, where BEGIN cannot say so; `restore` undoes it."""

    has_single_writer = False
    """Whether one connection writes while others read, as in SQLite."""

    _session_words: re.Pattern[str] | None = None

    def begin(self, options: TransactionOptions) -> str:
        """Return how a transaction begins."""
        words = ["BEGIN"]
        if options.isolation is not None:
            words.append(f"ISOLATION LEVEL {ISOLATION_LEVELS[options.isolation]}")
        if options.read_only:
            words.append("READ ONLY")
        if options.deferrable:
            words.append("DEFERRABLE")
        return " ".join(words)

    def savepoint(self, name: str) -> str:
        """Return how a savepoint is set."""
        return f"SAVEPOINT {name}"

    def release(self, name: str) -> str:
        """Return how a savepoint is given up, its work kept."""
        return f"RELEASE SAVEPOINT {name}"

    def rollback_to(self, name: str) -> str:
        """Return how the work since a savepoint is undone; the savepoint itself stays."""
        return f"ROLLBACK TO SAVEPOINT {name}"

    def startup_parameters(self, options: SessionOptions) -> Mapping[str, str]:
        """Return the parameters that are sent while connecting."""
        return {}

    def setup(self, options: SessionOptions) -> tuple[str, ...]:
        """Return the statements that a fresh connection runs before anything else."""
        return ()

    def restore(self, options: SessionOptions) -> tuple[str, ...]:
        """Return what brings a session back to how it was made, after something that may have changed it."""
        return ()

    def may_change_session(self, sql: str) -> bool:
        """Tell whether `sql` may leave something behind in its session, so that others need it reset."""
        return self._session_words is not None and self._session_words.search(sql) is not None
