"""Validate instances: field by field, as a whole, for uniqueness, and against the constraints of ``Meta``.

The steps, their order and the texts are Django's. Each step runs through the instance's own method, so that a model may
override any of them, sync or async.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from aorm.database.routing import router
from aorm.exceptions import NON_FIELD_ERRORS, ValidationError
from aorm.fields.defaults import DatabaseDefault
from aorm.mapping.doors import doors
from aorm.query.checking import values_of
from aorm.utils.text import capfirst, get_text_list

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

Errors = dict[str, Any]

# Constraints stand below queries, and are validated by them.
doors.values_of = values_of


class DateCheck(NamedTuple):
    """One ``unique_for_date``, ``_month`` or ``_year``."""

    model: Any
    lookup_type: str
    field: str
    unique_for: str


async def full_clean(
    instance: Any, exclude: Iterable[str] | None, validate_unique: bool, validate_constraints: bool
) -> None:
    """Run all steps, later ones only for fields that passed the earlier ones.

    Raises:
        ValidationError: with the errors of all steps, by field.
    """
    errors: Errors = {}
    excluded = set(exclude or ())
    try:
        await instance.aclean_fields(exclude=excluded)
    except ValidationError as error:
        errors = error.update_error_dict(errors)
    try:
        await instance.aclean()
    except ValidationError as error:
        errors = error.update_error_dict(errors)
    steps = [instance.avalidate_unique] if validate_unique else []
    if validate_constraints:
        steps.append(instance.avalidate_constraints)
    for step in steps:
        excluded.update(name for name in errors if name != NON_FIELD_ERRORS)
        try:
            await step(exclude=excluded)
        except ValidationError as error:
            errors = error.update_error_dict(errors)
    if errors:
        raise ValidationError(errors)


async def clean_fields(instance: Any, exclude: Collection[str] | None) -> None:
    """Convert and validate each field's value, and set the converted one.

    Raises:
        ValidationError: with the errors by field.
    """
    excluded = exclude or ()
    errors: Errors = {}
    for field in instance._meta.fields:
        if field.name in excluded or field.generated:
            continue
        value = getattr(instance, field.attname)
        # Empty where that is allowed: whoever wrote the model answers for the value.
        if (field.blank and value in field.empty_values) or isinstance(value, DatabaseDefault):
            continue
        try:
            aclean = getattr(field, "aclean", None)
            cleaned = field.clean(value, instance) if aclean is None else await aclean(value, instance)
            setattr(instance, field.attname, cleaned)
        except ValidationError as error:
            errors[field.name] = error.error_list
    if errors:
        raise ValidationError(errors)


async def validate_unique(instance: Any, exclude: Collection[str] | None) -> None:
    """Look for other rows with the values that must be unique.

    Raises:
        ValidationError: with the errors by field, those over several fields under ``NON_FIELD_ERRORS``.
    """
    unique_checks, date_checks = unique_checks_of(instance, exclude)
    errors: Errors = {}
    for model, names in unique_checks:
        if await _is_taken(instance, model, names):
            key = names[0] if len(names) == 1 else NON_FIELD_ERRORS
            errors.setdefault(key, []).append(instance.unique_error_message(model, names))
    for check in date_checks:
        if await _is_taken_on_date(instance, check):
            message = instance.date_error_message(check.lookup_type, check.field, check.unique_for)
            errors.setdefault(check.field, []).append(message)
    if errors:
        raise ValidationError(errors)


def unique_checks_of(
    instance: Any, exclude: Collection[str] | None = None, include_meta_constraints: bool = False
) -> tuple[list[tuple[Any, tuple[str, ...]]], list[DateCheck]]:
    """Return which fields must be unique, in which model's table, and which within a date.

    Args:
        instance: what is validated.
        exclude: names of fields; what involves one of them is left out.
        include_meta_constraints: also the unconditional unique constraints.
    """
    excluded = frozenset(exclude or ())
    unique_checks: list[tuple[Any, tuple[str, ...]]] = []
    models = [type(instance), *instance._meta.all_parents]
    for model in models:
        unique_checks += [(model, names) for names in model._meta.unique_together if excluded.isdisjoint(names)]
    if include_meta_constraints:
        for model in models:
            for constraint in model._meta.total_unique_constraints:
                if excluded.isdisjoint(constraint.fields):
                    unique_checks.append((model, tuple(constraint.fields)))
    date_checks: list[DateCheck] = []
    for model in models:
        for field in model._meta.local_fields:
            if field.name in excluded:
                continue
            composed = getattr(field, "fields", None)
            if composed:
                names = tuple(part.name for part in composed)
                if excluded.isdisjoint(names):
                    unique_checks.append((model, names))
                continue
            if field.unique:
                unique_checks.append((model, (field.name,)))
            for lookup_type in ("date", "year", "month"):
                unique_for = getattr(field, f"unique_for_{lookup_type}")
                if unique_for and unique_for not in excluded:
                    date_checks.append(DateCheck(model, lookup_type, field.name, unique_for))
    return unique_checks, date_checks


async def _is_taken(instance: Any, model: Any, names: Sequence[str]) -> bool:
    """Tell whether another row has the instance's values of the fields; NULL is never taken."""
    is_adding = instance._state.adding
    lookups: dict[str, Any] = {}
    for name in names:
        field = instance._meta.get_field(name)
        value = getattr(instance, field.attname)
        # The key of a row that exists is its own.
        if value is None or (field in model._meta.pk_fields and not is_adding):
            return False
        lookups[name] = value
    queryset = model._default_manager.filter(**lookups)
    if not is_adding and instance._is_pk_set(model._meta):
        # A parent's row has a key of its own.
        queryset = queryset.exclude(pk=instance._get_pk_val(model._meta))
    taken: bool = await queryset.aexists()
    return taken


