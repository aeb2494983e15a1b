"""Overridden methods: which of them run, in which order, however the operation is reached.

Each label names where the methods are overridden and which face of them; see the schema. The answers of both must be
those that Django gives for its sync methods.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from tests.behaviour.harness.environment import Environment, case
from tests.behaviour.schemas import overriding
from tests.behaviour.schemas.overriding import BY_KIND, BY_MANAGER, Owner, taken

SCHEMA = overriding


def models_of(table: dict[str, list[Any]]) -> list[tuple[str, Any]]:
    taken()
    return [(f"{kind}, {model.__name__}", model) for kind, models in table.items() for model in models]


@case()
async def an_instance(env: Environment) -> None:
    for label, model in models_of(BY_KIND):
        instance = model(name="a")
        await env.do(instance, "save")
        env.note(f"{label}: save", taken())
        await env.do(instance, "save", update_fields=["name"])
        env.note(f"{label}: save again", taken())
        await env.do(instance, "refresh_from_db")
        env.note(f"{label}: refresh", taken())
        result = await env.do(instance, "delete")
        env.note(f"{label}: delete", [taken(), result[0]])
        env.note(f"{label}: forced", instance.pk)


@case()
async def validation(env: Environment) -> None:
    for label, model in models_of(BY_KIND):
        instance = model(name="a")
        for step in ("full_clean", "clean_fields", "clean", "validate_unique", "validate_constraints"):
            await env.do(instance, step)
            env.note(f"{label}: {step}", taken())
        await env.do(instance, "full_clean", exclude={"name"}, validate_unique=False, validate_constraints=False)
        env.note(f"{label}: parts", taken())


@case()
async def deferred_fields(env: Environment) -> None:
    for label, model in models_of(BY_KIND):
        saved = model(name="a")
        await env.do(saved, "save")
        instance = await env.do(model.objects.defer("name"), "get", pk=saved.pk)
        taken()
        env.note(f"{label}: value", await env.read(instance, "name"))
        env.note(f"{label}: loaded by", taken())


@case()
async def querysets(env: Environment) -> None:
    for label, model in models_of(BY_KIND):
        await env.do(model.objects, "create", name="a")
        env.note(f"{label}: create", taken())
        await env.do(model.objects, "get_or_create", name="b")
        env.note(f"{label}: get_or_create creates", taken())
        await env.do(model.objects, "get_or_create", name="b")
        env.note(f"{label}: get_or_create gets", taken())
        await env.do(model.objects, "update_or_create", {"name": "c"}, name="d")
        env.note(f"{label}: update_or_create creates", taken())
        await env.do(model.objects, "update_or_create", {"name": "d"}, name="c")
        env.note(f"{label}: update_or_create updates", taken())
        await env.do(model.objects.all(), "update", name="e")
        env.note(f"{label}: update", taken())
        await env.do(model.objects.all(), "delete")
        env.note(f"{label}: delete", taken())


@case()
async def many_at_once(env: Environment) -> None:
    for label, model in models_of({kind: found for kind, found in BY_KIND.items() if kind != "child"}):
        made = await env.do(model.objects, "bulk_create", [model(name="a"), model(name="b")])
        await env.do(model.objects, "bulk_update", made, ["name"])
        await env.do(model.objects, "in_bulk", [item.pk for item in made])
        env.note(label, taken())


@case()
async def related_managers(env: Environment) -> None:
    owner = await env.do(Owner.objects, "create", name="o")
    for label, model in models_of({kind: found for kind, found in BY_KIND.items() if kind not in ("proxy", "child")}):
        for suffix in ("set", "many"):
            manager = getattr(owner, f"{model.__name__.lower()}_{suffix}")
            await env.do(manager, "create", name="a")
            env.note(f"{label}, {suffix}: create", taken())
            await env.do(manager, "get_or_create", name="b")
            env.note(f"{label}, {suffix}: get_or_create", taken())
            await env.do(manager, "update_or_create", defaults={"name": "c"}, name="b")
            env.note(f"{label}, {suffix}: update_or_create", taken())
            loose = await env.do(model.objects, "create", name="l")
            taken()
            await env.do(manager, "add", loose)
            env.note(f"{label}, {suffix}: add", taken())
            await env.do(manager, "set", [loose])
            env.note(f"{label}, {suffix}: set", taken())
            await env.do(manager, "clear")
            env.note(f"{label}, {suffix}: clear", taken())
        manager = getattr(owner, f"{model.__name__.lower()}_set")
        await env.do(manager, "add", model(name="new"), bulk=False)
        env.note(f"{label}: add without bulk", taken())
        await env.do(manager, "remove", await env.do(manager, "get"), bulk=False)
        env.note(f"{label}: remove without bulk", taken())


@case()
async def dependents_that_fall(env: Environment) -> None:
    for label, model in models_of(BY_KIND):
        owner = await env.do(Owner.objects, "create", name="o")
        await env.do(model.objects, "create", name="a", owner=owner)
        taken()
        await env.do(owner, "delete")
        env.note(label, taken())


async def call_all(env: Environment, label: str, model: Any, start: Callable[[], Any]) -> None:
    """Call what reads and writes on what `start` gives, a manager or a queryset."""
    first = await env.do(start(), "create", name="a")
    env.note(f"{label}: create", taken())
    await env.do(start(), "get_or_create", name="b")
    env.note(f"{label}: get_or_create", taken())
    await env.do(start(), "update_or_create", {"name": "c"}, name="b")
    env.note(f"{label}: update_or_create", taken())
    made = await env.do(start(), "bulk_create", [model(name="d")])
    env.note(f"{label}: bulk_create", taken())
    await env.do(start(), "bulk_update", made, ["name"])
    env.note(f"{label}: bulk_update", taken())
    for name, arguments in (
        ("count", ()), ("exists", ()), ("first", ()), ("last", ()), ("in_bulk", ([first.pk],)), ("latest", ("pk",)),
        ("contains", (first,)), ("earliest", ("pk",)),
    ):  # fmt: skip
        await env.do(start(), name, *arguments)
        env.note(f"{label}: {name}", taken())
    await env.do(start(), "get", pk=first.pk)
    env.note(f"{label}: get", taken())
    await env.do(start(), "update", name="e")
    env.note(f"{label}: update", taken())
    await env.do(model.objects.all(), "delete")
    env.note(f"{label}: delete", taken())


@case()
async def managers_and_querysets(env: Environment) -> None:
    for label, model in models_of(BY_MANAGER):
        await call_all(env, f"{label}, manager", model, partial(getattr, model, "objects"))
        await call_all(env, f"{label}, queryset", model, model.objects.all)


@case()
async def instances_of_models_with_such_managers(env: Environment) -> None:
    for label, model in models_of(BY_MANAGER):
        instance = model(name="a")
        await env.do(instance, "save")
        env.note(f"{label}: save", taken())
        await env.do(instance, "save")
        env.note(f"{label}: save again", taken())
        await env.do(instance, "refresh_from_db")
        env.note(f"{label}: refresh", taken())
        await env.do(instance, "full_clean")
        env.note(f"{label}: full_clean", taken())
        await env.do(instance, "delete")
        env.note(f"{label}: delete", taken())


@case()
async def related_managers_of_such_managers(env: Environment) -> None:
    owner = await env.do(Owner.objects, "create", name="o")
    for label, model in models_of(BY_MANAGER):
        for suffix in ("set", "many"):
            manager = getattr(owner, f"{model.__name__.lower()}_{suffix}")
            await env.do(manager, "create", name="a")
            env.note(f"{label}, {suffix}: create", taken())
            await env.do(manager, "get_or_create", name="b")
            env.note(f"{label}, {suffix}: get_or_create", taken())
            await env.do(manager, "update_or_create", defaults={"name": "c"}, name="b")
            env.note(f"{label}, {suffix}: update_or_create", taken())
            await env.do(manager, "count")
            await env.do(manager, "get", name="c")
            await env.do(manager, "first")
            await env.do(manager.all(), "exists")
            env.note(f"{label}, {suffix}: reading", taken())
            loose = await env.do(model.objects, "create", name="l")
            taken()
            await env.do(manager, "add", loose)
            env.note(f"{label}, {suffix}: add", taken())
            await env.do(manager, "remove", loose)
            env.note(f"{label}, {suffix}: remove", taken())
            await env.do(manager, "update", name="z")
            env.note(f"{label}, {suffix}: update", taken())
            await env.do(manager, "clear")
            env.note(f"{label}, {suffix}: clear", taken())


@case()
async def in_a_transaction(env: Environment) -> None:
    for label, model in models_of(BY_KIND):
        with env.raises(label):
            async with env.atomic():
                await env.do(model.objects, "create", name="a")
                env.note(f"{label}: seen inside", await env.do(model.objects, "count"))
                raise ValueError("undone")
        env.note(f"{label}: left", await env.do(model.objects, "count"))
