"""Every type goes in and comes out whole; every function gives the same on both databases, or Django's difference."""

from __future__ import annotations

import datetime
import decimal
import math
import uuid
from typing import Any

import pytest

from aorm.sql import types as T
from aorm.sql.functions import Aggregate, Frame, RawTerm, TemplateCall, Window
from aorm.sql.node import Term
from aorm.sql.predicates import (
    FALSE,
    TRUE,
    Between,
    Compare,
    Exists,
    InList,
    InQuery,
    InTerms,
    IsNull,
    IsTrue,
    Like,
    Matches,
    Not,
    Predicate,
    Xor,
    conjunction,
    disjunction,
)
from aorm.sql.select import Ordering
from aorm.sql.sources import Subquery
from aorm.sql.tables import Label
from aorm.sql.values import Case, Cast, Collate, Literal, Negative, Operation, Outer, Row, When
from tests.unit.dialects.support import FIRST, TYPES, UID, UTC, Runner, agg, by_id, call, col, par, select

D = decimal.Decimal
INT, B, F, S, DT, TS, TM, DUR = T.INTEGER, T.BIGINT, T.DOUBLE, T.TEXT, T.DATE, T.TIMESTAMPTZ, T.TIME, T.INTERVAL
TOKYO = "Asia/Tokyo"


def op(left: Term, operator: str, right: Term, type: T.SqlType = INT) -> Operation:  # noqa: A002
    """Return an operation."""
    return Operation(left, operator, right, type)


def text(value: str) -> Term:
    """Return a text parameter."""
    return par(value, S)


def number(value: int) -> Term:
    """Return a whole number."""
    return par(value, INT)


def path(*keys: object, text: bool = False) -> Term:
    """Return a value cut out of JSON."""
    name = "json_extract_text" if text else "json_extract"
    return call(name, col("data"), type=S if text else T.JSON, options=keys)


def per(**by_vendor: Any) -> dict[str, Any]:
    """Return what is expected of each database."""
    return by_vendor


@pytest.mark.parametrize("name", FIRST)
def test_a_value_comes_back_as_it_went_in(runner: Runner, name: str) -> None:
    value = runner.value(col(name))
    assert value == FIRST[name]
    assert isinstance(value, type(FIRST[name]))


@pytest.mark.parametrize("name", FIRST)
def test_a_parameter_comes_back_as_it_went_in(runner: Runner, name: str) -> None:
    sql_type = T.DECIMAL if name == "price" else TYPES[name]
    assert runner.value(par(FIRST[name], sql_type)) == FIRST[name]


# As in Django, a date moved by a duration is an aware datetime on SQLite and a naive one on PostgreSQL.
AFTER = {"sqlite": datetime.datetime(2024, 3, 1, tzinfo=UTC), "postgresql": datetime.datetime(2024, 3, 1)}

