"""Run cases and rows on aorm: two databases, two faces, tables made once, every case on empty tables."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from blockbuster import BlockBuster

import aorm
from tests.behaviour.harness.environment import Environment
from tests.behaviour.harness.modules import load
from tests.behaviour.harness.reset import POSTGRES, reset_sqlite
from tests.behaviour.harness.rows import Row, run_row
from tests.support.faces import Face, FaceName, step
from tests.support.oracle import PostgresOracle


class AormInterpreter(Face):
    """A face of aorm, with what only the cases ask for."""

    @contextmanager
    def capture(self, alias: str) -> Iterator[Callable[[], list[str]]]:
        """Record the statements of a block."""
        with aorm.capture_queries(alias) as queries:
            yield lambda: [query["sql"] for query in queries]

    def on_commit(self, callback: Callable[[], object], **options: Any) -> None:
        """Register a callback for the commit of the current transaction."""
        aorm.transaction.on_commit(callback, **options)


class Stage:
    """The databases of a test session, and which of them aorm is pointed at."""

    def __init__(self, folder: Path, oracle: PostgresOracle) -> None:
        self.folder = folder
        self.oracle = oracle
        self.vendor = ""
        self.runner = asyncio.Runner()
        self.created: set[tuple[str, str]] = set()
        self.populated: tuple[str, str] | None = None
        self.broken: dict[str, str] = {}
        self.blockbuster = _blockbuster()

    def play_case(self, module_name: str, case_name: str, vendor: str, face: FaceName) -> list[dict[str, Any]]:
        """Run one case and return its notes."""
        self._use(vendor)
        module = self._load(module_name)
        self._make_tables(module.SCHEMA)
        self._reset()
        environment = Environment(AormInterpreter(face), vendor)
        body = getattr(module, case_name)
        try:
            self._run(face, lambda: body(environment))
        finally:
            environment.clean_up()
        return environment.notes

    def play_row(self, module_name: str, row_name: str, vendor: str, face: FaceName) -> Any:
        """Run one row of a table, over data that is loaded when another module's was there."""
        self._use(vendor)
        module = self._load(module_name)
        row: Row = module.TABLE.entries[row_name]
        return self.play_over(module, vendor, face, lambda environment: run_row(environment, row))

    def play_alone(
        self, schema: ModuleType, vendor: str, face: FaceName, body: Callable[[Environment], Coroutine[Any, Any, Any]]
    ) -> Any:
        """Run a coroutine over empty tables."""
        self._use(vendor)
        self._make_tables(schema)
        self._reset()
        environment = Environment(AormInterpreter(face), vendor)
        try:
            return self._run(face, lambda: body(environment))
        finally:
            environment.clean_up()

    def play_over(
        self, data: Any, vendor: str, face: FaceName, body: Callable[[Environment], Coroutine[Any, Any, Any]]
    ) -> Any:
        """Run a coroutine over the data of a module with SCHEMA and populate; the data stays for the next."""
        self._use(vendor)
        self._make_tables(data.SCHEMA)
        environment = Environment(AormInterpreter(face), vendor)
        if self.populated != (data.populate.__module__, vendor):
            self._reset()
            self._run(face, lambda: data.populate(environment))
            self.populated = (data.populate.__module__, vendor)
        return self._run(face, lambda: body(environment))

    def close(self) -> None:
        """Close every pool and the loop."""
        self._close_pools()
        self.runner.close()

    def _use(self, vendor: str) -> None:
        if vendor != self.vendor:
            self._close_pools()
            self.vendor = vendor
            default = f"sqlite:///{self._file('default')}" if vendor == "sqlite" else self.oracle.url
            aorm.configure({"default": default, "other": f"sqlite:///{self._file('other')}"})

    def _make_tables(self, schema: ModuleType) -> None:
        for alias in ("default", "other"):
            place = "sqlite-other" if alias == "other" else self.vendor
            if (place, schema.__name__) not in self.created:
                aorm.schema.create_tables(schema.MODELS, using=alias)
                self.created.add((place, schema.__name__))

    def _load(self, module_name: str) -> ModuleType:
        # A module that broke half-way has declared some of its models: loading it again would only hide the reason.
        if module_name in self.broken:
            raise RuntimeError(f"{module_name} could not be imported: {self.broken[module_name]}")
        try:
            return load(module_name)
        except Exception as error:
            self.broken[module_name] = repr(error)
            raise

    def _reset(self) -> None:
        self.populated = None
        names = ["other"] if self.vendor == "postgresql" else ["default", "other"]
        for name in names:
            with closing(sqlite3.connect(self._file(name), timeout=5, isolation_level=None)) as connection:
                reset_sqlite(connection)
        if self.vendor == "postgresql":
            self.oracle.execute("SET lock_timeout = '5s'")
            self.oracle.execute(POSTGRES)

    def _run(self, face: FaceName, body: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        # A blocking call of aorm's in a running loop, the portal's among them, is an error in every case and row.
        self.blockbuster.activate()
        try:
            return self.runner.run(body()) if face == "async" else step(body())
        finally:
            self.blockbuster.deactivate()

    def _close_pools(self) -> None:
        if self.vendor:
            self.runner.run(aorm.aclose_all())
            aorm.close_all()

    def _file(self, name: str) -> Path:
        return self.folder / f"{name}.db"


def _blockbuster() -> BlockBuster:
    detector = BlockBuster("aorm")
    for function in detector.functions.values():
        # asyncpg looks for a password file and for certificates before it connects; that is the driver's own affair.
        function.can_block_in("asyncpg/connect_utils.py", {"_parse_connect_dsn_and_args", "_parse_connect_arguments"})
        # A time zone is read from its small file once in a process, by the standard library.
        function.can_block_in("zoneinfo/_tzpath.py", {"find_tzfile"})
        function.can_block_in("zoneinfo/_common.py", {"load_tzdata", "load_data"})
    return detector
