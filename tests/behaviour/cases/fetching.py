"""Loading related objects to its edges: fetch modes, prefetching on instances, what is kept and what is asked again."""

from __future__ import annotations

import pickle

from tests.behaviour.harness.environment import Environment, case
from tests.behaviour.orm import exceptions, models
from tests.behaviour.schemas import society
from tests.behaviour.schemas.society import (
    Article,
    Car,
    City,
    Comment,
    Country,
    Passport,
    Person,
    Profile,
    Tag,
    Taxi,
    Trip,
    Vehicle,
)

SCHEMA = society
PEERS, RAISE, ONE = models.FETCH_PEERS, models.FETCH_RAISE, models.FETCH_ONE


async def fill(env: Environment) -> None:
    """Make three people in two cities, each with a few articles and comments."""
    country = await env.do(Country.objects, "create", code="C", number=1)
    cities = [await env.do(City.objects, "create", name=name, country=country) for name in "ab"]
    cities[0].twin = cities[1]
    await env.do(cities[0], "save")
    persons = [
        await env.do(Person.objects, "create", name=name, handle=f"h{name}", home=home)
        for name, home in (("1", cities[0]), ("2", cities[1]), ("3", None))
    ]
    await env.do(Passport.objects, "create", person=persons[0], country=country)
    await env.do(Profile.objects, "create", person=persons[1])
    for one, two in ((0, 1), (1, 2), (0, 2)):
        await env.do(persons[one].follows, "add", persons[two])
    tags = [await env.do(Tag.objects, "create", name=name) for name in "xyz"]
    for number, author in enumerate((0, 0, 1)):
        article = await env.do(Article.objects, "create", name=f"a{number}", author=persons[author])
        await env.do(article.tags, "set", tags[: number + 1])
        for _ in range(number):
            await env.do(Comment.objects, "create", article=article, author=persons[number], name=f"c{number}")
    taxi = await env.do(Taxi.objects, "create", owner=persons[0], driver=persons[1])
    await env.do(Trip.objects, "create", car_id=taxi.pk, guest_id=persons[2].pk)


@case()
async def peers_of_each_kind(env: Environment) -> None:
    await fill(env)
    persons = await env.fetch(Person.objects.fetch_mode(PEERS).order_by("pk"))
    with env.at_most("forward"):
        homes = [await env.load(item, "home") for item in persons]
        env.note("homes", homes)
    with env.at_most("one to one, backwards"):
        found = []
        for item in persons:
            try:
                found.append((await env.load(item, "profile")).pk)
            except exceptions.ObjectDoesNotExist:
                found.append(None)
        env.note("profiles", found)
    with env.at_most("the mode goes on"):
        env.note("countries", [(await env.load(home, "country")).pk for home in homes if home])
    with env.at_most("managers"):
        env.note("articles", [len(await env.fetch(item.articles.all())) for item in persons])
    articles = await env.fetch(persons[0].articles.order_by("pk"))
    env.note("modes", [item._state.fetch_mode is PEERS for item in articles])
    comments = await env.fetch(Comment.objects.fetch_mode(PEERS).order_by("pk"))
    with env.at_most("to another field"):
        env.note("authors", [(await env.load(await env.load(item, "article"), "author")).pk for item in comments])


@case()
async def peers_of_which_some_are_loaded(env: Environment) -> None:
    await fill(env)
    persons = await env.fetch(Person.objects.fetch_mode(PEERS).order_by("pk"))
    city = await env.do(City.objects, "get", name="b")
    persons[1].home = city
    with env.at_most("the others"):
        env.note("homes", [await env.load(item, "home") for item in persons])
    env.note("untouched", persons[1].home is city)
    persons = await env.fetch(Person.objects.fetch_mode(PEERS).select_related("home").order_by("pk"))
    with env.at_most("joined"):
        env.note("countries", [(await env.load(item.home, "country")).pk for item in persons if item.home])
    persons = await env.fetch(Person.objects.fetch_mode(PEERS).prefetch_related("articles").order_by("pk"))
    with env.at_most("prefetched"):
        for person in persons:
            for article in await env.fetch(person.articles.all()):
                env.note("comments", [item.pk for item in await env.fetch(article.comments.order_by("pk"))])
    del persons[1:]
    with env.at_most("alone"):
        env.note("home", await env.load(persons[0], "home"))


