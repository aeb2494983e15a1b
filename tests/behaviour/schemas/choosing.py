"""Choices in every form that they are declared in, and displays and neighbours that models override."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

from tests.behaviour.orm import models


class Suit(models.IntegerChoices):
    DIAMOND = 1, "Diamonds"
    SPADE = 2
    HEART = 3, "Hearts"


class Mood(models.TextChoices):
    GOOD = "G", "Good"
    BAD = "B"

    __empty__ = "No mood"


Medal = models.TextChoices("Medal", "GOLD SILVER BRONZE")
Place = models.IntegerChoices("Place", [("FIRST", 1), ("SECOND", 2)])


def lazily() -> Iterator[tuple[int, str]]:
    """Give choices when they are asked for."""
    yield 1, "one"
    yield 2, "two"


def as_dictionary() -> dict[str, Any]:
    """Give choices with a group."""
    return {"Fruit": {"a": "Apple", "b": "Banana"}, "c": "Carrot"}


class Base(models.Model):
    size = models.CharField(max_length=1, choices={"S": "Small", "L": "Large"}, default="S")
    color = models.CharField(max_length=1, choices=[("r", "Red"), ("b", "Blue")], default="r")

    class Meta:
        abstract = True

    def get_color_display(self) -> str:
        return f"{self.color}!"


class Card(Base):
    suit = models.IntegerField(choices=Suit, default=Suit.SPADE)
    mood = models.CharField(max_length=1, choices=Mood, blank=True, default="")
    medal = models.CharField(max_length=10, choices=Medal.choices, null=True, blank=True)
    place = models.IntegerField(choices=Place, null=True, blank=True)
    number = models.IntegerField(choices=lazily, default=1)
    food = models.CharField(max_length=1, choices=as_dictionary, default="a")
    iterated = models.IntegerField(choices=((number, str(number)) for number in range(2)), default=0)
    grouped = models.CharField(max_length=2, choices=[("Group", (("x", "X"), ("y", "Y"))), ("z", "Z")], default="x")
    unhashable = models.JSONField(choices=[([1], "one"), ([2], "two")], default=list, blank=True)
    flag = models.BooleanField(choices=[(True, "Yes"), (False, "No")], default=True)

    class Meta:
        app_label = "choosing"

    def get_suit_display(self) -> str:
        return f"of {self._get_FIELD_display(self._meta.get_field('suit'))}"


class Bigger(Base):
    size = models.CharField(max_length=1, choices={"X": "Huge"}, default="X")
    color = models.CharField(max_length=1, choices=[("g", "Green")], default="g")

    class Meta:
        app_label = "choosing"


class Visible(models.Manager):
    def get_queryset(self) -> Any:
        return super().get_queryset().filter(hidden=False)


class Entry(models.Model):
    name = models.CharField(max_length=10)
    day = models.DateField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=1, default="a")
    hidden = models.BooleanField(default=False)

    objects = Visible()
    everything = models.Manager()

    class Meta:
        app_label = "choosing"
        ordering = ["-name"]


def before_march() -> dict[str, Any]:
    """Limit choices when they are asked for."""
    return {"day__month__lt": 3}


class Limited(models.Model):
    plain = models.ForeignKey(Entry, models.CASCADE, null=True, blank=True, related_name="+")
    named = models.ForeignKey(
        Entry, models.CASCADE, null=True, blank=True, related_name="+", limit_choices_to={"kind": "a"}
    )
    composed = models.ForeignKey(
        Entry, models.CASCADE, null=True, blank=True, related_name="+",
        limit_choices_to=models.Q(kind="a") | models.Q(name="b"),
    )  # fmt: skip
    called = models.ForeignKey(
        Entry, models.CASCADE, null=True, blank=True, related_name="+", limit_choices_to=before_march
    )
    one = models.OneToOneField(Entry, models.CASCADE, null=True, blank=True, related_name="+")

    class Meta:
        app_label = "choosing"

    @functools.cached_property
    def counted(self) -> int:
        return len(self.__dict__)


class Told(models.Model):
    day = models.DateField()

    class Meta:
        app_label = "choosing"

    def get_next_by_day(self, **lookups: Any) -> str:
        return f"mine {sorted(lookups)}"


class Coded(models.Model):
    code = models.CharField(max_length=5, primary_key=True)
    day = models.DateField()

    class Meta:
        app_label = "choosing"


MODELS = [Card, Bigger, Entry, Limited, Told, Coded]
