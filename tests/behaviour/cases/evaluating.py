"""When querysets ask the database, what they remember, how they are copied, pickled and shown."""

from __future__ import annotations

import pickle

from tests.behaviour.harness.environment import Environment, case
from tests.behaviour.orm import F, models
from tests.behaviour.schemas import instances
from tests.behaviour.schemas.instances import Article, Author, Blog, Book, Event, Managed

SCHEMA = instances


async def fill(env: Environment, count: int = 3) -> None:
    await env.do(Blog.objects, "bulk_create", [Blog(name=f"b{n}") for n in range(count)])


@case()
async def building_asks_nothing(env: Environment) -> None:
    with env.statements("none"):
        Blog.objects.filter(name="x").exclude(pk=1).order_by("-name").select_related()[:3]


@case()
async def results_are_remembered(env: Environment) -> None:
    await fill(env)
    queryset = Blog.objects.order_by("pk")
    with env.statements("once"):
        first = await env.fetch(queryset)
        second = await env.fetch(queryset)
    env.note("same objects", [one is other for one, other in zip(first, second, strict=True)])


@case()
async def remembered_results_answer_questions(env: Environment) -> None:
    await fill(env)
    queryset = Blog.objects.order_by("pk")
    await env.fetch(queryset)
    with env.statements("none"):
        env.note("len", len(queryset))
        env.note("bool", bool(queryset))
        env.note("index", queryset[1].name)
        env.note("slice", [blog.name for blog in queryset[:2]])
        env.note("count", await env.do(queryset, "count"))
        env.note("exists", await env.do(queryset, "exists"))
        env.note("contains", await env.do(queryset, "contains", queryset[0]))
        env.note("membership", Blog(pk=2) in queryset)
    with env.statements("first and last ask"):
        await env.do(queryset, "first")
        await env.do(queryset, "last")


@case()
async def questions_do_not_remember(env: Environment) -> None:
    await fill(env)
    queryset = Blog.objects.all()
    with env.statements("each asks"):
        await env.do(queryset, "count")
        await env.do(queryset, "exists")
        await env.do(queryset, "count")


@case()
async def a_copy_asks_again(env: Environment) -> None:
    await fill(env)
    queryset = Blog.objects.order_by("pk")
    await env.fetch(queryset)
    with env.statements("all"):
        await env.fetch(queryset.all())


@case()
async def querysets_are_not_changed_by_their_methods(env: Environment) -> None:
    await fill(env)
    base = Blog.objects.order_by("pk")
    base.filter(name="b0")
    base.exclude(name="b0")
    env.note("base", len(await env.fetch(base)))
    narrowed = base.filter(name="b0")
    env.note("narrowed", len(await env.fetch(narrowed)))


@case()
async def iterators_remember_nothing(env: Environment) -> None:
    await fill(env, 5)
    queryset = Blog.objects.order_by("pk")
    env.note("first", [blog.name for blog in await env.iterate(queryset)])
    env.note("second", len(await env.iterate(queryset, chunk_size=2)))
    with env.raises("chunk size"):
        await env.iterate(queryset, chunk_size=0)
    env.note("values", await env.iterate(queryset.values_list("name", flat=True), chunk_size=2))


@case()
async def indexing_asks_for_one_row(env: Environment) -> None:
    await fill(env)
    queryset = Blog.objects.order_by("pk")
    env.note("sliced", [blog.name for blog in await env.fetch(queryset[1:2])])
    with env.raises("beyond"):
        (await env.fetch(queryset))[9]


@case()
async def pickling_remembers_the_results(env: Environment) -> None:
    await fill(env)
    queryset = Blog.objects.order_by("pk")
    await env.fetch(queryset)
    copied = pickle.loads(pickle.dumps(queryset))
    with env.statements("none"):
        env.note("names", [blog.name for blog in await env.fetch(copied)])
    env.note("can go on", len(await env.fetch(copied.filter(name="b1"))))


@case()
async def pickling_the_query_alone(env: Environment) -> None:
    await fill(env)
    query = pickle.loads(pickle.dumps(Blog.objects.filter(name="b1").query))
    queryset = Blog.objects.all()
    queryset.query = query
    env.note("names", [blog.name for blog in await env.fetch(queryset)])


@case()
async def showing_a_remembered_queryset(env: Environment) -> None:
    await fill(env)
    queryset = Blog.objects.order_by("pk")
    await env.fetch(queryset)
    env.note("repr", repr(queryset))
    long = Blog.objects.order_by("pk")
    await env.do(Blog.objects, "bulk_create", [Blog(name=f"c{n}") for n in range(22)])
    await env.fetch(long)
    env.note("truncated", repr(long).endswith("'...(remaining elements truncated)...']>"))


@case()
async def managers(env: Environment) -> None:
    await env.do(Article.everything, "create", title="a", deleted=True)
    await env.do(Article.everything, "create", title="b")
    env.note("default", await env.fetch(Article.objects.values_list("title", flat=True)))
    env.note("named", await env.fetch(Article.everything.order_by("pk").values_list("title", flat=True)))
    env.note("classes", [type(Article._default_manager).__name__, type(Article._base_manager).__name__])
    env.note("model", Article.objects.model is Article)
    env.note("custom", type(Managed.objects).__name__)
    with env.raises("managers are not querysets"):
        list(Article.objects)
    env.note("str", str(Managed.objects))
    env.note("equal", Managed.objects == Managed.objects)


