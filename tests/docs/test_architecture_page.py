"""docs/architecture.md names what there is, in the words of the modules themselves; pages name all public names."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

import aorm
from tests.behaviour import differences
from tests.docs.pages import DOCS, ROOT, name_of
from tests.docs.written import WRITTEN, floors, tree, written_part

REFERENCE = DOCS / "reference"
DOORS = {
    "aorm.models": ("models", "instances", "relations", "querysets", "expressions"),
    "aorm.models.expressions": ("expressions",),
    "aorm.models.lookups": ("expressions",),
    "aorm.models.functions": ("functions",),
    "aorm.transaction": ("transactions",),
    "aorm.exceptions": ("exceptions",),
    "aorm.signals": ("signals",),
    "aorm.validators": ("validators",),
    "aorm.timezone": ("timezone",),
    "aorm.checks": ("models",),
    "aorm.schema": ("schema",),
    "aorm.postgres": ("postgres",),
    "aorm.testing": ("testing",),
}
INTERNAL = {"aorm.signals": {"set_lazy_sender_hook"}}


@pytest.mark.parametrize("page", WRITTEN, ids=name_of)
def test_written_parts_are_what_the_code_says(page: Path) -> None:
    assert written_part(page) == WRITTEN[page](), "run: python -m tests.docs.written"


def test_every_module_says_what_it_is_for() -> None:
    assert "| |\n" not in tree().replace("| module | |\n", "")


def test_the_floors_are_those_of_the_contract() -> None:
    drawn = (DOCS / "architecture.md").read_text("utf-8").partition("```text\n")[2].partition("```")[0].split()
    there = {path.stem for path in (ROOT / "aorm").glob("*.py")} | {path.name for path in (ROOT / "aorm").glob("*/")}
    assert drawn == [name for name in floors() if name in there]


def words_of(*pages: str) -> set[str]:
    """Return the names that stand in code or in backticks on pages of the reference."""
    text = "".join((REFERENCE / f"{page}.md").read_text("utf-8") for page in pages)
    return set(re.findall(r"\w+", text))


@pytest.mark.parametrize("door", DOORS)
def test_public_names_are_in_the_reference(door: str) -> None:
    names = set(importlib.import_module(door).__all__) - INTERNAL.get(door, set())
    assert names - words_of(*DOORS[door]) == set()


def test_names_of_the_package_are_in_the_reference() -> None:
    assert set(aorm.__all__) - words_of(*(page.stem for page in REFERENCE.glob("*.md"))) == set()


def test_options_of_a_database_are_in_the_reference() -> None:
    from aorm.database.config import DatabaseConfig  # its defaults are what the page says

    text = (REFERENCE / "configuration.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| ([\w.]+)", text, re.MULTILINE))
    options = {name: field.default for name, field in DatabaseConfig.__dataclass_fields__.items() if name.count("_")}
    del options["is_memory"]
    for name, default in options.items():
        assert rows[name] == f"{default:g}", name


def test_differences_page_names_each_item() -> None:
    text = (DOCS / "differences.md").read_text("utf-8")
    for key in differences.DIFFERENCES:
        assert key.partition("::")[2] in text
