"""Constraints validate on both databases and both faces as the database itself would judge, by one query each."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest

import aorm
from aorm import models
from aorm.exceptions import FieldError, IntegrityError, ValidationError
from aorm.models import F, Q
from aorm.models.functions import Lower, Now
from tests.support.faces import Face, configured, for_each_face

pytestmark = pytest.mark.usefixtures("registry")


@pytest.fixture
def place(database_url: str) -> Iterator[str]:
    """An empty database, to which aorm is pointed."""
    with configured(database_url):
        yield database_url


@for_each_face
async def test_each_constraint_takes_one_query(face: Face, place: str) -> None:
    class Item(models.Model):
        name = models.CharField(max_length=20)
        number = models.IntegerField(null=True)
        double = models.GeneratedField(expression=F("number") * 2, output_field=models.IntegerField(), db_persist=True)

        class Meta:
            constraints = [
                models.CheckConstraint(condition=Q(number__gt=0), name="check"),
                models.UniqueConstraint(fields=["name", "number"], name="fields"),
                models.UniqueConstraint(fields=["number"], condition=Q(name__startswith="a"), name="conditional"),
                models.UniqueConstraint(Lower("name"), "number", name="expressions"),
                models.UniqueConstraint(fields=["double"], nulls_distinct=False, name="generated"),
                models.CheckConstraint(condition=Q(pk__in=[]) | Q(number__lt=F("double") + 3), name="columns"),
                models.CheckConstraint(condition=~Q(name__in=[]), name="always"),
            ]

    await face.do(aorm.schema, "create_tables")
    item = await face.do(Item.objects, "create", name="a", number=1)
    for instance in (Item(name="b", number=2), item):
        for constraint in Item._meta.constraints:
            with aorm.capture_queries() as queries:
                await face.do(constraint, "validate", Item, instance)
            assert len(queries) == (0 if constraint.name == "always" else 1), constraint
    with aorm.capture_queries() as queries:
        # NULL is equal to nothing: there is nothing to ask.
        await face.do(Item._meta.constraints[1], "validate", Item, Item(name="a", number=None))
    assert len(queries) == 0


@for_each_face
async def test_a_null_outside_of_a_negated_condition(face: Face, place: str) -> None:
    """Django's validation overlooks such rows; the index of the table does not, and neither does aorm."""

    class Item(models.Model):
        name = models.CharField(max_length=20)
        kind = models.CharField(max_length=20, null=True)

        class Meta:
            constraints = [models.UniqueConstraint(fields=["name"], condition=~Q(kind="free"), name="once")]

    await face.do(aorm.schema, "create_tables")
    await face.do(Item.objects, "create", name="a")
    with pytest.raises(IntegrityError):
        await face.do(Item.objects, "create", name="a")
    with pytest.raises(ValidationError, match="Constraint “once” is violated"):
        await face.do(Item(name="a"), "validate_constraints")
    await face.do(Item(name="a", kind="free"), "validate_constraints")


@for_each_face
async def test_what_is_deferred_is_loaded_once(face: Face, place: str) -> None:
    class Item(models.Model):
        name = models.CharField(max_length=20)
        number = models.IntegerField()
        other = models.IntegerField(default=0)
        double = models.GeneratedField(expression=F("number") * 2, output_field=models.IntegerField(), db_persist=True)

        class Meta:
            constraints = [
                models.CheckConstraint(condition=Q(double__lt=100), name="small"),
                models.UniqueConstraint(Lower("name"), name="once"),
            ]

    await face.do(aorm.schema, "create_tables")
    await face.do(Item.objects, "create", name="a", number=1)
    item = await face.do(Item.objects.only("pk"), "get")
    with aorm.capture_queries() as queries:
        await face.do(item, "validate_constraints")
    assert len(queries) == 4
    assert item.get_deferred_fields() == {"other", "double"}
    item.number = 50
    with pytest.raises(ValidationError, match="small"):
        await face.do(item, "validate_constraints")


