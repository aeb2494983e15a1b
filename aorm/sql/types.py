"""Name the types of SQL values, apart from how a database spells them.

A type is interned: the same arguments give the same object, so types are compared by identity and hash at the
speed of ``id``. Dialects map a type's ``name`` to their spelling, encoders and decoders.
"""

from __future__ import annotations

from typing import Any, ClassVar


class SqlType:
    """The type of a column or of a term, such as ``INTEGER`` or ``varchar(30)``."""

    __slots__ = ("arguments", "element", "name", "param_shape")
    _interned: ClassVar[dict[tuple[Any, ...], SqlType]] = {}

    name: str
    arguments: tuple[int, ...]
    element: SqlType | None
    param_shape: tuple[Any, ...]

    def __new__(cls, name: str, arguments: tuple[int, ...] = (), element: SqlType | None = None) -> SqlType:
        key = (name, arguments, element)
        made = cls._interned.get(key)
        if made is None:
            made = object.__new__(cls)
            made.name = name
            made.arguments = arguments
            made.element = element
            # What a parameter of this type contributes to a shape; made here so that each Param shares it.
            made.param_shape = ("?", made, None)
            cls._interned[key] = made
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return SqlType, (self.name, self.arguments, self.element)

    def __copy__(self) -> SqlType:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> SqlType:
        return self

    def __repr__(self) -> str:
        if self.element is not None:
            return f"array({self.element!r})"
        return f"{self.name}({', '.join(map(str, self.arguments))})" if self.arguments else self.name


BOOLEAN = SqlType("boolean")
SMALLINT = SqlType("smallint")
INTEGER = SqlType("integer")
BIGINT = SqlType("bigint")
DOUBLE = SqlType("double")
TEXT = SqlType("text")
DATE = SqlType("date")
TIME = SqlType("time")
TIMESTAMP = SqlType("timestamp")
TIMESTAMPTZ = SqlType("timestamptz")
INTERVAL = SqlType("interval")
BINARY = SqlType("binary")
UUID = SqlType("uuid")
JSON = SqlType("json")
INET = SqlType("inet")
DECIMAL = SqlType("decimal")
# A term whose type nothing tells, such as a bare NULL or raw SQL: neither cast nor converted.
UNKNOWN = SqlType("unknown")

INTEGERS = frozenset({SMALLINT, INTEGER, BIGINT})
NUMBERS = frozenset({"smallint", "integer", "bigint", "double", "decimal"})
TEMPORALS = frozenset({"date", "time", "timestamp", "timestamptz"})


def varchar(length: int | None) -> SqlType:
    """Return the type of text of at most ``length`` characters; unlimited for None."""
    return SqlType("varchar", (length,)) if length is not None else SqlType("varchar")


def decimal(digits: int | None, places: int | None) -> SqlType:
    """Return the type of exact numbers with that many digits, and places after the point."""
    return SqlType("decimal", (digits, places)) if digits is not None and places is not None else DECIMAL


def array(element: SqlType) -> SqlType:
    """Return the type of one-dimensional lists of the element type."""
    return SqlType("array", (), element)


def row(count: int) -> SqlType:
    """Return the type of a row value of that many terms, such as a composite key."""
    return SqlType("row", (count,))
