"""Expressions: arithmetic, values, conditions, subqueries, windows, casts, ordering, raw SQL."""

from __future__ import annotations

import datetime
import decimal
from typing import Any

from tests.behaviour.harness.library_data import at, populate
from tests.behaviour.harness.rows import Build, Table, call
from tests.behaviour.orm import F, Q, functions, lookups, models
from tests.behaviour.schemas import library
from tests.behaviour.schemas.library import Author, Book, Employee, Number, Publisher, Store, Tag

__all__ = ["SCHEMA", "TABLE", "populate"]

SCHEMA = library
TABLE = Table()
B, A, P, S, E, N = (m.objects for m in (Book, Author, Publisher, Store, Employee, Number))
V, Case, When, Value = models.Value, models.Case, models.When, models.Value
OuterRef, Subquery, Exists = models.OuterRef, models.Subquery, models.Exists


def each(manager: Any, expression: Any) -> Build:
    """Return the expression's value for each row, in the order of keys."""
    return lambda: manager.annotate(it=expression).order_by("pk").values_list("it", flat=True)


def keys(manager: Any, *conditions: Any, **lookups_: Any) -> Build:
    """Return the keys that a filter finds."""
    return lambda: manager.filter(*conditions, **lookups_).order_by("pk").values_list("pk", flat=True)


# Arithmetic.
TABLE.rows(
    add=each(N, F("integer") + 1),
    add_reflected=each(N, 1 + F("integer")),
    subtract=each(N, F("integer") - 10),
    subtract_reflected=each(N, 10 - F("integer")),
    multiply=each(N, F("integer") * 3),
    divide_integers=each(N, F("integer") / 2),
    divide_reals=each(N, F("real") / 2),
    divide_decimals=each(N, F("decimal") / 2),
    modulo=each(N, F("integer") % 3),
    power=each(N.filter(integer__lt=10), models.ExpressionWrapper(F("integer") ** 2, models.IntegerField())),
    negate=each(N, -F("integer")),
    nested=each(N, (F("integer") + 1) * (F("integer") - 1)),
    precedence=each(N, F("integer") - (F("integer") - 3)),
    precedence_divide=each(N, 100 - F("integer") * 2 + 1),
    mixed_integer_real=each(N, F("integer") + F("real")),
    mixed_integer_decimal=each(N, F("integer") * F("decimal")),
    decimal_literal=each(N, F("decimal") + decimal.Decimal("0.1")),
    bit_and=each(N.filter(integer__gte=0), F("integer").bitand(4)),
    bit_or=each(N.filter(integer__gte=0), F("integer").bitor(2)),
    bit_xor=each(N.filter(integer__gte=0), F("integer").bitxor(6)),
    bit_left=each(N.filter(integer__gte=0), F("integer").bitleftshift(2)),
    bit_right=each(N.filter(integer__gte=0), F("integer").bitrightshift(1)),
    moment_plus_duration=each(B, F("added") + datetime.timedelta(hours=1)),
    moment_minus_duration=each(B, F("added") - datetime.timedelta(days=1, microseconds=5)),
    moment_plus_column=each(B, F("added") + F("length")),
    moment_minus_moment=each(B, F("added") - Value(at(2024, 1, 1))),
    date_minus_date=each(B, F("published") - Value(datetime.date(2008, 1, 1))),
    duration_times=each(B, models.ExpressionWrapper(F("length") * 2, models.DurationField())),
    duration_compare=keys(B, length__gt=datetime.timedelta(hours=6)),
    moment_compare_difference=keys(B, added__lt=Value(at(2024, 2, 1)) + datetime.timedelta(days=1)),
    error_types=each(N, F("integer") + F("text")),
    error_output_wrapped=each(N, F("nome") + 1),
    error_and_of_expressions=lambda: F("integer") & F("integer"),
)  # fmt: skip

