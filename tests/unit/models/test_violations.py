"""An IntegrityError says which constraint, model and fields it is about, and what validation would have said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import aorm
from aorm import models
from aorm.exceptions import NON_FIELD_ERRORS, IntegrityError, ValidationError
from aorm.mapping.naming import implicit_name
from aorm.models import F, Q
from aorm.models.functions import Lower
from tests.support.faces import Face, configured, for_each_face

pytestmark = pytest.mark.usefixtures("registry")


@pytest.fixture
def place(database_url: str) -> Iterator[str]:
    """An empty database, to which aorm is pointed."""
    with configured(database_url):
        yield database_url


class Shop:
    """Models whose every constraint can be violated."""

    def __init__(self) -> None:
        class Author(models.Model):
            name = models.CharField(max_length=30, unique=True)

        class Book(models.Model):
            title = models.CharField(max_length=30)
            isbn = models.CharField(max_length=30, unique=True, db_column="the isbn")
            pages = models.PositiveIntegerField(default=1)
            rank = models.IntegerField(default=0)
            shelf = models.IntegerField(null=True)
            place = models.IntegerField(null=True)
            row = models.IntegerField(null=True)
            author = models.ForeignKey(Author, models.DO_NOTHING, null=True)
            data = models.JSONField(default=dict)

            class Meta:
                unique_together = [("title", "author")]
                constraints = [
                    models.CheckConstraint(condition=Q(rank__lt=F("pages") * 100), name="rank_by_pages"),
                    models.CheckConstraint(
                        condition=Q(rank__gte=0),
                        name="rank_positive",
                        violation_error_message="No rank below zero.",
                        violation_error_code="low",
                    ),
                    models.UniqueConstraint(fields=["shelf", "place"], name="one_per_place"),
                    models.UniqueConstraint(fields=["row"], condition=Q(rank=0), name="row_of_best"),
                    models.UniqueConstraint(Lower("title"), "rank", name="title_and_rank"),
                ]

        self.author: Any = Author
        self.book: Any = Book


async def violate(face: Face, shop: Shop, **values: Any) -> IntegrityError:
    """Create a book that the database refuses, and return the error."""
    given = {"title": "other", "isbn": "other", **values}
    with pytest.raises(IntegrityError) as caught:
        await face.do(shop.book.objects, "create", **given)
    error = caught.value
    if error.sqlstate != "23503":
        assert error.model is shop.book
    return error


@for_each_face
async def test_every_kind_of_constraint(face: Face, place: str) -> None:
    shop = Shop()
    await face.do(aorm.schema, "create_tables")
    author = await face.do(shop.author.objects, "create", name="a")
    await face.do(shop.book.objects, "create", title="t", isbn="1", author=author, shelf=1, place=2, row=3, rank=0)
    on_postgresql = place.startswith("postgresql")
    rows: list[tuple[dict[str, Any], str | None, str | None, tuple[str, ...], dict[str, list[str]]]] = [
        (
            {"isbn": "1"},
            "models_book_the isbn_key",
            None,
            ("isbn",),
            {"isbn": ["Book with this Isbn already exists."]},
        ),
        (
            {"title": "t", "author": author, "rank": 1},
            "models_book_title_author_id_85f4f526_uniq",
            None,
            ("title", "author"),
            {NON_FIELD_ERRORS: ["Book with this Title and Author already exists."]},
        ),
        (
            {"rank": 500},
            "rank_by_pages",
            "rank_by_pages",
            ("rank", "pages"),
            {NON_FIELD_ERRORS: ["Constraint “rank_by_pages” is violated."]},
        ),
        (
            {"rank": -1},
            "rank_positive",
            "rank_positive",
            ("rank",),
            {NON_FIELD_ERRORS: ["No rank below zero."]},
        ),
        (
            {"shelf": 1, "place": 2},
            "one_per_place",
            "one_per_place",
            ("shelf", "place"),
            {NON_FIELD_ERRORS: ["Book with this Shelf and Place already exists."]},
        ),
        (
            {"row": 3},
            "row_of_best",
            "row_of_best",
            ("row",),
            {NON_FIELD_ERRORS: ["Constraint “row_of_best” is violated."]},
        ),
        (
            {"title": "T"},
            "title_and_rank",
            "title_and_rank",
            ("title", "rank"),
            {NON_FIELD_ERRORS: ["Constraint “title_and_rank” is violated."]},
        ),
        ({"rank": None}, None, None, ("rank",), {"rank": ["This field cannot be null."]}),
    ]
    for values, name, name_on_sqlite, fields, messages in rows:
        error = await violate(face, shop, **values)
        assert error.constraint == (name if on_postgresql else name_on_sqlite)
        assert error.fields == fields
        assert error.as_validation_error().message_dict == messages


@for_each_face
async def test_checks_of_columns(face: Face, place: str) -> None:
    class Sheet(models.Model):
        pages = models.PositiveIntegerField()
        data = models.JSONField()

    await face.do(aorm.schema, "create_tables")
    with pytest.raises(IntegrityError) as caught:
        await face.do(Sheet.objects, "create", pages=-1, data=1)
    assert (caught.value.model, caught.value.fields) == (Sheet, ("pages",))
    error = caught.value.as_validation_error()
    assert error.message_dict == {"pages": ["Ensure this value is greater than or equal to 0."]}
    assert error.error_dict["pages"][0].code == "min_value"
    if place.startswith("sqlite") and face.is_async:
        with pytest.raises(IntegrityError) as caught:
            await aorm.connections["default"].execute("INSERT INTO models_sheet (pages, data) VALUES (1, '{')")
        assert (caught.value.model, caught.value.fields) == (Sheet, ("data",))
        assert caught.value.as_validation_error().message_dict == {"data": ["Value must be valid JSON."]}


@for_each_face
async def test_codes_are_those_of_validation(face: Face, place: str) -> None:
    shop = Shop()
    await face.do(aorm.schema, "create_tables")
    await face.do(shop.book.objects, "create", title="a", isbn="1", shelf=1, place=1)
    for values in ({"isbn": "1"}, {"rank": -1}, {"rank": None}, {"shelf": 1, "place": 1}, {"title": "A"}):
        given = {"title": "b", "isbn": "2", **values}
        unset = {"author", "data", "shelf", "place", "row"} - set(values)
        with pytest.raises(ValidationError) as validated:
            await face.do(shop.book(**given), "full_clean", exclude=unset)
        error = (await violate(face, shop, **given)).as_validation_error()
        assert error.message_dict == validated.value.message_dict
        for field, errors in validated.value.error_dict.items():
            assert [item.code for item in error.error_dict[field]] == [item.code for item in errors]


@for_each_face
async def test_foreign_keys(face: Face, place: str) -> None:
    shop = Shop()
    await face.do(aorm.schema, "create_tables")
    missing = await violate(face, shop, author_id=77)
    author = await face.do(shop.author.objects, "create", name="a")
    await face.do(shop.book.objects, "create", title="a", isbn="1", author=author)
    with pytest.raises(IntegrityError) as caught:
        await face.do(shop.author.objects.filter(pk=author.pk), "delete")
    if not place.startswith("postgresql"):
        # SQLite says no more than that there is one.
        assert (missing.constraint, missing.model, missing.fields) == (None, None, ())
        assert missing.as_validation_error().message_dict == {NON_FIELD_ERRORS: ["FOREIGN KEY constraint failed"]}
        return
    assert missing.constraint is not None
    assert missing.constraint.startswith("models_book_author_id_")
    assert (missing.model, missing.fields) == (shop.book, ("author",))
    wanted = {"author": ["author instance with id 77 is not a valid choice."]}
    assert missing.as_validation_error().message_dict == wanted
    missing.detail = None
    assert missing.as_validation_error().message_dict == {"author": ["This author does not exist."]}
    needed = caught.value
    assert (needed.constraint, needed.model, needed.fields) == (missing.constraint, shop.book, ("author",))
    assert needed.as_validation_error().message_dict == {"author": ["This author is still referred to by books."]}


@for_each_face
async def test_keys(face: Face, place: str) -> None:
    class Pair(models.Model):
        pk = models.CompositePrimaryKey("a", "b")
        a = models.IntegerField()
        b = models.IntegerField()

    class Coded(models.Model):
        code = models.CharField(max_length=5, primary_key=True)

    await face.do(aorm.schema, "create_tables")
    await face.do(Pair.objects, "create", a=1, b=2)
    await face.do(Coded.objects, "create", code="x")
    with pytest.raises(IntegrityError) as caught:
        await face.do(Pair(a=1, b=2), "save", force_insert=True)
    assert (caught.value.model, caught.value.fields) == (Pair, ("a", "b"))
    wanted = {NON_FIELD_ERRORS: ["Pair with this A and B already exists."]}
    assert caught.value.as_validation_error().message_dict == wanted
    with pytest.raises(IntegrityError) as caught:
        await face.do(Coded.objects, "create", code="x")
    assert caught.value.as_validation_error().message_dict == {"code": ["Coded with this Code already exists."]}


@for_each_face
@pytest.mark.parametrize("table", ["plain", "my.table", "a, my", 'odd"table', "my.table.x, y", "table one"])
async def test_names_with_dots_and_commas(face: Face, place: str, table: str) -> None:
    class Odd(models.Model):
        both = models.IntegerField(db_column="a, b")
        dotted = models.IntegerField(db_column="c.d")
        quoted = models.IntegerField(db_column='e"f', unique=True)
        alone = models.IntegerField(db_column="x, y", unique=True)
        needed = models.IntegerField(db_column=f"{table}.n, m")

        class Meta:
            db_table = table
            unique_together = [("both", "dotted")]

    await face.do(aorm.schema, "create_tables")
    values = {"both": 1, "dotted": 1, "quoted": 1, "alone": 1, "needed": 1}
    await face.do(Odd.objects, "create", **values)
    others = {"both": 2, "dotted": 2, "quoted": 2, "alone": 2}
    for changes, fields in (
        ({"both": 1, "dotted": 1}, ("both", "dotted")),
        ({"quoted": 1}, ("quoted",)),
        ({"alone": 1}, ("alone",)),
        ({"needed": None}, ("needed",)),
        ({"dotted": None}, ("dotted",)),
        ({"both": None}, ("both",)),
    ):
        with pytest.raises(IntegrityError) as caught:
            await face.do(Odd.objects, "create", **{**values, **others, **changes})
        error = caught.value
        assert (error.model, set(error.fields)) == (Odd, set(fields)), str(error)
        key = fields[0] if len(fields) == 1 else NON_FIELD_ERRORS
        assert list(error.as_validation_error().message_dict) == [key]


@for_each_face
async def test_links_of_many_to_many(face: Face, place: str) -> None:
    class Tag(models.Model):
        pass

    class Post(models.Model):
        tags = models.ManyToManyField(Tag)

    await face.do(aorm.schema, "create_tables")
    tag, post = await face.do(Tag.objects, "create"), await face.do(Post.objects, "create")
    through = Post.tags.through  # type: ignore[attr-defined]
    await face.do(through.objects, "create", tag=tag, post=post)
    with pytest.raises(IntegrityError) as caught:
        await face.do(through.objects, "create", tag=tag, post=post)
    assert caught.value.model is through
    assert set(caught.value.fields) == {"post", "tag"}


def test_an_error_of_nobodys() -> None:
    error = IntegrityError("text of the database", sqlstate="23505", constraint="unknown", table="unknown")
    assert (error.constraint, error.model, error.fields, error.violation) == ("unknown", None, (), None)
    assert error.as_validation_error().message_dict == {NON_FIELD_ERRORS: ["text of the database"]}
    assert IntegrityError("x").as_validation_error().messages == ["x"]


def test_columns_from_the_detail() -> None:
    class Renamed(models.Model):
        one = models.IntegerField(db_column="The One")
        two = models.IntegerField()
        three = models.IntegerField(db_column='a, "b"')

    error = IntegrityError(
        "duplicate",
        sqlstate="23505",
        constraint="made_by_hand",
        table="models_renamed",
        detail='Key ("The One", two, "a, ""b""")=(1, 2, 3) already exists.',
    )
    assert (error.constraint, error.model, error.fields) == ("made_by_hand", Renamed, ("one", "two", "three"))
    assert error.as_validation_error().messages == ["Renamed with this One, Two and Three already exists."]


