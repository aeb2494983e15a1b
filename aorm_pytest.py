"""aorm's pytest plugin, found by pytest through its entry point: the fixtures `aorm_db`, `aorm_tables`, `aorm_aliases`.

It is no part of the package `aorm`, and imports it only when a fixture is used: pytest loads every installed plugin,
also for projects that do not use this one, and before the measuring of coverage begins.
"""

from __future__ import annotations

import inspect
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from aorm.testing.sandbox import RolledBack


@pytest.fixture(scope="session")
def aorm_aliases() -> tuple[str, ...]:
    """The databases that tests use, ("default",) unless a project's own fixture of this name says otherwise."""
    return ("default",)


@pytest.fixture(scope="session")
def aorm_tables(aorm_aliases: tuple[str, ...]) -> None:
    """Create the tables of all models that are missing; a project with other means overrides this fixture."""
    from aorm.schema import create_tables  # not at start-up: see above

    for alias in aorm_aliases:
        create_tables(using=alias, if_not_exists=True)


@pytest.fixture
def aorm_db(request: pytest.FixtureRequest) -> Iterator[RolledBack]:
    """A transaction around the test and the fixtures that ask for this one, rolled back at the end.

    The same for plain tests and for coroutines, run by pytest-asyncio or by anyio's plugin.
    """
    from aorm.testing import rolled_back  # not at start-up: see above

    aliases: tuple[str, ...] = request.getfixturevalue("aorm_aliases")
    request.getfixturevalue("aorm_tables")
    if _runs_in_a_loop(request):
        yield request.getfixturevalue(_runner_of(request))
    else:
        with rolled_back(*aliases) as sandbox:
            yield sandbox


def pytest_configure(config: pytest.Config) -> None:
    """Offer the fixture's asynchronous half to each plugin that runs coroutines."""
    fixtures: Any = ModuleType("aorm_pytest_asynchronous")
    fixtures._aorm_db_anyio = pytest.fixture(_asynchronous_half())
    if config.pluginmanager.has_plugin("asyncio"):
        import pytest_asyncio  # only where it is in use

        fixtures._aorm_db_asyncio = pytest_asyncio.fixture(_asynchronous_half())
    config.pluginmanager.register(fixtures)


def _asynchronous_half() -> Callable[..., AsyncIterator[RolledBack]]:
    async def opened(aorm_aliases: tuple[str, ...]) -> AsyncIterator[RolledBack]:
        from aorm.testing import rolled_back  # not at start-up: see above

        async with rolled_back(*aorm_aliases) as sandbox:
            yield sandbox

    return opened


def _runs_in_a_loop(request: pytest.FixtureRequest) -> bool:
    function: Any = getattr(request, "function", None)
    function = getattr(getattr(function, "hypothesis", None), "inner_test", function)
    return inspect.iscoroutinefunction(function)


def _runner_of(request: pytest.FixtureRequest) -> str:
    if "anyio_backend" in request.fixturenames:
        return "_aorm_db_anyio"
    if request.config.pluginmanager.has_plugin("asyncio"):
        return "_aorm_db_asyncio"
    raise pytest.UsageError("aorm_db: neither pytest-asyncio nor anyio's plugin runs this coroutine")