async def _is_taken_on_date(instance: Any, check: DateCheck) -> bool:
    date = getattr(instance, check.unique_for)
    if date is None:
        return False
    parts = ("day", "month", "year") if check.lookup_type == "date" else (check.lookup_type,)
    lookups: dict[str, Any] = {f"{check.unique_for}__{part}": getattr(date, part) for part in parts}
    lookups[check.field] = getattr(instance, instance._meta.get_field(check.field).attname)
    queryset = check.model._default_manager.filter(**lookups)
    if not instance._state.adding and instance._is_pk_set():
        queryset = queryset.exclude(pk=instance.pk)
    taken: bool = await queryset.aexists()
    return taken


def date_error(instance: Any, lookup_type: str, field_name: str, unique_for: str) -> ValidationError:
    """Return the error that says that a value occurs twice in a day, month or year."""
    meta = instance._meta
    field = meta.get_field(field_name)
    return ValidationError(
        message=field.error_messages["unique_for_date"],
        code="unique_for_date",
        params={
            "model": instance,
            "model_name": capfirst(meta.verbose_name),
            "lookup_type": lookup_type,
            "field": field_name,
            "field_label": capfirst(field.verbose_name),
            "date_field": unique_for,
            "date_field_label": capfirst(meta.get_field(unique_for).verbose_name),
        },
    )


def unique_error(instance: Any, model: Any, names: Sequence[str]) -> ValidationError:
    """Return the error that says which fields are not unique."""
    meta = model._meta
    params: dict[str, Any] = {
        "model": instance,
        "model_class": model,
        "model_name": capfirst(meta.verbose_name),
        "unique_check": names,
    }
    if len(names) == 1:
        field = meta.get_field(names[0])
        params["field_label"] = capfirst(field.verbose_name)
        return ValidationError(message=field.error_messages["unique"], code="unique", params=params)
    labels = [capfirst(meta.get_field(name).verbose_name) for name in names]
    params["field_labels"] = get_text_list(labels, "and")
    return ValidationError(
        message="%(model_name)s with this %(field_labels)s already exists.", code="unique_together", params=params
    )


def constraints_of(instance: Any) -> list[tuple[Any, Sequence[Any]]]:
    """Return the constraints of the model and of its parents, with the model that each belongs to."""
    found = [(type(instance), instance._meta.constraints)]
    found += [(parent, parent._meta.constraints) for parent in instance._meta.all_parents if parent._meta.constraints]
    return found


async def validate_constraints(instance: Any, exclude: Collection[str] | None) -> None:
    """Check each constraint of ``Meta``.

    Raises:
        ValidationError: with the errors of all constraints.
    """
    using = router.db_for_write(type(instance), instance=instance)
    errors: Errors = {}
    for model, constraints in instance.get_constraints():
        for constraint in constraints:
            try:
                await constraint.avalidate(model, instance, exclude=exclude, using=using)
            except ValidationError as error:
                if getattr(error, "code", None) == "unique" and len(constraint.fields) == 1:
                    errors.setdefault(constraint.fields[0], []).append(error)
                else:
                    errors = error.update_error_dict(errors)
    if errors:
        raise ValidationError(errors)
