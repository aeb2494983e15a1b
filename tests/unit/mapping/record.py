"""Write down what Django says of declarations, checks and names: `python -m tests.unit.mapping.record`, with Django."""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest import mock

ANSWERS = Path(__file__).with_name("django_answers.json")


def answers(library: SimpleNamespace, places: list[Any]) -> dict[str, Any]:
    """Return the answers of one of the two libraries."""
    from tests.unit.mapping import declarations, problems

    found: dict[str, Any] = {name: declarations.answer(ask) for name, ask in declarations.cases(library)}
    found["checks"] = problems.findings(library.models, places)
    found["names"] = problems.names(library.models)
    return found


def django_library() -> SimpleNamespace:
    """Return Django's classes under the names that the questions use."""
    from django.contrib.postgres import constraints, indexes
    from django.db import models
    from django.db.models import functions, lookups

    postgres = SimpleNamespace(**vars(indexes), ExclusionConstraint=constraints.ExclusionConstraint)
    return SimpleNamespace(
        **{name: getattr(models, name) for name in NAMES},
        Lower=functions.Lower,
        Exact=lookups.Exact,
        postgres=postgres,
        models=models,
        ANY=mock.ANY,
    )


NAMES = ("Q", "F", "Index", "CheckConstraint", "UniqueConstraint", "BaseConstraint", "Deferrable")


def main() -> None:
    """Ask Django and write its answers down."""
    os.environ["AORM_PARITY_REFERENCE"] = "1"
    import django
    from django.apps import AppConfig
    from django.conf import settings

    config = type("Config", (AppConfig,), {"label": "declared", "path": str(ANSWERS.parent)})
    settings.configure(
        DATABASES={
            "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"},
            "server": {"ENGINE": "django.db.backends.postgresql", "NAME": "none"},
        },
        INSTALLED_APPS=[config("declared", ModuleType("declared")), "django.contrib.postgres"],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    )
    django.setup()
    from django.db import connections

    # Nothing is asked of a server: what the newest one can do is taken for granted.
    connections["server"].__dict__["pg_version"] = 180000
    found = answers(django_library(), [connections["default"], connections["server"]])
    ANSWERS.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
