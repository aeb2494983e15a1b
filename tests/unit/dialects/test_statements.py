"""Statements are rendered as expected and do on both databases what they say."""

from __future__ import annotations

from typing import Any

import pytest

from aorm.exceptions import NotSupportedError
from aorm.sql import types as T
from aorm.sql.ddl import ColumnDefinition, CreateTable, DropTable
from aorm.sql.functions import Call, Window
from aorm.sql.predicates import FALSE, TRUE, Compare, Exists, InList, conjunction
from aorm.sql.select import Compound, Explain, Lock, Ordering, Position, Select
from aorm.sql.sources import From, FromQuery, FromValues, Join
from aorm.sql.tables import Column, ColumnList, Label, Star, Table
from aorm.sql.values import Case, Default, Literal, Operation, Outer, Param, Row, When
from aorm.sql.write import Assignment, Delete, Excluded, Insert, OnConflict, Update
from tests.unit.dialects.support import (
    DIALECTS,
    FIRST,
    SECOND,
    TYPES,
    Runner,
    agg,
    by_id,
    col,
    insert_item,
    par,
    select,
    sql,
)

THING = Table("thing")
ID = Column("thing", "id", T.INTEGER)
NAME = Column("thing", "name", T.varchar(20))
N = Column("thing", "n", T.INTEGER)


def number(value: int) -> Param:
    """Return a whole number."""
    return par(value, T.INTEGER)


def text(value: str) -> Param:
    """Return a text."""
    return par(value, T.varchar(20))


def things(*terms: Any, **more: Any) -> Select:
    """Return a query of the small table."""
    return Select(ColumnList(terms or (ID, NAME, N)), From(THING, "thing"), **more)


def row(*terms: Any) -> Row:
    """Return a row."""
    return Row(terms, T.row(len(terms)))


@pytest.fixture(autouse=True)
def _thing(runner: Runner) -> Any:
    runner.run(
        CreateTable(
            THING,
            (
                ColumnDefinition("id", T.INTEGER, is_primary_key=True, identity=True),
                ColumnDefinition("name", T.varchar(20), is_unique=True),
                ColumnDefinition("n", T.INTEGER, is_null=True, default=Literal(5, T.INTEGER)),
            ),
        )
    )
    runner.run(Insert(THING, ("name", "n"), (row(text("a"), number(1)), row(text("b"), number(2)))))
    yield
    runner.run(DropTable(THING, cascade=True))


def all_things(runner: Runner) -> list[tuple[Any, ...]]:
    """Return the rows of the small table."""
    return runner.rows(things(order_by=(Ordering(ID),)))


def test_insert_returns_columns(runner: Runner) -> None:
    insert = Insert(
        THING,
        ("name",),
        (row(text("c")), row(text("d"))),
        returning=ColumnList((Column("", "id", T.INTEGER), Column("", "n", T.INTEGER))),
    )
    assert [tuple(found) for found in runner.run(insert)] == [(3, 5), (4, 5)]


def test_insert_of_no_columns_takes_defaults(runner: Runner) -> None:
    runner.run(CreateTable(Table("plain"), (ColumnDefinition("id", T.BIGINT, is_primary_key=True, identity=True),)))
    insert = Insert(Table("plain"), (), returning=ColumnList((Column("", "id", T.BIGINT),)))
    assert [tuple(found) for found in runner.run(insert)] == [(1,)]
    runner.run(DropTable(Table("plain"), if_exists=True))


def test_insert_ignores_conflicts(runner: Runner) -> None:
    runner.run(
        Insert(THING, ("name", "n"), (row(text("a"), number(9)), row(text("c"), number(3))), on_conflict=OnConflict())
    )
    assert [(name, n) for _, name, n in all_things(runner)] == [("a", 1), ("b", 2), ("c", 3)]


