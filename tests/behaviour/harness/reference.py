"""The reference: run cases and tables on Django and print its answers as JSON.

Started by `harness/asking.py` with an interpreter that has Django; it imports neither aorm nor pytest.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

os.environ["AORM_PARITY_REFERENCE"] = "1"

import django
from django.conf import settings


def _postgres_settings(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    host = parts.hostname or parse_qs(parts.query).get("host", [""])[0]
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or "postgres"),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
    }


def _configure(vendor: str, url: str) -> None:
    memory = {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
    settings.configure(
        DATABASES={"default": memory if vendor == "sqlite" else _postgres_settings(url), "other": dict(memory)},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=_apps(),
        USE_TZ=True,
        TIME_ZONE="UTC",
        DEBUG=False,
    )
    django.setup()


def _apps() -> list[Any]:
    """Return an installed app for each schema: Django ignores the relations of models whose app is not installed."""
    from django.apps import AppConfig

    folder = Path(__file__).parents[1] / "schemas"
    apps = []
    for label in sorted(path.stem for path in folder.glob("*.py") if path.stem != "__init__"):
        # The schema itself cannot be the app's module: it defines models, which is allowed only when apps are loaded.
        config = type("Config", (AppConfig,), {"label": label, "path": str(folder)})
        apps.append(config(f"parity_{label}", ModuleType(f"parity_{label}")))
    return apps


PROBLEMS: list[str] = []


class DjangoInterpreter:
    """Django's synchronous API behind the coroutines of a case."""

    async def do(self, target: Any, name: str, /, *arguments: Any, **keywords: Any) -> Any:
        return getattr(target, name)(*arguments, **keywords)

    async def fetch(self, queryset: Any) -> list[Any]:
        return list(queryset)

    async def iterate(self, queryset: Any, **options: Any) -> list[Any]:
        return list(queryset.iterator(**options))

    async def load(self, instance: Any, name: str) -> Any:
        return getattr(instance, name)

    async def read(self, instance: Any, name: str) -> Any:
        return getattr(instance, name)

    @asynccontextmanager
    async def atomic(self, **options: Any) -> AsyncIterator[Any]:
        from django.db import transaction

        with transaction.atomic(**options):
            yield None

    @contextmanager
    def capture(self, alias: str) -> Iterator[Callable[[], list[str]]]:
        from django.db import connections
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connections[alias]) as captured:
            yield lambda: [query["sql"] for query in captured.captured_queries]

    def on_commit(self, callback: Callable[[], object], **options: Any) -> None:
        from django.db import transaction

        transaction.on_commit(callback, **options)


def _step(coroutine: Coroutine[Any, Any, Any]) -> Any:
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    raise AssertionError("a case suspended on Django")


def _create_tables(schema: ModuleType, created: set[str]) -> None:
    from django.db import connections

    if schema.__name__ in created:
        return
    created.add(schema.__name__)
    for alias in connections:
        connection = connections[alias]
        with connection.schema_editor() as editor:
            for model in schema.MODELS:
                editor.create_model(model)
        if connection.vendor == "sqlite":
            connection.enable_constraint_checking()


def _reset() -> None:
    from django.db import connections

    from tests.behaviour.harness.reset import POSTGRES, reset_sqlite

    for alias in connections:
        connection = connections[alias]
        connection.ensure_connection()
        if connection.vendor == "sqlite":
            reset_sqlite(connection.connection)
        else:
            with connection.cursor() as cursor:
                cursor.execute(POSTGRES)


def _run_cases(module: ModuleType, vendor: str) -> dict[str, Any]:
    from tests.behaviour.harness.environment import Environment, cases_of

    answers = {}
    for case in cases_of(module).values():
        if vendor not in case.vendors:
            continue
        _reset()
        environment = Environment(DjangoInterpreter(), vendor)
        try:
            _step(case.body(environment))
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[1:3][-1]
            PROBLEMS.append(f"{module.__name__}.{case.name}, {vendor}: {error!r} at line {where.lineno}: {where.line}")
        finally:
            environment.clean_up()
        answers[case.name] = environment.notes
    return answers


def _run_table(module: ModuleType, vendor: str) -> dict[str, Any]:
    from tests.behaviour.harness.environment import Environment
    from tests.behaviour.harness.rows import rows_of, run_row

    _reset()
    environment = Environment(DjangoInterpreter(), vendor)
    _step(module.populate(environment))
    answers = {}
    for row in rows_of(module).values():
        if vendor in row.vendors:
            answer = answers[row.name] = _step(run_row(environment, row))
            failed = isinstance(answer, dict) and "error" in answer
            if failed != ("error" in row.name):
                PROBLEMS.append(f"{module.__name__}.{row.name}, {vendor}: {str(answer)[:300]}")
    return answers


def main() -> None:
    """Answer for the vendor, PostgreSQL URL and modules named on the command line."""
    vendor, url, *names = sys.argv[1:]
    _configure(vendor, url)
    from tests.behaviour.harness.modules import load

    created: set[str] = set()
    answers = {}
    for name in names:
        module = load(name)
        _create_tables(module.SCHEMA, created)
        run = _run_table if name.startswith("tables.") else _run_cases
        answers[name] = run(module, vendor)
    if PROBLEMS:
        sys.exit("\n".join(PROBLEMS))
    json.dump(answers, sys.stdout, ensure_ascii=True)


if __name__ == "__main__":
    main()
