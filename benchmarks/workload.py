"""What is measured: the rows, the operations, and which of them need objects that were loaded before."""

from __future__ import annotations

import datetime
import random
from typing import Any, NamedTuple

AUTHORS = 200
BOOKS = 10_000
ENTRIES = 64
TASKS = 64
CONNECTIONS = 10

COLUMNS = ("id", "title", "author_id", "pages", "rating", "is_available", "added")
PAGES_ABOVE = 100
RATING_BELOW = 4.5
SLICE = 20

_FIRST_DAY = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)


class Operation(NamedTuple):
    """One thing that contestants do.

    Attributes:
        name: the method of a contestant that does it, for each of its arguments.
        title: what the table calls it.
        takes: what the arguments are: "keys" of books, "names" of authors, "rows" to insert, "entries" or "doomed"
            entries to load before the clock starts, or "turns", plain repetitions.
        divides: how many results one argument gives; times are shown per result of those.
        unit: what a time is the time of.
    """

    name: str
    title: str
    takes: str
    divides: int = 1
    unit: str = "us"


OPERATIONS = (
    Operation("get", "get by primary key", "keys"),
    Operation("insert", "insert", "rows"),
    Operation("save", "save an existing row", "entries"),
    Operation("save_fields", "save one field", "entries"),
    Operation("refresh", "refresh", "entries"),
    Operation("delete", "delete", "doomed"),
    Operation("filter", "filter by relation, order, slice", "names"),
    Operation("instances", "10,000 rows: instances", "turns", BOOKS, "us/row"),
    Operation("values_list", "10,000 rows: tuples", "turns", BOOKS, "us/row"),
    Operation("values", "10,000 rows: dictionaries", "turns", BOOKS, "us/row"),
    Operation("tasks", "64 tasks on 10 connections: get", "keys"),
    Operation("transaction", "transaction with two saves", "entries"),
    Operation("build", "build a queryset, find its statement", "names"),
    Operation("hop", "from sync code to the loop and back", "turns"),
)

# The operations whose arguments are keys of entries, which a contestant loads before the clock starts.
LOADED = frozenset({"save", "save_fields", "refresh", "delete", "transaction"})


def author_name(number: int) -> str:
    """Return the name of an author, numbered from 1."""
    return f"Author {number}"


def make_rows(count: int, seed: int = 7) -> list[tuple[Any, ...]]:
    """Return rows in the order of `COLUMNS`, keys left out; the same for the same seed."""
    chance = random.Random(seed)
    return [
        (
            f"Book {number} {chance.randrange(10**6)}",
            chance.randint(1, AUTHORS),
            chance.randint(1, 1000),
            chance.random() * 5,
            chance.random() < 0.5,
            _FIRST_DAY + datetime.timedelta(seconds=chance.randrange(10**8)),
        )
        for number in range(count)
    ]


def key_of(item: Any) -> Any:
    """Return the primary key of a result, whatever it came as."""
    if isinstance(item, tuple):
        return item[0]
    return item.id if hasattr(item, "id") else item["id"]


def summary(operation: str, result: Any) -> Any:
    """Return what must be equal for all contestants."""
    if operation == "get":
        return key_of(result)
    if operation == "filter":
        return [key_of(item) for item in result]
    if operation in ("instances", "values_list", "values"):
        return [len(result), sum(key_of(item) for item in result)]
    return None
