"""Tables of the library on each database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import aorm
from aorm import schema
from tests.support.faces import configured
from tests.unit.relations.library import MODELS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator


@pytest.fixture
async def tables(database_url: str) -> AsyncIterator[None]:
    """Empty tables, for tests in an event loop."""
    with configured(database_url):
        await schema.acreate_tables(MODELS)
        yield
        await aorm.aclose_all()


@pytest.fixture
def sync_tables(database_url: str) -> Iterator[None]:
    """Empty tables, for tests without an event loop."""
    with configured(database_url):
        schema.create_tables(MODELS)
        yield
        aorm.close_all()
