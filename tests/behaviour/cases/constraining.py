"""Constraints of Meta: in the schema, in validation, with their own words; choices; neighbours; generated values."""

from __future__ import annotations

import datetime
from typing import Any

from tests.behaviour.harness.environment import Environment, case
from tests.behaviour.orm import F, Q, models
from tests.behaviour.schemas import rules
from tests.behaviour.schemas.rules import Answer, Bounded, Custom, Generated, Level, Moment, Question, Size, Ticket

SCHEMA = rules
day = datetime.date


async def clean(env: Environment, label: str, instance: Any, **options: Any) -> None:
    with env.raises(label):
        await env.do(instance, "full_clean", **options)


@case()
async def the_database_refuses(env: Environment) -> None:
    for label, values in {
        "check": {"name": "a", "low": 5, "high": 1},
        "list": {"name": "b", "color": "green"},
        "fine": {"name": "c", "low": 1, "high": 5, "color": "red"},
        "unique": {"name": "c", "color": "red", "high": 7},
        "conditional": {"name": "d", "low": 1, "high": 9},
        "outside of the condition": {"name": "e", "low": 1, "high": 9, "active": False},
        "expression": {"name": "C", "high": 5, "color": "blue"},
        "nulls": {"name": "f"},
        "nulls again": {"name": "f"},
    }.items():
        with env.raises(label):
            await env.do(Bounded.objects, "create", **values)
    env.note("rows", await env.fetch(Bounded.objects.order_by("pk").values_list("name", flat=True)))


@case()
async def validation_says_the_same(env: Environment) -> None:
    await env.do(Bounded.objects, "create", name="c", low=1, high=5, color="red")
    await clean(env, "check", Bounded(name="a", low=5, high=1))
    await clean(env, "list with its own message", Bounded(name="b", color="green"))
    await clean(env, "unique", Bounded(name="c", color="red", high=7))
    await clean(env, "conditional", Bounded(name="d", low=1, high=9))
    await clean(env, "outside of the condition", Bounded(name="e", low=1, high=9, active=False))
    await clean(env, "expression", Bounded(name="C", high=5, color="blue"))
    await clean(env, "nulls", Bounded(name="f"))
    await clean(env, "several", Bounded(name="c", low=9, high=5, color="green"))


@case()
async def validating_constraints_alone(env: Environment) -> None:
    item = Bounded(name="a", low=5, high=1, color="green")
    with env.raises("all"):
        await env.do(item, "validate_constraints")
    with env.raises("excluded"):
        await env.do(item, "validate_constraints", exclude={"color"})
    with env.raises("both excluded"):
        await env.do(item, "validate_constraints", exclude={"color", "low"})
    await clean(env, "switched off", item, validate_constraints=False)


@case()
async def an_existing_row_may_keep_its_values(env: Environment) -> None:
    item = await env.do(Bounded.objects, "create", name="c", low=1, high=5, color="red")
    await clean(env, "itself", item)
    other = await env.do(Bounded.objects, "create", name="d", low=2, high=5, color="red")
    other.low = 1
    await clean(env, "taken", other)


@case()
async def updates_are_refused_too(env: Environment) -> None:
    await env.do(Bounded.objects, "create", name="c", low=1, high=5)
    with env.raises("update"):
        await env.do(Bounded.objects, "update", low=9)
    with env.raises("expression"):
        await env.do(Bounded.objects, "update", low=F("high") + 1)


@case()
async def declarations_of_constraints(env: Environment) -> None:
    unique = models.UniqueConstraint(fields=["a", "b"], name="n", condition=Q(c=1))
    env.note("fields", unique.fields)
    env.note("equal", unique == models.UniqueConstraint(fields=["a", "b"], name="n", condition=Q(c=1)))
    env.note("different", unique == models.UniqueConstraint(fields=["a"], name="n"))
    with env.raises("no fields"):
        models.UniqueConstraint(name="n")
    with env.raises("no name", text=False):
        models.UniqueConstraint("a")
    with env.raises("both"):
        models.UniqueConstraint("a", fields=["b"], name="n")
    with env.raises("condition"):
        models.CheckConstraint(condition=5, name="n")
    with env.raises("deferrable with condition"):
        models.UniqueConstraint(fields=["a"], name="n", condition=Q(b=1), deferrable=models.Deferrable.DEFERRED)
    env.note("index name", models.Index(fields=["a"], name="x").name)
    with env.raises("index without fields"):
        models.Index(name="x")
    with env.raises("long name"):
        models.Index(fields=["a"], name="x" * 31)


