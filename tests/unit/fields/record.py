"""Ask Django the questions of `cases.py`, and write its answers down: ``python -m tests.unit.fields.record``."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.unit.fields import cases

ANSWERS = Path(__file__).with_name("django_answers.json")
ZONE = "America/New_York"


def answers(m: Any, parse: Any, error: type[Exception]) -> dict[str, str]:
    """Return question -> answer of one of the two."""
    found = {name: cases.outcome(ask, error) for name, ask in cases.values_asked(m)}
    for place, make in enumerate(cases.declarations(m)):
        found[f"declaration {place}"] = cases.outcome(lambda make=make: cases.describe(make), error)
    found.update((name, cases.outcome(ask, error)) for name, ask in cases.parsed(parse))
    return found


def ask_django(use_tz: bool) -> dict[str, str]:
    """Return the answers of Django."""
    from django.conf import settings  # Django is installed where this runs, and nowhere else
    from django.core import validators
    from django.core.exceptions import ValidationError
    from django.db import models
    from django.utils import dateparse

    settings.USE_TZ = use_tz
    names = {name: getattr(models, name) for name in dir(models)}
    m = SimpleNamespace(**names, MinValue=validators.MinValueValidator, MaxValue=validators.MaxValueValidator)
    return answers(m, dateparse, ValidationError)


def main() -> None:
    """Write the answers with time zones, and those that differ without."""
    import django
    from django.conf import settings

    # The ranges of integers are PostgreSQL's; nothing connects.
    database = {"ENGINE": "django.db.backends.postgresql", "NAME": "none"}
    settings.configure(DATABASES={"default": database}, USE_TZ=True, TIME_ZONE=ZONE)
    django.setup()
    aware = ask_django(True)
    naive = {name: answer for name, answer in ask_django(False).items() if answer != aware[name]}
    ANSWERS.write_text(json.dumps({"use_tz": aware, "naive": naive}, indent=0, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