@case()
async def raising_of_each_kind(env: Environment) -> None:
    await fill(env)
    person = await env.do(Person.objects.fetch_mode(RAISE), "get", name="1")
    for name in ("home", "profile", "passport"):
        with env.raises(name):
            await env.load(person, name)
    env.note("null", await env.load(await env.do(Person.objects.fetch_mode(RAISE), "get", name="3"), "home"))
    env.note("managers may", [item.name for item in await env.fetch(person.articles.order_by("pk"))])
    article = (await env.fetch(person.articles.order_by("pk")))[0]
    with env.raises("it goes on"):
        await env.load(article, "sequel")
    env.note("known", article.author is person)
    slim = await env.do(Person.objects.fetch_mode(RAISE).only("name"), "get", name="1")
    with env.raises("deferred"):
        slim.handle  # noqa: B018
    with env.statements("refreshing"):
        await env.do(slim, "refresh_from_db", fields=["handle"])
    env.note("handle", slim.handle)
    with env.statements("joined"):
        person = await env.do(Person.objects.fetch_mode(RAISE).select_related("home"), "get", name="1")
        env.note("home", person.home.name)
    with env.raises("below what is joined"):
        await env.load(person.home, "country")
    taxi = await env.do(Taxi.objects.fetch_mode(RAISE), "get")
    with env.raises("parents too"):
        await env.load(taxi, "car_ptr")


@case()
async def modes_are_kept(env: Environment) -> None:
    await fill(env)
    person = await env.do(Person.objects.fetch_mode(RAISE), "get", name="1")
    copied = pickle.loads(pickle.dumps(person))
    env.note("pickled", copied._state.fetch_mode is RAISE)
    env.note("built", Person()._state.fetch_mode is ONE)
    env.note("default", (await env.do(Person.objects, "first"))._state.fetch_mode is ONE)
    env.note(
        "reset", (await env.do(Person.objects.fetch_mode(RAISE).fetch_mode(ONE), "first"))._state.fetch_mode is ONE
    )
    await env.do(person, "refresh_from_db")
    env.note("refreshed", person._state.fetch_mode is RAISE)
    found = await env.fetch(Person.objects.fetch_mode(PEERS).filter(name="1"))
    env.note("one peer", found[0]._state.fetch_mode is PEERS)
    streamed = await env.iterate(Person.objects.fetch_mode(PEERS).order_by("pk"), chunk_size=10)
    with env.at_most("streamed"):
        env.note("homes", [await env.load(item, "home") for item in streamed])


@case()
async def prefetching_on_instances_of_which_some_have_theirs(env: Environment) -> None:
    await fill(env)
    do = env.do
    persons = await env.fetch(Person.objects.order_by("pk"))
    await do(models, "prefetch_related_objects", persons[:1], "articles__tags")
    with env.at_most("the rest"):
        await do(models, "prefetch_related_objects", persons, "articles__tags", "home__country")
    with env.statements("none"):
        env.note(
            "tags",
            [
                [
                    [tag.name for tag in await env.fetch(article.tags.all())]
                    for article in await env.fetch(item.articles.all())
                ]
                for item in persons
            ],
        )
    with env.statements("nothing again"):
        await do(models, "prefetch_related_objects", persons, "articles__tags", "home__country")
    with env.statements("empty"):
        await do(models, "prefetch_related_objects", [], "articles")
    by_attribute = models.Prefetch("articles", Article.objects.order_by("-pk"), to_attr="newest")
    with env.at_most("attribute"):
        await do(models, "prefetch_related_objects", persons, by_attribute)
    with env.at_most("attribute again"):
        await do(models, "prefetch_related_objects", persons, by_attribute)
    env.note("newest", [[article.pk for article in item.newest] for item in persons])
    with env.at_most("below an attribute"):
        await do(models, "prefetch_related_objects", persons, "newest__comments__author")
    with env.raises("unknown"):
        await do(models, "prefetch_related_objects", persons, "nothing")
    with env.raises("conflict"):
        await do(models, "prefetch_related_objects", persons, models.Prefetch("comments", to_attr="comments"))


