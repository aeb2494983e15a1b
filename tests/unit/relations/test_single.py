"""Reading and setting single related objects: in a running loop by awaiting, in plain code at once."""

from __future__ import annotations

import asyncio
import copy
import pickle
from typing import Any

import pytest

import aorm
from aorm.exceptions import FieldFetchBlocked, SyncInAsyncContext
from aorm.models import FETCH_PEERS, FETCH_RAISE
from aorm.relations.placeholder import is_unloaded
from tests.unit.relations.library import Author, Book, Country, Cover, Employee, Person, Translation


async def one_book(**values: Any) -> Book:
    author = await Author.objects.acreate(name="Ada")
    await Book.objects.acreate(title="one", author=author, **values)
    return await Book.objects.aget(title="one")


@pytest.mark.usefixtures("tables")
class TestAsync:
    async def test_await_loads_once(self) -> None:
        book = await one_book()
        assert is_unloaded(book.author)
        with pytest.raises(SyncInAsyncContext, match=r"author = await book.author"):
            _ = book.author.name
        with aorm.capture_queries() as queries:
            author = await book.author
            assert author.name == "Ada"
            assert book.author is author
            assert await book.author is author
        assert len(queries) == 1

    async def test_null_is_none_at_once(self) -> None:
        book = await one_book()
        assert book.editor is None
        assert book.country is None

    async def test_missing_key(self) -> None:
        with pytest.raises(Book.author.RelatedObjectDoesNotExist, match=r"^Book has no author\.$"):
            _ = Book().author
        assert not hasattr(Book(), "author")

    async def test_missing_row(self) -> None:
        book = await one_book()
        book.author_id = 999
        with pytest.raises(Author.DoesNotExist):
            await book.author

    async def test_to_field(self) -> None:
        await Country.objects.acreate(code="fr")
        book = await one_book(country_id="fr")
        with aorm.capture_queries() as queries:
            assert (await book.country).code == "fr"
        assert len(queries) == 1

    async def test_changing_the_key_forgets_the_object(self) -> None:
        book = await one_book()
        other = await Author.objects.acreate(name="Bob")
        first = await book.author
        book.author_id = first.pk
        assert book.author is first
        book.author_id = other.pk
        assert is_unloaded(book.author)
        assert await book.author == other
        book.editor = other
        book.editor_id = None
        assert book.editor is None

    async def test_an_unsaved_object_stays_when_it_is_saved(self) -> None:
        author = Author(name="new")
        book = Book(title="x", author=author)
        assert book.author_id is None
        await author.asave()
        assert book.author is author
        await book.asave()
        assert book.author_id == author.pk
        assert book.author is author

    async def test_a_deleted_object_stays(self) -> None:
        book = await one_book(editor=await Author.objects.acreate(name="ed"))
        editor = await book.editor
        await editor.adelete()
        assert editor.pk is None
        assert book.editor is editor
        loaded = await Book.objects.select_related("author").aget()
        loaded.author.pk = None
        assert loaded.author.name == "Ada"

    async def test_one_to_one_is_known_from_both_ends(self) -> None:
        book = await one_book()
        await Cover.objects.acreate(book=book, color="red")
        fresh = await Book.objects.aget()
        assert is_unloaded(fresh.cover)
        with aorm.capture_queries() as queries:
            cover = await fresh.cover
            assert cover.book is fresh
            assert fresh.cover is cover
        assert len(queries) == 1
        other = await Cover.objects.aget()
        assert (await other.book).cover is other

    async def test_no_object_points_here(self) -> None:
        book = await one_book()
        with pytest.raises(Book.cover.RelatedObjectDoesNotExist, match=r"^Book has no cover\.$"):
            await book.cover
        with aorm.capture_queries() as queries, pytest.raises(Cover.DoesNotExist):
            _ = book.cover
        assert not queries
        with pytest.raises(Cover.DoesNotExist):
            _ = Book().cover

    async def test_gather(self) -> None:
        for name in "abc":
            await Book.objects.acreate(title=name, author=await Author.objects.acreate(name=name))
        books = await Book.objects.order_by("title")
        authors = await asyncio.gather(*[book.author for book in books])
        assert [author.name for author in authors] == ["a", "b", "c"]

    async def test_peers_load_together(self) -> None:
        for name in "abc":
            await Book.objects.acreate(title=name, author=await Author.objects.acreate(name=name))
        books = await Book.objects.order_by("title").fetch_mode(FETCH_PEERS)
        with aorm.capture_queries() as queries:
            assert (await books[1].author).name == "b"
            assert [book.author.name for book in books] == ["a", "b", "c"]
            with pytest.raises(Cover.DoesNotExist):
                await books[0].cover
            with pytest.raises(Cover.DoesNotExist):
                _ = books[2].cover
        assert len(queries) == 2

    async def test_fetching_may_be_forbidden(self) -> None:
        await one_book()
        book = await Book.objects.fetch_mode(FETCH_RAISE).aget()
        with pytest.raises(FieldFetchBlocked, match=r"^Fetching of Book.author blocked\.$"):
            _ = book.author
        with pytest.raises(FieldFetchBlocked, match=r"^Fetching of Book.cover blocked\.$"):
            _ = book.cover
        assert book.editor is None

    async def test_the_parent_needs_no_query(self) -> None:
        await Employee.objects.acreate(name="Eve")
        employee = await Employee.objects.aget()
        with aorm.capture_queries() as queries:
            parent = employee.person_ptr
            assert (parent.name, parent.pk, type(parent)) == ("Eve", employee.pk, Person)
            assert not parent._state.adding
        assert not queries
        partial = await Employee.objects.only("boss").aget()
        assert (await partial.person_ptr).name == "Eve"

    async def test_assignment(self) -> None:
        book = await one_book()
        author = await Author.objects.acreate(name="Bob")
        book.author = author
        assert book.author_id == author.pk
        book.editor = author
        book.editor = None
        assert book.editor_id is None
        cover = Cover(color="blue")
        book.cover = cover
        assert (cover.book_id, cover.book) == (book.pk, book)

    async def test_assignment_of_something_else(self) -> None:
        book = await one_book()
        text = r'^Cannot assign "<Country: .*>": "Book.author" must be a "Author" instance\.$'
        with pytest.raises(ValueError, match=text):
            book.author = Country(code="x")  # type: ignore[assignment]
        with pytest.raises(ValueError, match=r'"Book.cover" must be a "Cover" instance'):
            book.cover = book
        with pytest.raises(SyncInAsyncContext, match=r"await book.author"):
            Book(author=book.author)

    async def test_setting_none_forgets_the_other_end(self) -> None:
        book = await one_book()
        cover = await Cover.objects.acreate(book=book, color="red")
        assert book.cover is cover
        book.cover = None
        assert cover.book_id is None

    async def test_several_columns(self) -> None:
        first = await Translation.objects.acreate(language="en", word="book")
        await Translation.objects.acreate(language="de", word="Buch", original=first)
        german = await Translation.objects.aget(language="de")
        assert (german.original_language, german.original_word) == ("en", "book")
        assert await german.original == first
        assert await Translation.objects.filter(original=first).acount() == 1
        assert await Translation.objects.filter(original__in=[first]).acount() == 1
        assert await Translation.objects.filter(original__isnull=True).aget() == first
        assert await Translation.objects.filter(translations=german).aget() == first
        assert [item.word for item in await first.translations.all()] == ["Buch"]

    async def test_copies_and_pickles_keep_what_is_loaded(self) -> None:
        book = await one_book()
        author = await book.author
        copied = copy.deepcopy(book)
        assert copied.author == author
        assert copied.author is not author
        assert pickle.loads(pickle.dumps(book)).author == author

    async def test_choices_are_limited_in_validation(self) -> None:
        field: Any = Book._meta.get_field("author")
        book = await one_book()
        bob = await Author.objects.acreate(name="Bob")
        await field.avalidate_related(book.author_id, book)
        with pytest.raises(aorm.exceptions.ValidationError, match="author instance with id 999 is not a valid choice"):
            await field.aclean(999, book)
        with pytest.raises(aorm.exceptions.ValidationError, match="is not a valid choice"):
            await field.aclean(bob.pk, book)
        assert await field.aget_choices() == [("", "- Select an option -"), (book.author_id, "Ada")]


