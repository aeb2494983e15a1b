"""Models for what the page of instances says in passing."""

from __future__ import annotations

import datetime
from typing import Any

from tests.behaviour.orm import Q, exceptions, models

LOG: list[str] = []


def taken() -> list[str]:
    """Return what ran since the last time."""
    found = LOG[:]
    LOG.clear()
    return found


class Meta:
    app_label = "reference"


class Dated(models.Model):
    """Overrides one method of a neighbour; children override the other, or the same again."""

    day = models.DateField(default=datetime.date(2024, 1, 1))
    at = models.DateTimeField(null=True)

    class Meta(Meta):
        abstract = True

    def get_next_by_day(self, **keywords: Any) -> Any:
        LOG.append("base next")
        return self._get_next_or_previous_by_FIELD(self._meta.get_field("day"), True, **keywords)


class Step(Dated):
    name = models.CharField(max_length=10, default="")

    def get_previous_by_day(self, **keywords: Any) -> Any:
        LOG.append("own previous")
        return self._get_next_or_previous_by_FIELD(self._meta.get_field("day"), False, **keywords)


class Stride(Step):
    class Meta(Meta):
        proxy = True

    def get_next_by_day(self, **keywords: Any) -> Any:
        LOG.append("proxy next")
        return super().get_next_by_day(**keywords)


class Owner(models.Model):
    name = models.CharField(max_length=10)

    class Meta(Meta):
        pass


class Page(models.Model):
    owner = models.ForeignKey(Owner, models.CASCADE)

    class Meta(Meta):
        order_with_respect_to = "owner"


class Author(Owner):
    class Meta(Meta):
        proxy = True

    def set_page_order(self, *arguments: Any, **keywords: Any) -> None:
        LOG.append("proxy order")
        super().set_page_order(*arguments, **keywords)


class Thing(models.Model):
    """Has something for each of the four steps of validation to find."""

    title = models.CharField(max_length=5)
    code = models.CharField(max_length=5, unique=True)
    group = models.IntegerField(default=0)
    place = models.IntegerField(default=0)
    rank = models.IntegerField(default=0)
    owner = models.ForeignKey(Owner, models.CASCADE, null=True, blank=True)

    class Meta(Meta):
        unique_together = (("group", "place"),)
        constraints = (models.CheckConstraint(condition=Q(rank__gte=0), name="reference_rank"),)

    def clean(self) -> None:
        if self.title == "no":
            raise exceptions.ValidationError("The whole is wrong.", code="whole")


MODELS = [Step, Owner, Page, Thing]
