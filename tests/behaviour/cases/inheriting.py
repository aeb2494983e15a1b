"""Instances of models that inherit: creating, saving over parents, refreshing, querying up and down, equality."""

from __future__ import annotations

import pickle

from tests.behaviour.harness.environment import Environment, case
from tests.behaviour.orm import F, exceptions, models, signals
from tests.behaviour.schemas import inheritance
from tests.behaviour.schemas.inheritance import (
    ItalianRestaurant,
    Mention,
    MultitableInherited,
    MyModel,
    MyProxy,
    ParkingLot,
    Place,
    ProxyOfChild,
    ProxyOfProxy,
    Rating,
    Restaurant,
    Stamped,
    Student,
    Supplier,
    Worker,
)  # fmt: skip

SCHEMA = inheritance


@case()
async def abstract_fields_are_copied(env: Environment) -> None:
    env.note("worker", [field.name for field in Worker._meta.fields])
    env.note("student", [field.name for field in Student._meta.fields])
    env.note("tables", [Worker._meta.db_table, Student._meta.db_table])
    env.note("own objects", Worker._meta.get_field("name") is Student._meta.get_field("name"))


@case()
async def abstract_meta_is_inherited(env: Environment) -> None:
    env.note("explicit", [Worker._meta.ordering, Worker._meta.get_latest_by, Worker._meta.abstract])
    env.note("replaced", [Student._meta.ordering, Student._meta.get_latest_by])


@case()
async def abstract_models_have_no_manager_and_no_instances(env: Environment) -> None:
    with env.raises("manager"):
        Stamped.objects  # noqa: B018
    with env.raises("instance"):
        Stamped(name="x")


@case()
async def abstract_related_names_are_filled_in(env: Environment) -> None:
    worker = await env.do(Worker.objects, "create", name="w")
    await env.do(Student.objects, "create", name="s", tutor=worker)
    env.note("pupils", await env.fetch(worker.student_pupils.all()))


@case()
async def creating_a_child_writes_both_tables(env: Environment) -> None:
    with env.statements("statements"):
        child = await env.do(MultitableInherited.objects, "create", name="c", extra=5)
    env.note("keys", [child.pk, child.id, child.mymodel_ptr_id])
    env.note("parent", await env.fetch(MyModel.objects.values()))
    env.note("child", await env.fetch(MultitableInherited.objects.values()))


@case()
async def saving_a_child_again(env: Environment) -> None:
    child = await env.do(MultitableInherited.objects, "create", name="c", extra=5)
    child.name, child.extra = "d", 6
    with env.statements("statements"):
        await env.do(child, "save")
    env.note("rows", await env.fetch(MultitableInherited.objects.values("name", "extra")))


@case()
async def saving_a_child_with_update_fields(env: Environment) -> None:
    child = await env.do(MultitableInherited.objects, "create", name="c", extra=5)
    child.name, child.extra = "d", 6
    with env.at_most("parent only"):
        await env.do(child, "save", update_fields=["name"])
    env.note("first", await env.fetch(MultitableInherited.objects.values("name", "extra")))
    with env.at_most("child only"):
        await env.do(child, "save", update_fields=["extra"])
    env.note("second", await env.fetch(MultitableInherited.objects.values("name", "extra")))


@case()
async def a_child_with_an_explicit_key(env: Environment) -> None:
    with env.statements("statements"):
        await env.do(MultitableInherited(id=7, name="c"), "save")
    env.note("rows", await env.fetch(MultitableInherited.objects.values()))


@case()
async def a_child_over_an_existing_parent(env: Environment) -> None:
    parent = await env.do(MyModel.objects, "create", name="p")
    child = MultitableInherited(mymodel_ptr=parent, extra=3)
    child.__dict__.update({"name": parent.name})
    with env.statements("statements"):
        await env.do(child, "save")
    env.note("parents", await env.do(MyModel.objects, "count"))
    env.note("rows", await env.fetch(MultitableInherited.objects.values()))


@case()
async def a_link_by_its_key(env: Environment) -> None:
    parent = await env.do(MyModel.objects, "create", name="p")
    child = MultitableInherited(mymodel_ptr_id=parent.pk, name="c", extra=3)
    env.note("before", [child.pk, child.id])
    with env.statements("statements"):
        await env.do(child, "save")
    env.note("after", [child.pk == parent.pk, child.id == parent.pk])
    env.note("rows", await env.fetch(MultitableInherited.objects.values_list("name", "extra")))


@case()
async def force_insert_of_a_child(env: Environment) -> None:
    with env.statements("child only is forced"):
        await env.do(MultitableInherited(id=7, name="c"), "save", force_insert=True)
    parent = await env.do(MyModel.objects, "create", id=9, name="p")
    with env.raises("everything forced"):
        await env.do(MultitableInherited(id=parent.pk, name="c"), "save", force_insert=(models.Model,))
    with env.statements("parent is updated"):
        await env.do(MultitableInherited(id=parent.pk, name="new"), "save", force_insert=True)
    env.note("parents", await env.fetch(MyModel.objects.order_by("pk").values_list("pk", "name")))


