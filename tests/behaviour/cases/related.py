"""Related managers: adding, removing, setting, clearing, creating, through models, signals of many-to-many."""

from __future__ import annotations

from typing import Any

from tests.behaviour.harness.environment import Environment, case
from tests.behaviour.orm import signals
from tests.behaviour.schemas import library
from tests.behaviour.schemas.library import Author, Book, Country, Publisher, Stock, Store, Tag

SCHEMA = library


async def make(env: Environment, model: Any, *names: str, field: str = "name") -> list[Any]:
    return [await env.do(model.objects, "create", **{field: name}) for name in names]


def keys(queryset: Any) -> Any:
    return queryset.order_by("pk").values_list("pk", flat=True)


@case()
async def add_by_instance_and_by_key(env: Environment) -> None:
    (book,) = await make(env, Book, "b", field="title")
    one, two, three = await make(env, Author, "1", "2", "3")
    with env.at_most("statements"):
        env.note("returns", await env.do(book.authors, "add", one, two.pk))
    env.note("authors", await env.fetch(keys(book.authors.all())))
    with env.at_most("again and one more"):
        await env.do(book.authors, "add", one, three)
    env.note("no doubles", await env.fetch(keys(book.authors.all())))
    env.note("reverse", await env.fetch(keys(three.books.all())))


@case()
async def add_nothing(env: Environment) -> None:
    (book,) = await make(env, Book, "b", field="title")
    with env.statements("none"):
        await env.do(book.authors, "add")


@case()
async def add_what_does_not_fit(env: Environment) -> None:
    (book,) = await make(env, Book, "b", field="title")
    (tag,) = await make(env, Tag, "t", field="label")
    with env.raises("wrong model"):
        await env.do(book.authors, "add", tag)
    with env.raises("unsaved"):
        await env.do(book.authors, "add", Author(name="x"))
    with env.raises("wrong key"):
        await env.do(book.authors, "add", "abc")
    with env.raises("missing key"):
        async with env.atomic():
            await env.do(book.authors, "add", 999)
    env.note("authors", await env.fetch(keys(book.authors.all())))


@case()
async def remove(env: Environment) -> None:
    (book,) = await make(env, Book, "b", field="title")
    authors = await make(env, Author, "1", "2", "3")
    await env.do(book.authors, "add", *authors)
    with env.at_most("statements"):
        await env.do(book.authors, "remove", authors[0], authors[1].pk)
    env.note("left", await env.fetch(keys(book.authors.all())))
    await env.do(book.authors, "remove", authors[0])
    env.note("removing what is not there", await env.fetch(keys(book.authors.all())))
    await env.do(authors[2].books, "remove", book)
    env.note("from the other side", await env.do(book.authors, "count"))


@case()
async def set_all(env: Environment) -> None:
    (book,) = await make(env, Book, "b", field="title")
    authors = await make(env, Author, "1", "2", "3")
    with env.at_most("first"):
        await env.do(book.authors, "set", authors[:2])
    with env.at_most("change"):
        await env.do(book.authors, "set", authors[1:])
    env.note("authors", await env.fetch(keys(book.authors.all())))
    with env.at_most("same"):
        await env.do(book.authors, "set", authors[1:])
    await env.do(book.authors, "set", [authors[0].pk], clear=True)
    env.note("cleared first", await env.fetch(keys(book.authors.all())))
    await env.do(book.authors, "set", Author.objects.filter(name="3"))
    env.note("queryset", await env.fetch(keys(book.authors.all())))
    await env.do(book.authors, "set", [])
    env.note("empty", await env.do(book.authors, "count"))


@case()
async def clear(env: Environment) -> None:
    (book,) = await make(env, Book, "b", field="title")
    await env.do(book.authors, "add", *await make(env, Author, "1", "2"))
    with env.at_most("statements"):
        await env.do(book.authors, "clear")
    env.note("count", await env.do(book.authors, "count"))


@case()
async def create_through_a_manager(env: Environment) -> None:
    (book,) = await make(env, Book, "b", field="title")
    author = await env.do(book.authors, "create", name="made")
    env.note("author", author)
    env.note("linked", await env.fetch(keys(book.authors.all())))
    found, made = await env.do(book.authors, "get_or_create", name="made")
    env.note("found", [found.pk, made])
    other, made = await env.do(book.authors, "get_or_create", name="other")
    env.note("made", [other.pk, made])
    changed, made = await env.do(book.authors, "update_or_create", name="other", defaults={"age": 5})
    env.note("updated", [changed.age, made])
    await make(env, Author, "unlinked")
    found, made = await env.do(book.authors, "get_or_create", name="unlinked")
    env.note("only linked ones are found", made)


