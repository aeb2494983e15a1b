"""Every database function of Django's reference: comparison and conversion, dates, JSON, mathematics, text."""

from __future__ import annotations

import datetime
import decimal
import zoneinfo
from typing import Any

from tests.behaviour.harness.library_data import at, populate
from tests.behaviour.harness.rows import Build, Table, call
from tests.behaviour.orm import F, functions, models
from tests.behaviour.schemas import library
from tests.behaviour.schemas.library import Author, Book, Number, Publisher, Store

__all__ = ["SCHEMA", "TABLE", "populate"]

SCHEMA = library
TABLE = Table()
B, A, P, S, N = (m.objects for m in (Book, Author, Publisher, Store, Number))
V, f = models.Value, functions
TOKYO, NEW_YORK = zoneinfo.ZoneInfo("Asia/Tokyo"), zoneinfo.ZoneInfo("America/New_York")


def each(manager: Any, expression: Any) -> Build:
    """Return the function's value for each row, in the order of keys."""
    return lambda: manager.annotate(it=expression).order_by("pk").values_list("it", flat=True)


def keys(manager: Any, *conditions: Any, **lookups: Any) -> Build:
    """Return the keys that a filter finds."""
    return lambda: manager.filter(*conditions, **lookups).order_by("pk").values_list("pk", flat=True)


# Comparison and conversion.
TABLE.rows(
    cast_text=each(N, f.Cast("integer", models.CharField())),
    cast_text_limited=each(A.filter(pk=1), f.Cast("name", models.CharField(max_length=6))),
    cast_integer=each(A.filter(pk=1), f.Cast(V("42"), models.IntegerField())),
    cast_real=each(N, f.Cast("integer", models.FloatField())),
    cast_decimal=each(N, f.Cast("integer", models.DecimalField(max_digits=8, decimal_places=2))),
    cast_decimal_from_text=each(A.filter(pk=1), f.Cast(V("1.25"), models.DecimalField(max_digits=8, decimal_places=2))),
    cast_date=each(B, f.Cast("added", models.DateField())),
    cast_time=each(B, f.Cast("added", models.TimeField())),
    cast_date_from_text=each(A.filter(pk=1), f.Cast(V("2020-02-03"), models.DateField())),
    cast_text_of_real=each(N.filter(pk=1), f.Cast("real", models.CharField())),
    cast_in_filter=lambda: (
        N.annotate(t=f.Cast("integer", models.CharField())).filter(t="5").values_list("pk", flat=True)
    ),
    cast_truncates=each(N, f.Cast(F("real"), models.BigIntegerField())),
    cast_json=each(A.filter(pk=1), f.Cast(V('{"a": 1}'), models.JSONField())),
    cast_duration=each(A.filter(pk=1), f.Cast(V(datetime.timedelta(1)), models.DurationField())),
    coalesce=each(A, f.Coalesce("alias", "goes_by", "name")),
    coalesce_value=each(A, f.Coalesce("age", V(0))),
    coalesce_expression=each(A, f.Coalesce("alias", f.Lower("name"))),
    coalesce_order=lambda: A.order_by(f.Coalesce("goes_by", "name")).values_list("pk", flat=True),
    coalesce_mixed=each(N, f.Coalesce("integer", "real", output_field=models.FloatField())),
    collate=lambda: A.order_by(f.Collate("name", _collation())).values_list("pk", flat=True),
    greatest=each(N, f.Greatest("integer", V(3))),
    greatest_three=each(N.filter(pk__lt=4), f.Greatest("integer", "real", V(1.0), output_field=models.FloatField())),
    least=each(N, f.Least("integer", V(3))),
    greatest_dates=each(P, f.Greatest("founded", V(datetime.date(1990, 1, 1)))),
    null_if=each(N, f.NullIf("integer", V(5))),
    null_if_column=each(A, f.NullIf("alias", V(""))),
    error_collation_name=lambda: f.Collate("name", 'x" DESC; --'),
    error_coalesce_one=lambda: f.Coalesce("name"),
    error_greatest_one=lambda: f.Greatest("name"),
)


