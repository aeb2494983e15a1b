"""Related managers to their edges: signals and their order, options, other databases, what is refused."""

from __future__ import annotations

from typing import Any

from tests.behaviour.harness.environment import Environment, case
from tests.behaviour.orm import models, signals
from tests.behaviour.schemas import society
from tests.behaviour.schemas.society import (
    Article,
    City,
    Club,
    Comment,
    Country,
    Membership,
    Partnership,
    Person,
    Project,
    Resident,
    Tag,
    Tenant,
)

SCHEMA = society


async def people(env: Environment, *names: str) -> list[Any]:
    return [await env.do(Person.objects, "create", name=name, handle=f"h{name}") for name in names]


async def articles(env: Environment, author: Any, *names: str) -> list[Any]:
    return [await env.do(Article.objects, "create", name=name, author=author) for name in names]


def keys(queryset: Any) -> Any:
    return queryset.order_by("pk").values_list("pk", flat=True)


def describe(
    sender: Any, instance: Any, action: str, reverse: bool, model: Any, pk_set: Any, using: str, **rest: Any
) -> list[Any]:
    return [
        action, sender.__name__, type(instance).__name__, instance.pk, reverse, model.__name__, pk_set, using,
        sorted(rest),
    ]  # fmt: skip


def hear(env: Environment, sender: Any) -> list[Any]:
    log: list[Any] = []
    env.listen(signals.m2m_changed, log, describe, sender=sender)
    return log


@case()
async def signals_of_a_symmetrical_relation(env: Environment) -> None:
    one, two, three = await people(env, "1", "2", "3")
    log = hear(env, Person.friends.through)
    await env.do(one.friends, "add", two, three.pk)
    await env.do(one.friends, "add", two)
    await env.do(two.friends, "remove", one, three)
    await env.do(one.friends, "set", [two, three], clear=True)
    await env.do(three.friends, "clear")
    await env.do(three.friends, "clear")
    env.note("log", log)
    env.note("left", await env.fetch(keys(one.friends.all())))


@case()
async def signals_from_the_far_side(env: Environment) -> None:
    one, two, three = await people(env, "1", "2", "3")
    log = hear(env, Person.follows.through)
    await env.do(one.followers, "add", two, three)
    await env.do(one.followers, "set", [three, one])
    await env.do(one.followers, "remove", two.pk)
    await env.do(one.followers, "clear")
    await env.do(one.followers, "create", name="4", handle="h4")
    await env.do(one.followers, "get_or_create", name="4", defaults={"handle": "h5"})
    await env.do(one.followers, "update_or_create", handle="h6", defaults={"name": "6"}, create_defaults={"name": "7"})
    env.note("log", log)
    env.note("left", await env.fetch(one.followers.order_by("pk").values_list("name", "handle")))


@case()
async def signals_with_a_model_between(env: Environment) -> None:
    one, two = await people(env, "1", "2")
    club = await env.do(Club.objects, "create", name="c", founder=one)
    log = hear(env, Membership)
    await env.do(club.members, "add", one, through_defaults={"since": 5})
    await env.do(club.members, "set", [one, two], through_defaults={"since": lambda: 7})
    await env.do(one.clubs, "remove", club)
    await env.do(two.clubs, "set", [])
    await env.do(club.members, "clear")
    env.note("log", log)
    env.note("between", await env.do(Membership.objects, "count"))


@case()
async def signals_of_nothing(env: Environment) -> None:
    (one,) = await people(env, "1")
    log = hear(env, Person.follows.through)
    with env.at_most("statements"):
        await env.do(one.follows, "add")
        await env.do(one.follows, "remove")
        await env.do(one.follows, "set", [])
    env.note("log", log)


@case()
async def a_receiver_that_refuses(env: Environment) -> None:
    one, two, three = await people(env, "1", "2", "3")
    await env.do(one.follows, "add", two)

    def refusing(refused: str) -> Any:
        def refuse(action: str, **rest: Any) -> None:
            if action == refused:
                raise ValueError(f"refused {action}")

        return refuse

    for action, call in (
        ("pre_add", ("add", three)), ("post_add", ("add", three)), ("pre_remove", ("remove", two)),
        ("post_remove", ("remove", two)), ("pre_clear", ("clear",)), ("post_clear", ("clear",)),
        ("post_add", ("set", [three])),
    ):  # fmt: skip
        receiver = refusing(action)
        signals.m2m_changed.connect(receiver, sender=Person.follows.through)
        with env.raises(f"{action} at {call[0]}"):
            await env.do(one.follows, *call)
        signals.m2m_changed.disconnect(receiver, sender=Person.follows.through)
        env.note(f"after {action} at {call[0]}", await env.fetch(keys(one.follows.all())))