ARITHMETIC = [
    (op(col("n"), "+", number(1)), 8),
    (op(col("n"), "+", number(2**40)), 7 + 2**40),
    (op(col("n"), "-", number(10)), -3),
    (op(col("n"), "*", par(1.5, F), F), 10.5),
    (op(col("n"), "/", number(2)), 3),
    (op(col("n"), "/", par(2.0, F), F), 3.5),
    (op(col("n"), "%", number(4)), 3),
    (op(col("ratio"), "%", number(2), F), 0.5),
    (op(col("n"), "^", number(2)), 49),
    (op(col("n"), "&", number(3)), 3),
    (op(col("n"), "|", number(8)), 15),
    (op(col("n"), "#", number(2)), 5),
    (op(col("n"), "<<", number(2)), 28),
    (op(col("n"), ">>", number(1)), 3),
    (Negative(Negative(col("n"), INT), INT), 7),
    (op(col("price"), "*", number(2), T.DECIMAL), D("25")),
    (op(col("price"), "+", par(D("0.25"), T.DECIMAL), T.DECIMAL), D("12.75")),
    (op(col("price"), "/", number(4), T.DECIMAL), D("3.125")),
    (op(par(D("2.00"), T.DECIMAL), "/", par(D("4.00"), T.DECIMAL), T.DECIMAL), D("0.5")),
    (op(col("day"), "+", par(datetime.timedelta(days=1), DUR), TS), per(**AFTER)),
    (op(col("at"), "+", par(datetime.timedelta(hours=1), DUR), TS), FIRST["at"] + datetime.timedelta(hours=1)),
    (op(par(datetime.timedelta(hours=1), DUR), "+", col("at"), TS), FIRST["at"] + datetime.timedelta(hours=1)),
    (op(col("at"), "-", col("span"), TS), FIRST["at"] - FIRST["span"]),
    (op(col("at"), "-", par(FIRST["at"] - FIRST["span"], TS), DUR), FIRST["span"]),
    (op(col("day"), "-", par(datetime.date(2024, 2, 1), DT), DUR), datetime.timedelta(days=28)),
    (
        op(col("clock"), "-", par(datetime.time(13), TM), DUR),
        datetime.timedelta(minutes=45, seconds=59, microseconds=5),
    ),
    (op(col("clock"), "+", par(datetime.timedelta(hours=12), DUR), TM), datetime.time(1, 45, 59, 5)),
    (op(col("span"), "+", col("span"), DUR), FIRST["span"] * 2),
    (op(col("span"), "*", number(2), DUR), FIRST["span"] * 2),
    (op(col("span"), "/", number(2), DUR), datetime.timedelta(hours=13, microseconds=4)),
]

# A term may promise a type that the database does not compute in.
PROMISES = [
    (op(col("n"), "+", col("price"), F), 19.5),
    (op(col("n"), "+", col("ratio"), T.DECIMAL), D("9.5")),
    (call("coalesce", col("n"), number(1), type=T.DECIMAL), D(7)),
    (call("coalesce", col("price"), par(D(1), T.DECIMAL), type=F), 12.5),
]

TEXTS = [
    (call("concat", text("a"), col("n"), par(None, S), text("z")), "a7z"),
    (call("length", col("name"), type=INT), 8),
    (call("lower", col("name")), "ab%c_d\\e"),
    (call("upper", col("name")), "AB%C_D\\E"),
    (call("left", col("name"), number(2)), "Ab"),
    (call("right", col("name"), number(2)), "\\e"),
    (call("right", text("abc"), number(5)), "abc"),
    (call("substr", col("name"), number(2)), "b%c_d\\e"),
    (call("substr", col("name"), number(2), number(3)), "b%c"),
    (call("strpos", col("name"), text("%"), type=INT), 3),
    (call("replace", col("name"), text("%"), text("--")), "Ab--c_d\\e"),
    (call("lpad", text("é"), number(3), text("xy")), "xyé"),
    (call("rpad", text("é"), number(4), text("xy")), "éxyx"),
    (call("lpad", text("abcd"), number(2), text("xy")), "ab"),
    (call("repeat", text("ab"), number(3)), "ababab"),
    (call("reverse", text("abc")), "cba"),
    (call("trim", text("  a ")), "a"),
    (call("ltrim", text("  a ")), "a "),
    (call("rtrim", text("  a ")), "  a"),
    (call("chr", number(233)), "é"),
    (call("ord", text("é"), type=INT), 233),
    (call("md5", text("é")), "66ddcd97cfdeabb2f6fb8a999b4bc76f"),
    (call("sha224", text("a")), "abd37534c7d9a2efb9465de931cd7055ffdb8879563ae98078d6d6d5"),
    (call("sha256", text("a")), "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"),
    (call("nullif", text("a"), text("a")), None),
    (call("coalesce", par(None, S), col("name"), text("x")), FIRST["name"]),
    (call("greatest", col("n"), number(9), type=INT), 9),
    (call("greatest", col("n"), par(None, INT), type=INT), per(sqlite=None, postgresql=7)),
    (call("least", col("n"), number(9), type=INT), 7),
    (Collate(text("a"), "C", S), "a"),
    (Cast(col("n"), S), "7"),
    (Cast(text("12"), INT), 12),
    (Cast(col("price"), INT), per(sqlite=12, postgresql=13)),
    (Cast(text("12.5"), T.decimal(7, 2)), D("12.50")),
    (Cast(col("at"), DT), per(sqlite=datetime.date(2024, 12, 31), postgresql=datetime.date(2024, 12, 31))),
    (Cast(text("2020-01-02 03:04:05.125"), T.TIMESTAMP), datetime.datetime(2020, 1, 2, 3, 4, 5, 125000)),
    (Literal(None, S), None),
    (Literal("it's \\ %", S), "it's \\ %"),
    (Literal(True, T.BOOLEAN), True),
    (Literal(-5, INT), -5),
    (TemplateCall(("UPPER(", ")"), (text("a"),), S), "A"),
    (TemplateCall(("REPLACE(", ")"), (text("abc"), text("b"), text("d")), S), "adc"),
    (RawTerm(("", " + ", ""), (number(1), number(2)), INT), 3),
]