# Values, conditions.
TABLE.rows(
    value=each(A, Value("x")),
    value_number=each(A, Value(5)),
    value_none=each(A, Value(None, output_field=models.IntegerField())),
    value_boolean=each(A, Value(True)),
    value_date=each(A.filter(pk=1), Value(datetime.date(2020, 1, 2))),
    value_moment=each(A.filter(pk=1), Value(at(2020, 1, 2, 3))),
    value_decimal=each(A.filter(pk=1), Value(decimal.Decimal("1.50"))),
    value_duration=each(A.filter(pk=1), Value(datetime.timedelta(1))),
    value_json=each(A.filter(pk=1), Value({"a": [1]}, output_field=models.JSONField())),
    f=each(A, F("name")),
    f_across=each(B, F("publisher__name")),
    f_two_steps=each(B, F("publisher__country__name")),
    f_transform=each(B, F("published__year")),
    f_json=each(B, F("extra__lang")),
    f_slice=each(A, F("name")[:5]),
    f_slice_middle=each(A, F("name")[2:4]),
    f_slice_one=each(A, F("name")[0]),
    f_slice_open=each(A, F("name")[10:]),
    error_f_slice_negative=lambda: F("name")[-1],
    error_f_slice_step=lambda: F("name")[::2],
    case=each(B, Case(When(pages__gt=900, then=Value("huge")), When(pages__gt=400, then=Value("big")), default=Value("-"))),
    case_without_default=each(B, Case(When(pages__gt=900, then=Value("huge")))),
    case_with_f=each(B, Case(When(pages__gt=900, then=F("pages")), default=0)),
    case_with_q=each(B, Case(When(Q(pages__gt=900) | Q(rating__lt=4), then=Value(1)), default=Value(0))),
    case_across=each(B, Case(When(publisher__awards__gt=5, then=Value(1)), default=Value(0))),
    case_lookup=each(B, Case(When(lookups.GreaterThan(F("pages"), 400), then=Value(1)), default=Value(0))),
    case_exists=each(A, Case(When(Exists(B.filter(contact=OuterRef("pk"))), then=Value(1)), default=Value(0))),
    case_empty=each(B, Case(When(pk__in=[], then=Value(1)), default=Value(0))),
    case_everything=each(B, Case(When(~Q(pk__in=[]), then=Value(1)), default=Value(0))),
    case_only_default=each(B, Case(default=Value(3))),
    case_in_filter=keys(B, pages__gt=Case(When(rating=4.0, then=Value(320)), default=Value(500))),
    case_in_order=lambda: B.order_by(Case(When(pk=4, then=Value(0)), default=Value(1)), "pk").values_list("pk", flat=True),
    case_nested=each(B, Case(When(pages__gt=400, then=Case(When(rating__gte=4, then=Value("a")), default=Value("b"))), default=Value("c"))),
    case_conditional_sum=lambda: call(B, "aggregate", n=models.Sum(Case(When(rating=4.0, then="pages")))),
    error_when_empty=lambda: When(Q(), then=Value(1)),
    error_when_not_a_condition=lambda: When("pages", then=Value(1)),
    error_case_mixed=each(B, Case(When(pages__gt=1, then=Value("x")), default=Value(1))),
    boolean_annotation=each(B, models.ExpressionWrapper(Q(pages__gt=400), models.BooleanField())),
    boolean_q=each(B, Q(pages__gt=400)),
    boolean_q_nullable=each(B, Q(rating__gt=4)),
    boolean_q_not=each(B, ~Q(rating__gt=4)),
    boolean_lookup=each(B, lookups.GreaterThan(F("pages"), F("rating") * 100)),
    boolean_lookup_filter=keys(B, lookups.LessThan(F("pages"), 400)),
    boolean_isnull=each(B, lookups.IsNull(F("rating"), True)),
    boolean_exists_not=each(A, ~Exists(B.filter(contact=OuterRef("pk")))),
    boolean_combined=keys(A, Exists(B.filter(contact=OuterRef("pk"))) | Q(age__gt=50)),
    boolean_combined_and=keys(A, Q(age__gt=30) & Exists(B.filter(contact=OuterRef("pk")))),
    boolean_xor=keys(A, Exists(B.filter(contact=OuterRef("pk"))) ^ Q(age__gt=40)),
    boolean_annotated_filter=lambda: B.annotate(big=Q(pages__gt=400)).filter(big=True).order_by("pk").values_list("pk"),
    error_boolean_annotated_bare=lambda: B.annotate(big=models.ExpressionWrapper(Q(pages__gt=400), models.BooleanField())).filter(F("big")).order_by("pk").values_list("pk"),
    wrapper=each(N, models.ExpressionWrapper(F("integer") + F("decimal"), output_field=models.FloatField())),
    func_template=each(A, models.Func(F("name"), function="LOWER")),
    func_arity=each(A, models.Func(F("name"), Value("a"), Value("4"), function="REPLACE")),
    func_template_own=each(A, models.Func(F("age"), template="(%(expressions)s + 1)", output_field=models.IntegerField())),
)  # fmt: skip

