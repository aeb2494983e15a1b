"""Statements outside and inside transactions: fetch, execute, execute_many, streams, leases, capture."""

from __future__ import annotations

import asyncio
import gc
from typing import TYPE_CHECKING

import pytest

from aorm.database.atomic import atomic
from aorm.database.capture import capture_queries
from aorm.database.databases import databases
from aorm.exceptions import (
    ConnectionDoesNotExist,
    ConnectionLost,
    DatabaseError,
    ImproperlyConfigured,
    IntegrityError,
    InterfaceError,
    OperationalError,
)
from aorm.settings import settings
from tests.support.connections import add, make_counter, open_database, spelled, values

if TYPE_CHECKING:
    from aorm.database.database import Database


async def settled(database: Database) -> None:
    """Let the pools' own tasks come to their end."""
    for _ in range(100):
        if not any(pool.stats().in_use or pool.stats().cleaning for pool in database.home().pools):
            return
        await asyncio.sleep(0.01)
    raise AssertionError(database.stats())


async def test_fetch_and_execute(database: Database) -> None:
    assert await database.execute(spelled(database, "INSERT INTO counter VALUES (?, ?), (?, ?)"), (2, 2, 3, 3)) == 2
    rows = await database.fetch("SELECT id, value FROM counter WHERE id > 1 ORDER BY id")
    assert [tuple(row) for row in rows] == [(2, 2), (3, 3)]
    assert rows[0][0] == 2
    first, second = rows[0]
    assert (first, second) == (2, 2)
    assert await database.execute("UPDATE counter SET value = 7") == 3
    assert await database.execute("CREATE TABLE other (id integer)") == 0


async def test_fetch_of_a_statement_that_writes(database: Database) -> None:
    sql = "INSERT INTO counter VALUES (2, 5) RETURNING value"
    assert (await database.fetch(sql, writes=True))[0][0] == 5
    # Not announced: a reader refuses it, and the writer is asked.
    assert (await database.fetch("UPDATE counter SET value = 6 WHERE id = 2 RETURNING value"))[0][0] == 6


async def test_execute_many_is_all_or_none(database: Database) -> None:
    sql = spelled(database, "INSERT INTO counter VALUES (?, ?)")
    await database.execute_many(sql, [(2, 2), (3, 3)])
    with pytest.raises(IntegrityError):
        await database.execute_many(sql, [(4, 4), (2, 2)])
    assert await values(database) == [0, 2, 3]
    async with atomic():
        await database.execute_many(sql, [(5, 5), (6, 6)])
    assert await values(database) == [0, 2, 3, 5, 6]


async def fill(database: Database, count: int) -> None:
    await database.execute_many(
        spelled(database, "INSERT INTO counter VALUES (?, ?)"), [(number, number) for number in range(2, count + 1)]
    )


async def test_stream(database: Database) -> None:
    await fill(database, 25)
    chunks = [len(rows) async for rows in database.stream("SELECT * FROM counter", chunk_size=10)]
    assert chunks == [10, 10, 5]
    chunks = [len(rows) async for rows in database.stream("SELECT * FROM counter", chunk_size=5)]
    assert chunks == [5] * 5
    assert [rows async for rows in database.stream("SELECT * FROM counter WHERE id < 0")] == []
    await settled(database)


async def test_stream_inside_a_transaction(database: Database) -> None:
    await fill(database, 5)
    async with atomic():
        await add(database, 6)
        seen = 0
        async for rows in database.stream("SELECT id FROM counter ORDER BY id", chunk_size=2):
            seen += len(rows)
            await database.execute(spelled(database, "UPDATE counter SET value = 1 WHERE id = ?"), (rows[0][0],))
        assert seen == 6


async def test_a_stream_that_is_broken_off(database: Database) -> None:
    await fill(database, 25)
    stream = database.stream("SELECT * FROM counter", chunk_size=2)
    async for _ in stream:
        break
    assert database.stats().in_use == 1
    await stream.aclose()
    await settled(database)
    with pytest.raises(StopAsyncIteration):
        await stream.__anext__()


async def test_a_stream_that_is_dropped(database: Database) -> None:
    await fill(database, 25)
    stream = database.stream("SELECT * FROM counter", chunk_size=2)
    await stream.__anext__()
    del stream
    gc.collect()
    await settled(database)


async def test_a_stream_that_lives_too_long(database_url: str, caplog: pytest.LogCaptureFixture) -> None:
    async with open_database(database_url, stream_lifetime=0.05) as database:
        await make_counter(database)
        await fill(database, 25)
        stream = database.stream("SELECT * FROM counter", chunk_size=2)
        await stream.__anext__()
        await asyncio.sleep(0.2)
        assert "test_database.py" in caplog.text
        assert database.stats().in_use == 0
        with pytest.raises((DatabaseError, InterfaceError)):
            await stream.__anext__()
        assert len(await values(database)) == 25


