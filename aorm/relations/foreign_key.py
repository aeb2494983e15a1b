"""Foreign keys: a column with the key of a row of another table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal, overload

from aorm.bridge import sync_twin
from aorm.database.routing import router
from aorm.exceptions import FieldError, ValidationError
from aorm.fields.storage import is_foreign
from aorm.fields.validation import BLANK_CHOICE_LABEL
from aorm.relations.annotations import M, T
from aorm.relations.caching import KeyedRelationCache
from aorm.relations.descriptors import ForwardOneToOneDescriptor, ReverseOneToOneDescriptor
from aorm.relations.foreign_key_checks import check_on_delete, check_unique
from aorm.relations.foreign_object import SELF, ForeignObject
from aorm.relations.related_field import check_target
from aorm.relations.remote import ManyToOneRel, OneToOneRel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Unpack

    from aorm import checks
    from aorm.relations.annotations import OneToOneOptions, RelationOptions
    from aorm.sql.types import SqlType


class ForeignKey(KeyedRelationCache, ForeignObject[M]):
    """A many-to-one relation: ``author = ForeignKey(Author, on_delete=CASCADE)``.

    The attribute ``author`` is the related object, ``author_id`` the key in the column. In a running event loop an
    author that is not loaded has to be awaited: ``await book.author``.

    Args:
        to: the related model, its name (``"Author"``, ``"app.Author"``), or ``"self"``.
        on_delete: what happens to the books when the author is deleted.
        related_name: the author's attribute for the books; one that ends with ``+`` gives none.
        related_query_name: the name of the books in queries of authors.
        limit_choices_to: which authors are valid: lookups, a ``Q``, or a callable that returns one.
        parent_link: the field is the link of a child model to its parent.
        to_field: the field of the author that the column refers to, the primary key unless given.
        db_constraint: whether the database guards the reference.
    """

    many_to_many = False
    many_to_one = True
    one_to_many = False
    one_to_one = False

    rel_class: ClassVar[type[Any]] = ManyToOneRel
    empty_strings_allowed = False
    default_error_messages: ClassVar[Mapping[str, Any]] = {
        "invalid": "%(model)s instance with %(field)s %(value)r is not a valid choice."
    }
    description = "Foreign Key (type determined by related field)"

    if TYPE_CHECKING:

        @overload
        def __init__(
            self: ForeignKey[T],
            to: type[T],
            on_delete: Any,
            related_name: str | None = None,
            related_query_name: str | None = None,
            limit_choices_to: Any = None,
            parent_link: bool = False,
            to_field: str | None = None,
            db_constraint: bool = True,
            *,
            null: Literal[False] = False,
            **kwargs: Unpack[RelationOptions],
        ) -> None: ...
        @overload
        def __init__(
            self: ForeignKey[T | None],
            to: type[T],
            on_delete: Any,
            related_name: str | None = None,
            related_query_name: str | None = None,
            limit_choices_to: Any = None,
            parent_link: bool = False,
            to_field: str | None = None,
            db_constraint: bool = True,
            *,
            null: bool,
            **kwargs: Unpack[RelationOptions],
        ) -> None: ...
        @overload
        def __init__(
            self,
            to: str,
            on_delete: Any,
            related_name: str | None = None,
            related_query_name: str | None = None,
            limit_choices_to: Any = None,
            parent_link: bool = False,
            to_field: str | None = None,
            db_constraint: bool = True,
            *,
            null: bool = False,
            **kwargs: Unpack[RelationOptions],
        ) -> None: ...
        def __init__(self, *args: Any, **kwargs: Any) -> None: ...

        db_constraint: bool

    else:

        def __init__(
            self,
            to,  # noqa: ANN001
            on_delete,  # noqa: ANN001
            related_name=None,  # noqa: ANN001
            related_query_name=None,  # noqa: ANN001
            limit_choices_to=None,  # noqa: ANN001
            parent_link=False,  # noqa: ANN001
            to_field=None,  # noqa: ANN001
            db_constraint=True,  # noqa: ANN001
            **kwargs,  # noqa: ANN003
        ) -> None:
            """Keep the options; the signature, its order included, is Django's."""
            check_target(type(self), to)
            if not isinstance(to, str):
                # The key may be added to the model later: then the name is found when the models are joined.
                to_field = to_field or (to._meta.pk and to._meta.pk.name)
            if not callable(on_delete):
                raise TypeError("on_delete must be callable.")
            names = {
                "related_name": related_name,
                "related_query_name": related_query_name,
                "limit_choices_to": limit_choices_to,
            }
            rel = self.rel_class(self, to, to_field, parent_link=parent_link, on_delete=on_delete, **names)
            kwargs.setdefault("db_index", True)
            super().__init__(to, on_delete, from_fields=[SELF], to_fields=[to_field], rel=rel, **names, **kwargs)
            self.db_constraint = db_constraint

    # The column.

    def get_attname(self) -> str:
        """Return the name of the attribute that holds the key."""
        return f"{self.name}_id"

    def get_attname_column(self) -> tuple[str, str | None]:
        """Return the names of the attribute and of the column."""
        attname = self.get_attname()
        return attname, self.db_column or attname

    @property
    def target_field(self) -> Any:
        """The field of the related model that the column refers to."""
        return self.foreign_related_fields[0]

    def resolve_related_fields(self) -> list[tuple[Any, Any]]:
        """Find the fields by their names.

        Raises:
            FieldError: the column refers to a field that the related model inherits from a parent's table.
        """
        pairs = super().resolve_related_fields()
        related = self.remote_field.model._meta.concrete_model
        for _, remote in pairs:
            if remote and remote.model is not related:
                raise FieldError(
                    f"'{self.model._meta.label}.{self.name}' refers to field '{remote.name}' which is not local to "
                    f"model '{related._meta.label}'."
                )
        return pairs

    def related_key(self, related: Any) -> Any:
        """Return the value of the related object that the column holds."""
        return self.get_foreign_related_value(related)[0]

    def contribute_to_related_class(self, cls: Any, related: Any) -> None:
        """Put the attribute of the far side on the related class."""
        super().contribute_to_related_class(cls, related)
        if related.field_name is None:
            related.field_name = cls._meta.pk.name

    # Values: what the target's column takes.

    @property
    def sql_type(self) -> SqlType:
        """The type of the column: that of the column it refers to."""
        sql_type: SqlType = self.target_field.sql_type
        return sql_type

    @property
    def save_adapter(self) -> Any:
        """What encodes keys to be saved: this class's own code, else the target's."""
        return super().save_adapter if self.has_own_save_encoding else self.target_field.save_adapter

    def to_python(self, value: Any) -> Any:
        """Return the value as the target's Python type."""
        return self.target_field.to_python(value)

    def get_prep_value(self, value: Any) -> Any:
        """Turn a key or an instance into the key that is stored and compared."""
        kind = value.__class__
        if kind is int or kind is str:
            return self.target_field.get_prep_value(value)
        return super().get_prep_value(value)

    def prepare_to_save(self, value: Any) -> Any:
        """Check the key as the target does; an empty string where the target knows none is NULL."""
        if value is None or (value == "" and not self.target_field.empty_strings_allowed):
            return None
        if self.has_own_save_encoding or is_foreign(type(self).get_prep_value):
            return super().prepare_to_save(value)
        return self.target_field.prepare_to_save(value)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Return the key as the database takes it."""
        return self.target_field.get_db_prep_value(value, connection, prepared)

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        """Return the key as it is saved."""
        if value is None or (value == "" and not self.target_field.empty_strings_allowed):
            return None
        return self.target_field.get_db_prep_save(value, connection=connection)

    def decode_for(self, dialect: Any) -> Callable[[Any], Any] | None:
        """Return how the target's field reads what the driver gives."""
        decode: Callable[[Any], Any] | None = self.target_field.decode_for(dialect)
        return decode

    def get_db_converters(self, connection: Any) -> list[Callable[[Any, Any, Any], Any]]:
        """Return the functions that a loaded key passes through: the target's, then the field's own."""
        return [*self.target_field.get_db_converters(connection), *super().get_db_converters(connection)]

    def db_type(self, connection: Any) -> str | None:
        """Return the spelling of the column's type."""
        spelling: str | None = self.target_field.rel_db_type(connection)
        return spelling

    def cast_db_type(self, connection: Any) -> str | None:
        """Return the spelling of the type in CAST."""
        spelling: str | None = self.target_field.cast_db_type(connection)
        return spelling

    def get_default(self) -> Any:
        """Return the key of a new instance; a default that is an instance gives its key."""
        default = super().get_default()
        related = self.remote_field.model
        if not isinstance(related, str) and isinstance(default, related):
            return getattr(default, self.target_field.attname)
        return default

    # Validation.

    def validate(self, value: Any, model_instance: Any) -> None:
        """Check null and blank; whether the row exists is asked by ``avalidate_related``."""
        if not self.remote_field.parent_link:
            super().validate(value, model_instance)

    async def avalidate_related(self, value: Any, model_instance: Any) -> None:
        """Check that there is a row with that key, among those that ``limit_choices_to`` allows.

        Raises:
            ValidationError: there is none.
        """
        if value is None or self.remote_field.parent_link:
            return
        related, name = self.remote_field.model, self.remote_field.field_name
        alias = router.db_for_read(related, instance=model_instance)
        queryset = related._base_manager.using(alias).filter(self.limit_choices_q(), **{name: value})
        if not await queryset.aexists():
            params = {"model": related._meta.verbose_name, "pk": value, "field": name, "value": value}
            raise ValidationError(self.error_messages["invalid"], code="invalid", params=params)

    validate_related = sync_twin(avalidate_related)

    async def aclean(self, value: Any, model_instance: Any) -> Any:
        """Convert the value, validate it, ask whether the row exists, and return it."""
        value = self.to_python(value)
        self.validate(value, model_instance)
        await self.avalidate_related(value, model_instance)
        self.run_validators(value)
        return value

    async def aget_choices(
        self,
        include_blank: bool = True,
        blank_choice: Any = None,
        limit_choices_to: Any = None,
        ordering: Sequence[Any] = (),
    ) -> list[tuple[Any, Any]]:
        """Return keys and texts of the rows that may be chosen, with a blank choice in front where it is wanted."""
        limit = limit_choices_to or self.get_limit_choices_to() or {}
        queryset = self.remote_field.model._default_manager.complex_filter(limit)
        if ordering:
            queryset = queryset.order_by(*ordering)
        name = self.remote_field.get_related_field().attname
        choices = [(getattr(row, name), str(row)) async for row in queryset]
        if not include_blank:
            return choices
        return [*([("", BLANK_CHOICE_LABEL)] if blank_choice is None else blank_choice), *choices]

    get_choices = sync_twin(aget_choices)  # type: ignore[arg-type]

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        """Return what is wrong with the declaration."""
        found = [*super().check(**kwargs), *check_on_delete(self, kwargs.get("databases"))]
        return found if self.one_to_one else [*found, *check_unique(self)]

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        """Return what makes an equal field."""
        name, path, args, keywords = super().deconstruct()
        del keywords["to_fields"], keywords["from_fields"]
        if self.db_index:
            del keywords["db_index"]
        else:
            keywords["db_index"] = False
        if self.db_constraint is not True:
            keywords["db_constraint"] = self.db_constraint
        meta = getattr(self.remote_field.model, "_meta", None)
        field_name = self.remote_field.field_name
        if field_name and (not meta or (meta.pk and field_name != meta.pk.name)):
            keywords["to_field"] = field_name
        return name, path, args, keywords


