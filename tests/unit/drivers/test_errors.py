"""From the drivers' exceptions to ours, with what the database said."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from aorm.database.atomic import atomic
from aorm.database.binding import detached
from aorm.database.databases import make_database
from aorm.drivers.sqlstates import class_for_sqlstate
from aorm.exceptions import (
    ConnectionLost,
    DatabaseError,
    DataError,
    Deadlock,
    Error,
    IntegrityError,
    InternalError,
    LockTimeout,
    OperationalError,
    ProgrammingError,
    SerializationFailure,
    StatementTimeout,
)
from tests.support.connections import open_database, spelled

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aorm.database.database import Database


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with open_database(database_url) as database:
        await database.execute("CREATE TABLE parent (id integer PRIMARY KEY)")
        await database.execute(
            "CREATE TABLE book (id integer PRIMARY KEY, title varchar(10) NOT NULL, code integer UNIQUE, "
            "big bigint, parent integer REFERENCES parent (id), "
            "CONSTRAINT positive CHECK (code > 0), CONSTRAINT both_unique UNIQUE (title, parent))"
        )
        yield database


async def fail(database: Database, sql: str, *parameters: object) -> Error:
    with pytest.raises(Error) as caught:
        await database.execute(spelled(database, sql), parameters)
    assert caught.value.__cause__ is not None
    return caught.value


async def test_unique(database: Database) -> None:
    await database.execute("INSERT INTO book (id, title, code) VALUES (1, 'a', 1)")
    error = await fail(database, "INSERT INTO book (id, title, code) VALUES (2, 'b', ?)", 1)
    assert isinstance(error, IntegrityError)
    assert (error.sqlstate, error.table, error.retryable) == ("23505", "book", False)
    if database.vendor == "sqlite":
        assert error.column == "code"
    else:
        assert error.constraint == "book_code_key"
        assert error.detail == "Key (code)=(1) already exists."


async def test_unique_together(database: Database) -> None:
    await database.execute("INSERT INTO parent VALUES (7)")
    await database.execute("INSERT INTO book (id, title, parent) VALUES (1, 'a', 7)")
    error = await fail(database, "INSERT INTO book (id, title, parent) VALUES (2, 'a', 7)")
    assert isinstance(error, IntegrityError)
    assert (error.column == "title, parent") if database.vendor == "sqlite" else (error.constraint == "both_unique")


async def test_not_null(database: Database) -> None:
    error = await fail(database, "INSERT INTO book (id) VALUES (1)")
    assert isinstance(error, IntegrityError)
    assert (error.sqlstate, error.table, error.column) == ("23502", "book", "title")


async def test_check(database: Database) -> None:
    error = await fail(database, "INSERT INTO book (id, title, code) VALUES (1, 'a', -1)")
    assert isinstance(error, IntegrityError)
    assert (error.sqlstate, error.constraint) == ("23514", "positive")


async def test_foreign_key(database: Database) -> None:
    error = await fail(database, "INSERT INTO book (id, title, parent) VALUES (1, 'a', 99)")
    assert isinstance(error, IntegrityError)
    assert error.sqlstate == "23503"


async def test_wrong_statement(database: Database) -> None:
    # As in Django: sqlite3 calls it operational.
    kind = OperationalError if database.vendor == "sqlite" else ProgrammingError
    assert isinstance(await fail(database, "SELECT * FROM nowhere"), kind)
    assert isinstance(await fail(database, "SELEKT 1"), kind)


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, 2**70])
async def test_out_of_range(database: Database, value: int) -> None:
    error = await fail(database, "INSERT INTO book (id, title, big) VALUES (1, 'a', ?)", value)
    assert isinstance(error, DataError)
    assert str(value) not in str(error)


async def test_wrong_type_of_parameter(postgres_url: str) -> None:
    async with open_database(postgres_url) as database:
        error = await fail(database, "SELECT $1::integer", "secret (value)")
        assert isinstance(error, DataError)
        assert "secret" not in str(error)
        assert "$1" in str(error)


async def test_surrogates_and_nul(database: Database) -> None:
    error = await fail(database, "INSERT INTO book (id, title) VALUES (1, ?)", "\ud800")
    assert isinstance(error, DataError)


async def test_aborted_transaction(postgres_url: str) -> None:
    async with open_database(postgres_url) as database, atomic():
        assert isinstance(await fail(database, "SELECT 1/0"), DataError)
        error = await fail(database, "SELECT 1")
        assert isinstance(error, InternalError)
        assert error.sqlstate == "25P02"


async def test_serialization_failure(postgres_url: str) -> None:
    async with open_database(postgres_url) as database:
        await database.execute("CREATE TABLE counter (id integer PRIMARY KEY, value integer)")
        await database.execute("INSERT INTO counter VALUES (1, 0)")
        acknowledged = 0

        @atomic(isolation="serializable", retry=50)
        async def increment() -> None:
            value = (await database.fetch("SELECT value FROM counter"))[0][0]
            await asyncio.sleep(0)
            await database.execute("UPDATE counter SET value = $1", (value + 1,))

        async def work() -> None:
            nonlocal acknowledged
            await increment()
            acknowledged += 1

        await asyncio.gather(*(work() for _ in range(16)))
        assert (await database.fetch("SELECT value FROM counter"))[0][0] == acknowledged == 16
        assert (await database.fetch("SHOW transaction_isolation"))[0][0] == "read committed"

        async def conflicting() -> None:
            async with atomic(isolation="serializable"):
                value = (await database.fetch("SELECT value FROM counter"))[0][0]
                await asyncio.sleep(0.01)
                await database.execute("UPDATE counter SET value = $1", (value + 1,))

        results = await asyncio.gather(*(conflicting() for _ in range(4)), return_exceptions=True)
        failures = [error for error in results if error is not None]
        assert failures
        assert all(isinstance(error, SerializationFailure) and error.retryable for error in failures)


async def test_deadlock(postgres_url: str) -> None:
    async with open_database(postgres_url) as database:
        await database.execute("CREATE TABLE counter (id integer PRIMARY KEY, value integer)")
        await database.execute("INSERT INTO counter VALUES (1, 0), (2, 0)")

        async def work(first: int, second: int) -> None:
            async with atomic():
                await database.execute("SET LOCAL deadlock_timeout = '10ms'")
                await database.execute("UPDATE counter SET value = 1 WHERE id = $1", (first,))
                await asyncio.sleep(0.05)
                await database.execute("UPDATE counter SET value = 1 WHERE id = $1", (second,))

        results = await asyncio.gather(work(1, 2), work(2, 1), return_exceptions=True)
        failures = [error for error in results if error is not None]
        assert len(failures) == 1
        assert isinstance(failures[0], Deadlock)
        assert failures[0].retryable


async def test_lock_and_statement_timeouts(postgres_url: str) -> None:
    async with open_database(postgres_url) as database:
        await database.execute("CREATE TABLE counter (id integer PRIMARY KEY)")
        await database.execute("INSERT INTO counter VALUES (1)")
        async with atomic():
            await database.execute("SET LOCAL statement_timeout = '20ms'")
            assert isinstance(await fail(database, "SELECT pg_sleep(5)"), StatementTimeout)

        async def hold() -> None:
            async with atomic():
                await database.fetch("SELECT * FROM counter FOR UPDATE")
                held.set()
                await asyncio.sleep(0.2)

        held = asyncio.Event()
        task = asyncio.create_task(hold())
        await held.wait()
        async with atomic():
            assert isinstance(await fail(database, "SELECT * FROM counter FOR UPDATE NOWAIT"), LockTimeout)
        await task


async def test_busy_file(sqlite_url: str) -> None:
    async with open_database(f"{sqlite_url}?busy_timeout=0.05") as database:
        await database.execute("CREATE TABLE counter (id integer PRIMARY KEY)")
        other = make_database(database.config)
        try:
            async with atomic():
                await database.execute("INSERT INTO counter VALUES (1)")
                with detached(), pytest.raises(LockTimeout) as caught:
                    await other.execute("INSERT INTO counter VALUES (2)")
                assert caught.value.retryable
        finally:
            await other.aclose()


async def test_terminated_backend(postgres_url: str) -> None:
    async with open_database(postgres_url, max_size=2) as database:
        with pytest.raises(ConnectionLost):
            await database.fetch("SELECT pg_terminate_backend(pg_backend_pid())")
        assert (await database.fetch("SELECT 1"))[0][0] == 1


@pytest.mark.parametrize(
    ("sqlstate", "kind"),
    [
        ("40001", SerializationFailure),
        ("23505", IntegrityError),
        ("42P01", ProgrammingError),
        ("22003", DataError),
        ("57P01", ConnectionLost),
        ("53300", OperationalError),
        ("99999", DatabaseError),
        (None, DatabaseError),
    ],
)
def test_classes(sqlstate: str | None, kind: type[Error]) -> None:
    assert class_for_sqlstate(sqlstate) is kind
