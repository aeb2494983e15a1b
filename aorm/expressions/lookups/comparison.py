"""Equality, order, membership, ranges and NULL.

``build`` runs for each condition of each ``filter()``: it is straight-line code for the common case, a plain value
against a column, and hands everything else to a function below it.
"""

from __future__ import annotations

import datetime
import decimal
import math
import uuid
from typing import TYPE_CHECKING, Any, ClassVar

from aorm.expressions.base import Expression, Resolved, resolve
from aorm.expressions.lookups.base import Lookup, right_side, with_bilateral
from aorm.expressions.operators import Combinable
from aorm.expressions.subquery import Subquery, is_known_empty
from aorm.sql.predicates import (
    FALSE,
    TRUE,
    Between,
    Compare,
    InList,
    InQuery,
    InTerms,
    Predicate,
    negation,
)
from aorm.sql.predicates import IsNull as IsNullPredicate
from aorm.sql.types import BIGINT, BOOLEAN, INTEGER, INTEGERS, SMALLINT, array
from aorm.sql.values import EachElement, Literal, Param, Row

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aorm.expressions.base import ResolvedQuery, Scope
    from aorm.sql.node import Term
    from aorm.sql.types import SqlType

# Values of exactly these classes are no expressions; asking for the class is cheaper than looking for a method.
# What a field converts itself may become anything, which a parameter of its own takes; more than these go as a list.
MOST_CONVERTED_TERMS = 1000
PLAIN = frozenset(
    {
        str,
        int,
        float,
        bool,
        bytes,
        type(None),
        decimal.Decimal,
        uuid.UUID,
        datetime.date,
        datetime.datetime,
        datetime.time,
        datetime.timedelta,
    }
)
BIGINT_LOW, BIGINT_HIGH = -(2**63), 2**63 - 1
RANGES = {SMALLINT: (-(2**15), 2**15 - 1), INTEGER: (-(2**31), 2**31 - 1), BIGINT: (BIGINT_LOW, BIGINT_HIGH)}


class Exact(Lookup):
    """``pages=100``: equality. NULL is asked for by ``isnull``."""

    lookup_name: ClassVar[str | None] = "exact"
    operator: ClassVar[str] = "="

    @classmethod
    def build(cls, left: Resolved, value: Any, scope: Scope) -> Predicate:
        """Make ``left = value``."""
        if value.__class__ in PLAIN and (left.__class__ is Resolved or not left.bilateral_transforms):
            output = left.output
            prepared = output.get_prep_value(value)
            if prepared.__class__ is bool and output.sql_type is BOOLEAN:
                return compare_with_truth(left.term, prepared)
            return Compare(left.term, "=", Param(prepared, output.sql_type, output.adapter))
        query = queryset_in(value)
        if query is not None:
            right = resolve(value, scope)
            _check_one_row(right, value, left)
            return Compare(left.term, "=", with_bilateral(left, right, scope).term)
        right = right_side(left, value, scope)
        if isinstance(right.term, Param) and right.term.type is BOOLEAN and isinstance(right.term.value, bool):
            return compare_with_truth(left.term, right.term.value)
        return Compare(left.term, "=", right.term)


def compare_with_truth(term: Term, truth: bool) -> Predicate:
    """Compare a boolean with a constant in the text, which lets the database use indexes with a condition on it."""
    if isinstance(term, Predicate):
        return term if truth else negation(term)
    return Compare(term, "=", Literal(truth, BOOLEAN))


class OrderLookup(Lookup):
    """A comparison by the order of values."""

    operator: ClassVar[str]

    @classmethod
    def build(cls, left: Resolved, value: Any, scope: Scope) -> Predicate:
        """Make ``left > value``."""
        if value.__class__ in PLAIN and (left.__class__ is Resolved or not left.bilateral_transforms):
            output = left.output
            parameter = Param(output.get_prep_value(value), output.sql_type, output.adapter)
            return Compare(left.term, cls.operator, parameter)
        return Compare(left.term, cls.operator, right_side(left, value, scope).term)


class GreaterThan(OrderLookup):
    """``pages__gt=100``."""

    lookup_name: ClassVar[str | None] = "gt"
    operator: ClassVar[str] = ">"


class GreaterThanOrEqual(OrderLookup):
    """``pages__gte=100``."""

    lookup_name: ClassVar[str | None] = "gte"
    operator: ClassVar[str] = ">="


