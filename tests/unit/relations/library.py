"""Models with every kind of relation between them."""

from __future__ import annotations

import uuid
from typing import Any

from aorm import models


class PublishedQuerySet(models.QuerySet["Book"]):
    def published(self) -> PublishedQuerySet:
        return self.filter(is_published=True)


class BookManager(models.Manager["Book"].from_queryset(PublishedQuerySet)):  # type: ignore[misc]
    """The default manager, with a method of its own and an overridden one."""

    async def acreate(self, **kwargs: Any) -> Any:
        kwargs["title"] = kwargs["title"].strip()
        return await super().acreate(**kwargs)


class OnlyPublished(models.Manager["Book"]):
    def get_queryset(self) -> Any:
        return super().get_queryset().filter(is_published=True)


class Author(models.Model):
    name = models.CharField(max_length=30)
    mentor = models.ForeignKey("self", models.SET_NULL, null=True, related_name="pupils")

    class Meta:
        app_label = "relations"

    def __str__(self) -> str:
        return self.name


class Tag(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    label = models.CharField(max_length=30)

    class Meta:
        app_label = "relations"


class Country(models.Model):
    code = models.CharField(max_length=2, unique=True)

    class Meta:
        app_label = "relations"


class Book(models.Model):
    title = models.CharField(max_length=30)
    is_published = models.BooleanField(default=True)
    author = models.ForeignKey(Author, models.CASCADE, related_name="books", limit_choices_to={"name__startswith": "A"})
    editor = models.ForeignKey(Author, models.SET_NULL, null=True, related_name="edited", related_query_name="edit")
    country = models.ForeignKey(Country, models.CASCADE, to_field="code", null=True)
    tags = models.ManyToManyField(Tag, related_name="books")
    readers = models.ManyToManyField("Reader", through="Reading", through_fields=("book", "reader"))
    hidden = models.ManyToManyField(Tag, related_name="+")
    untold = models.ForeignKey(Author, models.SET_NULL, null=True, related_name="+")

    objects = BookManager()
    published = OnlyPublished()

    class Meta:
        app_label = "relations"

    def __str__(self) -> str:
        return self.title


class Cover(models.Model):
    book = models.OneToOneField(Book, models.CASCADE, related_name="cover")
    color = models.CharField(max_length=10)

    class Meta:
        app_label = "relations"


class Reader(models.Model):
    name = models.CharField(max_length=30)
    friends = models.ManyToManyField("self")
    follows = models.ManyToManyField("self", symmetrical=False, related_name="followers")

    class Meta:
        app_label = "relations"


class Reading(models.Model):
    book = models.ForeignKey(Book, models.CASCADE)
    reader = models.ForeignKey(Reader, models.CASCADE)
    lender = models.ForeignKey(Reader, models.SET_NULL, null=True, related_name="lendings")
    pages = models.IntegerField(default=0)

    class Meta:
        app_label = "relations"


class Person(models.Model):
    name = models.CharField(max_length=30)

    class Meta:
        app_label = "relations"


class Employee(Person):
    boss = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="staff")
    skills = models.ManyToManyField(Tag)

    class Meta:
        app_label = "relations"


class Translation(models.Model):
    """Points to a row by two columns."""

    language = models.CharField(max_length=2)
    word = models.CharField(max_length=30)
    original_language = models.CharField(max_length=2, null=True)
    original_word = models.CharField(max_length=30, null=True)
    original: Any = models.ForeignObject(
        "self",
        models.CASCADE,
        from_fields=["original_language", "original_word"],
        to_fields=["language", "word"],
        related_name="translations",
        null=True,
    )

    class Meta:
        app_label = "relations"
        unique_together = [("language", "word")]


MODELS = [Author, Tag, Country, Book, Cover, Reader, Reading, Person, Employee, Translation]
