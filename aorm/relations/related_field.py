"""What all relation fields share: their far side, its names, and waiting for a model that does not exist yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic

from aorm.expressions.conditions import Q
from aorm.fields.base import Field
from aorm.mapping.registry import lazy_related_operation
from aorm.relations.annotations import G, S
from aorm.relations.caching import RelationCache
from aorm.relations.compared import ComparedByKey
from aorm.relations.relation_checks import check_relation

if TYPE_CHECKING:
    from typing import Self

    from aorm import checks
    from aorm.mapping.paths import Path

# Derived from the models, so a copy of the field must find them anew.
DERIVED = ("_path", "_reverse_path", "_related_fields", "_local_fields", "_foreign_fields")


def check_target(field_class: type, to: Any) -> None:
    """Refuse what is neither a model nor the name of one.

    Raises:
        TypeError: with Django's text.
    """
    if not isinstance(to, str) and not hasattr(to, "_meta"):
        raise TypeError(
            f"{field_class.__name__}({to!r}) is invalid. First parameter to {_documented(field_class)} must be either "
            "a model, a model name, or the string 'self'"
        )


def _documented(field_class: type) -> str:
    names = [base.__name__ for base in field_class.__mro__]
    return "ManyToManyField" if "ManyToManyField" in names else "ForeignKey"


class RelatedField(RelationCache, ComparedByKey, Field[S, G], Generic[S, G]):
    """Base of the fields that relate two models.

    Attributes:
        remote_field: the far side, see ``remote``.
        opts: the options of the field's model.
    """

    one_to_many = False
    one_to_one = False
    many_to_many = False
    many_to_one = False
    opts: Any

    def __init__(
        self,
        related_name: str | None = None,
        related_query_name: str | None = None,
        limit_choices_to: Any = None,
        **kwargs: Any,
    ) -> None:
        self._related_name = related_name
        self._related_query_name = related_query_name
        self._limit_choices_to = limit_choices_to
        super().__init__(**kwargs)

    if not TYPE_CHECKING:

        def __class_getitem__(cls, item: Any) -> type[Self]:
            # ForeignKey[Author] is for type checkers; an alias object would only cost at run time.
            return cls

    def __copy__(self) -> Self:
        copied = super().__copy__()
        for name in DERIVED:
            copied.__dict__.pop(name, None)
        return copied

    @property
    def related_model(self) -> Any:
        """The model that the field points to; a string until that model exists."""
        return self.remote_field.model

    @property
    def field(self) -> Self:
        """The field itself: the far side has an attribute of that name too."""
        return self

    @property
    def cache_name(self) -> str:
        """The key under which instances keep the related object."""
        name: str = self.name
        return name

    # Paths, written by subclasses; that to the related model is ``path``.

    @property
    def reverse_path(self) -> Path:
        """The hops from the related model to the field's."""
        raise NotImplementedError

    @property
    def reverse_target_fields(self) -> tuple[Any, ...]:
        """The fields of the field's model that values of the far side are compared with: its primary key."""
        fields: tuple[Any, ...] = self.model._meta.pk_fields
        return fields

    def db_type(self, connection: Any) -> str | None:
        """Return None: the columns belong to other fields or tables."""
        return None

    # Lookups: those of relations. What plain fields inherit from Field compares values, and means nothing here.

    def get_lookups(self) -> dict[str, Any]:
        """Return the lookups and transforms of the relation by name."""
        plain = Field.get_class_lookups()
        found: dict[str, Any] = super().get_lookups()
        return {name: lookup for name, lookup in found.items() if lookup is not plain.get(name)}

    def get_lookup(self, lookup_name: str) -> Any:
        """Return the lookup of that name, or None."""
        found = super().get_lookup(lookup_name)
        return None if found is Field.get_class_lookups().get(lookup_name) else found

    def get_transform(self, lookup_name: str) -> Any:
        """Return the transform of that name, which somebody registered on relations, or None."""
        found = super().get_transform(lookup_name)
        return None if found is Field.get_class_lookups().get(lookup_name) else found

    # Joining the model.

    def contribute_to_class(self, cls: Any, name: str, private_only: bool = False) -> None:
        """Make the field part of the model class, and of the related one as soon as that exists."""
        super().contribute_to_class(cls, name, private_only=private_only)
        self.opts = cls._meta
        if cls._meta.abstract:
            return
        remote = self.remote_field
        related_name = remote.related_name or self.opts.default_related_name
        if related_name:
            remote.related_name = related_name % {
                "class": cls.__name__.lower(),
                "model_name": cls._meta.model_name.lower(),
                "app_label": cls._meta.app_label.lower(),
            }
        if remote.related_query_name:
            remote.related_query_name = remote.related_query_name % {
                "class": cls.__name__.lower(),
                "app_label": cls._meta.app_label.lower(),
            }
        lazy_related_operation(resolve_related_class, cls, remote.model, field=self)

    def do_related_class(self, other: Any, cls: Any) -> None:
        """Join the related model, which now exists."""
        self.set_attributes_from_rel()
        self.contribute_to_related_class(other, self.remote_field)
        cls._meta.apps.changed()

    def set_attributes_from_rel(self) -> None:
        """Take what was not given from the related model."""
        meta = self.remote_field.model._meta
        self.name = self.name or f"{meta.model_name}_{meta.pk.name}"
        if self.verbose_name is None:
            self.verbose_name = meta.verbose_name
        self.remote_field.set_field_name()

    def contribute_to_related_class(self, cls: Any, related: Any) -> None:
        """Put the far side's attribute on the related class."""
        raise NotImplementedError

    # Names and filters.

    def related_query_name(self) -> str:
        """Return the name that queries of the related model follow the relation by."""
        remote = self.remote_field
        name: str = remote.related_query_name or remote.related_name or self.opts.model_name
        return name

    def get_limit_choices_to(self) -> Any:
        """Return ``limit_choices_to``, called if it is a callable."""
        limit = self.remote_field.limit_choices_to
        return limit() if callable(limit) else limit

    def limit_choices_q(self) -> Q:
        """Return ``limit_choices_to`` as one condition."""
        limit = self.get_limit_choices_to()
        return limit if isinstance(limit, Q) else Q(**(limit or {}))

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        """Return what makes an equal field."""
        name, path, args, keywords = super().deconstruct()
        if self._limit_choices_to:
            keywords["limit_choices_to"] = self._limit_choices_to
        if self._related_name is not None:
            keywords["related_name"] = self._related_name
        if self._related_query_name is not None:
            keywords["related_query_name"] = self._related_query_name
        return name, path, args, keywords

    def deconstructed_target(self) -> str:
        """Return the related model by its label; models' names know no upper case."""
        to = self.remote_field.model
        if not isinstance(to, str):
            label: str = to._meta.label_lower
            return label
        app_label, dot, name = to.rpartition(".")
        return f"{app_label}{dot}{name.lower()}"

    @classmethod
    def _public_path(cls) -> str:
        if cls.__module__.startswith("aorm.relations."):
            return f"aorm.models.{cls.__qualname__}"
        return super()._public_path()

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        """Return what is wrong with the declaration."""
        return [*super().check(**kwargs), *check_relation(self)]


def resolve_related_class(model: Any, related: Any, field: Any) -> None:
    """Give the field its related model, which now exists."""
    field.remote_field.model = related
    field.do_related_class(related, model)
