"""Querysets made from querysets: nothing here awaits, nothing changes what it is called on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.expressions.base import contains_aggregate
from aorm.expressions.conditions import Q, refuse_prohibited
from aorm.query import masks
from aorm.query.compounds import compound_orderings
from aorm.query.conditions import build_condition, build_keywords
from aorm.query.naming import check_alias, refuse_field_names
from aorm.query.ordering import checked_orderings, remembered_orderings
from aorm.query.raw import RawQuerySet
from aorm.query.resolving import SEPARATOR
from aorm.query.scope import QueryScope
from aorm.query.shortcuts import plain_condition
from aorm.query.state import (
    NO_DEFERRAL,
    LockRequest,
    Query,
    annotation_of,
)
from aorm.sql.predicates import TRUE, conjunction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aorm.query.queryset import QuerySet
    from aorm.query.starting import QS, M, Starts


class BuildingMixin:
    """The methods of querysets and managers that describe what to read."""

    def all(self: Starts[QS]) -> QS:
        """Return a copy of the queryset, not evaluated yet."""
        return self._start()._copy()

    def none(self: Starts[QS]) -> QS:
        """Return a queryset without rows, which asks no database."""
        queryset = self._start()
        return queryset._with(queryset._query.replace(is_empty=True))

    def using(self: Starts[QS], alias: str | None) -> QS:
        """Return the queryset reading from another database."""
        queryset = self._start()._copy()
        queryset._db = alias
        return queryset

    def filter(self: Starts[QS], *args: Any, **kwargs: Any) -> QS:
        """Keep the rows for which all conditions hold; those of one call speak of the same related row.

        ``Book.objects.filter(pages__gt=9)  # ... WHERE "shop_book"."pages" > ?``
        """
        queryset = self._start()
        queryset._refuse_combined("filter")
        return filtered(queryset, args, kwargs, negated=False)

    def exclude(self: Starts[QS], *args: Any, **kwargs: Any) -> QS:
        """Drop the rows for which all conditions hold."""
        queryset = self._start()
        queryset._refuse_combined("exclude")
        return filtered(queryset, args, kwargs, negated=True)

    def complex_filter(self: Starts[QS], filter_obj: Any) -> QS:
        """Filter by a Q object or by a dictionary of keywords, as ``limit_choices_to`` holds them."""
        queryset = self._start()
        if isinstance(filter_obj, Q):
            return filtered(queryset, (filter_obj,), {}, negated=False)
        return filtered(queryset, (), filter_obj, negated=False)

    def annotate(self: Starts[QS], *args: Any, **kwargs: Any) -> QS:
        """Add computed values to each result, under the names given."""
        queryset = self._start()
        queryset._refuse_combined("annotate")
        return annotated(queryset, args, kwargs, is_selected=True)

    def alias(self: Starts[QS], *args: Any, **kwargs: Any) -> QS:
        """Name expressions for later filters and annotations, without selecting them."""
        queryset = self._start()
        queryset._refuse_combined("alias")
        return annotated(queryset, args, kwargs, is_selected=False)

    def order_by(self: Starts[QS], *field_names: Any) -> QS:
        """Order by names (``-`` for descending, ``?`` at random) and expressions; no arguments drop all ordering.

        Raises:
            FieldError: a name is no field and no annotation.
            TypeError: the queryset is sliced.
        """
        queryset = self._start()
        query = queryset._query
        if query.is_sliced:
            raise TypeError("Cannot reorder a query once a slice has been taken.")
        remembered = remembered_orderings(query, field_names)
        if remembered is not None:
            return queryset._with(query.replace(order_by=remembered, orders_by_default=False, is_reversed=False))
        if query.combinator is not None:
            parts = tuple([part for name in field_names for part in compound_orderings(query, name)])
            return queryset._with(query.replace(order_by=parts, orders_by_default=False, is_reversed=False))
        scope = QueryScope(query)
        items = tuple([item for name in field_names for item in checked_orderings(scope, name)])
        changed = scope.finished(order_by=items, orders_by_default=False, is_reversed=False)
        return queryset._with(changed)

    def reverse(self: Starts[QS]) -> QS:
        """Turn the ordering round."""
        queryset = self._start()
        query = queryset._query
        if query.is_sliced:
            raise TypeError("Cannot reverse a query once a slice has been taken.")
        return queryset._with(query.replace(is_reversed=not query.is_reversed))

    def distinct(self: Starts[QS], *field_names: str) -> QS:
        """Drop equal rows; with names (PostgreSQL) keep the first row for each of their values."""
        queryset = self._start()
        queryset._refuse_combined("distinct")
        query = queryset._query
        if query.is_sliced:
            raise TypeError("Cannot create distinct fields once a slice has been taken.")
        return queryset._with(query.replace(is_distinct=True, distinct_names=tuple(field_names)))

    def select_related(self: Starts[QS], *fields: str | None) -> QS:
        """Load related objects in the same statement; no names follow foreign keys that are not null, None clears."""
        queryset = self._start()
        queryset._refuse_combined("select_related")
        query = queryset._query
        if query.has_values:
            raise TypeError("Cannot call select_related() after .values() or .values_list()")
        if fields == (None,):
            related: Any = None
        elif fields:
            tree = _thaw(query.related) if isinstance(query.related, tuple) else {}
            for name in fields:
                here = tree
                for part in str(name).split(SEPARATOR):
                    here = here.setdefault(part, {})
            related = _freeze(tree)
        else:
            related = True
        return queryset._with(query.replace(related=related))

    def prefetch_related(self: Starts[QS], *lookups: Any) -> QS:
        """Load related objects by one more statement for each lookup; None clears."""
        queryset = self._start()
        queryset._refuse_combined("prefetch_related")
        if lookups != (None,):
            relations = {relation.name for relation in queryset._query.relations}
            for lookup in lookups:
                path = getattr(lookup, "prefetch_to", lookup)
                if path.partition(SEPARATOR)[0] in relations:
                    raise ValueError("prefetch_related() is not supported with FilteredRelation.")
        queryset = queryset._copy()
        queryset._prefetch_related_lookups = (
            () if lookups == (None,) else (*queryset._prefetch_related_lookups, *lookups)
        )
        return queryset

    def defer(self: Starts[QS], *fields: str | None) -> QS:
        """Leave fields unloaded until they are read; None clears."""
        queryset = self._start()
        queryset._refuse_combined("defer")
        query = queryset._query
        if query.has_values:
            raise TypeError("Cannot call defer() after .values() or .values_list()")
        deferral = NO_DEFERRAL if fields == (None,) else masks.with_deferred(query.deferral, _names(fields))
        return queryset._with(query.replace(deferral=deferral))

    def only(self: Starts[QS], *fields: str) -> QS:
        """Load these fields only, and the primary key."""
        queryset = self._start()
        queryset._refuse_combined("only")
        query = queryset._query
        if query.has_values:
            raise TypeError("Cannot call only() after .values() or .values_list()")
        if None in fields:
            raise TypeError("Cannot pass None as an argument to only().")
        for name in fields:
            if any(relation.name == name.partition(SEPARATOR)[0] for relation in query.relations):
                raise ValueError("only() is not supported with FilteredRelation.")
        deferral = masks.with_only(query.deferral, query.meta, _names(fields))
        return queryset._with(query.replace(deferral=deferral))

    def select_for_update(
        self: Starts[QS],
        nowait: bool = False,
        skip_locked: bool = False,
        of: str | Sequence[str] = (),
        no_key: bool = False,
    ) -> QS:
        """Lock the rows until the end of the transaction; needs ``atomic()`` around its evaluation.

        Raises:
            ValueError: both ``nowait`` and ``skip_locked`` were given.
        """
        queryset = self._start()
        if nowait and skip_locked:
            raise ValueError("The nowait option cannot be used with skip_locked.")
        # Django would go on without a lock.
        queryset._refuse_combined("select_for_update")
        names = (of,) if isinstance(of, str) else tuple(of)
        changed = queryset._with(queryset._query.replace(lock=LockRequest(nowait, skip_locked, names, no_key)))
        changed._for_write = True
        return changed

    def fetch_mode(self: Starts[QS], fetch_mode: Any) -> QS:
        """Choose how the results load what was not loaded: FETCH_ONE, FETCH_PEERS or FETCH_RAISE."""
        queryset = self._start()._copy()
        queryset._fetch_mode = fetch_mode
        return queryset

    def raw(
        self: Starts[QuerySet[M]],
        raw_query: Any,
        params: Any = (),
        translations: Mapping[str, str] | None = None,
        using: str | None = None,
    ) -> RawQuerySet[M]:
        """Return the instances that a query of the program's own gives; ``%s`` and ``%(name)s`` are its parameters."""
        queryset = self._start()
        raw: RawQuerySet[M] = RawQuerySet(
            raw_query,
            queryset.model,
            params=params,
            translations=translations,
            using=using or queryset._db,
            hints=queryset._hints,
            fetch_mode=queryset._fetch_mode,
        )
        raw._prefetch_related_lookups = queryset._prefetch_related_lookups
        return raw


