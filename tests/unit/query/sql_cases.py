"""Querysets whose SQL is written down in ``sql_texts.json``; each runs on the alias that it is given.

``python -m tests.unit.query.sql_cases`` writes the texts anew; what changed in them is then to be read.
"""

from __future__ import annotations

import asyncio
import datetime
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from aorm.database.config import parse_config
from aorm.database.databases import databases, make_database
from aorm.drivers.recording import RecordingDriver
from aorm.models import Count, Exists, F, FilteredRelation, OuterRef, Q, Subquery, Sum, Value, Window
from aorm.models.functions import Lower, RowNumber
from tests.unit.query.shop import Author, Book, Code, Magazine, Place, Tag

Make = Callable[[str], Awaitable[Any]]


def _books(alias: str) -> Any:
    return Book.objects.using(alias)


def _authors(alias: str) -> Any:
    return Author.objects.using(alias).order_by()


def titles(queryset: Any) -> Any:
    """Select the title alone, so that the texts stay short."""
    return queryset.values_list("title", flat=True)


def _tags(count: int) -> list[Tag]:
    return [Tag(label=str(number)) for number in range(count)]


CASES: dict[str, Make] = {
    "plain": lambda a: Tag.objects.using(a),
    "model_ordering": lambda a: Author.objects.using(a).values_list("pk"),
    "filter": lambda a: titles(_books(a).filter(pages__gt=9, title="x")),
    "local_key_is_not_joined": lambda a: titles(_books(a).filter(author=3, editor__id__in=[1, 2])),
    "inner_join": lambda a: titles(_books(a).filter(author__name="x")),
    "nullable_join_that_is_demanded": lambda a: titles(_books(a).filter(editor__name="x")),
    "nullable_join_that_is_not": lambda a: titles(_books(a).filter(Q(editor__name="x") | Q(pages=1))),
    "isnull_keeps_a_left_join": lambda a: titles(_books(a).filter(editor__age__isnull=True)),
    "not_null_makes_it_inner": lambda a: titles(_books(a).filter(editor__age__isnull=False)),
    "joins_of_one_filter": lambda a: _authors(a).filter(books__pages=1, books__title="x").values_list("pk"),
    "joins_of_two_filters": lambda a: _authors(a).filter(books__pages=1).filter(books__title="x").values_list("pk"),
    "many_to_many": lambda a: titles(_books(a).filter(tags__label="x")),
    "many_to_many_by_key": lambda a: titles(_books(a).filter(tags=3)),
    "exclude": lambda a: titles(_books(a).exclude(pages=1)),
    "exclude_nullable": lambda a: _authors(a).exclude(age=1).values_list("pk"),
    "exclude_many": lambda a: _authors(a).exclude(books__title="x").values_list("pk"),
    "exclude_many_null": lambda a: _authors(a).exclude(books__title=None).values_list("pk"),
    "double_negation": lambda a: _authors(a).filter(~~Q(age=1)).values_list("pk"),
    "or_xor": lambda a: titles(_books(a).filter(Q(pages=1) ^ Q(pages=2), Q(title="a") | ~Q(title="b"))),
    "in_list": lambda a: titles(_books(a).filter(pk__in=[1, 2, 3])),
    "in_empty": lambda a: titles(_books(a).filter(Q(pk__in=[]) | Q(pages=1))),
    "in_queryset": lambda a: titles(_books(a).filter(author__in=_authors(a).filter(age=1))),
    "in_slice": lambda a: titles(_books(a).filter(pk__in=_books(a).order_by("pages")[:2])),
    "patterns": lambda a: titles(_books(a).filter(title__icontains="x", title__startswith="y")),
    "json_key": lambda a: titles(_books(a).filter(extra__color="red")),
    "json_order": lambda a: titles(_books(a).order_by("extra__size")),
    "dates": lambda a: titles(_books(a).filter(released__year=2020, released__month__gte=2)),
    "values_of_relations": lambda a: _books(a).values_list("title", "author__name", "editor__mentor"),
    "order_by_relation": lambda a: titles(_books(a).order_by("author", "-editor__age")),
    "order_nulls": lambda a: titles(_books(a).order_by(F("price").desc(nulls_last=True), Lower("title"))),
    "order_random": lambda a: titles(_books(a).order_by("?")),
    "reverse": lambda a: titles(_books(a).order_by("-pages", "title").reverse()),
    "slice": lambda a: titles(_books(a)[5:15]),
    "offset": lambda a: titles(_books(a)[5:]),
    "distinct": lambda a: titles(_books(a).distinct()),
    "distinct_with_another_order": lambda a: titles(_books(a).distinct().order_by("pages")),
    "select_related": lambda a: _books(a).only("title", "author__name").select_related("author"),
    "annotate": lambda a: titles(_books(a).annotate(n=F("pages") + 1).filter(n__gt=3)),
    "group_by_model": lambda a: _authors(a).only("name").annotate(n=Count("books")),
    "group_by_values": lambda a: _books(a).values("author").annotate(n=Sum("pages")).order_by("author"),
    "group_by_values_of_relation": lambda a: _books(a).values("author__name").annotate(n=Count("pk")),
    "having": lambda a: _books(a).values("author").annotate(n=Count("pk")).filter(n__gt=1, pages__gt=2),
    "filtered_aggregate": lambda a: _books(a).values("author").annotate(n=Count("pk", filter=Q(pages__gt=2))),
    "subquery": lambda a: _authors(a).values_list(
        Subquery(Book.objects.filter(author=OuterRef("pk")).order_by("pages").values("title")[:1])
    ),
    "exists": lambda a: _authors(a).filter(Exists(Book.objects.filter(author=OuterRef("pk")))).values_list("pk"),
    "window": lambda a: _books(a).values_list(Window(RowNumber(), partition_by="author", order_by="pages")),
    "window_filtered": lambda a: titles(
        _books(a).annotate(n=Window(RowNumber(), order_by="pages")).filter(n__lte=2, pages__gt=1)
    ),
    "filtered_relation": lambda a: (
        _authors(a)
        .annotate(thick=FilteredRelation("books", condition=Q(books__pages__gt=9)))
        .values_list("thick__title")
    ),
    "union": lambda a: titles(_books(a)).union(_authors(a).values_list("name", flat=True)).order_by("title")[:2],
    "union_ordered_by_more": lambda a: titles(_books(a).union(_books(a)).order_by("-pages")),
    "composite_key": lambda a: Place.objects.using(a).filter(pk__in=[("a", 1), ("b", 2)]).order_by("-pk"),
    "inherited": lambda a: Magazine.objects.using(a).filter(title="x", issue=1).values_list("title", "issue"),
    "count": lambda a: _books(a).filter(author__name="x").acount(),
    "count_of_slice": lambda a: _books(a)[:3].acount(),
    "count_of_distinct": lambda a: _books(a).values("title").distinct().acount(),
    "aggregate": lambda a: _books(a).aaggregate(Sum("pages")),
    "aggregate_over_groups": lambda a: _books(a).values("author").annotate(n=Count("pk")).aaggregate(Sum("n")),
    "has_rows": lambda a: _books(a).filter(author__name="x").order_by("pages").aexists(),
    "update": lambda a: _books(a).filter(pages=1).aupdate(title="x", pages=F("pages") + 1),
    "update_over_join": lambda a: _books(a).filter(author__name="x").aupdate(title="y"),
    "raw_delete": lambda a: _books(a).filter(author__name="x")._araw_delete(),
    "bulk_create": lambda a: Tag.objects.using(a).abulk_create(_tags(2)),
    "bulk_create_of_many": lambda a: Tag.objects.using(a).abulk_create(_tags(100)),
    "bulk_create_of_expressions": lambda a: Tag.objects.using(a).abulk_create(
        [*_tags(1), Tag(label=Lower(Value("X")))]
    ),
    "bulk_create_of_defaults": lambda a: Code.objects.using(a).abulk_create([Code(mark="a"), Code(mark="b", note="c")]),
    "upsert": lambda a: Tag.objects.using(a).abulk_create(
        _tags(2), update_conflicts=True, update_fields=["label"], unique_fields=["label"]
    ),
    "bulk_update": lambda a: Tag.objects.using(a).abulk_update([Tag(pk=1, label="a"), Tag(pk=2, label="b")], ["label"]),
    "values_and_expressions": lambda a: _books(a).values_list("pages", Value("x"), F("pages") * 2),
    "moments": lambda a: titles(
        _books(a).filter(printed__lt=datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC), printed__date="2020-01-01")
    ),
}

