"""A society: more than thirty models, and every kind of relation between them.

`harness/society_graph.py` says the same once more in plain Python; a test compares the two.
"""

from __future__ import annotations

from typing import Any

from tests.behaviour.orm import models

CASCADE, SET_NULL = models.CASCADE, models.SET_NULL


def first_person() -> int:
    """Return the key that SET() and a default write."""
    return 1


class Named(models.Model):
    name = models.CharField(max_length=20, default="")

    class Meta:
        abstract = True
        app_label = "society"


class Owned(models.Model):
    owner = models.ForeignKey(
        "society.Person", CASCADE, null=True, related_name="%(class)s_owned", related_query_name="%(class)s_of"
    )

    class Meta:
        abstract = True
        app_label = "society"


# Places


class Country(Named):
    code = models.CharField(max_length=3, primary_key=True)
    number = models.IntegerField(unique=True)

    class Meta(Named.Meta):
        pass


class City(Named):
    country = models.ForeignKey(Country, CASCADE, related_name="cities")
    twin = models.ForeignKey("self", SET_NULL, null=True, related_name="twinned")

    class Meta(Named.Meta):
        pass


class Office(Named):
    city = models.ForeignKey(City, CASCADE)

    class Meta(Named.Meta):
        pass


class Desk(Named):
    office = models.ForeignKey(Office, CASCADE, related_name="desks")
    spare = models.ForeignKey(Office, SET_NULL, null=True, related_name="+")

    class Meta(Named.Meta):
        pass


# People


class Person(Named):
    handle = models.CharField(max_length=10, unique=True)
    home = models.ForeignKey(City, SET_NULL, null=True, related_name="residents")
    mother = models.ForeignKey("self", SET_NULL, null=True, related_name="children")
    friends = models.ManyToManyField("self")
    follows = models.ManyToManyField("self", symmetrical=False, related_name="followers")

    class Meta(Named.Meta):
        pass


class EarlyPeople(models.Manager):
    def get_queryset(self) -> Any:
        return super().get_queryset().filter(pk__lt=3)


class Elder(Person):
    objects = EarlyPeople()

    class Meta:
        proxy = True
        app_label = "society"


class Passport(models.Model):
    person = models.OneToOneField(Person, CASCADE, primary_key=True)
    country = models.ForeignKey(Country, models.RESTRICT, related_name="passports")

    class Meta:
        app_label = "society"


class Profile(Named):
    person = models.OneToOneField(Person, SET_NULL, null=True, related_name="profile")
    guide = models.OneToOneField("society.Elder", CASCADE, null=True, related_name="guided")

    class Meta(Named.Meta):
        pass


class Log(Named):
    subject = models.ForeignKey(Person, models.DO_NOTHING, db_constraint=False, related_name="logs")

    class Meta(Named.Meta):
        pass


class Audit(Named):
    subject = models.ForeignKey(Person, models.DO_NOTHING, null=True)

    class Meta(Named.Meta):
        pass


# Things, inherited over three levels


class House(Owned):
    city = models.ForeignKey(City, CASCADE, related_name="+")

    class Meta(Owned.Meta):
        pass


class Vehicle(Owned):
    garage = models.ForeignKey(House, SET_NULL, null=True, related_name="parked")

    class Meta(Owned.Meta):
        pass


class Car(Vehicle):
    driver = models.ForeignKey(Person, SET_NULL, null=True, related_name="+")
    spare_for = models.ForeignKey("self", CASCADE, null=True, related_name="spares")

    class Meta:
        app_label = "society"


class Taxi(Car):
    licence = models.ForeignKey(Country, models.PROTECT, to_field="number", null=True, related_name="taxis")
    base = models.OneToOneField(House, CASCADE, null=True, related_name="taxi")

    class Meta:
        app_label = "society"


class Truck(Named, Vehicle):
    vehicle = models.OneToOneField(Vehicle, CASCADE, parent_link=True, related_name="as_truck")
    trailer_of = models.OneToOneField("self", SET_NULL, null=True, related_name="trailer")

    class Meta:
        app_label = "society"


class Oldtimer(Car):
    class Meta:
        proxy = True
        app_label = "society"


class Trip(Named):
    car = models.ForeignKey(Oldtimer, CASCADE, related_name="trips")
    guest = models.ForeignKey(Elder, SET_NULL, null=True, related_name="guest_trips")

    class Meta(Named.Meta):
        pass


class Fleet(Named):
    cars = models.ManyToManyField(Car, related_name="fleets")
    flagship = models.ForeignKey(Taxi, models.RESTRICT, null=True, related_name="leads")

    class Meta(Named.Meta):
        pass


# Clubs: rows between with relations of their own


