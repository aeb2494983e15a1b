"""The everyday querysets: order, slices, values, single objects, counting, loading less and loading more."""

from __future__ import annotations

import datetime
from typing import Any

from tests.behaviour.harness.rows import Build, Table, call
from tests.behaviour.harness.shelf_data import at, populate
from tests.behaviour.orm import F, Q, functions, models
from tests.behaviour.schemas import shelf
from tests.behaviour.schemas.shelf import Publisher, Review, Volume, Writer

__all__ = ["SCHEMA", "TABLE", "populate"]

SCHEMA = shelf
TABLE = Table()
V = Volume.objects


def keys(queryset: Any) -> Any:
    """Return only the keys, in the queryset's own order."""
    return queryset.values_list("pk", flat=True)


def ordered(*names: Any) -> Build:
    """Return the keys of all volumes in this order."""
    return lambda: keys(V.order_by(*names))


# Order.
TABLE.rows(
    order_ascending=ordered("pages", "pk"),
    order_descending=ordered("-pages", "-pk"),
    order_two=ordered("in_print", "-pages", "pk"),
    order_nulls=ordered("price", "pk"),
    order_nulls_descending=ordered("-price", "pk"),
    order_nulls_first=ordered(F("price").asc(nulls_first=True), "pk"),
    order_nulls_last=ordered(F("price").desc(nulls_last=True), "pk"),
    order_expression=ordered(-F("pages"), "pk"),
    order_function=ordered(functions.Length("title"), "pk"),
    order_function_descending=ordered(functions.Length("title").desc(), "pk"),
    order_f=ordered(F("slug")),
    order_relation=ordered("writer", "pk"),
    order_relation_id=ordered("-writer_id", "pk"),
    order_relation_field=ordered("writer__name", "pk"),
    order_relation_descending=ordered("-writer__name", "pk"),
    order_nullable_relation=ordered("publisher__founded", "pk"),
    order_two_steps=ordered("writer__mentor__name", "pk"),
    order_pk=ordered("pk"),
    order_minus_pk=ordered("-pk"),
    order_replaces=lambda: keys(V.order_by("title").order_by("pk")),
    order_removed=lambda: keys(Review.objects.order_by().filter(pk=1)),
    order_of_meta=lambda: Review.objects.values_list("stars", "pk"),
    order_of_meta_across=lambda: Review.objects.order_by("volume", "pk").values_list("volume", "stars"),
    order_unicode=lambda: Publisher.objects.order_by(functions.Lower("name")).values_list("name", flat=True),
    order_date_part=ordered("published__month", "pk"),
    order_json_key=lambda: keys(V.filter(data__has_key="n").order_by("data__n")),
    order_duplicate=ordered("pk", "pk", "-pk"),
    order_reverse_relation=lambda: keys(Writer.objects.order_by("volumes__pages", "pk")),
    reverse=lambda: keys(V.order_by("pages", "pk").reverse()),
    reverse_twice=lambda: keys(V.order_by("pages", "pk").reverse().reverse()),
    reverse_of_meta=lambda: keys(Review.objects.reverse()),
    reverse_nulls=lambda: keys(V.order_by(F("price").asc(nulls_last=True), "pk").reverse()),
    ordered_flag=lambda: [V.all().ordered, V.order_by("pk").ordered, Review.objects.all().ordered],
    error_order_unknown=ordered("nome"),
    error_order_across_unknown=ordered("writer__nome"),
    error_order_across_plain=ordered("title__nome"),
    error_order_dotted=ordered("shelf_volume.title"),
    error_order_sql=ordered("title; drop table shelf_volume"),
    error_order_after_slice=lambda: V.all()[:2].order_by("pk"),
    error_reverse_after_slice=lambda: V.order_by("pk")[:2].reverse(),
)

