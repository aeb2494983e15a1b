"""An open database, on each of the two."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.connections import make_counter, open_database

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aorm.database.database import Database


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A database with the table `counter`."""
    async with open_database(database_url) as database:
        await make_counter(database)
        yield database
