"""Describe the far side of relation fields: what a model sees of the fields that point to it.

Each relation field keeps one of these as ``remote_field``. ``_meta.get_fields()`` of the target gives it in place of a
field: it has a field's flags, a path back to the field's model, and lookups.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.exceptions import FieldDoesNotExist
from aorm.relations.caching import RelationCache
from aorm.relations.compared import ComparedByKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Self

    from aorm.mapping.paths import Path


class ForeignObjectRel(RelationCache, ComparedByKey):
    """The far side of a ``ForeignObject``.

    Attributes:
        field: the relation field.
        model: the model it points to; a string until that model exists.
        related_model: the model that has the field.
        related_name, related_query_name, limit_choices_to, parent_link, on_delete: as given to the field.
        symmetrical: a many-to-many relation to itself that holds both ways.
        multiple: several rows may point to one.
    """

    several_targets = "Can't use target_field for multicolumn relations."
    auto_created = True
    concrete = False
    editable = False
    is_relation = True
    generated = False
    primary_key = False
    unique = False
    attname: str | None = None
    column: str | None = None
    # Nothing can force a row to be pointed to.
    null = True
    empty_strings_allowed = False

    def __init__(
        self,
        field: Any,
        to: Any,
        related_name: str | None = None,
        related_query_name: str | None = None,
        limit_choices_to: Any = None,
        parent_link: bool = False,
        on_delete: Any = None,
    ) -> None:
        self.field = field
        self.model = to
        self.related_name = related_name
        self.related_query_name = related_query_name
        self.limit_choices_to = {} if limit_choices_to is None else limit_choices_to
        self.parent_link = parent_link
        self.on_delete = on_delete
        self.symmetrical = False
        self.multiple = True
        self.field_name: str | None = None

    @property
    def hidden(self) -> bool:
        """Whether the target has no attribute for the relation."""
        return bool(self.related_name) and self.related_name[-1] == "+"  # type: ignore[index]

    @property
    def name(self) -> str:
        """The name of the relation in queries of the target."""
        name: str = self.field.related_query_name()
        return name

    @property
    def remote_field(self) -> Any:
        """The relation field: seen from here, it is the far side."""
        return self.field

    @property
    def related_model(self) -> Any:
        """The model that has the field.

        Raises:
            AttributeError: the field belongs to no model yet.
        """
        model = self.field.__dict__.get("model")
        if not model:
            raise AttributeError(
                "This property can't be accessed before self.field.contribute_to_class has been called."
            )
        return model

    @property
    def many_to_many(self) -> bool:
        """Whether both sides may have many."""
        return bool(self.field.many_to_many)

    @property
    def many_to_one(self) -> bool:
        """Whether many rows of the target share one row of the field's model."""
        return bool(self.field.one_to_many)

    @property
    def one_to_many(self) -> bool:
        """Whether one row of the target has many rows of the field's model."""
        return bool(self.field.many_to_one)

    @property
    def one_to_one(self) -> bool:
        """Whether at most one row of the field's model points to a row of the target."""
        return bool(self.field.one_to_one)

    @property
    def path(self) -> Path:
        """The hops from the target to the field's model."""
        path: Path = self.field.reverse_path
        return path

    @property
    def target_fields(self) -> tuple[Any, ...]:
        """The fields of the field's model that values are compared with in queries: its primary key."""
        fields: tuple[Any, ...] = self.field.reverse_target_fields
        return fields

    def get_lookup(self, lookup_name: str) -> Any:
        """Return the field's lookup of that name, or None."""
        return self.field.get_lookup(lookup_name)

    def get_lookups(self) -> dict[str, Any]:
        """Return the field's lookups by name."""
        lookups: dict[str, Any] = self.field.get_lookups()
        return lookups

    def get_transform(self, lookup_name: str) -> Any:
        """Return the field's transform of that name, or None."""
        return self.field.get_transform(lookup_name)

    def get_internal_type(self) -> str:
        """Return the internal type of the field."""
        internal_type: str = self.field.get_internal_type()
        return internal_type

    def db_type(self, connection: Any) -> str | None:
        """Return the type of the field's column."""
        spelling: str | None = self.field.db_type(connection)
        return spelling

    # Names.

    def set_field_name(self) -> None:
        """Take note of the target's field; a relation over several columns has no single one."""
        self.field_name = None

    @property
    def accessor_name(self) -> str | None:
        """The name of the target's attribute for the relation; None where it has none."""
        return self.get_accessor_name()

    def get_accessor_name(self, model: Any = None) -> str | None:
        """Return the name of the target's attribute, as if the field belonged to ``model``."""
        model = model or self.related_model
        if self.multiple and self.symmetrical and model == self.model:
            return None
        if self.related_name:
            return self.related_name
        return f"{model._meta.model_name}{'_set' if self.multiple else ''}"

    @property
    def cache_name(self) -> str:
        """The key under which instances of the target keep what they loaded."""
        return self.accessor_name  # type: ignore[return-value]

    # Identity.

    @property
    def identity(self) -> tuple[Any, ...]:
        """What tells two relations apart."""
        return (
            self.field,
            self.model,
            self.related_name,
            self.related_query_name,
            hashable(self.limit_choices_to),
            self.parent_link,
            self.on_delete,
            self.symmetrical,
            self.multiple,
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, type(self)):
            return NotImplemented
        return self is other or self.identity == other.identity

    def __hash__(self) -> int:
        # The field decides nearly always, and never changes; what else the identity holds may still be filled in.
        return hash((type(self), self.field))

    def __copy__(self) -> Self:
        copied = object.__new__(type(self))
        copied.__dict__.update(self.__dict__)
        return copied

    def __reduce__(self) -> tuple[Any, ...]:
        if self.field.__dict__.get("model") is None:
            return _restore_unbound, (type(self), self.__dict__.copy())
        return _restore_relation, (self.field,)

    def __repr__(self) -> str:
        owner = self.field.__dict__.get("model")
        label = owner._meta.label_lower if owner is not None else "(unbound)"
        return f"<{type(self).__name__}: {label}>"


