"""Every lookup on plain fields and across foreign keys: which rows match, and which errors are raised."""

from __future__ import annotations

import datetime
import decimal
import uuid
from collections.abc import Callable
from typing import Any

from tests.behaviour.harness.rows import Build, Table
from tests.behaviour.harness.shelf_data import at, populate
from tests.behaviour.orm import F, Q, functions, lookups, models
from tests.behaviour.schemas import shelf
from tests.behaviour.schemas.shelf import Publisher, Review, Volume, Writer

__all__ = ["SCHEMA", "TABLE", "populate"]

SCHEMA = shelf
TABLE = Table()


def found(model: Any, *conditions: Any, **lookups: Any) -> Build:
    """Return the keys of the rows that a filter finds."""
    return lambda: model.objects.filter(*conditions, **lookups).order_by("pk").values_list("pk", flat=True)


def left(model: Any, *conditions: Any, **lookups: Any) -> Build:
    """Return the keys of the rows that an exclude leaves."""
    return lambda: model.objects.exclude(*conditions, **lookups).order_by("pk").values_list("pk", flat=True)


def both(name: str, model: Any, *conditions: Any, **lookups: Any) -> None:
    """Add a row for the filter and one for the exclude."""
    rows: dict[str, Callable[[], Any]] = {name: found(model, *conditions, **lookups)}
    rows[f"not_{name}"] = left(model, *conditions, **lookups)
    TABLE.rows(**rows)


# Text.
both("exact", Volume, title="Emma")
both("exact_named", Volume, title__exact="Emma")
both("exact_none", Volume, price=None)
both("exact_none_named", Volume, price__exact=None)
both("exact_empty_text", Writer, nick="")
both("exact_number_for_text", Volume, title=5)
both("iexact", Volume, title__iexact="EMMA")
both("iexact_none", Writer, nick__iexact=None)
both("iexact_wildcards", Volume, title__iexact="100% wolf_")
both("iexact_not_a_pattern", Volume, title__iexact="e_ma")
both("contains", Volume, title__contains="mm")
both("contains_percent", Volume, title__contains="%")
both("contains_underscore", Volume, title__contains="_")
both("contains_backslash", Volume, title__contains="\\")
both("contains_quote", Writer, name__contains="'")
both("contains_empty", Volume, title__contains="")
both("contains_case", Volume, title__contains="EMM")
both("icontains", Volume, title__icontains="EMM")
both("icontains_percent", Volume, title__icontains="0% w")
both("startswith", Volume, title__startswith="E")
both("istartswith", Volume, title__istartswith="E")
both("endswith", Volume, title__endswith="a")
both("iendswith", Volume, title__iendswith="A")
both("startswith_null_column", Writer, nick__startswith="J")
both("contains_number", Volume, title__contains=100)
both("regex", Volume, title__regex=r"^[EP]\w+$")
both("iregex", Volume, title__iregex=r"^e")
both("regex_digits", Volume, title__regex=r"\d+")
both("regex_null_column", Writer, nick__regex=r".")
both("in_text", Volume, title__in=["Emma", "Hard Times"])
both("in_text_tuple", Volume, title__in=("Emma",))
both("in_text_set", Volume, title__in={"Emma", "emma"})
both("in_empty", Volume, title__in=[])
both("in_with_none", Writer, nick__in=["JA", None])
both("in_only_none", Writer, nick__in=[None])
TABLE.rows(in_generator=lambda: Volume.objects.filter(title__in=(t for t in ["Emma"])).values_list("pk", flat=True))
both("in_duplicates", Volume, title__in=["Emma", "Emma"])
both("gt_text", Volume, slug__gt="hard-times")
both("range_text", Volume, slug__range=("e", "f"))