NUMBERS = [
    (call("abs", par(-3, INT), type=INT), 3),
    (call("abs", par(-2.5, F), type=F), 2.5),
    (call("acos", par(0.5, F), type=F), math.acos(0.5)),
    (call("asin", par(0.5, F), type=F), math.asin(0.5)),
    (call("atan", par(0.5, F), type=F), math.atan(0.5)),
    (call("atan2", par(0.5, F), par(2.0, F), type=F), math.atan2(0.5, 2)),
    (call("ceil", par(1.2, F), type=F), 2.0),
    (call("ceil", col("price"), type=T.DECIMAL), D(13)),
    (call("cos", par(0.5, F), type=F), math.cos(0.5)),
    (call("cot", par(0.5, F), type=F), 1 / math.tan(0.5)),
    (call("degrees", par(0.5, F), type=F), math.degrees(0.5)),
    (call("exp", par(0.5, F), type=F), math.exp(0.5)),
    (call("floor", par(-1.2, F), type=F), -2.0),
    (call("floor", col("n"), type=INT), 7),
    (call("ln", par(0.5, F), type=F), math.log(0.5)),
    (call("log", par(2.0, F), par(8.0, F), type=F), 3.0),
    (call("mod", par(5.5, F), par(2.0, F), type=F), 1.5),
    (call("mod", number(7), number(4), type=F), 3.0),
    (call("pi", type=F), math.pi),
    (call("power", number(2), number(10), type=F), 1024.0),
    (call("radians", par(90.0, F), type=F), math.radians(90)),
    (call("round", par(2.567, F), number(2), type=F), 2.57),
    (call("round", col("price"), number(1), type=T.DECIMAL), D("12.5")),
    (call("round", par(2.5, F), number(0), type=F), 3.0),
    (call("sign", par(-2.5, F), type=F), -1.0),
    (call("sign", col("n"), type=INT), 1),
    (call("sin", par(0.5, F), type=F), math.sin(0.5)),
    (call("sqrt", number(16), type=F), 4.0),
    (call("tan", par(0.5, F), type=F), math.tan(0.5)),
]

TIMES = [
    *(
        (call("extract", col("at"), type=INT, options=(part, "UTC")), expected)
        for part, expected in {
            "year": 2024,
            "iso_year": 2025,
            "quarter": 4,
            "month": 12,
            "week": 1,
            "week_day": 3,
            "iso_week_day": 2,
            "day": 31,
            "hour": 23,
            "minute": 30,
            "second": 15,
        }.items()
    ),
    (call("extract", col("at"), type=INT, options=("year", TOKYO)), 2025),
    (call("extract", col("at"), type=INT, options=("hour", "UTC+05:30")), 5),
    (call("extract", col("at"), type=INT, options=("minute", "UTC-05:15")), 15),
    (call("extract", col("day"), type=INT, options=("month",)), 2),
    (call("extract", col("clock"), type=INT, options=("second",)), 59),
    (call("extract", col("span"), type=INT, options=("hour",)), 2),
    (call("extract", col("span"), type=INT, options=("day",)), 1),
    (call("trunc", col("day"), type=DT, options=("quarter",)), datetime.date(2024, 1, 1)),
    (call("trunc", col("day"), type=DT, options=("week",)), datetime.date(2024, 2, 26)),
    (call("trunc", col("at"), type=T.TIMESTAMP, options=("month", TOKYO)), datetime.datetime(2025, 1, 1)),
    (call("trunc", col("at"), type=T.TIMESTAMP, options=("hour", TOKYO)), datetime.datetime(2025, 1, 1, 8)),
    (
        call("trunc", col("at"), type=T.TIMESTAMP, options=("second", "UTC")),
        datetime.datetime(2024, 12, 31, 23, 30, 15),
    ),
    (call("trunc", col("at"), type=DT, options=("year", TOKYO)), datetime.date(2025, 1, 1)),
    (call("trunc", col("at"), type=TM, options=("minute", TOKYO)), datetime.time(8, 30)),
    (call("trunc", col("clock"), type=TM, options=("hour",)), datetime.time(13)),
    (call("cast_date", col("at"), type=DT, options=(TOKYO,)), datetime.date(2025, 1, 1)),
    (call("cast_time", col("at"), type=TM, options=(TOKYO,)), datetime.time(8, 30, 15, 250000)),
]