class ManyToOneRel(ForeignObjectRel):
    """The far side of a ``ForeignKey``; ``field_name`` is the name of the field that the key refers to."""

    def __init__(self, field: Any, to: Any, field_name: str | None, **options: Any) -> None:
        super().__init__(field, to, **options)
        self.field_name = field_name

    @property
    def identity(self) -> tuple[Any, ...]:
        """What tells two relations apart."""
        return (*super().identity, self.field_name)

    def get_related_field(self) -> Any:
        """Return the field that the key refers to.

        Raises:
            FieldDoesNotExist: it has no column.
        """
        field = self.model._meta.get_field(self.field_name)
        if not field.concrete:
            raise FieldDoesNotExist(f"No related field named '{self.field_name}'")
        return field

    def set_field_name(self) -> None:
        """Take the target's primary key where no field was named."""
        self.field_name = self.field_name or self.model._meta.pk.name


class OneToOneRel(ManyToOneRel):
    """The far side of a ``OneToOneField``."""

    def __init__(self, field: Any, to: Any, field_name: str | None, **options: Any) -> None:
        super().__init__(field, to, field_name, **options)
        self.multiple = False


class ManyToManyRel(ForeignObjectRel):
    """The far side of a ``ManyToManyField``; ``through`` is the model of the table between."""

    def __init__(
        self,
        field: Any,
        to: Any,
        *,
        symmetrical: bool = True,
        through: Any = None,
        through_fields: Sequence[str] | None = None,
        db_constraint: bool = True,
        **options: Any,
    ) -> None:
        super().__init__(field, to, **options)
        if through and not db_constraint:
            raise ValueError("Can't supply a through model and db_constraint=False")
        if through_fields and not through:
            raise ValueError("Cannot specify through_fields without a through model")
        self.through = through
        self.through_fields = through_fields
        self.symmetrical = symmetrical
        self.db_constraint = db_constraint

    @property
    def identity(self) -> tuple[Any, ...]:
        """What tells two relations apart."""
        return (*super().identity, self.through, hashable(self.through_fields), self.db_constraint)

    def get_related_field(self) -> Any:
        """Return the field of the target that the table between refers to."""
        meta = self.through._meta
        if self.through_fields:
            return meta.get_field(self.through_fields[0]).foreign_related_fields[0]
        link = next(field for field in meta.fields if field.is_relation and field.remote_field.model == self.model)
        return link.foreign_related_fields[0]


def _restore_relation(field: Any) -> Any:
    return field.remote_field


def _restore_unbound(kind: type[ForeignObjectRel], state: dict[str, Any]) -> ForeignObjectRel:
    relation = object.__new__(kind)
    relation.__dict__.update(state)
    return relation


def hashable(value: Any) -> Any:
    """Return the value with dictionaries and lists inside it turned into tuples."""
    if isinstance(value, dict):
        return tuple((key, hashable(item)) for key, item in sorted(value.items()))
    if isinstance(value, (list, tuple, set)):
        items: Iterable[Any] = value
        return tuple(hashable(item) for item in items)
    return value
