"""Models with exclusion constraints, which PostgreSQL has."""

from __future__ import annotations

from typing import Any

from tests.behaviour.orm import F, Q, models, postgres

OVERLAPS = postgres.RangeOperators.OVERLAPS


class Moments(models.Func):  # type: ignore[misc, valid-type, name-defined]
    """The range between two moments."""

    function = "TSTZRANGE"
    output_field = models.DateTimeField()


class Numbers(models.Func):  # type: ignore[misc, valid-type, name-defined]
    """A range of whole numbers."""

    function = "INT4RANGE"
    output_field = models.IntegerField()


def only(field: str) -> Any:
    """The range of one number, which a GiST index can hold without an extension."""
    return Numbers(field, field, models.Value("[]"))


class Meta:
    app_label = "excluding"


class Booking(models.Model):
    room = models.IntegerField()
    begins = models.DateTimeField()
    ends = models.DateTimeField(null=True)
    is_cancelled = models.BooleanField(default=False)

    class Meta(Meta):
        constraints = (
            postgres.ExclusionConstraint(
                name="exclude_overlap",
                expressions=[
                    (only("room"), OVERLAPS),
                    (Moments("begins", "ends", postgres.RangeBoundary()), OVERLAPS),
                ],
                condition=Q(is_cancelled=False),
            ),
        )


class Pair(models.Model):
    name = models.CharField(max_length=10)
    number = models.IntegerField(null=True)
    start = models.IntegerField(default=0)
    length = models.IntegerField(db_default=5)
    end = models.GeneratedField(
        expression=F("start") + F("length"), output_field=models.IntegerField(), db_persist=True
    )

    class Meta(Meta):
        constraints = (
            postgres.ExclusionConstraint(
                name="exclude_name",
                expressions=[("name", "=")],
                index_type="hash",
                violation_error_message="Constraint %(name)s says no.",
                violation_error_code="named",
            ),
            postgres.ExclusionConstraint(
                name="exclude_number",
                expressions=[(only("number"), OVERLAPS)],
                include=["name"],
            ),
            postgres.ExclusionConstraint(
                name="exclude_adjacent",
                expressions=[(Numbers("start", F("end") + 1), postgres.RangeOperators.ADJACENT_TO)],
                condition=Q(number__gt=100) & ~Q(name__startswith="x"),
            ),
            postgres.ExclusionConstraint(
                name="exclude_deferred",
                expressions=[(Numbers("start", F("start") + F("length")), "&&")],
                condition=Q(number__lt=0),
                deferrable=models.Deferrable.DEFERRED,
            ),
        )


class Child(Pair):
    more = models.IntegerField(default=1)

    class Meta(Meta):
        constraints = (postgres.ExclusionConstraint(name="exclude_child", expressions=[(only("more"), OVERLAPS)]),)


class Visible(models.Manager):  # type: ignore[misc, valid-type, name-defined]
    def get_queryset(self) -> Any:
        return super().get_queryset().exclude(number=0)


class Hidden(models.Model):
    number = models.IntegerField()
    objects = Visible()
    everything = models.Manager()

    class Meta(Meta):
        constraints = (postgres.ExclusionConstraint(name="exclude_hidden", expressions=[(only("number"), OVERLAPS)]),)


class Keyed(models.Model):
    pk = models.CompositePrimaryKey("a", "b")
    a = models.IntegerField()
    b = models.IntegerField()
    number = models.IntegerField()

    class Meta(Meta):
        constraints = (postgres.ExclusionConstraint(name="exclude_keyed", expressions=[(only("number"), OVERLAPS)]),)


class Quotient(models.Model):
    number = models.IntegerField()
    kind = models.IntegerField(default=1)

    class Meta(Meta):
        constraints = (
            models.UniqueConstraint(models.Value(100) / F("number"), name="exclude_quotient", condition=Q(kind=1)),
            models.UniqueConstraint(models.Value(100) / F("number"), F("kind"), name="exclude_quotients"),
        )


MODELS = [Quotient, Booking, Pair, Child, Hidden, Keyed]
