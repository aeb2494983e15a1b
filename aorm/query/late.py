"""Querysets that hold prefetched objects, and learn which query these are the results of only if somebody asks.

Most are gone through and never asked for more. Making the query, a condition on the key of each parent, would be the
larger part of prefetching.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.query.results import MODELS

if TYPE_CHECKING:
    from collections.abc import Callable

    from aorm.query.queryset import QuerySet

# The attribute under which such a queryset keeps how it is made, and for which instance and key.
LATE = "_late"


class LateAttribute:
    """An attribute that querysets have from the beginning, save those that hold prefetched objects.

    It is no data descriptor: an attribute that is there is read past it, at no cost.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, queryset: Any, owner: Any = None) -> Any:
        if queryset is None:
            return self
        settle(queryset)
        try:
            return queryset.__dict__[self.name]
        except KeyError:
            raise AttributeError(f"{type(queryset).__name__!r} object has no attribute {self.name!r}") from None


def hold(cls: type[Any], model: Any, values: list[Any], late: tuple[Callable[..., Any], Any, Any]) -> QuerySet[Any]:
    """Return a queryset with these results; ``late`` is how to make it in earnest, and the arguments for that."""
    held: QuerySet[Any] = object.__new__(cls)
    namespace = held.__dict__
    namespace["model"] = model
    namespace["_result_cache"] = values
    # Its lookups are part of the round that loaded it.
    namespace["_prefetch_done"] = True
    namespace["_kind"] = MODELS
    namespace[LATE] = late
    return held


def settle(queryset: Any) -> None:
    """Give a queryset that holds prefetched objects what every other queryset has."""
    namespace = queryset.__dict__
    late = namespace.pop(LATE, None)
    if late is None:
        return
    # It is more than a queryset has that nothing was asked of, and so no short cut takes it for one.
    make, instance, key = late
    for name, value in make(instance, key).__dict__.items():
        namespace.setdefault(name, value)
