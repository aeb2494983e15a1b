"""Django's record of SQL injections, each as a test by its number, and payloads that nobody thought of yet.

Names that come from outside reach a query by ``**dict``, by ``order_by(*names)`` and as keys of JSON documents. None of
them may change what a statement is made of: they are refused by an error of ours, or they are parameters.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from aorm.exceptions import DataError, FieldDoesNotExist, FieldError, NotSupportedError
from aorm.models import Count, F, FilteredRelation, Max, Q, StringAgg, Value, When
from aorm.models.fields.json import KT
from aorm.models.functions import Collate, Extract, JSONObject, Trunc
from tests.unit.query.shop import Author, Book
from tests.unit.query.tokens import assert_harmless, tokens

if TYPE_CHECKING:
    from collections.abc import Callable

    from aorm.drivers.recording import RecordingDriver

PAYLOADS = [
    'x" FROM shop_book; DROP TABLE shop_book; --',
    "x' OR '1'='1",
    "x; DELETE FROM shop_book",
    "x--",
    "x/**/",
    "x#",
    "x y",
    "x\ty",
    "x)",
    "x%s",
    "x%(y)s",
    "x$1",
    "x?",
    "x::text",
    "x.y",
    "x\x00y",
    "x`y",
    "x[y]",
    "x\\",
    "\u2019x",
    "x\u00a0y",
    "shop_book.id",
    "pg_sleep(10)",
    "",
    "1x",
    "x" * 64,
]
REFUSED = (ValueError, FieldError, FieldDoesNotExist, TypeError, AttributeError, NotSupportedError, DataError)

FRAGMENTS = ['"', "'", ";", "--", "/*", "*/", "(", ")", "%", "%s", "$1", "?", "\x00", "::", " ", "\n", "\\", "`", ","]
WORDS = ["x", "OR", "1=1", "DROP TABLE shop_book", "title", "extra", "é", "SELECT", ".", "=", "0"]
payloads = st.lists(st.sampled_from(FRAGMENTS + WORDS), min_size=1, max_size=6).map("".join)
many = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

ALIASED: dict[str, Callable[[str], Any]] = {
    "annotate": lambda name: Book.objects.annotate(**{name: F("pages")}),
    "annotate_aggregate": lambda name: Book.objects.annotate(**{name: Count("tags")}),
    "annotate_values": lambda name: Book.objects.values("title").annotate(**{name: Count("pk")}),
    "alias": lambda name: Book.objects.alias(**{name: F("pages")}),
    "values": lambda name: Book.objects.values(**{name: F("pages")}),
    "filtered_relation": lambda name: Author.objects.annotate(**{name: FilteredRelation("books")}),
    "filtered_relation_used": lambda name: Author.objects.annotate(
        **{name: FilteredRelation("books", condition=Q(books__pages=1))}
    ).filter(**{f"{name}__pages": 1}),
}


def sql_of(recorder: RecordingDriver, queryset: Any) -> str:
    """Return the statement that a queryset sends."""
    recorder.clear()
    asyncio.run(_run(queryset))
    (statement,) = recorder.statements
    return statement.sql


async def _run(queryset: Any) -> None:
    await queryset.using("recorded")


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("way", ALIASED)
def test_cve_2022_28346_aliases(way: str, payload: str) -> None:
    """CVE-2022-28346, 2025-57833, 2025-59681, 2025-13372, 2026-1287: aliases given by ``**dict``."""
    with pytest.raises((ValueError, TypeError)):
        ALIASED[way](payload)


@pytest.mark.parametrize("payload", PAYLOADS)
async def test_cve_2022_28346_aggregate(payload: str) -> None:
    with pytest.raises(ValueError, match="alias"):
        await Book.objects.aaggregate(**{payload: Max("pages")})


@many
@given(name=payloads)
def test_any_alias(recorder: RecordingDriver, name: str) -> None:
    """What is an identifier is quoted; anything else is refused."""
    for make in ALIASED.values():
        try:
            queryset = make(name)
        except REFUSED:
            continue
        assert name.isidentifier()
        assert_harmless(sql_of(recorder, queryset))


NAMED: dict[str, Callable[[str], Any]] = {
    "filter": lambda name: Book.objects.filter(**{name: 1}),
    "exclude": lambda name: Book.objects.exclude(**{name: 1}),
    "q": lambda name: Book.objects.filter(Q((name, 1)) | Q(pages=2)),
    "order_by": lambda name: Book.objects.order_by(name),
    "order_by_descending": lambda name: Book.objects.order_by(f"-{name}"),
    "values": lambda name: Book.objects.values(name),
    "values_list": lambda name: Book.objects.values_list(name),
    "distinct": lambda name: Book.objects.distinct(name),
    "select_related": lambda name: Book.objects.select_related(name),
    "only": lambda name: Book.objects.only(name),
    "defer": lambda name: Book.objects.defer(name),
    "f": lambda name: Book.objects.annotate(x=F(name)),
    "f_ordered": lambda name: Book.objects.order_by(F(name).desc()),
    "relation": lambda name: Book.objects.filter(**{f"author__{name}": 1}),
    "lookup": lambda name: Book.objects.filter(**{f"title__{name}": 1}),
    "filtered_relation": lambda name: Author.objects.annotate(x=FilteredRelation(name)).filter(x__pages=1),
    "filtered_condition": lambda name: Author.objects.annotate(
        x=FilteredRelation("books", condition=Q(**{f"books__{name}": 1}))
    ).filter(x__pages=1),
    "dates": lambda name: Book.objects.dates(name, "year"),
}


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("way", NAMED)
def test_cve_2021_35042_names(recorder: RecordingDriver, way: str, payload: str) -> None:
    """CVE-2021-35042, 2026-1312: names of fields and orderings are looked up in the model, never written out."""
    with pytest.raises(REFUSED):
        sql_of(recorder, NAMED[way](payload))


@many
@given(name=payloads)
@example(name="title")
def test_any_name(recorder: RecordingDriver, name: str) -> None:
    for make in NAMED.values():
        try:
            sql = sql_of(recorder, make(name))
        except REFUSED:
            continue
        assert_harmless(sql)
        assert name.lstrip("-+") in ("", "?", "x", "title", "extra")


def test_cve_2026_1312_dotted_relation(recorder: RecordingDriver) -> None:
    with pytest.raises(ValueError, match="alias"):
        Author.objects.annotate(**{"books.x": FilteredRelation("books")})
    with pytest.raises(FieldError, match=r"Cannot resolve keyword .big\.title. into field"):
        sql_of(recorder, Author.objects.annotate(big=FilteredRelation("books")).order_by("big.title"))


KEYED: dict[str, Callable[[str], Any]] = {
    "exact": lambda key: Book.objects.filter(**{f"extra__{key}": "v"}),
    "nested": lambda key: Book.objects.filter(**{f"extra__a__{key}__gt": "v"}),
    "icontains": lambda key: Book.objects.filter(**{f"extra__{key}__icontains": "v"}),
    "exclude": lambda key: Book.objects.exclude(**{f"extra__{key}": "v"}),
    "has_key": lambda key: Book.objects.filter(extra__has_key=key),
    "has_keys": lambda key: Book.objects.filter(extra__has_keys=[key, "b"]),
    "values": lambda key: Book.objects.values(f"extra__{key}"),
    "values_list": lambda key: Book.objects.values_list(f"extra__{key}", "pk"),
    "order_by": lambda key: Book.objects.order_by(f"extra__{key}"),
    "f": lambda key: Book.objects.annotate(x=F(f"extra__{key}")),
    "kt": lambda key: Book.objects.annotate(x=KT(f"extra__{key}")),
    "object": lambda key: Book.objects.annotate(x=JSONObject(**{key: F("title")})),
}


def forms(recorder: RecordingDriver, way: str) -> list[list[str]]:
    """Return the forms that a statement may have: a number is an index too, and SQLite's paths hold ASCII alone."""
    return [tokens(sql_of(recorder, KEYED[way](key))) for key in ("plain", "7", "pläin")]


