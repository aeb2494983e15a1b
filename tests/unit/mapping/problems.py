"""Models with faulty indexes and constraints: what their checks find, and the names they make, in both libraries."""

from __future__ import annotations

from typing import Any


def faulty(models: Any) -> list[Any]:
    """Declare the models."""
    Q, F, Index, Check, Unique = (
        models.Q,
        models.F,
        models.Index,
        models.CheckConstraint,
        models.UniqueConstraint,
    )
    raw = models.expressions.RawSQL

    class Base(models.Model):
        name = models.CharField(max_length=10)

        class Meta:
            app_label = "declared"

    class Faulty(Base):
        number = models.IntegerField()
        many = models.ManyToManyField(Base, related_name="+")
        one = models.ForeignKey(Base, models.CASCADE, related_name="+")
        data = models.JSONField()

        class Meta:
            app_label = "declared"
            indexes = [
                Index(fields=["missing"], name="missing"),
                Index(fields=["name"], name="inherited"),
                Index(fields=["many"], name="many"),
                Index(fields=["number"], include=["missing"], name="included"),
                Index(F("missing") + 1, F("one__name"), name="expression"),
                Index(fields=["number"], name="_under"),
                Index(fields=["number"], name="1digit"),
                Index(fields=["number"], name="n" * 31),
                Index(fields=["number"], name="fine", condition=Q(number=1)),
                Index(fields=["pk"], name="key"),
            ]
            constraints = [
                Check(condition=Q(missing=1), name="c_missing"),
                Check(condition=Q(name="x"), name="c_inherited"),
                Check(condition=Q(many=1), name="c_many"),
                Check(condition=Q(one__name="x"), name="c_joined"),
                Check(condition=Q(one__isnull=True) | Q(one_id__gt=1) | Q(one=3), name="c_fine"),
                Check(condition=Q(data__key__deep=1, number__gte=F("one")), name="c_json"),
                Check(condition=Q(pk__gt=1), name="c_key"),
                Check(condition=Q(number=F("one__name")) & ~Q(F("missing")), name="c_nested"),
                Check(condition=raw("number > 1", (), models.BooleanField()), name="c_raw"),
                Check(condition=Q(raw("number > 1", (), models.BooleanField())), name="c_raw_inside"),
                Unique(fields=["missing", "name"], name="u_missing"),
                Unique(fields=["number"], include=["many"], name="u_included"),
                Unique(fields=["number"], condition=Q(one__name="x"), name="u_condition"),
                Unique(F("one__name"), F("missing"), name="u_expression"),
                Unique(fields=["number"], deferrable=models.Deferrable.DEFERRED, name="u_late"),
                Unique(fields=["number"], nulls_distinct=False, name="u_nulls"),
                Unique(fields=["one"], name="u_fine"),
            ]

    class Composite(models.Model):
        pk = models.CompositePrimaryKey("a", "b")
        a = models.IntegerField()
        b = models.IntegerField()

        class Meta:
            app_label = "declared"
            indexes = [Index(fields=["pk"], name="whole_key")]
            constraints = [
                Check(condition=Q(pk=(1, 2)), name="k_check"),
                Unique(fields=["pk"], name="k_unique"),
                Unique(fields=["a"], name="k_fine"),
            ]

    class Required(models.Model):
        a = models.IntegerField()
        b = models.IntegerField()

        class Meta:
            app_label = "declared"
            required_db_features = {
                "supports_covering_indexes",
                "supports_deferrable_unique_constraints",
                "supports_nulls_distinct_unique_constraints",
            }
            indexes = [Index(fields=["a"], include=["b"], name="r_covering")]
            constraints = [
                Unique(fields=["a"], include=["b"], name="r_included"),
                Unique(fields=["a"], deferrable=models.Deferrable.DEFERRED, name="r_late"),
                Unique(fields=["a"], nulls_distinct=False, name="r_nulls"),
            ]

    return [Faulty, Composite, Required]


def findings(models: Any, places: list[Any]) -> dict[str, list[str]]:
    """Return what each index and constraint finds at each place."""
    found = {}
    for model in faulty(models):
        for item in (*model._meta.indexes, *model._meta.constraints):
            for place in places:
                messages = sorted(
                    f"{type(message).__name__} {message.id}: {message.msg} {message.hint} {message.obj.__name__}"
                    for message in item.check(model, place)
                )
                found[f"{item.name} {place.vendor}"] = messages
    return found


def names(models: Any) -> dict[str, list[str]]:
    """Return the names that indexes without one are given."""
    Index = models.Index

    class Short(models.Model):
        a = models.IntegerField()
        long_name_of_a_field = models.IntegerField(db_column="another column")

        class Meta:
            app_label = "declared"
            indexes = [
                Index(fields=["a"]),
                Index(fields=["-a"]),
                Index(fields=["a", "-long_name_of_a_field"]),
                Index(fields=["-long_name_of_a_field", "a"]),
            ]

    class AnythingWithAVeryLongName(models.Model):
        a = models.IntegerField()

        class Meta:
            app_label = "declared"
            db_table = '"schema"."a_table_with_a_long_name"'
            indexes = [Index(fields=["a"])]

    class Underscored(models.Model):
        a = models.IntegerField()

        class Meta:
            app_label = "declared"
            db_table = "_under"
            indexes = [Index(fields=["a"])]

    class Counted(models.Model):
        a = models.IntegerField()

        class Meta:
            app_label = "declared"
            db_table = "1table"
            indexes = [Index(fields=["-a"])]

    class Named(models.Model):
        a = models.IntegerField()

        class Meta:
            app_label = "declared"
            abstract = True
            indexes = [Index(fields=["a"]), Index(fields=["a"], name="%(app_label)s_%(class)s_a")]
            constraints = [models.UniqueConstraint(fields=["a"], name="%(class)s_of_%(app_label)s")]

    class First(Named):
        pass

    class Second(Named):
        class Meta(Named.Meta):
            abstract = False

    made = (Short, AnythingWithAVeryLongName, Underscored, Counted, First, Second)
    return {model.__name__: [item.name for item in (*model._meta.indexes, *model._meta.constraints)] for model in made}
