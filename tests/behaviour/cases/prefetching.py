"""`select_related` and `prefetch_related`: what is loaded, how many statements, what stays cached."""

from __future__ import annotations

from typing import Any

from tests.behaviour.harness import library_data
from tests.behaviour.harness.environment import Environment, case
from tests.behaviour.orm import models
from tests.behaviour.schemas import library
from tests.behaviour.schemas.library import Author, Book, Country, Publisher, Store, Tag

SCHEMA = library


async def fill(env: Environment) -> None:
    await library_data.populate(env)


async def cached(env: Environment, label: str, instances: list[Any], name: str) -> None:
    """Note what a prefetched relation gives without a statement."""
    with env.statements(f"{label}, statements"):
        env.note(
            label, {item.pk: sorted(o.pk for o in await env.fetch(getattr(item, name).all())) for item in instances}
        )


@case()
async def select_related_forward(env: Environment) -> None:
    await fill(env)
    with env.statements("one"):
        books = await env.fetch(Book.objects.select_related("publisher__country", "contact").order_by("pk"))
    with env.statements("none"):
        env.note(
            "countries",
            [book.publisher.country.name if book.publisher and book.publisher.country else None for book in books],
        )
        env.note("contacts", [book.contact.name if book.contact else None for book in books])


@case()
async def select_related_everything(env: Environment) -> None:
    await fill(env)
    with env.statements("one"):
        books = await env.fetch(Book.objects.select_related().order_by("pk"))
    env.note("cached", [sorted(book._state.fields_cache) for book in books])


@case()
async def select_related_reverse_one_to_one(env: Environment) -> None:
    await fill(env)
    with env.statements("one"):
        books = await env.fetch(Book.objects.select_related("sequel").order_by("pk"))
    with env.statements("none"):
        env.note("sequels", [getattr(book, "sequel", None) for book in books])
        env.note("back", [book.sequel.sequel_of is book for book in books if hasattr(book, "sequel")])


@case()
async def select_related_with_only(env: Environment) -> None:
    await fill(env)
    books = await env.fetch(
        Book.objects.select_related("publisher").only("title", "publisher__name").order_by("pk")[:1]
    )
    env.note("own", books[0].get_deferred_fields())
    env.note("related", books[0].publisher.get_deferred_fields())


@case()
async def select_related_with_defer(env: Environment) -> None:
    await fill(env)
    books = await env.fetch(
        Book.objects.select_related("publisher").defer("publisher__awards", "extra").order_by("pk")[:1]
    )
    env.note("own", books[0].get_deferred_fields())
    env.note("related", books[0].publisher.get_deferred_fields())


@case()
async def prefetch_many_to_many(env: Environment) -> None:
    await fill(env)
    with env.at_most("statements"):
        books = await env.fetch(Book.objects.prefetch_related("authors").order_by("pk"))
    await cached(env, "authors", books, "authors")


@case()
async def prefetch_reverse_foreign_key(env: Environment) -> None:
    await fill(env)
    with env.at_most("statements"):
        publishers = await env.fetch(Publisher.objects.prefetch_related("books").order_by("pk"))
    await cached(env, "books", publishers, "books")
    with env.statements("back reference"):
        for item in publishers:
            env.note("same", [book.publisher is item for book in await env.fetch(item.books.all())])


@case()
async def prefetch_forward(env: Environment) -> None:
    await fill(env)
    with env.at_most("statements"):
        books = await env.fetch(Book.objects.prefetch_related("publisher__country").order_by("pk"))
    with env.statements("none"):
        env.note("names", [book.publisher.name if book.publisher else None for book in books])
    env.note("shared", books[0].publisher is books[2].publisher)


@case()
async def prefetch_one_to_one(env: Environment) -> None:
    await fill(env)
    with env.at_most("statements"):
        books = await env.fetch(Book.objects.prefetch_related("sequel", "sequel_of").order_by("pk"))
    with env.statements("none"):
        env.note("sequels", [getattr(book, "sequel", None) for book in books])
        env.note("originals", [book.sequel_of for book in books])


@case()
async def prefetch_several_levels(env: Environment) -> None:
    await fill(env)
    with env.at_most("statements"):
        publishers = await env.fetch(Publisher.objects.prefetch_related("books__authors__mentor").order_by("pk"))
    books = await env.fetch(publishers[2].books.all())
    await cached(env, "authors", books, "authors")


