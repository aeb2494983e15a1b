"""Models with everything that shows in a schema, written once for Django and for aorm; their app is "warehouse"."""

from __future__ import annotations

import datetime
import decimal
import os
from typing import Any

from tests.behaviour.orm import F, Q, functions, models

if os.environ.get("AORM_PARITY_REFERENCE"):
    from django.contrib.postgres import constraints as django_constraints
    from django.contrib.postgres import fields as django_fields
    from django.contrib.postgres import indexes as django_indexes

    exclusion: Any = django_constraints.ExclusionConstraint
    kinds: Any = django_indexes
    RangeOperators: Any = django_fields.RangeOperators
    RangeBoundary: Any = django_fields.RangeBoundary
else:
    from aorm.postgres import constraints as aorm_constraints
    from aorm.postgres import fields as aorm_fields
    from aorm.postgres import indexes as aorm_indexes

    exclusion = aorm_constraints.ExclusionConstraint
    kinds = aorm_indexes
    RangeOperators = aorm_fields.RangeOperators
    RangeBoundary = aorm_fields.RangeBoundary


class Meta:
    app_label = "warehouse"


class Everything(models.Model):
    big = models.BigIntegerField()
    binary = models.BinaryField(null=True)
    boolean = models.BooleanField(default=False)
    char = models.CharField(max_length=40, db_index=True)
    date = models.DateField(db_index=True)
    moment = models.DateTimeField(auto_now_add=True)
    decimal = models.DecimalField(max_digits=12, decimal_places=3)
    duration = models.DurationField()
    email = models.EmailField(unique=True)
    float = models.FloatField()
    address = models.GenericIPAddressField()
    integer = models.IntegerField(db_index=True)
    json = models.JSONField(null=True)
    positive = models.PositiveIntegerField()
    positive_small = models.PositiveSmallIntegerField(null=True)
    positive_big = models.PositiveBigIntegerField(unique=True)
    slug = models.SlugField()
    small = models.SmallIntegerField()
    text = models.TextField(unique=True)
    time = models.TimeField()
    url = models.URLField()
    uuid = models.UUIDField(unique=True)
    renamed = models.CharField(max_length=5, db_column="Other Name", db_index=True)

    class Meta(Meta):
        pass


class SmallKey(models.Model):
    id = models.SmallAutoField(primary_key=True)

    class Meta(Meta):
        pass


class PlainKey(models.Model):
    number = models.AutoField(primary_key=True)

    class Meta(Meta):
        pass


class TextKey(models.Model):
    code = models.CharField(max_length=10, primary_key=True)
    name = models.TextField(db_index=True)
    other = models.SlugField(max_length=20, unique=True)

    class Meta(Meta):
        pass


class UuidKey(models.Model):
    id = models.UUIDField(primary_key=True)

    class Meta(Meta):
        pass


class References(models.Model):
    plain = models.ForeignKey(Everything, models.CASCADE)
    to_text = models.ForeignKey(TextKey, models.PROTECT, null=True)
    to_other = models.ForeignKey(TextKey, models.SET_NULL, null=True, to_field="other", related_name="+")
    to_uuid = models.ForeignKey(UuidKey, models.DO_NOTHING, db_column="uuid_of_it")
    to_small = models.ForeignKey(SmallKey, models.CASCADE, db_index=False)
    to_positive = models.ForeignKey(Everything, models.CASCADE, to_field="positive_big", related_name="+")
    parent = models.ForeignKey("self", models.CASCADE, null=True)
    free = models.ForeignKey(PlainKey, models.CASCADE, db_constraint=False)
    only = models.OneToOneField(PlainKey, models.CASCADE, related_name="+")
    only_text = models.OneToOneField(TextKey, models.CASCADE, related_name="+")

    class Meta(Meta):
        pass


class DatabaseRules(models.Model):
    cascade = models.ForeignKey(PlainKey, models.DB_CASCADE, related_name="+")
    nothing = models.ForeignKey(PlainKey, models.DB_SET_NULL, null=True, related_name="+")
    default = models.ForeignKey(PlainKey, models.DB_SET_DEFAULT, db_default=1, related_name="+")

    class Meta(Meta):
        pass


class Circle(models.Model):
    next = models.ForeignKey("Triangle", models.CASCADE)

    class Meta(Meta):
        pass


