"""Small models for the life of one instance: creating, loading, refreshing, saving, deleting."""

from __future__ import annotations

import uuid
from typing import Any

from tests.behaviour.orm import functions, models


def seven() -> int:
    """A default that is a callable."""
    return 7


class Blog(models.Model):
    name = models.CharField(max_length=100)
    tagline = models.TextField(default="")

    class Meta:
        app_label = "instances"

    def __str__(self) -> str:
        return self.name


class Author(models.Model):
    name = models.CharField(max_length=100)
    email = models.EmailField(null=True, unique=True)
    born = models.DateField(null=True)

    class Meta:
        app_label = "instances"


class Book(models.Model):
    title = models.CharField(max_length=200)
    author = models.ForeignKey(Author, models.CASCADE, null=True, related_name="books")
    editor = models.ForeignKey(Author, models.SET_NULL, null=True, related_name="edited")
    pages = models.IntegerField(default=0)
    price = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    published = models.DateField(null=True)
    summary = models.TextField(default="")

    class Meta:
        app_label = "instances"


class Chapter(models.Model):
    book = models.ForeignKey(Book, models.CASCADE)
    number = models.IntegerField()
    title = models.CharField(max_length=100, default="")

    class Meta:
        app_label = "instances"
        unique_together = [("book", "number")]
        ordering = ["book", "number"]


class Passport(models.Model):
    owner = models.OneToOneField(Author, models.CASCADE, primary_key=True)
    number = models.CharField(max_length=20)

    class Meta:
        app_label = "instances"


class Profile(models.Model):
    author = models.OneToOneField(Author, models.CASCADE, related_name="profile")
    website = models.URLField(default="")

    class Meta:
        app_label = "instances"


class Product(models.Model):
    name = models.CharField(max_length=100)
    number_sold = models.IntegerField(default=0)
    in_stock = models.IntegerField(default=10)

    class Meta:
        app_label = "instances"


class Clocked(models.Model):
    name = models.CharField(max_length=20)
    made = models.DateTimeField(auto_now_add=True)
    changed = models.DateTimeField(auto_now=True)
    day = models.DateField(auto_now_add=True)
    hour = models.TimeField(auto_now=True)

    class Meta:
        app_label = "instances"


class UuidKey(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=20)

    class Meta:
        app_label = "instances"


class TextKey(models.Model):
    code = models.CharField(max_length=10, primary_key=True)
    name = models.CharField(max_length=20, default="")

    class Meta:
        app_label = "instances"


class DefaultKey(models.Model):
    number = models.IntegerField(primary_key=True, default=seven)
    name = models.CharField(max_length=20, default="")

    class Meta:
        app_label = "instances"


class DbDefaultKey(models.Model):
    number = models.IntegerField(primary_key=True, db_default=42)
    name = models.CharField(max_length=20, default="")

    class Meta:
        app_label = "instances"


class DbDefaulted(models.Model):
    name = models.CharField(max_length=20)
    level = models.IntegerField(db_default=5)
    label = models.CharField(max_length=20, db_default="fresh")
    created = models.DateTimeField(db_default=functions.Now())
    both = models.IntegerField(default=1, db_default=2)

    class Meta:
        app_label = "instances"


class SelectedFirst(models.Model):
    name = models.CharField(max_length=20)

    class Meta:
        app_label = "instances"
        select_on_save = True


class ActiveManager(models.Manager):
    def get_queryset(self) -> Any:
        return super().get_queryset().filter(deleted=False)


class Article(models.Model):
    title = models.CharField(max_length=50)
    deleted = models.BooleanField(default=False)

    objects = ActiveManager()
    everything = models.Manager()

    class Meta:
        app_label = "instances"


class BasedArticle(models.Model):
    title = models.CharField(max_length=50)
    deleted = models.BooleanField(default=False)

    everything = models.Manager()
    active = ActiveManager()

    class Meta:
        app_label = "instances"
        base_manager_name = "active"
        default_manager_name = "everything"


