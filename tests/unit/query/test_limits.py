"""Numbers of values that no statement could hold as parameters of their own."""

from __future__ import annotations

import pytest

import aorm
from tests.support.faces import Face, for_each_face
from tests.unit.query.shop import Author, Book, Code

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
