"""What the checks of a model say: ids, texts and hints."""

from __future__ import annotations

import datetime
from typing import Any

from tests.behaviour.harness.environment import Environment, case
from tests.behaviour.orm import F, Q, functions, isolated_models, models
from tests.behaviour.schemas import rules

SCHEMA = rules


def declare(name: str, /, *bases: Any, meta: dict[str, Any] | None = None, **body: Any) -> Any:
    """Make a model of an app of its own."""
    options = type("Meta", (), {"app_label": "isolated", **(meta or {})})
    return type(models.Model)(name, bases or (models.Model,), {"__module__": __name__, "Meta": options, **body})


def number(**options: Any) -> Any:
    return models.IntegerField(**options)


def key(to: Any, rule: Any = models.CASCADE, **options: Any) -> Any:
    return models.ForeignKey(to, rule, **options)


def note(env: Environment, label: str, model: Any) -> None:
    """Note the findings about a model, without the paths of classes that differ."""
    found = []
    for message in model.check(databases=["default"]):
        about = message.obj
        shown = about._meta.label if isinstance(about, type) and hasattr(about, "_meta") else str(about)
        hint = (message.hint or "").replace("django.utils.", "").replace("aorm.", "")
        found.append([message.id, message.msg, hint, shown])
    env.note(label, sorted(found, key=str))


@case()
async def options_of_fields(env: Environment) -> None:
    with isolated_models():
        for index, (label, field) in enumerate({
            "max_length of no number": models.CharField(max_length="x"),
            "max_length zero": models.CharField(max_length=0),
            "max_length truth": models.CharField(max_length=True),
            "max_length of a number": models.IntegerField(max_length=3),
            "decimal without": models.DecimalField(),
            "decimal negative": models.DecimalField(max_digits=-1, decimal_places=-1),
            "decimal of no number": models.DecimalField(max_digits="x", decimal_places="y"),
            "decimal too many": models.DecimalField(max_digits=1, decimal_places=2),
            "null key": models.IntegerField(primary_key=True, null=True),
            "db_index": models.IntegerField(db_index="x"),
            "choices of no pairs": models.CharField(max_length=3, choices=["ab", "cde"]),
            "choices too long": models.CharField(max_length=1, choices=[("ab", "x")]),
            "choices empty group": models.CharField(max_length=1, choices=[("a", 1)]),
            "validators": models.IntegerField(validators=[1, print]),
            "auto_now twice": models.DateField(auto_now=True, auto_now_add=True),
            "auto_now and default": models.DateTimeField(auto_now=True, default=None),
            "fixed date": models.DateField(default=datetime.date.today()),
            "binary default": models.BinaryField(default="text"),
            "json default": models.JSONField(default={}),
            "json default callable": models.JSONField(default=dict),
            "address": models.GenericIPAddressField(blank=True),
            "default and db_default": models.IntegerField(default=1, db_default=2),
            "db_default of a field": models.IntegerField(db_default=F("id")),
            "db_default expression": models.IntegerField(db_default=functions.Now()),
            "editable blank": models.CharField(max_length=3, unique=True, blank=True),
            "collation": models.CharField(max_length=3, db_collation="C"),
            "comment": models.IntegerField(db_comment="something"),
        }.items()):  # fmt: skip
            note(env, label, declare(f"Model{index}", field=field))


@case()
async def names_of_fields(env: Environment) -> None:
    with isolated_models():
        note(env, "underscore at the end", declare("A", ends_=number()))
        note(env, "two underscores", declare("B", a__b=number()))
        note(env, "pk", declare("C", pk=number()))
        note(env, "id that is no key", declare("D", id=number()))
        note(env, "columns", declare("E", a=number(), b=number(db_column="a")))
        note(env, "two keys", declare("G", a=number(primary_key=True), b=number(primary_key=True)))
        note(env, "attname", declare("H", a=key("self"), a_id=number()))
        one = declare("One", meta={"abstract": True}, x=number())
        note(env, "abstract", declare("Two", one, y=number()))
        parent = declare("Parent", x=number())
        other = declare("Other", x=number(), other_id=models.AutoField(primary_key=True))
        note(env, "two parents", declare("Both", parent, other))
        note(env, "proxy", declare("Proxy", parent, meta={"proxy": True}))
        note(env, "name of the model", declare("Two__Words"))
        note(env, "name with underscore", declare("_Hidden"))
        note(env, "reserved", declare("Reserved", check_=number(), objects2=number()))


