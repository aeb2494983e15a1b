"""Instances out of the program's own SQL."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

import aorm
from aorm.drivers.recording import Recorded, RecordingDriver
from aorm.exceptions import FieldDoesNotExist, ProgrammingError, SyncInAsyncContext
from tests.support.connections import spelled
from tests.support.faces import Face, for_each_face
from tests.unit.query.shop import Author, Book, Code, Place

pytestmark = pytest.mark.usefixtures("tables")


async def authors(face: Face) -> list[Author]:
    return await face.do(
        Author.objects, "bulk_create", [Author(name="Ann", age=30), Author(name="Bob", age=50), Author(name="100%")]
    )


async def names(face: Face, *arguments: Any, **options: Any) -> list[str]:
    return [author.name for author in await face.fetch(Author.objects.raw(*arguments, **options))]


@for_each_face
async def test_parameters(face: Face) -> None:
    await authors(face)
    query = "SELECT * FROM shop_author WHERE age > %s ORDER BY id"
    assert await names(face, query, [40]) == ["Bob"]
    assert await names(face, query, (20,)) == ["Ann", "Bob"]
    named = "SELECT * FROM shop_author WHERE age > %(low)s AND age < %(high)s AND age > %(low)s ORDER BY id"
    assert await names(face, named, {"low": 20, "high": 40}) == ["Ann"]
    # With parameters, even none, a percent sign is written twice; without any it stands for itself.
    assert await names(face, "SELECT * FROM shop_author WHERE name LIKE '%%00%%'") == ["100%"]
    assert await names(face, "SELECT * FROM shop_author WHERE name LIKE '%00%'", None) == ["100%"]
    assert await names(face, "SELECT * FROM shop_author WHERE name = %s", ["'; DROP TABLE shop_author"]) == []


@pytest.mark.parametrize(
    ("sql", "params", "message"),
    [
        ("SELECT %s", (), "The raw query has 1 placeholders and 0 parameters."),
        ("SELECT 1", (1,), "The raw query has 0 placeholders and 1 parameters."),
        ("SELECT %(a)s", {"b": 1}, "The raw query names the parameter 'a', which params does not have."),
    ],
)
@for_each_face
async def test_parameters_that_do_not_fit(face: Face, sql: str, params: Any, message: str) -> None:
    with pytest.raises(ProgrammingError, match=message.replace("(", r"\(").replace(")", r"\)")):
        await face.fetch(Author.objects.raw(sql, params))


def test_params_of_a_wrong_kind() -> None:
    with pytest.raises(TypeError, match="params must be a list, a tuple or a dictionary, not str"):
        Author.objects.raw("SELECT %s", "x")


class Template:
    """What a template string (PEP 750) gives, on Pythons that have none."""

    class Interpolation:
        def __init__(self, value: object) -> None:
            self.value = value

    strings = ("SELECT * FROM shop_author WHERE name LIKE '%' AND age = ", "")
    interpolations = (Interpolation(50),)


@for_each_face
async def test_template_string(face: Face) -> None:
    await authors(face)
    assert await names(face, Template()) == ["Bob"]
    with pytest.raises(TypeError, match="A template string holds its parameters itself"):
        Author.objects.raw(Template(), [1])


@for_each_face
async def test_columns(face: Face) -> None:
    ann, bob, _ = await authors(face)
    raw = Author.objects.raw("SELECT name, age * 2 AS twice, id, mentor_id FROM shop_author ORDER BY id")
    first, second, _ = await face.fetch(raw)
    assert (first, first.name, first.twice) == (ann, "Ann", 60)
    assert (second.pk, second.twice) == (bob.pk, 100)
    assert first.get_deferred_fields() == {"age"}
    assert await face.read(first, "age") == 30
    assert raw.columns == ["name", "twice", "id", "mentor_id"]
    assert raw.model_fields["age"] is Author._meta.get_field("age")
    assert first._state.db == "default"
    assert not first._state.adding


@for_each_face
async def test_translations(face: Face) -> None:
    await authors(face)
    raw = Author.objects.raw(
        "SELECT id, age, name AS called FROM shop_author ORDER BY id", translations={"called": "name", "absent": "age"}
    )
    assert [(author.name, author.age) for author in await face.fetch(raw)][:2] == [("Ann", 30), ("Bob", 50)]


@for_each_face
async def test_a_column_that_comes_twice(face: Face) -> None:
    ann, bob, _ = await authors(face)
    await face.do(Author.objects.filter(pk=ann.pk), "update", mentor=bob)
    raw = Author.objects.raw(
        "SELECT pupil.*, mentor.* FROM shop_author pupil JOIN shop_author mentor ON pupil.mentor_id = mentor.id"
    )
    assert [(author.pk, author.name) for author in await face.fetch(raw)] == [(ann.pk, "Ann")]


@for_each_face
async def test_the_key_is_needed(face: Face) -> None:
    with pytest.raises(FieldDoesNotExist, match="Raw query must include the primary key"):
        await face.fetch(Author.objects.raw("SELECT name FROM shop_author"))
    with pytest.raises(FieldDoesNotExist, match="Raw query must include the primary key"):
        await face.fetch(Place.objects.raw("SELECT number FROM shop_place"))


@for_each_face
async def test_values_are_converted(face: Face) -> None:
    await face.do(Code.objects, "create", mark="m", document={"on": datetime.date(2020, 1, 2)}, blob=b"\x00")
    await face.do(Place.objects, "create", row="A", number=3)
    (code,) = await face.fetch(Code.objects.raw("SELECT * FROM shop_code"))
    assert (code.mark, code.document, bytes(code.blob)) == ("m", {"on": "2020-01-02"}, b"\x00")
    (place,) = await face.fetch(Place.objects.raw("SELECT * FROM shop_place"))
    assert place.pk == ("A", 3)


@for_each_face
async def test_as_a_list(face: Face) -> None:
    ann, bob, other = await authors(face)
    raw = Author.objects.raw("SELECT * FROM shop_author ORDER BY id")
    with aorm.capture_queries() as queries:
        assert await face.fetch(raw) == [ann, bob, other]
        assert (raw[0], raw[1:], raw[-1], len(raw), bool(raw)) == (ann, [bob, other], other, 3, True)
        assert await face.fetch(raw) == [ann, bob, other]
    assert len(queries) == 1
    assert await face.iterate(raw) == [ann, bob, other]
    assert [author async for author in raw] == [ann, bob, other] if face.is_async else list(raw) == [ann, bob, other]


async def test_a_running_loop_refuses_what_would_wait() -> None:
    raw = Author.objects.raw("SELECT * FROM shop_author")
    try:
        with pytest.raises(SyncInAsyncContext):
            len(raw)
        with pytest.raises(SyncInAsyncContext):
            raw.columns  # noqa: B018
    finally:
        await aorm.aclose_all()


@for_each_face
async def test_prefetching(face: Face) -> None:
    ann, bob, _ = await authors(face)
    for author in (ann, bob):
        await face.do(Book.objects, "create", title=f"by {author.name}", author=author)
    raw = Author.objects.raw("SELECT * FROM shop_author ORDER BY id").prefetch_related("books")
    with aorm.capture_queries() as queries:
        found = [[book.title for book in author.books.all()] for author in await face.fetch(raw)]
    assert (found, len(queries)) == ([["by Ann"], ["by Bob"], []], 2)
    assert raw.prefetch_related(None)._prefetch_related_lookups == ()
    assert Author.objects.prefetch_related("books").raw("SELECT 1")._prefetch_related_lookups == ("books",)


@for_each_face
async def test_fetch_mode(face: Face) -> None:
    ann, bob, _ = await authors(face)
    for author in (ann, bob):
        await face.do(Book.objects, "create", title="x", author=author)
    raw = Book.objects.fetch_mode(aorm.models.FETCH_PEERS).raw("SELECT * FROM shop_book ORDER BY id")
    books = await face.fetch(raw)
    with aorm.capture_queries() as queries:
        assert [await face.load(book, "author") for book in books] == [ann, bob]
    assert len(queries) == 1


@for_each_face
async def test_in_a_transaction(face: Face) -> None:
    async with face.atomic():
        await authors(face)
        assert len(await face.fetch(Author.objects.raw("SELECT * FROM shop_author"))) == 3
        inserted = "INSERT INTO shop_author (name) VALUES (%s) RETURNING *"
        assert await names(face, inserted, ["Eve"]) == ["Eve"]
    assert await names(face, inserted, ["Joe"]) == ["Joe"]
    assert await face.do(Author.objects, "count") == 5


def test_text() -> None:
    raw = Author.objects.raw("SELECT * FROM shop_author WHERE age > %s", [40])
    assert repr(raw) == "<RawQuerySet: SELECT * FROM shop_author WHERE age > 40>"
    assert repr(raw.query) == "<RawQuery: SELECT * FROM shop_author WHERE age > 40>"
    assert str(Author.objects.raw("SELECT '%'", None).query) == "SELECT '%'"
    assert str(Author.objects.raw("SELECT %(a)s", {"a": 1}).query) == "SELECT 1"


async def test_using(recorder: RecordingDriver) -> None:
    recorder.answer([("id", "name"), (1, "Ann")])
    (ann,) = await Author.objects.raw("SELECT id, name FROM shop_author").using("recorded")
    assert (ann.pk, ann.name, ann._state.db) == (1, "Ann", "recorded")
    assert recorder.statements == [Recorded("SELECT id, name FROM shop_author", ())]
    assert Author.objects.raw("SELECT 1", using="recorded").db == "recorded"
    assert Author.objects.using("recorded").raw("SELECT 1").db == "recorded"
    await aorm.aclose_all()


async def test_names_of_columns() -> None:
    database = aorm.connections["default"]
    with aorm.capture_queries() as queries:
        async with database.lease() as connection:
            found = await connection.fetch_named("SELECT 1 AS one, 'x' AS two WHERE 1 = 0")
            assert found == (["one", "two"], [])
        async with aorm.atomic(), database.lease() as connection:
            sql = spelled(database, "SELECT id, name FROM shop_author WHERE name = ?")
            assert await connection.fetch_named(sql, ("x",)) == (["id", "name"], [])
    assert len([query for query in queries if query["sql"].startswith("SELECT")]) == 2
    with pytest.raises(aorm.exceptions.Error):
        async with database.lease() as connection:
            await connection.fetch_named("SELECT nothing FROM nowhere")
    # The connection came back, and works.
    async with database.lease() as connection:
        assert (await connection.fetch_named("SELECT 1 AS one"))[0] == ["one"]
    await aorm.aclose_all()


ORDERED = "SELECT * FROM shop_author ORDER BY id"


@for_each_face
async def test_streaming(face: Face) -> None:
    """iterator() reads chunks through a cursor, and prefetches for each."""
    people = await face.do(Author.objects, "bulk_create", [Author(name=str(number)) for number in range(25)])
    await face.do(Book.objects, "bulk_create", [Book(title=person.name, author=person) for person in people[::5]])
    raw = Author.objects.raw(ORDERED).prefetch_related("books")
    with aorm.capture_queries() as queries:
        found = await face.iterate(raw, chunk_size=10)
        assert [book.title for person in found for book in person.books.all()] == ["0", "5", "10", "15", "20"]
    assert len([query for query in queries if "shop_book" in query["sql"]]) == 3
    assert found == people
    assert raw._result_cache is None
    assert await face.iterate(Author.objects.raw("SELECT * FROM shop_author WHERE 1 = 0")) == []
    assert [person.pk for person in await face.iterate(Author.objects.raw(ORDERED))] == [person.pk for person in people]
    for wrong in (0, -1):
        with pytest.raises(ValueError, match=r"Chunk size must be strictly positive\."):
            await face.iterate(raw, chunk_size=wrong)


@for_each_face
async def test_streaming_what_is_wrong(face: Face) -> None:
    """The connection of a stream that could not begin comes back."""
    await authors(face)
    for sql, error in (
        ("SELECT name FROM shop_author", FieldDoesNotExist),
        ("SELECT nothing FROM nowhere", aorm.exceptions.Error),
        ("SELECT %s", ProgrammingError),
    ):
        with pytest.raises(error):
            await face.iterate(Author.objects.raw(sql))
    assert aorm.connections["default"].stats().in_use == 0 if face.is_async else True
    assert len(await face.iterate(Author.objects.raw(ORDERED))) == 3


@for_each_face
async def test_streaming_what_writes(face: Face) -> None:
    """A statement that writes goes to the writing connection, and gives what it returns."""
    inserted = "INSERT INTO shop_author (name) VALUES (%s), (%s) RETURNING *"
    assert [person.name for person in await face.iterate(Author.objects.raw(inserted, ["Eve", "Joe"]))] == [
        "Eve",
        "Joe",
    ]
    async with face.atomic():
        assert len(await face.iterate(Author.objects.raw(inserted, ["Sue", "Kim"]), chunk_size=1)) == 2
        assert len(await face.iterate(Author.objects.raw(ORDERED), chunk_size=3)) == 4
    assert await face.do(Author.objects, "count") == 4


class Counted:
    """Count the rows that cursors gave."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.chunks: list[int] = []
        stream = type(aorm.connections["default"].stream("SELECT 1"))
        original = stream._next

        async def counted(this: Any) -> list[Any]:
            rows: list[Any] = await original(this)
            self.chunks.append(len(rows))
            return rows

        monkeypatch.setattr(stream, "_next", counted)


