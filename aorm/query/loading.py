"""Write the code that turns rows into objects, once per plan.

A loader is straight-line Python made for one layout: it unpacks a row and sets plain attributes. What does not depend
on the row (which fields, which conversions, whether the model customised loading) is decided while writing it.
"""

from __future__ import annotations

import gc
from itertools import repeat
from typing import TYPE_CHECKING, Any

from aorm.query.layout import ModelLayout, ValueSlot
from aorm.signals import post_init, pre_init
from aorm.sql.tables import Column
from aorm.sql.values import Row
from aorm.utils.codegen import call_source, compile_function

if TYPE_CHECKING:
    from collections.abc import Callable

    from aorm.database.database import Database
    from aorm.sql.node import Term

MANY_ROWS = 500


class LoaderWriter:
    """The source of one loader and the names that it uses."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.namespace: dict[str, Any] = {"_new": object.__new__, "_repeat": repeat}
        self.lines: list[str] = []

    def name(self, prefix: str, value: Any) -> str:
        """Give a value a name in the loader's namespace."""
        name = f"_{prefix}{len(self.namespace)}"
        self.namespace[name] = value
        return name

    def converted(self, slot: ValueSlot) -> str:
        """Return the expression for a value of the row, with the conversions that it needs."""
        if isinstance(slot.term, Row):
            parts = (
                self.converted(ValueSlot(slot.name, slot.position + index, term, field))
                for index, (term, field) in enumerate(zip(slot.term.terms, slot.output.fields, strict=True))  # type: ignore[attr-defined]
            )
            return f"({', '.join(parts)})"
        return self.conversion(slot, f"row[{slot.position}]")

    def conversion(self, slot: ValueSlot, expression: str) -> str:
        """Return the expression with the conversion of a slot around it; a type's decoder never sees NULL."""
        convert, sees_none = conversion_of(slot, self.database)
        if convert is None:
            return expression
        name = self.name("decode", convert)
        if sees_none:
            return f"{name}({expression})"
        return f"None if (value := {expression}) is None else {call_source(convert, name, 'value')}"

    def write_instance(self, layout: ModelLayout, target: str, indent: str) -> None:
        """Write the lines that make one instance from the row."""
        model = self.name("model", layout.model)
        if not is_plain(layout.model):
            names = self.name("names", [slot.name for slot in layout.slots])
            values = ", ".join(self.converted(slot) for slot in layout.slots)
            self.lines.append(f"{indent}{target} = {model}.from_db(alias, {names}, [{values}])")
        else:
            self.lines.append(f"{indent}{target} = _new({model})")
            for slot in layout.slots:
                self.lines.append(f"{indent}{target}.{slot.name} = {self.converted(slot)}")
            self.lines.append(f"{indent}{target}._db = alias")
        for slot in layout.annotations:
            self.lines.append(f"{indent}setattr({target}, {slot.name!r}, {self.converted(slot)})")

    def write_related(self, layout: ModelLayout, owner: str, indent: str) -> None:
        """Write the lines that make an instance of ``select_related`` and set it on its owner."""
        target = f"related{len(self.lines)}"
        absent = " or ".join(f"row[{position}] is None" for position in layout.key_positions)
        attach = self.name("attach", layout.attach)
        remote = self.name("remote", layout.attach.remote_field)
        self.lines.append(f"{indent}if {absent}:")
        self.lines.append(f"{indent}    {target} = None")
        self.lines.append(f"{indent}else:")
        self.write_instance(layout, target, f"{indent}    ")
        # A one-to-one relation is known from both ends.
        if not getattr(layout.attach.remote_field, "multiple", True):
            self.lines.append(f"{indent}    {remote}.set_cached_value({target}, {owner})")
        for related in layout.related:
            self.write_related(related, target, f"{indent}    ")
        self.lines.append(f"{indent}{attach}.set_cached_value({owner}, {target})")


def is_plain(model: Any) -> bool:
    """Tell whether instances may be made without calling anything of the model's own."""
    base = model._plain_base
    return bool(
        type(model).__call__ is type.__call__
        and model.__init__ is base.__init__
        and model.from_db.__func__ is base.from_db.__func__
        and model.__new__ is base.__new__
        and model.__setattr__ is object.__setattr__
        and not pre_init.has_listeners(model)
        and not post_init.has_listeners(model)
    )


def conversion_of(slot: ValueSlot, database: Database) -> tuple[Callable[[Any], Any] | None, bool]:
    """Return what turns the driver's value into the field's, and whether it wants to see NULL; None for nothing."""
    decode_for = getattr(slot.output, "decode_for", None)
    decode = decode_for(database.dialect) if decode_for is not None else None
    if decode is None:
        decode = database.dialect.term_decoder(decoded_term(slot))
    get_db_converters = getattr(slot.output, "get_db_converters", None)
    steps = tuple(get_db_converters(database)) if get_db_converters is not None else ()
    if not steps:
        return decode, False

    def convert(value: Any) -> Any:
        if decode is not None and value is not None:
            value = decode(value)
        for step in steps:
            value = step(value, None, database)
        return value

    return convert, True


