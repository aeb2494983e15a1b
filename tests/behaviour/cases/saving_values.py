"""Saving instances: expressions, automatic values, wrong values, related instances, overriding."""

from __future__ import annotations

from tests.behaviour.harness.environment import Environment, case
from tests.behaviour.orm import F, functions, models
from tests.behaviour.schemas import instances
from tests.behaviour.schemas.instances import (
    Author,
    Book,
    Clocked,
    Legacy,
    Passport,
    Product,
    Slugged,
    TextKey,
    UuidKey,
)  # fmt: skip

SCHEMA = instances


@case()
async def an_f_expression_in_an_update(env: Environment) -> None:
    product = await env.do(Product.objects, "create", name="Cheese", number_sold=10)
    await env.do(Product.objects, "update", number_sold=20)
    product.number_sold = F("number_sold") + 1
    await env.do(product, "save")
    env.note("row", await env.fetch(Product.objects.values_list("number_sold", flat=True)))
    env.note("attribute", product.number_sold)


@case()
async def an_f_expression_saved_twice(env: Environment) -> None:
    product = await env.do(Product.objects, "create", name="Cheese", number_sold=10)
    product.number_sold = F("number_sold") + 1
    await env.do(product, "save")
    product.name = "Ham"
    await env.do(product, "save")
    env.note("row", await env.fetch(Product.objects.values_list("number_sold", flat=True)))


@case()
async def an_f_expression_with_update_fields(env: Environment) -> None:
    product = await env.do(Product.objects, "create", name="Cheese", number_sold=10, in_stock=1)
    product.number_sold = F("in_stock") * 2 + F("number_sold")
    product.name = "never"
    await env.do(product, "save", update_fields=["number_sold"])
    env.note("row", await env.fetch(Product.objects.values_list("name", "number_sold")))
    env.note("attribute", product.number_sold)


@case()
async def an_f_expression_in_an_insert_is_refused(env: Environment) -> None:
    with env.raises("insert"):
        await env.do(Product(name="x", number_sold=F("in_stock")), "save")
    with env.raises("create"):
        await env.do(Product.objects, "create", name=F("name"))


@case()
async def an_f_expression_over_a_relation_is_refused(env: Environment) -> None:
    book = await env.do(Book.objects, "create", title="x")
    book.title = F("author__name")
    with env.raises("joined"):
        await env.do(book, "save")


@case()
async def functions_and_values_are_allowed(env: Environment) -> None:
    product = Product(name=functions.Lower(models.Value("CHEESE")))
    await env.do(product, "save")
    env.note("inserted", await env.fetch(Product.objects.values_list("name", flat=True)))
    env.note("attribute", product.name)
    product.name = functions.Upper("name")
    await env.do(product, "save")
    env.note("updated", await env.fetch(Product.objects.values_list("name", flat=True)))
    env.note("attribute after update", product.name)


@case()
async def a_conditional_expression_is_allowed(env: Environment) -> None:
    product = await env.do(Product.objects, "create", name="Cheese", number_sold=10)
    product.in_stock = models.Case(models.When(number_sold__gt=5, then=models.Value(1)), default=models.Value(0))
    await env.do(product, "save")
    env.note("row", await env.fetch(Product.objects.values_list("in_stock", flat=True)))


@case()
async def automatic_times(env: Environment) -> None:
    item = Clocked(name="x")
    env.note_fields("before", item, "made", "changed", "day", "hour")
    await env.do(item, "save")
    made, changed = item.made, item.changed
    env.note("set", [item.made is not None, item.changed is not None, item.day is not None, item.hour is not None])
    env.note("aware", item.made.utcoffset() is not None)
    await env.do(item, "save")
    env.note("made is kept", item.made == made)
    env.note("changed is later", item.changed > changed)


@case()
async def automatic_times_and_update_fields(env: Environment) -> None:
    item = await env.do(Clocked.objects, "create", name="x")
    changed = item.changed
    item.name = "y"
    await env.do(item, "save", update_fields=["name"])
    env.note("not touched", item.changed == changed)
    await env.do(item, "refresh_from_db")
    env.note("nor in the row", item.changed == changed)
    await env.do(item, "save", update_fields=["changed"])
    env.note("touched when named", item.changed > changed)


@case()
async def automatic_times_overwrite_what_is_given(env: Environment) -> None:
    import datetime

    old = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
    item = await env.do(Clocked.objects, "create", name="x", made=old, changed=old)
    env.note("made", item.made == old)
    env.note("changed", item.changed == old)


@case()
async def values_are_prepared_but_the_attribute_is_left(env: Environment) -> None:
    product = Product(name="x", number_sold="12")
    await env.do(product, "save")
    env.note("attribute", product.number_sold)
    env.note("row", await env.fetch(Product.objects.values_list("number_sold", flat=True)))


@case()
async def values_of_a_wrong_type(env: Environment) -> None:
    with env.raises("text for a number"):
        await env.do(Product(name="x", number_sold="many"), "save")
    with env.raises("list for a number"):
        await env.do(Product(name="x", number_sold=[1]), "save")
    with env.raises("text for a date"):
        await env.do(Book(title="x", published="yesterday"), "save")
    with env.raises("text for a decimal"):
        await env.do(Book(title="x", price="cheap"), "save")
    with env.raises("text for a uuid"):
        await env.do(UuidKey(pk="abc", name="x"), "save")


