"""What validation says of constraints of every kind: conditions, expressions, NULL, exclusion of fields, messages."""

from __future__ import annotations

import datetime
import decimal
import uuid
from typing import Any

from tests.behaviour.harness.environment import Environment, case
from tests.behaviour.orm import F, Q, functions, lookups, models
from tests.behaviour.schemas import constrained
from tests.behaviour.schemas.constrained import (
    Child,
    Hidden,
    Keyed,
    Made,
    Maker,
    Messages,
    Nulls,
    Parent,
    Product,
    Typed,
)  # fmt: skip

SCHEMA = constrained
UTC = datetime.UTC


async def validate_all(env: Environment, model: Any, rows: dict[str, dict[str, Any]], **options: Any) -> None:
    """Validate the constraints of new instances, all of which may exclude fields."""
    for label, values in rows.items():
        with env.raises(label):
            await env.do(model(**values), "validate_constraints", **options)


@case()
async def checks(env: Environment) -> None:
    await validate_all(env, Product, {
        "fine": {"name": "a", "price": 10, "discounted": 5},
        "not greater": {"name": "a", "price": 10, "discounted": 10},
        "unknown": {"name": "a", "price": None, "discounted": 5},
        "all null": {"name": "a"},
        "own message": {"name": "a", "price": -1, "discounted": -2},
        "several": {"name": "bad one", "price": -1, "discounted": 5, "color": "none"},
        "or": {"name": "a", "price": 600},
        "or fulfilled": {"name": "a", "price": 600, "color": "gold"},
        "or unknown": {"name": "a", "price": None, "color": "silver"},
        "negated": {"name": "a", "color": "none"},
        "negated null": {"name": "a", "color": None},
        "prefix": {"name": "badly"},
    })  # fmt: skip


@case()
async def checks_with_excluded_fields(env: Environment) -> None:
    values = {"name": "bad", "price": -1, "discounted": 5, "color": "none"}
    for excluded in (["price"], ["discounted"], ["color"], ["name"], ["price", "color", "name"], ["maker"], ["id"]):
        with env.raises(str(excluded)):
            await env.do(Product(**values), "validate_constraints", exclude=set(excluded))


@case()
async def one_constraint_at_a_time(env: Environment) -> None:
    for constraint in Product._meta.constraints:
        for label, values in {"fine": {"name": "x"}, "wrong": {"name": "bad", "price": 700, "discounted": 900}}.items():
            with env.raises(f"{constraint.name} {label}"):
                await env.do(constraint, "validate", Product, Product(**values))


@case()
async def unique_fields(env: Environment) -> None:
    first = await env.do(Product.objects, "create", name="a", color="red")
    await env.do(Product.objects, "create", name="b", color=None)
    await validate_all(env, Product, {
        "taken": {"name": "a", "color": "red"},
        "free": {"name": "a", "color": "blue"},
        "null": {"name": "b", "color": None},
    })  # fmt: skip
    with env.raises("itself"):
        await env.do(first, "validate_constraints")
    first.name = "b"
    with env.raises("changed"):
        await env.do(first, "validate_constraints")
    with env.raises("new with the same key"):
        await env.do(Product(id=first.pk, name="a", color="red"), "validate_constraints")
    with env.raises("excluded"):
        await env.do(Product(name="a", color="red"), "validate_constraints", exclude={"color"})


@case()
async def unique_under_a_condition(env: Environment) -> None:
    await env.do(Product.objects, "create", name="a", rank=1)
    await env.do(Product.objects, "create", name="b", rank=2, color="red")
    await validate_all(env, Product, {
        "taken": {"name": "c", "rank": 1},
        "outside": {"name": "c", "rank": 1, "color": "red"},
        "other outside": {"name": "c", "rank": 2},
        "null": {"name": "c", "rank": None},
    })  # fmt: skip
    with env.raises("condition excluded"):
        await env.do(Product(name="c", rank=1), "validate_constraints", exclude={"color"})


@case()
async def unique_expressions(env: Environment) -> None:
    maker = await env.do(Maker.objects, "create", name="m")
    other = await env.do(Maker.objects, "create", name="n")
    await env.do(Product.objects, "create", name="Thing", maker=maker)
    await env.do(Product.objects, "create", name="Free", maker=maker, is_sold=True)
    await validate_all(env, Product, {
        "taken": {"name": "THING", "maker": maker},
        "taken by key": {"name": "thinG", "maker_id": maker.pk},
        "other maker": {"name": "THING", "maker": other},
        "no maker": {"name": "THING"},
        "outside": {"name": "free", "maker": maker, "is_sold": True},
        "inside": {"name": "THING", "maker": maker, "color": "red"},
    })  # fmt: skip
    for excluded in ("maker", "name", "is_sold"):
        with env.raises(f"without {excluded}"):
            await env.do(Product(name="THING", maker=maker), "validate_constraints", exclude={excluded})


