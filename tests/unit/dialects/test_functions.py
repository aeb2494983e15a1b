"""SQLite's functions in Python: at their edges, and against SQLite's own where it has them."""

from __future__ import annotations

import sqlite3
import uuid
from contextlib import closing
from typing import Any

import pytest

from aorm.dialects.base.functions import split_zone
from aorm.dialects.sqlite.aggregate_functions import JoinedTexts
from aorm.dialects.sqlite.registration import FUNCTIONS
from aorm.dialects.sqlite.scalar_functions import MATHEMATICS, uuid7_text
from aorm.drivers.sqlite_thread import native_functions, register_functions


def ask(sql: str, *parameters: Any) -> Any:
    """Return the value of an expression on a connection with the functions."""
    with closing(sqlite3.connect(":memory:")) as connection:
        register_functions(connection, FUNCTIONS)
        return connection.execute(f"SELECT {sql}", parameters).fetchone()[0]


@pytest.mark.parametrize(("name", "count", "function"), MATHEMATICS)
@pytest.mark.parametrize("number", [0.25, 1, -3, 0, None])
def test_mathematics_agrees_with_sqlite(name: str, count: int, function: Any, number: Any) -> None:
    assert (name.lower(), count) in native_functions()
    arguments = [number, 2.5][:count]
    expected = ask(f"{name}({', '.join('?' * count)})", *arguments)
    assert function(*arguments) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("LPAD('abc', -1, 'x')", ""),
        ("LPAD('abc', 5, '')", "abc"),
        ("RPAD(5, 3, 'x')", "5xx"),
        ("REPEAT('ab', -1)", ""),
        ("REVERSE(NULL)", None),
        ("MD5(NULL)", None),
        ("MD5(x'61')", "0cc175b9c0f1b6a831c399e269772661"),
        ("SIGN(NULL)", None),
        ("COT(0)", None),
        ("BITXOR(5, NULL)", None),
        ("'abc' REGEXP NULL", None),
        ("5 REGEXP '^5$'", 1),
        ("django_datetime_extract('year', 'no date', NULL, NULL)", None),
        ("django_datetime_extract('year', '2020-01-02T03:04:05+05:00', NULL, NULL)", 2020),
        ("django_datetime_extract('hour', '2020-01-02 03:04:05', 'UTC', 'UTC')", 3),
        ("django_time_extract('hour', 'no time')", None),
        ("django_date_trunc('month', '2020-03-04', NULL, NULL)", "2020-03-01"),
        ("django_time_trunc('second', '03:04:05.5', NULL, NULL)", "03:04:05"),
        ("django_datetime_cast_time('2020-03-04 05:06:07', NULL, NULL)", "05:06:07"),
        ("django_timestamp_diff('2020-01-02', '2020-01-01 12:00:00')", 43_200_000_000),
        ("django_time_diff('00:00:01', '00:00:02.5')", -1_500_000),
        ("aorm_move_timestamp('2020-01-01', 1)", "2020-01-01 00:00:00.000001"),
        ("aorm_move_timestamp('9999-12-31', 86400000000)", None),
        ("aorm_move_timestamp(NULL, 1)", None),
        ("aorm_move_time('23:59:59', 2000000)", "00:00:01"),
        ("aorm_move_time('00:00:00', -1)", "23:59:59.999999"),
        ("aorm_unhex(NULL)", None),
        ("UUIDV7(-1000000) < UUIDV7()", 1),
    ],
)
def test_edges(sql: str, expected: Any) -> None:
    assert ask(sql) == expected


def test_uuids_are_of_their_version() -> None:
    assert uuid.UUID(uuid7_text()).version == 7
    assert uuid.UUID(uuid7_text()).variant == uuid.RFC_4122
    assert uuid.UUID(ask("UUIDV4()")).version == 4


@pytest.mark.parametrize(
    "name", ["STDDEV_POP", "STDDEV_SAMP", "VAR_POP", "VAR_SAMP", "ANY_VALUE", "BIT_AND", "BIT_XOR"]
)
def test_aggregates_of_nothing_are_null(name: str) -> None:
    assert ask(f"{name}(x) FROM (SELECT NULL AS x)") is None
    assert ask(f"{name}(x) FROM (SELECT 1 AS x WHERE FALSE)") is None


def test_joined_texts_have_their_own_delimiters() -> None:
    joined = JoinedTexts()
    for value, delimiter, *keys in [("b", "-", 2, "x"), ("a", "+", 1, None), (None, "?", 0, 0), ("a", None, 3, b"x")]:
        joined.step("a+-", value, delimiter, *keys)
    assert joined.finalize() == "a-ba"
    joined = JoinedTexts()
    for value, key in [("b", 1), ("a", 2), ("b", 0)]:
        joined.step("d-", value, ",", key)
    assert joined.finalize() == "a,b"


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("UTC", ("UTC", "", "")),
        ("UTC+05:30", ("UTC", "+", "05:30")),
        ("-03:00", ("", "-", "03:00")),
        ("America/Port-au-Prince", ("America/Port-au-Prince", "", "")),
        ("Etc/GMT-10", ("Etc/GMT-10", "", "")),
    ],
)
def test_zones_are_split_from_their_offsets(zone: str, expected: tuple[str, str, str]) -> None:
    assert split_zone(zone) == expected
