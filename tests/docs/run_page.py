"""Run the Python of one page as a program: `python run_page.py page.md database_url`.

The blocks share one namespace, which is a module named `shop`. A block with a top-level `await` runs in an event loop,
the same for all of them; any other is plain sync code. What a block prints is what its lines `#> ...` say. A block
under `<!-- only: postgresql -->` is passed by on the other database, one under `<!-- file: name -->` is written into
that file, and a command under `<!-- run: here -->` has to end well.
"""

from __future__ import annotations

import ast
import asyncio
import contextlib
import inspect
import io
import linecache
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

MARK = "#>"


def expected_output(code: str) -> list[str]:
    """Return what the lines `#> ...` of a block announce."""
    lines = (line.strip() for line in code.splitlines())
    return [line.removeprefix(MARK).strip() for line in lines if line.startswith(MARK)]


def run_block(code: str, line: int, page: Path, module: ModuleType, runner: asyncio.Runner) -> None:
    """Run one block, so that a traceback shows the page's own lines, and compare what it prints."""
    source = "\n" * (line - 1) + code
    compiled = compile(source, str(page), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        if compiled.co_flags & inspect.CO_COROUTINE:
            runner.run(eval(compiled, module.__dict__))
        else:
            exec(compiled, module.__dict__)
    output = [text.strip() for text in printed.getvalue().splitlines()]
    expected = expected_output(code)
    if output != expected:
        raise AssertionError(f"{page.name}:{line}: the block printed {output}, and announces {expected}")


def run_command(command: str) -> None:
    """Run a shell command with this interpreter as its `python`; it has to end well."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    environment.pop("PYTEST_ADDOPTS", None)
    done = subprocess.run(command, shell=True, env=environment, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, f"{command}{done.stdout}{done.stderr}"


def main(page: Path, url: str) -> None:
    """Run all blocks of the page against the database."""
    sys.path.insert(0, str(Path(__file__).parents[2]))
    from tests.docs.pages import blocks_of

    os.environ["AORM_DATABASE_URL"] = url
    vendor = "sqlite" if url.startswith("sqlite") else "postgresql"
    module = ModuleType("shop")
    sys.modules["shop"] = module
    linecache.getlines(str(page))
    with asyncio.Runner() as runner:
        for block in blocks_of(page):
            if block.only not in (None, vendor):
                continue
            if block.file is not None:
                Path(block.file).write_text(block.code, "utf-8")
            elif block.is_run:
                run_command(block.code)
            elif block.language == "python":
                run_block(block.code, block.line, page, module, runner)
        import aorm

        runner.run(aorm.aclose_all())
    aorm.close_all()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
