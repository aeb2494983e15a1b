"""Many rows at once: what is stored, in how many statements, and what the objects know afterwards."""

from __future__ import annotations

import datetime
import decimal
from typing import Any

import pytest

import aorm
from aorm.exceptions import DataError, IntegrityError
from aorm.models import F, Value
from aorm.models.functions import Lower, Upper
from tests.support.faces import Face, for_each_face
from tests.unit.query.shop import Author, Book, BookProxy, Code, Magazine, Only, Place, Tag

pytestmark = pytest.mark.usefixtures("tables")


def statements(queries: Any, word: str) -> list[str]:
    return [query["sql"] for query in queries if query["sql"].startswith(word)]


@for_each_face
async def test_keys_come_back_in_order(face: Face) -> None:
    authors = [Author(name=f"n{number:04}") for number in range(3000)]
    with aorm.capture_queries() as queries:
        made = await face.do(Author.objects, "bulk_create", authors)
    assert len(statements(queries, "INSERT")) == 1
    assert made == authors
    found = await face.fetch(Author.objects.order_by("pk").values_list("pk", "name"))
    assert found == [(author.pk, author.name) for author in authors]
    assert all(author._state.db == "default" and not author._state.adding for author in authors)


@for_each_face
async def test_batches(face: Face) -> None:
    with aorm.capture_queries() as queries:
        await face.do(Author.objects, "bulk_create", [Author(name=str(number)) for number in range(10)], batch_size=4)
    assert len(statements(queries, "INSERT")) == 3
    authors = await face.fetch(Author.objects.all())
    with aorm.capture_queries() as queries:
        assert await face.do(Author.objects, "bulk_update", authors, ["name"], batch_size=4) == 10
    assert len(statements(queries, "UPDATE")) == 3
    for method, arguments in (("bulk_create", ()), ("bulk_update", (["name"],))):
        with pytest.raises(ValueError, match="Batch size must be a positive integer"):
            await face.do(Author.objects, method, authors, *arguments, batch_size=0)
    assert await face.do(Author.objects, "bulk_create", []) == []
    assert await face.do(Author.objects, "bulk_update", [], ["name"]) == 0


@for_each_face
async def test_with_and_without_keys(face: Face) -> None:
    objects = [Author(name="a"), Author(pk=77, name="b"), Author(name="c"), Author(pk=78, name="d")]
    await face.do(Author.objects, "bulk_create", objects)
    found = dict(await face.fetch(Author.objects.values_list("name", "pk")))
    assert found == {author.name: author.pk for author in objects}
    assert (found["b"], found["d"]) == (77, 78)


@for_each_face
async def test_expressions_among_values(face: Face) -> None:
    objects = [Author(name=Lower(Value("ANN"))), Author(name="Bob"), Author(name=Upper(Value("eve")), age=3)]
    await face.do(Author.objects, "bulk_create", objects)
    assert await face.fetch(Author.objects.order_by("pk").values_list("name", "age")) == [
        ("ann", None),
        ("Bob", None),
        ("EVE", 3),
    ]


@for_each_face
async def test_defaults_of_the_database(face: Face) -> None:
    alone = await face.do(Code.objects, "bulk_create", [Code(mark="a"), Code(mark="b")])
    assert [code.note for code in alone] == ["nothing", "nothing"]
    mixed = await face.do(Code.objects, "bulk_create", [Code(mark="c"), Code(mark="d", note="some")])
    assert [code.note for code in mixed] == ["nothing", "some"]
    found = await face.fetch(Code.objects.order_by("pk").values_list("mark", "note"))
    assert found == [("a", "nothing"), ("b", "nothing"), ("c", "nothing"), ("d", "some")]


@for_each_face
async def test_rows_of_a_key_alone(face: Face) -> None:
    made = await face.do(Only.objects, "bulk_create", [Only(), Only(), Only()])
    assert sorted(only.pk for only in made) == await face.fetch(
        Only.objects.order_by("pk").values_list("pk", flat=True)
    )
    assert len({only.pk for only in made}) == 3


@for_each_face
async def test_composite_keys(face: Face) -> None:
    places = [Place(row=row, number=number) for row in "ab" for number in range(3)]
    await face.do(Place.objects, "bulk_create", places)
    for place in places:
        place.guest = f"{place.row}{place.number}"
    assert await face.do(Place.objects, "bulk_update", places, ["guest"]) == 6
    assert await face.fetch(Place.objects.order_by("pk").values_list("guest", flat=True)) == [
        "a0",
        "a1",
        "a2",
        "b0",
        "b1",
        "b2",
    ]
    with pytest.raises(ValueError, match="bulk_update\\(\\) cannot be used with primary key fields"):
        await face.do(Place.objects, "bulk_update", places, ["row"])


