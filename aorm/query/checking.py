"""Let the database judge the values of an instance, before they are a row.

The values are selected under the names of the columns, ``(SELECT 5 AS "pages") AS "instance"``, so that a condition or
an expression means for them what it means in a CHECK or an index of the table.
"""

from __future__ import annotations

import logging
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, TypeVar

from aorm.database.atomic import atomic
from aorm.database.databases import databases
from aorm.exceptions import DatabaseError, FieldError
from aorm.expressions.base import Resolved, resolve
from aorm.mapping.references import referenced_fields
from aorm.query.execution import fetch_statement
from aorm.query.resolving import SEPARATOR, Target, resolve_path, unsupported_lookup
from aorm.query.scope import QueryScope
from aorm.query.state import Query
from aorm.sql.functions import CustomSQL, RawTerm
from aorm.sql.node import Node
from aorm.sql.predicates import Always, Exists, Like, Matches, negation
from aorm.sql.rewrite import relabel, transform
from aorm.sql.select import Select
from aorm.sql.sources import FromQuery, Selectable, Subquery
from aorm.sql.tables import Column, ColumnList, Label
from aorm.sql.types import INTEGER
from aorm.sql.values import Cast, Literal, Param

if TYPE_CHECKING:
    from collections.abc import Awaitable, Collection, Iterable, Iterator

    from aorm.mapping.options import Options
    from aorm.sql.node import Term
    from aorm.sql.predicates import Predicate

N = TypeVar("N", bound=Node)
logger = logging.getLogger("aorm.models")

ALIAS = "instance"
# What takes its parameters as they are.
OPAQUE = (Selectable, CustomSQL, RawTerm, Matches)
# The types whose values look the same in a text as they do to a driver.
CONSTANTS: dict[type, Collection[str]] = {
    int: ("smallint", "integer", "bigint"),
    str: ("text", "varchar"),
    bool: ("boolean",),
}
ONE = ColumnList((Literal(1, INTEGER),))


class ValuesScope(QueryScope):
    """A scope over the columns of one row, which names cannot leave."""

    __slots__ = ()

    def find(self, name: str) -> tuple[Resolved, tuple[str, ...], Target | None]:
        """Find a column; of a name that leads to another table, complain in Django's words."""
        if resolve_path(self.query.meta, name).path:
            first, second, *_ = name.split(SEPARATOR)
            raise unsupported_lookup(self.query.meta.get_field(first), second)
        return super().find(name)


