"""Slots find their parameters whatever the order of the text, and encoding refuses in words."""

from __future__ import annotations

import datetime
import decimal
from typing import Any

import pytest

from aorm.dialects.base.compiled import Fixed
from aorm.dialects.base.dialect import Dialect
from aorm.dialects.base.types import type_of
from aorm.exceptions import DataError, NotSupportedError
from aorm.sql import types as T
from aorm.sql.functions import CustomSQL, RawTerm
from aorm.sql.node import Term
from aorm.sql.predicates import Compare, Like, conjunction
from aorm.sql.select import Ordering
from aorm.sql.tables import Label
from aorm.sql.values import Operation, Param
from tests.unit.dialects.support import DIALECTS, UTC, call, col, par, select, sql

both = pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)


@both
def test_a_plan_serves_other_values_of_the_same_shape(dialect: Dialect) -> None:
    def query(name: str, limit: int) -> Any:
        return select(col("id"), where=Compare(col("name"), "=", par(name, T.TEXT)), limit=par(limit, T.BIGINT))

    one, two = query("a", 1), query("b", 2)
    assert one.shape() == two.shape()
    compiled = dialect.compile(one, one.parameters())
    assert compiled.encode(two.parameters()) == ("b", 2)


@both
def test_parameters_of_planning_are_fixed(dialect: Dialect) -> None:
    unfinished = select(col("id"), where=Compare(col("name"), "=", par("a", T.TEXT)))
    moment = datetime.datetime(2020, 1, 1, tzinfo=UTC)
    finished = unfinished.replace(
        where=conjunction([Compare(col("at"), "<", par(moment, T.TIMESTAMPTZ)), unfinished.where])
    )
    compiled = dialect.compile(finished, unfinished.parameters())
    assert isinstance(compiled.slots[0], Fixed)
    assert compiled.slots[1] == 0
    assert compiled.encode([par("z", T.TEXT)])[1] == "z"


@both
def test_a_parameter_may_stand_at_several_places(dialect: Dialect) -> None:
    amount = par(3, T.INTEGER)
    total = Operation(col("n"), "+", amount, T.INTEGER)
    statement = select(Label(total, "v", T.INTEGER), group_by=(total,), order_by=(Ordering(total),))
    compiled = dialect.compile(statement, [amount])
    assert compiled.is_shareable
    assert compiled.encode([par(4, T.INTEGER)]) == ((4,) if dialect.vendor == "postgresql" else (4, 4, 4))


@both
def test_one_object_at_two_places_of_the_query_makes_the_plan_unshareable(dialect: Dialect) -> None:
    amount = par(3, T.INTEGER)
    statement = select(where=conjunction([Compare(col("n"), "=", amount), Compare(col("big"), "=", amount)]))
    assert not dialect.compile(statement, statement.parameters()).is_shareable


@both
@pytest.mark.parametrize(
    ("value", "sql_type"),
    [
        (datetime.datetime(2020, 1, 1), T.TIMESTAMPTZ),
        (datetime.time(1, tzinfo=UTC), T.TIME),
        ("12 secret", T.TIMESTAMPTZ),
        ([datetime.datetime(2020, 1, 1)], T.array(T.TIMESTAMPTZ)),
    ],
)
def test_what_cannot_be_stored_is_refused_without_showing_it(dialect: Dialect, value: Any, sql_type: T.SqlType) -> None:
    statement = select(where=Compare(col("name"), "=", par(value, sql_type)))
    compiled = dialect.compile(statement, statement.parameters())
    with pytest.raises(DataError) as caught:
        compiled.encode(statement.parameters())
    assert "secret" not in str(caught.value)


@both
def test_what_json_cannot_hold_is_told_in_its_own_words(dialect: Dialect) -> None:
    statement = select(where=Compare(col("name"), "=", par(object(), T.JSON)))
    with pytest.raises(TypeError, match="not JSON serializable"):
        dialect.compile(statement, statement.parameters()).encode(statement.parameters())


def test_too_many_digits_are_refused_on_sqlite() -> None:
    statement = select(where=Compare(col("price"), "=", par(decimal.Decimal("123456.789"), T.decimal(7, 2))))
    with pytest.raises(DataError, match=r"decimal\(7, 2\)"):
        DIALECTS["sqlite"].compile(statement, statement.parameters()).encode(statement.parameters())


