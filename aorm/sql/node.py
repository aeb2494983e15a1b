"""Give every SQL node its constructor, its shape and its parameters from one declaration.

A node class lists its fields with the specifiers below; the ``node`` decorator writes straight-line code for
``__init__``, ``shape``, ``collect`` and ``map_children`` from that list, once per class. Nodes are immutable by
agreement: nothing assigns to one after construction except to remember its own shape.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, dataclass_transform

from aorm.utils.codegen import compile_function

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Self

    from aorm.sql.types import SqlType
    from aorm.sql.values import Param

N = TypeVar("N", bound="type[Node]")
Shape = tuple[Any, ...]

REQUIRED = object()


class Specifier:
    """How one field takes part in a node: its kind and its default."""

    __slots__ = ("default", "kind")

    def __init__(self, kind: str, default: object) -> None:
        self.kind = kind
        self.default = default


def child(*, default: Any = REQUIRED) -> Any:
    """Declare a field that holds a node, or None."""
    return Specifier("child", default)


def children(*, default: Any = REQUIRED) -> Any:
    """Declare a field that holds a tuple of nodes."""
    return Specifier("children", default)


def static(*, default: Any = REQUIRED) -> Any:
    """Declare a field that is part of the shape: a name, an operator, a type."""
    return Specifier("static", default)


def varying(*, default: Any = REQUIRED) -> Any:
    """Declare a field that changes from call to call and is no part of the shape."""
    return Specifier("value", default)


_serials = count(1)


class Node:
    """A piece of SQL as a value."""

    __slots__ = ("_shape",)
    field_names: ClassVar[tuple[str, ...]] = ()
    field_kinds: ClassVar[dict[str, str]] = {}
    serial: ClassVar[int] = 0
    # False for leaves such as columns, which are most nodes: nothing needs to be called to find that out.
    may_hold_parameters: ClassVar[bool] = True

    _shape: Shape | None

    def shape(self) -> Shape:
        """Return what is left of the node without its values: hashable, equal for equal SQL text."""
        raise NotImplementedError(type(self).__name__)

    def collect(self, parameters: list[Param]) -> None:
        """Append the node's parameters, in the order of its declaration, to the list."""
        raise NotImplementedError(type(self).__name__)

    def parameters(self) -> list[Param]:
        """Return the parameters of the node and of all below it."""
        parameters: list[Param] = []
        self.collect(parameters)
        return parameters

    def map_children(self, function: Callable[[Any], Any]) -> Self:
        """Return a copy whose direct children went through the function; itself when none changed."""
        raise NotImplementedError(type(self).__name__)

    def child_nodes(self) -> Iterator[Node]:
        """Yield the direct children."""
        for name, kind in self.field_kinds.items():
            if kind == "child":
                node = getattr(self, name)
                if node is not None:
                    yield node
            elif kind == "children":
                yield from getattr(self, name)

    def walk(self) -> Iterator[Node]:
        """Yield the node and all below it, parents first."""
        yield self
        for node in self.child_nodes():
            yield from node.walk()

    def copied(self) -> Self:
        """Return a copy that does not yet know its shape."""
        raise NotImplementedError(type(self).__name__)

    def replace(self, **changes: object) -> Self:
        """Return a copy with the named fields changed."""
        new = self.copied()
        for name, changed in changes.items():
            setattr(new, name, changed)
        return new

    def same_as(self, other: Node) -> bool:
        """Tell whether both nodes make the same SQL with the same values."""
        if self is other:
            return True
        if self.shape() != other.shape():
            return False
        mine, theirs = self.parameters(), other.parameters()
        return len(mine) == len(theirs) and all(
            one is two or one.value is two.value or one.value == two.value
            for one, two in zip(mine, theirs, strict=True)
        )

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), tuple(getattr(self, name) for name in self.field_names))

    def __repr__(self) -> str:
        # Values stay out of reprs, and so out of logs and tracebacks.
        shown = ", ".join(
            f"{name}={getattr(self, name)!r}" if kind != "value" else f"{name}=<{type(getattr(self, name)).__name__}>"
            for name, kind in self.field_kinds.items()
        )
        return f"{type(self).__name__}({shown})"


def _restore(cls: type[Node], values: tuple[Any, ...]) -> Node:
    return cls(*values)


