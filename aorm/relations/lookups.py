"""Compare a relation with instances, keys, querysets and tuples of keys.

A lookup here turns what it is given into the key's plain values; the lookup of the key's own field does the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from aorm.exceptions import FieldError
from aorm.expressions.base import Resolved
from aorm.expressions.lookups.base import Lookup
from aorm.expressions.lookups.comparison import (
    PLAIN,
    Exact,
    GreaterThan,
    GreaterThanOrEqual,
    In,
    IsNull,
    LessThan,
    LessThanOrEqual,
    queryset_in,
)
from aorm.expressions.lookups.rows import MOST_ROWS, RowOutput, columns_of, in_columns, prepared_part
from aorm.relations.keys import (
    check_instance,
    check_queryset,
    is_instance,
    normalized,
    plain_key_reader,
    selects_columns,
)
from aorm.sql.predicates import Compare, Predicate, conjunction, disjunction
from aorm.sql.predicates import IsNull as IsNullPredicate
from aorm.sql.types import row
from aorm.sql.values import Param, Row

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aorm.expressions.base import Scope


# The classes of keys of saved instances that need no second look.
KEY_CLASSES = frozenset((int, str, UUID))


def keys_of(relation: Any, value: Any) -> tuple[Any, ...]:
    """Return the values of the key's fields, read from an instance or given as they are.

    Raises:
        ValueError: an instance of another model, or one that is not saved.
    """
    if is_instance(value):
        check_instance(relation, value)
    elif isinstance(value, (list, tuple, set)):
        for item in value:
            if is_instance(item):
                check_instance(relation, item)
    return normalized(value, relation.target_fields)


def key_selected(relation: Any, queryset: Any) -> Any:
    """Return the queryset selecting the relation's key, unless it chose its columns itself.

    Raises:
        ValueError: it reads a model that the relation does not lead to.
    """
    check_queryset(relation, queryset)
    fields = relation.target_fields
    if selects_columns(queryset) or (len(fields) == 1 and fields[0].primary_key):
        return queryset
    return queryset.values_list(*[field.name for field in fields])


def as_columns(left: Resolved, fields: Sequence[Any]) -> list[Resolved]:
    """Return the columns of the left side, each with the field whose lookups compare it."""
    terms = left.term.terms if isinstance(left.term, Row) else (left.term,)
    return [Resolved(term, field) for term, field in zip(terms, fields, strict=True)]


def all_equal(columns: Sequence[Resolved], keys: Sequence[Any], scope: Scope) -> Predicate:
    """Return the condition that each column has its value."""
    if len(keys) != len(columns):
        raise ValueError(f"The relation has {len(columns)} columns, so it cannot be compared with {tuple(keys)!r}.")
    return conjunction(
        [
            IsNullPredicate(column.term) if key is None else _equal(column, key, scope)
            for column, key in zip(columns, keys, strict=True)
        ]
    )


def _equal(column: Resolved, key: Any, scope: Scope) -> Predicate:
    if isinstance(key, (tuple, list)):
        key = prepared_part(column.output, key)  # refused, where a foreign key alone would take what is inside
    predicate: Predicate = column.output.get_lookup("exact").build(column, key, scope)
    return predicate


def is_expression(value: Any) -> bool:
    """Tell whether the value is computed by the database."""
    return value.__class__ not in PLAIN and not is_instance(value) and hasattr(value, "resolve_expression")


class RelatedLookup(Lookup):
    """Compare with one object or key by the lookup of the same name of the key's field."""

    operator: ClassVar[str]

    @classmethod
    def build(cls, left: Resolved, value: Any, scope: Scope) -> Predicate:
        """Make the comparison."""
        relation: Any = left.output
        if is_expression(value):
            queryset = queryset_in(value)
            if queryset is value:
                if isinstance(left.term, Row):
                    raise ValueError(f"'{cls.lookup_name}' doesn't support multi-column subqueries.")
                value = key_selected(relation, value)
            return cls.plain_lookup().build(left, value, scope)
        columns = as_columns(left, relation.target_fields)
        keys = (value,) if value.__class__ in PLAIN else keys_of(relation, value)
        if len(columns) > 1:
            return cls.build_row(left, columns, keys, scope)
        column = columns[0]
        lookup = column.output.get_lookup(cls.lookup_name or "")
        if lookup is None:
            raise FieldError(f"Related Field got invalid lookup: {cls.lookup_name}")
        predicate: Predicate = lookup.build(column, keys[0], scope)
        return predicate

    @classmethod
    def for_plain_values(cls, left: Resolved) -> tuple[Resolved, type[Lookup]]:
        """Return the column of the key, and the lookup of the same name of its own field."""
        columns = as_columns(left, left.output.target_fields)  # type: ignore[attr-defined]
        lookup = columns[0].output.get_lookup(cls.lookup_name or "")
        if len(columns) > 1 or lookup is None or cls.build.__func__ is not RelatedLookup.build.__func__:  # type: ignore[attr-defined]
            return left, cls
        found: tuple[Resolved, type[Lookup]] = lookup.for_plain_values(columns[0])
        return found

    @classmethod
    def build_row(cls, left: Resolved, columns: Sequence[Resolved], keys: Sequence[Any], scope: Scope) -> Predicate:
        """Make the comparison of several columns at once."""
        parameters = []
        for column, key in zip(columns, keys, strict=True):
            output = column.output
            parameters.append(Param(output.get_prep_value(key), output.sql_type, output.adapter))
        return Compare(left.term, cls.operator, Row(tuple(parameters), row(len(parameters))))

    @classmethod
    def plain_lookup(cls) -> type[Lookup]:
        """Return the lookup for values that the database computes."""
        raise NotImplementedError


