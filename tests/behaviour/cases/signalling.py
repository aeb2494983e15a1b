"""Signals of saving: order, keyword arguments, senders, exceptions, disconnecting."""

from __future__ import annotations

from typing import Any

from tests.behaviour.harness.environment import Environment, case
from tests.behaviour.orm import signals
from tests.behaviour.schemas import instances
from tests.behaviour.schemas.instances import Author, Blog, Product

SCHEMA = instances


def describe_pre(sender: Any, instance: Any, raw: bool, using: str, update_fields: Any, **rest: Any) -> list[Any]:
    return ["pre", sender, instance.pk, raw, using, update_fields, sorted(rest)]


def describe_post(
    sender: Any, instance: Any, created: bool, raw: bool, using: str, update_fields: Any, **rest: Any
) -> list[Any]:
    return ["post", sender, instance.pk, created, raw, using, update_fields, sorted(rest)]


@case()
async def saving_sends_pre_and_post(env: Environment) -> None:
    log: list[object] = []
    env.listen(signals.pre_save, log, describe_pre, sender=Blog)
    env.listen(signals.post_save, log, describe_post, sender=Blog)
    blog = Blog(name="x")
    await env.do(blog, "save")
    await env.do(blog, "save")
    await env.do(blog, "save", update_fields=["name"])
    await env.do(blog, "save", update_fields=("name", "tagline"))
    env.note("log", log)


@case()
async def create_sends_them_too(env: Environment) -> None:
    log: list[object] = []
    env.listen(signals.pre_save, log, describe_pre, sender=Blog)
    env.listen(signals.post_save, log, describe_post, sender=Blog)
    await env.do(Blog.objects, "create", name="x")
    await env.do(Blog.objects, "get_or_create", name="y")
    await env.do(Blog.objects, "update_or_create", name="y", defaults={"tagline": "t"})
    env.note("log", log)


@case()
async def bulk_operations_send_none(env: Environment) -> None:
    log: list[object] = []
    env.listen(signals.pre_save, log, describe_pre, sender=Blog)
    env.listen(signals.post_save, log, describe_post, sender=Blog)
    await env.do(Blog.objects, "bulk_create", [Blog(name="x"), Blog(name="y")])
    await env.do(Blog.objects, "update", name="z")
    env.note("log", log)


@case()
async def deferred_instances_send_their_update_fields(env: Environment) -> None:
    await env.do(Product.objects, "create", name="x")
    log: list[object] = []
    env.listen(signals.pre_save, log, lambda update_fields, **rest: update_fields, sender=Product)
    product = await env.do(Product.objects.only("name"), "get")
    await env.do(product, "save")
    env.note("log", log)


@case()
async def a_receiver_may_change_the_instance(env: Environment) -> None:
    def upper(instance: Any, **rest: Any) -> None:
        instance.name = instance.name.upper()

    signals.pre_save.connect(upper, sender=Blog)
    env.finally_(lambda: signals.pre_save.disconnect(upper, sender=Blog))
    await env.do(Blog.objects, "create", name="x")
    env.note("row", await env.fetch(Blog.objects.values_list("name", flat=True)))


@case()
async def an_exception_before_saving_prevents_it(env: Environment) -> None:
    def refuse(**rest: Any) -> None:
        raise ValueError("refused")

    signals.pre_save.connect(refuse, sender=Blog)
    env.finally_(lambda: signals.pre_save.disconnect(refuse, sender=Blog))
    blog = Blog(name="x")
    with env.raises("save"):
        await env.do(blog, "save")
    env.note("count", await env.do(Blog.objects, "count"))
    env.note("adding", blog._state.adding)


@case()
async def an_exception_after_saving_leaves_the_row(env: Environment) -> None:
    def refuse(**rest: Any) -> None:
        raise ValueError("refused")

    signals.post_save.connect(refuse, sender=Blog)
    env.finally_(lambda: signals.post_save.disconnect(refuse, sender=Blog))
    blog = Blog(name="x")
    with env.raises("save"):
        await env.do(blog, "save")
    env.note("count", await env.do(Blog.objects, "count"))
    env.note("adding", blog._state.adding)


@case()
async def receivers_run_in_the_order_of_connecting(env: Environment) -> None:
    log: list[object] = []
    for number in range(3):
        env.listen(signals.pre_save, log, lambda number=number, **rest: number, sender=Blog)
    await env.do(Blog.objects, "create", name="x")
    env.note("log", log)


@case()
async def a_receiver_without_sender_hears_all(env: Environment) -> None:
    log: list[object] = []
    env.listen(signals.post_save, log, lambda sender, **rest: sender)
    await env.do(Blog.objects, "create", name="x")
    await env.do(Author.objects, "create", name="x")
    env.note("log", log)


@case()
async def lazy_senders(env: Environment) -> None:
    log: list[object] = []
    env.listen(signals.post_save, log, lambda sender, **rest: sender, sender="instances.Blog")
    await env.do(Blog.objects, "create", name="x")
    await env.do(Author.objects, "create", name="x")
    env.note("log", log)


@case()
async def dispatch_uid_connects_once(env: Environment) -> None:
    log: list[object] = []

    def receiver(**rest: Any) -> None:
        log.append("heard")

    signals.post_save.connect(receiver, sender=Blog, dispatch_uid="one")
    signals.post_save.connect(lambda **rest: log.append("never"), sender=Blog, dispatch_uid="one", weak=False)
    await env.do(Blog.objects, "create", name="x")
    env.note("log", log)
    env.note("disconnected", signals.post_save.disconnect(sender=Blog, dispatch_uid="one"))
    env.note("again", signals.post_save.disconnect(sender=Blog, dispatch_uid="one"))
    await env.do(Blog.objects, "create", name="x")
    env.note("silent", len(log))


@case()
async def weak_receivers_vanish(env: Environment) -> None:
    import gc

    log: list[object] = []

    class Holder:
        def hear(self, **rest: Any) -> None:
            log.append("heard")

    holder = Holder()
    signals.post_save.connect(holder.hear, sender=Blog)
    await env.do(Blog.objects, "create", name="x")
    del holder
    gc.collect()
    await env.do(Blog.objects, "create", name="x")
    env.note("log", log)


@case()
async def receivers_need_keyword_arguments(env: Environment) -> None:
    signal = type(signals.post_save)()
    signal.connect(lambda **rest: "a", weak=False)
    env.note("answers", [answer for _, answer in signal.send(sender=Blog)])
    env.note("listeners", [signal.has_listeners(Blog), type(signal)().has_listeners(Blog)])


@case()
async def robust_sending_collects_exceptions(env: Environment) -> None:
    def broken(**rest: Any) -> None:
        raise ValueError("broken")

    signal = type(signals.post_save)()
    signal.connect(broken)
    signal.connect(lambda **rest: "fine", weak=False)
    env.note("answers", [answer for _, answer in signal.send_robust(sender=Blog)])
    with env.raises("plain sending"):
        signal.send(sender=Blog)


@case()
async def the_receiver_sees_the_row_inside_the_transaction(env: Environment) -> None:
    log: list[object] = []
    env.listen(signals.post_save, log, lambda instance, **rest: instance._state.adding, sender=Blog)
    async with env.atomic():
        await env.do(Blog.objects, "create", name="x")
    env.note("log", log)
