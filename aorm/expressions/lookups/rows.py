"""Lookups on several columns at once, as a composite key is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from aorm.exceptions import FieldError
from aorm.expressions.base import Expression, OutputField, Resolved, resolve, type_of
from aorm.expressions.lookups.base import Lookup
from aorm.expressions.lookups.comparison import PLAIN, check_width, queryset_in
from aorm.expressions.references import OuterRef, parse_expressions
from aorm.expressions.subquery import is_known_empty
from aorm.sql.predicates import FALSE, Compare, InQuery, InTerms, IsNull, Predicate, conjunction, disjunction
from aorm.sql.select import Select
from aorm.sql.sources import FromValues
from aorm.sql.sources import Subquery as SubqueryTerm
from aorm.sql.tables import Column, ColumnList
from aorm.sql.types import UNKNOWN, array, row
from aorm.sql.values import Param, Row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aorm.expressions.base import Scope
    from aorm.sql.node import Term


# So many rows stand in the text, which lets databases look each of them up; more go as a list for each part.
MOST_ROWS = 100
ROWS = "_rows"
# Lists of these are not what their elements are.
UNLISTED = frozenset({"json", "array", "row", "unknown"})


class RowOutput:
    """Describe a row value by the fields of its parts."""

    null = True
    adapter = None

    def __init__(self, fields: Sequence[OutputField]) -> None:
        """Keep the fields of the parts."""
        self.fields = tuple(fields)
        self.sql_type = row(len(self.fields))

    def get_lookup(self, lookup_name: str) -> Any:
        """Return the lookup on rows of that name, or None."""
        return TUPLE_LOOKUPS.get(lookup_name)

    def get_transform(self, lookup_name: str) -> Any:
        """Know no transform."""
        return None

    def get_prep_value(self, value: Any) -> Any:
        """Let each field prepare its part."""
        return tuple([prepared_part(field, item) for field, item in zip(self.fields, value, strict=True)])


def prepared_part(field: OutputField, value: Any) -> Any:
    """Prepare one part; a foreign key alone would take a tuple for the key of what it refers to."""
    target = getattr(field, "target_field", field) if isinstance(value, (tuple, list)) else field
    return target.get_prep_value(value)


class Tuple(Expression):
    """Several expressions as one value: ``TupleIn(Tuple(F("a"), F("b")), [(1, 2)])``."""

    allows_composite_expressions: ClassVar[bool] = True

    def __init__(self, *expressions: Any) -> None:
        """Keep the parts; texts are names."""
        super().__init__()
        self.source_expressions = parse_expressions(expressions)

    def __len__(self) -> int:
        return len(self.source_expressions)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.source_expressions)

    def get_source_expressions(self) -> list[Any]:
        """Return the parts."""
        return self.source_expressions

    def set_source_expressions(self, expressions: Sequence[Any]) -> None:
        """Replace the parts."""
        self.source_expressions = list(expressions)

    def resolve_in(self, scope: Scope) -> Resolved:
        """Make a row of the parts."""
        parts = [resolve(expression, scope) for expression in self.source_expressions]
        terms = tuple([part.term for part in parts])
        return Resolved(Row(terms, row(len(terms))), RowOutput([part.output for part in parts]))


class TupleLookup(Lookup):
    """A comparison of rows."""

    allows_composite_expressions: ClassVar[bool] = True
    # None is refused as a value that is no tuple, rather than taken for IS NULL.
    can_use_none_as_rhs: ClassVar[bool] = True
    operator: ClassVar[str]

    def left_side(self, scope: Scope) -> Resolved:
        """Resolve the left side; a tuple or list of expressions is a row."""
        return resolve(Tuple(*self.lhs) if isinstance(self.lhs, (tuple, list)) else self.lhs, scope)

    @classmethod
    def build(cls, left: Resolved, value: Any, scope: Scope) -> Predicate:
        """Make ``(a, b) operator (x, y)``."""
        if hasattr(value, "resolve_expression"):
            return Compare(left.term, cls.operator, cls.right_expression(left, value, scope))
        cls.check_values(left, value)
        return Compare(left.term, cls.operator, row_of(left, value, scope))

    @classmethod
    def right_expression(cls, left: Resolved, value: Any, scope: Scope) -> Term:
        """Return the right side where it is a queryset or a name of the query around."""
        query = queryset_in(value)
        if query is not None:
            found = scope.subquery(query)
            check_width(found, left, f"the {cls.lookup_name} lookup")
            return SubqueryTerm(found.query, row(len(found.outputs)))
        if not isinstance(value, (OuterRef, Resolved)):
            raise ValueError(
                f"{cls.lookup_name!r} subquery lookup of {described(left)} only supports OuterRef and QuerySet objects "
                f"(received {type(value).__name__!r})"
            )
        return resolve(value, scope).term

    @classmethod
    def check_values(cls, left: Resolved, value: Any) -> None:
        """Refuse what is no tuple or list of the right length."""
        if not isinstance(value, (tuple, list)):
            raise ValueError(f"{cls.lookup_name!r} lookup of {described(left)} must be a tuple or a list")
        count = len(row_terms(left))
        if len(value) != count:
            raise ValueError(f"{cls.lookup_name!r} lookup of {described(left)} must have {count} elements")


class TupleExact(TupleLookup):
    """``pk=(1, "a")``."""

    lookup_name: ClassVar[str | None] = "exact"
    operator: ClassVar[str] = "="


class TupleGreaterThan(TupleLookup):
    """``pk__gt=(1, "a")``: the first part that differs decides."""

    lookup_name: ClassVar[str | None] = "gt"
    operator: ClassVar[str] = ">"


class TupleGreaterThanOrEqual(TupleLookup):
    """``pk__gte=(1, "a")``."""

    lookup_name: ClassVar[str | None] = "gte"
    operator: ClassVar[str] = ">="


class TupleLessThan(TupleLookup):
    """``pk__lt=(1, "a")``."""

    lookup_name: ClassVar[str | None] = "lt"
    operator: ClassVar[str] = "<"


class TupleLessThanOrEqual(TupleLookup):
    """``pk__lte=(1, "a")``."""

    lookup_name: ClassVar[str | None] = "lte"
    operator: ClassVar[str] = "<="


class TupleIsNull(TupleLookup):
    """``pk__isnull=True``: one part is NULL; ``False``: none is."""

    lookup_name: ClassVar[str | None] = "isnull"
    prepare_rhs: ClassVar[bool] = False

    @classmethod
    def build(cls, left: Resolved, value: Any, scope: Scope) -> Predicate:
        """Ask each part."""
        if isinstance(value, (tuple, list)) and len(value) == 1:
            (value,) = value
        if value is not True and value is not False:
            raise ValueError("The QuerySet value for an isnull lookup must be True or False.")
        parts = [IsNull(term, not value) for term in row_terms(left)]
        return disjunction(parts) if value else conjunction(parts)


class TupleIn(TupleLookup):
    """``pk__in=[(1, "a"), (2, "b")]``; rows with None in them are never in a list."""

    lookup_name: ClassVar[str | None] = "in"

    @classmethod
    def build(cls, left: Resolved, value: Any, scope: Scope) -> Predicate:
        """Make ``(a, b) IN (...)``."""
        query = queryset_in(value)
        if query is not None:
            found = scope.subquery(query)
            check_width(found, left, "the 'in' lookup")
            return FALSE if is_known_empty(found.query) else InQuery(left.term, found.query)
        if hasattr(value, "resolve_expression"):
            raise ValueError(
                f"{cls.lookup_name!r} subquery lookup of {described(left)} must be a Query object "
                f"(received {type(value).__name__!r})"
            )
        if isinstance(value, Iterator):
            value = list(value)
        cls.check_values(left, value)
        kept = [item for item in value if not any(part is None for part in item)]
        if len(kept) > MOST_ROWS:
            columns = columns_of(left, kept)
            if columns is not None:
                return in_columns(left, columns)
        rows = [row_of(left, item, scope) for item in kept]
        return InTerms(left.term, tuple(rows)) if rows else FALSE

    @classmethod
    def check_values(cls, left: Resolved, value: Any) -> None:
        """Refuse what is no collection of tuples or lists of the right length."""
        what = f"{cls.lookup_name!r} lookup of {described(left)}"
        if not isinstance(value, (tuple, list)):
            raise ValueError(f"{what} must be a tuple or a list")
        if not all(isinstance(item, (tuple, list)) for item in value):
            raise ValueError(f"{what} must be a collection of tuples or lists")
        count = len(row_terms(left))
        if not all(len(item) == count for item in value):
            raise ValueError(f"{what} must have {count} elements each")


def row_terms(left: Resolved) -> tuple[Term, ...]:
    """Return the parts of a row."""
    if not isinstance(left.term, Row):
        raise FieldError("Lookups on tuples need several columns on their left side.")
    return left.term.terms


def row_of(left: Resolved, values: Sequence[Any], scope: Scope) -> Row:
    """Make a row of plain values and expressions, prepared by the fields of the left side."""
    terms: list[Term] = []
    fields: Any = getattr(left.output, "fields", None)
    for term, field, value in zip(row_terms(left), fields or [None] * len(values), values, strict=True):
        if hasattr(value, "resolve_expression"):
            terms.append(resolve(value, scope).term)
        elif field is None or type_of(field) is UNKNOWN:
            terms.append(Param(value, term.type))
        else:
            terms.append(Param(prepared_part(field, value), field.sql_type, field.adapter))
    return Row(tuple(terms), row(len(terms)))


def columns_of(left: Resolved, rows: Sequence[Sequence[Any]]) -> list[Param] | None:
    """Return the values of rows as a list for each part of the left side; None where they cannot go as lists."""
    fields: Any = getattr(left.output, "fields", None)
    if not fields or any(field.adapter is not None or field.sql_type.name in UNLISTED for field in fields):
        return None
    if any(part.__class__ not in PLAIN and hasattr(part, "resolve_expression") for item in rows for part in item):
        return None
    return [
        Param([prepared_part(field, value) for value in values], array(field.sql_type))
        for field, values in zip(fields, zip(*rows, strict=True), strict=True)
    ]


def in_columns(left: Resolved, columns: Sequence[Param]) -> Predicate:
    """Make ``(a, b) IN (SELECT ... FROM unnest(...))``: as many parameters as columns, whatever the number of rows."""
    names = tuple([f"part_{number}" for number in range(len(columns))])
    types = [column.type.element or column.type for column in columns]
    selected = tuple([Column(ROWS, name, sql_type) for name, sql_type in zip(names, types, strict=True)])
    return InQuery(left.term, Select(ColumnList(selected), FromValues(tuple(columns), ROWS, names)))


def described(left: Resolved) -> str:
    """Return how errors call the left side: its name, or the names of its parts."""
    name = getattr(left.output, "name", None)
    if name:
        return repr(name)
    fields = getattr(left.output, "fields", ())
    return f"({', '.join([repr(getattr(field, 'name', None)) for field in fields])})"


TUPLE_LOOKUPS: dict[str, type[Lookup]] = {
    "exact": TupleExact,
    "gt": TupleGreaterThan,
    "gte": TupleGreaterThanOrEqual,
    "lt": TupleLessThan,
    "lte": TupleLessThanOrEqual,
    "in": TupleIn,
    "isnull": TupleIsNull,
}
