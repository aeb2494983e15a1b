"""asyncpg, as the database floor wants it: cancellation that settles, our errors, sockets that notice dead links."""

from __future__ import annotations

import asyncio
import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import asyncpg

from aorm.drivers.answers import Answer, Errand
from aorm.drivers.asyncpg_errors import translate, translate_connecting
from aorm.drivers.asyncpg_moments import Moments
from aorm.drivers.sockets import close_without_loop, keep_alive, poller_for
from aorm.exceptions import Error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from aorm.drivers.protocol import Adapter, ConnectionPlan

__all__ = ["DRIVER", "AsyncpgConnection", "AsyncpgDriver"]

# These travel in the DSN, where asyncpg reads them as libpq does; all other options are settings of the session.
_DSN_OPTIONS = frozenset(
    {
        "gsslib",
        "krbsrvname",
        "passfile",
        "service",
        "servicefile",
        "ssl_max_protocol_version",
        "ssl_min_protocol_version",
        "sslcert",
        "sslcrl",
        "sslkey",
        "sslmode",
        "sslnegotiation",
        "sslpassword",
        "sslrootcert",
        "target_session_attrs",
    }
)

_NEVER_PREPARED = "26000"
_DATETIME = datetime.datetime
_OUTDATED = (asyncpg.exceptions.OutdatedSchemaCacheError, asyncpg.exceptions.InvalidCachedStatementError)


class AsyncpgCursor:
    """A portal, fetched piece by piece; lives inside a transaction."""

    __slots__ = ("_connection", "_cursor", "_is_done")

    def __init__(self, connection: AsyncpgConnection, cursor: Any) -> None:
        """Take over an open cursor of asyncpg."""
        self._connection = connection
        self._cursor: Any = cursor
        self._is_done = False

    def columns(self) -> list[str]:
        """Return the names of the columns, while the portal is open."""
        return [column.name for column in self._cursor._state._get_attributes()]

    async def fetch(self, count: int) -> list[Any]:
        """Return up to `count` further rows."""
        try:
            rows: list[Any] = await self._cursor.fetch(count)
        except Exception as error:
            raise self._connection.explain(error) from error
        self._is_done = len(rows) < count
        return rows

    async def close(self) -> None:
        """Close the portal, so that the server forgets it before the transaction ends."""
        cursor, self._cursor = self._cursor, None
        if cursor is None or not self._connection.is_open():
            return
        try:
            # asyncpg closes portals only with their transaction; inside atomic() that may be far away.
            await cursor._close_portal(None)
        except Exception as error:
            raise self._connection.explain(error) from error


