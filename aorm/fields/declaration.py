"""What a field was declared as: its options, its place in the model, its identity."""

from __future__ import annotations

from functools import total_ordering
from typing import TYPE_CHECKING, Any, ClassVar

from aorm.fields.choices import CallableChoices, display_method, flatten_choices, normalize_choices
from aorm.fields.descriptors import DeferredAttribute
from aorm.fields.lookup_table import LookupTable
from aorm.settings import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Self


class NOT_PROVIDED:
    """Stand for an option that was not given, where None is a value."""


# Option -> its default, for those that `deconstruct` names only where they differ, in Django's order.
DECONSTRUCTED: dict[str, tuple[str, Any]] = {
    "verbose_name": ("_verbose_name", None),
    "primary_key": ("primary_key", False),
    "max_length": ("max_length", None),
    "unique": ("_unique", False),
    "blank": ("blank", False),
    "null": ("null", False),
    "db_index": ("db_index", False),
    "default": ("default", NOT_PROVIDED),
    "db_default": ("db_default", NOT_PROVIDED),
    "editable": ("editable", True),
    "serialize": ("serialize", True),
    "unique_for_date": ("unique_for_date", None),
    "unique_for_month": ("unique_for_month", None),
    "unique_for_year": ("unique_for_year", None),
    "choices": ("choices", None),
    "help_text": ("help_text", ""),
    "db_column": ("db_column", None),
    "db_comment": ("db_comment", None),
    "db_tablespace": ("_db_tablespace", None),
    "auto_created": ("auto_created", False),
    "validators": ("_validators", []),
    "error_messages": ("_error_messages", None),
}


def load_field(model: Any, name: str) -> Any:
    """Return the field of the model; what pickles of bound fields call."""
    return model._meta.get_field(name)


def load_unbound(field_class: type[FieldDeclaration]) -> FieldDeclaration:
    """Return an empty field, whose state the pickle then restores."""
    return object.__new__(field_class)


