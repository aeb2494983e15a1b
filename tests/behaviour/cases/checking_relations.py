"""What the checks say of relations: accessors that clash, tables between, composite targets, rules of deletion."""

from __future__ import annotations

from typing import Any

from tests.behaviour.cases.checking import declare, key, note, number
from tests.behaviour.harness.environment import Environment, case
from tests.behaviour.orm import F, Q, isolated_models, lacking, models
from tests.behaviour.schemas import rules

SCHEMA = rules


def many(to: Any, *, through: Any = None, **options: Any) -> Any:
    """Make a many-to-many field without a far side."""
    return models.ManyToManyField(to, through=through, **{"related_name": "+", **options})


@case()
async def tables_between(env: Environment) -> None:
    fields = {
        "none": ("source", "nome"),
        "short": ("source",),
        "text": "source",
        "empty": (),
        "wrong side": ("to", "source"),
        "no relation": ("source", "plain"),
        "unknown": ("nome", "to"),
        "fine": ("source", "to"),
        "long": ("source",) * 3,
        "list": ["source", "to"],
        "missing": (None, "to"),
    }
    for index, (label, names) in enumerate(fields.items()):
        with isolated_models():
            target = declare("Target", a=number())
            with env.raises(f"declared {label}") as caught:
                model = declare("Model", many=many(target, through=f"Between{index}", through_fields=names))
            if caught.error is None:
                body = {"source": key(model), "to": key(target), "plain": number()}
                declare(f"Between{index}", **body)
                note(env, f"through_fields {label}", model)
    with isolated_models():
        target = declare("Target", a=number())
        for label, (to, body) in {
            "no key to source": (target, lambda m, t: {"to": key(t)}),
            "no key to target": (target, lambda m, t: {"source": key(m)}),
            "neither": (target, lambda m, t: {}),
            "two to source": (target, lambda m, t: {"a": key(m), "b": key(m, related_name="+"), "to": key(t)}),
            "two to target": (target, lambda m, t: {"a": key(t), "b": key(t, related_name="+"), "source": key(m)}),
            "self": ("self", lambda m, t: {"a": key(m), "b": key(m, related_name="+")}),
            "self, three": ("self", lambda m, t: {name: key(m, related_name="+") for name in "abc"}),
            "self, one": ("self", lambda m, t: {"a": key(m)}),
        }.items():
            name = label.title().replace(" ", "").replace(",", "")
            model = declare(f"Model{name}", many=many(to, through=f"Between{name}"))
            declare(f"Between{name}", **body(model, target))
            note(env, label, model)
        with env.raises("through_fields alone"):
            declare("Alone", many=many(target, through_fields=("a", "b")))
        with env.raises("db_table and through"):
            declare("Table", many=many(target, through="Between", db_table="x"))
        abstract = declare("Abstract", meta={"abstract": True}, a=number())
        note(env, "through an abstract model", declare("Over", many=many(target, through=abstract)))
        note(env, "to an abstract model", declare("ToAbstract", many=many("Abstract")))
        with env.raises("to a class of no model"):
            models.ManyToManyField(object)
        with env.raises("key to a class of no model"):
            models.ForeignKey(object, models.CASCADE)
        with env.raises("key to nothing"):
            models.ForeignKey(None, models.CASCADE)
        with env.raises("key without rule", text=False):
            models.ForeignKey(target)
        with env.raises("key with a wrong rule"):
            models.ForeignKey(target, "CASCADE")
        with env.raises("symmetrical with through"):
            note(env, "symmetrical", declare("Symmetric", many=many("self", through="Sym", symmetrical=True)))