async def test_writing_while_streaming(database: Database) -> None:
    await fill(database, 9)
    async for rows in database.stream("SELECT id FROM counter ORDER BY id", chunk_size=2):
        for row in rows:
            await database.execute(spelled(database, "UPDATE counter SET value = -1 WHERE id = ?"), (row[0],))
    assert set(await values(database)) == {-1}


async def test_a_stream_counts_as_one_statement(database: Database) -> None:
    with capture_queries() as queries:
        async for _ in database.stream("SELECT * FROM counter"):
            pass
    assert [query["sql"] for query in queries] == ["SELECT * FROM counter"]


async def test_lease(database: Database) -> None:
    async with database.lease(writes=True) as connection:
        await connection.execute("INSERT INTO counter VALUES (2, 2)")
        await connection.execute_many(spelled(database, "INSERT INTO counter VALUES (?, ?)"), [(3, 3)])
        assert len(await connection.fetch("SELECT * FROM counter")) == 3
        with pytest.raises(IntegrityError):
            await connection.execute("INSERT INTO counter VALUES (2, 2)")
        assert len(await connection.fetch("SELECT * FROM counter")) == 3
    with pytest.raises(InterfaceError, match="given back"):
        await connection.fetch("SELECT 1")


async def test_lease_inside_a_transaction(database: Database) -> None:
    async with atomic() as block:
        async with database.lease(locking=True) as connection:
            await connection.execute("INSERT INTO counter VALUES (2, 2)")
            await connection.execute_many(spelled(database, "INSERT INTO counter VALUES (?, ?)"), [(3, 3)])
        assert len(await database.fetch("SELECT * FROM counter")) == 3
    assert block.outcome == "committed"


async def test_capture(database: Database) -> None:
    with capture_queries() as outer:
        with capture_queries() as inner:
            await database.fetch("SELECT 1")
        with pytest.raises(DatabaseError):
            await database.execute("SELECT nonsense FROM nowhere")
    await database.fetch("SELECT 2")
    assert [query["sql"] for query in inner] == ["SELECT 1"]
    assert [query["sql"] for query in outer] == ["SELECT 1", "SELECT nonsense FROM nowhere"]
    assert float(outer[0]["time"]) >= 0
    assert database.observers == ()


async def test_unknown_alias(database: Database) -> None:
    with pytest.raises(ConnectionDoesNotExist, match=r"'other' doesn't exist. Configured are: 'default'"):
        databases["other"]


def test_nothing_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AORM_DATABASE_URL", raising=False)
    with settings.override(databases=None), pytest.raises(ConnectionDoesNotExist, match=r"aorm.configure"):
        databases["default"]


def test_url_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AORM_DATABASE_URL", "sqlite:///environment.db")
    with settings.override(databases=None):
        assert databases["default"].config.name == "environment.db"


async def test_aliases(sqlite_url: str) -> None:
    with settings.override(databases={"default": sqlite_url, "other": "sqlite://"}):
        assert list(databases) == ["default", "other"]
        assert "other" in databases
        assert "third" not in databases
        first = databases["other"]
        assert databases["other"] is first
    with settings.override(databases={"other": "sqlite:///else.db"}):
        assert databases["other"] is not first


REFUSED = "postgresql://someone:hunter2@127.0.0.1:1/name"


async def test_refused_connection() -> None:
    async with open_database(REFUSED) as database:
        with pytest.raises(ConnectionLost, match=r"'default'.*127\.0\.0\.1:1/name") as caught:
            await database.fetch("SELECT 1")
        assert "hunter2" not in str(caught.value)


async def test_wrong_database_name(postgres_url: str) -> None:
    async with open_database(postgres_url.rpartition("/")[0] + "/no_such_database") as database:
        with pytest.raises(OperationalError, match=r"'default'.*no_such_database") as caught:
            await database.fetch("SELECT 1")
        assert caught.value.sqlstate == "3D000"


async def test_unreadable_file() -> None:
    async with open_database("sqlite:////no/such/folder/file.db") as database:
        with pytest.raises(OperationalError, match=r"'default'.*/no/such/folder/file.db"):
            await database.fetch("SELECT 1")


async def test_missing_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    from aorm.database import databases as module

    monkeypatch.setitem(module.PARTS, "sqlite", (module.PARTS["sqlite"][0], "no_such_package.driver:DRIVER"))
    with settings.override(databases="sqlite:///x.db"), pytest.raises(ImproperlyConfigured, match="no_such_package"):
        databases["default"]


async def test_memory_is_shared_by_all_tasks() -> None:
    async with open_database("sqlite://") as database:
        await make_counter(database)

        async def increment() -> None:
            async with atomic():
                value = (await values(database))[0]
                await asyncio.sleep(0)
                await database.execute("UPDATE counter SET value = ?", (value + 1,))

        async def look() -> None:
            await values(database)

        await asyncio.gather(*(increment() for _ in range(30)), *(look() for _ in range(30)))
        assert await values(database) == [30]