class Triangle(models.Model):
    next = models.ForeignKey("Square", models.CASCADE)

    class Meta(Meta):
        pass


class Square(models.Model):
    next = models.ForeignKey(Circle, models.CASCADE, null=True)
    other = models.ForeignKey(Triangle, models.CASCADE, null=True, related_name="+")

    class Meta(Meta):
        pass


class ManyOwner(models.Model):
    plain = models.ManyToManyField(Everything)
    texts = models.ManyToManyField(TextKey, related_name="+")
    friends = models.ManyToManyField("self")
    followed = models.ManyToManyField("self", symmetrical=False, related_name="followers")
    named = models.ManyToManyField(UuidKey, db_table="Own table of links")
    through = models.ManyToManyField(SmallKey, through="Link")

    class Meta(Meta):
        pass


class Link(models.Model):
    owner = models.ForeignKey(ManyOwner, models.CASCADE)
    small = models.ForeignKey(SmallKey, models.CASCADE)
    note = models.CharField(max_length=10, db_default="none")

    class Meta(Meta):
        unique_together = [("owner", "small")]


class Base(models.Model):
    name = models.CharField(max_length=20)
    rank = models.IntegerField(default=0)

    class Meta:
        abstract = True
        app_label = "warehouse"
        indexes = [
            models.Index(fields=["rank"]),
            models.Index(fields=["name"], name="%(app_label)s_%(class)s_name"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(rank__gte=0), name="%(app_label)s_%(class)s_rank"),
            models.UniqueConstraint(fields=["name", "rank"], name="%(class)s_unique"),
        ]


class First(Base):
    pass


class Second(Base):
    class Meta(Base.Meta):
        abstract = False


class Child(First):
    extra = models.IntegerField(db_index=True)

    class Meta(Meta):
        indexes = [models.Index(fields=["-extra"])]


class GrandChild(Child):
    link = models.OneToOneField(Child, models.CASCADE, parent_link=True, primary_key=True)
    more = models.TextField()

    class Meta(Meta):
        pass


class ProxyOfFirst(First):
    class Meta(Meta):
        proxy = True


class Unmanaged(models.Model):
    class Meta(Meta):
        managed = False


class Composite(models.Model):
    pk = models.CompositePrimaryKey("tenant", "number")
    tenant = models.ForeignKey(PlainKey, models.CASCADE)
    number = models.IntegerField()
    name = models.CharField(max_length=10)

    class Meta(Meta):
        unique_together = [["name", "number"], ["tenant", "name"]]


class Defaults(models.Model):
    text = models.CharField(max_length=20, db_default='it\'s 100% "it"')
    empty = models.TextField(db_default="")
    integer = models.IntegerField(db_default=-5)
    boolean = models.BooleanField(db_default=True)
    float = models.FloatField(db_default=1.5)
    decimal = models.DecimalField(max_digits=6, decimal_places=2, db_default=decimal.Decimal("2.50"))
    date = models.DateField(db_default=datetime.date(2024, 2, 29))
    null = models.IntegerField(null=True, db_default=None)
    now = models.DateTimeField(db_default=functions.Now())
    computed = models.FloatField(db_default=functions.Pi() / 2)
    value = models.IntegerField(db_default=models.Value(3) + models.Value(4))

    class Meta(Meta):
        pass


class Generated(models.Model):
    width = models.IntegerField()
    height = models.IntegerField(null=True)
    name = models.CharField(max_length=20)
    area = models.GeneratedField(
        expression=F("width") * F("height"), output_field=models.BigIntegerField(), db_persist=True
    )
    lower = models.GeneratedField(
        expression=functions.Lower("name"),
        output_field=models.CharField(max_length=20),
        db_persist=True,
        db_index=True,
    )
    fixed = models.GeneratedField(
        expression=functions.Coalesce("height", 0),
        output_field=models.IntegerField(),
        db_persist=True,
        unique=True,
        db_column="fixed one",
    )

    class Meta(Meta):
        pass


class Spaced(models.Model):
    name = models.CharField(max_length=10, unique=True)
    other = models.ForeignKey("Reserved", models.CASCADE)

    class Meta(Meta):
        db_table = "a table with spaces"


