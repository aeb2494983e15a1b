"""Queries that read: each a coroutine, each with its sync twin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.bridge import sync_iterator, sync_twin
from aorm.database.databases import DEFAULT_DB_ALIAS
from aorm.exceptions import NotSupportedError
from aorm.fields.outputs import field_for
from aorm.query import execution
from aorm.query.aggregation import COUNT_ALL, Aggregation, finish_aggregation, resolve_aggregates
from aorm.query.explaining import explain
from aorm.query.naming import check_alias, refuse_values
from aorm.query.points import GET_LIMIT, MAX_GET_RESULTS, PointRead, ready
from aorm.query.results import MODELS, NAMED, TUPLES
from aorm.query.state import annotation_of
from aorm.query.streaming import CHUNK_SIZE, Stream
from aorm.sql.types import BIGINT
from aorm.sql.values import Param

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from aorm.query.queryset import QuerySet
    from aorm.query.starting import M, Starts

ONE_ROW = Param(1, BIGINT)


class ReadingMixin:
    """The methods of querysets and managers that ask the database and change nothing."""

    async def aget(self: Starts[QuerySet[M]], *args: Any, **kwargs: Any) -> M:
        """Return the one object for which the conditions hold.

        Raises:
            DoesNotExist: there is none.
            MultipleObjectsReturned: there are several.
        """
        if not args and len(kwargs) == 1 and self._is_untouched():
            ((keyword, value),) = kwargs.items()
            point = ready(PointRead, self.model._meta, keyword, value, self._db or DEFAULT_DB_ALIAS)
            if point is not None:
                database, plan, arguments = point
                loaded: list[M] = plan.load(await database.fetch(plan.sql, arguments), database.alias)
                return loaded[0] if len(loaded) == 1 else only_one(loaded, self.model, MAX_GET_RESULTS)
        queryset = self._start()
        if queryset._query.combinator is not None and (args or kwargs):
            raise NotSupportedError(
                f"Calling QuerySet.get(...) with filters after {queryset._query.combinator}() is not supported."
            )
        one = queryset.filter(*args, **kwargs) if args or kwargs else queryset._copy()
        query = one._query
        if query.limit is None and query.offset is None and query.combinator is None:
            changes: dict[str, Any] = {"limit": GET_LIMIT}
            if not query.distinct_names:
                changes.update(order_by=(), orders_by_default=False)
            one._query = query.replace(**changes)
        limit = MAX_GET_RESULTS if one._query.limit is GET_LIMIT else None
        return only_one(await one._afetch_all(), one.model, limit)

    get = sync_twin(aget)

    async def acount(self: Starts[QuerySet[Any]]) -> int:
        """Return the number of rows: ``SELECT COUNT(*) ...``."""
        queryset = self._start()
        if queryset._result_cache is not None:
            return len(queryset._result_cache)
        query = queryset._query
        if query.is_empty:
            return 0
        counting = Aggregation(query, (annotation_of("count", COUNT_ALL, field_for(BIGINT)),), {})
        (row,) = await _fetch_aggregation(queryset, counting)
        return int(row[0])

    count = sync_twin(acount)

    async def aaggregate(self: Starts[QuerySet[Any]], *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return a dictionary of values computed over all rows.

        Raises:
            NotSupportedError: the queryset is distinct on fields, or a set operation.
            TypeError: an argument is no aggregate, or has no name.
        """
        queryset = self._start()
        queryset._refuse_combined("aggregate")
        if queryset._query.distinct_names:
            raise NotImplementedError("aggregate() + distinct(fields) not implemented.")
        # As in Django: what was given by keyword comes first.
        expressions: dict[str, Any] = dict(kwargs)
        refuse_values(args, "aggregate")
        for argument in args:
            try:
                name = argument.default_alias
            except (AttributeError, TypeError):
                raise TypeError("Complex aggregates require an alias") from None
            expressions[name] = argument
        if not expressions:
            return {}
        refuse_values(expressions.values(), "aggregate")
        for name in expressions:
            check_alias(name)
        aggregation = resolve_aggregates(queryset._query, expressions)
        if queryset._query.is_empty:
            return aggregation.empty
        (row,) = await _fetch_aggregation(queryset, aggregation)
        return dict(zip(expressions, row, strict=True))

    aggregate = sync_twin(aaggregate)

    async def aexists(self: Starts[QuerySet[Any]]) -> bool:
        """Tell whether there is a row: ``SELECT 1 ... LIMIT 1``."""
        queryset = self._start()
        if queryset._result_cache is not None:
            return bool(queryset._result_cache)
        query = queryset._query
        changes: dict[str, Any] = {"limit": ONE_ROW if query.limit is None else query.limit}
        if not query.distinct_names:
            # Whether there is a row depends on no order, nor on equal rows where all of them are looked at.
            changes.update(order_by=(), orders_by_default=False, is_distinct=query.is_distinct and query.is_sliced)
        return await execution.has_rows(queryset._with(query.replace(**changes)))

    exists = sync_twin(aexists)

    async def acontains(self: Starts[QuerySet[Any]], obj: Any) -> bool:
        """Tell whether an object is among the results.

        Raises:
            TypeError: the results are no instances, or the object is none.
            ValueError: the object is not saved.
        """
        queryset = self._start()
        queryset._refuse_combined("contains")
        if queryset._fields is not None or queryset._kind is not MODELS:
            raise TypeError("Cannot call QuerySet.contains() after .values() or .values_list().")
        try:
            if obj._meta.concrete_model is not queryset.model._meta.concrete_model:
                return False
        except AttributeError:
            raise TypeError("'obj' must be a model instance.") from None
        if not obj._is_pk_set():
            raise ValueError("QuerySet.contains() cannot be used on unsaved objects.")
        if queryset._result_cache is not None:
            return obj in queryset._result_cache
        return await queryset.filter(pk=obj.pk).aexists()

    contains = sync_twin(acontains)

    async def afirst(self: Starts[QuerySet[M]]) -> M | None:
        """Return the first object by the queryset's order, by primary key without one; None where there is none."""
        return await _first(_ordered(self._start(), "first"))

    first = sync_twin(afirst)

    async def alast(self: Starts[QuerySet[M]]) -> M | None:
        """Return the last object by the queryset's order, by primary key without one; None where there is none."""
        return await _first(_ordered(self._start(), "last").reverse())

    last = sync_twin(alast)

    async def aearliest(self: Starts[QuerySet[M]], *fields: str) -> M:
        """Return the object that comes first by the fields, or by ``Meta.get_latest_by``.

        Raises:
            ValueError: no fields are known.
            DoesNotExist: there is no object.
        """
        return await _by_date(self._start(), fields).aget()

    earliest = sync_twin(aearliest)

    async def alatest(self: Starts[QuerySet[M]], *fields: str) -> M:
        """Return the object that comes last by the fields, or by ``Meta.get_latest_by``.

        Raises:
            ValueError: no fields are known.
            DoesNotExist: there is no object.
        """
        queryset = self._start()
        if queryset._query.is_sliced:
            raise TypeError("Cannot change a query once a slice has been taken.")
        return await _by_date(queryset.reverse(), fields, is_reversed=True).aget()

    latest = sync_twin(alatest)

    async def ain_bulk(
        self: Starts[QuerySet[Any]], id_list: Iterable[Any] | None = None, *, field_name: str = "pk"
    ) -> dict[Any, Any]:
        """Return a dictionary from the values of a unique field to the objects.

        Raises:
            TypeError: the queryset is sliced, or its results are of a kind without that field.
            ValueError: the field is not unique.
        """
        queryset = self._start()
        query = queryset._query
        if query.is_sliced:
            raise TypeError("Cannot use 'limit' or 'offset' with in_bulk().")
        if field_name != "pk" and not _is_unique(queryset, field_name):
            raise ValueError(f"in_bulk()'s field_name must be a unique field but {field_name!r} isn't.")
        if id_list is not None:
            values = tuple(id_list)
            if not values:
                return {}
            queryset = queryset.filter(**{f"{field_name}__in": values}).order_by()
        else:
            queryset = queryset._copy()
        if queryset._kind is MODELS:
            return {getattr(found, field_name): found for found in await queryset._afetch_all()}
        return await _values_in_bulk(queryset, field_name)

    in_bulk = sync_twin(ain_bulk)

    def aiterator(self: Starts[QuerySet[M]], chunk_size: int | None = None) -> AsyncIterator[M]:
        """Stream the results through a server-side cursor, ``chunk_size`` rows at a time, keeping none.

        Raises:
            ValueError: the size is not positive, or missing where ``prefetch_related`` needs it.
        """
        queryset = self._start()
        if chunk_size is None:
            if queryset._prefetch_related_lookups:
                raise ValueError("chunk_size must be provided when using QuerySet.iterator() after prefetch_related().")
        elif chunk_size <= 0:
            raise ValueError("Chunk size must be strictly positive.")
        return Stream(queryset._copy(), chunk_size or CHUNK_SIZE, is_empty=queryset._query.is_empty)

    iterator = sync_iterator(aiterator)

    async def aexplain(self: Starts[QuerySet[Any]], *, format: str | None = None, **options: Any) -> str:  # noqa: A002
        """Return how the database would run the query."""
        return await explain(self._start(), format, options)

    explain = sync_twin(aexplain)