@case()
async def prefetch_objects(env: Environment) -> None:
    one, two = models.Prefetch("a__b"), models.Prefetch("a__b", Person.objects.all())
    env.note("equal", [one == two, one == models.Prefetch("a__b", to_attr="c"), one == "a__b", hash(one) == hash(two)])
    named = models.Prefetch("a__b", to_attr="c")
    env.note("paths", [named.prefetch_through, named.prefetch_to, named.to_attr])
    named.add_prefix("x")
    env.note("prefixed", [named.prefetch_through, named.prefetch_to])
    env.note("levels", [named.get_current_prefetch_to(1), named.get_current_to_attr(2), named.get_current_to_attr(0)])
    for label, queryset in (("raw", Person.objects.raw("SELECT 1")), ("list", Person.objects.values_list("pk"))):
        with env.raises(label):
            models.Prefetch("a", queryset)


@case()
async def prefetches_that_clash(env: Environment) -> None:
    await fill(env)
    newest = models.Prefetch("articles", Article.objects.order_by("-pk"))
    for label, lookups in (
        ("after", ["articles__tags", newest]), ("before", [newest, "articles__tags"]), ("twice", [newest, newest]),
        ("same name", ["articles", "articles"]),
    ):  # fmt: skip
        with env.raises(label):
            env.note(
                label, [item.pk for item in await env.fetch(Person.objects.prefetch_related(*lookups).order_by("pk"))]
            )
    with env.raises("to_attr of a field"):
        await env.fetch(Person.objects.prefetch_related(models.Prefetch("articles", to_attr="articles")))
    with env.raises("nothing to prefetch"):
        await env.fetch(Person.objects.prefetch_related("name__x"))
    with env.raises("a manager's method"):
        await env.fetch(Person.objects.prefetch_related("articles__all"))
    with env.raises("chunks"):
        await env.iterate(Person.objects.prefetch_related("articles"))


@case()
async def prefetches_of_single_objects(env: Environment) -> None:
    await fill(env)
    found = await env.fetch(
        Person.objects.prefetch_related(
            models.Prefetch("home", City.objects.filter(name="a"), to_attr="near"),
            models.Prefetch("profile", Profile.objects.select_related("person")),
            models.Prefetch("passport", Passport.objects.defer("country"), to_attr="papers"),
        ).order_by("pk")
    )
    env.note("near", [item.near for item in found])
    env.note("papers", [item.papers for item in found])
    with env.statements("none"):
        env.note("profiles", [hasattr(item, "profile") for item in found])
    found = await env.fetch(
        Person.objects.prefetch_related(models.Prefetch("home", City.objects.none())).order_by("pk")
    )
    with env.statements("nobody"):
        env.note("homes", [item.home for item in found])
    with env.at_most("below one that is missing"):
        await env.fetch(Person.objects.filter(name="3").prefetch_related("home__country", "profile__person"))


