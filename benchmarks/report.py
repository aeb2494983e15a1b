"""Show what came out: tables for people, JSON for programs."""

from __future__ import annotations

import json
import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.budgets import BUDGETS
from benchmarks.workload import OPERATIONS, Operation

if TYPE_CHECKING:
    from benchmarks.match import Score

LIBRARIES = ("asyncpg", "aiosqlite", "anyio", "uvloop", "sqlalchemy", "tortoise-orm")


class Outcome:
    """What one operation gave."""

    def __init__(self, operation: Operation, count: int, scores: list[Score]) -> None:
        self.operation = operation
        self.count = count
        self.scores = {score.contestant: score for score in scores}

    def ratio(self, name: str, beside: str) -> float | None:
        """Return the time of one contestant divided by that of another."""
        score = self.scores.get(name)
        return None if score is None else score.ratios.get(beside)


def machine() -> dict[str, Any]:
    """Describe the machine and the software."""
    versions = {"python": platform.python_version()}
    for library in LIBRARIES:
        try:
            versions[library] = version(library)
        except PackageNotFoundError:
            continue
    return {"processor": _processor(), "cores": os.cpu_count(), "system": platform.system(), "versions": versions}


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def show_outcomes(outcomes: list[Outcome], names: list[str]) -> None:
    """Print times, times of the processor, and ratios to the driver."""
    times = [["microseconds", *names]]
    processor = [["of the processor, own process", *names]]
    ratios = [["time / driver's", *names[1:]]]
    for outcome in outcomes:
        title = outcome.operation.title + (" (per row)" if outcome.operation.unit == "us/row" else "")
        scores = outcome.scores
        times.append([title, *(f"{scores[name].time:,.2f}" if name in scores else "" for name in names)])
        processor.append([title, *(f"{scores[name].processor:,.2f}" if name in scores else "" for name in names)])
        if "driver" in scores:
            ratios.append([title, *(_times(outcome.ratio(name, "driver")) for name in names[1:])])
    print_table(times)
    print_table(processor)
    if len(ratios) > 1:
        print_table(ratios)


def show_budgets(outcomes: list[Outcome], database: str) -> bool:
    """Print where aorm stands beside its budgets, and tell whether all are kept."""
    by_name = {outcome.operation.name: outcome for outcome in outcomes}
    table = [["budgets (aorm's time / driver's)", "now", "at most", "", "beside by hand"]]
    all_kept = True
    for budget in BUDGETS:
        outcome = by_name.get(budget.operation)
        ratio = None if outcome is None else outcome.ratio("aorm", budget.beside)
        if outcome is None or ratio is None or database not in budget.databases:
            continue
        is_kept = ratio <= budget.most
        all_kept = all_kept and is_kept
        verdict = "kept" if is_kept else "EXCEEDED"
        by_hand = _times(outcome.ratio("aorm", "by hand"))
        table.append([outcome.operation.title, _times(ratio), _times(budget.most), verdict, by_hand])
    if len(table) > 1:
        print_table(table)
    return all_kept


def _times(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.2f}"


def print_table(table: list[list[str]]) -> None:
    """Print a table, its first column to the left, the others to the right."""
    widths = [max(len(row[number]) for row in table) for number in range(len(table[0]))]
    for index, row in enumerate(table):
        first, *others = (
            cell.ljust(width) if not number else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        print("  ".join([first, *others]).rstrip())
        if not index:
            print("  ".join("-" * width for width in widths))
    print()


def write_json(path: str, database: str, outcomes: list[Outcome], others: dict[str, Any]) -> None:
    """Write everything to a file, or to the standard output for `-`."""
    operations = {
        outcome.operation.name: {
            "title": outcome.operation.title,
            "unit": outcome.operation.unit,
            "times_per_turn": outcome.count,
            "contestants": {
                name: {"time": score.time, "processor": score.processor, "ratios": score.ratios}
                for name, score in outcome.scores.items()
            },
        }
        for outcome in outcomes
    }
    budgets = [budget._asdict() for budget in BUDGETS]
    document = {"database": database, **machine(), "operations": operations, "budgets": budgets, **others}
    text = json.dumps(document, indent=1)
    if path == "-":
        sys.stdout.write(text + "\n")
    else:
        Path(path).write_text(text + "\n")


def operations_named(names: str | None) -> list[Operation]:
    """Return the operations of a list with commas, or all."""
    if names is None:
        return list(OPERATIONS)
    known = {operation.name: operation for operation in OPERATIONS}
    unknown = [name for name in names.split(",") if name not in known]
    if unknown:
        raise SystemExit(f"no operation is called {', '.join(unknown)}; there are {', '.join(known)}")
    return [known[name] for name in names.split(",")]