def _collation() -> str:
    from tests.behaviour.orm import connections

    return "C" if connections["default"].vendor == "postgresql" else "binary"


# Dates and times.
for part in (
    "year", "iso_year", "quarter", "month", "week", "week_day", "iso_week_day", "day", "hour", "minute", "second",
):  # fmt: skip
    TABLE.rows(**{f"extract_{part}": each(B, f.Extract("added", part))})
    TABLE.rows(**{f"extract_{part}_tokyo": each(B, f.Extract("added", part, tzinfo=TOKYO))})
    if part not in ("hour", "minute", "second"):
        TABLE.rows(**{f"extract_{part}_of_date": each(B, f.Extract("published", part))})
for kind in ("year", "quarter", "month", "week", "day", "hour", "minute", "second"):
    TABLE.rows(**{f"trunc_{kind}": each(B, f.Trunc("added", kind))})
    TABLE.rows(**{f"trunc_{kind}_new_york": each(B, f.Trunc("added", kind, tzinfo=NEW_YORK))})
    if kind in ("year", "quarter", "month", "week", "day"):
        TABLE.rows(**{f"trunc_{kind}_of_date": each(B, f.Trunc("published", kind))})
    else:
        TABLE.rows(**{f"trunc_{kind}_of_time": each(S, f.Trunc("closes", kind, output_field=models.TimeField()))})
TABLE.rows(
    extract_classes=lambda: B.order_by("pk").values_list(
        f.ExtractYear("added"), f.ExtractMonth("added"), f.ExtractDay("added"), f.ExtractHour("added"),
        f.ExtractMinute("added"), f.ExtractSecond("added"), f.ExtractWeek("added"), f.ExtractQuarter("added"),
        f.ExtractWeekDay("added"), f.ExtractIsoWeekDay("added"), f.ExtractIsoYear("added"),
    ),
    extract_time_hour=each(S, f.ExtractHour("closes")),
    extract_filter=keys(B, added__hour=23),
    extract_in_order=lambda: B.order_by(f.ExtractMonth("published"), "pk").values_list("pk", flat=True),
    trunc_date=each(B, f.TruncDate("added")),
    trunc_date_tokyo=each(B, f.TruncDate("added", tzinfo=TOKYO)),
    trunc_time=each(B, f.TruncTime("added")),
    trunc_time_tokyo=each(B, f.TruncTime("added", tzinfo=TOKYO)),
    trunc_classes=lambda: B.order_by("pk").values_list(
        f.TruncYear("added"), f.TruncQuarter("added"), f.TruncMonth("added"), f.TruncWeek("added"), f.TruncDay("added"),
        f.TruncHour("added"), f.TruncMinute("added"), f.TruncSecond("added"),
    ),
    trunc_to_date=each(B, f.TruncMonth("added", output_field=models.DateField())),
    trunc_grouped=lambda: B.annotate(m=f.TruncMonth("published")).values("m").annotate(n=models.Count("pk")).order_by("m"),
    trunc_filter=lambda: B.filter(added__gte=f.TruncYear(V(at(2024, 6, 1)))).order_by("pk").values_list("pk", flat=True),
    now_is_later=keys(B, added__lt=f.Now()),
    now_arithmetic=keys(B, added__gt=f.Now() - datetime.timedelta(days=36500)),
    error_any_extract_unknown=each(B, f.Extract("added", "nome")),
    error_extract_hour_of_date=each(B, f.ExtractHour("published")),
    error_extract_of_text=each(A, f.ExtractYear("name")),
    error_any_trunc_unknown=each(B, f.Trunc("added", "nome")),
    error_trunc_hour_of_date=each(B, f.TruncHour("published")),
    error_trunc_of_text=each(A, f.TruncYear("name")),
    error_trunc_output=each(B, f.TruncYear("added", output_field=models.IntegerField())),
    error_extract_without_name=lambda: f.Extract("added"),
)  # fmt: skip

