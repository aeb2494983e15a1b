"""JSON as SQLite reads and makes it, with the results of Django."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from aorm.dialects.base.expressions import Expressions
from aorm.exceptions import NotSupportedError
from aorm.sql.functions import Call
from aorm.sql.predicates import Predicate
from aorm.sql.tables import Label
from aorm.sql.types import TEXT
from aorm.sql.values import Literal, Param

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


class SQLiteJSON(Expressions):
    """Render paths into JSON documents; paths are parameters, never text."""

    def is_path(self, term: Term) -> bool:
        """Tell whether the term is a value cut out of JSON."""
        while isinstance(term, Label):
            term = term.term
        return isinstance(term, Call) and term.name in EXTRACTIONS

    def is_plain(self, key: str) -> bool:
        """Tell whether a key may stand in a path.

        SQLite reads quotes there from 3.47 on only, and before 3.45 it compared escapes as they are written. A
        definition must not hold the subquery that stands in for such a path.
        """
        return self.inlines or (key.isascii() and '"' not in key)

    def place(self, term: Term, opens_last: bool = False) -> tuple[str, tuple[str, ...]]:
        """Return the document that a term is cut out of, as text, and the keys of the path in it.

        At a key that a path cannot hold, json_each opens the document instead; at the last one only if told so.
        """
        keys: list[str] = []
        while True:
            if isinstance(term, Label):
                term = term.term
            elif isinstance(term, Call) and term.name in EXTRACTIONS:
                keys[:0] = [str(key) for key in term.options]
                term = term.arguments[0]
            else:
                break
        document, start = self.operand(term), 0
        for index, key in enumerate(keys if opens_last else keys[:-1]):
            if not self.is_plain(key):
                rows = self.entry(document, keys[start:index], key)
                document = f"(SELECT \"_entry\".value FROM {rows} AND \"_entry\".type IN ('object', 'array'))"
                start = index + 1
        return document, tuple(keys[start:])

    def entry(self, document: str, keys: Iterable[str], key: str) -> str:
        """Return the row of a key of the object at a path, as what follows FROM."""
        start = self.fixed(path_of(keys), TEXT)
        return f'json_each({document}, {start}) AS "_entry" WHERE "_entry".key = {self.fixed(key, TEXT)}'

    def path_exists(self, term: Term) -> str:
        """Return the JSON type at the term's path, NULL where there is nothing."""
        document, keys = self.place(term)
        if keys and not self.is_plain(keys[-1]):
            return f'(SELECT "_entry".type FROM {self.entry(document, keys[:-1], keys[-1])})'
        return f"JSON_TYPE({document}, {self.fixed(path_of(keys), TEXT)})"

    def call_json_extract(self, call: Call) -> str:
        """Return the value at a path; null, true and false by their names."""
        document, keys = self.place(call)
        if keys and not self.is_plain(keys[-1]):
            value = f'CASE WHEN "_entry".type IN {WORDS} THEN "_entry".type ELSE "_entry".value END'
            return f"(SELECT {value} FROM {self.entry(document, keys[:-1], keys[-1])})"
        mark = self.fixed(path_of(keys), TEXT)
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
        if self.inlines:
            return self._inlined(call, "AND")
        return f"EXISTS ({self.keyed(call.arguments[0], self.operand(call.arguments[1]))})"

    def keyed(self, term: Term, key: str) -> str:
        """Return the query of the entry of an object with a key; the keys of an array are numbers and never match."""
        document, keys = self.place(term, opens_last=True)
        start = self.fixed(path_of(keys), TEXT)
        return f'SELECT 1 FROM json_each({document}, {start}) AS "_entry" WHERE "_entry".key = {key}'

    def call_json_has_keys(self, call: Call) -> str:
        """Return whether an object has all keys of a list."""
        if self.inlines:
            return self._inlined(call, "AND")
        document, wanted = call.arguments
        missing = self.keyed(document, '"_wanted".value')
        return (
            f'(NOT EXISTS (SELECT 1 FROM json_each({self.operand(wanted)}) AS "_wanted" WHERE NOT EXISTS ({missing})))'
        )

    def call_json_has_any_keys(self, call: Call) -> str:
        """Return whether an object has any key of a list."""
        if self.inlines:
            return self._inlined(call, "OR")
        document, wanted = call.arguments
        found = self.keyed(document, '"_wanted".value')
        return f'EXISTS (SELECT 1 FROM json_each({self.operand(wanted)}) AS "_wanted" WHERE EXISTS ({found}))'

    def _inlined(self, call: Call, operator: str) -> str:
        """Return the test for keys without a subquery, as definitions need it."""
        term, wanted = call.arguments
        if not isinstance(wanted, (Param, Literal)):
            raise NotSupportedError("SQLite needs the keys of a check as plain values.")
        document, keys = self.place(term)
        names = wanted.value if isinstance(wanted.value, (list, tuple)) else [wanted.value]
        paths = [f"{path_of(keys)}.{json.dumps(str(name))}" for name in names]
        tests = [f"JSON_TYPE({document}, {self.fixed(path, TEXT)}) IS NOT NULL" for path in paths]
        return f"({f' {operator} '.join(tests)})"

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
