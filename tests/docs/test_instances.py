"""Every behaviour in the tables of docs/reference/instances.md is held by tests that exist and are expected to pass."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.behaviour.differences import DIFFERENCES, PENDING
from tests.behaviour.harness.modules import read_golden
from tests.docs.pages import DOCS, ROOT
from tests.docs.written import CASES, cases_of

PAGE = DOCS / "reference" / "instances.md"
SECTION = re.compile(r"^## The reference, sentence by sentence\n(.*?)^## ", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| (?P<behaviour>.+) \| (?P<tests>(?:`[^`]+`(?:, )?)+) \|$", re.MULTILINE)


def rows() -> list[tuple[str, list[str]]]:
    """Return each behaviour with the tests that are named for it."""
    section = SECTION.search(PAGE.read_text("utf-8"))
    assert section is not None
    return [(found["behaviour"], re.findall(r"`([^`]+)`", found["tests"])) for found in ROW.finditer(section[1])]


@cache
def functions_of(path: Path) -> frozenset[str]:
    """Return the names of the test functions and methods in a file."""
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    return frozenset(node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@cache
def recorded(module: str) -> frozenset[str]:
    """Return the cases of a module for which Django's answers are recorded, so that they run."""
    return frozenset(read_golden(f"cases.{module}"))


def problem_of(test: str) -> str | None:
    """Say what is wrong with a named test."""
    place, _, name = test.partition("::")
    if place.endswith(".py"):
        path = ROOT / place
        return None if path.exists() and name.startswith("test_") and name in functions_of(path) else "no such test"
    if not (CASES / f"{place}.py").exists() or name not in cases_of(CASES / f"{place}.py"):
        return "no such case"
    if name not in recorded(place):
        return "Django's answer is not recorded"
    skipped = {f"cases.{place}::{name}", f"cases.{place}::*"} & (DIFFERENCES.keys() | PENDING.keys())
    return "not expected to pass" if skipped else None


@pytest.mark.parametrize(("behaviour", "tests"), rows(), ids=[behaviour[:60] for behaviour, _ in rows()])
def test_each_behaviour_is_held(behaviour: str, tests: list[str]) -> None:
    assert {test: problem for test in tests if (problem := problem_of(test))} == {}


def test_the_page_names_every_section() -> None:
    section = SECTION.search(PAGE.read_text("utf-8"))
    assert section is not None
    tables = section[1].split("\n### ")[1:]
    assert len(tables) >= 14
    for table in tables:
        lines = [line for line in table.splitlines() if line.startswith("| ") and not line.startswith("| behaviour")]
        assert len(lines) == len(ROW.findall(table)) > 0


def test_wrong_names_are_noticed() -> None:
    assert problem_of("saving::nothing_like_it") == "no such case"
    assert problem_of("nowhere::force_insert") == "no such case"
    assert problem_of("tests/unit/models/test_saving.py::test_nothing") == "no such test"
    assert problem_of("saving_forced::force_insert") is None
