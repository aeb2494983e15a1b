"""Read the package as text and as trees."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "aorm"


@cache
def modules() -> dict[str, str]:
    """Return the text of each module by its path from the project's root."""
    return {path.relative_to(ROOT).as_posix(): path.read_text() for path in sorted(PACKAGE.rglob("*.py"))}


@cache
def tree(path: str) -> ast.Module:
    """Return the parsed module."""
    return ast.parse(modules()[path])


Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(node: ast.AST, prefix: str = "") -> Iterator[tuple[str, Function]]:
    """Yield every function below a node, at any depth, with its qualified name."""
    for child in ast.iter_child_nodes(node):
        name = prefix
        if isinstance(child, Function | ast.ClassDef):
            name = f"{prefix}.{child.name}".lstrip(".")
        if isinstance(child, Function):
            yield name, child
        yield from functions(child, name)


def classes(node: ast.AST) -> Iterator[ast.ClassDef]:
    """Yield every class of a module."""
    return (child for child in ast.walk(node) if isinstance(child, ast.ClassDef))


def docstrings(node: ast.AST) -> set[int]:
    """Return the ids of the constants that are docstrings, of code or of attributes."""
    return {
        id(statement.value)
        for statement in ast.walk(node)
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    }