async def test_the_first_comes_before_the_rest_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are asked for as they are needed; one that stops half-way never asks for the rest."""
    await Author.objects.abulk_create([Author(name=str(number)) for number in range(1000)])
    counted = Counted(monkeypatch)
    stream: Any = Author.objects.raw(ORDERED).aiterator(chunk_size=10)
    assert (await anext(stream)).name == "0"
    assert counted.chunks == [10]
    async for person in stream:
        if person.name == "25":
            break
    assert counted.chunks == [10, 10, 10]
    await stream.aclose()
    assert aorm.connections["default"].stats().in_use == 0
    assert [person async for person in stream] == []
    await aorm.aclose_all()


async def test_columns_of_a_stream() -> None:
    """A stream that is opened tells the names of its columns, without a row as well; it is opened once."""
    database = aorm.connections["default"]
    for where, expected in (("1 = 1", [[(1, "x")]]), ("1 = 0", [])):
        rows = database.stream(f"SELECT 1 AS one, 'x' AS two WHERE {where}")
        assert await rows.open() == ["one", "two"]
        with pytest.raises(aorm.InterfaceError, match="this stream has begun"):
            await rows.open()
        assert [[tuple(row) for row in chunk] async for chunk in rows] == expected
    async with aorm.atomic():
        rows = database.stream("SELECT 1 AS one")
        assert await rows.open() == ["one"]
        await rows.aclose()
    assert database.stats().in_use == 0
    await aorm.aclose_all()
