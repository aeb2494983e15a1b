"""Values of every type on their way to the database and back: exact, at the edges, and refused."""

from __future__ import annotations

import datetime
import decimal
import uuid
from typing import Any

from tests.behaviour.harness.environment import Environment, case
from tests.behaviour.orm import F, functions, models
from tests.behaviour.schemas import instances
from tests.behaviour.schemas.instances import Everything

SCHEMA = instances
UTC = datetime.UTC
EAST = datetime.timezone(datetime.timedelta(hours=5, minutes=30))


async def round_trip(env: Environment, field: str, *values: Any) -> None:
    """Note what comes back for each value: by refreshing, by values_list, and by filtering for it."""
    for number, value in enumerate(values):
        item = await env.do(Everything.objects, "create", **{field: value})
        await env.do(item, "refresh_from_db")
        back = getattr(item, field)
        env.note(f"{number} refreshed", [type(back).__name__, back])
        env.note(
            f"{number} values", await env.fetch(Everything.objects.filter(pk=item.pk).values_list(field, flat=True))
        )
        env.note(f"{number} found", await env.do(Everything.objects.filter(**{field: value}, pk=item.pk), "count"))


async def refused(env: Environment, field: str, *values: Any) -> None:
    """Note which exception saving each value raises."""
    for number, value in enumerate(values):
        with env.raises(f"{number}", text=False):
            async with env.atomic():
                await env.do(Everything.objects, "create", **{field: value})


@case()
async def integers(env: Environment) -> None:
    await round_trip(env, "integer", 0, -1, 2**31 - 1, -(2**31), "7", True, None)


@case()
async def big_integers(env: Environment) -> None:
    await round_trip(env, "big", 2**63 - 1, -(2**63), 2**53 + 1)


@case()
async def small_integers(env: Environment) -> None:
    await round_trip(env, "small", 32767, -32768)
    await round_trip(env, "positive", 0, 2**31 - 1)
    await round_trip(env, "positive_big", 2**63 - 1)
    await round_trip(env, "positive_small", 32767)


@case()
async def negative_values_of_positive_fields(env: Environment) -> None:
    for field in ("positive", "positive_big", "positive_small"):
        with env.raises(field):
            await env.do(Everything.objects, "create", **{field: -1})


@case()
async def integers_that_are_none(env: Environment) -> None:
    await refused(env, "integer", "x", "1.5", [1], {})


@case()
async def booleans(env: Environment) -> None:
    await round_trip(env, "boolean", True, False, None, 1, 0, "True", "f")
    await refused(env, "boolean", "maybe", 2)


@case()
async def texts(env: Environment) -> None:
    await round_trip(
        env, "char", "", "plain", " spaced ", "quote ' and \"", "back\\slash", "Ünïcödé", "日本語", "🙂 %s %(x)s", 5
    )
    await round_trip(env, "text", "line\nline\ttab", "x" * 5000)


@case(vendors=("postgresql",))
async def texts_that_are_too_long(env: Environment) -> None:
    await refused(env, "char", "x" * 101)


@case()
async def special_texts(env: Environment) -> None:
    await round_trip(env, "slug", "a-b_c")
    await round_trip(env, "email", "a@b.c")
    await round_trip(env, "url", "http://x.org/?a=b&c")


@case()
async def identifiers(env: Environment) -> None:
    value = uuid.UUID("12345678-1234-5678-1234-567812345678")
    await round_trip(env, "uuid", value, str(value), value.hex, value.int)
    await refused(env, "uuid", "abc", 1.5)


@case()
async def dates(env: Environment) -> None:
    day = datetime.date
    await round_trip(env, "date", day(2024, 2, 29), day.min, day.max, "2024-02-29", None)
    await round_trip(env, "date", datetime.datetime(2024, 5, 6, 23, 59, tzinfo=UTC))
    await refused(env, "date", "2024-02-30", "nonsense", 5)