def test_a_name_without_detail() -> None:
    """PostgreSQL keeps the values to itself where the user may not read the table."""

    class Coded(models.Model):
        code = models.CharField(max_length=5, unique=True)

    error = IntegrityError("duplicate", sqlstate="23505", constraint="models_coded_code_key", table="models_coded")
    assert (error.model, error.fields) == (Coded, ("code",))
    assert error.as_validation_error().message_dict == {"code": ["Coded with this Code already exists."]}
    error = IntegrityError("duplicate", sqlstate="23505", constraint="models_coded_pkey", table="models_coded")
    assert error.fields == ("id",)


def test_a_check_without_name_in_several_models() -> None:
    class One(models.Model):
        number = models.PositiveIntegerField(db_column="n")

    error = IntegrityError('CHECK constraint failed: "n" >= 0', sqlstate="23514", constraint='"n" >= 0')
    assert (error.model, error.fields) == (One, ("number",))

    class Two(models.Model):
        number = models.PositiveIntegerField(db_column="n")

    assert (error.model, error.fields) == (None, ("number",))
    assert error.as_validation_error().messages == ['CHECK constraint failed: "n" >= 0']

    class Three(models.Model):
        other = models.PositiveIntegerField(db_column="n")

    assert (error.model, error.fields) == (None, ())


