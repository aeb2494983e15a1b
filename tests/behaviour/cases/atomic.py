"""Transactions: how blocks nest, what survives, what is refused, and what runs when they commit."""

from __future__ import annotations

from typing import Any

from tests.behaviour.harness.environment import Environment, case
from tests.behaviour.orm import transaction
from tests.behaviour.schemas import instances
from tests.behaviour.schemas.instances import Author, Blog

SCHEMA = instances


class Boom(Exception):
    """Raised to leave a block."""


async def add(env: Environment, name: str) -> Any:
    return await env.do(Blog.objects, "create", name=name)


async def names(env: Environment) -> list[str]:
    return await env.fetch(Blog.objects.order_by("pk").values_list("name", flat=True))


async def nest(env: Environment, outer_fails: bool, inner_fails: bool, **options: Any) -> None:
    """Write in an outer and in an inner block; each may fail, the inner failure is caught between them."""
    with env.raises("outcome"):
        async with env.atomic():
            await add(env, "outer")
            try:
                async with env.atomic(**options):
                    await add(env, "inner")
                    if inner_fails:
                        raise Boom("inner")
            except Boom:
                pass
            if outer_fails:
                raise Boom("outer")
    env.note("names", await names(env))


@case()
async def commit(env: Environment) -> None:
    with env.control("control"):
        async with env.atomic():
            await add(env, "a")
    env.note("names", await names(env))


@case()
async def rollback(env: Environment) -> None:
    with env.control("control"), env.raises("raised"):
        async with env.atomic():
            await add(env, "a")
            raise Boom("out")
    env.note("names", await names(env))


@case()
async def nested_commit_commit(env: Environment) -> None:
    with env.control("control"):
        await nest(env, False, False)


@case()
async def nested_commit_rollback(env: Environment) -> None:
    with env.control("control"):
        await nest(env, False, True)


@case()
async def nested_rollback_commit(env: Environment) -> None:
    with env.control("control"):
        await nest(env, True, False)


@case()
async def nested_rollback_rollback(env: Environment) -> None:
    await nest(env, True, True)


@case()
async def merged_commit_commit(env: Environment) -> None:
    with env.control("control"):
        await nest(env, False, False, savepoint=False)


@case()
async def merged_commit_rollback(env: Environment) -> None:
    with env.control("control"):
        await nest(env, False, True, savepoint=False)


@case()
async def merged_rollback_commit(env: Environment) -> None:
    await nest(env, True, False, savepoint=False)


@case()
async def merged_rollback_rollback(env: Environment) -> None:
    await nest(env, True, True, savepoint=False)


@case()
async def a_merged_failure_reaches_the_nearest_savepoint(env: Environment) -> None:
    async with env.atomic():
        await add(env, "outer")
        with env.raises("middle"):
            async with env.atomic():
                await add(env, "middle")
                try:
                    async with env.atomic(savepoint=False):
                        await add(env, "inner")
                        raise Boom("inner")
                except Boom:
                    pass
                with env.raises("the middle block is broken"):
                    await names(env)
        env.note("the outer block is whole", await names(env))
    env.note("names", await names(env))


@case()
async def a_merged_failure_breaks_the_outer_block(env: Environment) -> None:
    with env.raises("outer"):
        async with env.atomic():
            await add(env, "outer")
            try:
                async with env.atomic(savepoint=False):
                    raise Boom("inner")
            except Boom:
                pass
            env.note("flag", transaction.get_rollback())
            with env.raises("reading"):
                await names(env)
            with env.raises("writing"):
                await add(env, "never")
    env.note("names", await names(env))


@case()
async def three_levels(env: Environment) -> None:
    with env.control("control"):
        async with env.atomic():
            await add(env, "1")
            try:
                async with env.atomic():
                    await add(env, "2")
                    async with env.atomic():
                        await add(env, "3")
                    raise Boom("second")
            except Boom:
                pass
            async with env.atomic():
                await add(env, "4")
    env.note("names", await names(env))


