"""Aggregates and GROUP BY: whole tables, grouped values, filters before and after, subqueries."""

from __future__ import annotations

import datetime
import decimal
from typing import Any

from tests.behaviour.harness.library_data import populate
from tests.behaviour.harness.rows import Build, Table, call
from tests.behaviour.orm import F, Q, functions, models
from tests.behaviour.schemas import library
from tests.behaviour.schemas.library import Author, Book, Employee, Number, Publisher, Store, Tag

__all__ = ["SCHEMA", "TABLE", "populate"]

SCHEMA = library
TABLE = Table()
B, A, P, S, E = Book.objects, Author.objects, Publisher.objects, Store.objects, Employee.objects
RATED = B.filter(rating__isnull=False, price__isnull=False)
Avg, Count, Max, Min, Sum = models.Avg, models.Count, models.Max, models.Min, models.Sum
StdDev, Variance = models.StdDev, models.Variance


def total(manager: Any, *aggregates: Any, **named: Any) -> Build:
    """Aggregate over all rows."""
    return lambda: call(manager, "aggregate", *aggregates, **named)


# Over all rows.
TABLE.rows(
    avg=total(A, Avg("age")),
    avg_named=total(A, average=Avg("age")),
    sum=total(A, Sum("age")),
    min_max=total(A, Min("age"), Max("age")),
    count=total(A, Count("age")),
    error_count_star_unnamed=total(A, Count("*")),
    count_star=total(A, n=Count("*")),
    count_pk=total(A, n=Count("pk")),
    count_distinct=total(B, n=Count("rating", distinct=True)),
    avg_distinct=total(B, n=Avg("rating", distinct=True)),
    sum_distinct=total(B, n=Sum("rating", distinct=True)),
    sum_decimal=total(B, Sum("price")),
    avg_decimal=total(B, Avg("price")),
    avg_integer=total(B, Avg("pages")),
    sum_duration=total(B, Sum("length")),
    avg_duration=total(B, Avg("length")),
    max_date=total(B, Max("published"), Min("published")),
    max_moment=total(B, Max("added")),
    max_text=total(A, Max("name")),
    max_time=total(S, Max("closes")),
    stddev=total(RATED, StdDev("rating"), StdDev("pages", sample=True)),
    variance=total(RATED, Variance("rating"), Variance("pages", sample=True)),
    stddev_decimal=total(RATED, StdDev("price")),
    across=total(B, Avg("authors__age")),
    across_two=total(P, Sum("books__authors__age")),
    reverse=total(P, Count("books")),
    reverse_distinct=total(P, n=Count("books__rating", distinct=True)),
    filter_argument=total(A, old=Count("pk", filter=Q(age__gt=40)), young=Count("pk", filter=Q(age__lte=40))),
    filter_argument_across=total(P, n=Count("books", filter=Q(books__rating__gte=4.0))),
    filter_argument_sum=total(B, n=Sum("price", filter=Q(available=True))),
    filter_argument_empty=total(B, n=Count("pk", filter=Q(pk__in=[]))),
    filter_argument_f=total(B, n=Count("pk", filter=Q(pages__gt=F("price") * 10))),
    filter_argument_exists=total(A, n=Count("pk", filter=models.Exists(B.filter(contact=models.OuterRef("pk"))))),
    default=total(B.filter(pk=99), n=Sum("pages", default=0)),
    default_none=total(B.filter(pk=99), n=Sum("pages")),
    default_avg=total(B.filter(pk=99), n=Avg("pages", default=1.5)),
    default_max=total(B.filter(pk=99), n=Max("published", default=datetime.date(2000, 1, 1))),
    default_not_used=total(B, n=Min("pages", default=5)),
    expression=total(B, n=Sum(F("pages") * F("rating"))),
    expression_constant=total(B, n=Sum(models.Value(1))),
    expression_of_aggregates=total(B, n=Max("pages") - Min("pages")),
    expression_mixed=total(B, n=Sum("pages") / Count("pk")),
    expression_case=total(B, n=Sum(models.Case(models.When(pages__gt=500, then=1), default=0))),
    expression_coalesce=total(B, n=Sum(functions.Coalesce("rating", 0.0))),
    expression_division_integers=total(B, n=Sum(F("pages") / 7)),
    reuse_of_alias=total(B, a=Sum("pages"), b=F("a") * 2),
    on_none=total(B.none(), n=Count("pk"), m=Sum("pages")),
    on_in_empty=total(B.filter(pk__in=[]), n=Count("pk"), m=Max("pages")),
    on_slice=total(B.order_by("-pages")[:3], n=Sum("pages")),
    on_distinct=total(B.values("rating").distinct(), n=Count("rating")),
    on_grouped=total(B.values("publisher").annotate(n=Count("pk")), most=Max("n")),
    on_annotated=total(B.annotate(n=Count("authors")), most=Max("n"), all=Sum("n")),
    on_annotated_filtered=total(B.annotate(n=Count("authors")).filter(n__gt=1), all=Sum("n")),
    on_annotated_unrelated=total(B.annotate(n=F("pages") * 2), n2=Sum("n")),
    on_subquery_annotation=total(
        A.annotate(n=models.Subquery(B.filter(contact=models.OuterRef("pk")).values("pages")[:1])), m=Max("n")
    ),
    on_union_free_join=total(B.filter(authors__age__gt=30), n=Count("pk")),
    count_annotated=lambda: call(B.annotate(n=Count("authors")).filter(n__gt=1), "count"),
    count_grouped=lambda: call(B.values("rating").annotate(n=Count("pk")), "count"),
    exists_annotated=lambda: call(B.annotate(n=Count("authors")).filter(n__gt=9), "exists"),
    bits=total(B, models.BitAnd("flags"), models.BitOr("flags"), models.BitXor("flags")),
    bits_none=total(B.filter(pk=7), models.BitAnd("flags")),
    any_value=total(B.filter(pk=1), n=models.AnyValue("title")),
    string_agg_none=total(A.filter(pk=99), n=models.StringAgg("name", models.Value(","))),
    string_agg_default=total(A.filter(pk=99), n=models.StringAgg("name", models.Value(","), default=models.Value("-"))),
    boolean_count=total(B, n=Count("available")),
    max_text_empty=total(Number.objects, n=Max("text")),
)

