"""Declarations of indexes and constraints are Django's: arguments, errors, repr, equality, checks, names."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest

import aorm
from aorm import models, postgres
from aorm.models import functions, lookups
from tests.unit.mapping.record import ANSWERS, NAMES, answers

pytestmark = pytest.mark.usefixtures("registry")


def library() -> SimpleNamespace:
    """Return aorm's classes under the names that the questions use."""
    return SimpleNamespace(
        **{name: getattr(models, name) for name in NAMES},
        Lower=functions.Lower,
        Exact=lookups.Exact,
        postgres=postgres,
        models=models,
        ANY=mock.ANY,
    )


def test_every_answer_is_djangos() -> None:
    recorded: dict[str, Any] = json.loads(ANSWERS.read_text())
    places = {"default": "sqlite://", "server": "postgresql://nobody@localhost/none"}
    with aorm.settings.override(databases=places):
        found = answers(library(), [aorm.connections["default"], aorm.connections["server"]])
    assert found.keys() == recorded.keys()
    differing = {
        question: (recorded[question], found[question])
        for question in recorded
        if found[question] != recorded[question]
    }
    assert differing == {}