# Subqueries.
TABLE.rows(
    subquery=each(A, Subquery(B.filter(contact=OuterRef("pk")).order_by("-pages").values("title")[:1])),
    subquery_values_list=each(P, Subquery(B.filter(publisher=OuterRef("pk")).order_by("pk").values_list("pages")[:1])),
    subquery_aggregate=each(P, Subquery(
        B.filter(publisher=OuterRef("pk")).order_by().values("publisher").annotate(n=models.Max("pages")).values("n")
    )),
    subquery_of_own=each(B, Subquery(P.filter(pk=OuterRef("publisher")).values("name"))),
    subquery_outer_across=each(B, Subquery(A.filter(country=OuterRef("publisher__country")).order_by("pk").values("name")[:1])),
    subquery_outer_transform=keys(B, Exists(A.filter(born__year__lt=OuterRef("published__year")))),
    subquery_outer_arithmetic=keys(B, Exists(A.filter(age__gt=OuterRef("pages") / 20))),
    subquery_nested=each(A, Subquery(
        P.filter(books__contact=OuterRef("pk"), pk__in=B.filter(contact=OuterRef(OuterRef("pk"))).values("publisher"))
        .order_by("pk").values("name")[:1]
    )),
    subquery_in_filter=keys(B, pages__gt=Subquery(B.filter(pk=3).values("pages"))),
    error_subquery_in_filter_queryset=keys(B, pages=B.filter(pk=3).values("pages")),
    subquery_in_order=lambda: A.order_by(Subquery(B.filter(contact=OuterRef("pk")).values("pages")[:1]).asc(nulls_first=True), "pk").values_list("pk"),
    subquery_in_case=each(B, Case(When(pages__gt=Subquery(B.filter(pk=1).values("pages")), then=Value(1)), default=Value(0))),
    subquery_output_field=each(A, Subquery(B.filter(contact=OuterRef("pk")).values("pages")[:1], output_field=models.FloatField())),
    subquery_arithmetic=each(A, Subquery(B.filter(contact=OuterRef("pk")).values("pages")[:1]) + 1),
    subquery_none=each(A, Subquery(B.none().values("pages"))),
    subquery_coalesced=each(A, functions.Coalesce(Subquery(B.none().values("pages")), 7)),
    subquery_of_many=keys(A, pk__in=Subquery(B.filter(pages__gt=900).values("authors"))),
    exists=each(A, Exists(B.filter(contact=OuterRef("pk"), pages__gt=500))),
    exists_none=each(A, Exists(B.none())),
    not_exists_none=keys(A, ~Exists(B.none())),
    exists_sliced=keys(A, Exists(B.filter(contact=OuterRef("pk"))[1:])),
    exists_union=keys(A, Exists(B.filter(contact=OuterRef("pk"), pages__gt=900).union(B.filter(contact=OuterRef("pk"), pages=447)))),
    exists_grouped=keys(P, Exists(
        B.filter(publisher=OuterRef("pk")).values("publisher").annotate(n=models.Count("pk")).filter(n__gt=1)
    )),
    in_sliced=keys(B, pk__in=B.order_by("-pages")[:2]),
    in_ordered_distinct=keys(B, publisher__in=P.order_by("name").distinct()),
    not_in_with_null=lambda: A.exclude(pk__in=A.values("mentor")).order_by("pk").values_list("pk", flat=True),
    error_outer_unresolved=lambda: A.filter(pk=OuterRef("pk")),
    error_subquery_columns=each(A, Subquery(B.filter(contact=OuterRef("pk")).values("pages", "title")[:1])),
)  # fmt: skip

