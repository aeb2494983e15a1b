"""Short names for nodes, a table of every type, and runners that execute rendered statements on real databases."""

from __future__ import annotations

import datetime
import decimal
import sqlite3
import uuid
from typing import Any

from aorm.dialects.base.dialect import Dialect
from aorm.dialects.postgresql.dialect import DIALECT as POSTGRESQL
from aorm.dialects.sqlite.dialect import DIALECT as SQLITE
from aorm.dialects.sqlite.registration import FUNCTIONS
from aorm.drivers.sqlite_thread import register_functions
from aorm.sql import types as T
from aorm.sql.ddl import ColumnDefinition, CreateTable
from aorm.sql.functions import Aggregate, Call
from aorm.sql.node import Node, Term
from aorm.sql.predicates import TRUE, Compare
from aorm.sql.select import Ordering, Select
from aorm.sql.sources import From
from aorm.sql.tables import Column, ColumnList, Label, Table
from aorm.sql.values import Param, Row
from aorm.sql.write import Insert
from tests.support.oracle import PostgresOracle

DIALECTS = {"sqlite": SQLITE, "postgresql": POSTGRESQL}
ITEM = Table("item")
UTC = datetime.UTC
UID = uuid.UUID("00112233-4455-6677-8899-aabbccddeeff")
TYPES = {
    "id": T.BIGINT,
    "name": T.varchar(30),
    "n": T.INTEGER,
    "big": T.BIGINT,
    "price": T.decimal(7, 2),
    "ratio": T.DOUBLE,
    "ok": T.BOOLEAN,
    "day": T.DATE,
    "at": T.TIMESTAMPTZ,
    "clock": T.TIME,
    "span": T.INTERVAL,
    "uid": T.UUID,
    "data": T.JSON,
    "blob": T.BINARY,
    "ip": T.INET,
}
FIRST = {
    "name": "Ab%c_d\\e",
    "n": 7,
    "big": 2**40,
    "price": decimal.Decimal("12.50"),
    "ratio": 2.5,
    "ok": True,
    "day": datetime.date(2024, 2, 29),
    "at": datetime.datetime(2024, 12, 31, 23, 30, 15, 250000, tzinfo=UTC),
    "clock": datetime.time(13, 45, 59, 5),
    "span": datetime.timedelta(days=1, hours=2, microseconds=7),
    "uid": UID,
    "data": {
        "a": {"b": [10, "x", None, True]},
        "s": "text",
        "k'\"%": 1,
        "nul": None,
        "yes": True,
        "1": "one",
        "é": {"ü": "ö"},
        'q"': {'r"': {"z": 5}},
    },
    "blob": b"\x00\xff'\"",
    "ip": "10.0.0.1",
}
SECOND: dict[str, Any] = dict.fromkeys(FIRST)
SECOND["name"] = "zweite"


def col(name: str) -> Column:
    """Return a column of the table of every type."""
    return Column("item", name, TYPES[name])


def par(value: object, sql_type: T.SqlType) -> Param:
    """Return a parameter."""
    return Param(value, sql_type)


def call(name: str, *arguments: Term, type: T.SqlType = T.TEXT, options: tuple[Any, ...] = ()) -> Call:  # noqa: A002
    """Return a call of a function."""
    return Call(name, arguments, type, options)


def agg(name: str, *arguments: Term, type: T.SqlType = T.INTEGER, **more: Any) -> Aggregate:  # noqa: A002
    """Return a call of an aggregate function."""
    return Aggregate(name, arguments, type, **more)


def select(*terms: Term, where: Any = TRUE, **more: Any) -> Select:
    """Return a query of the table of every type."""
    return Select(ColumnList(terms), From(ITEM, "item"), where=where, **more)


def of_first(*terms: Term) -> Select:
    """Return a query of terms for the row that has values."""
    return select(*terms, where=Compare(col("id"), "=", par(1, T.BIGINT)))


def by_id(**more: Any) -> Ordering:
    """Return the order by primary key."""
    return Ordering(col("id"), **more)


def create_item() -> CreateTable:
    """Return the definition of the table of every type."""
    columns = [
        ColumnDefinition(
            name, sql_type, is_null=name not in ("id", "name"), is_primary_key=name == "id", identity=name == "id"
        )
        for name, sql_type in TYPES.items()
    ]
    return CreateTable(ITEM, tuple(columns))


def insert_item(*rows: dict[str, Any]) -> Insert:
    """Return the insertion of rows."""
    names = tuple(FIRST)
    return Insert(
        ITEM, names, tuple([Row(tuple([par(row[name], TYPES[name]) for name in names]), T.row(2)) for row in rows])
    )


def sql(dialect: Dialect, statement: Node) -> str:
    """Return the text of a statement."""
    return dialect.compile(statement, statement.parameters()).sql


class Runner:
    """Runs rendered statements on one database."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.vendor = dialect.vendor

    def send(self, text: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        raise NotImplementedError

    def run(self, statement: Node) -> list[tuple[Any, ...]]:
        """Compile a statement, run it, and return its rows as the driver gives them."""
        sources = statement.parameters()
        compiled = self.dialect.compile(statement, sources)
        return self.send(compiled.sql, compiled.encode(sources)) if compiled.sql else []

    def rows(self, statement: Select) -> list[tuple[Any, ...]]:
        """Return the rows of a query, each value converted as its term says."""
        decoders = [self.dialect.term_decoder(item) for item in statement.columns.items]
        return [
            tuple(
                [
                    value if value is None or decode is None else decode(value)
                    for value, decode in zip(row, decoders, strict=True)
                ]
            )
            for row in self.run(statement)
        ]

    def value(self, term: Term) -> Any:
        """Return a term's value for the row that has values."""
        ((value,),) = self.rows(of_first(Label(term, "v", term.type)))
        return value


class SQLiteRunner(Runner):
    """SQLite in memory."""

    def __init__(self) -> None:
        super().__init__(SQLITE)
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        register_functions(self.connection, FUNCTIONS)

    def send(self, text: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        return self.connection.execute(text, values).fetchall()


class PostgreSQLRunner(Runner):
    """PostgreSQL through plain asyncpg."""

    def __init__(self, oracle: PostgresOracle) -> None:
        super().__init__(POSTGRESQL)
        self.oracle = oracle

    def send(self, text: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        return self.oracle.fetch(text, *values)
