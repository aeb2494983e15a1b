"""What constraints need of the floor of queries, which stands above them and fills it in when it is imported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable


class InstanceValues(Protocol):
    """The values of an instance as if they stood in a row of its table."""

    async def refute(self, condition: Any) -> bool:
        """Ask the database whether a condition is false for the values; unknown is not false."""
        ...

    async def finds(self, queryset: Any, condition: Any) -> bool:
        """Tell whether a queryset has rows, or whether that cannot be told."""
        ...

    def value(self, expression: Any) -> Any:
        """Return what an expression gives for the values, to compare columns with."""
        ...

    def condition(self, condition: Any) -> Any:
        """Return the condition that the values satisfy a condition."""
        ...

    def stored(self, expression: Any) -> Any:
        """Return what an expression gives for a row of the table."""
        ...

    def stored_condition(self, condition: Any) -> Any:
        """Return the condition that a row of the table satisfies a condition."""
        ...


class Doors:
    """Where the floor of queries puts what it offers."""

    values_of: Callable[[Any, Any, Iterable[Any], str], Awaitable[InstanceValues]]
    """``await values_of(model, instance, expressions, alias)``: values of all fields that the expressions name."""


doors = Doors()
