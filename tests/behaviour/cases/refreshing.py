"""Refreshing instances from the database, deferred fields, deleted attributes."""

from __future__ import annotations

from typing import Any

from tests.behaviour.harness.environment import Environment, case
from tests.behaviour.orm import F, models
from tests.behaviour.schemas import instances
from tests.behaviour.schemas.instances import (
    Article,
    Author,
    BasedArticle,
    Blog,
    Book,
    Event,
    Passport,
    Product,
    Profile,
    TextKey,
    WholeRefresh,
)  # fmt: skip

SCHEMA = instances


async def a_book(env: Environment) -> Any:
    author = await env.do(Author.objects, "create", name="Jane")
    return await env.do(Book.objects, "create", title="Emma", author=author, pages=400, summary="long")


@case()
async def all_fields_take_the_values_of_the_database(env: Environment) -> None:
    product = await env.do(Product.objects, "create", name="Cheese", number_sold=1)
    await env.do(Product.objects.filter(pk=product.pk), "update", number_sold=F("number_sold") + 1, name="Ham")
    env.note("before", product.number_sold)
    env.note("returns", await env.do(product, "refresh_from_db"))
    env.note_fields("after", product, "number_sold", "name", "in_stock")


@case()
async def unsaved_changes_are_lost(env: Environment) -> None:
    product = await env.do(Product.objects, "create", name="Cheese")
    product.name = "Ham"
    await env.do(product, "refresh_from_db")
    env.note("name", product.name)


@case()
async def one_statement(env: Environment) -> None:
    product = await env.do(Product.objects, "create", name="Cheese")
    with env.statements("whole"):
        await env.do(product, "refresh_from_db")
    with env.statements("fields"):
        await env.do(product, "refresh_from_db", fields=["name"])
    with env.statements("no fields"):
        await env.do(product, "refresh_from_db", fields=[])


@case()
async def only_named_fields(env: Environment) -> None:
    product = await env.do(Product.objects, "create", name="Cheese", number_sold=1)
    await env.do(Product.objects, "update", number_sold=5, name="Ham")
    await env.do(product, "refresh_from_db", fields=["number_sold"])
    env.note_fields("after", product, "number_sold", "name")


@case()
async def fields_of_any_iterable(env: Environment) -> None:
    product = await env.do(Product.objects, "create", name="Cheese", number_sold=1)
    await env.do(Product.objects, "update", number_sold=5, name="Ham")
    await env.do(product, "refresh_from_db", fields=("number_sold",))
    env.note("tuple", product.number_sold)
    await env.do(product, "refresh_from_db", fields={"name"})
    env.note("set", product.name)
    await env.do(Product.objects, "update", number_sold=6)
    await env.do(product, "refresh_from_db", None, ["number_sold"])
    env.note("positional", product.number_sold)


@case()
async def a_relation_by_name_and_by_attname(env: Environment) -> None:
    book = await a_book(env)
    other = await env.do(Author.objects, "create", name="Mary")
    await env.do(Book.objects, "update", author=other, pages=1)
    await env.do(book, "refresh_from_db", fields=["author"])
    env.note_fields("name", book, "author_id", "pages")
    env.note("loads anew", (await env.load(book, "author")).name)
    await env.do(Book.objects, "update", author=None)
    await env.do(book, "refresh_from_db", fields=["author_id"])
    env.note("attname", book.author_id)
    env.note("author", await env.load(book, "author"))


@case()
async def unknown_field_names(env: Environment) -> None:
    product = await env.do(Product.objects, "create", name="Cheese")
    with env.raises("unknown"):
        await env.do(product, "refresh_from_db", fields=["nome"])


@case()
async def names_across_relations_are_refused(env: Environment) -> None:
    book = await a_book(env)
    with env.raises("lookup"):
        await env.do(book, "refresh_from_db", fields=["author__name"])


