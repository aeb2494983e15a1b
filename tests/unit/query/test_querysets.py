"""What querysets do beside filtering: slices, sets, values, dates, pickles, locks, explanations."""

from __future__ import annotations

import copy
import datetime
import pickle
from typing import Any

import pytest

import aorm
from aorm.exceptions import FieldError, NotSupportedError, TransactionManagementError
from aorm.models import Count, F, Max, OuterRef, Q, Subquery, Sum, Value
from aorm.models.functions import Lower
from tests.support.faces import Face, for_each_face
from tests.unit.query.shop import Author, Book, Magazine, Place, Tag

pytestmark = pytest.mark.usefixtures("tables")

UTC = datetime.UTC


async def fill(face: Face) -> list[Book]:
    """Make three authors with six books."""
    ann, bob, eve = await face.do(
        Author.objects, "bulk_create", [Author(name="Ann", age=30), Author(name="Bob", age=50), Author(name="Eve")]
    )
    await face.do(Author.objects.filter(name="Bob"), "update", mentor=ann)
    books = [
        Book(
            title=title,
            pages=pages,
            author=author,
            editor=editor,
            released=datetime.date(2020 + pages // 300, 1 + pages // 100, 3),
            printed=datetime.datetime(2020, 1 + pages // 100, 3, pages % 24, tzinfo=UTC),
        )
        for title, pages, author, editor in (
            ("a", 100, ann, None),
            ("b", 200, ann, bob),
            ("c", 300, bob, eve),
            ("d", 400, bob, None),
            ("e", 500, bob, ann),
            ("f", 600, eve, eve),
        )
    ]
    await face.do(Book.objects, "bulk_create", books)
    tags = await face.do(Tag.objects, "bulk_create", [Tag(label=label) for label in "xyz"])
    await face.do(books[0].tags, "add", tags[0], tags[1])
    await face.do(books[1].tags, "add", tags[1])
    return books


def titles(books: Any) -> str:
    return "".join(book.title for book in books)


BOOKS = Book.objects.order_by("pages")


@for_each_face
async def test_slices(face: Face) -> None:
    await fill(face)
    for start, stop, expected in (
        (None, 2, "ab"),
        (2, None, "cdef"),
        (1, 4, "bcd"),
        (4, 2, ""),
        (9, None, ""),
        (None, 0, ""),
    ):
        assert titles(await face.fetch(BOOKS[start:stop])) == expected
    assert titles(await face.fetch(BOOKS[1:5][1:3])) == "cd"
    assert titles(await face.fetch(BOOKS[1:5][3:9])) == "e"
    assert titles(await face.fetch(BOOKS[:3][5:])) == ""
    assert await face.do(BOOKS[1:4], "count") == 3
    assert await face.do(BOOKS[5:], "exists")
    assert not await face.do(BOOKS[6:], "exists")
    assert await face.do(BOOKS[1:4], "aggregate", Sum("pages")) == {"pages__sum": 900}
    for wrong in (lambda: BOOKS[-1], lambda: BOOKS[:-1], lambda: BOOKS[-2:]):
        with pytest.raises(ValueError, match=r"Negative indexing is not supported"):
            wrong()
    with pytest.raises(TypeError, match=r"QuerySet indices must be integers or slices, not str"):
        BOOKS["x"]  # type: ignore[call-overload]


def test_slices_with_a_step() -> None:
    face = Face("sync")

    async def body() -> None:
        await fill(face)
        assert titles(BOOKS[::2]) == "ace"
        assert titles(BOOKS[1:5:2]) == "bd"
        assert BOOKS[2].title == "c"
        assert BOOKS[1:][0].title == "b"
        with pytest.raises(IndexError):
            BOOKS[99]

    face.run(body)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: BOOKS[:3].filter(pages=1), "Cannot filter a query once a slice has been taken"),
        (lambda: BOOKS[:3].exclude(pages=1), "Cannot filter a query once a slice has been taken"),
        (lambda: BOOKS[:3].order_by("pages"), "Cannot reorder a query once a slice has been taken"),
        (lambda: BOOKS[:3].reverse(), "Cannot reverse a query once a slice has been taken"),
        (lambda: BOOKS[:3].distinct("pages"), "Cannot create distinct fields once a slice has been taken"),
    ],
)
def test_what_a_slice_forbids(call: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        call()
    assert BOOKS[:3].filter()._query.is_sliced


@for_each_face
async def test_conditions_joined(face: Face) -> None:
    await fill(face)
    thick, early = Book.objects.filter(pages__gte=300), Book.objects.filter(author__name__in=["Ann", "Bob"])
    for joined, expected in ((thick & early, "cde"), (thick | early, "abcdef"), (thick ^ early, "abf")):
        assert titles(await face.fetch(joined.order_by("title"))) == expected
    tagged = Book.objects.filter(tags__label="x")
    assert titles(await face.fetch((tagged | thick).order_by("title").distinct())) == "acdef"
    assert titles(await face.fetch((tagged & Book.objects.filter(tags__label="y")).order_by("title"))) == "a"
    none = Book.objects.none()
    assert titles(await face.fetch((none | thick).order_by("title"))) == "cdef"
    assert await face.fetch(none & thick) == []
    with pytest.raises(TypeError, match=r"Cannot combine queries on two different base models"):
        thick & Author.objects.all()
    with pytest.raises(TypeError, match=r"Cannot combine a unique query with a non-unique query"):
        thick & early.distinct()


@for_each_face
async def test_set_operations(face: Face) -> None:
    await fill(face)
    thin, middle = Book.objects.filter(pages__lte=300), Book.objects.filter(pages__gte=300, pages__lte=400)
    assert titles(await face.fetch(thin.union(middle).order_by("title"))) == "abcd"
    assert titles(await face.fetch(thin.union(middle, all=True).order_by("-title"))) == "dccba"
    assert titles(await face.fetch(thin.intersection(middle))) == "c"
    assert titles(await face.fetch(thin.difference(middle).order_by("-pages"))) == "ba"
    assert titles(await face.fetch(thin.union(middle).order_by("pages")[1:3])) == "bc"
    assert titles(await face.fetch(thin.union(middle).order_by("pages").reverse())) == "dcba"
    assert await face.do(thin.union(middle), "count") == 4
    assert await face.do(thin.union(middle), "exists")
    assert (await face.do(thin.union(middle).order_by("pages"), "first")).title == "a"
    assert titles(await face.fetch(BOOKS[:2].union(BOOKS.reverse()[:1]).order_by("title"))) == "abf"
    assert titles(await face.fetch(Book.objects.none().union(thin, middle).order_by("title"))) == "abcd"
    assert await face.fetch(thin.intersection(Book.objects.none())) == []


@for_each_face
async def test_values_of_set_operations(face: Face) -> None:
    await fill(face)
    thin = Book.objects.filter(pages__lte=200).values_list("title", "pages")
    names = Author.objects.values_list("name", "age")
    assert await face.fetch(thin.union(names.filter(age__gt=40)).order_by("pages")) == [
        ("Bob", 50),
        ("a", 100),
        ("b", 200),
    ]
    marked = Book.objects.annotate(kind=Value("book")).values_list("title", "kind")
    others = Author.objects.annotate(kind=Value("author")).values_list("name", "kind")
    united = marked.filter(pages__lt=200).union(others).order_by("kind", "title")
    assert [name for name, _ in await face.fetch(united)] == ["Ann", "Bob", "Eve", "a"]
    assert [name for name, _ in await face.fetch(united.order_by(F("kind").desc(), "title"))] == [
        "a",
        "Ann",
        "Bob",
        "Eve",
    ]
    whole = Book.objects.filter(pages=100).union(Book.objects.filter(pages=200))
    assert await face.fetch(whole.order_by("pages").values_list("title", flat=True)) == ["a", "b"]
    assert await face.fetch(whole.values("title", "pages").order_by("-pages")) == [
        {"title": "b", "pages": 200},
        {"title": "a", "pages": 100},
    ]
    inside = Author.objects.filter(pk__in=Author.objects.filter(name="Ann").union(Author.objects.filter(name="Eve")))
    assert [author.name for author in await face.fetch(inside)] == ["Ann", "Eve"]


@pytest.mark.parametrize(
    "method",
    ["filter", "exclude", "annotate", "alias", "distinct", "select_related", "defer", "only", "delete", "update"],
)
def test_what_a_set_operation_forbids(method: str) -> None:
    united = Book.objects.all().union(Book.objects.all())
    with pytest.raises(NotSupportedError, match=rf"Calling QuerySet.{method}\(\) after union\(\) is not supported"):
        getattr(united, method)()


@for_each_face
async def test_values(face: Face) -> None:
    await fill(face)
    one = BOOKS.filter(title="b")
    assert await face.fetch(one.values("title", "author__name")) == [{"title": "b", "author__name": "Ann"}]
    assert await face.fetch(one.values_list("title", "editor")) == [
        ("b", one_id := (await face.do(Author.objects, "get", name="Bob")).pk)
    ]
    (row,) = await face.fetch(one.values_list("title", "pages", named=True))
    assert (row.title, row.pages, row._fields) == ("b", 200, ("title", "pages"))
    assert await face.fetch(one.values_list("editor_id", flat=True)) == [one_id]
    assert await face.fetch(one.values("pages", double=F("pages") * 2)) == [{"pages": 200, "double": 400}]
    assert await face.fetch(one.values_list(Lower("author__name"), "title")) == [("ann", "b")]
    assert await face.fetch(one.annotate(n=Count("tags")).values_list("n", "title")) == [(1, "b")]
    assert await face.fetch(one.values_list("pk", flat=True)) == await face.fetch(one.values_list(flat=True))
    assert set((await face.fetch(one.values()))[0]) == {field.attname for field in Book._meta.concrete_fields}
    with pytest.raises(TypeError, match=r"'flat' and 'named' can't be used together"):
        one.values_list("pk", flat=True, named=True)
    with pytest.raises(TypeError, match=r"'flat' is not valid when values_list is called with more than one field"):
        one.values_list("pk", "title", flat=True)
    with pytest.raises(FieldError, match=r"Cannot resolve keyword 'nothing' into field"):
        one.values("nothing")
    for method in ("select_related", "defer", "only"):
        with pytest.raises(TypeError, match=rf"Cannot call {method}\(\) after .values\(\) or .values_list\(\)"):
            getattr(one.values("pk"), method)("title")


@for_each_face
async def test_groups(face: Face) -> None:
    await fill(face)
    grouped = Book.objects.values("author__name").annotate(n=Count("pk"), most=Max("pages")).order_by("author__name")
    assert await face.fetch(grouped.values_list("author__name", "n", "most")) == [
        ("Ann", 2, 200),
        ("Bob", 3, 500),
        ("Eve", 1, 600),
    ]
    assert await face.fetch(grouped.filter(n__gt=1).values_list("n", flat=True)) == [2, 3]
    assert await face.do(grouped, "count") == 3
    counted = Author.objects.annotate(n=Count("books", filter=Q(books__pages__gt=150))).order_by("name")
    assert [author.n for author in await face.fetch(counted)] == [1, 3, 1]
    assert await face.do(counted, "aggregate", Sum("n"), top=Max("n")) == {"top": 3, "n__sum": 5}
    assert list(await face.do(Book.objects, "aggregate", Sum("pages"), least=Max("pages"))) == ["least", "pages__sum"]


@for_each_face
async def test_dates(face: Face) -> None:
    await fill(face)
    date = datetime.date
    assert await face.fetch(Book.objects.dates("released", "year")) == [
        date(2020, 1, 1),
        date(2021, 1, 1),
        date(2022, 1, 1),
    ]
    months = await face.fetch(Book.objects.filter(author__name="Ann").dates("released", "month", order="DESC"))
    assert months == [date(2020, 3, 1), date(2020, 2, 1)]
    assert await face.do(Book.objects.dates("released", "day"), "count") == 6
    hours = await face.fetch(Book.objects.datetimes("printed", "hour")[:2])
    assert hours == [datetime.datetime(2020, 2, 3, 4, tzinfo=UTC), datetime.datetime(2020, 3, 3, 8, tzinfo=UTC)]
    for call, message in (
        (lambda: Book.objects.dates("released", "hour"), "'kind' must be one of 'year', 'month', 'week', or 'day'"),
        (lambda: Book.objects.datetimes("printed", "era"), "'kind' must be one of 'year', 'month', 'week', 'day', "),
        (lambda: Book.objects.dates("released", "day", order="UP"), "'order' must be either 'ASC' or 'DESC'"),
    ):
        with pytest.raises(ValueError, match=message):
            call()


@for_each_face
async def test_in_bulk(face: Face) -> None:
    books = await fill(face)
    keys = [books[0].pk, books[2].pk]
    assert await face.do(Book.objects, "in_bulk", keys) == {book.pk: book for book in (books[0], books[2])}
    assert len(await face.do(Book.objects, "in_bulk")) == 6
    assert await face.do(Book.objects, "in_bulk", []) == {}
    assert set(await face.do(Tag.objects, "in_bulk", ["x", "z", "w"], field_name="label")) == {"x", "z"}
    assert await face.do(Book.objects.values("title"), "in_bulk", keys) == {
        keys[0]: {"title": "a"},
        keys[1]: {"title": "c"},
    }
    assert await face.do(Book.objects.values_list("title", flat=True), "in_bulk", keys) == {keys[0]: "a", keys[1]: "c"}
    assert await face.do(Book.objects.values_list("pk", "title"), "in_bulk", keys) == {
        keys[0]: (keys[0], "a"),
        keys[1]: (keys[1], "c"),
    }
    with pytest.raises(ValueError, match=r"in_bulk\(\)'s field_name must be a unique field but 'title' isn't"):
        await face.do(Book.objects, "in_bulk", ["a"], field_name="title")
    with pytest.raises(TypeError, match=r"Cannot use 'limit' or 'offset' with in_bulk"):
        await face.do(Book.objects.all()[:3], "in_bulk", keys)


@for_each_face
async def test_ends(face: Face) -> None:
    books = await fill(face)
    assert await face.do(Book.objects, "first") == books[0]
    assert await face.do(Book.objects.order_by("-pages"), "last") == books[0]
    assert await face.do(Book.objects, "latest") == books[5]
    assert await face.do(Book.objects, "earliest", "author__name", "-pages") == books[1]
    assert await face.do(Book.objects.none(), "first") is None
    with pytest.raises(Book.DoesNotExist):
        await face.do(Book.objects.none(), "latest")
    with pytest.raises(ValueError, match=r"earliest\(\) and latest\(\) require either fields"):
        await face.do(Author.objects, "latest")
    with pytest.raises(TypeError, match=r"Cannot change a query once a slice has been taken"):
        await face.do(BOOKS[:3], "latest")
    with pytest.raises(TypeError, match=r"on an unordered queryset performing aggregation"):
        await face.do(Book.objects.values("author").annotate(n=Count("pk")), "first")


@for_each_face
async def test_contains(face: Face) -> None:
    books = await fill(face)
    assert await face.do(Book.objects.filter(pages__lt=300), "contains", books[0])
    assert not await face.do(Book.objects.filter(pages__lt=300), "contains", books[5])
    assert not await face.do(Book.objects, "contains", books[0].author)
    with pytest.raises(ValueError, match=r"QuerySet.contains\(\) cannot be used on unsaved objects"):
        await face.do(Book.objects, "contains", Book())
    with pytest.raises(TypeError, match=r"'obj' must be a model instance"):
        await face.do(Book.objects, "contains", 1)
    with pytest.raises(TypeError, match=r"Cannot call QuerySet.contains\(\) after .values"):
        await face.do(Book.objects.values("pk"), "contains", books[0])


@for_each_face
async def test_complex_filter(face: Face) -> None:
    await fill(face)
    assert titles(await face.fetch(BOOKS.complex_filter({"pages__gt": 400}))) == "ef"
    assert titles(await face.fetch(BOOKS.complex_filter(Q(pages=100) | Q(title="f")))) == "af"
    assert titles(await face.fetch(BOOKS.complex_filter({}))) == "abcdef"


@pytest.mark.parametrize(
    ("queryset", "ordered", "totally"),
    [
        (Book.objects.all(), False, False),
        (Author.objects.all(), True, False),
        (Author.objects.order_by(), False, False),
        (Author.objects.none(), True, False),
        (Book.objects.order_by("pk"), True, True),
        (Book.objects.order_by("title", "-id"), True, True),
        (Book.objects.order_by("title"), True, False),
        (Tag.objects.order_by("label"), True, True),
        (Tag.objects.order_by(F("label").desc()), True, True),
        (Tag.objects.order_by(Lower("label")), True, False),
        (Place.objects.order_by("row"), True, False),
        (Place.objects.order_by("row", "number"), True, True),
        (Place.objects.order_by("pk"), True, True),
        (Author.objects.values("age").annotate(n=Count("pk")), False, False),
        (Book.objects.order_by("author__id"), True, False),
    ],
)
def test_ordered(queryset: Any, ordered: bool, totally: bool) -> None:
    assert (queryset.ordered, queryset.totally_ordered) == (ordered, totally)


@for_each_face
async def test_pickles(face: Face) -> None:
    await fill(face)
    queryset = (
        Book.objects.filter(Q(pages__gt=100) & ~Q(tags__label="x"), author__name__in=["Ann", "Bob"])
        .annotate(n=Count("tags"), double=F("pages") * 2)
        .select_related("author")
        .order_by("-pages")
    )
    again: Any = Book.objects.all()
    again.query = pickle.loads(pickle.dumps(queryset.query))
    assert [(book.title, book.n, book.double) for book in await face.fetch(again)] == [
        ("e", 0, 1000),
        ("d", 0, 800),
        ("c", 0, 600),
        ("b", 1, 400),
    ]
    await face.fetch(queryset)
    restored = pickle.loads(pickle.dumps(queryset))
    with aorm.capture_queries() as queries:
        assert titles(await face.fetch(restored)) == "edcb"
        assert (await face.load(restored._result_cache[0], "author")).name == "Bob"
    assert len(queries) == 0
    # The restored queryset can be asked on.
    assert titles(await face.fetch(restored.filter(pages__lt=400))) == "cb"
    values = Book.objects.values_list("title", flat=True).order_by("title")
    other: Any = Book.objects.all()
    other.query = pickle.loads(pickle.dumps(values.query))
    assert await face.fetch(other) == list("abcdef")


@for_each_face
async def test_copies(face: Face) -> None:
    await fill(face)
    queryset = BOOKS.filter(pages__gt=100)
    await face.fetch(queryset)
    for copied in (copy.deepcopy(queryset), copy.copy(queryset)):
        with aorm.capture_queries() as queries:
            assert titles(await face.fetch(copied)) == "bcdef"
        assert len(queries) == 0
    assert titles(await face.fetch(queryset.all())) == "bcdef"
    assert "SELECT" in str(queryset.query)


@for_each_face
async def test_explanations(face: Face) -> None:
    await fill(face)
    text = await face.do(BOOKS.filter(pages__gt=100), "explain")
    assert "shop_book" in text
    if aorm.connections["default"].vendor == "postgresql":
        assert "Plan" in await face.do(BOOKS, "explain", format="json")
        assert "actual" in await face.do(BOOKS, "explain", analyze=True, verbose=True)
        with pytest.raises(ValueError, match=r"is not a recognized format|not supported"):
            await face.do(BOOKS, "explain", format="poem")
    with pytest.raises(ValueError, match=r"Unknown options|Invalid option name"):
        await face.do(BOOKS, "explain", **{"analyze true); DELETE FROM x; --": True})
    with pytest.raises(ValueError, match=r"Unknown options"):
        await face.do(BOOKS, "explain", nothing=True)


@for_each_face
async def test_locks(face: Face) -> None:
    await fill(face)
    locked = BOOKS.select_for_update().filter(pages__lt=300)
    with pytest.raises(ValueError, match=r"The nowait option cannot be used with skip_locked"):
        BOOKS.select_for_update(nowait=True, skip_locked=True)
    outside = r"select_for_update cannot be used outside of a transaction"
    with pytest.raises(TransactionManagementError, match=outside):
        await face.fetch(locked)
    with pytest.raises(TransactionManagementError, match=outside):
        await face.iterate(locked)
    if aorm.connections["default"].vendor == "sqlite":
        async with face.atomic():
            assert titles(await face.fetch(locked)) == "ab"
        return
    async with face.atomic():
        for options, words in (
            ({}, "FOR UPDATE"),
            ({"nowait": True}, "FOR UPDATE NOWAIT"),
            ({"skip_locked": True}, "FOR UPDATE SKIP LOCKED"),
            ({"no_key": True}, "FOR NO KEY UPDATE"),
            ({"of": ("self",)}, 'FOR UPDATE OF "shop_book"'),
            ({"of": ("author",)}, 'FOR UPDATE OF "shop_author"'),
            ({"of": ("self", "author", "author__mentor")}, 'FOR UPDATE OF "shop_book", "shop_author", "T3"'),
        ):
            queryset = BOOKS.filter(author__mentor__name="Ann").select_related("author__mentor")
            with aorm.capture_queries() as queries:
                assert titles(await face.fetch(queryset.select_for_update(**options))) == "cde"  # type: ignore[arg-type]
            assert queries[-1]["sql"].endswith(words)
        with pytest.raises(FieldError, match=r"Only relational fields followed in the query are allowed. Choices are"):
            await face.fetch(BOOKS.select_related("author").select_for_update(of=("editor",)))


@for_each_face
async def test_locks_of_parents(face: Face) -> None:
    if aorm.connections["default"].vendor == "sqlite":
        # The lock is the whole database's, whatever is named.
        async with face.atomic():
            await face.fetch(Magazine.objects.select_for_update(of=("self", "book_ptr")))
        return
    magazines = Magazine.objects.order_by()
    async with face.atomic():
        for queryset, of, words in (
            (magazines, ("self",), 'FOR UPDATE OF "shop_magazine"'),
            (magazines, ("self", "book_ptr"), 'FOR UPDATE OF "shop_magazine", "shop_book"'),
            (magazines.select_related("author"), ("book_ptr", "author"), 'FOR UPDATE OF "shop_book", "shop_author"'),
            (magazines.only("title"), ("book_ptr",), 'FOR UPDATE OF "shop_book"'),
            # values() know no models, so that all tables are locked.
            (magazines.values("title"), ("self",), "FOR UPDATE"),
        ):
            with aorm.capture_queries() as queries:
                await face.fetch(queryset.select_for_update(of=of))  # type: ignore[attr-defined]
            assert queries[-1]["sql"].endswith(words), queries[-1]["sql"]
        choices = r"parent, tag\. Only .* Choices are: self, book_ptr, author\."
        with pytest.raises(FieldError, match=choices):
            await face.fetch(magazines.select_related("author").select_for_update(of=("parent", "self", "tag")))


@for_each_face
async def test_subqueries(face: Face) -> None:
    await fill(face)
    newest = Book.objects.filter(author=OuterRef("pk")).order_by("-pages")
    found = Author.objects.annotate(best=Subquery(newest.values("title")[:1])).order_by("name")
    assert [author.best for author in await face.fetch(found)] == ["b", "e", "f"]
    assert [author.name for author in await face.fetch(Author.objects.filter(books__in=BOOKS[:3]).distinct())] == [
        "Ann",
        "Bob",
    ]
    with pytest.raises(ValueError, match=r"must have 1 selected field|must have 1 selected"):
        await face.fetch(Author.objects.filter(pk__in=Book.objects.values("pk", "title")))


@for_each_face
async def test_distinct(face: Face) -> None:
    await fill(face)
    assert await face.do(Author.objects.filter(books__pages__gt=0), "count") == 6
    assert await face.do(Author.objects.filter(books__pages__gt=0).distinct(), "count") == 3
    by_author = Book.objects.order_by("author__name", "-pages").distinct("author__name")
    if aorm.connections["default"].vendor == "postgresql":
        assert titles(await face.fetch(by_author)) == "bef"
    else:
        with pytest.raises(NotSupportedError, match=r"DISTINCT ON fields is not supported by this database backend"):
            await face.fetch(by_author)


@for_each_face
async def test_deferring(face: Face) -> None:
    await fill(face)
    for queryset, expected in (
        (BOOKS.only("title"), {"id", "title"}),
        (BOOKS.only("title").only("pages"), {"id", "pages"}),
        (BOOKS.defer("title").only("title", "pages"), {"id", "pages"}),
        (BOOKS.only("title", "pages").defer("pages"), {"id", "title"}),
        (BOOKS.defer("extra").defer(None), {field.attname for field in Book._meta.concrete_fields}),
    ):
        book = (await face.fetch(queryset[:1]))[0]
        assert set(vars(book)) - {"_db", "_state"} == expected
    book = (await face.fetch(BOOKS.select_related("author").only("title", "author__name")[:1]))[0]
    assert set(vars(book)) - {"_db", "_state"} == {"id", "title", "author_id"}
    assert book.author.get_deferred_fields() == {"age", "mentor_id"}
    with pytest.raises(
        FieldError, match=r"cannot be both deferred and traversed using select_related at the same time"
    ):
        await face.fetch(BOOKS.select_related("author").defer("author"))
