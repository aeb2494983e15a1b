"""The driver without a database."""

from __future__ import annotations

import pytest

from aorm.database.atomic import atomic
from aorm.database.config import parse_config
from aorm.database.databases import databases, make_database
from aorm.drivers.recording import Recorded, RecordingDriver
from aorm.exceptions import IntegrityError


@pytest.mark.parametrize("scheme", ["sqlite", "postgresql"])
async def test_statements_and_answers(scheme: str) -> None:
    driver = RecordingDriver([(1, "Emma")], 3)
    database = make_database(parse_config("recorded", {"scheme": scheme, "name": "x"}), driver=driver)
    databases.add(database)
    try:
        assert await database.fetch("SELECT 1", (5,)) == [(1, "Emma")]
        assert await database.execute("UPDATE x") == 3
        assert await database.fetch("SELECT 2") == []
        assert driver.statements == [Recorded("SELECT 1", (5,)), Recorded("UPDATE x", ()), Recorded("SELECT 2", ())]
        driver.clear()
        async with atomic("recorded"):
            await database.fetch("SELECT 3")
            async with atomic("recorded"):
                await database.execute_many("INSERT", [(1,), (2,)])
        begin = "BEGIN IMMEDIATE" if scheme == "sqlite" else "BEGIN"
        assert driver.sql == [begin, "SELECT 3", "SAVEPOINT s1", "INSERT", "INSERT", "RELEASE SAVEPOINT s1", "COMMIT"]
        driver.answer(IntegrityError("no"), [(1,), (2,), (3,)])
        with pytest.raises(IntegrityError):
            await database.execute("INSERT")
        assert [rows async for rows in database.stream("SELECT 4", chunk_size=2)] == [[(1,), (2,)], [(3,)]]
    finally:
        databases.remove("recorded")
        await database.aclose()


async def test_responder() -> None:
    driver = RecordingDriver(responder=lambda sql, parameters: [tuple(parameters)] if "?" in sql else 7)
    database = make_database(parse_config("recorded", "sqlite:///x"), driver=driver)
    assert await database.fetch("SELECT ?", (4,)) == [(4,)]
    assert await database.execute("DELETE") == 7
    await database.aclose()
