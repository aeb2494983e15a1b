"""Tables are made and dropped on both databases, on both faces, also twice, in circles and by several at once."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

import aorm
from aorm import models
from aorm.exceptions import (
    DatabaseError,
    IntegrityError,
    InternalError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
)
from aorm.models import F
from tests.support.faces import Face, configured, for_each_face
from tests.support.oracle import PostgresOracle, oracle_for

pytestmark = pytest.mark.usefixtures("registry")
schema = aorm.schema


@pytest.fixture
def place(database_url: str) -> Iterator[str]:
    """An empty database, to which aorm is pointed."""
    with configured(database_url):
        yield database_url


def tables(url: str) -> list[str]:
    """Return the names of the tables that a database has."""
    question = (
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1"
        if url.startswith("sqlite")
        else "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
    )
    with closing(oracle_for(url)) as oracle:
        return [row[0] for row in oracle.fetch(question)]


def indexes(url: str) -> set[str]:
    """Return the names of the indexes that a database has."""
    question = (
        "SELECT name FROM sqlite_master WHERE type = 'index' AND name NOT LIKE 'sqlite_%'"
        if url.startswith("sqlite")
        else "SELECT indexname::text FROM pg_indexes WHERE schemaname = 'public' AND indexname NOT LIKE '%_pkey'"
    )
    with closing(oracle_for(url)) as oracle:
        return {row[0] for row in oracle.fetch(question)}


def server_version(url: str) -> int:
    """Return the server's number of version."""
    with closing(PostgresOracle(url)) as oracle:
        return int(oracle.fetch("SHOW server_version_num")[0][0])


@for_each_face
async def test_created_and_dropped(face: Face, place: str) -> None:
    class Author(models.Model):
        name = models.CharField(max_length=5, db_index=True)

    class Book(models.Model):
        author = models.ForeignKey(Author, models.CASCADE)
        others = models.ManyToManyField(Author, related_name="+")

    await face.do(schema, "create_tables")
    assert tables(place) == ["schema_author", "schema_book", "schema_book_others"]
    author = await face.do(Author.objects, "create", name="a")
    await face.do(Book.objects, "create", author=author)
    with pytest.raises((ProgrammingError, OperationalError), match="schema_author"):
        await face.do(schema, "create_tables")
    await face.do(schema, "drop_tables")
    assert tables(place) == []
    with pytest.raises((ProgrammingError, OperationalError), match="schema_"):
        await face.do(schema, "drop_tables")
    await face.do(schema, "drop_tables", if_exists=True)


@for_each_face
async def test_creating_again_leaves_alone_what_is_there(face: Face, place: str) -> None:
    class One(models.Model):
        name = models.CharField(max_length=5, unique=True)

    class Two(models.Model):
        one = models.ForeignKey(One, models.CASCADE)

        class Meta:
            db_table = "Zwei Tabellen"
            indexes = [models.Index(fields=["one", "id"])]

    class Three(models.Model):
        class Meta:
            db_table = '"drei"'

    await face.do(schema, "create_tables", [One], if_not_exists=True)
    await face.do(One.objects, "create", name="kept")
    for _ in range(2):
        await face.do(schema, "create_tables", if_not_exists=True)
    assert set(tables(place)) == {"schema_one", "Zwei Tabellen", "drei"}
    assert await face.do(One.objects, "count") == 1
    assert len([name for name in indexes(place) if name.startswith("Zwei")]) == 2


def every_statement(url: str, statements: list[str]) -> None:
    """Run statements by hand."""
    with closing(oracle_for(url)) as oracle:
        for statement in statements:
            oracle.execute(statement)


def test_idempotent_text_runs_twice(place: str) -> None:
    class One(models.Model):
        two = models.ForeignKey("Two", models.CASCADE)
        name = models.TextField(db_index=True, db_comment="some text")

        class Meta:
            unique_together = [("two", "name")]
            constraints = [models.UniqueConstraint(fields=["name"], condition=models.Q(id=1), name="first_name")]

    class Two(models.Model):
        one = models.ForeignKey(One, models.CASCADE, null=True)

    statements = schema.sql_for_tables(if_not_exists=True)
    every_statement(place, statements)
    before = indexes(place)
    every_statement(place, statements)
    assert indexes(place) == before
    assert tables(place) == ["schema_one", "schema_two"]
    assert "first_name" in before


@for_each_face
async def test_a_circle_with_rows_in_it(face: Face, place: str) -> None:
    class Hen(models.Model):
        egg = models.ForeignKey("Egg", models.CASCADE, null=True)
        mother = models.ForeignKey("self", models.CASCADE, null=True)

    class Egg(models.Model):
        hen = models.ForeignKey(Hen, models.CASCADE)

    await face.do(schema, "create_tables")
    hen = await face.do(Hen.objects, "create")
    egg = await face.do(Egg.objects, "create", hen=hen)
    hen.egg, hen.mother = egg, hen
    await face.do(hen, "save")
    with pytest.raises(IntegrityError):
        await face.do(Egg.objects, "create", hen_id=hen.pk + 1)
    await face.do(schema, "drop_tables")
    assert tables(place) == []


