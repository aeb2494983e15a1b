"""Fields of users' own: every hook, in every way of writing and reading."""

from __future__ import annotations

from tests.behaviour.cases.checking import declare
from tests.behaviour.harness.environment import Environment, case
from tests.behaviour.orm import F, isolated_models, models
from tests.behaviour.schemas import customising
from tests.behaviour.schemas.customising import Game, Hand, Move, Reply

SCHEMA = customising
NAMES = ("mirror", "counted", "loud", "helped")


async def rows(env: Environment, label: str) -> None:
    env.note(label, await env.fetch(Game.objects.order_by("pk").values_list(*NAMES)))


@case()
async def columns_of_their_own(env: Environment) -> None:
    game = await env.do(Game.objects, "create", hand=Hand("ABCDEFGH"))
    env.note("kept", game.hand.cards)
    await env.do(game, "refresh_from_db")
    env.note("read", [type(game.hand).__name__, game.hand.cards])
    env.note("filter", await env.do(Game.objects.filter(hand=Hand("ABCDEFGH")), "count"))
    env.note("filter by text", await env.do(Game.objects.filter(hand="ABCDEFGH"), "count"))
    env.note("in", await env.do(Game.objects.filter(hand__in=[Hand("ABCDEFGH"), Hand("XXXXXXXX")]), "count"))
    env.note("exclude", await env.do(Game.objects.exclude(hand=Hand("ABCDEFGH")), "count"))
    env.note("isnull", await env.do(Game.objects.filter(hand__isnull=True), "count"))
    await env.do(Game.objects, "update", hand=Hand("HGFEDCBA"))
    env.note("values", [str(hand) for hand in await env.fetch(Game.objects.values_list("hand", flat=True))])
    made = await env.do(Game.objects, "bulk_create", [Game(hand=Hand("BBBBBBBB")), Game(hand=None)])
    made[1].hand = Hand("CCCCCCCC")
    await env.do(Game.objects, "bulk_update", made, ["hand"])
    env.note("rows", [str(game.hand) for game in await env.fetch(Game.objects.order_by("pk"))])
    env.note(
        "annotated",
        [str(game.again) for game in await env.fetch(Game.objects.annotate(again=F("hand")).order_by("pk"))],
    )
    env.note("largest", str((await env.do(Game.objects, "aggregate", m=models.Max("hand")))["m"]))
    env.note("as text", Game._meta.get_field("hand").value_to_string(made[0]))


@case()
async def validation_and_declaration(env: Environment) -> None:
    game = Game(hand="ABCDEFGH", name="x")
    await env.do(game, "full_clean")
    env.note("cleaned", type(game.hand).__name__)
    for values in ({"hand": "short"}, {"helped": 13}, {"helped": "x"}, {"loud": "a" * 20}):
        with env.raises(str(values)):
            await env.do(Game(**{"name": "x", **values}), "full_clean")
    name, path, arguments, keywords = Game._meta.get_field("hand").deconstruct()
    env.note("deconstruct", [name, path.rpartition(".")[2], list(arguments), keywords])
    env.note("description", Game._meta.get_field("hand").description)
    env.note("copy", Game._meta.get_field("hand").clone().max_length)
    env.note("default", [Game().helped, Game().double_helped(), Game(helped=4).double_helped()])
    env.note("descriptor", [Game().loud, Game(loud="x").loud, type(Game.loud).__name__])


@case()
async def values_in_every_way_of_writing(env: Environment) -> None:
    game = await env.do(Game.objects, "create", mirror="create", counted=1, loud="create", helped=None)
    env.note("on the instance", [getattr(game, name) for name in NAMES])
    await rows(env, "create")
    game = await env.do(Game.objects, "get", pk=game.pk)
    env.note("loaded", [getattr(game, name) for name in NAMES])
    await env.do(game, "save")
    await rows(env, "save again")
    await env.do(game, "save", update_fields=["mirror"])
    await rows(env, "save one")
    game.counted = F("counted") * 2
    await env.do(game, "save")
    await rows(env, "an expression")
    await env.do(Game.objects, "update", mirror="update", counted=20, loud="update", helped=3)
    await rows(env, "update")
    await env.do(Game.objects, "update", mirror=F("loud"))
    await rows(env, "update by another column")
    found, created = await env.do(Game.objects, "get_or_create", mirror="fresh", defaults={"counted": 7})
    env.note("get_or_create", [created, found.counted])
    found, created = await env.do(Game.objects, "update_or_create", {"counted": 9}, mirror="fresh")
    env.note("update_or_create", [created, found.counted])
    made = await env.do(Game.objects, "bulk_create", [Game(mirror="one", counted=1), Game(mirror="two", counted=2)])
    await rows(env, "bulk_create")
    made[0].mirror, made[0].counted = "uno", 50
    await env.do(Game.objects, "bulk_update", made, ["mirror", "counted"])
    await rows(env, "bulk_update")


