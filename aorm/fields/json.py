"""JSON documents."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from aorm import checks
from aorm.expressions.functions.json import KeyTransformFactory
from aorm.expressions.lookups.json import (
    ContainedBy,
    DataContains,
    HasAnyKeys,
    HasKey,
    HasKeys,
    JSONExact,
    JSONIContains,
    JSONIn,
)
from aorm.fields.base import Field
from aorm.fields.checking import lacks, migrated_databases
from aorm.fields.connections import dialect_of
from aorm.sql.documents import document_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Unpack

    from aorm.fields.annotations import FieldOptions, Label


class JSONField(Field[Any, Any]):
    """A JSON document: dictionaries, lists, texts, numbers, booleans and null.

    None is SQL NULL; the JSON scalar null is `JSONNull()` or ``Value(None, JSONField())``. `encoder` is a subclass of
    ``json.JSONEncoder`` for values of other types, `decoder` one of ``json.JSONDecoder``.
    """

    lookups: ClassVar[Mapping[str, Any]] = {
        "contains": DataContains,
        "contained_by": ContainedBy,
        "has_key": HasKey,
        "has_keys": HasKeys,
        "has_any_keys": HasAnyKeys,
        "exact": JSONExact,
        "icontains": JSONIContains,
        "in": JSONIn,
    }
    empty_strings_allowed = False
    description = "A JSON object"
    default_error_messages: ClassVar[Mapping[str, Any]] = {"invalid": "Value must be valid JSON."}

    if TYPE_CHECKING:

        def __init__(
            self,
            verbose_name: Label | None = None,
            name: str | None = None,
            encoder: type[json.JSONEncoder] | None = None,
            decoder: type[json.JSONDecoder] | None = None,
            *,
            null: bool = False,
            **options: Unpack[FieldOptions],
        ) -> None: ...
    else:

        def __init__(
            self,
            verbose_name: Any = None,
            name: str | None = None,
            encoder: Any = None,
            decoder: Any = None,
            **options: Any,
        ) -> None:
            """Keep encoder and decoder beside the common options."""
            if encoder and not callable(encoder):
                raise ValueError("The encoder parameter must be a callable object.")
            if decoder and not callable(decoder):
                raise ValueError("The decoder parameter must be a callable object.")
            self.encoder = encoder
            self.decoder = decoder
            super().__init__(verbose_name, name, **options)

    encoder: type[json.JSONEncoder] | None
    decoder: type[json.JSONDecoder] | None

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        """Check the declaration; the default must not be shared, and the databases must know JSON."""
        found = [*super().check(**kwargs), *self._check_default("dict", "{}")]
        for database in migrated_databases(self, kwargs.get("databases")):
            vendor = self.model._meta.required_db_vendor
            if (not vendor or vendor == database.vendor) and lacks(self, database, "supports_json_field"):
                text = f"{database.dialect.name} does not support JSONFields."
                found.append(checks.Error(text, obj=self.model, id="fields.E180"))
        return found

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        """Return what makes an equal field."""
        name, path, args, keywords = super().deconstruct()
        if self.encoder is not None:
            keywords["encoder"] = self.encoder
        if self.decoder is not None:
            keywords["decoder"] = self.decoder
        return name, path, args, keywords

    def get_internal_type(self) -> str:
        """Return the name of the field class whose column type this one has."""
        return "JSONField"

    def db_check(self, connection: Any) -> str | None:
        """Return the condition that the column holds JSON, where its type does not say so."""
        dialect = dialect_of(connection)
        if dialect.features.has_native_json_field or self.column is None:
            return None
        column = dialect.quote_name(self.column)
        return f"(JSON_VALID({column}) OR {column} IS NULL)"

    @property
    def adapter(self) -> Any:
        """The field itself where it has an encoder or a decoder, else None."""
        is_plain = self.encoder is None and self.decoder is None and not self.has_own_encoding
        return None if is_plain else self

    def encode_for(self, dialect: Any) -> Callable[[Any], Any] | None:
        """Return the function from a value to JSON text by the field's encoder."""
        if self.has_own_encoding:
            return super().encode_for(dialect)
        encoder = self.encoder

        def encode(value: Any) -> Any:
            return None if value is None else document_text(value, encoder)

        return encode

    def decode_for(self, dialect: Any) -> Callable[[Any], Any] | None:
        """Return the function from JSON text to a value by the field's decoder, None where it has none."""
        return None if self.decoder is None else self._decode

    def _decode(self, value: Any) -> Any:
        if not isinstance(value, (str, bytes, bytearray)):
            return value
        try:
            return json.loads(value, cls=self.decoder)
        except json.JSONDecodeError:
            return value

    def get_transform(self, lookup_name: str) -> Any:
        """Return the transform of that name; any other name is a key of the document."""
        return super().get_transform(lookup_name) or KeyTransformFactory(lookup_name)

    def validate(self, value: Any, model_instance: Any) -> None:
        """Check choices, null, blank, and that the value can be written as JSON."""
        super().validate(value, model_instance)
        try:
            json.dumps(value, cls=self.encoder)
        except TypeError:
            raise self.error("invalid", value=value) from None

    def value_to_string(self, obj: Any) -> Any:
        """Return the field's value in the instance as it is: serialization knows JSON."""
        return self.value_from_object(obj)
