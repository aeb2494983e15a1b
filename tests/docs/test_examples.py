"""The example programs run as the documentation says, and do what they say."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING

import pytest

from aorm import models
from tests.docs.pages import EXAMPLES
from tests.docs.programs import run_program

if TYPE_CHECKING:
    from pathlib import Path

QUICKSTART = EXAMPLES / "quickstart.py"
# What `cd docs/examples && python -m world.load` does, in a folder that may be written to.
START = "import runpy, sys\nsys.path.insert(0, {folder!r})\nrunpy.run_module({module!r}, run_name='__main__')\n"


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


@pytest.mark.slow
def test_world_is_loaded_and_asked(database_url: str, tmp_path: Path) -> None:
    loader, questions = (tmp_path / name for name in ("load_world.py", "ask_world.py"))
    for script, module in ((loader, "world.load"), (questions, "world.query")):
        script.write_text(START.format(folder=str(EXAMPLES), module=module), "utf-8")
    assert "384,119 rows in " in run_program(loader, database_url, folder=tmp_path)
    answers = run_program(questions, database_url, folder=tmp_path)
    assert re.search(r"Asia +│ 51 +│ 12523 +│ 9596960 ", answers)
    assert re.search(r"東京 +│ Tokyo +│ Japan ", answers)
    assert re.search(r"Turkey +│ Ankara +│ 3517182 +│ Istanbul +│ 15701602 ", answers)
    assert re.search(r"Mulhouse +│ France +│ 28.3 ", answers)
    assert re.search(r"Sweden +│ Stockholm, Gothenburg, Malmö ", answers)
    assert re.search(r"New Amsterdam +│ New York City ", answers)
    assert len(re.findall(r"^[┡].*[┩]$", answers, re.MULTILINE)) == 18
