"""Place one queryset inside another query: as a value, in ``IN``, in ``EXISTS``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.expressions.base import Resolved, ResolvedQuery, resolve
from aorm.expressions.references import OuterRef
from aorm.query.resolving import columns_term
from aorm.query.state import annotation_of
from aorm.sql.rewrite import transform
from aorm.sql.values import Outer, OuterReference, Row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aorm.query.scope import QueryScope
    from aorm.query.state import Annotation, Query
    from aorm.sql.node import Node


def embed(scope: QueryScope, queryset: Any, columns: str) -> ResolvedQuery:
    """Return the queryset's query with its outer references resolved in the scope, and what it selects.

    Args:
        scope: the query around.
        queryset: what is placed; anything with a ``_query``.
        columns: ``"value"`` keeps the selected columns, else the primary key; ``"exists"`` keeps none.
    """
    query: Query = queryset._query
    query = resolve_outer(scope, query)
    if queryset._db is not None:
        query = query.replace(database=queryset._db)
    if columns == "exists":
        return ResolvedQuery(query, ())
    if not query.has_values and query.combinator is None:
        query = select_key(query)
    source = query.combined[0] if query.combinator is not None and not query.has_values else query
    if not source.has_values:
        source = select_key(source)
        query = query.replace(combined=tuple(select_key(item) for item in query.combined))
    outputs = [part for item in source.selected for part in _outputs_of(item)]
    return ResolvedQuery(query, tuple(outputs))


def _outputs_of(item: Annotation) -> Sequence[Any]:
    """Return the field of what is selected; a composite key is selected as its columns."""
    return item.output.fields if isinstance(item.term, Row) else (item.output,)  # type: ignore[attr-defined]


def select_key(query: Query) -> Query:
    """Return the query selecting the primary key alone."""
    meta = query.meta
    hidden = query.hidden | {annotation.name for annotation in query.annotations}
    selected = tuple(annotation_of(field.name, columns_term((field,), query.alias), field) for field in meta.pk_fields)
    return query.replace(has_values=True, selected=selected, hidden=hidden, related=None)


def resolve_outer(scope: QueryScope, query: Query) -> Query:
    """Replace the outer references of a query by the values that they name in the scope around it."""

    def replaced(item: Node) -> Node | None:
        if isinstance(item, OuterReference):
            name: Any = item.name
            found: Resolved = resolve(name, scope) if isinstance(name, OuterRef) else scope.reference(name)
            return Outer(found.term, found.term.type)
        return None

    return transform(query, replaced)  # type: ignore[return-value]
