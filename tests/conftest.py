"""Databases for every test: SQLite files, and a PostgreSQL server started once for the whole run."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.support.oracle import PostgresOracle, with_database
from tests.support.postgres_server import PostgresServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.faces import Face

SERVER_URL = "AORM_TEST_POSTGRES_URL"
_server = pytest.StashKey[PostgresServer]()


def _start_server(config: pytest.Config) -> str:
    """Return the URL of the run's PostgreSQL server; started where the environment names none. It never skips."""
    url = os.environ.get(SERVER_URL)
    if url is None:
        server = config.stash[_server] = PostgresServer()
        url = os.environ[SERVER_URL] = server.start()
    return url


def pytest_configure(config: pytest.Config) -> None:
    """Start the server before xdist's workers are forked, so that they share it through the environment."""
    if getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput"):
        _start_server(config)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server that this process started."""
    server = config.stash.get(_server, None)
    if server is not None:
        os.environ.pop(SERVER_URL, None)
        server.stop()


@contextmanager
def _made_database(config: pytest.Config, purpose: str) -> Iterator[PostgresOracle]:
    server_url = _start_server(config)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name = f"aorm_{purpose}_{os.getpid()}_{worker}"
    admin = PostgresOracle(server_url)
    admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    admin.execute(f'CREATE DATABASE "{name}"')
    oracle = PostgresOracle(with_database(server_url, name))
    yield oracle
    oracle.close()
    admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    admin.close()


@pytest.fixture(scope="session")
def postgres_oracle(request: pytest.FixtureRequest) -> Iterator[PostgresOracle]:
    """An independent connection to this worker's own database, which is made for the run and dropped behind it."""
    with _made_database(request.config, "test") as oracle:
        yield oracle


@pytest.fixture(scope="session")
def parity_oracle(request: pytest.FixtureRequest) -> Iterator[PostgresOracle]:
    """The same for a database whose tables stay for the whole run, whatever other tests make and drop in theirs."""
    with _made_database(request.config, "parity") as oracle:
        yield oracle


@pytest.fixture
def postgres_url(postgres_oracle: PostgresOracle) -> str:
    """The URL of an empty PostgreSQL database."""
    postgres_oracle.reset_schema()
    return postgres_oracle.url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'test.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database, on each of the databases in turn."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture(params=["async", "sync"])
def face(request: pytest.FixtureRequest) -> Face:
    """Each face of the API in turn; see `tests.support.faces.for_each_face`."""
    # Imported here: unit tests of the lower floors must run while, and where, the whole package does not import.
    from tests.support.faces import Face

    return Face(request.param)