def test_insert_updates_conflicts(runner: Runner) -> None:
    assignments = (Assignment("n", Operation(Excluded("n", T.INTEGER), "+", number(10), T.INTEGER)),)
    rows = (row(text("a"), number(9)), row(text("c"), number(3)))
    runner.run(Insert(THING, ("name", "n"), rows, on_conflict=OnConflict(("name",), assignments)))
    assert [(name, n) for _, name, n in all_things(runner)] == [("a", 19), ("b", 2), ("c", 3)]


def test_insert_from_a_query_updates_conflicts(runner: Runner) -> None:
    source = things(NAME, Operation(N, "*", number(100), T.INTEGER))
    conflict = OnConflict(("name",), (Assignment("n", Excluded("n", T.INTEGER)),))
    runner.run(Insert(THING, ("name", "n"), source=source, on_conflict=conflict))
    assert [(name, n) for _, name, n in all_things(runner)] == [("a", 100), ("b", 200)]


@pytest.mark.parametrize(
    "conflict", [None, OnConflict(), OnConflict(("name",), (Assignment("n", Excluded("n", T.INTEGER)),))]
)
def test_insert_from_arrays_keeps_their_order(runner: Runner, conflict: OnConflict | None) -> None:
    names = [f"x{index}" for index in range(3000)]
    source = FromValues(
        (par(names, T.array(T.varchar(20))), par([*range(2999), None], T.array(T.INTEGER))), "v", ("name", "n")
    )
    insert = Insert(
        THING,
        ("name", "n"),
        source=source,
        on_conflict=conflict,
        returning=ColumnList((Column("", "id", T.INTEGER), Column("", "name", T.TEXT))),
    )
    returned = [tuple(found) for found in runner.run(insert)]
    assert [name for _, name in returned] == names
    assert [key for key, _ in returned] == list(range(3, 3003))
    assert all_things(runner)[-1][2] is None


def test_arrays_of_every_type_become_columns(runner: Runner) -> None:
    arrays = tuple([par([FIRST[name], None], T.array(TYPES[name] if name != "price" else T.DECIMAL)) for name in FIRST])
    source = FromValues(arrays, "v", tuple(FIRST))
    columns = tuple([Column("v", name, TYPES[name]) for name in FIRST])
    assert runner.rows(Select(ColumnList(columns), source)) == [tuple(FIRST.values()), (None,) * len(FIRST)]


def test_update_from_arrays(runner: Runner) -> None:
    source = FromValues((par([1, 2], T.array(T.INTEGER)), par([10, 20], T.array(T.INTEGER))), "v", ("id", "n"))
    update = Update(
        THING,
        "thing",
        (Assignment("n", Operation(Column("v", "n", T.INTEGER), "+", N, T.INTEGER)),),
        Compare(ID, "=", Column("v", "id", T.INTEGER)),
        source,
    )
    runner.run(update)
    assert [n for _, _, n in all_things(runner)] == [11, 22]


def test_update_by_cases_under_an_alias_returns_rows(runner: Runner) -> None:
    whens = tuple(
        [
            When(Compare(Column("T1", "id", T.INTEGER), "=", number(key)), par(value, T.INTEGER))
            for key, value in ((1, 7), (2, None))
        ]
    )
    update = Update(
        THING,
        "T1",
        (Assignment("n", Case(whens, None, T.INTEGER)),),
        TRUE,
        None,
        ColumnList((Column("", "n", T.INTEGER),)),
    )
    assert sorted([tuple(found) for found in runner.run(update)], key=str) == [(7,), (None,)]


def test_delete_by_a_list_under_an_alias(runner: Runner) -> None:
    runner.run(Delete(THING, "T1", InList(Column("T1", "id", T.INTEGER), par([1], T.array(T.INTEGER)))))
    assert [name for _, name, _ in all_things(runner)] == ["b"]


def test_delete_of_nothing(runner: Runner) -> None:
    runner.run(Delete(THING, "thing", FALSE))
    assert len(all_things(runner)) == 2