@case()
async def accessors_that_clash(env: Environment) -> None:
    with isolated_models():
        for label, make in {
            "manager": lambda target: {"a": key(target, related_name="other")},
            "objects": lambda target: {"a": key(target, related_name="objects")},
            "field": lambda target: {"a": key(target, related_name="clash")},
            "many": lambda target: {"a": many(target, related_name="clash")},
            "one to one": lambda target: {"a": models.OneToOneField(target, models.CASCADE, related_name="clash")},
            "query name": lambda target: {"a": key(target, related_name="fine", related_query_name="clash")},
            "each other": lambda target: {"a": key(target), "b": many(target, related_name=None)},
            "each other's query name": lambda target: {
                "a": key(target, related_name="x1"),
                "b": key(target, related_name="x2", related_query_name="x1"),
            },
            "self": lambda target: {"a": key("self", related_name="b"), "b": number()},
            "self and many": lambda target: {"a": key("self"), "b": many("self", symmetrical=False, related_name=None)},
            "hidden": lambda target: {"a": key(target, related_name="+"), "b": key(target, related_name="x+")},
            "templates": lambda target: {
                "a": key(target, related_name="%(class)s_%(app_label)s"),
                "b": key(target, related_name="%(model_name)ss"),
            },
            "empty name": lambda target: {"a": key(target, related_name="")},
            "number": lambda target: {"a": key(target, related_name="1a")},
            "unicode": lambda target: {"a": key(target, related_name="Ämter")},
            "space": lambda target: {"a": key(target, related_name="a b")},
            "query name with a dash": lambda target: {"a": key(target, related_name="fine2", related_query_name="a-b")},
            "query name ends": lambda target: {"a": key(target, related_name="fine3", related_query_name="a_")},
            "query name twice": lambda target: {"a": key(target, related_name="fine4", related_query_name="a__b")},
        }.items():
            with isolated_models():
                target = declare("Target", clash=number(), other=models.Manager())
                note(env, label, declare("Model", **make(target)))
        with isolated_models():
            target = declare("Target", a=number())
            child = declare("Child", target, key=key(target))
            note(env, "link to the parent", child)
            note(env, "fine", declare("Grandchild", child))
        for value in (5, b"x", object):
            with env.raises(f"related_name {value!r}"):
                models.ForeignKey("x", models.CASCADE, related_name=value)
            with env.raises(f"related_query_name {value!r}"):
                models.ForeignKey("x", models.CASCADE, related_query_name=value)


@case()
async def composite_targets(env: Environment) -> None:
    with isolated_models():
        pair: dict[str, Any] = {"pk": models.CompositePrimaryKey("a", "b"), "a": number(), "b": number()}
        target = declare("Pair", **pair)
        note(env, "key", declare("A", pair=key(target)))
        note(env, "key to pk", declare("B", pair=key(target, to_field="pk")))
        note(env, "key to a part", declare("C", pair=key(target, to_field="a")))
        note(env, "one to one", declare("D", pair=models.OneToOneField(target, models.CASCADE)))
        note(env, "many", declare("E", pairs=many(target)))
        simple = declare("Simple", a=number())
        body = {"pk": models.CompositePrimaryKey("a", "b"), "a": number(), "b": number()}
        note(env, "many of a composite", declare("G", simples=many(simple), **body))
        note(env, "through", declare("H", pairs=many(target, through="Between")))
        columns: dict[str, Any] = {"x": number(), "y": number()}
        foreign = models.ForeignObject(target, models.CASCADE, ["x", "y"], ["a", "b"], related_name="+")
        note(env, "foreign object", declare("I", pair=foreign, **columns))
        columns = {"x": number(), "y": number()}
        foreign = models.ForeignObject(simple, models.CASCADE, ["x", "y"], ["a", "id"], related_name="+")
        note(env, "foreign object to nothing unique", declare("J", pair=foreign, **columns))
        columns = {"x": number()}
        foreign = models.ForeignObject(simple, models.CASCADE, ["x"], ["a"], related_name="+")
        note(env, "foreign object to one that is not unique", declare("K", pair=foreign, **columns))
        columns = {"x": number()}
        foreign = models.ForeignObject(simple, models.CASCADE, ["x"], ["nome"], related_name="+")
        note(env, "foreign object to nothing", declare("L", pair=foreign, **columns))
        columns = {"x": number(), "y": number()}
        foreign = models.ForeignObject(target, models.CASCADE, ["x", "y"], ["a", "b"], related_name="+")
        for name, meta in {
            "M": {"unique_together": [("pair", "x")]},
            "N": {"indexes": [models.Index(fields=["pair"], name="m1")]},
            "O": {"constraints": [models.UniqueConstraint(fields=["pair"], name="m2")]},
        }.items():
            columns = {"x": number(), "y": number()}
            foreign = models.ForeignObject(target, models.CASCADE, ["x", "y"], ["a", "b"], related_name="+")
            note(env, f"foreign object in {next(iter(meta))}", declare(name, meta=meta, pair=foreign, **columns))
        for name, meta in {
            "P": {"indexes": [models.Index(fields=["pk"], name="m3")]},
            "Q": {"constraints": [models.UniqueConstraint(fields=["pk"], name="m4")]},
            "R": {"ordering": ["pk", "-pk"]},
            "S": {"constraints": [models.CheckConstraint(condition=Q(pk=(1, 2)), name="m5")]},
            "T": {"indexes": [models.Index(fields=["a"], include=["pk"], name="m6")]},
            "U": {"indexes": [models.Index(F("pk"), name="m7")]},
        }.items():
            body = {"pk": models.CompositePrimaryKey("a", "b"), "a": number(), "b": number()}
            note(env, f"composite key in {name} {next(iter(meta))}", declare(name, meta=meta, **body))


