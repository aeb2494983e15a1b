"""What happens on the thread of a SQLite connection: opening, statements, cursors, the end. Blocking; no asyncio."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from aorm.exceptions import NotSupportedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aorm.drivers.protocol import Adapter, ConnectionPlan, SQLFunction

__all__ = ["ThreadSide", "native_functions", "open_file", "register_functions", "uri_of"]

# Options of the file's URI; all others belong to the dialect's PRAGMAs.
_URI_OPTIONS = frozenset({"immutable", "mode", "modeof", "nolock", "psow", "vfs"})
_SETUP_PAUSE = 0.01


class ThreadSide:
    """An open connection of `sqlite3`, and the cursors that are open on it."""

    def __init__(self, connection: sqlite3.Connection, adapters: Mapping[type, Adapter] | None = None) -> None:
        """Take over a connection that was just opened; `adapters` say what parameters of their classes become."""
        self.connection = connection
        # Ours, for sqlite3's belong to the whole process, know no time zones, and are deprecated.
        self._adapters = dict(adapters or {})
        self._adapted = frozenset(self._adapters)
        self.cursors: set[sqlite3.Cursor] = set()

    def fetch(self, sql: str, parameters: Sequence[Any], preamble: Sequence[str]) -> list[Any]:
        """Run a statement and return its rows."""
        connection = self.connection
        for text in preamble:
            connection.execute(text)
        if not self._adapted.isdisjoint(map(type, parameters)):
            parameters = self._adapt(parameters)
        cursor = connection.execute(sql, parameters)
        try:
            return cursor.fetchall()
        finally:
            cursor.close()

    def fetch_named(self, sql: str, parameters: Sequence[Any], preamble: Sequence[str]) -> tuple[list[str], list[Any]]:
        """Run a statement and return the names of its columns and its rows."""
        connection = self.connection
        for text in preamble:
            connection.execute(text)
        cursor = connection.execute(sql, self._adapt(parameters))
        try:
            return [column[0] for column in cursor.description or ()], cursor.fetchall()
        finally:
            cursor.close()

    def execute(self, sql: str, parameters: Sequence[Any], preamble: Sequence[str]) -> int:
        """Run a statement and return the number of rows it affected, or gave."""
        connection = self.connection
        for text in preamble:
            connection.execute(text)
        if not self._adapted.isdisjoint(map(type, parameters)):
            parameters = self._adapt(parameters)
        cursor = connection.execute(sql, parameters)
        try:
            if cursor.description is not None:
                rows = cursor.fetchall()
                return cursor.rowcount if cursor.rowcount >= 0 else len(rows)
            return max(cursor.rowcount, 0)
        finally:
            cursor.close()

    def execute_many(self, sql: str, rows: Iterable[Sequence[Any]], preamble: Sequence[str]) -> None:
        """Run a statement once for each row of parameters, all or none."""
        connection = self.connection
        rows = map(self._adapt, rows)
        for text in preamble:
            connection.execute(text)
        if connection.in_transaction:
            connection.executemany(sql, rows).close()
            return
        # Outside a transaction each row would be one of its own; the promise is all or none.
        with contextlib.closing(connection.cursor()) as cursor:
            connection.isolation_level = "IMMEDIATE"
            try:
                cursor.executemany(sql, rows)
                connection.commit()
            finally:
                connection.rollback()  # nothing, after the commit
                connection.isolation_level = None

    def open_cursor(self, sql: str, parameters: Sequence[Any], preamble: Sequence[str]) -> sqlite3.Cursor:
        """Run a statement whose rows are fetched later."""
        connection = self.connection
        for text in preamble:
            connection.execute(text)
        # Known from here on: the task that asked may be cancelled before it gets to see the cursor.
        cursor = connection.cursor()
        self.cursors.add(cursor)
        return cursor.execute(sql, self._adapt(parameters))

    def _adapt(self, parameters: Sequence[Any]) -> Sequence[Any]:
        adapters = self._adapters
        if isinstance(parameters, dict) or self._adapted.isdisjoint(map(type, parameters)):
            return parameters
        return [adapters[value.__class__](value) if value.__class__ in adapters else value for value in parameters]

    def close_cursors(self, *cursors: sqlite3.Cursor) -> None:
        """End the snapshots of some cursors, or of all."""
        for cursor in cursors or tuple(self.cursors):
            self.cursors.discard(cursor)
            cursor.close()

    def control(self, sql: str) -> str:
        """Run a statement of transaction control."""
        self.connection.execute(sql).close()
        return ""

    def close(self) -> None:
        """Roll back what is open, and close the file."""
        # A statement that is still open would keep the closed connection, and its locks, alive.
        self.close_cursors()
        with contextlib.suppress(sqlite3.Error):
            self.connection.rollback()
        self.connection.close()


def open_file(plan: ConnectionPlan) -> sqlite3.Connection:
    """Open the database, run the dialect's PRAGMAs, register the dialect's functions."""
    connection = sqlite3.connect(
        uri_of(plan),
        uri=True,
        timeout=plan.connect_timeout,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=plan.statement_cache_size,
    )
    try:
        deadline = time.monotonic() + plan.connect_timeout
        for statement in plan.setup:
            _run_when_free(connection, statement, deadline)
        register_functions(connection, plan.functions)
    except sqlite3.NotSupportedError as error:
        connection.close()
        raise NotSupportedError(f"database {plan.alias!r}: {error}") from error
    except BaseException:
        connection.close()
        raise
    return connection


def uri_of(plan: ConnectionPlan) -> str:
    """Return the URI of a file, or of a database in memory."""
    options = {name: value for name, value in plan.options.items() if name in _URI_OPTIONS}
    if plan.is_memory:
        # Named by process: in a forked child the database of the parent cannot be reached.
        name = f"{plan.database}-{os.getpid()}"
        if sqlite3.sqlite_version_info >= (3, 36):
            return f"file:/{name}?{urlencode({'vfs': 'memdb'} | options)}"
        return f"file:{name}?{urlencode({'mode': 'memory', 'cache': 'shared'} | options)}"
    return f"file:{quote(plan.database)}" + (f"?{urlencode(options)}" if options else "")


def _run_when_free(connection: sqlite3.Connection, statement: str, deadline: float) -> None:
    """Run a PRAGMA; the change to WAL does not wait for the lock by itself."""
    while True:
        try:
            connection.execute(statement).fetchall()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(_SETUP_PAUSE)
        else:
            return


@cache
def native_functions() -> frozenset[tuple[str, int]]:
    """Return name and number of arguments of every function that this build of SQLite has, -1 for any number."""
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        return frozenset(connection.execute("SELECT lower(name), narg FROM pragma_function_list").fetchall())


def register_functions(connection: sqlite3.Connection, functions: Iterable[SQLFunction]) -> None:
    """Let SQL call these functions on the connection; substitutes only where this build has none of its own."""
    for function in functions:
        name, arity = function.name, function.arity
        if function.is_substitute and (name.lower(), arity) in native_functions():
            continue
        if function.is_aggregate:
            connection.create_aggregate(name, arity, function.callable)
        else:
            connection.create_function(name, arity, function.callable, deterministic=function.deterministic)
