"""What the checks say of all models together: shared names, models that never come, databases that lack something."""

from __future__ import annotations

import functools
from typing import Any

from tests.behaviour.cases.checking import declare, key, note, number
from tests.behaviour.harness.environment import Environment, case
from tests.behaviour.orm import F, Q, check_all, functions, isolated_models, lacking, models, signals
from tests.behaviour.schemas import rules

SCHEMA = rules


def listener(**keywords: Any) -> None:
    """Receive a signal."""


class Listener:
    """A receiver with a method, and one by being called."""

    def method(self, **keywords: Any) -> None:
        """Receive a signal."""

    def __call__(self, **keywords: Any) -> None:
        """Receive a signal."""


LISTENER = Listener()


def note_all(env: Environment, label: str) -> None:
    """Note the findings about all models of the current registry, in their order."""
    found = []
    for message in check_all():
        about = message.obj
        shown = about._meta.label if isinstance(about, type) and hasattr(about, "_meta") else str(about)
        found.append([message.id, message.level, message.msg, message.hint, shown])
    env.note(label, found)


@case()
async def relations_to_models_that_never_come(env: Environment) -> None:
    with isolated_models():
        declare("Base", meta={"abstract": True}, owner=key("Missing", related_name="+"))
        declare("Waiting", one=key("Nobody"), two=key("nowhere.Nobody", related_name="+"))
        declare("Case", one=models.OneToOneField("isolated.NoBody", models.CASCADE, related_name="+"))
        note_all(env, "keys")
    with isolated_models():
        declare("Child", declare("Base", meta={"abstract": True}, owner=key("Missing")))
        note_all(env, "inherited")
    with isolated_models():
        declare("Tagged", tags=models.ManyToManyField("Tag"), others=models.ManyToManyField("away.Tag", "x"))
        note_all(env, "many")
    with isolated_models():
        target = declare("Target")
        model = declare("Through", targets=models.ManyToManyField(target, through="Between"))
        env.note("through in itself", [[found.id, found.msg, found.hint] for found in model.check()])
        env.note("through", sorted({message.id for message in check_all()}))
    with isolated_models():
        declare("Early", late=key("Late"))
        env.note("before", [message.id for message in check_all()])
        declare("Late")
        note_all(env, "after")


@case()
async def senders_that_never_come(env: Environment) -> None:
    with isolated_models() as registry:
        signals.post_init.connect(listener, sender="missing-app.Model", apps=registry)
        signals.pre_save.connect(LISTENER.method, sender="isolated.Nobody", apps=registry)
        signals.m2m_changed.connect(LISTENER, sender="Nowhere.Nobody", apps=registry, weak=False)
        signals.post_save.connect(functools.partial(listener), sender="isolated.Other", apps=registry, weak=False)
        declare("Model")
        note_all(env, "senders")
        declare("Nobody")
        note_all(env, "one came")
        env.finally_(lambda: signals.pre_save.disconnect(LISTENER.method, sender="isolated.Nobody", apps=registry))
    for label in ("Model", "a.b.c", ""):
        with env.raises(f"sender {label!r}"):
            signals.post_save.connect(listener, sender=label, weak=False)
        with env.raises(f"sender {label!r} of disconnect"):
            signals.post_save.disconnect(listener, sender=label)


@case()
async def names_that_models_share(env: Environment) -> None:
    def index(name: str) -> Any:
        return models.Index(fields=["a"], name=name)

    def constraint(name: str) -> Any:
        return models.CheckConstraint(condition=Q(a__gt=0), name=name)

    with isolated_models():
        for name in ("One", "Two"):
            meta = {"db_table": "shared", "indexes": [index("both")], "constraints": [constraint("both_c")]}
            declare(name, a=number(), meta=meta)
        declare("Unmanaged", a=number(), meta={"db_table": "shared", "managed": False})
        declare("Proxy", declare("Plain", a=number()), meta={"proxy": True})
        twice = {"indexes": [index("twice"), index("twice")], "constraints": [constraint("tw"), constraint("tw")]}
        declare("Twice", a=number(), meta=twice)
        base = declare("Base", a=number(), meta={"abstract": True, "indexes": [index("based")]})
        declare("First", base)
        declare("Second", base)
        target = declare("Target", a=number())
        declare("Many", targets=models.ManyToManyField(target, db_table="isolated_target"))
        declare("More", targets=models.ManyToManyField(target, "+", db_table="between"))
        declare("Most", targets=models.ManyToManyField(target, "+", db_table="between"))
        note_all(env, "shared")


def generated(**options: Any) -> Any:
    options = {"expression": F("a") + 1, "output_field": models.IntegerField(), "db_persist": True, **options}
    return models.GeneratedField(**options)


