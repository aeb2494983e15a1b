"""The rich schema: many-to-many, self relations, nullable everything."""

from __future__ import annotations

from tests.behaviour.orm import models


class Country(models.Model):
    code = models.CharField(max_length=2, primary_key=True)
    name = models.CharField(max_length=50)

    class Meta:
        app_label = "library"


class Publisher(models.Model):
    name = models.CharField(max_length=50)
    country = models.ForeignKey(Country, models.SET_NULL, null=True, related_name="publishers")
    awards = models.IntegerField(null=True)
    founded = models.DateField(null=True)

    class Meta:
        app_label = "library"


class Tag(models.Model):
    label = models.CharField(max_length=30, unique=True)
    parent = models.ForeignKey("self", models.CASCADE, null=True, related_name="children")

    class Meta:
        app_label = "library"
        ordering = ["label"]


class Author(models.Model):
    name = models.CharField(max_length=50)
    alias = models.CharField(max_length=50, null=True, blank=True)
    goes_by = models.CharField(max_length=50, null=True, blank=True)
    age = models.IntegerField(null=True)
    born = models.DateField(null=True)
    country = models.ForeignKey(Country, models.PROTECT, null=True, related_name="authors")
    mentor = models.ForeignKey("self", models.SET_NULL, null=True, related_name="pupils")
    friends = models.ManyToManyField("self")
    follows = models.ManyToManyField("self", symmetrical=False, related_name="followers")

    class Meta:
        app_label = "library"


class Book(models.Model):
    title = models.CharField(max_length=100)
    isbn = models.CharField(max_length=13, null=True, unique=True)
    pages = models.IntegerField(default=0)
    price = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    rating = models.FloatField(null=True)
    published = models.DateField(null=True)
    added = models.DateTimeField(null=True)
    length = models.DurationField(null=True)
    extra = models.JSONField(null=True)
    flags = models.IntegerField(null=True)
    available = models.BooleanField(null=True)
    contact = models.ForeignKey(Author, models.CASCADE, null=True, related_name="contact_books")
    publisher = models.ForeignKey(Publisher, models.CASCADE, null=True, related_name="books")
    authors = models.ManyToManyField(Author, related_name="books")
    tags = models.ManyToManyField(Tag, related_name="books", related_query_name="book")
    sequel_of = models.OneToOneField("self", models.SET_NULL, null=True, related_name="sequel")

    class Meta:
        app_label = "library"


class Store(models.Model):
    name = models.CharField(max_length=50)
    opened = models.DateTimeField(null=True)
    closes = models.TimeField(null=True)
    books = models.ManyToManyField(Book, through="Stock", related_name="stores")

    class Meta:
        app_label = "library"


class Stock(models.Model):
    store = models.ForeignKey(Store, models.CASCADE)
    book = models.ForeignKey(Book, models.CASCADE)
    amount = models.IntegerField(default=1)
    seen = models.DateField(null=True)

    class Meta:
        app_label = "library"


class Employee(models.Model):
    name = models.CharField(max_length=30)
    salary = models.PositiveIntegerField()
    department = models.CharField(max_length=40)
    hired = models.DateField(db_column="hire_date")
    age = models.IntegerField()
    bonus = models.DecimalField(decimal_places=2, max_digits=15, null=True)

    class Meta:
        app_label = "library"


class Number(models.Model):
    integer = models.IntegerField(null=True)
    decimal = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    real = models.FloatField(null=True)
    text = models.CharField(max_length=50, null=True)

    class Meta:
        app_label = "library"


MODELS = [Country, Publisher, Tag, Author, Book, Store, Stock, Employee, Number]