class Club(Named):
    members = models.ManyToManyField(
        Person, through="Membership", through_fields=("club", "member"), related_name="clubs"
    )
    founder = models.ForeignKey(Person, models.SET_DEFAULT, default=first_person, null=True, related_name="founded")
    seat = models.ForeignKey(City, models.SET_DEFAULT, default=None, null=True)
    partners = models.ManyToManyField("self", through="Partnership", symmetrical=True)

    class Meta(Named.Meta):
        pass


class Membership(models.Model):
    club = models.ForeignKey(Club, CASCADE)
    member = models.ForeignKey(Person, CASCADE, related_name="memberships")
    inviter = models.ForeignKey(Person, SET_NULL, null=True, related_name="+")
    since = models.IntegerField(default=0)

    class Meta:
        app_label = "society"


class Partnership(models.Model):
    one = models.ForeignKey(Club, CASCADE, related_name="+")
    two = models.ForeignKey(Club, CASCADE, related_name="+")

    class Meta:
        app_label = "society"


class Badge(Named):
    membership = models.OneToOneField(Membership, CASCADE)

    class Meta(Named.Meta):
        pass


# Texts: a manager that hides


class Tag(Named):
    related = models.ManyToManyField("self")

    class Meta(Named.Meta):
        pass


class Published(models.Manager):
    def get_queryset(self) -> Any:
        return super().get_queryset().filter(is_deleted=False)


class Article(Named):
    author = models.ForeignKey(Person, CASCADE, to_field="handle", related_name="articles")
    editor = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="edited", limit_choices_to={"name__gt": ""}
    )
    sequel_of = models.OneToOneField("self", SET_NULL, null=True, related_name="sequel")
    tags = models.ManyToManyField(Tag, related_name="articles")
    secret_tags = models.ManyToManyField(Tag, related_name="+")
    is_deleted = models.BooleanField(default=False)

    objects = Published()
    everything = models.Manager()

    class Meta(Named.Meta):
        pass


class Comment(Named):
    article = models.ForeignKey(Article, CASCADE, related_name="comments")
    parent = models.ForeignKey("self", CASCADE, null=True, related_name="replies")
    author = models.ForeignKey(Person, models.SET(first_person), related_name="comments")
    checker = models.ForeignKey(Person, models.SET(None), null=True, related_name="checked")

    class Meta(Named.Meta):
        pass


# Rules that the database carries out


class Shelf(Named):
    class Meta(Named.Meta):
        pass


class Volume(Named):
    shelf = models.ForeignKey(Shelf, models.DB_SET_DEFAULT, db_default=1, related_name="volumes")

    class Meta(Named.Meta):
        pass


class Attachment(Named):
    volume = models.ForeignKey(Volume, models.DB_CASCADE, related_name="attachments")

    class Meta(Named.Meta):
        pass


class Bookmark(Named):
    volume = models.ForeignKey(Volume, models.DB_SET_NULL, null=True, related_name="bookmarks")

    class Meta(Named.Meta):
        pass


# Work: what restricts, and falls along another way


class Project(Named):
    desk = models.ForeignKey(Desk, models.RESTRICT, null=True, related_name="projects")
    city = models.ForeignKey(City, CASCADE, null=True, related_name="projects")
    parent = models.ForeignKey("self", models.RESTRICT, null=True, related_name="parts")
    watchers = models.ManyToManyField(Person, db_constraint=False, related_name="watched")

    class Meta(Named.Meta):
        pass


# Keys of several columns


class Tenant(Named):
    class Meta(Named.Meta):
        pass


class Resident(Named):
    pk = models.CompositePrimaryKey("tenant_id", "number")
    tenant = models.ForeignKey(Tenant, CASCADE, related_name="inhabitants")
    number = models.IntegerField()
    person = models.ForeignKey(Person, SET_NULL, null=True, related_name="residences")

    class Meta(Named.Meta):
        pass


class Letter(Named):
    tenant = models.ForeignKey(Tenant, CASCADE, related_name="letters")
    resident_number = models.IntegerField()
    resident = models.ForeignObject(
        Resident, CASCADE, from_fields=("tenant_id", "resident_number"), to_fields=("tenant_id", "number"),
        related_name="letters",
    )  # fmt: skip

    class Meta(Named.Meta):
        pass


MODELS = [
    Country, City, Office, Desk, Person, Passport, Profile, Log, Audit, House, Vehicle, Car, Taxi, Truck, Trip, Fleet,
    Club, Membership, Partnership, Badge, Tag, Article, Comment, Shelf, Volume, Attachment, Bookmark, Project, Tenant,
    Resident, Letter,
]  # fmt: skip
PROXIES = [Elder, Oldtimer]
