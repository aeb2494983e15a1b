"""What a pool must know to make connections and keep them in order, and how it follows from a configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.dialects.base.sessions import SessionOptions, Sessions
from aorm.drivers.protocol import ConnectionPlan
from aorm.exceptions import ImproperlyConfigured
from aorm.settings import settings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aorm.database.config import DatabaseConfig
    from aorm.drivers.protocol import Driver, DriverConnection

__all__ = ["Upkeep", "connection_plan", "upkeep_of"]


class Upkeep:
    """How to connect, to ask whether a connection lives, to roll back, and to bring a session back."""

    __slots__ = ("connect", "needs_ping", "ping", "reset", "rollback")

    def __init__(self, connect: Callable[[], Awaitable[DriverConnection]], *, needs_ping: bool) -> None:
        """Begin with the standard's spelling."""
        self.connect = connect
        self.needs_ping = needs_ping
        self.ping = Sessions.ping
        self.rollback = Sessions.rollback
        self.reset: tuple[str, ...] = ()


def upkeep_of(config: DatabaseConfig, dialect: Any, driver: Driver, *, is_reader: bool) -> Upkeep:
    """Return the upkeep of a database's pool; `is_reader` where there is a writer beside it."""
    plan = connection_plan(config, dialect, is_reader=is_reader)

    async def connect() -> DriverConnection:
        return await driver.connect(plan)

    upkeep = Upkeep(connect, needs_ping=driver.needs_ping)
    upkeep.ping = dialect.sessions.ping
    upkeep.rollback = dialect.sessions.rollback
    upkeep.reset = dialect.sessions.restore(_session_options(config, is_reader=is_reader))
    return upkeep


def connection_plan(config: DatabaseConfig, dialect: Any, *, is_reader: bool) -> ConnectionPlan:
    """Return everything that is needed to make one connection."""
    sessions: Sessions = dialect.sessions
    session = _session_options(config, is_reader=is_reader)
    return ConnectionPlan(
        alias=config.alias,
        host=config.host,
        port=config.port,
        user=config.user,
        password=config.password,
        database=config.name,
        options=config.options,
        startup_parameters=sessions.startup_parameters(session),
        setup=_setup(config, sessions, session),
        functions=getattr(dialect, "functions", ()),
        statement_cache_size=0 if config.pooler == "transaction" else config.statement_cache_size,
        connect_timeout=config.connect_timeout,
        is_memory=config.is_memory,
        adapters=getattr(dialect, "adapters", {}),
    )


def _setup(config: DatabaseConfig, sessions: Sessions, session: SessionOptions) -> tuple[str, ...]:
    try:
        return sessions.setup(session)
    except ImproperlyConfigured as error:
        raise ImproperlyConfigured(f"database {config.alias!r}: {error}") from None


def _session_options(config: DatabaseConfig, *, is_reader: bool) -> SessionOptions:
    return SessionOptions(
        options=config.options,
        time_zone="UTC" if settings.use_tz else settings.time_zone,
        is_memory=config.is_memory,
        is_reader=is_reader,
        is_pooled=config.pooler == "transaction",
    )
