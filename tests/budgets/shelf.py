"""The models and the operations that have budgets, on databases that answer without I/O."""

from __future__ import annotations

import datetime
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import aorm
from aorm import models
from aorm.database.config import parse_config
from aorm.database.databases import databases, make_database
from aorm.drivers.recording import RecordingDriver
from aorm.query.execution import database_for, plan_of

ROWS = 10_000
VENDORS = ("postgresql", "sqlite")
URLS = {"postgresql": "postgresql://nobody@nowhere/nothing", "sqlite": "sqlite:///nothing.db"}
MOMENT = datetime.datetime(2024, 2, 29, 12, 30, tzinfo=datetime.UTC)


class Author(models.Model):
    name = models.CharField(max_length=100, unique=True)

    class Meta:
        app_label = "budgets"


class Book(models.Model):
    title = models.CharField(max_length=200)
    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="books")
    pages = models.IntegerField()
    rating = models.FloatField()
    is_available = models.BooleanField()
    added = models.DateTimeField()

    class Meta:
        app_label = "budgets"


VALUES = {
    "title": "Emma",
    "author_id": 3,
    "pages": 474,
    "rating": 4.5,
    "is_available": True,
    "added": MOMENT,
}
ROW = {
    "postgresql": (7, "Emma", 3, 474, 4.5, True, MOMENT),
    "sqlite": (7, "Emma", 3, 474, 4.5, 1, "2024-02-29 12:30:00"),
}

Operation = Callable[[], Awaitable[Any]]


class Shelf:
    """A database that answers every SELECT with books, and the operations on it."""

    def __init__(self, vendor: str) -> None:
        self.vendor = vendor
        self.rows = [ROW[vendor]]
        self.driver = RecordingDriver(responder=self._answer)
        self.book = saved_book()

    def _answer(self, sql: str, parameters: Sequence[Any]) -> Any:
        if sql.startswith("SELECT"):
            return self.rows
        # What RETURNING gives after INSERT; else the number of rows touched.
        return [(7,)] if sql.startswith("INSERT") else 1

    def operations(self) -> dict[str, Operation]:
        """Return the operations by the names that the tables have for them."""
        book, doomed = self.book, saved_book()

        def delete() -> Awaitable[Any]:
            doomed.id = 7
            return doomed.adelete()

        return {
            "aget by primary key": lambda: Book.objects.aget(pk=7),
            "acreate": lambda: Book.objects.acreate(**VALUES),
            "asave": book.asave,
            "asave(update_fields)": lambda: book.asave(update_fields=["pages"]),
            "arefresh_from_db": book.arefresh_from_db,
            "adelete": delete,
            "filter, one condition": lambda: Book.objects.filter(pages=3)._afetch_all(),
            "filter, three conditions, order, slice": lambda: found_by("Austen")._afetch_all(),
            "the same, without its statement": self._build,
            "aexists": lambda: Book.objects.filter(pages=3).aexists(),
            "acount": lambda: Book.objects.filter(pages=3).acount(),
            "values_list": lambda: Book.objects.values_list()._afetch_all(),
            "atomic, empty": self._enter_and_leave,
            "atomic, one save": self._save_in_transaction,
        }

    async def _build(self) -> None:
        queryset = found_by("Austen")
        query = queryset._query
        parameters = query.parameters()
        plan = plan_of(query, queryset._kind, database_for(queryset), parameters)
        plan.encode(parameters)

    async def _enter_and_leave(self) -> None:
        async with aorm.atomic():
            pass

    async def _save_in_transaction(self) -> None:
        async with aorm.atomic():
            await self.book.asave(update_fields=["pages"])


def saved_book() -> Book:
    """Return a book as loading makes it."""
    book = Book(id=7, **VALUES)
    book._db = "default"  # type: ignore[attr-defined]
    return book


def found_by(name: str) -> Any:
    """Return a queryset with three conditions, one of them through a relation, an order and a slice."""
    return Book.objects.filter(author__name=name, pages__gt=100, rating__lt=4.5).order_by("-title")[:20]


@contextmanager
def shelved(vendor: str) -> Iterator[Shelf]:
    """Put a shelf in the place of the default database for a block."""
    shelf = Shelf(vendor)
    config = parse_config("default", URLS[vendor])
    with aorm.settings.override(databases={"default": URLS[vendor]}):
        databases.add(make_database(config, driver=shelf.driver))
        try:
            yield shelf
        finally:
            database = databases.remove("default")
            assert database is not None
            database.abandon()