class LessThan(OrderLookup):
    """``pages__lt=100``."""

    lookup_name: ClassVar[str | None] = "lt"
    operator: ClassVar[str] = "<"


class LessThanOrEqual(OrderLookup):
    """``pages__lte=100``."""

    lookup_name: ClassVar[str | None] = "lte"
    operator: ClassVar[str] = "<="


def compare_integer(left: Resolved, operator: str, value: int, beyond: tuple[bool, bool]) -> Predicate:
    """Compare an integer, which a database may refuse to take, with a column.

    A value too large for the column's type but not for a bigint is compared as a bigint; one beyond that needs no
    database to answer.

    Args:
        left: the left side.
        operator: the comparison.
        value: the prepared value.
        beyond: what holds for each number of the column if the value is smaller, or larger, than all of them.
    """
    output = left.output
    sql_type = output.sql_type
    low, high = RANGES.get(sql_type, (BIGINT_LOW, BIGINT_HIGH))
    if low <= value <= high:
        return Compare(left.term, operator, Param(value, sql_type, output.adapter))
    if BIGINT_LOW <= value <= BIGINT_HIGH:
        return Compare(left.term, operator, Param(value, BIGINT))
    return TRUE if beyond[value > 0] else FALSE


class IntegerLookup(Lookup):
    """A comparison with an integer column: nothing is out of range, and floats are rounded the right way."""

    operator: ClassVar[str]
    fallback: ClassVar[type[Lookup]]
    rounds_up: ClassVar[bool] = False
    beyond: ClassVar[tuple[bool, bool]] = (False, False)

    @classmethod
    def build(cls, left: Resolved, value: Any, scope: Scope) -> Predicate:
        """Compare with an integer; anything else goes the way of the general lookup."""
        if not hasattr(value, "resolve_expression") and not left.bilateral_transforms:
            if cls.rounds_up and value.__class__ is float:
                value = math.ceil(value)
            prepared = left.output.get_prep_value(value)
            if prepared.__class__ is int:
                return compare_integer(left, cls.operator, prepared, cls.beyond)
        return cls.fallback.build(left, value, scope)


class IntegerFieldExact(IntegerLookup, Exact):
    """Equality with an integer column: a number that the column cannot hold matches nothing."""

    fallback: ClassVar[type[Lookup]] = Exact


class IntegerGreaterThan(IntegerLookup, GreaterThan):
    """``>`` on an integer column."""

    fallback: ClassVar[type[Lookup]] = GreaterThan
    beyond: ClassVar[tuple[bool, bool]] = (True, False)


class IntegerGreaterThanOrEqual(IntegerLookup, GreaterThanOrEqual):
    """``>=`` on an integer column; 1.5 means 2."""

    fallback: ClassVar[type[Lookup]] = GreaterThanOrEqual
    rounds_up: ClassVar[bool] = True
    beyond: ClassVar[tuple[bool, bool]] = (True, False)


class IntegerLessThan(IntegerLookup, LessThan):
    """``<`` on an integer column; 1.5 means 2."""

    fallback: ClassVar[type[Lookup]] = LessThan
    rounds_up: ClassVar[bool] = True
    beyond: ClassVar[tuple[bool, bool]] = (False, True)


class IntegerLessThanOrEqual(IntegerLookup, LessThanOrEqual):
    """``<=`` on an integer column."""

    fallback: ClassVar[type[Lookup]] = LessThanOrEqual
    beyond: ClassVar[tuple[bool, bool]] = (False, True)