@case()
async def blocks_one_after_another(env: Environment) -> None:
    async with env.atomic():
        await add(env, "a")
    with env.raises("second"):
        async with env.atomic():
            await add(env, "b")
            raise Boom("out")
    async with env.atomic():
        await add(env, "c")
    env.note("names", await names(env))


@case()
async def a_caught_database_error_breaks_the_block(env: Environment) -> None:
    await env.do(Author.objects, "create", name="a", email="a@b.c")
    with env.raises("block"):
        async with env.atomic():
            await add(env, "before")
            with env.raises("unique"):
                await env.do(Author.objects, "create", name="b", email="a@b.c")
            env.note("flag", transaction.get_rollback())
            with env.raises("reading on"):
                await names(env)
    env.note("names", await names(env))


@case()
async def an_inner_block_contains_a_database_error(env: Environment) -> None:
    await env.do(Author.objects, "create", name="a", email="a@b.c")
    async with env.atomic():
        await add(env, "before")
        with env.raises("unique"):
            async with env.atomic():
                await env.do(Author.objects, "create", name="b", email="a@b.c")
        await add(env, "after")
    env.note("names", await names(env))


@case()
async def reads_see_what_the_block_wrote(env: Environment) -> None:
    async with env.atomic():
        await add(env, "a")
        env.note("inside", await names(env))
        async with env.atomic():
            await add(env, "b")
            env.note("deeper", await names(env))


@case()
async def durable_outermost(env: Environment) -> None:
    async with env.atomic(durable=True):
        await add(env, "a")
        async with env.atomic():
            await add(env, "b")
    env.note("names", await names(env))


@case()
async def durable_inside_is_refused(env: Environment) -> None:
    with env.raises("block"):
        async with env.atomic():
            await add(env, "a")
            async with env.atomic(durable=True):
                await add(env, "b")
    env.note("names", await names(env))


@case()
async def durable_inside_durable_is_refused(env: Environment) -> None:
    with env.raises("block"):
        async with env.atomic(durable=True), env.atomic(durable=True):
            pass


@case()
async def durable_refused_and_caught(env: Environment) -> None:
    async with env.atomic():
        await add(env, "a")
        with env.raises("inner"):
            async with env.atomic(durable=True):
                pass
        await add(env, "b")
    env.note("names", await names(env))


@case()
async def forcing_a_rollback(env: Environment) -> None:
    async with env.atomic():
        await add(env, "a")
        env.note("flag before", transaction.get_rollback())
        transaction.set_rollback(True)
        env.note("flag after", transaction.get_rollback())
    env.note("names", await names(env))


@case()
async def forcing_a_rollback_of_an_inner_block(env: Environment) -> None:
    async with env.atomic():
        await add(env, "outer")
        async with env.atomic():
            await add(env, "inner")
            transaction.set_rollback(True)
        env.note("flag", transaction.get_rollback())
    env.note("names", await names(env))


@case()
async def preventing_a_rollback(env: Environment) -> None:
    async with env.atomic():
        await add(env, "outer")
        point = await env.do(transaction, "savepoint")
        try:
            async with env.atomic(savepoint=False):
                await add(env, "inner")
                raise Boom("inner")
        except Boom:
            env.note("flag", transaction.get_rollback())
            transaction.set_rollback(False)
            await env.do(transaction, "savepoint_rollback", point)
        env.note("inside", await names(env))
    env.note("names", await names(env))


@case()
async def the_rollback_flag_outside(env: Environment) -> None:
    with env.raises("get"):
        transaction.get_rollback()
    with env.raises("set"):
        transaction.set_rollback(True)


@case()
async def savepoints_by_hand(env: Environment) -> None:
    async with env.atomic():
        await add(env, "a")
        first = await env.do(transaction, "savepoint")
        await add(env, "b")
        await env.do(transaction, "savepoint_rollback", first)
        second = await env.do(transaction, "savepoint")
        await add(env, "c")
        await env.do(transaction, "savepoint_commit", second)
        env.note("different", first != second)
    env.note("names", await names(env))


