"""Lookups as expressions, and the classes of one's own: the names of `django.db.models.lookups`."""

from aorm.expressions.functions.base import Transform
from aorm.expressions.lookups.base import Lookup
from aorm.expressions.lookups.comparison import (
    Exact,
    GreaterThan,
    GreaterThanOrEqual,
    In,
    IsNull,
    LessThan,
    LessThanOrEqual,
    Range,
)
from aorm.expressions.lookups.temporal import YearExact, YearGt, YearGte, YearLookup, YearLt, YearLte
from aorm.expressions.lookups.text import (
    Contains,
    EndsWith,
    IContains,
    IEndsWith,
    IExact,
    IRegex,
    IStartsWith,
    PatternLookup,
    Regex,
    StartsWith,
)

__all__ = [
    "Contains",
    "EndsWith",
    "Exact",
    "GreaterThan",
    "GreaterThanOrEqual",
    "IContains",
    "IEndsWith",
    "IExact",
    "IRegex",
    "IStartsWith",
    "In",
    "IsNull",
    "LessThan",
    "LessThanOrEqual",
    "Lookup",
    "PatternLookup",
    "Range",
    "Regex",
    "StartsWith",
    "Transform",
    "YearExact",
    "YearGt",
    "YearGte",
    "YearLookup",
    "YearLt",
    "YearLte",
]
