"""Unusual combinations: where one rule meets another."""

from __future__ import annotations

import datetime
from typing import Any

from tests.behaviour.harness.library_data import populate
from tests.behaviour.harness.rows import Table, call
from tests.behaviour.orm import F, Q, functions, lookups, models
from tests.behaviour.schemas import library
from tests.behaviour.schemas.library import Author, Book, Employee, Number, Publisher, Stock, Store, Tag

__all__ = ["SCHEMA", "TABLE", "populate"]

SCHEMA = library
TABLE = Table()
A, B, P, S, E, N, T, K = (m.objects for m in (Author, Book, Publisher, Store, Employee, Number, Tag, Stock))
Value, Count, Sum, Max, Min, Avg = models.Value, models.Count, models.Sum, models.Max, models.Min, models.Avg
OuterRef, Subquery, Exists, Window = models.OuterRef, models.Subquery, models.Exists, models.Window
Case, When = models.Case, models.When
Length, Lower, Upper = functions.Length, functions.Lower, functions.Upper
PLUS10 = datetime.timezone(datetime.timedelta(hours=10))


def keys(queryset: Any) -> Any:
    """Return the keys in their order."""
    return queryset.order_by("pk").values_list("pk", flat=True)


# Ordering.
TABLE.rows(
    error_order_aggregate=lambda: A.order_by(Count("books")),
    error_order_aggregate_descending=lambda: A.order_by(Count("books").desc()),
    error_order_number=lambda: A.order_by(3),
    order_exists=lambda: A.order_by(Exists(B.filter(contact=OuterRef("pk"))), "pk").values_list("pk", flat=True),
    order_exists_descending=lambda: A.order_by(Exists(B.filter(contact=OuterRef("pk"))).desc(), "pk").values_list("pk", flat=True),
    order_lookup=lambda: B.order_by(lookups.GreaterThan(F("pages"), 400), "pk").values_list("pk", flat=True),
    order_annotated_default_name=lambda: P.annotate(Count("books")).order_by("-books__count", "pk").values_list("pk", flat=True),
    filter_annotated_default_name=lambda: keys(P.annotate(Count("books")).filter(books__count__gt=1)),
    values_annotated_default_name=lambda: P.annotate(Max("books__pages")).order_by("pk").values_list("pk", "books__pages__max"),
    f_annotated_default_name=lambda: P.annotate(Count("books")).annotate(n=F("books__count") * 2).order_by("pk").values_list("pk", "n"),
    exclude_annotated_default_name=lambda: keys(P.annotate(Count("books")).exclude(books__count__gt=1)),
    filter_annotated_default_name_exact=lambda: keys(P.annotate(Count("books")).filter(books__count=1)),
    annotated_default_name_transform=lambda: keys(P.annotate(Max("books__published")).filter(books__published__max__year__gt=2007)),
    having_in_case=lambda: P.annotate(Count("books")).annotate(x=Case(When(books__count__gt=1, then=1), default=0)).order_by("pk").values_list("x", flat=True),
    aggregate_annotated_default_name=lambda: call(P.annotate(Count("books")), "aggregate", Max("books__count")),
    annotation_hides_relation=lambda: P.annotate(books__pages=F("awards")).filter(books__pages__gt=2).order_by("pk").values_list("pk", "books__pages"),
    in_bulk_named_key=lambda: call(B.values_list("isbn", "pk", named=True), "in_bulk", [1, 2]),
    in_bulk_named_field=lambda: call(B.values_list("title", named=True), "in_bulk", ["159059725"], field_name="isbn"),
    order_slice_of_text=lambda: A.order_by(F("name")[1:3], "pk").values_list("pk", flat=True),
    order_window=lambda: E.order_by(Window(functions.Rank(), order_by="-salary"), "pk").values_list("pk", flat=True),
    order_value_annotation=lambda: A.annotate(v=Value("x")).order_by("v", "pk").values_list("pk", flat=True),
    order_twice_same=lambda: B.order_by("pages", "-pages", "pk").values_list("pk", flat=True),
)  # fmt: skip

