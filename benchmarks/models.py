"""The models, as aorm has them; the other contestants declare the same tables."""

from __future__ import annotations

from aorm import models


class Author(models.Model):
    name = models.CharField(max_length=100, unique=True)

    class Meta:
        app_label = "benchmark"


class Work(models.Model):
    title = models.CharField(max_length=200)
    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="+")
    pages = models.IntegerField()
    rating = models.FloatField()
    is_available = models.BooleanField()
    added = models.DateTimeField()

    class Meta:
        abstract = True
        app_label = "benchmark"


class Book(Work):
    """Ten thousand rows that are only read."""


class Entry(Work):
    """Rows that are written."""


MODELS = (Author, Book, Entry)
