"""A relation over one or several columns of both tables, of which the foreign key is the everyday case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from aorm.expressions.conditions import Q
from aorm.mapping.paths import Hop
from aorm.relations.annotations import M
from aorm.relations.descriptors import ForwardManyToOneDescriptor
from aorm.relations.foreign_key_checks import check_targets
from aorm.relations.lookups import RELATED_LOOKUPS
from aorm.relations.manager_descriptors import ReverseManyToOneDescriptor
from aorm.relations.on_delete import DatabaseOnDelete
from aorm.relations.related_field import RelatedField
from aorm.relations.remote import ForeignObjectRel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from aorm import checks
    from aorm.exceptions import ObjectDoesNotExist
    from aorm.mapping.paths import Path
    from aorm.sql.predicates import Predicate

SELF = "self"


class ForeignObject(RelatedField[M, M]):
    """Relate rows whose columns ``from_fields`` equal the columns ``to_fields`` of the related model.

    Args:
        to: the related model, its name, or ``"self"``.
        on_delete: what happens to the rows when what they point to is deleted.
        from_fields: names of fields of this model; ``"self"`` is the field itself.
        to_fields: names of fields of the related model; None is its primary key.
    """

    many_to_many = False
    many_to_one = True
    one_to_many = False
    one_to_one = False

    if TYPE_CHECKING:
        # On the class, the attribute is the descriptor, which has these.
        RelatedObjectDoesNotExist: type[ObjectDoesNotExist]
        get_queryset: Callable[..., Any]

    lookups: ClassVar[Mapping[str, Any]] = RELATED_LOOKUPS
    requires_unique_target = True
    related_accessor_class: ClassVar[type[Any]] = ReverseManyToOneDescriptor
    forward_related_accessor_class: ClassVar[type[Any]] = ForwardManyToOneDescriptor
    rel_class: ClassVar[type[Any]] = ForeignObjectRel

    def __init__(
        self,
        to: Any,
        on_delete: Any,
        from_fields: Sequence[str],
        to_fields: Sequence[str | None],
        rel: Any = None,
        related_name: str | None = None,
        related_query_name: str | None = None,
        limit_choices_to: Any = None,
        parent_link: bool = False,
        swappable: bool = True,
        **kwargs: Any,
    ) -> None:
        names = {
            "related_name": related_name,
            "related_query_name": related_query_name,
            "limit_choices_to": limit_choices_to,
        }
        if rel is None:
            rel = self.rel_class(self, to, parent_link=parent_link, on_delete=on_delete, **names)
        super().__init__(rel=rel, **names, **kwargs)
        self.from_fields = from_fields
        self.to_fields = to_fields
        self.swappable = swappable

    @property
    def non_db_attrs(self) -> tuple[str, ...]:  # type: ignore[override]
        """Options without effect on the table; ``on_delete`` has one where the database obeys it."""
        if isinstance(self.remote_field.on_delete, DatabaseOnDelete):
            return RelatedField.non_db_attrs
        return (*RelatedField.non_db_attrs, "on_delete")

    def get_attname_column(self) -> tuple[str, str | None]:
        """Return the attribute, and no column: the columns belong to other fields."""
        return self.get_attname(), None

    # Which columns meet.

    @property
    def related_fields(self) -> list[tuple[Any, Any]]:
        """The pairs of a field of this model and a field of the related one."""
        found: list[tuple[Any, Any]] | None = self.__dict__.get("_related_fields")
        if found is None:
            found = self.__dict__["_related_fields"] = self.resolve_related_fields()
        return found

    def resolve_related_fields(self) -> list[tuple[Any, Any]]:
        """Find the fields by their names.

        Raises:
            ValueError: the names do not pair up, or the related model does not exist yet.
        """
        if not self.from_fields or len(self.from_fields) != len(self.to_fields):
            raise ValueError("Foreign Object from and to fields must be the same non-zero length")
        related = self.remote_field.model
        if isinstance(related, str):
            raise ValueError(f"Related model {related!r} cannot be resolved")
        meta = related._meta
        return [
            (
                self if from_name == SELF else self.opts.get_field(from_name),
                meta.pk if to_name is None else meta.get_field(to_name),
            )
            for from_name, to_name in zip(self.from_fields, self.to_fields, strict=True)
        ]

    @property
    def reverse_related_fields(self) -> list[tuple[Any, Any]]:
        """The pairs as seen from the related model."""
        return [(remote, local) for local, remote in self.related_fields]

    @property
    def local_related_fields(self) -> tuple[Any, ...]:
        """The fields of this model."""
        found: tuple[Any, ...] | None = self.__dict__.get("_local_fields")
        if found is None:
            found = self.__dict__["_local_fields"] = tuple([local for local, _ in self.related_fields])
        return found

    @property
    def foreign_related_fields(self) -> tuple[Any, ...]:
        """The fields of the related model."""
        found: tuple[Any, ...] | None = self.__dict__.get("_foreign_fields")
        if found is None:
            found = self.__dict__["_foreign_fields"] = tuple([remote for _, remote in self.related_fields if remote])
        return found

    @property
    def target_fields(self) -> tuple[Any, ...]:
        """The fields of the related model that values are compared with in queries."""
        return self.foreign_related_fields

    def get_joining_fields(self, reverse_join: bool = False) -> tuple[tuple[Any, Any], ...]:
        """Return the pairs of fields of a join from this model, or to it."""
        return tuple(self.reverse_related_fields if reverse_join else self.related_fields)

    def get_reverse_joining_fields(self) -> tuple[tuple[Any, Any], ...]:
        """Return the pairs of fields of a join to this model."""
        return self.get_joining_fields(reverse_join=True)

    def get_local_related_value(self, instance: Any) -> tuple[Any, ...]:
        """Return the values of this side's fields in an instance of this model."""
        return self.get_instance_value_for_fields(instance, self.local_related_fields)

    def get_foreign_related_value(self, instance: Any) -> tuple[Any, ...]:
        """Return the values of the far side's fields in an instance of the related model."""
        return self.get_instance_value_for_fields(instance, self.foreign_related_fields)

    @staticmethod
    def get_instance_value_for_fields(instance: Any, fields: Sequence[Any]) -> tuple[Any, ...]:
        """Return the values of the fields in an instance; a parent's primary key is the instance's own."""
        values = []
        for field in fields:
            if field.primary_key:
                # An instance may hold differing values for its parent's key and for its link to the parent.
                link = instance._meta.get_ancestor_link(field.model)
                if not link or link.primary_key or link.model._meta.abstract:
                    values.append(instance.pk)
                    continue
            values.append(getattr(instance, field.attname))
        return tuple(values)

    # Paths.

    @property
    def path(self) -> Path:
        """The one hop to the related model."""
        found: Path | None = self.__dict__.get("_path")
        if found is None:
            pairs = tuple(self.related_fields)
            found = self.__dict__["_path"] = (
                Hop(
                    source=self.model._meta,
                    target=self.remote_field.model._meta,
                    pairs=pairs,
                    relation=self,
                    is_many=False,
                    is_nullable=self.null,
                    is_direct=True,
                    restriction=self._restriction(is_reverse=False),
                ),
            )
        return found

    @property
    def reverse_path(self) -> Path:
        """The one hop from the related model to this one."""
        found: Path | None = self.__dict__.get("_reverse_path")
        if found is None:
            pairs = tuple(self.reverse_related_fields)
            found = self.__dict__["_reverse_path"] = (
                Hop(
                    source=self.remote_field.model._meta,
                    target=self.model._meta,
                    pairs=pairs,
                    relation=self.remote_field,
                    is_many=not self.unique,
                    is_nullable=True,
                    is_reverse=True,
                    restriction=self._restriction(is_reverse=True),
                ),
            )
        return found

    def _restriction(self, *, is_reverse: bool) -> Callable[[str], Predicate] | None:
        if type(self).get_extra_restriction is ForeignObject.get_extra_restriction:
            return None

        def restrict(alias: str) -> Any:
            return self.get_extra_restriction(None, alias) if is_reverse else self.get_extra_restriction(alias, None)

        return restrict

    def get_extra_restriction(self, alias: str | None, related_alias: str | None) -> Predicate | None:
        """Return a further condition of the join, or None; for relations of one's own.

        One of the aliases is None: ``alias`` is the related table's where the join goes to it, ``related_alias`` this
        model's where the join comes back.
        """
        return None

    def get_extra_descriptor_filter(self, instance: Any) -> Q | dict[str, Any]:
        """Return a further condition for loading the related object of an instance; for relations of one's own."""
        return {}

    # Filters that find the other side of an instance.

    def get_forward_related_filter(self, obj: Any) -> dict[str, Any]:
        """Return the lookups on this model that find what points to ``obj``, an instance of the related model."""
        return {f"{self.name}__{remote.name}": getattr(obj, remote.attname) for _, remote in self.related_fields}

    def get_reverse_related_filter(self, obj: Any) -> Q:
        """Return the condition on the related model that finds what ``obj``, an instance of this model, points to."""
        base = Q(**{remote.attname: getattr(obj, local.attname) for local, remote in self.related_fields})
        extra = self.get_extra_descriptor_filter(obj)
        if not extra:
            return base
        condition: Q = base & (Q(**extra) if isinstance(extra, dict) else extra)
        return condition

    # Joining the model.

    def contribute_to_class(self, cls: Any, name: str, private_only: bool = False) -> None:
        """Make the field part of the model class, with the attribute for the related object."""
        super().contribute_to_class(cls, name, private_only=private_only)
        setattr(cls, self.name, self.forward_related_accessor_class(self))

    def contribute_to_related_class(self, cls: Any, related: Any) -> None:
        """Put the attribute of the far side on the related class, unless it is hidden."""
        if not related.hidden and not related.related_model._meta.swapped:
            setattr(cls._meta.concrete_model, related.accessor_name, self.related_accessor_class(related))

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        """Return what is wrong with the declaration."""
        return [*super().check(**kwargs), *check_targets(self)]

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        """Return what makes an equal field."""
        name, path, args, keywords = super().deconstruct()
        keywords["on_delete"] = self.remote_field.on_delete
        keywords["from_fields"] = self.from_fields
        keywords["to_fields"] = self.to_fields
        if self.remote_field.parent_link:
            keywords["parent_link"] = self.remote_field.parent_link
        keywords["to"] = self.deconstructed_target()
        return name, path, args, keywords
