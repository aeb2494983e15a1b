"""Functions on texts, numbers and bytes for SQLite. NULL gives NULL, and so does what has no result."""

from __future__ import annotations

import hashlib
import math
import os
import re
import time
import uuid
from functools import wraps
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

Scalar = tuple[str, int, "Callable[..., Any]"]


def strict(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function give NULL when an argument is NULL or has no result, as PostgreSQL's strict functions do."""

    @wraps(function)
    def checked(*arguments: Any) -> Any:
        if None in arguments:
            return None
        try:
            return function(*arguments)
        except (ValueError, ZeroDivisionError, OverflowError):
            return None

    return checked


def text_of(value: object) -> str:
    """Return a value as text, as SQLite itself would where it wants one."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


@strict
def matches(pattern: Any, string: Any) -> bool:
    """Tell whether a regular expression is found: ``string REGEXP pattern``."""
    return re.search(text_of(pattern), text_of(string)) is not None


@strict
def pad_left(text: Any, length: int, fill: str) -> str:
    """Fill a text up from the left, or cut it to the length."""
    kept, length = text_of(text), max(int(length), 0)
    missing = length - len(kept)
    return kept[:length] if missing <= 0 else (text_of(fill) * missing)[:missing] + kept


@strict
def pad_right(text: Any, length: int, fill: str) -> str:
    """Fill a text up from the right, or cut it to the length."""
    length = max(int(length), 0)
    return (text_of(text) + text_of(fill) * length)[:length]


@strict
def repeat(text: Any, count: int) -> str:
    """Return a text several times."""
    return text_of(text) * int(count)


@strict
def reverse(text: Any) -> str:
    """Return a text backwards."""
    return text_of(text)[::-1]


@strict
def sign(number: Any) -> int:
    """Return -1, 0 or 1."""
    return int(number > 0) - int(number < 0)


@strict
def exclusive_or(left: int, right: int) -> int:
    """Return the bits that differ."""
    return left ^ right


@strict
def cotangent(angle: float) -> float:
    """Return the cotangent."""
    return 1 / math.tan(angle)


@strict
def logarithm(base: float, number: float) -> float | None:
    """Return the logarithm of a number to a base, in the order of arguments of SQL; SQLite wants a base over 1."""
    return math.log(number, base) if base > 1 else None


@strict
def unhex(digits: str) -> bytes:
    """Return bytes from their hexadecimal digits, as lists of bytes come in JSON."""
    return bytes.fromhex(digits)


@strict
def exact_float(digits: str) -> float:
    """Return a float from the spelling that loses nothing, as lists of floats come in JSON."""
    return float.fromhex(digits)


def hasher(name: str) -> Callable[[Any], str | None]:
    """Return a function that gives the hexadecimal digest of a text."""

    def digest(value: Any) -> str | None:
        if value is None:
            return None
        data = value if isinstance(value, bytes) else str(value).encode()
        return hashlib.new(name, data, usedforsecurity=False).hexdigest()

    return digest


def uuid4_text() -> str:
    """Return a random UUID as it is stored."""
    return uuid.uuid4().hex


def uuid7_text(shift: int = 0) -> str:
    """Return a UUID of version 7 as it is stored: milliseconds of now, shifted by microseconds, then random bits."""
    milliseconds = (time.time_ns() // 1000 + shift) // 1000
    bits = (milliseconds & 0xFFFF_FFFF_FFFF) << 80 | int.from_bytes(os.urandom(10), "big")
    bits = bits & ~(0xF << 76) | 7 << 76
    bits = bits & ~(0x3 << 62) | 2 << 62
    return f"{bits:032x}"


SCALARS: tuple[Scalar, ...] = (
    ("regexp", 2, matches),
    ("BITXOR", 2, exclusive_or),
    ("COT", 1, cotangent),
    ("LPAD", 3, pad_left),
    ("RPAD", 3, pad_right),
    ("REPEAT", 2, repeat),
    ("REVERSE", 1, reverse),
    ("SIGN", 1, sign),
    ("aorm_unhex", 1, unhex),
    ("aorm_float", 1, exact_float),
    *((name, 1, hasher(name.lower())) for name in ("MD5", "SHA1", "SHA224", "SHA256", "SHA384", "SHA512")),
)

# SQLite has these from 3.35 on, if it was built with them.
MATHEMATICS: tuple[Scalar, ...] = (
    ("ACOS", 1, strict(math.acos)),
    ("ASIN", 1, strict(math.asin)),
    ("ATAN", 1, strict(math.atan)),
    ("ATAN2", 2, strict(math.atan2)),
    ("CEILING", 1, strict(math.ceil)),
    ("COS", 1, strict(math.cos)),
    ("DEGREES", 1, strict(math.degrees)),
    ("EXP", 1, strict(math.exp)),
    ("FLOOR", 1, strict(math.floor)),
    ("LN", 1, strict(math.log)),
    ("LOG", 2, logarithm),
    ("MOD", 2, strict(math.fmod)),
    ("PI", 0, lambda: math.pi),
    ("POWER", 2, strict(math.pow)),
    ("RADIANS", 1, strict(math.radians)),
    ("SIN", 1, strict(math.sin)),
    ("SQRT", 1, strict(math.sqrt)),
    ("TAN", 1, strict(math.tan)),
)
