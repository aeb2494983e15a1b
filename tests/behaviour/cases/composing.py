"""Composite primary keys: tuples wherever a key stands."""

from __future__ import annotations

import pickle
from typing import Any

from tests.behaviour.harness.environment import Environment, case
from tests.behaviour.orm import F, models
from tests.behaviour.schemas import composite
from tests.behaviour.schemas.composite import Comment, Tenant, User

SCHEMA = composite


async def fill(env: Environment) -> tuple[Any, Any]:
    one = await env.do(Tenant.objects, "create", name="one")
    two = await env.do(Tenant.objects, "create", name="two")
    for tenant, number in ((one, 1), (one, 2), (two, 1)):
        await env.do(User.objects, "create", tenant=tenant, id=number, email=f"{tenant.name}{number}")
    return one, two


@case()
async def reading_and_setting(env: Environment) -> None:
    user = User(tenant_id=1, id=2)
    env.note("pk", user.pk)
    user.pk = (3, 4)
    env.note_fields("set", user, "tenant_id", "id", "pk")
    user.pk = None
    env.note_fields("none", user, "tenant_id", "id", "pk")
    env.note("keyword", User(pk=(5, 6)).pk)
    env.note("is set", [User(pk=(1, 2))._is_pk_set(), User(tenant_id=1)._is_pk_set(), User()._is_pk_set()])
    with env.raises("wrong length"):
        user.pk = (1,)
    with env.raises("not a tuple"):
        user.pk = 5


@case()
async def equality_and_hash(env: Environment) -> None:
    env.note("equal", User(pk=(1, 2)) == User(pk=(1, 2)))
    env.note("different", User(pk=(1, 2)) == User(pk=(2, 1)))
    env.note("hash", hash(User(pk=(1, 2))) == hash((1, 2)))
    env.note("partial", User(tenant_id=1) == User(tenant_id=1))
    with env.raises("no hash"):
        hash(User(tenant_id=1))
    env.note("str", str(User(pk=(1, 2))))


@case()
async def saving(env: Environment) -> None:
    tenant = await env.do(Tenant.objects, "create", name="t")
    user = User(tenant=tenant, id=1, email="a")
    with env.statements("insert"):
        await env.do(user, "save")
    env.note("pk", user.pk)
    user.email = "b"
    with env.statements("update"):
        await env.do(user, "save")
    with env.statements("same key, new instance"):
        await env.do(User(pk=user.pk, email="c"), "save")
    env.note("rows", await env.fetch(User.objects.values_list("pk", "email")))
    with env.raises("force_insert"):
        await env.do(User(pk=user.pk, email="d"), "save", force_insert=True)
    with env.raises("no key", text=False):
        await env.do(User(email="e"), "save")


@case()
async def finding(env: Environment) -> None:
    await fill(env)
    env.note("get", await env.do(User.objects, "get", pk=(1, 2)))
    env.note("filter", await env.fetch(User.objects.filter(pk=(2, 1))))
    env.note("in", await env.fetch(User.objects.filter(pk__in=[(1, 1), (2, 1), (9, 9)]).order_by("pk")))
    env.note("in empty", await env.fetch(User.objects.filter(pk__in=[])))
    env.note("exclude", await env.fetch(User.objects.exclude(pk=(1, 1)).order_by("pk")))
    env.note("greater", await env.fetch(User.objects.filter(pk__gt=(1, 1)).order_by("pk")))
    env.note("less or equal", await env.fetch(User.objects.filter(pk__lte=(1, 2)).order_by("pk")))
    env.note("descending", await env.fetch(User.objects.order_by("-pk")))
    env.note("isnull", await env.do(User.objects.filter(pk__isnull=True), "count"))
    with env.raises("none"):
        await env.do(User.objects.filter(pk=None), "count")
    env.note(
        "subquery", await env.fetch(User.objects.filter(pk__in=User.objects.filter(id=1).values("pk")).order_by("pk"))
    )


@case()
async def values(env: Environment) -> None:
    await fill(env)
    env.note("values", await env.fetch(User.objects.order_by("pk").values("pk", "email")))
    env.note("list", await env.fetch(User.objects.order_by("pk").values_list("pk", flat=True)))
    env.note("parts", await env.fetch(User.objects.order_by("pk").values_list("tenant", "id")))
    env.note("in_bulk", await env.do(User.objects, "in_bulk", [(1, 1), (2, 1)]))
    env.note("count", await env.do(User.objects, "count"))
    env.note("contains", await env.do(User.objects, "contains", User(pk=(1, 1))))
    env.note("first", await env.do(User.objects, "first"))
    env.note("last", await env.do(User.objects, "last"))
    env.note("only", (await env.do(User.objects.only("pk"), "first")).get_deferred_fields())


