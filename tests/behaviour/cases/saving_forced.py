"""Saving instances: forcing INSERT or UPDATE, naming fields, deferred instances, other databases."""

from __future__ import annotations

from tests.behaviour.harness.environment import Environment, case
from tests.behaviour.orm import models
from tests.behaviour.schemas import instances
from tests.behaviour.schemas.instances import (
    Author,
    Blog,
    Book,
    Legacy,
    Product,
    SelectedFirst,
)  # fmt: skip

SCHEMA = instances


@case()
async def select_on_save(env: Environment) -> None:
    item = SelectedFirst(name="x")
    with env.statements("new"):
        await env.do(item, "save")
    with env.statements("existing"):
        await env.do(item, "save")
    with env.statements("explicit and free"):
        await env.do(SelectedFirst(pk=50, name="x"), "save")
    await env.do(SelectedFirst.objects.filter(pk=item.pk), "delete")
    with env.statements("gone"):
        await env.do(item, "save")


@case()
async def select_on_save_with_forced_update(env: Environment) -> None:
    item = await env.do(SelectedFirst.objects, "create", name="x")
    with env.statements("force_update"):
        await env.do(item, "save", force_update=True)
    with env.statements("update_fields"):
        await env.do(item, "save", update_fields=["name"])
    await env.do(SelectedFirst.objects.all(), "delete")
    with env.raises("gone, forced"):
        await env.do(item, "save", force_update=True)
    with env.raises("gone, fields"):
        await env.do(item, "save", update_fields=["name"])


@case()
async def force_insert(env: Environment) -> None:
    blog = Blog(id=3, name="x")
    with env.statements("insert at once"):
        await env.do(blog, "save", force_insert=True)
    with env.raises("taken"):
        await env.do(Blog(id=3, name="y"), "save", force_insert=True)
    with env.raises("saved instance again"):
        await env.do(blog, "save", force_insert=True)


@case()
async def force_update(env: Environment) -> None:
    blog = await env.do(Blog.objects, "create", name="x")
    blog.name = "y"
    with env.statements("update"):
        await env.do(blog, "save", force_update=True)
    env.note("rows", await env.fetch(Blog.objects.values_list("name", flat=True)))


@case()
async def force_update_without_a_row(env: Environment) -> None:
    with env.raises("no row"):
        await env.do(Blog(id=3, name="x"), "save", force_update=True)
    with env.raises("no key"):
        await env.do(Blog(name="x"), "save", force_update=True)
    env.note("count", await env.do(Blog.objects, "count"))


@case()
async def not_updated_is_both_kinds_of_exception(env: Environment) -> None:
    from tests.behaviour.orm import exceptions

    with env.raises("no row") as caught:
        await env.do(Blog(id=3, name="x"), "save", force_update=True)
    env.note("own class", isinstance(caught.error, Blog.NotUpdated))
    env.note("base class", isinstance(caught.error, exceptions.ObjectNotUpdated))
    env.note("database error", isinstance(caught.error, exceptions.DatabaseError))
    env.note("another model's", isinstance(caught.error, Author.NotUpdated))


@case()
async def forcing_both_is_an_error(env: Environment) -> None:
    with env.raises("both"):
        await env.do(Blog(id=3, name="x"), "save", force_insert=True, force_update=True)
    with env.raises("insert and fields"):
        await env.do(Blog(id=3, name="x"), "save", force_insert=True, update_fields=["name"])
    with env.statements("fields empty"):
        await env.do(Blog(id=3, name="x"), "save", force_insert=True, update_fields=[])


@case()
async def force_insert_of_wrong_classes(env: Environment) -> None:
    with env.raises("not a class"):
        await env.do(Blog(id=3, name="x"), "save", force_insert="yes")
    with env.raises("not a model"):
        await env.do(Blog(id=3, name="x"), "save", force_insert=(object,))
    with env.raises("not a parent"):
        await env.do(Blog(id=3, name="x"), "save", force_insert=(Book,))
    with env.raises("list"):
        await env.do(Blog(id=3, name="x"), "save", force_insert=[Blog])


@case()
async def force_insert_of_the_class_itself(env: Environment) -> None:
    with env.statements("own class"):
        await env.do(Blog(id=3, name="x"), "save", force_insert=(Blog,))
    with env.statements("Model"):
        await env.do(Blog(id=4, name="x"), "save", force_insert=(models.Model,))


@case()
async def positional_arguments_are_refused(env: Environment) -> None:
    with env.raises("positional", text=False) as caught:
        await env.do(Blog(id=3, name="x"), "save", True)
    env.note("type", type(caught.error).__name__)


@case()
async def update_fields_writes_only_these(env: Environment) -> None:
    product = await env.do(Product.objects, "create", name="Cheese", number_sold=1)
    product.name, product.number_sold = "Ham", 9
    with env.statements("update"):
        await env.do(product, "save", update_fields=["name"])
    env.note("rows", await env.fetch(Product.objects.values_list("name", "number_sold")))
    env.note("instance keeps", product.number_sold)


@case()
async def update_fields_of_any_iterable(env: Environment) -> None:
    product = await env.do(Product.objects, "create", name="Cheese", number_sold=1)
    product.name, product.number_sold = "Ham", 9
    await env.do(product, "save", update_fields=("name",))
    await env.do(product, "save", update_fields={"number_sold"})
    product.in_stock = 1
    await env.do(product, "save", update_fields=iter(["in_stock"]))
    env.note("rows", await env.fetch(Product.objects.values_list("name", "number_sold", "in_stock")))


