"""Hooks of a model, its managers, querysets and fields, where the shortest ways of reading and writing run."""

from __future__ import annotations

import datetime
from typing import Any

from tests.behaviour.harness.environment import Environment, case
from tests.behaviour.orm import signals
from tests.behaviour.schemas import heeding
from tests.behaviour.schemas.heeding import (
    BASES,
    FIRST,
    HIDING,
    KEYS,
    LOG,
    MADE,
    STEPS,
    UNIQUE,
    Based,
    Initialised,
    Keyed,
    LoadedByProxy,
    Metaclassed,
    NextField,
    NextOf,
    Numbered,
    Plain,
    Reluctant,
    taken,
)

SCHEMA = heeding


@case()
async def instances_that_are_made(env: Environment) -> None:
    taken()
    for model in (*MADE, LoadedByProxy):
        label = model.__name__
        made = await env.do(model.objects, "create", name="a")
        env.note(f"{label}: create", [taken(), isinstance(made, model)])
        for keywords in ({"pk": made.pk}, {"name": "a"}):
            found = await env.do(model.objects, "get", **keywords)
            env.note(f"{label}: get", [taken(), type(found), found.name, found._state.adding])
        await env.fetch(model.objects.all())
        env.note(f"{label}: all", taken())
        await env.do(model.objects, "first")
        await env.do(model.objects, "in_bulk", [made.pk])
        env.note(f"{label}: first, in_bulk", taken())
        await env.do(made, "refresh_from_db")
        env.note(f"{label}: refresh", taken())
        await env.do(made, "save")
        await env.do(made, "save", update_fields=["name"])
        env.note(f"{label}: save", taken())
        await env.do(model.objects, "bulk_create", [model(name="b"), model(name="c")])
        env.note(f"{label}: bulk_create", taken())
        await env.do(model.objects, "get_or_create", name="d")
        env.note(f"{label}: get_or_create", taken())
        await env.do(made, "delete")
        env.note(f"{label}: delete", taken())
        await env.do(model.objects.all(), "delete")
        taken()


@case()
async def deferred_fields_by_ones_own_account(env: Environment) -> None:
    made = await env.do(Reluctant.objects, "create", name="a", other=1)
    await env.do(Reluctant.objects.all(), "update", name="b", other=2)
    taken()
    await env.do(made, "refresh_from_db")
    env.note("refresh", [made.name, made.other, taken()])
    await env.do(made, "refresh_from_db", fields=["name"])
    env.note("refresh of the field", [made.name, made.other])
    made.name = "c"
    await env.do(made, "save")
    env.note("saved", await env.do(Reluctant.objects.values_list("name", "other"), "get"))


@case()
async def the_part_of_saving_after_the_checks(env: Environment) -> None:
    taken()
    made = await env.do(Based.objects, "create", name="a")
    env.note("create", taken())
    await env.do(made, "save")
    env.note("save", taken())
    await env.do(made, "save", update_fields=["name"])
    env.note("update_fields", taken())
    await env.do(Based.objects, "get_or_create", name="b")
    env.note("get_or_create", taken())
    await env.do(Based.objects, "update_or_create", {"other": 5}, name="b")
    env.note("update_or_create", taken())


@case()
async def what_an_instance_is_asked(env: Environment) -> None:
    day = datetime.date(2024, 1, 2)
    await env.do(Keyed.objects, "create", unique="u", other=1, on=day, title="t")
    taken()
    other = Keyed(name="n", unique="u", other=1, on=day, title="t")
    for step in ("validate_unique", "validate_constraints", "full_clean"):
        with env.raises(step):
            await env.do(other, step)
        env.note(f"{step}: asked", taken())


async def make_rows(env: Environment, model: Any) -> Any:
    made = [await env.do(model.objects, "create", name=name, other=number) for number, name in enumerate("sth")]
    taken()
    return made


async def ask(env: Environment, label: str, method: str, target: Any, /, *arguments: Any, **keywords: Any) -> None:
    with env.raises(f"{label}: outcome", text=False):
        found = await env.do(target, method, *arguments, **keywords)
        env.note(label, getattr(found, "name", found))
        if "init" in label and hasattr(found, "name"):
            env.note(f"{label}: prefetched", "_prefetched_objects_cache" in vars(found))
    words = {"order_by"}  # which only Django calls, and only to take the order away
    env.note(f"{label}: ran", [word for word in taken() if word not in words])


@case()
async def steps_of_querysets(env: Environment) -> None:
    for label, model in STEPS.items():
        made = await make_rows(env, model)
        for instance in made[:2]:
            await ask(env, f"{label}: get {instance.name}", "get", model.objects, pk=instance.pk)
            await ask(env, f"{label}: all get {instance.name}", "get", model.objects.all(), pk=instance.pk)
            await ask(env, f"{label}: get by name {instance.name}", "get", model.objects, name=instance.name)
        for name in ("first", "count", "exists"):
            await ask(env, f"{label}: {name}", name, model.objects.order_by("pk"))
        await env.do(made[1], "refresh_from_db")
        env.note(f"{label}: refresh", taken())
        if label != "_clone":  # Django copies the query alone
            await ask(env, f"{label}: update", "update", model.objects, other=5)


@case()
async def managers_that_hide_rows(env: Environment) -> None:
    for label, model in HIDING.items():
        made = await make_rows(env, model)
        for instance in made[:2]:
            await ask(env, f"{label}: get {instance.name}", "get", model.objects, pk=instance.pk)
            await ask(env, f"{label}: using {instance.name}", "get", model.objects.using("default"), pk=instance.pk)
            await ask(
                env, f"{label}: other {instance.name}", "get", model.objects.db_manager("default"), pk=instance.pk
            )
            with env.raises(f"{label}: refresh {instance.name}"):
                await env.do(instance, "refresh_from_db")
        for name in ("count", "exists"):
            await ask(env, f"{label}: {name}", name, model.objects)
        await ask(env, f"{label}: update", "update", model.objects, other=5)
        result = await env.do(model.objects.all(), "delete")
        env.note(f"{label}: delete", result[0])