class Reserved(models.Model):
    order = models.CharField(max_length=10, db_index=True)
    group = models.IntegerField(db_column="select")

    class Meta(Meta):
        db_table = "select"
        unique_together = [("order", "group")]


class Unicode(models.Model):
    größe = models.IntegerField(db_index=True)
    reserved = models.ForeignKey(Reserved, models.CASCADE)

    class Meta(Meta):
        db_table = "tübingen_日本"


class Quoted(models.Model):
    name = models.CharField(max_length=10, db_index=True)

    class Meta(Meta):
        db_table = '"Quoted By Hand"'
        indexes = [models.Index(fields=["name", "id"])]


class AModelWithAVeryLongNameThatNoIdentifierOfADatabaseHasRoomForAtAll(models.Model):
    a_field_with_a_very_long_name_that_leaves_no_room_for_anything = models.IntegerField(db_index=True)
    another_field_with_a_very_long_name_that_leaves_no_room_either = models.ForeignKey(Everything, models.CASCADE)
    one_more_field_with_a_long_name = models.CharField(max_length=10, unique=True)

    class Meta(Meta):
        unique_together = [
            (
                "a_field_with_a_very_long_name_that_leaves_no_room_for_anything",
                "another_field_with_a_very_long_name_that_leaves_no_room_either",
            )
        ]


class Commented(models.Model):
    name = models.CharField(max_length=10, db_comment='what it\'s called: \\ "so"')
    plain = models.IntegerField()

    class Meta(Meta):
        db_table_comment = "a table with a 'comment'"


class Placed(models.Model):
    name = models.CharField(max_length=10, unique=True)
    other = models.IntegerField(db_index=True, db_tablespace="pg_default")

    class Meta(Meta):
        db_tablespace = "pg_default"
        indexes = [models.Index(fields=["name", "other"], db_tablespace="pg_default")]


class Indexed(models.Model):
    name = models.CharField(max_length=30)
    title = models.CharField(max_length=30)
    count = models.IntegerField()
    when = models.DateTimeField(null=True)
    is_open = models.BooleanField(default=True)

    class Meta(Meta):
        indexes = [
            models.Index(fields=["name"]),
            models.Index(fields=["-count", "name"]),
            models.Index(fields=["count"], condition=Q(is_open=True), name="open_count"),
            models.Index(fields=["count"], condition=Q(count__gt=3, is_open=False) | Q(count=0), name="closed_count"),
            models.Index(fields=["when"], condition=Q(when__isnull=False), name="with_when"),
            models.Index(fields=["name"], include=["title", "count"], name="covering"),
            models.Index(functions.Lower("name"), name="lower_name"),
            models.Index(functions.Lower("name").desc(), "title", F("count").asc(), name="mixed"),
            models.Index(F("count") * 2, functions.Abs("count"), name="computed"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(count__gte=0), name="not_negative"),
            models.CheckConstraint(condition=Q(count__lt=10) | Q(name="x") & ~Q(title="it's 5%"), name="mixed_check"),
            models.CheckConstraint(condition=Q(title__in=["a", "b"]), name="chosen"),
            models.CheckConstraint(condition=Q(count__range=(0, 100)), name="ranged"),
            models.CheckConstraint(condition=Q(name__startswith="a_"), name="prefixed"),
            models.CheckConstraint(condition=Q(count__lte=F("id") + 5), name="compared"),
            models.UniqueConstraint(fields=["name", "title"], name="plain_unique"),
            models.UniqueConstraint(fields=["title"], condition=Q(is_open=True), name="partial_unique"),
            models.UniqueConstraint(fields=["count"], name="late_unique", deferrable=models.Deferrable.DEFERRED),
            models.UniqueConstraint(fields=["when"], name="deferrable_unique", deferrable=models.Deferrable.IMMEDIATE),
            models.UniqueConstraint(fields=["name"], include=["count"], name="covering_unique"),
            models.UniqueConstraint(functions.Lower("title"), "count", name="expression_unique"),
            models.UniqueConstraint(functions.Upper("title").desc(), name="ordered_unique"),
            models.UniqueConstraint(fields=["when", "title"], nulls_distinct=False, name="null_unique"),
            models.UniqueConstraint(fields=["when", "count"], nulls_distinct=True, name="nulls_unique"),
            models.UniqueConstraint(
                fields=["when", "name"], nulls_distinct=False, condition=Q(count=1), name="null_partial"
            ),
        ]