@pytest.mark.usefixtures("sync_tables")
class TestSync:
    def test_access_loads(self) -> None:
        author = Author.objects.create(name="Ada")
        Book.objects.create(title="one", author=author)
        book = Book.objects.get()
        with aorm.capture_queries() as queries:
            assert book.author.name == "Ada"
            assert book.author == author
            assert book.editor is None
        assert len(queries) == 1

    def test_the_far_end(self) -> None:
        book = Book.objects.create(title="one", author=Author.objects.create(name="Ada"))
        assert not hasattr(book, "cover")
        Cover.objects.create(book=Book.objects.get(), color="red")
        fresh = Book.objects.get()
        assert fresh.cover.color == "red"
        assert fresh.cover.book is fresh

    def test_peers(self) -> None:
        for name in "ab":
            Book.objects.create(title=name, author=Author.objects.create(name=name))
        books = list(Book.objects.order_by("title").fetch_mode(FETCH_PEERS))
        with aorm.capture_queries() as queries:
            assert [book.author.name for book in books] == ["a", "b"]
        assert len(queries) == 1

    def test_forbidden(self) -> None:
        Book.objects.create(title="one", author=Author.objects.create(name="Ada"))
        with pytest.raises(FieldFetchBlocked):
            _ = Book.objects.fetch_mode(FETCH_RAISE).get().author
