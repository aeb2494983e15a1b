"""Describe a field's column as a definition: type, default, check, reference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.mapping.naming import foreign_key_name
from aorm.query.defining import bare_term
from aorm.query.scope import bare_column
from aorm.relations.on_delete import DatabaseOnDelete
from aorm.sql.ddl import ColumnDefinition, ForeignKeyReference
from aorm.sql.functions import RawTerm
from aorm.sql.predicates import Compare, IsTrue, Predicate
from aorm.sql.tables import Table
from aorm.sql.types import INTEGER
from aorm.sql.values import Literal, Param

if TYPE_CHECKING:
    from aorm.dialects.base.dialect import Dialect
    from aorm.mapping.options import Options
    from aorm.sql.node import Term


def column_definition(meta: Options, field: Any, dialect: Dialect) -> ColumnDefinition:
    """Return the definition of a field's column."""
    is_key = field.primary_key and not meta.is_composite_pk
    references, name = _reference(meta, field)
    return ColumnDefinition(
        field.column,
        field.sql_type,
        is_null=field.null,
        is_primary_key=is_key,
        is_unique=field.unique and not is_key,
        identity=_is_identity(field),
        collation=collation_of(field),
        native_type=own_type(field, dialect),
        tablespace=field.db_tablespace or meta.db_tablespace or None,
        comment=field.db_comment,
        is_stored=getattr(field, "db_persist", True),
        default=_default(meta, field),
        generated=bare_term(field.expression, meta) if field.generated else None,
        check=_check(field, dialect),
        references=references,
        references_name=name,
    )


def storing_field(field: Any) -> Any:
    """Return the field that decides how the column is stored: of a foreign key, the one at the far end."""
    while field.remote_field is not None:
        field = field.target_field
    return field


def collation_of(field: Any) -> str | None:
    """Return the collation of a column; a foreign key has that of the column it refers to."""
    stored = storing_field(field)
    found: str | None = getattr(getattr(stored, "output_field", stored), "db_collation", None)
    return found


def own_type(field: Any, dialect: Dialect) -> str | None:
    """Return the type that a field class of the user spells itself, else None."""
    stored = storing_field(field)
    name = "db_type" if stored is field else "rel_db_type"
    methods = [getattr(type(stored), method) for method in {name, "db_type"}]
    if all(method.__module__.partition(".")[0] == "aorm" for method in methods):
        return None
    spelled: str | None = getattr(stored, name)(dialect)
    return spelled


def _is_identity(field: Any) -> bool:
    """Tell whether the database counts the field's values."""
    return field.get_internal_type() in ("AutoField", "BigAutoField", "SmallAutoField") and not field.generated


def _check(field: Any, dialect: Dialect) -> Predicate | None:
    """Return the check of the column: of a positive integer, or the one that the user's field writes."""
    if type(field).db_check.__module__.partition(".")[0] != "aorm":
        written = field.db_check(dialect)
        return None if written is None else IsTrue(RawTerm((written,), ()))
    if field.get_internal_type().startswith("Positive"):
        return Compare(bare_column(field), ">=", Literal(0, INTEGER))
    return None


def _reference(meta: Options, field: Any) -> tuple[ForeignKeyReference | None, str | None]:
    remote = field.remote_field
    if remote is None or not getattr(field, "db_constraint", False):
        return None, None
    target = field.target_field
    table = target.model._meta.db_table
    rule = remote.on_delete
    on_delete = rule.operation if isinstance(rule, DatabaseOnDelete) else None
    reference = ForeignKeyReference(Table(table), (target.column,), on_delete, True)
    return reference, foreign_key_name(meta.db_table, field.column, table, target.column)


def _default(meta: Options, field: Any) -> Term | None:
    if not field.has_db_default():
        return None
    default = field.db_default
    value = getattr(default, "value", default)
    if hasattr(value, "resolve_expression"):
        return bare_term(default, meta)
    return Literal(None) if value is None else Param(field.get_prep_value(value), field.sql_type, field.adapter)