# Django asks SQLite 3.44 for an order inside an aggregate, and its own functions refuse NULL and single values.
TABLE.rows(
    vendors=("postgresql",),
    stddev_one_row=total(B.filter(pk=1), StdDev("rating", sample=True)),
    stddev_nulls=total(B, StdDev("rating"), Variance("rating")),
    string_agg=total(B.filter(pk__lt=4), n=models.StringAgg("title", models.Value("; "), order_by="pk")),
    string_agg_descending=total(A, n=models.StringAgg("name", models.Value(","), order_by="-name")),
    string_agg_filter=total(A, n=models.StringAgg("name", models.Value(","), filter=Q(age__gt=45), order_by="pk")),
    values_stringagg=lambda: (
        E.values("department")
        .annotate(who=models.StringAgg("name", models.Value(","), order_by=("salary", "pk")))
        .order_by("department")
    ),
)
TABLE.rows(
    vendors=("sqlite",),
    string_agg_unordered=total(B.filter(pk=1), n=models.StringAgg("title", models.Value("; "))),
)

# Grouped by the object.
TABLE.rows(
    annotate_count=lambda: (P.annotate(n=Count("books")).order_by("pk").values_list("name", "n")),
    annotate_zero=lambda: (P.annotate(n=Count("books")).filter(n=0).values_list("name")),
    annotate_having=lambda: (P.annotate(n=Count("books")).filter(n__gt=1).order_by("pk").values_list("name", "n")),
    annotate_having_or=lambda: (
        P.annotate(n=Count("books")).filter(Q(n__gt=1) | Q(name="Sams")).order_by("pk").values_list("name", "n")
    ),
    annotate_exclude=lambda: (P.annotate(n=Count("books")).exclude(n__gt=1).order_by("pk").values_list("name", "n")),
    annotate_order=lambda: (P.annotate(n=Count("books")).order_by("-n", "name").values_list("name", "n")),
    annotate_filter_before=lambda: (
        P.filter(books__rating__gt=3).annotate(n=Count("books")).order_by("pk").values_list("name", "n")
    ),
    annotate_filter_after=lambda: (
        P.annotate(n=Count("books")).filter(books__rating__gt=3).order_by("pk").values_list("name", "n").distinct()
    ),
    annotate_two=lambda: (
        B.annotate(n=Count("authors"), oldest=Max("authors__age")).order_by("pk").values_list("n", "oldest")
    ),
    annotate_two_relations=lambda: (
        B.annotate(n=Count("authors", distinct=True), m=Count("tags", distinct=True))
        .order_by("pk")
        .values_list("n", "m")
    ),
    annotate_two_relations_multiplied=lambda: (
        B.annotate(n=Count("authors"), m=Count("tags")).order_by("pk").values_list("n", "m")
    ),
    annotate_sum=lambda: (S.annotate(n=Sum("books__pages")).order_by("pk").values_list("name", "n")),
    annotate_sum_through=lambda: (S.annotate(n=Sum("stock__amount")).order_by("pk").values_list("name", "n")),
    annotate_default=lambda: (S.annotate(n=Sum("books__pages", default=0)).order_by("pk").values_list("name", "n")),
    annotate_filter_argument=lambda: (
        P.annotate(n=Count("books", filter=Q(books__pages__gt=500))).order_by("pk").values_list("name", "n")
    ),
    annotate_avg_min=lambda: (P.annotate(Avg("books__rating"), Min("books__price")).order_by("pk").values()),
    annotate_default_names=lambda: (P.annotate(Count("books")).order_by("pk").values_list("books__count", flat=True)),
    annotate_f_of_aggregate=lambda: (
        P.annotate(n=Count("books")).annotate(m=F("n") * 10).order_by("pk").values_list("m", flat=True)
    ),
    annotate_f_with_own=lambda: (
        P.annotate(n=Count("books") + F("awards")).order_by("pk").values_list("n", flat=True)
    ),
    annotate_having_f=lambda: (P.annotate(n=Count("books")).filter(n__lt=F("awards")).order_by("pk").values_list("pk")),
    annotate_case=lambda: (
        P.annotate(n=Count("books"))
        .annotate(size=models.Case(models.When(n__gt=1, then=models.Value("big")), default=models.Value("small")))
        .order_by("pk")
        .values_list("size", flat=True)
    ),
    annotate_reverse_m2m=lambda: (A.annotate(n=Count("books")).order_by("pk").values_list("n", flat=True)),
    annotate_self=lambda: (A.annotate(n=Count("pupils")).order_by("pk").values_list("n", flat=True)),
    annotate_friends=lambda: (A.annotate(n=Count("friends")).order_by("pk").values_list("n", flat=True)),
    annotate_objects=lambda: (P.annotate(n=Count("books")).order_by("pk")),
    annotate_with_select_related=lambda: (
        B.select_related("publisher").annotate(n=Count("authors")).order_by("pk").values_list("n", "publisher__name")
    ),
    annotate_meta_ordering=lambda: Tag.objects.annotate(n=Count("book")).order_by("label").values_list("label", "n"),
    annotate_exists_in_subquery=lambda: (
        A.annotate(has=models.Exists(B.filter(contact=models.OuterRef("pk"))))
        .order_by("pk")
        .values_list("has", flat=True)
    ),
    annotate_subquery_count=lambda: (
        A.annotate(
            n=models.Subquery(
                B.filter(contact=models.OuterRef("pk")).order_by().values("contact").annotate(c=Count("pk")).values("c")
            )
        ).order_by("pk").values_list("n", flat=True)
    ),
    alias_aggregate=lambda: (P.alias(n=Count("books")).filter(n__gt=1).order_by("pk").values_list("name", flat=True)),
)  # fmt: skip

