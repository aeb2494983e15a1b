"""Write the code that turns an instance into the parameters of an INSERT or UPDATE, once per model and set of fields.

The mirror of ``query.loading``: what does not depend on the instance (which fields, which conversions, which columns
come back) is decided while writing; per save, straight-line code runs and a finished plan is looked up.
"""

from __future__ import annotations

import datetime
import decimal
import uuid
from functools import cached_property
from typing import TYPE_CHECKING, Any

from aorm.fields.defaults import DatabaseDefault
from aorm.fields.kept import CONDITION_NAMES, kept_values
from aorm.fields.numeric import IntegerField
from aorm.fields.storage import FieldStorage, is_foreign
from aorm.fields.temporal import AutoNowMixin
from aorm.query.layout import ValueSlot
from aorm.query.loading import converter
from aorm.query.scope import bare_column
from aorm.relations.foreign_key import ForeignKey
from aorm.sql.predicates import Compare, Predicate, conjunction
from aorm.sql.tables import Column, ColumnList, Table
from aorm.sql.types import row
from aorm.sql.values import Param, Row
from aorm.sql.write import Assignment, Insert, Update
from aorm.utils.codegen import call_source, compile_function

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

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
    """What is decided once per statement and database.

    Attributes:
        sql: the text.
        arguments_of: makes what the driver gets of an instance and the values of its key.
        arguments: makes it of the values of the fields and of the key's; both give a `Special` where a value is.
        assign: sets the returned values on the instance; None where nothing returns.
    """

    __slots__ = ("__dict__", "_compiled", "arguments_of", "assign", "sql", "writer")

    def __init__(self, writer: RowWriter, compiled: Any, database: Database) -> None:
        self.sql: str = compiled.sql
        self.arguments_of = _write_arguments(writer, compiled, of_instance=True)
        self.assign = assigner(writer.returning, database)
        self.writer = writer
        self._compiled = compiled

    @cached_property
    def arguments(self) -> Callable[[Any, Any], tuple[Any, ...] | Special]:
        """Written on first use: nearly all saving has an instance."""
        return _write_arguments(self.writer, self._compiled, of_instance=False)


class Special:
    """Values of which one needs more than its field's conversion."""

    __slots__ = ("values",)

    def __init__(self, values: tuple[Any, ...]) -> None:
        self.values = values


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
        self.keys = () if is_insert else table.key_fields
        self.returning = tuple(returning)
        self.is_insert = is_insert
        self.read: Callable[[Any], tuple[Any, ...]] = _write_reader(self.fields, is_insert, raw=False)
        self.read_raw: Callable[[Any], tuple[Any, ...]] = _write_reader(self.fields, is_insert, raw=True)

    def parameters(self, values: Sequence[Any], key: Sequence[Any]) -> list[Param] | None:
        """Return a parameter for each value and each part of the key; None where a value is special."""
        if any(value.__class__ not in PLAIN_CLASSES and is_special(value) for value in values):
            return None
        made = [
            Param(field.prepare_to_save(value), field.sql_type, field.save_adapter)
            for field, value in zip(self.fields, values, strict=True)
        ]
        made += [
            Param(field.get_prep_value(value), field.sql_type, field.adapter)
            for field, value in zip(self.keys, key, strict=True)
        ]
        return made

    def plan(self, database: Database) -> WritePlan:
        """Make the plan for a database, kept under the writer itself."""
        # A plan knows of a value only where it stands.
        terms = [Param(None, field.sql_type, field.save_adapter) for field in self.fields]
        keys = [Param(None, field.sql_type, field.adapter) for field in self.keys]
        statement = self.statement(terms, self.table.key_condition(keys))
        plan = WritePlan(self, database.dialect.compile(statement, [*terms, *keys]), database)
        database.plans.put(self, plan)
        return plan

    def ready(
        self, database: Database, values: Sequence[Any], key: Sequence[Any] = ()
    ) -> tuple[WritePlan, tuple[Any, ...]] | None:
        """Return the plan and its arguments; None where a value is special, so that terms have to be made."""
        plan: WritePlan = database.plans.get(self) or self.plan(database)
        arguments = plan.arguments(values, key)
        return None if arguments.__class__ is Special else (plan, arguments)  # type: ignore[return-value]

    def statement(self, terms: Sequence[Any], where: Predicate, returning: Sequence[Any] = ()) -> Node:
        """Return the statement for those terms as the values of the fields."""
        table = self.table
        columns = [field.column for field in self.fields]
        back = tuple([bare_column(field) for field in returning or self.returning])
        listed = ColumnList(back) if back else None
        if self.is_insert:
            rows = (Row(tuple(terms), row(len(columns))),) if columns else ()
            return Insert(table.node, tuple(columns), rows, returning=listed)
        assignments = tuple([Assignment(column, term) for column, term in zip(columns, terms, strict=True)])
        return Update(table.node, table.alias, assignments, where, returning=listed)