# Grouping.
TABLE.rows(
    distinct_values_annotate=lambda: B.values("publisher").distinct().annotate(n=Count("pk")).order_by("publisher").values_list("publisher", "n"),
    values_annotate_values=lambda: B.values("publisher").annotate(n=Count("pk")).values("n").order_by("n").values_list("n", flat=True),
    annotate_values_annotate=lambda: B.annotate(long=Q(pages__gt=400)).values("long").annotate(n=Count("pk")).order_by("long").values_list("long", "n"),
    values_annotate_filter_annotate=lambda: B.values("publisher").annotate(n=Count("pk")).filter(n__gt=1).annotate(m=Max("pages")).order_by("publisher").values_list("publisher", "n", "m"),
    values_of_expression_annotate=lambda: B.values(year=F("published__year")).annotate(n=Count("pk")).order_by("year").values_list("year", "n"),
    values_ordered_annotate=lambda: B.order_by("pages").values("publisher").annotate(n=Count("pk")).values_list("publisher", "n"),
    values_json_annotate=lambda: B.values("extra__lang").annotate(n=Count("pk")).order_by("n", "extra__lang").values_list("n", flat=True),
    aggregate_of_annotation=lambda: call(P.annotate(n=Count("books")), "aggregate", s=Sum("n"), m=Max("n")),
    aggregate_of_slice=lambda: call(B.order_by("-pages")[:3], "aggregate", s=Sum("pages")),
    aggregate_of_distinct=lambda: call(B.values("publisher").distinct(), "aggregate", n=Count("publisher")),
    aggregate_of_subquery=lambda: call(A, "aggregate", s=Sum(Subquery(B.filter(contact=OuterRef("pk")).order_by("pk").values("pages")[:1]))),
    aggregate_filter_exists=lambda: call(A, "aggregate", n=Count("pk", filter=Exists(B.filter(contact=OuterRef("pk"))))),
    aggregate_default=lambda: call(B.filter(pk=99), "aggregate", s=Sum("pages", default=7)),
    aggregate_of_window=lambda: call(E.annotate(r=Window(functions.Rank(), order_by="salary")), "aggregate", m=Max("r")),
    aggregate_two_relations=lambda: P.annotate(a=Count("books", distinct=True), b=Count("books__authors", distinct=True)).order_by("pk").values_list("pk", "a", "b"),
    aggregate_expression_of_two=lambda: P.annotate(x=Max("books__pages") - Min("books__pages")).order_by("pk").values_list("pk", "x"),
    having_f=lambda: keys(P.annotate(n=Count("books")).filter(awards__gt=F("n"))),
    having_or_where=lambda: keys(P.annotate(n=Count("books")).filter(Q(n__gt=1) | Q(awards=0))),
    having_not=lambda: keys(P.annotate(n=Count("books")).exclude(n=1)),
    having_xor=lambda: keys(P.annotate(n=Count("books")).filter(Q(n=1) ^ Q(awards__gt=2))),
    error_aggregate_of_aggregate=lambda: P.annotate(n=Count("books")).annotate(m=Max("n")),
    count_of_grouped=lambda: call(B.values("publisher").annotate(n=Count("pk")), "count"),
    exists_of_grouped=lambda: call(B.values("publisher").annotate(n=Count("pk")).filter(n__gt=5), "exists"),
    group_across=lambda: B.values("publisher__country__name").annotate(n=Count("authors", distinct=True)).order_by("publisher__country__name").values_list("publisher__country__name", "n"),
)  # fmt: skip

