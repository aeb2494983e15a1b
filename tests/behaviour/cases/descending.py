"""Declaring models that inherit: what is copied, hidden, refused, checked; managers and Meta go down; signals."""

from __future__ import annotations

from typing import Any

from tests.behaviour.harness.environment import Environment, case
from tests.behaviour.orm import isolated_models, models, signals
from tests.behaviour.schemas import society
from tests.behaviour.schemas.society import Car, Oldtimer, Person, Taxi, Truck, Vehicle

SCHEMA = society


def declare(name: str, *bases: Any, meta: dict[str, Any] | None = None, **body: Any) -> Any:
    """Declare a model of the isolated app."""
    inner = type("Meta", (), {"app_label": "isolated", **(meta or {})})
    return type(name, bases or (models.Model,), {"__module__": __name__, "Meta": inner, **body})


def names(model: Any) -> list[str]:
    return [field.name for field in model._meta.fields]


def complaints(model: Any) -> list[list[Any]]:
    return sorted([error.id, error.msg, error.hint] for error in model.check(databases=None))


ABSTRACT = {"abstract": True}


@case()
async def fields_of_several_abstract_parents(env: Environment) -> None:
    with isolated_models():
        one = declare("One", meta=ABSTRACT, a=models.IntegerField(), b=models.IntegerField())
        two = declare("Two", meta=ABSTRACT, b=models.CharField(max_length=3), c=models.IntegerField())
        both = declare("Both", one, two)
        env.note("fields", [[field.name, type(field).__name__] for field in both._meta.fields])
        env.note("the other way", [[f.name, type(f).__name__] for f in declare("Htob", two, one)._meta.fields])
        child = declare("Child", both, d=models.IntegerField())
        env.note("child", [names(child), [field.name for field in child._meta.local_fields]])
        env.note("copies", both._meta.get_field("a") is not one._meta.get_field("a"))
        env.note("model", [both._meta.get_field("a").model.__name__, child._meta.get_field("a").model.__name__])
        env.note("counters", both._meta.get_field("a").creation_counter == one._meta.get_field("a").creation_counter)


@case()
async def hiding(env: Environment) -> None:
    with isolated_models():
        base = declare("Base", meta=ABSTRACT, a=models.IntegerField(), o=models.ForeignKey("self", models.CASCADE))
        parent = declare("Parent", x=models.IntegerField(), o=models.ForeignKey("self", models.CASCADE, null=True))
        for label, bases, body in (
            ("an abstract field", (base,), {"a": models.CharField(max_length=1)}),
            ("an abstract field by none", (base,), {"a": None}),
            ("an abstract field by a method", (base,), {"a": lambda self: 1}),
            ("an abstract key", (base,), {"o": models.IntegerField()}),
            ("an abstract key by its attribute", (base,), {"o_id": models.IntegerField()}),
            ("a concrete field", (parent,), {"x": models.CharField(max_length=1)}),
            ("a concrete field by none", (parent,), {"x": None}),
            ("a concrete key", (parent,), {"o": models.IntegerField()}),
            ("a concrete key by its attribute", (parent,), {"o_id": models.IntegerField()}),
            ("a reverse accessor", (parent,), {"parent_set": models.IntegerField()}),
            ("the link", (parent,), {"parent_ptr": models.IntegerField()}),
            ("the key of the parent", (parent,), {"id": models.IntegerField()}),
        ):
            with env.raises(label):
                model = declare("".join(label.title().split()), *bases, **body)
                env.note(f"{label}: fields", names(model)[1:] if bases == (base,) else names(model))
                env.note(f"{label}: checks", [item[0] for item in complaints(model)])


@case()
async def fields_that_two_concrete_parents_share(env: Environment) -> None:
    with isolated_models():
        one, two = declare("One", x=models.IntegerField()), declare("Two", x=models.IntegerField())
        model = declare("Both", one, two)
        env.note("fields", names(model))
        env.note("checks", complaints(model))
        other = declare("Other", key=models.AutoField(primary_key=True), y=models.IntegerField())
        env.note("different keys", complaints(declare("Mixed", one, other)))
        env.note("parents", [parent.__name__ for parent in model._meta.parents])


@case()
async def links_to_parents(env: Environment) -> None:
    with isolated_models():
        parent = declare("Parent", x=models.IntegerField())
        for label, body in (
            ("declared", {"up": models.OneToOneField(parent, models.CASCADE, parent_link=True)}),
            ("not declared", {"up": models.OneToOneField(parent, models.CASCADE, related_name="+")}),
            ("a key of its own", {
                "code": models.CharField(max_length=3, primary_key=True),
                "up": models.OneToOneField(parent, models.CASCADE, parent_link=True),
            }),
            ("a foreign key", {"up": models.ForeignKey(parent, models.CASCADE, related_name="downs")}),
        ):  # fmt: skip
            with env.raises(label):
                model = declare(f"Child{len(label)}", parent, **body)
                env.note(f"{label}: pk", [model._meta.pk.name, model._meta.parents[parent].name])
                env.note(f"{label}: fields", names(model))
                env.note(f"{label}: checks", [item[0] for item in complaints(model)])
        with env.raises("no one-to-one"):
            declare("Wrong", parent, up=models.ForeignKey(parent, models.CASCADE, parent_link=True))


