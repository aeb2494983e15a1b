"""Every name behind a public door is said somewhere in the documentation for readers."""

from __future__ import annotations

import re
from importlib import import_module

import pytest

from tests.docs.pages import DOCS

DOORS = (
    "aorm",
    "aorm.checks",
    "aorm.exceptions",
    "aorm.models",
    "aorm.models.aggregates",
    "aorm.models.constraints",
    "aorm.models.expressions",
    "aorm.models.functions",
    "aorm.models.indexes",
    "aorm.models.lookups",
    "aorm.postgres",
    "aorm.schema",
    "aorm.signals",
    "aorm.testing",
    "aorm.timezone",
    "aorm.transaction",
    "aorm.validators",
)
# The registry of models gives itself to the signals, which are below it.
INTERNAL = {"set_lazy_sender_hook"}
PAGES = [DOCS / "differences.md", DOCS / "tutorial.md", *(DOCS / "reference").glob("*.md")]
WORDS = {word for page in PAGES for word in re.findall(r"\w+", page.read_text("utf-8"))}


@pytest.mark.parametrize("door", DOORS)
def test_every_name_is_documented(door: str) -> None:
    assert set(import_module(door).__all__) - WORDS - INTERNAL == set()