# Negations, XOR, many-valued paths.
TABLE.rows(
    xor_three=lambda: keys(B.filter(Q(pages__gt=400) ^ Q(rating=4.0) ^ Q(publisher=3))),
    xor_four_null=lambda: keys(A.filter(Q(age__gt=30) ^ Q(mentor=1) ^ Q(country="US") ^ Q(born__year=1980))),
    xor_negated=lambda: keys(B.filter(~(Q(pages__gt=400) ^ Q(rating=4.0) ^ Q(publisher=3)))),
    xor_many=lambda: keys(P.filter(Q(books__pages__gt=400) ^ Q(books__rating=4.0)).distinct()),
    exclude_deep=lambda: keys(P.exclude(books__authors__friends__age__gt=40)),
    exclude_deep_and=lambda: keys(P.exclude(books__authors__age__gt=40, books__tags__label="ai")),
    exclude_deep_null=lambda: keys(P.exclude(books__authors__mentor__isnull=True)),
    exclude_deep_f=lambda: keys(P.exclude(books__authors__age__gt=F("awards") * 10)),
    exclude_in_queryset=lambda: keys(P.exclude(books__authors__in=A.filter(age__gt=40))),
    exclude_or=lambda: keys(P.exclude(Q(books__pages__gt=900) | Q(books__rating=3.0))),
    not_not_many=lambda: keys(P.filter(~Q(~Q(books__pages__gt=400)))),
    exclude_annotation=lambda: keys(P.annotate(m=Max("books__pages")).exclude(m__gt=500)),
    exclude_self=lambda: keys(A.exclude(friends__friends__age__gt=40)),
    exclude_through=lambda: keys(S.exclude(stock__book__authors__name__startswith="P")),
    exclude_none_in=lambda: keys(A.exclude(mentor__in=[1, None])),
    filter_none_in=lambda: keys(A.filter(mentor__in=[1, None])),
    lookup_both_sides=lambda: keys(B.filter(lookups.GreaterThan(F("pages") / 2, F("rating") * 50))),
    tuple_in=lambda: keys(B.filter(pk__in=[1, 2]).filter(Q(pages=447) | Q(pages=528))),
)  # fmt: skip

# Windows.
TABLE.rows(
    window_filter=lambda: E.annotate(r=Window(functions.Rank(), partition_by="department", order_by="-salary")).filter(r=1).order_by("pk").values_list("pk", flat=True),
    window_filter_or=lambda: E.annotate(r=Window(functions.RowNumber(), order_by="salary")).filter(Q(r=1) | Q(age=50)).order_by("pk").values_list("pk", flat=True),
    window_filter_count=lambda: call(E.annotate(r=Window(functions.Rank(), partition_by="department", order_by="-salary")).filter(r=1), "count"),
    window_filter_exclude=lambda: E.annotate(r=Window(functions.Rank(), partition_by="department", order_by="-salary")).exclude(r=1).order_by("pk").values_list("pk", flat=True),
    window_filter_sliced=lambda: E.annotate(r=Window(functions.Rank(), partition_by="department", order_by="-salary")).filter(r=1).order_by("pk").values_list("pk", flat=True)[1:3],
    window_filter_two=lambda: E.annotate(r=Window(functions.Rank(), order_by="-salary"), q=Window(Sum("salary"), partition_by="department")).filter(r__lt=6, q__gt=100000).order_by("pk").values_list("pk", "r", "q"),
    window_exclusion=lambda: E.annotate(s=Window(Sum("salary"), partition_by="department", order_by="pk", frame=models.RowRange(start=None, end=None, exclusion=models.WindowFrameExclusion.CURRENT_ROW))).order_by("pk").values_list("s", flat=True),
    window_expression=lambda: E.annotate(d=F("salary") - Window(Avg("salary"), partition_by="department")).order_by("pk").values_list("d", flat=True),
    window_over_aggregate=lambda: E.values("department").annotate(s=Sum("salary")).annotate(r=Window(functions.Rank(), order_by="-s")).order_by("r").values_list("department", "r"),
    window_in_values=lambda: E.values("department", r=Window(functions.RowNumber(), order_by="pk")).order_by("r").values_list("r", flat=True),
    window_in_subquery=lambda: keys(E.filter(pk__in=E.annotate(r=Window(functions.RowNumber(), order_by="-salary")).filter(r__lte=2).values("pk"))),
)  # fmt: skip