@case()
async def nulls(env: Environment) -> None:
    for label, instance in {
        "fields": Nulls(a=1),
        "fields again": Nulls(a=1, c="d"),
        "both null": Nulls(),
        "expression": Nulls(a=5, c="x"),
        "expression again": Nulls(a=6, b=7, c="X"),
    }.items():
        with env.raises(label):
            await env.do(instance, "validate_constraints")
            await env.do(instance, "save")
    for field in ("a", "c"):
        with env.raises(f"without {field}"):
            await env.do(Nulls(a=1), "validate_constraints", exclude={field})


@case()
async def messages(env: Environment) -> None:
    await env.do(Messages.objects, "create", a=2, b=2, c=2)
    await validate_all(env, Messages, {
        "a": {"a": 2, "b": 10, "c": 20},
        "b": {"a": 10, "b": 2, "c": 20},
        "c": {"a": 0, "b": 10, "c": 2},
        "a and b": {"a": 2, "b": 2, "c": 20},
        "sum": {"a": 1, "b": 10, "c": 3},
        "some": {"a": 3, "b": 10, "c": 2},
        "all": {"a": 2, "b": 2, "c": 2},
    })  # fmt: skip
    with env.raises("cleaned"):
        await env.do(Messages(a=2, b=2, c=2), "full_clean")


@case()
async def values_that_the_database_makes(env: Environment) -> None:
    await env.do(Made.objects, "create", width=4, name="ABC")
    old = datetime.datetime(1999, 12, 31, tzinfo=UTC)
    await validate_all(env, Made, {
        "fine": {"width": 5},
        "generated too large": {"width": 50},
        "generated taken": {"width": 4, "name": "other"},
        "generated null": {"width": None, "name": "xyz"},
        "generated text": {"width": 6, "name": "WRONG"},
        "default": {},
        "given": {"width": 7, "at": old},
        "length taken": {"width": 4, "name": "xyz"},
    })  # fmt: skip
    for excluded in ("width", "name", "double", "lower", "at"):
        with env.raises(f"without {excluded}"):
            await env.do(Made(width=4, name="WRONG", at=old), "validate_constraints", exclude={excluded})


@case()
async def typed_values(env: Environment) -> None:
    key = uuid.UUID(int=7)
    hour = datetime.timedelta(hours=1)
    await env.do(
        Typed.objects, "create", uuid=key, duration=hour, date=datetime.date(2001, 5, 5),
        time=datetime.time(1, 2, 3, 4), decimal=decimal.Decimal("1.10"),
    )  # fmt: skip
    at = datetime.datetime(2024, 3, 4, 5, 6, 7, 123456, tzinfo=UTC)
    rows = {
        "decimal": {"decimal": decimal.Decimal("10.01")},
        "negative decimal": {"decimal": decimal.Decimal("-5")},
        "largest decimal": {"decimal": decimal.Decimal("10")},
        "date": {"date": datetime.date(2000, 2, 28), "moment": at.replace(month=2)},
        "first date": {"date": datetime.date(2000, 2, 29), "moment": at.replace(month=2)},
        "month": {"date": datetime.date(2024, 4, 1), "moment": at},
        "same month": {"date": datetime.date(2023, 3, 1), "moment": at},
        "json": {"json": {"kind": "b"}},
        "right json": {"json": {"kind": "a"}},
        "no json": {"json": None},
        "flag": {"flag": False, "text": "AB1"},
        "no flag": {"flag": None, "text": "AB1"},
        "right flag": {"flag": True, "text": "AB1"},
        "text": {"text": "xabcy", "flag": True},
        "late text": {"text": "z"},
        "uuid": {"uuid": key, "duration": hour},
        "other duration": {"uuid": key, "duration": hour * 2},
        "year": {"date": datetime.date(2001, 12, 31), "moment": at.replace(month=12)},
        "time": {"time": datetime.time(1, 2, 3, 4), "decimal": decimal.Decimal(2)},
        "time outside": {"time": datetime.time(1, 2, 3, 4)},
    }
    # Django sends NULL without a type, of which PostgreSQL cannot take the month.
    some = {"date": datetime.date(2002, 3, 1), "moment": at}
    await validate_all(env, Typed, {label: {**some, **values} for label, values in rows.items()})


@case()
async def parents(env: Environment) -> None:
    child = await env.do(Child.objects, "create", name="a", level=1)
    await env.do(Parent.objects, "create", name="b")
    await validate_all(env, Child, {
        "parent's name": {"name": "a", "level": 2},
        "parent's other name": {"name": "b", "level": 2},
        "own": {"name": "c", "level": 1},
        "checks": {"name": "c", "level": 10, "number": -1},
    })  # fmt: skip
    with env.raises("itself"):
        await env.do(child, "validate_constraints")
    child.name = "b"
    with env.raises("changed"):
        await env.do(child, "validate_constraints")