@case()
async def managers_of_querysets(env: Environment) -> None:
    class Short(models.QuerySet):
        def short(self) -> models.QuerySet:
            return self.filter(name="b1")

        def _private(self) -> str:
            return "private"

    manager = Short.as_manager()
    manager.model = Blog
    await fill(env)
    env.note("method", [blog.name for blog in await env.fetch(manager.short())])
    env.note("chain", [blog.name for blog in await env.fetch(manager.all().short())])
    env.note("private", hasattr(manager, "_private"))
    combined = models.Manager.from_queryset(Short, class_name="Named")
    env.note("name", combined.__name__)
    env.note("base", issubclass(combined, models.Manager))


@case(other=True)
async def databases(env: Environment) -> None:
    await env.do(Blog.objects.using("other"), "create", name="there")
    env.note("here", await env.do(Blog.objects, "count"))
    env.note("there", await env.do(Blog.objects.using("other"), "count"))
    env.note("manager", await env.do(Blog.objects.db_manager("other"), "count"))
    env.note("db", [Blog.objects.all().db, Blog.objects.using("other").db])
    author = await env.do(Author.objects.using("other"), "create", name="a")
    book = await env.do(Book.objects.using("other"), "create", title="x", author=author)
    loaded = await env.do(Book.objects.using("other"), "get")
    env.note("relations stay there", (await env.load(loaded, "author"))._state.db)
    env.note("reverse too", await env.do(author.books, "count"))
    here = await env.do(Author.objects, "create", name="h")
    with env.raises("mixing"):
        book.author = here
    with env.raises("subquery of another database"):
        await env.fetch(Book.objects.filter(author__in=Author.objects.using("other").filter(pk=1)))


@case()
async def combining_evaluated_querysets(env: Environment) -> None:
    await fill(env)
    first = Blog.objects.filter(name="b0")
    await env.fetch(first)
    second = Blog.objects.filter(name="b1")
    env.note("or", [blog.name for blog in await env.fetch((first | second).order_by("pk"))])
    env.note("and", await env.fetch(first & second))


@case()
async def querysets_as_values(env: Environment) -> None:
    await fill(env)
    chosen = Blog.objects.filter(name__in=["b0", "b2"])
    with env.statements("one statement"):
        env.note("count", await env.do(Blog.objects.filter(pk__in=chosen), "count"))
    await env.fetch(chosen)
    with env.statements("still one"):
        env.note("evaluated", await env.do(Blog.objects.filter(pk__in=chosen), "count"))


@case()
async def deferred_loading_in_lists(env: Environment) -> None:
    await fill(env)
    blogs = await env.fetch(Blog.objects.only("name").order_by("pk"))
    env.note("deferred", [blog.get_deferred_fields() for blog in blogs])
    blogs = await env.fetch(Blog.objects.defer("name").defer("tagline").order_by("pk")[:1])
    env.note("twice deferred", blogs[0].get_deferred_fields())
    blogs = await env.fetch(Blog.objects.only("name").only("tagline").order_by("pk")[:1])
    env.note("last only wins", blogs[0].get_deferred_fields())
    blogs = await env.fetch(Blog.objects.only("name", "tagline").defer("name").order_by("pk")[:1])
    env.note("only then defer", blogs[0].get_deferred_fields())
    blogs = await env.fetch(Blog.objects.defer("name").only("name").order_by("pk")[:1])
    env.note("defer then only", blogs[0].get_deferred_fields())
    blogs = await env.fetch(Blog.objects.only().order_by("pk")[:1])
    env.note("only nothing", blogs[0].get_deferred_fields())
    blogs = await env.fetch(Blog.objects.defer("id").order_by("pk")[:1])
    env.note("the key stays", blogs[0].get_deferred_fields())


@case()
async def annotations_on_instances(env: Environment) -> None:
    await fill(env)
    blogs = await env.fetch(Blog.objects.annotate(double=F("pk") * 2).order_by("pk"))
    env.note("doubles", [blog.double for blog in blogs])
    env.note("not fields", blogs[0].get_deferred_fields())
    await env.do(blogs[0], "save")


@case()
async def latest_by_the_option(env: Environment) -> None:
    for number in (2, 3, 1):
        await env.do(Event.objects, "create", name=str(number), day=f"2020-01-0{number}")
    env.note("latest", (await env.do(Event.objects, "latest")).name)
    env.note("earliest", (await env.do(Event.objects, "earliest")).name)
    env.note("first by order", (await env.do(Event.objects, "first")).name)
    env.note("reversed", (await env.do(Event.objects.reverse(), "first")).name)


@case()
async def explaining(env: Environment) -> None:
    env.note("text", isinstance(await env.do(Blog.objects.filter(name="x"), "explain"), str))
    with env.raises("unknown option"):
        await env.do(Blog.objects.all(), "explain", **{"a; DROP": True})


@case()
async def the_query_shows_its_sql(env: Environment) -> None:
    text = str(Blog.objects.filter(name="x").query)
    env.note("table", "instances_blog" in text)
    env.note("select", text.startswith("SELECT"))