# Grouped by values.
TABLE.rows(
    values_annotate=lambda: (B.values("rating").annotate(n=Count("pk")).order_by("rating")),
    values_list_annotate=lambda: (B.values_list("rating").annotate(n=Count("pk")).order_by("rating")),
    values_two=lambda: (B.values("rating", "available").annotate(n=Count("pk")).order_by("rating", "available")),
    values_across=lambda: (B.values("publisher__name").annotate(n=Count("pk")).order_by("publisher__name")),
    values_relation=lambda: (B.values("publisher").annotate(n=Max("pages")).order_by("publisher")),
    values_expression=lambda: (
        A.annotate(first=functions.Left("name", 1)).values("first").annotate(n=Count("pk")).order_by("first")
    ),
    values_keyword=lambda: (A.values(first=functions.Left("name", 1)).annotate(n=Count("pk")).order_by("first")),
    values_year=lambda: (B.values("published__year").annotate(n=Count("pk")).order_by("published__year")),
    values_having=lambda: (B.values("rating").annotate(n=Count("pk")).filter(n__gt=1).order_by("rating")),
    values_where_and_having=lambda: (
        B.filter(pages__gt=300).values("rating").annotate(n=Count("pk")).filter(n__gte=1).order_by("rating")
    ),
    values_order_by_aggregate=lambda: (B.values("rating").annotate(n=Count("pk")).order_by("-n", "rating")),
    values_order_by_other=lambda: (B.values("rating").annotate(n=Count("pk")).order_by("rating", "title")),
    values_meta_ordering=lambda: (Tag.objects.values("parent").annotate(n=Count("pk")).order_by("parent")),
    values_after_annotate=lambda: (P.annotate(n=Count("books")).values("name", "n").order_by("name")),
    values_after_annotate_only_it=lambda: (P.annotate(n=Count("books")).order_by("name").values("n")),
    values_after_annotate_again=lambda: (
        E.values("department").annotate(total=Sum("salary")).values("total").order_by("total")
    ),
    values_twice=lambda: E.values("department").annotate(a=Avg("age")).values("department", "a").order_by("department"),
    values_annotate_annotate=lambda: (
        E.values("department").annotate(s=Sum("salary")).annotate(n=Count("pk")).order_by("department")
    ),
    values_annotate_f=lambda: (
        E.values("department").annotate(s=Sum("salary"), half=F("s") / 2).order_by("department")
    ),
    values_filter_argument=lambda: (
        E.values("department").annotate(n=Count("pk", filter=Q(age__gt=30))).order_by("department")
    ),
    values_distinct=lambda: (E.values("department").annotate(n=Count("age", distinct=True)).order_by("department")),
    values_exclude_group=lambda: (
        E.values("department").annotate(n=Count("pk")).exclude(n=2).order_by("department")
    ),
    values_slice=lambda: (E.values("department").annotate(n=Count("pk")).order_by("department")[1:3]),
    values_constant=lambda: (E.annotate(k=models.Value(1)).values("k").annotate(n=Count("pk"))),
    values_case=lambda: (
        E.annotate(k=models.Case(models.When(age__gt=30, then=models.Value("old")), default=models.Value("young")))
        .values("k").annotate(n=Count("pk")).order_by("k")
    ),
    error_values_of_alias=lambda: E.alias(k=F("age") / 10).values("k").annotate(n=Count("pk")).order_by("k"),
    dates_grouped=lambda: (E.values("hired__year").annotate(s=Sum("salary")).order_by("hired__year")),
    in_grouped=lambda: (
        P.filter(pk__in=B.values("publisher").annotate(n=Count("pk")).filter(n__gt=1).values("publisher")).order_by("pk")
    ),
    grouped_none=lambda: (B.none().values("rating").annotate(n=Count("pk"))),
    grouped_exists=lambda: call(E.values("department").annotate(n=Count("pk")).filter(n__gt=3), "exists"),
    grouped_first=lambda: call(E.values("department").annotate(n=Count("pk")).order_by("-n", "department"), "first"),
    decimals_kept=total(B, n=Sum("price"), m=Max("price"), k=Avg("price", output_field=models.FloatField())),
    decimal_of_expression=total(B, n=Sum(F("price") * decimal.Decimal("1.5"))),
)  # fmt: skip

