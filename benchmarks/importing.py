"""How long importing takes, in fresh processes that take turns, all with their bytecode at hand."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
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
    with tempfile.TemporaryDirectory() as bytecode:
        for turn in range(rounds + 1):
            for name, (python, program) in programs.items():
                seconds = _time(python, program, bytecode)
                if seconds is not None and turn:  # the first writes the bytecode
                    times.setdefault(name, []).append(seconds * 1000)
    return {name: median(found) for name, found in times.items()}


def _time(python: str, program: str, bytecode: str) -> float | None:
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    variables["PYTHONPYCACHEPREFIX"] = bytecode
    text = f"from time import perf_counter; begin = perf_counter(); {program}; print(perf_counter() - begin)"
    done = subprocess.run([python, "-c", text], capture_output=True, text=True, env=variables)
    return float(done.stdout) if done.returncode == 0 else None
