"""docs/architecture.md names what there is, in the words of the modules themselves; pages name all public names."""

from __future__ import annotations

import ast
import importlib
import re

import pytest

import aorm
from tests.behaviour import differences
from tests.docs.pages import DOCS, ROOT
from tests.docs.tree import PAGE, floors, tree, tree_of_page

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


def test_the_tree_is_that_of_the_code() -> None:
    assert tree_of_page(PAGE.read_text("utf-8")) == tree(), "run: python -m tests.docs.tree"


def test_every_module_says_what_it_is_for() -> None:
    assert "| |\n" not in tree().replace("| module | |\n", "")


def test_the_floors_are_those_of_the_contract() -> None:
    drawn = PAGE.read_text("utf-8").partition("```text\n")[2].partition("```")[0].split()
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


def cases_of(module: str) -> set[str]:
    """Return the names of the parity cases of a module."""
    source = (ROOT / "tests/behaviour/cases" / f"{module}.py").read_text("utf-8")
    functions = [node for node in ast.parse(source).body if isinstance(node, ast.AsyncFunctionDef)]
    return {node.name for node in functions if any("case" in ast.unparse(item) for item in node.decorator_list)}


def test_instances_page_names_each_case() -> None:
    text = (REFERENCE / "instances.md").read_text("utf-8").partition("## Each behaviour and its test")[2]
    for part in text.split("`tests/behaviour/cases/")[1:]:
        module, _, table = part.partition(".py`")
        assert set(re.findall(r"\| `(\w+)` \|$", table, re.MULTILINE)) == cases_of(module), module


def test_differences_page_names_each_item() -> None:
    text = (DOCS / "differences.md").read_text("utf-8")
    for key in differences.DIFFERENCES:
        assert key.partition("::")[2] in text