# Mathematics.
TABLE.rows(
    abs=each(N, f.Abs("integer")),
    abs_decimal=each(N, f.Abs("decimal")),
    acos=each(N, f.ACos(V(0.5))),
    asin=each(N, f.ASin(V(0.5))),
    atan=each(N, f.ATan("real")),
    atan2=each(N, f.ATan2("real", V(2.0))),
    ceil=each(N, f.Ceil("real")),
    ceil_decimal=each(N, f.Ceil("decimal")),
    cos=each(N, f.Cos("integer")),
    cot=each(N.filter(pk=1), f.Cot("real")),
    degrees=each(N, f.Degrees("integer")),
    exp=each(N.filter(pk__lt=4), f.Exp("integer")),
    floor=each(N, f.Floor("real")),
    floor_decimal=each(N, f.Floor("decimal")),
    ln=each(N.filter(integer__gt=0), f.Ln("integer")),
    log=each(N.filter(integer__gt=0), f.Log(V(2.0), "integer")),
    mod=each(N, f.Mod("integer", V(3))),
    mod_real=each(N.filter(pk__lt=4), f.Mod("real", V(2.0))),
    pi=each(N.filter(pk=1), f.Pi()),
    power=each(N.filter(pk__lt=4), f.Power("integer", V(2))),
    power_real=each(N.filter(pk=1), f.Power("real", V(0.5))),
    radians=each(N, f.Radians("integer")),
    round=each(N, f.Round("decimal")),
    round_digits=each(N, f.Round("decimal", precision=2)),
    round_real=each(N.filter(pk__lt=4), f.Round("real")),
    sign=each(N, f.Sign("real")),
    sin=each(N.filter(pk__lt=4), f.Sin("real")),
    sqrt=each(N.filter(integer__gte=0), f.Sqrt("integer")),
    tan=each(N.filter(pk__lt=4), f.Tan("real")),
    of_null=each(N.filter(integer=None), f.Sqrt("integer")),
    nested=each(N, f.Round(f.Abs("real") + f.Pi())),
    transform_abs=keys(N, integer__in=[5]),
    random_between=lambda: call(N.annotate(r=f.Random()).filter(r__gte=0, r__lt=1), "count"),
)

# Text.
TABLE.rows(
    chr=each(A.filter(pk=1), f.Chr(V(233))),
    concat=each(A, f.Concat("name", V(" ("), "goes_by", V(")"), output_field=models.CharField())),
    concat_two=each(A, f.Concat("alias", "goes_by")),
    concat_pair=each(A, f.ConcatPair("name", "alias")),
    concat_number=each(N, f.Concat("integer", V("!"), output_field=models.CharField())),
    left=each(A, f.Left("name", 3)),
    left_expression=each(A, f.Left("name", f.Length("goes_by"))),
    length=each(A, f.Length("name")),
    length_null=each(A, f.Length("alias")),
    lower=each(A, f.Lower("name")),
    lpad=each(A, f.LPad("name", 20, V("xy"))),
    lpad_cut=each(A, f.LPad("name", 4)),
    ltrim=each(N, f.LTrim("text")),
    md5=each(A, f.MD5("name")),
    ord=each(A.filter(pk__lt=8), f.Ord("name")),
    ord_unicode=each(A.filter(pk=8), f.Ord("name")),
    repeat=each(A, f.Repeat("goes_by", 3)),
    repeat_zero=each(A, f.Repeat("goes_by", 0)),
    replace=each(A, f.Replace("name", V("a"), V("@"))),
    replace_default=each(A, f.Replace("name", V("e"))),
    reverse=each(A, f.Reverse("name")),
    right=each(A, f.Right("name", 3)),
    rpad=each(A, f.RPad("name", 20, V("-"))),
    rtrim=each(N, f.RTrim("text")),
    str_index=each(A, f.StrIndex("name", V("e"))),
    str_index_missing=each(A, f.StrIndex("name", V("§"))),
    str_index_column=each(A, f.StrIndex("name", "goes_by")),
    substr=each(A, f.Substr("name", 2, 3)),
    substr_open=each(A, f.Substr("name", 5)),
    trim=each(N, f.Trim("text")),
    upper=each(A, f.Upper("name")),
    upper_filter=lambda: A.annotate(u=f.Upper("name")).filter(u__startswith="ADR").values_list("pk", flat=True),
    update_with_function=lambda: call(A.filter(pk=99), "update", alias=f.Lower(f.Substr("name", 1, 5))),
    error_left_zero=lambda: f.Left("name", 0),
    error_substr_zero=lambda: f.Substr("name", 0),
    error_lpad_negative=lambda: f.LPad("name", -1),
    error_repeat_negative=lambda: f.Repeat("name", -1),
    error_concat_one=lambda: f.Concat("name"),
    error_upper_two=lambda: f.Upper("name", "alias"),
)