@for_each_face
async def test_expressions_in_attributes(face: Face, place: str) -> None:
    class Item(models.Model):
        number = models.IntegerField(db_default=models.Value(2) + 3)
        text = models.CharField(max_length=10, db_default="a")
        at = models.DateTimeField(null=True)

        class Meta:
            constraints = [
                models.CheckConstraint(condition=Q(number=5) & Q(text="a") | Q(number=8), name="defaults"),
                models.CheckConstraint(condition=Q(at__year__gt=2020), name="recent"),
            ]

    await face.do(aorm.schema, "create_tables")
    await face.do(Item(), "validate_constraints")
    await face.do(Item(at=Now()), "validate_constraints")
    await face.do(Item(number=models.Value(4) * 2, text="b"), "validate_constraints")
    with pytest.raises(ValidationError, match="defaults"):
        await face.do(Item(text="b"), "validate_constraints")
    with pytest.raises(FieldError, match=r"Item\.number holds an expression over the row that is stored"):
        await face.do(Item(number=F("number") + 1), "validate_constraints")


class Even(models.BaseConstraint):
    """A constraint with a validation of its own, in plain sync code."""

    def constraint_sql(self, model: Any, schema_editor: Any) -> str | None:
        return None

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = "default") -> None:
        assert using == "default"
        if model.objects.filter(number=instance.number).count() or instance.number % 2:
            raise ValidationError(self.get_violation_error_message(), code="even")


class Small(models.BaseConstraint):
    """The same as a coroutine."""

    def constraint_sql(self, model: Any, schema_editor: Any) -> str | None:
        return None

    async def avalidate(self, model: Any, instance: Any, exclude: Any = None, using: str = "default") -> None:
        if await model.objects.filter(number__lt=instance.number).aexists():
            raise ValidationError(f"Not small: {self.name}")


@for_each_face
async def test_constraints_of_ones_own(face: Face, place: str) -> None:
    class Item(models.Model):
        number = models.IntegerField()

        class Meta:
            constraints = [Even(name="even", violation_error_message="Odd!"), Small(name="small")]

    await face.do(aorm.schema, "create_tables")
    await face.do(Item.objects, "create", number=2)
    await face.do(Item(number=0), "validate_constraints")
    with pytest.raises(ValidationError) as caught:
        await face.do(Item(number=3), "validate_constraints")
    assert caught.value.message_dict == {"__all__": ["Odd!", "Not small: small"]}


@for_each_face
async def test_validation_of_any_constraint(face: Face, place: str, caplog: pytest.LogCaptureFixture) -> None:
    class Item(models.Model):
        number = models.IntegerField(null=True)

    await face.do(aorm.schema, "create_tables")
    constraint = models.CheckConstraint(condition=Q(models.expressions.RawSQL("nowhere > 1", ())), name="raw")
    with pytest.raises(TypeError):
        await face.do(constraint, "validate", Item, Item(number=1))
    raw = models.expressions.RawSQL("nowhere > 1", (), models.BooleanField())
    constraint = models.CheckConstraint(condition=Q(raw), name="raw")
    async with face.atomic():
        with caplog.at_level(logging.WARNING, logger="aorm.models"):
            await face.do(constraint, "validate", Item, Item(number=1))
        assert await face.do(Item.objects, "count") == 0
    assert "Got a database error calling check() on" in caplog.text
    with pytest.raises(FieldError, match="Cannot resolve keyword 'missing' into field"):
        await face.do(models.CheckConstraint(condition=Q(missing=1), name="x"), "validate", Item, Item())


@for_each_face
async def test_the_database_that_is_asked(face: Face, database_url: str, tmp_path: Any) -> None:
    class Item(models.Model):
        number = models.IntegerField()

        class Meta:
            constraints = [models.UniqueConstraint(fields=["number"], name="once")]

    with configured({"default": database_url, "other": f"sqlite:///{tmp_path / 'other.db'}"}):  # type: ignore[arg-type]
        for alias in ("default", "other"):
            await face.do(aorm.schema, "create_tables", using=alias)
        await face.do(Item.objects.using("other"), "create", number=1)
        (constraint,) = Item._meta.constraints
        await face.do(constraint, "validate", Item, Item(number=1))
        with pytest.raises(ValidationError, match="Item with this Number already exists"):
            await face.do(constraint, "validate", Item, Item(number=1), using="other")
