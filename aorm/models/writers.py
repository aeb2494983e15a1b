"""Write the code that turns an instance into the parameters of an INSERT or UPDATE, once per model and set of fields.

The mirror of ``query.loading``: what does not depend on the instance (which fields, which conversions, which columns
come back) is decided while writing; per save, straight-line code runs and a finished plan is looked up.
"""

from __future__ import annotations

import datetime
import decimal
import uuid
from typing import TYPE_CHECKING, Any

from aorm.fields.defaults import DatabaseDefault
from aorm.fields.storage import FieldStorage
from aorm.fields.temporal import AutoNowMixin
from aorm.query.execution import compile_statement
from aorm.query.layout import ValueSlot
from aorm.query.loading import converter
from aorm.query.scope import bare_column
from aorm.sql.predicates import Compare, Predicate, conjunction
from aorm.sql.tables import Column, ColumnList, Table
from aorm.sql.values import Param, Row
from aorm.sql.write import Assignment, Insert, Update
from aorm.utils.codegen import compile_function

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aorm.database.database import Database
    from aorm.mapping.options import Options
    from aorm.sql.node import Node

# Values of these classes are never expressions nor instances, so nothing needs to be asked of them.
PLAIN_CLASSES: frozenset[type] = frozenset(
    {
        str,
        int,
        float,
        bool,
        bytes,
        type(None),
        dict,
        list,
        datetime.date,
        datetime.datetime,
        datetime.time,
        datetime.timedelta,
        decimal.Decimal,
        uuid.UUID,
    }
)


def is_special(value: Any) -> bool:
    """Tell whether a value needs more than its field's conversion: an expression, or a model instance."""
    return hasattr(value, "resolve_expression") or hasattr(value, "prepare_database_save")


class WritePlan:
    """What is decided once per statement and database: its text, the encoding, and where returned values go."""

    __slots__ = ("assign", "encode", "sql")

    def __init__(self, sql: str, encode: Any, assign: Callable[[Any, Any], None] | None) -> None:
        self.sql = sql
        self.encode = encode
        self.assign = assign


class RowWriter:
    """One statement that writes one row: its columns, its key where it has one, and what it returns.

    Attributes:
        read: gives the values of the fields of an instance, after each field's ``pre_save``.
        parameters: makes parameters of the values and of the key's; None where a value is special.
        returning: the fields whose values come back.
    """

    def __init__(self, table: TableWriter, fields: Sequence[Any], returning: Sequence[Any], is_insert: bool) -> None:
        self.table = table
        self.fields = tuple(fields)
        self.returning = tuple(returning)
        self.is_insert = is_insert
        self.read: Callable[[Any], tuple[Any, ...]] = _write_reader(self.fields, is_insert, raw=False)
        self.read_raw: Callable[[Any], tuple[Any, ...]] = _write_reader(self.fields, is_insert, raw=True)
        keys = () if is_insert else table.key_fields
        self.parameters: Callable[[Any, Any], list[Param] | None] = _write_parameters(self.fields, keys)

    def plan(self, database: Database, parameters: Sequence[Param]) -> WritePlan:
        """Return the plan for a database, making it where none is kept; the writer itself is the key."""
        plan: WritePlan | None = database.plans.get(self)
        if plan is None:
            count = len(self.fields)
            statement = self.statement(parameters[:count], self.table.key_condition(parameters[count:]))
            compiled = database.dialect.compile(statement, parameters)
            plan = WritePlan(compiled.sql, compiled.encode, assigner(self.returning, database))
            database.plans.put(self, plan)
        return plan

    def statement(self, terms: Sequence[Any], where: Predicate, returning: Sequence[Any] = ()) -> Node:
        """Return the statement for those terms as the values of the fields."""
        table = self.table
        columns = [field.column for field in self.fields]
        back = tuple([bare_column(field) for field in returning or self.returning])
        listed = ColumnList(back) if back else None
        if self.is_insert:
            rows = (Row(tuple(terms), table.row_type),) if columns else ()
            return Insert(table.node, tuple(columns), rows, returning=listed)
        assignments = tuple([Assignment(column, term) for column, term in zip(columns, terms, strict=True)])
        return Update(table.node, table.alias, assignments, where, returning=listed)


def _write_reader(fields: Sequence[Any], is_insert: bool, *, raw: bool) -> Callable[[Any], tuple[Any, ...]]:
    """Write ``read(instance)``: the value of each field, by its ``pre_save`` where that does anything."""
    namespace: dict[str, Any] = {}
    parts = []
    for number, field in enumerate(fields):
        if raw or _saves_attribute(field):
            parts.append(f"self.{field.attname}")
        else:
            namespace[f"field_{number}"] = field
            parts.append(f"field_{number}.pre_save(self, {is_insert})")
    source = f"def read(self):\n    return ({''.join(f'{part}, ' for part in parts)})"
    return compile_function(source, "read", namespace, "<aorm reader>")


def _saves_attribute(field: Any) -> bool:
    """Tell whether the field's ``pre_save`` gives the attribute as it is."""
    pre_save = type(field).pre_save
    if pre_save is AutoNowMixin.pre_save:
        return not (field.auto_now or field.auto_now_add)
    return pre_save is FieldStorage.pre_save


