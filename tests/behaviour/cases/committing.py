"""`on_commit`: when callbacks run, when they do not, in which order, and what their errors do."""

from __future__ import annotations

from typing import Any

from tests.behaviour.harness.environment import Environment, case
from tests.behaviour.orm import transaction
from tests.behaviour.schemas import instances
from tests.behaviour.schemas.instances import Blog

SCHEMA = instances


class Boom(Exception):
    """Raised to leave a block."""


async def add(env: Environment, name: str) -> Any:
    return await env.do(Blog.objects, "create", name=name)


async def names(env: Environment) -> list[str]:
    return await env.fetch(Blog.objects.order_by("pk").values_list("name", flat=True))


@case()
async def outside_of_a_block_at_once(env: Environment) -> None:
    log: list[str] = []
    env.on_commit(lambda: log.append("now"))
    env.note("log", log)


@case()
async def after_the_commit(env: Environment) -> None:
    log: list[str] = []
    async with env.atomic():
        await add(env, "a")
        env.on_commit(lambda: log.append("done"))
        env.note("inside", log)
    env.note("outside", log)


@case()
async def in_order(env: Environment) -> None:
    log: list[int] = []
    async with env.atomic():
        for number in range(3):
            env.on_commit(lambda number=number: log.append(number))
    env.note("log", log)


@case()
async def never_after_a_rollback(env: Environment) -> None:
    log: list[str] = []
    with env.raises("block"):
        async with env.atomic():
            await add(env, "a")
            env.on_commit(lambda: log.append("never"))
            raise Boom("out")
    async with env.atomic():
        await add(env, "b")
        env.on_commit(lambda: log.append("next"))
    env.note("log", log)


@case()
async def never_after_a_forced_rollback(env: Environment) -> None:
    log: list[str] = []
    async with env.atomic():
        await add(env, "a")
        env.on_commit(lambda: log.append("never"))
        transaction.set_rollback(True)
    env.note("log", log)


@case()
async def only_when_the_outermost_block_commits(env: Environment) -> None:
    log: list[str] = []
    async with env.atomic():
        await add(env, "a")
        async with env.atomic():
            env.on_commit(lambda: log.append("inner"))
            await add(env, "b")
        env.note("between", log)
        env.on_commit(lambda: log.append("outer"))
    env.note("log", log)


@case()
async def those_of_a_rolled_back_savepoint_are_dropped(env: Environment) -> None:
    log: list[str] = []
    async with env.atomic():
        env.on_commit(lambda: log.append("1"))
        await add(env, "a")
        with env.raises("inner"):
            async with env.atomic():
                env.on_commit(lambda: log.append("2"))
                await add(env, "b")
                raise Boom("out")
        async with env.atomic():
            env.on_commit(lambda: log.append("3"))
            await add(env, "c")
    env.note("log", log)
    env.note("names", await names(env))


@case()
async def those_of_savepoints_inside_a_rolled_back_one_are_dropped(env: Environment) -> None:
    log: list[str] = []
    async with env.atomic():
        with env.raises("inner"):
            async with env.atomic():
                await add(env, "a")
                async with env.atomic():
                    env.on_commit(lambda: log.append("never"))
                    await add(env, "b")
                raise Boom("out")
        env.on_commit(lambda: log.append("kept"))
    env.note("log", log)


@case()
async def those_of_a_merged_block_belong_to_the_outer_one(env: Environment) -> None:
    log: list[str] = []
    async with env.atomic(), env.atomic(savepoint=False):
        env.on_commit(lambda: log.append("kept"))
        await add(env, "a")
    env.note("log", log)


@case()
async def those_of_a_savepoint_rolled_back_by_hand_are_dropped(env: Environment) -> None:
    log: list[str] = []
    async with env.atomic():
        env.on_commit(lambda: log.append("1"))
        await add(env, "a")
        point = await env.do(transaction, "savepoint")
        env.on_commit(lambda: log.append("2"))
        await env.do(transaction, "savepoint_rollback", point)
        env.on_commit(lambda: log.append("3"))
    env.note("log", log)


@case()
async def an_error_stops_the_rest_and_keeps_the_data(env: Environment) -> None:
    log: list[str] = []

    def fail() -> None:
        raise Boom("callback")

    with env.raises("block"):
        async with env.atomic():
            await add(env, "a")
            env.on_commit(lambda: log.append("1"))
            env.on_commit(fail)
            env.on_commit(lambda: log.append("3"))
    env.note("log", log)
    env.note("names", await names(env))


@case()
async def a_robust_error_does_not_stop_the_rest(env: Environment) -> None:
    import logging

    log: list[str] = []
    logger = logging.getLogger("django.db.backends.base")
    logger.disabled = True
    env.finally_(lambda: setattr(logger, "disabled", False))

    def fail() -> None:
        raise Boom("callback")

    async with env.atomic():
        await add(env, "a")
        env.on_commit(lambda: log.append("1"))
        env.on_commit(fail, robust=True)
        env.on_commit(lambda: log.append("3"))
    env.note("log", log)


@case()
async def a_robust_error_outside_of_a_block(env: Environment) -> None:
    import logging

    logger = logging.getLogger("django.db.backends.base")
    logger.disabled = True
    env.finally_(lambda: setattr(logger, "disabled", False))

    def fail() -> None:
        raise Boom("callback")

    with env.raises("plain"):
        env.on_commit(fail)
    with env.raises("robust"):
        env.on_commit(fail, robust=True)


@case()
async def a_callback_may_register_another(env: Environment) -> None:
    log: list[str] = []

    def first() -> None:
        log.append("first")
        env.on_commit(lambda: log.append("second"))

    async with env.atomic():
        await add(env, "a")
        env.on_commit(first)
    env.note("log", log)


@case()
async def the_transaction_is_over_in_a_callback(env: Environment) -> None:
    log: list[bool] = []
    async with env.atomic():
        await add(env, "a")
        env.on_commit(lambda: log.append(transaction.get_autocommit()))
    env.note("log", log)


@case()
async def what_is_not_callable_is_refused(env: Environment) -> None:
    with env.raises("outside"):
        env.on_commit(None)  # type: ignore[arg-type]
    with env.raises("inside"):
        async with env.atomic():
            env.on_commit("later")  # type: ignore[arg-type]


@case(other=True)
async def callbacks_belong_to_their_database(env: Environment) -> None:
    log: list[str] = []
    async with env.atomic():
        await add(env, "a")
        env.on_commit(lambda: log.append("other, at once"), using="other")
        env.on_commit(lambda: log.append("default"))
        env.note("inside", log)
    env.note("outside", log)


@case()
async def callbacks_of_an_empty_block_run(env: Environment) -> None:
    log: list[str] = []
    async with env.atomic():
        env.on_commit(lambda: log.append("run"))
    env.note("log", log)


@case()
async def they_run_once(env: Environment) -> None:
    log: list[str] = []
    async with env.atomic():
        env.on_commit(lambda: log.append("once"))
    async with env.atomic():
        await add(env, "a")
    env.note("log", log)


@case()
async def they_do_not_run_after_a_broken_block(env: Environment) -> None:
    log: list[str] = []
    with env.raises("block"):
        async with env.atomic():
            env.on_commit(lambda: log.append("never"))
            try:
                async with env.atomic(savepoint=False):
                    raise Boom("inner")
            except Boom:
                pass
    env.note("log", log)
