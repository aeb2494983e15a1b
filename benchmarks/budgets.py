"""The budgets: what aorm may cost beside the bare driver on one held connection."""

from __future__ import annotations

from typing import NamedTuple


class Budget(NamedTuple):
    """A bound on the ratio of aorm's time to somebody else's, at one operation."""

    operation: str
    beside: str
    most: float
    databases: tuple[str, ...] = ("postgresql", "sqlite")


SINGLE = 1.35

BUDGETS = (
    *(Budget(name, "driver", SINGLE) for name in ("get", "insert", "save", "save_fields", "refresh", "delete")),
    # A queryset of four steps is built each time, which a text written by hand is not, and twenty instances are made;
    # of SQLite's rows these are more than what the driver gives: times and truth values are made of text and numbers.
    Budget("filter", "driver", 1.6, ("postgresql",)),
    Budget("filter", "driver", 1.8, ("sqlite",)),
    Budget("instances", "driver", 1.6),
    # At least the throughput of asyncpg's own pool.
    Budget("tasks", "driver", 1.0, ("postgresql",)),
)