# On PostgreSQL these want the extension pgcrypto.
TABLE.rows(
    vendors=("sqlite",),
    sha1=each(A.filter(pk=8), f.SHA1("name")),
    sha224=each(A.filter(pk=8), f.SHA224("name")),
    sha256=each(A.filter(pk=8), f.SHA256("name")),
    sha384=each(A.filter(pk=8), f.SHA384("name")),
    sha512=each(A.filter(pk=8), f.SHA512("name")),
)

# JSON and identifiers.
TABLE.rows(
    json_object=each(A.filter(pk__lt=3), f.JSONObject(name="name", size=f.Length("name"))),
    json_object_nested=each(A.filter(pk=1), f.JSONObject(a=f.JSONObject(b=F("age")), c=V(1))),
    json_object_empty=each(A.filter(pk=1), f.JSONObject()),
    json_object_null=each(A.filter(pk=8), f.JSONObject(age="age")),
    json_array=each(A.filter(pk__lt=3), f.JSONArray("name", V(1), "age")),
    json_array_null=each(A.filter(pk=8), f.JSONArray("name", "age")),
    json_array_absent=each(A.filter(pk=8), f.JSONArray("name", "age", absent_on_null=True)),
    json_array_empty=each(A.filter(pk=1), f.JSONArray()),
    json_key=lambda: B.annotate(it=models.fields.json.KeyTransform("lang", "extra")).order_by("pk").values_list("it"),
    json_key_text=lambda: B.annotate(it=models.fields.json.KT("extra__lang")).order_by("pk").values_list("it"),
    json_path=each(B, F("extra__meta__size")),
    json_index=each(B, F("extra__0")),
    json_key_text_length=lambda: (
        B.annotate(it=f.Length(models.fields.json.KT("extra__lang"))).order_by("pk").values_list("it")
    ),
    json_key_cast=lambda: (
        B.annotate(it=f.Cast(models.fields.json.KT("extra__meta__size"), models.IntegerField()))
        .order_by("pk")
        .values_list("it")
    ),
    json_order=lambda: B.filter(extra__meta__has_key="size").order_by("extra__meta__size").values_list("pk", flat=True),
    json_values=lambda: B.order_by("pk").values_list("extra__meta__title", "extra__editions__1"),
    uuid4=lambda: call(A.annotate(u=f.UUID4()).filter(u__isnull=False), "count"),
)
TABLE.rows(
    vendors=("postgresql",),
    cast_boolean=each(N, f.Cast("integer", models.BooleanField())),
    json_object_of_json=each(B.filter(pk=1), f.JSONObject(extra="extra")),
    round_negative=each(N, f.Round("decimal", precision=-1)),
    round_integer=each(N, f.Round("integer", precision=-1)),
)
DECIMAL = decimal.Decimal("1.5")
TABLE.rows(decimal_value=each(N.filter(pk=1), V(DECIMAL) + F("decimal")))