class Traced(models.Model):
    name = models.CharField(max_length=20)
    creator = models.IntegerField(default=1)

    class Meta:
        app_label = "instances"

    @classmethod
    def from_db(cls, db: str, field_names: Any, values: Any) -> Any:
        instance = super().from_db(db, field_names, values)
        loaded = [value for value in values if value is not models.DEFERRED]
        instance._loaded_values = dict(zip(field_names, loaded, strict=False))
        return instance

    def save(self, **keywords: Any) -> None:
        if not self._state.adding and self.creator != self._loaded_values["creator"]:
            raise ValueError("Updating the value of creator isn't allowed")
        super().save(**keywords)


class WholeRefresh(models.Model):
    name = models.CharField(max_length=20)
    first = models.CharField(max_length=20, default="1")
    second = models.CharField(max_length=20, default="2")

    class Meta:
        app_label = "instances"

    def refresh_from_db(self, using: Any = None, fields: Any = None, **keywords: Any) -> None:
        if fields is not None:
            fields = set(fields)
            deferred = self.get_deferred_fields()
            if fields.intersection(deferred):
                fields = fields.union(deferred)
        super().refresh_from_db(using, fields, **keywords)


class Slugged(models.Model):
    name = models.CharField(max_length=20)
    slug = models.CharField(max_length=20, default="")

    class Meta:
        app_label = "instances"

    def save(self, *arguments: Any, **keywords: Any) -> None:
        self.slug = self.name.lower().replace(" ", "-")
        fields = keywords.get("update_fields")
        if fields is not None and "name" in fields:
            keywords["update_fields"] = {"slug"}.union(fields)
        super().save(*arguments, **keywords)


class BookManager(models.Manager):
    def create_book(self, name: str) -> Any:
        return self.create(name=f"{name}!")

    async def acreate_book(self, name: str) -> Any:
        return await self.acreate(name=f"{name}!")


class Managed(models.Model):
    name = models.CharField(max_length=20)

    objects = BookManager()

    class Meta:
        app_label = "instances"

    @classmethod
    def create(cls, name: str) -> Any:
        return cls(name=name)


class Event(models.Model):
    name = models.CharField(max_length=20)
    day = models.DateField()
    at = models.DateTimeField(null=True)

    class Meta:
        app_label = "instances"
        get_latest_by = "day"
        ordering = ["name"]


class Legacy(models.Model):
    key = models.AutoField(primary_key=True, db_column="legacy_key")
    name = models.CharField(max_length=20, db_column="Full Name")
    owner = models.ForeignKey(Author, models.CASCADE, null=True, db_column="owner_ref")

    class Meta:
        app_label = "instances"
        db_table = "legacy things"


class Everything(models.Model):
    integer = models.IntegerField(null=True)
    big = models.BigIntegerField(null=True)
    small = models.SmallIntegerField(null=True)
    positive = models.PositiveIntegerField(null=True)
    positive_big = models.PositiveBigIntegerField(null=True)
    positive_small = models.PositiveSmallIntegerField(null=True)
    boolean = models.BooleanField(null=True)
    char = models.CharField(max_length=100, null=True)
    text = models.TextField(null=True)
    slug = models.SlugField(null=True)
    email = models.EmailField(null=True)
    url = models.URLField(null=True)
    uuid = models.UUIDField(null=True)
    date = models.DateField(null=True)
    moment = models.DateTimeField(null=True)
    time = models.TimeField(null=True)
    duration = models.DurationField(null=True)
    decimal = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    float = models.FloatField(null=True)
    binary = models.BinaryField(null=True)
    json = models.JSONField(null=True)
    address = models.GenericIPAddressField(null=True)

    class Meta:
        app_label = "instances"


class Sized(models.Model):
    SHIRT_SIZES = {"S": "Small", "M": "Medium", "L": "Large"}
    name = models.CharField(max_length=60)
    shirt_size = models.CharField(max_length=2, choices=SHIRT_SIZES, default="M")

    class Meta:
        app_label = "instances"


MODELS = [
    Blog, Author, Book, Chapter, Passport, Profile, Product, Clocked, UuidKey, TextKey, DefaultKey, DbDefaultKey,
    DbDefaulted, SelectedFirst, Article, BasedArticle, Traced, WholeRefresh, Slugged, Managed, Event, Legacy,
    Everything, Sized,
]  # fmt: skip
