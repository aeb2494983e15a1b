"""Comparing what a queryset gives with what was expected."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["aassert_queryset_equal", "assert_queryset_equal"]

_UNORDERED = "Trying to compare non-ordered queryset against more than one ordered value."


def assert_queryset_equal(
    queryset: Iterable[Any],
    values: Iterable[Any],
    transform: Callable[[Any], Any] | None = None,
    ordered: bool = True,
    msg: str | None = None,
) -> None:
    """Assert that a queryset, or another iterable, gives certain values; Django's `assertQuerySetEqual`.

    Args:
        queryset: what is asked.
        values: what is expected.
        transform: applied to each item before it is compared.
        ordered: whether the order counts; without it, items are counted and have to be hashable.
        msg: shown when they differ, instead of the difference.

    Raises:
        AssertionError: they differ.
        ValueError: the order is to count, and the queryset has none.
    """
    __tracebackhide__ = True
    _compare(queryset, list(queryset), list(values), _Manner(transform, ordered, msg))


async def aassert_queryset_equal(
    queryset: Any,
    values: Iterable[Any],
    transform: Callable[[Any], Any] | None = None,
    ordered: bool = True,
    msg: str | None = None,
) -> None:
    """Assert that a queryset, or another asynchronous iterable, gives certain values; see `assert_queryset_equal`."""
    __tracebackhide__ = True
    items = [item async for item in queryset] if hasattr(queryset, "__aiter__") else list(queryset)
    _compare(queryset, items, list(values), _Manner(transform, ordered, msg))


class _Manner:
    def __init__(self, transform: Callable[[Any], Any] | None, ordered: bool, message: str | None) -> None:
        self.transform = transform
        self.ordered = ordered
        self.message = message


def _compare(queryset: Any, items: list[Any], values: list[Any], manner: _Manner) -> None:
    __tracebackhide__ = True
    if manner.transform is not None:
        items = [manner.transform(item) for item in items]
    if not manner.ordered:
        missing, unexpected = Counter(values) - Counter(items), Counter(items) - Counter(values)
        if missing or unexpected:
            difference = f"missing: {list(missing.elements())}, unexpected: {list(unexpected.elements())}"
            raise AssertionError(manner.message or difference)
        return
    if len(values) > 1 and not getattr(queryset, "ordered", True):
        raise ValueError(_UNORDERED)
    if items != values:
        raise AssertionError(manner.message or f"{items!r} != {values!r}")
