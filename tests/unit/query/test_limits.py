"""Numbers of values that no statement could hold as parameters of their own."""

from __future__ import annotations

import asyncio
import contextlib
import tracemalloc
import weakref
from typing import Any

import pytest

import aorm
from aorm.drivers.aiosqlite import AiosqliteCursor
from aorm.drivers.asyncpg import AsyncpgCursor
from tests.support.faces import Face, for_each_face
from tests.unit.query.shop import Author, Book, Code, Place, Tag

pytestmark = [pytest.mark.usefixtures("tables"), pytest.mark.timeout(120)]

MANY = 100_000


@for_each_face
async def test_a_hundred_thousand_of_everything(face: Face) -> None:
    # The sync face runs the same coroutines: fewer rows tell as much there.
    count = MANY if face.is_async else MANY // 50
    with aorm.capture_queries() as queries:
        authors = await face.do(Author.objects, "bulk_create", [Author(name=str(number)) for number in range(count)])
    # BEGIN, one INSERT, COMMIT.
    assert len(queries) == 3
    keys = [author.pk for author in authors]
    assert await face.do(Author.objects.filter(pk__in=keys), "count") == count
    assert await face.do(Author.objects.exclude(pk__in=keys[1:]), "count") == 1
    found = await face.do(Author.objects, "in_bulk", keys)
    assert len(found) == count
    for author in authors:
        author.age = author.pk % 100
    with aorm.capture_queries() as queries:
        assert await face.do(Author.objects, "bulk_update", authors, ["age"]) == count
    assert len(queries) == 3
    await face.do(Book.objects, "bulk_create", [Book(title="x", author_id=key) for key in keys[::1000]])
    with aorm.capture_queries() as queries:
        loaded = await face.fetch(Author.objects.order_by("pk").prefetch_related("books"))
    assert len(queries) == 2
    assert sum(len(author.books.all()) for author in loaded) == count // 1000
    # What is deleted row by row elsewhere goes in few statements too.
    await face.do(Author.objects.filter(pk__in=keys), "delete")
    assert await face.do(Author.objects, "count") == 0


@for_each_face
async def test_values_that_a_field_converts(face: Face) -> None:
    await face.do(Code.objects, "bulk_create", [Code(mark=str(number), document=[number]) for number in range(10)])
    marks = [str(number) for number in range(5, MANY)]
    assert await face.do(Code.objects.filter(mark__in=marks), "count") == 5
    assert await face.do(Code.objects.filter(mark__in=marks[:3]), "count") == 3
    assert await face.do(Code.objects.filter(document__in=[[number] for number in range(7, 3000)]), "count") == 3


@for_each_face
async def test_streaming(face: Face) -> None:
    authors = await face.do(Author.objects, "bulk_create", [Author(name=str(number)) for number in range(5000)])
    await face.do(Book.objects, "bulk_create", [Book(title="x", author=author) for author in authors[::100]])
    queryset = Author.objects.order_by("pk").prefetch_related("books")
    with pytest.raises(ValueError, match="chunk_size must be provided"):
        await face.iterate(queryset)
    for wrong in (0, -1):
        with pytest.raises(ValueError, match="Chunk size must be strictly positive"):
            await face.iterate(queryset, chunk_size=wrong)
    with aorm.capture_queries() as queries:
        found = await face.iterate(queryset, chunk_size=1000)
    assert found == authors
    assert len([query for query in queries if "shop_book" in query["sql"]]) == 5
    assert sum(len(author._prefetched_objects_cache["books"]) for author in found) == 50


@for_each_face
async def test_keys_of_several_columns(face: Face) -> None:
    count = MANY if face.is_async else MANY // 50
    places = [Place(row=f"{number % 700:03}", number=number) for number in range(count)]
    await face.do(Place.objects, "bulk_create", places)
    keys = [place.pk for place in places]
    with aorm.capture_queries() as queries:
        assert await face.do(Place.objects.filter(pk__in=keys), "count") == count
        assert await face.do(Place.objects.exclude(pk__in=keys[1:]), "get") == places[0]
        assert len(await face.do(Place.objects, "in_bulk", keys)) == count
    assert len(queries) == 3
    # As many parameters as columns; fewer rows are looked up one by one.
    assert all(query["sql"].count("?") + query["sql"].count("$") < 6 for query in queries)
    wanted = [(row, number) for row, number in keys[5:8]]
    assert await face.do(Place.objects.filter(pk__in=wanted), "count") == 3
    assert await face.do(Place.objects.filter(pk__in=[*keys[:200], ("000", None)]), "count") == 200
    with pytest.raises(ValueError, match="expected a number"):
        await face.do(Place.objects.filter(pk__in=[*keys[:200], ("000", "x")]), "count")
    assert (await face.do(Place.objects.filter(pk__in=keys[1:]), "delete"))[0] == count - 1
    assert await face.fetch(Place.objects.all()) == places[:1]


async def test_a_long_stream_holds_no_more_than_a_chunk() -> None:
    rows = 300_000
    database = aorm.connections["default"]
    table = Tag._meta.db_table
    numbers = f"WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {rows})"
    await database.execute(f"INSERT INTO {table} (id, label) {numbers} SELECT n, 't' || n FROM c")
    stream = Tag.objects.order_by("pk").aiterator(chunk_size=1000)
    seen = [await anext(stream)]
    alive = weakref.WeakSet[Any](seen)
    most = 0
    tracemalloc.start()
    try:
        async for tag in stream:
            seen[0] = tag
            alive.add(tag)
            most = max(most, len(alive)) if tag.pk % 1000 == 0 else most
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert seen[0].pk == rows
    # A chunk that is read and the one before it; a row is some 300 bytes.
    assert most <= 2 * 1000 + 1
    assert peak < 5_000_000


async def test_the_first_row_of_a_stream_needs_no_other_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    await Tag.objects.abulk_create([Tag(label=str(number)) for number in range(5000)])
    fetched: list[int] = []
    for cursor in (AsyncpgCursor, AiosqliteCursor):
        own = cursor.fetch

        async def counting(self: Any, count: int, own: Any = own) -> list[Any]:
            rows: list[Any] = await own(self, count)
            fetched.append(len(rows))
            return rows

        monkeypatch.setattr(cursor, "fetch", counting)
    async with contextlib.aclosing(Tag.objects.order_by("pk").aiterator(chunk_size=500)) as stream:
        await anext(stream)
        assert fetched == [500]
        for _ in range(500):
            await anext(stream)
        assert fetched == [500, 500]
    await asyncio.sleep(0)
    assert aorm.connections["default"].stats().in_use == 0
