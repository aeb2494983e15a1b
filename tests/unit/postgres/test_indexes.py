"""PostgreSQL's kinds of index: what is sent, that it is taken, and what SQLite makes of it."""

from __future__ import annotations

from typing import Any

import pytest

import aorm
from aorm import models
from aorm.models import Q
from aorm.models.functions import Lower
from aorm.postgres import (
    BloomIndex,
    BrinIndex,
    BTreeIndex,
    GinIndex,
    GistIndex,
    HashIndex,
    OpClass,
    PostgresIndex,
    SpGistIndex,
)
from tests.support.faces import configured
from tests.support.oracle import PostgresOracle

pytestmark = pytest.mark.usefixtures("registry")

KINDS = {
    BTreeIndex: "btree",
    HashIndex: "hash",
    GinIndex: "gin",
    GistIndex: "gist",
    SpGistIndex: "spgist",
    BrinIndex: "brin",
    BloomIndex: "bloom",
}


def declare(*indexes: Any) -> Any:
    """Declare a model with these indexes."""
    given = indexes

    class Item(models.Model):
        name = models.CharField(max_length=20)
        number = models.IntegerField()
        data = models.JSONField(default=dict)
        address = models.GenericIPAddressField(null=True)

        class Meta:
            indexes = given

    return Item


@pytest.mark.parametrize(("kind", "method"), KINDS.items())
def test_names_and_methods(kind: type[PostgresIndex], method: str) -> None:
    (index,) = declare(kind(fields=["number"]))._meta.indexes
    assert index.name == f"postgres_it_number_{index.name.split('_')[3]}_{method}"
    assert kind.max_name_length == 30 - 3 + len(method)
    assert index.method == method
    path, _, _ = index.deconstruct()
    assert path == f"aorm.postgres.indexes.{kind.__name__}"


@pytest.mark.parametrize(
    ("index", "text"),
    [
        (
            BTreeIndex(fields=["name"], name="x", fillfactor=70, deduplicate_items=True),
            'USING btree ("name") WITH (fillfactor = 70, deduplicate_items = on)',
        ),
        (HashIndex(fields=["name"], name="x", fillfactor=50), 'USING hash ("name") WITH (fillfactor = 50)'),
        (
            GinIndex(fields=["data"], name="x", fastupdate=False, gin_pending_list_limit=64, opclasses=["jsonb_ops"]),
            'USING gin ("data" jsonb_ops) WITH (gin_pending_list_limit = 64, fastupdate = off)',
        ),
        (
            GistIndex(OpClass("address", name="inet_ops"), name="x", buffering=True, fillfactor=40),
            'USING gist ("address" inet_ops) WITH (buffering = on, fillfactor = 40)',
        ),
        (
            SpGistIndex(Lower("name"), name="x", condition=Q(number__gt=3)),
            'USING spgist ((LOWER("name"))) WHERE "number" > 3',
        ),
        (
            BrinIndex(fields=["number"], name="x", autosummarize=True, pages_per_range=2),
            'USING brin ("number") WITH (autosummarize = on, pages_per_range = 2)',
        ),
        (
            BloomIndex(fields=["name", "number"], name="x", length=80, columns=[2, 4]),
            'USING bloom ("name", "number") WITH (length = 80, col1 = 2, col2 = 4)',
        ),
        (
            BTreeIndex(fields=["-name", "number"], name="x", include=["data"], db_tablespace="pg_default"),
            'USING btree ("name" DESC, "number") INCLUDE ("data") TABLESPACE "pg_default"',
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, models.Index) else None,
)
def test_what_is_sent(postgres_oracle: PostgresOracle, postgres_url: str, index: Any, text: str) -> None:
    Item = declare(index)
    (sent,) = (line for line in aorm.schema.sql_for_tables([Item], vendor="postgresql") if '"x"' in line)
    assert sent == f'CREATE INDEX "x" ON "postgres_item" {text}'
    if isinstance(index, BloomIndex):
        if not postgres_oracle.fetch("SELECT 1 FROM pg_available_extensions WHERE name = 'bloom'"):
            return
        postgres_oracle.execute("CREATE EXTENSION bloom")
    with configured(postgres_url):
        aorm.schema.create_tables([Item])
        found = postgres_oracle.fetch(
            "SELECT a.amname::text FROM pg_class c JOIN pg_am a ON a.oid = c.relam WHERE c.relname = 'x'"
        )
        aorm.close_all()
    assert found == [(KINDS[type(index)],)]


def test_what_sqlite_makes_of_them() -> None:
    Item = declare(
        BTreeIndex(fields=["name"], name="tree", fillfactor=70),
        HashIndex(fields=["number"], name="hashed"),
        GinIndex(fields=["data"], name="inverted"),
        GistIndex(fields=["address"], name="searched"),
        BrinIndex(fields=["number"], name="tiny"),
        models.Index(OpClass("name", name="text_pattern_ops"), name="classes"),
        models.Index(fields=["name"], opclasses=["text_pattern_ops"], name="fields"),
    )
    assert aorm.schema.sql_for_tables([Item], vendor="sqlite")[1:] == [
        'CREATE INDEX "tree" ON "postgres_item" ("name")',
        'CREATE INDEX "hashed" ON "postgres_item" ("number")',
        'CREATE INDEX "classes" ON "postgres_item" ("name")',
        'CREATE INDEX "fields" ON "postgres_item" ("name")',
    ]


def test_an_index_of_ones_own() -> None:
    class Rum(PostgresIndex):
        suffix = "rum"

    Item = declare(Rum(fields=["name"], name="x"))
    assert aorm.schema.sql_for_tables([Item], vendor="postgresql")[-1].endswith('USING rum ("name")')


def test_operator_classes_are_checked() -> None:
    Item = declare(models.Index(OpClass("name", name="x); DROP TABLE y"), name="x"))
    with pytest.raises(ValueError, match="is no name of an operator class"):
        aorm.schema.sql_for_tables([Item], vendor="postgresql")


def test_operator_classes_are_no_values() -> None:
    assert OpClass("name", name="x") == OpClass("name", name="x")
    assert OpClass("name", name="x") != OpClass("name", name="y")
    assert OpClass(Lower("name"), name="x").get_expression_for_validation() == Lower("name")
