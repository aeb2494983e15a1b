"""Find the pages of the documentation and the code in them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
EXAMPLES = DOCS / "examples"

_FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_NOTE = re.compile(r"<!-- (only|file|run): ([\w.]+) -->\n$")


class Block(NamedTuple):
    """A fenced block of a page.

    Attributes:
        language: what the fence says.
        code: the text between the fences.
        line: that of the first line of code.
        only: the one database it is for: `<!-- only: postgresql -->` stands above the fence.
        file: the file that it is the content of: `<!-- file: test_shop.py -->`.
        is_run: whether it is a command that is run: `<!-- run: here -->`.
    """

    language: str
    code: str
    line: int
    only: str | None
    file: str | None
    is_run: bool


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
        note = _NOTE.search(text, 0, match.start())
        kind, value = (note[1], note[2]) if note else ("", "")
        line = text.count("\n", 0, match.start(2)) + 1
        only, file = (value if kind == name else None for name in ("only", "file"))
        found.append(Block(match[1], match[2], line, only, file, kind == "run"))
    return found