@case()
async def none_for_a_required_column(env: Environment) -> None:
    with env.raises("insert"):
        await env.do(Product(name=None), "save")
    product = await env.do(Product.objects, "create", name="x")
    product.name = None
    with env.raises("update"):
        await env.do(product, "save")


@case()
async def a_unique_column_that_is_taken(env: Environment) -> None:
    await env.do(Author.objects, "create", name="Jane", email="a@b.c")
    with env.raises("unique"):
        await env.do(Author.objects, "create", name="Mary", email="a@b.c")
    await env.do(Author.objects, "create", name="Nobody", email=None)
    await env.do(Author.objects, "create", name="No one", email=None)
    env.note("count", await env.do(Author.objects, "count"))


@case()
async def a_failed_insert_leaves_the_instance_unsaved(env: Environment) -> None:
    await env.do(Author.objects, "create", name="Jane", email="a@b.c")
    author = Author(name="Mary", email="a@b.c")
    with env.raises("unique"):
        await env.do(author, "save")
    env.note_fields("author", author, "pk")
    env.note("adding", author._state.adding)


@case()
async def an_unsaved_related_instance(env: Environment) -> None:
    author = Author(name="Jane")
    book = Book(title="Emma", author=author)
    with env.raises("save"):
        await env.do(book, "save")
    with env.raises("create"):
        await env.do(Book.objects, "create", title="Emma", author=author)
    await env.do(author, "save")
    env.note("key not yet taken over", book.author_id)
    await env.do(book, "save")
    env.note("taken over", book.author_id == author.pk)


@case()
async def a_related_instance_deleted_in_between(env: Environment) -> None:
    author = await env.do(Author.objects, "create", name="Jane")
    book = Book(title="Emma", author=author)
    await env.do(author, "delete")
    with env.raises("save"):
        await env.do(book, "save")


@case()
async def an_unsaved_related_instance_and_update_fields(env: Environment) -> None:
    book = await env.do(Book.objects, "create", title="Emma")
    book.author = Author(name="Jane")
    with env.raises("other field"):
        await env.do(book, "save", update_fields=["title"])
    with env.raises("this field"):
        await env.do(book, "save", update_fields=["author"])


@case()
async def a_related_key_changed_behind_the_cache(env: Environment) -> None:
    jane = await env.do(Author.objects, "create", name="Jane")
    mary = await env.do(Author.objects, "create", name="Mary")
    book = await env.do(Book.objects, "create", title="Emma", author=jane)
    book.author_id = mary.pk
    env.note("cache is dropped", (await env.load(book, "author")).name)
    await env.do(book, "save")
    env.note("row", await env.fetch(Book.objects.values_list("author__name", flat=True)))


@case()
async def a_key_of_no_row(env: Environment) -> None:
    with env.raises("foreign key"):
        await env.do(Book.objects, "create", title="Emma", author_id=999)


@case()
async def a_one_to_one_key_taken_from_the_parent(env: Environment) -> None:
    author = Author(name="Jane")
    passport = Passport(owner=author, number="1")
    env.note("before", passport.pk)
    await env.do(author, "save")
    await env.do(passport, "save")
    env.note("after", passport.pk == author.pk)
    with env.raises("second"):
        await env.do(Passport(owner=author, number="2"), "save", force_insert=True)


@case()
async def an_overridden_save(env: Environment) -> None:
    item = Slugged(name="Hello World")
    await env.do(item, "save")
    env.note_fields("item", item, "slug")
    created = await env.do(Slugged.objects, "create", name="Made By Manager")
    env.note_fields("created", created, "slug")
    item.name = "Other Name"
    await env.do(item, "save", update_fields=["name"])
    env.note("rows", await env.fetch(Slugged.objects.order_by("pk").values_list("name", "slug")))
    found, made = await env.do(Slugged.objects, "get_or_create", name="Third One")
    env.note("get_or_create", [found.slug, made])


@case()
async def legacy_names_of_tables_and_columns(env: Environment) -> None:
    author = await env.do(Author.objects, "create", name="Jane")
    item = await env.do(Legacy.objects, "create", name="x", owner=author)
    env.note("pk", item.pk)
    env.note("found", await env.do(Legacy.objects, "get", name="x", owner__name="Jane"))
    env.note("values", await env.fetch(Legacy.objects.values()))


@case()
async def saving_only_a_key(env: Environment) -> None:
    item = await env.do(TextKey.objects, "create", code="a")
    with env.statements("again"):
        await env.do(item, "save")


@case()
async def save_base_raw(env: Environment) -> None:
    from tests.behaviour.orm import signals

    log: list[object] = []
    env.listen(signals.pre_save, log, lambda raw, **rest: ["pre", raw], sender=Clocked)
    env.listen(signals.post_save, log, lambda raw, created, **rest: ["post", raw, created], sender=Clocked)
    item = Clocked(name="x")
    await env.do(item, "save")
    env.note("log", log)