@case()
async def rolling_back_to_the_same_savepoint_twice(env: Environment) -> None:
    async with env.atomic():
        point = await env.do(transaction, "savepoint")
        await add(env, "a")
        await env.do(transaction, "savepoint_rollback", point)
        await add(env, "b")
        await env.do(transaction, "savepoint_rollback", point)
        await add(env, "c")
    env.note("names", await names(env))


@case()
async def autocommit_flag(env: Environment) -> None:
    env.note("outside", transaction.get_autocommit())
    async with env.atomic():
        await add(env, "a")
        env.note("inside", transaction.get_autocommit())
    env.note("after", transaction.get_autocommit())


@case()
async def manual_control_inside_a_block_is_refused(env: Environment) -> None:
    async with env.atomic():
        await add(env, "a")
        with env.raises("commit"):
            await env.do(transaction, "commit")
        with env.raises("rollback"):
            await env.do(transaction, "rollback")
        with env.raises("autocommit"):
            await env.do(transaction, "set_autocommit", False)
    env.note("names", await names(env))


@case()
async def an_unknown_alias(env: Environment) -> None:
    with env.raises("alias", text=False):
        async with env.atomic(using="nowhere"):
            pass


@case(other=True)
async def each_database_has_its_own_transaction(env: Environment) -> None:
    with env.raises("block"):
        async with env.atomic():
            await add(env, "here")
            await env.do(Blog.objects.using("other"), "create", name="there")
            raise Boom("out")
    env.note("here", await names(env))
    env.note("there", await env.fetch(Blog.objects.using("other").values_list("name", flat=True)))
    with env.raises("other block"):
        async with env.atomic(using="other"):
            await add(env, "here")
            await env.do(Blog.objects.using("other"), "create", name="lost")
            raise Boom("out")
    env.note("here again", await names(env))
    env.note("there again", await env.fetch(Blog.objects.using("other").values_list("name", flat=True)))


@case()
async def instances_keep_what_a_rollback_took(env: Environment) -> None:
    blog = Blog(name="a")
    with env.raises("block"):
        async with env.atomic():
            await env.do(blog, "save")
            raise Boom("out")
    env.note("key", blog.pk)
    env.note("adding", blog._state.adding)
    with env.statements("saved again"):
        await env.do(blog, "save")
    env.note("names", await names(env))


@case(vendors=("postgresql",))
async def locking_needs_a_transaction(env: Environment) -> None:
    with env.raises("outside"):
        await env.fetch(Blog.objects.select_for_update())
    async with env.atomic():
        await add(env, "a")
        env.note("inside", await env.fetch(Blog.objects.select_for_update()))


@case()
async def building_a_locking_queryset_needs_none(env: Environment) -> None:
    queryset = Blog.objects.select_for_update()
    async with env.atomic():
        await add(env, "a")
        env.note("inside", await env.fetch(queryset))


@case(vendors=("postgresql",))
async def options_of_locking(env: Environment) -> None:
    async with env.atomic():
        await add(env, "a")
        for options in ({"nowait": True}, {"skip_locked": True}, {"no_key": True}, {"of": ("self",)}):
            env.note(str(options), len(await env.fetch(Blog.objects.select_for_update(**options))))


@case()
async def contradicting_options_of_locking(env: Environment) -> None:
    with env.raises("both"):
        Blog.objects.select_for_update(nowait=True, skip_locked=True)
    with env.raises("after values"):
        async with env.atomic():
            env.note("values", await env.fetch(Blog.objects.select_for_update().values("name")))


@case(vendors=("postgresql",))
async def locking_of_unknown_relations(env: Environment) -> None:
    async with env.atomic():
        with env.raises("of"):
            await env.fetch(Blog.objects.select_for_update(of=("author",)))
