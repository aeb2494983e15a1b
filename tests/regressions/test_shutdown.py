"""Interpreters that did not end, or only after a long wait. The limit of a run is there to end one that hangs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROLOGUE = """
import asyncio
import aorm

aorm.configure({"default": {"url": URL, "close_timeout": 100000}})
database = aorm.connections["default"]
"""


def run(program: str, url: str) -> subprocess.CompletedProcess[str]:
    """Run a program in an interpreter of its own."""
    text = f"URL = {url!r}\n{PROLOGUE}\n{program}"
    return subprocess.run(
        [sys.executable, "-c", text], cwd=ROOT, capture_output=True, encoding="utf-8", timeout=60, check=False
    )


def test_a_finaliser_that_asks_a_database_is_refused(database_url: str) -> None:
    done = run(
        """
class Late:
    def __del__(self):
        try:
            aorm.run_sync(database.fetch("SELECT 1"))
        except aorm.InterfaceError as error:
            print(error)

aorm.run_sync(database.fetch("SELECT 1"))
late = Late()
""",
        database_url,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "the interpreter is shutting down: databases can no longer be asked\n"


def test_a_loop_that_ends_does_not_wait_for_a_block_that_nobody_leaves(database_url: str) -> None:
    done = run(
        """
async def main():
    await aorm.atomic().__aenter__()
    await database.fetch("SELECT 1")
    block = aorm.atomic()
    await block.__aenter__()
    await database.fetch("SELECT 1")
    globals()["kept"] = block

asyncio.run(main())
print("ended")
""",
        database_url,
    )
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "ended\n")
