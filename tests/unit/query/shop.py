"""Models of a book shop, for what querysets do with them."""

from __future__ import annotations

import json
from typing import Any

from aorm import models


class Marked(models.CharField):
    """A field with a conversion of its own: stored between brackets."""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        value = super().get_db_prep_value(value, connection, prepared)
        return None if value is None else f"<{value}>"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return None if value is None else value[1:-1]


class Texts(json.JSONEncoder):
    def default(self, o: Any) -> Any:
        return str(o)


class Author(models.Model):
    name = models.CharField(max_length=50)
    age = models.IntegerField(null=True)
    mentor = models.ForeignKey("self", models.SET_NULL, null=True, related_name="pupils")

    class Meta:
        app_label = "shop"
        ordering = ("name",)


class Tag(models.Model):
    label = models.CharField(max_length=20, unique=True)

    class Meta:
        app_label = "shop"


class Book(models.Model):
    title = models.CharField(max_length=50)
    pages = models.IntegerField(default=0)
    price = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    author = models.ForeignKey(Author, models.CASCADE, related_name="books")
    editor = models.ForeignKey(Author, models.SET_NULL, null=True, related_name="edited")
    tags = models.ManyToManyField(Tag, related_name="books")
    extra = models.JSONField(null=True)
    printed = models.DateTimeField(null=True)
    released = models.DateField(null=True)

    class Meta:
        app_label = "shop"
        get_latest_by = "pages"


class Code(models.Model):
    """Values that fields convert by code of their own."""

    mark = Marked(max_length=20, null=True)
    document = models.JSONField(null=True, encoder=Texts)
    ratio = models.FloatField(null=True)
    blob = models.BinaryField(null=True)
    note = models.CharField(max_length=10, db_default="nothing")

    class Meta:
        app_label = "shop"


class Only(models.Model):
    """A row of nothing but a key."""

    class Meta:
        app_label = "shop"


class Place(models.Model):
    pk = models.CompositePrimaryKey("row", "number")
    row = models.CharField(max_length=3)
    number = models.IntegerField()
    guest = models.CharField(max_length=20, default="")

    class Meta:
        app_label = "shop"


class Magazine(Book):
    issue = models.IntegerField(default=1)

    class Meta:
        app_label = "shop"


class BookProxy(Book):
    class Meta:
        app_label = "shop"
        proxy = True


MODELS = [Author, Tag, Book, Code, Only, Place, Magazine]
