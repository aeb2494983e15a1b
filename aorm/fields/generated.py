"""Columns that the database computes from others."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from aorm import checks
from aorm.fields.base import NOT_PROVIDED, Field
from aorm.fields.checking import lacks, migrated_databases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from aorm.sql.types import SqlType


class GeneratedField(Field[Any, Any]):
    """A column whose value is always that of an expression over the other columns of its row.

    `output_field` says what it holds; `db_persist` chooses between a stored value and one that is computed on reading.
    """

    generated = True

    def __init__(self, *, expression: Any, output_field: Any, db_persist: bool, **options: Any) -> None:
        """Refuse every option that would give the value another source."""
        if options.setdefault("editable", False):
            raise ValueError("GeneratedField cannot be editable.")
        if not options.setdefault("blank", True):
            raise ValueError("GeneratedField must be blank.")
        if options.get("default", NOT_PROVIDED) is not NOT_PROVIDED:
            raise ValueError("GeneratedField cannot have a default.")
        if options.get("db_default", NOT_PROVIDED) is not NOT_PROVIDED:
            raise ValueError("GeneratedField cannot have a database default.")
        if db_persist not in (True, False):
            raise ValueError("GeneratedField.db_persist must be True or False.")
        self.expression = expression
        self.output_field = output_field
        self.db_persist = db_persist
        super().__init__(**options)

    @property
    def db_returning(self) -> bool:
        """Whether the database makes the value on INSERT: always."""
        return True

    @property
    def sql_type(self) -> SqlType:
        """The type of the output field."""
        found: SqlType = self.output_field.sql_type
        return found

    @property
    def adapter(self) -> Any:
        """The output field where its class encodes values by code of its own, else None."""
        return self.output_field.adapter

    def encode_for(self, dialect: Any) -> Callable[[Any], Any] | None:
        """Encode as the output field does."""
        encode: Callable[[Any], Any] | None = self.output_field.encode_for(dialect)
        return encode

    def decode_for(self, dialect: Any) -> Callable[[Any], Any] | None:
        """Decode as the output field does."""
        decode: Callable[[Any], Any] | None = self.output_field.decode_for(dialect)
        return decode

    def get_db_converters(self, connection: Any) -> list[Callable[[Any, Any, Any], Any]]:
        """Return the output field's converters."""
        return [*super().get_db_converters(connection), *self.output_field.get_db_converters(connection)]

    def get_prep_value(self, value: Any) -> Any:
        """Prepare a value as the output field does."""
        return self.output_field.get_prep_value(value)

    def get_lookup(self, lookup_name: str) -> Any:
        """Return the lookup of that name, registered here or known to the output field."""
        own = self.__dict__.get("instance_lookups", {})
        return super().get_lookup(lookup_name) if lookup_name in own else self.output_field.get_lookup(lookup_name)

    def get_transform(self, lookup_name: str) -> Any:
        """Return the transform of that name, registered here or known to the output field."""
        own = self.__dict__.get("instance_lookups", {})
        if lookup_name in own:
            return super().get_transform(lookup_name)
        return self.output_field.get_transform(lookup_name)

    @cached_property
    def referenced_fields(self) -> frozenset[Any]:
        """The fields of the model that the expression reads."""
        fields_by_name = {field.name: field for field in self.model._meta.fields}
        fields_by_name.update({field.attname: field for field in self.model._meta.fields})
        fields_by_name["pk"] = self.model._meta.pk
        names = (name.partition("__")[0] for name in _names_in(self.expression))
        return frozenset(fields_by_name[name] for name in names if name in fields_by_name)

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        """Check the declaration, that of the output field, and the abilities of the databases."""
        aliases = list(kwargs.get("databases") or [])
        found = [*super().check(**kwargs), *self._check_databases(aliases)]
        output = self.output_field.clone()
        output.model = self.model
        inner = output.check(databases=aliases)
        for kind, check_id, word in ((checks.Error, "E223", "errors"), (checks.Warning, "W224", "warnings")):
            texts = [f"{message.msg} ({message.id})" for message in inner if isinstance(message, kind)]
            if texts:
                text = "\n    ".join([f"GeneratedField.output_field has {word}:", *texts])
                found.append(kind(text, obj=self, id=f"fields.{check_id}"))
        return found

    def _check_databases(self, aliases: Iterable[str]) -> list[checks.CheckMessage]:
        found: list[checks.CheckMessage] = []
        stored, virtual = "supports_stored_generated_columns", "supports_virtual_generated_columns"
        flag, word = (stored, "persisted") if self.db_persist else (virtual, "non-persisted")
        vendor = self.model._meta.required_db_vendor
        for database in migrated_databases(self, aliases):
            if vendor and vendor != database.vendor:
                continue
            name = database.dialect.name
            if lacks(self, database, stored, virtual):
                text = f"{name} does not support GeneratedFields."
                found.append(checks.Error(text, obj=self, id="fields.E220"))
            if lacks(self, database, flag):
                text = f"{name} does not support {word} GeneratedFields."
                hint = f"Set db_persist={not self.db_persist} on the field."
                check_id = "fields.E222" if self.db_persist else "fields.E221"
                found.append(checks.Error(text, obj=self, hint=hint, id=check_id))
        return found

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        """Return what makes an equal field."""
        name, path, args, keywords = super().deconstruct()
        del keywords["blank"]
        del keywords["editable"]
        keywords["db_persist"] = self.db_persist
        keywords["expression"] = self.expression
        keywords["output_field"] = self.output_field
        return name, path, args, keywords

    def get_internal_type(self) -> str:
        """Return the output field's."""
        internal_type: str = self.output_field.get_internal_type()
        return internal_type

    def db_parameters(self, connection: Any) -> dict[str, Any]:
        """Return the output field's."""
        parameters: dict[str, Any] = self.output_field.db_parameters(connection)
        return parameters

    def db_type(self, connection: Any) -> str | None:
        """Return the output field's."""
        spelling: str | None = self.output_field.db_type(connection)
        return spelling


def _names_in(expression: Any) -> list[str]:
    """Return the names that the expression and its parts refer to."""
    names: list[str] = []
    pending = [expression]
    while pending:
        part = pending.pop()
        name = getattr(part, "name", None)
        if isinstance(name, str):
            names.append(name)
        # A Q holds conditions as pairs, other expressions hold parts.
        for child in getattr(part, "children", ()):
            if isinstance(child, tuple):
                names.append(child[0])
                pending.append(child[1])
            else:
                pending.append(child)
        pending.extend(getattr(part, "get_source_expressions", tuple)())
    return names
