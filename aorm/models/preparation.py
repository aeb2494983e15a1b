"""What saving looks at before it writes: related objects, the fields that were named, the tables of the parents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from aorm.models.state import cached_relations, database_alias

if TYPE_CHECKING:
    from collections.abc import Collection

    from aorm.mapping.options import Options


def prepare_related(instance: Any, operation: str, fields: Collection[Any] | None = None) -> None:
    """Refuse to save while an unsaved object is assigned to a relation; take over keys that objects got since.

    Args:
        instance: what is to be saved.
        operation: its name in the error.
        fields: the fields to look at; None means all.

    Raises:
        ValueError: an object without primary key is assigned.
    """
    if not cached_relations(instance):
        return
    meta = instance._meta
    for field in (*meta.concrete_fields, *meta.private_fields):
        if not field.is_relation or (fields and field not in fields) or not field.is_cached(instance):
            continue
        related = field.get_cached_value(instance, default=None)
        if not related:
            continue
        if field.concrete:
            _prepare_key(instance, field, related, operation)
        elif hasattr(field, "fk_field") and not related._is_pk_set():
            raise _prohibited(operation, field)


def _prepare_key(instance: Any, field: Any, related: Any, operation: str) -> None:
    if not related._is_pk_set():
        # The related object must not go on believing that it has this instance.
        if not field.remote_field.multiple:
            field.remote_field.delete_cached_value(related)
        raise _prohibited(operation, field)
    if getattr(instance, field.attname) in field.empty_values:
        # It was saved after it was assigned.
        setattr(instance, field.name, related)
    if getattr(related, field.target_field.attname) != getattr(instance, field.attname):
        field.delete_cached_value(instance)


def _prohibited(operation: str, field: Any) -> ValueError:
    return ValueError(f"{operation}() prohibited to prevent data loss due to unsaved related object '{field.name}'.")


class SavableNames(NamedTuple):
    """Names of fields that saving asks for.

    Attributes:
        stored: the attributes of all columns that are not generated.
        updatable: both names of each field that ``update_fields`` may name.
        keyless: the attributes of all columns beside the primary key.
    """

    stored: frozenset[str]
    updatable: frozenset[str]
    keyless: frozenset[str]


def _savable_names(meta: Options) -> SavableNames:
    plain = [field for field in meta.concrete_fields if field not in meta.pk_fields]
    parent_keys = {field for parent in meta.all_parents for field in parent._meta.pk_fields}
    updatable = [field for field in plain if field not in parent_keys]
    return SavableNames(
        frozenset(field.attname for field in meta.concrete_fields if not field.generated),
        frozenset(name for field in updatable for name in (field.name, field.attname)),
        frozenset(field.attname for field in plain),
    )


def updatable_names(meta: Options) -> frozenset[str]:
    """Return both names of each field that ``update_fields`` may name."""
    return meta.derive("savable_names", _savable_names).updatable


async def choose_update_fields(
    instance: Any, names: frozenset[str] | None, force_insert: bool, using: str
) -> frozenset[str] | None:
    """Check the named fields; without names, name those that are loaded, where some are not.

    What is needed and not loaded is loaded here, before anything is written.

    Raises:
        ValueError: a name is not one of a field that can be updated.
    """
    meta: Options = instance._meta
    known = meta.derive("savable_names", _savable_names)
    if names is not None and not names <= known.updatable:
        raise ValueError(
            "The following fields do not exist in this model, are m2m fields, primary keys, or are non-concrete "
            f"fields: {', '.join(sorted(names - known.updatable))}"
        )
    if known.stored <= instance.__dict__.keys():
        return names
    missing = known.stored.difference(instance.__dict__)
    if names is None:
        if not force_insert and using == database_alias(instance) and instance._is_pk_set():
            loaded = known.keyless - missing
            if loaded:
                return loaded
    else:
        missing &= frozenset(field.attname for field in map(meta.get_field, names))
    if missing:
        await instance.arefresh_from_db(fields=missing)
    return names


class ParentLink:
    """The link from a model to the row of its parent."""

    __slots__ = ("field", "parent")

    def __init__(self, field: Any, parent: Options) -> None:
        self.field = field
        self.parent = parent

    def fill_parent_key(self, instance: Any) -> None:
        """Give the parent's row the key that the link already names."""
        key = self.parent.pk.attname
        if getattr(instance, key) is None:
            linked = getattr(instance, self.field.attname)
            if linked is not None:
                setattr(instance, key, linked)

    def follow_parent(self, instance: Any) -> None:
        """Let the link name the parent's row, and forget an object that was loaded for it before."""
        setattr(instance, self.field.attname, instance._get_pk_val(self.parent))
        if self.field.is_cached(instance):
            self.field.delete_cached_value(instance)


class TableStep(NamedTuple):
    """One table in the order of saving.

    Attributes:
        meta: the model of the table.
        parents: the parents of that model; when one of them was inserted, this table is too.
        before: the links to be looked at before the table is written.
        after: the links that name the row once it is written.
    """

    meta: Options
    parents: frozenset[Options]
    before: tuple[ParentLink, ...]
    after: tuple[ParentLink, ...]


def table_steps(meta: Options) -> list[TableStep]:
    """Return the tables of a model, parents first, each once."""
    return meta.derive("table_steps", _plan_tables)


def _plan_tables(meta: Options) -> list[TableStep]:
    steps: dict[Options, TableStep] = {}
    _plan_parents(meta, steps)
    own_parents = frozenset(parent._meta for parent in meta.parents)
    return [*steps.values(), TableStep(meta, own_parents, (), ())]


def _plan_parents(meta: Options, steps: dict[Options, TableStep]) -> None:
    for parent, field in meta.parents.items():
        link = () if field is None else (ParentLink(field, parent._meta),)
        known = steps.get(parent._meta)
        if known is not None:
            # A diamond: the row is written once, and both links name it.
            steps[parent._meta] = known._replace(before=known.before + link, after=known.after + link)
            continue
        _plan_parents(parent._meta, steps)
        parents = frozenset(grandparent._meta for grandparent in parent._meta.parents)
        steps[parent._meta] = TableStep(parent._meta, parents, link, link)


def forced_parents(model: Any, force_insert: Any) -> tuple[Any, ...]:
    """Return the classes whose tables ``force_insert`` names.

    Raises:
        TypeError: it is neither a bool nor a tuple of the model and its bases.
    """
    if force_insert is False:
        return ()
    if force_insert is True:
        return (model,)
    if not isinstance(force_insert, tuple):
        raise TypeError("force_insert must be a bool or tuple.")
    for member in force_insert:
        if not (isinstance(member, type) and isinstance(member, type(model))):
            raise TypeError(f"Invalid force_insert member. {member!r} must be a model subclass.")
        if not issubclass(model, member):
            raise TypeError(
                f"Invalid force_insert member. {member.__qualname__} must be a base of {model.__qualname__}."
            )
    return force_insert
