"""Count everything that has a budget, in the order of the table."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import aorm
from aorm.bridge import run_sync
from aorm.query.execution import database_for, plan_of
from tests.budgets.counting import CallCounter, Objects, count_calls, count_objects, count_sync_calls
from tests.budgets.shelf import ROWS, Book, Shelf, shelved

if TYPE_CHECKING:
    from collections.abc import Callable

SYNC_OPERATIONS: dict[str, Callable[[], Any]] = {
    "get, the sync twin: the caller's thread": lambda: Book.objects.get(pk=7),
    "run_sync of nothing: the caller's thread": lambda: run_sync(nothing()),
    "sync atomic, empty: the caller's thread": lambda: _enter_and_leave(),
}


async def nothing() -> None:
    """Do nothing."""


def _enter_and_leave() -> None:
    with aorm.atomic():
        pass


def calls_of(vendor: str) -> dict[str, CallCounter]:
    """Return the calls of every operation with that dialect, on a database that answers without I/O."""
    with shelved(vendor) as shelf:
        found = asyncio.run(_calls_of(shelf))
        try:
            for name, operation in SYNC_OPERATIONS.items():
                found[name] = count_sync_calls(operation)
                # How often a waiting thread looks at its lock depends on when the answer comes.
                found[name].c.clear()
        finally:
            aorm.close_all()
    return found


async def _calls_of(shelf: Shelf) -> dict[str, CallCounter]:
    try:
        return {name: await count_calls(operation) for name, operation in shelf.operations().items()}
    finally:
        await aorm.aclose_all()


class RowCosts:
    """What each of many rows costs: calls of aorm's own code, and what stays of them."""

    def __init__(self, counter: CallCounter, objects: Objects) -> None:
        self.python = round(counter.calls.python / ROWS, 1)
        self.c = round(counter.calls.c / ROWS, 1)
        self.blocks = round(objects.blocks, 1)
        self.tracked = round(objects.tracked, 1)
        self.report = counter.report()


def row_costs_of(vendor: str) -> dict[str, RowCosts]:
    """Return what a row of 10,000 costs, by what becomes of it."""
    querysets: dict[str, Callable[[], Any]] = {
        "instances": Book.objects.all,
        "values_list": Book.objects.values_list,
        "values": Book.objects.values,
    }
    with shelved(vendor) as shelf:
        shelf.rows *= ROWS
        return asyncio.run(_row_costs_of(shelf, querysets))


async def _row_costs_of(shelf: Shelf, querysets: dict[str, Callable[[], Any]]) -> dict[str, RowCosts]:
    try:
        found: dict[str, RowCosts] = {}
        for name, make in querysets.items():
            counter = await count_calls(lambda make=make: make()._afetch_all())
            queryset = make()
            plan = plan_of(queryset._query, queryset._kind, database_for(queryset), ())
            found[name] = RowCosts(counter, count_objects(lambda plan=plan: plan.load(shelf.rows, "default"), ROWS))
        return found
    finally:
        await aorm.aclose_all()