def test_what_is_given_wins() -> None:
    error = IntegrityError("x", fields=("a",), constraint="c")
    assert (error.fields, error.constraint) == (("a",), "c")
    error.fields, error.constraint = ("b",), "d"
    assert (error.fields, error.constraint) == (("b",), "d")


@pytest.mark.parametrize(
    ("table", "column", "label", "name"),
    [
        ("shop_book", "isbn", "key", "shop_book_isbn_key"),
        ("shop_book", "", "pkey", "shop_book_pkey"),
        ("t" * 63, "", "pkey", "t" * 58 + "_pkey"),
        ("t" * 40, "c" * 40, "key", "t" * 29 + "_" + "c" * 29 + "_key"),
        ("t" * 60, "c", "check", "t" * 55 + "_c_check"),
        ("tübingen" * 6, "größe" * 6, "key", None),
    ],
)
def test_names_that_postgresql_makes(postgres_oracle: Any, table: str, column: str, label: str, name: str) -> None:
    made = implicit_name(table, column, label)
    assert name is None or made == name
    clause = {"pkey": "PRIMARY KEY", "key": "UNIQUE", "check": 'CHECK ("%s" > 0)' % (column or "c")}[label]
    postgres_oracle.reset_schema()
    postgres_oracle.execute(f'CREATE TABLE "{table}" ("{column or "c"}" integer {clause})')
    found = postgres_oracle.fetch("SELECT conname::text FROM pg_constraint WHERE contype IN ('p', 'u', 'c')")
    names = [row[0] for row in found]
    assert made in names