DOCUMENTS = [
    (path("a"), {"b": [10, "x", None, True]}),
    (path("a", "b", 0), 10),
    (path("a", "b", 1), "x"),
    (path("a", "b", -1), True),
    (path("s"), "text"),
    (path("k'\"%"), 1),
    (path("missing"), None),
    (path("s", text=True), "text"),
    (path("a", "b", 0, text=True), per(sqlite=10, postgresql="10")),
    (Compare(path("s"), "=", par("text", T.JSON)), True),
    (Compare(path("a", "b", 0), "=", par(10, T.JSON)), True),
    (Compare(path("a", "b", 0), ">", par(9, T.JSON)), True),
    (Compare(path("yes"), "=", par(True, T.JSON)), True),
    (Compare(path("yes"), "=", par(1, T.JSON)), False),
    (Compare(path("a"), "=", par({"b": [10, "x", None, True]}, T.JSON)), True),
    (Compare(col("data"), "=", par(FIRST["data"], T.JSON)), True),
    (Compare(path("nul"), "=", Cast(Literal("null", S), T.JSON)), True),
    (Compare(path("s"), "=", Cast(Literal("null", S), T.JSON)), False),
    (path("é", "ü"), "ö"),
    (call("json_has_key", path("é"), text("ü"), type=T.BOOLEAN), True),
    (call("json_has_key", path("s"), text("s"), type=T.BOOLEAN), False),
    (call("json_has_key", path("é", "ü"), text("ü"), type=T.BOOLEAN), False),
    (path('q"', 'r"', "z"), 5),
    (path('q"', 'r"'), {"z": 5}),
    (IsNull(path('q"', "none")), True),
    (call("json_has_key", path('q"', 'r"'), text("z"), type=T.BOOLEAN), True),
    (InTerms(path("s"), (par("x", T.JSON), par("text", T.JSON))), True),
    (InTerms(path("nul"), (par("x", T.JSON), Cast(Literal("null", S), T.JSON))), True),
    (InTerms(col("data"), (par("x", T.JSON), par(FIRST["data"], T.JSON))), True),
    (InList(path("s"), par(["x", "text"], T.array(T.JSON))), True),
    (InList(path("a", "b", 0), par([1, 10], T.array(T.JSON))), True),
    (InList(path("yes"), par([1], T.array(T.JSON))), False),
    (InList(col("data"), par([1, FIRST["data"]], T.array(T.JSON))), True),
    (IsNull(path("nul")), False),
    (IsNull(path("missing")), True),
    (IsNull(path("a", "b"), True), True),
    (call("json_has_key", col("data"), text("k'\"%"), type=T.BOOLEAN), True),
    (call("json_has_key", col("data"), text("1"), type=T.BOOLEAN), True),
    (call("json_has_key", path("a"), text("b"), type=T.BOOLEAN), True),
    (call("json_has_key", path("a"), text("c"), type=T.BOOLEAN), False),
    (call("json_has_keys", col("data"), par(["a", "s"], T.array(S)), type=T.BOOLEAN), True),
    (call("json_has_keys", col("data"), par(["a", "z"], T.array(S)), type=T.BOOLEAN), False),
    (call("json_has_any_keys", col("data"), par(["z", "a"], T.array(S)), type=T.BOOLEAN), True),
    (call("json_has_any_keys", col("data"), par(["z", "y"], T.array(S)), type=T.BOOLEAN), False),
    (call("json_array", number(1), text("a"), par(None, S), col("data"), type=T.JSON), [1, "a", None, FIRST["data"]]),
    (
        call("json_object", text("x"), number(1), text("y"), call("json_array", number(2), type=T.JSON), type=T.JSON),
        {"x": 1, "y": [2]},
    ),
    (call("json_object", type=T.JSON), {}),
]

