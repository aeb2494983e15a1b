"""Models for the tests of this folder."""

from __future__ import annotations

from aorm import models


class Shelf(models.Model):
    name = models.CharField(max_length=20, unique=True)

    class Meta:
        app_label = "unit_testing"
        ordering = ["name"]


class Tome(models.Model):
    shelf = models.ForeignKey(Shelf, models.CASCADE)

    class Meta:
        app_label = "unit_testing"