@case()
async def composite_keys(env: Environment) -> None:
    with isolated_models():
        other = declare("Other", a=number())
        parent = declare("Parent", x=number())
        for index, (label, names, body) in enumerate(
            [
                ("relation", ("owner", "b"), {"owner": key(other, related_name="+"), "b": number()}),
                ("attname", ("owner_id", "b"), {"owner": key(other, related_name="+"), "b": number()}),
                ("both", ("owner", "owner_id"), {"owner": key(other, related_name="+")}),
                ("many", ("m", "b"), {"m": many(other), "b": number()}),
                ("itself", ("pk", "b"), {"b": number()}),
                ("id", ("id", "b"), {"b": number()}),
                ("auto", ("id", "b"), {"id": models.AutoField(primary_key=True), "b": number()}),
                ("db_default", ("a", "b"), {"a": number(db_default=1), "b": number()}),
                ("text", ("a", "b"), {"a": models.TextField(), "b": models.JSONField()}),
            ]
        ):
            with env.raises(label):
                note(env, f"{label} checked", declare(f"M{index}", pk=models.CompositePrimaryKey(*names), **body))
        with env.raises("field of the parent"):
            child = declare("Child", parent, pk=models.CompositePrimaryKey("x", "y"), y=number())
            note(env, "parent checked", child)
        for arguments, options in (
            ((), {}),
            ((1, 2), {}),
            (("a", None), {}),
            (("a", "b"), {"primary_key": False}),
            (("a", "b"), {"blank": False}),
            (("a", "b"), {"db_default": 1}),
            (("a", "b"), {"unique": True}),
            (("a", "b"), {"null": True}),
            (("a", "b"), {"verbose_name": "x"}),
            (("a", "b"), {"nome": 1}),
        ):
            with env.raises(f"made with {arguments} {options}", text="nome" not in options):
                models.CompositePrimaryKey(*arguments, **options)


@case()
async def rules_of_deletion(env: Environment) -> None:
    with isolated_models():
        target = declare("Target", a=number())
        for index, (label, body) in enumerate(
            {
                "default without": {"a": key(target, models.DB_SET_DEFAULT)},
                "default": {"a": key(target, models.DB_SET_DEFAULT, db_default=models.Value(1))},
                "python default": {"a": key(target, models.DB_SET_DEFAULT, default=1)},
                "null without": {"a": key(target, models.DB_SET_NULL)},
                "null": {"a": key(target, models.DB_SET_NULL, null=True)},
                "cascade": {"a": key(target, models.DB_CASCADE)},
                "mixed": {"a": key(target, models.DB_CASCADE), "b": key(target, related_name="+")},
                "with nothing": {
                    "a": key(target, models.DB_CASCADE),
                    "b": key(target, models.DO_NOTHING, related_name="+"),
                },
                "with a table between": {"a": key(target, models.DB_CASCADE), "b": many(target)},
                "many": {"a": key(target, models.SET(1)), "b": key(target, models.RESTRICT, related_name="+")},
            }.items()
        ):
            note(env, label, declare(f"M{index}", **body))
            note(env, f"target after {label}", target)
        parent = declare("Parent", x=key("self", models.DB_CASCADE, null=True))
        note(env, "parent", parent)
        note(env, "child", declare("Child", parent))
        note(
            env,
            "child with its link",
            declare("Linked", parent, link=models.OneToOneField(parent, models.DB_CASCADE, parent_link=True)),
        )
        fresh = declare("Fresh", a=number())
        fall = declare("Falling", a=key(fresh, models.DB_CASCADE))
        note(env, "next to python", declare("Python", a=key(fall)))
        note(env, "falling", fall)
        with lacking("supports_on_delete_db_cascade"):
            note(
                env,
                "required",
                declare(
                    "Required",
                    meta={"required_db_features": ["supports_on_delete_db_cascade"]},
                    a=key(target, models.DB_CASCADE, related_name="+"),
                ),
            )


