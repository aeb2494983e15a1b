"""Functions of text."""

from __future__ import annotations

from typing import Any, ClassVar

from aorm.expressions.functions.base import Func, Transform
from aorm.expressions.values import Value
from aorm.sql.types import INTEGER, varchar

# What Django calls CharField without a length.
CHARACTERS = varchar(None)


class Chr(Transform):
    """The character of a code point."""

    neutral_name: ClassVar[str | None] = "chr"
    function: Any = "CHR"
    lookup_name: Any = "chr"
    output_type = CHARACTERS


class Concat(Func):
    """Texts joined; NULL counts as an empty text."""

    neutral_name: ClassVar[str | None] = "concat"
    function: Any = "CONCAT"

    def __init__(self, *expressions: Any, **extra: Any) -> None:
        """Keep what is joined.

        Raises:
            ValueError: there are fewer than two.
        """
        if len(expressions) < 2:
            raise ValueError("Concat must take at least two expressions")
        super().__init__(*expressions, **extra)


class ConcatPair(Func):
    """Two texts joined; NULL counts as an empty text."""

    neutral_name: ClassVar[str | None] = "concat"
    function: Any = "CONCAT"


class Left(Func):
    """The first characters of a text."""

    neutral_name: ClassVar[str | None] = "left"
    function: Any = "LEFT"
    arity: ClassVar[int | None] = 2
    output_type = CHARACTERS

    def __init__(self, expression: Any, length: Any, **extra: Any) -> None:
        """Keep the text and how much of it is wanted.

        Raises:
            ValueError: the length is less than one.
        """
        if not hasattr(length, "resolve_expression") and length < 1:
            raise ValueError("'length' must be greater than 0.")
        super().__init__(expression, length, **extra)


class Right(Left):
    """The last characters of a text."""

    neutral_name: ClassVar[str | None] = "right"
    function: Any = "RIGHT"


class Length(Transform):
    """The number of characters."""

    neutral_name: ClassVar[str | None] = "length"
    function: Any = "LENGTH"
    lookup_name: Any = "length"
    output_type = INTEGER


class Lower(Transform):
    """The text in small letters."""

    neutral_name: ClassVar[str | None] = "lower"
    function: Any = "LOWER"
    lookup_name: Any = "lower"


class Upper(Transform):
    """The text in capitals."""

    neutral_name: ClassVar[str | None] = "upper"
    function: Any = "UPPER"
    lookup_name: Any = "upper"


class LPad(Func):
    """The text filled up to a length from the left."""

    neutral_name: ClassVar[str | None] = "lpad"
    function: Any = "LPAD"
    output_type = CHARACTERS

    def __init__(self, expression: Any, length: Any, fill_text: Any = None, **extra: Any) -> None:
        """Keep the text, the length and what it is filled with, a space by default.

        Raises:
            ValueError: the length is negative.
        """
        if not hasattr(length, "resolve_expression") and length is not None and length < 0:
            raise ValueError("'length' must be greater or equal to 0.")
        super().__init__(expression, length, Value(" ") if fill_text is None else fill_text, **extra)


class RPad(LPad):
    """The text filled up to a length from the right."""

    neutral_name: ClassVar[str | None] = "rpad"
    function: Any = "RPAD"


class Trim(Transform):
    """The text without spaces at both ends."""

    neutral_name: ClassVar[str | None] = "trim"
    function: Any = "TRIM"
    lookup_name: Any = "trim"


class LTrim(Transform):
    """The text without spaces at its beginning."""

    neutral_name: ClassVar[str | None] = "ltrim"
    function: Any = "LTRIM"
    lookup_name: Any = "ltrim"


class RTrim(Transform):
    """The text without spaces at its end."""

    neutral_name: ClassVar[str | None] = "rtrim"
    function: Any = "RTRIM"
    lookup_name: Any = "rtrim"


class MD5(Transform):
    """The MD5 hash, in hexadecimal digits."""

    neutral_name: ClassVar[str | None] = "md5"
    function: Any = "MD5"
    lookup_name: Any = "md5"


class SHA1(Transform):
    """The SHA-1 hash, in hexadecimal digits; PostgreSQL needs its extension ``pgcrypto`` for it."""

    neutral_name: ClassVar[str | None] = "sha1"
    function: Any = "SHA1"
    lookup_name: Any = "sha1"


class SHA224(Transform):
    """The SHA-224 hash, in hexadecimal digits."""

    neutral_name: ClassVar[str | None] = "sha224"
    function: Any = "SHA224"
    lookup_name: Any = "sha224"


class SHA256(Transform):
    """The SHA-256 hash, in hexadecimal digits."""

    neutral_name: ClassVar[str | None] = "sha256"
    function: Any = "SHA256"
    lookup_name: Any = "sha256"


class SHA384(Transform):
    """The SHA-384 hash, in hexadecimal digits."""

    neutral_name: ClassVar[str | None] = "sha384"
    function: Any = "SHA384"
    lookup_name: Any = "sha384"


class SHA512(Transform):
    """The SHA-512 hash, in hexadecimal digits."""

    neutral_name: ClassVar[str | None] = "sha512"
    function: Any = "SHA512"
    lookup_name: Any = "sha512"


class Ord(Transform):
    """The code point of the first character."""

    neutral_name: ClassVar[str | None] = "ord"
    function: Any = "ASCII"
    lookup_name: Any = "ord"
    output_type = INTEGER


class Repeat(Func):
    """The text a number of times."""

    neutral_name: ClassVar[str | None] = "repeat"
    function: Any = "REPEAT"
    output_type = CHARACTERS

    def __init__(self, expression: Any, number: Any, **extra: Any) -> None:
        """Keep the text and the number.

        Raises:
            ValueError: the number is negative.
        """
        if not hasattr(number, "resolve_expression") and number is not None and number < 0:
            raise ValueError("'number' must be greater or equal to 0.")
        super().__init__(expression, number, **extra)


class Replace(Func):
    """The text with each occurrence of another text replaced, by nothing if no replacement is given."""

    neutral_name: ClassVar[str | None] = "replace"
    function: Any = "REPLACE"

    def __init__(self, expression: Any, text: Any, replacement: Any = None, **extra: Any) -> None:
        """Keep the text, what is looked for, and what takes its place."""
        super().__init__(expression, text, Value("") if replacement is None else replacement, **extra)


class Reverse(Transform):
    """The text backwards."""

    neutral_name: ClassVar[str | None] = "reverse"
    function: Any = "REVERSE"
    lookup_name: Any = "reverse"


class StrIndex(Func):
    """The position of a text in another, from 1; 0 where it does not occur."""

    neutral_name: ClassVar[str | None] = "strpos"
    function: Any = "STRPOS"
    arity: ClassVar[int | None] = 2
    output_type = INTEGER


class Substr(Func):
    """A part of a text: from a position, counted from 1, and of a length if one is given."""

    neutral_name: ClassVar[str | None] = "substr"
    function: Any = "SUBSTRING"
    output_type = CHARACTERS

    def __init__(self, expression: Any, pos: Any, length: Any = None, **extra: Any) -> None:
        """Keep the text and the bounds.

        Raises:
            ValueError: the position is less than one.
        """
        if not hasattr(pos, "resolve_expression") and pos < 1:
            raise ValueError("'pos' must be greater than 0")
        bounds = (pos,) if length is None else (pos, length)
        super().__init__(expression, *bounds, **extra)
