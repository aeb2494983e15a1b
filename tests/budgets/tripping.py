"""Count what real drivers do: their own calls, the statements that reach them, round trips and visits."""

from __future__ import annotations

import asyncio
from asyncio.selector_events import _SelectorSocketTransport  # type: ignore[attr-defined]
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import aorm
from aorm.database.databases import databases
from aorm.drivers.aiosqlite import AiosqliteConnection
from tests.budgets.counting import RUNS, CallCounter, Calls, count_calls
from tests.budgets.shelf import VALUES, Author, Book, found_by

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from tests.budgets.shelf import Operation

FETCH = {
    "postgresql": 'SELECT "id" FROM "budgets_book" WHERE "id" = $1',
    "sqlite": 'SELECT "id" FROM "budgets_book" WHERE "id" = ?',
}
EXECUTE = {
    "postgresql": 'UPDATE "budgets_book" SET "pages" = 3 WHERE "id" = $1',
    "sqlite": 'UPDATE "budgets_book" SET "pages" = 3 WHERE "id" = ?',
}
MANY = 10


class Trips(NamedTuple):
    """How often something went to the database."""

    statements: int
    trips: int


class TripCounter:
    """Counts writes to sockets of this loop, and visits to SQLite's threads."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.count = 0
        loop = asyncio.get_running_loop()
        socket_write = _SelectorSocketTransport.write
        visit, start = AiosqliteConnection.visit, AiosqliteConnection.start

        def write(transport: Any, data: Any) -> Any:
            # One write is one request: everything up to Sync goes out at once.
            self.count += transport._loop is loop
            return socket_write(transport, data)

        def counted_visit(connection: Any, *arguments: Any) -> Any:
            self.count += 1
            return visit(connection, *arguments)

        def counted_start(connection: Any, sql: str) -> Any:
            self.count += 1
            return start(connection, sql)

        patch.setattr(_SelectorSocketTransport, "write", write)
        patch.setattr(AiosqliteConnection, "visit", counted_visit)
        patch.setattr(AiosqliteConnection, "start", counted_start)


@contextmanager
def on_database(url: str) -> Iterator[None]:
    """Point aorm at a database for a block."""
    with aorm.settings.override(databases={"default": url}):
        yield


async def fill() -> Book:
    """Make the tables, an author and a book."""
    await aorm.schema.acreate_tables([Author, Book])
    author = await Author.objects.acreate(name="Austen")
    return await Book.objects.acreate(**{**VALUES, "author_id": author.pk})


def operations(book: Book) -> dict[str, Operation]:
    """Return the operations whose trips are counted."""

    async def atomic_empty() -> None:
        async with aorm.atomic():
            pass

    async def atomic_get() -> None:
        async with aorm.atomic():
            await Book.objects.aget(pk=book.pk)

    async def atomic_saves() -> None:
        async with aorm.atomic():
            await book.asave()
            await book.asave()

    async def savepoint() -> None:
        async with aorm.atomic(), aorm.atomic():
            await book.asave()

    async def delete_and_create() -> None:
        doomed = await Book.objects.acreate(**{**VALUES, "author_id": book.author_id})
        await doomed.adelete()

    return {
        "aget by primary key": lambda: Book.objects.aget(pk=book.pk),
        "acreate, adelete": delete_and_create,
        "asave": book.asave,
        "asave(update_fields)": lambda: book.asave(update_fields=["pages"]),
        "arefresh_from_db": book.arefresh_from_db,
        "filter, three conditions, order, slice": lambda: found_by("Austen")._afetch_all(),
        "aget_or_create, there": lambda: Author.objects.aget_or_create(name="Austen"),
        "aupdate_or_create, there": lambda: Author.objects.aupdate_or_create(name="Austen"),
        "abulk_create of 100": lambda: Author.objects.abulk_create(
            [Author(name=f"Brontë {number}") for number in range(100)], ignore_conflicts=True
        ),
        "prefetch_related": lambda: Author.objects.prefetch_related("books")._afetch_all(),
        "atomic, empty": atomic_empty,
        "atomic, one get": atomic_get,
        "atomic, two saves": atomic_saves,
        "atomic in atomic, one save": savepoint,
    }


async def count_trips(patch: pytest.MonkeyPatch) -> dict[str, Trips]:
    """Return what each operation sends to the database that is configured."""
    try:
        book = await fill()
        found = {}
        for name, operation in operations(book).items():
            # Statements are prepared and plans are made now.
            await operation()
            await operation()
            with patch.context() as patched:
                trips = TripCounter(patched)
                with aorm.capture_queries() as queries:
                    await operation()
                found[name] = Trips(len(queries), trips.count)
        return found
    finally:
        await aorm.aclose_all()


async def count_driver_calls() -> dict[str, Calls]:
    """Return the driver's own calls for a statement, on the loop and, where it has one, on its thread."""
    try:
        book = await fill()
        database = databases["default"]
        pool, slot = await database.pin(None, reads_only=False)
        connection = slot.connection
        arguments = (book.pk,)
        statements: dict[str, Operation] = {
            "fetch": lambda: connection.fetch(FETCH[database.vendor], arguments),
            "execute": lambda: connection.execute(EXECUTE[database.vendor], arguments),
        }
        found = {}
        for name, statement in statements.items():
            found[f"{name}: the loop's thread"] = (await count_calls(statement)).calls
            if isinstance(connection, AiosqliteConnection):
                found[f"{name}: the driver's thread"] = await _count_on_thread(connection, statement)
        pool.checkin(slot)
        return found
    finally:
        await aorm.aclose_all()


async def _count_on_thread(connection: AiosqliteConnection, statement: Operation) -> Calls:
    """Return what one statement does on the driver's thread: what many do less what none does, shared out."""
    differences = []
    for _ in range(RUNS):
        none = await _count_many_on_thread(connection, statement, 0)
        many = await _count_many_on_thread(connection, statement, MANY)
        differences.append(Calls((many.python - none.python) // MANY, (many.c - none.c) // MANY))
    return min(differences)


async def _count_many_on_thread(connection: AiosqliteConnection, statement: Operation, count: int) -> Calls:
    counter = CallCounter()
    await connection.visit(counter.listen)
    for _ in range(count):
        await statement()
    await connection.visit(counter.stop)
    return counter.calls
