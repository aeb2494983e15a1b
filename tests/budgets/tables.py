"""Read the tables of `budgets.py`, and write them anew."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TypeAlias

from tests.budgets import budgets

Key: TypeAlias = tuple[str, str]
"""What is done, and on which database."""
Numbers: TypeAlias = tuple[float, ...]

IS_LATER = sys.version_info >= (3, 12)


def read(text: str) -> dict[Key, list[Numbers]]:
    """Return the pairs of columns of each line."""
    found: dict[Key, list[Numbers]] = {}
    for line in text.strip().splitlines()[1:]:
        name, database, *columns = (cell.strip() for cell in line.split("|"))
        found[name, database] = [tuple(float(number) for number in column.split()) for column in columns]
    return found


def bounds(text: str) -> dict[Key, Numbers]:
    """Return the numbers for the running Python; a table with one column has the same for all."""
    return {key: columns[IS_LATER and len(columns) > 1] for key, columns in read(text).items()}


def written(text: str, counted: dict[Key, Numbers]) -> str:
    """Return the table with the numbers that were counted on the running Python, the other Python's kept."""
    header = text.strip().partition("\n")[0]
    is_single = header.count("|") == 2
    before = read(text)
    rows = []
    for key, numbers in counted.items():
        columns = before.get(key, [numbers] if is_single else [numbers, numbers])
        columns[IS_LATER and not is_single] = numbers
        rows.append([*key, *(" ".join(f"{number:>5g}" for number in column) for column in columns)])
    titles = [title.strip() for title in header.split("|")]
    widths = [max(len(row[place]) for row in [titles, *rows]) for place in range(len(titles))]
    lines = [
        " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [titles, *rows]
    ]
    return "\n".join(["", *lines, ""])


def write(name: str, counted: dict[Key, Numbers]) -> None:
    """Write one of the tables into `budgets.py`."""
    path = Path(budgets.__file__)
    table = written(getattr(budgets, name), counted)
    setattr(budgets, name, table)
    path.write_text(re.sub(rf'(?ms)^{name} = """.*?^"""', f'{name} = """{table}"""', path.read_text()))
