"""aorm, awaited and from sync code."""

from __future__ import annotations

from typing import Any

import aorm
from aorm.bridge import run_sync
from aorm.query.execution import database_for, plan_of
from benchmarks.contestants.base import AsyncContestant, Contestant
from benchmarks.models import Book, Entry
from benchmarks.workload import COLUMNS, PAGES_ABOVE, RATING_BELOW, SLICE

FIELDS = COLUMNS[1:]


def found_by(name: str) -> Any:
    """Return the queryset with three conditions, an order and a slice."""
    books = Book.objects.filter(author__name=name, pages__gt=PAGES_ABOVE, rating__lt=RATING_BELOW)
    return books.order_by("-title")[:SLICE]


async def nothing() -> None:
    """Do nothing, to see what the way costs."""


class Aorm(AsyncContestant):
    """aorm with coroutines."""

    name = "aorm"

    async def aclose(self) -> None:
        await aorm.aclose_all()

    async def aload(self, keys: list[int]) -> list[Any]:
        return [await Entry.objects.aget(pk=key) for key in keys]

    async def get(self, keys: list[int]) -> None:
        for key in keys:
            self.last = await Book.objects.aget(pk=key)

    async def insert(self, rows: list[tuple[Any, ...]]) -> None:
        for title, author, pages, rating, is_available, added in rows:
            await Entry.objects.acreate(
                title=title, author_id=author, pages=pages, rating=rating, is_available=is_available, added=added
            )

    async def save(self, entries: list[Any]) -> None:
        for entry in entries:
            await entry.asave()

    async def save_fields(self, entries: list[Any]) -> None:
        for entry in entries:
            await entry.asave(update_fields=["pages"])

    async def refresh(self, entries: list[Any]) -> None:
        for entry in entries:
            await entry.arefresh_from_db()

    async def delete(self, entries: list[Any]) -> None:
        for entry in entries:
            await entry.adelete()

    async def filter(self, names: list[str]) -> None:
        for name in names:
            self.last = await found_by(name)

    async def instances(self, turns: list[int]) -> None:
        for _ in turns:
            self.last = await Book.objects.all()

    async def values_list(self, turns: list[int]) -> None:
        for _ in turns:
            self.last = await Book.objects.values_list()

    async def values(self, turns: list[int]) -> None:
        for _ in turns:
            self.last = await Book.objects.values()

    async def transaction(self, entries: list[Any]) -> None:
        for entry in entries:
            async with aorm.atomic():
                await entry.asave(update_fields=["pages"])
                await entry.asave(update_fields=["pages"])

    async def build(self, names: list[str]) -> None:
        for name in names:
            queryset = found_by(name)
            query = queryset._query
            database = database_for(queryset)
            parameters = query.parameters()
            plan = plan_of(query, queryset._kind, database, parameters)
            plan.encode(parameters)


class AormSync(Contestant):
    """The same models from sync code: every call goes to aorm's loop in another thread, and back."""

    name = "aorm, sync"

    def close(self) -> None:
        aorm.close_all()

    def load(self, keys: list[int]) -> list[Any]:
        return [Entry.objects.get(pk=key) for key in keys]

    def get(self, keys: list[int]) -> None:
        for key in keys:
            self.last = Book.objects.get(pk=key)

    def insert(self, rows: list[tuple[Any, ...]]) -> None:
        for row in rows:
            Entry.objects.create(**dict(zip(FIELDS, row, strict=True)))

    def save(self, entries: list[Any]) -> None:
        for entry in entries:
            entry.save()

    def save_fields(self, entries: list[Any]) -> None:
        for entry in entries:
            entry.save(update_fields=["pages"])

    def refresh(self, entries: list[Any]) -> None:
        for entry in entries:
            entry.refresh_from_db()

    def delete(self, entries: list[Any]) -> None:
        for entry in entries:
            entry.delete()

    def filter(self, names: list[str]) -> None:
        for name in names:
            self.last = list(found_by(name))

    def instances(self, turns: list[int]) -> None:
        for _ in turns:
            self.last = list(Book.objects.all())

    def values_list(self, turns: list[int]) -> None:
        for _ in turns:
            self.last = list(Book.objects.values_list())

    def values(self, turns: list[int]) -> None:
        for _ in turns:
            self.last = list(Book.objects.values())

    def transaction(self, entries: list[Any]) -> None:
        for entry in entries:
            with aorm.atomic():
                entry.save(update_fields=["pages"])
                entry.save(update_fields=["pages"])

    def hop(self, turns: list[int]) -> None:
        for _ in turns:
            run_sync(nothing())
