"""The names of `django.contrib.postgres.fields` that need no field."""

from aorm.postgres.ranges import RangeBoundary, RangeOperators

__all__ = ["RangeBoundary", "RangeOperators"]
