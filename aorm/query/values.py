"""Results that are no instances: ``values``, ``values_list``, ``dates``, ``datetimes``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.exceptions import FieldError
from aorm.expressions.functions.temporal import Trunc
from aorm.expressions.references import F
from aorm.fields.temporal import DateField
from aorm.query.building import annotated
from aorm.query.results import DICTS, FLAT, NAMED, TUPLES
from aorm.query.scope import QueryScope
from aorm.query.state import NO_DEFERRAL, Annotation, Query, annotation_of
from aorm.timezone import get_current_timezone

if TYPE_CHECKING:
    from datetime import tzinfo

    from aorm.query.queryset import QuerySet
    from aorm.query.starting import Starts


class ValuesMixin:
    """The methods of querysets and managers that change what a result is."""

    def values(self: Starts[QuerySet[Any]], *fields: Any, **expressions: Any) -> QuerySet[dict[str, Any]]:
        """Return dictionaries of the named fields and expressions, of all fields where none are named."""
        queryset = self._start()
        selected = select_values(queryset, fields, expressions)
        selected._kind = DICTS
        return selected

    def values_list(
        self: Starts[QuerySet[Any]], *fields: Any, flat: bool = False, named: bool = False
    ) -> QuerySet[Any]:
        """Return tuples, with ``named`` named tuples, with ``flat`` the values of one field.

        Raises:
            TypeError: ``flat`` with ``named``, or with more than one field.
        """
        if flat and named:
            raise TypeError("'flat' and 'named' can't be used together.")
        if flat and len(fields) > 1:
            raise TypeError("'flat' is not valid when values_list is called with more than one field.")
        queryset = self._start()
        if flat and not fields:
            fields = (queryset._query.meta.concrete_fields[0].attname,)
        names, expressions = _named_fields(fields)
        selected = select_values(queryset, names, expressions)
        selected._kind = FLAT if flat else NAMED if named else TUPLES
        return selected

    def dates(self: Starts[QuerySet[Any]], field_name: str, kind: str, order: str = "ASC") -> QuerySet[Any]:
        """Return the distinct dates of a field, cut to ``year``, ``month``, ``week`` or ``day``."""
        if kind not in ("year", "month", "week", "day"):
            raise ValueError("'kind' must be one of 'year', 'month', 'week', or 'day'.")
        return _truncated(self._start(), field_name, kind, order, None, is_date=True)

    def datetimes(
        self: Starts[QuerySet[Any]],
        field_name: str,
        kind: str,
        order: str = "ASC",
        tzinfo: tzinfo | None = None,
    ) -> QuerySet[Any]:
        """Return the distinct datetimes of a field, cut to a ``kind`` from ``year`` to ``second``, in a time zone."""
        if kind not in ("year", "month", "week", "day", "hour", "minute", "second"):
            raise ValueError("'kind' must be one of 'year', 'month', 'week', 'day', 'hour', 'minute', or 'second'.")
        return _truncated(self._start(), field_name, kind, order, tzinfo, is_date=False)


def _truncated(
    queryset: QuerySet[Any], field_name: str, kind: str, order: str, tzinfo: tzinfo | None, *, is_date: bool
) -> QuerySet[Any]:
    if order not in ("ASC", "DESC"):
        raise ValueError("'order' must be either 'ASC' or 'DESC'.")
    options: dict[str, Any] = {"tzinfo": tzinfo or get_current_timezone()}
    if is_date:
        options = {"output_field": DateField()}
    name = "datefield" if is_date else "datetimefield"
    expression = Trunc(field_name, kind, **options)
    return (
        queryset.annotate(**{name: expression, "plain_field": F(field_name)})
        .values_list(name, flat=True)
        .distinct()
        .filter(plain_field__isnull=False)
        .order_by(("-" if order == "DESC" else "") + name)
    )


def _named_fields(fields: tuple[Any, ...]) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Give each expression among the fields a name that no field has."""
    names: list[str] = []
    expressions: dict[str, Any] = {}
    counter = 1
    for field in fields:
        if not hasattr(field, "resolve_expression"):
            names.append(field)
            continue
        prefix = getattr(field, "default_alias", None) or type(field).__name__.lower()
        while True:
            name = f"{prefix}{counter}"
            counter += 1
            if name not in fields and name not in expressions:
                break
        expressions[name] = field
        names.append(name)
    return tuple(names), expressions


def select_values(queryset: QuerySet[Any], fields: tuple[Any, ...], expressions: dict[str, Any]) -> QuerySet[Any]:
    """Return the queryset selecting the named values."""
    for name in fields:
        if not isinstance(name, str) and not hasattr(name, "resolve_expression"):
            raise TypeError(f"values() takes names of fields and expressions, not {type(name).__name__}.")
    if any(hasattr(name, "resolve_expression") for name in fields):
        fields, more = _named_fields(fields)
        expressions = {**more, **expressions}
    if expressions:
        queryset._refuse_combined("annotate")
        queryset = annotated(queryset, (), expressions, is_selected=True)
        fields = (*fields, *(name for name in expressions if name not in fields))
    query = queryset._query
    if query.combinator is not None:
        return queryset._with(_select_from_combined(query, fields))
    scope = QueryScope(query)
    items = tuple(_selected(scope, name) for name in fields or default_names(query))
    chosen = {item.name for item in items}
    hidden = query.hidden | {item.name for item in query.annotations if item.name not in chosen}
    new = scope.finished(has_values=True, selected=items, hidden=hidden, deferral=NO_DEFERRAL, related=None)
    changed = queryset._with(new)
    changed._fields = fields
    return changed


def default_names(query: Query) -> tuple[str, ...]:
    """Return the names that ``values()`` without arguments selects."""
    return (
        *(field.attname for field in query.meta.concrete_fields),
        *(item.name for item in query.visible_annotations),
    )


def _selected(scope: QueryScope, name: str) -> Annotation:
    annotation = scope.query.annotation(name)
    if annotation is not None:
        if name in scope.query.hidden:
            raise FieldError(f"Cannot select the '{name}' alias. Use annotate() to promote it.")
        return annotation
    resolved = scope.reference(name)
    # The implied alias of a path with JSON keys stands in no SQL text: columns are read by position (CVE-2024-42005).
    return annotation_of(name, resolved.term, resolved.output)


def _select_from_combined(query: Query, fields: tuple[str, ...]) -> Query:
    """Return the set operation selecting the names; its queries of instances follow when it is planned."""
    first = query.combined[0]
    names = fields or default_names(first)
    if first.has_values:
        selected = _picked(first, names)
    else:
        scope = QueryScope(first)
        selected = tuple([_selected(scope, name) for name in names])
    parts = [part.replace(selected=_picked(part, names)) if part.has_values else part for part in query.combined]
    return query.replace(combined=tuple(parts), has_values=True, selected=selected, deferral=NO_DEFERRAL, related=None)


def _picked(part: Query, names: tuple[str, ...]) -> tuple[Annotation, ...]:
    items = tuple([item for name in names for item in part.selected if item.name == name])
    return items if len(items) == len(names) else part.selected