@case()
async def meta_goes_down(env: Environment) -> None:
    with isolated_models():
        given = {"ordering": ["x"], "get_latest_by": "x", "verbose_name": "thing", "db_table": "t", "abstract": True}
        base = declare("Base", meta=given, x=models.IntegerField())
        plain = type("Plain", (base,), {"__module__": __name__})
        env.note("no meta of its own", [plain._meta.abstract, plain._meta.ordering, plain._meta.db_table])
        own = declare("Own", base)
        env.note("meta of its own", [own._meta.ordering, own._meta.get_latest_by, own._meta.verbose_name])
        based = type(
            "Based",
            (base,),
            {"__module__": __name__, "Meta": type("Meta", (base.Meta,), {"app_label": "isolated", "db_table": "u"})},
        )
        env.note(
            "meta that inherits",
            [based._meta.abstract, based._meta.ordering, str(based._meta.verbose_name), based._meta.db_table],
        )
        child = declare("Child", based)
        env.note(
            "from a concrete parent",
            [child._meta.ordering, child._meta.get_latest_by, child._meta.db_table, str(child._meta.verbose_name)],
        )
        cleared = declare("Cleared", based, meta={"ordering": []})
        env.note("cleared", cleared._meta.ordering)
        proxy = declare("Proxy", based, meta={"proxy": True})
        env.note(
            "proxy", [proxy._meta.ordering, proxy._meta.db_table, proxy._meta.pk.name, str(proxy._meta.verbose_name)]
        )
        indexed = declare(
            "Indexed",
            meta={
                "abstract": True,
                "indexes": [models.Index(fields=["x"])],
                "constraints": [models.UniqueConstraint(fields=["x"], name="%(app_label)s_%(class)s_x")],
            },
            x=models.IntegerField(),
        )
        made = type("Made", (indexed,), {"__module__": __name__})
        env.note("names of constraints", [item.name for item in made._meta.constraints])
        env.note("names of indexes", [item.name for item in made._meta.indexes])


@case()
async def managers_go_down(env: Environment) -> None:
    class First(models.Manager):
        pass

    class Second(models.Manager):
        pass

    def kinds(model: Any) -> list[str]:
        managers = [f"{item.name}: {type(item).__name__}" for item in model._meta.managers]
        return [*managers, type(model._default_manager).__name__, type(model._base_manager).__name__]

    with isolated_models():
        one = declare("One", meta=ABSTRACT, first=First())
        two = declare("Two", meta=ABSTRACT, second=Second())
        env.note(
            "abstract",
            kinds(type("A", (one,), {"__module__": __name__, "Meta": type("Meta", (), {"app_label": "isolated"})})),
        )
        env.note("two abstract", kinds(declare("B", one, two)))
        env.note("of its own", kinds(declare("C", one, objects=Second())))
        parent = declare("Parent", special=First(), objects=Second())
        child = declare("Child", parent)
        env.note("concrete", kinds(child))
        env.note("copies", [child.special is parent.special, child.special.model.__name__])
        env.note("proxy", kinds(declare("Proxy", parent, meta={"proxy": True}, third=models.Manager())))
        named = declare(
            "Named", meta={"default_manager_name": "later", "base_manager_name": "later"}, first=First(), later=Second()
        )
        env.note("named", kinds(named))
        env.note("named, below", kinds(declare("Below", named)))
        env.note("hidden", kinds(declare("Hidden", parent, special=None)))
        with env.raises("unknown"):
            _ = declare("Unknown", meta={"default_manager_name": "nobody"})._default_manager
        with env.raises("on an instance"):
            _ = parent(id=1).objects
        with env.raises("of an abstract model"):
            _ = one.first


@case()
async def proxies_to_the_edges(env: Environment) -> None:
    with isolated_models():
        parent, other = declare("Parent", x=models.IntegerField()), declare("Other", y=models.IntegerField())
        base = declare("Base", meta=ABSTRACT, z=models.IntegerField())
        fieldless = declare("Fieldless", meta=ABSTRACT, hello=lambda self: "hello")
        proxy = {"proxy": True}
        for label, bases, body in (
            ("two parents", (parent, other), {}), ("an abstract one with fields", (parent, base), {}),
            ("an abstract one without", (fieldless, parent), {}), ("fields", (parent,), {"w": models.IntegerField()}),
            ("none", (models.Model,), {}),
        ):  # fmt: skip
            with env.raises(label):
                model = declare(f"P{len(label)}", *bases, meta=proxy, **body)
                env.note(f"{label}: checks", complaints(model))
        one = declare("One", parent, meta=proxy)
        two = declare("Two", parent, meta=proxy)
        with env.raises("two proxies of one model"):
            env.note("both", declare("Both", one, two, meta=proxy)._meta.concrete_model.__name__)
        env.note("child of a proxy", [item.__name__ for item in declare("Down", one)._meta.parents])
        env.note("swapped", one._meta.proxy_for_model.__name__)
        env.note("permissions", [one._meta.get_parent_list()[0].__name__, len(one._meta.local_fields)])


