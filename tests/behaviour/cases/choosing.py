"""Choices of all forms, their displays and validation; the neighbours of a date, with ties."""

from __future__ import annotations

import datetime
from typing import Any

from tests.behaviour.harness.environment import Environment, case
from tests.behaviour.orm import models
from tests.behaviour.schemas import choosing
from tests.behaviour.schemas.choosing import Bigger, Card, Coded, Entry, Limited, Medal, Mood, Place, Suit, Told

SCHEMA = choosing
FIELDS = ("size", "color", "suit", "mood", "medal", "place", "number", "food", "iterated", "grouped", "flag")


def shown(pairs: Any) -> list[Any]:
    """Return choices with their labels as texts, lazy ones too."""
    return [(value, shown(label) if isinstance(label, list | tuple) else str(label)) for value, label in pairs]


@case()
async def enumerations_of_all_kinds(env: Environment) -> None:
    for kind in (Suit, Mood, Medal, Place):
        env.note(kind.__name__, [kind.names, kind.values, kind.labels, kind.choices])
    env.note("members", [Suit.SPADE.label, str(Suit.SPADE), repr(Mood.GOOD), Suit.SPADE + 1, Suit(3).label])
    env.note("contains", [1 in Suit, 9 in Suit, "G" in Mood, Suit.SPADE in Suit, None in Mood])
    env.note("names", [Mood["GOOD"].value, Suit["HEART"].label])
    env.note("text", [f"{Mood.GOOD}", Mood.GOOD == "G", Mood.GOOD.upper(), {Mood.GOOD: 1}["G"]])
    env.note("in templates", Suit.do_not_call_in_templates)
    with env.raises("no such value"):
        Suit(9)
    with env.raises("two names"):
        models.IntegerChoices("Twice", [("A", 1), ("B", 1)])
    with env.raises("truth", text=False):

        class Truth(bool, models.Choices):
            A = True


@case()
async def choices_of_fields(env: Environment) -> None:
    for name in FIELDS:
        field = Card._meta.get_field(name)
        env.note(name, list(field.choices))
        env.note(f"{name} flat", list(field.flatchoices))
    field = Card._meta.get_field("size")
    env.note("for a form", shown(field.get_choices()))
    env.note("without blank", shown(field.get_choices(include_blank=False)))
    env.note("other blank", shown(field.get_choices(blank_choice=[("", "?")])))
    env.note("mood for a form", shown(Card._meta.get_field("mood").get_choices()))
    env.note("grouped for a form", shown(Card._meta.get_field("grouped").get_choices()))


@case()
async def displays_of_all_forms(env: Environment) -> None:
    for values in (
        {}, {"size": "L", "mood": "G", "medal": "GOLD", "place": 1, "number": 2, "food": "c", "grouped": "z"},
        {"size": "?", "mood": None, "medal": "", "place": 7, "number": 9, "food": "?", "flag": False},
        {"suit": Suit.HEART, "place": Place.SECOND, "medal": Medal.SILVER, "food": "b", "grouped": "y", "iterated": 1},
    ):  # fmt: skip
        card = Card(**values)
        env.note(str(sorted(values)), [getattr(card, f"get_{name}_display")() for name in FIELDS])
    env.note("unhashable", Card(unhashable=[2]).get_unhashable_display())


@case()
async def displays_that_are_overridden(env: Environment) -> None:
    env.note("in the class", Card(suit=1).get_suit_display())
    env.note("in an abstract base", Card(color="b").get_color_display())
    env.note("replaced fields", [Bigger().get_size_display(), Bigger().get_color_display()])


@case()
async def choices_are_validated(env: Environment) -> None:
    for values in (
        {}, {"size": "?"}, {"suit": 9}, {"suit": "2"}, {"mood": "Z"}, {"mood": ""}, {"medal": "gold"}, {"place": 3},
        {"number": 2}, {"number": 3}, {"food": "b"}, {"food": "Fruit"}, {"grouped": "y"}, {"grouped": "Group"},
        {"flag": None}, {"unhashable": [3]}, {"unhashable": [2]}, {"iterated": 2}, {"suit": Suit.HEART},
    ):  # fmt: skip
        with env.raises(str(values)):
            await env.do(Card(**values), "full_clean")


@case()
async def members_in_the_database(env: Environment) -> None:
    card = await env.do(Card.objects, "create", suit=Suit.HEART, mood=Mood.GOOD, medal=Medal.GOLD, place=Place.FIRST)
    env.note("kept", [type(card.suit).__name__, type(card.mood).__name__])
    loaded = await env.do(Card.objects, "get", suit=Suit.HEART, mood__in=[Mood.GOOD, Mood.BAD], medal=Medal.GOLD)
    env.note("loaded", [loaded.suit, loaded.mood, loaded.medal, loaded.place, loaded.suit == Suit.HEART])
    env.note("update", await env.do(Card.objects.filter(place=Place.FIRST), "update", mood=Mood.BAD))
    env.note("values", await env.fetch(Card.objects.values_list("mood", "suit")))


def moment(day: int, hour: int = 0) -> datetime.datetime:
    return datetime.datetime(2020, 1, day, hour, tzinfo=datetime.UTC)


