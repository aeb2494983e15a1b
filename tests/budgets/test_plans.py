"""A statement is compiled once per shape: with other values the second time nothing is rendered."""

from __future__ import annotations

import importlib
import inspect
from typing import TYPE_CHECKING, Any

import pytest

import aorm
from aorm.database.databases import databases
from aorm.models import Model, QuerySet
from tests.behaviour.harness.rows import Call, rows_of
from tests.budgets.shapes import COMING_BACK, NOT_KEPT, READING, Parcel
from tests.budgets.tripping import fill, on_database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TABLES = ("aggregates", "database_functions", "everyday", "expressions", "lookups", "relations", "windows")


class CompileCounter:
    """Counts what the dialect of the default database renders."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.statements: list[str] = []
        dialect = type(databases["default"].dialect)
        compile_statement: Callable[..., Any] = dialect.compile

        def counted(*arguments: Any, **keywords: Any) -> Any:
            compiled = compile_statement(*arguments, **keywords)
            self.statements.append(compiled.sql)
            return compiled

        patch.setattr(dialect, "compile", counted)


@pytest.fixture
def compiled(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[CompileCounter]:
    """What is compiled for the default database, which is each of the databases in turn."""
    with on_database(database_url):
        yield CompileCounter(monkeypatch)


async def run(made: Any) -> None:
    """Evaluate a queryset, or await a coroutine."""
    await (made._afetch_all() if isinstance(made, QuerySet) else made)


async def test_shapes(compiled: CompileCounter) -> None:
    """Nothing is compiled when a shape comes again with other values."""
    again: dict[str, list[str]] = {}
    try:
        await fill()
        for name, make in {**READING, **COMING_BACK}.items():
            await run(make(1))
            compiled.statements.clear()
            await run(make(2))
            if compiled.statements:
                again[name] = list(compiled.statements)
    finally:
        await aorm.aclose_all()
    assert again == {}


async def test_what_is_not_kept(compiled: CompileCounter) -> None:
    """What the documentation lists as compiled again with other values is."""
    kept_once: list[str] = []
    try:
        await fill()
        await aorm.schema.acreate_tables([Parcel])
        for name, make in NOT_KEPT.items():
            await run(make(1))
            compiled.statements.clear()
            await run(make(2))
            if not compiled.statements:
                kept_once.append(name)
    finally:
        await aorm.aclose_all()
    assert kept_once == []


async def test_rows_of_the_behaviour_tables(compiled: CompileCounter) -> None:
    """Every queryset that the parity suite knows is compiled once, if it can be compiled at all."""
    modules = [importlib.import_module(f"tests.behaviour.tables.{name}") for name in TABLES]
    models = dict.fromkeys(
        value
        for module in modules
        for value in vars(module.SCHEMA).values()
        if inspect.isclass(value) and issubclass(value, Model) and not value._meta.abstract
    )
    database = databases["default"]
    again: dict[str, list[str]] = {}
    try:
        await aorm.schema.acreate_tables(models)
        for module in modules:
            for row in rows_of(module).values():
                if database.vendor in row.vendors:
                    await _run_row(row.build)
                    compiled.statements.clear()
                    await _run_row(row.build)
                    if compiled.statements:
                        again[f"{module.__name__}: {row.name}"] = list(compiled.statements)
    finally:
        await aorm.aclose_all()
    assert again == {}


async def _run_row(build: Callable[[], Any]) -> None:
    """Run a row as the parity suite does; that it may fail on empty tables is not the point here."""
    try:
        built = build()
        if isinstance(built, Call):
            await getattr(built.target, f"a{built.name}")(*built.arguments, **built.keywords)
        elif isinstance(built, QuerySet):
            await built._afetch_all()
    except Exception:
        return
