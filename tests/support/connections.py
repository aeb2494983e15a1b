"""A configured database for tests of the database floor, and the placeholders of both databases."""

from __future__ import annotations

import itertools
import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from aorm.database.databases import aclose_all, databases
from aorm.settings import settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aorm.database.database import Database


@asynccontextmanager
async def open_database(url: str, **options: Any) -> AsyncIterator[Database]:
    """Configure the default database for a block, and close its pools behind it."""
    with settings.override(databases={"default": {"url": url, **options}}):
        try:
            yield databases["default"]
        finally:
            await aclose_all()


def spelled(database: Database, sql: str) -> str:
    """Return `sql` with the placeholders of the database in place of its question marks."""
    if database.vendor == "sqlite":
        return sql
    numbers = itertools.count(1)
    return re.sub(r"\?", lambda _: f"${next(numbers)}", sql)


async def make_counter(database: Database, value: int = 0) -> None:
    """Make a table `counter` with the one row (1, value)."""
    await database.execute("CREATE TABLE counter (id integer PRIMARY KEY, value integer NOT NULL)")
    await database.execute(spelled(database, "INSERT INTO counter VALUES (1, ?)"), (value,))


async def values(database: Database) -> list[int]:
    """Return the values of all counters in order."""
    return [row[0] for row in await database.fetch("SELECT value FROM counter ORDER BY id")]


async def add(database: Database, identifier: int, value: int = 0) -> None:
    """Insert a counter."""
    await database.execute(spelled(database, "INSERT INTO counter VALUES (?, ?)"), (identifier, value))