# Combining querysets.
TABLE.rows(
    union=lambda: A.filter(age__gt=50).values_list("name").union(P.filter(awards__gt=5).values_list("name")).order_by("name"),
    union_objects=lambda: B.filter(pages__gt=900).union(B.filter(pages=0)).order_by("pk"),
    union_all=lambda: B.filter(pages=0).values_list("pk").union(B.filter(pages=0).values_list("pk"), all=True),
    union_three=lambda: B.filter(pk=1).values_list("pk").union(B.filter(pk=2).values_list("pk"), B.filter(pk=3).values_list("pk")).order_by("pk"),
    union_slice=lambda: B.values_list("pk").union(A.values_list("pk")).order_by("pk")[2:5],
    union_count=lambda: call(B.values("pk").union(A.values("pk")), "count"),
    union_exists=lambda: call(B.filter(pk=99).union(B.filter(pk=98)), "exists"),
    union_first=lambda: call(B.filter(pk=3).union(B.filter(pk=2)).order_by("pk"), "first"),
    union_none=lambda: B.none().union(B.filter(pk=2)).values_list("pk", flat=True),
    union_values_after=lambda: B.filter(pk=1).union(B.filter(pk=2)).values_list("title", flat=True).order_by("title"),
    union_annotated=lambda: A.annotate(k=Value(1)).values_list("name", "k").union(P.annotate(k=Value(2)).values_list("name", "k")).order_by("k", "name")[:3],
    intersection=lambda: B.filter(pages__gt=300).intersection(B.filter(pages__lt=500)).order_by("pk"),
    intersection_none=lambda: B.filter(pages__gt=300).intersection(B.none()),
    difference=lambda: B.filter(pages__gt=300).difference(B.filter(pages__gt=500)).order_by("pk"),
    difference_none=lambda: B.filter(pages__gt=900).difference(B.none()).order_by("pk"),
    union_in=keys(A, pk__in=A.filter(pk=1).values("pk").union(A.filter(pk=2).values("pk"))),
    error_union_filter=lambda: B.all().union(B.all()).filter(pk=1),
    error_union_annotate=lambda: B.all().union(B.all()).annotate(x=Value(1)),
    error_union_delete=lambda: call(B.all().union(B.all()), "delete"),
    error_union_update=lambda: call(B.all().union(B.all()), "update", pages=1),
    error_union_get=lambda: call(B.all().union(B.all()), "get", pk=1),
    error_union_exclude=lambda: B.all().union(B.all()).exclude(pk=1),
    error_any_union_order_unknown=lambda: B.values("pk").union(B.values("pk")).order_by("title"),
    error_union_distinct=lambda: B.all().union(B.all()).distinct(),
    error_union_select_related=lambda: B.all().union(B.all()).select_related("publisher"),
    error_any_union_columns=lambda: B.values_list("pk").union(B.values_list("pk", "title")),
)  # fmt: skip

# Ordering and raw SQL.
TABLE.rows(
    order_case_insensitive=lambda: A.order_by(functions.Lower("name").desc()).values_list("pk", flat=True),
    order_nulls=lambda: A.order_by(F("age").desc(nulls_last=True), "pk").values_list("pk", flat=True),
    order_nulls_reversed=lambda: A.order_by(F("age").desc(nulls_last=True), "pk").reverse().values_list("pk", flat=True),
    order_annotation=lambda: B.annotate(n=F("pages") % 10).order_by("n", "pk").values_list("pk", flat=True),
    order_value=lambda: B.order_by(Value(1), "pk").values_list("pk", flat=True),
    error_order_nulls_both=lambda: F("age").asc(nulls_first=True, nulls_last=True),
    error_order_nulls_false=lambda: F("age").asc(nulls_first=False),
    raw_sql=lambda: A.annotate(it=models.expressions.RawSQL("1 + %s", (2,), output_field=models.IntegerField())).order_by("pk").values_list("it"),
    raw_sql_filter=lambda: A.filter(pk__in=models.expressions.RawSQL("SELECT id FROM library_author WHERE age > %s", (45,))).order_by("pk").values_list("pk"),
    raw=lambda: A.raw("SELECT * FROM library_author WHERE age > %s ORDER BY id", [45]),
    raw_named=lambda: A.raw("SELECT * FROM library_author WHERE age > %(age)s ORDER BY id", {"age": 45}),
    raw_translations=lambda: A.raw("SELECT id, name AS alias FROM library_author ORDER BY id", translations={"alias": "name"}),
    raw_percent=lambda: A.raw("SELECT * FROM library_author WHERE name LIKE 'P%%' AND id > %s", [0]),
    error_raw_without_key=lambda: A.raw("SELECT name FROM library_author"),
    tags_of_tag=lambda: Tag.objects.filter(parent__children__label="web").values_list("label", flat=True),
    stores_by_time=lambda: S.filter(closes__gt=datetime.time(22)).order_by("pk").values_list("name", flat=True),
)  # fmt: skip
