"""A small reader of SQL: the kinds of tokens of a statement, by which two statements are compared."""

from __future__ import annotations

import re

TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<comment>--[^\n]*|/\*.*?\*/)
  | (?P<text>'(?:[^']|'')*')
  | (?P<name>"(?:[^"]|"")*")
  | (?P<mark>\$\d+|\?)
  | (?P<number>\d+(?:\.\d+)?)
  | (?P<word>[^\W\d]\w*)
  | (?P<sign>.)
    """,
    re.VERBOSE | re.DOTALL,
)


def tokens(sql: str) -> list[str]:
    """Return the tokens: words and signs as they are, of quoted names and texts only the kind."""
    found = []
    for match in TOKEN.finditer(sql):
        kind = str(match.lastgroup)
        if kind == "space":
            continue
        found.append(match.group().upper() if kind in ("word", "sign") else kind)
    return found


def assert_harmless(sql: str) -> None:
    """Fail where a statement holds a comment or more than one statement."""
    found = tokens(sql)
    assert "comment" not in found, sql
    assert ";" not in found, sql