@case()
async def a_row_that_is_gone(env: Environment) -> None:
    product = await env.do(Product.objects, "create", name="Cheese")
    await env.do(Product.objects.all(), "delete")
    with env.raises("gone"):
        await env.do(product, "refresh_from_db")
    with env.raises("some fields"):
        await env.do(product, "refresh_from_db", fields=["name"])


@case()
async def an_unsaved_instance(env: Environment) -> None:
    with env.raises("no key"):
        await env.do(Product(name="x"), "refresh_from_db")


@case()
async def an_unsaved_instance_with_the_key_of_a_row(env: Environment) -> None:
    await env.do(Product.objects, "create", pk=3, name="Cheese")
    product = Product(pk=3)
    await env.do(product, "refresh_from_db")
    env.note_fields("loaded", product, "name", "in_stock")
    env.note("adding", product._state.adding)
    env.note("db", product._state.db)


@case()
async def deferred_fields_stay_deferred(env: Environment) -> None:
    await a_book(env)
    book = await env.do(Book.objects.only("title"), "get")
    before = book.get_deferred_fields()
    await env.do(Book.objects, "update", title="New", pages=7)
    await env.do(book, "refresh_from_db")
    env.note("same", before == book.get_deferred_fields())
    env.note("deferred", book.get_deferred_fields())
    env.note("title", book.title)


@case()
async def naming_a_deferred_field_loads_it(env: Environment) -> None:
    await a_book(env)
    book = await env.do(Book.objects.only("title"), "get")
    await env.do(book, "refresh_from_db", fields=["pages"])
    env.note("pages", book.pages)
    env.note("deferred", book.get_deferred_fields())


@case()
async def access_loads_a_deferred_field(env: Environment) -> None:
    await a_book(env)
    book = await env.do(Book.objects.defer("summary", "pages"), "get")
    env.note("deferred", book.get_deferred_fields())
    with env.statements("one select"):
        env.note("summary", await env.read(book, "summary"))
    env.note("still", book.get_deferred_fields())
    with env.statements("cached"):
        await env.read(book, "summary")


@case()
async def a_deferred_field_of_a_row_that_is_gone(env: Environment) -> None:
    await a_book(env)
    book = await env.do(Book.objects.defer("summary"), "get")
    await env.do(Book.objects.all(), "delete")
    with env.raises("gone"):
        await env.read(book, "summary")


@case()
async def a_deleted_attribute_is_loaded_again(env: Environment) -> None:
    product = await env.do(Product.objects, "create", name="Cheese")
    await env.do(Product.objects, "update", name="Ham", number_sold=9)
    del product.name
    env.note("deferred", product.get_deferred_fields())
    env.note("name", await env.read(product, "name"))
    env.note("untouched", product.number_sold)


@case()
async def deleting_an_attribute_twice(env: Environment) -> None:
    product = await env.do(Product.objects, "create", name="Cheese")
    del product.name
    with env.raises("twice"):
        del product.name


@case()
async def deferred_fields_of_whole_instances(env: Environment) -> None:
    product = await env.do(Product.objects, "create", name="Cheese")
    env.note("created", product.get_deferred_fields())
    env.note("loaded", (await env.do(Product.objects, "get")).get_deferred_fields())
    env.note("new", Product(name="x").get_deferred_fields())


@case()
async def deferred_foreign_key_is_named_by_attname(env: Environment) -> None:
    await a_book(env)
    book = await env.do(Book.objects.defer("author"), "get")
    env.note("deferred", book.get_deferred_fields())
    env.note("author", (await env.load(await env.do(Book.objects, "get"), "author")).name)


@case()
async def cached_relations_are_cleared(env: Environment) -> None:
    book = await a_book(env)
    cached = book.author
    await env.do(Author.objects, "update", name="Mary")
    await env.do(book, "refresh_from_db")
    with env.statements("loads again"):
        fresh = await env.load(book, "author")
    env.note("name", fresh.name)
    env.note("same object", fresh is cached)


@case()
async def a_relation_whose_key_changed(env: Environment) -> None:
    book = await a_book(env)
    other = await env.do(Author.objects, "create", name="Mary")
    await env.do(Book.objects, "update", author=other)
    env.note("stale", book.author.name)
    await env.do(book, "refresh_from_db")
    env.note("fresh", (await env.load(book, "author")).name)