@case()
async def force_insert_of_named_parents(env: Environment) -> None:
    with env.statements("place only"):
        await env.do(Restaurant(pk=1, rating_ptr_id=1, name="a"), "save", force_insert=(Place,))
    with env.statements("both"):
        await env.do(Restaurant(pk=2, rating_ptr_id=2, name="b", rating=4), "save", force_insert=(Place, Rating))
    with env.statements("all"):
        await env.do(
            ItalianRestaurant(pk=3, place_ptr_id=3, rating_ptr_id=3, name="c"), "save", force_insert=(models.Model,)
        )
    env.note("rows", await env.fetch(Restaurant.objects.order_by("pk").values_list("pk", "name", "rating")))


@case()
async def force_insert_of_a_stranger(env: Environment) -> None:
    with env.raises("not a parent"):
        await env.do(Restaurant(pk=1, name="a"), "save", force_insert=(Worker,))
    with env.raises("an instance"):
        await env.do(Restaurant(pk=1, name="a"), "save", force_insert=(Place(),))


@case()
async def force_update_of_a_child(env: Environment) -> None:
    with env.raises("no rows"):
        await env.do(MultitableInherited(id=7, name="c"), "save", force_update=True)
    child = await env.do(MultitableInherited.objects, "create", name="c")
    child.name = "d"
    await env.do(child, "save", force_update=True)
    env.note("rows", await env.fetch(MultitableInherited.objects.values_list("name", flat=True)))


@case()
async def two_parents(env: Environment) -> None:
    made = await env.do(Restaurant.objects, "create", name="Bob's", address="here", rating=4, serves_pizza=True)
    env.note_fields("made", made, "pk", "place_ptr_id", "rating_ptr_id", "name", "rating")
    loaded = await env.do(Restaurant.objects, "get", rating=4, name="Bob's")
    env.note_fields("loaded", loaded, "pk", "address", "rating", "serves_pizza")
    env.note("meta", Restaurant._meta.ordering)


@case()
async def three_levels(env: Environment) -> None:
    with env.at_most("statements"):
        made = await env.do(ItalianRestaurant.objects, "create", name="Ristorante", rating=5, serves_gnocchi=True)
    loaded = await env.do(ItalianRestaurant.objects, "get", name="Ristorante")
    env.note_fields("loaded", loaded, "pk", "rating", "serves_pizza", "serves_gnocchi")
    loaded.name = "Miron"
    await env.do(loaded, "save")
    env.note("as place", await env.fetch(Place.objects.values_list("name", flat=True)))
    env.note("as restaurant", (await env.do(Restaurant.objects, "get", pk=made.pk)).name)


@case()
async def from_parent_to_child(env: Environment) -> None:
    await env.do(Restaurant.objects, "create", name="Bob's")
    await env.do(Place.objects, "create", name="Nowhere")
    place = await env.do(Place.objects, "get", name="Bob's")
    child = await env.load(place, "restaurant")
    env.note("class", type(child).__name__)
    other = await env.do(Place.objects, "get", name="Nowhere")
    with env.raises("no child"):
        await env.load(other, "restaurant")
    with env.raises("no such child"):
        await env.load(child, "italianrestaurant")


@case()
async def from_child_to_parent(env: Environment) -> None:
    made = await env.do(Restaurant.objects, "create", name="Bob's")
    loaded = await env.do(Restaurant.objects, "get")
    parent = await env.load(loaded, "place_ptr")
    env.note("class", type(parent).__name__)
    env.note("name", parent.name)
    env.note("key", parent.pk == made.pk)


@case()
async def querying_up_and_down(env: Environment) -> None:
    bobs = await env.do(Restaurant.objects, "create", name="Bob's", rating=3, serves_pizza=True)
    await env.do(ItalianRestaurant.objects, "create", name="Miron", rating=5, serves_gnocchi=True)
    await env.do(Place.objects, "create", name="Nowhere")
    env.note(
        "down", await env.fetch(Place.objects.filter(restaurant__serves_pizza=True).values_list("name", flat=True))
    )
    env.note("two down", await env.fetch(Place.objects.filter(restaurant__italianrestaurant__serves_gnocchi=True)))
    env.note(
        "none below", await env.fetch(Place.objects.filter(restaurant__isnull=True).values_list("name", flat=True))
    )
    env.note("up", await env.fetch(ItalianRestaurant.objects.filter(name="Miron", rating=5)))
    env.note(
        "exclude",
        await env.fetch(Place.objects.exclude(restaurant=bobs).order_by("name").values_list("name", flat=True)),
    )
    env.note("order", await env.fetch(Restaurant.objects.order_by("-name").values_list("name", flat=True)))
    env.note("values", await env.fetch(ItalianRestaurant.objects.values("name", "rating", "serves_gnocchi")))
    env.note(
        "update", await env.do(Restaurant.objects.filter(name="Bob's"), "update", name="Rob's", serves_pizza=False)
    )
    env.note("updated", await env.fetch(Restaurant.objects.order_by("pk").values_list("name", "serves_pizza")))
    env.note(
        "parent field by child filter", await env.do(ItalianRestaurant.objects, "update", name=F("address"), rating=1)
    )
    env.note("after", await env.fetch(Place.objects.order_by("pk").values_list("name", flat=True)))