# Slices and single objects.
TABLE.rows(
    slice_limit=lambda: keys(V.order_by("pk"))[:2],
    slice_offset=lambda: keys(V.order_by("pk"))[4:],
    slice_both=lambda: keys(V.order_by("pk"))[1:3],
    slice_of_slice=lambda: keys(V.order_by("pk"))[1:5][1:3],
    slice_beyond=lambda: keys(V.order_by("pk"))[90:],
    slice_empty=lambda: keys(V.order_by("pk"))[2:2],
    slice_whole=lambda: keys(V.order_by("pk"))[:],
    slice_then_count=lambda: call(V.order_by("pk")[2:], "count"),
    slice_beyond_count=lambda: call(V.order_by("pk")[90:], "count"),
    slice_then_exists=lambda: call(V.order_by("pk")[90:], "exists"),
    slice_then_first=lambda: call(V.order_by("pk")[2:], "first"),
    error_slice_negative=lambda: V.all()[-1:],
    error_index_negative=lambda: V.all()[-1],
    error_python_index_text=lambda: V.all()["x"],
    error_slice_then_filter=lambda: V.all()[:2].filter(pk=1),
    error_slice_then_exclude=lambda: V.all()[:2].exclude(pk=1),
    error_slice_then_distinct=lambda: V.all()[:2].distinct("pk"),
    error_slice_then_update=lambda: call(V.all()[:2], "update", pages=1),
    error_slice_then_last=lambda: call(V.order_by("pk")[:2], "last"),
    error_slice_then_earliest=lambda: call(V.order_by("pk")[:2], "earliest"),
    get=lambda: call(V, "get", title="Emma"),
    get_pk=lambda: call(V, "get", pk=3),
    get_q=lambda: call(V, "get", Q(title="Emma"), pages=474),
    get_of_a_filter=lambda: call(V.filter(pages=474), "get", title="Emma"),
    get_without_arguments=lambda: call(V.filter(pk=2), "get"),
    error_get_none=lambda: call(V, "get", title="nothing"),
    error_get_several=lambda: call(V, "get", pages=474),
    error_get_many=lambda: call(Review.objects, "get"),
    error_get_unknown=lambda: call(V, "get", nome=1),
    error_get_of_a_slice=lambda: call(V.all()[:3], "get", pk=1),
    first=lambda: call(V, "first"),
    first_ordered=lambda: call(V.order_by("-pages"), "first"),
    first_of_meta=lambda: call(Review.objects, "first"),
    first_of_none=lambda: call(V.filter(pk=99), "first"),
    last=lambda: call(V, "last"),
    last_ordered=lambda: call(V.order_by("pages", "pk"), "last"),
    last_of_meta=lambda: call(Review.objects, "last"),
    last_of_none=lambda: call(V.filter(pk=99), "last"),
    first_of_values=lambda: call(V.order_by("pk").values("title"), "first"),
    first_of_flat=lambda: call(V.order_by("pk").values_list("title", flat=True), "first"),
    latest=lambda: call(V.filter(published__isnull=False), "latest"),
    latest_named=lambda: call(V.filter(created__isnull=False), "latest", "created"),
    latest_two=lambda: call(V, "latest", "pages", "pk"),
    latest_descending=lambda: call(V, "latest", "-pk"),
    earliest=lambda: call(V.filter(published__isnull=False), "earliest"),
    earliest_named=lambda: call(V.filter(created__isnull=False), "earliest", "created"),
    earliest_expression=lambda: call(V, "earliest", functions.Length("title"), "pk"),
    error_latest_none=lambda: call(V.filter(pk=99), "latest"),
    error_latest_without_option=lambda: call(Writer.objects, "latest"),
    error_latest_unknown=lambda: call(V, "latest", "nome"),
)

# Counting and asking.
TABLE.rows(
    count=lambda: call(V, "count"),
    count_filtered=lambda: call(V.filter(pages__gt=300), "count"),
    count_relation=lambda: call(V.filter(writer__name__startswith="J"), "count"),
    count_repeated=lambda: call(Writer.objects.filter(volumes__pages__gt=0), "count"),
    count_distinct=lambda: call(Writer.objects.filter(volumes__pages__gt=0).distinct(), "count"),
    count_none=lambda: call(V.none(), "count"),
    count_in_empty=lambda: call(V.filter(pk__in=[]), "count"),
    count_values_distinct=lambda: call(V.values("pages").distinct(), "count"),
    exists=lambda: call(V, "exists"),
    exists_not=lambda: call(V.filter(pk=99), "exists"),
    exists_none=lambda: call(V.none(), "exists"),
    exists_ordered=lambda: call(V.order_by("writer__name"), "exists"),
    none=lambda: V.none(),
    none_filtered=lambda: V.none().filter(pk=1).order_by("pk"),
    none_values=lambda: V.none().values("pk"),
    error_none_get=lambda: call(V.none(), "get"),
    none_update=lambda: call(V.none(), "update", pages=1),
    none_delete=lambda: call(V.none(), "delete"),
    none_first=lambda: call(V.none(), "first"),
    in_bulk=lambda: call(V, "in_bulk", [1, 3, 99]),
    in_bulk_all=lambda: call(V, "in_bulk"),
    in_bulk_empty=lambda: call(V, "in_bulk", []),
    in_bulk_field=lambda: call(V, "in_bulk", ["emma", "wolf"], field_name="slug"),
    in_bulk_relation_to_field=lambda: call(Publisher.objects, "in_bulk", ["Bradbury"], field_name="name"),
    in_bulk_filtered=lambda: call(V.filter(pages__gt=300), "in_bulk", [1, 2]),
    in_bulk_values=lambda: call(V.values("title"), "in_bulk", [1]),
    in_bulk_flat=lambda: call(V.values_list("title", flat=True), "in_bulk", [1, 2]),
    error_in_bulk_not_unique=lambda: call(V, "in_bulk", ["Emma"], field_name="title"),
    error_in_bulk_slice=lambda: call(V.all()[:2], "in_bulk", [1]),
    distinct_values=lambda: V.order_by("pages").values_list("pages", flat=True).distinct(),
    distinct_two=lambda: V.order_by("writer", "in_print").values_list("writer", "in_print").distinct(),
    distinct_and_order_by_other=lambda: V.values_list("writer", flat=True).distinct().order_by("pages", "pk"),
)
TABLE.rows(
    vendors=("postgresql",),
    distinct_on=lambda: keys(V.order_by("writer", "pages").distinct("writer")),
    distinct_on_relation=lambda: keys(V.order_by("writer__name", "-pages").distinct("writer__name")),
    error_distinct_on_order=lambda: keys(V.order_by("pages").distinct("writer")),
)
TABLE.rows(vendors=("sqlite",), error_distinct_on_unsupported=lambda: keys(V.distinct("writer")))

