"""Writing through querysets: get_or_create, update_or_create, bulk_create, bulk_update, update."""

from __future__ import annotations

from typing import Any

from tests.behaviour.harness.environment import Environment, case
from tests.behaviour.orm import F, Q, exceptions, functions, models
from tests.behaviour.schemas import instances
from tests.behaviour.schemas.instances import (
    Author,
    Blog,
    Book,
    Clocked,
    DbDefaulted,
    Event,
    Product,
    TextKey,
    UuidKey,
)  # fmt: skip

SCHEMA = instances


def pairs(model: Any, *fields: str) -> Any:
    return model.objects.order_by("pk").values_list(*fields)


@case()
async def get_or_create(env: Environment) -> None:
    with env.at_most("creating"):
        made, created = await env.do(Blog.objects, "get_or_create", name="x", defaults={"tagline": "t"})
    env.note("created", [made.pk, made.tagline, created])
    with env.statements("finding"):
        found, created = await env.do(Blog.objects, "get_or_create", name="x", defaults={"tagline": "other"})
    env.note("found", [found.pk, found.tagline, created])


@case()
async def get_or_create_with_lookups(env: Environment) -> None:
    made, created = await env.do(Blog.objects, "get_or_create", name__iexact="X", defaults={"name": "x"})
    env.note("made", [made.name, created])
    found, created = await env.do(Blog.objects, "get_or_create", name__iexact="X", defaults={"name": "never"})
    env.note("found", [found.name, created])
    made, created = await env.do(Blog.objects.filter(tagline="t"), "get_or_create", name="x", defaults={"tagline": "t"})
    env.note("of a filter", [made.pk, created])


@case()
async def get_or_create_with_callables(env: Environment) -> None:
    made, _ = await env.do(Blog.objects, "get_or_create", name="x", defaults={"tagline": lambda: "called"})
    env.note("tagline", made.tagline)


@case()
async def get_or_create_errors(env: Environment) -> None:
    await env.do(Blog.objects, "create", name="x")
    await env.do(Blog.objects, "create", name="x")
    with env.raises("several"):
        await env.do(Blog.objects, "get_or_create", name="x")
    with env.raises("unknown field"):
        await env.do(Blog.objects, "get_or_create", nome="x")
    with env.raises("unknown default"):
        await env.do(Blog.objects, "get_or_create", name="new", defaults={"nome": 1})
    with env.raises("two unknown defaults"):
        await env.do(Blog.objects, "get_or_create", name="new", defaults={"nome": 1, "zeta": 2})
    await env.do(Author.objects, "create", name="a", email="a@b.c")
    with env.raises("unique"):
        await env.do(Author.objects, "get_or_create", name="b", defaults={"email": "a@b.c"})
    env.note("after", await env.do(Author.objects, "count"))


@case()
async def get_or_create_in_a_transaction(env: Environment) -> None:
    await env.do(Author.objects, "create", name="a", email="a@b.c")
    async with env.atomic():
        with env.raises("unique"):
            await env.do(Author.objects, "get_or_create", name="b", defaults={"email": "a@b.c"})
        env.note("the block is whole", await env.do(Author.objects, "count"))


@case()
async def update_or_create(env: Environment) -> None:
    with env.at_most("creating"):
        made, created = await env.do(Blog.objects, "update_or_create", name="x", defaults={"tagline": "1"})
    env.note("created", [made.tagline, created])
    with env.at_most("updating"):
        same, created = await env.do(Blog.objects, "update_or_create", name="x", defaults={"tagline": "2"})
    env.note("updated", [same.tagline, created, same.pk == made.pk])
    env.note("rows", await env.fetch(pairs(Blog, "name", "tagline")))


@case()
async def update_or_create_with_create_defaults(env: Environment) -> None:
    made, created = await env.do(
        Blog.objects, "update_or_create", name="x", defaults={"tagline": "u"}, create_defaults={"tagline": "c"}
    )
    env.note("created", [made.tagline, created])
    same, created = await env.do(
        Blog.objects, "update_or_create", name="x", defaults={"tagline": "u"}, create_defaults={"tagline": "c"}
    )
    env.note("updated", [same.tagline, created])


