"""Instances that are not saved, no longer there, or of another database: what works and what is refused."""

from __future__ import annotations

import copy
import datetime
from typing import Any

from tests.behaviour.harness.environment import Environment, case
from tests.behaviour.orm import F
from tests.behaviour.schemas import instances
from tests.behaviour.schemas.instances import Author, Blog, Book, Chapter, DbDefaulted, Passport, Profile, TextKey

SCHEMA = instances


async def attempt(env: Environment, label: str, instance: Any, name: str, *arguments: Any, **keywords: Any) -> None:
    """Call a method and note what it gave or raised, and how the instance stands afterwards."""
    with env.raises(label):
        result = await env.do(instance, name, *arguments, **keywords)
        env.note(f"{label}: result", result)
    env.note(f"{label}: state", [instance.pk, instance._state.adding, instance._state.db])


@case()
async def never_saved(env: Environment) -> None:
    for label, make in (
        ("without key", Blog), ("with key", lambda: Blog(pk=5)), ("text key", TextKey), ("related key", Passport),
    ):  # fmt: skip
        await attempt(env, f"{label}: refresh", make(), "refresh_from_db")
        await attempt(env, f"{label}: refresh some", make(), "refresh_from_db", fields=[])
        await attempt(env, f"{label}: delete", make(), "delete")
        await attempt(env, f"{label}: force_update", make(), "save", force_update=True)
        await attempt(env, f"{label}: nothing to save", make(), "save", update_fields=[])
        env.note(f"{label}: deferred", make().get_deferred_fields())
    await attempt(env, "named fields", Blog(), "save", update_fields=["name"])
    await attempt(env, "named fields and key", Blog(pk=5, name="x"), "save", update_fields=["name"])
    # aorm's text goes on to say which databases there are.
    with env.raises("unknown database", text=False):
        await env.do(Blog(), "save", using="nowhere")
    with env.raises("refresh from an unknown database", text=False):
        await env.do(Blog(pk=1), "refresh_from_db", using="nowhere")


@case()
async def deleted_through_the_instance(env: Environment) -> None:
    blog = await env.do(Blog.objects, "create", name="x")
    key = blog.pk
    await env.do(blog, "delete")
    for name in ("refresh_from_db", "delete"):
        await attempt(env, name, blog, name)
    await attempt(env, "force_update", blog, "save", force_update=True)
    await attempt(env, "update_fields", blog, "save", update_fields=["name"])
    blog.pk = key
    await attempt(env, "with its key again", blog, "refresh_from_db")
    await attempt(env, "deleted again", blog, "delete")
    blog.pk = key
    await attempt(env, "saved again", blog, "save")
    env.note("rows", await env.do(Blog.objects, "count"))


@case()
async def deleted_by_others(env: Environment) -> None:
    blog = await env.do(Blog.objects, "create", name="x")
    copies = [copy.copy(blog) for _ in range(5)]
    await env.do(Blog.objects.filter(pk=blog.pk), "delete")
    await attempt(env, "refresh", copies[0], "refresh_from_db")
    await attempt(env, "refresh named", copies[0], "refresh_from_db", fields=["name"])
    await attempt(env, "delete", copies[1], "delete")
    await attempt(env, "force_update", copies[2], "save", force_update=True)
    await attempt(env, "update_fields", copies[3], "save", update_fields=["name"])
    await attempt(env, "save", copies[4], "save")


@case(other=True)
async def of_another_database(env: Environment) -> None:
    here = await env.do(Author.objects, "create", name="here")
    there = await env.do(Author.objects.using("other"), "create", name="there")
    with env.raises("assigned to a relation"):
        Book(title="b", author=here).author = there
    book = await env.do(Book.objects, "create", title="b", author=here)
    with env.raises("assigned to a saved one"):
        book.author = there
    with env.raises("reverse"):
        there.profile = await env.do(Profile.objects, "create", author=here)
    with env.raises("added"):
        await env.do(there.books, "add", book)
    with env.raises("added as a row"):
        await env.do(there.books, "add", book, bulk=False)
    with env.raises("set"):
        await env.do(there.books, "set", [book])
    fresh = Book(title="fresh", author=there)
    env.note("an unsaved one goes where its relation is", fresh._state.db)
    await attempt(env, "saved there", fresh, "save")
    env.note("rows", [await env.do(Book.objects.using(alias), "count") for alias in ("default", "other")])
    with env.raises("as a condition"):
        env.note("found", await env.fetch(Book.objects.filter(author=there).values_list("title", flat=True)))


