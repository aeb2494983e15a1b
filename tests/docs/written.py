"""The parts of the documentation that are written from the code: `python -m tests.docs.written` writes them anew.

These are the list of packages and modules in docs/architecture.md, each with the first line of its docstring, and the
table of behaviours in docs/reference/instances.md, with the cases that hold them.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Callable
from pathlib import Path

from tests.docs.pages import DOCS, ROOT

CASES = ROOT / "tests" / "behaviour" / "cases"
# The modules of cases that are about instances, in the order of the page.
TITLES = {
    "creating": "Creating, loading",
    "identity": "Identity, pickling, other attributes",
    "refreshing": "Refreshing and deferred fields",
    "validating": "Validating",
    "constraining": "Constraints, choices, neighbours, generated values",
    "constraints": "Constraints of every kind",
    "excluding": "Exclusion constraints",
    "customising": "Fields of one's own",
    "choosing": "Choices and neighbours of every kind",
    "saving": "Saving: keys, UPDATE or INSERT",
    "saving_forced": "Saving: forced, named and deferred fields",
    "saving_values": "Saving: values",
    "deleting": "Deleting",
    "standing": "Unsaved, gone, of another database",
    "signalling": "Signals",
    "overriding": "Overriding either face",
    "reference": "Said in passing",
    "heeding": "Hooks where the short ways run",
    "inheriting": "Inheritance",
    "composing": "Composite primary keys",
    "describing": "`_meta`",
    "odd_values": "Odd values in every kind of field",
    "odd_calls": "Odd arguments",
    "odd_keys": "Odd composite keys",
    "checking": "Checks of models",
    "checking_relations": "Checks of relations, composite keys and fields of every kind",
    "checking_together": "Checks of all models together",
}


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
    """Return the list of all packages and modules."""
    return section("aorm", ROOT / "aorm")


def cases_of(path: Path) -> list[str]:
    """Return the names of the parity cases in a module, in their order."""
    functions = [node for node in ast.parse(path.read_text("utf-8")).body if isinstance(node, ast.AsyncFunctionDef)]
    return [node.name for node in functions if any("case" in ast.unparse(item) for item in node.decorator_list)]


def behaviours() -> str:
    """Return the tables of behaviours of instances."""
    lines = []
    for module, title in TITLES.items():
        path = CASES / f"{module}.py"
        if path.exists():
            lines += [
                f"### {title}",
                "",
                f"`{path.relative_to(ROOT).as_posix()}`",
                "",
                "| behaviour | case |",
                "|---|---|",
            ]
            lines += [f"| {name.replace('_', ' ')} | `{name}` |" for name in cases_of(path)]
            lines.append("")
    return "\n".join(lines)


# Page -> what makes the part of it between the two comments.
WRITTEN: dict[Path, Callable[[], str]] = {
    DOCS / "architecture.md": tree,
    DOCS / "reference" / "instances.md": behaviours,
}
BEGIN, END = "<!-- written by: python -m tests.docs.written -->\n", "<!-- end of what is written -->\n"


def written_part(page: Path) -> str:
    """Return the part as the page has it."""
    return page.read_text("utf-8").partition(BEGIN)[2].partition(END)[0]


def main() -> None:
    """Write all parts into their pages."""
    for page, make in WRITTEN.items():
        before, _, rest = page.read_text("utf-8").partition(BEGIN)
        page.write_text(f"{before}{BEGIN}{make()}{END}{rest.partition(END)[2]}", "utf-8")


if __name__ == "__main__":
    main()
