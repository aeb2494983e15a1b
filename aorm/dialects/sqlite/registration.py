"""The SQL functions that SQLite lacks, as a driver registers them on each new connection."""

from __future__ import annotations

import random

from aorm.dialects.base.functions import SQLFunction
from aorm.dialects.sqlite import scalar_functions, temporal_functions
from aorm.dialects.sqlite.aggregate_functions import AGGREGATES

FUNCTIONS: tuple[SQLFunction, ...] = (
    *(
        SQLFunction(name, count, function)
        for name, count, function in scalar_functions.SCALARS + temporal_functions.SCALARS
    ),
    # Builds of SQLite differ in these, and where it has them its own are faster.
    *(SQLFunction(name, count, function, is_substitute=True) for name, count, function in scalar_functions.MATHEMATICS),
    # SQLite's own RANDOM() gives a 64-bit integer instead of a number from 0 to 1.
    SQLFunction("RAND", 0, random.random, deterministic=False),
    SQLFunction("UUIDV4", 0, scalar_functions.uuid4_text, deterministic=False),
    SQLFunction("UUIDV7", 0, scalar_functions.uuid7_text, deterministic=False),
    SQLFunction("UUIDV7", 1, scalar_functions.uuid7_text, deterministic=False),
    *(SQLFunction(name, count, aggregate, is_aggregate=True) for name, count, aggregate in AGGREGATES),
)
"""Every function that aorm's SQL may call."""
