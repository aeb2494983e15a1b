"""Make the tables and fill them, and take them away."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import aorm
from benchmarks.models import MODELS, Author, Book
from benchmarks.places import is_sqlite
from benchmarks.workload import AUTHORS, BOOKS, COLUMNS, author_name, make_rows

if TYPE_CHECKING:
    import asyncio


def configure(url: str) -> None:
    """Point aorm at the database. On PostgreSQL nobody waits for the disk at COMMIT, so that code is compared."""
    if not is_sqlite(url):
        url += ("&" if urlsplit(url).query else "?") + "synchronous_commit=off"
    aorm.configure(url)


def make_tables(runner: asyncio.Runner) -> None:
    """Create the tables anew, and fill those that are only read."""
    runner.run(_make_tables())


async def _make_tables() -> None:
    await aorm.schema.adrop_tables(MODELS, if_exists=True)
    await aorm.schema.acreate_tables(MODELS)
    await Author.objects.abulk_create([Author(name=author_name(number)) for number in range(1, AUTHORS + 1)])
    rows = [Book(**dict(zip(COLUMNS[1:], row, strict=True))) for row in make_rows(BOOKS)]
    await Book.objects.abulk_create(rows, batch_size=1000)
    await aorm.connections["default"].execute("ANALYZE")


def drop_tables(runner: asyncio.Runner) -> None:
    """Leave nothing behind."""
    runner.run(aorm.schema.adrop_tables(MODELS, if_exists=True))