@case()
async def prefetch_sharing_levels(env: Environment) -> None:
    await fill(env)
    with env.at_most("statements"):
        publishers = await env.fetch(
            Publisher.objects.prefetch_related("books", "books__authors", "books__tags").order_by("pk")
        )
    books = await env.fetch(publishers[0].books.all())
    await cached(env, "tags", books, "tags")


@case()
async def prefetch_self_and_through(env: Environment) -> None:
    await fill(env)
    with env.at_most("tags"):
        tags = await env.fetch(Tag.objects.prefetch_related("children__children").order_by("pk"))
    await cached(env, "children", tags, "children")
    with env.at_most("stores"):
        stores = await env.fetch(Store.objects.prefetch_related("books").order_by("pk"))
    await cached(env, "books", stores, "books")
    authors = await env.fetch(Author.objects.prefetch_related("friends", "followers").order_by("pk"))
    await cached(env, "friends", authors, "friends")
    await cached(env, "followers", authors, "followers")


@case()
async def prefetch_nothing(env: Environment) -> None:
    await fill(env)
    with env.statements("empty result"):
        await env.fetch(Book.objects.filter(pk=99).prefetch_related("authors"))
    with env.at_most("all null"):
        await env.fetch(Book.objects.filter(pk=7).prefetch_related("publisher__country"))


@case()
async def prefetch_object_with_queryset(env: Environment) -> None:
    await fill(env)
    with env.at_most("statements"):
        books = await env.fetch(
            Book.objects.prefetch_related(models.Prefetch("authors", Author.objects.filter(age__gt=40))).order_by("pk")
        )
    await cached(env, "authors", books, "authors")


@case()
async def prefetch_object_with_order(env: Environment) -> None:
    await fill(env)
    books = await env.fetch(
        Book.objects.prefetch_related(models.Prefetch("authors", Author.objects.order_by("-name"))).order_by("pk")
    )
    env.note("names", [[author.name for author in await env.fetch(book.authors.all())] for book in books])


@case()
async def prefetch_to_attribute(env: Environment) -> None:
    await fill(env)
    books = await env.fetch(
        Book.objects.prefetch_related(
            models.Prefetch("authors", Author.objects.filter(age__gt=40).order_by("pk"), to_attr="old"),
            models.Prefetch("authors", Author.objects.order_by("pk"), to_attr="everyone"),
        ).order_by("pk")
    )
    env.note("old", [book.old for book in books])
    env.note("everyone", [book.everyone for book in books])
    with env.statements("the manager is untouched"):
        await env.fetch(books[0].authors.all())


@case()
async def prefetch_to_attribute_of_a_single_object(env: Environment) -> None:
    await fill(env)
    books = await env.fetch(Book.objects.prefetch_related(models.Prefetch("publisher", to_attr="house")).order_by("pk"))
    env.note("house", [book.house for book in books])


@case()
async def prefetch_through_an_attribute(env: Environment) -> None:
    await fill(env)
    with env.at_most("statements"):
        publishers = await env.fetch(
            Publisher.objects.prefetch_related(
                models.Prefetch("books", Book.objects.order_by("pk"), to_attr="list"), "list__authors"
            ).order_by("pk")
        )
    await cached(env, "authors", publishers[2].list, "authors")


@case()
async def prefetch_nested_querysets(env: Environment) -> None:
    await fill(env)
    with env.at_most("statements"):
        publishers = await env.fetch(
            Publisher.objects.prefetch_related(
                models.Prefetch("books", Book.objects.order_by("pk").prefetch_related("tags").select_related("contact"))
            ).order_by("pk")
        )
    books = await env.fetch(publishers[0].books.all())
    await cached(env, "tags", books, "tags")
    with env.statements("contacts"):
        env.note("contacts", [book.contact.name for book in books])


@case()
async def prefetch_slices(env: Environment) -> None:
    await fill(env)
    with env.at_most("statements"):
        publishers = await env.fetch(
            Publisher.objects.prefetch_related(
                models.Prefetch("books", Book.objects.order_by("-pages")[:1], to_attr="longest")
            ).order_by("pk")
        )
    env.note("longest", [item.longest for item in publishers])
    books = await env.fetch(
        Book.objects.prefetch_related(
            models.Prefetch("authors", Author.objects.order_by("-age", "pk")[1:3], to_attr="later")
        ).order_by("pk")
    )
    env.note("second and third", [book.later for book in books])