# Numbers.
both("number_exact", Volume, pages=474)
both("number_text", Volume, pages="474")
both("number_gt", Volume, pages__gt=321)
both("number_gte", Volume, pages__gte=321)
both("number_lt", Volume, pages__lt=321)
both("number_lte", Volume, pages__lte=321)
both("number_gt_float", Volume, pages__gt=320.5)
both("number_gte_float", Volume, pages__gte=320.5)
both("number_lt_float", Volume, pages__lt=321.5)
both("number_in", Volume, pages__in=[474, 0])
both("number_in_text", Volume, pages__in=["474"])
both("number_range", Volume, pages__range=(250, 474))
both("number_range_reversed", Volume, pages__range=(474, 250))
both("number_isnull", Publisher, founded__isnull=True)
both("number_notnull", Publisher, founded__isnull=False)
both("number_out_of_range", Volume, pages=2**40)
both("number_gt_out_of_range", Volume, pages__gt=-(2**70))
both("number_lt_out_of_range", Volume, pages__lt=2**70)
both("number_in_out_of_range", Volume, pages__in=[474, 2**40])
both("number_contains", Volume, pages__contains="7")
both("number_startswith", Volume, pages__startswith=4)
both("decimal_exact", Volume, price=decimal.Decimal("9.5"))
both("decimal_text", Volume, price="9.50")
both("decimal_gt", Volume, price__gt=decimal.Decimal("9.49"))
both("decimal_gt_int", Volume, price__gt=9)
both("decimal_in", Volume, price__in=[decimal.Decimal("12"), decimal.Decimal("0.99")])
both("decimal_range", Volume, price__range=(1, 10))
both("float_exact", Volume, rating=4.5)
both("float_int", Volume, rating=4)
both("float_gte", Volume, rating__gte=4)
both("float_lt", Volume, rating__lt=0)
both("boolean_true", Volume, in_print=True)
both("boolean_false", Volume, in_print=False)
both("boolean_number", Volume, in_print=1)
both("boolean_isnull", Volume, in_print__isnull=True)
both("boolean_in", Volume, in_print__in=[True, False])

# Dates, times, durations.
both("date_exact", Volume, published=datetime.date(1815, 12, 23))
both("date_text", Volume, published="1815-12-23")
both("date_gt", Volume, published__gt=datetime.date(1817, 12, 20))
both("date_range", Volume, published__range=(datetime.date(1815, 1, 1), datetime.date(1854, 8, 7)))
both("date_in", Volume, published__in=[datetime.date(2020, 1, 1)])
both("date_year", Volume, published__year=1817)
both("date_year_gt", Volume, published__year__gt=1817)
both("date_year_gte", Volume, published__year__gte=1817)
both("date_year_lt", Volume, published__year__lt=1854)
both("date_year_lte", Volume, published__year__lte=1854)
both("date_year_in", Volume, published__year__in=[1815, 2020])
both("date_year_range", Volume, published__year__range=(1816, 1900))
both("date_month", Volume, published__month=12)
both("date_month_gte", Volume, published__month__gte=8)
both("date_day", Volume, published__day=20)
both("date_week", Volume, published__week=51)
both("date_week_day", Volume, published__week_day=7)
both("date_iso_week_day", Volume, published__iso_week_day=6)
both("date_iso_year", Volume, published__iso_year=1999)
both("date_iso_year_2020", Volume, published__iso_year=2020)
both("date_quarter", Volume, published__quarter=4)
both("date_isnull", Volume, published__isnull=True)
both("moment_exact", Volume, created=at(2024, 1, 1, 0, 30, 15))
both(
    "moment_other_zone",
    Volume,
    created=at(2024, 1, 1, 0, 30, 15).astimezone(datetime.timezone(datetime.timedelta(hours=5))),
)
both("moment_gt", Volume, created__gt=at(2024, 1, 1, 0, 30, 15))
both("moment_range", Volume, created__range=(at(2023, 12, 1), at(2024, 2, 1)))
both("moment_date", Volume, created__date=datetime.date(2024, 2, 29))
both("moment_date_gt", Volume, created__date__gt=datetime.date(2024, 1, 1))
both("moment_time", Volume, created__time=datetime.time(12))
both("moment_time_lt", Volume, created__time__lt=datetime.time(6, 0, 1))
both("moment_year", Volume, created__year=2024)
both("moment_year_lt", Volume, created__year__lt=2024)
both("moment_month", Volume, created__month=2)
both("moment_day", Volume, created__day=29)
both("moment_hour", Volume, created__hour=12)
both("moment_minute", Volume, created__minute=30)
both("moment_second", Volume, created__second=15)
both("moment_hour_gte", Volume, created__hour__gte=12)
both("moment_week_day", Volume, created__week_day=2)
both("moment_quarter", Volume, created__quarter=1)
both("moment_date_year", Volume, created__date__year=2000)
both("time_exact", Volume, opens=datetime.time(9, 30))
both("time_text", Volume, opens="09:30")
both("time_lt", Volume, opens__lt=datetime.time(12))
both("time_hour", Volume, opens__hour=17)
both("time_minute", Volume, opens__minute__gte=31)
both("time_second", Volume, opens__second=30)
both("duration_exact", Volume, reading=datetime.timedelta(hours=9))
both("duration_gt", Volume, reading__gt=datetime.timedelta(hours=9))
both("duration_in", Volume, reading__in=[datetime.timedelta(days=1, seconds=30)])
both("duration_range", Volume, reading__range=(datetime.timedelta(), datetime.timedelta(hours=10)))

