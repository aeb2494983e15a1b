"""Managers of related objects."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import aorm
from aorm.models import Manager
from aorm.relations.managers import NullableRelatedManager, RelatedManager
from aorm.relations.many_managers import ManyRelatedManager
from aorm.signals import m2m_changed
from tests.unit.relations.library import Author, Book, Country, Employee, Reader, Reading, Tag

pytestmark = pytest.mark.usefixtures("tables")


async def make(model: Any, field: str, *values: str) -> list[Any]:
    return [await model.objects.acreate(**{field: value}) for value in values]


@contextmanager
def heard(through: Any) -> Iterator[list[tuple[Any, ...]]]:
    events: list[tuple[Any, ...]] = []

    def listen(sender: Any, **named: Any) -> None:
        assert set(named) >= {"action", "instance", "reverse", "model", "pk_set", "using", "raw"}
        events.append((named["action"], named["instance"], named["reverse"], named["model"], named["pk_set"]))

    m2m_changed.connect(listen, sender=through)
    try:
        yield events
    finally:
        m2m_changed.disconnect(listen, sender=through)


def test_classes() -> None:
    author, book = Author(pk=1), Book(pk=1)
    assert isinstance(author.books, RelatedManager)
    assert isinstance(author.books, type(Book.objects))
    assert isinstance(author.edited, NullableRelatedManager)
    assert isinstance(author.edited(manager="objects"), NullableRelatedManager)
    assert not isinstance(author.books(manager="published"), NullableRelatedManager)
    assert isinstance(book.tags, ManyRelatedManager)
    assert isinstance(book.tags, Manager)
    assert type(author.books) is type(Author(pk=2).books)
    assert not hasattr(author.books, "clear")
    assert hasattr(author.edited, "aclear")


class TestForeignKeyBackwards:
    async def test_objects_know_whom_they_belong_to(self) -> None:
        (author,) = await make(Author, "name", "A")
        await author.books.acreate(title="one")
        with aorm.capture_queries() as queries:
            (book,) = await author.books.all()
            assert book.author is author
        assert len(queries) == 1

    async def test_the_models_own_manager(self) -> None:
        (author,) = await make(Author, "name", "A")
        book = await author.books.acreate(title="  one ")
        assert book.title == "one"
        await author.books.acreate(title="two", is_published=False)
        assert [item.title for item in await author.books.published()] == ["one"]
        assert await author.books(manager="published").acount() == 1
        assert await author.books.acount() == 2

    async def test_add_in_one_statement(self) -> None:
        one, two = await make(Author, "name", "1", "2")
        books = [await one.books.acreate(title=title) for title in "ab"]
        with aorm.capture_queries() as queries:
            await two.books.aadd(*books)
        assert len([query for query in queries if query["sql"].startswith("UPDATE")]) == 1
        assert books[0].author is two
        assert await two.books.acount() == 2
        await one.books.aadd(Book(title="c"), bulk=False)
        assert await one.books.acount() == 1

    async def test_what_cannot_be_added(self) -> None:
        (author,) = await make(Author, "name", "A")
        with pytest.raises(TypeError, match="'Book' instance expected, got <Author: A>"):
            await author.books.aadd(author)
        with pytest.raises(ValueError, match=r"instance isn't saved. Use bulk=False or save the object first"):
            await author.books.aadd(Book(title="x"))

    async def test_unsaved_owner(self) -> None:
        with pytest.raises(ValueError, match="'Author' instance needs to have a primary key value"):
            await Author().books.all()
        with pytest.raises(ValueError, match='needs to have a value for field "id" before this relationship can'):
            await Author(name="x").books.acreate(title="t")
        with pytest.raises(ValueError, match='needs to have a value for field "code"'):
            await Country(pk=1, code=None).book_set.acreate(title="t")
        assert await Country(pk=1, code=None).book_set.all() == []

    async def test_remove_clear_and_set(self) -> None:
        (author,) = await make(Author, "name", "A")
        a, b, c = [await author.books.acreate(title=title) for title in "abc"]
        await author.edited.aadd(a, b)
        await author.edited.aremove(a)
        assert await author.edited.all() == [b]
        with pytest.raises(Author.DoesNotExist, match="<Book: c> is not related to <Author: A>"):
            await author.edited.aremove(c)
        await author.edited.aset([a, c])
        assert set(await author.edited.all()) == {a, c}
        await author.edited.aset(Book.objects.filter(title="b"), clear=True)
        assert await author.edited.all() == [b]
        await author.edited.aclear(bulk=False)
        assert await author.edited.acount() == 0

    async def test_get_or_create_and_update_or_create(self) -> None:
        (author,) = await make(Author, "name", "A")
        book, created = await author.books.aget_or_create(title="x")
        assert (created, book.author) == (True, author)
        again, created = await author.books.aget_or_create(title="x")
        assert (created, again) == (False, book)
        changed, created = await author.books.aupdate_or_create(title="x", defaults={"is_published": False})
        assert (created, changed.is_published) == (False, False)

    async def test_assignment_is_refused(self) -> None:
        author = Author(pk=1)
        with pytest.raises(TypeError, match=r"reverse side of a related set is prohibited. Use books.set\(\) instead"):
            author.books = []
        book = Book(pk=1)
        with pytest.raises(TypeError, match=r"forward side of a many-to-many set is prohibited. Use tags.set\(\)"):
            book.tags = []
        with pytest.raises(TypeError, match=r"reverse side of a many-to-many set is prohibited. Use books.set\(\)"):
            Tag(pk="1" * 32).books = []


class TestManyToMany:
    async def prepared(self) -> tuple[Any, list[Any]]:
        (author,) = await make(Author, "name", "A")
        return await author.books.acreate(title="one"), await make(Tag, "label", "x", "y", "z")

    async def test_add_ignores_what_is_there(self) -> None:
        book, (x, y, z) = await self.prepared()
        await book.tags.aadd(x, y.pk)
        with aorm.capture_queries() as queries:
            await book.tags.aadd(x, z, z.pk)
        assert len([query for query in queries if "INSERT" in query["sql"]]) == 1
        assert not [query for query in queries if query["sql"].startswith("SELECT")]
        assert {tag.label for tag in await book.tags.all()} == {"x", "y", "z"}
        assert await x.books.all() == [book]
        with aorm.capture_queries() as queries:
            await book.tags.aadd()
        assert not queries

    async def test_signals(self) -> None:
        book, (x, y, _) = await self.prepared()
        await book.tags.aadd(x)
        with heard(Book.tags.through) as events:
            await book.tags.aadd(x, y)
            await book.tags.aremove(x)
            await x.books.aadd(book)
            await book.tags.aclear()
        assert events == [
            ("pre_add", book, False, Tag, {y.pk}),
            ("post_add", book, False, Tag, {y.pk}),
            ("pre_remove", book, False, Tag, {x.pk}),
            ("post_remove", book, False, Tag, {x.pk}),
            ("pre_add", x, True, Book, {book.pk}),
            ("post_add", x, True, Book, {book.pk}),
            ("pre_clear", book, False, Tag, None),
            ("post_clear", book, False, Tag, None),
        ]

    async def test_async_receivers(self) -> None:
        book, (x, *_) = await self.prepared()
        seen = []

        async def listen(sender: Any, action: str, **named: Any) -> None:
            seen.append((action, await book.tags.acount()))

        m2m_changed.connect(listen, sender=Book.tags.through)
        try:
            await book.tags.aadd(x)
        finally:
            m2m_changed.disconnect(listen, sender=Book.tags.through)
        assert seen == [("pre_add", 0), ("post_add", 1)]

    async def test_set(self) -> None:
        book, (x, y, z) = await self.prepared()
        await book.tags.aset([x, y.pk])
        with heard(Book.tags.through) as events:
            await book.tags.aset([y, z])
        assert [event[0] for event in events] == ["pre_remove", "post_remove", "pre_add", "post_add"]
        await book.tags.aset(Tag.objects.filter(label="x"), clear=True)
        assert await book.tags.all() == [x]
        await book.tags.aset([])
        assert not await book.tags.aexists()

    async def test_counting_needs_the_table_between_only(self) -> None:
        book, tags = await self.prepared()
        await book.tags.aadd(*tags)
        with aorm.capture_queries() as queries:
            assert await book.tags.acount() == 3
            assert await book.tags.aexists()
        assert not [query for query in queries if "JOIN" in query["sql"]]
        with aorm.capture_queries() as queries:
            assert await tags[0].books.acount() == 1
        assert "JOIN" in queries[0]["sql"]

    async def test_create(self) -> None:
        book, _ = await self.prepared()
        tag = await book.tags.acreate(label="new")
        assert await book.tags.all() == [tag]
        same, created = await book.tags.aget_or_create(label="new")
        assert (same, created) == (tag, False)
        other, created = await book.tags.aget_or_create(label="x")
        assert created
        changed, created = await book.tags.aupdate_or_create(label="new", defaults={"label": "old"})
        assert (changed.label, created) == ("old", False)
        assert {item.pk for item in await book.tags.all()} == {tag.pk, other.pk}

    async def test_what_cannot_be_added(self) -> None:
        book, _ = await self.prepared()
        with pytest.raises(TypeError, match="'Tag' instance expected, got <Book: one>"):
            await book.tags.aadd(book)
        with pytest.raises(ValueError, match='"<Book: new>" needs to have a value for field "id" before'):
            _ = Book(title="new").tags

    async def test_through(self) -> None:
        book, _ = await self.prepared()
        ann, ben = await make(Reader, "name", "ann", "ben")
        await book.readers.aadd(ann, through_defaults={"pages": 5, "lender": lambda: ben})
        reading = await Reading.objects.select_related("lender").aget()
        assert (reading.pages, reading.lender) == (5, ben)
        # A table between of one's own may hold two rows for one pair: what is there is not added again.
        await book.readers.aadd(ann, ben)
        assert await Reading.objects.acount() == 2
        await Reading.objects.acreate(book=book, reader=ann)
        assert [reader.name for reader in await book.readers.order_by("name")] == ["ann", "ann", "ben"]
        await book.readers.aremove(ann)
        assert await book.readers.all() == [ben]

    async def test_symmetrical(self) -> None:
        ann, ben, eve = await make(Reader, "name", "ann", "ben", "eve")
        with heard(Reader.friends.through) as events:
            await ann.friends.aadd(ben, eve)
        assert [event[0] for event in events] == ["pre_add", "post_add"]
        assert await ben.friends.all() == [ann]
        await ben.friends.aremove(ann)
        assert await ann.friends.all() == [eve]
        await eve.friends.aclear()
        assert await ann.friends.acount() == 0
        await ann.follows.aadd(ben)
        assert await ben.follows.all() == []
        assert await ben.followers.all() == [ann]
        assert await Reader.objects.filter(followers=ann).aget() == ben

    async def test_conditions_of_later_filters(self) -> None:
        book, (x, y, _) = await self.prepared()
        await book.tags.aadd(x, y)
        other = await Book.objects.acreate(title="two", author=await book.author)
        await other.tags.aadd(x)
        assert await book.tags.filter(books__title="two").all() == []
        assert await book.tags.filter(books__title="one").acount() == 2
        assert set(await book.tags.reverse()) == {x, y}

    async def test_relations_of_a_parent_model(self) -> None:
        employee = await Employee.objects.acreate(name="Eve")
        skill = await employee.skills.acreate(label="sql")
        assert await employee.skills.all() == [skill]
        assert await skill.employee_set.all() == [employee]
        boss = employee.person_ptr
        await boss.staff.aadd(employee)
        assert await boss.staff.all() == [employee]
        assert await employee.staff.all() == [employee]

    async def test_hidden_far_side(self) -> None:
        book, (x, *_) = await self.prepared()
        await book.hidden.aadd(x)
        (loaded,) = await Book.objects.prefetch_related("hidden")
        assert list(loaded.hidden.all()) == [x]
        assert await Book.objects.filter(hidden=x).aget() == book


async def test_managers_of_prefetched_objects() -> None:
    (author,) = await make(Author, "name", "A")
    book = await author.books.acreate(title="one")
    (tag,) = await make(Tag, "label", "x")
    await book.tags.aadd(tag)
    (loaded,) = await Author.objects.prefetch_related("books__tags")
    with aorm.capture_queries() as queries:
        (kept,) = loaded.books.all()
        assert await kept.tags.acount() == 1
        assert await kept.tags.aexists()
        assert list(kept.tags.all()) == [tag]
    assert not queries
    await kept.tags.aclear()
    assert await kept.tags.all() == []
    await loaded.books.acreate(title="two")
    assert await loaded.books.acount() == 2


async def test_what_stays_is_taken_away_only_on_demand() -> None:
    author, other = await make(Author, "name", "a", "b")
    books = [await Book.objects.acreate(title=title, author=other, editor=author) for title in "xyz"]
    for clear, wanted in ((False, 1), (True, 2)):
        with aorm.capture_queries() as queries:
            await author.edited.aset(books[:2], clear=clear)
        updates = [query["sql"] for query in queries if query["sql"].startswith("UPDATE")]
        assert len(updates) == wanted
        assert await author.edited.acount() == 2