@case()
async def enumerations(env: Environment) -> None:
    env.note("values", Size.values)
    env.note("labels", Size.labels)
    env.note("names", Size.names)
    env.note("choices", Size.choices)
    env.note("str", str(Size.LARGE))
    env.note("value", Size.LARGE.value)
    env.note("label", Size.MEDIUM.label)
    env.note("equal", Size.LARGE == "L")
    env.note("by value", Size("S") is Size.SMALL)
    env.note("membership", ["S" in Size, "X" in Size])
    env.note("empty", Level.choices)
    env.note("integers", [Level.values, Level.labels, Level.HIGH + 1])
    env.note("functional", models.TextChoices("Medal", "GOLD SILVER").choices)
    env.note("repr", repr(Size.SMALL))
    with env.raises("duplicates"):

        class Twice(models.TextChoices):
            A = "a"
            B = "a"


@case()
async def displays(env: Environment) -> None:
    item = Ticket(title="t", size="L", level=9, kind="b")
    env.note("size", item.get_size_display())
    env.note("level", item.get_level_display())
    env.note("in a group", item.get_kind_display())
    env.note("default", Ticket(title="t").get_size_display())
    env.note("unknown", Ticket(title="t", size="?").get_size_display())
    env.note("none", Ticket(title="t").get_level_display())
    env.note("blank", Ticket(title="t", kind="").get_kind_display())
    env.note("flat", Ticket._meta.get_field("kind").flatchoices)
    env.note("choices", Ticket._meta.get_field("kind").choices)


@case()
async def stored_members(env: Environment) -> None:
    item = await env.do(Ticket.objects, "create", title="t", size=Size.LARGE, level=Level.HIGH)
    env.note("before", type(item.size).__name__)
    await env.do(item, "refresh_from_db")
    env.note("after", [type(item.size).__name__, item.size, item.level])
    env.note("filter", await env.fetch(Ticket.objects.filter(size=Size.LARGE, level__in=[Level.HIGH])))
    env.note("values", await env.fetch(Ticket.objects.values_list("size", "level")))


@case()
async def neighbours_in_time(env: Environment) -> None:
    for number in (3, 1, 2):
        await env.do(
            Moment.objects, "create", name=str(number), day=day(2020, 1, number),
            at=datetime.datetime(2020, 1, number, tzinfo=datetime.UTC),
        )  # fmt: skip
    middle = await env.do(Moment.objects, "get", name="2")
    env.note("next", (await env.do(middle, "get_next_by_day")).name)
    env.note("previous", (await env.do(middle, "get_previous_by_day")).name)
    env.note("next moment", (await env.do(middle, "get_next_by_at")).name)
    env.note("with a filter", (await env.do(middle, "get_next_by_day", name="3")).name)
    with env.raises("filtered out"):
        await env.do(middle, "get_next_by_day", name="1")
    last = await env.do(Moment.objects, "get", name="3")
    with env.raises("none"):
        await env.do(last, "get_next_by_day")
    with env.raises("unsaved"):
        await env.do(Moment(day=day(2020, 1, 1)), "get_next_by_day")
    env.note("nullable fields have none", hasattr(middle, "get_next_by_maybe"))


@case()
async def neighbours_at_the_same_time(env: Environment) -> None:
    moment = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    items = [await env.do(Moment.objects, "create", name=str(n), day=day(2020, 1, 1), at=moment) for n in range(3)]
    env.note("next", (await env.do(items[0], "get_next_by_day")).name)
    env.note("previous", (await env.do(items[2], "get_previous_by_day")).name)
    with env.raises("first"):
        await env.do(items[0], "get_previous_by_day")


@case()
async def generated_values(env: Environment) -> None:
    item = Generated(width=3)
    with env.statements("insert"):
        await env.do(item, "save")
    env.note_fields("after insert", item, "area", "lower")
    item.width, item.name = 5, "XY"
    with env.at_most("update"):
        await env.do(item, "save")
    await env.do(item, "refresh_from_db")
    env.note_fields("after update", item, "area", "lower")
    env.note("filter", await env.fetch(Generated.objects.filter(area__gt=9)))
    env.note("order", await env.fetch(Generated.objects.order_by("-area").values_list("area", flat=True)))
    created = await env.do(Generated.objects, "create", width=4, height=4)
    env.note("created", created.area)


