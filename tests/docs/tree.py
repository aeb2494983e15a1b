"""The list of packages and modules in docs/architecture.md: `python -m tests.docs.tree` writes it anew.

Each line is the first of the module's docstring, so that the page and the code cannot say different things.
"""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

from tests.docs.pages import DOCS, ROOT

PAGE = DOCS / "architecture.md"
BEGIN, END = "<!-- tree: written by python -m tests.docs.tree -->\n", "<!-- end of the tree -->\n"


def summary_of(path: Path) -> str:
    """Return the first paragraph of a module's docstring on one line."""
    docstring = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    text = " ".join(docstring.partition("\n\n")[0].split())
    return text.replace("``", "`").replace("|", "&#124;")


def floors() -> list[str]:
    """Return the names of the packages and modules of the house, from the highest floor to the lowest."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    layers: list[str] = next(contract["layers"] for contract in contracts if contract["id"] == "floors")
    return [name.strip("() ") for layer in layers for name in layer.replace(":", "|").split("|")]


def section(title: str, folder: Path) -> str:
    """Return the heading, the purpose and the modules of one package, and its packages below it."""
    modules = sorted(path for path in folder.glob("*.py") if path.name != "__init__.py")
    lines = [f"### `{title}`", "", summary_of(folder / "__init__.py"), ""]
    if modules:
        lines += ["| module | |", "|---|---|"]
        lines += [f"| `{path.stem}` | {summary_of(path)} |" for path in modules]
        lines.append("")
    order = floors()
    below = sorted(
        (path.parent for path in folder.glob("*/__init__.py")),
        key=lambda path: (order.index(path.name) if title == "aorm" else 0, path.name),
    )
    return "\n".join(lines) + "\n" + "".join(section(f"{title}/{path.name}", path) for path in below)


def tree() -> str:
    """Return the whole list."""
    return section("aorm", ROOT / "aorm")


def tree_of_page(text: str) -> str:
    """Return the list as the page has it."""
    return text.partition(BEGIN)[2].partition(END)[0]


def main() -> None:
    """Write the list into the page."""
    text = PAGE.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}{tree()}{END}{rest.partition(END)[2]}", "utf-8")


if __name__ == "__main__":
    main()
