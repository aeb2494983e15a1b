"""Write one row of one table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from aorm.exceptions import FieldError
from aorm.expressions.aggregates import Max
from aorm.expressions.base import contains_aggregate, contains_window
from aorm.expressions.functions.comparison import Coalesce
from aorm.expressions.values import ExpressionWrapper, Value
from aorm.fields.numeric import IntegerField
from aorm.models.writers import PLAIN_CLASSES, Special, TableWriter, assigner, is_database_default, is_special
from aorm.query.execution import execute_statement, fetch_statement
from aorm.query.scope import save_scope
from aorm.query.updating import rows_condition
from aorm.sql.tables import Column
from aorm.sql.values import Param, Row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aorm.database.database import Database
    from aorm.mapping.options import Options
    from aorm.models.writers import RowWriter, WritePlan
    from aorm.query.queryset import QuerySet
    from aorm.sql.node import Term
    from aorm.sql.predicates import Predicate


class UpdateRequest(NamedTuple):
    """How a row is to be updated."""

    database: Database
    names: frozenset[str] | None = None
    is_forced: bool = False
    raw: bool = False


async def update_row(instance: Any, meta: Options, request: UpdateRequest) -> bool:
    """Try to update the row, and tell whether it was there."""
    writer = TableWriter.of(meta).update(request.names)
    values = (writer.read_raw if request.raw else writer.read)(instance)
    key = instance._get_pk_val(meta)
    if not writer.fields:
        # A parent of which nothing is to be written counts as updated; a table that is all key is looked at.
        return request.names is not None or await _row_of(meta, request.database, key).aexists()
    checks_first = meta.select_on_save and not request.is_forced
    if checks_first and not await _row_of(meta, request.database, key).aexists():
        return False
    if await _run_update(writer, instance, values, key, request):
        return True
    # Some triggers let the database report no row although one was updated.
    return checks_first and await _row_of(meta, request.database, key).aexists()


def _row_of(meta: Options, database: Database, key: Any) -> QuerySet[Any]:
    queryset: QuerySet[Any] = meta.base_manager.using(database.alias).filter(pk=key)
    return queryset


async def _run_update(
    writer: RowWriter, instance: Any, values: Sequence[Any], key: Any, request: UpdateRequest
) -> bool:
    database = request.database
    key_values = key if len(writer.keys) > 1 else (key,)
    ready = None if writer.table.hides_rows else writer.ready(database, values, key_values)
    if ready is None:
        return await update_by_terms(writer, instance, values, key_values, request)
    return await send(ready, instance, database)


async def send(ready: tuple[WritePlan, tuple[Any, ...]], instance: Any, database: Database) -> bool:
    """Run the statement of a plan, set what it returns, and tell whether there was a row."""
    plan, arguments = ready
    if plan.assign is None:
        return await database.execute(plan.sql, arguments, writes=True) > 0
    rows = await database.fetch(plan.sql, arguments, writes=True)
    if rows:
        plan.assign(instance, rows[0])
    return bool(rows)


async def update_specially(
    plan: WritePlan, instance: Any, arguments: tuple[Any, ...] | Special, request: UpdateRequest
) -> bool:
    """Update by a plan that returns values, or by terms where a value is special, and tell whether there was a row."""
    if not isinstance(arguments, Special):
        return await send((plan, arguments), instance, request.database)
    key = getattr(instance, plan.writer.table.key_name)
    return await update_by_terms(plan.writer, instance, arguments.values, (key,), request)


async def insert_specially(
    plan: WritePlan, instance: Any, arguments: tuple[Any, ...] | Special, database: Database
) -> None:
    """Insert by a plan, or by terms where a value is special."""
    if isinstance(arguments, Special):
        writer = plan.writer
        await insert_by_terms(writer, instance, arguments.values, database, writer is writer.table.insert_all)
    else:
        await send((plan, arguments), instance, database)


async def update_by_terms(
    writer: RowWriter, instance: Any, values: Sequence[Any], key: Sequence[Any], request: UpdateRequest
) -> bool:
    """Update with expressions among the values, whose results come back."""
    database = request.database
    meta = writer.table.meta
    terms = _terms(writer, values)
    returning = [
        *writer.returning,
        *(
            field
            for field, value in zip(writer.fields, values, strict=True)
            if hasattr(value, "resolve_expression") and (request.names is None or field.name in request.names)
        ),
    ]
    if writer.table.hides_rows:
        row = _row_of(meta, database, key if len(key) > 1 else key[0])
        where: Predicate = rows_condition(row._query)
    else:
        where = writer.table.key_condition(
            [
                Param(field.get_prep_value(value), field.sql_type, field.adapter)
                for field, value in zip(writer.table.key_fields, key, strict=True)
            ]
        )
    statement = writer.statement(terms, where, returning)
    if not returning:
        return await execute_statement(database, statement) > 0
    rows = await fetch_statement(database, statement)
    _assign_first(instance, returning, rows, database)
    return bool(rows)


async def insert_row(instance: Any, meta: Options, database: Database, has_key: bool, raw: bool) -> None:
    """Insert the row, and set on the instance what the database made of it."""
    table = TableWriter.of(meta)
    if meta.order_with_respect_to:
        await _take_last_place(instance, meta, database)
    writer = table.insert(with_auto_key=has_key)
    values = (writer.read_raw if raw else writer.read)(instance)
    ready = writer.ready(database, values)
    if ready is None:
        await insert_by_terms(writer, instance, values, database, has_key)
    else:
        await send(ready, instance, database)


async def insert_by_terms(
    writer: RowWriter, instance: Any, values: Sequence[Any], database: Database, has_key: bool
) -> None:
    """Insert with expressions among the values; columns left to the database are left out."""
    given = {field: value for field, value in zip(writer.fields, values, strict=True) if not is_database_default(value)}
    if len(given) < len(values):
        writer = writer.table.insert(has_key, frozenset(field for field in writer.fields if field not in given))
        kept = tuple([given[field] for field in writer.fields])
        ready = writer.ready(database, kept)
        if ready is not None:
            await send(ready, instance, database)
            return
        values = kept
    returning = list(writer.returning)
    returning += [
        field
        for field, value in zip(writer.fields, values, strict=True)
        if hasattr(value, "resolve_expression") and field not in returning
    ]
    statement = writer.statement(_terms(writer, values), writer.table.key_condition(()), returning)
    if not returning:
        await execute_statement(database, statement)
        return
    _assign_first(instance, returning, await fetch_statement(database, statement), database)


def _assign_first(instance: Any, fields: Sequence[Any], rows: Sequence[Any], database: Database) -> None:
    assign = assigner(fields, database)
    if rows and assign is not None:
        assign(instance, rows[0])


def _terms(writer: RowWriter, values: Sequence[Any]) -> list[Term]:
    """Return the terms of the values: expressions resolved, all else as parameters.

    Raises:
        ValueError: an INSERT reads columns of the row that does not exist yet.
        FieldError: an aggregate or a window function is assigned.
        TypeError: a model instance is assigned to a field that is no relation.
    """
    scope = save_scope(writer.table.meta)
    terms: list[Term] = []
    for field, value in zip(writer.fields, values, strict=True):
        if value.__class__ not in PLAIN_CLASSES and is_special(value):
            if hasattr(value, "resolve_expression"):
                terms.append(_expression_term(field, value, scope, writer.is_insert))
                continue
            value = _instance_key(field, value)
        terms.append(Param(field.prepare_to_save(value), field.sql_type, field.save_adapter))
    return terms


def _expression_term(field: Any, value: Any, scope: Any, is_insert: bool) -> Term:
    term: Term = value.resolve_expression(scope).term
    if is_insert and any(isinstance(node, Column) for node in term.walk()):
        raise ValueError(
            f'Failed to insert expression "{_with_columns(value, field.model._meta)}" on {field}. F() expressions can '
            "only be used to update, not to insert."
        )
    if contains_aggregate(term):
        raise FieldError(f"Aggregate functions are not allowed in this query ({field.name}={value!r}).")
    if contains_window(term):
        raise FieldError(f"Window expressions are not allowed in this query ({field.name}={value!r}).")
    if isinstance(term, Row):
        raise FieldError(f"Composite primary keys expressions are not allowed in this query ({field.name}=F('pk')).")
    return term


def _with_columns(value: Any, meta: Options) -> str:
    """Return the text of an expression with the columns in the place of names, as Django's error shows it."""

    def column(match: re.Match[str]) -> str:
        field = meta.find_field(match[1])
        return match[0] if field is None else f"Col({meta.db_table}, {field})"

    return re.sub(r"F\((\w+)\)", column, str(value))


def _instance_key(field: Any, value: Any) -> Any:
    if field.remote_field:
        return value.prepare_database_save(field)
    raise TypeError(
        f"Tried to update field {field} with a model instance, {value!r}. Use a value compatible with "
        f"{type(field).__name__}."
    )


async def _take_last_place(instance: Any, meta: Options, database: Database) -> None:
    """Put a new instance behind all others that belong to the same related object."""
    siblings = meta.order_with_respect_to.get_filter_kwargs_for_object(instance)
    next_place = ExpressionWrapper(Max("_order") + Value(1), output_field=IntegerField())
    found = (
        await meta.base_manager.using(database.alias)
        .filter(**siblings)
        .aaggregate(_order__max=Coalesce(next_place, Value(0)))
    )
    instance._order = found["_order__max"]