@case()
async def relations_of_the_parent(env: Environment) -> None:
    supplier = await env.do(Supplier.objects, "create", name="Joe")
    italian = await env.do(ItalianRestaurant.objects, "create", name="Miron")
    bobs = await env.do(Restaurant.objects, "create", name="Bob's")
    await env.do(supplier.customers, "set", [italian, bobs])
    env.note("customers", await env.fetch(supplier.customers.order_by("name").values_list("name", flat=True)))
    env.note("providers", await env.fetch(italian.provider.values_list("name", flat=True)))
    lot = await env.do(ParkingLot.objects, "create", name="Lot", main_site=bobs)
    env.note("lots", await env.fetch(bobs.lot.values_list("name", flat=True)))
    env.note("key", [lot.pk, lot.parent_id])


@case()
async def refreshing_a_child(env: Environment) -> None:
    child = await env.do(MultitableInherited.objects, "create", name="c", extra=5)
    await env.do(MyModel.objects, "update", name="changed")
    await env.do(MultitableInherited.objects, "update", extra=6)
    with env.statements("one"):
        await env.do(child, "refresh_from_db")
    env.note_fields("child", child, "name", "extra")


@case()
async def deferred_parent_fields(env: Environment) -> None:
    await env.do(MultitableInherited.objects, "create", name="c", extra=5)
    child = await env.do(MultitableInherited.objects.only("extra"), "get")
    env.note("deferred", child.get_deferred_fields())
    env.note("name", await env.read(child, "name"))
    child = await env.do(MultitableInherited.objects.defer("extra"), "get")
    child.name = "new"
    with env.at_most("statements"):
        await env.do(child, "save")
    env.note("rows", await env.fetch(MultitableInherited.objects.values_list("name", "extra")))


@case()
async def select_related_down(env: Environment) -> None:
    await env.do(MultitableInherited.objects, "create", name="c", extra=5)
    await env.do(MyModel.objects, "create", name="p")
    with env.statements("one"):
        found = await env.fetch(MyModel.objects.select_related("multitableinherited").order_by("pk"))
    env.note("extra", found[0].multitableinherited.extra)
    with env.raises("none"):
        found[1].multitableinherited  # noqa: B018


@case()
async def equality_of_proxies_and_children(env: Environment) -> None:
    env.note("proxy", MyModel(id=1) == MyProxy(id=1))
    env.note("proxy of proxy", MyModel(id=1) == ProxyOfProxy(id=1))
    env.note("child", MyModel(id=1) == MultitableInherited(id=1))
    env.note("proxy of child", MultitableInherited(pk=1) == ProxyOfChild(pk=1))
    env.note("proxies of different", MyProxy(id=1) == ProxyOfChild(pk=1))
    env.note("hashes", hash(MyModel(id=1)) == hash(MyProxy(id=1)))
    env.note("concrete", MyProxy._meta.concrete_model is MyModel)


@case()
async def proxies_share_the_table(env: Environment) -> None:
    await env.do(MyProxy.objects, "create", name="spam")
    await env.do(MyModel.objects, "create", name="eggs")
    env.note("proxies", await env.fetch(MyProxy.objects.all()))
    env.note("classes", [type(item).__name__ for item in await env.fetch(MyModel.objects.order_by("pk"))])
    env.note("manager", await env.fetch(MyProxy.starting.values_list("name", flat=True)))
    env.note("method", (await env.do(MyProxy.starting, "get")).shout())
    env.note("order", await env.fetch(MyProxy.objects.values_list("name", flat=True)))
    env.note("meta", [MyProxy._meta.proxy, MyProxy._meta.db_table, ProxyOfProxy._meta.concrete_model is MyModel])


@case()
async def proxies_raise_the_exceptions_of_both(env: Environment) -> None:
    with env.raises("proxy") as caught:
        await env.do(MyProxy.objects, "get", name="nothing")
    env.note("is the model's", isinstance(caught.error, MyModel.DoesNotExist))
    with env.raises("child") as caught:
        await env.do(MultitableInherited.objects, "get", name="nothing")
    env.note("is the parent's", isinstance(caught.error, MyModel.DoesNotExist))
    env.note("any", isinstance(caught.error, exceptions.ObjectDoesNotExist))


