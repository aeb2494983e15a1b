"""Tables of the shop on each database, and databases that only record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import aorm
from aorm import schema
from aorm.database.config import parse_config
from aorm.database.databases import databases, make_database
from aorm.drivers.recording import RecordingDriver
from tests.support.faces import configured
from tests.unit.query.shop import MODELS

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def tables(database_url: str) -> Iterator[None]:
    """Empty tables; the face that a test plays opens its own connections."""
    with configured(database_url):
        schema.create_tables(MODELS)
        aorm.close_all()
        yield
        aorm.close_all()


@pytest.fixture(params=["sqlite", "postgresql"])
def recorder(request: pytest.FixtureRequest) -> Iterator[RecordingDriver]:
    """A driver under the alias "recorded" that answers nothing, for each dialect."""
    driver = RecordingDriver()
    databases.add(make_database(parse_config("recorded", {"scheme": request.param, "name": "x"}), driver=driver))
    yield driver
    databases.remove("recorded")