@case()
async def values_in_every_way_of_reading(env: Environment) -> None:
    for mirror, counted in (("abc", 1), ("abd", 2), ("xyz", 3)):
        await env.do(Game.objects, "create", mirror=mirror, counted=counted)
    env.note("exact", await env.do(Game.objects.filter(mirror="abc"), "count"))
    env.note("in", await env.do(Game.objects.filter(mirror__in=["abc", "xyz"]), "count"))
    env.note("greater", await env.do(Game.objects.filter(mirror__gt="abc"), "count"))
    env.note("counted", await env.do(Game.objects.filter(counted=2), "count"))
    env.note("counted in", await env.do(Game.objects.filter(counted__in=[2, 4]), "count"))
    env.note("ordered", await env.fetch(Game.objects.order_by("mirror").values_list("mirror", flat=True)))
    env.note("values", await env.fetch(Game.objects.order_by("pk").values("mirror", "counted")))
    env.note("f", await env.fetch(Game.objects.annotate(m=F("mirror")).order_by("pk").values_list("m", flat=True)))
    env.note("only", [game.mirror for game in await env.fetch(Game.objects.only("mirror").order_by("pk"))])
    env.note("aggregate", await env.do(Game.objects, "aggregate", low=models.Min("mirror"), high=models.Max("mirror")))
    env.note("distinct", await env.do(Game.objects.values("mirror").distinct(), "count"))
    deferred = await env.do(Game.objects.defer("mirror"), "get", counted=2)
    env.note("deferred", await env.read(deferred, "mirror"))
    env.note("iterated", [game.mirror for game in await env.iterate(Game.objects.order_by("pk"))])
    env.note("in_bulk", sorted(game.mirror for game in (await env.do(Game.objects, "in_bulk")).values()))


@case()
async def as_a_key_and_across_relations(env: Environment) -> None:
    game = await env.do(Game.objects, "create", mirror="abc")
    move = await env.do(Move.objects, "create", code="e4", game=game)
    env.note("key", move.pk)
    reply = await env.do(Reply.objects, "create", move=move)
    loaded = await env.do(Reply.objects, "get", pk=reply.pk)
    env.note("stored key", loaded.move_id)
    env.note("forward", (await env.load(loaded, "move")).code)
    env.note("get", (await env.do(Move.objects, "get", pk="e4")).code)
    env.note("by key", await env.do(Reply.objects.filter(move="e4"), "count"))
    env.note("by instance", await env.do(Reply.objects.filter(move=move), "count"))
    env.note("across", await env.do(Reply.objects.filter(move__game__mirror="abc"), "count"))
    env.note("in", await env.do(Reply.objects.filter(move__in=["e4", "d4"]), "count"))
    env.note("subquery", await env.do(Reply.objects.filter(move__in=Move.objects.filter(code="e4")), "count"))
    env.note("reverse", await env.do(move.replies, "count"))
    env.note("select_related", (await env.do(Reply.objects.select_related("move__game"), "get")).move.game.mirror)
    fetched = await env.fetch(Move.objects.prefetch_related("replies"))
    env.note("prefetched", [len(item.replies.all()) for item in fetched])
    move.game = game
    with env.statements("update"):
        await env.do(move, "save")
    env.note("fall", (await env.do(move, "delete"))[0])


@case()
async def defaults_of_their_own(env: Environment) -> None:
    asked: list[str] = []

    class Counted(models.IntegerField):
        def get_default(self) -> int:
            asked.append(self.name)
            return len(asked)

    with isolated_models():
        model = declare("Counting", first=Counted(), second=Counted(default=7))
        for label, made in {
            "nothing": model(),
            "again": model(),
            "by keyword": model(first=50),
            "by position": model(None, 60),
            "copied": model(second=70),
        }.items():
            env.note(label, [made.first, made.second])
        env.note("asked", asked)
