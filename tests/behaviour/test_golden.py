"""The recorded answers are complete, and still what Django says where a Django can be asked."""

from __future__ import annotations

import pytest

from tests.behaviour.harness.asking import ask, find_django_python
from tests.behaviour.harness.environment import VENDORS, cases_of
from tests.behaviour.harness.modules import load, module_names, read_golden
from tests.behaviour.harness.regenerate import DATABASE
from tests.behaviour.harness.rows import rows_of
from tests.support.oracle import PostgresOracle, with_database


@pytest.mark.parametrize("name", module_names())
def test_every_item_is_recorded(name: str) -> None:
    """A case or row without an answer would never run; an answer without one would never be noticed."""
    module = load(name)
    items = rows_of(module) if name.startswith("tables.") else cases_of(module)
    assert set(read_golden(name)) == set(items)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("vendor", VENDORS)
def test_django_still_says_so(vendor: str, postgres_oracle: PostgresOracle) -> None:
    """Ask Django again, and compare with what is recorded."""
    if find_django_python() is None:
        pytest.skip("no Python with Django 6.1 and psycopg here; the recorded answers stand (AORM_DJANGO_PYTHON)")
    name = f"{DATABASE}_live"
    postgres_oracle.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    postgres_oracle.execute(f'CREATE DATABASE "{name}"')
    try:
        answers = ask(vendor, with_database(postgres_oracle.url, name), module_names())
    finally:
        postgres_oracle.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    changed = {}
    for module in module_names():
        recorded = {item: by[vendor] for item, by in read_golden(module).items() if by[vendor] is not None}
        for item in recorded.keys() | answers[module].keys():
            if recorded.get(item) != answers[module].get(item):
                changed[f"{module}::{item}"] = (recorded.get(item), answers[module].get(item))
    assert changed == {}
