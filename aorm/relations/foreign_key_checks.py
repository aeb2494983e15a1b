"""Find foreign keys that cannot work: no such field, not unique, a rule of deletion that contradicts the column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm import checks
from aorm.exceptions import FieldDoesNotExist
from aorm.fields.checking import lacks, migrated_databases
from aorm.relations.on_delete import (
    DB_CASCADE,
    DB_SET_DEFAULT,
    DB_SET_NULL,
    DO_NOTHING,
    SET_DEFAULT,
    SET_NULL,
    DatabaseOnDelete,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Rule -> the feature flag of databases that obey it.
DATABASE_RULES = {
    DB_CASCADE: "supports_on_delete_db_cascade",
    DB_SET_NULL: "supports_on_delete_db_null",
    DB_SET_DEFAULT: "supports_on_delete_db_default",
}


def check_targets(field: Any) -> Iterator[checks.CheckMessage]:
    """Yield what is wrong with the fields that a relation refers to."""
    related = field.remote_field.model
    if isinstance(related, str):
        return
    meta = related._meta
    are_found = True
    for name in field.to_fields:
        try:
            target = meta.pk if name is None else meta.get_field(name)
        except FieldDoesNotExist:
            are_found = False
            text = f"The to_field '{name}' doesn't exist on the related model '{meta.label}'."
            yield checks.Error(text, obj=field, id="fields.E312")
            continue
        if is_composite(target):
            yield composite_key_error(field, meta.object_name)
    if are_found and field.requires_unique_target:
        yield from _check_unique_target(field)


def is_composite(field: Any) -> bool:
    """Tell whether a field is a primary key of several columns."""
    return getattr(field, "fields", None) is not None and field.column is None


def composite_key_error(field: Any, model_name: str) -> checks.CheckMessage:
    """Return the error about a relation with a model whose key has several columns."""
    return checks.Error(
        f"Field defines a relation involving model {model_name!r} which has a CompositePrimaryKey and such relations "
        "are not supported.",
        obj=field,
        id="fields.E347",
    )


def _check_unique_target(field: Any) -> Iterator[checks.CheckMessage]:
    targets = field.foreign_related_fields
    if not targets or _is_unique_target(field.remote_field.model._meta, targets):
        return
    model_name = field.remote_field.model.__name__
    if len(targets) > 1:
        names = ", ".join(f"'{target.name}'" for target in targets)
        yield checks.Error(
            f"No subset of the fields {names} on model '{model_name}' is unique.",
            hint=(
                "Mark a single field as unique=True or add a set of fields to a unique constraint (via "
                "unique_together or a UniqueConstraint (without condition) in the model Meta.constraints)."
            ),
            obj=field,
            id="fields.E310",
        )
    else:
        yield checks.Error(
            f"'{model_name}.{targets[0].name}' must be unique because it is referenced by a foreign key.",
            hint=(
                "Add unique=True to this field or add a UniqueConstraint (without condition) in the model "
                "Meta.constraints."
            ),
            obj=field,
            id="fields.E311",
        )


def _is_unique_target(meta: Any, targets: Iterable[Any]) -> bool:
    targets = tuple(targets)
    if any(target.unique for target in targets):
        return True
    names = {target.name for target in targets}
    groups = [*meta.unique_together, *(constraint.fields for constraint in meta.total_unique_constraints)]
    return any(names.issuperset(group) for group in groups) or names == {field.name for field in meta.pk_fields}


def check_on_delete(field: Any, databases: Iterable[str] | None) -> Iterator[checks.CheckMessage]:
    """Yield what contradicts the rule of deletion."""
    rule = field.remote_field.on_delete
    flag = DATABASE_RULES.get(rule) if isinstance(rule, DatabaseOnDelete) else None
    if flag is not None:
        for database in migrated_databases(field, databases):
            if lacks(field, database, flag):
                yield checks.Error(
                    f"{database.dialect.name} does not support a {rule.__name__}.",
                    hint=f"Change the on_delete rule to {rule.__name__.removeprefix('DB_')}.",
                    obj=field,
                    id="fields.E324",
                )
    if rule in (DB_SET_NULL, SET_NULL) and not field.null:
        yield checks.Error(
            f"Field specifies on_delete={rule.__name__}, but cannot be null.",
            hint="Set null=True argument on the field, or change the on_delete rule.",
            obj=field,
            id="fields.E320",
        )
    elif rule is SET_DEFAULT and not field.has_default():
        yield checks.Error(
            "Field specifies on_delete=SET_DEFAULT, but has no default value.",
            hint="Set a default value, or change the on_delete rule.",
            obj=field,
            id="fields.E321",
        )
    elif rule is DB_SET_DEFAULT and not field.has_db_default():
        yield checks.Error(
            "Field specifies on_delete=DB_SET_DEFAULT, but has no db_default value.",
            hint="Set a db_default value, or change the on_delete rule.",
            obj=field,
            id="fields.E322",
        )
    yield from _check_mixed_rules(field, rule)


def _check_mixed_rules(field: Any, rule: Any) -> Iterator[checks.CheckMessage]:
    """Yield an error where Python would have to see what the database deletes by itself."""
    if isinstance(field.remote_field.model, str) or rule is DO_NOTHING:
        return
    is_database_rule = isinstance(rule, DatabaseOnDelete)
    for other in field.remote_field.model._meta.get_fields():
        other_rule = getattr(other.remote_field, "on_delete", None) if other.related_model else None
        if other_rule is None or other_rule is DO_NOTHING:
            continue
        if isinstance(other_rule, DatabaseOnDelete) is not is_database_rule:
            mine, theirs = ("database", "Python") if is_database_rule else ("Python", "database")
            yield checks.Error(
                f"Field specifies {mine}-level on_delete variant, but referenced model uses {theirs}-level variant.",
                hint="Use either database or Python on_delete variants uniformly in the references chain.",
                obj=field,
                id="fields.E323",
            )
            return


def check_unique(field: Any) -> Iterator[checks.CheckMessage]:
    """Yield a warning for a unique foreign key."""
    if field.unique:
        yield checks.Warning(
            "Setting unique=True on a ForeignKey has the same effect as using a OneToOneField.",
            hint="ForeignKey(unique=True) is usually better served by a OneToOneField.",
            obj=field,
            id="fields.W342",
        )