CONDITIONS: list[tuple[Predicate, Any]] = [
    (Compare(col("n"), "=", number(7)), True),
    (Compare(col("n"), "<", par(7.5, F)), True),
    (Compare(col("price"), "=", par(D("12.5"), T.decimal(7, 2))), True),
    (Compare(op(col("price"), "*", number(1), T.DECIMAL), "<", par(D("100"), T.DECIMAL)), True),
    (Compare(call("length", col("name"), type=INT), "<", par(2**40, INT)), True),
    (Compare(Row((col("n"), col("name")), T.row(2)), "=", Row((number(7), text("Ab%c_d\\e")), T.row(2))), True),
    (Compare(IsNull(col("n")), "=", par(False, T.BOOLEAN)), True),
    (Between(col("n"), number(1), number(7)), True),
    (Between(col("at"), par(FIRST["at"], TS), par(FIRST["at"], TS)), True),
    (InTerms(col("n"), (number(1), op(number(3), "+", number(4)))), True),
    (InTerms(Row((col("n"), col("ok")), T.row(2)), (Row((number(7), par(True, T.BOOLEAN)), T.row(2)),)), True),
    (InQuery(col("id"), select(col("id"))), True),
    (Exists(select(Literal(1, INT), where=Compare(col("n"), "=", Outer(number(7), INT)))), True),
    (IsTrue(col("ok")), True),
    (Not(IsTrue(col("ok"))), False),
    (Xor((IsTrue(col("ok")), TRUE, IsNull(col("n"), True))), True),
    (Xor((IsTrue(col("ok")), TRUE)), False),
    (conjunction([IsTrue(col("ok")), disjunction([IsNull(col("n")), Compare(col("n"), ">", number(3))])]), True),
    (TRUE, True),
    (FALSE, False),
    (Like(col("name"), "startswith", text("Ab\\%%")), True),
    (Like(col("name"), "startswith", text("b\\%%")), False),
    (Like(col("name"), "contains", text("%c\\_d%")), True),
    (Like(col("name"), "contains", text("%c\\%d%")), False),
    (Like(col("name"), "contains", text("%C\\_D%")), per(sqlite=True, postgresql=False)),
    (Like(col("name"), "contains", text("%C\\_D%"), True), True),
    (Like(col("name"), "endswith", text("%d\\\\e")), True),
    (Like(col("name"), "exact", text("aB\\%C\\_d\\\\E"), True), True),
    (Like(col("name"), "exact", text("aBxC\\_d\\\\E"), True), False),
    (Like(col("name"), "contains", call("lower", text("%C_D\\"))), per(sqlite=True, postgresql=True)),
    (Like(col("name"), "startswith", call("lower", text("A_")), True), False),
    (Like(col("name"), "endswith", call("lower", text("\\E")), True), True),
    (Like(col("n"), "contains", text("%7%")), True),
    (Like(col("ip"), "startswith", text("10.%")), True),
    (Matches(col("name"), text(r"^A.%")), True),
    (Matches(col("name"), text(r"^a.%")), False),
    (Matches(col("name"), text(r"^a.%"), True), True),
    (Matches(col("n"), text("7")), True),
]

CASES = [
    (Case((When(IsTrue(col("ok")), number(1)), When(TRUE, number(2))), number(3), INT), 1),
    (Case((When(FALSE, text("a")),), text("b"), S), "b"),
    (Case((When(FALSE, text("a")),), None, S), None),
    (Subquery(select(agg("count"), where=TRUE), INT), 2),
    (call("uuid4", type=T.UUID), uuid.UUID),
    (call("uuid7", type=T.UUID), uuid.UUID),
    (call("uuid7", par(datetime.timedelta(days=-1), DUR), type=T.UUID), uuid.UUID),
    (call("now", type=TS), datetime.datetime),
    (call("random", type=F), float),
]


