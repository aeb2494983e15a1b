"""The tables of aorm are those of Django: the catalogs of both databases say the same, but for what is named here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

import aorm
from tests.behaviour.harness.asking import find_django_python
from tests.support.faces import Face, configured, for_each_face
from tests.support.oracle import PostgresOracle, oracle_for
from tests.unit.schema import facts, warehouse
from tests.unit.schema.record import FACTS, ask

EXCLUDED = "EXCLUDE USING gist (int4range(room, room, '[]'::text) WITH &&, tstzrange(begins, ends, '[)'::text) WITH &&)"
RANGES = "USING gist (int4range(room, room, '[]'::text), tstzrange(begins, ends, '[)'::text))"
INDEX = "INDEX {} ON public.warehouse_indexed USING btree"
# What is not Django's to the letter, as "vendor kind name" -> what it is. The same values and the same rows each time:
# literals in another spelling, and `is_open = true` for `is_open`, which PostgreSQL takes for the same when it plans.
DIFFERENCES: dict[str, Any] = {
    "sqlite columns warehouse_defaults.computed": ["REAL", 1, "(CAST(PI() AS REAL) / 2)", 0, 0],
    "sqlite columns warehouse_defaults.decimal": ["decimal", 1, "2.50", 0, 0],
    "postgresql columns warehouse_defaults.float": [
        "double precision", True, "", "", "'1.5'::double precision", None, None,
    ],
    "postgresql constraints warehouse_onpostgresql.no_overlap": [
        "x", False, False, f"{EXCLUDED} WHERE ((is_cancelled = false))",
    ],
    "postgresql indexes warehouse_indexed.closed_count": [
        f"CREATE {INDEX.format('closed_count')} (count) "
        "WHERE (((count > 3) AND (is_open = false)) OR (count = 0))"
    ],
    "postgresql indexes warehouse_indexed.open_count": [
        f"CREATE {INDEX.format('open_count')} (count) WHERE (is_open = true)"
    ],
    "postgresql indexes warehouse_indexed.partial_unique": [
        f"CREATE UNIQUE {INDEX.format('partial_unique')} (title) WHERE (is_open = true)"
    ],
    "postgresql indexes warehouse_onpostgresql.no_overlap": [
        f"CREATE INDEX no_overlap ON public.warehouse_onpostgresql {RANGES} WHERE (is_cancelled = false)"
    ],
}  # fmt: skip
# One rule for names on both databases: SQLite would take one as long as this, and Django gives it one.
LONG = "warehouse_amodelwithaverylongnamethatnoidentifierofadatabas"


def found_facts(url: str) -> tuple[str, dict[str, Any]]:
    """Return the vendor and the facts of a database."""
    vendor = "sqlite" if url.startswith("sqlite") else "postgresql"
    with closing(oracle_for(url)) as oracle:
        read = facts.sqlite_facts if vendor == "sqlite" else facts.postgresql_facts
        return vendor, json.loads(json.dumps(read(oracle.fetch)))


def differing(vendor: str, found: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Yield what is not as Django has it: what it is about, Django's fact, the fact found."""
    wanted = json.loads(FACTS.read_text())[vendor]
    assert wanted.keys() == found.keys()
    for kind, recorded in wanted.items():
        for name in sorted(recorded.keys() | found[kind].keys()):
            if vendor == "sqlite" and name.startswith(LONG):
                continue
            if recorded.get(name) != found[kind].get(name):
                yield f"{vendor} {kind} {name}", recorded.get(name), found[kind].get(name)


@for_each_face
async def test_all_tables_are_djangos(face: Face, database_url: str) -> None:
    with configured(database_url):
        await face.do(aorm.schema, "create_tables", every_model(database_url))
    vendor, found = found_facts(database_url)
    differences = {what: ours for what, _, ours in differing(vendor, found)}
    assert differences == {key: value for key, value in DIFFERENCES.items() if key.startswith(vendor)}


def every_model(url: str) -> list[Any]:
    """Return the models for a database."""
    return warehouse.BY_VENDOR["sqlite" if url.startswith("sqlite") else "postgresql"]


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("vendor", ["sqlite", "postgresql"])
def test_django_still_says_so(vendor: str, postgres_oracle: PostgresOracle) -> None:
    if find_django_python() is None:
        pytest.skip("no Python with Django 6.1 and psycopg here; the recorded facts stand (AORM_DJANGO_PYTHON)")
    if vendor == "postgresql":
        postgres_oracle.reset_schema()
    assert ask(vendor, postgres_oracle.url) == json.loads(FACTS.read_text())[vendor]
