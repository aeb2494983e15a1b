"""Many-to-many relations: rows of a table between, each with the keys of both ends."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from aorm.bridge import sync_twin
from aorm.mapping.naming import split_identifier, truncate_name
from aorm.mapping.registry import lazy_related_operation
from aorm.relations.annotations import M
from aorm.relations.lookups import RELATED_LOOKUPS
from aorm.relations.manager_descriptors import ManyToManyDescriptor
from aorm.relations.many_managers import ManyRelatedManager
from aorm.relations.many_to_many_checks import check_many_to_many
from aorm.relations.related_field import RelatedField, check_target
from aorm.relations.remote import ManyToManyRel
from aorm.relations.through import make_through_model

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aorm import checks
    from aorm.mapping.paths import Hop, Path

SELF = "self"


class ManyToManyField(RelatedField[Any, ManyRelatedManager[M]]):
    """Relate each instance with any number of others: ``tags = ManyToManyField(Tag)``.

    The attribute is a manager: ``await article.tags.aadd(tag)``, ``async for tag in article.tags.all()``.

    Args:
        to: the related model, its name (``"Tag"``, ``"app.Tag"``), or ``"self"``.
        related_name: the tags' attribute for the articles; one that ends with ``+`` gives none.
        related_query_name: the name of the articles in queries of tags.
        limit_choices_to: which tags are valid: lookups, a ``Q``, or a callable that returns one.
        symmetrical: for a relation to ``"self"``, whether each row holds both ways; it does unless said otherwise.
        through: the model of the table between; one is made where none is given.
        through_fields: which two of its foreign keys are meant, where it has more.
        db_constraint: whether the database guards the references of the table between.
        db_table: the name of the table between.

    Raises:
        TypeError: ``to`` is no model.
        ValueError: options contradict each other.
    """

    many_to_many = True
    many_to_one = False
    one_to_many = False
    one_to_one = False

    lookups: ClassVar[Mapping[str, Any]] = RELATED_LOOKUPS
    rel_class: ClassVar[type[Any]] = ManyToManyRel
    description = "Many-to-many relationship"

    if TYPE_CHECKING:
        # On the class, the attribute is the descriptor, which has this.
        through: Any

    def __init__(
        self,
        to: type[M] | str,
        related_name: str | None = None,
        related_query_name: str | None = None,
        limit_choices_to: Any = None,
        symmetrical: bool | None = None,
        through: Any = None,
        through_fields: Sequence[str] | None = None,
        db_constraint: bool = True,
        db_table: str | None = None,
        swappable: bool = True,
        **kwargs: Any,
    ) -> None:
        check_target(type(self), to)
        if symmetrical is None:
            symmetrical = to == SELF
        if through is not None and db_table is not None:
            raise ValueError("Cannot specify a db_table if an intermediary model is used.")
        names: dict[str, Any] = {
            "related_name": related_name,
            "related_query_name": related_query_name,
            "limit_choices_to": limit_choices_to,
        }
        kwargs["rel"] = self.rel_class(
            self,
            to,
            symmetrical=symmetrical,
            through=through,
            through_fields=through_fields,
            db_constraint=db_constraint,
            **names,
        )
        self.has_null_arg = "null" in kwargs
        super().__init__(**names, **kwargs)
        self.db_table = db_table
        self.swappable = swappable

    def get_attname_column(self) -> tuple[str, str | None]:
        """Return the attribute, and no column."""
        return self.get_attname(), None

    # The table between.

    @property
    def source_link(self) -> Any:
        """The foreign key of the table between that points to the field's model.

        Raises:
            ValueError: the table between has none, or does not exist yet.
        """
        return self._links()[0]

    @property
    def target_link(self) -> Any:
        """The foreign key of the table between that points to the related model."""
        return self._links()[1]

    def _links(self) -> tuple[Any, Any]:
        found: tuple[Any, Any] | None = self.__dict__.get("_related_fields")
        if found is None:
            found = self.__dict__["_related_fields"] = self._find_links()
        return found

    def _find_links(self) -> tuple[Any, Any]:
        through = self.remote_field.through
        if through is None or isinstance(through, str):
            raise ValueError(f"{self}: the model between, {through!r}, does not exist (yet).")
        names = self.remote_field.through_fields
        if names:
            return through._meta.get_field(names[0]), through._meta.get_field(names[1])
        links = [field for field in through._meta.fields if field.is_relation]
        source = [link for link in links if link.remote_field.model == self.model]
        target = [link for link in links if link.remote_field.model == self.remote_field.model]
        if self.model == self.remote_field.model:
            # From the first to the second of the keys that point to the one model.
            target = target[1:]
        if not source or not target:
            raise ValueError(
                f"{self}: the model between, {through._meta.label}, has no foreign key to each of "
                f"{self.model._meta.label} and {self.remote_field.model._meta.label}."
            )
        return source[0], target[0]

    def m2m_db_table_for(self, meta: Any) -> str:
        """Return the name of the table between, as if the field belonged to the model with those options."""
        if self.remote_field.through is not None:
            table: str = self.remote_field.through._meta.db_table
            return table
        return self.db_table or truncate_name(f"{split_identifier(meta.db_table)[1]}_{self.name}")

    def m2m_db_table(self) -> str:
        """Return the name of the table between."""
        return self.m2m_db_table_for(self.opts)

    def m2m_field_name(self) -> str:
        """Return the name of the foreign key to the field's model."""
        name: str = self.source_link.name
        return name

    def m2m_reverse_field_name(self) -> str:
        """Return the name of the foreign key to the related model."""
        name: str = self.target_link.name
        return name

    def m2m_column_name(self) -> str:
        """Return the column of the foreign key to the field's model."""
        name: str = self.source_link.column
        return name

    def m2m_reverse_name(self) -> str:
        """Return the column of the foreign key to the related model."""
        name: str = self.target_link.column
        return name

    def m2m_target_field_name(self) -> str:
        """Return the name of the field that the foreign key to the field's model refers to."""
        name: str = self.source_link.remote_field.field_name
        return name

    def m2m_reverse_target_field_name(self) -> str:
        """Return the name of the field that the foreign key to the related model refers to."""
        name: str = self.target_link.remote_field.field_name
        return name

    # Paths.

    @property
    def path(self) -> Path:
        """The hops to the table between and on to the related model."""
        found: Path | None = self.__dict__.get("_path")
        if found is None:
            hops = joined(self.source_link, self.target_link)
            found = self.__dict__["_path"] = numbered(hops, self, is_reverse=False)
        return found

    @property
    def reverse_path(self) -> Path:
        """The hops to the table between and on to the field's model."""
        found: Path | None = self.__dict__.get("_reverse_path")
        if found is None:
            hops = joined(self.target_link, self.source_link)
            found = self.__dict__["_reverse_path"] = numbered(hops, self.remote_field, is_reverse=True)
        return found

    @property
    def target_fields(self) -> tuple[Any, ...]:
        """The fields of the related model that the table between refers to."""
        fields: tuple[Any, ...] = self.target_link.foreign_related_fields
        return fields

    @property
    def reverse_target_fields(self) -> tuple[Any, ...]:
        """The fields of the field's model that the table between refers to."""
        fields: tuple[Any, ...] = self.source_link.foreign_related_fields
        return fields

    # Joining the model.

    def contribute_to_class(self, cls: Any, name: str, private_only: bool = False) -> None:
        """Make the field part of the model class, and make the table between where none is given."""
        remote = self.remote_field
        if remote.symmetrical and (remote.model == SELF or remote.model == cls._meta.object_name):
            # Queries follow the relation backwards by some name, which nobody types.
            remote.related_name = f"{name}_rel_+"
        elif remote.hidden:
            # Several fields may hide their far side: queries need to tell them apart.
            remote.related_name = f"_{cls._meta.app_label}_{cls.__name__.lower()}_{name}_+"
        super().contribute_to_class(cls, name, private_only=private_only)
        if not cls._meta.abstract:
            if remote.through:
                lazy_related_operation(_resolve_through, cls, remote.through, field=self)
            elif not cls._meta.swapped:
                remote.through = make_through_model(self, cls)
        setattr(cls, self.name, ManyToManyDescriptor(remote))

    def set_attributes_from_rel(self) -> None:
        """Take nothing from the related model."""

    def contribute_to_related_class(self, cls: Any, related: Any) -> None:
        """Put the manager of the far side on the related class, unless it is hidden."""
        if not related.hidden and not related.related_model._meta.swapped:
            setattr(cls, related.accessor_name, ManyToManyDescriptor(related, reverse=True))

    # Values.

    async def avalue_from_object(self, obj: Any) -> list[Any]:
        """Return the related objects of an instance."""
        return list(await getattr(obj, self.attname).all()) if obj._is_pk_set() else []

    value_from_object = sync_twin(avalue_from_object)  # type: ignore[arg-type]

    def db_parameters(self, connection: Any) -> dict[str, Any]:
        """Return no type and no check: there is no column."""
        return {"type": None, "check": None}

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        """Return what is wrong with the declaration."""
        kwargs.setdefault("from_model", self.model)
        return [*super().check(**kwargs), *check_many_to_many(self, kwargs["from_model"])]

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        """Return what makes an equal field."""
        name, path, args, keywords = super().deconstruct()
        remote = self.remote_field
        if self.db_table is not None:
            keywords["db_table"] = self.db_table
        if remote.db_constraint is not True:
            keywords["db_constraint"] = remote.db_constraint
        keywords["to"] = self.deconstructed_target()
        if isinstance(remote.through, str):
            keywords["through"] = remote.through
        elif remote.through is not None and not remote.through._meta.auto_created:
            keywords["through"] = remote.through._meta.label
        if remote.through_fields:
            keywords["through_fields"] = remote.through_fields
        return name, path, args, keywords


def joined(near: Any, far: Any) -> tuple[Hop, ...]:
    """Return the hops over the table between: backwards along one foreign key, forwards along the other."""
    first, last = near.reverse_path, far.path
    here, there = first[-1].target, last[0].source
    # The keys of a table between that inherits may stand in different tables.
    between = here.path_to_parent(there.model) if here is not there else ()
    return (*first, *between, *last)


def numbered(hops: Sequence[Hop], relation: Any, *, is_reverse: bool) -> tuple[Hop, ...]:
    """Return the hops as steps of a relation of their own, so that they are joined apart from its foreign keys'."""
    return tuple(replace(hop, relation=relation, index=index, is_reverse=is_reverse) for index, hop in enumerate(hops))


def _resolve_through(model: Any, through: Any, field: ManyToManyField[Any]) -> None:
    field.remote_field.through = through
    model._meta.apps.changed()