@case()
async def moments(env: Environment) -> None:
    await round_trip(
        env, "moment",
        datetime.datetime(2024, 2, 29, 12, 30, 15, 123456, tzinfo=UTC), datetime.datetime(2024, 1, 1, 3, tzinfo=EAST),
        datetime.datetime(1, 1, 2, tzinfo=UTC), datetime.datetime(9999, 12, 30, tzinfo=UTC),
        datetime.datetime(2024, 1, 1, 0, 0, 0, 1, tzinfo=UTC), "2024-02-29T12:30:15Z", "2024-02-29 12:30:15+02:00",
    )  # fmt: skip
    await refused(env, "moment", "nonsense", "2024-02-30 10:00Z")


@case()
async def moments_are_read_in_utc(env: Environment) -> None:
    item = await env.do(Everything.objects, "create", moment=datetime.datetime(2024, 1, 1, 3, tzinfo=EAST))
    await env.do(item, "refresh_from_db")
    env.note("offset", item.moment.utcoffset())
    env.note("value", item.moment)
    env.note("equal", item.moment == datetime.datetime(2024, 1, 1, 3, tzinfo=EAST))


@case()
async def times(env: Environment) -> None:
    time = datetime.time
    await round_trip(env, "time", time(0), time(23, 59, 59, 999999), time(12, 30), "12:30", "12:30:15.5")
    await refused(env, "time", "25:00", "nonsense")


@case()
async def durations(env: Environment) -> None:
    delta = datetime.timedelta
    await round_trip(
        env, "duration", delta(0), delta(microseconds=1), delta(days=-1), delta(days=400, hours=3, microseconds=7),
        delta(hours=-30, microseconds=-5),
    )  # fmt: skip


@case()
async def decimals(env: Environment) -> None:
    number = decimal.Decimal
    await round_trip(
        env, "decimal", number("1.5"), number("0"), number("-99999999.9999"), number("0.0001"), number("12345678.1234"),
        3, "2.25", 0.1,
    )  # fmt: skip
    item = await env.do(Everything.objects, "create", decimal=number("1.5"))
    await env.do(item, "refresh_from_db")
    env.note("scale of the column", str(item.decimal))
    env.note(
        "rounded", [str(value) for value in await env.fetch(Everything.objects.values_list("decimal", flat=True))][-1]
    )


@case()
async def decimals_that_are_none(env: Environment) -> None:
    await refused(env, "decimal", "cheap", decimal.Decimal("NaN"))


@case(vendors=("postgresql",))
async def decimals_that_do_not_fit(env: Environment) -> None:
    await refused(env, "decimal", decimal.Decimal("123456789"))


@case()
async def floats(env: Environment) -> None:
    await round_trip(env, "float", 0.0, 1.5, -2.25, 1e300, 5e-324, 1, "1.5")
    await refused(env, "float", "x")


@case()
async def binaries(env: Environment) -> None:
    await round_trip(env, "binary", b"", b"\x00\x01\xff", bytearray(b"ab"), memoryview(b"cd"))


@case()
async def documents(env: Environment) -> None:
    await round_trip(
        env, "json", {"a": 1, "b": [1, 2.5, None, True], "c": {"d": "é"}}, [], {}, "text", 5, 1.5, True, False,
        [[], {}], {"": ""}, {"quote": "'\"\\"},
    )  # fmt: skip


@case()
async def json_null_and_sql_null(env: Environment) -> None:
    sql_null = await env.do(Everything.objects, "create", json=None)
    json_null = await env.do(Everything.objects, "create", json=models.Value(None, models.JSONField()))
    for label, item in (("sql", sql_null), ("json", json_null)):
        await env.do(item, "refresh_from_db")
        env.note(label, item.json)
    env.note("isnull", await env.do(Everything.objects.filter(json__isnull=True), "count"))


@case()
async def documents_that_cannot_be_written(env: Environment) -> None:
    await refused(env, "json", {1, 2}, object)


