"""The hot paths keep their budgets; the tables are in `budgets.py`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.budgets import budgets
from tests.budgets.measuring import calls_of, row_costs_of
from tests.budgets.shelf import VENDORS
from tests.budgets.tables import bounds
from tests.budgets.tripping import count_driver_calls, count_trips, on_database

if TYPE_CHECKING:
    from tests.budgets.tables import Numbers

CURE = "Spare the calls, or raise the number in tests/budgets/budgets.py and say why (python -m tests.budgets.measure)."


def exceeded(found: dict[str, Numbers], table: str, vendor: str, reports: dict[str, str]) -> str:
    """Return what is over its bound, and why; an empty text where all is well. Nothing goes without a bound."""
    known = {name: numbers for (name, database), numbers in bounds(table).items() if database == vendor}
    assert set(found) == set(known), "an operation has no budget, or a budget no operation"
    return "".join(
        f"\n{name}: {tuple(numbers)}, budget {known[name]}\n{reports.get(name, '')}"
        for name, numbers in found.items()
        if any(number > bound for number, bound in zip(numbers, known[name], strict=True))
    )


@pytest.mark.parametrize("vendor", VENDORS)
def test_calls(vendor: str) -> None:
    """No operation calls more functions of aorm's, or C functions, than its budget says."""
    counted = calls_of(vendor)
    found = {name: tuple(counter.calls) for name, counter in counted.items()}
    reports = {name: counter.report() for name, counter in counted.items()}
    over = exceeded(found, budgets.CALLS, vendor, reports)
    assert not over, f"{CURE}{over}"


@pytest.mark.parametrize("vendor", VENDORS)
def test_rows(vendor: str) -> None:
    """No row of many costs more calls, blocks of memory or objects than its budget says."""
    counted = row_costs_of(vendor)
    found = {name: (cost.python, cost.c, cost.blocks, cost.tracked) for name, cost in counted.items()}
    over = exceeded(found, budgets.ROWS, vendor, {name: cost.report for name, cost in counted.items()})
    assert not over, f"{CURE}{over}"


@pytest.mark.parametrize("vendor", VENDORS)
def test_driver_calls(vendor: str, request: pytest.FixtureRequest) -> None:
    """No driver calls more functions of its own for a statement than its budget says."""
    with on_database(url_of(vendor, request)):
        found = asyncio.run(count_driver_calls())
    over = exceeded(dict(found), budgets.DRIVERS, vendor, {})
    assert not over, f"{CURE}{over}"


@pytest.mark.parametrize("vendor", VENDORS)
def test_trips(vendor: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each operation sends exactly the statements, in exactly the round trips, that its budget names."""
    with on_database(url_of(vendor, request)):
        found = asyncio.run(count_trips(monkeypatch))
    known = {name: numbers for (name, database), numbers in bounds(budgets.TRIPS).items() if database == vendor}
    assert {name: tuple(trips) for name, trips in found.items()} == known


def url_of(vendor: str, request: pytest.FixtureRequest) -> str:
    """Return the URL of an empty database."""
    url: str = request.getfixturevalue("postgres_url" if vendor == "postgresql" else "sqlite_url")
    return url