def _is_lookup(key: str) -> bool:
    return key.startswith("_") or key.endswith("_") or "__" in key or not key


@pytest.mark.parametrize("payload", [payload for payload in PAYLOADS if not _is_lookup(payload)])
@pytest.mark.parametrize("way", KEYED)
def test_cve_2019_14234_json_keys(recorder: RecordingDriver, way: str, payload: str) -> None:
    """CVE-2019-14234, 2024-42005, 2026-30951: keys of documents are values, in conditions, selections and orderings."""
    try:
        sql = sql_of(recorder, KEYED[way](payload))
    except REFUSED:
        assert "\x00" in payload or way == "object"
        return
    assert tokens(sql) in forms(recorder, way)


@many
@given(key=payloads)
def test_any_json_key(recorder: RecordingDriver, key: str) -> None:
    for way, make in KEYED.items():
        if _is_lookup(key):
            continue
        try:
            sql = sql_of(recorder, make(key))
        except REFUSED:
            continue
        assert tokens(sql) in forms(recorder, way)


VALUED: dict[str, Callable[[str], Any]] = {
    **{
        lookup: lambda value, lookup=lookup: Book.objects.filter(**{f"title__{lookup}": value})
        for lookup in ("exact", "iexact", "contains", "icontains", "startswith", "endswith", "gt", "regex", "iregex")
    },
    "in": lambda value: Book.objects.filter(title__in=[value, "b"]),
    "range": lambda value: Book.objects.filter(title__range=(value, "b")),
    "value": lambda value: Book.objects.annotate(x=Value(value)),
    "string_agg": lambda value: Book.objects.values("author").annotate(x=StringAgg("title", delimiter=Value(value))),
    "json": lambda value: Book.objects.filter(extra={"a": value}),
    "json_contains": lambda value: Book.objects.filter(extra__a__icontains=value),
}


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("way", VALUED)
def test_cve_2020_7471_values(recorder: RecordingDriver, way: str, payload: str) -> None:
    """CVE-2014-0474, 2020-7471, Tortoise CVE-2020-11010: values, delimiters and patterns are parameters."""
    plain = sql_of(recorder, VALUED[way]("plain"))
    try:
        assert sql_of(recorder, VALUED[way](payload)) == plain
    except DataError:
        assert "\x00" in payload