@case()
async def managers_filter_and_count(env: Environment) -> None:
    (book,) = await make(env, Book, "b", field="title")
    await env.do(book.authors, "add", *await make(env, Author, "x1", "x2", "y"))
    env.note("filter", await env.fetch(keys(book.authors.filter(name__startswith="x"))))
    env.note("exclude", await env.fetch(keys(book.authors.exclude(name="y"))))
    env.note("count", await env.do(book.authors, "count"))
    env.note("exists", await env.do(book.authors.filter(name="z"), "exists"))
    env.note("get", await env.do(book.authors, "get", name="y"))
    env.note("first", await env.do(book.authors.order_by("-pk"), "first"))
    env.note("update", await env.do(book.authors.all(), "update", age=1))
    env.note("aggregate", (await env.do(book.authors, "in_bulk")).keys() == {1, 2, 3})


@case()
async def an_unsaved_instance_has_no_related_rows(env: Environment) -> None:
    book = Book(title="x")
    with env.raises("many to many"):
        book.authors  # noqa: B018
    with env.raises("reverse foreign key"):
        await env.fetch(Publisher(name="x").books.all())
    with env.raises("adding"):
        await env.do(Publisher(name="x").books, "add", book)


@case()
async def assignment_is_refused(env: Environment) -> None:
    (book,) = await make(env, Book, "b", field="title")
    (publisher,) = await make(env, Publisher, "p")
    with env.raises("forward"):
        book.authors = []
    with env.raises("reverse"):
        publisher.books = []
    with env.raises("constructor"):
        Book(title="x", authors=[])


@case()
async def symmetrical_relations(env: Environment) -> None:
    one, two, three = await make(env, Author, "1", "2", "3")
    with env.at_most("statements"):
        await env.do(one.friends, "add", two, three)
    env.note("other side", await env.fetch(keys(two.friends.all())))
    await env.do(one.friends, "remove", two)
    env.note("removed on both", await env.do(two.friends, "count"))
    await env.do(three.friends, "clear")
    env.note("cleared on both", await env.do(one.friends, "count"))
    await env.do(one.friends, "add", one)
    env.note("oneself", await env.fetch(keys(one.friends.all())))


@case()
async def one_way_relations(env: Environment) -> None:
    one, two = await make(env, Author, "1", "2")
    await env.do(one.follows, "add", two)
    env.note("forward", await env.fetch(keys(one.follows.all())))
    env.note("not back", await env.fetch(keys(two.follows.all())))
    env.note("followers", await env.fetch(keys(two.followers.all())))


@case()
async def through_defaults(env: Environment) -> None:
    (store,) = await make(env, Store, "s")
    one, two = await make(env, Book, "1", "2", field="title")
    await env.do(store.books, "add", one, through_defaults={"amount": 7})
    await env.do(store.books, "create", title="3", through_defaults={"amount": 9})
    await env.do(store.books, "set", [one, two], through_defaults={"amount": 5})
    env.note("rows", await env.fetch(Stock.objects.order_by("pk").values_list("book__title", "amount")))
    await env.do(store.books, "get_or_create", title="4", through_defaults={"amount": 1})
    env.note("created", await env.fetch(Stock.objects.order_by("-pk").values_list("amount", flat=True)[:1]))


@case()
async def callable_through_defaults(env: Environment) -> None:
    (store,) = await make(env, Store, "s")
    (one,) = await make(env, Book, "1", field="title")
    await env.do(store.books, "add", one, through_defaults={"amount": lambda: 4})
    env.note("rows", await env.fetch(Stock.objects.values_list("amount", flat=True)))


@case()
async def through_rows_may_repeat(env: Environment) -> None:
    (store,) = await make(env, Store, "s")
    (one,) = await make(env, Book, "1", field="title")
    await env.do(Stock.objects, "create", store=store, book=one)
    await env.do(Stock.objects, "create", store=store, book=one)
    env.note("doubles", await env.fetch(keys(store.books.all())))
    await env.do(store.books, "remove", one)
    env.note("all removed", await env.do(Stock.objects, "count"))


@case()
async def reverse_foreign_key_add_and_create(env: Environment) -> None:
    (publisher,) = await make(env, Publisher, "p")
    one, two, _ = await make(env, Book, "1", "2", "3", field="title")
    with env.at_most("bulk"):
        await env.do(publisher.books, "add", one, two)
    env.note("books", await env.fetch(keys(publisher.books.all())))
    await env.do(publisher.books, "add", Book(title="new"), bulk=False)
    with env.raises("unsaved"):
        await env.do(publisher.books, "add", Book(title="unsaved"))
    with env.raises("wrong model"):
        await env.do(publisher.books, "add", publisher)
    created = await env.do(publisher.books, "create", title="created")
    env.note("created", created.publisher_id)
    with env.statements("cached"):
        env.note("same object", created.publisher is publisher)
    env.note("all", await env.fetch(publisher.books.order_by("pk").values_list("title", flat=True)))