MODELS = [
    Everything, SmallKey, PlainKey, TextKey, UuidKey, References, DatabaseRules, Circle, Triangle, Square, ManyOwner,
    Link, First, Second, Child, GrandChild, ProxyOfFirst, Unmanaged, Composite, Defaults, Generated, Spaced, Reserved,
    Unicode, Quoted, AModelWithAVeryLongNameThatNoIdentifierOfADatabaseHasRoomForAtAll, Commented, Placed, Indexed,
]  # fmt: skip


class TsTzRange(models.Func):
    function = "TSTZRANGE"
    output_field = models.DateTimeField()


class OnPostgreSQL(models.Model):
    room = models.IntegerField()
    begins = models.DateTimeField()
    ends = models.DateTimeField()
    name = models.CharField(max_length=20)
    data = models.JSONField()
    word = models.TextField(db_collation="C", db_index=True)
    strict = models.CharField(max_length=20, db_collation="POSIX", unique=True)
    is_cancelled = models.BooleanField(default=False)

    class Meta(Meta):
        required_db_vendor = "postgresql"
        indexes = [
            kinds.BTreeIndex(fields=["room"], fillfactor=70, deduplicate_items=False, name="a_btree"),
            kinds.HashIndex(fields=["name"], fillfactor=60, name="a_hash"),
            kinds.GinIndex(fields=["data"], fastupdate=False, gin_pending_list_limit=128),
            kinds.GinIndex(fields=["data"], opclasses=["jsonb_path_ops"], name="a_gin"),
            kinds.GistIndex(TsTzRange("begins", "ends"), buffering=True, fillfactor=50, name="a_gist"),
            kinds.SpGistIndex(fields=["name"], fillfactor=65),
            kinds.BrinIndex(fields=["begins"], autosummarize=True, pages_per_range=4),
            models.Index(kinds.OpClass(functions.Lower("name"), name="text_pattern_ops"), name="operators"),
            models.Index(kinds.OpClass("name", name="varchar_pattern_ops").desc(nulls_last=True), name="ordered"),
            models.Index(functions.Collate("name", "C").asc(nulls_first=True), name="collated"),
            models.Index(fields=["name", "word"], opclasses=["varchar_pattern_ops", "text_ops"], name="two_classes"),
        ]
        constraints = [
            exclusion(
                name="no_overlap",
                expressions=[
                    (models.Func("room", "room", models.Value("[]"), function="INT4RANGE"), RangeOperators.OVERLAPS),
                    (TsTzRange("begins", "ends", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
                condition=Q(is_cancelled=False),
            ),
            exclusion(
                name="late_exclusion",
                expressions=[(kinds.OpClass("name", name="text_ops"), RangeOperators.EQUAL)],
                index_type="SPGIST",
                deferrable=models.Deferrable.DEFERRED,
            ),
            exclusion(name="by_hash", expressions=[("word", RangeOperators.EQUAL)], index_type="hash"),
            models.UniqueConstraint(fields=["name"], opclasses=["varchar_pattern_ops"], name="pattern_unique"),
            models.CheckConstraint(condition=Q(data__kind="a"), name="json_kind"),
            models.CheckConstraint(condition=Q(ends__gt=F("begins")), name="begins_first"),
        ]


class Collated(models.Model):
    strict = models.ForeignKey(OnPostgreSQL, models.CASCADE, to_field="strict")

    class Meta(Meta):
        required_db_vendor = "postgresql"


class OnSQLite(models.Model):
    name = models.CharField(max_length=20, db_collation="nocase", db_index=True)
    data = models.JSONField(default=dict)
    width = models.IntegerField()
    double = models.GeneratedField(expression=F("width") * 2, output_field=models.IntegerField(), db_persist=False)

    class Meta(Meta):
        required_db_vendor = "sqlite"
        indexes = [models.Index(functions.Collate("name", "rtrim").desc(), name="collated")]


POSTGRESQL_MODELS = [*MODELS, OnPostgreSQL, Collated]
SQLITE_MODELS = [*MODELS, OnSQLite]
BY_VENDOR = {"postgresql": POSTGRESQL_MODELS, "sqlite": SQLITE_MODELS}