class OneToOneField(ForeignKey[M]):
    """A foreign key that no two rows share; the far side's attribute is the one object, not a manager."""

    many_to_many = False
    many_to_one = False
    one_to_many = False
    one_to_one = True
    # Seen from the far side: an object of this model belongs to one object of the related model and to no other.
    multiple = False

    related_accessor_class: ClassVar[type[Any]] = ReverseOneToOneDescriptor
    forward_related_accessor_class: ClassVar[type[Any]] = ForwardOneToOneDescriptor
    rel_class: ClassVar[type[Any]] = OneToOneRel
    description = "One-to-one relationship"

    if TYPE_CHECKING:

        @overload
        def __init__(
            self: OneToOneField[T],
            to: type[T],
            on_delete: Any,
            to_field: str | None = None,
            *,
            null: Literal[False] = False,
            **kwargs: Unpack[OneToOneOptions],
        ) -> None: ...
        @overload
        def __init__(
            self: OneToOneField[T | None],
            to: type[T],
            on_delete: Any,
            to_field: str | None = None,
            *,
            null: bool,
            **kwargs: Unpack[OneToOneOptions],
        ) -> None: ...
        @overload
        def __init__(
            self,
            to: str,
            on_delete: Any,
            to_field: str | None = None,
            *,
            null: bool = False,
            **kwargs: Unpack[OneToOneOptions],
        ) -> None: ...
        def __init__(self, *args: Any, **kwargs: Any) -> None: ...

    else:

        def __init__(self, to: Any, on_delete: Any, to_field: str | None = None, **kwargs: Any) -> None:
            """Keep the options; the column is always unique."""
            kwargs["unique"] = True
            super().__init__(to, on_delete, to_field=to_field, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        """Return what makes an equal field."""
        name, path, args, keywords = super().deconstruct()
        keywords.pop("unique", None)
        return name, path, args, keywords