class RelatedExact(RelatedLookup, Exact):
    """``author=author``, ``author=5``."""

    @classmethod
    def build_row(cls, left: Resolved, columns: Sequence[Resolved], keys: Sequence[Any], scope: Scope) -> Predicate:
        """Make the comparison of several columns at once; a None among the keys asks for NULL."""
        return all_equal(columns, keys, scope)

    @classmethod
    def plain_lookup(cls) -> type[Lookup]:
        """Return the lookup for values that the database computes."""
        return Exact


class RelatedGreaterThan(RelatedLookup, GreaterThan):
    """``author__gt=author``: by the key."""

    operator: ClassVar[str] = ">"

    @classmethod
    def plain_lookup(cls) -> type[Lookup]:
        """Return the lookup for values that the database computes."""
        return GreaterThan


class RelatedGreaterThanOrEqual(RelatedLookup, GreaterThanOrEqual):
    """``author__gte=author``: by the key."""

    operator: ClassVar[str] = ">="

    @classmethod
    def plain_lookup(cls) -> type[Lookup]:
        """Return the lookup for values that the database computes."""
        return GreaterThanOrEqual


class RelatedLessThan(RelatedLookup, LessThan):
    """``author__lt=author``: by the key."""

    operator: ClassVar[str] = "<"

    @classmethod
    def plain_lookup(cls) -> type[Lookup]:
        """Return the lookup for values that the database computes."""
        return LessThan


class RelatedLessThanOrEqual(RelatedLookup, LessThanOrEqual):
    """``author__lte=author``: by the key."""

    operator: ClassVar[str] = "<="

    @classmethod
    def plain_lookup(cls) -> type[Lookup]:
        """Return the lookup for values that the database computes."""
        return LessThanOrEqual


def plain_keys(relation: Any, values: Sequence[Any]) -> list[Any]:
    """Return the keys of a relation of one column: of instances, or given as they are; expressions stay.

    What a class of instances has to fulfil is looked at once for each class, what an instance has to, each time.
    """
    keys: list[Any] = []
    readers: dict[type[Any], Any] = {}
    for item in values:
        cls = item.__class__
        if cls in PLAIN:
            keys.append(item)
            continue
        reader = readers.get(cls)
        if reader is not None:
            key = reader(item)
            if key.__class__ in KEY_CLASSES:
                keys.append(key)
                continue
        if is_expression(item):
            keys.append(item)
            continue
        keys.append(keys_of(relation, item)[0])
        if cls not in readers:
            readers[cls] = plain_key_reader(relation, cls)
    return keys


class RelatedIn(In):
    """``author__in=[author, 5]``, ``author__in=Author.objects.filter(...)``."""

    @classmethod
    def build(cls, left: Resolved, value: Any, scope: Scope) -> Predicate:
        """Make the condition that the key is one of several, or in what a queryset selects."""
        relation: Any = left.output
        queryset = queryset_in(value)
        if queryset is not None:
            # A Subquery says itself what it selects.
            return In.build(left, key_selected(relation, value) if queryset is value else value, scope)
        if is_expression(value):
            return In.build(left, value, scope)
        columns = as_columns(left, relation.target_fields)
        values = list(value)
        if len(columns) > 1:
            rows = [keys_of(relation, item) for item in values if item is not None]
            return in_rows(Resolved(left.term, RowOutput(relation.target_fields)), rows, scope)
        column = columns[0]
        keys = plain_keys(relation, values)
        lookup = column.output.get_lookup("in") or In
        predicate: Predicate = lookup.build(column, keys, scope)
        return predicate


def in_rows(left: Resolved, rows: Sequence[Sequence[Any]], scope: Scope) -> Predicate:
    """Return the condition that several columns have the values of one of the rows; None among them asks for NULL."""
    parts: list[Predicate] = []
    if len(rows) > MOST_ROWS:
        whole = [key for key in rows if not any(part is None for part in key)]
        lists = columns_of(left, whole) if whole else None
        if lists is not None:
            parts.append(in_columns(left, lists))
            rows = [key for key in rows if any(part is None for part in key)]
    columns = as_columns(left, left.output.fields)  # type: ignore[attr-defined]
    return disjunction([*parts, *(all_equal(columns, key, scope) for key in rows)])


class RelatedIsNull(IsNull):
    """``author__isnull=True``."""

    @classmethod
    def build(cls, left: Resolved, value: Any, scope: Scope) -> Predicate:
        """Make the condition that there is no related object; of several columns, one that is NULL suffices."""
        if not isinstance(left.term, Row):
            return super().build(left, value, scope)
        parts = [super(RelatedIsNull, cls).build(Resolved(term, left.output), value, scope) for term in left.term.terms]
        return disjunction(parts) if value else conjunction(parts)


RELATED_LOOKUPS: Mapping[str, Any] = {
    "exact": RelatedExact,
    "in": RelatedIn,
    "gt": RelatedGreaterThan,
    "gte": RelatedGreaterThanOrEqual,
    "lt": RelatedLessThan,
    "lte": RelatedLessThanOrEqual,
    "isnull": RelatedIsNull,
}
