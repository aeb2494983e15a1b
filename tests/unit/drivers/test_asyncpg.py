"""asyncpg's connection: statements that are prepared already take a short way, which must behave as the long one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from aorm.database.atomic import atomic
from aorm.exceptions import SchemaChanged
from tests.support.connections import make_counter, open_database

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aorm.database.database import Database

SELECT = "SELECT * FROM counter WHERE id = $1"
UPDATE = "UPDATE counter SET value = value + 1 WHERE id = $1"


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[Database]:
    """A database with a counter, whose statements are prepared on its one connection."""
    async with open_database(postgres_url, max_size=1) as opened:
        await make_counter(opened)
        for _ in range(2):
            await opened.fetch(SELECT, (1,))
            await opened.execute(UPDATE, (1,))
        yield opened


async def test_rows_and_counts(database: Database) -> None:
    """A prepared statement gives its rows and the number of rows affected."""
    assert [tuple(row) for row in await database.fetch(SELECT, (1,))] == [(1, 2)]
    assert await database.fetch(SELECT, (2,)) == []
    assert await database.execute(UPDATE, [1]) == 1
    assert await database.execute(UPDATE, [2]) == 0


async def test_plan_outrun_by_ddl(database: Database) -> None:
    """Outside a transaction a statement whose result changed is prepared anew, unseen."""
    await database.execute("ALTER TABLE counter ADD COLUMN label text DEFAULT 'x'")
    assert [tuple(row) for row in await database.fetch(SELECT, (1,))] == [(1, 2, "x")]


async def test_plan_outrun_by_ddl_in_a_transaction(database: Database) -> None:
    """Inside a transaction that is lost; the next one prepares anew."""
    await database.execute("ALTER TABLE counter ADD COLUMN label text DEFAULT 'x'")
    with pytest.raises(SchemaChanged):
        async with atomic():
            await database.fetch(SELECT, (1,))
    async with atomic():
        assert [tuple(row) for row in await database.fetch(SELECT, (1,))] == [(1, 2, "x")]


async def test_query_loggers_see_all(database: Database) -> None:
    """Who listens with asyncpg's own query logger hears prepared statements as well."""
    heard: list[Any] = []

    async def listen(record: Any) -> None:
        heard.append(record.query)

    pool, slot = await database.pin(None, reads_only=False)
    raw = slot.connection.raw  # type: ignore[attr-defined]
    raw.add_query_logger(listen)
    pool.checkin(slot)
    await database.fetch(SELECT, (1,))
    await database.execute(UPDATE, (1,))
    raw.remove_query_logger(listen)
    await database.fetch(SELECT, (1,))
    assert heard == [SELECT, UPDATE]