def test_select_with_every_clause(runner: Runner) -> None:
    other = Column("T2", "n", T.INTEGER)
    statement = things(
        Label(agg("count"), "many", T.BIGINT),
        N,
        joins=(Join(From(THING, "T2"), Compare(other, ">=", N), is_inner=False),),
        where=Compare(ID, ">", number(0)),
        group_by=(N,),
        having=Compare(agg("count"), ">", number(0)),
        is_distinct=True,
        order_by=(Ordering(N, True, "last"),),
        limit=par(1, T.BIGINT),
        offset=par(1, T.BIGINT),
    )
    assert runner.rows(statement) == [(2, 1)]


def test_offset_without_limit(runner: Runner) -> None:
    assert runner.rows(things(NAME, order_by=(Ordering(ID),), offset=Literal(1, T.BIGINT))) == [("b",)]


def test_order_by_a_constant_is_no_position(runner: Runner) -> None:
    assert (
        len(
            runner.rows(
                things(NAME, order_by=(Ordering(Literal(99, T.INTEGER)), Ordering(Literal("x")), Ordering(number(98))))
            )
        )
        == 2
    )


def test_subquery_in_from(runner: Runner) -> None:
    inner = things(Label(N, "m", T.INTEGER), Label(Star(T.UNKNOWN), "x", T.UNKNOWN).term)
    statement = Select(
        ColumnList((Label(agg("sum", Column("s", "m", T.INTEGER)), "v", T.INTEGER),)), FromQuery(inner, "s")
    )
    assert runner.rows(statement) == [(3,)]


@pytest.mark.parametrize(
    ("operator", "expected"),
    [("union", ["a", "b"]), ("union all", ["a", "a", "b"]), ("intersect", ["a"]), ("except", ["b"])],
)
def test_set_operations(runner: Runner, operator: str, expected: list[str]) -> None:
    one = things(NAME)
    two = things(NAME, where=Compare(NAME, "=", text("a")))
    compound = Compound(operator, (one, two), (Ordering(Position(1, T.TEXT)),), par(5, T.BIGINT))
    assert [tuple(found) for found in runner.run(compound)] == [(name,) for name in expected]


def test_set_operations_of_ordered_and_nested_queries(runner: Runner) -> None:
    last = things(NAME, order_by=(Ordering(ID, True),), limit=par(1, T.BIGINT))
    nested = Compound("except", (things(NAME), last))
    compound = Compound("union all", (nested, last, last), (Ordering(Position(1, T.TEXT)),))
    assert [tuple(found) for found in runner.run(compound)] == [("a",), ("b",), ("b",)]
    outer = Select(ColumnList((agg("count"),)), FromQuery(compound, "c"))
    assert [tuple(found) for found in runner.run(outer)] == [(3,)]


def test_distinct_on(runner: Runner) -> None:
    statement = things(NAME, distinct_on=(N,), order_by=(Ordering(N),))
    if runner.vendor == "sqlite":
        with pytest.raises(NotSupportedError, match="DISTINCT ON fields is not supported"):
            runner.rows(statement)
    else:
        assert runner.rows(statement) == [("a",), ("b",)]


def test_explain(runner: Runner) -> None:
    assert runner.run(Explain(things()))
    if runner.vendor == "postgresql":
        found = runner.run(Explain(things(), "json", (("analyze", True), ("Costs", False))))
        assert "Plan" in found[0][0]


def test_a_lock_is_rendered_or_left_out(runner: Runner) -> None:
    assert len(runner.rows(things(lock=Lock()))) == 2


LOCKS = [
    (Lock(), " FOR UPDATE", None),
    (Lock(nowait=True), " FOR UPDATE NOWAIT", "NOWAIT is not supported on this database backend."),
    (Lock(skip_locked=True), " FOR UPDATE SKIP LOCKED", "SKIP LOCKED is not supported on this database backend."),
    (Lock(of=("thing",)), ' FOR UPDATE OF "thing"', "FOR UPDATE OF is not supported on this database backend."),
    (Lock(no_key=True), " FOR NO KEY UPDATE", "FOR NO KEY UPDATE is not supported on this database backend."),
]


