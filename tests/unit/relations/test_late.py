"""What holds prefetched objects is a queryset like others: made in earnest when more is asked of it."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

import aorm
from aorm.models import Prefetch
from aorm.query.late import LATE
from aorm.relations.managers import RelatedManager
from aorm.relations.many_managers import ManyRelatedManager
from tests.unit.relations.library import Author, Book, Tag

pytestmark = pytest.mark.usefixtures("tables")


@pytest.fixture
async def people(tables: None) -> list[Author]:
    """Three authors with two books each, and two tags on each book."""
    tags = [await Tag.objects.acreate(label=label) for label in "xy"]
    for name in ("Ada", "Bob", "Cid"):
        author = await Author.objects.acreate(name=name)
        for number in range(2):
            book = await author.books.acreate(title=f"{name}{number}")
            await book.tags.aadd(*tags)
    return await Author.objects.order_by("name").prefetch_related("books__tags")


def titles(books: Any) -> list[str]:
    return sorted(book.title for book in books)


async def test_nothing_is_made_for_parents(people: list[Author], monkeypatch: pytest.MonkeyPatch) -> None:
    """Prefetching, and going through what was prefetched, asks no manager for a queryset of each parent."""
    made = []
    for cls in (RelatedManager, ManyRelatedManager):
        original = cls._apply_rel_filters

        def counted(self: Any, *arguments: Any, original: Any = original) -> Any:
            made.append(self)
            return original(self, *arguments)

        monkeypatch.setattr(cls, "_apply_rel_filters", counted)
    authors = await Author.objects.order_by("name").prefetch_related("books__tags", Prefetch("books", to_attr="own"))
    for author in authors:
        assert len(author.books.all()) == len(author.own) == 2
        assert [book.tags.all()[0].label for book in author.books.all()]
        assert await author.books.acount() == 2
    assert made == []
    assert titles(await authors[0].books.filter(title__endswith="1")) == ["Ada1"]
    assert len(made) == 1


async def test_it_goes_on_as_a_queryset(people: list[Author]) -> None:
    ada = people[0]
    held = ada.books.all()
    assert LATE in held.__dict__
    assert (type(held), held.model, held.db) == (type(Book.objects.all()), Book, "default")
    assert held._hints == {"instance": ada}
    assert LATE not in held.__dict__
    with aorm.capture_queries() as queries:
        assert titles(held) == ["Ada0", "Ada1"]
    assert not queries
    for more in (
        lambda books: books.filter(title="Ada1"),
        lambda books: books.exclude(title="Ada0"),
        lambda books: books.order_by("-title")[:1],
        lambda books: books.using("default").filter(title="Ada1"),
        lambda books: books.all().filter(title="Ada1") & Book.objects.all(),
        lambda books: Book.objects.filter(title="Ada1") & books.all(),
    ):
        (fresh,) = await Author.objects.filter(name="Ada").prefetch_related("books")
        assert titles(await more(fresh.books)) == ["Ada1"]
    (fresh,) = await Author.objects.filter(name="Ada").prefetch_related("books")
    found = await fresh.books.filter(title="Ada1")
    assert found[0].author is fresh
    assert titles(await fresh.books.all().union(Book.objects.filter(title="Bob0"))) == ["Ada0", "Ada1", "Bob0"]


async def test_conditions_on_many_to_many_speak_of_the_same_row(people: list[Author]) -> None:
    book = people[0].books.all()[0]
    assert [tag.label for tag in await book.tags.filter(label="x")] == ["x"]
    (other,) = await Book.objects.filter(title="Ada0").prefetch_related("tags")
    assert await other.tags.filter(books__title="Ada0", label="y").acount() == 1
    assert [tag.label for tag in await other.tags.exclude(label="x")] == ["y"]


async def test_copies_and_pickles(people: list[Author]) -> None:
    for made in (pickle.loads(pickle.dumps(people[0])), copy.deepcopy(people[0]), copy.copy(people[0])):
        with aorm.capture_queries() as queries:
            assert titles(made.books.all()) == ["Ada0", "Ada1"]
        assert not queries
        assert titles(await made.books.filter(title="Ada1")) == ["Ada1"]
    again = pickle.loads(pickle.dumps(people[1].books.all()))
    assert titles(again) == ["Bob0", "Bob1"]
    assert titles(await again.all()) == ["Bob0", "Bob1"]


async def test_it_belongs_to_the_key_of_then(people: list[Author]) -> None:
    """An instance saved under a new key keeps what was prefetched, as in Django; so does what is asked of it."""
    ada = people[0]
    ada.pk = None
    await ada.asave(force_insert=True)
    assert titles(ada.books.all()) == ["Ada0", "Ada1"]
    assert titles(await ada.books.filter(title="Ada1")) == ["Ada1"]
    await ada.arefresh_from_db()
    assert await ada.books.all() == []


async def test_own_querysets(people: list[Author]) -> None:
    chosen = Prefetch("books", Book.objects.filter(title__endswith="1").order_by("title"))
    (ada,) = await Author.objects.filter(name="Ada").prefetch_related(chosen)
    assert titles(ada.books.all()) == ["Ada1"]
    assert await ada.books.filter(title="Ada0") == []
    assert titles(await ada.books.all().all()) == ["Ada1"]


def test_without_a_way_to_be_made() -> None:
    """What was taken apart by hand says so as any object does."""
    queryset = object.__new__(type(Book.objects.all()))
    with pytest.raises(AttributeError, match="has no attribute '_query'"):
        queryset._query  # noqa: B018