@case()
async def update_fields_empty_skips_the_save(env: Environment) -> None:
    from tests.behaviour.orm import signals

    log: list[object] = []
    env.listen(signals.pre_save, log, lambda **rest: "pre", sender=Product)
    product = await env.do(Product.objects, "create", name="Cheese")
    log.clear()
    with env.statements("nothing"):
        await env.do(product, "save", update_fields=[])
        await env.do(Product(name="x"), "save", update_fields=())
    env.note("signals", log)


@case()
async def update_fields_none_writes_all(env: Environment) -> None:
    product = await env.do(Product.objects, "create", name="Cheese")
    product.name, product.number_sold = "Ham", 9
    await env.do(product, "save", update_fields=None)
    env.note("rows", await env.fetch(Product.objects.values_list("name", "number_sold")))


@case()
async def update_fields_with_unknown_names(env: Environment) -> None:
    product = await env.do(Product.objects, "create", name="Cheese")
    with env.raises("unknown"):
        await env.do(product, "save", update_fields=["nome"])
    with env.raises("two", text=False):  # Django names them in the order of a set
        await env.do(product, "save", update_fields=["nome", "name", "zeta"])
    with env.raises("key"):
        await env.do(product, "save", update_fields=["id"])
    with env.raises("a string", text=False):
        await env.do(product, "save", update_fields="name")


@case()
async def update_fields_forces_an_update(env: Environment) -> None:
    with env.raises("no row"):
        await env.do(Product(pk=4, name="x"), "save", update_fields=["name"])
    with env.raises("no key"):
        await env.do(Product(name="x"), "save", update_fields=["name"])
    env.note("count", await env.do(Product.objects, "count"))


@case()
async def update_fields_of_a_relation(env: Environment) -> None:
    jane = await env.do(Author.objects, "create", name="Jane")
    mary = await env.do(Author.objects, "create", name="Mary")
    book = await env.do(Book.objects, "create", title="Emma", author=jane)
    book.author = mary
    await env.do(book, "save", update_fields=["author"])
    env.note("by name", await env.fetch(Book.objects.values_list("author__name", flat=True)))
    book.author = jane
    await env.do(book, "save", update_fields=["author_id"])
    env.note("by attname", await env.fetch(Book.objects.values_list("author__name", flat=True)))


@case()
async def update_fields_and_a_column_of_another_name(env: Environment) -> None:
    item = await env.do(Legacy.objects, "create", name="x")
    item.name = "y"
    await env.do(item, "save", update_fields=["name"])
    env.note("rows", await env.fetch(Legacy.objects.values("key", "name", "owner")))


@case()
async def deferred_instances_write_only_what_is_loaded(env: Environment) -> None:
    await env.do(Product.objects, "create", name="Cheese", number_sold=1)
    product = await env.do(Product.objects.only("name"), "get")
    await env.do(Product.objects, "update", number_sold=7, in_stock=7)
    product.name = "Ham"
    with env.statements("one update"):
        await env.do(product, "save")
    env.note("rows", await env.fetch(Product.objects.values_list("name", "number_sold", "in_stock")))


@case()
async def a_deferred_field_that_was_assigned_is_written(env: Environment) -> None:
    await env.do(Product.objects, "create", name="Cheese", number_sold=1)
    product = await env.do(Product.objects.only("name"), "get")
    await env.do(Product.objects, "update", name="Other", in_stock=7)
    product.number_sold = 5
    await env.do(product, "save")
    env.note("rows", await env.fetch(Product.objects.values_list("name", "number_sold", "in_stock")))


@case()
async def deferred_instances_and_other_ways_of_saving(env: Environment) -> None:
    await env.do(Product.objects, "create", name="Cheese", number_sold=1)
    product = await env.do(Product.objects.defer("name"), "get")
    await env.do(Product.objects, "update", name="Ham")
    product.number_sold = 3
    with env.statements("force_update"):
        await env.do(product, "save", force_update=True)
    env.note("rows", await env.fetch(Product.objects.values_list("name", "number_sold")))


@case()
async def a_deferred_instance_whose_row_is_gone(env: Environment) -> None:
    await env.do(Product.objects, "create", name="Cheese")
    product = await env.do(Product.objects.only("name"), "get")
    await env.do(Product.objects.all(), "delete")
    with env.raises("automatic update_fields force an update"):
        await env.do(product, "save")


@case(other=True)
async def a_deferred_instance_saved_elsewhere_is_loaded_whole(env: Environment) -> None:
    await env.do(Blog.objects, "create", pk=1, name="x", tagline="t")
    blog = await env.do(Blog.objects.only("name"), "get")
    await env.do(blog, "refresh_from_db", fields=["tagline"])
    await env.do(blog, "save", using="other")
    env.note("rows", await env.fetch(Blog.objects.using("other").values_list("pk", "name", "tagline")))
    env.note("db", blog._state.db)


@case(other=True)
async def saving_to_another_database(env: Environment) -> None:
    blog = await env.do(Blog.objects, "create", name="x")
    with env.statements("other", using="other"):
        await env.do(blog, "save", using="other")
    env.note("db", blog._state.db)
    env.note("here", await env.do(Blog.objects, "count"))
    env.note("there", await env.do(Blog.objects.using("other"), "count"))
    blog.name = "y"
    await env.do(blog, "save")
    env.note(
        "default router goes to the instance's database",
        await env.fetch(Blog.objects.using("other").values_list("name", flat=True)),
    )


@case()
async def saving_to_an_unknown_database(env: Environment) -> None:
    with env.raises("alias", text=False) as caught:
        await env.do(Blog(name="x"), "save", using="nowhere")
    env.note("class", type(caught.error).__name__)
