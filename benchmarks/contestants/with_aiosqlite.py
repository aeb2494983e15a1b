"""aiosqlite by hand: the bare driver, and the driver with the objects that an application wants.

Each statement is one visit to the driver's thread (`execute_fetchall`), the least that aiosqlite can do.
"""

from __future__ import annotations

import asyncio
import datetime
from typing import Any

import aiosqlite

from benchmarks.contestants.base import AsyncContestant
from benchmarks.contestants.plain import PlainBook
from benchmarks.places import sqlite_path
from benchmarks.statements import Statements
from benchmarks.workload import COLUMNS, CONNECTIONS, PAGES_ABOVE, RATING_BELOW, SLICE

SQL = Statements(numbered=False)
UTC = datetime.UTC


def encoded(moment: datetime.datetime) -> str:
    """Return a moment as ORMs of this family store it."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ")


def decoded(text: str) -> datetime.datetime:
    """Return the moment of a stored text."""
    return datetime.datetime.fromisoformat(text).replace(tzinfo=UTC)


def book_of(row: Any) -> PlainBook:
    """Return the object of a row, with Python's types for what SQLite has none."""
    key, title, author, pages, rating, is_available, added = row
    return PlainBook(key, title, author, pages, rating, bool(is_available), decoded(added))


async def connect(url: str) -> aiosqlite.Connection:
    """Open the file as aorm opens it: write-ahead log, foreign keys, synchronous=normal, no implicit BEGIN."""
    connection = await aiosqlite.connect(sqlite_path(url), isolation_level=None)
    for pragma in ("busy_timeout = 5000", "journal_mode = wal", "synchronous = normal", "foreign_keys = on"):
        await connection.execute_fetchall(f"PRAGMA {pragma}")
    return connection


class Aiosqlite(AsyncContestant):
    """The bare driver on one connection that it holds; many tasks share a queue of connections."""

    name = "driver"

    async def aopen(self) -> None:
        self.connection = await connect(self.url)
        self.free: asyncio.LifoQueue[aiosqlite.Connection] = asyncio.LifoQueue()
        for _ in range(CONNECTIONS):
            self.free.put_nowait(await connect(self.url))

    async def aclose(self) -> None:
        await self.connection.close()
        while not self.free.empty():
            await self.free.get_nowait().close()

    async def aload(self, keys: list[int]) -> list[Any]:
        return [book_of(*await self.connection.execute_fetchall(SQL.load, (key,))) for key in keys]

    async def amake_entries(self, rows: list[tuple[Any, ...]]) -> list[int]:
        """Insert entries for others to work on, and return their keys."""
        fetch = self.connection.execute_fetchall
        found = [await fetch(SQL.insert, (*row[:5], encoded(row[5]))) for row in rows]
        return [row[0] for (row,) in found]

    async def aserver_processes(self) -> list[int]:
        """Return no processes: there is no server."""
        return []

    async def aclear_entries(self) -> None:
        """Drop all entries."""
        await self.connection.execute_fetchall("DELETE FROM benchmark_entry")

    async def get(self, keys: list[int]) -> None:
        fetch = self.connection.execute_fetchall
        for key in keys:
            (self.last,) = await fetch(SQL.get, (key,))

    async def insert(self, rows: list[tuple[Any, ...]]) -> None:
        fetch = self.connection.execute_fetchall
        for row in rows:
            await fetch(SQL.insert, (*row[:5], encoded(row[5])))

    async def save(self, entries: list[Any]) -> None:
        fetch = self.connection.execute_fetchall
        for entry in entries:
            values = (
                entry.title,
                entry.author_id,
                entry.pages,
                entry.rating,
                entry.is_available,
                encoded(entry.added),
                entry.id,
            )
            await fetch(SQL.save, values)

    async def save_fields(self, entries: list[Any]) -> None:
        fetch = self.connection.execute_fetchall
        for entry in entries:
            await fetch(SQL.save_pages, (entry.pages, entry.id))

    async def refresh(self, entries: list[Any]) -> None:
        fetch = self.connection.execute_fetchall
        for entry in entries:
            await fetch(SQL.load, (entry.id,))

    async def delete(self, entries: list[Any]) -> None:
        fetch = self.connection.execute_fetchall
        for entry in entries:
            await fetch(SQL.delete, (entry.id,))

    async def filter(self, names: list[str]) -> None:
        fetch = self.connection.execute_fetchall
        for name in names:
            self.last = await fetch(SQL.filter, (name, PAGES_ABOVE, RATING_BELOW, SLICE))

    async def instances(self, turns: list[int]) -> None:
        for _ in turns:
            self.last = await self.connection.execute_fetchall(SQL.all)

    values_list = instances
    values = instances

    async def transaction(self, entries: list[Any]) -> None:
        fetch = self.connection.execute_fetchall
        for entry in entries:
            await fetch("BEGIN IMMEDIATE")
            try:
                await fetch(SQL.save_pages, (entry.pages, entry.id))
                await fetch(SQL.save_pages, (entry.pages, entry.id))
            except BaseException:
                await fetch("ROLLBACK")
                raise
            await fetch("COMMIT")

    async def pooled(self, keys: list[int]) -> None:
        for key in keys:
            connection = await self.free.get()
            try:
                (self.last,) = await connection.execute_fetchall(SQL.get, (key,))
            finally:
                self.free.put_nowait(connection)


class AiosqliteByHand(Aiosqlite):
    """The driver, and objects of a class written for them."""

    name = "by hand"

    async def get(self, keys: list[int]) -> None:
        fetch = self.connection.execute_fetchall
        for key in keys:
            (row,) = await fetch(SQL.get, (key,))
            self.last = book_of(row)

    async def insert(self, rows: list[tuple[Any, ...]]) -> None:
        fetch = self.connection.execute_fetchall
        for row in rows:
            new = PlainBook(None, *row)
            values = (new.title, new.author_id, new.pages, new.rating, new.is_available, encoded(new.added))
            ((new.id,),) = await fetch(SQL.insert, values)

    async def refresh(self, entries: list[Any]) -> None:
        fetch = self.connection.execute_fetchall
        for entry in entries:
            (row,) = await fetch(SQL.load, (entry.id,))
            _, entry.title, entry.author_id, entry.pages, entry.rating, is_available, added = row
            entry.is_available = bool(is_available)
            entry.added = decoded(added)

    async def filter(self, names: list[str]) -> None:
        fetch = self.connection.execute_fetchall
        for name in names:
            rows = await fetch(SQL.filter, (name, PAGES_ABOVE, RATING_BELOW, SLICE))
            self.last = [book_of(row) for row in rows]

    async def instances(self, turns: list[int]) -> None:
        for _ in turns:
            self.last = [book_of(row) for row in await self.connection.execute_fetchall(SQL.all)]

    async def values_list(self, turns: list[int]) -> None:
        for _ in turns:
            rows = await self.connection.execute_fetchall(SQL.all)
            self.last = [(*row[:5], bool(row[5]), decoded(row[6])) for row in rows]

    async def values(self, turns: list[int]) -> None:
        for _ in turns:
            made = []
            for row in await self.connection.execute_fetchall(SQL.all):
                values = dict(zip(COLUMNS, row, strict=True))
                values["is_available"] = bool(values["is_available"])
                values["added"] = decoded(values["added"])
                made.append(values)
            self.last = made

    async def pooled(self, keys: list[int]) -> None:
        for key in keys:
            connection = await self.free.get()
            try:
                (row,) = await connection.execute_fetchall(SQL.get, (key,))
            finally:
                self.free.put_nowait(connection)
            self.last = book_of(row)