@for_each_face
async def test_a_table_that_others_refer_to(face: Face, place: str) -> None:
    class Target(models.Model):
        pass

    class Source(models.Model):
        target = models.ForeignKey(Target, models.CASCADE)

    await face.do(schema, "create_tables")
    target = await face.do(Target.objects, "create")
    await face.do(Source.objects, "create", target=target)
    with pytest.raises((InternalError, IntegrityError)):
        await face.do(schema, "drop_tables", [Target])
    assert tables(place) == ["schema_source", "schema_target"]
    await face.do(schema, "drop_tables", [Source, Target])
    assert tables(place) == []


@for_each_face
async def test_inside_a_transaction(face: Face, place: str) -> None:
    class Target(models.Model):
        pass

    class Source(models.Model):
        target = models.ForeignKey(Target, models.CASCADE)

    async with face.atomic():
        await face.do(schema, "create_tables")
        target = await face.do(Target.objects, "create")
        await face.do(Source.objects, "create", target=target)
        # PostgreSQL keeps the tables while a check of these rows waits for the commit.
        await face.do(schema, "drop_tables")
        await face.do(schema, "create_tables")
    assert tables(place) == ["schema_source", "schema_target"]
    with suppress(ZeroDivisionError):
        async with face.atomic():
            await face.do(schema, "drop_tables")
            raise ZeroDivisionError
    assert tables(place) == ["schema_source", "schema_target"]


@for_each_face
async def test_nothing_is_left_of_a_failure(face: Face, place: str) -> None:
    class Fine(models.Model):
        pass

    class Wrong(models.Model):
        fine = models.ForeignKey(Fine, models.CASCADE)

        class Meta:
            constraints = [models.CheckConstraint(condition=models.expressions.RawSQL("(((", (), models.BooleanField()), name="x")]  # fmt: skip  # noqa: E501

    with pytest.raises(DatabaseError):
        await face.do(schema, "create_tables")
    assert tables(place) == []


@for_each_face
async def test_inherited_tables(face: Face, place: str) -> None:
    class Place(models.Model):
        name = models.CharField(max_length=5)

    class Cafe(Place):
        stars = models.IntegerField()

    class Bistro(Cafe):
        link = models.OneToOneField(Cafe, models.CASCADE, parent_link=True, primary_key=True)
        wine = models.BooleanField()

    await face.do(schema, "create_tables")
    bistro = await face.do(Bistro.objects, "create", name="x", stars=3, wine=True)
    assert await face.do(Place.objects, "count") == 1
    with pytest.raises(IntegrityError):
        # The row of the parent must exist.
        await face.do(Bistro(pk=bistro.pk + 9, link_id=bistro.pk + 9, wine=False), "save_base", raw=True)
    await face.do(schema, "drop_tables")


@pytest.mark.parametrize("name", ["a b", "a.b", "order", "tübingen 日本", "it's", 'say "so"', "a%sb", "x" * 63, "A;--"])
def test_any_name_of_a_table(place: str, name: str) -> None:
    class Odd(models.Model):
        text = models.CharField(max_length=5, db_column=name, db_index=True, unique=False)
        itself = models.ForeignKey("self", models.CASCADE, null=True)
        others = models.ManyToManyField("self")

        class Meta:
            db_table = name

    Face("sync").run(lambda: _use(Odd, place, name))


async def _use(model: Any, place: str, name: str) -> None:
    schema.create_tables([model])
    one = model.objects.create(text="a")
    model.objects.create(text="b", itself=one)
    one.others.add(one)
    assert model.objects.filter(itself__text="a").count() == 1
    assert name in tables(place)
    schema.create_tables([model], if_not_exists=True)
    schema.drop_tables([model])
    assert tables(place) == []


def test_another_schema_of_postgresql(postgres_url: str, postgres_oracle: PostgresOracle) -> None:
    class Book(models.Model):
        name = models.CharField(max_length=5, unique=True)
        next = models.ForeignKey("Shelf", models.CASCADE, null=True)

        class Meta:
            db_table = 'library"."book'

    class Shelf(models.Model):
        first = models.ForeignKey(Book, models.CASCADE, null=True)

        class Meta:
            db_table = '"library"."shelf"'

    postgres_oracle.execute("DROP SCHEMA IF EXISTS library CASCADE; CREATE SCHEMA library")
    with configured(postgres_url):
        for _ in range(2):
            schema.create_tables(if_not_exists=True)
        book = Book.objects.create(name="x")
        Shelf.objects.create(first=book)
        rows = postgres_oracle.fetch("SELECT tablename::text FROM pg_tables WHERE schemaname = 'library' ORDER BY 1")
        assert rows == [("book",), ("shelf",)]
        schema.drop_tables()
        aorm.close_all()
    postgres_oracle.execute("DROP SCHEMA library")