def only_one(found: list[M], model: Any, limit: int | None) -> M:
    """Return the one object of a list; the model's exceptions tell of none or of several."""
    if len(found) == 1:
        return found[0]
    name = model._meta.object_name
    if not found:
        raise model.DoesNotExist(f"{name} matching query does not exist.")
    count = f"more than {limit - 1}" if limit is not None and len(found) >= limit else str(len(found))
    raise model.MultipleObjectsReturned(f"get() returned more than one {name} -- it returned {count}!")


async def _fetch_aggregation(queryset: QuerySet[Any], aggregation: Aggregation) -> list[Any]:
    """Run the statement of an aggregation and return its one row as a tuple of values."""
    database = execution.database_for(queryset)
    query = aggregation.query
    # The aggregates are part of the key: they ride on the group terms, which the key holds anyway.
    keyed = query.replace(group_terms=(*query.group_terms, *(item.term for item in aggregation.items)))
    return await execution.fetch_planned(
        database,
        keyed,
        ("aggregate", query.has_values),
        lambda: finish_aggregation(aggregation, database.features),
        TUPLES,
    )


def _ordered(queryset: QuerySet[M], method: str) -> QuerySet[M]:
    if queryset.ordered:
        return queryset
    query = queryset._query
    if query.group_by == "terms":
        names = {item.name for item in query.selected}
        if not names.issuperset({"pk"}) and not names.issuperset({query.meta.pk.name}):
            raise TypeError(
                f"Cannot use QuerySet.{method}() on an unordered queryset performing aggregation. Add an ordering with "
                "order_by()."
            )
    return queryset.order_by("pk")