@case()
async def a_receiver_hears_inside_the_transaction(env: Environment) -> None:
    one, two = await people(env, "1", "2")
    log: list[Any] = []

    def receiver(action: str, **rest: Any) -> None:
        env.on_commit(lambda: log.append(f"committed {action}"))
        log.append(action)

    signals.m2m_changed.connect(receiver, sender=Person.follows.through)
    env.finally_(lambda: signals.m2m_changed.disconnect(receiver, sender=Person.follows.through))
    await env.do(one.follows, "set", [two])
    env.note("log", log)


@case()
async def set_to_what_there_is_already_in_other_words(env: Environment) -> None:
    one, two, three = await people(env, "1", "2", "3")
    await env.do(one.follows, "add", two, three)
    log = hear(env, Person.follows.through)
    for given in ([two, three], [two.pk, three.pk], [str(two.pk), str(three.pk)], [two, two, three, three.pk]):
        with env.at_most("statements"):
            await env.do(one.follows, "set", given)
    env.note("log", log)
    env.note("rows", await env.do(Person.follows.through.objects, "count"))


@case()
async def keys_are_converted(env: Environment) -> None:
    one, two = await people(env, "1", "2")
    await env.do(one.follows, "add", str(two.pk))
    env.note("added", await env.fetch(keys(one.follows.all())))
    await env.do(one.follows, "remove", str(two.pk))
    env.note("removed", await env.fetch(keys(one.follows.all())))
    with env.raises("not a key"):
        await env.do(one.follows, "add", "x")
    with env.raises("not a key either"):
        await env.do(one.follows, "set", ["x"])
    with env.raises("no key at all"):
        await env.do(one.follows, "add", None)


@case()
async def partners_through_a_model(env: Environment) -> None:
    clubs = [await env.do(Club.objects, "create", name=name, founder=None) for name in "abc"]
    log = hear(env, Partnership)
    await env.do(clubs[0].partners, "add", *clubs[1:])
    env.note("mirrored", await env.fetch(Partnership.objects.order_by("one", "two").values_list("one", "two")))
    await env.do(clubs[1].partners, "remove", clubs[0])
    env.note("removed", await env.fetch(Partnership.objects.order_by("one", "two").values_list("one", "two")))
    await env.do(clubs[2].partners, "create", name="d", founder=None)
    env.note("created", await env.fetch(Partnership.objects.order_by("one", "two").values_list("one", "two")))
    env.note("log", log)


@case()
async def through_fields_choose_the_link(env: Environment) -> None:
    one, two = await people(env, "1", "2")
    club = await env.do(Club.objects, "create", name="c", founder=None)
    await env.do(club.members, "add", one, through_defaults={"inviter": two})
    env.note("members", await env.fetch(keys(club.members.all())))
    env.note("rows", await env.fetch(Membership.objects.values_list("member", "inviter")))
    env.note("clubs", [await env.do(person.clubs, "count") for person in (one, two)])
    env.note("filter", await env.fetch(keys(Club.objects.filter(members=one))))
    env.note("through", await env.fetch(keys(Club.objects.filter(membership__inviter=two))))
    env.note("from a member", await env.fetch(keys(Person.objects.filter(clubs__name="c"))))


@case()
async def through_defaults_that_are_wrong(env: Environment) -> None:
    (one,) = await people(env, "1")
    club = await env.do(Club.objects, "create", name="c", founder=None)
    with env.raises("unknown"):
        await env.do(club.members, "add", one, through_defaults={"nothing": 1})
    with env.raises("plain table"):
        await env.do(one.follows, "add", one, through_defaults={"nothing": 1})
    with env.raises("create"):
        await env.do(club.members, "create", name="x", handle="hx", through_defaults={"nothing": 1})
    env.note("people", await env.do(Person.objects, "count"))