@case()
async def base_managers_that_hide_rows(env: Environment) -> None:
    for label, model in BASES.items():
        made = await make_rows(env, model)
        for instance in made[:2]:
            with env.raises(f"{label}: refresh {instance.name}"):
                await env.do(instance, "refresh_from_db")
            with env.raises(f"{label}: refresh one field {instance.name}"):
                await env.do(instance, "refresh_from_db", fields=["other"])
            with env.raises(f"{label}: forced {instance.name}"):
                await env.do(instance, "save", force_update=True)
            with env.raises(f"{label}: named {instance.name}"):
                await env.do(instance, "save", update_fields=["other"])
        result = await env.do(made[1], "delete")
        env.note(f"{label}: delete", result[0])
        taken()


@case()
async def lookups_that_come_late(env: Environment) -> None:
    for number in range(4):
        await env.do(Numbered.objects, "create", next=number, asking=number)
    env.note("before", (await env.do(Numbered.objects, "get", next=1)).next)
    NextField.register_lookup(NextOf)
    try:
        env.note("registered", (await env.do(Numbered.objects, "get", next=1)).next)
        env.note("filtered", [item.next for item in await env.fetch(Numbered.objects.filter(next=1))])
    finally:
        NextField._unregister_lookup(NextOf)
    env.note("after", (await env.do(Numbered.objects, "get", next=1)).next)
    field = Numbered._meta.get_field("next")
    field.register_lookup(NextOf)
    try:
        env.note("registered on the field", (await env.do(Numbered.objects, "get", next=1)).next)
    finally:
        field._unregister_lookup(NextOf)
    env.note("after the field", (await env.do(Numbered.objects, "get", next=1)).next)


@case()
async def signals_that_come_late(env: Environment) -> None:
    log: list[Any] = []
    for model in (Plain, Initialised):
        label = model.__name__

        async def walk(step: str, model: Any = model, label: str = label) -> None:
            made = await env.do(model.objects, "create", name="a")
            found = await env.do(model.objects, "get", pk=made.pk)
            await env.fetch(model.objects.all())
            await env.do(found, "refresh_from_db")
            await env.do(found, "save")
            await env.do(found, "save", update_fields=["name"])
            await env.do(found, "delete")
            env.note(f"{label}: {step}", log[:])
            log.clear()

        await walk("nobody listens")
        for name in ("pre_init", "post_init", "pre_save", "post_save", "pre_delete", "post_delete"):
            signal = getattr(signals, name)

            def receiver(name: str = name, **keywords: Any) -> None:
                log.append(name)

            signal.connect(receiver, sender=model, weak=False)
            await walk(f"{name} of the model")
            signal.disconnect(receiver, sender=model)
            await walk(f"{name} no more")
            signal.connect(receiver, weak=False)
            try:
                await walk(f"{name} of all")
            finally:
                signal.disconnect(receiver)


@case()
async def classes_that_are_changed_later(env: Environment) -> None:
    """What a program puts on a class after its queries ran, as tests do that patch."""
    made = await env.do(Plain.objects, "create", name="a")
    await env.do(Plain.objects, "get", pk=made.pk)
    manager = Plain.objects
    manager.get_queryset = lambda: type(manager).get_queryset(manager).filter(name="b")
    try:
        with env.raises("manager"):
            await env.do(Plain.objects, "get", pk=made.pk)
    finally:
        del manager.get_queryset
    env.note("again", (await env.do(Plain.objects, "get", pk=made.pk)).name)
    LOG.clear()
    await env.do(Metaclassed.objects, "create", name="a")
    env.note("metaclass", taken())


@case()
async def keys_of_every_kind(env: Environment) -> None:
    taken()
    for model, keys in KEYS.items():
        for value in keys:
            label = f"{model.__name__} {value!r}"
            if model.__name__ == "KeyToUuid":
                await env.do(UNIQUE.objects, "get_or_create", key=FIRST)
            instance = model(pk=value, name="n")
            with env.raises(f"{label}: saving", text=False):
                await env.do(instance, "save", force_insert=True)
                env.note(f"{label}: saved", value is not None and instance.pk)
            with env.raises(f"{label}: getting", text=False):
                found = await env.do(model.objects, "get", pk=value)
                env.note(f"{label}: found", [found.pk, found.name])
                await env.do(model.objects.filter(pk=value), "update", name="m")
            with env.raises(f"{label}: refreshing", text=False):
                await env.do(instance, "refresh_from_db")
                env.note(f"{label}: refreshed", [instance.name, instance.pk if value is not None else None])
            with env.raises(f"{label}: updating", text=False):
                instance.name = "o"
                await env.do(instance, "save")
                await env.do(instance, "save", update_fields=["name"])
                env.note(f"{label}: names", await env.fetch(model.objects.values_list("name", flat=True)))
            with env.raises(f"{label}: in_bulk", text=False):
                env.note(f"{label}: in bulk", len(await env.do(model.objects, "in_bulk", [value])))
            with env.raises(f"{label}: deleting", text=False):
                result = await env.do(instance, "delete")
                env.note(f"{label}: deleted", [result[0], instance.pk])
            env.note(f"{label}: left", [await env.do(model.objects, "count"), taken()])
            await env.do(model.objects.all(), "delete")