async def _first(queryset: QuerySet[M]) -> M | None:
    if queryset._result_cache is not None:
        found = queryset._result_cache[:1]
    else:
        found = await queryset._limited(None, 1)._afetch_all()
    return found[0] if found else None


def _by_date(queryset: QuerySet[M], fields: tuple[str, ...], *, is_reversed: bool = False) -> QuerySet[M]:
    if fields:
        order_by: Any = fields
    else:
        order_by = queryset._query.meta.get_latest_by
        if order_by and not isinstance(order_by, (tuple, list)):
            order_by = (order_by,)
    if not order_by:
        raise ValueError(
            "earliest() and latest() require either fields as positional arguments or 'get_latest_by' in the model's "
            "Meta."
        )
    if queryset._query.is_sliced:
        raise TypeError("Cannot change a query once a slice has been taken.")
    ordered = queryset.order_by(*order_by)
    return (ordered.reverse() if is_reversed else ordered)[:1]


def _is_unique(queryset: QuerySet[Any], name: str) -> bool:
    meta = queryset._query.meta
    if meta.get_field(name).unique or queryset._query.distinct_names == (name,):
        return True
    return any(tuple(constraint.fields) == (name,) for constraint in meta.total_unique_constraints)


async def _values_in_bulk(queryset: QuerySet[Any], field_name: str) -> dict[Any, Any]:
    """Return what ``in_bulk`` gives for dictionaries, tuples and flat values."""
    name = queryset._query.meta.pk.name if field_name == "pk" else field_name
    query = queryset._query
    names = [item.name for item in query.selected]
    if queryset._kind is NAMED:
        # As in Django, a named tuple shows the key that it is found by.
        if field_name not in names:
            names = [field_name, *names]
            queryset = queryset.values_list(*names, named=True)
        return {row[names.index(field_name)]: row for row in await queryset._afetch_all()}
    has_key = name in names or field_name in names
    if not has_key:
        scoped = queryset.values_list(*names, name)
        with_key = queryset._with(scoped._query)
        with_key._kind = TUPLES
        rows = await with_key._afetch_all()
        return {row[-1]: _shaped(queryset, names, row[:-1]) for row in rows}
    position = names.index(name if name in names else field_name)
    as_tuples = queryset._copy()
    as_tuples._kind = TUPLES
    return {row[position]: _shaped(queryset, names, row) for row in await as_tuples._afetch_all()}


def _shaped(queryset: QuerySet[Any], names: list[str], row: tuple[Any, ...]) -> Any:
    kind = queryset._kind.name
    if kind == "dicts":
        return dict(zip(names, row, strict=True))
    if kind == "flat":
        return row[0]
    return row