def _write_parameters(fields: Sequence[Any], keys: Sequence[Any]) -> Callable[[Any, Any], list[Param] | None]:
    """Write ``parameters(values, key)``: a parameter for each value, prepared by its field."""
    namespace: dict[str, Any] = {"Param": Param, "plain": PLAIN_CLASSES, "is_special": is_special}
    names = [f"value_{number}" for number in range(len(fields))]
    lines = ["def parameters(values, key):"]
    if names:
        lines.append(f"    {', '.join(names)}, = values")
    parts = []
    for number, (name, field) in enumerate(zip(names, fields, strict=True)):
        namespace[f"prepare_{number}"] = field.prepare_to_save
        namespace[f"type_{number}"] = field.sql_type
        namespace[f"adapter_{number}"] = field.save_adapter
        lines += [f"    if {name}.__class__ not in plain and is_special({name}):", "        return None"]
        parts.append(f"Param(prepare_{number}({name}), type_{number}, adapter_{number})")
    for number, field in enumerate(keys):
        namespace[f"key_{number}"] = field
        namespace[f"key_type_{number}"] = field.sql_type
        namespace[f"key_adapter_{number}"] = field.adapter
        parts.append(f"Param(key_{number}.get_prep_value(key[{number}]), key_type_{number}, key_adapter_{number})")
    lines.append(f"    return [{', '.join(parts)}]")
    return compile_function("\n".join(lines), "parameters", namespace, "<aorm writer>")


def assigner(fields: Sequence[Any], database: Database) -> Callable[[Any, Any], None] | None:
    """Return the function that sets the returned values on an instance; None where nothing returns."""
    if not fields:
        return None
    namespace: dict[str, Any] = {}
    lines = ["def assign(self, row):"]
    for number, field in enumerate(fields):
        convert = converter(ValueSlot(field.attname, number, bare_column(field), field), database)
        value = f"row[{number}]"
        if convert is not None:
            namespace[f"convert_{number}"] = convert
            value = f"convert_{number}({value})"
        lines.append(f"    self.{field.attname} = {value}")
    return compile_function("\n".join(lines), "assign", namespace, "<aorm returning>")


class TableWriter:
    """What saving needs to know about one table of a model; kept in the model's options."""

    def __init__(self, meta: Options) -> None:
        self.meta = meta
        self.node = Table(meta.db_table)
        self.alias = meta.db_table
        self.row_type: Any = None
        self.key_fields = meta.pk_fields
        fields = meta.local_concrete_fields
        self.insert_fields = tuple(field for field in fields if not field.generated)
        self.update_fields = tuple(field for field in self.insert_fields if field not in self.key_fields)
        self.generated_fields = tuple(field for field in fields if field.generated)
        self.has_key_default = all(field.has_default() or field.has_db_default() for field in self.key_fields)
        self._updates: dict[Any, RowWriter] = {}
        self._inserts: dict[Any, RowWriter] = {}

    @staticmethod
    def of(meta: Options) -> TableWriter:
        """Return the writer of a model's own table."""
        return meta.derive("table_writer", TableWriter)

    def update(self, names: frozenset[str] | None) -> RowWriter:
        """Return the writer of an UPDATE of the named fields, or of all."""
        writer = self._updates.get(names)
        if writer is None:
            fields = [
                field for field in self.update_fields if not names or field.name in names or field.attname in names
            ]
            returning = [field for field in self.generated_fields if field.referenced_fields.intersection(fields)]
            if len(self._updates) > 100:
                self._updates.clear()
            writer = self._updates[names] = RowWriter(self, fields, returning, is_insert=False)
        return writer

    def insert(self, with_auto_key: bool, left_out: frozenset[Any] = frozenset()) -> RowWriter:
        """Return the writer of an INSERT.

        Args:
            with_auto_key: write the automatic primary key too.
            left_out: the fields whose columns are left to the database's default.
        """
        key = (with_auto_key, left_out)
        writer = self._inserts.get(key)
        if writer is None:
            skipped = None if with_auto_key else self.meta.auto_field
            fields = [field for field in self.insert_fields if field is not skipped and field not in left_out]
            writer = RowWriter(self, fields, self.meta.db_returning_fields, is_insert=True)
            self._inserts[key] = writer
        return writer

    def key_condition(self, terms: Sequence[Any]) -> Predicate:
        """Return ``key = term``, for each column of the key."""
        return conjunction(
            [
                Compare(Column(self.alias, field.column, field.sql_type), "=", term)
                for field, term in zip(self.key_fields, terms, strict=bool(terms))
            ]
        )


def compiled_for(database: Database, statement: Node) -> tuple[str, tuple[Any, ...]]:
    """Return text and arguments of a statement with expressions among its values."""
    return compile_statement(database, statement)


def is_database_default(value: Any) -> bool:
    """Tell whether a value is left to the database."""
    return value.__class__ is DatabaseDefault or isinstance(value, DatabaseDefault)
