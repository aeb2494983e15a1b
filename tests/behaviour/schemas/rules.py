"""Models with rules: validators, choices, unique in many ways, constraints, neighbours in time, generated values."""

from __future__ import annotations

import datetime
from typing import Any

from tests.behaviour.orm import F, Q, exceptions, functions, models, validators


class Size(models.TextChoices):
    SMALL = "S", "Small"
    MEDIUM = "M"
    LARGE = "L", "Large one"


class Level(models.IntegerChoices):
    LOW = 1
    HIGH = 9, "Very high"

    __empty__ = "(unknown)"


def even(value: int) -> None:
    """Refuse odd numbers, as users' own validators do."""
    if value % 2:
        raise exceptions.ValidationError("%(value)s is not even", code="odd", params={"value": value})


class Ticket(models.Model):
    title = models.CharField(max_length=10)
    code = models.CharField(max_length=5, unique=True, null=True, blank=True)
    count = models.IntegerField(default=0, validators=[even, validators.MaxValueValidator(100)])
    note = models.TextField(blank=True)
    size = models.CharField(max_length=1, choices=Size, default=Size.SMALL)
    level = models.IntegerField(choices=Level, null=True, blank=True)
    kind = models.CharField(max_length=10, choices=[("Group", [("a", "A"), ("b", "B")]), ("c", "C")], blank=True)
    email = models.EmailField(blank=True, error_messages={"invalid": "That is no address."})
    hidden = models.CharField(max_length=5, editable=False, default="x")
    price = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    site = models.URLField(blank=True)
    slug = models.SlugField(blank=True)
    day = models.DateField(null=True, blank=True)
    flag = models.BooleanField(default=False)
    address = models.GenericIPAddressField(null=True, blank=True)
    uid = models.UUIDField(null=True, blank=True)
    data = models.JSONField(null=True, blank=True)
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True)

    class Meta:
        app_label = "rules"


class Draft(models.Model):
    status = models.CharField(max_length=10, default="draft")
    published = models.DateField(null=True, blank=True)

    class Meta:
        app_label = "rules"

    def clean(self) -> None:
        if self.status == "draft" and self.published is not None:
            raise exceptions.ValidationError("Draft entries may not have a publication date.")
        if self.status == "published" and self.published is None:
            self.published = datetime.date(2020, 1, 1)
        if self.status == "fields":
            raise exceptions.ValidationError(
                {
                    "status": exceptions.ValidationError("Missing status.", code="required"),
                    "published": [exceptions.ValidationError("Invalid date.", code="invalid"), "Second."],
                }
            )
        if self.status == "unknown":
            raise exceptions.ValidationError({"nome": "No such field."})


class Together(models.Model):
    left = models.IntegerField()
    right = models.IntegerField(null=True, blank=True)
    third = models.CharField(max_length=5, blank=True)

    class Meta:
        app_label = "rules"
        unique_together = [("left", "right"), ("right", "third")]
        verbose_name = "pair"


class Dated(models.Model):
    title = models.CharField(max_length=10, unique_for_date="day")
    slug = models.CharField(max_length=10, unique_for_year="day")
    month = models.CharField(max_length=10, unique_for_month="day")
    day = models.DateField()

    class Meta:
        app_label = "rules"


class Bounded(models.Model):
    name = models.CharField(max_length=10)
    low = models.IntegerField(null=True, blank=True)
    high = models.IntegerField(null=True, blank=True)
    color = models.CharField(max_length=10, null=True, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        app_label = "rules"
        constraints = [
            models.CheckConstraint(condition=Q(low__lt=F("high")), name="bounded_low_under_high"),
            models.CheckConstraint(
                condition=Q(color__in=["red", "blue"]), name="bounded_color", violation_error_message="Not a color.",
                violation_error_code="color",
            ),
            models.UniqueConstraint(fields=["name", "color"], name="bounded_name_color"),
            models.UniqueConstraint(fields=["low"], condition=Q(active=True), name="bounded_active_low"),
            models.UniqueConstraint(functions.Lower("name"), "high", name="bounded_lower_name"),
        ]  # fmt: skip


class Moment(models.Model):
    name = models.CharField(max_length=10)
    day = models.DateField()
    at = models.DateTimeField()
    maybe = models.DateField(null=True)

    class Meta:
        app_label = "rules"


class Generated(models.Model):
    width = models.IntegerField()
    height = models.IntegerField(default=2)
    area = models.GeneratedField(
        expression=F("width") * F("height"), output_field=models.IntegerField(), db_persist=True
    )
    name = models.CharField(max_length=10, default="Ab")
    lower = models.GeneratedField(
        expression=functions.Lower("name"), output_field=models.CharField(max_length=10), db_persist=True
    )

    class Meta:
        app_label = "rules"


class Upper(models.CharField):
    """A field of users' own: stored in upper case, read in lower case."""

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return value if value is None else value.upper()

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return value if value is None else value.lower()

    def pre_save(self, instance: Any, add: bool) -> Any:
        value = getattr(instance, self.attname)
        if add and value == "auto":
            value = "made"
            setattr(instance, self.attname, value)
        return value


class Custom(models.Model):
    shout = Upper(max_length=20, null=True)

    class Meta:
        app_label = "rules"


class Question(models.Model):
    text = models.CharField(max_length=20)

    class Meta:
        app_label = "rules"


class Answer(models.Model):
    question = models.ForeignKey(Question, models.CASCADE)
    text = models.CharField(max_length=20)

    class Meta:
        app_label = "rules"
        order_with_respect_to = "question"


MODELS = [Ticket, Draft, Together, Dated, Bounded, Moment, Generated, Custom, Question, Answer]
