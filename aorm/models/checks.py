"""Say what is wrong with the declaration of a model, under Django's ids.

``check_model`` looks at one model; what only shows when all models are seen together is in ``registry_checks``.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from aorm import checks
from aorm.database.databases import databases as registry
from aorm.database.routing import router
from aorm.exceptions import FieldDoesNotExist
from aorm.mapping.checking import check_local_fields
from aorm.relations.on_delete import DO_NOTHING, DatabaseOnDelete

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from aorm.mapping.options import Options

Messages = list[checks.CheckMessage]
SEPARATOR = "__"


def check_model(model: Any, **kwargs: Any) -> Messages:
    """Return all findings about a model, its managers and fields.

    Args:
        model: the class.
        kwargs: ``databases``, the aliases whose abilities are looked at; without them no database is.
    """
    meta: Options = model._meta
    found: Messages = [*_check_swappable(meta), *_check_proxy(meta)]
    for manager in meta.managers:
        found += manager.check(**kwargs)
    aliases = [alias for alias in kwargs.get("databases") or () if router.allow_migrate_model(alias, model)]
    if not meta.swapped:
        for field in meta.local_fields:
            found += field.check(**kwargs)
        for field in meta.local_many_to_many:
            found += field.check(from_model=model, **kwargs)
        found += _check_same_through(meta)
        found += _check_column_lengths(meta, aliases)
        found += _check_related_fields(meta)
        clashes = [
            *_check_id_field(meta),
            *_check_field_names(meta),
            *_check_model_name(meta),
            *_check_property_names(meta),
            *_check_single_key(meta),
        ]
        # Clashing names have clashing columns, of which nobody needs to hear too.
        found += clashes or _check_column_names(meta)
        found += _check_unique_together(meta)
    found += _check_definitions(meta, meta.indexes if not meta.swapped else (), aliases)
    if not meta.swapped:
        found += _check_ordering(meta)
        found += _check_definitions(meta, meta.constraints, aliases)
        found += _check_table_comment(meta, aliases)
        found += _check_composite_key(meta)
    return found


def _error(text: str, about: Any, check_id: str, hint: str | None = None) -> checks.Error:
    return checks.Error(text, hint=hint, obj=about, id=f"models.{check_id}")


def _check_swappable(meta: Options) -> Iterator[checks.Error]:
    if not meta.swapped:
        return
    app_label, _, name = meta.swapped.partition(".")
    if meta.swapped.count(".") != 1:
        yield _error(f"'{meta.swappable}' is not of the form 'app_label.app_name'.", None, "E001")
        return
    try:
        meta.apps.get_model(app_label, name)
    except LookupError:
        text = f"'{meta.swappable}' references '{app_label}.{name}', which has not been installed, or is abstract."
        yield _error(text, None, "E002")


def _check_proxy(meta: Options) -> Iterator[checks.Error]:
    if meta.proxy and (meta.local_fields or meta.local_many_to_many):
        yield _error(f"Proxy model '{meta.object_name}' contains model fields.", None, "E017")


def _check_same_through(meta: Options) -> Iterator[checks.Error]:
    """Find two many-to-many fields over one model that are the same relation."""
    seen: list[Any] = []
    for field in meta.local_many_to_many:
        remote = field.remote_field
        if isinstance(remote.model, str) or isinstance(remote.through, str):
            continue
        signature = (remote.model, remote.through, remote.through_fields)
        if signature in seen:
            text = (
                "The model has two identical many-to-many relations through the intermediate model "
                f"'{remote.through._meta.label}'."
            )
            yield _error(text, meta.model, "E003")
        else:
            seen.append(signature)


def _check_id_field(meta: Options) -> Iterator[checks.Error]:
    for field in meta.local_fields:
        if field.name == "id" and field is not meta.pk and not field.primary_key and meta.pk.name == "id":
            text = "'id' can only be used as a field name if the field also sets 'primary_key=True'."
            yield _error(text, meta.model, "E004")
            return


def _check_field_names(meta: Options) -> Iterator[checks.Error]:
    """Find fields that hide fields of parents, or fields of two parents that hide each other."""
    used: dict[str, Any] = {}
    for parent in meta.all_parents:
        for field in parent._meta.local_fields:
            clash = used.get(field.name) or used.get(field.attname)
            if clash:
                text = (
                    f"The field '{clash.name}' from parent model '{clash.model._meta}' clashes with the field "
                    f"'{field.name}' from parent model '{field.model._meta}'."
                )
                yield _error(text, meta.model, "E005")
            used[field.name] = used[field.attname] = field
    # Other children of a parent have accessors there, and this model inherits them.
    for parent in meta.all_parents:
        for field in parent._meta.get_fields():
            used.setdefault(field.name, field)
    for link in meta.parents.values():
        clash = used.get(link.name) if link else None
        if clash:
            text = f"The field '{link.name}' clashes with the field '{clash.name}' from model '{clash.model._meta}'."
            yield _error(text, meta.model, "E006")
    for field in meta.local_fields:
        clash = used.get(field.name) or used.get(field.attname)
        # Two fields named id in one model are the matter of another check.
        if clash and not (field.name == "id" and clash.name == "id" and clash.model is meta.model):
            text = f"The field '{field.name}' clashes with the field '{clash.name}' from model '{clash.model._meta}'."
            yield _error(text, field, "E006")
        used[field.name] = used[field.attname] = field


def _check_column_names(meta: Options) -> Iterator[checks.Error]:
    used: set[str] = set()
    for field in meta.local_fields:
        if field.column and field.column in used:
            text = f"Field '{field.name}' has column name '{field.column}' that is used by another field."
            yield _error(text, meta.model, "E007", "Specify a 'db_column' for the field.")
        elif field.column:
            used.add(field.column)


def _check_model_name(meta: Options) -> Iterator[checks.Error]:
    name = meta.object_name
    if name.startswith("_") or name.endswith("_"):
        text = (
            f"The model name '{name}' cannot start or end with an underscore as it collides with the query lookup "
            "syntax."
        )
        yield _error(text, meta.model, "E023")
    elif SEPARATOR in name:
        text = f"The model name '{name}' cannot contain double underscores as it collides with the query lookup syntax."
        yield _error(text, meta.model, "E024")


def _check_property_names(meta: Options) -> Iterator[checks.Error]:
    for field in (*meta._forward_fields(), *meta.private_fields):
        if field.is_relation and field.related_model is not None and field.attname in meta._property_names:
            text = f"The property '{field.attname}' clashes with a related field accessor."
            yield _error(text, meta.model, "E025")


def _check_single_key(meta: Options) -> Iterator[checks.Error]:
    if sum(bool(field.primary_key) for field in meta.local_fields) > 1:
        text = "The model cannot have more than one field with 'primary_key=True'."
        yield _error(text, meta.model, "E026")


def _check_unique_together(meta: Options) -> Iterator[checks.CheckMessage]:
    groups: Any = meta.unique_together
    if not isinstance(groups, (tuple, list)):
        yield _error("'unique_together' must be a list or tuple.", meta.model, "E010")
    elif not all(isinstance(names, (tuple, list)) for names in groups):
        yield _error("All 'unique_together' elements must be lists or tuples.", meta.model, "E011")
    else:
        for names in groups:
            yield from check_local_fields(meta, names, "unique_together")


def _check_definitions(meta: Options, definitions: Sequence[Any], aliases: Iterable[str]) -> Iterator[Any]:
    """Let each index or constraint check itself against each database."""
    for alias in aliases:
        for definition in definitions:
            yield from definition.check(meta.model, registry[alias])


def _check_ordering(meta: Options) -> Iterator[checks.Error]:
    if meta.given.get("ordering") and meta.given.get("order_with_respect_to"):
        yield _error("'ordering' and 'order_with_respect_to' cannot be used together.", meta.model, "E021")
        return
    if meta.order_with_respect_to or not meta.ordering:
        return
    ordering: Any = meta.ordering
    if not isinstance(ordering, (list, tuple)):
        text = "'ordering' must be a tuple or list (even if you want to order by only one field)."
        yield _error(text, meta.model, "E014")
        return
    names = [name.removeprefix("-") for name in meta.ordering if isinstance(name, str) and name != "?"]
    for name in names:
        if SEPARATOR in name and not _leads_somewhere(meta, name):
            yield _unknown_ordering(meta, name)
    known = {"pk"}
    for field in (*meta.fields, *meta.related_objects):
        is_reverse = field.auto_created and not field.concrete
        known.update((field.field.related_query_name(),) if is_reverse else (field.name, field.attname))
    for name in dict.fromkeys(names):
        if SEPARATOR not in name and name not in known:
            yield _unknown_ordering(meta, name)


def _unknown_ordering(meta: Options, name: str) -> checks.Error:
    text = f"'ordering' refers to the nonexistent field, related field, or lookup '{name}'."
    return _error(text, meta.model, "E015")


def _leads_somewhere(meta: Options, path: str) -> bool:
    """Tell whether a path of names ends at a field, or at a transform or lookup of one."""
    here: Any = meta
    field: Any = None
    for part in path.split(SEPARATOR):
        try:
            field = here.pk if part == "pk" else here.get_field(part)
            here = field.path[-1].target if field.is_relation else None
        except (FieldDoesNotExist, AttributeError):
            if field is None or (field.get_transform(part) is None and field.get_lookup(part) is None):
                return False
    return True


def _check_column_lengths(meta: Options, aliases: Iterable[str]) -> Iterator[checks.Error]:
    """Find names of columns that a database cannot hold."""
    limits = [(registry[alias].features.max_name_length, alias) for alias in aliases]
    known = [(limit, alias) for limit, alias in limits if limit is not None]
    if not known:
        return
    allowed, alias = min(known)
    for field in meta.local_fields:
        if field.db_column is None and field.column is not None and len(field.column) > allowed:
            text = (
                f'Autogenerated column name too long for field "{field.column}". Maximum length is "{allowed}" for '
                f'database "{alias}".'
            )
            yield _error(text, meta.model, "E018", "Set the column name manually using 'db_column'.")
    for field in meta.local_many_to_many:
        through = field.remote_field.through
        for link in () if isinstance(through, str) else through._meta.local_fields:
            if link.db_column is None and link.column is not None and len(link.column) > allowed:
                text = (
                    f'Autogenerated column name too long for M2M field "{link.column}". Maximum length is "{allowed}" '
                    f'for database "{alias}".'
                )
                hint = "Use 'through' to create a separate model for M2M and then set column_name using 'db_column'."
                yield _error(text, meta.model, "E019", hint)


def _check_related_fields(meta: Options) -> Iterator[checks.Error]:
    """Refuse rules of deletion of which the database carries out some and Python others."""
    kinds = set()
    for relation in meta.get_fields():
        rule = getattr(relation.remote_field, "on_delete", None) if relation.related_model else None
        if rule:
            kinds.add("database" if isinstance(rule, DatabaseOnDelete) else rule is not DO_NOTHING and "python")
    if {"database", "python"} <= kinds:
        text = "The model cannot have related fields with both database-level and Python-level on_delete variants."
        yield _error(text, meta.model, "E050")


def _check_table_comment(meta: Options, aliases: Iterable[str]) -> Iterator[checks.Warning]:
    if not meta.db_table_comment or "supports_comments" in meta.required_db_features:
        return
    for alias in aliases:
        database = registry[alias]
        if not database.features.supports_comments:
            text = f"{database.dialect.name} does not support comments on tables (db_table_comment)."
            yield checks.Warning(text, obj=meta.model, id="models.W046")


def _check_composite_key(meta: Options) -> Iterator[checks.Error]:
    names = getattr(meta.pk, "field_names", None)
    if meta.proxy or names is None:
        return
    by_column: dict[str, list[str]] = defaultdict(list)
    for name in names:
        hint = _composite_hint(meta, name)
        if hint:
            yield _error(f"{name!r} cannot be included in the composite primary key.", meta.model, "E042", hint)
        else:
            by_column[meta.get_field(name).column].append(name)
    for first, *rest in by_column.values():
        if rest:
            shown = ", ".join(repr(name) for name in rest)
            text = f"{shown} cannot be included in the composite primary key."
            yield _error(text, meta.model, "E042", f"{shown} and {first!r} are the same fields.")


def _composite_hint(meta: Options, name: str) -> str | None:
    field = meta.find_field(name)
    if field is None:
        return f"{name!r} is not a valid field."
    if not getattr(field, "column", None):
        return f"{name!r} field has no column."
    if field.null:
        return f"{name!r} field may not set 'null=True'."
    if field.generated:
        return f"{name!r} field is a generated field."
    if field not in meta.local_fields:
        return f"{name!r} field is not a local field."
    return None
