"""Run a program as a reader would: an interpreter of its own, where every warning is an error."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.docs.pages import ROOT

if TYPE_CHECKING:
    from pathlib import Path


def run_program(script: Path, *arguments: str, folder: Path) -> str:
    """Run a script in a folder and return what it printed; it has to end well and complain of nothing."""
    environment = {name: value for name, value in os.environ.items() if name != "AORM_DATABASE_URL"}
    environment |= {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, "-W", "error", str(script), *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-6000:]}"
    assert not done.stderr, done.stderr
    return done.stdout