@case()
async def options_of_the_model(env: Environment) -> None:
    with isolated_models():
        for index, (label, meta) in enumerate({
            "together: number": {"unique_together": 5}, "together: text": {"unique_together": "ab"},
            "together: mixed": {"unique_together": [("a", "b"), 5]}, "together: flat": {"unique_together": ["a", "b"]},
            "together: unknown": {"unique_together": [("a", "nome")]},
            "together: many": {"unique_together": [("a", "many")]},
            "together: empty": {"unique_together": []},
            "ordering: text": {"ordering": "a"}, "ordering: unknown": {"ordering": ["nome", "-a", "?", "pk"]},
            "ordering: across": {"ordering": ["owner__a", "owner__nome", "a__x"]},
            "ordering: expression": {"ordering": [F("a").desc(), functions.Lower("nome")]},
            "ordering: both": {"ordering": ["a"], "order_with_respect_to": "owner"},
            "ordering: respect to nothing": {"order_with_respect_to": None},
            "index: unknown": {"indexes": [models.Index(fields=["nome"], name="i1")]},
            "index: many": {"indexes": [models.Index(fields=["many"], name="i2")]},
            "index: include": {"indexes": [models.Index(fields=["a"], include=["nome"], name="i3")]},
            "index: condition": {"indexes": [models.Index(fields=["a"], condition=Q(a=1), name="i4")]},
            "index: expression": {"indexes": [models.Index(functions.Lower("nome"), name="i5")]},
            "index: name": {"indexes": [models.Index(fields=["a"], name="_i")]},
            "index: name of a number": {"indexes": [models.Index(fields=["a"], name="1i")]},
            "constraint: unknown": {"constraints": [models.CheckConstraint(condition=Q(nome=1), name="c1")]},
            "constraint: across": {"constraints": [models.CheckConstraint(condition=Q(owner__a=1), name="c2")]},
            "constraint: unique": {"constraints": [models.UniqueConstraint(fields=["nome"], name="c3")]},
            "constraint: many": {"constraints": [models.UniqueConstraint(fields=["many"], name="c4")]},
            "constraint: condition": {
                "constraints": [models.UniqueConstraint(fields=["a"], condition=Q(nome=1), name="c5")]
            },
            "constraint: deferrable": {
                "constraints": [
                    models.UniqueConstraint(fields=["a"], deferrable=models.Deferrable.DEFERRED, name="c6")
                ]
            },
            "constraint: include": {
                "constraints": [models.UniqueConstraint(fields=["a"], include=["b", "nome"], name="c7")]
            },
            "constraint: nulls": {
                "constraints": [models.UniqueConstraint(fields=["a"], nulls_distinct=False, name="c8")]
            },
            "constraint: expression": {"constraints": [models.UniqueConstraint(functions.Lower("nome"), name="c9")]},
            "comment": {"db_table_comment": "something"},
            "long table": {"db_table": "t" * 70},
        }.items()):  # fmt: skip
            owner = declare(f"Owner{index}", a=number())
            model = declare(
                f"Model{index}", meta=meta, a=number(), b=number(), owner=key(owner),
                many=models.ManyToManyField(owner, related_name="+"),
            )  # fmt: skip
            note(env, label, model)


