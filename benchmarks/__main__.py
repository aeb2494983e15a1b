"""The command; see the package's docstring, or --help."""

from __future__ import annotations

import argparse
import gc
import os
import tempfile
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import benchmarks
from benchmarks import preparing, stages
from benchmarks.contestants.with_aorm import Aorm, AormSync
from benchmarks.contestants.with_django import Django
from benchmarks.importing import import_times
from benchmarks.match import Arguments, compete
from benchmarks.places import is_sqlite
from benchmarks.report import Outcome, machine, operations_named, print_table, show_budgets, show_outcomes, write_json

if TYPE_CHECKING:
    from benchmarks.contestants.base import Contestant

# A library, and where its contestant is: imported only if it is installed.
PEERS = {
    "sqlalchemy": "benchmarks.contestants.with_sqlalchemy:SQLAlchemy",
    "tortoise": "benchmarks.contestants.with_tortoise:TortoiseORM",
}
HAND_WRITTEN = {
    True: "benchmarks.contestants.with_aiosqlite:Aiosqlite benchmarks.contestants.with_aiosqlite:AiosqliteByHand",
    False: "benchmarks.contestants.with_asyncpg:Asyncpg benchmarks.contestants.with_asyncpg:AsyncpgByHand",
}


def arguments() -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=benchmarks.__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--url", help="the database; by default a SQLite file of its own")
    parser.add_argument("--json", metavar="FILE", help="write all figures there; - for the standard output")
    parser.add_argument("--only", metavar="NAMES", help="the operations, with commas between them")
    parser.add_argument("--rounds", type=int, default=60, help="how many turns each contestant has")
    parser.add_argument("--no-peers", action="store_true", help="leave SQLAlchemy, Tortoise and Django out")
    parser.add_argument("--django-python", metavar="FILE", help="an interpreter that has Django and psycopg")
    parser.add_argument(
        "--core",
        type=int,
        metavar="NUMBER",
        help="keep this process, its threads and the processes of a server on this machine on one core:\n"
        "much less noise where the scheduler moves them about, and no parallel work (Linux)",
    )
    parser.add_argument("--uvloop", action="store_true", help="use uvloop's event loop for all that are asynchronous")
    parser.add_argument("--imports", action="store_true", help="measure only how long importing takes")
    parser.add_argument("--stages", action="store_true", help="show the parts of single operations instead")
    parser.add_argument("--profile", metavar="NAME", help="show one operation by function instead")
    parser.add_argument("--check", action="store_true", help="fail if a budget is exceeded")
    return parser.parse_args()


def loop_factory(options: argparse.Namespace) -> Any:
    """Return what makes event loops; None for asyncio's."""
    return import_module("uvloop").new_event_loop if options.uvloop else None


def load(name: str) -> Any:
    """Return what a `module:attribute` name means."""
    module, _, attribute = name.partition(":")
    return getattr(import_module(module), attribute)


def contestants(options: argparse.Namespace, url: str) -> list[Contestant]:
    """Return who takes part, the bare driver first; says who is left out."""
    factory = loop_factory(options)
    found: list[Contestant] = [load(name)(url, factory) for name in HAND_WRITTEN[is_sqlite(url)].split()]
    found += [Aorm(url, factory), AormSync(url)]
    if options.no_peers:
        return found
    for package, name in PEERS.items():
        if find_spec(package) is None:
            print(f'{package} is not installed: left out (pip install -e ".[benchmarks]")')
        else:
            found.append(load(name)(url, factory))
    if options.django_python is None:
        print("no --django-python: Django is left out")
    else:
        found += [Django(url, options.django_python, is_async=is_async) for is_async in (False, True)]
    return found


def show_imports(django_python: str | None) -> dict[str, float]:
    """Print import times, and return them."""
    times = import_times(django_python)
    print_table([["import", "milliseconds"], *([name, f"{time:.0f}"] for name, time in times.items())])
    return times


def run_matches(options: argparse.Namespace, url: str) -> bool:
    """Measure and show; tell whether all budgets are kept."""
    operations = operations_named(options.only)
    able = contestants(options, url)
    preparing.make_tables(able[2].runner)  # type: ignore[attr-defined]
    for contestant in able:
        contestant.open()
    gc.collect()
    gc.freeze()
    outcomes = []
    try:
        referee = Arguments(able[0], options.core)
        for operation in operations:
            count, scores = compete(operation, able, referee, options.rounds)
            outcomes.append(Outcome(operation, count, scores))
            print(f"{operation.title}: {options.rounds} turns of {count}", flush=True)
    finally:
        preparing.drop_tables(able[2].runner)  # type: ignore[attr-defined]
        for contestant in reversed(able):
            contestant.close()
    print()
    show_outcomes(outcomes, [contestant.name for contestant in able])
    database = "sqlite" if is_sqlite(url) else "postgresql"
    all_kept = show_budgets(outcomes, database)
    others = {"imports": show_imports(options.django_python)} if options.only is None else {}
    if options.json:
        write_json(options.json, database, outcomes, others)
    return all_kept


def main() -> None:
    """Do what the command line says."""
    options = arguments()
    if options.imports:
        show_imports(options.django_python)
        return
    if options.core is not None:
        os.sched_setaffinity(0, {options.core})
    with tempfile.TemporaryDirectory() as folder:
        url = options.url or f"sqlite:///{Path(folder) / 'benchmarks.db'}"
        preparing.configure(url)
        about = machine()
        print(f"{about['processor']}, {about['cores']} cores; {about['versions']}")
        if options.stages:
            stages.show_stages(Aorm(url, loop_factory(options)))
        elif options.profile:
            stages.show_profile(Aorm(url, loop_factory(options)), operations_named(options.profile)[0])
        elif not run_matches(options, url) and options.check:
            raise SystemExit(1)


if __name__ == "__main__":
    main()