@total_ordering
class FieldDeclaration(LookupTable):
    """Keep the options of a field, bind it to its model, compare, copy, pickle and deconstruct it.

    Attributes have Django's names and meanings. `attname` is the attribute that holds the value, `column` the column,
    None for a field without one.
    """

    # Counts up for fields that are written in a class body, down for those made for it; decides their order.
    creation_counter = 0
    auto_creation_counter = -1

    descriptor_class: ClassVar[type[Any]] = DeferredAttribute

    many_to_many: bool | None = None
    many_to_one: bool | None = None
    one_to_many: bool | None = None
    one_to_one: bool | None = None
    related_model: Any = None
    hidden = False
    generated = False
    concrete: bool
    attname: str
    column: str | None
    model: Any
    # A text once the field is bound, None before it, which no reader of a model's fields meets.
    name: Any

    # Options without effect on the column: altering them needs no migration of the table.
    non_db_attrs: ClassVar[tuple[str, ...]] = (
        "blank",
        "choices",
        "db_column",
        "editable",
        "error_messages",
        "help_text",
        "limit_choices_to",
        "related_name",
        "related_query_name",
        "validators",
        "verbose_name",
    )

    def __init__(
        self,
        verbose_name: Any = None,
        name: str | None = None,
        primary_key: bool = False,
        max_length: int | None = None,
        unique: bool = False,
        blank: bool = False,
        null: bool = False,
        db_index: bool = False,
        rel: Any = None,
        default: Any = NOT_PROVIDED,
        editable: bool = True,
        serialize: bool = True,
        unique_for_date: str | None = None,
        unique_for_month: str | None = None,
        unique_for_year: str | None = None,
        choices: Any = None,
        help_text: Any = "",
        db_column: str | None = None,
        db_tablespace: str | None = None,
        auto_created: bool = False,
        validators: Sequence[Callable[[Any], object]] = (),
        error_messages: Mapping[str, Any] | None = None,
        db_comment: str | None = None,
        db_default: Any = NOT_PROVIDED,
    ) -> None:
        """Keep the options; the signature, its order included, is Django's."""
        self.name = name
        self.verbose_name = self._verbose_name = verbose_name
        self.primary_key = primary_key
        self.max_length = max_length
        self._unique = unique
        self.blank = blank
        self.null = null
        self.remote_field = rel
        self.is_relation = rel is not None
        self.default = default
        self.db_default = db_default
        self.editable = editable
        self.serialize = serialize
        self.unique_for_date = unique_for_date
        self.unique_for_month = unique_for_month
        self.unique_for_year = unique_for_year
        self.choices = choices
        self.help_text = help_text
        self.db_index = db_index
        self.db_column = db_column
        self.db_comment = db_comment
        self._db_tablespace = db_tablespace
        self.auto_created = auto_created
        # Kept as given, for deconstruct().
        self._validators = list(validators)
        self._error_messages = error_messages
        if auto_created:
            self.creation_counter = FieldDeclaration.auto_creation_counter
            FieldDeclaration.auto_creation_counter -= 1
        else:
            self.creation_counter = FieldDeclaration.creation_counter
            FieldDeclaration.creation_counter += 1

    @property
    def choices(self) -> Any:
        """The choices as pairs, None where there are none; a lazy iterable where a callable gave them."""
        return self._choices

    @choices.setter
    def choices(self, value: Any) -> None:
        self._choices = normalize_choices(value)

    @property
    def flatchoices(self) -> list[tuple[Any, Any]]:
        """The choices as pairs, with those of groups in their place."""
        return list(flatten_choices(self.choices))

    @property
    def unique(self) -> bool:
        """Whether no two rows may have the same value."""
        return self._unique or self.primary_key

    @property
    def db_tablespace(self) -> str:
        """The tablespace of the field's index."""
        return self._db_tablespace or settings.default_tablespace

    @property
    def label(self) -> str:
        """``Model.field``, for messages; ``(unbound)`` where the field belongs to no model."""
        model = self.__dict__.get("model")
        return "(unbound)" if model is None else f"{model.__name__}.{self.name}"

    def get_attname(self) -> str:
        """Return the name of the attribute that holds the value."""
        name: str = self.name
        return name

    def get_attname_column(self) -> tuple[str, str | None]:
        """Return the names of the attribute and of the column."""
        attname = self.get_attname()
        return attname, self.db_column or attname

    def set_attributes_from_name(self, name: str) -> None:
        """Take the names of field, attribute, column and label from the name in the class body."""
        self.name = self.name or name
        self.attname, self.column = self.get_attname_column()
        self.concrete = self.column is not None
        if self.verbose_name is None and self.name:
            self.verbose_name = self.name.replace("_", " ")

    def contribute_to_class(self, cls: Any, name: str, private_only: bool = False) -> None:
        """Make the field part of the model class.

        Args:
            cls: the model.
            name: the name in its class body.
            private_only: True keeps the field out of the lists that subclasses inherit.
        """
        self.set_attributes_from_name(name)
        self.model = cls
        cls._meta.add_field(self, private=private_only)
        if self.column:
            is_plain = self.descriptor_class is DeferredAttribute
            setattr(cls, self.attname, self if is_plain else self.descriptor_class(self))
        display = f"get_{self.name}_display"
        # Looked for in the class itself only: choices may be overridden below an inherited method.
        if self.choices is not None and display not in cls.__dict__:
            setattr(cls, display, display_method(self, display))

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """Return what makes an equal field: its name, import path, positional and keyword arguments.

        Options that have their default value are left out.
        """
        keywords: dict[str, Any] = {}
        for option, (attribute, default) in DECONSTRUCTED.items():
            value = getattr(self, attribute)
            if value is default or (option in ("help_text", "validators") and value == default):
                continue
            keywords[option] = value.func if isinstance(value, CallableChoices) else value
        return self.name, self._public_path(), [], keywords

    def clone(self) -> Self:
        """Return a new field of the same options, bound to no model."""
        _, _, args, keywords = self.deconstruct()
        return type(self)(*args, **keywords)

    @classmethod
    def _public_path(cls) -> str:
        module = "aorm.models" if cls.__module__.startswith("aorm.fields.") else cls.__module__
        return f"{module}.{cls.__qualname__}"

    def __str__(self) -> str:
        model = self.__dict__.get("model")
        return object.__str__(self) if model is None else f"{model._meta.label}.{self.name}"

    def __repr__(self) -> str:
        name = self.__dict__.get("name")
        return f"<{self._public_path()}: {name}>" if name is not None else f"<{self._public_path()}>"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FieldDeclaration):
            return NotImplemented
        return self.creation_counter == other.creation_counter and self.__dict__.get("model") is other.__dict__.get(
            "model"
        )

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, FieldDeclaration):
            return NotImplemented
        if self.creation_counter != other.creation_counter:
            return self.creation_counter < other.creation_counter
        mine, theirs = self.__dict__.get("model"), other.__dict__.get("model")
        if mine is None or theirs is None:
            return mine is None and theirs is not None
        return (mine._meta.app_label, mine._meta.model_name) < (theirs._meta.app_label, theirs._meta.model_name)

    def __hash__(self) -> int:
        return hash(self.creation_counter)

    def __copy__(self) -> Self:
        copied = object.__new__(type(self))
        copied.__dict__.update(self.__dict__)
        copied.__dict__.pop("_sql_type", None)
        return copied

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        # What options hold is not meant to be changed, so the copies may share it; but for the other end of a relation.
        copied = self.__copy__()
        if self.remote_field:
            copied.remote_field = self.remote_field.__copy__()
            if getattr(self.remote_field, "field", None) is self:
                copied.remote_field.field = copied
        memo[id(self)] = copied
        return copied

    def __reduce__(self) -> tuple[Any, ...]:
        model = self.__dict__.get("model")
        if model is None:
            return load_unbound, (type(self),), self.__dict__.copy()
        return load_field, (model, self.name)


# What a wrong argument's TypeError calls the constructor.
FieldDeclaration.__init__.__qualname__ = "Field.__init__"
