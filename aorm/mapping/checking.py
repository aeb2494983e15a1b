"""Find what ``indexes``, ``constraints`` and ``unique_together`` name that cannot stand there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm import checks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aorm.mapping.options import Options

SILENCE = "Silence this warning if you don't care about it."
NOT_CREATED = f"A constraint won't be created. {SILENCE}"


def display_name(connection: Any) -> str:
    """Return how people call the kind of database."""
    name: str = getattr(connection, "dialect", connection).name
    return name


def has_feature(connection: Any, model: Any, flag: str) -> bool:
    """Tell whether a database can do something, or the model says that it only lives where that is so."""
    return getattr(connection.features, flag) or flag in model._meta.required_db_features


def check_local_fields(meta: Options, names: Iterable[str], option: str) -> Iterator[checks.Error]:
    """Find what an option of ``Meta`` names that is no column of the model's own table."""
    forward = meta._forward_map
    for name in names:
        found = _wrong_field(meta, name, forward.get(name), option)
        if found is not None:
            text, check_id, hint = found
            yield checks.Error(text, hint=hint, obj=meta.model, id=f"models.{check_id}")


def _wrong_field(meta: Options, name: str, field: Any, option: str) -> tuple[str, str, str | None] | None:
    if field is None:
        return f"'{option}' refers to the nonexistent field '{name}'.", "E012", None
    if field.is_relation and field.many_to_many:
        text = f"'{option}' refers to a ManyToManyField '{name}', but ManyToManyFields are not permitted in '{option}'."
        return text, "E013", None
    if getattr(field, "field_names", None) is not None and not field.concrete:
        text = (
            f"{option!r} refers to a CompositePrimaryKey {name!r}, but CompositePrimaryKeys are not permitted in "
            f"{option!r}."
        )
        return text, "E048", None
    if field.is_relation and field not in meta.local_concrete_fields and len(field.from_fields) > 1:
        text = (
            f"{option!r} refers to a ForeignObject {name!r} with multiple 'from_fields', which is not supported for "
            "that option."
        )
        return text, "E049", None
    if field not in meta.local_fields:
        text = f"'{option}' refers to field '{name}' which is not local to model '{meta.object_name}'."
        return text, "E016", "This issue may be caused by multi-table inheritance."
    return None


def check_references(meta: Options, references: Iterable[tuple[str, ...]]) -> Iterator[checks.Error]:
    """Find names in the expressions of constraints that lead to other tables, or nowhere."""
    names: dict[str, None] = {}
    is_composite = getattr(meta.pk, "field_names", None) is not None
    for name, *lookups in references:
        # Of a plain key, "pk" is an alias that is always there.
        if name != "pk" or is_composite:
            names[name] = None
        if lookups and _joins(meta, name, lookups[0]):
            text = f"'constraints' refers to the joined field '{'__'.join([name, *lookups])}'."
            yield checks.Error(text, obj=meta.model, id="models.E041")
    yield from check_local_fields(meta, names, "constraints")


def _joins(meta: Options, name: str, lookup: str) -> bool:
    """Tell whether the first name after a relation is neither lookup nor transform, so that it needs a join."""
    field = meta.pk if name == "pk" else meta.find_field(name)
    if field is None or not field.is_relation or field.many_to_many or field.one_to_many:
        return False
    return field.get_transform(lookup) is None and field.get_lookup(lookup) is None
