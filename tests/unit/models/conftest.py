"""Models for one test, in a registry of their own, and a database that is configured but empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import aorm
from aorm.mapping.registry import isolated_apps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aorm.mapping.registry import Apps


@pytest.fixture
def registry() -> Iterator[Apps]:
    """A registry that the models declared in the test join."""
    with isolated_apps() as apps:
        yield apps


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[str]:
    """An empty SQLite file as the default database."""
    with aorm.settings.override(databases=sqlite_url):
        yield sqlite_url
