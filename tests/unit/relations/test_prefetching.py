"""Loading related objects of many instances, one query for each level."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

import aorm
from aorm.models import Prefetch, QuerySet, aprefetch_related_objects, prefetch_related_objects
from tests.unit.relations.library import Author, Book, Country, Cover, Reader, Tag, Translation

pytestmark = pytest.mark.usefixtures("tables")


@pytest.fixture
async def shelf(tables: None) -> dict[str, Any]:
    authors = {name: await Author.objects.acreate(name=name) for name in ("Ada", "Bob", "Cid")}
    tags = {label: await Tag.objects.acreate(label=label) for label in "xyz"}
    await Country.objects.acreate(code="fr")
    books = {}
    for number, (title, author) in enumerate([("a", "Ada"), ("b", "Ada"), ("c", "Ada"), ("d", "Bob")]):
        book = await authors[author].books.acreate(title=title, country_id="fr" if number % 2 else None)
        await book.tags.aadd(*list(tags.values())[:number])
        books[title] = book
    await Cover.objects.acreate(book=books["a"], color="red")
    return {**authors, **tags, **books}


async def loaded(queryset: QuerySet[Any], count: int) -> list[Any]:
    with aorm.capture_queries() as queries:
        results = await queryset
    assert len(queries) == count, [query["sql"] for query in queries]
    return results


@pytest.mark.usefixtures("shelf")
class TestEachKind:
    async def test_forward(self) -> None:
        books = await loaded(Book.objects.order_by("title").prefetch_related("author", "editor", "country"), 3)
        assert [book.author.name for book in books] == ["Ada", "Ada", "Ada", "Bob"]
        assert books[0].author is books[1].author
        assert [book.editor for book in books] == [None] * 4
        assert [book.country and book.country.code for book in books] == [None, "fr", None, "fr"]

    async def test_backward(self) -> None:
        authors = await loaded(Author.objects.order_by("name").prefetch_related("books"), 2)
        with aorm.capture_queries() as queries:
            assert [[book.title for book in author.books.all()] for author in authors] == [["a", "b", "c"], ["d"], []]
            assert authors[0].books.all()[0].author is authors[0]
            assert await authors[2].books.all() == []
        assert not queries

    async def test_one_to_one(self) -> None:
        books = await loaded(Book.objects.order_by("title").prefetch_related("cover"), 2)
        assert books[0].cover.book is books[0]
        assert not hasattr(books[1], "cover")
        (cover,) = await loaded(Cover.objects.prefetch_related("book"), 2)
        assert cover.book.cover is cover

    async def test_many_to_many(self) -> None:
        books = await loaded(Book.objects.order_by("title").prefetch_related("tags"), 2)
        assert [sorted(tag.label for tag in book.tags.all()) for book in books] == [
            [],
            ["x"],
            ["x", "y"],
            ["x", "y", "z"],
        ]
        tags = await loaded(Tag.objects.order_by("label").prefetch_related("books"), 2)
        assert [sorted(book.title for book in tag.books.all()) for tag in tags] == [["b", "c", "d"], ["c", "d"], ["d"]]

    async def test_to_itself(self) -> None:
        ann, ben = [await Reader.objects.acreate(name=name) for name in ("ann", "ben")]
        await ann.friends.aadd(ben)
        await ann.follows.aadd(ben)
        readers = await loaded(
            Reader.objects.order_by("name").prefetch_related("friends__friends", "follows", "followers"), 5
        )
        assert [list(reader.friends.all()) for reader in readers] == [[ben], [ann]]
        assert [list(reader.followers.all()) for reader in readers] == [[], [ann]]
        assert list(readers[0].friends.all()[0].friends.all()) == [ann]

    async def test_several_columns(self) -> None:
        first = await Translation.objects.acreate(language="en", word="book")
        await Translation.objects.acreate(language="de", word="Buch", original=first)
        found = await loaded(Translation.objects.order_by("id").prefetch_related("original", "translations"), 3)
        assert found[1].original == first
        assert [item.word for item in found[0].translations.all()] == ["Buch"]


@pytest.mark.usefixtures("shelf")
class TestLookups:
    async def test_levels_are_shared(self) -> None:
        queryset = Author.objects.order_by("name").prefetch_related("books__tags", "books__cover", "books")
        authors = await loaded(queryset, 4)
        assert authors[0].books.all()[0].cover.color == "red"

    async def test_own_querysets(self) -> None:
        lookup = Prefetch("books", Book.objects.filter(title__gt="a").order_by("-title"), to_attr="later")
        authors = await loaded(Author.objects.order_by("name").prefetch_related(lookup, "later__tags"), 3)
        assert [[book.title for book in author.later] for author in authors] == [["c", "b"], ["d"], []]
        assert len(authors[0].later[0].tags.all()) == 2

    async def test_own_queryset_without_attribute(self) -> None:
        authors = await loaded(
            Author.objects.order_by("name").prefetch_related(Prefetch("books", Book.objects.filter(title="b"))), 2
        )
        assert [[book.title for book in author.books.all()] for author in authors] == [["b"], [], []]
        assert str(authors[0].books.all().query) != str(authors[0].books.model.objects.all().query)

    @pytest.mark.parametrize(
        ("piece", "expected"),
        [
            (slice(2), [["c", "b"], ["d"], []]),
            (slice(1, 3), [["b", "a"], [], []]),
            (slice(2, None), [["a"], [], []]),
            (slice(0, 0), [[], [], []]),
        ],
        ids=str,
    )
    async def test_slices_hold_for_each_parent(self, piece: slice, expected: list[list[str]]) -> None:
        lookup = Prefetch("books", Book.objects.order_by("-title")[piece], to_attr="top")
        authors = await Author.objects.order_by("name").prefetch_related(lookup)
        assert [[book.title for book in author.top] for author in authors] == expected

    async def test_slices_over_many_to_many(self) -> None:
        lookup = Prefetch("tags", Tag.objects.order_by("-label")[:1], to_attr="top")
        books = await loaded(Book.objects.order_by("title").prefetch_related(lookup), 2)
        assert [[tag.label for tag in book.top] for book in books] == [[], ["x"], ["y"], ["z"]]

    async def test_lookups_of_managers_querysets_join_in(self) -> None:
        lookup = Prefetch("books", Book.objects.prefetch_related("tags", "author__books"))
        authors = await loaded(Author.objects.order_by("name").prefetch_related(lookup), 3)
        with aorm.capture_queries() as queries:
            assert len(authors[0].books.all()[2].tags.all()) == 2
        assert not queries

    async def test_conditions_on_the_same_relation_speak_of_the_same_row(self) -> None:
        books = await Book.objects.order_by("title").prefetch_related(
            Prefetch("tags", Tag.objects.filter(books__title="d"), to_attr="shared")
        )
        assert [len(book.shared) for book in books] == [0, 0, 0, 3]

    async def test_single_objects_under_another_name(self) -> None:
        books = await loaded(
            Book.objects.order_by("title").prefetch_related(
                Prefetch("author", Author.objects.filter(name="Bob"), to_attr="bob")
            ),
            2,
        )
        assert [book.bob and book.bob.name for book in books] == [None, None, None, "Bob"]

    async def test_nothing_to_load(self) -> None:
        await loaded(Book.objects.filter(title="no").prefetch_related("tags"), 1)
        await loaded(Book.objects.prefetch_related("editor"), 1)
        await aprefetch_related_objects([], "nonsense")

    async def test_clearing(self) -> None:
        await loaded(Book.objects.prefetch_related("tags").prefetch_related(None), 1)

    @pytest.mark.parametrize(
        ("lookups", "error", "text"),
        [
            (["nope"], AttributeError, "Cannot find 'nope' on Book object, 'nope' is an invalid parameter to prefetch"),
            (["author__nope"], AttributeError, "Cannot find 'nope' on Author object, 'author__nope' is an invalid"),
            (["title"], ValueError, "'title' does not resolve to an item that supports prefetching"),
            (["author__name"], ValueError, "'author__name' does not resolve to an item that supports prefetching"),
            (
                ["tags", Prefetch("tags", Tag.objects.all())],
                ValueError,
                "'tags' lookup was already seen with a different queryset. You may need to adjust",
            ),
            (
                [Prefetch("tags", to_attr="title")],
                ValueError,
                "to_attr=title conflicts with a field on the Book model.",
            ),
        ],
    )
    async def test_errors(self, lookups: list[Any], error: type[Exception], text: str) -> None:
        with pytest.raises(error, match=f"^{text}"):
            await Book.objects.prefetch_related(*lookups)


def test_what_a_prefetch_takes() -> None:
    text = r"Prefetch querysets cannot use raw\(\), values\(\), and values_list\(\)\."
    for queryset in (Book.objects.values(), Book.objects.values_list("pk", flat=True), object()):
        with pytest.raises(ValueError, match=text):
            Prefetch("books", queryset)
    assert Prefetch("books") == Prefetch("books", Book.objects.all())
    assert Prefetch("books") != Prefetch("books", to_attr="x")
    assert len({Prefetch("a"), Prefetch("a")}) == 1
    restored = pickle.loads(pickle.dumps(Prefetch("books", Book.objects.filter(title="x"), to_attr="y")))
    assert (restored.prefetch_to, restored.to_attr) == ("y", "y")


@pytest.mark.usefixtures("shelf")
class TestInstances:
    async def test_on_instances(self) -> None:
        books = await Book.objects.order_by("title")
        with aorm.capture_queries() as queries:
            await aprefetch_related_objects(books, "author__books", "tags")
            await aprefetch_related_objects(books, "author", "tags")
        assert len(queries) == 3
        assert [book.author.name for book in books] == ["Ada", "Ada", "Ada", "Bob"]

    async def test_some_have_theirs_already(self) -> None:
        books = await Book.objects.order_by("title")
        await books[0].author
        await aprefetch_related_objects(books[1:2], "tags")
        with aorm.capture_queries() as queries:
            await aprefetch_related_objects(books, "author__books__cover", "tags__books")
        assert len(queries) == 5
        with aorm.capture_queries() as queries:
            for book in books:
                assert book.author.books.all()
                assert all(tag.books.all() for tag in book.tags.all())
        assert not queries

    async def test_a_wrong_key_is_no_object(self) -> None:
        book = await Book.objects.afirst()
        assert book is not None
        book.editor_id = 999
        await aprefetch_related_objects([book], "editor__books")
        assert book.editor is None

    async def test_method_of_instances(self) -> None:
        book = await Book.objects.aget(title="d")
        await book.afetch_related("author__books", Prefetch("tags", Tag.objects.filter(label="x"), to_attr="some"))
        with aorm.capture_queries() as queries:
            assert [item.title for item in book.author.books.all()] == ["d"]
            assert [tag.label for tag in book.some] == ["x"]
        assert not queries

    async def test_twin(self) -> None:
        with pytest.raises(aorm.SyncInAsyncContext, match="aprefetch_related_objects"):
            prefetch_related_objects(await Book.objects.all(), "tags")
