"""The state of one compilation: dispatch from node to method, names, and the parameters met on the way.

Rendered text holds a mark for each parameter; only at the end do marks become placeholders in the order of the text.
So a method may place the text of a term anywhere, or twice.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from aorm.dialects.base.compiled import Compiled, Encoder, Fixed, refused
from aorm.exceptions import Error, NotSupportedError
from aorm.sql.predicates import Always, Exists, Predicate
from aorm.sql.values import Param

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from aorm.dialects.base.dialect import Dialect
    from aorm.sql.node import Node, Term
    from aorm.sql.types import SqlType

# NUL stands in no name, literal or raw text (each is checked), so a mark cannot be forged.
_MARK = re.compile("\x00([0-9]+)\x00")
_QUOTED = re.compile(r'"(?:[^"\x00]|"")+"(?:\."(?:[^"\x00]|"")+")*')
_QUOTED_INSIDE = re.compile(r'[^"\x00]+"\."[^"\x00]+')
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@cache
def method_name(kind: str) -> str:
    """Return the name of the method for a class of nodes: ``render_in_list`` for ``InList``."""
    return "render_" + _CAPITAL.sub("_", kind).lower()


class Writer:
    """Turn one statement into text. Made for one compilation and thrown away after it."""

    def __init__(self, dialect: Dialect, inlines: bool = False) -> None:
        """Start a compilation; with ``inlines`` values become literals, as definitions need them."""
        self.dialect = dialect
        self.inlines = inlines
        # How many queries were wrapped in another; each gets an alias of its own.
        self.wrapped = 0
        self._held: list[tuple[Param, str, Encoder | None]] = []
        self._numbers: dict[tuple[Any, ...], int] = {}
        self._fixed: dict[tuple[Any, ...], Param] = {}

    def render(self, item: Node) -> str:
        """Return the text of a node, by the method named after its class."""
        method: Callable[[Any], str] | None = getattr(self, method_name(type(item).__name__), None)
        if method is None:
            raise NotSupportedError(f"{type(item).__name__} cannot be written for {self.dialect.name}.")
        return method(item)

    def render_all(self, items: Iterable[Node], separator: str = ", ") -> str:
        """Return the texts of nodes, joined."""
        return separator.join([self.render(item) for item in items])

    def operand(self, term: Term) -> str:
        """Return a term as an operand: a condition gets parentheses."""
        text = self.render(term)
        return f"({text})" if isinstance(term, Predicate) and not isinstance(term, (Always, Exists)) else text

    def where(self, condition: Predicate, keyword: str = "WHERE") -> str:
        """Return a clause with a condition, or nothing when that is always true."""
        if isinstance(condition, Always) and condition.truth:
            return ""
        return f"{keyword} {self.render(condition)}"

    def quote(self, name: str) -> str:
        """Quote an identifier."""
        return self.dialect.quote_name(name)

    def quote_all(self, names: Iterable[str]) -> str:
        """Quote identifiers and join them by commas."""
        return ", ".join([self.dialect.quote_name(name) for name in names])

    def quote_table(self, name: str) -> str:
        """Quote a table's name or alias, leaving one that the user quoted already (``"schema"."table"``).

        ``schema"."table``, which becomes that within quotes, is how many Django projects name a schema.
        """
        if _QUOTED.fullmatch(name):
            return name
        return f'"{name}"' if _QUOTED_INSIDE.fullmatch(name) else self.dialect.quote_name(name)

    def text(self, written: str) -> str:
        """Check a piece of SQL text that the program wrote."""
        if "\x00" in written:
            raise ValueError("SQL text must not contain NUL characters.")
        return written

    def hold(self, parameter: Param, cast: str = "", encoder: Encoder | None = None) -> str:
        """Return the mark of a parameter.

        ``cast`` tells apart uses of one parameter that the database types differently; ``encoder`` replaces that of
        the parameter's type.
        """
        if self.inlines:
            return self.dialect.parameter_literal(parameter)
        key = (id(parameter), cast, encoder)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self._held)
            self._held.append((parameter, cast, encoder or self.dialect.parameter_encoder(parameter)))
        return f"\x00{number}\x00{cast}"

    def fixed(self, value: object, sql_type: SqlType, cast: str = "") -> str:
        """Return the mark of a value that the dialect itself adds; equal values share one parameter.

        They must: PostgreSQL finds a selected expression in GROUP BY only when its parameters are the same.
        """
        key = (sql_type, type(value), value)
        parameter = self._fixed.get(key)
        if parameter is None:
            parameter = self._fixed[key] = Param(value, sql_type)
        return self.hold(parameter, cast)

    def finish(self, text: str, sources: Sequence[Param]) -> Compiled:
        """Replace the marks by placeholders and say where each gets its value."""
        indexes: dict[int, int] = {}
        for index, source in enumerate(sources):
            indexes.setdefault(id(source), index)
        used: list[int] = []
        places: dict[int, int] = {}
        numbered = self.dialect.numbers_placeholders

        def place(match: re.Match[str]) -> str:
            number = int(match[1])
            if numbered and number in places:
                return f"${places[number]}"
            used.append(number)
            places[number] = len(used)
            return f"${len(used)}" if numbered else "?"

        sql = _MARK.sub(place, text)
        held = [self._held[number] for number in used]
        return Compiled(
            sql,
            tuple([_slot(parameter, indexes, encoder) for parameter, _, encoder in held]),
            tuple([encoder for _, _, encoder in held]),
            tuple([parameter.type for parameter, _, _ in held]),
            len(indexes) == len(sources),
        )


def _slot(parameter: Param, indexes: dict[int, int], encoder: Encoder | None) -> int | Fixed:
    index = indexes.get(id(parameter))
    if index is not None:
        return index
    value = parameter.value
    if encoder is None or (value is None and not encoder.sees_none):
        return Fixed(value)
    try:
        return Fixed(encoder.convert(value))
    except Error:
        raise
    except Exception as cause:
        raise refused(value, parameter.type, cause) from cause