class InstanceValues:
    """The values of an instance as if they stood in a row of a model's table."""

    def __init__(self, model: Any, instance: Any, using: str) -> None:
        self.meta: Options = model._meta
        self.instance = instance
        self.using = using
        self.scope = ValuesScope(Query(self.meta), allows_joins=False)

    async def refute(self, condition: Any) -> bool:
        """Ask the database whether a condition is false for the values; unknown is not false.

        A condition that the database cannot compute is not refuted, as in Django: it says no more than that.
        """
        predicate = self.stored_condition(condition)
        if isinstance(predicate, Always):
            return not predicate.truth
        select = self._select(ONE, negation(predicate))
        rows = fetch_statement(databases[self.using], select, writes=False)
        return await self._ask(rows, condition) or False

    async def finds(self, queryset: Any, condition: Any) -> bool:
        """Tell whether a queryset has rows, of a constraint that holds under a condition.

        A row that the database cannot look for, for wrong values, is taken to be there, as in Django, unless the
        condition is false for the values, so that there was nothing to look for.
        """
        answer = await self._ask(queryset.aexists(), condition)
        return not await self.refute(condition) if answer is None else answer

    async def _ask(self, question: Awaitable[object], condition: Any) -> bool | None:
        """Return whether the answer is anything; None, and a line in the log, where the database cannot tell."""
        # Without a savepoint an error would end the transaction on PostgreSQL.
        guard = atomic(using=self.using) if databases[self.using].in_atomic_block else nullcontext()
        try:
            async with guard:
                return bool(await question)
        except DatabaseError as error:
            logger.warning("Got a database error calling check() on %r: %s", condition, error)
            return None

    def value(self, expression: Any) -> Resolved:
        """Return what an expression gives for the values, to compare columns with."""
        resolved = self.stored(expression)
        select = self._select(ColumnList((resolved.term,)))
        return Resolved(Subquery(select, resolved.term.type), resolved.output)

    def condition(self, condition: Any) -> Predicate:
        """Return the condition that the values satisfy a condition."""
        predicate = self.stored_condition(condition)
        if isinstance(predicate, Always):
            return predicate
        return Exists(self._select(ONE, predicate))

    def stored(self, expression: Any) -> Resolved:
        """Return what an expression gives for a row of the table, written as its index has it."""
        resolved = resolve(expression, self.scope)
        return resolved.with_term(with_constants(resolved.term))

    def stored_condition(self, condition: Any) -> Predicate:
        """Return the condition that a row of the table satisfies a condition, written as its index has it."""
        return with_constants(self.scope.condition(condition))

    def _select(self, columns: ColumnList, where: Predicate | None = None) -> Select:
        names = dict.fromkeys(_columns_in(self.meta, columns))
        if where is not None:
            names.update(dict.fromkeys(_columns_in(self.meta, where)))
        select = Select(columns) if where is None else Select(columns, where=where)
        return relabel(select, {self.meta.db_table: ALIAS}).replace(source=self._source(names))

    def _source(self, names: Iterable[str]) -> FromQuery | None:
        """Return the values under the names of the columns; generated ones are computed from the others."""
        fields = [field for field in self.meta.local_concrete_fields if field.column in names]
        generated = {field: self._generated(field) for field in fields if field.generated}
        plain = {field: None for field in fields if not field.generated}
        for term in generated.values():
            inside = set(_columns_in(self.meta, term))
            plain.update({field: None for field in self.meta.local_concrete_fields if field.column in inside})
        if not fields:
            return None
        # An expression over no column at all still needs a row to stand in.
        terms = tuple([Label(self._term(field), field.column, field.sql_type) for field in plain])
        source = FromQuery(Select(ColumnList(terms) if terms else ONE), ALIAS)
        if not generated:
            return source
        columns = [Column(ALIAS, field.column, field.sql_type) for field in plain]
        computed = [
            Label(relabel(term, {self.meta.db_table: ALIAS}), field.column, field.sql_type)
            for field, term in generated.items()
        ]
        return FromQuery(Select(ColumnList((*columns, *computed)), source), ALIAS)

    def _generated(self, field: Any) -> Term:
        return resolve(field.expression, self.scope).term

    def _term(self, field: Any) -> Term:
        value = getattr(self.instance, field.attname)
        if hasattr(value, "resolve_expression"):
            term = resolve(value, self.scope).term
            if any(True for _ in _columns_in(self.meta, term)):
                raise FieldError(
                    f"{self.meta.object_name}.{field.name} holds an expression over the row that is stored, which "
                    "cannot be validated: save the instance and refresh it first."
                )
            return term
        if value is None:
            return Cast(Literal(None), field.sql_type)
        return Param(field.prepare_to_save(value), field.sql_type, field.save_adapter)


def with_constants(node: N) -> N:
    """Return a part of a declaration with its values as constants instead of parameters.

    So definitions have them. PostgreSQL finds an index on an expression, or with a condition, by its constants only,
    and gives ``number + 1`` the type of a column that ``number + $1`` need not have.
    """

    def replaced(item: Node) -> Node | None:
        if isinstance(item, OPAQUE):
            return item
        if isinstance(item, Like):
            # A parameter as pattern is already complete; a constant would be taken for the bare text.
            return item.replace(term=with_constants(item.term))
        if isinstance(item, Param) and item.adapter is None and item.type.name in CONSTANTS.get(type(item.value), ()):
            return Literal(item.value, item.type)
        return None

    return transform(node, replaced)  # type: ignore[return-value]


def _columns_in(meta: Options, node: Node) -> Iterator[str]:
    if isinstance(node, Column) and node.alias == meta.db_table:
        yield node.name
    for child in node.child_nodes():
        yield from _columns_in(meta, child)


async def values_of(model: Any, instance: Any, expressions: Iterable[Any], using: str) -> InstanceValues:
    """Return the values of an instance; of those that the expressions name, what is deferred is loaded first."""
    deferred = () if instance._state.adding else instance.get_deferred_fields()
    if deferred:
        fields = [field for expression in expressions for field in referenced_fields(model._meta, expression)]
        # What a generated field is computed from counts as named.
        fields += [part for field in fields if field.generated for part in field.referenced_fields]
        names = dict.fromkeys(field.attname for field in fields if not field.generated)
        wanted = [name for name in names if name in deferred]
        if wanted:
            await instance.arefresh_from_db(fields=wanted)
    return InstanceValues(model, instance, using)