@for_each_face
async def test_proxies_and_children(face: Face) -> None:
    ann = await face.do(Author.objects, "create", name="Ann")
    made = await face.do(
        BookProxy.objects, "bulk_create", [BookProxy(title="a", author=ann), BookProxy(title="b", author=ann)]
    )
    assert [book.title for book in await face.fetch(Book.objects.order_by("pk"))] == ["a", "b"]
    assert made[0].pk is not None
    with pytest.raises(ValueError, match="Can't bulk create a multi-table inherited model"):
        await face.do(Magazine.objects, "bulk_create", [Magazine(title="c", author=ann)])
    magazines = [await face.do(Magazine.objects, "create", title="c", author=ann, issue=number) for number in (1, 2)]
    for magazine in magazines:
        magazine.title, magazine.issue = f"new {magazine.issue}", magazine.issue + 10
    # The title stands in the table of the parent.
    assert await face.do(Magazine.objects, "bulk_update", magazines, ["title", "issue"]) == 2
    found = await face.fetch(Magazine.objects.order_by("issue").values_list("title", "issue"))
    assert found == [("new 1", 11), ("new 2", 12)]


@for_each_face
async def test_conflicts_ignored(face: Face) -> None:
    await face.do(Tag.objects, "create", label="a")
    tags = [Tag(label="a"), Tag(label="b")]
    with pytest.raises(IntegrityError):
        await face.do(Tag.objects, "bulk_create", tags)
    await face.do(Tag.objects, "bulk_create", tags, ignore_conflicts=True)
    assert await face.fetch(Tag.objects.order_by("label").values_list("label", flat=True)) == ["a", "b"]
    assert [tag.pk for tag in tags] == [None, None]


@for_each_face
async def test_conflicts_updated(face: Face) -> None:
    ann, bob = await face.do(Author.objects, "bulk_create", [Author(name="Ann", age=1), Author(name="Bob", age=2)])
    newer = [Author(pk=bob.pk, name="Robert", age=20), Author(pk=999, name="Eve", age=3)]
    options = {"update_conflicts": True, "update_fields": ["name"], "unique_fields": ["pk"]}
    await face.do(Author.objects, "bulk_create", newer, **options)
    found = await face.fetch(Author.objects.order_by("pk").values_list("pk", "name", "age"))
    assert found == [(ann.pk, "Ann", 1), (bob.pk, "Robert", 2), (999, "Eve", 3)]
    first = await face.do(Tag.objects, "create", label="x")
    tags = [Tag(label="y"), Tag(label="x")]
    options = {"update_conflicts": True, "update_fields": ["label"], "unique_fields": ["label"]}
    await face.do(Tag.objects, "bulk_create", tags, **options)
    # The keys of rows that were there already come back as well, each to its object.
    assert tags[1].pk == first.pk
    assert tags[0].pk == (await face.do(Tag.objects, "get", label="y")).pk