@case()
async def fields_of_every_kind(env: Environment) -> None:
    text: Any = models.CharField
    for label, make in {
        "auto without key": lambda: models.AutoField(),
        "big auto": lambda: models.BigAutoField(primary_key=False),
        "digits alone": lambda: models.DecimalField(decimal_places=2),
        "zero digits": lambda: models.DecimalField(max_digits=0, decimal_places=0),
        "choices text": lambda: text(max_length=3, choices="abc"),
        "choices set": lambda: text(max_length=3, choices={("a", "b")}),
        "choices number": lambda: text(max_length=3, choices=5),
        "choices empty": lambda: text(max_length=3, choices=[]),
        "choices of three": lambda: text(max_length=3, choices=[("a", "b", "c")]),
        "choices none": lambda: text(max_length=3, choices=[("a", None), (None, "x")]),
        "choices dict": lambda: text(max_length=1, choices={"Group": {"ab": "x"}, "c": "d"}),
        "choices nested": lambda: text(max_length=3, choices=[("g", [("h", [("i", "j")])])]),
        "choices numbers": lambda: number(choices=[(1, "x"), ("long text", "y")]),
        "choices generator": lambda: text(max_length=3, choices=((c, c) for c in "abcd")),
        "choices callable": lambda: text(max_length=3, choices=lambda: [("abcd", "x")]),
        "choices bytes": lambda: text(max_length=3, choices=[b"ab"]),
        "max_length negative": lambda: text(max_length=-1),
        "max_length text": lambda: text(max_length="10"),
        "max_length float": lambda: text(max_length=1.5),
        "max_length none": lambda: text(),
        "slug": lambda: models.SlugField(max_length=None),
        "url": lambda: models.URLField(max_length=0),
        "max_length of text": lambda: models.TextField(max_length="x"),
        "max_length of a date": lambda: models.DateField(max_length=3),
        "max_length of a binary": lambda: models.BinaryField(max_length=-1),
        "binary bytes": lambda: models.BinaryField(default=b"x"),
        "binary empty": lambda: models.BinaryField(default=""),
        "json list": lambda: models.JSONField(default=[]),
        "json none": lambda: models.JSONField(default=None),
        "json text": lambda: models.JSONField(default="x"),
        "json encoder": lambda: models.JSONField(encoder=5),
        "json decoder": lambda: models.JSONField(decoder="x"),
        "null auto": lambda: models.AutoField(primary_key=True, null=True),
        "boolean null": lambda: models.BooleanField(null=True),
        "validators none": lambda: number(validators=[None]),
        "validators text": lambda: number(validators=["x", print, len]),
        "db_index none": lambda: number(db_index=None),
        "db_index number": lambda: number(db_index=1),
        "auto_now and add and default": lambda: models.TimeField(auto_now=True, auto_now_add=True, default=1),
        "address": lambda: models.GenericIPAddressField(null=True, blank=True),
        "address blank": lambda: models.GenericIPAddressField(blank=True),
        "protocol": lambda: models.GenericIPAddressField(protocol="x"),
        "unpack": lambda: models.GenericIPAddressField("x", "IPv4", True),
        "db_default value": lambda: number(db_default=models.Value(3)),
        "db_default of q": lambda: models.BooleanField(db_default=Q(a=1)),
        "db_default F": lambda: number(db_default=F("a")),
        "db_default nested": lambda: number(db_default=models.Value(1) + F("a")),
        "db_default text": lambda: number(db_default="x"),
        "db_default none": lambda: number(db_default=None),
        "generated warnings": lambda: models.GeneratedField(
            expression=F("a"), db_persist=True, output_field=number(max_length=3)
        ),
        "generated both": lambda: models.GeneratedField(
            expression=F("a"), db_persist=True, output_field=text(max_length="x", db_index=3)
        ),
        "generated unique": lambda: models.GeneratedField(
            expression=F("a"), db_persist=True, output_field=number(), unique=True
        ),
        "generated key": lambda: models.GeneratedField(
            expression=F("a"), db_persist=True, output_field=number(), primary_key=True
        ),
        "generated across": lambda: models.GeneratedField(expression=F("a__b"), db_persist=True, output_field=number()),
        "generated unknown": lambda: models.GeneratedField(
            expression=F("nome"), db_persist=True, output_field=number()
        ),
    }.items():
        with isolated_models(), env.raises(label):
            note(env, f"{label} checked", declare("Model", a=number(), field=make()))
    for base in (models.IntegerField,):
        removed = {"msg": "Gone.", "hint": "Take another.", "id": "fields.E999"}
        with isolated_models():
            gone = type("Gone", (base,), {"system_check_removed_details": removed})
            bare = type("Bare", (base,), {"system_check_deprecated_details": {}})
            both = type("Both", (base,), {"system_check_removed_details": {}, "system_check_deprecated_details": {}})
            note(env, "removed and deprecated", declare("Old", a=gone(), b=bare(), c=both()))