@for_each_face
async def test_virtual_columns(face: Face, place: str) -> None:
    class Computed(models.Model):
        a = models.IntegerField(null=True)
        b = models.GeneratedField(expression=F("a") + 1, output_field=models.IntegerField(), db_persist=False)

    if place.startswith("postgresql") and server_version(place) < 180000:
        with pytest.raises(NotSupportedError, match="A generated column with VIRTUAL is not supported on PostgreSQL 1"):
            await face.do(schema, "create_tables")
        assert tables(place) == []
        return
    await face.do(schema, "create_tables")
    assert (await face.do(Computed.objects, "create", a=2)).b == 3
    assert (await face.do(Computed.objects, "create")).b is None


PROGRAM = """
import aorm, sys
from aorm import models

class Author(models.Model):
    name = models.CharField(max_length=5, unique=True)
    book = models.ForeignKey("Book", models.CASCADE, null=True)
    class Meta:
        app_label = "race"

class Book(models.Model):
    author = models.ForeignKey(Author, models.CASCADE)
    tags = models.ManyToManyField(Author, related_name="+")
    class Meta:
        app_label = "race"
        indexes = [models.Index(fields=["author", "id"])]

aorm.configure(sys.argv[1])
sys.stdin.read()
for _ in range(3):
    aorm.schema.create_tables(if_not_exists=True)
aorm.close_all()
"""


def test_several_processes_at_once(place: str, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    environment = {**os.environ, "PYTHONPATH": str(Path(aorm.__file__).parents[1])}
    running = [
        subprocess.Popen(
            [sys.executable, str(program), place],
            env=environment,
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for process in running:
        assert process.stdin is not None
        process.stdin.close()
        process.stdin = None
    for process in running:
        _, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (0, "")
    assert tables(place) == ["race_author", "race_book", "race_book_tags"]


async def test_several_tasks_at_once(database_url: str) -> None:
    class One(models.Model):
        name = models.CharField(max_length=5, unique=True)

    class Two(models.Model):
        one = models.ForeignKey(One, models.CASCADE)

    with configured(database_url):
        await asyncio.gather(*(schema.acreate_tables(if_not_exists=True) for _ in range(8)))
        await aorm.aclose_all()
    assert tables(database_url) == ["schema_one", "schema_two"]


@for_each_face
async def test_comments_are_kept(face: Face, place: str) -> None:
    class Told(models.Model):
        name = models.CharField(max_length=5, db_comment='it\'s \\ "so"')

        class Meta:
            db_table_comment = "100% 'told'"

    await face.do(schema, "create_tables")
    if place.startswith("postgresql"):
        with closing(PostgresOracle(place)) as oracle:
            found = oracle.fetch(
                "SELECT obj_description('schema_told'::regclass), col_description('schema_told'::regclass, 2)"
            )
        assert found == [("100% 'told'", 'it\'s \\ "so"')]


@for_each_face
async def test_defaults_of_the_database(face: Face, place: str) -> None:
    class Filled(models.Model):
        text = models.CharField(max_length=20, db_default='it\'s 50% \\ "x"')
        number = models.IntegerField(db_default=-1)
        sum = models.IntegerField(db_default=models.Value(1) + models.Value(2))
        truth = models.BooleanField(db_default=True)
        nothing = models.IntegerField(null=True, db_default=None)
        data = models.JSONField(db_default=models.Value({"a": [1, "é"]}, models.JSONField()))
        at = models.DateTimeField(db_default=models.functions.Now())

    await face.do(schema, "create_tables")
    row = await face.do(Filled.objects, "create")
    assert (row.text, row.number, row.sum, row.truth, row.nothing) == ('it\'s 50% \\ "x"', -1, 3, True, None)
    assert row.data == {"a": [1, "é"]}
    with closing(oracle_for(place)) as oracle:
        oracle.execute("INSERT INTO schema_filled (number) VALUES (5)")
    by_hand = await face.do(Filled.objects, "get", number=5)
    assert (by_hand.text, by_hand.data, by_hand.sum) == (row.text, row.data, 3)
    assert by_hand.at.tzinfo is not None


@for_each_face
async def test_keys_are_never_given_twice(face: Face, place: str) -> None:
    class Counted(models.Model):
        pass

    await face.do(schema, "create_tables")
    first = await face.do(Counted.objects, "create")
    key = first.pk
    await face.do(first, "delete")
    assert (await face.do(Counted.objects, "create")).pk == key + 1


@for_each_face
async def test_a_collation_by_which_different_texts_are_equal(face: Face, postgres_url: str) -> None:
    class Word(models.Model):
        text = models.CharField(max_length=5, unique=True, db_collation="loose")

    locale = "(provider = icu, locale = 'und-u-ks-level2', deterministic = false)"
    with closing(PostgresOracle(postgres_url)) as oracle:
        # A server may be built without the library that such collations come from.
        if not oracle.fetch("SELECT 1 FROM pg_collation WHERE collname = 'und-x-icu'"):
            return
        oracle.execute(f"CREATE COLLATION loose {locale}")
    with configured(postgres_url):
        await face.do(schema, "create_tables")
        await face.do(Word.objects, "create", text="a")
        with pytest.raises(IntegrityError):
            await face.do(Word.objects, "create", text="A")
