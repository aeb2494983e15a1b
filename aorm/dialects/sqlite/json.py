"""JSON as SQLite reads and makes it, with the results of Django."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from aorm.dialects.base.compiled import Encoder
from aorm.dialects.base.expressions import Expressions
from aorm.exceptions import NotSupportedError
from aorm.sql.functions import Call
from aorm.sql.predicates import Predicate
from aorm.sql.tables import Label
from aorm.sql.types import TEXT
from aorm.sql.values import Param

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aorm.sql.node import Term

EXTRACTIONS = frozenset({"json_extract", "json_extract_text"})
# JSON_EXTRACT gives these as NULL, 0 and 1; their names tell them from numbers.
WORDS = "('null', 'true', 'false')"


def path_of(keys: Iterable[object], start: str = "$") -> str:
    """Return a path in SQLite's notation; a key that looks like a number is an index."""
    parts = [start]
    for key in keys:
        try:
            index = int(str(key))
        except ValueError:
            parts.append("." + json.dumps(str(key)))
        else:
            parts.append(f"[#{index}]" if index < 0 else f"[{index}]")
    return "".join(parts)


def key_path(start: str, key: Any) -> str:
    """Return the path of a key of an object, which is never an index."""
    return f"{start}.{json.dumps(str(key))}"


def key_paths(start: str, keys: Any) -> str:
    """Return the paths of keys as a JSON list."""
    return json.dumps([key_path(start, key) for key in keys])


class SQLiteJSON(Expressions):
    """Render paths into JSON documents; paths are parameters, never text."""

    def is_path(self, term: Term) -> bool:
        """Tell whether the term is a value cut out of JSON."""
        while isinstance(term, Label):
            term = term.term
        return isinstance(term, Call) and term.name in EXTRACTIONS

    def place(self, term: Term) -> tuple[str, str]:
        """Return the document that a term is cut out of, as text, and the path in it."""
        keys: list[object] = []
        while True:
            if isinstance(term, Label):
                term = term.term
            elif isinstance(term, Call) and term.name in EXTRACTIONS:
                keys[:0] = term.options
                term = term.arguments[0]
            else:
                return self.operand(term), path_of(keys)

    def path_exists(self, term: Term) -> str:
        """Return the JSON type at the term's path, NULL where there is nothing."""
        document, path = self.place(term)
        return f"JSON_TYPE({document}, {self.fixed(path, TEXT)})"

    def call_json_extract(self, call: Call) -> str:
        """Return the value at a path; null, true and false by their names."""
        document, path = self.place(call)
        mark = self.fixed(path, TEXT)
        return (
            f"(CASE WHEN JSON_TYPE({document}, {mark}) IN {WORDS} THEN JSON_TYPE({document}, {mark}) "
            f"ELSE JSON_EXTRACT({document}, {mark}) END)"
        )

    def call_json_extract_text(self, call: Call) -> str:
        """Return the value at a path as text; as in Django the same as the value itself."""
        return self.call_json_extract(call)

    def scalar(self, text: str) -> str:
        """Return JSON text in the form in which a value is cut out of JSON."""
        return f"(CASE WHEN JSON_TYPE({text}) IN {WORDS} THEN JSON_TYPE({text}) ELSE JSON_EXTRACT({text}, '$') END)"

    def call_json_contains(self, call: Call) -> str:
        """Refuse: SQLite cannot look for a document in another."""
        raise NotSupportedError("contains lookup is not supported on this database backend.")

    def call_json_contained_by(self, call: Call) -> str:
        """Refuse: SQLite cannot look for a document in another."""
        raise NotSupportedError("contained_by lookup is not supported on this database backend.")

    def call_json_has_key(self, call: Call) -> str:
        """Return whether an object has a key."""
        document, path = self.place(call.arguments[0])
        return f"(JSON_TYPE({document}, {self._key_place(call.arguments[1], path)}) IS NOT NULL)"

    def _key_place(self, key: Term, path: str) -> str:
        if isinstance(key, Param):
            if self.inlines:
                return self.dialect.literal(key_path(path, key.value), TEXT)
            return self.hold(key, encoder=Encoder(partial(key_path, path)))
        return f"({self.fixed(path, TEXT)} || '.' || JSON_QUOTE({self.operand(key)}))"

    def call_json_has_keys(self, call: Call) -> str:
        """Return whether an object has all keys of a list."""
        return f"(NOT EXISTS ({self._sought(call, 'NULL')}))"

    def call_json_has_any_keys(self, call: Call) -> str:
        """Return whether an object has any key of a list."""
        return f"(EXISTS ({self._sought(call, 'NOT NULL')}))"

    def _sought(self, call: Call, state: str) -> str:
        document, path = self.place(call.arguments[0])
        keys = call.arguments[1]
        if not isinstance(keys, Param):
            raise NotSupportedError("SQLite needs the keys as a list of values.")
        if self.inlines:
            listed = self.dialect.literal(key_paths(path, keys.value), TEXT)
        else:
            listed = self.hold(keys, encoder=Encoder(partial(key_paths, path)))
        return f'SELECT 1 FROM json_each({listed}) AS "_key" WHERE JSON_TYPE({document}, "_key".value) IS {state}'

    def call_json_object(self, call: Call) -> str:
        """Return a JSON object of alternating keys and values."""
        texts = [self._embedded(argument) for argument in call.arguments]
        return f"JSON_OBJECT({', '.join(texts)})"

    def call_json_array(self, call: Call) -> str:
        """Return a JSON array."""
        return f"JSON_ARRAY({', '.join([self._embedded(argument) for argument in call.arguments])})"

    def _embedded(self, term: Term) -> str:
        """Return a part of a document; stored JSON is text to SQLite until it is told otherwise."""
        text = self.operand(term)
        if term.type.name == "json" and not isinstance(term, (Call, Predicate)):
            return f"JSON({text})"
        return text