class In(Lookup):
    """``pk__in=[1, 2, 3]`` or ``author__in=Author.objects.filter(...)``. None is never in a list."""

    lookup_name: ClassVar[str | None] = "in"

    @classmethod
    def build(cls, left: Resolved, value: Any, scope: Scope) -> Predicate:
        """Make ``left IN (...)``: one array parameter for plain values, terms for expressions, or a subquery."""
        if queryset_in(value) is not None:
            return cls.build_query(left, value, scope)
        if hasattr(value, "resolve_expression"):
            return InTerms(left.term, (right_side(left, value, scope).term,))
        values = list(value)
        if left.bilateral_transforms or any(
            item.__class__ not in PLAIN and hasattr(item, "resolve_expression") for item in values
        ):
            kept = [item for item in values if item is not None]
            terms = tuple([right_side(left, item, scope).term for item in kept])
            return InTerms(left.term, terms) if terms else FALSE
        prepare = left.output.get_prep_value
        return in_values(left, [prepare(item) for item in values])

    @classmethod
    def build_query(cls, left: Resolved, value: Any, scope: Scope) -> Predicate:
        """Make ``left IN (SELECT ...)``."""
        if left.bilateral_transforms:
            raise NotImplementedError("Bilateral transformations on nested querysets are not implemented.")
        found = scope.subquery(queryset_in(value))
        check_width(found, left, "the 'in' lookup")
        return FALSE if is_known_empty(found.query) else InQuery(left.term, found.query)


def in_values(left: Resolved, values: Iterable[Any]) -> Predicate:
    """Make ``left IN (...)`` of prepared values, without None and without repetitions."""
    try:
        kept = list(dict.fromkeys(values))
    except TypeError:
        kept = list(values)
    kept = [value for value in kept if value is not None]
    output = left.output
    sql_type = output.sql_type
    if sql_type in INTEGERS and kept:
        kept, sql_type = within_bigint(kept, sql_type)
    if not kept:
        return FALSE
    adapter = output.adapter
    if adapter is not None and len(kept) <= MOST_CONVERTED_TERMS:
        return InTerms(left.term, tuple([Param(value, sql_type, adapter) for value in kept]))
    return InList(left.term, Param(kept, array(sql_type), None if adapter is None else EachElement(adapter, sql_type)))


def within_bigint(values: list[Any], sql_type: SqlType) -> tuple[list[Any], SqlType]:
    """Drop numbers that no integer column holds, and widen the type if one is too large for it."""
    if not all(isinstance(value, int) for value in values):
        return values, sql_type
    low, high = RANGES[sql_type]
    if low <= min(values) and max(values) <= high:
        return values, sql_type
    return [value for value in values if BIGINT_LOW <= value <= BIGINT_HIGH], BIGINT


class Range(Lookup):
    """``pages__range=(100, 200)``: both ends belong to it."""

    lookup_name: ClassVar[str | None] = "range"

    @classmethod
    def build(cls, left: Resolved, value: Any, scope: Scope) -> Predicate:
        """Make ``left BETWEEN low AND high``."""
        # As in Django more than two values are passed over.
        low, high = (value if isinstance(value, (list, tuple)) else list(value))[:2]
        return Between(left.term, right_side(left, low, scope).term, right_side(left, high, scope).term)


class IsNull(Lookup):
    """``author__isnull=True``."""

    lookup_name: ClassVar[str | None] = "isnull"
    prepare_rhs: ClassVar[bool] = False

    @classmethod
    def build(cls, left: Resolved, value: Any, scope: Scope) -> Predicate:
        """Make ``left IS NULL`` or IS NOT NULL."""
        if value is not True and value is not False:
            raise ValueError("The QuerySet value for an isnull lookup must be True or False.")
        term = left.term
        if isinstance(term, Literal):
            return TRUE if (term.value is None) is value else FALSE
        return IsNullPredicate(term, not value)


def queryset_in(value: Any) -> Any:
    """Return the queryset that a right side is, or wraps in a plain Subquery; None for everything else."""
    if value.__class__ in PLAIN or not hasattr(value, "resolve_expression"):
        return None
    if value.__class__ is Subquery:
        return value.queryset
    if isinstance(value, (Expression, Combinable, Resolved)) or not hasattr(value, "query"):
        return None
    return value


def check_width(found: ResolvedQuery, left: Resolved, what: str) -> None:
    """Refuse a subquery that selects more or fewer columns than the left side has."""
    wanted = len(left.term.terms) if isinstance(left.term, Row) else 1
    selected = len(found.outputs)
    if selected != wanted:
        raise ValueError(f"The QuerySet value for {what} must have {wanted} selected fields (received {selected})")


def _check_one_row(right: Resolved, value: Any, left: Resolved) -> None:
    if value.__class__ is Subquery:
        return
    query: Any = getattr(right.term, "query", None)
    limit = getattr(query, "limit", None)
    if getattr(limit, "value", None) != 1:
        raise ValueError("The QuerySet value for an exact lookup must be limited to one result using slicing.")
