"""Abstract, multi-table and proxy parents, alone and mixed."""

from __future__ import annotations

from typing import Any

from tests.behaviour.orm import models


class Stamped(models.Model):
    name = models.CharField(max_length=20)
    stamp = models.IntegerField(default=0)

    class Meta:
        abstract = True
        app_label = "inheritance"
        ordering = ["name"]
        get_latest_by = "stamp"


class Worker(Stamped):
    job = models.CharField(max_length=20, default="")

    class Meta(Stamped.Meta):
        app_label = "inheritance"


class Student(Stamped):
    school = models.CharField(max_length=20, default="")
    tutor = models.ForeignKey(Worker, models.SET_NULL, null=True, related_name="%(class)s_pupils")

    class Meta:
        app_label = "inheritance"


class Place(models.Model):
    name = models.CharField(max_length=20)
    address = models.CharField(max_length=50, default="")

    class Meta:
        app_label = "inheritance"


class Rating(models.Model):
    rating = models.IntegerField(null=True, blank=True)

    class Meta:
        app_label = "inheritance"
        ordering = ["-rating"]


class Restaurant(Place, Rating):
    rating_ptr = models.OneToOneField(Rating, models.CASCADE, parent_link=True)
    place_ptr = models.OneToOneField(Place, models.CASCADE, parent_link=True, primary_key=True)
    serves_pizza = models.BooleanField(default=False)

    class Meta:
        app_label = "inheritance"


class ItalianRestaurant(Restaurant):
    serves_gnocchi = models.BooleanField(default=False)

    class Meta:
        app_label = "inheritance"


class Supplier(Place):
    customers = models.ManyToManyField(Restaurant, related_name="provider")

    class Meta:
        app_label = "inheritance"


class ParkingLot(Place):
    parent = models.OneToOneField(Place, models.CASCADE, primary_key=True, parent_link=True)
    main_site = models.ForeignKey(Place, models.CASCADE, related_name="lot", null=True)

    class Meta:
        app_label = "inheritance"


class MyModel(models.Model):
    id = models.AutoField(primary_key=True)
    name = models.CharField(max_length=20, default="")

    class Meta:
        app_label = "inheritance"


class StartingManager(models.Manager):
    def get_queryset(self) -> Any:
        return super().get_queryset().filter(name__startswith="s")


class MyProxy(MyModel):
    objects = models.Manager()
    starting = StartingManager()

    class Meta:
        app_label = "inheritance"
        proxy = True
        ordering = ["-name"]

    def shout(self) -> str:
        return self.name.upper()


class ProxyOfProxy(MyProxy):
    class Meta:
        app_label = "inheritance"
        proxy = True


class MultitableInherited(MyModel):
    extra = models.IntegerField(default=0)

    class Meta:
        app_label = "inheritance"


class ProxyOfChild(MultitableInherited):
    class Meta:
        app_label = "inheritance"
        proxy = True


class Mention(models.Model):
    of = models.ForeignKey(MyProxy, models.CASCADE, null=True)

    class Meta:
        app_label = "inheritance"


MODELS = [
    Worker, Student, Place, Rating, Restaurant, ItalianRestaurant, Supplier, ParkingLot, MyModel, MultitableInherited,
    Mention,
]  # fmt: skip