@case()
async def saving_and_deleting_proxies(env: Environment) -> None:
    proxy = await env.do(MyProxy.objects, "create", name="spam")
    proxy.name = "ham"
    with env.statements("one update"):
        await env.do(proxy, "save")
    env.note("seen by the model", await env.fetch(MyModel.objects.values_list("name", flat=True)))
    env.note("returns", await env.do(proxy, "delete"))


@case()
async def signals_of_proxies_name_the_proxy(env: Environment) -> None:
    log: list[object] = []
    env.listen(signals.pre_save, log, lambda sender, **rest: ["pre_save", sender.__name__])
    env.listen(signals.post_delete, log, lambda sender, **rest: ["post_delete", sender.__name__])
    proxy = await env.do(MyProxy.objects, "create", name="spam")
    await env.do(proxy, "delete")
    env.note("log", log)


@case()
async def signals_of_children_are_sent_once(env: Environment) -> None:
    log: list[object] = []
    env.listen(signals.pre_save, log, lambda sender, **rest: ["pre", sender.__name__])
    env.listen(signals.post_save, log, lambda sender, created, **rest: ["post", sender.__name__, created])
    child = await env.do(MultitableInherited.objects, "create", name="c")
    await env.do(child, "save")
    env.note("log", log)


@case()
async def foreign_keys_to_proxies(env: Environment) -> None:
    proxy = await env.do(MyProxy.objects, "create", name="spam")
    mention = await env.do(Mention.objects, "create", of=proxy)
    loaded = await env.do(Mention.objects, "get")
    env.note("class", type(await env.load(loaded, "of")).__name__)
    env.note("reverse", await env.fetch(proxy.mention_set.all()))
    base = await env.do(MyModel.objects, "get")
    env.note("reverse of the model", await env.fetch(base.mention_set.all()))
    mention.of = base
    env.note("accepts the model", mention.of_id)


@case()
async def pickling_a_child(env: Environment) -> None:
    await env.do(MultitableInherited.objects, "create", name="c", extra=5)
    child = await env.do(MultitableInherited.objects.only("extra"), "get")
    copied = pickle.loads(pickle.dumps(child))
    env.note("deferred", copied.get_deferred_fields())
    env.note("name", await env.read(copied, "name"))


@case()
async def deleting_a_child(env: Environment) -> None:
    child = await env.do(MultitableInherited.objects, "create", name="c")
    with env.at_most("statements"):
        env.note("returns", await env.do(child, "delete"))
    env.note("keys", [child.pk, child.id])
    env.note("parents", await env.do(MyModel.objects, "count"))


@case()
async def deleting_a_child_keeping_the_parent(env: Environment) -> None:
    child = await env.do(MultitableInherited.objects, "create", name="c")
    env.note("returns", await env.do(child, "delete", keep_parents=True))
    env.note("parents", await env.do(MyModel.objects, "count"))
    env.note("keys", [child.pk, child.id])


@case()
async def in_bulk_and_values_of_children(env: Environment) -> None:
    child = await env.do(MultitableInherited.objects, "create", name="c", extra=1)
    env.note("in_bulk", await env.do(MultitableInherited.objects, "in_bulk", [child.pk]))
    env.note("pk", await env.fetch(MultitableInherited.objects.values_list("pk", "id", "mymodel_ptr")))


@case()
async def bulk_create_of_children(env: Environment) -> None:
    with env.raises("multi-table"):
        await env.do(MultitableInherited.objects, "bulk_create", [MultitableInherited(name="c")])
    await env.do(MyProxy.objects, "bulk_create", [MyProxy(name="a"), MyProxy(name="b")])
    env.note("proxies", await env.do(MyModel.objects, "count"))


@case()
async def hiding_a_field_of_a_concrete_parent(env: Environment) -> None:
    with env.raises("clash"):

        class Hiding(MyModel):
            name = models.IntegerField(default=0)

            class Meta:
                app_label = "inheritance"


@case()
async def replacing_a_field_of_an_abstract_parent(env: Environment) -> None:
    class Replacing(Stamped):
        stamp = models.CharField(max_length=5, default="x")

        class Meta:
            app_label = "inheritance"
            abstract = True

    class Removing(Stamped):
        stamp = None

        class Meta:
            app_label = "inheritance"
            abstract = True

    env.note("replaced", type(Replacing._meta.get_field("stamp")).__name__)
    env.note("removed", [field.name for field in Removing._meta.fields])


@case()
async def proxies_need_a_concrete_base(env: Environment) -> None:
    with env.raises("no concrete base"):

        class Based(Stamped):
            class Meta:
                app_label = "inheritance"
                proxy = True
