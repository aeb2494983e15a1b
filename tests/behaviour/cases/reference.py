"""What the page of instances, and articles about refreshing, say in passing."""

from __future__ import annotations

import datetime
from typing import Any

from tests.behaviour.harness.environment import Environment, case
from tests.behaviour.orm import F
from tests.behaviour.schemas import reference
from tests.behaviour.schemas.reference import Author, Owner, Page, Step, Stride, Thing, taken

SCHEMA = reference
STEPS = ("full_clean", "clean_fields", "validate_unique", "validate_constraints")


@case()
async def neighbours_that_are_overridden(env: Environment) -> None:
    for number in (1, 2, 3):
        await env.do(Step.objects, "create", name=str(number), day=datetime.date(2024, 1, number))
    for model in (Step, Stride):
        middle = await env.do(model.objects, "get", name="2")
        taken()
        for name in ("get_next_by_day", "get_previous_by_day"):
            found = await env.do(middle, name)
            env.note(f"{model.__name__}.{name}", [type(found), found.name, taken()])
            with env.raises(f"{model.__name__}.{name} with lookups"):
                await env.do(middle, name, name="none")
            taken()
    env.note("of a date that may be null", [hasattr(Step, f"get_{side}_by_at") for side in ("next", "previous")])


@case()
async def orders_that_are_overridden(env: Environment) -> None:
    author = await env.do(Author.objects, "create", name="a")
    pages = [await env.do(Page.objects, "create", owner_id=author.pk) for _ in range(3)]
    taken()
    await env.do(author, "set_page_order", [pages[number].pk for number in (2, 0, 1)])
    env.note("set", taken())
    page = await env.do(Page.objects, "get", pk=pages[0].pk)
    for name in ("get_next_in_order", "get_previous_in_order"):
        found = await env.do(page, name)
        env.note(name, [item.pk for item in pages].index(found.pk))


async def make_things(env: Environment) -> Any:
    owner = await env.do(Owner.objects, "create", name="o")
    return await env.do(Thing.objects, "create", title="a", code="a", owner=owner)


@case()
async def errors_of_all_four_steps(env: Environment) -> None:
    await make_things(env)
    thing = Thing(title="too long", code="a", group=0, place=0, rank=-1)
    with env.raises("fields, uniqueness, constraints"):
        await env.do(thing, "full_clean")
    thing.title = "no"
    with env.raises("the whole, uniqueness, constraints") as caught:
        await env.do(thing, "full_clean")
    env.note("messages", {name: sorted(found) for name, found in caught.error.message_dict.items()})
    for options in (
        {"validate_unique": False}, {"validate_constraints": False},
        {"validate_unique": False, "validate_constraints": False},
    ):  # fmt: skip
        with env.raises(f"{options}"):
            await env.do(thing, "full_clean", **options)


@case()
async def excluded_names_in_any_collection(env: Environment) -> None:
    await make_things(env)
    thing = Thing(title="too long", code="a", group=0, place=0, rank=-1)
    for names in (
        [],
        ["title"],
        ["code"],
        ["group"],
        ["rank"],
        ["title", "code", "place", "rank"],
        ["nothing"],
        ["pk"],
    ):
        for kind in (list, tuple, set, frozenset, dict.fromkeys):
            for step in STEPS:
                with env.raises(f"{step} without {names} as {kind.__name__}"):
                    await env.do(thing, step, exclude=kind(names))
    for step in STEPS:
        with env.raises(f"{step} without anything"):
            await env.do(thing, step, None)


@case()
async def refreshing_what_was_loaded_with_it(env: Environment) -> None:
    made = await make_things(env)
    thing = await env.do(Thing.objects.select_related("owner"), "get", pk=made.pk)
    await env.do(Owner.objects.all(), "update", name="p")
    with env.statements("the related object"):
        await env.do(thing.owner, "refresh_from_db")
    env.note("its name", thing.owner.name)
    await env.do(Owner.objects.all(), "update", name="q")
    await env.do(thing, "refresh_from_db")
    env.note("loaded anew", (await env.load(thing, "owner")).name)


@case()
async def refreshing_in_a_transaction(env: Environment) -> None:
    made = await make_things(env)
    async with env.atomic():
        thing = await env.do(Thing.objects.select_for_update(), "get", pk=made.pk)
        await env.do(Thing.objects.filter(pk=made.pk), "update", rank=F("rank") + 5)
        thing.title = "lost"
        await env.do(thing, "refresh_from_db")
        env.note("what the transaction did is seen", [thing.rank, thing.title])
    with env.raises("undone"):
        async with env.atomic():
            thing.rank = 9
            await env.do(thing, "save")
            await env.do(made, "refresh_from_db")
            env.note("inside", made.rank)
            raise ValueError
    env.note("instances are not undone", [thing.rank, made.rank])
    await env.do(made, "refresh_from_db")
    env.note("after", made.rank)
    async with env.atomic():
        await env.do(thing, "delete")
        with env.raises("deleted in the transaction"):
            await env.do(made, "refresh_from_db")


@case()
async def refreshing_what_was_never_loaded(env: Environment) -> None:
    made = await make_things(env)
    thing = Thing(pk=made.pk, title="b")
    await env.do(thing, "refresh_from_db")
    env.note("from the default database", [thing.title, thing._state.db, thing._state.adding])
    with env.raises("no key"):
        await env.do(Thing(title="b"), "refresh_from_db")
