"""`aorm.choices`: enumerations with labels; the expectations were printed by Django 6.1."""

from __future__ import annotations

import datetime
import enum
import pickle
from typing import Any

import pytest

from aorm.choices import Choices, IntegerChoices, TextChoices
from aorm.lazy import PluralMessage, is_lazy_text


class LazyString:
    """Stands for the lazy strings of web frameworks."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text


class Suit(IntegerChoices):
    DIAMOND = 1, LazyString("Karo")
    SPADE = 2, "Spade"
    HEART_ACE = 3
    CLUB = 4


class Year(TextChoices):
    FRESHMAN = "FR", "Freshman"
    SOPHOMORE = "SO"

    __empty__ = "(Unknown)"


class Auto(TextChoices):
    ONE = enum.auto()
    TWO_THREE = enum.auto()


class Moon(datetime.date, Choices):
    APOLLO_11 = 1969, 7, 20, "Apollo 11 (Eagle)"  # pyright: ignore[reportCallIssue]
    APOLLO_12 = 1969, 11, 19


class Nobody(TextChoices):
    __empty__ = "No"


class Mixed(Choices):
    A = (1, 2), "pair"
    B = "solo"
    C = ("one",)
    D = ["x", "Label"]


FACTS = {
    Suit: (["Karo", "Spade", "Heart Ace", "Club"], [1, 2, 3, 4], ["DIAMOND", "SPADE", "HEART_ACE", "CLUB"]),
    Year: (["(Unknown)", "Freshman", "Sophomore"], [None, "FR", "SO"], ["__empty__", "FRESHMAN", "SOPHOMORE"]),
    Auto: (["One", "Two Three"], ["ONE", "TWO_THREE"], ["ONE", "TWO_THREE"]),
    Moon: (
        ["Apollo 11 (Eagle)", "Apollo 12"],
        [datetime.date(1969, 7, 20), datetime.date(1969, 11, 19)],
        ["APOLLO_11", "APOLLO_12"],
    ),
    Nobody: (["No"], [None], ["__empty__"]),
    Mixed: (["pair", "B", "C", "Label"], [((1, 2),), "solo", ("one",), ("x",)], ["A", "B", "C", "D"]),
}


@pytest.mark.parametrize("choices", FACTS)
def test_lists(choices: type[Choices]) -> None:
    labels, values, names = FACTS[choices]
    assert [str(label) for label in choices.labels] == labels
    assert choices.values == values
    assert choices.names == names
    assert [(value, str(label)) for value, label in choices.choices] == list(zip(values, labels, strict=True))


def test_members() -> None:
    assert Suit(1) is Suit.DIAMOND
    assert (Suit.SPADE == 2, Suit.SPADE.value, Suit.SPADE.name, Suit.SPADE.label) == (True, 2, "SPADE", "Spade")
    assert repr(Suit.SPADE) == "Suit.SPADE"
    assert (str(Suit.SPADE), f"{Suit.SPADE}") == ("2", "2")
    assert (str(Year.FRESHMAN), f"{Year.FRESHMAN}") == ("FR", "FR")
    assert isinstance(Suit.DIAMOND.label, LazyString)
    landing: Any = Moon.APOLLO_11
    assert type(landing.value) is datetime.date
    assert Suit.do_not_call_in_templates is True
    with pytest.raises(AttributeError):
        setattr(Year.FRESHMAN, "label", "other")  # noqa: B010 - type checkers know that it cannot be set


def test_functional_spelling() -> None:
    integers: Any = IntegerChoices
    texts: Any = TextChoices
    assert integers("Letters", "A B").choices == [(1, "A"), (2, "B")]
    assert texts("Medal", "GOLD SILVER").choices == [("GOLD", "Gold"), ("SILVER", "Silver")]
    assert integers("Made", [("A", (1, "La")), ("B", (2, "Lb"))]).choices == [(1, "La"), (2, "Lb")]


def test_one_value_under_two_names_is_refused() -> None:
    with pytest.raises(ValueError, match="duplicate values found in <enum 'Twice'>: B -> A"):

        class Twice(IntegerChoices):
            A = 1, "x"
            B = 1, "y"


def test_pickle() -> None:
    for member in (Suit.SPADE, Year.SOPHOMORE, Moon.APOLLO_12):
        assert pickle.loads(pickle.dumps(member)) is member


def test_lazy_text() -> None:
    assert is_lazy_text(LazyString("x"))
    assert is_lazy_text(PluralMessage("a", "b", "n"))
    assert not is_lazy_text("x")
    assert not is_lazy_text(3)
