"""How long importing takes, in fresh processes that take turns."""

from __future__ import annotations

import subprocess
import sys
from statistics import median

PROGRAMS = {
    "asyncpg and aiosqlite": "import asyncpg, aiosqlite",
    "aorm, models": "import aorm.models",
    "aorm, models, both drivers": "import aorm.models, aorm.drivers.asyncpg, aorm.drivers.aiosqlite",
    "SQLAlchemy": "import sqlalchemy.orm, sqlalchemy.ext.asyncio",
    "Tortoise": "import tortoise.models",
}
DJANGO = "import django.conf, django; django.conf.settings.configure(); django.setup(); import django.db.models"


def import_times(django_python: str | None, rounds: int = 7) -> dict[str, float]:
    """Return milliseconds by what is imported; what is not installed is left out."""
    programs = {name: (sys.executable, program) for name, program in PROGRAMS.items()}
    if django_python is not None:
        programs["Django"] = (django_python, DJANGO)
    times: dict[str, list[float]] = {}
    for _ in range(rounds):
        for name, (python, program) in programs.items():
            seconds = _time(python, program)
            if seconds is not None:
                times.setdefault(name, []).append(seconds * 1000)
    return {name: median(found) for name, found in times.items()}


def _time(python: str, program: str) -> float | None:
    text = f"from time import perf_counter; begin = perf_counter(); {program}; print(perf_counter() - begin)"
    done = subprocess.run([python, "-c", text], capture_output=True, text=True)
    return float(done.stdout) if done.returncode == 0 else None
