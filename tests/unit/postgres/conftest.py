"""A registry of its own for the models of each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from aorm.mapping.registry import Apps, isolated_apps


@pytest.fixture
def registry() -> Iterator[Apps]:
    """A registry that the models declared in the test join."""
    with isolated_apps() as apps:
        yield apps