def _write_reader(fields: Sequence[Any], is_insert: bool, *, raw: bool) -> Callable[[Any], tuple[Any, ...]]:
    """Write ``read(instance)``: the value of each field, by its ``pre_save`` where that does anything."""
    namespace: dict[str, Any] = {}
    parts = [f"given.{field.attname}" for field in fields] if raw else _attributes(fields, is_insert, namespace)
    source = f"def read(given):\n    return ({''.join(f'{part}, ' for part in parts)})"
    return compile_function(source, "read", namespace, "<aorm reader>")


def _attributes(fields: Sequence[Any], is_insert: bool, namespace: dict[str, Any]) -> Iterator[str]:
    """Yield the source of each field's value; what it speaks of comes into the namespace."""
    for number, field in enumerate(fields):
        if _saves_attribute(field):
            yield f"given.{field.attname}"
        else:
            namespace[f"field_{number}"] = field
            yield f"field_{number}.pre_save(given, {is_insert})"


def _saves_attribute(field: Any) -> bool:
    """Tell whether the field's ``pre_save`` gives the attribute as it is."""
    pre_save = type(field).pre_save
    if pre_save is AutoNowMixin.pre_save:
        return not (field.auto_now or field.auto_now_add)
    return pre_save is FieldStorage.pre_save


class _FoundSpecial(Exception):
    """Leaves the generated code at a value that needs more than its field's conversion."""


