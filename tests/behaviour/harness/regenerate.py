"""Record Django's answers anew: `python -m tests.behaviour.harness.regenerate [cases.saving ...]`.

Needs an interpreter with Django 6.1 (see `asking.py`) and a PostgreSQL server: AORM_TEST_POSTGRES_URL, or its own.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.behaviour.harness.asking import ask
from tests.behaviour.harness.environment import VENDORS
from tests.behaviour.harness.modules import module_names, write_golden
from tests.support.oracle import PostgresOracle, with_database
from tests.support.postgres_server import PostgresServer

DATABASE = f"aorm_parity_reference_{os.getpid()}"


@contextmanager
def reference_database() -> Iterator[str]:
    """Make an empty PostgreSQL database for Django and drop it behind the block."""
    server = None
    url = os.environ.get("AORM_TEST_POSTGRES_URL")
    if url is None:
        server = PostgresServer()
        url = server.start()
    try:
        admin = PostgresOracle(url)
        admin.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        admin.execute(f"CREATE DATABASE {DATABASE}")
        yield with_database(url, DATABASE)
        admin.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        admin.close()
    finally:
        if server is not None:
            server.stop()


def main() -> None:
    """Write the golden files of the modules named on the command line, or of all."""
    names = sys.argv[1:] or module_names()
    with reference_database() as url:
        try:
            by_vendor = {vendor: ask(vendor, url, names) for vendor in VENDORS}
        except RuntimeError as error:
            sys.exit(str(error))
    for name in names:
        items = dict.fromkeys(item for answers in by_vendor.values() for item in answers[name])
        write_golden(
            name,
            {
                item: {vendor: answers[name][item] for vendor, answers in by_vendor.items() if item in answers[name]}
                for item in items
            },
        )
        print(f"{name}: {len(items)} answers")


if __name__ == "__main__":
    main()
