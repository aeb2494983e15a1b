"""Find the pages of the documentation and the code in them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
EXAMPLES = DOCS / "examples"

_FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ONLY = re.compile(r"<!-- only: (\w+) -->\n$")


class Block(NamedTuple):
    """A fenced block of a page; ``line`` is that of its first line of code, ``only`` the one database it is for."""

    language: str
    code: str
    line: int
    only: str | None


def pages() -> list[Path]:
    """Return all pages: the README and what is in docs/."""
    return [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]


def name_of(page: Path) -> str:
    """Return the page's path inside the project."""
    return page.relative_to(ROOT).as_posix()


def blocks_of(page: Path) -> list[Block]:
    """Return the fenced blocks of a page in order."""
    text = page.read_text("utf-8")
    found = []
    for match in _FENCE.finditer(text):
        only = _ONLY.search(text, 0, match.start())
        line = text.count("\n", 0, match.start(2)) + 1
        found.append(Block(match[1], match[2], line, only[1] if only else None))
    return found
