"""JSON as PostgreSQL reads and makes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aorm.dialects.base.expressions import Expressions
from aorm.sql.types import INTEGER, TEXT, array

if TYPE_CHECKING:
    from aorm.sql.functions import Call


class PostgreSQLJSON(Expressions):
    """Render paths into JSON documents; keys are parameters, never text."""

    def call_json_extract(self, call: Call) -> str:
        """Return the JSON value at a path; the options are its keys."""
        return self._extracted(call, "->")

    def call_json_extract_text(self, call: Call) -> str:
        """Return the value at a path as text; the options are its keys."""
        return self._extracted(call, "->>")

    def _extracted(self, call: Call, operator: str) -> str:
        base = self.operand(call.arguments[0])
        keys = tuple([str(key) for key in call.options])
        if len(keys) != 1:
            return f"({base} {operator.replace('-', '#')} {self.fixed(keys, array(TEXT), '::text[]')})"
        key = keys[0]
        try:
            index = int(key)
        except ValueError:
            return f"({base} {operator} {self.fixed(key, TEXT, '::text')})"
        if not -(2**31) <= index < 2**31:
            return f"({base} {operator} {self.fixed(key, TEXT, '::text')})"
        return f"({base} {operator} {self.fixed(index, INTEGER, '::integer')})"

    def call_json_object(self, call: Call) -> str:
        """Return a JSON object of alternating keys and values."""
        texts = [self.operand(argument) for argument in call.arguments]
        pairs = [f"({text})::text" if index % 2 == 0 else text for index, text in enumerate(texts)]
        return f"JSONB_BUILD_OBJECT({', '.join(pairs)})"