@case()
async def hidden_relations_have_managers_at_one_end(env: Environment) -> None:
    (one,) = await people(env, "1")
    (article,) = await articles(env, one, "a")
    tag = await env.do(Tag.objects, "create", name="t")
    await env.do(article.secret_tags, "add", tag)
    env.note("there", await env.fetch(keys(article.secret_tags.all())))
    env.note("not here", hasattr(tag, "article_set"))
    env.note("names", sorted(name for name in dir(Tag) if "article" in name.lower()))
    with env.raises("query"):
        await env.fetch(Tag.objects.filter(secret_tags=1))


@case()
async def the_default_manager_hides_related_rows(env: Environment) -> None:
    (one,) = await people(env, "1")
    shown, hidden = await articles(env, one, "shown", "hidden")
    hidden.is_deleted = True
    await env.do(hidden, "save")
    tag = await env.do(Tag.objects, "create", name="t")
    for article in (shown, hidden):
        await env.do(article.tags, "add", tag)
    env.note("reverse", await env.fetch(keys(one.articles.all())))
    env.note("by another manager", await env.fetch(keys(one.articles(manager="everything").all())))
    env.note("many to many", await env.fetch(keys(tag.articles.all())))
    env.note("by another manager too", await env.fetch(keys(tag.articles(manager="everything").all())))
    log = hear(env, Article.tags.through)
    await env.do(tag.articles, "remove", hidden)
    env.note("removing what is hidden", await env.fetch(keys(tag.articles(manager="everything").all())))
    await env.do(tag.articles, "clear")
    env.note("clearing what is shown", await env.fetch(keys(tag.articles(manager="everything").all())))
    await env.do(tag.articles(manager="everything"), "clear")
    env.note("clearing all", await env.do(Article.tags.through.objects, "count"))
    env.note("log", log)
    comment = await env.do(Comment.objects, "create", article=hidden, author=one)
    comment = await env.do(Comment.objects, "get", pk=comment.pk)
    env.note("forward", await env.load(comment, "article"))
    env.note("unfiltered", await env.do(Person.objects, "get", articles__name="hidden"))


@case()
async def the_reverse_of_a_key_to_another_field(env: Environment) -> None:
    one, two = await people(env, "1", "2")
    (article,) = await articles(env, one, "a")
    env.note("key", article.author_id)
    await env.do(two.articles, "add", article)
    env.note("moved", [article.author_id, await env.fetch(keys(one.articles.all()))])
    env.note("all", await env.fetch(keys(two.articles.all())))
    made = await env.do(two.articles, "create", name="b")
    env.note("made", [made.author_id, made.author is two])
    env.note("has no", [hasattr(two.articles, name) for name in ("remove", "clear", "set")])
    await env.do(one.articles, "set", [made])
    env.note("set only adds", await env.fetch(Article.objects.order_by("pk").values_list("author", flat=True)))
    with env.raises("no handle"):
        await env.fetch(Person(pk=9, handle=None).articles.all())
    with env.raises("adding without a handle"):
        await env.do(Person(pk=9, handle=None).articles, "add", made)


@case()
async def reverse_keys_one_by_one(env: Environment) -> None:
    country = await env.do(Country.objects, "create", code="C", number=1)
    city = await env.do(City.objects, "create", country=country)
    one, two, three = await people(env, "1", "2", "3")
    log: list[Any] = []
    env.listen(
        signals.post_save, log, lambda instance, update_fields, **rest: [instance.pk, update_fields], sender=Person
    )
    with env.at_most("add"):
        await env.do(city.residents, "add", one, two, bulk=False)
    with env.at_most("set"):
        await env.do(city.residents, "set", [two, three], bulk=False)
    with env.at_most("remove"):
        await env.do(city.residents, "remove", two, bulk=False)
    with env.at_most("clear"):
        await env.do(city.residents, "clear", bulk=False)
    await env.do(city.residents, "set", [one, two], clear=True)
    await env.do(city.residents, "set", [three], clear=True, bulk=False)
    env.note("log", log)
    env.note("residents", await env.fetch(keys(city.residents.all())))
    env.note("in memory", [one.home_id, two.home_id, three.home_id])


