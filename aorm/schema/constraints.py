"""Describe the constraints and indexes of ``Meta`` as definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any


from aorm.expressions.ordering import OrderBy
from aorm.query.scope import bare_column
from aorm.schema.terms import bare_condition, bare_term
from aorm.sql.ddl import AddConstraint, Check, CreateIndex, IndexTerm, Unique
from aorm.sql.predicates import TRUE
from aorm.sql.tables import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aorm.dialects.base.dialect import Dialect
    from aorm.mapping.options import Options
    from aorm.sql.node import Node


def constraint_definitions(
    model: Any, dialect: Dialect, *, if_not_exists: bool
) -> tuple[list[Node], list[Node]]:
    """Return the constraints that stand in CREATE TABLE, and the statements for those that come after it."""
    inside: list[Node] = []
    after: list[Node] = []
    for constraint in model._meta.constraints:
        if hasattr(constraint, "definition"):
            # A kind of constraint that describes itself, such as the exclusion constraints of PostgreSQL.
            found = constraint.definition(model)
            if found is not None:
                inside.append(found)
        elif hasattr(constraint, "deferrable"):
            placed = unique_definition(model, constraint, if_not_exists=if_not_exists)
            (after if isinstance(placed, (CreateIndex, AddConstraint)) else inside).append(placed)
        else:
            inside.append(Check(constraint.name, bare_condition(constraint.condition, model._meta)))
    return inside, after


def unique_definition(model: Any, constraint: Any, *, if_not_exists: bool) -> Node:
    """Return a unique constraint, or the unique index that stands for it where a constraint cannot say as much."""
    meta: Options = model._meta
    needs_index = constraint.condition is not None or constraint.expressions or constraint.opclasses
    include = tuple(meta.get_field(name).column for name in constraint.include)
    if not (needs_index or include or constraint.nulls_distinct is not None):
        columns = tuple(column for name in constraint.fields for column in _columns(meta, name))
        deferrable = None if constraint.deferrable is None else constraint.deferrable.value
        return Unique(constraint.name, columns, (), deferrable, None)
    return CreateIndex(
        constraint.name,
        Table(meta.db_table),
        _terms(meta, [(name, "") for name in constraint.fields], constraint.expressions, constraint.opclasses),
        is_unique=True,
        include=include,
        condition=TRUE if constraint.condition is None else bare_condition(constraint.condition, meta),
        nulls_distinct=constraint.nulls_distinct,
        if_not_exists=if_not_exists,
    )


def index_definition(model: Any, index: Any, *, if_not_exists: bool) -> Node:
    """Return an index of ``Meta.indexes``."""
    meta: Options = model._meta
    return CreateIndex(
        index.name,
        Table(meta.db_table),
        _terms(meta, index.fields_orders, index.expressions, index.opclasses),
        method=getattr(index, "method", None),
        include=tuple(meta.get_field(name).column for name in index.include),
        condition=TRUE if index.condition is None else bare_condition(index.condition, meta),
        storage=tuple(getattr(index, "storage_parameters", dict)().items()),
        tablespace=index.db_tablespace or meta.db_tablespace or None,
        if_not_exists=if_not_exists,
    )


def _columns(meta: Options, name: str) -> tuple[str, ...]:
    if name == "pk":
        return tuple(field.column for field in meta.pk_fields)
    return (meta.get_field(name).column,)


def _terms(
    meta: Options, fields: Sequence[tuple[str, str]], expressions: Sequence[Any], operator_classes: Sequence[str]
) -> tuple[IndexTerm, ...]:
    if expressions:
        return tuple(_expression_term(meta, expression) for expression in expressions)
    return tuple(
        IndexTerm(
            bare_column(meta.get_field(name)),
            order == "DESC",
            operator_class=operator_classes[position] if operator_classes else None,
        )
        for position, (name, order) in enumerate(fields)
    )


def _expression_term(meta: Options, expression: Any) -> IndexTerm:
    descending = False
    nulls = collation = operator_class = None
    if isinstance(expression, OrderBy):
        descending = expression.descending
        nulls = "first" if expression.nulls_first else "last" if expression.nulls_last else None
        expression = expression.expression
    if hasattr(expression, "operator_class"):
        operator_class = expression.operator_class
        (expression,) = expression.get_source_expressions()
    return IndexTerm(bare_term(expression, meta), descending, nulls, collation, operator_class)


