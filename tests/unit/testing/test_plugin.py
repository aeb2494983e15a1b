"""The pytest plugin, in pytest runs of its own: plain tests and coroutines, under each plugin that runs coroutines."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[3]

CONFTEST = """
import aorm
from aorm import models

aorm.configure({url!r})


class Note(models.Model):
    text = models.CharField(max_length=50, unique=True)

    class Meta:
        app_label = "notes"
"""

TESTS = """
import pytest

from aorm.testing import assert_num_queries
from conftest import Note


{fixture}
async def note(aorm_db):
    return await Note.objects.acreate(text="made by a fixture")


@pytest.fixture
def plain_note(aorm_db):
    return Note.objects.create(text="made by a plain fixture")


@pytest.mark.parametrize("turn", [1, 2])
{mark}
async def test_coroutine(aorm_db, note, turn):
    async with assert_num_queries(1):
        assert await Note.objects.acount() == 1
    await Note.objects.acreate(text="of the test")


@pytest.mark.parametrize("turn", [1, 2])
def test_function(aorm_db, plain_note, turn):
    with assert_num_queries(1):
        assert Note.objects.count() == 1
    Note.objects.create(text="of the test")


def test_nothing_is_left(aorm_tables):
    assert Note.objects.count() == 0
"""

RUNNERS = {
    "strict": (["-p", "asyncio"], "import pytest_asyncio\n\n@pytest_asyncio.fixture", "@pytest.mark.asyncio"),
    "auto": (["-p", "asyncio", "--asyncio-mode=auto"], "@pytest.fixture", ""),
    "anyio": (["-p", "anyio"], "@pytest.fixture", "@pytest.mark.anyio"),
    "both": (["-p", "anyio", "-p", "asyncio"], "@pytest.fixture", "@pytest.mark.anyio"),
}


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project of its own, that finds aorm, with only those plugins that a test names."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makeini(
        "[pytest]\nasyncio_default_fixture_loop_scope = function\n"
        "filterwarnings =\n    error\n    ignore::pytest.PytestConfigWarning\n"
        "    ignore::pytest.PytestAssertRewriteWarning\n"
    )
    return pytester


@pytest.mark.parametrize("runner", RUNNERS)
def test_rolled_back_tests(project: pytest.Pytester, database_url: str, runner: str) -> None:
    arguments, fixture, mark = RUNNERS[runner]
    project.makeconftest(
        CONFTEST.format(url=database_url)
        + "\n\nimport pytest\n\n@pytest.fixture\ndef anyio_backend():\n    return 'asyncio'\n"
    )
    project.makepyfile(TESTS.format(fixture=fixture, mark=mark))
    result = project.runpytest_subprocess("-p", "aorm.testing.plugin", *arguments)
    result.assert_outcomes(passed=5)


def test_violations_are_told_at_the_end_of_their_test(project: pytest.Pytester, database_url: str) -> None:
    project.makeconftest(CONFTEST.format(url=database_url))
    project.makepyfile(
        """
        from aorm import models
        from conftest import Note

        class Remark(models.Model):
            note = models.ForeignKey(Note, models.CASCADE)

            class Meta:
                app_label = "notes"

        def test_violation(aorm_db):
            Remark.objects.create(note_id=404)

        def test_next(aorm_db):
            assert Remark.objects.count() == 0
        """
    )
    result = project.runpytest_subprocess("-p", "aorm.testing.plugin")
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*IntegrityError*"])


def test_a_coroutine_that_nobody_runs(project: pytest.Pytester, sqlite_url: str) -> None:
    project.makeconftest(CONFTEST.format(url=sqlite_url))
    project.makepyfile("async def test_it(aorm_db):\n    pass\n")
    result = project.runpytest_subprocess("-p", "aorm.testing.plugin", "-W", "ignore")
    result.stdout.fnmatch_lines(["*neither pytest-asyncio nor anyio's plugin runs this coroutine*"])