@pytest.mark.parametrize(("lock", "postgresql", "error"), LOCKS)
def test_options_of_locks(lock: Lock, postgresql: str, error: str | None) -> None:
    plain = 'SELECT "thing"."id" FROM "thing"'
    assert sql(DIALECTS["postgresql"], things(ID, lock=lock)) == plain + postgresql
    if error is None:
        assert sql(DIALECTS["sqlite"], things(ID, lock=lock)) == plain
    else:
        with pytest.raises(NotSupportedError) as caught:
            sql(DIALECTS["sqlite"], things(ID, lock=lock))
        assert str(caught.value) == error


def test_the_default_keyword_is_refused_where_there_is_none() -> None:
    insert = Insert(THING, ("name", "n"), (row(text("z"), Default()),))
    assert sql(DIALECTS["postgresql"], insert) == 'INSERT INTO "thing" ("name", "n") VALUES ($1, DEFAULT)'
    with pytest.raises(NotSupportedError, match="DEFAULT among inserted values is not supported on SQLite"):
        sql(DIALECTS["sqlite"], insert)


def test_a_filter_on_a_window_stands_around_the_query(runner: Runner) -> None:
    rank = Window(Call("row_number", (), T.BIGINT), (), (Ordering(N, True),), None, T.BIGINT)
    other = Select(
        ColumnList((Literal(1, T.INTEGER),)),
        From(THING, "U"),
        where=conjunction(
            [
                Compare(Column("U", "n", T.INTEGER), "<", Outer(N, T.INTEGER)),
                Compare(Outer(rank, T.BIGINT), "=", number(1)),
            ]
        ),
    )
    statement = things(
        NAME,
        Label(rank, "r", T.BIGINT),
        number(7),
        where=Compare(N, ">", number(0)),
        qualify=conjunction([Compare(rank, "<=", number(1)), Compare(N, ">", number(0)), Exists(other)]),
        is_distinct=True,
        order_by=(Ordering(Operation(N, "+", number(0), T.INTEGER)), Ordering(Position(1, T.TEXT))),
        limit=par(5, T.BIGINT),
    )
    if runner.vendor == "postgresql":
        statement = statement.replace(is_distinct=False)
    assert runner.rows(statement) == [("b", 1, 7)]
    around = Select(ColumnList((Column("s", "name", T.TEXT), Column("s", "r", T.BIGINT))), FromQuery(statement, "s"))
    assert runner.rows(around) == [("b", 1)]


EXPLAINS: list[tuple[str, Explain, str]] = [
    ("sqlite", Explain(things(), "json"), "JSON is not a recognized format. SQLite does not support any formats."),
    ("postgresql", Explain(things(), "x"), "X is not a recognized format. Allowed formats: JSON, TEXT, XML, YAML"),
    ("postgresql", Explain(things(), None, (("analyze; DROP", True),)), "Unknown options: analyze; DROP"),
    ("postgresql", Explain(things(), None, (("serialize", "x) --"),)), "SERIALIZE is one of BINARY, NONE, TEXT."),
]


@pytest.mark.parametrize(("vendor", "explain", "message"), EXPLAINS)
def test_options_of_explain_are_an_enumeration(vendor: str, explain: Explain, message: str) -> None:
    with pytest.raises(ValueError, match=r"options|format|SERIALIZE") as caught:
        sql(DIALECTS[vendor], explain)
    assert str(caught.value) == message


def test_explain_says_how_to_serialize() -> None:
    explain = Explain(things(ID), "text", (("analyze", True), ("serialize", "binary")))
    assert sql(DIALECTS["postgresql"], explain).startswith(
        "EXPLAIN (ANALYZE true, SERIALIZE BINARY, FORMAT TEXT) SELECT"
    )