# Dates in zones, JSON, slices, in_bulk, and the rest.
TABLE.rows(
    datetimes_across=lambda: K.datetimes("store__opened", "year"),
    datetimes_across_zone=lambda: K.datetimes("store__opened", "day", tzinfo=PLUS10),
    dates_across=lambda: P.dates("books__published", "year"),
    dates_filtered=lambda: B.filter(pages__gt=400).dates("published", "month", order="DESC"),
    datetimes_count=lambda: call(B.datetimes("added", "year"), "count"),
    dates_sliced=lambda: B.dates("published", "year")[1:3],
    dates_values=lambda: B.dates("published", "year").values_list("datefield", flat=True),
    trunc_zone_group=lambda: B.annotate(d=functions.TruncDay("added", tzinfo=PLUS10)).values("d").annotate(n=Count("pk")).order_by("d").values_list("d", "n"),
    extract_zone=lambda: B.annotate(h=functions.ExtractHour("added", tzinfo=PLUS10)).order_by("pk").values_list("h", flat=True),
    json_order=lambda: B.order_by("extra__meta__size", "pk").values_list("pk", "extra__meta__size"),
    json_kt=lambda: B.annotate(t=models.fields.json.KT("extra__meta__title")).order_by("pk").values_list("t", flat=True),
    json_kt_filter=lambda: keys(B.annotate(t=models.fields.json.KT("extra__lang")).filter(t__startswith="d")),
    json_f=lambda: keys(B.filter(extra__lang=F("extra__lang"))),
    json_exclude=lambda: keys(B.exclude(extra__lang="en")),
    json_index=lambda: B.order_by("pk").values_list("extra__editions__0", flat=True),
    json_aggregate=lambda: call(B, "aggregate", m=Max(functions.Cast(models.fields.json.KT("extra__meta__size"), models.IntegerField()))),
    slice_step=lambda: list(range(7))[1:6:2],
    in_bulk_values_list=lambda: call(B.values_list("title", "pages"), "in_bulk", [1, 2]),
    in_bulk_named=lambda: call(B.values_list("isbn", named=True), "in_bulk", [1, 2]),
    in_bulk_values_field=lambda: call(B.values("isbn", "title"), "in_bulk", ["159059725"], field_name="isbn"),
    in_bulk_annotated=lambda: call(B.annotate(n=Length("title")).values_list("n", flat=True), "in_bulk", [1, 2]),
    first_of_grouped=lambda: call(B.values("publisher").annotate(n=Count("pk")).order_by("publisher"), "first"),
    error_first_of_grouped=lambda: call(B.values("publisher").annotate(n=Count("pk")), "first"),
    last_reversed=lambda: call(B.order_by(F("rating").desc(nulls_last=True), "pk"), "last"),
    latest_named=lambda: call(B, "latest", "published"),
    filter_annotation_shadow=lambda: keys(B.annotate(isbn2=F("isbn")).filter(isbn2__startswith="1")),
    error_annotate_shadow=lambda: B.annotate(isbn=F("pages")),
    order_alias_then_values=lambda: B.alias(x=F("pages")).order_by("x").values_list("pk", flat=True),
    error_values_alias=lambda: B.alias(x=F("pages")).values("x"),
    alias_promoted=lambda: B.alias(x=F("pages")).annotate(y=F("x") + 1).order_by("pk").values_list("y", flat=True),
    subquery_of_values_annotate=lambda: P.annotate(m=Subquery(B.filter(publisher=OuterRef("pk")).values("publisher").annotate(c=Count("pk")).values("c"))).order_by("pk").values_list("m", flat=True),
    outer_ref_in_aggregate_filter=lambda: P.annotate(m=Subquery(B.filter(publisher=OuterRef("pk")).values("publisher").annotate(c=Count("pk", filter=Q(pages__gt=OuterRef("awards") * 100))).values("c"))).order_by("pk").values_list("m", flat=True),
    or_of_annotated=lambda: keys(B.annotate(n=Length("title")).filter(n__gt=15) | B.annotate(n=Length("title")).filter(pages=0)),
    and_of_slice_in=lambda: keys(B.filter(pk__in=B.order_by("pk")[:3]) & B.filter(pages__gt=400)),
    in_grouped_values=lambda: keys(A.filter(pk__in=B.values("contact").annotate(n=Count("pk")).filter(n=1).values("contact"))),
    update_ordered=lambda: call(B.filter(pk=99).order_by("pages"), "update", pages=F("pages") + 1),
    error_update_annotation=lambda: call(B.annotate(n=Count("authors")).filter(pk=99), "update", pages=F("n")),
    delete_nothing=lambda: call(B.filter(pk=99), "delete"),
    error_delete_values=lambda: call(B.values("pk"), "delete"),
    error_delete_sliced=lambda: call(B.all()[:1], "delete"),
)  # fmt: skip
TABLE.rows(
    vendors=("postgresql",),
    string_agg=lambda: P.annotate(x=models.StringAgg("books__title", delimiter=Value("|"), order_by="books__title")).order_by("pk").values_list("pk", "x"),
    string_agg_distinct=lambda: P.annotate(x=models.StringAgg("books__contact__country", delimiter=Value(","), distinct=True, order_by="books__contact__country")).order_by("pk").values_list("pk", "x"),
)  # fmt: skip