@both
def test_none_goes_by_encoders_but_not_by_adapters(dialect: Dialect) -> None:
    class Adapter:
        def encode_for(self, dialect: Dialect) -> Any:
            return lambda value: "null" if value is None else str(value)

    statement = select(
        where=conjunction(
            [
                Compare(col("at"), "=", par(None, T.TIMESTAMPTZ)),
                Compare(col("data"), "=", Param(None, T.JSON, Adapter())),
            ]
        )
    )
    compiled = dialect.compile(statement, statement.parameters())
    assert compiled.encode(statement.parameters()) == (None, "null")


@both
def test_definitions_ask_adapters(dialect: Dialect) -> None:
    class Adapter:
        def encode_for(self, dialect: Dialect) -> Any:
            return lambda value: f"<{value}>"

    assert dialect.render_term(Param("it's", T.JSON, Adapter())) == "'<it''s>'"


class Tagged:
    """A user's expression that writes its own SQL."""

    def __init__(self, *sources: object) -> None:
        self.sources = sources

    def get_source_expressions(self) -> list[object]:
        return list(self.sources)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        inner, parameters = compiler.compile(self.sources[0])
        return f"COALESCE({inner}, %s || '100%%')", [*parameters, "x"]

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        sql, parameters = self.as_sql(compiler, connection)
        return f"{sql} /* {connection.ops.quote_name('q')} */", parameters


def test_the_door_for_own_sql() -> None:
    source = object()
    inner: Term = call("replace", col("name"), par("%s", T.TEXT), par("", T.TEXT))
    statement = select(CustomSQL(Tagged(source), (inner,), T.TEXT))
    sources = statement.parameters()
    compiled = DIALECTS["postgresql"].compile(statement, sources)
    assert compiled.sql == (
        'SELECT COALESCE(REPLACE("item"."name", $1::text, $2::text), $3::text || \'100%\') FROM "item"'
    )
    assert compiled.encode(sources) == ("%s", "", "x")
    compiled = DIALECTS["sqlite"].compile(statement, sources)
    assert compiled.sql == ('SELECT COALESCE(REPLACE("item"."name", ?, ?), ? || \'100%\') /* "q" */ FROM "item"')


@pytest.mark.parametrize("parameters", [[], [1, 2]])
def test_the_door_counts_placeholders(parameters: list[int]) -> None:
    class Wrong:
        def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[int]]:
            return "%s", parameters

    with pytest.raises(ValueError, match="parameters than placeholders"):
        sql(DIALECTS["sqlite"], select(CustomSQL(Wrong(), ())))


def test_raw_terms_count_placeholders() -> None:
    with pytest.raises(ValueError, match="1 placeholders and 0 parameters"):
        sql(DIALECTS["sqlite"], select(RawTerm(("a = ", ""), ())))


def test_an_unknown_function_is_refused_by_name() -> None:
    for dialect in DIALECTS.values():
        with pytest.raises(NotSupportedError, match="no function 'frobnicate'"):
            sql(dialect, select(call("frobnicate")))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, T.BOOLEAN),
        (5, T.INTEGER),
        (2**40, T.BIGINT),
        (2**70, T.DECIMAL),
        (1.5, T.DOUBLE),
        ("a", T.TEXT),
        (datetime.datetime(2020, 1, 1), T.TIMESTAMP),
        (datetime.datetime(2020, 1, 1, tzinfo=UTC), T.TIMESTAMPTZ),
        (datetime.date(2020, 1, 1), T.DATE),
        ([1, 2**40], T.array(T.BIGINT)),
        ([], T.UNKNOWN),
        ({}, T.JSON),
        (None, T.UNKNOWN),
    ],
)
def test_bare_values_have_the_type_that_psycopg_gives_them(value: Any, expected: T.SqlType) -> None:
    assert type_of(value) is expected


@both
def test_like_kinds_are_an_enumeration(dialect: Dialect) -> None:
    with pytest.raises(ValueError, match="no kind of LIKE"):
        sql(dialect, select(where=Like(col("name"), "x' OR 1=1 --", par("a", T.TEXT))))
