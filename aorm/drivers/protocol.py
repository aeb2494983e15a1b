"""What a driver offers to the database floor: connections, and what can be done with each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    from aorm.drivers.answers import Answer

__all__ = ["Adapter", "ConnectionPlan", "Driver", "DriverConnection", "DriverCursor", "Keeper", "Row", "SQLFunction"]

Row: TypeAlias = Sequence[Any]
"""One row: indexable, iterable, unpackable; `asyncpg.Record` or `tuple`."""


Adapter: TypeAlias = Callable[[Any], Any]
"""Turns a value that a program gave into one that means the same to the database on every machine."""


class SQLFunction(Protocol):
    """A Python function that SQL may call, on databases that live in this process."""

    @property
    def name(self) -> str: ...
    @property
    def arity(self) -> int: ...
    @property
    def callable(self) -> Any: ...
    @property
    def deterministic(self) -> bool: ...
    @property
    def is_aggregate(self) -> bool: ...
    @property
    def is_substitute(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class ConnectionPlan:
    """Everything needed to make one connection; holds a password, so it is never shown."""

    alias: str
    host: str | None = None
    port: int | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    database: str = ""
    options: Mapping[str, str] = field(default_factory=dict, repr=False)
    startup_parameters: Mapping[str, str] = field(default_factory=dict)
    setup: tuple[str, ...] = ()
    functions: Sequence[SQLFunction] = ()
    statement_cache_size: int = 100
    connect_timeout: float = 10.0
    is_memory: bool = False
    adapters: Mapping[type, Adapter] = field(default_factory=dict)
    """What values of a class become as parameters of statements that a program writes itself."""


class DriverCursor(Protocol):
    """A result that is fetched piece by piece."""

    def columns(self) -> list[str]:
        """Return the names of the columns, while the cursor is open."""
        ...

    async def fetch(self, count: int) -> list[Any]:
        """Return up to `count` further rows; fewer mean that there are no more."""
        ...

    async def close(self) -> None:
        """Free what the cursor holds; the connection stays."""
        ...


class DriverConnection(Protocol):
    """One connection. All errors leave it as `aorm.exceptions.Error`; cancellation passes through unchanged.

    A `preamble` is a few control statements (BEGIN, SAVEPOINT) sent before the statement, in as few round trips as the
    driver can.
    """

    @property
    def raw(self) -> Any:
        """The driver's own connection."""
        ...

    async def fetch(self, sql: str, parameters: Sequence[Any] = (), preamble: Sequence[str] = ()) -> list[Any]:
        """Run a statement and return its rows."""
        ...

    async def fetch_named(
        self, sql: str, parameters: Sequence[Any] = (), preamble: Sequence[str] = ()
    ) -> tuple[list[str], list[Any]]:
        """Run a statement and return the names of its columns and its rows."""
        ...

    async def execute(self, sql: str, parameters: Sequence[Any] = (), preamble: Sequence[str] = ()) -> int:
        """Run a statement and return the number of rows it affected."""
        ...

    async def execute_many(self, sql: str, rows: Iterable[Sequence[Any]], preamble: Sequence[str] = ()) -> None:
        """Run a statement once for each row of parameters, all or none."""
        ...

    async def open_cursor(self, sql: str, parameters: Sequence[Any] = (), preamble: Sequence[str] = ()) -> DriverCursor:
        """Begin a result that is fetched piece by piece."""
        ...

    def start(self, sql: str) -> Answer[str]:
        """Send a control statement at once; nobody's cancellation stops it. The result is the server's command tag."""
        ...

    async def settle(self) -> None:
        """Wait until a cancelled statement has really ended."""
        ...

    async def close(self) -> None:
        """Say good-bye and close."""
        ...

    def abort(self) -> None:
        """Close now, without waiting for anybody."""
        ...

    def abandon(self, *, is_child: bool = False) -> None:
        """Let go of the connection of a dead event loop; in a forked child without touching what the parent shares."""
        ...

    def is_open(self) -> bool:
        """Tell whether the connection is alive, as far as is known without asking."""
        ...

    def is_quiet(self) -> bool:
        """Tell whether nothing has arrived that nobody asked for, as the news of the connection's end."""
        ...

    def is_usable(self) -> bool:
        """Tell whether the connection is alive, idle and outside any transaction."""
        ...

    def is_in_transaction(self) -> bool:
        """Tell whether a transaction is open."""
        ...

    def on_lost(self, callback: Callable[[], None]) -> None:
        """Have `callback` called when the connection ends by itself."""
        ...


class Keeper(Protocol):
    """Holds alive what would vanish with its last connection: a database in memory."""

    def close(self) -> None:
        """Let it vanish."""
        ...


class Driver(Protocol):
    """How one library is spoken to."""

    name: str
    needs_ping: bool
    """Whether a connection may die unseen, as over a network."""

    async def connect(self, plan: ConnectionPlan) -> DriverConnection:
        """Make a connection; errors are `OperationalError` or `ImproperlyConfigured` naming the alias."""
        ...

    def keep(self, plan: ConnectionPlan) -> Keeper | None:
        """Hold a database in memory alive until closed; None where there is nothing to hold."""
        ...
