"""Exclusion constraints: what PostgreSQL refuses and what validation says."""

from __future__ import annotations

import datetime
from typing import Any

from tests.behaviour.harness.environment import Environment, case
from tests.behaviour.orm import postgres
from tests.behaviour.schemas import excluding
from tests.behaviour.schemas.excluding import Booking, Child, Hidden, Keyed, Pair, Quotient

SCHEMA = excluding
POSTGRESQL = ("postgresql",)
HOUR = datetime.timedelta(hours=1)
NOON = datetime.datetime(2024, 5, 6, 12, tzinfo=datetime.UTC)


async def judge(env: Environment, label: str, instance: Any, **options: Any) -> None:
    with env.raises(f"{label}: validated") as caught:
        await env.do(instance, "validate_constraints", **options)
    if hasattr(caught.error, "error_dict"):
        codes = {name: [item.code for item in found] for name, found in caught.error.error_dict.items()}
        env.note(f"{label}: codes", codes)
    if label != "backwards":  # of which aorm asks once more whether the condition holds
        with env.at_most(f"{label}: statements"), env.raises(f"{label}: again", text=False):
            await env.do(instance, "validate_constraints", **options)
    if not options:
        with env.raises(f"{label}: saved", text=False):
            async with env.atomic():
                await env.do(instance, "save")


@case(vendors=POSTGRESQL)
async def overlapping_bookings(env: Environment) -> None:
    first = await env.do(Booking.objects, "create", room=1, begins=NOON, ends=NOON + HOUR)
    await env.do(Booking.objects, "create", room=9, begins=NOON, ends=None)
    base = {"room": 1, "begins": NOON + HOUR / 2, "ends": NOON + 2 * HOUR}
    for label, changes in (
        ("overlapping", {}), ("another room", {"room": 2}), ("after", {"begins": NOON + HOUR}),
        ("before", {"begins": NOON - HOUR, "ends": NOON}), ("cancelled", {"is_cancelled": True}),
        ("without end", {"ends": None}), ("beside one without end", {"room": 9, "ends": NOON + 9 * HOUR}),
        ("empty", {"ends": NOON + HOUR / 2}), ("backwards", {"ends": NOON}), ("no room", {"room": None}),
        ("text", {"begins": "2024-05-06T12:30:00Z"}),
    ):  # fmt: skip
        instance = Booking(**{**base, **changes})
        await judge(env, label, instance)
        if instance.pk is not None:
            await env.do(instance, "delete")
    for name in ("room", "begins", "ends", "is_cancelled", "id"):
        await judge(env, f"without {name}", Booking(**base), exclude={name})
    await judge(env, "the row itself", first)
    first.is_cancelled = True
    await judge(env, "the row cancelled", first)
    await judge(env, "in its place", Booking(**base))
    first.is_cancelled = False
    await judge(env, "the row again", first)


@case(vendors=POSTGRESQL)
async def constraints_of_other_kinds(env: Environment) -> None:
    first = await env.do(Pair.objects, "create", name="a", number=1)
    await env.do(Pair.objects, "create", name="b", number=200, start=10)
    await env.do(Pair.objects, "create", name="c", number=-1, start=50)
    for label, values in (
        ("same name", {"name": "a"}), ("other name", {"name": "A"}), ("same number", {"name": "d", "number": 1}),
        ("no number", {"name": "e"}), ("adjacent", {"name": "f", "number": 300, "start": 4}),
        ("adjacent by name", {"name": "xf", "number": 300, "start": 4}),
        ("adjacent behind", {"name": "g", "number": 300, "start": 16, "length": 1}),
        ("near", {"name": "h", "number": 300, "start": 17}),
        ("deferred", {"name": "i", "number": -2, "start": 52, "length": 1}),
        ("several", {"name": "a", "number": 1}), ("empty", {"name": ""}),
    ):  # fmt: skip
        instance = Pair(**values)
        await judge(env, label, instance)
        if instance.pk is not None:
            await env.do(instance, "delete")
    for name in ("name", "number", "start", "length", "end"):
        values = {"name": "a", "number": 300, "start": 4}
        await judge(env, f"without {name}", Pair(**values), exclude={name})
    first.length = 7
    await judge(env, "the row itself", first)
    with env.raises("all of it"):
        await env.do(Pair(name="a", number=1, length=3), "full_clean")


@case(vendors=POSTGRESQL)
async def children_hidden_rows_and_composite_keys(env: Environment) -> None:
    await env.do(Pair.objects, "create", name="a", number=1)
    await env.do(Child.objects, "create", name="b", number=2, more=5)
    for label, values in (
        ("of the parent", {"name": "a", "more": 6}), ("its own", {"name": "c", "more": 5}),
        ("both", {"name": "b", "more": 5}), ("neither", {"name": "d", "number": 4, "more": 9}),
    ):  # fmt: skip
        await judge(env, label, Child(**values))
    await env.do(Hidden.everything, "create", number=0)
    await env.do(Hidden.everything, "create", number=1)
    await judge(env, "hidden", Hidden(number=0))
    await judge(env, "shown", Hidden(number=1))
    first = await env.do(Keyed.objects, "create", a=1, b=1, number=1)
    await judge(env, "composite, itself", first)
    await judge(env, "composite, other", Keyed(a=1, b=2, number=1))
    await judge(env, "composite, without key", Keyed(number=1))


@case(vendors=POSTGRESQL)
async def what_the_database_cannot_compute(env: Environment) -> None:
    """Under a condition a constraint is taken to be violated; without one the error is the database's."""
    await env.do(Quotient.objects, "create", number=7)
    conditional, unconditional = Quotient._meta.constraints
    for number, kind in ((7, 1), (8, 1), (0, 1), (0, 2), (7, 2)):
        for constraint in (conditional, unconditional):
            with env.raises(f"{constraint.name} {number} {kind}", text=False):
                await env.do(constraint, "validate", Quotient, Quotient(number=number, kind=kind))
            with env.raises(f"{constraint.name} {number} {kind}, in a transaction", text=False):
                async with env.atomic():
                    try:
                        await env.do(constraint, "validate", Quotient, Quotient(number=number, kind=kind))
                    finally:
                        env.note("the transaction goes on", await env.do(Quotient.objects, "count"))


@case(vendors=POSTGRESQL)
async def declarations(env: Environment) -> None:
    made = [constraint for model in excluding.MODELS for constraint in model._meta.constraints]
    for constraint in made:
        _, arguments, keywords = constraint.deconstruct()
        env.note(f"{constraint.name}: deconstructed", [len(arguments), sorted(keywords)])
        env.note(f"{constraint.name}: copy", constraint.clone() == constraint)
        env.note(f"{constraint.name}: others", [constraint == other for other in made])
        env.note(f"{constraint.name}: message", constraint.get_violation_error_message())
    plain = {"name": "n", "expressions": [("name", "=")]}
    for label, changes in (
        ("no expressions", {"expressions": []}), ("one", {"expressions": ["name"]}), ("kind", {"index_type": "btree"}),
        ("triple", {"expressions": [("a", "=", 1)]}), ("condition", {"condition": 1}), ("include", {"include": "a"}),
        ("deferrable", {"deferrable": True}),
        ("hash, two", {"index_type": "hash", "expressions": [("a", "="), ("b", "=")]}),
        ("hash, operator", {"index_type": "Hash", "expressions": [("a", "<>")]}), ("name", {"name": ""}),
        ("hash, include", {"index_type": "HASH", "include": ["a"]}),
    ):  # fmt: skip
        with env.raises(label):
            postgres.ExclusionConstraint(**{**plain, **changes})