# How many rows of ones the database answers; none where a case is not named.
ANSWERS = {
    "count": 1,
    "count_of_slice": 1,
    "count_of_distinct": 1,
    "aggregate": 1,
    "aggregate_over_groups": 1,
    "bulk_create": 2,
    "bulk_create_of_many": 100,
    "bulk_create_of_expressions": 2,
    "bulk_create_of_defaults": 2,
    "upsert": 2,
}
TEXTS = Path(__file__).with_name("sql_texts.json")


def statements_of(name: str, scheme: str) -> list[str]:
    """Return the statements of a case for a dialect, without those that begin and end transactions."""
    driver = RecordingDriver()
    databases.add(make_database(parse_config("recorded", {"scheme": scheme, "name": "x"}), driver=driver))
    try:
        driver.answer([(1, 1)[: 2 if name == "bulk_create_of_defaults" else 1]] * ANSWERS.get(name, 0))
        asyncio.run(_run(CASES[name]))
    finally:
        databases.remove("recorded")
    return [sql for sql in driver.sql if not sql.startswith(("BEGIN", "COMMIT"))]


async def _run(make: Make) -> None:
    await make("recorded")


def write_texts() -> None:
    """Write the texts of all cases."""
    texts = {name: {scheme: statements_of(name, scheme) for scheme in ("sqlite", "postgresql")} for name in CASES}
    TEXTS.write_text(json.dumps(texts, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    write_texts()