# Other types.
both("uuid_exact", Volume, uid=uuid.UUID(int=1))
both("uuid_text", Volume, uid="00000000-0000-0000-0000-000000000001")
both("uuid_in", Volume, uid__in=[uuid.UUID(int=1), uuid.UUID(int=2)])
both("uuid_contains", Volume, uid__contains="0001")
both("uuid_icontains_dashes", Volume, uid__icontains="0000-0000-000000000001")
both("uuid_isnull", Volume, uid__isnull=False)
both("address_exact", Volume, address="10.0.0.1")
both("address_v6", Volume, address="0:0:0:0:0:0:0:1")
both("address_startswith", Volume, address__startswith="10.")
both("binary_exact", Volume, blob=b"\x00\xff")
both("binary_memoryview", Volume, blob=memoryview(b"\x00\xff"))
both("binary_in", Volume, blob__in=[b"\x00\xff"])

# JSON.
both("json_exact", Volume, data={"genre": None})
both("json_exact_list", Volume, data=["a", 1, None])
both("json_exact_text", Volume, data="text")
both("json_exact_number", Volume, data=5)
both("json_isnull", Volume, data__isnull=True)
both("json_key", Volume, data__genre="novel")
both("json_key_none", Volume, data__genre=None)
both("json_key_isnull", Volume, data__genre__isnull=True)
both("json_key_notnull", Volume, data__genre__isnull=False)
both("json_path", Volume, data__size__w=10)
both("json_index", Volume, data__0="a")
both("json_deep", Volume, data__deep__er__0__k="v")
both("json_key_gt", Volume, data__n__gt=2)
both("json_key_lte", Volume, data__n__lte=2)
both("json_key_in", Volume, data__genre__in=["novel", "essay"])
both("json_key_icontains", Volume, data__genre__icontains="OV")
both("json_key_startswith", Volume, data__genre__startswith="no")
both("json_key_iexact", Volume, data__genre__iexact="NOVEL")
both("json_key_regex", Volume, data__genre__regex="^n.v")
both("json_key_list", Volume, data__tags=["love", "class"])
both("json_has_key", Volume, data__has_key="genre")
both("json_has_key_index", Volume, data__has_key="0")
both("json_has_keys", Volume, data__has_keys=["genre", "n"])
both("json_has_any_keys", Volume, data__has_any_keys=["tags", "n"])
both("json_path_has_key", Volume, data__size__has_key="w")
TABLE.rows(
    vendors=("postgresql",),
    json_contains=found(Volume, data__contains={"genre": "novel"}),
    json_contains_list=found(Volume, data__contains=["a"]),
    json_contained_by=found(Volume, data__contained_by={"genre": None, "x": 1}),
    json_key_contains_json=found(Volume, data__tags__contains=["love"]),
)
TABLE.rows(
    vendors=("sqlite",),
    json_contains_error=found(Volume, data__contains={"genre": "novel"}),
    json_contained_by_error=found(Volume, data__contained_by={"genre": None}),
)