TABLE.rows(
    error_unnamed_expression=total(B, Sum("pages") + 1),
    error_not_an_aggregate=total(B, n=F("pages")),
    error_unknown_field=total(B, Sum("nome")),
    error_any_nested=total(B, n=Max(Sum("pages"))),
    error_aggregate_over_annotation_of_aggregate=lambda: B.annotate(n=Count("authors")).annotate(m=Sum("n")),
    error_annotate_conflict=lambda: B.annotate(pages=Count("authors")),
    error_annotate_conflict_relation=lambda: P.annotate(books=Count("books")),
    error_any_count_star_distinct=total(B, n=Count("*", distinct=True)),
    error_mixed_types=total(B, n=Sum(F("pages") + F("title"))),
    error_unresolved_output=lambda: B.annotate(n=F("pages") + F("price") + F("length")),
    error_python_aggregate_in_update=lambda: call(B.filter(pk=99), "update", pages=Max("pages")),
    error_alias_in_values=lambda: P.alias(n=Count("books")).values("n"),
    error_alias_selected=lambda: P.alias(n=Count("books")).order_by("pk").values_list("name", "n"),
    error_python_bad_alias=lambda: B.annotate(**{"a b": Count("authors")}),
    error_python_bad_alias_quote=lambda: call(B, "aggregate", **{'x" FROM t': Count("authors")}),
)