@case()
async def update_or_create_with_expressions_and_callables(env: Environment) -> None:
    await env.do(Product.objects, "create", name="x", number_sold=1)
    changed, _ = await env.do(
        Product.objects,
        "update_or_create",
        name="x",
        defaults={"number_sold": F("number_sold") + 1, "in_stock": lambda: 4},
    )
    await env.do(changed, "refresh_from_db")
    env.note_fields("changed", changed, "number_sold", "in_stock")


@case()
async def update_or_create_updates_automatic_times(env: Environment) -> None:
    made, _ = await env.do(Clocked.objects, "update_or_create", name="x")
    same, _ = await env.do(Clocked.objects, "update_or_create", name="x", defaults={"name": "y"})
    env.note("changed", same.changed > made.changed)
    await env.do(same, "refresh_from_db")
    env.note("in the row", same.changed > made.changed)


@case()
async def bulk_create(env: Environment) -> None:
    blogs = [Blog(name=str(number)) for number in range(5)]
    with env.at_most("statements"):
        made = await env.do(Blog.objects, "bulk_create", blogs)
    env.note("same objects", [one is other for one, other in zip(made, blogs, strict=True)])
    env.note("keys", [blog.pk for blog in made])
    env.note("state", [made[0]._state.adding, made[0]._state.db])
    env.note("rows", await env.fetch(pairs(Blog, "pk", "name", "tagline")))


@case()
async def bulk_create_with_and_without_keys(env: Environment) -> None:
    await env.do(Blog.objects, "bulk_create", [Blog(pk=10, name="a"), Blog(name="b"), Blog(pk=5, name="c")])
    env.note("names", await env.fetch(Blog.objects.order_by("name").values_list("name", flat=True)))
    made = await env.do(TextKey.objects, "bulk_create", [TextKey(code="a"), TextKey(code="b", name="x")])
    env.note("text keys", [item.pk for item in made])
    made = await env.do(UuidKey.objects, "bulk_create", [UuidKey(name="a"), UuidKey(name="b")])
    env.note("uuid keys", len({item.pk for item in made}))


@case()
async def bulk_create_in_batches(env: Environment) -> None:
    with env.at_most("statements"):
        await env.do(Blog.objects, "bulk_create", [Blog(name=str(n)) for n in range(7)], batch_size=3)
    env.note("count", await env.do(Blog.objects, "count"))
    with env.raises("batch size"):
        await env.do(Blog.objects, "bulk_create", [Blog(name="x")], batch_size=-1)


@case()
async def bulk_create_nothing(env: Environment) -> None:
    with env.statements("none"):
        env.note("empty", await env.do(Blog.objects, "bulk_create", []))


@case()
async def bulk_create_of_an_iterator(env: Environment) -> None:
    made = await env.do(Blog.objects, "bulk_create", (Blog(name=str(n)) for n in range(2)))
    env.note("made", made)


@case()
async def bulk_create_ignoring_conflicts(env: Environment) -> None:
    await env.do(Author.objects, "create", name="a", email="a@b.c")
    given = [Author(name="b", email="a@b.c"), Author(name="c", email="c@b.c")]
    made = await env.do(Author.objects, "bulk_create", given, ignore_conflicts=True)
    env.note("keys", [author.pk for author in made])
    env.note("rows", await env.fetch(pairs(Author, "name", "email")))
    with env.raises("conflict"):
        await env.do(Author.objects, "bulk_create", [Author(name="d", email="a@b.c")])


@case()
async def bulk_create_updating_conflicts(env: Environment) -> None:
    await env.do(Author.objects, "create", name="a", email="a@b.c")
    given = [Author(name="b", email="a@b.c"), Author(name="c", email="c@b.c")]
    made = await env.do(
        Author.objects, "bulk_create", given, update_conflicts=True, update_fields=["name"], unique_fields=["email"]
    )
    env.note("rows", await env.fetch(pairs(Author, "name", "email")))
    env.note("key of the updated", made[0].pk)
    await env.do(
        TextKey.objects, "bulk_create", [TextKey(code="a", name="1")], update_conflicts=True,
        update_fields=["name"], unique_fields=["pk"],
    )  # fmt: skip
    await env.do(
        TextKey.objects, "bulk_create", [TextKey(code="a", name="2")], update_conflicts=True,
        update_fields=["name"], unique_fields=["code"],
    )  # fmt: skip
    env.note("by key", await env.fetch(pairs(TextKey, "code", "name")))


