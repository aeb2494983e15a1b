"""Deleting instances and querysets: what is returned, what is set, what falls with it."""

from __future__ import annotations

from tests.behaviour.harness.environment import Environment, case
from tests.behaviour.orm import signals
from tests.behaviour.schemas import instances
from tests.behaviour.schemas.instances import Author, Blog, Book, Chapter, Passport, Product, Profile, TextKey

SCHEMA = instances


@case()
async def the_row_goes_and_the_instance_stays(env: Environment) -> None:
    blog = await env.do(Blog.objects, "create", name="x", tagline="t")
    env.note("returns", await env.do(blog, "delete"))
    env.note_fields("instance", blog, "pk", "id", "name", "tagline")
    env.note("count", await env.do(Blog.objects, "count"))
    env.note("adding", blog._state.adding)
    env.note("db", blog._state.db)


@case()
async def one_statement_where_nothing_depends(env: Environment) -> None:
    blog = await env.do(Blog.objects, "create", name="x")
    with env.statements("delete"):
        await env.do(blog, "delete")


@case()
async def an_instance_without_key(env: Environment) -> None:
    with env.raises("no key"):
        await env.do(Blog(name="x"), "delete")
    blog = await env.do(Blog.objects, "create", name="x")
    await env.do(blog, "delete")
    with env.raises("twice"):
        await env.do(blog, "delete")


@case()
async def a_row_that_is_gone(env: Environment) -> None:
    blog = await env.do(Blog.objects, "create", name="x")
    await env.do(Blog.objects.all(), "delete")
    env.note("returns", await env.do(blog, "delete"))


@case()
async def an_unsaved_instance_with_a_key(env: Environment) -> None:
    await env.do(Blog.objects, "create", pk=3, name="x")
    env.note("returns", await env.do(Blog(pk=3), "delete"))
    env.note("count", await env.do(Blog.objects, "count"))


@case()
async def saving_a_deleted_instance_inserts_it_again(env: Environment) -> None:
    blog = await env.do(Blog.objects, "create", name="x")
    await env.do(blog, "delete")
    await env.do(blog, "save")
    env.note("pk", blog.pk)
    item = await env.do(TextKey.objects, "create", code="a")
    await env.do(item, "delete")
    env.note("text key", item.pk)


@case()
async def related_rows_are_counted(env: Environment) -> None:
    author = await env.do(Author.objects, "create", name="Jane")
    book = await env.do(Book.objects, "create", title="Emma", author=author)
    await env.do(Book.objects, "create", title="Edited", editor=author)
    await env.do(Chapter.objects, "create", book=book, number=1)
    await env.do(Chapter.objects, "create", book=book, number=2)
    await env.do(Profile.objects, "create", author=author)
    await env.do(Passport.objects, "create", owner=author, number="1")
    with env.at_most("statements"):
        env.note("returns", await env.do(author, "delete"))
    env.note("books", await env.fetch(Book.objects.values_list("title", "editor")))
    env.note("chapters", await env.do(Chapter.objects, "count"))


@case()
async def signals_in_order(env: Environment) -> None:
    author = await env.do(Author.objects, "create", name="Jane")
    await env.do(Book.objects, "create", title="Emma", author=author)
    log: list[object] = []
    for name, signal in (("pre", signals.pre_delete), ("post", signals.post_delete)):
        for sender in (Author, Book):
            env.listen(
                signal, log,
                lambda sender, instance, using, origin, name=name, **rest: [name, sender, instance.pk, using, origin],
                sender=sender,
            )  # fmt: skip
    env.note("returns", await env.do(author, "delete"))
    env.note("log", log)


@case()
async def a_queryset(env: Environment) -> None:
    for number in range(4):
        await env.do(Product.objects, "create", name="x", number_sold=number)
    with env.statements("one statement"):
        env.note("returns", await env.do(Product.objects.filter(number_sold__gte=2), "delete"))
    env.note("none", await env.do(Product.objects.filter(number_sold=77), "delete"))
    env.note("left", await env.do(Product.objects, "count"))


@case()
async def a_queryset_with_dependents(env: Environment) -> None:
    for name in ("Jane", "Mary"):
        author = await env.do(Author.objects, "create", name=name)
        await env.do(Book.objects, "create", title=name, author=author)
    env.note("returns", await env.do(Author.objects.filter(name="Jane"), "delete"))
    env.note("books", await env.fetch(Book.objects.values_list("title", flat=True)))
    env.note("nothing to delete", await env.do(Author.objects.filter(name="Jane"), "delete"))


@case()
async def a_queryset_origin_in_signals(env: Environment) -> None:
    await env.do(Blog.objects, "create", name="x")
    log: list[object] = []
    env.listen(signals.pre_delete, log, lambda origin, **rest: type(origin).__name__, sender=Blog)
    await env.do(Blog.objects.all(), "delete")
    env.note("origin", log)


@case()
async def a_queryset_across_a_relation(env: Environment) -> None:
    author = await env.do(Author.objects, "create", name="Jane")
    await env.do(Book.objects, "create", title="Emma", author=author)
    await env.do(Book.objects, "create", title="Other")
    env.note("returns", await env.do(Book.objects.filter(author__name="Jane"), "delete"))
    env.note("left", await env.fetch(Book.objects.values_list("title", flat=True)))


@case()
async def querysets_that_cannot_delete(env: Environment) -> None:
    await env.do(Blog.objects, "create", name="x")
    with env.raises("sliced"):
        await env.do(Blog.objects.all()[:1], "delete")
    with env.raises("values"):
        await env.do(Blog.objects.values("name"), "delete")
    with env.raises("distinct fields"):
        await env.do(Blog.objects.distinct("name"), "delete")
    env.note("left", await env.do(Blog.objects, "count"))


@case()
async def the_result_cache_is_dropped(env: Environment) -> None:
    await env.do(Blog.objects, "create", name="x")
    queryset = Blog.objects.all()
    await env.fetch(queryset)
    await env.do(queryset, "delete")
    env.note("again", await env.fetch(queryset))


@case(other=True)
async def from_another_database(env: Environment) -> None:
    await env.do(Blog.objects, "create", pk=1, name="x")
    blog = await env.do(Blog.objects.using("other"), "create", pk=1, name="x")
    await env.do(blog, "delete")
    env.note("here", await env.do(Blog.objects, "count"))
    env.note("there", await env.do(Blog.objects.using("other"), "count"))
    await env.do(Blog.objects.using("other"), "create", pk=1, name="x")
    here = await env.do(Blog.objects, "get")
    await env.do(here, "delete", using="other")
    env.note("here still", await env.do(Blog.objects, "count"))
    env.note("gone there", await env.do(Blog.objects.using("other"), "count"))


@case()
async def set_null_is_written_and_signals_are_not_sent_for_it(env: Environment) -> None:
    author = await env.do(Author.objects, "create", name="Jane")
    book = await env.do(Book.objects, "create", title="Emma", editor=author)
    log: list[object] = []
    env.listen(signals.pre_save, log, lambda **rest: "saved", sender=Book)
    await env.do(author, "delete")
    await env.do(book, "refresh_from_db")
    env.note("editor", book.editor_id)
    env.note("log", log)


@case()
async def the_key_of_dependents_in_memory(env: Environment) -> None:
    author = await env.do(Author.objects, "create", name="Jane")
    passport = await env.do(Passport.objects, "create", owner=author, number="1")
    env.note("returns", await env.do(passport, "delete"))
    env.note_fields("passport", passport, "pk", "number")
    env.note("author stays", await env.do(Author.objects, "count"))