@case()
async def reverse_foreign_key_remove_set_clear(env: Environment) -> None:
    (publisher,) = await make(env, Publisher, "p")
    books = await make(env, Book, "1", "2", "3", field="title")
    await env.do(publisher.books, "set", books)
    with env.at_most("remove"):
        await env.do(publisher.books, "remove", books[0])
    env.note("removed", await env.fetch(keys(publisher.books.all())))
    with env.raises("not there"):
        await env.do(publisher.books, "remove", books[0])
    with env.at_most("set"):
        await env.do(publisher.books, "set", books[:2])
    env.note("set", await env.fetch(keys(publisher.books.all())))
    with env.at_most("clear"):
        await env.do(publisher.books, "clear")
    env.note("cleared", await env.do(publisher.books, "count"))
    env.note("rows stay", await env.do(Book.objects, "count"))


@case()
async def required_foreign_keys_cannot_be_removed(env: Environment) -> None:
    (store,) = await make(env, Store, "s")
    env.note("remove", hasattr(store.stock_set, "remove"))
    env.note("clear", hasattr(store.stock_set, "clear"))
    env.note("set", hasattr(store.stock_set, "set"))


@case()
async def the_known_related_object(env: Environment) -> None:
    (publisher,) = await make(env, Publisher, "p")
    await env.do(publisher.books, "create", title="x")
    books = await env.fetch(publisher.books.all())
    with env.statements("none"):
        env.note("same", books[0].publisher is publisher)
    filtered = await env.fetch(publisher.books.filter(title="x"))
    with env.statements("none again"):
        env.note("filtered", filtered[0].publisher is publisher)


@case()
async def forward_access(env: Environment) -> None:
    (publisher,) = await make(env, Publisher, "p")
    await env.do(Book.objects, "create", title="x", publisher=publisher)
    book = await env.do(Book.objects, "get")
    with env.statements("first"):
        await env.load(book, "publisher")
    with env.statements("second"):
        await env.load(book, "publisher")
    env.note("null", await env.load(book, "contact"))
    with env.statements("none for null"):
        await env.load(book, "sequel_of")


@case()
async def forward_access_of_a_missing_row(env: Environment) -> None:
    book = Book(title="x", publisher_id=77)
    with env.raises("missing"):
        await env.load(book, "publisher")


@case()
async def forward_access_of_a_required_but_unset_relation(env: Environment) -> None:
    with env.raises("unset"):
        await env.load(Stock(), "book")


@case()
async def one_to_one_from_both_sides(env: Environment) -> None:
    first, second, third = await make(env, Book, "1", "2", "3", field="title")
    second.sequel_of = first
    await env.do(second, "save")
    loaded = await env.do(Book.objects, "get", pk=first.pk)
    with env.statements("first"):
        env.note("sequel", await env.load(loaded, "sequel"))
    with env.statements("cached"):
        env.note("and back", (await env.load(loaded, "sequel")).sequel_of is loaded)
    with env.raises("none"):
        await env.load(third, "sequel")
    env.note("hasattr", hasattr(loaded, "sequel"))
    third.sequel_of = first
    with env.raises("unique"):
        await env.do(third, "save")


@case()
async def assigning_the_reverse_of_a_one_to_one(env: Environment) -> None:
    first, second = await make(env, Book, "1", "2", field="title")
    first.sequel = second
    env.note("key", second.sequel_of_id)
    await env.do(second, "save")
    env.note("row", await env.fetch(Book.objects.order_by("pk").values_list("sequel_of", flat=True)))
    first.sequel = None
    env.note("set to none", second.sequel_of_id)
    with env.raises("wrong model"):
        first.sequel = Tag(label="x")


@case()
async def signals_of_add_remove_clear(env: Environment) -> None:
    (book,) = await make(env, Book, "b", field="title")
    one, two = await make(env, Author, "1", "2")
    log: list[object] = []
    env.listen(
        signals.m2m_changed,
        log,
        lambda sender, instance, action, reverse, model, pk_set, using, **rest: [
            sender.__name__, type(instance).__name__, action, reverse, model.__name__, pk_set, using,
        ],
        sender=Book.authors.through,
    )  # fmt: skip
    await env.do(book.authors, "add", one, two)
    await env.do(book.authors, "add", one)
    await env.do(book.authors, "remove", two)
    await env.do(two.books, "add", book)
    await env.do(book.authors, "set", [two])
    await env.do(book.authors, "clear")
    await env.do(one.books, "create", title="new")
    env.note("log", log)


@case()
async def the_through_model(env: Environment) -> None:
    through = Book.authors.through
    env.note("name", through.__name__)
    env.note("fields", [field.name for field in through._meta.fields])
    env.note("table", through._meta.db_table)
    env.note("auto created", through._meta.auto_created is Book)
    (book,) = await make(env, Book, "b", field="title")
    await env.do(book.authors, "add", *await make(env, Author, "1"))
    env.note("rows", await env.fetch(through.objects.values_list("book", "author")))


@case()
async def protected_countries(env: Environment) -> None:
    country = await env.do(Country.objects, "create", code="US", name="x")
    await env.do(Author.objects, "create", name="a", country=country)
    with env.raises("protect"):
        await env.do(country, "delete")