@case()
async def bulk_create_options_that_contradict(env: Environment) -> None:
    blog = [Blog(name="x")]
    for label, options in {
        "both": {"ignore_conflicts": True, "update_conflicts": True},
        "no update fields": {"update_conflicts": True, "unique_fields": ["id"]},
        "no unique fields": {"update_conflicts": True, "update_fields": ["name"]},
        "unknown update field": {"update_conflicts": True, "update_fields": ["nome"], "unique_fields": ["id"]},
        "unknown unique field": {"update_conflicts": True, "update_fields": ["name"], "unique_fields": ["nome"]},
        "updating the key": {"update_conflicts": True, "update_fields": ["id"], "unique_fields": ["id"]},
    }.items():
        with env.raises(label):
            await env.do(Blog.objects, "bulk_create", blog, **options)


@case()
async def bulk_create_with_database_values(env: Environment) -> None:
    made = await env.do(DbDefaulted.objects, "bulk_create", [DbDefaulted(name="a"), DbDefaulted(name="b", level=9)])
    env.note("levels", [item.level if isinstance(item.level, int) else None for item in made])
    env.note("rows", await env.fetch(pairs(DbDefaulted, "name", "level", "label", "both")))
    made = await env.do(Clocked.objects, "bulk_create", [Clocked(name="a")])
    env.note("times", made[0].made is not None)
    await env.do(Blog.objects, "bulk_create", [Blog(name=functions.Upper(models.Value("x")))])
    env.note("expression", await env.fetch(pairs(Blog, "name")))


@case()
async def bulk_create_with_unsaved_relations(env: Environment) -> None:
    author = Author(name="a")
    with env.raises("unsaved"):
        await env.do(Book.objects, "bulk_create", [Book(title="x", author=author)])
    await env.do(author, "save")
    await env.do(Book.objects, "bulk_create", [Book(title="x", author=author)])
    env.note("rows", await env.fetch(pairs(Book, "title", "author")))


@case()
async def bulk_update(env: Environment) -> None:
    products = [await env.do(Product.objects, "create", name=str(n)) for n in range(4)]
    for number, product in enumerate(products):
        product.name, product.number_sold, product.in_stock = f"n{number}", number * 10, 99
    with env.at_most("statements"):
        env.note("returns", await env.do(Product.objects, "bulk_update", products, ["name", "number_sold"]))
    env.note("rows", await env.fetch(pairs(Product, "name", "number_sold", "in_stock")))


@case()
async def bulk_update_with_expressions_nulls_and_relations(env: Environment) -> None:
    author = await env.do(Author.objects, "create", name="a")
    books = [await env.do(Book.objects, "create", title=str(n), pages=n, price="1.50") for n in range(3)]
    books[0].pages, books[1].pages, books[2].pages = F("pages") + 100, 7, functions.Length("title")
    books[0].author, books[1].price = author, None
    await env.do(Book.objects, "bulk_update", books, ["pages", "author", "price"])
    env.note("rows", await env.fetch(pairs(Book, "pages", "author", "price")))


@case()
async def bulk_update_in_batches(env: Environment) -> None:
    products = [await env.do(Product.objects, "create", name=str(n)) for n in range(5)]
    for product in products:
        product.number_sold = 3
    with env.at_most("statements"):
        env.note("returns", await env.do(Product.objects, "bulk_update", products, ["number_sold"], batch_size=2))
    await env.do(products[0], "delete")
    missing = Product(pk=99, number_sold=1)
    env.note("missing rows", await env.do(Product.objects, "bulk_update", [missing, products[1]], ["number_sold"]))
    env.note(
        "of a filter", await env.do(Product.objects.filter(name="1"), "bulk_update", products[1:], ["number_sold"])
    )


@case()
async def bulk_update_errors(env: Environment) -> None:
    product = await env.do(Product.objects, "create", name="x")
    with env.raises("no fields"):
        await env.do(Product.objects, "bulk_update", [product], [])
    with env.raises("key"):
        await env.do(Product.objects, "bulk_update", [product], ["id"])
    with env.raises("unknown"):
        await env.do(Product.objects, "bulk_update", [product], ["nome"])
    with env.raises("unsaved"):
        await env.do(Product.objects, "bulk_update", [Product(name="y")], ["name"])
    with env.raises("batch size"):
        await env.do(Product.objects, "bulk_update", [product], ["name"], batch_size=-1)
    with env.statements("nothing"):
        env.note("empty", await env.do(Product.objects, "bulk_update", [], ["name"]))


