"""What ``exclude()`` needs: conditions that are never unknown, and subqueries over many related rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.expressions.base import Resolved
from aorm.query.lookups import find_lookup
from aorm.query.state import Query
from aorm.sql.predicates import Compare, Exists, IsNull, Predicate, conjunction
from aorm.sql.tables import Column
from aorm.sql.values import Outer

if TYPE_CHECKING:
    from aorm.mapping.options import Options
    from aorm.mapping.paths import Path
    from aorm.query.resolving import Target
    from aorm.query.scope import QueryScope
    from aorm.sql.node import Term


def two_valued(predicate: Predicate, column: Term | None, value: Any, scope: QueryScope) -> Predicate:
    """Make a condition false, not unknown, where the column or the column on its right is NULL.

    ``NOT (pages = 3)`` would be unknown, and the row lost, where pages is NULL; ``NOT (pages = 3 AND pages IS NOT
    NULL)`` is true there.
    """
    parts = [predicate]
    if column is not None:
        parts.append(IsNull(column, negated=True))
    right = value.resolve_expression(scope) if hasattr(value, "resolve_expression") else None
    if isinstance(right, Resolved) and isinstance(right.term, Column) and getattr(right.output, "null", False):
        parts.append(IsNull(right.term, negated=True))
    return conjunction(parts)


def excluded_rows(scope: QueryScope, target: Target, value: Any) -> Predicate:
    """Return "there is a related row for which the condition holds", for a path over many rows under a NOT.

    The subquery starts at the first many-valued hop: ``EXISTS(SELECT 1 FROM book WHERE book.author_id = outer.id AND
    ...)``. A condition that holds for a missing row too (IS NULL) needs the model's own table in it.
    """
    value = _from_outside(scope, value)
    if value is None or target.rest[-1:] == ("isnull",):
        return _exists_from_root(scope, target, value)
    first = next(index for index, hop in enumerate(target.path) if hop.is_many)
    hop = target.path[first]
    outer_alias = scope.follow(target.path[:first])
    inner = type(scope)(Query(hop.target), set())
    correlation = [
        Compare(
            Column(hop.target.db_table, remote.column, remote.sql_type),
            "=",
            Outer(Column(outer_alias, local.column, local.sql_type), local.sql_type),
        )
        for local, remote in hop.pairs
    ]
    if hop.restriction is not None:
        correlation.insert(0, hop.restriction(hop.target.db_table))  # type: ignore[arg-type]
    return _exists(inner, correlation, target, target.path[first + 1 :], value)


def excluded_through(scope: QueryScope, keyword: str, value: Any) -> Predicate:
    """Return the same for a name that leads through a filtered relation: the subquery has one of its own."""
    query = scope.query
    value = _from_outside(scope, value)
    # A condition may speak of annotations, which may speak of joined tables.
    joins = query.joins if query.annotations else ()
    own = Query(query.meta, joins=joins, annotations=query.annotations, hidden=query.hidden, relations=query.relations)
    inner = type(scope)(own, set())
    correlation = _same_row(query.meta)
    left, rest, _ = inner.find(keyword)
    left, lookup, value = find_lookup(inner, left, rest, value)
    condition = lookup.build(left, value, inner)
    return Exists(inner.finished(where=conjunction([*correlation, condition]), orders_by_default=False))


def _from_outside(scope: QueryScope, value: Any) -> Any:
    """Return an expression on the right side as a value of the query around."""
    if hasattr(value, "resolve_expression") and not hasattr(value, "query"):
        right = value.resolve_expression(scope)
        return Resolved(Outer(right.term, right.term.type), right.output)
    return value


def _same_row(meta: Options) -> list[Predicate]:
    return [
        Compare(
            Column(meta.db_table, field.column, field.sql_type),
            "=",
            Outer(Column(meta.db_table, field.column, field.sql_type), field.sql_type),
        )
        for field in meta.pk_fields
    ]


def _exists_from_root(scope: QueryScope, target: Target, value: Any) -> Predicate:
    inner = type(scope)(Query(scope.query.meta), set())
    return _exists(inner, _same_row(scope.query.meta), target, target.path, value)


def _exists(inner: QueryScope, correlation: list[Any], target: Target, path: Path, value: Any) -> Predicate:
    left = target.resolved(inner.follow(path))
    left, lookup, value = find_lookup(inner, left, target.rest, value)
    condition = lookup.build(left, value, inner)
    query = inner.finished(where=conjunction([*correlation, condition]), orders_by_default=False)
    return Exists(query)