@pytest.mark.parametrize(
    ("term", "expected"),
    ARITHMETIC + PROMISES + TEXTS + NUMBERS + TIMES + DOCUMENTS + CONDITIONS + CASES,  # type: ignore[operator]
)
def test_a_term_has_the_expected_value(runner: Runner, term: Term, expected: Any) -> None:
    if isinstance(expected, dict) and expected.keys() == {"sqlite", "postgresql"}:
        expected = expected[runner.vendor]
    value = runner.value(term)
    if isinstance(expected, type):
        assert isinstance(value, expected)
    elif isinstance(expected, float):
        assert isinstance(value, float)
        assert value == pytest.approx(expected)
    else:
        assert value == expected
        assert expected is None or isinstance(value, type(expected))


LISTS = {
    "name": ["x", FIRST["name"], "it's"],
    "n": [1, 7, 2**31 - 1],
    "big": [2**40, 2**62, -(2**63)],
    "price": [D("1.10"), D("12.50")],
    "ratio": [0.1, 2.5, float("inf")],
    "ok": [True],
    "day": [FIRST["day"]],
    "at": [FIRST["at"]],
    "clock": [FIRST["clock"]],
    "span": [FIRST["span"]],
    "uid": [UID, uuid.UUID(int=5)],
    "blob": [b"", FIRST["blob"]],
    "ip": ["10.0.0.1"],
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_every_type_can_be_searched(runner: Runner, name: str) -> None:
    listed = select(col("id"), where=InList(col(name), par(LISTS[name], T.array(TYPES[name]))))
    assert runner.rows(listed) == [(1,)]
    none = select(col("id"), where=InList(col(name), par([], T.array(TYPES[name]))))
    assert runner.rows(none) == []


def test_a_computed_value_is_found_in_a_list(runner: Runner) -> None:
    doubled = op(col("price"), "*", number(2), T.DECIMAL)
    found = select(col("id"), where=InList(doubled, par([D("25.00")], T.array(T.DECIMAL))))
    assert runner.rows(found) == [(1,)]


def test_a_million_values_fit_into_one_list(runner: Runner) -> None:
    numbers = [*range(2, 1_000_001), 1]
    assert runner.rows(select(col("id"), where=InList(col("id"), par(numbers, T.array(B))), order_by=(by_id(),))) == [
        (1,),
        (2,),
    ]


AGGREGATES: list[tuple[Aggregate, Any]] = [
    (agg("count"), 2),
    (agg("count", col("n")), 1),
    (agg("count", col("name"), is_distinct=True), 2),
    (agg("count", filter=IsNull(col("n"))), 1),
    (agg("sum", col("n")), 7),
    (agg("sum", col("big"), type=B), 2**40),
    (agg("sum", col("price"), type=T.DECIMAL), D("12.5")),
    (agg("sum", col("span"), type=DUR), FIRST["span"]),
    (agg("avg", col("n"), type=F), 7.0),
    (agg("avg", col("price"), type=T.DECIMAL), D("12.5")),
    (agg("avg", col("span"), type=DUR), FIRST["span"]),
    (agg("min", col("day"), type=DT), FIRST["day"]),
    (agg("max", col("at"), type=TS), FIRST["at"]),
    (agg("max", col("ratio"), type=F), 2.5),
    (agg("stddev_pop", col("id"), type=F), 0.5),
    (agg("stddev_samp", col("id"), type=F), math.sqrt(0.5)),
    (agg("stddev_samp", col("n"), type=F), None),
    (agg("var_pop", col("id"), type=F), 0.25),
    (agg("var_samp", col("id"), type=F), 0.5),
    (agg("bit_and", col("id")), 0),
    (agg("bit_or", col("id")), 3),
    (agg("bit_xor", col("id")), 3),
    (agg("any_value", col("n")), 7),
    (agg("any_value", col("n"), filter=IsNull(col("n"), True)), 7),
    (agg("string_agg", col("id"), text("-"), type=S), "1-2"),
    (agg("string_agg", col("name"), text("-"), type=S, order_by=(Ordering(col("id"), True),)), "zweite-Ab%c_d\\e"),
    (
        agg("string_agg", col("name"), text("-"), type=S, order_by=(Ordering(col("n"), True, "last"),)),
        "Ab%c_d\\e-zweite",
    ),
    (
        agg("string_agg", col("name"), text("-"), type=S, order_by=(Ordering(col("n"), False, "last"),)),
        "Ab%c_d\\e-zweite",
    ),
    (
        agg("string_agg", col("name"), text("-"), type=S, order_by=(Ordering(col("n"), True, "first"),)),
        "zweite-Ab%c_d\\e",
    ),
    (
        agg("string_agg", col("name"), text("-"), type=S, order_by=(Ordering(col("n"), False, "first"),)),
        "zweite-Ab%c_d\\e",
    ),
    (agg("string_agg", call("left", text("same"), number(4)), text("-"), type=S, is_distinct=True), "same"),
    (agg("string_agg", col("name"), text("-"), type=S, filter=FALSE), None),
]


@pytest.mark.parametrize(("term", "expected"), AGGREGATES)
def test_an_aggregate_has_the_expected_value(runner: Runner, term: Aggregate, expected: Any) -> None:
    ((value,),) = runner.rows(select(Label(term, "v", term.type)))
    assert value == (pytest.approx(expected) if isinstance(expected, float) else expected)
    assert expected is None or isinstance(value, type(expected))


WINDOWS = [
    (call("row_number", type=INT), None, [1, 2]),
    (call("rank", type=INT), None, [1, 2]),
    (call("dense_rank", type=INT), None, [1, 2]),
    (call("percent_rank", type=F), None, [0.0, 1.0]),
    (call("cume_dist", type=F), None, [0.5, 1.0]),
    (call("ntile", number(2), type=INT), None, [1, 2]),
    (call("lag", col("id"), number(1), type=B), None, [None, 1]),
    (call("lag", col("id"), number(1), number(0), type=B), None, [0, 1]),
    (call("lead", col("name"), number(1), text("end"), type=S), None, ["zweite", "end"]),
    (call("first_value", col("id"), type=B), None, [1, 1]),
    (call("last_value", col("id"), type=B), Frame("rows", None, None), [2, 2]),
    (call("nth_value", col("id"), number(2), type=B), Frame("rows", None, None), [2, 2]),
    (agg("sum", col("id"), type=B), Frame("rows", -1, 0), [1, 3]),
    (agg("sum", col("id"), type=B), Frame("rows", None, None, "current row"), [2, 1]),
    (agg("avg", col("id"), type=F), Frame("range", None, 0), [1.0, 1.5]),
    (agg("count", filter=IsNull(col("n"))), None, [0, 1]),
]


@pytest.mark.parametrize(("term", "frame", "expected"), WINDOWS)
def test_a_window_has_the_expected_values(runner: Runner, term: Any, frame: Any, expected: list[Any]) -> None:
    window = Window(term, (), (by_id(),), frame, term.type)
    rows = runner.rows(select(Label(window, "v", term.type), order_by=(by_id(),)))
    assert [value for (value,) in rows] == expected


def test_a_zone_gives_the_same_text_in_select_and_group_by(runner: Runner) -> None:
    day = call("cast_date", col("at"), type=DT, options=(TOKYO,))
    grouped = select(day, agg("count"), where=IsNull(col("at"), True), group_by=(day,))
    assert runner.rows(grouped) == [(datetime.date(2025, 1, 1), 1)]


def test_datetimes_are_utc_whatever_zone_they_came_in(runner: Runner) -> None:
    moment = FIRST["at"].astimezone(datetime.timezone(datetime.timedelta(hours=9)))
    assert runner.rows(select(col("id"), where=Compare(col("at"), "=", par(moment, TS)))) == [(1,)]
    assert runner.value(col("at")).utcoffset() == datetime.timedelta(0)
    assert runner.value(par(datetime.datetime(2020, 1, 1, tzinfo=UTC), TS)).tzinfo is not None
