"""Rows of a conformance table: querysets, or calls, whose results are compared with Django's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from tests.behaviour.harness.environment import VENDORS, Environment
from tests.behaviour.harness.notes import describe_error, normalise

Build = Callable[[], Any]


@dataclass(frozen=True)
class Call:
    """A method that performs I/O, still to be called: `call(Book.objects, "aggregate", Sum("pages"))`."""

    target: Any
    name: str
    arguments: tuple[Any, ...] = ()
    keywords: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """One named row: `build` gives a queryset, a Call, or a plain value."""

    name: str
    build: Build
    vendors: tuple[str, ...] = VENDORS


def call(target: Any, name: str, /, *arguments: Any, **keywords: Any) -> Call:
    """Describe a call for a row."""
    return Call(target, name, arguments, keywords)


class Table:
    """Rows in the order in which they are written; `table.row(name, build)` or `table.rows(name=build, ...)`."""

    def __init__(self) -> None:
        self.entries: dict[str, Row] = {}

    def rows(self, *, vendors: tuple[str, ...] = VENDORS, **builds: Build) -> None:
        """Add rows, each named by its keyword."""
        for name, build in builds.items():
            if name in self.entries:
                raise ValueError(f"two rows are named {name}")
            self.entries[name] = Row(name, build, vendors)


def rows_of(module: ModuleType) -> dict[str, Row]:
    """Return the rows of a table module."""
    table: Table = module.TABLE
    return table.entries


async def run_row(environment: Environment, row: Row) -> Any:
    """Return the row's result, or the exception that building or running it raised, as JSON."""
    try:
        built = row.build()
        if isinstance(built, Call):
            return normalise(await environment.do(built.target, built.name, *built.arguments, **built.keywords))
        if any(hasattr(built, name) for name in ("query", "raw_query", "__aiter__")):
            return normalise(await environment.fetch(built))
        return normalise(built)
    except Exception as error:
        if isinstance(error, TypeError) and "a note cannot hold" in str(error):
            raise
        if row.name.startswith("error_any"):
            # Django lets the database complain, in its own words: it is enough that it is an error.
            return {"error": "any"}
        described = describe_error(error)
        # A text that is Python's own, not the ORM's: only the class of the exception is a promise.
        return {"error": described["error"]} if "error_python" in row.name else described