@case()
async def composite_keys(env: Environment) -> None:
    first = await env.do(Keyed.objects, "create", tenant=1, number=2, name="a")
    await validate_all(env, Keyed, {
        "taken": {"tenant": 1, "number": 3, "name": "a"},
        "order": {"tenant": 4, "number": 3, "name": "b"},
    })  # fmt: skip
    with env.raises("itself"):
        await env.do(first, "validate_constraints")


@case()
async def rows_that_the_default_manager_hides(env: Environment) -> None:
    await env.do(Hidden.visible, "create", name="a", is_gone=True)
    with env.raises("hidden"):
        await env.do(Hidden(name="a"), "validate_constraints")


@case()
async def inside_a_transaction(env: Environment) -> None:
    await env.do(Product.objects, "create", name="a", color="red")
    async with env.atomic():
        await validate_all(env, Product, {
            "check": {"name": "bad", "price": -1},
            "unique": {"name": "a", "color": "red"},
            "condition": {"name": "a", "color": "red", "rank": 1},
        })  # fmt: skip
        await env.do(Product.objects, "create", name="b")
    env.note("count", await env.do(Product.objects, "count"))


@case()
async def a_condition_that_the_database_cannot_compute(env: Environment) -> None:
    broken = models.CheckConstraint(
        condition=Q(models.expressions.RawSQL("no_such_column > 1", (), models.BooleanField())), name="broken"
    )
    divided = models.CheckConstraint(condition=Q(price__gt=F("price") / F("discounted")), name="divided")
    product = Product(name="a", price=1, discounted=0)
    async with env.atomic():
        with env.raises("broken"):
            await env.do(broken, "validate", Product, product)
        with env.raises("divided"):
            await env.do(divided, "validate", Product, product)
        env.note("still works", await env.do(Product.objects, "count"))


@case()
async def conditions_of_other_kinds(env: Environment) -> None:
    maker = await env.do(Maker.objects, "create", name="m")
    flag = models.BooleanField()
    conditions = {
        "lookup": lookups.GreaterThan(F("price"), 5),
        "exact": Q(lookups.Exact(functions.Upper("name"), "A")),
        "in": Q(name__in=["a", "b"]),
        "nothing": Q(name__in=[]),
        "everything": ~Q(name__in=[]),
        "foreign key": Q(maker=maker.pk),
        "foreign key by name": Q(maker_id__gt=maker.pk),
        "foreign key null": Q(maker__isnull=False),
        "key": Q(pk__gt=0) | Q(pk__isnull=True),
        "range": Q(price__range=(1, 10)),
        "xor": Q(price__gt=1) ^ Q(name="a"),
        "case": Q(models.Case(models.When(price__gt=1, then=True), default=False, output_field=flag)),
        "wrapped": models.ExpressionWrapper(Q(price__gt=100), output_field=flag),
    }  # fmt: skip
    for label, condition in conditions.items():
        constraint = models.CheckConstraint(condition=condition, name="some")
        for instance in (Product(name="a", price=7, maker=maker), Product(name="c", price=1), Product(name="b")):
            with env.raises(f"{label} {instance.name}"):
                await env.do(constraint, "validate", Product, instance)


@case()
async def unique_constraints_of_other_kinds(env: Environment) -> None:
    maker = await env.do(Maker.objects, "create", name="m")
    await env.do(Product.objects, "create", name="a", price=3, maker=maker, color="red")
    constraints = {
        "foreign key": models.UniqueConstraint(fields=["maker"], name="some"),
        "ordered": models.UniqueConstraint(F("name").desc(), name="some"),
        "computed": models.UniqueConstraint(F("price") * 2, name="some"),
        "collated": models.UniqueConstraint(functions.Lower("name").asc(), "color", name="some"),
        "coalesced": models.UniqueConstraint(functions.Coalesce("discounted", models.Value(0)), name="some"),
        "deferred": models.UniqueConstraint(fields=["price"], name="some", deferrable=models.Deferrable.DEFERRED),
        "covering": models.UniqueConstraint(fields=["price"], include=["name"], name="some"),
        "boolean": models.UniqueConstraint(fields=["is_sold"], condition=Q(is_sold=False), name="some"),
    }
    instance = Product(name="A", price=3, maker=maker, color="red")
    small = Product(name="a", price=4, color="red", is_sold=True, discounted=1)
    for label, constraint in constraints.items():
        for item in (instance, small):
            with env.raises(f"{label} {item.name}"):
                await env.do(constraint, "validate", Product, item)


@case()
async def errors_of_use(env: Environment) -> None:
    base = models.BaseConstraint(name="base")
    with env.raises("abstract"):
        await env.do(base, "validate", Product, Product())
    env.note("text", base.get_violation_error_message())
    with env.raises("join"):
        constraint = models.CheckConstraint(condition=Q(maker__name="x"), name="some")
        await env.do(constraint, "validate", Product, Product(name="a"))