@case()
async def an_unnamed_relation_keeps_its_cache(env: Environment) -> None:
    book = await a_book(env)
    await env.do(book, "refresh_from_db", fields=["title"])
    with env.statements("still cached"):
        env.note("author", book.author.name)


@case()
async def the_reverse_one_to_one_cache_is_cleared(env: Environment) -> None:
    author = await env.do(Author.objects, "create", name="Jane")
    await env.do(Profile.objects, "create", author=author, website="a")
    env.note("first", (await env.load(author, "profile")).website)
    await env.do(Profile.objects, "update", website="b")
    env.note("stale", (await env.load(author, "profile")).website)
    await env.do(author, "refresh_from_db")
    env.note("fresh", (await env.load(author, "profile")).website)


@case()
async def select_related_of_the_queryset_is_kept(env: Environment) -> None:
    book = await a_book(env)
    await env.do(Author.objects, "update", name="Mary")
    with env.statements("one"):
        await env.do(book, "refresh_from_db", from_queryset=Book.objects.select_related("author"))
    with env.statements("none"):
        env.note("name", book.author.name)


@case()
async def select_related_of_another_relation(env: Environment) -> None:
    book = await a_book(env)
    await env.do(Author.objects, "update", name="Mary")
    await env.do(book, "refresh_from_db", from_queryset=Book.objects.select_related("editor"))
    env.note("editor", book.editor)
    env.note("author", (await env.load(book, "author")).name)


@case()
async def a_queryset_with_fields(env: Environment) -> None:
    book = await a_book(env)
    await env.do(Book.objects, "update", title="New", pages=5)
    await env.do(book, "refresh_from_db", fields=["title"], from_queryset=Book.objects.all())
    env.note_fields("book", book, "title", "pages")


@case()
async def soft_deleted_rows_and_managers(env: Environment) -> None:
    article = await env.do(Article.everything, "create", title="a")
    await env.do(Article.everything, "update", deleted=True)
    await env.do(article, "refresh_from_db")
    env.note("base manager sees it", article.deleted)
    with env.raises("active manager"):
        await env.do(article, "refresh_from_db", from_queryset=Article.objects.all())
    await env.do(article, "refresh_from_db", from_queryset=Article.everything.all())
    env.note("adding", article._state.adding)


@case()
async def base_manager_name_is_used(env: Environment) -> None:
    article = await env.do(BasedArticle.everything, "create", title="a")
    await env.do(BasedArticle.everything, "update", deleted=True)
    with env.raises("filtered by the base manager"):
        await env.do(article, "refresh_from_db")
    env.note("manager", type(BasedArticle._base_manager).__name__)
    env.note("default", type(BasedArticle._default_manager).__name__)


@case()
async def a_queryset_of_fewer_columns(env: Environment) -> None:
    book = await a_book(env)
    await env.do(Book.objects, "update", title="New", pages=5)
    await env.do(book, "refresh_from_db", from_queryset=Book.objects.only("title"))
    env.note("title", book.title)
    env.note("deferred", book.get_deferred_fields())


@case()
async def locking_queryset_in_a_transaction(env: Environment) -> None:
    product = await env.do(Product.objects, "create", name="Cheese")
    await env.do(Product.objects, "update", number_sold=4)
    async with env.atomic():
        await env.do(product, "refresh_from_db", from_queryset=Product.objects.select_for_update())
        product.number_sold += 1
        await env.do(product, "save")
    env.note("row", await env.fetch(Product.objects.values_list("number_sold", flat=True)))


@case(other=True)
async def using_another_database(env: Environment) -> None:
    here = await env.do(Blog.objects, "create", pk=1, name="here")
    await env.do(Blog.objects.using("other"), "create", pk=1, name="there")
    await env.do(here, "refresh_from_db", using="other")
    env.note("name", here.name)
    env.note("db", here._state.db)
    await env.do(here, "refresh_from_db")
    env.note("stays there", here.name)


