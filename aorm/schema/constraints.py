"""Describe the constraints and indexes of ``Meta`` as definitions.

What a database cannot do is left out, as in Django: the checks of the declaration say so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.fields.connections import Facade
from aorm.mapping.constraints import BaseConstraint, CheckConstraint
from aorm.mapping.unique_constraint import UniqueConstraint
from aorm.query.defining import bare_condition, columns_of, expression_term, field_terms
from aorm.sql.ddl import Check, CreateIndex, Unique
from aorm.sql.functions import RawTerm
from aorm.sql.tables import Table
from aorm.sql.types import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aorm.dialects.base.dialect import Dialect
    from aorm.mapping.options import Options
    from aorm.sql.ddl import IndexTerm
    from aorm.sql.node import Node

# The kinds of index that are an ordinary index to a database that has only one kind.
ORDINARY = frozenset({None, "btree", "hash"})


class SchemaEditor:
    """What ``constraint_sql`` of a constraint of one's own is given: enough of Django's editor to write text."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.connection = Facade(dialect)

    def quote_name(self, name: str) -> str:
        """Quote an identifier."""
        return self.dialect.quote_name(name)

    def quote_value(self, value: object) -> str:
        """Return a value as SQL text."""
        return self.dialect.literal(value, UNKNOWN)


def constraint_definitions(model: Any, dialect: Dialect, *, if_not_exists: bool) -> tuple[list[Node], list[Node]]:
    """Return the constraints that stand in CREATE TABLE, and the statements for those that come after it."""
    inside: list[Node] = []
    after: list[Node] = []
    for constraint in model._meta.constraints:
        found = constraint_definition(model, constraint, dialect, if_not_exists=if_not_exists)
        if found is not None:
            (after if isinstance(found, CreateIndex) else inside).append(found)
    return inside, after


def constraint_definition(model: Any, constraint: Any, dialect: Dialect, *, if_not_exists: bool) -> Node | None:
    """Return the definition of one constraint; None where the database cannot have it."""
    if isinstance(constraint, UniqueConstraint):
        if any(True for _ in constraint.unsupported(dialect, model)):
            return None
        return _unique(model, constraint, if_not_exists=if_not_exists)
    if isinstance(constraint, CheckConstraint):
        if not dialect.features.supports_table_check_constraints:
            return None
        return Check(constraint.name, bare_condition(constraint.condition, model._meta))
    describe = getattr(constraint, "definition", None)
    if describe is not None:
        # A kind of constraint that describes itself, such as the exclusion constraints of PostgreSQL.
        described: Node | None = describe(model, dialect)
        return described
    if type(constraint).constraint_sql is BaseConstraint.constraint_sql:
        raise NotImplementedError(f"{type(constraint).__name__} must implement constraint_sql(model, schema_editor).")
    written = constraint.constraint_sql(model, SchemaEditor(dialect))
    return RawTerm((str(written),), ()) if written else None


def _unique(model: Any, constraint: UniqueConstraint, *, if_not_exists: bool) -> Node:
    """Return a unique constraint, or the unique index that stands for it where a constraint cannot say as much."""
    meta: Options = model._meta
    if constraint.condition is None and not (constraint.expressions or constraint.opclasses or constraint.include):
        deferrable = None if constraint.deferrable is None else constraint.deferrable.value
        columns = columns_of(meta, constraint.fields)
        return Unique(constraint.name, columns, (), deferrable, constraint.nulls_distinct)
    return CreateIndex(
        constraint.name,
        Table(meta.db_table),
        _terms(meta, [(name, "") for name in constraint.fields], constraint),
        is_unique=True,
        include=columns_of(meta, constraint.include),
        condition=bare_condition(constraint.condition, meta),
        nulls_distinct=constraint.nulls_distinct,
        if_not_exists=if_not_exists,
    )


def index_definition(model: Any, index: Any, dialect: Dialect, *, if_not_exists: bool) -> CreateIndex | None:
    """Return an index of ``Meta.indexes``; None where the database has no index of that kind."""
    meta: Options = model._meta
    features = dialect.features
    if index.contains_expressions and not features.supports_expression_indexes:
        return None
    if index.method not in ORDINARY and not features.supports_index_methods:
        return None
    only = next((meta.get_field(name) for name, _ in index.fields_orders), None) if len(index.fields) == 1 else None
    tablespace = index.db_tablespace or (only is not None and only.db_tablespace) or meta.db_tablespace
    return CreateIndex(
        index.name,
        Table(meta.db_table),
        _terms(meta, index.fields_orders, index),
        method=index.method,
        include=columns_of(meta, index.include),
        condition=bare_condition(index.condition if features.supports_partial_indexes else None, meta),
        storage=tuple(index.storage_parameters().items()) if features.supports_index_methods else (),
        tablespace=tablespace or None,
        if_not_exists=if_not_exists,
    )


def _terms(meta: Options, fields: Sequence[tuple[str, str]], declared: Any) -> tuple[IndexTerm, ...]:
    if declared.expressions:
        return tuple([expression_term(meta, expression) for expression in declared.expressions])
    return field_terms(meta, fields, declared.opclasses)
