"""Choices in all the forms that they may be given in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from aorm.choices import IntegerChoices, TextChoices
from aorm.exceptions import ValidationError
from aorm.fields.choices import BlankChoices, CallableChoices, LazyChoices, flatten_choices, normalize_choices
from aorm.fields.numeric import IntegerField
from aorm.fields.text import CharField

PAIRS = [("a", "A"), ("b", "B")]
GROUPS = [("first", [("a", "A")]), ("second", [("b", "B")])]


class Letter(TextChoices):
    """An enumeration."""

    A = "a", "A"
    B = "b", "B"


class Level(IntegerChoices):
    """An enumeration with a label for nothing."""

    __empty__ = "none"
    LOW = 1


@pytest.mark.parametrize(
    "given",
    [
        PAIRS,
        tuple(PAIRS),
        dict(PAIRS),
        Letter,
        iter(PAIRS),
        [list(pair) for pair in PAIRS],
        lambda: PAIRS,
        lambda: Letter,
    ],
)
def test_one_form_for_all(given: Any) -> None:
    field = CharField(max_length=1, choices=given)
    assert field.choices == PAIRS
    assert list(field.choices) == PAIRS
    assert field.flatchoices == PAIRS
    assert field.clean("a", None) == "a"
    with pytest.raises(ValidationError, match="Value 'c' is not a valid choice"):
        field.clean("c", None)


@pytest.mark.parametrize(
    "given",
    [
        GROUPS,
        {"first": {"a": "A"}, "second": [("b", "B")]},
        lambda: {"first": {"a": "A"}, "second": lambda: {"b": "B"}},
    ],
)
def test_groups(given: Any) -> None:
    field = CharField(max_length=1, choices=given)
    assert list(field.choices) == GROUPS
    assert field.flatchoices == PAIRS
    assert field.clean("b", None) == "b"


def test_a_callable_is_asked_each_time() -> None:
    offered = [(1, "one")]
    field = IntegerField(choices=lambda: offered)
    assert isinstance(field.choices, CallableChoices)
    assert field.clean(1, None) == 1
    offered[:] = [(2, "two")]
    assert field.clean(2, None) == 2
    assert field.deconstruct()[3]["choices"]() is offered
    assert field.clone().choices == field.choices


def test_an_enumeration_with_an_empty_label() -> None:
    field = IntegerField(null=True, blank=True, choices=Level)
    assert field.choices == [(None, "none"), (1, "Low")]
    assert list(field.get_choices()) == field.choices


def test_a_blank_choice_comes_first_unless_there_is_one() -> None:
    assert list(CharField(choices=PAIRS).get_choices()) == [("", "- Select an option -"), *PAIRS]
    assert list(CharField(choices=PAIRS).get_choices(blank_choice=[("", "?")])) == [("", "?"), *PAIRS]
    assert CharField(choices=PAIRS).get_choices(include_blank=False) == PAIRS
    assert list(BlankChoices([("", "none"), *PAIRS], [("", "?")])) == [("", "none"), *PAIRS]


def test_lazy_choices_are_read_like_lists() -> None:
    lazy = CallableChoices(lambda: PAIRS)
    assert lazy[0] == ("a", "A")
    assert lazy[-1] == ("b", "B")
    assert lazy[:1] == [("a", "A")]
    with pytest.raises(IndexError, match="index out of range"):
        lazy[5]
    assert lazy != PAIRS[:1]
    assert lazy != 5

    class Own(LazyChoices):
        def __iter__(self) -> Iterator[Any]:
            yield from PAIRS

    assert CharField(choices=Own()).choices == PAIRS


@pytest.mark.parametrize("given", [5, "abc", b"abc", ["ab", "cd"], [1, 2], [(1, 2, 3)], {("a", "b", "c")}])
def test_what_is_no_choice_stays_for_the_check(given: Any) -> None:
    assert normalize_choices(given) is given


def test_flattening() -> None:
    assert list(flatten_choices(None)) == []
    assert list(flatten_choices([("g", (("a", 1),)), ("b", 2)])) == [("a", 1), ("b", 2)]
