"""Which foreign keys are violated now: asked of a database inside and outside of a transaction."""

from __future__ import annotations

import pytest

import aorm
from aorm.exceptions import IntegrityError
from tests.support.faces import Face, configured, for_each_face
from tests.support.oracle import SQLiteOracle, oracle_for

TABLES = (
    "CREATE TABLE parent (id integer PRIMARY KEY)",
    'CREATE TABLE "the child" (id integer PRIMARY KEY, parent_id integer REFERENCES parent (id) '
    "DEFERRABLE INITIALLY DEFERRED)",
    "CREATE TABLE pair (a integer, b integer, parent_id integer REFERENCES parent (id) "
    "DEFERRABLE INITIALLY DEFERRED, PRIMARY KEY (a, b))",
)


def make_tables(url: str) -> None:
    """Make the tables by hand."""
    oracle = oracle_for(url)
    for table in TABLES:
        oracle.execute(table)
    oracle.close()


@for_each_face
async def test_in_a_transaction(face: Face, database_url: str) -> None:
    make_tables(database_url)
    with configured(database_url):
        database = aorm.connections["default"]
        await face.do(database, "check_constraints")
        for is_mended in (True, False):
            try:
                async with face.atomic():
                    await insert(face, 'INSERT INTO "the child" VALUES (1, 7)')
                    if is_mended:
                        await insert(face, "INSERT INTO parent VALUES (7)")
                        await face.do(database, "check_constraints")
                        await insert(face, "DELETE FROM parent")
                        await insert(face, "INSERT INTO parent VALUES (7)")
                    else:
                        await insert(face, "DELETE FROM parent")
                        with pytest.raises(IntegrityError) as caught:
                            await face.do(database, "check_constraints")
                        raise ZeroDivisionError
            except ZeroDivisionError:
                assert caught.value.sqlstate == "23503"
                assert caught.value.table == "the child"
            else:
                assert is_mended
                async with face.atomic():
                    await insert(face, 'DELETE FROM "the child"')


async def insert(face: Face, sql: str) -> None:
    """Run a statement on either face."""
    database = aorm.connections["default"]
    if face.is_async:
        await database.execute(sql)
    else:
        aorm.run_sync(database.execute(sql))


@for_each_face
async def test_sqlite_finds_what_came_in_unchecked(face: Face, sqlite_url: str) -> None:
    make_tables(sqlite_url)
    oracle = oracle_for(sqlite_url)
    assert isinstance(oracle, SQLiteOracle)
    with configured(sqlite_url):
        database = aorm.connections["default"]
        await face.do(database, "check_constraints")
        oracle.execute("PRAGMA foreign_keys = OFF; INSERT INTO pair VALUES (3, 4, 99)")
        with pytest.raises(IntegrityError) as caught:
            await face.do(database, "check_constraints")
        assert str(caught.value) == (
            "The row in table 'pair' with primary key '(3, 4)' has an invalid foreign key: pair.parent_id contains a "
            "value '99' that does not have a corresponding value in parent.id."
        )
        assert (caught.value.table, caught.value.column, caught.value.sqlstate) == ("pair", "parent_id", "23503")
        await face.do(database, "check_constraints", ["the child"])
        oracle.execute('PRAGMA foreign_keys = OFF; INSERT INTO "the child" VALUES (5, 98); DELETE FROM pair')
        with pytest.raises(IntegrityError, match=r"The row in table 'the child' with primary key '5' has an invalid"):
            await face.do(database, "check_constraints", table_names=["parent", "the child"])
