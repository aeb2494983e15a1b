"""Find an interpreter that has Django, and ask it for its answers."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

DJANGO_PYTHON = "AORM_DJANGO_PYTHON"
VERSION = "6.1"
ROOT = Path(__file__).parents[3]


def _candidates() -> Iterator[str]:
    named = os.environ.get(DJANGO_PYTHON)
    if named:
        yield named
        return
    yield sys.executable
    for minor in range(12, 16):
        on_path = shutil.which(f"python3.{minor}")
        if on_path is not None:
            yield on_path
        for path in sorted(Path.home().glob(f".pyenv/versions/3.{minor}.*/bin/python")):
            yield str(path)


@cache
def find_django_python() -> str | None:
    """Return an interpreter with the reference's version of Django and psycopg, or None."""
    check = f"import django, psycopg; assert django.get_version().startswith('{VERSION}')"
    for candidate in _candidates():
        try:
            found = subprocess.run([candidate, "-c", check], capture_output=True, check=False, timeout=60)
        except OSError:
            continue
        if found.returncode == 0:
            return candidate
    return None


def ask(vendor: str, postgres_url: str, names: list[str]) -> dict[str, dict[str, Any]]:
    """Return Django's answers for these modules on one database: module -> item -> answer."""
    python = find_django_python()
    if python is None:
        raise RuntimeError(
            f"no Python with Django {VERSION} and psycopg: make one (Python >= 3.12) and name it in {DJANGO_PYTHON}"
        )
    command = [python, "-m", "tests.behaviour.harness.reference", vendor, postgres_url, *names]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=600)
    if done.returncode:
        raise RuntimeError(f"the reference failed on {vendor}:\n{done.stderr[-6000:]}")
    answers: dict[str, dict[str, Any]] = json.loads(done.stdout)
    return answers
