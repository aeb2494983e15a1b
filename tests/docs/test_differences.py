"""The page of differences and the list of items that the parity suite passes by say the same."""

from __future__ import annotations

import re

from tests.behaviour.differences import DIFFERENCES, PENDING
from tests.docs.pages import DOCS

PAGE = (DOCS / "differences.md").read_text("utf-8")
# Items stand in parentheses behind the sentence that is about them.
NAMED = {name for group in re.findall(r"\((`[a-z0-9_]+`(?:, `[a-z0-9_]+`)*)\)", PAGE) for name in group.split(", ")}


def test_items_that_are_passed_by_are_on_the_page() -> None:
    items = {f"`{key.partition('::')[2]}`" for key in DIFFERENCES}
    assert items <= NAMED


def test_items_on_the_page_are_passed_by() -> None:
    known = {f"`{key.partition('::')[2]}`" for key in DIFFERENCES}
    assert {name for name in NAMED if "_" in name} <= known


def test_nothing_is_pending() -> None:
    assert PENDING == {}
