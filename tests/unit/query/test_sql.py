"""The SQL of everyday querysets, for each dialect, as it is written down."""

from __future__ import annotations

import json

import pytest

from tests.unit.query.sql_cases import CASES, TEXTS, statements_of

EXPECTED = json.loads(TEXTS.read_text("utf-8"))


@pytest.mark.parametrize("scheme", ["sqlite", "postgresql"])
@pytest.mark.parametrize("name", CASES)
def test_text(name: str, scheme: str) -> None:
    assert statements_of(name, scheme) == EXPECTED[name][scheme]


def test_nothing_is_left_over() -> None:
    assert set(EXPECTED) == set(CASES)
