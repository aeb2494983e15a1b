"""An independent look at a database: plain drivers, a loop in a thread of its own, nothing of aorm."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Coroutine, Sequence
from contextlib import closing
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit, urlunsplit

import asyncpg

T = TypeVar("T")


class LoopThread:
    """An event loop in a daemon thread, so that tests without a loop, or with another one, can ask PostgreSQL."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, name="test-oracle", daemon=True)
        self.thread.start()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run the coroutine on the thread's loop and return its result."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(timeout=60)

    def close(self) -> None:
        """Stop the loop and its thread."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


class PostgresOracle:
    """One connection of its own to a PostgreSQL database."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._thread = LoopThread()
        self._connection: Any = self._thread.run(asyncpg.connect(url))

    def execute(self, sql: str) -> None:
        """Run one or several statements without parameters."""
        self._thread.run(self._connection.execute(sql))

    def fetch(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Return the rows of a statement with `$1` parameters."""
        return [tuple(row) for row in self._thread.run(self._connection.fetch(sql, *parameters))]

    def reset_schema(self) -> None:
        """Drop everything in the public schema, ending whoever still holds locks there."""
        self.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        self.execute("DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public")

    def close(self) -> None:
        """Close the connection and its thread."""
        self._thread.run(self._connection.close())
        self._thread.close()


class SQLiteOracle:
    """A connection per question to a SQLite file."""

    def __init__(self, path: str) -> None:
        self.path = path

    def execute(self, sql: str) -> None:
        """Run one or several statements without parameters."""
        with closing(sqlite3.connect(self.path, timeout=10)) as connection:
            connection.executescript(sql)
            connection.commit()

    def fetch(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Return the rows of a statement with `?` parameters."""
        with closing(sqlite3.connect(self.path, timeout=10)) as connection:
            return connection.execute(sql, _bindable(parameters)).fetchall()

    def close(self) -> None:
        """Nothing is held between questions."""


def oracle_for(url: str) -> PostgresOracle | SQLiteOracle:
    """Return an oracle for the database of this URL."""
    if url.startswith("sqlite"):
        return SQLiteOracle(unquote(url.removeprefix("sqlite:///")))
    return PostgresOracle(url)


def with_database(url: str, name: str) -> str:
    """Return the PostgreSQL URL with another database name."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _bindable(parameters: Sequence[object]) -> tuple[Any, ...]:
    return tuple(parameters)
