"""Aggregate functions: the names of `django.db.models.aggregates`."""

from aorm.expressions.aggregates import (
    Aggregate,
    AnyValue,
    Avg,
    BitAnd,
    BitOr,
    BitXor,
    Count,
    Max,
    Min,
    StdDev,
    StringAgg,
    Sum,
    Variance,
)

__all__ = [
    "Aggregate",
    "AnyValue",
    "Avg",
    "BitAnd",
    "BitOr",
    "BitXor",
    "Count",
    "Max",
    "Min",
    "StdDev",
    "StringAgg",
    "Sum",
    "Variance",
]
