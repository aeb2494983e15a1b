"""Turn the names of ``order_by`` and of ``Meta.ordering`` into terms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.exceptions import FieldError
from aorm.expressions.lists import OrderByList
from aorm.expressions.ordering import OrderBy
from aorm.query.resolving import SEPARATOR, columns_term, find_target, walk
from aorm.query.state import NamedOrdering
from aorm.sql.functions import Call
from aorm.sql.select import Ordering
from aorm.sql.types import DOUBLE
from aorm.sql.values import Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aorm.mapping.options import Options
    from aorm.query.scope import QueryScope
    from aorm.query.state import Query
    from aorm.sql.node import Term


def ordering_items(query: Query) -> tuple[Any, ...]:
    """Return what orders the query: what ``order_by`` said, else the model's ordering where it applies."""
    if query.order_by or not query.orders_by_default:
        return query.order_by
    # A grouped query has rows of its own; the model's ordering would split its groups.
    if query.group_by is not None:
        return ()
    return tuple(query.meta.ordering)


def resolve_ordering(scope: QueryScope) -> tuple[Ordering, ...]:
    """Return the ORDER BY terms of the scope's query, reversed where the query is."""
    query = scope.query
    found: list[Ordering] = []
    for item in ordering_items(query):
        found.extend(_resolve_item(item, scope))
    if query.is_reversed:
        found = [reversed_ordering(item) for item in found]
    kept: list[Ordering] = []
    for item in found:
        # The first mention of a term decides; the database would ignore the others.
        if not any(item.term.same_as(other.term) for other in kept):
            kept.append(item)
    return tuple(kept)


def reversed_ordering(item: Ordering) -> Ordering:
    """Return the opposite order; NULLs change sides too."""
    nulls = {"first": "last", "last": "first", None: None}[item.nulls]
    return Ordering(item.term, not item.descending, nulls)


def _resolve_item(item: Any, scope: QueryScope) -> Iterable[Ordering]:
    if isinstance(item, Ordering):
        return (item,)
    if isinstance(item, NamedOrdering):
        return named_ordering(scope, item.name, item.descending)
    if isinstance(item, str):
        return named_ordering(scope, item.removeprefix("-"), item.startswith("-"))
    return expression_orderings(item, scope)


def remembered_orderings(query: Query, names: Sequence[Any]) -> tuple[NamedOrdering, ...] | None:
    """Return the orderings of names that were found right for the model before, or None."""
    if query.annotations or query.relations or query.combinator is not None:
        return None
    known = query.meta.facts.get("orderings") or query.meta.derive("orderings", _no_orderings)
    try:
        return tuple([known[name] for name in names])
    except (KeyError, TypeError):
        return None


def _no_orderings(meta: Options) -> dict[str, NamedOrdering]:
    return {}


def checked_orderings(scope: QueryScope, item: Any) -> tuple[NamedOrdering | Ordering, ...]:
    """Check one argument of ``order_by`` and return what the query keeps of it.

    Raises:
        FieldError: a name is no field and no annotation, or an aggregate is not part of the query.
    """
    if isinstance(item, str):
        name, descending = item.removeprefix("-"), item.startswith("-")
        if name != "?":
            target = scope.target_of(name)
            if target is not None and target.rest:
                # A transform named wrongly is refused here, not when the query runs.
                probe = type(scope)(scope.query)
                probe.reference(name)
        ordering = NamedOrdering(name, descending)
        if not (scope.query.annotations or scope.query.relations):
            scope.query.meta.derive("orderings", _no_orderings)[item] = ordering
        return (ordering,)
    check_expression(item)
    return expression_orderings(item, scope)


def check_expression(item: Any) -> None:
    """Check an argument of ``order_by`` that is no name.

    Raises:
        FieldError: it is no expression, or an aggregate that is not part of the query.
    """
    if not hasattr(item, "resolve_expression"):
        raise FieldError(f"Invalid order_by arguments: {[item]}")
    if getattr(item, "contains_aggregate", False):
        raise FieldError(
            f"Using an aggregate in order_by() without also including it in annotate() is not allowed: {item!r}"
        )


def expression_orderings(item: Any, scope: QueryScope) -> tuple[Ordering, ...]:
    """Return the orderings of an expression: an ``OrderBy``, several of them, or one that becomes it."""
    if not isinstance(item, (OrderBy, OrderByList)):
        item = item.asc() if hasattr(item, "asc") else OrderBy(item)
    return item.orderings(scope)  # type: ignore[no-any-return]


def random_ordering(descending: bool) -> Ordering:
    """Return the ordering by chance."""
    return Ordering(Call("random", (), DOUBLE), descending)


def orderings_of(term: Term, descending: bool) -> tuple[Ordering, ...]:
    """Return the ordering by a term; a composite key orders by each of its columns."""
    terms = term.terms if isinstance(term, Row) else (term,)
    return tuple([Ordering(item, descending) for item in terms])


def named_ordering(scope: QueryScope, name: str, descending: bool) -> Iterable[Ordering]:
    """Return the ordering by a name: ``?``, an annotation, a field, or a relation, which orders as its model does."""
    if name == "?":
        return (random_ordering(descending),)
    for selected in scope.query.selected if scope.query.has_values else ():
        # What values() selects under a name is what the name means, even where a relation would order as its model.
        if selected.name == name:
            return orderings_of(selected.term, descending)
    resolved, rest, target = scope.find(name)
    if target is not None and not rest and _orders_like_its_model(target.relation, name):
        return related_ordering(scope, name, descending, ())
    resolved = scope.transformed_by(resolved, rest, target)
    return orderings_of(resolved.term, descending)


def _orders_like_its_model(relation: Any, name: str) -> bool:
    if relation is None:
        return False
    own_name = relation.attname if relation.concrete else None
    return bool(relation.path[-1].target.ordering) and name != "pk" and name.rpartition(SEPARATOR)[2] != own_name


def related_ordering(scope: QueryScope, prefix: str, descending: bool, seen: Sequence[Options]) -> Iterable[Ordering]:
    """Yield the orderings of the related model's ``Meta.ordering``, seen along the relation.

    Raises:
        FieldError: models order by each other in a circle.
    """
    whole, relation, _ = walk(scope.query.meta, prefix.split(SEPARATOR))
    meta: Options = relation.path[-1].target
    if meta in seen:
        raise FieldError("Infinite loop caused by ordering.")
    for item in meta.ordering:
        if not isinstance(item, str):
            alias = scope.follow(whole)
            yield from _expression_elsewhere(item, scope, meta, alias, descending)
            continue
        name, is_descending = item.removeprefix("-"), item.startswith("-") != descending
        path = f"{prefix}{SEPARATOR}{name}"
        inner = find_target(scope.query.meta, path.split(SEPARATOR))
        if not inner.rest and inner.relation is not None and _orders_like_its_model(inner.relation, path):
            yield from related_ordering(scope, path, is_descending, (*seen, meta))
            continue
        resolved = scope.value_of(inner)
        resolved = scope.transformed_by(resolved, inner.rest, inner)
        yield from orderings_of(resolved.term, is_descending)
    if not meta.ordering:
        key = columns_term(meta.pk_fields, scope.follow(whole))
        yield from orderings_of(key, descending)


def _expression_elsewhere(
    item: Any, scope: QueryScope, meta: Options, alias: str, descending: bool
) -> Iterable[Ordering]:
    found = expression_orderings(item, scope.at(meta, alias))
    # An OrderBy keeps the direction that it names, whichever way the relation is ordered: so does Django's.
    return [reversed_ordering(part) for part in found] if descending and not isinstance(item, OrderBy) else found