# Across foreign keys.
both("relation_instance_key", Volume, writer=1)
both("relation_id", Volume, writer_id=1)
both("relation_id_lookup", Volume, writer__id=1)
both("relation_pk", Volume, writer__pk=1)
both("relation_pk_in", Volume, writer__pk__in=[1, 2])
both("relation_in", Volume, writer__in=[1, 3])
both("relation_text_key", Volume, writer="1")
both("relation_unsaved_key", Volume, writer__gt=1)
both("relation_isnull", Volume, publisher__isnull=True)
both("relation_notnull", Volume, publisher__isnull=False)
both("relation_none", Volume, publisher=None)
both("relation_to_field", Volume, publisher="Bradbury")
both("relation_to_field_in", Volume, publisher__in=["Bradbury", "Ünïcode"])
both("relation_field", Volume, writer__name="Jane Austen")
both("relation_field_contains", Volume, writer__name__contains="Dick")
both("relation_nullable_field", Volume, publisher__country="GB")
both("relation_nullable_field_none", Volume, publisher__country=None)
both("relation_nullable_field_isnull", Volume, publisher__country__isnull=True)
both("relation_nullable_field_notnull", Volume, publisher__country__isnull=False)
both("relation_nullable_gt", Volume, publisher__founded__gt=1800)
both("relation_two_steps", Volume, writer__mentor__name="Jane Austen")
both("relation_two_steps_isnull", Volume, writer__mentor__isnull=True)
both("relation_two_steps_field_isnull", Volume, writer__mentor__nick__isnull=True)
both("relation_three_steps", Review, volume__writer__mentor__name="Jane Austen")
both("relation_self", Writer, mentor__name="Jane Austen")
both("relation_self_twice", Writer, mentor__mentor__name="Jane Austen")
both("relation_self_key", Writer, mentor=1)
both("relation_date_part", Volume, writer__born__year=1775)
both("relation_and_own", Volume, writer__name="Jane Austen", pages__gt=300)
both("relation_two_of_the_same", Volume, writer__name__startswith="J", writer__rating__gt=4.7)
both("relation_boolean", Volume, writer__active=True)
both("relation_in_queryset", Volume, writer__in=Writer.objects.filter(active=True))
both("relation_in_values", Volume, writer__name__in=Writer.objects.filter(active=False).values("name"))
both("relation_in_values_list", Volume, writer_id__in=Writer.objects.filter(rating__gt=4).values_list("pk", flat=True))
both("relation_in_empty_queryset", Volume, writer__in=Writer.objects.none())
both("relation_in_sliced_queryset", Volume, writer__in=Writer.objects.order_by("pk")[:1])
both("relation_exact_sliced_queryset", Volume, writer=Writer.objects.order_by("pk")[:1])
both("pk", Volume, pk=2)
both("pk_in", Volume, pk__in=[1, 2, 99])
both("pk_gt", Volume, pk__gt=3)
both("pk_none", Volume, pk=None)
both("pk_isnull", Volume, pk__isnull=True)

# Backwards.
both("reverse_field", Writer, volumes__title="Emma")
both("reverse_isnull", Writer, volumes__isnull=True)
both("reverse_notnull", Writer, volumes__isnull=False)
both("reverse_one_filter", Writer, volumes__title="Emma", volumes__pages__gt=400)
both("reverse_key", Writer, volumes=3)
both("reverse_two_steps", Publisher, volumes__writer__name="Jane Austen")
both("reverse_reviews", Writer, volumes__reviews__stars=5)
both("reverse_self", Writer, students__name="O'Brien")
both("reverse_self_isnull", Writer, students__isnull=True)


def keys(queryset: Any) -> Any:
    """Return the keys of a queryset's rows, in order, repeated as they come."""
    return queryset.order_by("pk").values_list("pk", flat=True)


TABLE.rows(
    reverse_two_filters=lambda: keys(Writer.objects.filter(volumes__title="Emma").filter(volumes__pages=250)),
    reverse_repeats=lambda: keys(Writer.objects.filter(volumes__pages__gt=0)),
    reverse_distinct=lambda: keys(Writer.objects.filter(volumes__pages__gt=0).distinct()),
    reverse_exclude_two=lambda: keys(Writer.objects.exclude(volumes__title="Emma", volumes__pages=250)),
    reverse_exclude_chain=lambda: keys(Writer.objects.exclude(volumes__title="Emma").exclude(volumes__pages=321)),
)