class AsyncpgConnection:
    """One connection of asyncpg."""

    __slots__ = (
        "_bind_execute",
        "_closed_by_us",
        "_loop",
        "_moments",
        "_poller",
        "_prepared",
        "_protocol",
        "_raw",
        "_record_class",
        "_transport",
        "is_in_transaction",
    )

    def __init__(self, raw: Any, loop: asyncio.AbstractEventLoop, adapt: Adapter | None = None) -> None:
        """Take over a connection that was just made; `adapt` says what moments without a zone mean."""
        self._raw = raw
        self._loop = loop
        self._protocol = raw._protocol
        self._transport = raw._transport
        self._closed_by_us = False
        self._poller = poller_for(self._transport)
        self.is_in_transaction: Callable[[], bool] = self._protocol.is_in_transaction
        # What Connection.fetch() and .execute() come to for a statement that is prepared already, ten calls later: a
        # fifth of what asyncpg costs. Nobody else uses this connection meanwhile, so its lock is not missed.
        self._bind_execute = self._protocol.bind_execute
        self._prepared = raw._stmt_cache.get
        self._record_class = self._protocol.get_record_class()
        self._moments = Moments(raw, adapt)

    @property
    def raw(self) -> Any:
        """The connection as asyncpg made it."""
        return self._raw

    async def fetch(self, sql: str, parameters: Sequence[Any] = (), preamble: Sequence[str] = ()) -> list[Any]:
        """Run a statement and return its rows."""
        try:
            if preamble:
                await self._raw.execute("; ".join(preamble))
            statement = self._prepared((sql, self._record_class, False))
            rows: list[Any]
            if statement is None or self._raw._query_loggers:
                parameters = await self._moments.prepared(sql, parameters)
                rows = await self._raw.fetch(sql, *parameters)
            else:
                for place in self._moments[statement]:
                    # As is_certain() says, without the call: here come the statements of models, which are certain.
                    value = parameters[place] if place < len(parameters) else None
                    if value is not None and (value.__class__ is not _DATETIME or value.tzinfo is None):
                        parameters = self._moments.checked(statement, parameters)
                        break
                rows = await self._bind_execute(statement, parameters, "", 0, False, None)
        except Error:
            raise
        except Exception as error:
            if not await self._can_heal(error):
                raise self.explain(error) from error
        else:
            return rows
        rows = await self._healed(self._raw.fetch, sql, parameters)
        return rows

    async def fetch_named(
        self, sql: str, parameters: Sequence[Any] = (), preamble: Sequence[str] = ()
    ) -> tuple[list[str], list[Any]]:
        """Run a statement and return the names of its columns and its rows; unnamed, so that the server keeps none."""
        try:
            if preamble:
                await self._raw.execute("; ".join(preamble))
            statement = await self._raw.prepare(sql, name="")
            parameters = self._moments.checked(statement._state, parameters)
            rows: list[Any] = await statement.fetch(*parameters)
        except Error:
            raise
        except Exception as error:
            raise self.explain(error) from error
        return [column.name for column in statement.get_attributes()], rows

    async def execute(self, sql: str, parameters: Sequence[Any] = (), preamble: Sequence[str] = ()) -> int:
        """Run a statement and return the number of rows it affected; without parameters, several at once."""
        try:
            if preamble:
                await self._raw.execute("; ".join(preamble))
            statement = self._prepared((sql, self._record_class, False)) if parameters else None
            if statement is None or self._raw._query_loggers:
                parameters = await self._moments.prepared(sql, parameters)
                status: str = await self._raw.execute(sql, *parameters)
            else:
                for place in self._moments[statement]:
                    # As is_certain() says, without the call: here come the statements of models, which are certain.
                    value = parameters[place] if place < len(parameters) else None
                    if value is not None and (value.__class__ is not _DATETIME or value.tzinfo is None):
                        parameters = self._moments.checked(statement, parameters)
                        break
                status = (await self._bind_execute(statement, parameters, "", 0, True, None))[1].decode()
        except Error:
            raise
        except Exception as error:
            if not await self._can_heal(error):
                raise self.explain(error) from error
            status = await self._healed(self._raw.execute, sql, parameters)
        count = status.rpartition(" ")[2]
        return int(count) if count.isdecimal() else 0

    async def execute_many(self, sql: str, rows: Iterable[Sequence[Any]], preamble: Sequence[str] = ()) -> None:
        """Run a statement once for each row of parameters; asyncpg makes that one implicit transaction."""
        try:
            if preamble:
                await self._raw.execute("; ".join(preamble))
            await self._raw.executemany(sql, await self._moments.rows(sql, rows))
        except Error:
            raise
        except Exception as error:
            raise self.explain(error) from error

    async def open_cursor(
        self, sql: str, parameters: Sequence[Any] = (), preamble: Sequence[str] = ()
    ) -> AsyncpgCursor:
        """Open a portal; a transaction must be open, or be opened by the preamble."""
        try:
            if preamble:
                await self._raw.execute("; ".join(preamble))
            cursor = await self._raw.cursor(sql, *await self._moments.prepared(sql, parameters))
        except Error:
            raise
        except Exception as error:
            raise self.explain(error) from error
        return AsyncpgCursor(self, cursor)

    def start(self, sql: str) -> Answer[str]:
        """Send a control statement now, out of reach of the caller's cancellation."""
        return Errand(self._raw.execute(sql), self.explain)

    async def settle(self) -> None:
        """Wait until the server has confirmed the end of a cancelled statement."""
        while self._protocol._is_cancelling():
            await self._protocol._wait_for_cancellation()

    async def close(self) -> None:
        """Say good-bye to the server and wait for the socket to close."""
        self._closed_by_us = True
        try:
            await self._raw.close()
        except Exception as error:
            raise self.explain(error) from error

    def abort(self) -> None:
        """Close the socket now."""
        self._closed_by_us = True
        self._raw.terminate()

    def abandon(self, *, is_child: bool = False) -> None:
        """Close the socket without the loop; in a forked child without a word on the session, the parent's."""
        self._closed_by_us = True
        # Without these two, asyncpg's __del__ would warn, and then send Terminate on the parent's session.
        self._raw._aborted = True
        self._raw._protocol = None
        close_without_loop(self._transport)

    def is_open(self) -> bool:
        """Tell whether the socket is open, as far as the loop knows."""
        connected: bool = not self._closed_by_us and self._protocol.is_connected()
        return connected

    def is_quiet(self) -> bool:
        """Ask the socket whether there is something to read: the loop, if it was kept busy, may not have looked yet."""
        return self._poller is None or not self._poller.poll(0)

    def is_usable(self) -> bool:
        """Tell whether the connection is open, idle, and in no transaction."""
        protocol = self._protocol
        return (
            not self._closed_by_us
            and protocol.is_connected()
            and not self.is_in_transaction()
            and not protocol._is_cancelling()
        )

    def on_lost(self, callback: Callable[[], None]) -> None:
        """Have `callback` called when the socket closes by itself."""

        def lost(_: object) -> None:
            if not self._closed_by_us:
                callback()

        self._raw.add_termination_listener(lost)

    def explain(self, error: Exception) -> Exception:
        """Return our exception for one of asyncpg's."""
        return translate(error, is_closed=not self.is_open())

    async def _can_heal(self, error: Exception) -> bool:
        """Tell whether the statement did not run and would after forgetting what was prepared, which is done here.

        DDL outran its plan (0A000), it vanished from the session, as behind a pooler or after DEALLOCATE, or a
        composite type changed.
        """
        is_outdated = isinstance(error, _OUTDATED)
        if not is_outdated and getattr(error, "sqlstate", None) != _NEVER_PREPARED:
            return False
        if is_outdated:
            # As asyncpg does, in a transaction too: the next one must not meet the same plan.
            await self._raw.reload_schema_state()
        return not self.is_in_transaction() and self.is_open()

    async def _healed(self, run: Callable[..., Any], sql: str, parameters: Sequence[Any]) -> Any:
        try:
            await self._raw.reload_schema_state()
            return await run(sql, *parameters)
        except Exception as error:
            raise self.explain(error) from error


