"""Refuse texts and JSON that one of the databases cannot hold."""

from __future__ import annotations

import json
import re
from typing import Any

from aorm.exceptions import DataError

# Half of a pair alone: a high surrogate without a low one behind it, or a low one without a high one before it.
_LONE_SURROGATE = re.compile(r"\\ud[89ab][0-9a-f]{2}(?!\\ud[c-f][0-9a-f]{2})|(?<!\\ud[89ab][0-9a-f]{2})\\ud[c-f]")


def storable_text(value: Any) -> str:
    """Return a value of a condition as text that every database can be asked for: a pattern, a JSON key.

    Raises:
        DataError: there is a NUL character or a lone surrogate in it, which would break a transaction on PostgreSQL.
    """
    text = str(value)
    if "\0" in text:
        raise DataError("a condition cannot hold a NUL character: no database stores one. Remove it from the text.")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise DataError(
                "a condition cannot hold a lone surrogate, which is no character of Unicode. Decode the text with "
                "errors='replace'."
            ) from None
    return text


def document_text(value: Any, encoder: type[json.JSONEncoder] | None = None) -> str:
    """Return a value as JSON text that every database can hold.

    Raises:
        DataError: JSON has no such number, or a text in it cannot be stored.
    """
    try:
        text = json.dumps(value, cls=encoder, allow_nan=False)
    except ValueError as error:
        if "float" not in str(error):
            raise
        raise DataError("a JSON document cannot hold NaN or an infinity: JSON has no such numbers.") from error
    return storable_document(text)


def storable_document(text: str) -> str:
    """Return JSON text, written in ASCII, that every database can hold.

    Raises:
        DataError: there is a NUL character or a lone surrogate in it, which PostgreSQL refuses and SQLite would keep.
    """
    if "\\u0000" not in text and "\\ud" not in text:
        return text
    # A backslash that is escaped itself begins no escape.
    escapes = text.replace("\\\\", "")
    if "\\u0000" in escapes:
        raise DataError("a JSON document cannot hold a NUL character: PostgreSQL refuses it. Remove it from the texts.")
    if _LONE_SURROGATE.search(escapes) is not None:
        raise DataError(
            "a JSON document cannot hold a lone surrogate, which is no character of Unicode. Decode the text with "
            "errors='replace'."
        )
    return text
