"""Constraints and indexes of every kind, to validate instances against and to violate."""

from __future__ import annotations

from typing import Any

from tests.behaviour.orm import F, Q, functions, models


class Maker(models.Model):
    name = models.CharField(max_length=20)

    class Meta:
        app_label = "constrained"


class Product(models.Model):
    name = models.CharField(max_length=20)
    color = models.CharField(max_length=20, null=True, blank=True)
    price = models.IntegerField(null=True, blank=True)
    discounted = models.IntegerField(null=True, blank=True)
    rank = models.IntegerField(null=True, blank=True)
    maker = models.ForeignKey(Maker, models.CASCADE, null=True, blank=True)
    is_sold = models.BooleanField(default=False)

    class Meta:
        app_label = "constrained"
        constraints = [
            models.CheckConstraint(condition=Q(price__gt=F("discounted")), name="price_gt_discounted"),
            models.CheckConstraint(
                condition=Q(price__gt=0),
                name="%(app_label)s_%(class)s_price",
                violation_error_message="A price must be positive, says %(name)s.",
                violation_error_code="price",
            ),
            models.CheckConstraint(condition=Q(Q(price__lt=500) | Q(color="gold")), name="dear_is_gold"),
            models.CheckConstraint(condition=~Q(color="none") & ~Q(name__startswith="bad"), name="no_bad"),
            models.UniqueConstraint(fields=["name", "color"], name="name_color"),
            models.UniqueConstraint(fields=["rank"], condition=Q(color__isnull=True), name="rank_without_color"),
            models.UniqueConstraint(functions.Lower("name"), "maker", name="maker_name", condition=Q(is_sold=False)),
        ]


class Nulls(models.Model):
    a = models.IntegerField(null=True, blank=True)
    b = models.IntegerField(null=True, blank=True)
    c = models.CharField(max_length=10, null=True, blank=True)

    class Meta:
        app_label = "constrained"
        constraints = [
            models.UniqueConstraint(fields=["a", "b"], name="not_distinct", nulls_distinct=False),
            models.UniqueConstraint(functions.Upper("c"), name="upper_not_distinct", nulls_distinct=False),
            models.UniqueConstraint(fields=["b", "c"], name="distinct", nulls_distinct=True),
        ]


class Messages(models.Model):
    a = models.IntegerField(null=True)
    b = models.IntegerField(null=True)
    c = models.IntegerField(null=True)

    class Meta:
        app_label = "constrained"
        constraints = [
            models.UniqueConstraint(fields=["a"], name="plain"),
            models.UniqueConstraint(
                fields=["b"], name="said", violation_error_message="Taken: %(name)s", violation_error_code="taken"
            ),
            models.UniqueConstraint(fields=["c"], name="coded", violation_error_code="ignored"),
            models.UniqueConstraint(fields=["a", "b"], name="both", violation_error_code="ignored"),
            models.UniqueConstraint(F("a") + F("c"), name="sum", violation_error_code="unique"),
            models.UniqueConstraint(
                fields=["c"], condition=Q(a__gt=1), name="some", violation_error_message="Some taken"
            ),
        ]


class Made(models.Model):
    width = models.IntegerField(null=True)
    name = models.CharField(max_length=20, db_default="unnamed")
    at = models.DateTimeField(db_default=functions.Now())
    double = models.GeneratedField(expression=F("width") * 2, output_field=models.IntegerField(), db_persist=True)
    lower = models.GeneratedField(
        expression=functions.Lower("name"), output_field=models.CharField(max_length=20), db_persist=True
    )

    class Meta:
        app_label = "constrained"
        constraints = [
            models.CheckConstraint(condition=Q(double__lt=100), name="double_small"),
            models.CheckConstraint(condition=~Q(lower="wrong"), name="lower_right"),
            models.CheckConstraint(condition=Q(at__year__gte=2000), name="this_millennium"),
            models.UniqueConstraint(fields=["double"], name="double_once"),
            models.UniqueConstraint(functions.Length("lower"), "width", name="length_once"),
        ]


class Typed(models.Model):
    decimal = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    date = models.DateField(null=True)
    moment = models.DateTimeField(null=True)
    duration = models.DurationField(null=True)
    uuid = models.UUIDField(null=True)
    json = models.JSONField(null=True)
    flag = models.BooleanField(null=True)
    text = models.TextField(default="")
    time = models.TimeField(null=True)

    class Meta:
        app_label = "constrained"
        constraints = [
            models.CheckConstraint(condition=Q(decimal__gt=-1, decimal__lte=10), name="decimals"),
            models.CheckConstraint(condition=Q(date__gte="2000-02-29"), name="dates"),
            models.CheckConstraint(condition=Q(moment__month=F("date__month")), name="months"),
            models.CheckConstraint(condition=Q(json__kind="a") | Q(json__isnull=True), name="kinds"),
            models.CheckConstraint(condition=Q(flag=True) | Q(text__regex="^[a-z]*$"), name="flags"),
            models.CheckConstraint(condition=Q(text__iexact="xABCy") | Q(text__lt="n"), name="texts"),
            models.UniqueConstraint(fields=["uuid", "duration"], name="uuids"),
            models.UniqueConstraint(functions.ExtractYear("date"), name="year_once"),
            models.UniqueConstraint(fields=["time"], condition=Q(decimal__isnull=False), name="times"),
        ]


class Parent(models.Model):
    name = models.CharField(max_length=10)
    number = models.IntegerField(default=0)

    class Meta:
        app_label = "constrained"
        constraints = [
            models.UniqueConstraint(fields=["name"], name="parent_name"),
            models.CheckConstraint(condition=Q(number__gte=0), name="parent_number"),
        ]


class Child(Parent):
    level = models.IntegerField(default=0)

    class Meta:
        app_label = "constrained"
        constraints = [
            models.CheckConstraint(condition=Q(level__lt=10), name="child_level"),
            models.UniqueConstraint(fields=["level"], name="child_once"),
        ]


class Keyed(models.Model):
    pk: Any = models.CompositePrimaryKey("tenant", "number")
    tenant = models.IntegerField()
    number = models.IntegerField()
    name = models.CharField(max_length=10)

    class Meta:
        app_label = "constrained"
        constraints = [
            models.UniqueConstraint(fields=["name"], name="keyed_name"),
            models.CheckConstraint(condition=Q(tenant__lt=F("number")), name="keyed_order"),
        ]


class Hidden(models.Model):
    name = models.CharField(max_length=10)
    is_gone = models.BooleanField(default=False)

    class Visible(models.Manager):
        def get_queryset(self) -> Any:
            return super().get_queryset().filter(is_gone=False)

    visible = Visible()

    class Meta:
        app_label = "constrained"
        constraints = [models.UniqueConstraint(fields=["name"], name="hidden_name")]


MODELS = [Maker, Product, Nulls, Messages, Made, Typed, Parent, Child, Keyed, Hidden]