class AsyncpgDriver:
    """Connects with asyncpg."""

    name = "asyncpg"
    needs_ping = True

    async def connect(self, plan: ConnectionPlan) -> AsyncpgConnection:
        """Make a connection, set its socket up, run what the dialect wants run."""
        dsn_options = {name: value for name, value in plan.options.items() if name in _DSN_OPTIONS}
        session = {name: value for name, value in plan.options.items() if name not in _DSN_OPTIONS}
        place = f"{plan.host or 'local socket'}:{plan.port or 5432}/{plan.database}"
        loop = asyncio.get_running_loop()
        try:
            raw = await asyncpg.connect(
                f"postgresql://?{urlencode(dsn_options)}" if dsn_options else None,
                host=plan.host,
                port=plan.port,
                user=plan.user,
                password=plan.password,
                database=plan.database or None,
                timeout=plan.connect_timeout,  # pyright: ignore[reportArgumentType]
                statement_cache_size=plan.statement_cache_size,
                server_settings={**plan.startup_parameters, **session},
            )
        except Exception as error:
            raise translate_connecting(error, plan.alias, place) from error
        connection = AsyncpgConnection(raw, loop, plan.adapters.get(datetime.datetime))
        try:
            keep_alive(raw._transport)
            if plan.setup:
                await connection.execute("; ".join(plan.setup))
        except BaseException:
            connection.abort()
            raise
        return connection

    def keep(self, plan: ConnectionPlan) -> None:
        """Hold nothing: the server keeps its databases."""
        return


DRIVER = AsyncpgDriver()
