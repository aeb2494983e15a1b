"""Odd composite keys: tuples of wrong lengths and types wherever a key stands."""

from __future__ import annotations

from typing import Any

from tests.behaviour.harness.environment import Environment, case
from tests.behaviour.orm import F, models
from tests.behaviour.schemas import composite
from tests.behaviour.schemas.composite import Comment, Tenant, User

SCHEMA = composite
KEYS: dict[str, Any] = {
    "none": None,
    "number": 5,
    "text": "ab",
    "long text": "abc",
    "empty": (),
    "one": (1,),
    "three": (1, 2, 3),
    "list": [1, 1],
    "texts": ("1", "1"),
    "wrong text": ("x", 1),
    "with none": (1, None),
    "nones": (None, None),
    "nested": ((1, 1), 1),
    "float": (1.0, 1.5),
    "true": (True, True),
    "set": {1, 2},
    "dict": {"tenant_id": 1, "id": 1},
    "expression": (F("tenant_id"), F("id")),
    "half expression": (1, F("id")),
    "instance": "instance",
    "fine": (1, 1),
}


async def fill(env: Environment) -> Any:
    tenant = await env.do(Tenant.objects, "create", name="t")
    user = await env.do(User.objects, "create", tenant=tenant, id=1, email="a")
    await env.do(Comment.objects, "create", tenant=tenant, number=1, user=user)
    return user


@case()
async def lookups(env: Environment) -> None:
    user = await fill(env)
    for label, given in KEYS.items():
        key = user if label == "instance" else given
        for lookup, value in {
            "pk": key,
            "pk__exact": key,
            "pk__in": [key],
            "pk__gt": key,
            "pk__lte": key,
            "pk__isnull": key,
            "comments__pk": key,
            "comments__user": key,
        }.items():
            with env.raises(f"{lookup} {label}", text=False):
                found = await env.fetch(User.objects.filter(**{lookup: value}).values_list("pk", flat=True))
                env.note(f"{lookup} {label} finds", found)


@case()
async def methods(env: Environment) -> None:
    await fill(env)
    for label, key in KEYS.items():
        with env.raises(f"in_bulk {label}", text=False):
            found = await env.do(User.objects, "in_bulk", [key])
            env.note(f"in_bulk {label} finds", len(found))
        with env.raises(f"made {label}", text=False):
            made = User(pk=key)
            env.note(f"made {label} key", [str(part) for part in made.pk])
            env.note(f"made {label} is set", made._is_pk_set())
            env.note(f"made {label} equal", made == User(pk=(1, 1)))
        with env.raises(f"hash {label}", text=False):
            env.note(f"hash {label} same", hash(User(pk=key)) == hash(User(pk=(1, 1))))
        with env.raises(f"refresh {label}", text=False):
            await env.do(User(pk=key), "refresh_from_db")
        with env.raises(f"delete {label}", text=False):
            if "expression" not in label and label != "fine":
                await env.do(User(pk=key), "delete")
        with env.raises(f"contains {label}", text=False):
            env.note(f"contains {label} says", await env.do(User.objects.all(), "contains", User(pk=key)))


@case()
async def whole_queries(env: Environment) -> None:
    await fill(env)
    for label, make in {
        "order": lambda: User.objects.order_by("pk", "-pk"),
        "order across": lambda: Comment.objects.order_by("user__pk"),
        "order nulls": lambda: User.objects.order_by(F("pk").desc(nulls_last=True)),
        "values": lambda: User.objects.values("pk", "email"),
        "values flat": lambda: User.objects.values_list("pk", flat=True),
        "values across": lambda: Comment.objects.values_list("user__pk", "text"),
        "only": lambda: User.objects.only("pk"),
        "only part": lambda: User.objects.only("id"),
        "defer": lambda: User.objects.defer("pk"),
        "defer part": lambda: User.objects.defer("id"),
        "annotate": lambda: User.objects.annotate(key=F("pk")),
        "count": lambda: User.objects.annotate(n=models.Count("pk")),
        "max": lambda: User.objects.annotate(n=models.Max("pk")),
        "distinct": lambda: User.objects.distinct(),
        "distinct on": lambda: User.objects.order_by("pk").distinct("pk"),
        "subquery": lambda: User.objects.filter(pk__in=User.objects.values("pk")),
        "subquery of one": lambda: User.objects.filter(pk__in=User.objects.values("id")),
        "subquery of all": lambda: User.objects.filter(pk__in=User.objects.all()),
        "exact subquery": lambda: User.objects.filter(pk=User.objects.values("pk")[:1]),
        "F": lambda: User.objects.filter(pk=F("pk")),
        "F part": lambda: User.objects.filter(pk=F("id")),
        "case": lambda: User.objects.annotate(c=models.Case(models.When(pk=(1, 1), then=1), default=2)),
        "transform": lambda: User.objects.filter(pk__tenant_id=1),
        "reverse": lambda: User.objects.order_by("pk").reverse(),
        "union": lambda: User.objects.union(User.objects.all()),
    }.items():
        with env.raises(label, text=False):
            found = await env.fetch(make())
            env.note(f"{label} finds", [getattr(item, "pk", item) for item in found])
    for label, values in {
        "update key": {"pk": (2, 2)},
        "update part": {"id": 5},
        "update with F": {"id": F("pk")},
        "update of another": {"email": F("pk")},
    }.items():
        with env.raises(label, text=False):
            env.note(f"{label} says", await env.do(User.objects, "update", **values))
    for name, arguments in {
        "earliest": ("pk",),
        "latest": ("pk",),
        "aggregate": (models.Max("pk"),),
        "bulk_update": ([User(pk=(1, 1), email="z")], ["pk"]),
    }.items():
        with env.raises(name, text=False):
            await env.do(User.objects, name, *arguments)
