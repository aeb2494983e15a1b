"""Compile generated source so that tracebacks and debuggers can show it.

Loaders, writers and nodes are straight-line code written by aorm. Their source is registered with `linecache` under a
name such as `<aorm loader: shop.Book(id, title)>`, for as long as the function made from it lives.
"""

from __future__ import annotations

import linecache
import weakref
from itertools import count
from types import FunctionType
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["call_source", "compile_function", "inlined"]

F = TypeVar("F", bound="Callable[..., Any]")

_serial_numbers = count(2)


def compile_function(
    source: str, name: str, namespace: Mapping[str, object] | None = None, filename: str | None = None
) -> Callable[..., Any]:
    """Execute `source` and return the function `name` that it defines.

    `namespace` is what the source sees as its globals; it is copied, not changed. `filename` is the name shown in
    tracebacks, `<aorm generated: name>` by default; when it is taken by other source, a number is added. Raises
    `LookupError` when the source defines no function of that name, and `SyntaxError`, with the source at hand, when it
    is not Python.
    """
    shown_as = _register(source, filename or f"<aorm generated: {name}>")
    scope: dict[str, object] = {"__builtins__": __builtins__, "__name__": "aorm.generated", **(namespace or {})}
    exec(compile(source, shown_as, "exec", dont_inherit=True), scope)
    function = scope.get(name)
    if not isinstance(function, FunctionType):
        linecache.cache.pop(shown_as, None)
        raise LookupError(f"the generated source {shown_as} defines no function {name!r}")
    weakref.finalize(function, linecache.cache.pop, shown_as, None).atexit = False
    return function


def inlined(source: str) -> Callable[[F], F]:
    """Mark a function of one value as one that generated code may spare calling.

    `source` is an expression that gives what the function gives, with ``{0}`` for the value, which is a name, and
    ``{call}`` for the call, where that cannot be avoided.
    """

    def mark(function: F) -> F:
        function.inlined = source  # type: ignore[attr-defined]
        return function

    return mark


def call_source(function: Callable[[Any], Any], name: str, value: str) -> str:
    """Return source that passes a value, itself a name and not None, through a function known by a name."""
    call = f"{name}({value})"
    source = getattr(function, "inlined", None)
    return source.format(value, call=call) if source else call


def _register(source: str, filename: str) -> str:
    """Put `source` into the line cache under `filename`, or under a numbered form of it when that is in use."""
    # A modification time of None keeps `linecache.checkcache()` from looking for a file and dropping the entry.
    entry = (len(source), None, source.splitlines(keepends=True), filename)
    shown_as = filename
    while linecache.cache.setdefault(shown_as, entry) is not entry:
        # setdefault decides in one step, so two threads never share a name.
        shown_as = f"{filename.removesuffix('>')} #{next(_serial_numbers)}>"
    return shown_as