@case()
async def reverse_keys_made_and_found(env: Environment) -> None:
    country = await env.do(Country.objects, "create", code="C", number=1)
    city = await env.do(City.objects, "create", country=country)
    made, is_made = await env.do(city.residents, "get_or_create", handle="a", defaults={"name": "x"})
    env.note("made", [made.home_id, made.name, is_made])
    found, is_made = await env.do(city.residents, "get_or_create", handle="a")
    env.note("found", [found.pk, is_made])
    found, is_made = await env.do(
        city.residents, "update_or_create", handle="a", defaults={"name": "y"}, create_defaults={"name": "z"}
    )
    env.note("updated", [found.name, is_made])
    made, is_made = await env.do(
        city.residents, "update_or_create", handle="b", defaults={"name": "y"}, create_defaults={"name": "z"}
    )
    env.note("made by update", [made.name, made.home_id, is_made])
    with env.raises("taken"):
        async with env.atomic():
            await env.do(city.residents, "create", handle="a")
    unsaved = City(country=country)
    for name, given in (("create", {"handle": "c"}), ("get_or_create", {"handle": "c"}), ("count", {})):
        with env.raises(f"unsaved {name}"):
            await env.do(unsaved.residents, name, **given)


@case()
async def reverse_keys_refuse(env: Environment) -> None:
    country = await env.do(Country.objects, "create", code="C", number=1)
    city = await env.do(City.objects, "create", country=country)
    (one,) = await people(env, "1")
    for label, given in (("a key", one.pk), ("nothing", None), ("another model", country)):
        with env.raises(f"add {label}"):
            await env.do(city.residents, "add", given)
        with env.raises(f"remove {label}"):
            await env.do(city.residents, "remove", given)
    with env.raises("a stranger"):
        await env.do(city.residents, "remove", one)
    with env.raises("keyword"):
        await env.do(city.residents, "create", handle="x", nothing=1)
    env.note("residents", await env.do(city.residents, "count"))


@case()
async def keys_of_several_columns(env: Environment) -> None:
    tenant = await env.do(Tenant.objects, "create", name="t")
    resident = await env.do(Resident.objects, "create", tenant=tenant, number=7)
    letter = await env.do(resident.letters, "create", name="l")
    env.note("letter", [letter.tenant_id, letter.resident_number])
    with env.statements("letters"):
        letters = await env.fetch(resident.letters.all())
    with env.statements("known"):
        env.note("resident", letters[0].resident is resident)
    with env.statements("tenants"):
        env.note("inhabitants", [item.tenant is tenant for item in await env.fetch(tenant.inhabitants.all())])
    (one,) = await people(env, "1")
    await env.do(one.residences, "add", resident)
    env.note("residences", [item.pk for item in await env.fetch(one.residences.all())])
    await env.do(one.residences, "set", [resident])
    await env.do(one.residences, "clear")
    env.note("cleared", await env.do(one.residences, "count"))


@case()
async def deferred_keys_are_not_loaded_for_what_is_known(env: Environment) -> None:
    (one,) = await people(env, "1")
    await articles(env, one, "a", "b")
    with env.at_most("only the name"):
        found = await env.fetch(one.articles.only("name").order_by("pk"))
    env.note("names", [item.name for item in found])
    with env.at_most("without the key"):
        found = await env.fetch(one.articles.defer("author").order_by("pk"))
    env.note("deferred", sorted(found[0].get_deferred_fields()))


@case()
async def several_managers_at_once(env: Environment) -> None:
    one, two = await people(env, "1", "2")
    mine, yours = await articles(env, one, "mine"), await articles(env, two, "yours")
    env.note("or", await env.fetch(keys(one.articles.all() | two.articles.all())))
    both = await env.fetch((one.articles.all() | two.articles.all()).order_by("pk"))
    with env.statements("known"):
        env.note("authors", [item.author in (one, two) for item in both])
    env.note("union", [item.pk for item in await env.fetch(one.articles.union(two.articles.all()).order_by("id"))])
    env.note("mine", [mine[0].pk, yours[0].pk])


