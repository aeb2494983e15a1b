"""Validation of instances: fields, the model, uniqueness; which errors, where, in which words."""

from __future__ import annotations

import datetime
from typing import Any

from tests.behaviour.harness.environment import Environment, case
from tests.behaviour.orm import exceptions, models
from tests.behaviour.schemas import rules
from tests.behaviour.schemas.rules import Dated, Draft, Ticket, Together

SCHEMA = rules
NON_FIELD = exceptions.NON_FIELD_ERRORS


async def clean(env: Environment, label: str, instance: Any, **options: Any) -> None:
    with env.raises(label):
        await env.do(instance, "full_clean", **options)


def ticket(**values: Any) -> Any:
    return Ticket(**{"title": "t", **values})


@case()
async def a_valid_instance(env: Environment) -> None:
    item = ticket()
    env.note("returns", await env.do(item, "full_clean"))
    env.note("nothing saved", await env.do(Ticket.objects, "count"))


@case()
async def blank_and_null(env: Environment) -> None:
    await clean(env, "blank", ticket(title=""))
    await clean(env, "null", ticket(title=None))
    await clean(env, "null number", ticket(count=None))
    await clean(env, "null boolean", ticket(flag=None))
    await clean(env, "blank allowed", ticket(note="", email="", kind=""))
    await clean(env, "several", Ticket(title="", count=None))


@case()
async def lengths_and_validators(env: Environment) -> None:
    await clean(env, "too long", ticket(title="x" * 11))
    await clean(env, "odd", ticket(count=3))
    await clean(env, "too large and odd", ticket(count=101))
    await clean(env, "too large", ticket(count=102))
    await clean(env, "not a number", ticket(count="many"))
    await clean(env, "number out of range", ticket(count=2**40))


@case()
async def texts_with_a_form(env: Environment) -> None:
    await clean(env, "email", ticket(email="nobody"))
    await clean(env, "url", ticket(site="nowhere"))
    await clean(env, "slug", ticket(slug="a b"))
    await clean(env, "address", ticket(address="1.2.3"))
    await clean(env, "fine", ticket(email="a@b.cd", site="http://x.org/", slug="a-b", address="::1"))
    await clean(env, "nul", ticket(title="a\x00"))


@case()
async def numbers_dates_and_documents(env: Environment) -> None:
    await clean(env, "too many digits", ticket(price="12345.6"))
    await clean(env, "too many places", ticket(price="1.234"))
    await clean(env, "not decimal", ticket(price="cheap"))
    await clean(env, "not a date", ticket(day="yesterday"))
    await clean(env, "no such date", ticket(day="2020-02-30"))
    await clean(env, "not boolean", ticket(flag="perhaps"))
    await clean(env, "not a uuid", ticket(uid="abc"))
    await clean(env, "not json", ticket(data={1, 2}))


@case()
async def values_are_converted(env: Environment) -> None:
    item = ticket(count="8", price="1.5", day="2020-02-03", flag="True", uid="12345678123456781234567812345678")
    await env.do(item, "full_clean")
    env.note_fields("converted", item, "count", "price", "day", "flag", "uid")


@case()
async def choices(env: Environment) -> None:
    await clean(env, "unknown", ticket(size="X"))
    await clean(env, "unknown number", ticket(level=5))
    await clean(env, "label instead of value", ticket(size="Small"))
    await clean(env, "in a group", ticket(kind="b"))
    await clean(env, "not in a group", ticket(kind="z"))
    await clean(env, "number as text", ticket(level="9"))


@case()
async def fields_that_are_not_edited_are_checked(env: Environment) -> None:
    await clean(env, "hidden", ticket(hidden="too long"))


@case()
async def relations_must_exist(env: Environment) -> None:
    await clean(env, "missing", ticket(parent_id=99))
    parent = await env.do(Ticket.objects, "create", title="p")
    with env.statements("asks"):
        await env.do(ticket(parent=parent), "clean_fields")


@case()
async def clean_fields_alone(env: Environment) -> None:
    with env.raises("fields"):
        await env.do(ticket(title="", count=3), "clean_fields")
    with env.raises("excluded"):
        await env.do(ticket(title="", count=3), "clean_fields", exclude={"title"})
    with env.raises("excluded list"):
        await env.do(ticket(title="", count=3), "clean_fields", exclude=["title", "count"])


@case()
async def excluding(env: Environment) -> None:
    await clean(env, "set", ticket(title="", count=3), exclude={"title"})
    await clean(env, "list", ticket(title="", count=3), exclude=["title", "count"])


@case()
async def the_models_own_clean(env: Environment) -> None:
    await clean(env, "whole model", Draft(published=datetime.date(2020, 1, 1)))
    await clean(env, "by field", Draft(status="fields"))
    item = Draft(status="published")
    await env.do(item, "full_clean")
    env.note("changed by clean", item.published)
    with env.raises("unknown field in clean") as caught:
        await env.do(Draft(status="unknown"), "full_clean")
    env.note("keys", sorted(caught.error.message_dict))


@case()
async def the_dictionary_of_messages(env: Environment) -> None:
    with env.raises("several") as caught:
        await env.do(Draft(status="too long a status", published=datetime.date(2020, 1, 1)), "full_clean")
    env.note("message_dict", caught.error.message_dict)
    with env.raises("model") as caught:
        await env.do(Draft(published=datetime.date(2020, 1, 1)), "full_clean")
    env.note("non field", caught.error.message_dict[NON_FIELD])
    env.note("key", NON_FIELD)
    env.note("messages", caught.error.messages)


