"""Every node class is rendered, or refused in words, by every dialect; and nothing of a user reaches SQL unchecked."""

from __future__ import annotations

import importlib
import pkgutil
import sqlite3
from typing import Any

import pytest

import aorm.sql
from aorm.dialects.base.dialect import Dialect
from aorm.exceptions import DataError, NotSupportedError
from aorm.sql import ddl
from aorm.sql import types as T
from aorm.sql.functions import Aggregate, Call, CustomSQL, Frame, RawTerm, TemplateCall, Window
from aorm.sql.node import Node, Term
from aorm.sql.predicates import TRUE, Compare, InList, Predicate
from aorm.sql.select import Compound, Explain, Ordering
from aorm.sql.sources import From, FromQuery, Selectable
from aorm.sql.tables import Column, ColumnList, Label, Table
from aorm.sql.values import Cast, Collate, Literal, Operation, Param, Row
from aorm.sql.write import Assignment
from tests.unit.dialects.support import DIALECTS, Runner, agg, call, col, par, select, sql

both = pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
ABSTRACT = {Node, Term, Predicate, Selectable}


class Own:
    """A user's own SQL."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        return "1", []


def node_classes() -> list[type[Node]]:
    """Return every concrete node class of aorm.sql."""
    found = set()
    for module in pkgutil.iter_modules(aorm.sql.__path__, "aorm.sql."):
        for item in vars(importlib.import_module(module.name)).values():
            if isinstance(item, type) and issubclass(item, Node) and item not in ABSTRACT:
                found.add(item)
    return sorted(found, key=lambda kind: kind.__name__)


NUMBER = par(1, T.INTEGER)
THING = Table("thing")
REFERENCE = ddl.ForeignKeyReference(THING, ("id",))
# What a field is filled with, by its name, where the kind of the field does not say enough.
FILLING: dict[str, Any] = {
    "type": T.INTEGER,
    "table": THING,
    "alias": "thing",
    "name": "thing",
    "names": ("a",),
    "columns": ("a",),
    "operator": "=",
    "operators": ("=",),
    "kind": "contains",
    "query": select(col("id")),
    "queries": (select(col("id")), select(col("id"))),
    "statement": select(col("id")),
    "source": From(THING, "thing"),
    "condition": Compare(col("id"), "=", NUMBER),
    "unit": "rows",
    "start": None,
    "end": 0,
    "number": 1,
    "frame": Frame("rows", None, 0),
    "constraint": ddl.Check("c", Compare(col("id"), "=", NUMBER)),
    "references": REFERENCE,
    "method": "gist",
    "text": "x",
    "column": "a",
    "truth": True,
    "items": (Compare(col("id"), "=", NUMBER),),
    "item": Compare(col("id"), "=", NUMBER),
    "values": Param([1], T.array(T.INTEGER)),
    "terms": (NUMBER,),
    "collation": "C",
    "whens": (),
    "parts": ("LOWER(", ")"),
    "pieces": ("a = ", ""),
    "expression": Own(),
    "assignments": (Assignment("a", NUMBER),),
    "value": 1,
}
SPECIAL: dict[str, dict[str, Any]] = {
    "Call": {"name": "lower"},
    "Aggregate": {"name": "sum"},
    "Operation": {"operator": "+"},
    "Compound": {"operator": "union"},
    "ColumnList": {"items": (col("id"),)},
    "CreateTable": {"columns": (ddl.ColumnDefinition("a", T.INTEGER),)},
    "Select": {"columns": ColumnList((col("id"),))},
    "Exclusion": {"terms": (ddl.IndexTerm(col("id")),)},
    "CreateIndex": {"terms": (ddl.IndexTerm(col("id")),)},
    "FromValues": {"arrays": (Param([1], T.array(T.INTEGER)),)},
    "Unique": {"columns": ("a",)},
    "ColumnDefinition": {"references": None, "collation": None},
}


def sample(kind: type[Node]) -> Node:
    """Return a node of the class with its required fields filled."""
    values: dict[str, Any] = {}
    for name, item in kind._specifiers.items():  # type: ignore[attr-defined]
        if name in SPECIAL.get(kind.__name__, {}):
            values[name] = SPECIAL[kind.__name__][name]
        elif type(item.default).__name__ == "object":
            values[name] = FILLING.get(name, (NUMBER,) if item.kind == "children" else NUMBER)
    if "type" in kind._specifiers and kind is not Param:  # type: ignore[attr-defined]
        values.setdefault("type", T.INTEGER)
    return kind(**values)


@both
@pytest.mark.parametrize("kind", node_classes(), ids=lambda kind: kind.__name__)
def test_every_node_is_rendered_or_refused_in_words(dialect: Dialect, kind: type[Node]) -> None:
    try:
        text = dialect.compile(sample(kind)).sql
    except (NotSupportedError, ValueError) as refusal:
        text = str(refusal) if "cannot be written for" not in str(refusal) else ""
    assert text or kind.__name__ in ("Comment", "Lock")


NASTY = ['a"b', "a'b", "a; DROP TABLE x; --", "a\\b", "a%sb", "a$1b", "a?b", "SELECT", "ä ö", "a]b`c", "a.b", " ", '"']


@pytest.mark.parametrize("name", NASTY)
def test_any_name_is_a_name(runner: Runner, name: str) -> None:
    table = Table(name)
    column = ddl.ColumnDefinition(name, T.TEXT, default=Literal(name, T.TEXT))
    runner.run(
        ddl.CreateTable(table, (ddl.ColumnDefinition("id", T.BIGINT, is_primary_key=True, identity=True), column))
    )
    try:
        runner.run(ddl.CreateIndex(f"{name}_i", table, (ddl.IndexTerm(Column("", name, T.TEXT)),)))
        runner.run(_insert(table))
        inner = select(Label(Column(name, name, T.TEXT), name, T.TEXT)).replace(source=From(table, name))
        outer = select(Column(name, name, T.TEXT)).replace(source=FromQuery(inner, name))
        assert runner.rows(outer) == [(name,)]
        runner.run(ddl.Comment(table, name, name))
    finally:
        runner.run(ddl.DropTable(table))


def _insert(table: Table) -> Node:
    return aorm.sql.write.Insert(table, ())


@both
@pytest.mark.parametrize(
    "make",
    [
        lambda bad: select(Column("item", bad, T.TEXT)),
        lambda bad: select(Column(bad, "a", T.TEXT)),
        lambda bad: select(Label(col("id"), bad, T.TEXT)),
        lambda bad: select(Collate(col("name"), bad, T.TEXT)),
        lambda bad: select(RawTerm((bad,), ())),
        lambda bad: select(TemplateCall((bad, ""), (), T.TEXT)),
        lambda bad: select().replace(source=From(Table(bad), "x")),
    ],
)
def test_nul_is_refused_everywhere(dialect: Dialect, make: Any) -> None:
    with pytest.raises(ValueError, match="NUL"):
        sql(dialect, make("a\x00" + "0\x00"))


@both
def test_nul_is_refused_in_literals(dialect: Dialect) -> None:
    with pytest.raises(DataError, match="NUL"):
        sql(dialect, select(Literal("a\x00b", T.TEXT)))


BAD = "year' FROM x); DROP TABLE item; --"


@both
@pytest.mark.parametrize(
    "make",
    [
        lambda: select(call("extract", col("at"), options=(BAD,))),
        lambda: select(call("extract", col("clock"), options=(BAD,))),
        lambda: select(call("extract", col("at"), options=("year\n",))),
        lambda: select(call("trunc", col("at"), type=T.TIMESTAMP, options=(BAD,))),
        lambda: select(call("trunc", col("at"), type=T.DATE, options=(BAD,))),
        lambda: select(Operation(col("n"), BAD, col("n"), T.INTEGER)),
        lambda: select(where=Compare(col("n"), BAD, col("n"))),
        lambda: Compound(BAD, (select(col("n")), select(col("n")))),
        lambda: select(col("n"), order_by=(Ordering(col("n"), False, BAD),)),
        lambda: select(Window(agg("sum", col("n")), (), (), Frame(BAD, None, 0), T.INTEGER)),
        lambda: select(Window(agg("sum", col("n")), (), (), Frame("rows", None, 0, BAD), T.INTEGER)),
        lambda: select(Window(agg("sum", col("n")), (), (), Frame("rows", BAD, 0), T.INTEGER)),  # type: ignore[arg-type]
        lambda: select(call(BAD, col("n"))),
        lambda: select(agg(BAD, col("n"))),
        lambda: select(Cast(col("n"), T.SqlType(BAD))),
        lambda: Explain(select(col("n")), BAD),
        lambda: Explain(select(col("n")), None, ((BAD, True),)),
        lambda: ddl.CreateIndex("i", THING, (ddl.IndexTerm(col("id"), nulls=BAD),)),
        lambda: ddl.AddConstraint(THING, ddl.ForeignKey("f", ("a",), ddl.ForeignKeyReference(THING, ("a",), BAD))),
        lambda: ddl.AddConstraint(THING, ddl.Unique("u", ("a",), deferrable=BAD)),
        lambda: ddl.AddConstraint(THING, ddl.Exclusion("x", "gist", (ddl.IndexTerm(col("id")),), (BAD,))),
    ],
)
def test_options_are_enumerations(dialect: Dialect, make: Any) -> None:
    with pytest.raises((ValueError, KeyError, TypeError, NotSupportedError)):
        sql(dialect, make())


@pytest.mark.parametrize(
    "make",
    [
        lambda: ddl.CreateIndex("i", THING, (ddl.IndexTerm(col("id")),), method=BAD),
        lambda: ddl.CreateIndex("i", THING, (ddl.IndexTerm(col("id"), operator_class=BAD),)),
        lambda: ddl.CreateIndex("i", THING, (ddl.IndexTerm(col("id")),), storage=((BAD, 1),)),
        lambda: ddl.CreateIndex("i", THING, (ddl.IndexTerm(col("id")),), storage=(("fillfactor", BAD),)),
    ],
)
def test_options_of_indexes_are_checked(make: Any) -> None:
    with pytest.raises(ValueError, match=r"operator class|index method|storage parameter"):
        sql(DIALECTS["postgresql"], make())


@pytest.mark.parametrize("key", NASTY)
def test_any_key_is_a_key_and_any_zone_is_a_parameter(runner: Runner, key: str) -> None:
    document = call("json_object", par(key, T.TEXT), par(5, T.INTEGER), type=T.JSON)
    assert runner.value(call("json_extract", document, type=T.JSON, options=(key,))) == 5
    statement = select(call("extract", col("at"), type=T.INTEGER, options=("hour", key)))
    assert sql(runner.dialect, statement) == sql(
        runner.dialect, select(call("extract", col("at"), type=T.INTEGER, options=("hour", "UTC")))
    )


@pytest.mark.parametrize("value", [*NASTY, "\\'", "a\\", "''", "$$", "E'"])
def test_any_text_is_a_literal(runner: Runner, value: str) -> None:
    assert runner.value(Literal(value, T.TEXT)) == value
    assert runner.value(par(value, T.TEXT)) == value
    statement = select(col("id"), where=InList(par(value, T.TEXT), par([value], T.array(T.TEXT))))
    assert len(runner.rows(statement)) == 2


def test_literals_mean_the_same_without_standard_strings(postgres_oracle: Any) -> None:
    text = sql(DIALECTS["postgresql"], select(Literal("a\\' OR 1=1 --", T.TEXT)).replace(source=None))
    try:
        postgres_oracle.execute("SET standard_conforming_strings = off; SET escape_string_warning = off")
        assert postgres_oracle.fetch(text) == [("a\\' OR 1=1 --",)]
    finally:
        postgres_oracle.execute("RESET standard_conforming_strings; RESET escape_string_warning")


def test_sqlite_has_what_its_dialect_calls() -> None:
    """Each function that the dialect knows by name is known to the database, by being planned."""
    dialect = DIALECTS["sqlite"]
    connection = sqlite3.connect(":memory:")
    for function in dialect.functions:
        assert function.name
    assert {function.name for function in dialect.functions} >= {
        "regexp",
        "LPAD",
        "STDDEV_POP",
        "django_datetime_trunc",
    }
    connection.close()


def test_rows_are_values() -> None:
    assert sql(DIALECTS["sqlite"], select(Row((NUMBER, NUMBER), T.row(2)))) == 'SELECT (?, ?) FROM "item"'
    assert isinstance(CustomSQL(Own(), ()), Term)
    assert isinstance(Call("x", (), T.TEXT), Term)
    assert isinstance(Aggregate("x", (), T.TEXT), Term)
    assert TRUE.truth