@case()
async def relations(env: Environment) -> None:
    with isolated_models():
        target = declare("Target", a=number(), code=number(unique=True), both=models.CharField(max_length=3))
        for index, (label, field) in enumerate({
            "fine": key(target), "no such model": key("Nobody", related_name="+"),
            "no such app": key("nowhere.Nobody", related_name="+"),
            "related_name": key(target, related_name="a-b"), "keyword": key(target, related_name="class"),
            "ends with underscore": key(target, related_name="x_"), "two underscores": key(target, related_name="a__b"),
            "query name": key(target, related_query_name="b_", related_name="x2"),
            "accessor is a field": key(target, related_name="a"),
            "query name is a field": key(target, related_name="x3", related_query_name="a"),
            "to_field": key(target, to_field="nome", related_name="+"),
            "to_field not unique": key(target, to_field="a", related_name="+"),
            "to_field unique": key(target, to_field="code", related_name="+"),
            "set null": key(target, models.SET_NULL, related_name="+"),
            "set default": key(target, models.SET_DEFAULT, related_name="+"),
            "unique key": key(target, unique=True, related_name="+"),
            "many unique": models.ManyToManyField(target, unique=True, related_name="+"),
            "many null": models.ManyToManyField(target, null=True, related_name="+"),
            "many validators": models.ManyToManyField(target, validators=[print], related_name="+"),
            "many limit": models.ManyToManyField("self", related_name="self_many"),
            "many comment": models.ManyToManyField(target, db_comment="c", related_name="+"),
            "many through nobody": models.ManyToManyField(target, through="Nobody", related_name="+"),
        }.items()):  # fmt: skip
            note(env, label, declare(f"Model{index}", field=field))
        note(env, "two of one name", declare("Twice", one=key(target), two=key(target)))


@case()
async def generated_and_composite(env: Environment) -> None:
    def generated(expression: Any, **options: Any) -> Any:
        options = {"output_field": models.IntegerField(), "db_persist": True, **options}
        return models.GeneratedField(expression=expression, **options)

    with isolated_models():
        note(env, "generated", declare("A", a=number(), field=generated(F("a") + 1)))
        note(env, "of generated", declare("B", a=number(), g=generated(F("a") + 1), field=generated(F("g") + 1)))
        note(env, "virtual", declare("C", a=number(), field=generated(F("a") + 1, db_persist=False)))
        note(
            env,
            "output",
            declare("D", a=number(), field=generated(F("a"), output_field=models.CharField(max_length=0))),
        )
        pair = {"a": number(), "b": number(null=True)}
        note(env, "null part", declare("E", pk=models.CompositePrimaryKey("a", "b"), **pair))
        note(env, "unknown part", declare("G", pk=models.CompositePrimaryKey("a", "nome"), a=number()))
        note(env, "fine", declare("H", pk=models.CompositePrimaryKey("a", "c"), a=number(), c=number()))
        note(
            env, "generated part",
            declare("I", pk=models.CompositePrimaryKey("a", "g"), a=number(), g=generated(F("a") + 1)),
        )  # fmt: skip
        composed = {"pk": models.CompositePrimaryKey("a", "c"), "a": number(), "c": number()}
        meta = {"unique_together": [("pk", "a")]}
        note(env, "together with the key", declare("J", meta=meta, **composed))
        with env.raises("twice the same"):
            models.CompositePrimaryKey("a", "a")
        with env.raises("one part"):
            models.CompositePrimaryKey("a")
        with env.raises("default"):
            models.CompositePrimaryKey("a", "b", default=1)
        with env.raises("column"):
            models.CompositePrimaryKey("a", "b", db_column="x")
        with env.raises("editable"):
            models.CompositePrimaryKey("a", "b", editable=True)
        with env.raises("another name"):
            declare("K", key=models.CompositePrimaryKey("a", "c"), a=number(), c=number())
        with env.raises("generated without expression", text=False):
            models.GeneratedField(output_field=models.IntegerField())
        with env.raises("generated with default"):
            generated(F("a"), default=1)
        with env.raises("generated and db_default"):
            generated(F("a"), db_default=1)
        with env.raises("generated editable"):
            generated(F("a"), editable=True)
        with env.raises("generated blank"):
            generated(F("a"), blank=False)
        with env.raises("generated persist"):
            models.GeneratedField(expression=F("a"), output_field=models.IntegerField(), db_persist=None)
