"""Nullable everything over foreign keys: the data of the everyday querysets and lookups."""

from __future__ import annotations

from tests.behaviour.orm import models


class Publisher(models.Model):
    name = models.CharField(max_length=50, unique=True)
    country = models.CharField(max_length=2, null=True)
    founded = models.IntegerField(null=True)

    class Meta:
        app_label = "shelf"


class Writer(models.Model):
    name = models.CharField(max_length=50)
    nick = models.CharField(max_length=50, null=True)
    born = models.DateField(null=True)
    rating = models.FloatField(null=True)
    active = models.BooleanField(default=True)
    mentor = models.ForeignKey("self", models.SET_NULL, null=True, related_name="students")

    class Meta:
        app_label = "shelf"


class Volume(models.Model):
    title = models.CharField(max_length=100)
    slug = models.SlugField(unique=True)
    writer = models.ForeignKey(Writer, models.CASCADE, related_name="volumes")
    publisher = models.ForeignKey(Publisher, models.SET_NULL, null=True, related_name="volumes", to_field="name")
    price = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    pages = models.IntegerField(default=0)
    published = models.DateField(null=True)
    created = models.DateTimeField(null=True)
    opens = models.TimeField(null=True)
    reading = models.DurationField(null=True)
    in_print = models.BooleanField(null=True)
    uid = models.UUIDField(null=True)
    data = models.JSONField(null=True)
    address = models.GenericIPAddressField(null=True)
    blob = models.BinaryField(null=True)
    rating = models.FloatField(null=True)

    class Meta:
        app_label = "shelf"
        get_latest_by = "published"


class Review(models.Model):
    volume = models.ForeignKey(Volume, models.CASCADE, related_name="reviews")
    stars = models.SmallIntegerField()
    text = models.TextField(default="")

    class Meta:
        app_label = "shelf"
        ordering = ["-stars", "pk"]


MODELS = [Publisher, Writer, Volume, Review]
