"""What may be imported where, as far as import-linter cannot see it, and which names stay in their folders."""

from __future__ import annotations

import ast
import re

from tests.architecture.source import docstrings, functions, modules, tree

DATABASE_NAMES = re.compile(r"postgres|sqlite|asyncpg|aiosqlite|mysql", re.IGNORECASE)

# Where the names of databases and drivers are the subject.
HOMES = ("aorm/dialects/", "aorm/drivers/")
NAMED = {
    "aorm/database/config.py": "reads the scheme of a URL",
    "aorm/database/databases.py": "holds the table from scheme to dialect and driver",
    "aorm/postgres.py": "the public door of what only PostgreSQL has",
    "aorm/postgres/": "the public door of what only PostgreSQL has",
    "aorm/fields/postgresql.py": "fields that only PostgreSQL has",
}


def test_imports_inside_functions_say_why() -> None:
    """An import in a function hides an edge of the graph: of our own package never, of others with a reason."""
    silent = []
    for path, text in modules().items():
        lines = text.splitlines()
        for name, function in functions(tree(path)):
            for node in ast.walk(function):
                if not isinstance(node, ast.Import | ast.ImportFrom):
                    continue
                ours = any(item.split(".")[0] == "aorm" for item in _imported(node))
                around = " ".join(lines[max(0, node.lineno - 3) : node.lineno])
                if ours or "#" not in around:
                    silent.append(f"{path}::{name}: {ast.unparse(node)}")
    assert silent == []


def test_databases_are_named_in_their_folders() -> None:
    """Outside dialects and drivers no code knows which databases there are; features and nodes are asked."""
    found = []
    for path in modules():
        if path.startswith(HOMES) or any(path.startswith(home) for home in NAMED):
            continue
        module = tree(path)
        prose = docstrings(module)
        found += [
            f"{path}:{getattr(node, 'lineno', 0)}: {text}"
            for node in ast.walk(module)
            if id(node) not in prose
            for text in _names(node)
            if DATABASE_NAMES.search(text)
        ]
    assert found == []


def _imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return ["aorm" if node.level else node.module or ""]
    return [alias.name for alias in node.names]


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute):
        return [node.attr]
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        # Sentences for people may name a database; a bare word is a decision.
        return [] if " " in node.value.strip() else [node.value]
    if isinstance(node, ast.Import | ast.ImportFrom):
        return _imported(node) + [alias.name for alias in node.names]
    return []
