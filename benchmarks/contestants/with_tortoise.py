"""Tortoise ORM."""

from __future__ import annotations

from typing import Any

from tortoise import Tortoise, fields
from tortoise.models import Model
from tortoise.transactions import in_transaction

from benchmarks.contestants.base import AsyncContestant
from benchmarks.places import is_sqlite, parts, sqlite_path
from benchmarks.workload import COLUMNS, CONNECTIONS, PAGES_ABOVE, RATING_BELOW, SLICE


class Author(Model):
    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(max_length=100, unique=True)

    class Meta:
        table = "benchmark_author"


class Work(Model):
    id = fields.BigIntField(primary_key=True)
    title = fields.CharField(max_length=200)
    author: Any = fields.ForeignKeyField("benchmark.Author", related_name=False)
    pages = fields.IntField()
    rating = fields.FloatField()
    is_available = fields.BooleanField()
    added = fields.DatetimeField()

    class Meta:
        abstract = True


class Book(Work):
    class Meta:
        table = "benchmark_book"


class Entry(Work):
    class Meta:
        table = "benchmark_entry"


def connection_of(url: str) -> dict[str, Any]:
    """Return Tortoise's configuration of a connection."""
    if is_sqlite(url):
        return {"engine": "tortoise.backends.sqlite", "credentials": {"file_path": sqlite_path(url)}}
    credentials = parts(url) | {"minsize": CONNECTIONS, "maxsize": CONNECTIONS}
    return {
        "engine": "tortoise.backends.asyncpg",
        "credentials": credentials | {"server_settings": {"synchronous_commit": "off"}},
    }


class TortoiseORM(AsyncContestant):
    """Tortoise ORM."""

    name = "Tortoise"

    async def aopen(self) -> None:
        await Tortoise.init(
            config={
                "connections": {"default": connection_of(self.url)},
                "apps": {"benchmark": {"models": [__name__], "default_connection": "default"}},
                "use_tz": True,
            },
            _enable_global_fallback=True,
        )

    async def aclose(self) -> None:
        await Tortoise.close_connections()

    async def aload(self, keys: list[int]) -> list[Any]:
        return [await Entry.get(id=key) for key in keys]

    async def get(self, keys: list[int]) -> None:
        for key in keys:
            self.last = await Book.get(id=key)

    async def insert(self, rows: list[tuple[Any, ...]]) -> None:
        for row in rows:
            await Entry.create(**dict(zip(COLUMNS[1:], row, strict=True)))

    async def save(self, entries: list[Any]) -> None:
        for entry in entries:
            await entry.save()

    async def save_fields(self, entries: list[Any]) -> None:
        for entry in entries:
            await entry.save(update_fields=["pages"])

    async def refresh(self, entries: list[Any]) -> None:
        for entry in entries:
            await entry.refresh_from_db()

    async def delete(self, entries: list[Any]) -> None:
        for entry in entries:
            await entry.delete()

    async def filter(self, names: list[str]) -> None:
        for name in names:
            self.last = await self._found_by(name)

    async def instances(self, turns: list[int]) -> None:
        for _ in turns:
            self.last = await Book.all()

    async def values_list(self, turns: list[int]) -> None:
        for _ in turns:
            self.last = await Book.all().values_list(*COLUMNS)

    async def values(self, turns: list[int]) -> None:
        for _ in turns:
            self.last = await Book.all().values(*COLUMNS)

    async def transaction(self, entries: list[Any]) -> None:
        for entry in entries:
            async with in_transaction():
                await entry.save(update_fields=["pages"])
                await entry.save(update_fields=["pages"])

    async def build(self, names: list[str]) -> None:
        for name in names:
            self._found_by(name).sql()

    def _found_by(self, name: str) -> Any:
        books = Book.filter(author__name=name, pages__gt=PAGES_ABOVE, rating__lt=RATING_BELOW)
        return books.order_by("-title").limit(SLICE)