@case()
async def prefetch_with_annotations_and_deferral(env: Environment) -> None:
    await fill(env)
    publishers = await env.fetch(
        Publisher.objects.prefetch_related(
            models.Prefetch(
                "books", Book.objects.annotate(n=models.Count("authors")).only("title", "publisher").order_by("pk")
            )
        ).order_by("pk")
    )
    books = await env.fetch(publishers[2].books.all())
    env.note("counts", [book.n for book in books])
    env.note("deferred", "pages" in books[0].get_deferred_fields())


@case()
async def prefetched_managers_and_further_filters(env: Environment) -> None:
    await fill(env)
    book = await env.do(Book.objects.prefetch_related("authors"), "get", pk=4)
    with env.statements("count from the cache"):
        env.note("count", await env.do(book.authors.all(), "count"))
    with env.statements("exists from the cache"):
        env.note("exists", await env.do(book.authors.all(), "exists"))
    with env.statements("filter asks"):
        env.note("filter", await env.fetch(book.authors.filter(age__gt=40)))
    await env.do(book.authors, "add", 1)
    with env.statements("adding drops the cache"):
        env.note("after", len(await env.fetch(book.authors.all())))


@case()
async def prefetch_removed(env: Environment) -> None:
    await fill(env)
    with env.statements("one"):
        await env.fetch(Book.objects.prefetch_related("authors").prefetch_related(None))


@case()
async def prefetch_errors(env: Environment) -> None:
    await fill(env)
    with env.raises("unknown"):
        await env.fetch(Book.objects.prefetch_related("nome"))
    with env.raises("plain field"):
        await env.fetch(Book.objects.prefetch_related("title"))
    with env.raises("unknown below"):
        await env.fetch(Book.objects.prefetch_related("authors__nome"))
    with env.raises("same lookup, other queryset"):
        await env.fetch(
            Book.objects.prefetch_related("authors", models.Prefetch("authors", Author.objects.filter(pk=1)))
        )
    with env.raises("values"):
        models.Prefetch("authors", Author.objects.values("name"))
    with env.raises("after values"):
        await env.fetch(Book.objects.prefetch_related("authors").values("title"))
        Book.objects.values("title").prefetch_related("authors")


@case()
async def prefetching_on_instances(env: Environment) -> None:
    await fill(env)
    books = await env.fetch(Book.objects.order_by("pk"))
    with env.at_most("statements"):
        await env.do(models, "prefetch_related_objects", books, "authors", "publisher__country")
    await cached(env, "authors", books, "authors")
    with env.statements("again"):
        await env.do(models, "prefetch_related_objects", books, "authors")
    with env.at_most("with a queryset"):
        await env.do(
            models, "prefetch_related_objects", books[:2], models.Prefetch("tags", Tag.objects.all(), to_attr="t")
        )
    env.note("tags", [book.t for book in books[:2]])


@case()
async def prefetching_while_streaming(env: Environment) -> None:
    await fill(env)
    books = await env.iterate(Book.objects.prefetch_related("authors").order_by("pk"), chunk_size=3)
    await cached(env, "authors", books, "authors")
    with env.raises("without a chunk size"):
        await env.iterate(Book.objects.prefetch_related("authors"))


@case()
async def single_objects_with_prefetch(env: Environment) -> None:
    await fill(env)
    with env.at_most("get"):
        book = await env.do(Book.objects.prefetch_related("authors"), "get", pk=1)
    await cached(env, "authors", [book], "authors")
    with env.at_most("first"):
        country = await env.do(Country.objects.prefetch_related("publishers__books").order_by("pk"), "first")
    await cached(env, "publishers", [country], "publishers")
    found = await env.do(Book.objects.prefetch_related("authors"), "in_bulk", [1, 4])
    await cached(env, "in_bulk", list(found.values()), "authors")


@case()
async def fetch_modes(env: Environment) -> None:
    await fill(env)
    books = await env.fetch(Book.objects.fetch_mode(models.FETCH_PEERS).filter(publisher__isnull=False).order_by("pk"))
    with env.at_most("all peers at once"):
        env.note("names", [(await env.load(book, "publisher")).name for book in books])
    books = await env.fetch(Book.objects.fetch_mode(models.FETCH_RAISE).filter(publisher__isnull=False).order_by("pk"))
    with env.raises("refused"):
        await env.load(books[0], "publisher")
