"""Enumerations whose members have labels: what a field's `choices` are best written as.

    class Suit(IntegerChoices):
        DIAMOND = 1, "Diamond"
        SPADE = 2

`Suit.choices` is `[(1, "Diamond"), (2, "Spade")]`; a class attribute `__empty__` adds a label for no choice at all.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Any, Self

from aorm.lazy import is_lazy_text

__all__ = ["Choices", "ChoicesType", "IntegerChoices", "TextChoices"]


class ChoicesType(enum.EnumType):
    """The metaclass of `Choices`: it takes the labels off the values, and lists both."""

    def __new__(metacls, name: str, bases: tuple[type, ...], namespace: Any, **options: Any) -> ChoicesType:
        """Make the enumeration; two names for one value are refused."""
        labels = [_take_label(namespace, member) for member in namespace._member_names]
        cls: Any = super().__new__(metacls, name, bases, namespace, **options)
        for member, label in zip(cls.__members__.values(), labels, strict=True):
            member._label_ = label
        unique: ChoicesType = enum.unique(cls)
        return unique

    def __contains__(cls, value: object) -> bool:
        """Tell whether this is a member or the value of one, as every enumeration does from Python 3.12 on."""
        enumeration: Any = cls
        if isinstance(value, enum.Enum):
            return isinstance(value, enumeration)
        return any(member.value == value for member in enumeration)

    @property
    def names(cls) -> list[str]:
        """Return the names of the members, with "__empty__" first where that has a label."""
        enumeration: Any = cls
        names = [member.name for member in enumeration]
        return ["__empty__", *names] if hasattr(cls, "__empty__") else names

    @property
    def choices(cls) -> list[tuple[Any, Any]]:
        """Return pairs of value and label, with `None` first where no choice has a label."""
        enumeration: Any = cls
        pairs = [(member.value, member.label) for member in enumeration]
        return [(None, enumeration.__empty__), *pairs] if hasattr(cls, "__empty__") else pairs

    @property
    def labels(cls) -> list[Any]:
        """Return the labels of `choices`."""
        return [label for _, label in cls.choices]

    @property
    def values(cls) -> list[Any]:
        """Return the values of `choices`."""
        return [value for value, _ in cls.choices]


def _take_label(namespace: Any, member: str) -> Any:
    """Return the label of a member, and leave its value without it: the last of several items, if that is text."""
    value = namespace[member]
    if not (isinstance(value, (list, tuple)) and len(value) > 1):
        return _label_from(member)
    *rest, last = value
    if not (isinstance(last, str) or is_lazy_text(last)):
        return _label_from(member)
    # The namespace of an enumeration refuses a second assignment; this is the same one, corrected.
    dict.__setitem__(namespace, member, tuple(rest))
    return last


def _label_from(member: str) -> str:
    return member.replace("_", " ").title()


class Choices(enum.Enum, metaclass=ChoicesType):
    """An enumeration whose members have a `label`; combined with another type for its values."""

    _label_: Any

    # For templates of the Django kind: a class of choices is looked into, not called.
    do_not_call_in_templates = enum.nonmember(True)

    @enum.property
    def label(self) -> Any:
        """Return the label, as it was given."""
        return self._label_

    def __repr__(self) -> str:
        """Show the member by its name, so that it can be read as code."""
        return f"{type(self).__qualname__}.{self._name_}"


class IntegerChoices(Choices, enum.IntEnum):
    """Choices whose values are whole numbers."""

    if TYPE_CHECKING:
        # What a member is written as, `1, "One"`, in the form that type checkers look for.
        _value_: int

        def __init__(self, value: int, label: Any = ...) -> None: ...
        def __new__(cls, value: int, label: Any = ...) -> Self: ...
        def __eq__(self, other: object) -> bool: ...
        def __hash__(self) -> int: ...
        @enum.property
        def value(self) -> int: ...


class TextChoices(Choices, enum.StrEnum):
    """Choices whose values are text; `auto()` gives the member's name."""

    if TYPE_CHECKING:
        _value_: str

        def __init__(self, value: str, label: Any = ...) -> None: ...
        def __new__(cls, value: str, label: Any = ...) -> Self: ...
        def __eq__(self, other: object) -> bool: ...
        def __hash__(self) -> int: ...
        @enum.property
        def value(self) -> str: ...

    @staticmethod
    def _generate_next_value_(name: str, start: int, count: int, last_values: list[str]) -> str:
        return name
