"""What only PostgreSQL has: the names of `django.contrib.postgres`.

``from aorm.postgres.constraints import ExclusionConstraint``, ``from aorm.postgres.indexes import GinIndex, OpClass``,
``from aorm.postgres.fields import RangeOperators, RangeBoundary``; or all of them from here.
"""

from aorm.postgres.constraints import ExclusionConstraint
from aorm.postgres.indexes import (
    BloomIndex,
    BrinIndex,
    BTreeIndex,
    GinIndex,
    GistIndex,
    HashIndex,
    OpClass,
    PostgresIndex,
    SpGistIndex,
)
from aorm.postgres.ranges import RangeBoundary, RangeOperators

__all__ = [
    "BTreeIndex",
    "BloomIndex",
    "BrinIndex",
    "ExclusionConstraint",
    "GinIndex",
    "GistIndex",
    "HashIndex",
    "OpClass",
    "PostgresIndex",
    "RangeBoundary",
    "RangeOperators",
    "SpGistIndex",
]
