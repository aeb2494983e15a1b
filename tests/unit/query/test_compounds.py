"""Set operations ordered by what they do not select, of ordered and sliced queries, and of each other."""

from __future__ import annotations

from typing import Any

import pytest

from aorm.exceptions import DatabaseError, FieldError, NotSupportedError
from aorm.models import Count, F, Value
from aorm.models.functions import Length, Lower
from tests.support.faces import Face, for_each_face
from tests.unit.query.shop import Author, Book
from tests.unit.query.test_querysets import fill, titles

pytestmark = pytest.mark.usefixtures("tables")

SHORT = Book.objects.filter(pages__lt=250)
LONG = Book.objects.filter(pages__gt=450)


@for_each_face
async def test_instances_ordered_by_what_no_query_selects(face: Face) -> None:
    """Django 6.1 fails here with a TypeError of Python's; what orders is no attribute of the instances."""
    await fill(face)
    either = SHORT.union(LONG)
    for names, expected in (
        ((F("pages") % 200, "-pages"), "fbea"),
        ((-F("pages"),), "feba"),
        (("-author__name", "title"), "fe" + "ab"),
        ((Lower("author__name").desc(), "title"), "feab"),
        ((F("editor__name").asc(nulls_first=True), "title"), "aebf"),
        ((F("editor__name").desc(nulls_last=True), "title"), "fbea"),
        (("editor__name", F("pages") * -1), None),
    ):
        found = await face.fetch(either.order_by(*names))
        if expected is not None:
            assert titles(found) == expected
        assert all(name in vars(Book(pk=1)) or name == "_db" for name in vars(found[0]))
    assert titles(await face.fetch(either.order_by(-F("pages")).reverse())) == "abef"
    assert titles(await face.fetch(either.order_by(-F("pages"))[1:3])) == "eb"
    assert (await face.do(either.order_by(-F("pages")), "last")).title == "a"


@for_each_face
async def test_related_objects_stand_behind_what_orders(face: Face) -> None:
    """The columns of select_related() come after the annotations, those that only order among them."""
    await fill(face)
    either = SHORT.select_related("author").union(LONG.select_related("author"))
    found = await face.fetch(either.order_by(-F("pages")))
    assert [(book.title, book.author.name) for book in found] == [
        ("f", "Eve"),
        ("e", "Bob"),
        ("b", "Ann"),
        ("a", "Ann"),
    ]


@for_each_face
async def test_tuples_hold_what_was_asked_for(face: Face) -> None:
    """Django's tuples show the column that orders too."""
    await fill(face)
    either = SHORT.union(LONG)
    assert await face.fetch(either.order_by("-pages").values_list("title")) == [("f",), ("e",), ("b",), ("a",)]
    by_author = either.values_list("title", "pages").order_by("author__name", -F("pages"))
    assert await face.fetch(by_author) == [("b", 200), ("a", 100), ("e", 500), ("f", 600)]
    rows = SHORT.values_list("title", "pages").union(LONG.values_list("title", "pages"))
    assert await face.fetch(rows.values_list("pages", "title").order_by("pages"))  == [
        (100, "a"), (200, "b"), (500, "e"), (600, "f"),
    ]  # fmt: skip
    assert await face.fetch(rows.values("title").order_by("title")) == [{"title": title} for title in "abef"]
    assert [row[0] for row in await face.fetch(either.order_by("?").values_list("pages", flat=False))] != []


@for_each_face
async def test_operations_of_operations_take_more_columns_everywhere(face: Face) -> None:
    """What orders the whole is a column of the queries inside as well."""
    await fill(face)
    inner = SHORT.union(Book.objects.filter(title="c"))
    for whole in (inner.union(LONG), LONG.union(inner)):
        assert titles(await face.fetch(whole.order_by(-F("pages")))) == "fecba"
        assert await face.fetch(whole.values_list("title", flat=True).order_by(-F("pages"))) == list("fecba")
        assert await face.fetch(whole.values_list("title", flat=True).order_by("author__name", "pages")) == list(
            "abcef"
        )
    assert (
        titles(await face.fetch(inner.difference(SHORT.filter(title="a")).order_by(Length("title"), "-pages"))) == "cb"
    )


@for_each_face
async def test_grouped_queries_take_more_columns(face: Face) -> None:
    """A column that orders is computed for each group."""
    await fill(face)
    authors = Author.objects.annotate(n=Count("books"))
    either = authors.filter(n__gt=1).union(authors.filter(n__lt=2))
    found = await face.fetch(either.order_by(F("n") * -1, Lower("name").desc()))
    assert [(author.name, author.n) for author in found] == [("Bob", 3), ("Ann", 2), ("Eve", 1)]


@for_each_face
async def test_ordered_and_sliced_queries(face: Face) -> None:
    """SQLite takes them as well, inside of subqueries; Django refuses them there."""
    await fill(face)
    first, last = Book.objects.order_by("pages")[:2], Book.objects.order_by("-pages")[:1]
    assert titles(await face.fetch(first.union(last).order_by("-title"))) == "fba"
    assert titles(await face.fetch(first.union(last).order_by(-F("pages")))) == "fba"
    names = Author.objects.filter(name__lt="B").union(Author.objects.filter(name__gt="C"))
    assert {author.name for author in await face.fetch(names)} == {"Ann", "Eve"}
    assert [author.name for author in await face.fetch(names.order_by(Lower("name")))] == ["Ann", "Eve"]


@pytest.mark.parametrize(
    ("names", "error", "message"),
    [
        (("nothing",), FieldError, "Cannot resolve keyword 'nothing' into field"),
        ((F("nothing"),), FieldError, "Cannot resolve keyword 'nothing' into field"),
        ((Lower("nothing"),), FieldError, "Cannot resolve keyword 'nothing' into field"),
        ((Count("tags"),), FieldError, r"Using an aggregate in order_by\(\) without also including it in annotate\(\)"),
        ((Count("tags").desc(),), FieldError, r"is not allowed: OrderBy\(Count\(F\(tags\)\), descending=True\)"),
        ((3,), FieldError, r"Invalid order_by arguments: \[3\]"),
    ],
)
def test_what_orders_nothing(names: tuple[Any, ...], error: type[Exception], message: str) -> None:
    """Each part of an ordering is looked at when it is given."""
    with pytest.raises(error, match=message):
        SHORT.union(LONG).order_by(*names)


@for_each_face
async def test_columns_that_are_given_take_no_more(face: Face) -> None:
    """Where the queries have values() of their own, what orders must be among them."""
    rows = SHORT.values("title").union(LONG.values("title"))
    unmatched = r"ORDER BY term does not match any column in the result set\."
    for name in ("pages", F("pages"), Length("title"), F("released__year"), Value(1)):
        with pytest.raises(DatabaseError, match=unmatched):
            await face.fetch(rows.order_by(name))
    with pytest.raises(DatabaseError, match=unmatched):
        await face.fetch(SHORT.union(LONG.values("title")).order_by(Length("title")))


def test_no_lock_is_promised() -> None:
    """Django goes on without a lock."""
    with pytest.raises(NotSupportedError, match=r"select_for_update\(\) after union\(\)"):
        SHORT.union(LONG).select_for_update()
