"""Prefetching random paths over random objects gives what following each attribute gives."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import aorm
from aorm import schema
from aorm.exceptions import ObjectDoesNotExist
from aorm.relations.placeholder import is_unloaded
from tests.support.faces import configured
from tests.unit.relations.library import MODELS, Author, Book, Country, Cover, Reader, Reading, Tag

if TYPE_CHECKING:
    from pathlib import Path

# Model -> relation -> the model that it leads to.
RELATIONS: dict[type, dict[str, type]] = {
    Author: {"mentor": Author, "pupils": Author, "books": Book, "edited": Book},
    Book: {"author": Author, "editor": Author, "country": Country, "tags": Tag, "readers": Reader, "cover": Cover},
    Country: {"book_set": Book},
    Cover: {"book": Book},
    Tag: {"books": Book},
    Reader: {"friends": Reader, "follows": Reader, "followers": Reader, "book_set": Book, "lendings": Reading},
    Reading: {"book": Book, "reader": Reader, "lender": Reader},
}
COUNT = 4
numbers = st.integers(0, COUNT - 1)
pairs = st.sets(st.tuples(numbers, numbers), max_size=6)


@st.composite
def paths(draw: st.DrawFn) -> tuple[type, list[str]]:
    """Return a model and some paths of relations that begin there."""
    start = draw(st.sampled_from(list(RELATIONS)))
    lookups = []
    for _ in range(draw(st.integers(1, 3))):
        model, names = start, []
        for _ in range(draw(st.integers(1, 3))):
            name = draw(st.sampled_from(sorted(RELATIONS[model])))
            names.append(name)
            model = RELATIONS[model][name]
        lookups.append("__".join(names))
    return start, lookups


graphs = st.fixed_dictionaries(
    {
        "mentors": st.lists(st.none() | numbers, min_size=COUNT, max_size=COUNT),
        "authors": st.lists(numbers, min_size=COUNT, max_size=COUNT),
        "editors": st.lists(st.none() | numbers, min_size=COUNT, max_size=COUNT),
        "countries": st.lists(st.none() | numbers, min_size=COUNT, max_size=COUNT),
        "covers": st.sets(numbers),
        "tags": pairs,
        "friends": pairs,
        "follows": pairs,
        "readings": st.lists(st.tuples(numbers, numbers, st.none() | numbers), max_size=6),
    }
)


async def build(graph: dict[str, Any]) -> None:
    authors = [await Author.objects.acreate(name=str(number)) for number in range(COUNT)]
    countries = [await Country.objects.acreate(code=str(number)) for number in range(COUNT)]
    tags = [await Tag.objects.acreate(label=str(number)) for number in range(COUNT)]
    readers = [await Reader.objects.acreate(name=str(number)) for number in range(COUNT)]

    def chosen(objects: list[Any], number: int | None) -> Any:
        return None if number is None else objects[number]

    for author, mentor in zip(authors, graph["mentors"], strict=True):
        author.mentor = chosen(authors, mentor)
        await author.asave()
    books = [
        await Book.objects.acreate(
            title=str(number),
            author=authors[author],
            editor=chosen(authors, editor),
            country=chosen(countries, country),
        )
        for number, (author, editor, country) in enumerate(
            zip(graph["authors"], graph["editors"], graph["countries"], strict=True)
        )
    ]
    for number in sorted(graph["covers"]):
        await Cover.objects.acreate(book=books[number], color="red")
    for book, tag in graph["tags"]:
        await books[book].tags.aadd(tags[tag])
    for one, two in graph["friends"]:
        await readers[one].friends.aadd(readers[two])
    for one, two in graph["follows"]:
        await readers[one].follows.aadd(readers[two])
    for book, reader, lender in graph["readings"]:
        await Reading.objects.acreate(book=books[book], reader=readers[reader], lender=chosen(readers, lender))


async def follow(instance: Any, names: list[str]) -> Any:
    """Return what a path leads to, as nested keys, loading whatever is not loaded."""
    if not names:
        return instance.pk
    first, *rest = names
    try:
        related = getattr(instance, first)
        if not is_unloaded(related) and hasattr(related, "all"):
            found = [(item.pk, await follow(item, rest)) for item in await related.all()]
            return sorted(found, key=repr)
        if related is not None:
            related = await related
    except ObjectDoesNotExist:
        return None
    return None if related is None else (related.pk, await follow(related, rest))


async def compare(url: str, graph: dict[str, Any], start: Any, lookups: list[str]) -> None:
    with configured(url):
        await schema.acreate_tables(MODELS)
        try:
            await build(graph)
            with aorm.capture_queries() as queries:
                prefetched = await start.objects.order_by("pk").prefetch_related(*lookups)
            levels = {"__".join(lookup.split("__")[:depth]) for lookup in lookups for depth in (1, 2, 3)}
            assert len(queries) <= 1 + len(levels)
            plain = await start.objects.order_by("pk")
            with aorm.capture_queries() as queries:
                mine = [[await follow(item, lookup.split("__")) for lookup in lookups] for item in prefetched]
            assert not queries
            assert mine == [[await follow(item, lookup.split("__")) for lookup in lookups] for item in plain]
        finally:
            await schema.adrop_tables(MODELS)
            await aorm.aclose_all()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(graph=graphs, question=paths())
def test_prefetching_is_following(tmp_path: Path, graph: dict[str, Any], question: tuple[type, list[str]]) -> None:
    asyncio.run(compare(f"sqlite:///{tmp_path / 'graph.db'}", graph, *question))