@case()
async def clean_is_called_even_when_fields_fail(env: Environment) -> None:
    await clean(env, "both", Draft(status="fields" * 3))
    await clean(env, "fields and model", Draft(status="draft", published="nonsense"))


@case()
async def unique_fields(env: Environment) -> None:
    first = await env.do(Ticket.objects, "create", title="a", code="x")
    await clean(env, "taken", ticket(code="x"))
    await clean(env, "itself", first)
    await clean(env, "free", ticket(code="y"))
    await clean(env, "null is never taken", ticket(code=None))
    await clean(env, "excluded", ticket(code="x"), exclude={"code"})
    await clean(env, "switched off", ticket(code="x"), validate_unique=False)
    with env.raises("alone"):
        await env.do(ticket(code="x"), "validate_unique")
    with env.raises("alone excluded"):
        await env.do(ticket(code="x"), "validate_unique", exclude={"code"})
    second = await env.do(Ticket.objects, "create", title="b", code="z")
    second.code = "x"
    await clean(env, "changed to a taken one", second)


@case()
async def a_broken_field_is_not_checked_for_uniqueness(env: Environment) -> None:
    await env.do(Ticket.objects, "create", title="a", code="x")
    await clean(env, "only the length", ticket(code="x" * 9))
    with env.statements("asks nothing"):
        await clean(env, "again", ticket(code="x" * 9))


@case()
async def primary_keys_are_unique(env: Environment) -> None:
    first = await env.do(Ticket.objects, "create", title="a")
    await clean(env, "taken", ticket(pk=first.pk))
    await clean(env, "itself", first)


@case()
async def unique_together(env: Environment) -> None:
    await env.do(Together.objects, "create", left=1, right=2, third="a")
    await clean(env, "first pair", Together(left=1, right=2, third="b"))
    await clean(env, "second pair", Together(left=9, right=2, third="a"))
    await clean(env, "both", Together(left=1, right=2, third="a"))
    await clean(env, "null", Together(left=1, right=None, third="a"))
    await clean(env, "one excluded", Together(left=1, right=2, third="a"), exclude={"left"})
    await clean(env, "common excluded", Together(left=1, right=2, third="a"), exclude={"right"})


@case()
async def unique_for_dates(env: Environment) -> None:
    await env.do(Dated.objects, "create", title="a", slug="s", month="m", day=datetime.date(2020, 5, 6))
    await clean(env, "same day", Dated(title="a", slug="x", month="x", day=datetime.date(2020, 5, 6)))
    await clean(env, "other day", Dated(title="a", slug="x", month="x", day=datetime.date(2020, 5, 7)))
    await clean(env, "same year", Dated(title="x", slug="s", month="x", day=datetime.date(2020, 9, 9)))
    await clean(env, "other year", Dated(title="x", slug="s", month="x", day=datetime.date(2021, 5, 6)))
    await clean(env, "same month", Dated(title="x", slug="x", month="m", day=datetime.date(2020, 5, 30)))
    await clean(env, "month of another year", Dated(title="x", slug="x", month="m", day=datetime.date(2021, 5, 30)))
    await clean(env, "all", Dated(title="a", slug="s", month="m", day=datetime.date(2020, 5, 6)))
    await clean(env, "without a day", Dated(title="a", slug="s", month="m"))


@case()
async def saving_does_not_validate(env: Environment) -> None:
    item = ticket(count=3, size="X")
    await env.do(item, "save")
    env.note("saved", item.pk is not None)


@case()
async def one_question_for_each_rule(env: Environment) -> None:
    item = await env.do(Ticket.objects, "create", title="a", code="x")
    with env.at_most("existing"):
        await env.do(item, "full_clean")
    with env.at_most("new"):
        await env.do(ticket(code="n"), "full_clean")


@case()
async def errors_of_errors(env: Environment) -> None:
    error = exceptions.ValidationError
    env.note("text", error("plain %(x)s", code="c", params={"x": 1}).messages)
    env.note("list", error(["a", error("b", code="c")]).messages)
    env.note("dict", error({"a": "x", "b": ["y", "z"]}).message_dict)
    env.note("str", str(error("plain")))
    env.note("str of dict", str(error({"a": ["x"]})))
    env.note("repr", repr(error("plain")))
    env.note("repr of list", repr(error(["a", "b"])))
    env.note("iterate", list(error(["a", "b"])))
    env.note("iterate dict", dict(error({"a": "x"})))
    merged: dict[str, Any] = {}
    error({"a": "x"}).update_error_dict(merged)
    error("whole").update_error_dict(merged)
    env.note("merged", {key: [item.message for item in items] for key, items in merged.items()})
    env.note("equal", [error("a", code="c") == error("a", code="c"), error("a") == error("b")])
    env.note("equal dicts", error({"a": "x"}) == error({"a": ["x"]}))
    env.note("hash", hash(error("a")) == hash(error("a")))
    with env.raises("no dict"):
        error("plain").message_dict  # noqa: B018


@case()
async def fields_clean_by_themselves(env: Environment) -> None:
    field = Ticket._meta.get_field("count")
    env.note("clean", field.clean("8", ticket()))
    with env.raises("odd"):
        field.clean(3, ticket())
    with env.raises("null"):
        field.clean(None, ticket())
    env.note("to_python", [models.BooleanField().to_python(value) for value in ("True", "f", 1, "0")])
    with env.raises("to_python"):
        models.IntegerField().to_python("x")
