"""The example programs run as the documentation says, and do what they say."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING

from aorm import models
from tests.docs.pages import EXAMPLES
from tests.docs.programs import run_program

if TYPE_CHECKING:
    from pathlib import Path

QUICKSTART = EXAMPLES / "quickstart.py"


def test_quickstart_runs_again_and_again(database_url: str, tmp_path: Path) -> None:
    first = run_program(QUICKSTART, database_url, folder=tmp_path)
    second = run_program(QUICKSTART, database_url, folder=tmp_path)
    for output in (first, second):
        assert "sold: 40 -> 90" in output
        assert "sold: 0 -> 50" in output
        assert output.endswith("No update was lost in 100 concurrent transactions.\n")
    assert first == second


def test_quickstart_needs_no_argument(tmp_path: Path) -> None:
    assert "on sqlite" in run_program(QUICKSTART, folder=tmp_path)
    assert not list(tmp_path.iterdir())


def test_quickstart_awaits_every_coroutine_of_an_instance() -> None:
    text = QUICKSTART.read_text("utf-8")
    coroutines = {
        name
        for name, value in inspect.getmembers(models.Model, inspect.iscoroutinefunction)
        if re.fullmatch(r"a[a-z_]+", name)
    } - {"asave_base"}  # what asave() calls behind its checks
    assert {name for name in coroutines if f"await {name}" not in text and f".{name}" not in text} == set()
    assert {name for name in coroutines if f".{name}(" not in text and f".{name}," not in text} == set()