def decoded_term(slot: ValueSlot) -> Term:
    """Return the term whose type says how to decode: an output field given for an expression decides over its parts."""
    term = slot.term
    if isinstance(term, Column) or "type" not in term.field_names or term.type is slot.output.sql_type:
        return term
    return term.replace(type=slot.output.sql_type)


def converter(slot: ValueSlot, database: Database) -> Callable[[Any], Any] | None:
    """Return a function for any value of a slot, NULL included, or None where values are right as they come."""
    decode, sees_none = conversion_of(slot, database)
    if decode is None or sees_none:
        return decode
    plain = decode

    def convert(value: Any) -> Any:
        return None if value is None else plain(value)

    return convert


def write_model_loader(layout: ModelLayout, width: int, database: Database) -> Any:
    """Return ``load(rows, alias) -> instances`` for a layout of instances in rows of that width."""
    writer = LoaderWriter(database)
    names = [slot.name for slot in layout.slots]
    plain = is_plain(layout.model) and not layout.related and not layout.annotations
    if plain and 1 < len(names) == width:
        lines = write_plain_rows(writer, layout)
    else:
        writer.write_instance(layout, "new", "        ")
        for related in layout.related:
            writer.write_related(related, "new", "        ")
        lines = ["    loaded = []", "    for row in rows:", *writer.lines, "        loaded.append(new)"]
    return compile_loader(writer, [*lines, "    return loaded"], f"{layout.model._meta.label}({', '.join(names)})")


def write_plain_rows(writer: LoaderWriter, layout: ModelLayout) -> list[str]:
    """Return the lines for rows of plain attributes: all instances at once, then each unpacked from its row.

    The fastest of seven ways that were measured: 0.12 us a row of seven columns, 0.17 with a call for each instance.
    """
    targets: list[str] = []
    fixes: list[str] = []
    for number, slot in enumerate(layout.slots):
        value = f"value_{number}"
        converted = writer.conversion(slot, value)
        targets.append(f"new.{slot.name}" if converted == value else value)
        if converted != value:
            fixes.append(f"        new.{slot.name} = {converted}")
    model = writer.name("model", layout.model)
    return [
        f"    loaded = list(map(_new, _repeat({model}, len(rows))))",
        "    for new, row in zip(loaded, rows):",
        f"        {', '.join(targets)} = row",
        *fixes,
        "        new._db = alias",
    ]


def write_assigner(layout: ModelLayout, database: Database) -> Any:
    """Return ``assign(instance, row)``, which sets on an instance what a loader would set on a new one."""
    writer = LoaderWriter(database)
    lines = [f"    instance.{slot.name} = {writer.converted(slot)}" for slot in layout.slots]
    source = "\n".join(["def assign(instance, row):", *lines])
    return compile_function(source, "assign", writer.namespace, f"<aorm assigner: {layout.model._meta.label}>")


def undisturbed(load: Callable[[list[Any], str], list[Any]], rows: list[Any], alias: str) -> list[Any]:
    """Run a loader with the garbage collector held off.

    None of what it makes can be garbage yet, but every 700 objects would set off a search: a third of the time of
    10,000 rows.
    """
    gc.disable()
    try:
        return load(rows, alias)
    finally:
        gc.enable()


def compile_loader(writer: LoaderWriter, lines: list[str], label: str) -> Any:
    """Return the function ``load(rows, alias)`` of which these lines are the body."""
    writer.namespace.update(_is_collecting=gc.isenabled, _undisturbed=undisturbed)
    head = [
        "def load(rows, alias):",
        f"    if len(rows) >= {MANY_ROWS} and _is_collecting():",
        "        return _undisturbed(load, rows, alias)",
    ]
    return compile_function("\n".join([*head, *lines]), "load", writer.namespace, f"<aorm loader: {label}>")


def write_value_loader(slots: list[ValueSlot], kind: str, row_class: Any, database: Database) -> Any:
    """Return ``load(rows, alias)`` for ``values()`` and ``values_list()``.

    Args:
        slots: the values in their order.
        kind: ``dicts``, ``tuples``, ``flat`` or ``named``.
        row_class: the named tuple of ``named``.
        database: whose values are converted.
    """
    writer = LoaderWriter(database)
    values = [writer.converted(slot) for slot in slots]
    if kind == "dicts":
        made = f"{{{', '.join(f'{slot.name!r}: {value}' for slot, value in zip(slots, values, strict=True))}}}"
    elif kind == "flat":
        made = values[0]
    elif kind == "named":
        made = f"{writer.name('row', row_class)}({', '.join(values)})"
    else:
        made = f"({', '.join(values)},)"
    return compile_loader(writer, [f"    return [{made} for row in rows]"], f"{kind} of {len(slots)}")
