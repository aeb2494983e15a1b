"""Validation of instances: the steps, their order, what they leave out, and Django's words."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

import aorm
from aorm import models
from aorm.exceptions import NON_FIELD_ERRORS, ValidationError
from tests.support.faces import Face, for_each_face

pytestmark = pytest.mark.usefixtures("sqlite")
DAY = datetime.date(2020, 1, 2)


class Author(models.Model):
    name = models.CharField(max_length=5)

    class Meta:
        app_label = "unit_validation"


class Post(models.Model):
    title = models.CharField(max_length=10, unique_for_date="day")
    slug = models.SlugField(unique=True, blank=True)
    sub = models.CharField(
        max_length=10, unique_for_month="day", unique_for_year="day", default="s", verbose_name="sub title"
    )
    day = models.DateField(null=True)
    a = models.IntegerField(default=1)
    b = models.IntegerField(default=1, null=True)
    kind = models.CharField(max_length=1, choices=[("x", "X"), ("y", "Y")], default="x")
    author = models.ForeignKey(Author, models.CASCADE, null=True, blank=True)

    class Meta:
        app_label = "unit_validation"
        unique_together = [("a", "b")]
        constraints = [models.CheckConstraint(condition=models.Q(a__lt=100), name="post_a_small")]

    def clean(self) -> None:
        if self.title == "bad":
            raise ValidationError("Bad one")
        if self.title == "worse":
            raise ValidationError({"title": "nope", "a": ["x1", "x2"]})


class Child(Post):
    extra = models.CharField(max_length=3, unique=True)

    class Meta:
        app_label = "unit_validation"


MODELS = [Author, Post, Child]


async def errors_of(face: Face, instance: Any, step: str = "full_clean", **options: Any) -> dict[str, list[str]]:
    """Return the messages that a step of validation raises."""
    try:
        await face.do(instance, step, **options)
    except ValidationError as error:
        return error.message_dict
    return {}


def same(**changes: Any) -> Post:
    return Post(**{"title": "t", "slug": "s", "day": DAY, **changes})


UNIQUE = {
    NON_FIELD_ERRORS: ["Post with this A and B already exists."],
    "slug": ["Post with this Slug already exists."],
    "title": ["Title must be unique for Day date."],
    "sub": ["Sub title must be unique for Day year.", "Sub title must be unique for Day month."],
}


# Django's answers, recorded from Django 6.1.
CASES: list[tuple[Post, dict[str, Any], dict[str, list[str]]]] = [
    (Post(a=5), {}, {"title": ["This field cannot be blank."], "day": ["This field cannot be blank."]}),
    (same(), {}, UNIQUE),
    (same(), {"exclude": ["slug", "a"]}, {name: UNIQUE[name] for name in ("title", "sub")}),
    (same(), {"validate_unique": False}, {}),
    (
        same(title="bad", slug="!!", kind="z", a="q", day=None),
        {},
        {
            "slug": ["Enter a valid “slug” consisting of letters, numbers, underscores or hyphens."],
            "day": ["This field cannot be blank."],
            "a": ["“q” value must be an integer."],
            "kind": ["Value 'z' is not a valid choice."],
            NON_FIELD_ERRORS: ["Bad one"],
        },
    ),
    (same(title="worse", slug="so", a=9, sub="9"), {}, {"title": ["nope"], "a": ["x1", "x2"]}),
    (
        same(title="x", slug="so", a=9, sub="9", author_id=77),
        {},
        {"author": ["author instance with id 77 is not a valid choice."]},
    ),
    (same(title="x", slug="so", a=900, sub="9"), {}, {NON_FIELD_ERRORS: ["Constraint “post_a_small” is violated."]}),
    (same(title="x", slug="so", a=900, sub="9"), {"validate_constraints": False}, {}),
]


@pytest.mark.parametrize(("instance", "options", "expected"), CASES)
@for_each_face
async def test_full_clean(face: Face, instance: Post, options: dict[str, Any], expected: dict[str, list[str]]) -> None:
    await face.do(aorm.schema, "create_tables", MODELS)
    await face.do(same(), "save")
    assert await errors_of(face, instance, **options) == expected


@for_each_face
async def test_the_instance_itself_is_no_rival(face: Face) -> None:
    await face.do(aorm.schema, "create_tables", MODELS)
    post = same()
    await face.do(post, "save")
    assert await errors_of(face, post) == {}
    assert await errors_of(face, same(pk=post.pk, title="q", slug="q", sub="q", a=2)) == {
        "id": ["Post with this ID already exists."]
    }


@for_each_face
async def test_parents_are_validated_in_their_tables(face: Face) -> None:
    await face.do(aorm.schema, "create_tables", MODELS)
    await face.do(same(), "save")
    values: dict[str, Any] = {"title": "q", "slug": "s", "a": 9, "sub": "9", "day": DAY, "extra": "e"}
    assert await errors_of(face, Child(**values)) == {"slug": ["Post with this Slug already exists."]}
    child = Child(**{**values, "slug": "c"})
    await face.do(child, "save")
    assert await errors_of(face, child) == {}
    again = await errors_of(face, Child(**{**values, "slug": "d", "title": "z", "a": 8, "sub": "z"}))
    assert again == {"extra": ["Child with this Extra already exists."]}


@for_each_face
async def test_null_is_never_taken(face: Face) -> None:
    await face.do(aorm.schema, "create_tables", MODELS)
    await face.do(same(b=None), "save")
    rival = same(b=None, title="q", slug="q", sub="q")
    assert await errors_of(face, rival, "validate_unique") == {}


@for_each_face
async def test_cleaning_converts(face: Face) -> None:
    await face.do(aorm.schema, "create_tables", MODELS)
    post = same(a="12", day="2020-02-03")
    await face.do(post, "clean_fields")
    assert (post.a, post.day) == (12, datetime.date(2020, 2, 3))


def test_messages_carry_their_parameters() -> None:
    error = same().unique_error_message(Post, ("a", "b"))
    assert error.code == "unique_together"
    assert sorted(error.params) == ["field_labels", "model", "model_class", "model_name", "unique_check"]
    error = same().date_error_message("month", "sub", "day")
    assert error.messages == ["Sub title must be unique for Day month."]
    assert sorted(error.params) == [
        "date_field", "date_field_label", "field", "field_label", "lookup_type", "model", "model_name",
    ]  # fmt: skip


def test_constraints_of_parents_are_listed() -> None:
    assert [(model, [one.name for one in found]) for model, found in Child().get_constraints()] == [
        (Child, []),
        (Post, ["post_a_small"]),
    ]
