"""The pytest plugin: fixtures `aorm_db`, `aorm_tables`, `aorm_aliases`.

A project asks for it in its `conftest.py`: `pytest_plugins = ["aorm.testing.plugin"]`. It registers itself nowhere:
pytest loads every registered plugin in every run of the environment, and importing anything of aorm imports all of it.
"""

from __future__ import annotations

import inspect
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from aorm.schema import create_tables
from aorm.testing import rolled_back

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
    for alias in aorm_aliases:
        create_tables(using=alias, if_not_exists=True)


@pytest.fixture
def aorm_db(request: pytest.FixtureRequest) -> Iterator[RolledBack]:
    """A transaction around the test and the fixtures that ask for this one, rolled back at the end.

    The same for plain tests and for coroutines, run by pytest-asyncio or by anyio's plugin.
    """
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
