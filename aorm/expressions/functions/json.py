"""JSON made and read by the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from aorm.expressions.base import OutputField, Resolved, type_of
from aorm.expressions.functions.base import Func, Transform
from aorm.expressions.lookups import json as lookups
from aorm.expressions.values import Value
from aorm.sql.documents import storable_text
from aorm.sql.functions import Call
from aorm.sql.types import JSON, TEXT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aorm.sql.node import Term


class JSONArray(Func):
    """A JSON array of the arguments."""

    neutral_name: ClassVar[str | None] = "json_array"
    function: Any = "JSON_ARRAY"
    output_type = JSON


class JSONObject(Func):
    """A JSON object: ``JSONObject(name=Lower("name"), age=F("age") * 2)``."""

    neutral_name: ClassVar[str | None] = "json_object"
    function: Any = "JSON_OBJECT"
    output_type = JSON

    def __init__(self, **fields: Any) -> None:
        """Keep the pairs; the keys are parameters."""
        pairs = [part for key, value in fields.items() for part in (Value(key), value)]
        super().__init__(*pairs)


class KeyTransform(Transform):
    """The value of a key or index of a JSON document, as JSON: ``KeyTransform("name", "data")``."""

    neutral_name: ClassVar[str | None] = "json_extract"
    arity: ClassVar[int | None] = 1
    output_type = JSON
    lookups: ClassVar[Mapping[str, Any]] = {
        "exact": lookups.KeyTransformExact,
        "iexact": lookups.KeyTransformIExact,
        "isnull": lookups.KeyTransformIsNull,
        "in": lookups.KeyTransformIn,
        "icontains": lookups.KeyTransformIContains,
        "startswith": lookups.KeyTransformStartsWith,
        "istartswith": lookups.KeyTransformIStartsWith,
        "endswith": lookups.KeyTransformEndsWith,
        "iendswith": lookups.KeyTransformIEndsWith,
        "regex": lookups.KeyTransformRegex,
        "iregex": lookups.KeyTransformIRegex,
        "gt": lookups.KeyTransformGt,
        "gte": lookups.KeyTransformGte,
        "lt": lookups.KeyTransformLt,
        "lte": lookups.KeyTransformLte,
    }

    def __init__(self, key_name: Any, *args: Any, **kwargs: Any) -> None:
        """Keep the key and what it is looked up in."""
        super().__init__(*args, **kwargs)
        self.key_name = storable_text(key_name)

    def call(self, sources: Sequence[Resolved], output: OutputField) -> Term:
        """Return the extraction; keys of keys become one path."""
        base, keys = lookups.document_and_path(sources[0].term)
        return Call(self.neutral_name or "", (base,), type_of(output), (*keys, self.key_name))

    def resolve_output(self, scope: Any, sources: Sequence[OutputField]) -> OutputField:
        """Give the field of the document, whose decoder a part of it needs too."""
        if self._output_field is None and self.output_type is JSON and sources and type_of(sources[0]) is JSON:
            return sources[0]
        return super().resolve_output(scope, sources)


class KeyTextTransform(KeyTransform):
    """The value of a key or index of a JSON document, as text."""

    neutral_name: ClassVar[str | None] = "json_extract_text"
    output_type = TEXT
    lookups: ClassVar[Mapping[str, Any]] = {}

    @classmethod
    def get_lookups(cls) -> dict[str, Any]:
        """Return the lookups registered on this class; those of a JSON key do not apply to text."""
        own = [parent for parent in cls.__mro__ if issubclass(parent, KeyTextTransform)]
        found: dict[str, Any] = {}
        for parent in reversed(own):
            found.update(parent.__dict__.get("lookups", {}))
            found.update(parent.__dict__.get("class_lookups", {}))
        return found

    @classmethod
    def from_lookup(cls, lookup: str) -> KeyTextTransform:
        """Make one from a path such as ``data__owner__name``.

        Raises:
            ValueError: the path has no key.
        """
        transform: Any
        transform, *keys = lookup.split("__")
        if not keys:
            raise ValueError("Lookup must contain key or index transforms.")
        for key in keys:
            transform = cls(key, transform)
        made: KeyTextTransform = transform
        return made


KT = KeyTextTransform.from_lookup


class KeyTransformFactory:
    """What a JSON field gives as the transform of a name: it makes the transform of that key."""

    bilateral = False

    def __init__(self, key_name: str) -> None:
        """Keep the key."""
        self.key_name = key_name

    def __call__(self, *args: Any, **kwargs: Any) -> KeyTransform:
        """Make the transform."""
        return KeyTransform(self.key_name, *args, **kwargs)