def _preparing(prepare: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a field's preparation, preceded by the look at what the value is."""

    def prepare_plain(value: Any) -> Any:
        if value.__class__ not in PLAIN_CLASSES and is_special(value):
            raise _FoundSpecial
        return prepare(value)

    return prepare_plain


def _write_arguments(
    writer: RowWriter, compiled: Any, *, of_instance: bool
) -> Callable[[Any, Any], tuple[Any, ...] | Special]:
    """Write ``arguments(given, key)``: each value prepared by its field and encoded for the driver, in one pass.

    What is given is an instance, or the values of its fields.
    """
    names = [f"value_{number}" for number in range(len(writer.fields))]
    namespace: dict[str, Any] = {**CONDITION_NAMES}
    sources = []
    for number, field in enumerate(writer.fields):
        namespace[f"prepare_{number}"] = _preparing(field.prepare_to_save)
        sources.append(_with_shortcut(_kept_values(field), names[number], f"prepare_{number}"))
    for number, field in enumerate(writer.keys):
        namespace[f"prepare_key_{number}"] = field.get_prep_value
        is_plain = type(field).get_prep_value is IntegerField.get_prep_value
        sources.append(
            _with_shortcut("{0}.__class__ is int" if is_plain else "", f"key[{number}]", f"prepare_key_{number}")
        )

    def explain(values: tuple[Any, ...], key: Any) -> Special | None:
        # Encoding again, parameter by parameter, finds the one that was refused and raises in words; where another one
        # is special, whoever makes terms does that.
        parameters = writer.parameters(values, key)
        if parameters is None:
            return Special(values)
        compiled.encode(parameters)
        return None

    namespace["explain"] = explain
    values = "".join(f"{name}, " for name in names)
    lines = ["def arguments(given, key):"]
    if of_instance:
        attributes = _attributes(writer.fields, writer.is_insert, namespace)
        lines += [f"    {name} = {source}" for name, source in zip(names, attributes, strict=True)]
    elif names:
        lines.append(f"    {values}= given")
    lines += ["    try:", f"        return ({''.join(_encoded(compiled, sources, namespace))})"]
    lines += ["    except Exception:", f"        special = explain(({values}), key)"]
    lines += ["        if special is None:", "            raise", "        return special"]
    return compile_function("\n".join(lines), "arguments", namespace, f"<aorm writer: {writer.table.meta.label}>")


def _encoded(compiled: Any, sources: Sequence[str], namespace: dict[str, Any]) -> Iterator[str]:
    """Yield the source of each argument; what it speaks of comes into the namespace."""
    for position, (slot, encoder) in enumerate(zip(compiled.slots, compiled.encoders, strict=True)):
        if not isinstance(slot, int):
            namespace[f"fixed_{position}"] = slot.value
            yield f"fixed_{position}, "
        elif encoder is None:
            yield f"{sources[slot]}, "
        else:
            name = f"encode_{position}"
            namespace[name] = encoder.convert
            if encoder.sees_none:
                yield f"{name}({sources[slot]}), "
            else:
                yield f"None if (v := {sources[slot]}) is None else {call_source(encoder.convert, name, 'v')}, "


def _with_shortcut(condition: str, value: str, prepare: str) -> str:
    """Return source that prepares a value, by a call only where the condition does not hold."""
    call = f"{prepare}({value})"
    return f"({value} if {condition.format(value)} else {call})" if condition else call


def _kept_values(field: Any) -> str:
    """Return the condition under which the field's ``prepare_to_save`` gives back the value that it gets, or None."""
    kind = type(field)
    if kind.prepare_to_save is ForeignKey.prepare_to_save and kind.get_prep_value is ForeignKey.get_prep_value:
        target = field.target_field
        is_integer = type(target).prepare_to_save is IntegerField.prepare_to_save
        return "" if field.has_own_save_encoding or not is_integer else _or_none(field, kept_values(target))
    return _or_none(field, kept_values(field))


def _or_none(field: Any, condition: str) -> str:
    return f"{{0}} is None or {condition}" if condition and field.null else condition


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
    """What saving needs to know about one table of a model; kept in the model's options.

    Attributes:
        key_fields: the fields of the primary key.
        insert_fields, update_fields, generated_fields: the fields whose columns an INSERT writes, an UPDATE writes, the
            database computes.
        has_key_default: a new instance has a key before it has a row.
        makes_key: the field of the primary key may make one for a new instance.
        hides_rows: the model's base manager may hide rows, which are then not updated either.
        is_simple: one UPDATE or INSERT by a key of one column is all there is to saving.
        stored: the attributes of all columns that are not generated.
    """

    def __init__(self, meta: Options) -> None:
        self.meta = meta
        self.node = Table(meta.db_table)
        self.alias = meta.db_table
        self.key_fields = meta.pk_fields
        fields = meta.local_concrete_fields
        self.insert_fields = tuple(field for field in fields if not field.generated)
        self.update_fields = tuple(field for field in self.insert_fields if field not in self.key_fields)
        self.generated_fields = tuple(field for field in fields if field.generated)
        self.has_key_default = all(field.has_default() or field.has_db_default() for field in self.key_fields)
        self.hides_rows = not meta.base_manager._gives_all_rows()
        self.is_simple = (
            not meta.parents
            and not meta.order_with_respect_to
            and not meta.select_on_save
            and not self.hides_rows
            and len(self.key_fields) == 1
            and bool(self.update_fields)
        )
        self.key_field = meta.pk
        self.key_name: str = meta.pk.attname
        self.makes_key = self._may_make_key()
        self.stored = frozenset(field.attname for field in self.insert_fields)
        self._updates: dict[Any, RowWriter] = {}
        self._inserts: dict[Any, RowWriter] = {}
        if self.is_simple:
            self.update_all = self.update(None)
            self.insert_all = self.insert(with_auto_key=True)
            self.insert_new = self.insert(with_auto_key=False)

    @staticmethod
    def of(meta: Options) -> TableWriter:
        """Return the writer of a model's own table."""
        return meta.derive("table_writer", TableWriter)

    def _may_make_key(self) -> bool:
        field, kind = self.key_field, type(self.key_field)
        if kind.get_pk_value_on_save is not FieldStorage.get_pk_value_on_save or is_foreign(kind.get_default):
            return True
        return field.has_default() or field.has_db_default() or (field.empty_strings_allowed and not field.null)

    def make_key(self, instance: Any) -> Any:
        """Give an instance without primary key the one that its field makes, which may be None, and return it."""
        key = self.key_field.get_pk_value_on_save(instance)
        setattr(instance, self.key_name, key)
        return key

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


def is_database_default(value: Any) -> bool:
    """Tell whether a value is left to the database."""
    return value.__class__ is DatabaseDefault or isinstance(value, DatabaseDefault)