async def test_readers_do_not_wait_for_the_writer(sqlite_url: str) -> None:
    async with open_database(sqlite_url) as database:
        await make_counter(database)
        written, release = asyncio.Event(), asyncio.Event()

        async def write() -> None:
            async with atomic():
                await add(database, 2)
                written.set()
                await release.wait()

        task = asyncio.create_task(write())
        await written.wait()
        assert await values(database) == [0]
        release.set()
        await task
        assert await values(database) == [0, 0]


async def test_pragmas(sqlite_url: str) -> None:
    async with open_database(f"{sqlite_url}?busy_timeout=2.5&cache_size=-4000") as database:

        async def pragma(name: str, *, writes: bool) -> object:
            return (await database.fetch(f"PRAGMA {name}", writes=writes))[0][0]

        for writes in (False, True):
            assert await pragma("journal_mode", writes=writes) == "wal"
            assert await pragma("foreign_keys", writes=writes) == 1
            assert await pragma("busy_timeout", writes=writes) == 2500
            assert await pragma("cache_size", writes=writes) == -4000
            assert await pragma("query_only", writes=writes) == (0 if writes else 1)


async def test_changed_pragmas_are_set_back(sqlite_url: str) -> None:
    async with open_database(sqlite_url) as database:
        await database.fetch("PRAGMA foreign_keys = off", writes=True)
        await database.fetch("PRAGMA query_only = off")
        assert (await database.fetch("PRAGMA foreign_keys", writes=True))[0][0] == 1
        assert (await database.fetch("PRAGMA query_only"))[0][0] == 1


async def test_changed_session_is_reset(postgres_url: str) -> None:
    async with open_database(postgres_url, max_size=1) as database:
        await database.execute("SET statement_timeout = 12345")
        await database.fetch("SELECT set_config('search_path', 'nowhere', false)")
        assert (await database.fetch("SHOW statement_timeout"))[0][0] == "0"
        assert (await database.fetch("SHOW search_path"))[0][0] != "nowhere"
        assert (await database.fetch("SHOW TimeZone"))[0][0] == "UTC"
        assert database.stats().connected == 1


async def test_unchanged_session_is_not(postgres_url: str, postgres_oracle: object) -> None:
    async with open_database(postgres_url, max_size=1) as database:
        await make_counter(database)
        for _ in range(3):
            await values(database)
        last = await database.fetch("SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid()")
        assert "RESET" not in last[0][0]
        assert database.stats().connected == 1


async def test_plans_after_ddl(postgres_url: str) -> None:
    async with open_database(postgres_url, max_size=2) as database:
        await make_counter(database)
        sql = "SELECT * FROM counter"
        await asyncio.gather(database.fetch(sql), database.fetch(sql))
        await database.execute("ALTER TABLE counter ADD COLUMN more integer DEFAULT 3")
        assert [tuple(row) for row in await database.fetch(sql)] == [(1, 0, 3)]
        await asyncio.gather(database.fetch(sql), database.fetch(sql))


async def test_plans_after_ddl_in_a_transaction(postgres_url: str) -> None:
    from aorm.exceptions import SchemaChanged

    async with open_database(postgres_url, max_size=1) as database:
        await make_counter(database)
        sql = "SELECT * FROM counter"
        await database.fetch(sql)
        with pytest.raises(SchemaChanged) as caught:  # noqa: PT012
            async with atomic():
                await database.execute("ALTER TABLE counter ADD COLUMN more integer DEFAULT 3")
                await database.fetch(sql)
        assert caught.value.retryable
        await database.execute("ALTER TABLE counter ADD COLUMN more integer DEFAULT 3")
        async with atomic():
            await database.fetch("SELECT 1")
        assert [tuple(row) for row in await database.fetch(sql)] == [(1, 0, 3)]


async def test_forgotten_statements_are_prepared_again(postgres_url: str) -> None:
    async with open_database(postgres_url, max_size=1, leak_after=None) as database:
        await make_counter(database)
        sql = "SELECT value FROM counter WHERE id = $1"
        assert (await database.fetch(sql, (1,)))[0][0] == 0
        async with database.lease() as connection:
            await connection.execute("DEALLOCATE ALL")
        assert (await database.fetch(sql, (1,)))[0][0] == 0
        assert await database.execute("UPDATE counter SET value = $1", (5,)) == 1


async def test_transaction_pooler_keeps_no_prepared_statements(postgres_url: str) -> None:
    async with open_database(postgres_url, max_size=1, pooler="transaction") as database:
        await make_counter(database)
        sql = "SELECT value FROM counter WHERE id = $1"
        for _ in range(2):
            await database.fetch(sql, (1,))
        assert (await database.fetch("SELECT count(*) FROM pg_prepared_statements"))[0][0] == 0
        async with atomic():
            await database.fetch(sql, (1,))
        assert [rows async for rows in database.stream("SELECT value FROM counter")]
