"""Modules, functions and classes stay small enough to be read at once."""

from __future__ import annotations

import ast

from tests.architecture.source import Function, classes, functions, modules, tree

MODULE_LINES = 450
FUNCTION_LINES = 45
CLASS_METHODS = 25

# "path::qualified name" of what may be larger, each with its reason.
LONG_FUNCTIONS: dict[str, str] = {
    "aorm/models/saving.py::save_simply": "nearly all saving; each call more costs a hundredth of it",
    "aorm/fields/declaration.py::FieldDeclaration.__init__": "Django's constructor: 24 arguments whose order is public",
}
LARGE_CLASSES: dict[str, str] = {
    "aorm/fields/base.py::Field": "Django's field protocol, of which custom fields override any part, is one class",
    "aorm/mapping/options.py::Options": "Django's `_meta`: a read-only view, nearly all of it one-line properties",
    "aorm/relations/remote.py::ForeignObjectRel": "Django's relation API, nearly all of it one-line properties",
    "aorm/models/base.py::Model": "Django's instance reference in one class; every method but construction delegates",
}


def is_overload(function: Function) -> bool:
    """Tell whether this is one of the signatures of an overloaded function."""
    return any("overload" in ast.unparse(decorator) for decorator in function.decorator_list)


def test_modules() -> None:
    """No module is longer than the limit."""
    long = {path: text.count("\n") for path, text in modules().items() if text.count("\n") > MODULE_LINES}
    assert long == {}


def test_functions() -> None:
    """No function is longer than the limit, those named with a reason aside."""
    long = {
        f"{path}::{name}": node.end_lineno - node.lineno + 1
        for path in modules()
        for name, node in functions(tree(path))
        if node.end_lineno is not None and node.end_lineno - node.lineno + 1 > FUNCTION_LINES
    }
    assert {name: lines for name, lines in long.items() if name not in LONG_FUNCTIONS} == {}
    assert set(LONG_FUNCTIONS) <= set(long), "an exemption is no longer needed: remove it"


def test_classes() -> None:
    """No class has more methods of its own than the limit, those named with a reason aside."""
    large = {}
    for path in modules():
        for node in classes(tree(path)):
            own = {child.name for child in node.body if isinstance(child, Function) and not is_overload(child)}
            # One render_<node> per node is a table spelt as methods, not a class that does many things.
            own = {name for name in own if not name.startswith("render_")}
            if len(own) > CLASS_METHODS:
                large[f"{path}::{node.name}"] = len(own)
    assert {name: methods for name, methods in large.items() if name not in LARGE_CLASSES} == {}
