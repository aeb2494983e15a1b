"""Build an instance from the arguments of ``Model(...)``.

The keyword form, by far the most used, runs straight-line code that is written once per model; the positional form
is a loop. The rules and texts are Django's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.exceptions import FieldDoesNotExist
from aorm.models.state import DEFERRED
from aorm.utils.codegen import compile_function

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aorm.mapping.options import Options

    Builder = Callable[[Any, dict[str, Any]], None]

MISSING: Any = object()


def builder_of(meta: Options) -> Builder:
    """Return the builder for the fields as they are now; kept on the class while the fields stay the same."""
    fields = meta.fields
    known: tuple[tuple[Any, ...], Builder] | None = vars(meta.model).get("_keyword_builder")
    if known is not None and len(known[0]) == len(fields) and all(map(_is_same, known[0], fields)):
        return known[1]
    builder = _write_builder(meta, [field for field in fields if not _is_skipped(field)])
    meta.model._keyword_builder = (fields, builder)
    return builder


def _is_same(one: Any, other: Any) -> bool:
    return one is other


def _is_skipped(field: Any) -> bool:
    return field.column is None or field.generated


def _write_builder(meta: Options, fields: Sequence[Any]) -> Builder:
    """Write ``build(instance, kwargs)``: for each field, the keyword's value, else the default."""
    lines = ["def build(self, kwargs):", "    pop = kwargs.pop"]
    namespace: dict[str, Any] = {"missing": MISSING, "deferred": DEFERRED}
    for number, field in enumerate(fields):
        default = _default_source(field, number, namespace)
        if field.is_relation:
            lines += [
                f"    value = pop({field.name!r}, missing)",
                "    if value is not missing:",
                "        if value is not deferred:",
                f"            self.{field.name} = value",
                "    else:",
                f"        value = pop({field.attname!r}, missing)",
                "        if value is missing:",
                f"            value = {default}",
                "        if value is not deferred:",
                f"            self.{field.attname} = value",
            ]
        else:
            lines += [
                f"    value = pop({field.attname!r}, missing)",
                "    if value is missing:",
                f"        self.{field.attname} = {default}",
                "    elif value is not deferred:",
                f"        self.{field.attname} = value",
            ]
    return compile_function("\n".join(lines), "build", namespace, f"<aorm builder: {meta.label}>")


def _default_source(field: Any, number: int, namespace: dict[str, Any]) -> str:
    """Return source that gives the field's default; constants stand for themselves, all else is asked each time."""
    namespace[f"field_{number}"] = field
    has_own_default = type(field).get_default.__module__.partition(".")[0] != "aorm"
    if has_own_default or field.is_relation or field.has_db_default():
        return f"field_{number}.get_default()"
    if field.has_default() and callable(field.default):
        return f"field_{number}.default()"
    value = field.get_default()
    if value is None or value.__class__ in (int, str, bool):
        return repr(value)
    namespace[f"default_{number}"] = value
    return f"default_{number}"


def fill_by_position(instance: Any, meta: Options, args: Sequence[Any], kwargs: dict[str, Any]) -> None:
    if len(args) > len(meta.concrete_fields):
        raise IndexError("Number of args exceeds number of fields")
    fields = iter(meta.fields if kwargs else meta.concrete_fields)
    for value, field in zip(args, fields, strict=False):
        if value is DEFERRED:
            continue
        setattr(instance, field.attname, value)
        if kwargs and kwargs.pop(field.name, MISSING) is not MISSING:
            raise TypeError(
                f"{type(instance).__qualname__}() got both positional and keyword arguments for field '{field.name}'."
            )
    for field in fields:
        if not _is_skipped(field):
            _fill_by_keyword(instance, field, kwargs)


def _fill_by_keyword(instance: Any, field: Any, kwargs: dict[str, Any]) -> None:
    name = field.attname
    value = MISSING
    if field.is_relation and field.name in kwargs:
        name = field.name
    value = kwargs.pop(name, MISSING)
    if value is MISSING:
        value = field.get_default()
    if value is not DEFERRED:
        setattr(instance, name, value)


def set_the_rest(instance: Any, meta: Options, kwargs: dict[str, Any]) -> None:
    """Set what names no column: properties and fields without one.

    Raises:
        TypeError: a keyword is neither.
    """
    properties = meta._property_names
    unexpected = []
    for name, value in kwargs.items():
        if name not in properties:
            try:
                meta.get_field(name)
            except FieldDoesNotExist:
                unexpected.append(name)
                continue
        if value is not DEFERRED:
            setattr(instance, name, value)
    if unexpected:
        names = ", ".join(repr(name) for name in unexpected)
        raise TypeError(f"{type(instance).__name__}() got unexpected keyword arguments: {names}")
