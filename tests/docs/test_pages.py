"""Every Python block of every page runs, on both databases; every link leads somewhere."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.docs.pages import blocks_of, name_of, pages
from tests.docs.programs import run_program

RUNNER = Path(__file__).with_name("run_page.py")
PAGES_WITH_CODE = [page for page in pages() if any(block.language == "python" for block in blocks_of(page))]
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES_WITH_CODE, ids=name_of)
def test_code_of_a_page_runs(page: Path, database_url: str, tmp_path: Path) -> None:
    run_program(RUNNER, str(page), database_url, folder=tmp_path)


def anchors_of(page: Path) -> set[str]:
    """Return the anchors that a forge makes of a page's headings."""
    headings = _HEADING.findall(_FENCED.sub("", page.read_text("utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_links_lead_to_pages_and_headings(page: Path) -> None:
    wrong = []
    for link in _LINK.findall(_FENCED.sub("", page.read_text("utf-8"))):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors_of(target)):
            wrong.append(link)
    assert not wrong


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_every_fence_says_its_language(page: Path) -> None:
    assert all(block.language for block in blocks_of(page))


@pytest.mark.parametrize("page", PAGES_WITH_CODE, ids=name_of)
def test_lines_of_examples_fit_a_page(page: Path) -> None:
    lines = [line for block in blocks_of(page) for line in block.code.splitlines()]
    assert [line for line in lines if len(line) > 120 and not line.strip().startswith("#>")] == []


def test_runner_compares_what_is_printed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```python\nprint(1)\n#> 2\n```\n")
    with pytest.raises(AssertionError, match=r"printed \['1'\], and announces \['2'\]"):
        run_program(RUNNER, str(page), "sqlite://", folder=tmp_path)


def test_blocks_know_their_lines_and_databases(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# x\n\n<!-- only: sqlite -->\n```python\na = 1\n```\n\n```python\nawait b\n```\n")
    first, second = blocks_of(page)
    assert (first.line, first.only) == (5, "sqlite")
    assert (second.line, second.only) == (9, None)
    assert isinstance(ast.parse(first.code), ast.Module)
