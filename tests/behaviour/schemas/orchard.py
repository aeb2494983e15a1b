"""Few columns with few values and many NULLs, so that random conditions meet every case."""

from __future__ import annotations

from tests.behaviour.orm import models


class Owner(models.Model):
    x = models.IntegerField(null=True)
    name = models.CharField(max_length=3, null=True)
    boss = models.ForeignKey("self", models.SET_NULL, null=True, related_name="staff")

    class Meta:
        app_label = "orchard"


class Label(models.Model):
    y = models.IntegerField(null=True)

    class Meta:
        app_label = "orchard"


class Tree(models.Model):
    a = models.IntegerField(null=True)
    b = models.IntegerField(null=True)
    t = models.CharField(max_length=3, null=True)
    owner = models.ForeignKey(Owner, models.CASCADE, null=True, related_name="trees")
    labels = models.ManyToManyField(Label, related_name="trees")

    class Meta:
        app_label = "orchard"


MODELS = [Owner, Label, Tree]