@case(other=True)
async def moved_between_databases(env: Environment) -> None:
    blog = await env.do(Blog.objects, "create", name="x")
    await attempt(env, "refreshed elsewhere", blog, "refresh_from_db", using="other")
    await attempt(env, "deleted elsewhere", copy.copy(blog), "delete", using="other")
    await attempt(env, "updated elsewhere", copy.copy(blog), "save", using="other", force_update=True)
    await attempt(env, "saved elsewhere", blog, "save", using="other")
    await attempt(env, "refreshed where it is now", blog, "refresh_from_db")
    await attempt(env, "deleted where it is now", blog, "delete")
    env.note("rows", [await env.do(Blog.objects.using(alias), "count") for alias in ("default", "other")])


@case(other=True)
async def refreshed_elsewhere_by_a_queryset(env: Environment) -> None:
    blog = await env.do(Blog.objects, "create", pk=1, name="here")
    await env.do(Blog.objects.using("other"), "create", pk=1, name="there")
    for label, options in {
        "whole": {"using": "other"},
        "queryset": {"using": "other", "from_queryset": Blog.objects.all()},
        "queryset of there": {"from_queryset": Blog.objects.using("other")},
        "queryset of there, asked here": {"using": "default", "from_queryset": Blog.objects.using("other")},
        "fields": {"using": "other", "fields": ["name"], "from_queryset": Blog.objects.all()},
    }.items():
        # The state is looked at before: it is not to be what it was.
        await attempt(env, f"{label}: back", blog, "refresh_from_db", using="default")
        await attempt(env, label, blog, "refresh_from_db", **options)
        env.note(f"{label}: name", blog.name)


@case()
async def relations_to_unsaved_instances(env: Environment) -> None:
    author = Author(name="a")
    book = Book(title="b", author=author)
    for label, name, arguments in (
        ("save", "save", ()), ("clean", "full_clean", ()), ("refresh", "refresh_from_db", ()),
    ):  # fmt: skip
        await attempt(env, label, book, name, *arguments)
    with env.raises("filter"):
        await env.fetch(Book.objects.filter(author=author))
    with env.raises("exclude"):
        await env.fetch(Book.objects.exclude(author=author))
    with env.raises("in"):
        await env.fetch(Book.objects.filter(author__in=[author]))
    with env.raises("create"):
        await env.do(Book.objects, "create", title="b", author=author)
    with env.raises("get_or_create"):
        await env.do(Book.objects, "get_or_create", title="b", author=author)
    with env.raises("update"):
        await env.do(Book.objects, "update", author=author)
    with env.raises("reverse"):
        await env.fetch(author.books.all())
    with env.raises("reverse create"):
        await env.do(author.books, "create", title="b")
    with env.raises("reverse one to one"):
        author.profile  # noqa: B018
    env.note("contains", await env.do(Book.objects, "contains", await env.do(Book.objects, "create", title="c")))
    with env.raises("contains unsaved"):
        await env.do(Book.objects, "contains", Book())
    with env.raises("bulk_update unsaved"):
        await env.do(Book.objects, "bulk_update", [Book()], ["title"])


@case()
async def statements_of_saving(env: Environment) -> None:
    author = await env.do(Author.objects, "create", name="a")
    with env.statements("insert"):
        item = await env.do(DbDefaulted.objects, "create", name="a")
    env.note("made by the database", [item.level, item.label, item.both, type(item.created).__name__])
    with env.statements("update"):
        await env.do(item, "save")
    item.level = F("level") + 1
    with env.statements("expression"):
        await env.do(item, "save")
    env.note("computed", item.level)
    with env.statements("expression by name"):
        item.level = F("level") * 2
        await env.do(item, "save", update_fields=["level"])
    env.note("computed again", item.level)
    chapter = Chapter(book=await env.do(Book.objects, "create", title="b", author=author), number=1)
    with env.statements("chapter"):
        await env.do(chapter, "save")
    with env.statements("nothing named"):
        await env.do(chapter, "save", update_fields=[])
    author.born = datetime.date(2000, 1, 1)
    with env.statements("cleaned"):
        await env.do(author, "full_clean", exclude={"email"})


@case(vendors=("postgresql",))
async def an_explicit_key_leaves_the_sequence(env: Environment) -> None:
    await env.do(Blog.objects, "create", id=1, name="explicit")
    with env.raises("the sequence gives the same key"):
        await env.do(Blog.objects, "create", name="automatic")
    env.note("the next one", (await env.do(Blog.objects, "create", name="automatic")).pk)
