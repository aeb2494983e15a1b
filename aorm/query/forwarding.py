"""Make methods of managers that call the method of the same name of the queryset from which the manager starts."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_ASSIGNED = ("__module__", "__name__", "__qualname__", "__doc__")


def forwarded_methods(queryset_class: type[Any]) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield a method for each method of a queryset class that managers are to have.

    Methods with ``queryset_only = True`` stay out; private ones come along with ``queryset_only = False``.
    """
    for name, method in inspect.getmembers(queryset_class, inspect.isfunction):
        queryset_only = getattr(method, "queryset_only", None)
        if not (queryset_only or (queryset_only is None and name.startswith("_"))):
            yield name, _forwarded(name, method)


def _forwarded(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    forward = _awaiting(name) if inspect.iscoroutinefunction(method) else _calling(name)
    for attribute in _ASSIGNED:
        setattr(forward, attribute, getattr(method, attribute))
    return forward


def _awaiting(name: str) -> Callable[..., Any]:
    async def forward(self: Any, *args: Any, **kwargs: Any) -> Any:
        return await getattr(self.get_queryset(), name)(*args, **kwargs)

    return forward


def _calling(name: str) -> Callable[..., Any]:
    def forward(self: Any, *args: Any, **kwargs: Any) -> Any:
        return getattr(self.get_queryset(), name)(*args, **kwargs)

    return forward
