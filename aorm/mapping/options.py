"""``Model._meta``: what a model knows about its table, fields and relations.

Options hold what the class body said; everything derived from it, or from other models, is computed on demand and
kept until the registry's version changes.
"""

from __future__ import annotations

from bisect import insort
from typing import TYPE_CHECKING, Any, TypeVar, cast

from aorm.exceptions import FieldDoesNotExist
from aorm.mapping.declaration import META_DEFAULTS, normalize_together
from aorm.mapping.graph import related_objects_of
from aorm.mapping.naming import check_attribute_names, truncate_name
from aorm.mapping.registry import Apps, current_apps, restore_model
from aorm.settings import settings
from aorm.utils.text import camel_case_to_spaces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from aorm.mapping.paths import Hop

T = TypeVar("T")


def derived(function: Callable[[Options], T]) -> T:
    """Make a read-only property whose value is kept until the registry of models changes."""
    name = function.__name__

    def read(self: Options) -> T:
        try:
            return self.facts[name]  # type: ignore[no-any-return]
        except KeyError:
            kept: T = self.apps.keep_fact(self.facts, name, lambda: function(self))
            return kept

    read.__doc__ = function.__doc__
    return cast("T", property(read))


class Options:
    """The public Options API of Django, read-only, and the facts that building queries needs.

    ``model`` is None until the class exists. ``local_fields`` and ``local_many_to_many`` are what the class body
    declared, ordered by declaration.
    """

    abstract: bool
    base_manager_name: str | None
    constraints: list[Any]
    db_table_comment: str
    default_manager_name: str | None
    default_permissions: tuple[str, ...]
    default_related_name: str | None
    get_latest_by: Any
    indexes: list[Any]
    managed: bool
    order_with_respect_to: Any
    permissions: Any
    proxy: bool
    required_db_features: Iterable[str]
    required_db_vendor: str | None
    select_on_save: bool
    swappable: str | None
    unique_together: tuple[tuple[str, ...], ...]

    def __init__(self, model_name: str, given: dict[str, Any], app_label: str) -> None:
        self.object_name = model_name
        self.model_name = model_name.lower()
        self.given = given
        for name, default in META_DEFAULTS.items():
            setattr(self, name, given.get(name, default))
        self.app_label: str = given.get("app_label", app_label)
        self.apps: Apps = given.get("apps") or current_apps()
        self.ordering: tuple[Any, ...] | list[Any] = given.get("ordering", ())
        self.unique_together = normalize_together(given.get("unique_together"))
        self.indexes = list(self.indexes)
        self.constraints = list(self.constraints)
        self.db_table: str = given.get("db_table") or truncate_name(f"{self.app_label}_{self.model_name}")
        self.db_tablespace: str = given.get("db_tablespace", settings.default_tablespace)
        self.verbose_name = given.get("verbose_name") or camel_case_to_spaces(model_name)
        self.verbose_name_plural = given.get("verbose_name_plural") or f"{self.verbose_name}s"
        self.swapped: str | None = None
        self.auto_created: Any = given.get("auto_created", False)
        self.auto_field: Any = None
        self.pk: Any = None
        self.model: Any = None
        self.concrete_model: Any = None
        self.parents: dict[Any, Any] = {}
        self.local_fields: list[Any] = []
        self.local_many_to_many: list[Any] = []
        self.private_fields: list[Any] = []
        self.local_managers: list[Any] = []
        self.proxy_for_model: Any = None
        # What was derived from the options, by any floor; the registry empties it when it changes. Hot paths look here
        # before they call `derive`.
        self.facts: dict[str, Any] = {}
        self._base_path_cache: dict[Any, tuple[Hop, ...]] = {}

    # Identity decides equality: one class has one Options.
    def __reduce__(self) -> tuple[Any, ...]:
        return _restore_options, (self.model.__module__, self.model.__qualname__, self.label)

    def __deepcopy__(self, memo: dict[int, Any]) -> Options:
        return self

    def __str__(self) -> str:
        return self.label_lower

    def __repr__(self) -> str:
        return f"<Options for {self.object_name}>"

    @property
    def label(self) -> str:
        """``app.Model``."""
        return f"{self.app_label}.{self.object_name}"

    @property
    def label_lower(self) -> str:
        """``app.model``."""
        return f"{self.app_label}.{self.model_name}"

    @property
    def verbose_name_raw(self) -> str:
        """The verbose name as plain text."""
        return str(self.verbose_name)

    @property
    def original_attrs(self) -> dict[str, Any]:
        """What ``class Meta`` said in its own words."""
        return dict(self.given)

    # Building, used by fields and by the metaclass only.

    def add_field(self, field: Any, private: bool = False) -> None:
        """Take in a field; those declared first come first.

        Raises:
            ValueError: its name is no name of Python.
        """
        check_attribute_names(field)
        if private:
            self.private_fields.append(field)
        elif field.is_relation and field.many_to_many:
            insort(self.local_many_to_many, field)
        else:
            insort(self.local_fields, field)
            if self.pk is None and field.primary_key:
                self.pk = field
                # As in Django: whoever serialises an instance writes its key apart from the fields.
                field.serialize = False
        self.apps.changed()

    def add_manager(self, manager: Any) -> None:
        """Take in a manager declared on the class."""
        self.local_managers.append(manager)
        self.apps.changed()

    def derive(self, key: str, function: Callable[[Options], T]) -> T:
        """Return a fact about the model, computed once until the registry of models changes."""
        try:
            return self.facts[key]  # type: ignore[no-any-return]
        except KeyError:
            kept: T = self.apps.keep_fact(self.facts, key, lambda: function(self))
            return kept

    # Fields.

    @derived
    def fields(self) -> tuple[Any, ...]:
        """All forward fields but many-to-many: parents' first, in the order of declaration."""
        return tuple(field for field in self._forward_fields() if not (field.is_relation and field.many_to_many))

    def _forward_fields(self) -> list[Any]:
        collected: list[Any] = []
        for parent in self.parents:
            for field in parent._meta._forward_fields():
                if field not in collected:
                    collected.append(field)
        for field in (*self.local_fields, *self.local_many_to_many):
            if field not in collected:
                collected.append(field)
        return collected

    @derived
    def concrete_fields(self) -> tuple[Any, ...]:
        """The fields that have a column."""
        return tuple(field for field in self.fields if field.concrete)

    @derived
    def local_concrete_fields(self) -> tuple[Any, ...]:
        """The fields that have a column in the model's own table."""
        return tuple(field for field in self.local_fields if field.concrete)

    @derived
    def many_to_many(self) -> tuple[Any, ...]:
        """The many-to-many fields, parents' included."""
        return tuple(field for field in self._forward_fields() if field.is_relation and field.many_to_many)

    @derived
    def pk_fields(self) -> tuple[Any, ...]:
        """The fields of the primary key: one, or those of a composite key."""
        composed = getattr(self.pk, "fields", None)
        return tuple(composed) if composed else (self.pk,)

    @derived
    def db_returning_fields(self) -> tuple[Any, ...]:
        """The fields whose value the database tells after an INSERT."""
        return tuple(field for field in self.local_concrete_fields if field.db_returning)

    # Relations.

    @derived
    def all_related_objects(self) -> tuple[Any, ...]:
        """All reverse relations that point here or to a parent, hidden ones included."""
        return related_objects_of(self)

    @derived
    def related_objects(self) -> tuple[Any, ...]:
        """The reverse relations that are not hidden, many-to-many included."""
        return tuple(
            relation for relation in self.all_related_objects if not relation.hidden or relation.field.many_to_many
        )

    def get_fields(self, include_parents: bool = True, include_hidden: bool = False) -> tuple[Any, ...]:
        """Return all fields, forward and reverse, as Django does.

        Args:
            include_parents: also those of parent models.
            include_hidden: also reverse relations whose name begins with ``+``.
        """
        reverse = [
            relation
            for relation in self.all_related_objects
            if (include_hidden or not relation.hidden)
            and (include_parents or relation.model._meta.concrete_model is self.concrete_model)
        ]
        forward = self._forward_fields() if include_parents else [*self.local_fields, *self.local_many_to_many]
        private = [field for field in self.private_fields if field not in forward]
        return (*reverse, *forward, *private)

    @derived
    def _forward_map(self) -> dict[str, Any]:
        named: dict[str, Any] = {}
        for field in (*self._forward_fields(), *self.private_fields):
            named[field.name] = field
            attname = getattr(field, "attname", None)
            if attname is not None:
                named.setdefault(attname, field)
        return named

    @derived
    def _all_map(self) -> dict[str, Any]:
        named = {relation.name: relation for relation in self.all_related_objects}
        named.update(self._forward_map)
        return named

    def get_field(self, field_name: str) -> Any:
        """Return a field or a reverse relation by its name, or a foreign key by ``author_id``.

        Raises:
            FieldDoesNotExist: there is none.
        """
        try:
            return self._all_map[field_name]
        except KeyError:
            raise FieldDoesNotExist(f"{self.object_name} has no field named '{field_name}'") from None

    def find_field(self, field_name: str) -> Any:
        """Return a field or a reverse relation by its name, or None."""
        return self._all_map.get(field_name)

    @derived
    def choices_of_names(self) -> tuple[str, ...]:
        """What an error about an unknown name offers."""
        names = {field.name for field in self.get_fields() if not getattr(field, "hidden", False)}
        names.update(
            field.attname
            for field in self.fields
            if field.attname and field.is_relation and field.attname != field.name
        )
        return tuple(sorted(names))

    # Inheritance.

    def get_parent_list(self) -> list[Any]:
        """Return all ancestors, nearest first."""
        return list(self.all_parents)

    @property
    def all_parents(self) -> tuple[Any, ...]:
        """All ancestors that have a table, nearest first."""
        found: dict[Any, None] = dict.fromkeys(self.parents)
        for parent in self.parents:
            found.update(dict.fromkeys(parent._meta.all_parents))
        return tuple(found)

    def get_base_chain(self, model: Any) -> list[Any]:
        """Return the parents from here to an ancestor, nearest first; empty where it is none."""
        if not self.parents:
            return []
        if model in self.parents:
            return [model]
        for parent in self.parents:
            chain: list[Any] = parent._meta.get_base_chain(model)
            if chain:
                return [parent, *chain]
        return []

    def get_ancestor_link(self, ancestor: Any) -> Any:
        """Return the field that links to an ancestor, or to the parent on the way to it; None where there is none."""
        if ancestor in self.parents:
            return self.parents[ancestor]
        for parent in self.parents:
            link = parent._meta.get_ancestor_link(ancestor)
            if link:
                return self.parents[parent] or link
        return None

    def path_to_parent(self, parent: Any) -> tuple[Hop, ...]:
        """Return the hops along the parent links to an ancestor; empty where the table is the same."""
        if self.concrete_model is parent._meta.concrete_model:
            return ()
        key = parent
        known = self._base_path_cache.get(key)
        if known is None:
            hops: list[Hop] = []
            options: Options = self.concrete_model._meta
            for ancestor in options.get_base_chain(parent):
                link = options.parents[ancestor]
                if link is not None:
                    hops.extend(link.path)
                options = ancestor._meta
            known = self._base_path_cache[key] = tuple(hops)
        return known

    # Managers.

    @derived
    def managers(self) -> tuple[Any, ...]:
        """The managers, parents' included; the one created first comes first."""
        found: list[tuple[int, int, Any]] = []
        seen: set[str] = set()
        bases = [base for base in self.model.mro() if hasattr(base, "_meta")]
        for depth, base in enumerate(bases):
            for manager in base._meta.local_managers:
                if manager.name not in seen:
                    seen.add(manager.name)
                    found.append((depth, manager.creation_counter, self._bound_manager(manager)))
        return tuple(manager for _, _, manager in sorted(found, key=lambda item: item[:2]))

    def _bound_manager(self, manager: Any) -> Any:
        return manager if manager.model is self.model else manager.bound_to(self.model)

    @derived
    def managers_map(self) -> dict[str, Any]:
        """The managers by name."""
        return {manager.name: manager for manager in self.managers}

    @derived
    def default_manager(self) -> Any:
        """The manager that the library uses for ordinary access: by ``default_manager_name``, else the first."""
        name = self.default_manager_name or self._inherited_name("default_manager_name")
        if name:
            try:
                return self.managers_map[name]
            except KeyError:
                raise ValueError(f"{self.object_name} has no manager named {name!r}") from None
        managers = self.managers
        return managers[0] if managers else None

    @derived
    def base_manager(self) -> Any:
        """The manager for access to related objects and for saving: by ``base_manager_name``, else a plain one."""
        name = self.base_manager_name or self._inherited_name("base_manager_name")
        if not name:
            manager = self.model._make_base_manager()
            manager.name = "_base_manager"
            manager.model = self.model
            manager.auto_created = True
            return manager
        try:
            return self.managers_map[name]
        except KeyError:
            raise ValueError(f"{self.object_name} has no manager named {name!r}") from None

    def _inherited_name(self, option: str) -> str | None:
        for parent in self.model.mro()[1:]:
            if hasattr(parent, "_meta"):
                return cast("str | None", getattr(parent._meta, option))
        return None

    @derived
    def total_unique_constraints(self) -> tuple[Any, ...]:
        """The unique constraints that hold for all rows: over plain fields and without a condition."""
        return tuple(constraint for constraint in self.constraints if getattr(constraint, "is_total_unique", False))

    @derived
    def _property_names(self) -> frozenset[str]:
        """The names of the class's properties, which ``Model(**kwargs)`` may set."""
        names: set[str] = set()
        for base in self.model.__mro__:
            names.update(name for name, item in vars(base).items() if isinstance(item, property))
        return frozenset(names)

    @property
    def is_composite_pk(self) -> bool:
        """Whether the primary key has several columns."""
        return getattr(self.pk, "fields", None) is not None and len(self.pk_fields) > 1

    def can_migrate(self, connection: Any) -> bool:
        """Tell whether a database gets a table for the model."""
        if self.proxy or self.swapped or not self.managed:
            return False
        if self.required_db_vendor and self.required_db_vendor != connection.vendor:
            return False
        return all(getattr(connection.features, flag, False) for flag in self.required_db_features)


def _restore_options(module: str, qualname: str, label: str) -> Options:
    return cast("Options", restore_model(module, qualname, label)._meta)