@case()
async def prefetches_over_inheritance(env: Environment) -> None:
    await fill(env)
    with env.at_most("down"):
        vehicles = await env.fetch(Vehicle.objects.prefetch_related("car__taxi", "car__driver__home").order_by("pk"))
    with env.statements("none"):
        env.note("taxi", [vehicles[0].car.taxi.pk, vehicles[0].car.driver.home.name])
    with env.at_most("up"):
        taxis = await env.fetch(
            Taxi.objects.prefetch_related("vehicle_ptr__owner", "car_ptr__driver", "owner__articles")
        )
    with env.statements("none, up"):
        env.note("owner", [taxis[0].owner.name, len(await env.fetch(taxis[0].owner.articles.all()))])
    with env.at_most("relations of the parents"):
        taxis = await env.fetch(Taxi.objects.prefetch_related("trips__guest", "fleets", "spares"))
    with env.statements("none of the parents"):
        env.note("guests", [trip.guest.name for trip in await env.fetch(taxis[0].trips.all())])
    cars = await env.fetch(Car.objects.select_related("taxi__licence", "owner__home__country", "driver").order_by("pk"))
    with env.statements("joined"):
        env.note("joined", [cars[0].taxi.licence, cars[0].owner.home.country.pk, cars[0].driver.name])


@case()
async def prefetches_of_prefetches(env: Environment) -> None:
    await fill(env)
    inner = models.Prefetch("tags", Tag.objects.filter(name__in="xy").order_by("-name"), to_attr="few")
    outer = models.Prefetch("articles", Article.objects.prefetch_related(inner, "comments").order_by("pk"))
    with env.at_most("nested"):
        persons = await env.fetch(Person.objects.prefetch_related(outer, "articles__comments__author").order_by("pk"))
    with env.statements("none"):
        for item in persons:
            articles = await env.fetch(item.articles.all())
            env.note(item.name, [[tag.name for tag in article.few] for article in articles])
            env.note("comments", [[c.author.name for c in await env.fetch(a.comments.all())] for a in articles])
    with env.at_most("circle"):
        persons = await env.fetch(Person.objects.prefetch_related("follows__follows__followers").order_by("pk"))
    with env.statements("none in the circle"):
        env.note("circle", [
            [[[d.pk for d in await env.fetch(c.followers.all())] for c in await env.fetch(b.follows.all())]
             for b in await env.fetch(a.follows.all())] for a in persons
        ])  # fmt: skip


@case()
async def what_prefetched_managers_answer_without_asking(env: Environment) -> None:
    await fill(env)
    person = await env.do(Person.objects.prefetch_related("follows"), "get", name="1")
    for name in ("count", "exists", "first", "last"):
        with env.at_most(name):
            found = await env.do(person.follows.all(), name)
        env.note(f"{name} gives", found)
    with env.at_most("get"):
        env.note("one", await env.do(person.follows, "get", name="2"))
    with env.at_most("contains"):
        env.note("contained", await env.do(person.follows.all(), "contains", person))
    with env.statements("slices"):
        env.note("slice", [item.pk for item in (await env.fetch(person.follows.all()))[:1]])
    with env.at_most("ordered"):
        await env.fetch(person.follows.order_by("pk"))
    with env.at_most("values"):
        await env.fetch(person.follows.values("pk"))
    with env.at_most("refreshed"):
        await env.do(person, "refresh_from_db")
        await env.fetch(person.follows.all())


@case()
async def reading_what_is_not_there(env: Environment) -> None:
    await fill(env)
    person = await env.do(Person.objects, "get", name="3")
    for name in ("profile", "passport"):
        with env.raises(name) as caught:
            await env.load(person, name)
        kinds = (exceptions.ObjectDoesNotExist, AttributeError, Profile.DoesNotExist, Passport.DoesNotExist)
        env.note(f"{name} is", [isinstance(caught.error, kind) for kind in kinds])
        env.note(f"{name} is called", [type(caught.error).__qualname__, type(caught.error).__module__])
        with env.statements(f"{name} again"), env.raises(f"{name} still"):
            await env.load(person, name)
    with env.raises("unsaved"):
        await env.load(Person(), "profile")
    with env.statements("null"):
        env.note("home", await env.load(person, "home"))
    article = Article(name="x")
    with env.raises("required"):
        await env.load(article, "author")
    article.author_id = "nobody"
    with env.raises("dangling"):
        await env.load(article, "author")
    article.author_id = "h1"
    env.note("found", await env.load(article, "author"))
    article.author_id = "h2"
    env.note("changed", await env.load(article, "author"))