async def entries(env: Environment) -> dict[str, Any]:
    made = {}
    for name, day, kind, hidden in (
        ("d", 2, "a", False), ("b", 1, "a", False), ("c", 2, "b", False), ("a", 2, "a", False), ("h", 2, "a", True),
        ("e", 3, "b", False),
    ):  # fmt: skip
        made[name] = await env.do(
            Entry.everything, "create", name=name, day=moment(day).date(), at=moment(day), kind=kind, hidden=hidden
        )
    return made


async def neighbour(env: Environment, label: str, instance: Any, method: str, **lookups: Any) -> Any:
    with env.raises(label):
        found = await env.do(instance, method, **lookups)
        env.note(f"{label}: found", getattr(found, "name", found))
        return found
    return None


@case()
async def neighbours_walk_through_ties(env: Environment) -> None:
    made = await entries(env)
    for field in ("day", "at"):
        for word, start in (("next", "b"), ("previous", "e")):
            here = made[start]
            for step in range(6):
                here = await neighbour(env, f"{word} by {field}, {step}", here, f"get_{word}_by_{field}")
                if here is None:
                    break


@case()
async def neighbours_with_lookups(env: Environment) -> None:
    made = await entries(env)
    await neighbour(env, "of the same kind", made["b"], "get_next_by_day", kind="b")
    await neighbour(env, "backwards", made["e"], "get_previous_by_day", kind="a")
    await neighbour(env, "excluded by name", made["d"], "get_next_by_day", name__gt="c")
    await neighbour(env, "nothing", made["d"], "get_next_by_day", name="none")
    await neighbour(env, "wrong lookup", made["d"], "get_next_by_day", nome="x")
    await neighbour(env, "hidden ones are passed over", made["a"], "get_next_by_day")
    await neighbour(env, "from a hidden one", made["h"], "get_previous_by_day")
    with env.statements("one statement"):
        await env.do(made["d"], "get_next_by_day")


@case()
async def neighbours_of_odd_instances(env: Environment) -> None:
    made = await entries(env)
    await neighbour(env, "unsaved", Entry(day=moment(1).date()), "get_next_by_day")
    gone = made["c"]
    await env.do(gone, "delete")
    await neighbour(env, "deleted", gone, "get_next_by_day")
    await neighbour(env, "with a key but not saved", Entry(pk=1, day=moment(1).date()), "get_next_by_day")
    deferred = await env.do(Entry.objects, "get", name="b")
    await neighbour(env, "loaded", deferred, "get_next_by_day")
    told = await env.do(Told.objects, "create", day=moment(1).date())
    with env.raises("a method of the class body gives way to the field's"):
        await env.do(told, "get_next_by_day", x=1)
    await neighbour(env, "the other is left", told, "get_previous_by_day")
    for code in ("b", "a", "c"):
        await env.do(Coded.objects, "create", code=code, day=moment(1).date())
    middle = await env.do(Coded.objects, "get", code="b")
    env.note("text keys", [(await env.do(middle, f"get_{word}_by_day")).code for word in ("next", "previous")])


@case(other=True)
async def neighbours_in_another_database(env: Environment) -> None:
    await entries(env)
    for name in ("x", "y"):
        await env.do(Entry.everything.using("other"), "create", name=name, day=moment(5).date(), at=moment(5))
    first = await env.do(Entry.everything.using("other"), "get", name="x")
    found = await env.do(first, "get_next_by_day")
    env.note("found", [found.name, found._state.db])


@case()
async def related_rows_are_chosen_from_those_allowed(env: Environment) -> None:
    made = await entries(env)
    april = await env.do(
        Entry.everything, "create", name="f", day=datetime.date(2020, 4, 1), at=moment(1), kind="b"
    )  # fmt: skip
    for label, key in (("kind a", made["a"].pk), ("kind b", april.pk), ("hidden", made["h"].pk), ("no row", 9999)):
        for name in ("plain", "named", "composed", "called", "one"):
            with env.raises(f"{name}: {label}") as caught:
                await env.do(Limited(**{f"{name}_id": key}), "full_clean")
            if caught.error is not None:
                (error,) = caught.error.error_dict[name]
                env.note(f"{name}: {label}: values", [error.params["field"], error.params["model"]])
    with env.raises("excluded"):
        await env.do(Limited(named_id=9999), "full_clean", exclude={"named"})
    with env.raises("by instance"):
        await env.do(Limited(named=april), "clean_fields")
    env.note("saved all the same", (await env.do(Limited.objects, "create", named=april)).pk)
    await env.do(Limited.objects, "create", one=made["a"])
    with env.raises("taken"):
        await env.do(Limited(one=made["a"]), "full_clean")


@case()
async def cached_properties_survive_a_refresh(env: Environment) -> None:
    item = await env.do(Limited.objects, "create")
    item.__dict__["counted"] = 99
    await env.do(item, "refresh_from_db")
    env.note("kept", item.counted)
    loaded = await env.do(Limited.objects, "get")
    first = loaded.counted
    loaded.extra = 1
    env.note("computed once", loaded.counted == first)