@case()
async def related_names_of_abstract_parents(env: Environment) -> None:
    with isolated_models():
        target = declare("Target")
        base = declare(
            "Base",
            meta=ABSTRACT,
            one=models.ForeignKey(
                target, models.CASCADE, related_name="%(app_label)s_%(class)s_ones", related_query_name="%(class)s_q"
            ),
            many=models.ManyToManyField(target, related_name="%(model_name)s_many"),
        )
        model, other = declare("Low", base), declare("LowLow", base)
        env.note("names", sorted(name for name in dir(target) if "low" in name))
        env.note("queries", sorted(item.name for item in target._meta.related_objects))
        env.note("checks", [complaints(item) for item in (target, model, other)])
        fixed = declare("Fixed", meta=ABSTRACT, one=models.ForeignKey(target, models.CASCADE, related_name="same"))
        first, second = declare("F", fixed), declare("S", fixed)
        env.note("clash", [sorted(item[0] for item in complaints(item)) for item in (first, second)])


@case()
async def models_are_announced(env: Environment) -> None:
    log: list[str] = []
    env.listen(signals.class_prepared, log, lambda sender, **rest: f"{sender.__name__} {sorted(rest)}")
    with isolated_models():
        base = declare("Base", meta=ABSTRACT, x=models.IntegerField())
        env.note("abstract", list(log))
        parent = declare(
            "Parent", base, many=models.ManyToManyField("isolated.Later"), me=models.ManyToManyField("self")
        )
        env.note("concrete", list(log))
        declare("Proxy", parent, meta={"proxy": True})
        declare("Later")
    env.note("all", log)


@case()
async def saving_over_parents(env: Environment) -> None:
    log: list[str] = []
    for name, signal in (("pre", signals.pre_save), ("post", signals.post_save)):
        env.listen(signal, log, lambda sender, name=name, **rest: f"{name} {sender.__name__} {rest.get('created')}")
    person = await env.do(Person.objects, "create", handle="h")
    with env.at_most("create"):
        taxi = await env.do(Taxi.objects, "create", owner=person)
    with env.at_most("save"):
        await env.do(taxi, "save")
    with env.at_most("fields of each"):
        await env.do(taxi, "save", update_fields=["owner", "driver", "base"])
    with env.at_most("of one"):
        await env.do(taxi, "save", update_fields=["driver"])
    for label, options in (
        ("every parent", {"force_insert": (models.Model,)}), ("one parent", {"force_insert": (Car,)}),
        ("itself", {"force_insert": True}), ("no parent", {"force_insert": (Truck,)}),
        ("update", {"force_update": True}), ("not a class", {"force_insert": ("x",)}),
    ):  # fmt: skip
        fresh = Taxi(owner=person)
        with env.raises(label):
            async with env.atomic():
                with env.at_most(f"{label}, statements"):
                    await env.do(fresh, "save", **options)
        env.note(f"{label}, keys", [fresh.pk, fresh.id, fresh.vehicle_ptr_id, fresh.car_ptr_id])
    over = Car(vehicle_ptr_id=taxi.vehicle_ptr_id)
    with env.raises("a car over the vehicle"):
        async with env.atomic():
            await env.do(over, "save")
    env.note("owner is overwritten", await env.fetch(Vehicle.objects.order_by("pk").values_list("owner", flat=True)))
    env.note("log", log)


@case()
async def refreshing_over_parents(env: Environment) -> None:
    one, two = [await env.do(Person.objects, "create", handle=handle) for handle in "ab"]
    taxi = await env.do(Taxi.objects, "create", owner=one, driver=one)
    await env.do(Vehicle.objects, "update", owner=two)
    await env.do(Car.objects, "update", driver=two)
    with env.at_most("one field"):
        await env.do(taxi, "refresh_from_db", fields=["owner"])
    env.note("owner only", [taxi.owner_id, taxi.driver_id])
    with env.at_most("all"):
        await env.do(taxi, "refresh_from_db")
    env.note("both", [taxi.owner_id, taxi.driver_id])
    oldtimer = await env.do(Oldtimer.objects, "get")
    env.note("proxy", [oldtimer == await env.do(Car.objects, "get"), oldtimer == taxi])
    with env.statements("the parent"):
        vehicle = await env.load(taxi, "vehicle_ptr")
        env.note("parent", [type(vehicle).__name__, vehicle.pk, vehicle.owner_id])
    with env.at_most("the child"):
        env.note("child", (await env.load(await env.load(vehicle, "car"), "taxi")).pk)
    with env.raises("no truck"):
        await env.load(vehicle, "as_truck")
    await env.do(Taxi.objects, "update", owner=one, driver=one)
    env.note("updated", await env.fetch(Taxi.objects.values_list("owner", "driver", "car_ptr__owner")))
    env.note("deferred", sorted((await env.do(Taxi.objects.only("driver"), "get")).get_deferred_fields()))
