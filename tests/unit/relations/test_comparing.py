"""Filters that compare relations with instances, keys, querysets and tuples."""

from __future__ import annotations

from typing import Any

import pytest

import aorm
from aorm.exceptions import FieldError
from aorm.models import F
from tests.unit.relations.library import Author, Book, Country, Employee, Person, Tag, Translation

pytestmark = pytest.mark.usefixtures("tables")


@pytest.fixture
async def shelf(tables: None) -> dict[str, Any]:
    ada, bob = [await Author.objects.acreate(name=name) for name in ("Ada", "Bob")]
    france = await Country.objects.acreate(code="fr")
    one = await ada.books.acreate(title="one", country=france)
    two = await bob.books.acreate(title="two", editor=ada)
    tag = await one.tags.acreate(label="x")
    return {"ada": ada, "bob": bob, "france": france, "one": one, "two": two, "tag": tag}


async def titles(*conditions: Any, **lookups: Any) -> list[str]:
    return [book.title for book in await Book.objects.filter(*conditions, **lookups).order_by("title")]


async def test_forward(shelf: dict[str, Any]) -> None:
    ada, bob = shelf["ada"], shelf["bob"]
    assert await titles(author=ada) == ["one"]
    assert await titles(author=ada.pk) == ["one"]
    assert await titles(author=str(ada.pk)) == ["one"]
    assert await titles(author_id=ada) == ["one"]
    assert await titles(author=(ada.pk,)) == ["one"]
    assert await titles(author__in=[ada, bob.pk]) == ["one", "two"]
    assert await titles(author__in={ada}) == ["one"]
    assert await titles(author__in=[]) == []
    assert await titles(author__in=[None]) == []
    assert await titles(author__gt=ada) == ["two"]
    assert await titles(author__lte=ada.pk) == ["one"]
    assert await titles(editor=None) == ["one"]
    assert await titles(editor__isnull=False) == ["two"]
    assert await titles(author=F("editor")) == []
    assert await titles(author=2**70) == []


async def test_querysets(shelf: dict[str, Any]) -> None:
    assert await titles(author__in=Author.objects.filter(name="Ada")) == ["one"]
    assert await titles(author=Author.objects.filter(name="Ada")[:1]) == ["one"]
    assert await titles(country__in=Country.objects.all()) == ["one"]
    assert await titles(country__in=Country.objects.values("code")) == ["one"]
    assert await titles(author__in=Book.objects.values("editor")) == ["one"]
    assert await titles(tags__in=Tag.objects.filter(label="x")) == ["one"]


async def test_to_field(shelf: dict[str, Any]) -> None:
    assert await titles(country=shelf["france"]) == ["one"]
    assert await titles(country="fr") == ["one"]
    assert await titles(country__in=[shelf["france"], "xx"]) == ["one"]
    assert await titles(country__code="fr") == ["one"]


async def test_backward(shelf: dict[str, Any]) -> None:
    one, two, ada, bob = (shelf[name] for name in ("one", "two", "ada", "bob"))
    assert await Author.objects.filter(books=one).aget() == ada
    assert await Author.objects.filter(books=two.pk).aget() == bob
    assert await Author.objects.filter(books__in=[one, two]).acount() == 2
    assert await Author.objects.filter(edit=two).aget() == ada
    assert await Author.objects.filter(edit__isnull=True).aget() == bob
    assert await Author.objects.filter(books__in=Book.objects.filter(title="two")).aget() == bob
    assert await Author.objects.exclude(books=one).aget() == bob
    assert await Tag.objects.filter(books=one).acount() == 1
    assert await Tag.objects.filter(books__author=ada).acount() == 1
    assert await Country.objects.filter(book=one).acount() == 1


async def test_inheritance() -> None:
    boss = await Person.objects.acreate(name="boss")
    employee = await Employee.objects.acreate(name="Eve", boss=boss)
    assert await Employee.objects.filter(boss=boss).aget() == employee
    assert await Employee.objects.filter(person_ptr=employee).aget() == employee
    assert await Employee.objects.filter(pk__in=[employee.person_ptr]).aget() == employee
    assert await Person.objects.filter(employee=employee).aget() == employee.person_ptr
    assert await Person.objects.filter(staff=employee).aget() == boss
    assert await Employee.objects.filter(pk__in=Employee.objects.all()).aget() == employee


async def test_what_is_refused(shelf: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r'^Cannot query "one": Must be "Author" instance.$'):
        Book.objects.filter(author=shelf["one"])
    with pytest.raises(ValueError, match='Must be "Author" instance'):
        Book.objects.filter(author__in=[shelf["ada"], shelf["one"]])
    with pytest.raises(ValueError, match=r'^Cannot use QuerySet for "Tag": Use a QuerySet for "Author".$'):
        Book.objects.filter(author__in=Tag.objects.all())
    with pytest.raises(ValueError, match=r"^Model instances passed to related filters must be saved.$"):
        Book.objects.filter(author=Author(name="new"))
    with pytest.raises(ValueError, match="Field 'id' expected a number but got 'abc'"):
        Book.objects.filter(author="abc")
    with pytest.raises(FieldError):
        Book.objects.filter(author__icontains="x")


async def test_several_columns() -> None:
    first = await Translation.objects.acreate(language="en", word="book")
    second = await Translation.objects.acreate(language="de", word="Buch", original=first)
    translations = Translation.objects.order_by("id")
    assert await translations.filter(original=first) == [second]
    assert await translations.filter(original=("en", "book")) == [second]
    assert await translations.filter(original__in=[("en", "book"), ("xx", "yy")]) == [second]
    assert await translations.filter(original__gt=("en", "aaaa")) == [second]
    assert await translations.filter(original__isnull=False) == [second]
    assert await translations.filter(original__in=Translation.objects.filter(language="en")) == [second]
    with pytest.raises(ValueError, match="multi-column subqueries"):
        translations.filter(original=Translation.objects.all()[:1])
    with pytest.raises(ValueError, match="2 columns"):
        translations.filter(original=("en",))


async def test_many_keys_of_several_columns() -> None:
    words = [Translation(language="en", word=str(number)) for number in range(300)]
    await Translation.objects.abulk_create(words)
    others = [Translation(language="de", word=word.word, original=word) for word in words]
    # Half a key is none.
    others.append(Translation(language="de", word="x", original_language="en"))
    await Translation.objects.abulk_create(others)
    with aorm.capture_queries() as queries:
        translated = await Translation.objects.filter(original__in=words).order_by("id")
        keys = [(word.language, word.word) for word in words]
        assert await Translation.objects.filter(original__in=keys).order_by("id") == translated == others[:-1]
        loaded = await Translation.objects.filter(language="en").prefetch_related("translations").order_by("id")
        back = await Translation.objects.filter(language="de").prefetch_related("original").order_by("id")
    assert len(queries) == 6
    assert all(len(query["sql"]) < 1500 for query in queries)
    assert [[one.word for one in word.translations.all()] for word in loaded] == [[word.word] for word in words]
    assert [one.original and one.original.word for one in back[:-1]] == [word.word for word in words]
    assert await Translation.objects.filter(original__in=[*words, ("en", None)]).acount() == 301