@case()
async def addresses(env: Environment) -> None:
    await round_trip(env, "address", "192.168.0.1", "::1", "2001:DB8::0:1", "::ffff:10.0.0.1")


@case()
async def everything_at_once(env: Environment) -> None:
    values: dict[str, Any] = {
        "integer": 1, "big": 2, "small": 3, "positive": 4, "positive_big": 5, "positive_small": 6, "boolean": True,
        "char": "c", "text": "t", "slug": "s", "email": "a@b.c", "url": "http://x.org", "uuid": uuid.UUID(int=9),
        "date": datetime.date(2020, 1, 2), "moment": datetime.datetime(2020, 1, 2, 3, tzinfo=UTC),
        "time": datetime.time(4, 5), "duration": datetime.timedelta(6), "decimal": decimal.Decimal("7.5"), "float": 8.5,
        "binary": b"b", "json": {"k": 1}, "address": "10.0.0.1",
    }  # fmt: skip
    await env.do(Everything.objects, "create", **values)
    env.note("values", await env.fetch(Everything.objects.values()))
    env.note("bulk", len(await env.do(Everything.objects, "bulk_create", [Everything(**values) for _ in range(3)])))
    env.note("equal rows", await env.fetch(Everything.objects.values(*values).distinct()))
    await env.do(Everything.objects, "update", **values)
    env.note("updated", await env.do(Everything.objects.filter(**values), "count"))
    loaded = await env.fetch(Everything.objects.order_by("pk"))
    for item in loaded:
        item.integer, item.duration, item.json, item.uuid = 2, datetime.timedelta(7), [1], uuid.UUID(int=10)
    await env.do(Everything.objects, "bulk_update", loaded, ["integer", "duration", "json", "uuid"])
    env.note("bulk updated", await env.fetch(Everything.objects.values_list("integer", "duration", "json", "uuid")))


@case()
async def nulls_of_everything(env: Environment) -> None:
    await env.do(Everything.objects, "create")
    env.note("values", await env.fetch(Everything.objects.values()))
    item = await env.do(Everything.objects, "get")
    env.note(
        "all none", {field.attname for field in Everything._meta.fields if getattr(item, field.attname) is not None}
    )


@case()
async def values_through_expressions_keep_their_types(env: Environment) -> None:
    await env.do(
        Everything.objects, "create", moment=datetime.datetime(2020, 1, 2, 3, tzinfo=UTC),
        duration=datetime.timedelta(6),
        decimal=decimal.Decimal("7.5"), uuid=uuid.UUID(int=9), json={"k": 1}, boolean=True, date=datetime.date(2020,
        1, 2),
        binary=b"b", time=datetime.time(4), address="10.0.0.1",
    )  # fmt: skip
    names = ["moment", "duration", "decimal", "uuid", "json", "boolean", "date", "binary", "time", "address"]
    annotated = Everything.objects.annotate(**{f"x_{name}": F(name) for name in names})
    env.note("f", await env.fetch(annotated.values_list(*(f"x_{name}" for name in names))))
    coalesced = Everything.objects.annotate(**{f"x_{name}": functions.Coalesce(name, name) for name in names})
    env.note("coalesce", await env.fetch(coalesced.values_list(*(f"x_{name}" for name in names))))
    cased = Everything.objects.annotate(
        **{f"x_{name}": models.Case(models.When(pk__gt=0, then=F(name))) for name in names}
    )
    env.note("case", await env.fetch(cased.values_list(*(f"x_{name}" for name in names))))
    whole = Everything.objects.filter(pk=models.OuterRef("pk"))
    inner = Everything.objects.annotate(**{f"x_{name}": models.Subquery(whole.values(name)) for name in names})
    env.note("subquery", await env.fetch(inner.values_list(*(f"x_{name}" for name in names))))
    largest = {f"x_{name}": models.Max(name) for name in ("moment", "duration", "decimal", "date", "time")}
    env.note("max", await env.do(Everything.objects, "aggregate", **largest))