@case(other=True)
async def other_databases(env: Environment) -> None:
    here, there = (await people(env, "here"))[0], Person(name="there", handle="h")
    await env.do(there, "save", using="other")
    with env.raises("many to many"):
        await env.do(here.follows, "add", there)
    with env.raises("forward"):
        here.mother = there
    with env.raises("one to one, backwards"):
        there.profile = society.Profile(name="x")
        await env.do(society.Profile.objects, "create", person=there, name="y")
    log = hear(env, Person.follows.through)
    second = await env.do(Person.objects.using("other"), "create", name="second", handle="s")
    await env.do(there.follows, "add", second)
    env.note("log", log)
    env.note("there", await env.fetch(keys(there.follows.all())))
    env.note(
        "rows", [await env.do(Person.follows.through.objects.using(alias), "count") for alias in ("default", "other")]
    )
    env.note("using", await env.fetch(keys(there.follows.using("other").all())))


@case()
async def related_managers_are_managers(env: Environment) -> None:
    (one,) = await people(env, "1")
    await articles(env, one, "a")
    for label, manager, base in (
        ("reverse", one.articles, Article._default_manager), ("many", one.follows, Person._default_manager),
    ):  # fmt: skip
        env.note(f"{label}: class", isinstance(manager, type(base)))
        env.note(f"{label}: model", manager.model)
        env.note(f"{label}: instance", manager.instance is one)
        env.note(f"{label}: db", manager.db)
        env.note(f"{label}: db_manager", manager.db_manager("other").db)
    env.note("new each time", one.articles is one.articles)
    env.note("equal", one.articles == one.articles)
    env.note("through", one.follows.through is Person.follows.through)
    env.note("field", one.articles.field.name)


@case()
async def prefetched_rows_are_forgotten_when_they_change(env: Environment) -> None:
    one, two, three = await people(env, "1", "2", "3")
    await articles(env, one, "a")
    for change in (("add", two), ("remove", two), ("set", [three]), ("clear",), ("create", {"name": "n"})):
        person = await env.do(Person.objects.prefetch_related("follows", "articles"), "get", pk=one.pk)
        keywords = {"name": "n", "handle": "n"} if change[0] == "create" else {}
        arguments = change[1:] if not keywords else ()
        await env.do(person.follows, change[0], *arguments, **keywords)
        with env.statements(f"{change[0]}, statements"):
            env.note(change[0], [item.pk for item in await env.fetch(person.follows.order_by("pk"))])
            env.note(f"{change[0]}, all", len(await env.fetch(person.follows.all())))
    person = await env.do(Person.objects.prefetch_related("articles"), "get", pk=one.pk)
    await env.do(person.articles, "create", name="new")
    with env.statements("reverse"):
        env.note("articles", len(await env.fetch(person.articles.all())))


@case()
async def unchecked_keys(env: Environment) -> None:
    project = await env.do(Project.objects, "create", name="p")
    await env.do(project.watchers, "add", 77)
    env.note("rows", await env.fetch(Project.watchers.through.objects.values_list("project", "person")))
    env.note("nobody", await env.do(project.watchers, "count"))
    env.note("none", await env.fetch(project.watchers.all()))
    await env.do(project.watchers, "remove", 77)
    env.note("left", await env.do(Project.watchers.through.objects, "count"))


@case()
async def bulk_is_checked_for_unsaved_objects(env: Environment) -> None:
    (one,) = await people(env, "1")
    country = await env.do(Country.objects, "create", code="C", number=1)
    unsaved = City(country=country)
    with env.raises("save"):
        one.home = unsaved
        await env.do(one, "save")
    with env.raises("bulk_create"):
        await env.do(Person.objects, "bulk_create", [Person(name="x", handle="x", home=unsaved)])
    with env.raises("filter"):
        await env.fetch(Person.objects.filter(home=unsaved))
    with env.raises("update"):
        await env.do(Person.objects, "update", home=unsaved)
    await env.do(unsaved, "save")
    await env.do(one, "save")
    env.note("saved later", one.home_id == unsaved.pk)


@case()
async def models_of_through(env: Environment) -> None:
    for name, relation in (("friends", Person.friends), ("follows", Person.follows), ("tags", Article.tags)):
        through = relation.through
        env.note(name, [[item.name for item in through._meta.fields], through._meta.db_table, through.__name__])
        env.note(f"{name}, unique", through._meta.unique_together)
        env.note(f"{name}, managed", [through._meta.managed, through._meta.auto_created.__name__])
    env.note("kind", issubclass(Person.friends.through, models.Model))
