"""Django's side of the benchmarks; runs in an interpreter that has Django, and needs nothing else of this project.

It reads lines `[operation, arguments]` and answers `[times, summary]`.
"""

from __future__ import annotations

import datetime
import json
import sys
from typing import Any

import django
from django.conf import settings

from benchmarks.contestants.base import AsyncContestant, Contestant
from benchmarks.places import is_sqlite, parts, sqlite_path
from benchmarks.workload import COLUMNS, OPERATIONS, PAGES_ABOVE, RATING_BELOW, SLICE

FIELDS = COLUMNS[1:]


def database_settings(url: str) -> dict[str, Any]:
    """Return Django's configuration of the database, with the settings that all contestants have."""
    if is_sqlite(url):
        pragmas = "PRAGMA journal_mode=wal; PRAGMA synchronous=normal"
        options = {"init_command": pragmas, "transaction_mode": "IMMEDIATE"}
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": sqlite_path(url), "OPTIONS": options}
    place = {key.upper(): value for key, value in parts(url).items()}
    place["NAME"] = place.pop("DATABASE")
    # Statements prepared by the server are the setting that suits it best.
    options = {"options": "-c synchronous_commit=off", "server_side_binding": True, "prepare_threshold": 5}
    return {"ENGINE": "django.db.backends.postgresql", "OPTIONS": options, **place}


settings.configure(
    DATABASES={"default": database_settings(sys.argv[2])},
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()

from django.db import connection, models, transaction  # noqa: E402 - only after setup


class Author(models.Model):
    name = models.CharField(max_length=100, unique=True)

    class Meta:
        app_label = "benchmark"


class Work(models.Model):
    title = models.CharField(max_length=200)
    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="+")
    pages = models.IntegerField()
    rating = models.FloatField()
    is_available = models.BooleanField()
    added = models.DateTimeField()

    class Meta:
        abstract = True
        app_label = "benchmark"


class Book(Work):
    pass


class Entry(Work):
    pass


def found_by(name: str) -> Any:
    """Return the queryset with three conditions, an order and a slice."""
    books = Book.objects.filter(author__name=name, pages__gt=PAGES_ABOVE, rating__lt=RATING_BELOW)
    return books.order_by("-title")[:SLICE]


class DjangoSync(Contestant):
    """Django as it is."""

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
            with transaction.atomic():
                entry.save(update_fields=["pages"])
                entry.save(update_fields=["pages"])

    def build(self, names: list[str]) -> None:
        for name in names:
            found_by(name).query.get_compiler(connection=connection).as_sql()


class DjangoAsync(AsyncContestant):
    """Django's asynchronous interface."""

    async def aload(self, keys: list[int]) -> list[Any]:
        return [await Entry.objects.aget(pk=key) for key in keys]

    async def get(self, keys: list[int]) -> None:
        for key in keys:
            self.last = await Book.objects.aget(pk=key)

    async def insert(self, rows: list[tuple[Any, ...]]) -> None:
        for row in rows:
            await Entry.objects.acreate(**dict(zip(FIELDS, row, strict=True)))

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
            self.last = [book async for book in found_by(name)]

    async def instances(self, turns: list[int]) -> None:
        for _ in turns:
            self.last = [book async for book in Book.objects.all()]

    async def values_list(self, turns: list[int]) -> None:
        for _ in turns:
            self.last = [row async for row in Book.objects.values_list()]

    async def values(self, turns: list[int]) -> None:
        for _ in turns:
            self.last = [row async for row in Book.objects.values()]


def serve(contestant: Contestant) -> None:
    """Do what the lines ask for, until there are no more."""
    able = [operation.name for operation in OPERATIONS if contestant.can(operation.name)]
    print(json.dumps([django.get_version(), able]), flush=True)
    for line in sys.stdin:
        operation, arguments = json.loads(line)
        if operation == "insert":
            arguments = [(*row[:-1], datetime.datetime.fromisoformat(row[-1])) for row in arguments]
        spent = contestant.run(operation, arguments)
        print(json.dumps([spent, contestant.summary(operation)]), flush=True)


if __name__ == "__main__":
    serve((DjangoAsync if sys.argv[1] == "async" else DjangoSync)(sys.argv[2]))