def _names(fields: tuple[Any, ...]) -> tuple[str, ...]:
    for name in fields:
        if not isinstance(name, str):
            raise TypeError(f"Field names must be strings, not {type(name).__name__}.")
    return fields


def _thaw(frozen: Any) -> dict[str, Any]:
    return {name: _thaw(below) for name, below in frozen}


def _freeze(tree: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple((name, _freeze(below)) for name, below in tree.items())


def filtered(queryset: QS, args: tuple[Any, ...], kwargs: Mapping[str, Any], *, negated: bool) -> QS:
    """Return the queryset with one more condition."""
    query = queryset._query
    if (args or kwargs) and query.is_sliced:
        raise TypeError("Cannot filter a query once a slice has been taken.")
    if not (args or kwargs):
        return queryset._copy()
    if not (negated or args):
        plain = plain_condition(query, kwargs)
        if plain is not None:
            condition, joins = plain
            where = condition if query.where is TRUE else conjunction((query.where, condition))
            new = queryset._with(query.replace(where=where, joins=joins))
            if queryset._sticky_filter:
                new._kept_aliases = queryset._kept_aliases
            return new
    # Given by ``filter(**data)``, they would change how conditions are joined (CVE-2025-64459).
    refuse_prohibited(kwargs)
    scope = QueryScope(query, set(queryset._kept_aliases))
    if negated:
        condition = build_condition(scope, ~Q(*args, **kwargs))
    elif args:
        condition = build_condition(scope, Q(*args, **kwargs))
    else:
        condition = build_keywords(scope, kwargs)
    where = condition if query.where is TRUE else conjunction((query.where, condition))
    new = queryset._with(scope.finished(where=where))
    if queryset._sticky_filter and scope.reusable:
        new._kept_aliases = frozenset(scope.reusable)
    return new


def annotated(queryset: QS, args: tuple[Any, ...], kwargs: Mapping[str, Any], *, is_selected: bool) -> QS:
    """Return the queryset with more named expressions."""
    expressions = _named_expressions(args, kwargs)
    query = queryset._query
    if not query.has_values:
        refuse_field_names(query.meta, expressions, "annotation")
    else:
        taken = {item.name for item in query.selected if query.annotation(item.name) is None}
        for name in expressions:
            if name in taken:
                raise ValueError(f"The annotation '{name}' conflicts with a field on the model.")
    for name, expression in expressions.items():
        if hasattr(expression, "relation_name"):
            query = query.replace(relations=(*query.relations, expression.placed(query, name)))
            continue
        query = add_annotation(query, name, expression, is_selected=is_selected)
    return queryset._with(query)


def _named_expressions(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    for item in (*args, *kwargs.values()):
        if not hasattr(item, "resolve_expression") and not hasattr(item, "relation_name"):
            shown = ", ".join(
                str(value)
                for value in (*args, *kwargs.values())
                if not hasattr(value, "resolve_expression") and not hasattr(value, "relation_name")
            )
            raise TypeError(f"QuerySet.annotate() received non-expression(s): {shown}.")
    expressions: dict[str, Any] = {}
    for item in args:
        try:
            name = item.default_alias
        except (AttributeError, TypeError):
            raise TypeError("Complex annotations require an alias") from None
        if name in kwargs:
            raise ValueError(f"The named annotation '{name}' conflicts with the default name for another annotation.")
        expressions[name] = item
    expressions.update(kwargs)
    for name in expressions:
        check_alias(name)
    return expressions


def add_annotation(query: Query, name: str, expression: Any, *, is_selected: bool) -> Query:
    """Return the query with one more named term; an aggregate makes it grouped."""
    scope = QueryScope(query)
    resolved = scope.resolve_annotation(expression)
    annotation = annotation_of(name, resolved.term, resolved.output)
    kept = tuple(item for item in query.annotations if item.name != name)
    changes: dict[str, Any] = {"annotations": (*kept, annotation)}
    if is_selected:
        changes["hidden"] = query.hidden - {name}
        if query.has_values:
            selected = tuple(item for item in query.selected if item.name != name)
            changes["selected"] = (*selected, annotation)
    else:
        changes["hidden"] = query.hidden | {name}
    if query.group_by is None and contains_aggregate(resolved.term):
        if query.has_values:
            changes["group_by"] = "terms"
            changes["group_terms"] = tuple(item.term for item in query.selected)
        else:
            changes["group_by"] = "model"
    return scope.finished(**changes)