# Values.
TABLE.rows(
    values=lambda: V.filter(pk=1).values(),
    values_named=lambda: V.order_by("pk").values("title", "pages"),
    values_relation=lambda: V.order_by("pk").values("writer", "publisher"),
    values_relation_id=lambda: V.order_by("pk").values("writer_id", "publisher_id"),
    values_across=lambda: V.order_by("pk").values("writer__name", "publisher__country"),
    values_two_steps=lambda: V.order_by("pk").values("writer__mentor__name"),
    values_pk=lambda: V.order_by("pk").values("pk"),
    values_across_pk=lambda: V.order_by("pk").values("writer__pk"),
    values_reverse=lambda: Writer.objects.order_by("pk", "volumes__pk").values("name", "volumes__title"),
    values_expression=lambda: V.order_by("pk").values(double=F("pages") * 2),
    values_name_and_expression=lambda: V.order_by("pk").values("title", low=functions.Lower("title")),
    values_date_part=lambda: V.order_by("pk").values("published__year"),
    values_json_path=lambda: V.order_by("pk").values("data__genre"),
    values_all_types=lambda: V.order_by("pk").values(
        "price", "published", "created", "opens", "reading", "in_print", "uid", "data", "address", "blob", "rating"
    ),
    values_twice=lambda: V.order_by("pk").values("title").values("pages"),
    values_then_filter=lambda: V.values("title").filter(pages=474).order_by("pk"),
    values_then_order=lambda: V.values("title").order_by("-pages", "pk"),
    values_list=lambda: V.filter(pk=3).values_list(),
    values_list_named_fields=lambda: V.order_by("pk").values_list("pages", "title"),
    values_list_repeated=lambda: V.order_by("pk").values_list("pages", "pages"),
    values_list_flat=lambda: V.order_by("pk").values_list("title", flat=True),
    values_list_flat_across=lambda: V.order_by("pk").values_list("publisher__country", flat=True),
    values_list_named=lambda: V.order_by("pk").values_list("pk", "title", named=True),
    values_list_named_across=lambda: V.order_by("pk").values_list("writer__name", named=True),
    values_list_expression=lambda: V.order_by("pk").values_list("pk", F("pages") + 1),
    values_list_flat_expression=lambda: V.order_by("pk").values_list(functions.Upper("slug"), flat=True),
    values_list_named_expression=lambda: V.order_by("pk").values_list("pk", functions.Lower("slug"), named=True),
    values_list_flat_pk=lambda: V.order_by("pk").values_list("pk", flat=True),
    error_values_unknown=lambda: V.values("nome"),
    error_values_across_unknown=lambda: V.values("writer__nome"),
    error_values_list_flat_two=lambda: V.values_list("pk", "title", flat=True),
    error_values_list_flat_named=lambda: V.values_list("pk", flat=True, named=True),
    error_python_values_list_keyword=lambda: V.values_list("pk", flatt=True),
    error_values_conflict=lambda: V.values(title=F("pages")),
    error_values_then_select_related=lambda: V.values("pk").select_related("writer"),
    error_values_then_only=lambda: V.values("pk").only("title"),
    error_values_then_defer=lambda: V.values("pk").defer("title"),
    dates_year=lambda: V.dates("published", "year"),
    dates_month=lambda: V.dates("published", "month", order="DESC"),
    dates_week=lambda: V.dates("published", "week"),
    dates_day=lambda: V.dates("published", "day"),
    datetimes_month=lambda: V.datetimes("created", "month"),
    datetimes_hour=lambda: V.datetimes("created", "hour", order="DESC"),
    datetimes_zone=lambda: V.datetimes("created", "day", tzinfo=datetime.timezone(datetime.timedelta(hours=10))),
    error_dates_kind=lambda: V.dates("published", "hour"),
    error_dates_order=lambda: V.dates("published", "year", order="UP"),
    error_dates_field=lambda: V.dates("title", "year"),
)

