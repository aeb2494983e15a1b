"""A model with a unique name and a deferred foreign key, in each database in turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import aorm
from tests.support.faces import configured
from tests.unit.testing.models import Shelf, Tome

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def tables(database_url: str) -> Iterator[None]:
    """The tables of the models, empty; made by sync code, which leaves nothing open."""
    with configured(database_url):
        aorm.schema.create_tables([Shelf, Tome])
        aorm.close_all()
        yield
        aorm.close_all()
