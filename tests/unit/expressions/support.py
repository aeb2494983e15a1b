"""A scope over the table of every type, so that expressions can be resolved, rendered and run without any model."""

from __future__ import annotations

from typing import Any

from aorm.exceptions import FieldError
from aorm.expressions.base import OutputField, Resolved, ResolvedQuery, predicate_of, resolve
from aorm.expressions.conditions import Q
from aorm.fields.outputs import field_for, output_for_value
from aorm.sql.node import Node
from aorm.sql.predicates import Predicate, conjunction, disjunction, exclusive_disjunction, negation
from aorm.sql.select import Select
from aorm.sql.sources import Subquery as SubqueryTerm
from aorm.sql.tables import Label
from aorm.sql.types import UNKNOWN, SqlType
from aorm.sql.values import Literal, OuterReference, Param
from tests.unit.dialects.support import POSTGRESQL, SQLITE, TYPES, Runner, col, select

CONNECT = {Q.AND: conjunction, Q.OR: disjunction, Q.XOR: exclusive_disjunction}


class StandInQueryset:
    """What the query floor would give: a query, and the fields of what it selects."""

    def __init__(self, query: Select, *outputs: OutputField) -> None:
        self.query = query
        self.outputs = outputs

    def resolve_expression(self, scope: Any, *rest: Any) -> Resolved:
        from_scope = scope.subquery(self)
        return Resolved(SubqueryTerm(from_scope.query, from_scope.outputs[0].sql_type), from_scope.outputs[0])


class StandInScope:
    """Names are the columns of the table of every type, with transforms behind them, and annotations."""

    summarizes = False

    def __init__(self, **annotations: Resolved) -> None:
        self.annotations = annotations

    def reference(self, name: str) -> Resolved:
        resolved, rest = self.find(name)
        for part in rest:
            transform = resolved.get_transform(part)
            if transform is None:
                raise FieldError(f"no transform {part}")
            resolved = resolve(transform(resolved), self)
        return resolved

    def find(self, name: str) -> tuple[Resolved, list[str]]:
        first, *rest = name.split("__")
        if first in self.annotations:
            return self.annotations[first], rest
        if first not in TYPES:
            raise FieldError(f"Cannot resolve keyword '{first}' into field. Choices are: {', '.join(sorted(TYPES))}")
        return Resolved(col(first), field_for(TYPES[first])), rest

    def outer_reference(self, name: str) -> Resolved:
        return Resolved(OuterReference(name), field_for(UNKNOWN))

    def plain_value(self, value: Any) -> Resolved:
        output = output_for_value(value)
        return Resolved(Param(output.get_prep_value(value), output.sql_type, output.adapter), output)

    def condition(self, condition: Any) -> Predicate:
        if isinstance(condition, Q):
            items = [self.condition(child) for child in condition.children]
            joined = CONNECT[condition.connector](items)
            return negation(joined) if condition.negated else joined
        if isinstance(condition, tuple):
            return self.keyword(*condition)
        return predicate_of(resolve(condition, self).term)

    aggregate_condition = condition

    def keyword(self, keyword: str, value: Any) -> Predicate:
        left, rest = self.find(keyword)
        *transforms, name = rest or ["exact"]
        for part in transforms:
            left = resolve(left.get_transform(part)(left), self)
        lookup = left.get_lookup(name)
        if lookup is None:
            left = resolve(left.get_transform(name)(left), self)
            lookup = left.get_lookup("exact")
        if value is None and not lookup.can_use_none_as_rhs:
            return left.get_lookup("isnull").build(left, True, self)
        return lookup.build(left, value, self)

    def output(self, sql_type: SqlType) -> OutputField:
        return field_for(sql_type)

    def subquery(self, queryset: Any, *, columns: str = "value") -> ResolvedQuery:
        query = queryset.query
        if columns == "exists":
            query = query.replace(columns=query.columns.replace(items=(Literal(1),)))
        return ResolvedQuery(query, queryset.outputs)


SCOPE = StandInScope()


def place(expression: Any, scope: Any = SCOPE) -> Resolved:
    """Resolve an expression."""
    return resolve(expression, scope)


def texts(expression: Any, scope: Any = SCOPE) -> tuple[str, str]:
    """Return an expression as SQLite and PostgreSQL write it."""
    term: Node = place(expression, scope).term
    made = []
    for dialect in (SQLITE, POSTGRESQL):
        statement = select(Label(term, "v", term.type))  # type: ignore[arg-type,attr-defined]
        compiled = dialect.compile(statement, statement.parameters())
        made.append(compiled.sql.removeprefix("SELECT ").removesuffix(' FROM "item"').removesuffix(' AS "v"'))
    return made[0], made[1]


def value(runner: Runner, expression: Any, scope: Any = SCOPE) -> Any:
    """Return what an expression gives for the row that has values, converted as its field says."""
    resolved = place(expression, scope)
    found = runner.value(resolved.term)
    for convert in getattr(resolved.output, "get_db_converters", lambda connection: [])(None):
        found = convert(found, None, None)
    return found


def matches(runner: Runner, scope: Any = SCOPE, **lookups: Any) -> list[int]:
    """Return the keys of the rows that fulfil conditions."""
    where = scope.condition(Q(**lookups))
    rows = runner.rows(select(col("id"), where=where, order_by=()))
    return sorted([row[0] for row in rows])