@dataclass_transform(frozen_default=True, field_specifiers=(child, children, static, varying))
def node(cls: N) -> N:
    """Write the machinery of a node class from its declared fields.

    The class is made anew with slots, so that nodes are small and an unknown field name is an error.
    """
    own = {name: item for name, item in vars(cls).items() if isinstance(item, Specifier)}
    inherited: dict[str, Specifier] = getattr(cls, "_specifiers", {})
    specifiers = {**inherited, **own}
    body = {
        name: item
        for name, item in vars(cls).items()
        if name not in own and name not in ("__dict__", "__weakref__", "__slots__")
    }
    body["__slots__"] = tuple(name for name in own if name not in inherited)
    body["_specifiers"] = specifiers
    body["field_names"] = tuple(specifiers)
    body["field_kinds"] = {name: item.kind for name, item in specifiers.items()}
    body["serial"] = next(_serials)
    body["may_hold_parameters"] = "collect" in body or any(item.kind != "static" for item in specifiers.values())
    body["__match_args__"] = tuple(specifiers)
    metaclass: Any = type(cls)
    made: Any = metaclass(cls.__name__, cls.__bases__, body)
    for name, source in (
        ("__init__", _initializer(specifiers)),
        ("copied", _copier(specifiers)),
        ("shape", _shaper(specifiers)),
        ("collect", _collector(specifiers)),
        ("map_children", _mapper(specifiers)),
    ):
        # A class may write one of these by hand where it knows better.
        if name not in body:
            namespace = {"_defaults": specifiers, "_class": made, "_new": object.__new__}
            filename = f"<aorm node: {cls.__module__}.{cls.__qualname__}.{name}>"
            setattr(made, name, compile_function(source, name, namespace, filename))
    return made  # type: ignore[no-any-return]


def _initializer(specifiers: dict[str, Specifier]) -> str:
    arguments = [
        name if item.default is REQUIRED else f"{name}=_defaults[{name!r}].default" for name, item in specifiers.items()
    ]
    lines = [f"def __init__(self, {', '.join(arguments)}):"]
    lines += [f"    self.{name} = {name}" for name in specifiers]
    lines.append("    self._shape = None")
    return "\n".join(lines)


def _copier(specifiers: dict[str, Specifier]) -> str:
    lines = ["def copied(self):", "    new = _new(_class)"]
    lines += [f"    new.{name} = self.{name}" for name in specifiers]
    lines += ["    new._shape = None", "    return new"]
    return "\n".join(lines)


def _shaper(specifiers: dict[str, Specifier]) -> str:
    parts = ["_class.serial"]
    lines = ["def shape(self):", "    shape = self._shape", "    if shape is None:"]
    for name, item in specifiers.items():
        if item.kind == "static":
            parts.append(f"self.{name}")
        elif item.kind == "child":
            lines.append(f"        {name} = self.{name}")
            parts.append(f"None if {name} is None else {name}._shape or {name}.shape()")
        elif item.kind == "children":
            parts.append(f"tuple([item._shape or item.shape() for item in self.{name}]) if self.{name} else ()")
    lines += [f"        self._shape = shape = ({', '.join(parts)},)", "    return shape"]
    return "\n".join(lines)


def _collector(specifiers: dict[str, Specifier]) -> str:
    lines = ["def collect(self, parameters):"]
    for name, item in specifiers.items():
        if item.kind == "child":
            lines += [
                f"    {name} = self.{name}",
                f"    if {name} is not None and {name}.may_hold_parameters:",
                f"        {name}.collect(parameters)",
            ]
        elif item.kind == "children":
            lines += [
                f"    for item in self.{name}:",
                "        if item.may_hold_parameters:",
                "            item.collect(parameters)",
            ]
    if len(lines) == 1:
        lines.append("    pass")
    return "\n".join(lines)


def _mapper(specifiers: dict[str, Specifier]) -> str:
    lines = ["def map_children(self, function):"]
    for name, item in specifiers.items():
        if item.kind == "child":
            lines.append(f"    {name} = None if self.{name} is None else function(self.{name})")
        elif item.kind == "children":
            lines.append(f"    {name} = tuple([function(item) for item in self.{name}])")
    changed = [
        f"{name} is not self.{name}"
        if item.kind == "child"
        else f"any([new is not old for new, old in zip({name}, self.{name})])"
        for name, item in specifiers.items()
        if item.kind in ("child", "children")
    ]
    if not changed:
        return "\n".join([*lines, "    return self"])
    arguments = [name if item.kind in ("child", "children") else f"self.{name}" for name, item in specifiers.items()]
    lines += [f"    if {' or '.join(changed)}:", f"        return _class({', '.join(arguments)})", "    return self"]
    return "\n".join(lines)


class Term(Node):
    """A node that has a value in a row, and so a type."""

    __slots__ = ()

    if TYPE_CHECKING:
        type: SqlType