# Q objects.
both("q_or", Volume, Q(title="Emma") | Q(pages=0))
both("q_and", Volume, Q(title="Emma") & Q(pages=474))
both("q_not", Volume, ~Q(title="Emma"))
both("q_not_nullable", Volume, ~Q(price=decimal.Decimal("9.5")))
both("q_not_or", Volume, ~(Q(title="Emma") | Q(pages=0)))
both("q_not_not", Volume, ~~Q(title="Emma"))
both("q_xor", Volume, Q(title="Emma") ^ Q(pages=474))
both("q_xor_three", Volume, Q(pages=474) ^ Q(in_print=True) ^ Q(price__lt=10))
both("q_empty", Volume, Q())
both("q_empty_or", Volume, Q() | Q(title="Emma"))
both("q_not_empty", Volume, ~Q())
both("q_and_keywords", Volume, Q(pages=474), title="Emma")
both("q_several", Volume, Q(pages=474), Q(in_print=True))
both("q_nested", Volume, Q(Q(pages=474) | Q(pages=0), ~Q(title="Emma")))
both("q_or_relation", Volume, Q(writer__name="O'Brien") | Q(publisher__country="GB"))
both("q_or_nullable_relation", Volume, Q(publisher__country="GB") | Q(pages=0))
both("q_not_relation", Volume, ~Q(publisher__country="GB"))
both("q_not_reverse", Writer, ~Q(volumes__title="Emma"))
both("q_or_reverse", Writer, Q(volumes__title="Emma") | Q(active=False))
both("q_in_empty_or", Volume, Q(title__in=[]) | Q(pages=0))
both("q_not_in_empty", Volume, ~Q(title__in=[]))
both("q_tuple", Volume, Q(("title", "Emma")))
both("q_or_isnull", Volume, Q(price__isnull=True) | Q(price__gt=10))
both("q_exists", Writer, models.Exists(Volume.objects.filter(writer=models.OuterRef("pk"), pages__gt=400)))

# Expressions on the right.
both("f_same_table", Volume, pages__gt=F("price"))
both("f_relation", Volume, rating__lt=F("writer__rating"))
both("f_arithmetic", Volume, pages__lt=F("price") * 50)
both("f_negative", Volume, rating__lt=-F("pages") + 1)
both("f_modulo", Volume, pages=F("pages") % 400 + 74)
both("f_nullable", Volume, price=F("rating"))
both("f_range", Volume, pages__range=(F("price"), F("price") * 40))
both("f_in", Volume, pages__in=[F("pages"), 5])
both("f_dates", Volume, created__date__gt=F("published"))
both("f_text_contains", Volume, title__contains=F("slug"))
both("f_text_icontains", Volume, title__icontains=F("slug"))
both("f_text_istartswith", Volume, slug__istartswith=F("title"))
both("f_iexact", Volume, title__iexact=F("slug"))
both("function_right", Volume, slug=functions.Lower("title"))
both("value_right", Volume, pages=models.Value(474))
both("lookup_of_transform", Volume, Q(lookups.Exact(functions.Lower("title"), "emma")))
both("error_boolean_column", Writer, F("active"))
both("boolean_wrapped", Writer, models.ExpressionWrapper(F("active"), output_field=models.BooleanField()))
both("boolean_value", Writer, models.Value(True))

# Errors.
TABLE.rows(
    error_unknown_field=found(Volume, nome=1),
    error_unknown_related_field=found(Volume, writer__nome=1),
    error_unknown_lookup=found(Volume, title__nome=1),
    error_unknown_lookup_close=found(Volume, title__contain="x"),
    error_relation_into_plain=found(Volume, title__name=1),
    error_lookup_on_relation=found(Volume, writer__contains="x"),
    error_text_for_number=found(Volume, pages="many"),
    error_text_for_date=found(Volume, published="yesterday"),
    error_text_for_moment=found(Volume, created="yesterday"),
    error_text_for_boolean=found(Volume, in_print="maybe"),
    error_text_for_uuid=found(Volume, uid="abc"),
    error_text_for_decimal=found(Volume, price="cheap"),
    error_text_for_key=found(Volume, pk="abc"),
    error_text_for_relation=found(Volume, writer="Jane"),
    error_none_gt=found(Volume, pages__gt=None),
    error_isnull_not_boolean=found(Volume, price__isnull=1),
    error_python_in_not_iterable=found(Volume, pages__in=5),
    error_any_range_of_one=found(Volume, pages__range=(1,)),
    error_wrong_model=found(Volume, writer=Publisher(pk=1)),
    error_unsaved_instance=found(Volume, writer=Writer(name="x")),
    error_queryset_wrong_model=found(Volume, writer__in=Publisher.objects.all()),
    error_queryset_several_columns=found(Volume, writer__in=Writer.objects.values("pk", "name")),
    error_exact_queryset_many=found(Volume, writer=Writer.objects.all()),
    error_connector=found(Volume, _connector="OR 1=1"),
    error_negated=found(Volume, _negated=True),
    error_python_q_operand=lambda: Q(title="x") | "y",
    error_python_not_a_condition=lambda: Volume.objects.filter("title"),
    error_filter_expression_not_boolean=lambda: Volume.objects.filter(models.Value(1) + 1),
    error_python_json_has_key_none=found(Volume, data__has_any_keys=5),
)
