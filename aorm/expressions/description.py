"""What an expression knows about itself as a Python object: arguments, identity, copies, and how to rebuild it."""

from __future__ import annotations

import copy
import inspect
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import Self

# Where users import the classes from, by the module that defines them; whatever is not listed is in models.expressions.
DOORS = {
    "aorm.expressions.aggregates": "aorm.models",
    "aorm.expressions.conditions": "aorm.models",
    "aorm.expressions.references": "aorm.models",
    "aorm.expressions.subquery": "aorm.models",
    "aorm.expressions.window": "aorm.models",
    "aorm.expressions.ordering": "aorm.models",
    "aorm.expressions.functions.base": "aorm.models",
}
MODEL_NAMES = frozenset({"Value", "ExpressionWrapper", "ExpressionList", "JSONNull"})


class Description:
    """Remember the arguments of the constructor; compare, hash, show, copy, pickle and deconstruct by them."""

    _arguments: tuple[tuple[Any, ...], dict[str, Any]]

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        new = super().__new__(cls)
        new._arguments = (args, kwargs)
        return new

    def __getnewargs_ex__(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return self._arguments

    @property
    def identity(self) -> tuple[Any, ...]:
        """What tells two of them apart: the class and the arguments, by name and with their defaults."""
        args, kwargs = self._arguments
        cls: Any = type(self)
        bound = _signature(cls).bind_partial(self, *args, **kwargs)
        bound.apply_defaults()
        named = iter(bound.arguments.items())
        next(named)
        return (type(self), *[(name, hashable(value)) for name, value in named])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Description):
            return NotImplemented
        return self.identity == other.identity

    def __hash__(self) -> int:
        return hash(self.identity)

    def __repr__(self) -> str:
        args, kwargs = self._arguments
        shown = [repr(item) for item in args] + [f"{name}={item!r}" for name, item in sorted(kwargs.items())]
        return f"{type(self).__name__}({', '.join(shown)})"

    def copy(self) -> Self:
        """Return a shallow copy."""
        return copy.copy(self)

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        """Return the dotted path, arguments and keyword arguments that make this again."""
        args, kwargs = self._arguments
        return public_path(type(self)), args, dict(kwargs)


def public_path(cls: type) -> str:
    """Return the dotted path by which users know a class."""
    module = cls.__module__
    if module.startswith("aorm.expressions"):
        if cls.__name__ in MODEL_NAMES:
            module = "aorm.models"
        elif module in DOORS:
            module = DOORS[module]
        elif module.startswith("aorm.expressions.functions"):
            module = "aorm.models.functions"
        elif module.startswith("aorm.expressions.lookups"):
            module = "aorm.models.lookups"
        else:
            module = "aorm.models.expressions"
    return f"{module}.{cls.__qualname__}"


@cache
def _signature(cls: Any) -> inspect.Signature:
    return inspect.signature(cls.__init__)


def hashable(value: Any) -> Any:
    """Return a value that can be hashed and is equal where the values are; fields stand for their names or kinds."""
    if isinstance(value, (list, tuple)):
        return tuple([hashable(item) for item in value])
    if isinstance(value, dict):
        return tuple([(key, hashable(item)) for key, item in sorted(value.items())])
    if isinstance(value, (set, frozenset)):
        return frozenset(value)
    if hasattr(value, "get_internal_type"):
        model = getattr(value, "model", None)
        name = getattr(value, "name", None)
        return (model._meta.label, name) if model is not None and name else type(value)
    # True == 1 in Python, but Value(True) is not Value(1).
    return (type(value), value) if isinstance(value, (bool, int, float)) else value
