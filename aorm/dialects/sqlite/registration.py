"""The SQL functions that SQLite lacks, as a driver registers them on each new connection."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing

from aorm.dialects.base.functions import SQLFunction
from aorm.dialects.sqlite import scalar_functions, temporal_functions
from aorm.dialects.sqlite.aggregate_functions import AGGREGATES


def has_mathematics() -> bool:
    """Tell whether this build of SQLite has the functions of mathematics."""
    with closing(sqlite3.connect(":memory:")) as connection:
        return bool(connection.execute("SELECT sqlite_compileoption_used('ENABLE_MATH_FUNCTIONS')").fetchone()[0])


def all_functions() -> tuple[SQLFunction, ...]:
    """Return every function that aorm's SQL may call."""
    scalars = scalar_functions.SCALARS + temporal_functions.SCALARS
    if not has_mathematics():
        scalars += scalar_functions.MATHEMATICS
    return (
        *(SQLFunction(name, count, function) for name, count, function in scalars),
        # SQLite's own RANDOM() gives a 64-bit integer instead of a number from 0 to 1.
        SQLFunction("RAND", 0, random.random, deterministic=False),
        SQLFunction("UUIDV4", 0, scalar_functions.uuid4_text, deterministic=False),
        SQLFunction("UUIDV7", 0, scalar_functions.uuid7_text, deterministic=False),
        SQLFunction("UUIDV7", 1, scalar_functions.uuid7_text, deterministic=False),
        *(SQLFunction(name, count, aggregate, is_aggregate=True) for name, count, aggregate in AGGREGATES),
    )


FUNCTIONS = all_functions()


def register_functions(connection: sqlite3.Connection) -> None:
    """Register every function on a connection that no driver of aorm made."""
    for function in FUNCTIONS:
        if function.is_aggregate:
            connection.create_aggregate(function.name, function.arity, function.callable)
        else:
            connection.create_function(
                function.name, function.arity, function.callable, deterministic=function.deterministic
            )