@case()
async def databases_that_lack_something(env: Environment) -> None:
    with isolated_models():
        target = declare("Target", a=number())
        for index, (missing, body, meta) in enumerate([
            ("supports_json_field", {"field": models.JSONField()}, {}),
            ("supports_json_field", {"field": models.JSONField()}, {"required_db_features": ["supports_json_field"]}),
            ("supports_collation_on_charfield", {"field": models.CharField(max_length=3, db_collation="x")}, {}),
            ("supports_collation_on_textfield", {"field": models.TextField(db_collation="x")}, {}),
            ("supports_expression_defaults", {"field": models.DateTimeField(db_default=functions.Now())}, {}),
            ("supports_stored_generated_columns", {"a": number(), "field": generated()}, {}),
            ("supports_virtual_generated_columns", {"a": number(), "field": generated(db_persist=False)}, {}),
            ("supports_comments", {"field": number(db_comment="text")}, {"db_table_comment": "text"}),
            ("supports_table_check_constraints", {"a": number()}, {
                "constraints": [models.CheckConstraint(condition=Q(a=1), name="lack1")]}),
            ("supports_partial_indexes", {"a": number()}, {
                "constraints": [models.UniqueConstraint(fields=["a"], condition=Q(a=1), name="lack2")],
                "indexes": [models.Index(fields=["a"], condition=Q(a=1), name="lack3")]}),
            ("supports_deferrable_unique_constraints", {"a": number()}, {
                "constraints": [
                    models.UniqueConstraint(fields=["a"], deferrable=models.Deferrable.DEFERRED, name="lack4")]}),
            ("supports_covering_indexes", {"a": number(), "b": number()}, {
                "constraints": [models.UniqueConstraint(fields=["a"], include=["b"], name="lack5")],
                "indexes": [models.Index(fields=["a"], include=["b"], name="lack6")]}),
            ("supports_expression_indexes", {"a": models.CharField(max_length=3)}, {
                "constraints": [models.UniqueConstraint(functions.Lower("a"), name="lack7")],
                "indexes": [models.Index(functions.Lower("a"), name="lack8")]}),
            ("supports_nulls_distinct_unique_constraints", {"a": number()}, {
                "constraints": [models.UniqueConstraint(fields=["a"], nulls_distinct=False, name="lack9")]}),
            ("supports_on_delete_db_cascade", {"a": key(target, models.DB_CASCADE, related_name="+")}, {}),
            ("supports_on_delete_db_null", {"a": key(target, models.DB_SET_NULL, related_name="+", null=True)}, {}),
            ("supports_on_delete_db_default", {
                "a": key(target, models.DB_SET_DEFAULT, related_name="+", db_default=models.Value(1))}, {}),
            ("supports_no_precision_decimalfield", {"a": models.DecimalField()}, {}),
            ("supports_no_precision_decimalfield", {"a": models.DecimalField(max_digits=5)}, {}),
        ]):  # fmt: skip
            model = declare(f"Model{index}", meta=meta, **body)
            with lacking(missing):
                note(env, f"{index} {missing}", model)


@case()
async def other_things_that_are_wrong(env: Environment) -> None:
    with isolated_models():
        note(env, "raw condition", declare("A", a=number(), meta={
            "constraints": [models.CheckConstraint(condition=models.expressions.RawSQL(
                "a > %s", (0,), models.BooleanField()), name="raw1")]}))  # fmt: skip
        wide = "w" * 70
        note(env, "long column", declare("B", **{wide: number(), f"{wide}2": number(db_column="x")}))
        target = declare("Target", a=number())
        note(env, "long many", declare("C" * 70, many=models.ManyToManyField(target, related_name="+")))
        shadowed = declare("D", owner=key(target))
        shadowed.owner_id = property(lambda self: 1)
        note(env, "property", shadowed)
        note(env, "two of one table between", _twins(target))
        parent = declare("Parent", x=number())
        for index, meta in enumerate((
            {"unique_together": [("x", "y")]}, {"indexes": [models.Index(fields=["x"], name="loc1")]},
            {"constraints": [models.UniqueConstraint(fields=["x"], name="loc2")]},
            {"constraints": [models.CheckConstraint(condition=Q(x=1), name="loc3")]},
            {"ordering": ["x", "parent_ptr__x", "nome"]},
        )):  # fmt: skip
            note(
                env,
                f"of the parent: {next(iter(meta))} {index}",
                declare(f"Child{index}", parent, meta=meta, y=number()),
            )
        note(env, "fields of a proxy", declare("Proxy", parent, meta={"proxy": True}, z=number()))
        with env.raises("name of an index"):
            models.Index(fields=["x"], name="i" * 31)
        index = models.Index(fields=["x"], name="fine")
        index.name = "i" * 31
        note(env, "index with a long name", declare("E", x=number(), meta={"indexes": [index]}))


def _twins(target: Any) -> Any:
    body: dict[str, Any] = {
        name: models.ManyToManyField(target, through="Between", related_name="+") for name in ("one", "two")
    }
    model = declare("Twins", **body)
    declare("Between", twins=key(model, related_name="+"), target=key(target, related_name="+"))
    return model
