"""Turn ``filter()`` and ``exclude()`` arguments, Q objects and lookups into predicates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.exceptions import NotSupportedError
from aorm.expressions.base import resolve
from aorm.expressions.conditions import Q
from aorm.query.filtered_joins import is_many_through
from aorm.query.lookups import find_lookup
from aorm.query.negation import excluded_rows, excluded_through, two_valued
from aorm.sql.predicates import (
    TRUE,
    IsNull,
    IsTrue,
    Predicate,
    conjunction,
    disjunction,
    exclusive_disjunction,
    negation,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aorm.query.scope import QueryScope

_CONNECT = {Q.AND: conjunction, Q.OR: disjunction, Q.XOR: exclusive_disjunction}


def build_condition(scope: QueryScope, condition: Any, *, negated: bool = False) -> Predicate:
    """Return the predicate of a Q, a ``(keyword, value)`` pair, a lookup or a boolean expression.

    Args:
        scope: where names are looked up.
        condition: what the user gave.
        negated: the predicate will stand under NOT, where it must not be unknown for rows with NULL.

    Raises:
        TypeError: it is no condition.
        FieldError: a keyword does not resolve.
    """
    if isinstance(condition, Q):
        return _build_q(scope, condition, negated, negated) or TRUE
    return _build_child(scope, condition, negated, negated)


def build_keywords(scope: QueryScope, keywords: Mapping[str, Any]) -> Predicate:
    """Return the conjunction of keyword conditions, the everyday case of ``filter()``."""
    if len(keywords) == 1:
        ((keyword, value),) = keywords.items()
        return build_keyword(scope, keyword, value)
    return conjunction([build_keyword(scope, keyword, value) for keyword, value in keywords.items()])


def _build_q(scope: QueryScope, q: Q, negated: bool, inside_not: bool) -> Predicate | None:
    # Two NOTs make a positive condition again for the rule of NULL, but joins to many rows stay in subqueries.
    negated ^= q.negated
    inside_not |= q.negated
    items = [
        _build_q(scope, child, negated, inside_not)
        if isinstance(child, Q)
        else _build_child(scope, child, negated, inside_not)
        for child in q.children
    ]
    # An empty Q says nothing, negated or not; among others it is passed over.
    said = [item for item in items if item is not None]
    if not said:
        return None
    joined = _CONNECT[q.connector](said)
    return negation(joined) if q.negated else joined


def _build_child(scope: QueryScope, child: Any, negated: bool, inside_not: bool) -> Predicate:
    if isinstance(child, tuple):
        keyword, value = child
        return build_keyword(scope, keyword, value, negated=negated, inside_not=inside_not)
    if isinstance(child, Predicate):
        return child
    if isinstance(child, str):
        raise ValueError(f"Cannot filter by {child!r}: a condition needs a name and a value, {child}=...")
    if not hasattr(child, "resolve_expression"):
        raise TypeError("Cannot filter against a non-conditional expression.")
    if not getattr(child, "conditional", False):
        raise TypeError("Cannot filter against a non-conditional expression.")
    term = resolve(child, scope).term
    return term if isinstance(term, Predicate) else IsTrue(term)


def build_keyword(
    scope: QueryScope, keyword: str, value: Any, *, negated: bool = False, inside_not: bool = False
) -> Predicate:
    """Return the predicate of one keyword such as ``author__name__icontains``."""
    if inside_not and scope.splits:
        target = scope.target_of(keyword)
        if target is not None and target.is_many:
            return excluded_rows(scope, target, value)
        if target is None and is_many_through(scope, keyword):
            return excluded_through(scope, keyword, value)
    column, rest, target = scope.find(keyword)
    _refuse_unfilterable(value)
    left, lookup, value = find_lookup(scope, column, rest, value)
    predicate: Predicate = lookup.build(left, value, scope)
    if negated and target is not None and lookup.lookup_name != "isnull":
        nullable = column.term if target.is_nullable else None
        if nullable is not None and lookup.lookup_name == "in" and holds_none(value):
            return disjunction((predicate, IsNull(nullable)))
        return two_valued(predicate, nullable, value, scope)
    return predicate


def holds_none(value: Any) -> bool:
    """Tell whether None is among the values of an IN: an ``exclude`` then drops the rows without a value too."""
    return isinstance(value, (list, tuple, set, frozenset)) and None in value


def _refuse_unfilterable(value: Any) -> None:
    values = value if isinstance(value, (list, tuple)) else (value,)
    for item in values:
        if not getattr(item, "filterable", True):
            raise NotSupportedError(f"{type(item).__name__} is disallowed in the filter clause.")