@for_each_face
async def test_many_conflicts(face: Face) -> None:
    first = await face.do(Tag.objects, "bulk_create", [Tag(label=str(number)) for number in range(100)])
    tags = [Tag(label=str(number)) for number in range(50, 150)]
    await face.do(Tag.objects, "bulk_create", tags, ignore_conflicts=True)
    assert await face.do(Tag.objects, "count") == 150
    options = {"update_conflicts": True, "update_fields": ["label"], "unique_fields": ["label"]}
    again = [Tag(label=str(number)) for number in range(100)]
    await face.do(Tag.objects, "bulk_create", again, **options)
    assert [tag.pk for tag in again] == [tag.pk for tag in first]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ignore_conflicts": True, "update_conflicts": True}, "mutually exclusive"),
        ({"update_conflicts": True}, "Fields that will be updated when a row insertion fails on conflicts must be"),
        ({"update_conflicts": True, "update_fields": ["name"]}, "Unique fields that can trigger the upsert must be"),
        (
            {"update_conflicts": True, "update_fields": ["books"], "unique_fields": ["pk"]},
            "bulk_create\\(\\) can only be used with concrete fields in update_fields",
        ),
        (
            {"update_conflicts": True, "update_fields": ["id"], "unique_fields": ["pk"]},
            "bulk_create\\(\\) cannot be used with primary keys in update_fields",
        ),
        (
            {"update_conflicts": True, "update_fields": ["name"], "unique_fields": ["books"]},
            "bulk_create\\(\\) can only be used with concrete fields in unique_fields",
        ),
    ],
)
@for_each_face
async def test_conflicts_refused(face: Face, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        await face.do(Author.objects, "bulk_create", [Author(name="a")], **options)


@for_each_face
async def test_update_of_expressions(face: Face) -> None:
    authors = await face.do(Author.objects, "bulk_create", [Author(name="a", age=1), Author(name="b", age=2)])
    authors[0].age = F("age") + 10
    authors[1].age = 5
    assert await face.do(Author.objects, "bulk_update", authors, ["age"]) == 2
    assert await face.fetch(Author.objects.order_by("pk").values_list("age", flat=True)) == [11, 5]


@for_each_face
async def test_update_within_a_filter(face: Face) -> None:
    ann, bob = await face.do(Author.objects, "bulk_create", [Author(name="Ann"), Author(name="Bob", age=2)])
    await face.do(Book.objects, "create", title="x", author=bob)
    ann.age = bob.age = 7
    assert await face.do(Author.objects.filter(books__title="x"), "bulk_update", [ann, bob], ["age"]) == 1
    assert await face.fetch(Author.objects.order_by("pk").values_list("age", flat=True)) == [None, 7]
    # Of two objects with one key the first counts.
    one, two = Author(pk=ann.pk, age=1), Author(pk=ann.pk, age=2)
    assert await face.do(Author.objects, "bulk_update", [one, two], ["age"]) == 1
    assert (await face.do(Author.objects, "get", pk=ann.pk)).age == 1


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ([], "Field names must be given to bulk_update"),
        (["id"], "cannot be used with primary key fields"),
        (["books"], "can only be used with concrete fields"),
    ],
)
@for_each_face
async def test_update_refused(face: Face, fields: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        await face.do(Author.objects, "bulk_update", [Author(pk=1)], fields)


@for_each_face
async def test_update_of_what_is_not_saved(face: Face) -> None:
    with pytest.raises(ValueError, match="All bulk_update\\(\\) objects must have a primary key set"):
        await face.do(Author.objects, "bulk_update", [Author()], ["name"])
    with pytest.raises(ValueError, match="unsaved related object 'author'"):
        await face.do(Book.objects, "bulk_create", [Book(title="x", author=Author())])


VALUES: list[dict[str, Any]] = [
    {"mark": "a'b\"\\", "document": {"on": datetime.date(2020, 1, 2)}, "ratio": 0.1 + 0.2, "blob": b"\x00\xff"},
    {"mark": "", "document": [], "ratio": 1e308, "blob": b""},
    {"mark": "ü\n", "document": "text", "ratio": 5e-324, "blob": b"\x80"},
    {"mark": None, "document": None, "ratio": None, "blob": None},
    {"mark": "null", "document": 1.5, "ratio": -0.0, "blob": b"null"},
    {"mark": "1", "document": True, "ratio": 3.0, "blob": b"1"},
]


async def stored(face: Face) -> list[tuple[Any, ...]]:
    """Return the rows as the database holds them, apart from their keys."""
    database = aorm.connections["default"]
    names = ("mark", "document", "ratio", "blob")
    if database.vendor == "sqlite":
        columns = ", ".join(f"typeof({name}), quote({name})" for name in names)
    else:
        columns = ", ".join(f"{name}::text" for name in names)
    rows = await face.fetch(Code.objects.raw(f"SELECT id, {columns} FROM shop_code ORDER BY id"))
    return [tuple(value for key, value in vars(row).items() if key not in ("id", "_db", "_state")) for row in rows]


@for_each_face
async def test_values_are_stored_as_save_stores_them(face: Face) -> None:
    for values in VALUES:
        await face.do(Code.objects, "create", **values)
    saved = await stored(face)
    codes = await face.fetch(Code.objects.order_by("pk"))
    await face.do(Code.objects, "update", mark=None, document=None, ratio=None, blob=None)
    assert await stored(face) != saved
    assert await face.do(Code.objects, "bulk_update", codes, ["mark", "document", "ratio", "blob"]) == len(VALUES)
    assert await stored(face) == saved
    # Many rows go another way than few.
    for times in (1, 20):
        await face.do(Code.objects, "delete")
        await face.do(Code.objects, "bulk_create", [Code(**values) for values in VALUES * times])
        assert await stored(face) == saved * times
    # With an expression among them the rows go another way.
    codes = await face.fetch(Code.objects.order_by("pk"))
    await face.do(Code.objects, "update", mark=None, document=None, ratio=None, blob=None)
    codes[0].note = Lower(Value("X"))
    await face.do(Code.objects, "bulk_update", codes, ["mark", "document", "ratio", "blob", "note"])
    assert await stored(face) == saved * 20


@for_each_face
async def test_values_that_do_not_fit(face: Face) -> None:
    ann = await face.do(Author.objects, "create", name="Ann")
    book = await face.do(Book.objects, "create", title="x", author=ann)
    book.price = wrong = decimal.Decimal("12345678.90")
    with pytest.raises(DataError):
        await face.do(Book.objects, "bulk_update", [book, Book(pk=7, price=decimal.Decimal(1))], ["price"])
    with pytest.raises(DataError):
        await face.do(Book.objects, "bulk_create", [Book(title="y", author=ann, price=wrong), Book(author=ann)])
    assert await face.do(Book.objects, "count") == 1