SNAPSHOTS: list[tuple[Any, str, str]] = [
    (
        select(
            col("id"),
            Label(col("name"), "title", T.TEXT),
            where=conjunction([Compare(col("n"), "=", number(1)), InList(col("id"), par([1], T.array(T.BIGINT)))]),
            order_by=(by_id(descending=True, nulls="last"),),
            limit=par(20, T.BIGINT),
        ),
        'SELECT "item"."id", "item"."name" AS "title" FROM "item" WHERE "item"."n" = $1 AND "item"."id" = '
        'ANY($2::bigint[]) ORDER BY "item"."id" DESC NULLS LAST LIMIT $3',
        'SELECT "item"."id", "item"."name" AS "title" FROM "item" WHERE "item"."n" = ? AND "item"."id" IN '
        '(SELECT value FROM json_each(?)) ORDER BY "item"."id" DESC NULLS LAST LIMIT ?',
    ),
    (
        Select(ColumnList((Label(number(1), "a", T.INTEGER),)), where=Compare(number(1), "<", par(2.0, T.DOUBLE))),
        'SELECT $1::integer AS "a" WHERE $2::bigint < $3::double precision',
        'SELECT ? AS "a" WHERE ? < ?',
    ),
    (
        Update(
            THING,
            "thing",
            (Assignment("n", Operation(N, "+", number(1), T.INTEGER)), Assignment("name", text("x"))),
            Compare(ID, "=", number(3)),
        ),
        'UPDATE "thing" SET "n" = ("thing"."n" + $1::bigint), "name" = $2 WHERE "thing"."id" = $3',
        'UPDATE "thing" SET "n" = ("thing"."n" + ?), "name" = ? WHERE "thing"."id" = ?',
    ),
    (
        Insert(
            THING, ("name",), (row(text("x")),), None, OnConflict(("name",)), ColumnList((Column("", "id", T.INTEGER),))
        ),
        'INSERT INTO "thing" ("name") VALUES ($1) ON CONFLICT ("name") DO NOTHING RETURNING "id"',
        'INSERT INTO "thing" ("name") VALUES (?) ON CONFLICT ("name") DO NOTHING RETURNING "id"',
    ),
    (
        Delete(THING, "T1", Compare(Column("T1", "n", T.INTEGER), "<>", number(3))),
        'DELETE FROM "thing" AS "T1" WHERE "T1"."n" <> $1',
        'DELETE FROM "thing" AS "T1" WHERE "T1"."n" <> ?',
    ),
    (
        select(Star(T.UNKNOWN), where=FALSE, is_distinct=True),
        'SELECT DISTINCT * FROM "item" WHERE FALSE',
        'SELECT DISTINCT * FROM "item" WHERE FALSE',
    ),
    (
        Select(ColumnList((Literal(1, T.INTEGER),)), From(Table("t", "s"), "t")),
        'SELECT 1 FROM "s"."t"',
        'SELECT 1 FROM "s"."t"',
    ),
    (
        Select(ColumnList((Column('"s"."t"', "a", T.TEXT),)), From(Table('"s"."t"'), '"s"."t"')),
        'SELECT "s"."t"."a" FROM "s"."t"',
        'SELECT "s"."t"."a" FROM "s"."t"',
    ),
]


@pytest.mark.parametrize(("statement", "postgresql", "sqlite"), SNAPSHOTS)
def test_text_of_statements(statement: Any, postgresql: str, sqlite: str) -> None:
    assert sql(DIALECTS["postgresql"], statement) == postgresql
    assert sql(DIALECTS["sqlite"], statement) == sqlite


def test_rows_of_every_type_are_inserted_at_once(runner: Runner) -> None:
    statement = insert_item(SECOND, FIRST)
    compiled = runner.dialect.compile(statement, statement.parameters())
    assert len(compiled.slots) == 2 * len(FIRST)
    assert compiled.is_shareable
