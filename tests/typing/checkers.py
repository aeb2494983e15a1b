"""Ask mypy and pyright what they see, and bring their answers into one spelling."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
_REVEALED = re.compile(r'(?:Revealed type is "(?P<mypy>.*)"|Type of ".*" is "(?P<pyright>.*)")$', re.DOTALL)
_QUALIFIER = re.compile(r"\b(?:\w+\.)+(?=\w)")


class Finding(NamedTuple):
    """What a checker says about a line: the type that it sees there, or what is wrong."""

    line: int
    text: str
    is_error: bool


def short(revealed: str) -> str:
    """Return a type without the modules of its names."""
    return _QUALIFIER.sub("", revealed).replace("builtins.", "")


def _finding(line: int, message: str, is_error: bool) -> Finding:
    match = _REVEALED.match(message)
    return Finding(line, message if match is None else short(match["mypy"] or match["pyright"]), is_error)


def is_installed(checker: str) -> bool:
    """Tell whether this interpreter has the checker; what it says depends on no version of Python."""
    return find_spec(checker) is not None


def ask_mypy(path: Path, cache: Path) -> list[Finding]:
    """Return what mypy says about a file."""
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--no-pretty", "--show-error-codes"]
    options = ["--python-version", "3.11", "--config-file", "", "--cache-dir", str(cache), "--follow-imports", "silent"]
    environment = {"MYPYPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    done = subprocess.run([*command, *options, str(path)], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr + done.stdout
    findings = []
    for said in done.stdout.splitlines():
        match = re.match(rf"{re.escape(str(path))}:(\d+): (error|note): (.*)", said)
        if match is not None and not match[3].startswith(("Possible overload", "    ", "See ")):
            findings.append(_finding(int(match[1]), match[3], match[2] == "error"))
    return findings


def ask_pyright(path: Path) -> list[Finding]:
    """Return what pyright says about a file."""
    settings = {
        "include": [path.name],
        "extraPaths": [str(ROOT)],
        "pythonVersion": "3.11",
        "typeCheckingMode": "strict",
    }
    path.with_name("pyrightconfig.json").write_text(json.dumps(settings))
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable, "-p", str(path.parent)]
    done = subprocess.run(command, capture_output=True, text=True)
    report = json.loads(done.stdout)
    return [
        _finding(one["range"]["start"]["line"] + 1, one["message"], one["severity"] == "error")
        for one in report["generalDiagnostics"]
        if one["severity"] in ("error", "information")
    ]