@case(other=True)
async def the_database_of_the_instance_is_asked(env: Environment) -> None:
    there = await env.do(Blog.objects.using("other"), "create", name="there")
    await env.do(Blog.objects.using("other"), "update", name="changed")
    await env.do(there, "refresh_from_db")
    env.note("name", there.name)
    env.note("db", there._state.db)


@case()
async def annotations_are_not_reloaded(env: Environment) -> None:
    await a_book(env)
    book = await env.do(Book.objects.annotate(double=F("pages") * 2), "get")
    await env.do(Book.objects, "update", pages=1)
    await env.do(book, "refresh_from_db")
    env.note_fields("book", book, "pages", "double")


@case()
async def plain_attributes_are_kept(env: Environment) -> None:
    product = await env.do(Product.objects, "create", name="Cheese")
    product.remark = "mine"
    await env.do(product, "refresh_from_db")
    env.note("remark", product.remark)


@case()
async def overriding_loads_all_deferred_fields(env: Environment) -> None:
    await env.do(WholeRefresh.objects, "create", name="x")
    item = await env.do(WholeRefresh.objects.only("name"), "get")
    with env.statements("one select for all"):
        env.note("first", await env.read(item, "first"))
    env.note("deferred", item.get_deferred_fields())


@case()
async def a_text_primary_key(env: Environment) -> None:
    item = await env.do(TextKey.objects, "create", code="a", name="x")
    await env.do(TextKey.objects, "update", name="y")
    await env.do(item, "refresh_from_db")
    env.note("name", item.name)


@case()
async def a_changed_primary_key_is_looked_for(env: Environment) -> None:
    await env.do(TextKey.objects, "create", code="a", name="x")
    item = await env.do(TextKey.objects, "create", code="b", name="y")
    item.pk = "a"
    await env.do(item, "refresh_from_db")
    env.note_fields("item", item, "code", "name")


@case()
async def primary_key_that_is_a_relation(env: Environment) -> None:
    author = await env.do(Author.objects, "create", name="Jane")
    passport = await env.do(Passport.objects, "create", owner=author, number="1")
    await env.do(Passport.objects, "update", number="2")
    await env.do(passport, "refresh_from_db")
    env.note_fields("passport", passport, "number", "owner_id")


@case()
async def an_f_expression_is_replaced_by_the_value(env: Environment) -> None:
    product = await env.do(Product.objects, "create", name="Cheese", number_sold=1)
    product.number_sold = F("number_sold") + 1
    await env.do(product, "save")
    await env.do(product, "refresh_from_db")
    env.note("value", product.number_sold)


@case()
async def prefetched_relations_can_be_dropped(env: Environment) -> None:
    book = await a_book(env)
    author = await env.do(Author.objects.prefetch_related("books"), "get")
    env.note("prefetched", await env.fetch(author.books.all()))
    await env.do(book, "delete")
    env.note("stale", len(await env.fetch(author.books.all())))
    await env.do(author, "refresh_from_db", fields=["books"])
    env.note("fresh", len(await env.fetch(author.books.all())))


@case()
async def refresh_clears_prefetches(env: Environment) -> None:
    book = await a_book(env)
    author = await env.do(Author.objects.prefetch_related("books"), "get")
    await env.do(book, "delete")
    await env.do(author, "refresh_from_db")
    env.note("fresh", len(await env.fetch(author.books.all())))


@case()
async def ordering_of_the_model_does_not_matter(env: Environment) -> None:
    import datetime

    event = await env.do(Event.objects, "create", name="b", day=datetime.date(2020, 1, 1))
    await env.do(Event.objects, "create", name="a", day=datetime.date(2020, 1, 2))
    await env.do(event, "refresh_from_db")
    env.note("name", event.name)


@case()
async def the_deferred_marker(env: Environment) -> None:
    env.note("repr", repr(models.DEFERRED))
    env.note("bool", bool(models.DEFERRED))