@case()
async def update(env: Environment) -> None:
    for number in range(3):
        await env.do(Product.objects, "create", name="x", number_sold=number)
    with env.statements("one"):
        env.note("returns", await env.do(Product.objects.filter(number_sold__gte=1), "update", name="y"))
    env.note("all", await env.do(Product.objects, "update", in_stock=F("number_sold") * 2 + F("in_stock")))
    env.note("rows", await env.fetch(pairs(Product, "name", "number_sold", "in_stock")))
    env.note("none match", await env.do(Product.objects.filter(pk=99), "update", name="z"))
    env.note("swapped", await env.do(Product.objects, "update", number_sold=F("in_stock"), in_stock=F("number_sold")))
    env.note("after", await env.fetch(pairs(Product, "number_sold", "in_stock")))


@case()
async def update_with_relations_and_subqueries(env: Environment) -> None:
    jane = await env.do(Author.objects, "create", name="Jane")
    mary = await env.do(Author.objects, "create", name="Mary")
    for author in (jane, mary, None):
        await env.do(Book.objects, "create", title="x", author=author)
    env.note("across", await env.do(Book.objects.filter(author__name="Jane"), "update", title="j"))
    env.note("by instance", await env.do(Book.objects.filter(author=mary), "update", author=jane, editor_id=mary.pk))
    names = Author.objects.filter(pk=models.OuterRef("author")).values("name")
    await env.do(Book.objects, "update", summary=functions.Coalesce(models.Subquery(names), models.Value("-")))
    env.note("rows", await env.fetch(pairs(Book, "title", "author", "editor", "summary")))
    await env.do(Book.objects.filter(Q(author__isnull=True) | Q(author__name="Jane")), "update", pages=5)
    env.note("or", await env.fetch(pairs(Book, "pages")))


@case()
async def update_of_ordered_sliced_and_annotated(env: Environment) -> None:
    for number in range(3):
        await env.do(Event.objects, "create", name=str(number), day=f"2020-01-0{number + 1}")
    env.note("ordered", await env.do(Event.objects.order_by("-name"), "update", at=None))
    with env.raises("sliced"):
        await env.do(Event.objects.all()[:1], "update", name="x")
    queryset = Event.objects.annotate(n=functions.Length("name")).filter(n=1)
    env.note("annotated", await env.do(queryset, "update", name=functions.Concat(models.Value("e"), "name")))
    env.note("rows", await env.fetch(pairs(Event, "name")))


@case()
async def update_sends_no_signals_and_drops_the_cache(env: Environment) -> None:
    await env.do(Blog.objects, "create", name="x")
    queryset = Blog.objects.all()
    before = await env.fetch(queryset)
    await env.do(queryset, "update", name="y")
    env.note("objects are old", before[0].name)
    env.note("queryset is new", [blog.name for blog in await env.fetch(queryset)])


@case()
async def update_violating_a_constraint(env: Environment) -> None:
    await env.do(Author.objects, "create", name="a", email="a@b.c")
    await env.do(Author.objects, "create", name="b")
    with env.raises("unique"):
        await env.do(Author.objects.filter(name="b"), "update", email="a@b.c")
    with env.raises("null"):
        await env.do(Author.objects, "update", name=None)


@case()
async def in_bulk_many_keys(env: Environment) -> None:
    await env.do(Blog.objects, "bulk_create", [Blog(name=str(n)) for n in range(1200)])
    found = await env.do(Blog.objects, "in_bulk", list(range(1, 1300)))
    env.note("found", len(found))
    env.note("filter", await env.do(Blog.objects.filter(pk__in=list(range(1, 2500))), "count"))


@case()
async def does_not_exist_and_its_family(env: Environment) -> None:
    try:
        await env.do(Blog.objects, "get", pk=1)
    except exceptions.ObjectDoesNotExist as error:
        env.note("caught", type(error).__qualname__)
