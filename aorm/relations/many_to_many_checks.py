"""Find many-to-many relations that cannot work, and options that mean nothing there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm import checks
from aorm.exceptions import FieldDoesNotExist
from aorm.relations.foreign_key_checks import composite_key_error, is_composite
from aorm.relations.on_delete import DO_NOTHING, DatabaseOnDelete
from aorm.settings import settings

if TYPE_CHECKING:
    from collections.abc import Iterator


def check_many_to_many(field: Any, from_model: Any) -> list[checks.CheckMessage]:
    """Return what is wrong with a many-to-many field of a model."""
    return [
        *_check_unique(field),
        *_check_through(field, from_model),
        *_check_ignored_options(field),
        *_check_table(field),
        *_check_on_delete(field),
    ]


def _check_unique(field: Any) -> Iterator[checks.CheckMessage]:
    if field.unique:
        yield checks.Error("ManyToManyFields cannot be unique.", obj=field, id="fields.E330")


def _check_ignored_options(field: Any) -> Iterator[checks.CheckMessage]:
    if field.has_null_arg:
        yield checks.Warning("null has no effect on ManyToManyField.", obj=field, id="fields.W340")
    if field._validators:
        yield checks.Warning("ManyToManyField does not support validators.", obj=field, id="fields.W341")
    if field.remote_field.symmetrical and field._related_name:
        text = 'related_name has no effect on ManyToManyField with a symmetrical relationship, e.g. to "self".'
        yield checks.Warning(text, obj=field, id="fields.W345")
    if field.db_comment:
        yield checks.Warning("db_comment has no effect on ManyToManyField.", obj=field, id="fields.W346")


def _check_through(field: Any, from_model: Any) -> Iterator[checks.CheckMessage]:
    through = field.remote_field.through
    is_missing = isinstance(through, str) or through not in field.opts.apps.get_models(include_auto_created=True)
    if is_missing:
        name = through if isinstance(through, str) or through is None else through._meta.label
        yield checks.Error(
            f"Field specifies a many-to-many relation through model '{name}', which has not been installed.",
            obj=field,
            id="fields.E331",
        )
        return
    to_model = field.remote_field.model
    if not isinstance(to_model, str):
        if field.remote_field.through_fields is None:
            for model in (to_model, from_model):
                if is_composite(model._meta.pk):
                    yield composite_key_error(field, model._meta.object_name)
                    break
        if from_model == to_model:
            yield from _check_recursive_keys(field, from_model, through)
        else:
            yield from _check_keys(field, from_model, to_model, through)
    if field.remote_field.through_fields is not None:
        yield from _check_through_fields(field, from_model, through)


def _count_keys(through: Any, model: Any) -> int:
    return sum(model == getattr(field.remote_field, "model", None) for field in through._meta.fields)


def _check_recursive_keys(field: Any, model: Any, through: Any) -> Iterator[checks.CheckMessage]:
    if _count_keys(through, model) > 2 and not field.remote_field.through_fields:
        yield checks.Error(
            f"The model is used as an intermediate model by '{field}', but it has more than two foreign keys to "
            f"'{model._meta.object_name}', which is ambiguous. You must specify which two foreign keys Django should "
            "use via the through_fields keyword argument.",
            hint="Use through_fields to specify which two foreign keys Django should use.",
            obj=through,
            id="fields.E333",
        )


def _check_keys(field: Any, from_model: Any, to_model: Any, through: Any) -> Iterator[checks.CheckMessage]:
    names = from_model._meta.object_name, to_model._meta.object_name
    counts = _count_keys(through, from_model), _count_keys(through, to_model)
    hint = (
        f'If you want to create a recursive relationship, use ManyToManyField("self", '
        f'through="{through._meta.object_name}").'
    )
    for direction, name, count, number in zip(("from", "to"), names, counts, ("E334", "E335"), strict=True):
        if count > 1 and not field.remote_field.through_fields:
            yield checks.Error(
                f"The model is used as an intermediate model by '{field}', but it has more than one foreign key "
                f"{direction} '{name}', which is ambiguous. You must specify which foreign key Django should use via "
                "the through_fields keyword argument.",
                hint=hint,
                obj=field,
                id=f"fields.{number}",
            )
    if 0 in counts:
        yield checks.Error(
            f"The model is used as an intermediate model by '{field}', but it does not have a foreign key to "
            f"'{names[0]}' or '{names[1]}'.",
            obj=through,
            id="fields.E336",
        )


def _check_through_fields(field: Any, from_model: Any, through: Any) -> Iterator[checks.CheckMessage]:
    names = field.remote_field.through_fields
    label = through._meta.label
    if not (len(names) >= 2 and names[0] and names[1]):
        yield checks.Error(
            "Field specifies 'through_fields' but does not provide the names of the two link fields that should be "
            f"used for the relation through model '{label}'.",
            hint="Make sure you specify 'through_fields' as through_fields=('field1', 'field2')",
            obj=field,
            id="fields.E337",
        )
        return
    for name, related in ((names[0], from_model), (names[1], field.remote_field.model)):
        yield from _check_through_field(field, name, related, through)


def _check_through_field(field: Any, name: str, related: Any, through: Any) -> Iterator[checks.CheckMessage]:
    related_name = related if isinstance(related, str) else related._meta.object_name
    possible = [item.name for item in through._meta.fields if getattr(item.remote_field, "model", None) == related]
    hint = None
    if possible:
        hint = f"Did you mean one of the following foreign keys to '{related_name}': {', '.join(possible)}?"
    try:
        link = through._meta.get_field(name)
    except FieldDoesNotExist:
        text = f"The intermediary model '{through._meta.label}' has no field '{name}'."
        yield checks.Error(text, hint=hint, obj=field, id="fields.E338")
        return
    if getattr(getattr(link, "remote_field", None), "model", None) != related:
        text = f"'{through._meta.object_name}.{name}' is not a foreign key to '{related_name}'."
        yield checks.Error(text, hint=hint, obj=field, id="fields.E339")


def _check_table(field: Any) -> Iterator[checks.CheckMessage]:
    through = field.remote_field.through
    if through is None or isinstance(through, str) or not through._meta.managed:
        return
    table = field.m2m_db_table()
    for model in field.opts.apps.get_models(include_auto_created=True):
        meta = model._meta
        if model is through or not meta.managed or meta.db_table != table:
            continue
        if meta.concrete_model is through._meta.concrete_model:
            continue
        clash = _label_of_table(meta)
        text = f"The field's intermediary table '{table}' clashes with the table name of '{clash}'."
        if settings.routers:
            hint = (
                f"You have configured settings.DATABASE_ROUTERS. Verify that the table of {clash!r} is correctly "
                "routed to a separate database."
            )
            yield checks.Warning(text, hint=hint, obj=field, id="fields.W344")
        else:
            yield checks.Error(text, obj=field, id="fields.E340")
        return


def _label_of_table(meta: Any) -> str:
    """Return the label of a model, or of the many-to-many field that it was made for."""
    owner = meta.auto_created
    if not owner:
        label: str = meta.label
        return label
    names = [field.name for field in owner._meta.many_to_many if field.remote_field.through is meta.model]
    return f"{owner._meta.label}.{names[0] if names else None}"


def _check_on_delete(field: Any) -> Iterator[checks.CheckMessage]:
    """Yield an error where a model at either end uses rules of the database: the table between uses Python's."""
    through = field.remote_field.through
    if through is None or isinstance(through, str) or not through._meta.auto_created:
        return
    for link in through._meta.get_fields():
        if not link.remote_field or isinstance(link.remote_field.model, str):
            continue
        for other in link.remote_field.model._meta.get_fields():
            rule = getattr(other.remote_field, "on_delete", None) if other.related_model else None
            if rule is not None and rule is not DO_NOTHING and isinstance(rule, DatabaseOnDelete):
                yield checks.Error(
                    "Field specifies database-level on_delete variant, but auto-created intermediary model uses "
                    "Python-level variant.",
                    hint=(f"Use either one of the Python on_delete variants or create a through model for {field}."),
                    obj=other,
                    id="fields.E323",
                )
