"""Find the modules of cases and tables, and the files of Django's recorded answers."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

FOLDER = Path(__file__).parents[1]
GOLDEN = FOLDER / "golden"


def module_names() -> list[str]:
    """Return the dotted names, below `tests.behaviour`, of all modules of cases and tables."""
    return sorted(
        f"{package}.{path.stem}"
        for package in ("cases", "tables")
        for path in (FOLDER / package).glob("*.py")
        if path.stem != "__init__"
    )


def load(name: str) -> ModuleType:
    """Import a module of cases or tables."""
    return import_module(f"tests.behaviour.{name}")


def golden_path(name: str) -> Path:
    """Return where the answers for a module are kept."""
    return GOLDEN / f"{name.replace('.', '_')}.json"


def read_golden(name: str) -> dict[str, dict[str, Any]]:
    """Return Django's answers: item -> vendor -> answer."""
    recorded = json.loads(golden_path(name).read_text())
    return {
        item: {vendor: answers.get("both", answers.get(vendor)) for vendor in ("sqlite", "postgresql")}
        for item, answers in recorded.items()
    }


def write_golden(name: str, answers: dict[str, dict[str, Any]]) -> None:
    """Record Django's answers, once where its databases agree; one line an item, so that changes read well."""
    lines = []
    for item, by_vendor in answers.items():
        values = list(by_vendor.values())
        kept = {"both": values[0]} if len(values) == 2 and values[0] == values[1] else by_vendor
        lines.append(f" {json.dumps(item)}: {json.dumps(kept, ensure_ascii=False)}")
    golden_path(name).write_text("{\n" + ",\n".join(lines) + "\n}\n")
