"""Bring choices, however they were given, into one form: pairs of value and label, grouped or not."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import islice, tee, zip_longest
from typing import Any

from aorm.choices import ChoicesType
from aorm.lazy import is_lazy_text

DEEPEST_GROUP = 2
NEVER_LAZY = frozenset({str, int, float, bool, bytes, dict, list, tuple, type(None), Decimal, datetime.datetime})
KEPT_TYPES = (str, int, float, Decimal, datetime.date, datetime.time)


class LazyChoices:
    """Choices that are made when they are looked at; equal to any iterable of the same pairs."""

    def __iter__(self) -> Iterator[Any]:
        """Give the pairs."""
        raise NotImplementedError

    def __eq__(self, other: object) -> bool:
        """Compare pair by pair."""
        if not isinstance(other, Iterable):
            return NotImplemented
        missing = object()
        return all(mine == theirs for mine, theirs in zip_longest(self, other, fillvalue=missing))

    def __getitem__(self, index: int | slice) -> Any:
        """Return the pair at a place, or a list of pairs."""
        if isinstance(index, slice) or index < 0:
            return list(self)[index]
        for pair in islice(self, index, index + 1):
            return pair
        raise IndexError("index out of range")

    __hash__ = None  # type: ignore[assignment]


class CallableChoices(LazyChoices):
    """Choices that a function gives, called anew each time they are looked at."""

    def __init__(self, func: Callable[[], Any]) -> None:
        """Keep the function."""
        self.func = func

    def __iter__(self) -> Iterator[Any]:
        """Call the function and give its pairs."""
        yield from normalize_choices(self.func())


class BlankChoices(LazyChoices):
    """Choices with a blank one in front, unless they have one already."""

    def __init__(self, choices: Iterable[Any], blank_choice: Iterable[Any]) -> None:
        """Keep both."""
        self.choices = choices
        self.blank_choice = blank_choice

    def __iter__(self) -> Iterator[Any]:
        """Give the blank choice where it is wanted, then the others."""
        choices, looked_through = tee(self.choices)
        if all(value not in ("", None) for value, _ in flatten_choices(looked_through)):
            yield from self.blank_choice
        yield from choices


def flatten_choices(choices: Iterable[Any] | None) -> Iterator[tuple[Any, Any]]:
    """Yield the pairs of value and label, those of groups in their place."""
    for value, label in choices or ():
        if isinstance(label, (list, tuple)):
            yield from label
        else:
            yield value, label


def normalize_choices(value: Any, *, depth: int = 0) -> Any:
    """Return a list of pairs for an enumeration, mapping or iterable, and a lazy one for a callable.

    What cannot be read as choices is returned as it came, so that the field's check can name it.
    """
    if isinstance(value, (LazyChoices, str, bytes)) or is_lazy_text(value):
        return value
    if isinstance(value, ChoicesType):
        return value.choices
    if depth < DEEPEST_GROUP and isinstance(value, Mapping):
        pairs: Any = value.items()
    elif depth < DEEPEST_GROUP and _is_iterable_of_pairs(value):
        pairs = value
    elif callable(value) and depth == 0:
        return CallableChoices(value)
    elif callable(value) and depth < DEEPEST_GROUP:
        return normalize_choices(CallableChoices(value).func(), depth=depth)
    else:
        return value
    try:
        return [(key, normalize_choices(label, depth=depth + 1)) for key, label in pairs]
    except (TypeError, ValueError):
        # Items that are no pairs: left as they are for the field's check to report.
        return value


def _is_iterable_of_pairs(value: Any) -> bool:
    # An iterator must not be consumed by looking into it.
    if isinstance(value, Iterator):
        return True
    return isinstance(value, Iterable) and not any(
        isinstance(item, (str, bytes)) or is_lazy_text(item) for item in value
    )


def plain(value: Any) -> Any:
    """Return what a lazy value stands for; any other value as it is."""
    value_class = value.__class__
    if value_class in NEVER_LAZY:
        return value
    cast = getattr(value_class, "_proxy____cast", None)
    if cast is not None:
        return cast(value)
    return str(value) if is_lazy_text(value) else value


def display_of(instance: Any, field: Any) -> Any:
    """Return the label of the value that the instance has, the value itself where no choice has it.

    What `get_FOO_display()` of a model gives. Lazy labels and bytes become text; numbers, dates and None stay.
    """
    value = getattr(instance, field.attname)
    shown = value
    for choice, label in field.flatchoices:
        if choice == value:
            shown = label
    if shown is None or isinstance(shown, KEPT_TYPES):
        return shown
    return str(shown, "utf-8") if isinstance(shown, bytes) else str(shown)


def display_method(field: Any, name: str) -> Callable[[Any], Any]:
    """Return the method `get_FOO_display` of a model."""

    def get_display(self: Any) -> Any:
        return self._get_FIELD_display(field)

    get_display.__name__ = get_display.__qualname__ = name
    return get_display
