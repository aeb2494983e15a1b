"""Django, in an interpreter of its own: what this process sees of it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from benchmarks.contestants.base import Contestant, Spent
from benchmarks.workload import OPERATIONS

ROOT = Path(__file__).parents[2]


class Django(Contestant):
    """Django behind a pipe: arguments go there, seconds come back; the clock is Django's own process's."""

    def __init__(self, url: str, python: str, *, is_async: bool) -> None:
        super().__init__(url)
        self.name = "Django, async" if is_async else "Django"
        self._command = [python, "-m", "benchmarks.django_worker", "async" if is_async else "sync", url]
        self._operations: set[str] = set()
        self._summary: Any = None

    def open(self) -> None:
        """Start the process and hear what it can do."""
        self._process = subprocess.Popen(
            self._command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        self.version, operations = self._answer()
        self._operations = set(operations)

    def close(self) -> None:
        """End the process."""
        self._process.stdin.close()  # type: ignore[union-attr]
        self._process.wait()

    def can(self, operation: str) -> bool:
        """Tell whether it takes part in an operation."""
        return operation in self._operations

    def run(self, operation: str, arguments: list[Any]) -> Spent:
        """Have an operation done, and return how long it took."""
        if next(item.takes for item in OPERATIONS if item.name == operation) == "rows":
            arguments = [(*row[:-1], row[-1].isoformat()) for row in arguments]
        print(json.dumps([operation, arguments]), file=self._process.stdin, flush=True)
        spent, self._summary = self._answer()
        return Spent(*spent)

    def summary(self, operation: str) -> Any:
        """Return what the last run found."""
        return self._summary

    def _answer(self) -> Any:
        line = self._process.stdout.readline()  # type: ignore[union-attr]
        if not line:
            raise RuntimeError(f"{self.name}: its process ended; what it said is above")
        return json.loads(line)
