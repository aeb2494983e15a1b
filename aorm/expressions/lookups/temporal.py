"""Lookups on years: they compare the date itself with the year's bounds, so that an index on it can be used."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from aorm import timezone
from aorm.expressions.lookups.comparison import Exact, GreaterThan, GreaterThanOrEqual, LessThan, LessThanOrEqual
from aorm.settings import settings
from aorm.sql.functions import Call
from aorm.sql.predicates import Between, Compare
from aorm.sql.types import DATE, TIMESTAMPTZ
from aorm.sql.values import Param

if TYPE_CHECKING:
    from aorm.expressions.base import Resolved, Scope
    from aorm.expressions.lookups.base import Lookup
    from aorm.sql.node import Term
    from aorm.sql.predicates import Predicate

ONE_DAY = datetime.timedelta(days=1)


class YearLookup:
    """A comparison with a year, plain or of ISO 8601."""

    operator: ClassVar[str]
    # Which end of the year decides: its beginning or its end.
    takes_end: ClassVar[bool] = False
    fallback: ClassVar[type[Lookup]]

    @classmethod
    def build(cls, left: Resolved, value: Any, scope: Scope) -> Predicate:
        """Compare with a bound of the year, or the extracted year where the value is an expression."""
        found = cls.bounds(left, value)
        if found is None:
            return cls.fallback.build(left, value, scope)
        term, start, end = found
        return Compare(term, cls.operator, end if cls.takes_end else start)

    @classmethod
    def bounds(cls, left: Resolved, value: Any) -> tuple[Term, Param, Param] | None:
        """Return the date and the first and last moment of the year; None where the value is no plain year."""
        term = left.term
        if hasattr(value, "resolve_expression") or not isinstance(term, Call) or term.name != "extract":
            return None
        year = left.output.get_prep_value(value)
        start, end = first_and_last_day(int(year), is_iso=term.options[0] == "iso_year")
        (source,) = term.arguments
        if source.type is DATE:
            return source, Param(start, DATE), Param(end, DATE)
        first = datetime.datetime.combine(start, datetime.time.min)
        last = datetime.datetime.combine(end, datetime.time.max)
        if source.type is TIMESTAMPTZ and settings.use_tz:
            zone = timezone.get_current_timezone()
            first, last = timezone.make_aware(first, zone), timezone.make_aware(last, zone)
        return source, Param(first, source.type), Param(last, source.type)


def first_and_last_day(year: int, *, is_iso: bool) -> tuple[datetime.date, datetime.date]:
    """Return the bounds of a year."""
    if is_iso:
        start = datetime.date.fromisocalendar(year, 1, 1)
        return start, datetime.date.fromisocalendar(year + 1, 1, 1) - ONE_DAY
    return datetime.date(year, 1, 1), datetime.date(year, 12, 31)


class YearExact(YearLookup, Exact):
    """``published__year=2024``."""

    fallback: ClassVar[type[Lookup]] = Exact

    @classmethod
    def build(cls, left: Resolved, value: Any, scope: Scope) -> Predicate:
        """Ask whether the date lies between the year's bounds."""
        found = cls.bounds(left, value)
        return Exact.build(left, value, scope) if found is None else Between(*found)


class YearGt(YearLookup, GreaterThan):
    """``published__year__gt=2024``."""

    operator: ClassVar[str] = ">"
    takes_end: ClassVar[bool] = True
    fallback: ClassVar[type[Lookup]] = GreaterThan


class YearGte(YearLookup, GreaterThanOrEqual):
    """``published__year__gte=2024``."""

    operator: ClassVar[str] = ">="
    fallback: ClassVar[type[Lookup]] = GreaterThanOrEqual


class YearLt(YearLookup, LessThan):
    """``published__year__lt=2024``."""

    operator: ClassVar[str] = "<"
    fallback: ClassVar[type[Lookup]] = LessThan


class YearLte(YearLookup, LessThanOrEqual):
    """``published__year__lte=2024``."""

    operator: ClassVar[str] = "<="
    takes_end: ClassVar[bool] = True
    fallback: ClassVar[type[Lookup]] = LessThanOrEqual