@case()
async def refreshing_updating_deleting(env: Environment) -> None:
    await fill(env)
    user = await env.do(User.objects, "get", pk=(1, 1))
    env.note("update", await env.do(User.objects.filter(pk=(1, 1)), "update", email="new"))
    await env.do(user, "refresh_from_db")
    env.note("email", user.email)
    env.note("delete", await env.do(user, "delete"))
    env.note("pk", user.pk)
    env.note("queryset", await env.do(User.objects.filter(pk__in=[(1, 2)]), "delete"))
    env.note("left", await env.fetch(User.objects.values_list("pk", flat=True)))


@case()
async def bulk(env: Environment) -> None:
    await fill(env)
    made = await env.do(User.objects, "bulk_create", [User(pk=(1, 7), email="x"), User(pk=(2, 7), email="y")])
    made[0].email = "z"
    env.note("bulk_update", await env.do(User.objects, "bulk_update", made, ["email"]))
    env.note("rows", await env.fetch(User.objects.filter(id=7).order_by("pk").values_list("pk", "email")))
    found, created = await env.do(User.objects, "get_or_create", pk=(1, 1), defaults={"email": "n"})
    env.note("get_or_create", [found.email, created])


@case()
async def relations(env: Environment) -> None:
    await fill(env)
    user = await env.do(User.objects, "get", pk=(1, 2))
    comment = await env.do(Comment.objects, "create", pk=(1, 1), user_id=user.id, text="x")
    loaded = await env.do(Comment.objects, "get", pk=comment.pk)
    env.note("forward", (await env.load(loaded, "user")).email)
    env.note("reverse", await env.fetch(user.comments.all()))
    env.note("filter", await env.fetch(Comment.objects.filter(user=user)))
    env.note("across", await env.fetch(Comment.objects.filter(user__email="one2")))
    env.note("select_related", (await env.do(Comment.objects.select_related("user"), "get")).user.email)
    env.note("cascade", await env.do(user, "delete"))


@case()
async def aggregates(env: Environment) -> None:
    await fill(env)
    env.note("count", await env.do(Tenant.objects.filter(name="one"), "aggregate", n=models.Count("users")))
    env.note(
        "annotated", await env.fetch(Tenant.objects.annotate(n=models.Count("users")).order_by("pk").values_list("n"))
    )
    with env.raises("max"):
        await env.do(User.objects, "aggregate", n=models.Max("pk"))


@case()
async def what_is_refused(env: Environment) -> None:
    await fill(env)
    with env.raises("get with one value"):
        await env.do(User.objects, "get", pk=1)
    with env.raises("too many"):
        await env.do(User.objects, "get", pk=(1, 2, 3))
    with env.raises("wrong type"):
        await env.do(User.objects, "get", pk=("a", "b"))
    with env.raises("in of scalars"):
        await env.fetch(User.objects.filter(pk__in=[1, 2]))
    with env.raises("update of the key"):
        await env.do(User.objects, "update", pk=(1, 2))
    with env.raises("f"):
        await env.fetch(User.objects.filter(id=F("pk")))
    with env.raises("unsaved delete"):
        await env.do(User(), "delete")


@case()
async def pickling_and_meta(env: Environment) -> None:
    await fill(env)
    user = await env.do(User.objects, "get", pk=(1, 1))
    env.note("pickle", pickle.loads(pickle.dumps(user)).pk)
    env.note("pk_fields", [field.name for field in User._meta.pk_fields])
    env.note("pk name", User._meta.pk.name)
    env.note("fields", [field.name for field in User._meta.fields])
    env.note("concrete", [field.name for field in User._meta.concrete_fields])
    await env.do(user, "full_clean")
    with env.raises("unique"):
        await env.do(User(pk=(1, 1), email="n"), "full_clean")


@case()
async def keys_in_part(env: Environment) -> None:
    await fill(env)
    for label, user in (
        ("none", User()), ("first", User(tenant_id=1)), ("second", User(id=1)), ("both", User(tenant_id=1, id=1)),
        ("None in a tuple", User(pk=(1, None))),
    ):  # fmt: skip
        env.note(label, [user.pk, user._is_pk_set(), user == User(tenant_id=1, id=1)])
        with env.raises(f"{label}: hash"):
            env.note(f"{label}: hash", hash(user) == hash((1, 1)))
        with env.raises(f"{label}: refresh"):
            await env.do(user, "refresh_from_db")
        with env.raises(f"{label}: delete"):
            env.note(f"{label}: deleted", await env.do(user, "delete"))
        with env.raises(f"{label}: update"):
            await env.do(user, "save", force_update=True)