@many
@given(value=payloads)
def test_any_value(recorder: RecordingDriver, value: str) -> None:
    for make in VALUED.values():
        try:
            assert sql_of(recorder, make(value)) == sql_of(recorder, make("plain"))
        except DataError:
            assert "\x00" in value


@pytest.mark.parametrize("payload", PAYLOADS)
def test_cve_2022_34265_kinds(recorder: RecordingDriver, payload: str) -> None:
    for make in (
        lambda: Book.objects.annotate(x=Trunc("printed", payload)),
        lambda: Book.objects.annotate(x=Extract("printed", payload)),
        lambda: Book.objects.dates("released", payload),
        lambda: Book.objects.datetimes("printed", payload),
    ):
        with pytest.raises(REFUSED):
            sql_of(recorder, make())


@pytest.mark.parametrize("payload", [*PAYLOADS, "analyze) DELETE FROM shop_book; --"])
async def test_cve_2022_28347_explain(recorder: RecordingDriver, payload: str) -> None:
    for options in ({payload: True}, {"format": payload}):
        if options.get("format") == "":
            continue
        with pytest.raises(ValueError, match=r"option|format"):
            await Book.objects.using("recorded").aexplain(**options)  # type: ignore[arg-type]
    assert recorder.statements == []


@pytest.mark.parametrize("keyword", ["_connector", "_negated"])
@pytest.mark.parametrize("value", ["OR", "OR 1=1 OR", True])
def test_cve_2025_64459_connectors(keyword: str, value: Any) -> None:
    """CVE-2025-64459: keywords of Q itself, smuggled into a dictionary of conditions."""
    for call in (Book.objects.filter, Book.objects.exclude, lambda **data: When(**data, then=Value(1))):
        with pytest.raises(TypeError, match="The following kwargs are invalid"):
            call(pages=1, **{keyword: value})


@pytest.mark.parametrize("payload", PAYLOADS)
async def test_cve_2025_64459_get(payload: str) -> None:
    with pytest.raises(REFUSED):
        await Book.objects.aget(**{payload: 1})
    with pytest.raises(ValueError, match="connector"):
        Q(pages=1, _connector=payload)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_collations(recorder: RecordingDriver, payload: str) -> None:
    try:
        sql = sql_of(recorder, Book.objects.order_by(Collate("title", payload)))
    except REFUSED:
        return
    assert_harmless(sql)
    assert tokens(sql) == tokens(sql_of(recorder, Book.objects.order_by(Collate("title", "nocase"))))


async def test_values_are_not_in_errors(recorder: RecordingDriver) -> None:
    with pytest.raises(DataError) as caught:
        await Book.objects.using("recorded").filter(title="secret\x00")
    assert "secret" not in str(caught.value)
