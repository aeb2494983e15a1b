"""Exclusion constraints: created and validated on PostgreSQL, left out on SQLite."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import pytest

import aorm
from aorm import models
from aorm.exceptions import IntegrityError, ValidationError
from aorm.models import F, Q
from aorm.postgres import ExclusionConstraint, OpClass, RangeBoundary, RangeOperators
from aorm.postgres.constraints import Related
from tests.support.faces import Face, configured, for_each_face

pytestmark = pytest.mark.usefixtures("registry")
HOUR = datetime.timedelta(hours=1)
NOON = datetime.datetime(2024, 5, 6, 12, tzinfo=datetime.UTC)


class TsTzRange(models.Func):
    """The range between two moments."""

    function = "TSTZRANGE"
    output_field = models.DateTimeField()


class Numbers(models.Func):
    """A range of whole numbers."""

    function = "INT4RANGE"
    output_field = models.IntegerField()


@pytest.fixture
def postgresql(postgres_url: str) -> Iterator[str]:
    """An empty PostgreSQL database, to which aorm is pointed."""
    with configured(postgres_url):
        yield postgres_url


def declare(**options: Any) -> Any:
    """Declare a model of bookings that must not overlap."""
    room = Numbers("room", "room", models.Value("[]"))

    class Booking(models.Model):
        room = models.IntegerField()
        begins = models.DateTimeField()
        ends = models.DateTimeField(null=True)
        is_cancelled = models.BooleanField(default=False)

        class Meta:
            constraints = [
                ExclusionConstraint(
                    name="no_overlap",
                    expressions=[
                        (room, RangeOperators.OVERLAPS),
                        (TsTzRange("begins", "ends", RangeBoundary()), RangeOperators.OVERLAPS),
                    ],
                    **options,
                )
            ]

    return Booking


@for_each_face
async def test_created_validated_and_kept(face: Face, postgresql: str) -> None:
    Booking = declare(condition=Q(is_cancelled=False))
    await face.do(aorm.schema, "create_tables")
    first = await face.do(Booking.objects, "create", room=1, begins=NOON, ends=NOON + HOUR)
    overlapping = {"room": 1, "begins": NOON + HOUR / 2, "ends": NOON + 2 * HOUR}
    with pytest.raises(ValidationError) as caught:
        await face.do(Booking(**overlapping), "full_clean")
    assert caught.value.message_dict == {"__all__": ["Constraint “no_overlap” is violated."]}
    with pytest.raises(IntegrityError) as refused:
        await face.do(Booking.objects, "create", **overlapping)
    assert (refused.value.constraint, refused.value.model) == ("no_overlap", Booking)
    assert refused.value.fields == ("room", "begins", "ends")
    assert refused.value.as_validation_error().message_dict == caught.value.message_dict
    for fine in (
        {"room": 2},
        {"begins": NOON + HOUR},
        {"is_cancelled": True},
        {"begins": NOON - HOUR, "ends": NOON},
    ):
        await face.do(Booking(**{**overlapping, **fine}), "validate_constraints")
    await face.do(first, "validate_constraints")
    first.is_cancelled = True
    await face.do(first, "save")
    await face.do(Booking(**overlapping), "validate_constraints")


@for_each_face
async def test_excluded_fields(face: Face, postgresql: str) -> None:
    Booking = declare(condition=Q(is_cancelled=False), violation_error_code="taken", violation_error_message="Taken!")
    await face.do(aorm.schema, "create_tables")
    values = {"room": 1, "begins": NOON, "ends": NOON + HOUR}
    await face.do(Booking.objects, "create", **values)
    for name in ("room", "begins", "ends", "is_cancelled"):
        await face.do(Booking(**values), "validate_constraints", exclude={name})
    with pytest.raises(ValidationError) as caught:
        await face.do(Booking(**values), "validate_constraints", exclude={"id"})
    (error,) = caught.value.error_dict["__all__"]
    assert (error.message, error.code) == ("Taken!", "taken")
    with aorm.capture_queries() as queries, pytest.raises(ValidationError):
        await face.do(Booking._meta.constraints[0], "validate", Booking, Booking(**values))
    assert len(queries) == 1


@for_each_face
async def test_other_kinds(face: Face, postgresql: str) -> None:
    class Item(models.Model):
        name = models.CharField(max_length=10)
        number = models.IntegerField()

        class Meta:
            constraints = [
                ExclusionConstraint(name="by_hash", expressions=[(F("name"), "=")], index_type="hash"),
                ExclusionConstraint(
                    name="late",
                    expressions=[(Numbers("number", F("number") + 3), RangeOperators.OVERLAPS)],
                    index_type="SPGIST",
                    deferrable=models.Deferrable.DEFERRED,
                ),
                ExclusionConstraint(
                    name="with_class",
                    expressions=[(OpClass(Numbers("number", F("number") + 1), name="range_ops"), "&&")],
                    include=["name"],
                ),
            ]

    await face.do(aorm.schema, "create_tables")
    await face.do(Item.objects, "create", name="a", number=1)
    by_hash, late, with_class = Item._meta.constraints
    for constraint, values, is_fine in (
        (by_hash, {"name": "a", "number": 50}, False),
        (by_hash, {"name": "b", "number": 1}, True),
        (late, {"name": "b", "number": 3}, False),
        (late, {"name": "b", "number": 4}, True),
        (with_class, {"name": "b", "number": 1}, False),
        (with_class, {"name": "b", "number": 2}, True),
    ):
        if is_fine:
            await face.do(constraint, "validate", Item, Item(**values))
        else:
            with pytest.raises(ValidationError, match=constraint.name):
                await face.do(constraint, "validate", Item, Item(**values))
    with pytest.raises(IntegrityError, match="late"):  # noqa: PT012 - it is the block's end that raises
        async with face.atomic():
            other = await face.do(Item.objects, "create", name="b", number=3)
            other.number = 10
            await face.do(other, "save")
            await face.do(Item.objects, "create", name="c", number=11)


@for_each_face
async def test_on_sqlite(face: Face, sqlite_url: str) -> None:
    Booking = declare()
    with configured(sqlite_url):
        await face.do(aorm.schema, "create_tables")
        values = {"room": 1, "begins": NOON, "ends": NOON + HOUR}
        await face.do(Booking.objects, "create", **values)
        with aorm.capture_queries() as queries:
            await face.do(Booking(**values), "validate_constraints")
        assert len(queries) == 0
        (found,) = Booking.check(databases=["default"])
        assert (found.id, found.msg) == ("postgres.W001", "SQLite does not support exclusion constraints.")


def test_checks() -> None:
    class Other(models.Model):
        name = models.TextField()

    class Wrong(models.Model):
        other = models.ForeignKey(Other, models.CASCADE)

        class Meta:
            constraints = [ExclusionConstraint(name="x", expressions=[("missing", "="), (F("other__name"), "=")])]

    with aorm.settings.override(databases={"default": "postgresql://nobody@localhost/none"}):
        found = Wrong.check(databases=["default"])
    assert [(message.id, message.msg) for message in found] == [
        ("models.E041", "'constraints' refers to the joined field 'other__name'."),
        ("models.E012", "'constraints' refers to the nonexistent field 'missing'."),
    ]


def test_what_is_no_operator() -> None:
    with pytest.raises(ValueError, match="'; DROP' is no operator"):
        Related(F("a"), "; DROP", F("b"))

    class Item(models.Model):
        a = models.IntegerField()

        class Meta:
            constraints = [ExclusionConstraint(name="x", expressions=[("a", "= AND")])]

    with pytest.raises(ValueError, match="'= AND' is no operator"):
        aorm.schema.sql_for_tables([Item], vendor="postgresql")


def test_boundaries() -> None:
    assert [RangeBoundary(lower, upper).lower + RangeBoundary(lower, upper).upper for lower in (True, False) for upper in (True, False)] == ["[]", "[)", "(]", "()"]  # fmt: skip  # noqa: E501
    assert RangeBoundary() == RangeBoundary(inclusive_lower=True, inclusive_upper=False)
