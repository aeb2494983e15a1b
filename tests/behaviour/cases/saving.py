"""Saving instances: UPDATE or INSERT, and the keys that decide it."""

from __future__ import annotations

import uuid

from tests.behaviour.harness.environment import Environment, case
from tests.behaviour.schemas import instances
from tests.behaviour.schemas.instances import (
    Blog,
    DbDefaulted,
    DbDefaultKey,
    DefaultKey,
    TextKey,
    UuidKey,
)  # fmt: skip

SCHEMA = instances


@case()
async def an_automatic_key_is_set_on_the_instance(env: Environment) -> None:
    blog = Blog(name="Cheddar Talk")
    env.note("before", blog.id)
    env.note("returns", await env.do(blog, "save"))
    env.note("after", blog.id)
    env.note("pk", blog.pk)
    env.note("adding", blog._state.adding)
    env.note("db", blog._state.db)


@case()
async def a_new_instance_takes_one_insert(env: Environment) -> None:
    with env.statements("insert"):
        await env.do(Blog(name="x"), "save")


@case()
async def a_loaded_instance_takes_one_update(env: Environment) -> None:
    blog = await env.do(Blog.objects, "create", name="x")
    with env.statements("update"):
        await env.do(blog, "save")
    loaded = await env.do(Blog.objects, "get")
    loaded.name = "y"
    with env.statements("update loaded"):
        await env.do(loaded, "save")
    env.note("rows", await env.fetch(Blog.objects.values_list("name", flat=True)))


@case()
async def an_explicit_key_that_is_free(env: Environment) -> None:
    blog = Blog(id=3, name="x")
    with env.statements("update, then insert"):
        await env.do(blog, "save")
    env.note_fields("blog", blog, "id", "pk")


@case()
async def an_explicit_key_that_is_taken(env: Environment) -> None:
    await env.do(Blog(id=3, name="Cheddar Talk", tagline="Thoughts"), "save")
    other = Blog(id=3, name="Not Cheddar")
    with env.statements("update"):
        await env.do(other, "save")
    env.note("rows", await env.fetch(Blog.objects.values_list("id", "name", "tagline")))
    env.note("adding", other._state.adding)


@case()
async def the_key_set_through_pk(env: Environment) -> None:
    blog = Blog(name="x")
    blog.pk = 12
    await env.do(blog, "save")
    env.note_fields("blog", blog, "id", "pk")
    item = TextKey(name="x")
    item.pk = "abc"
    env.note("code", item.code)
    await env.do(item, "save")
    env.note("found", await env.do(TextKey.objects, "get", pk="abc"))


@case()
async def copying_by_dropping_the_key(env: Environment) -> None:
    blog = await env.do(Blog.objects, "create", name="x")
    blog.pk = None
    await env.do(blog, "save")
    env.note("second", blog.pk)
    blog.pk = None
    blog._state.adding = True
    with env.statements("insert"):
        await env.do(blog, "save")
    env.note("third", blog.pk)
    env.note("count", await env.do(Blog.objects, "count"))


@case()
async def a_changed_key_makes_another_row(env: Environment) -> None:
    item = await env.do(TextKey.objects, "create", code="a", name="x")
    item.code = "b"
    with env.statements("update, insert"):
        await env.do(item, "save")
    env.note("rows", await env.fetch(TextKey.objects.order_by("code").values_list("code", "name")))


@case()
async def a_row_deleted_behind_our_back_is_inserted_again(env: Environment) -> None:
    blog = await env.do(Blog.objects, "create", name="x")
    await env.do(Blog.objects.all(), "delete")
    with env.statements("update, insert"):
        await env.do(blog, "save")
    env.note("rows", await env.fetch(Blog.objects.values_list("id", "name")))


@case()
async def an_empty_text_key(env: Environment) -> None:
    item = TextKey(name="x")
    with env.statements("statements"):
        await env.do(item, "save")
    env.note("rows", await env.fetch(TextKey.objects.values_list("code", "name")))


@case()
async def a_key_with_a_default(env: Environment) -> None:
    item = UuidKey(name="x")
    env.note("set before saving", isinstance(item.pk, uuid.UUID))
    with env.statements("insert at once"):
        await env.do(item, "save")
    with env.statements("then update"):
        await env.do(item, "save")


@case()
async def a_key_with_a_default_given_explicitly_and_free(env: Environment) -> None:
    with env.statements("statements"):
        await env.do(UuidKey(pk=uuid.UUID(int=1), name="x"), "save")
    with env.statements("number"):
        await env.do(DefaultKey(number=9, name="x"), "save")


@case()
async def a_key_with_a_default_given_explicitly_and_taken(env: Environment) -> None:
    await env.do(UuidKey.objects, "create", pk=uuid.UUID(int=1), name="x")
    with env.statements("insert only"), env.raises("taken"):
        await env.do(UuidKey(pk=uuid.UUID(int=1), name="y"), "save")
    with env.statements("forced"):
        await env.do(UuidKey(pk=uuid.UUID(int=1), name="z"), "save", force_update=True)
    env.note("rows", await env.fetch(UuidKey.objects.values_list("name", flat=True)))


@case()
async def a_key_whose_default_is_taken(env: Environment) -> None:
    await env.do(DefaultKey(name="first"), "save")
    with env.raises("insert fails"):
        await env.do(DefaultKey(name="second"), "save")
    env.note("rows", await env.fetch(DefaultKey.objects.values_list("number", "name")))


@case()
async def a_loaded_instance_with_a_key_default_updates(env: Environment) -> None:
    await env.do(DefaultKey(name="first"), "save")
    item = await env.do(DefaultKey.objects, "get")
    item.name = "changed"
    with env.statements("update"):
        await env.do(item, "save")


@case()
async def a_key_with_a_database_default(env: Environment) -> None:
    item = DbDefaultKey(name="x")
    env.note("expression before", type(item.pk).__name__)
    with env.statements("insert"):
        await env.do(item, "save")
    env.note("after", item.pk)
    with env.statements("update"):
        await env.do(item, "save")


@case()
async def a_key_with_a_database_default_given_explicitly(env: Environment) -> None:
    with env.statements("free"):
        await env.do(DbDefaultKey(number=3, name="x"), "save")
    with env.statements("insert only"), env.raises("taken"):
        await env.do(DbDefaultKey(number=3, name="y"), "save")
    loaded = await env.do(DbDefaultKey.objects, "get")
    loaded.name = "z"
    with env.statements("loaded"):
        await env.do(loaded, "save")
    env.note("rows", await env.fetch(DbDefaultKey.objects.values_list("number", "name")))


@case()
async def database_defaults_are_on_the_instance_after_saving(env: Environment) -> None:
    item = DbDefaulted(name="x")
    env.note("before", type(item.level).__name__)
    with env.statements("one insert"):
        await env.do(item, "save")
    env.note_fields("after", item, "level", "label", "both")
    env.note("created", item.created is not None)


@case()
async def database_defaults_given_explicitly(env: Environment) -> None:
    item = await env.do(DbDefaulted.objects, "create", name="x", level=9, label="mine")
    await env.do(item, "refresh_from_db")
    env.note_fields("after", item, "level", "label", "both")