# Loading more, loading less, combining.
TABLE.rows(
    select_related=lambda: V.select_related("writer").order_by("pk"),
    select_related_values=lambda: keys(V.select_related("writer", "publisher").order_by("pk")),
    select_related_then_none=lambda: keys(V.select_related("writer").select_related(None).order_by("pk")),
    error_select_related_unknown=lambda: V.select_related("nome"),
    error_select_related_plain=lambda: V.select_related("title"),
    error_select_related_many=lambda: Writer.objects.select_related("volumes"),
    error_only_unknown=lambda: V.only("nome"),
    error_only_across_unrelated=lambda: V.only("writer__nome"),
    error_only_deferred_traversed=lambda: V.select_related("writer").only("title"),
    only=lambda: V.only("title").order_by("pk"),
    defer=lambda: V.defer("title", "data").order_by("pk"),
    defer_none=lambda: V.defer("title").defer(None).order_by("pk"),
    update=lambda: call(V.filter(pk=99), "update", pages=5),
    error_update_unknown=lambda: call(V.filter(pk=99), "update", nome=5),
    error_update_across=lambda: call(V.filter(pk=99), "update", writer__name="x"),
    error_update_reverse=lambda: call(Writer.objects.filter(pk=99), "update", volumes=1),
    error_update_wrong_type=lambda: call(V.filter(pk=99), "update", pages="many"),
    error_update_joined_f=lambda: call(V.filter(pk=99), "update", title=F("writer__name")),
    contains=lambda: call(V.all(), "contains", V.model(pk=2)),
    contains_not=lambda: call(V.filter(pages=0), "contains", V.model(pk=2)),
    contains_other_model=lambda: call(V.all(), "contains", Writer(pk=2)),
    error_contains_not_a_model=lambda: call(V.all(), "contains", 2),
    error_contains_unsaved=lambda: call(V.all(), "contains", V.model()),
    error_contains_values=lambda: call(V.values("pk"), "contains", V.model(pk=2)),
    error_python_using_unknown=lambda: V.using("nowhere"),
    alias_and_filter=lambda: keys(V.alias(double=F("pages") * 2).filter(double__gt=900).order_by("pk")),
    annotate_and_filter=lambda: V.annotate(n=F("pages") * 2).filter(n__gt=900).order_by("pk").values("n"),
    annotate_order=lambda: keys(V.annotate(size=functions.Length("title")).order_by("-size", "pk")),
    combined_and=lambda: keys((V.filter(pages=474) & V.filter(in_print=True)).order_by("pk")),
    combined_or=lambda: keys((V.filter(pages=474) | V.filter(pages=0)).order_by("pk")),
    combined_xor=lambda: keys((V.filter(pages=474) ^ V.filter(in_print=True)).order_by("pk")),
    combined_or_relation=lambda: keys(
        (V.filter(writer__active=False) | V.filter(publisher__country="GB")).order_by("pk")
    ),
    combined_with_none=lambda: keys((V.none() | V.filter(pages=0)).order_by("pk")),
    combined_and_none=lambda: keys(V.filter(pages=0) & V.none()),
    error_combined_models=lambda: V.all() & Writer.objects.all(),
    union=lambda: V.filter(pages=474).values_list("pk").union(V.filter(pages=0).values_list("pk")).order_by("pk"),
    now=lambda: keys(V.filter(created__lt=functions.Now()).order_by("pk")),
    between=lambda: keys(V.filter(created__gte=at(2024, 1, 1), created__lt=at(2025, 1, 1)).order_by("created")),
    case=lambda: V.order_by("pk").values_list(
        models.Case(models.When(pages__gt=400, then=models.Value("long")), default=models.Value("short")), flat=True
    ),
)
