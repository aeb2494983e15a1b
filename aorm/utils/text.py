"""Shape words for people: verbose names, lists in sentences, truncated values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["camel_case_to_spaces", "capfirst", "get_text_list", "shorten"]

# A word begins at a capital that follows a small letter, or that is neither last nor followed by another capital.
_WORD_START = re.compile(r"(?<=[a-z])(?=[A-Z])|(?=[A-Z](?![A-Z]|$))")


def capfirst(text: object) -> str:
    """Return `text` with its first character in upper case; lazy strings are welcome, `None` and "" give ""."""
    words = str(text) if text else ""
    return words[:1].upper() + words[1:]


def camel_case_to_spaces(name: str) -> str:
    """Split `name` into words by its capitals, in lower case.

    >>> camel_case_to_spaces("OrderItem"), camel_case_to_spaces("HTTPServer"), camel_case_to_spaces("MyXML")
    ('order item', 'http server', 'my xml')
    """
    return _WORD_START.sub(" ", name).strip().lower()


def get_text_list(items: Iterable[object], last_word: object = "or") -> str:
    """Join `items` as a sentence does.

    >>> get_text_list(["a", "b", "c"]), get_text_list(["a", "b"], "and"), get_text_list(["a"]), get_text_list([])
    ('a, b or c', 'a and b', 'a', '')
    """
    words = [str(item) for item in items]
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last_word} {words[-1]}"


def shorten(text: str, length: int) -> str:
    """Cut `text` to at most `length` characters, the last being an ellipsis where something was cut.

    >>> shorten("select", 6), shorten("selected", 6)
    ('select', 'selec…')
    """
    return text if len(text) <= length else text[: length - 1] + "…"
