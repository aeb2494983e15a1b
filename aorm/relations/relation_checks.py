"""Find clashes of names, and relations with models that do not exist; the ids and texts are Django's."""

from __future__ import annotations

import keyword
from typing import TYPE_CHECKING, Any

from aorm import checks

if TYPE_CHECKING:
    from collections.abc import Iterator


def check_relation(field: Any) -> list[checks.CheckMessage]:
    """Return what is wrong with the names of a relation field and with the model it points to."""
    return [
        *_check_related_name(field),
        *_check_related_query_name(field),
        *_check_model_exists(field),
        *_check_swapped(field),
        *_check_clashes(field),
    ]


def _check_related_name(field: Any) -> Iterator[checks.CheckMessage]:
    related_name = field.remote_field.related_name
    if related_name is None:
        return
    is_identifier = not keyword.iskeyword(related_name) and related_name.isidentifier()
    if not (is_identifier or related_name.endswith("+")):
        yield checks.Error(
            f"The name '{related_name}' is invalid related_name for field {field.model._meta.object_name}.{field.name}",
            hint="Related name must be a valid Python identifier or end with a '+'",
            obj=field,
            id="fields.E306",
        )


def _check_related_query_name(field: Any) -> Iterator[checks.CheckMessage]:
    if field.remote_field.hidden:
        return
    name = field.related_query_name()
    hint = "Add or change a related_name or related_query_name argument for this field."
    if name.endswith("_"):
        text = f"Reverse query name '{name}' must not end with an underscore."
        yield checks.Error(text, hint=hint, obj=field, id="fields.E308")
    if "__" in name:
        text = f"Reverse query name '{name}' must not contain '__'."
        yield checks.Error(text, hint=hint, obj=field, id="fields.E309")


def _check_model_exists(field: Any) -> Iterator[checks.CheckMessage]:
    model = field.remote_field.model
    is_name = isinstance(model, str)
    is_missing = is_name or model not in field.opts.apps.get_models(include_auto_created=True)
    if is_missing and (is_name or not model._meta.swapped):
        name = model if is_name else model._meta.object_name
        yield checks.Error(
            f"Field defines a relation with model '{name}', which is either not installed, or is abstract.",
            obj=field,
            id="fields.E300",
        )


def _check_swapped(field: Any) -> Iterator[checks.CheckMessage]:
    model = field.remote_field.model
    if isinstance(model, str) or not model._meta.swapped or model in field.opts.apps.get_models():
        return
    yield checks.Error(
        f"Field defines a relation with the model '{model._meta.label}', which has been swapped out.",
        hint=f"Update the relation to point at 'settings.{model._meta.swappable}'.",
        obj=field,
        id="fields.E301",
    )


def _check_clashes(field: Any) -> Iterator[checks.CheckMessage]:
    remote = field.remote_field
    if isinstance(remote.model, str):
        return
    target = remote.model._meta
    label = f"{field.model._meta.label}.{field.name}"
    query_name = field.related_query_name()
    accessor = None if remote.hidden else remote.accessor_name
    for other in (*target.fields, *target.many_to_many):
        yield from _clashes_with_field(field, label, accessor, query_name, other)
    for relation in target.related_objects:
        if relation.field is not field:
            yield from _clashes_with_relation(field, label, accessor, query_name, relation)
    if accessor is not None and accessor in {manager.name for manager in target.managers}:
        yield checks.Error(
            f"Related name '{accessor}' for '{label}' clashes with the name of a model manager.",
            hint=(
                f"Rename the model manager or change the related_name argument in the definition for field '{label}'."
            ),
            obj=field,
            id="fields.E348",
        )


def _clashes_with_field(
    field: Any, label: str, accessor: str | None, query_name: str, other: Any
) -> Iterator[checks.CheckMessage]:
    target = field.remote_field.model._meta
    clash = f"{target.label}.{other.name}"
    hint = f"Rename field '{clash}', or add/change a related_name argument to the definition for field '{label}'."
    if accessor is not None and other.name == accessor:
        yield checks.Error(
            f"Reverse accessor '{target.object_name}.{accessor}' for '{label}' clashes with field name '{clash}'.",
            hint=hint,
            obj=field,
            id="fields.E302",
        )
    if other.name == query_name:
        text = f"Reverse query name for '{label}' clashes with field name '{clash}'."
        yield checks.Error(text, hint=hint, obj=field, id="fields.E303")


def _clashes_with_relation(
    field: Any, label: str, accessor: str | None, query_name: str, relation: Any
) -> Iterator[checks.CheckMessage]:
    target = field.remote_field.model._meta
    clash = f"{relation.related_model._meta.label}.{relation.field.name}"
    hint = f"Add or change a related_name argument to the definition for '{label}' or '{clash}'."
    if accessor is not None and relation.accessor_name == accessor:
        yield checks.Error(
            f"Reverse accessor '{target.object_name}.{accessor}' for '{label}' clashes with reverse accessor for "
            f"'{clash}'.",
            hint=hint,
            obj=field,
            id="fields.E304",
        )
    if relation.accessor_name == query_name:
        text = f"Reverse query name for '{label}' clashes with reverse query name for '{clash}'."
        yield checks.Error(text, hint=hint, obj=field, id="fields.E305")
