"""Both databases with the table of every type, made and filled by the dialects themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.dialects.support import FIRST, SECOND, PostgreSQLRunner, Runner, SQLiteRunner, create_item, insert_item

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def runner(request: pytest.FixtureRequest) -> Iterator[Runner]:
    """A database with the table of every type: a full row and an empty one. Tests do not change it for others."""
    made: Runner
    if request.param == "sqlite":
        made = SQLiteRunner()
    else:
        oracle = request.getfixturevalue("postgres_oracle")
        oracle.reset_schema()
        made = PostgreSQLRunner(oracle)
    made.run(create_item())
    made.run(insert_item(FIRST, SECOND))
    yield made
    if isinstance(made, SQLiteRunner):
        made.connection.close()
