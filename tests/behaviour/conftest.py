"""The stage of the parity tests: one per session, as making its tables takes longer than most cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.behaviour.harness.stage import Stage
    from tests.support.oracle import PostgresOracle


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory, parity_oracle: PostgresOracle) -> Iterator[Stage]:
    """Return the databases on which cases are played."""
    # Imported here: collecting the suite must not need the whole package.
    from tests.behaviour.harness.stage import Stage

    parity_oracle.reset_schema()
    made = Stage(tmp_path_factory.mktemp("parity"), parity_oracle)
    yield made
    made.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the items of one database, and within it of one module, together: changing costs new pools or new data."""
    wanted = {"vendor", "module"}
    here = [item for item in items if wanted <= set(getattr(getattr(item, "callspec", None), "params", {}))]
    ordered = sorted(here, key=_group)
    places = iter(ordered)
    chosen = set(map(id, here))
    items[:] = [next(places) if id(item) in chosen else item for item in items]


def _group(item: pytest.Item) -> tuple[str, str]:
    parameters = item.callspec.params  # type: ignore[attr-defined]
    return parameters["vendor"], parameters["module"]
