"""asyncpg by hand: the bare driver, and the driver with the objects that an application wants."""

from __future__ import annotations

from typing import Any

import asyncpg

from benchmarks.contestants.base import AsyncContestant
from benchmarks.contestants.plain import PlainBook
from benchmarks.statements import Statements
from benchmarks.workload import CONNECTIONS, PAGES_ABOVE, RATING_BELOW, SLICE

SQL = Statements(numbered=True)


class Asyncpg(AsyncContestant):
    """The bare driver on one connection that it holds; many tasks share asyncpg's own pool."""

    name = "driver"

    async def aopen(self) -> None:
        settings = {"synchronous_commit": "off"}
        self.connection = await asyncpg.connect(self.url, server_settings=settings)
        self.pool = await asyncpg.create_pool(
            self.url, min_size=CONNECTIONS, max_size=CONNECTIONS, server_settings=settings
        )

    async def aclose(self) -> None:
        await self.connection.close()
        await self.pool.close()

    async def aload(self, keys: list[int]) -> list[Any]:
        return [PlainBook(*await self.connection.fetchrow(SQL.load, key)) for key in keys]

    async def amake_entries(self, rows: list[tuple[Any, ...]]) -> list[int]:
        """Insert entries for others to work on, and return their keys."""
        return [await self.connection.fetchval(SQL.insert, *row) for row in rows]

    async def aserver_processes(self) -> list[int]:
        """Return the processes of the server that serve this database's connections; of a server on this machine."""
        rows = await self.connection.fetch(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'"
        )
        return [row["pid"] for row in rows]

    async def aclear_entries(self) -> None:
        """Drop all entries."""
        await self.connection.execute("TRUNCATE benchmark_entry RESTART IDENTITY")

    async def get(self, keys: list[int]) -> None:
        fetchrow = self.connection.fetchrow
        for key in keys:
            self.last = await fetchrow(SQL.get, key)

    async def insert(self, rows: list[tuple[Any, ...]]) -> None:
        fetchval = self.connection.fetchval
        for row in rows:
            await fetchval(SQL.insert, *row)

    async def save(self, entries: list[Any]) -> None:
        execute = self.connection.execute
        for entry in entries:
            await execute(
                SQL.save,
                entry.title,
                entry.author_id,
                entry.pages,
                entry.rating,
                entry.is_available,
                entry.added,
                entry.id,
            )

    async def save_fields(self, entries: list[Any]) -> None:
        execute = self.connection.execute
        for entry in entries:
            await execute(SQL.save_pages, entry.pages, entry.id)

    async def refresh(self, entries: list[Any]) -> None:
        fetchrow = self.connection.fetchrow
        for entry in entries:
            await fetchrow(SQL.load, entry.id)

    async def delete(self, entries: list[Any]) -> None:
        execute = self.connection.execute
        for entry in entries:
            await execute(SQL.delete, entry.id)

    async def filter(self, names: list[str]) -> None:
        fetch = self.connection.fetch
        for name in names:
            self.last = await fetch(SQL.filter, name, PAGES_ABOVE, RATING_BELOW, SLICE)

    async def instances(self, turns: list[int]) -> None:
        for _ in turns:
            self.last = await self.connection.fetch(SQL.all)

    values_list = instances
    values = instances

    async def transaction(self, entries: list[Any]) -> None:
        execute = self.connection.execute
        for entry in entries:
            async with self.connection.transaction():
                await execute(SQL.save_pages, entry.pages, entry.id)
                await execute(SQL.save_pages, entry.pages, entry.id)

    async def pooled(self, keys: list[int]) -> None:
        fetchrow = self.pool.fetchrow
        for key in keys:
            self.last = await fetchrow(SQL.get, key)


class AsyncpgByHand(Asyncpg):
    """The driver, and objects of a class written for them."""

    name = "by hand"

    async def get(self, keys: list[int]) -> None:
        fetchrow = self.connection.fetchrow
        for key in keys:
            self.last = PlainBook(*await fetchrow(SQL.get, key))

    async def insert(self, rows: list[tuple[Any, ...]]) -> None:
        fetchval = self.connection.fetchval
        for row in rows:
            new = PlainBook(None, *row)
            new.id = await fetchval(
                SQL.insert, new.title, new.author_id, new.pages, new.rating, new.is_available, new.added
            )

    async def refresh(self, entries: list[Any]) -> None:
        fetchrow = self.connection.fetchrow
        for entry in entries:
            row = await fetchrow(SQL.load, entry.id)
            _, entry.title, entry.author_id, entry.pages, entry.rating, entry.is_available, entry.added = row

    async def filter(self, names: list[str]) -> None:
        fetch = self.connection.fetch
        for name in names:
            self.last = [PlainBook(*row) for row in await fetch(SQL.filter, name, PAGES_ABOVE, RATING_BELOW, SLICE)]

    async def instances(self, turns: list[int]) -> None:
        for _ in turns:
            self.last = [PlainBook(*row) for row in await self.connection.fetch(SQL.all)]

    async def values_list(self, turns: list[int]) -> None:
        for _ in turns:
            self.last = [tuple(row) for row in await self.connection.fetch(SQL.all)]

    async def values(self, turns: list[int]) -> None:
        for _ in turns:
            self.last = [dict(row) for row in await self.connection.fetch(SQL.all)]

    async def pooled(self, keys: list[int]) -> None:
        fetchrow = self.pool.fetchrow
        for key in keys:
            self.last = PlainBook(*await fetchrow(SQL.get, key))
