"""`python -m tests.budgets.measure [--write] [--url postgresql://...]`: count again, and show or write the table."""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.budgets import budgets, tables
from tests.budgets.measuring import calls_of, row_costs_of
from tests.budgets.shelf import VENDORS
from tests.budgets.tripping import count_driver_calls, count_trips, on_database
from tests.support.oracle import PostgresOracle, with_database
from tests.support.postgres_server import PostgresServer

if TYPE_CHECKING:
    from tests.budgets.tables import Key, Numbers

NAME = "aorm_budgets"


def count_without_database() -> dict[str, dict[Key, Numbers]]:
    """Return what is counted without I/O, by table."""
    calls: dict[Key, Numbers] = {}
    rows: dict[Key, Numbers] = {}
    for vendor in VENDORS:
        calls |= {(name, vendor): counter.calls for name, counter in calls_of(vendor).items()}
        costs = row_costs_of(vendor)
        rows |= {(name, vendor): (cost.python, cost.c, cost.blocks, cost.tracked) for name, cost in costs.items()}
    return {"CALLS": calls, "ROWS": rows}


def count_on_databases(server_url: str) -> dict[str, dict[Key, Numbers]]:
    """Return what is counted on databases, by table."""
    admin = PostgresOracle(server_url)
    drivers: dict[Key, Numbers] = {}
    trips: dict[Key, Numbers] = {}
    try:
        for vendor in VENDORS:
            for counted, count in ((drivers, _driver_calls), (trips, _trips)):
                admin.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
                admin.execute(f"CREATE DATABASE {NAME}")
                with tempfile.TemporaryDirectory() as folder:
                    sqlite = f"sqlite:///{Path(folder) / 'budgets.db'}"
                    with on_database(with_database(server_url, NAME) if vendor == "postgresql" else sqlite):
                        counted |= {(name, vendor): numbers for name, numbers in count().items()}
    finally:
        admin.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        admin.close()
    return {"DRIVERS": drivers, "TRIPS": trips}


def _driver_calls() -> dict[str, Numbers]:
    return dict(asyncio.run(count_driver_calls()))


def _trips() -> dict[str, Numbers]:
    return dict(asyncio.run(count_trips(pytest.MonkeyPatch())))


def main() -> None:
    """Count, then show what differs from the tables, or write them."""
    parser = argparse.ArgumentParser(prog="python -m tests.budgets.measure", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the numbers of this Python into budgets.py")
    parser.add_argument("--url", help="a PostgreSQL server; by default AORM_TEST_POSTGRES_URL, or one of its own")
    options = parser.parse_args()
    url = options.url or os.environ.get("AORM_TEST_POSTGRES_URL")
    server = None if url else PostgresServer()
    try:
        counted = count_without_database() | count_on_databases(url or server.start())  # type: ignore[union-attr]
    finally:
        if server is not None:
            server.stop()
    for name, found in counted.items():
        known = tables.bounds(getattr(budgets, name))
        for key, numbers in found.items():
            if known.get(key) != tuple(numbers):
                print(name, *key, "now", *numbers, "budget", *known.get(key, ("none",)))
        if options.write:
            tables.write(name, {key: tuple(numbers) for key, numbers in found.items()})


if __name__ == "__main__":
    main()