@case()
async def orders_and_slices(env: Environment) -> None:
    await fill(env)
    pks = User.objects.values_list("pk", flat=True)
    env.note("by key", await env.fetch(pks.order_by("pk")))
    env.note("by key backwards", await env.fetch(pks.order_by("-pk")))
    env.note("by part", await env.fetch(pks.order_by("-id", "tenant")))
    env.note("reversed", await env.fetch(pks.order_by("pk").reverse()))
    env.note("slice", await env.fetch(pks.order_by("pk")[1:]))
    env.note("earliest", await env.do(User.objects, "earliest", "pk"))
    env.note("latest", await env.do(User.objects, "latest", "pk"))
    env.note("distinct", await env.do(User.objects.values("pk").distinct(), "count"))
    env.note("exists", await env.do(User.objects.filter(pk=(1, 1)), "exists"))
    env.note("union", await env.fetch(User.objects.filter(pk=(1, 1)).union(User.objects.filter(pk=(2, 1)))))
    env.note("count of pk", await env.do(User.objects, "aggregate", n=models.Count("pk")))
    env.note("count, filtered", await env.do(User.objects.filter(pk__gt=(1, 1)), "count"))
    env.note("range of a part", await env.fetch(User.objects.filter(pk__gte=(1, 2), pk__lt=(2, 1))))
    env.note("q", await env.fetch(User.objects.filter(models.Q(pk=(1, 1)) | models.Q(pk=(2, 1))).order_by("pk")))
    env.note("not in", await env.fetch(User.objects.exclude(pk__in=[(1, 1), (1, 2)])))
    env.note("in a generator", await env.fetch(User.objects.filter(pk__in=(pk for pk in [(1, 1)]))))
    env.note("in lists", await env.fetch(User.objects.filter(pk__in=[[1, 1]])))
    env.note("get by list", await env.do(User.objects, "get", pk=[1, 1]))
    with env.raises("unknown lookup"):
        await env.fetch(User.objects.filter(pk__nonsense=(1, 1)))
    with env.raises("null in"):
        await env.fetch(User.objects.filter(pk__in=[None]))


@case()
async def many_rows(env: Environment) -> None:
    await fill(env)
    made = [User(pk=(1, 7), email="x"), User(pk=(2, 7), email="y")]
    with env.statements("bulk_create"):
        await env.do(User.objects, "bulk_create", made)
    env.note("states", [[item.pk, item._state.adding, item._state.db] for item in made])
    with env.raises("again"):
        await env.do(User.objects, "bulk_create", [User(pk=(1, 7), email="z")])
    ignored = [User(pk=(1, 7), email="z"), User(pk=(1, 8), email="n")]
    env.note("ignored", await env.do(User.objects, "bulk_create", ignored, ignore_conflicts=True))
    await env.do(
        User.objects, "bulk_create", [User(pk=(1, 7), email="w")], update_conflicts=True, update_fields=["email"],
        unique_fields=["tenant", "id"],
    )  # fmt: skip
    with env.raises("by pk"):
        await env.do(
            User.objects, "bulk_create", [User(pk=(1, 7), email="v")], update_conflicts=True,
            update_fields=["email"], unique_fields=["pk"],
        )  # fmt: skip
    env.note("rows", await env.fetch(User.objects.order_by("pk").values_list("pk", "email")))
    for name in ("pk", "id", "tenant", "nome"):
        with env.raises(f"bulk_update of {name}"):
            await env.do(User.objects, "bulk_update", made, [name])
    with env.raises("bulk_update without key"):
        await env.do(User.objects, "bulk_update", [User(id=1, email="q")], ["email"])
    env.note("in_bulk", sorted(await env.do(User.objects, "in_bulk", [(1, 7), (9, 9)])))
    env.note("in_bulk of all", sorted(await env.do(User.objects, "in_bulk")))
    env.note("in_bulk by email", sorted(await env.do(User.objects, "in_bulk", ["w", "y"], field_name="email")))
    env.note("in_bulk of none", await env.do(User.objects, "in_bulk", []))
    with env.raises("in_bulk of scalars"):
        await env.do(User.objects, "in_bulk", [1])
    env.note("deleted", await env.do(User.objects.filter(pk__in=[(1, 7), (2, 7)]), "delete"))


@case()
async def getting_or_making(env: Environment) -> None:
    await fill(env)
    user, created = await env.do(User.objects, "update_or_create", {"email": "new"}, pk=(1, 1))
    env.note("updated", [user.pk, user.email, created])
    user, created = await env.do(User.objects, "update_or_create", {"email": "made"}, pk=(2, 9))
    env.note("made", [user.pk, user.email, created])
    user, created = await env.do(User.objects, "get_or_create", {"email": "parts"}, tenant_id=1, id=9)
    env.note("by parts", [user.pk, created])
    with env.raises("create with a taken key"):
        await env.do(User.objects, "create", pk=(1, 9), email="again")
    with env.raises("key and part"):
        User(pk=(1, 2), id=3)
    loaded = await env.do(User.objects.only("email"), "get", pk=(1, 9))
    env.note("only", [loaded.get_deferred_fields(), loaded.pk])
    deferred = await env.do(User.objects.defer("email"), "get", pk=(1, 9))
    env.note("deferred", [deferred.get_deferred_fields(), await env.read(deferred, "email")])
    for label, arguments in (("pk", ["pk"]), ("part", ["id"])):
        with env.raises(f"update_fields of {label}"):
            await env.do(loaded, "save", update_fields=arguments)
    loaded.id, loaded.email = 11, "other"
    with env.statements("another key"):
        await env.do(loaded, "save")