@case()
async def generated_values_come_with_the_statement(env: Environment) -> None:
    with env.statements("create"):
        item = await env.do(Generated.objects, "create", width=3, name="Ab")
    env.note_fields("created", item, "area", "lower")
    item.width, item.name = 5, "XY"
    with env.statements("save"):
        await env.do(item, "save")
    with env.statements("nothing more"):
        env.note("saved", [await env.read(item, "area"), await env.read(item, "lower")])
    item.height = 7
    with env.statements("save by name"):
        await env.do(item, "save", update_fields=["height"])
    with env.statements("nothing more by name"):
        env.note("saved by name", [await env.read(item, "area"), await env.read(item, "lower")])
    item.width = F("width") + 1
    with env.statements("expression"):
        await env.do(item, "save")
    env.note("computed", [item.width, await env.read(item, "area")])
    loaded = await env.do(Generated.objects.only("width"), "get")
    env.note("deferred", loaded.get_deferred_fields())
    loaded.width = 1
    with env.statements("deferred"):
        await env.do(loaded, "save")
    env.note("deferred and saved", loaded.get_deferred_fields())
    with env.statements("update_or_create"):
        item, _ = await env.do(Generated.objects, "update_or_create", {"width": 9}, pk=item.pk)
    env.note("updated", [item.width, await env.read(item, "area")])


@case()
async def generated_values_are_not_assigned(env: Environment) -> None:
    with env.raises("before saving"):
        Generated(width=3).area  # noqa: B018
    item = await env.do(Generated.objects, "create", width=3)
    with env.raises("update_fields"):
        await env.do(item, "save", update_fields=["area"])
    bulk = await env.do(Generated.objects, "bulk_create", [Generated(width=2), Generated(width=3, height=3)])
    env.note("bulk", [item.area for item in bulk])
    await env.do(item, "full_clean")


@case()
async def custom_fields(env: Environment) -> None:
    item = await env.do(Custom.objects, "create", shout="Hello")
    env.note("attribute", item.shout)
    await env.do(item, "refresh_from_db")
    env.note("read back", item.shout)
    env.note("lookups prepare too", await env.do(Custom.objects.filter(shout="hELLO"), "count"))
    env.note("in", await env.do(Custom.objects.filter(shout__in=["hello"]), "count"))
    env.note("values", await env.fetch(Custom.objects.values_list("shout", flat=True)))
    made = await env.do(Custom.objects, "create", shout="auto")
    env.note("pre_save", made.shout)
    env.note("bulk", [item.shout for item in await env.do(Custom.objects, "bulk_create", [Custom(shout="auto")])])
    await env.do(Custom.objects, "update", shout="new")
    env.note("update", await env.fetch(Custom.objects.order_by("pk").values_list("shout", flat=True)))
    env.note(
        "annotated", await env.fetch(Custom.objects.annotate(again=F("shout")).values_list("again", flat=True)[:1])
    )
    env.note("null", (await env.do(Custom.objects, "create", shout=None)).shout)


@case()
async def order_with_respect_to(env: Environment) -> None:
    question = await env.do(Question.objects, "create", text="q")
    answers = [await env.do(Answer.objects, "create", question=question, text=str(n)) for n in range(3)]
    env.note("order", await env.fetch(question.answer_set.values_list("text", flat=True)))
    env.note("meta", Answer._meta.ordering)
    env.note("column", [field.name for field in Answer._meta.fields])
    env.note("numbers", [answer._order for answer in answers])


@case()
async def orders_by_hand(env: Environment) -> None:
    question = await env.do(Question.objects, "create", text="q")
    answers = [await env.do(Answer.objects, "create", question=question, text=str(n)) for n in range(3)]
    env.note("order", list(await env.do(question, "get_answer_order")))
    await env.do(question, "set_answer_order", [answers[2].pk, answers[0].pk, answers[1].pk])
    env.note("changed", await env.fetch(question.answer_set.values_list("text", flat=True)))
    first = await env.do(Answer.objects, "get", text="2")
    env.note("next", (await env.do(first, "get_next_in_order")).text)
    with env.raises("before the first"):
        await env.do(first, "get_previous_in_order")
