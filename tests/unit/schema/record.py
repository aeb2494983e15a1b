"""Let Django make the tables of `warehouse.py`, and write down what the databases' catalogs say of them.

Run `python -m tests.unit.schema.record` with a Python that has Django 6.1 and psycopg named in AORM_DJANGO_PYTHON, and
with a PostgreSQL server in AORM_TEST_POSTGRES_URL.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

FACTS = Path(__file__).with_name("django_facts.json")
ROOT = Path(__file__).parents[3]
DATABASE = f"aorm_schema_reference_{os.getpid()}"


def reference(vendor: str, url: str) -> dict[str, Any]:
    """Make the tables with Django and return the facts; runs where Django is."""
    os.environ["AORM_PARITY_REFERENCE"] = "1"
    import django
    from django.apps import AppConfig
    from django.conf import settings

    from tests.behaviour.harness.reference import _postgres_settings

    place = (
        {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"} if vendor == "sqlite" else _postgres_settings(url)
    )
    config = type("Config", (AppConfig,), {"label": "warehouse", "path": str(ROOT)})
    settings.configure(
        DATABASES={"default": place},
        INSTALLED_APPS=[config("schema_warehouse", ModuleType("schema_warehouse")), "django.contrib.postgres"],
        USE_TZ=True,
    )
    django.setup()
    from django.db import connection

    from tests.unit.schema import facts, warehouse

    def fetch(sql: str, *parameters: object) -> Any:
        with connection.cursor() as cursor:
            # Without parameters, so that percent signs stay what they are.
            cursor.execute(sql.replace("?", "%s"), list(parameters) or None)
            return cursor.fetchall()

    with connection.schema_editor() as editor:
        for model in warehouse.BY_VENDOR[vendor]:
            if model._meta.can_migrate(connection):
                editor.create_model(model)
    return facts.sqlite_facts(fetch) if vendor == "sqlite" else facts.postgresql_facts(fetch)


def ask(vendor: str, url: str) -> dict[str, Any]:
    """Return the facts of Django's tables, from an interpreter that has it."""
    from tests.behaviour.harness.asking import find_django_python

    python = find_django_python()
    assert python is not None, "no Python with Django 6.1 and psycopg: name one in AORM_DJANGO_PYTHON"
    command = [python, "-m", "tests.unit.schema.record", vendor, url]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> None:
    """Record the facts of both databases; or, with a vendor and a URL, print those of one."""
    if len(sys.argv) == 3:
        json.dump(reference(sys.argv[1], sys.argv[2]), sys.stdout)
        return
    from tests.support.oracle import PostgresOracle, with_database

    url = os.environ["AORM_TEST_POSTGRES_URL"]
    admin = PostgresOracle(url)
    admin.execute(f"CREATE DATABASE {DATABASE}")
    try:
        found = {
            "sqlite": ask("sqlite", ""),
            "postgresql": ask("postgresql", with_database(url, DATABASE)),
        }
    finally:
        admin.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")
        admin.close()
    FACTS.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
