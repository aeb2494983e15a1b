"""Primary keys of several columns."""

from __future__ import annotations

import json
from functools import cached_property
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, ClassVar

from aorm import checks
from aorm.expressions.lookups.rows import (
    TupleExact,
    TupleGreaterThan,
    TupleGreaterThanOrEqual,
    TupleIn,
    TupleIsNull,
    TupleLessThan,
    TupleLessThanOrEqual,
    prepared_part,
)
from aorm.fields.base import NOT_PROVIDED, Field
from aorm.sql.types import row

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aorm.sql.types import SqlType


class CompositeAttribute:
    """The attribute `pk` of a model with a composite primary key: a tuple of the values of its fields."""

    def __init__(self, field: CompositePrimaryKey) -> None:
        """Keep the field."""
        self.field = field

    @property
    def attnames(self) -> list[str]:
        """The attributes that hold the parts."""
        return [field.attname for field in self.field.fields]

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        """Return the tuple; on the class, the field."""
        if instance is None:
            return self.field
        return tuple([getattr(instance, attname) for attname in self.attnames])

    def __set__(self, instance: Any, values: Any) -> None:
        """Set the parts; None clears them all."""
        attnames = self.attnames
        if values is None:
            values = (None,) * len(attnames)
        if not isinstance(values, (list, tuple)):
            raise ValueError(f"{self.field.name!r} must be a list or a tuple.")
        if len(values) != len(attnames):
            raise ValueError(f"{self.field.name!r} must have {len(attnames)} elements.")
        for attname, value in zip(attnames, values, strict=True):
            setattr(instance, attname, value)


class CompositePrimaryKey(Field[Any, tuple[Any, ...]]):
    """A primary key made of the named fields of the model; it has no column of its own."""

    lookups: ClassVar[Mapping[str, Any]] = {
        "exact": TupleExact,
        "gt": TupleGreaterThan,
        "gte": TupleGreaterThanOrEqual,
        "lt": TupleLessThan,
        "lte": TupleLessThanOrEqual,
        "in": TupleIn,
        "isnull": TupleIsNull,
    }
    descriptor_class: ClassVar[type[Any]] = CompositeAttribute

    def __init__(self, *args: str, **options: Any) -> None:
        """Keep the names; refuse every option of a column."""
        if not args or not all(isinstance(name, str) for name in args) or len(set(args)) != len(args):
            raise ValueError("CompositePrimaryKey args must be unique strings.")
        if len(args) == 1:
            raise ValueError("CompositePrimaryKey must include at least two fields.")
        if options.get("default", NOT_PROVIDED) is not NOT_PROVIDED:
            raise ValueError("CompositePrimaryKey cannot have a default.")
        if options.get("db_default", NOT_PROVIDED) is not NOT_PROVIDED:
            raise ValueError("CompositePrimaryKey cannot have a database default.")
        if options.get("db_column") is not None:
            raise ValueError("CompositePrimaryKey cannot have a db_column.")
        if options.setdefault("editable", False):
            raise ValueError("CompositePrimaryKey cannot be editable.")
        if not options.setdefault("primary_key", True):
            raise ValueError("CompositePrimaryKey must be a primary key.")
        if not options.setdefault("blank", True):
            raise ValueError("CompositePrimaryKey must be blank.")
        self.field_names = args
        super().__init__(**options)

    @cached_property
    def fields(self) -> tuple[Any, ...]:
        """The fields that the key is made of."""
        meta = self.model._meta
        return tuple([meta.get_field(name) for name in self.field_names])

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns that the key is made of."""
        return tuple([field.column for field in self.fields])

    @property
    def sql_type(self) -> SqlType:
        """The type of a row value."""
        return row(len(self.field_names))

    def __iter__(self) -> Iterator[Any]:
        return iter(self.fields)

    def __len__(self) -> int:
        return len(self.field_names)

    def __copy__(self) -> Any:
        # The copy may be bound to another model, whose fields are others.
        copied = super().__copy__()
        copied.__dict__.pop("fields", None)
        copied.__dict__.pop("columns", None)
        return copied

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        """Return what makes an equal field."""
        name, path, _, keywords = super().deconstruct()
        return name, path, self.field_names, keywords

    def contribute_to_class(self, cls: Any, name: str, private_only: bool = False) -> None:
        """Make the field the primary key of the model class."""
        super().contribute_to_class(cls, name, private_only)
        cls._meta.pk = self
        setattr(cls, self.attname, self.descriptor_class(self))

    def get_attname_column(self) -> tuple[str, str | None]:
        """Return the name of the attribute; there is no column."""
        return self.get_attname(), None

    def db_type(self, connection: Any) -> str | None:
        """Return None: there is no column."""
        return None

    def get_prep_value(self, value: Any) -> Any:
        """Prepare each part by its field; None stays."""
        if not isinstance(value, (list, tuple)):
            return value
        return tuple([prepared_part(field, part) for field, part in zip(self.fields, value, strict=True)])

    def get_pk_value_on_save(self, instance: Any) -> tuple[Any, ...]:
        """Return the parts that the instance has, the missing ones from the defaults of their fields."""
        values = []
        for field in self.fields:
            value = field.value_from_object(instance)
            values.append(field.get_pk_value_on_save(instance) if value is None else value)
        return tuple(values)

    def value_to_string(self, obj: Any) -> str:
        """Return the parts as a JSON list of their texts."""
        texts = [
            field.value_to_string(SimpleNamespace(**{field.attname: part}))
            for field, part in zip(self.fields, self.value_from_object(obj), strict=True)
        ]
        return json.dumps(texts, ensure_ascii=False)

    def to_python(self, value: Any) -> Any:
        """Return the value; a text is a JSON list of the parts, as serialization writes it."""
        if not isinstance(value, str):
            return value
        parts = json.loads(value)
        return [field.to_python(part) for field, part in zip(self.fields, parts, strict=True)]

    def _check_field_name(self) -> list[checks.CheckMessage]:
        if self.name == "pk":
            return []
        return [checks.Error("'CompositePrimaryKey' must be named 'pk'.", obj=self, id="fields.E013")]


def unnest(fields: Any) -> list[Any]:
    """Return the fields with those of composite keys in their place."""
    found: list[Any] = []
    for field in fields:
        if isinstance(field, CompositePrimaryKey):
            found.extend(field.fields)
        else:
            found.append(field)
    return found
