"""Every function of Django's reference, resolved, rendered and run: the same on both databases."""

from __future__ import annotations

import datetime
import decimal
import hashlib
import math
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from aorm import timezone
from aorm.exceptions import FieldError
from aorm.expressions.conditions import Case, When
from aorm.expressions.functions import comparison as c
from aorm.expressions.functions import json as j
from aorm.expressions.functions import mathematical as m
from aorm.expressions.functions import temporal as t
from aorm.expressions.functions import text as x
from aorm.expressions.functions.base import Func, Transform
from aorm.expressions.functions.uuid import UUID4, UUID7
from aorm.expressions.references import F
from aorm.expressions.values import ExpressionWrapper, RawSQL, Value
from aorm.fields.outputs import field_for
from aorm.sql import types as T
from aorm.sql.functions import Call
from tests.unit.expressions.support import place, texts, value

if TYPE_CHECKING:
    from tests.unit.dialects.support import Runner

D = decimal.Decimal
UTC = datetime.UTC
NAME = "Ab%c_d\\e"


def moment(*parts: int, zone: str = "UTC") -> datetime.datetime:
    """Return an aware datetime."""
    return timezone.make_aware(datetime.datetime(*parts), timezone._as_timezone(zone))  # type: ignore[arg-type]


TEXT_CASES: list[tuple[Any, Any]] = [
    (x.Chr(Value(65)), "A"),
    (x.Concat("name", Value("!"), Value("?")), NAME + "!?"),
    (x.Concat("name", Value(None)), NAME),
    (x.ConcatPair("name", Value("!")), NAME + "!"),
    (x.Left("name", 2), "Ab"),
    (x.Right("name", 2), "\\e"),
    (x.Length("name"), 8),
    (x.Lower("name"), NAME.lower()),
    (x.Upper("name"), NAME.upper()),
    (x.LPad("name", 10), "  " + NAME),
    (x.LPad("name", 10, Value("xy")), "xy" + NAME),
    (x.RPad("name", 10, Value(".")), NAME + ".."),
    (x.Trim(Value("  a ")), "a"),
    (x.LTrim(Value("  a ")), "a "),
    (x.RTrim(Value("  a ")), "  a"),
    (x.MD5("name"), hashlib.md5(NAME.encode()).hexdigest()),
    (x.SHA224("name"), hashlib.sha224(NAME.encode()).hexdigest()),
    (x.SHA256("name"), hashlib.sha256(NAME.encode()).hexdigest()),
    (x.SHA384("name"), hashlib.sha384(NAME.encode()).hexdigest()),
    (x.SHA512("name"), hashlib.sha512(NAME.encode()).hexdigest()),
    (x.Ord("name"), 65),
    (x.Repeat(Value("ab"), 3), "ababab"),
    (x.Replace("name", Value("%c"), Value("-")), "Ab-_d\\e"),
    (x.Replace("name", Value("%c")), "Ab_d\\e"),
    (x.Reverse("name"), NAME[::-1]),
    (x.StrIndex("name", Value("c")), 4),
    (x.StrIndex("name", Value("nowhere")), 0),
    (x.Substr("name", 3), NAME[2:]),
    (x.Substr("name", 3, 2), NAME[2:4]),
    (x.Lower(x.Substr("name", Value(1), Value(1))), "a"),
    (F("name")[0], "A"),
    (F("name")[2:4], NAME[2:4]),
    (F("name")[3:], NAME[3:]),
    (F("name")[:3], NAME[:3]),
]
NUMBER_CASES: list[tuple[Any, Any]] = [
    (m.Abs(Value(-7)), 7),
    (m.ACos(Value(0.5)), math.acos(0.5)),
    (m.ASin(Value(0.5)), math.asin(0.5)),
    (m.ATan(Value(0.5)), math.atan(0.5)),
    (m.ATan2(Value(1.0), Value(2.0)), math.atan2(1, 2)),
    (m.Ceil("ratio"), 3.0),
    (m.Cos("ratio"), math.cos(2.5)),
    (m.Cot("ratio"), 1 / math.tan(2.5)),
    (m.Degrees("ratio"), math.degrees(2.5)),
    (m.Exp("ratio"), math.exp(2.5)),
    (m.Floor("ratio"), 2.0),
    (m.Ln("ratio"), math.log(2.5)),
    (m.Log(Value(2.0), Value(8.0)), 3.0),
    (m.Log(Value(2), Value(8)), 3.0),
    (m.Mod("n", Value(4)), 3.0),
    (m.Mod(Value(5.5), Value(2.0)), 1.5),
    (m.Pi(), math.pi),
    (m.Power("n", Value(2)), 49.0),
    (m.Radians("ratio"), math.radians(2.5)),
    (m.Round("ratio"), 3.0),
    (m.Round(Value(2.256), precision=2), 2.26),
    (m.Round("price", precision=1), D("12.5")),
    (m.Sign(Value(-3)), -1),
    (m.Sin("ratio"), math.sin(2.5)),
    (m.Sqrt(Value(16)), 4.0),
    (m.Tan("ratio"), math.tan(2.5)),
]
COMPARISON_CASES: list[tuple[Any, Any]] = [
    (c.Cast("n", field_for(T.DOUBLE)), 7.0),
    (c.Cast("n", field_for(T.TEXT)), "7"),
    (c.Cast(Value("12"), field_for(T.INTEGER)), 12),
    (c.Cast(Value("2024-02-03"), field_for(T.DATE)), datetime.date(2024, 2, 3)),
    (c.Coalesce(Value(None), "n"), 7),
    (c.Coalesce("name", Value("x")), NAME),
    (c.Greatest("n", Value(9)), 9),
    (c.Least("n", Value(9)), 7),
    (c.NullIf("n", Value(7)), None),
    (c.NullIf("n", Value(8)), 7),
    (c.Collate("name", "C"), NAME),
]
DAY = datetime.date(2024, 2, 29)
TEMPORAL_CASES: list[tuple[Any, Any]] = [
    (t.ExtractYear("day"), 2024),
    (t.ExtractIsoYear("day"), 2024),
    (t.ExtractQuarter("day"), 1),
    (t.ExtractMonth("day"), 2),
    (t.ExtractDay("day"), 29),
    (t.ExtractWeek("day"), 9),
    (t.ExtractWeekDay("day"), 5),
    (t.ExtractIsoWeekDay("day"), 4),
    (t.ExtractHour("at"), 23),
    (t.ExtractMinute("at"), 30),
    (t.ExtractSecond("at"), 15),
    (t.ExtractHour("clock"), 13),
    (t.Extract("day", "year"), 2024),
    (t.ExtractDay("at", tzinfo=timezone._as_timezone("Asia/Tokyo")), 1),
    (t.ExtractDay("span"), 1),
    (t.ExtractHour("span"), 2),
    (F("at__year"), 2024),
    (F("at__date__month"), 12),
    (t.TruncYear("day"), datetime.date(2024, 1, 1)),
    (t.TruncQuarter("day"), datetime.date(2024, 1, 1)),
    (t.TruncMonth("day"), datetime.date(2024, 2, 1)),
    (t.TruncWeek("day"), datetime.date(2024, 2, 26)),
    (t.TruncDay("at"), moment(2024, 12, 31)),
    (t.TruncHour("at"), moment(2024, 12, 31, 23)),
    (t.TruncMinute("at"), moment(2024, 12, 31, 23, 30)),
    (t.TruncSecond("at"), moment(2024, 12, 31, 23, 30, 15)),
    (t.TruncHour("clock"), datetime.time(13)),
    (t.Trunc("at", "year"), moment(2024, 1, 1)),
    (t.Trunc("at", "month", output_field=field_for(T.DATE)), datetime.date(2024, 12, 1)),
    (t.Trunc("at", "hour", output_field=field_for(T.TIME)), datetime.time(23)),
    (t.TruncDay("at", tzinfo=timezone._as_timezone("Asia/Tokyo")), moment(2025, 1, 1, zone="Asia/Tokyo")),
    (t.TruncDate("at"), datetime.date(2024, 12, 31)),
    (t.TruncDate("at", tzinfo=timezone._as_timezone("Asia/Tokyo")), datetime.date(2025, 1, 1)),
    (t.TruncTime("at", tzinfo=timezone._as_timezone("Asia/Tokyo")), datetime.time(8, 30, 15, 250000)),
]
JSON_CASES: list[tuple[Any, Any]] = [
    (j.JSONArray("n", Value("x"), Value(None)), [7, "x", None]),
    (j.JSONArray(), []),
    (j.JSONObject(name=x.Lower("name"), n=F("n") * 2), {"name": NAME.lower(), "n": 14}),
    (j.KeyTransform("s", "data"), "text"),
    (j.KeyTransform("0", j.KeyTransform("b", j.KeyTransform("a", "data"))), 10),
    (j.KT("data__s"), "text"),
    (j.KT("data__a__b__1"), "x"),
    (F("data__a__b__1"), "x"),
    (F("data__k'\"%"), 1),
]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [*TEXT_CASES, *NUMBER_CASES, *COMPARISON_CASES, *TEMPORAL_CASES, *JSON_CASES],
    ids=lambda item: repr(item)[:60],
)
def test_value(runner: Runner, expression: Any, expected: Any) -> None:
    found = value(runner, expression)
    if isinstance(expected, float):
        assert found == pytest.approx(expected)
    else:
        assert found == expected
        assert type(found) is type(expected)


def test_trunc_is_in_the_zone(runner: Runner) -> None:
    with timezone.override("Asia/Tokyo"):
        found = value(runner, t.TruncDay("at"))
    assert found.isoformat() == "2025-01-01T00:00:00+09:00"


def test_sha1_is_spelt() -> None:
    # PostgreSQL needs its extension pgcrypto for it.
    assert texts(x.SHA1("name")) == ('SHA1("item"."name")', "ENCODE(DIGEST(\"item\".\"name\", 'sha1'), 'hex')")


def test_now_random_and_uuids(runner: Runner) -> None:
    assert abs(value(runner, t.Now()) - datetime.datetime.now(UTC)) < datetime.timedelta(minutes=5)
    assert 0 <= value(runner, m.Random()) < 1
    assert value(runner, UUID4()).version == 4
    later = value(runner, UUID7(datetime.timedelta(days=1)))
    assert isinstance(later, uuid.UUID)
    assert later.version == 7
    assert value(runner, UUID7()) < later


def test_output_fields() -> None:
    cases = [
        (x.Length("name"), T.INTEGER),
        (x.Lower("name"), T.varchar(30)),
        (m.Sqrt("n"), T.DOUBLE),
        (m.Sqrt("price"), T.DECIMAL),
        (m.Abs("n"), T.INTEGER),
        (m.Round("price", 1), T.decimal(7, 2)),
        (c.Coalesce("n", Value(1)), T.INTEGER),
        (t.TruncDate("at"), T.DATE),
        (j.KT("data__a"), T.TEXT),
    ]
    for expression, expected in cases:
        assert place(expression).output.sql_type is expected, expression


def test_mixed_types_complain_only_when_needed() -> None:
    resolved = place(c.Coalesce("n", "name"))
    assert isinstance(resolved.term, Call)
    with pytest.raises(FieldError, match=r"mixed types: IntegerField, CharField\. You must set output_field\."):
        _ = resolved.output.sql_type
    assert place(c.Coalesce("n", "name", output_field=field_for(T.TEXT))).output.sql_type is T.TEXT
    with pytest.raises(FieldError, match="Cannot resolve expression type, unknown output_field"):
        _ = place(Func(function="X")).output.sql_type


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (lambda: x.Left("name", 0), ValueError, "'length' must be greater than 0."),
        (lambda: x.LPad("name", -1), ValueError, "'length' must be greater or equal to 0."),
        (lambda: x.Repeat("name", -1), ValueError, "'number' must be greater or equal to 0."),
        (lambda: x.Substr("name", 0), ValueError, "'pos' must be greater than 0"),
        (lambda: x.Concat("name"), ValueError, "Concat must take at least two expressions"),
        (lambda: c.Coalesce("name"), ValueError, "Coalesce must take at least two expressions"),
        (lambda: c.Greatest("name"), ValueError, "Greatest must take at least two expressions"),
        (lambda: c.Least("name"), ValueError, "Least must take at least two expressions"),
        (lambda: c.Collate("name", 'C"; --'), ValueError, "Invalid collation name: 'C\"; --'."),
        (lambda: c.Collate("name", "C\n"), ValueError, "Invalid collation name: 'C\\n'."),
        (lambda: c.NullIf("a"), TypeError, "'NullIf' takes exactly 2 arguments (1 given)"),
        (lambda: m.Abs("a", "b"), TypeError, "'Abs' takes exactly 1 argument (2 given)"),
        (lambda: t.Extract("day"), ValueError, "lookup_name must be provided"),
        (lambda: j.KT("data"), ValueError, "Lookup must contain key or index transforms."),
        (
            lambda: place(t.ExtractHour("day")),
            ValueError,
            "Cannot extract time component 'hour' from DateField 'None'.",
        ),
        (
            lambda: place(t.ExtractYear("span")),
            ValueError,
            "Cannot extract component 'year' from DurationField 'None'.",
        ),
        (
            lambda: place(t.ExtractYear("n")),
            ValueError,
            "Extract input expression must be DateField, DateTimeField, TimeField, or DurationField.",
        ),
        (
            lambda: place(t.ExtractYear("day", tzinfo=UTC)),
            ValueError,
            "tzinfo can only be used with DateTimeField.",
        ),
        (lambda: place(t.TruncDay("n")), TypeError, "None isn't a DateField, TimeField, or DateTimeField."),
        (
            lambda: place(t.Trunc("at", "day", output_field=field_for(T.INTEGER))),
            ValueError,
            "output_field must be either DateField, TimeField, or DateTimeField",
        ),
        (lambda: place(t.TruncHour("day")), ValueError, "Cannot truncate DateField 'None' to DateTimeField."),
        (lambda: place(t.TruncYear("clock")), ValueError, "Cannot truncate TimeField 'None' to DateTimeField."),
        (lambda: place(t.TruncDate("clock")), ValueError, "Cannot truncate TimeField 'None' to DateField."),
    ],
)
def test_refusals(make: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error) as caught:
        make()
    assert str(caught.value) == text


class TestUsersFunctions:
    """Functions in the user's own words."""

    def test_function_and_template(self, runner: Runner) -> None:
        assert value(runner, Func("name", function="LOWER", output_field=field_for(T.TEXT))) == NAME.lower()
        joined = Func("n", Value(2), template="(%(expressions)s)", arg_joiner=" * ", output_field=field_for(T.INTEGER))
        assert value(runner, joined) == 14
        doubled = Func("n", template="(%(expressions)s %%%% 4)", output_field=field_for(T.INTEGER))
        assert value(runner, doubled) == 3
        extra = Func("n", template="(%(field)s + %(more)s)", more=5, output_field=field_for(T.INTEGER))
        assert value(runner, extra) == 12

    def test_class_attributes(self, runner: Runner) -> None:
        class Shout(Func):
            function = "UPPER"
            output_field = field_for(T.TEXT)

        class Whisper(x.Upper):
            function = "LOWER"

        assert value(runner, Shout("name")) == NAME.upper()
        assert value(runner, Whisper("name")) == NAME.lower()
        assert value(runner, x.Upper("name", function="LOWER")) == NAME.lower()
        assert Shout("name").output_field is Shout("name").output_field

    def test_computed_output(self) -> None:
        class Same(Func):
            function = "X"

            def _resolve_output_field(self) -> Any:
                return self.source_expressions[1].output_field

        class Property(Func):
            function = "X"

            @property
            def output_field(self) -> Any:
                return self.source_expressions[0].output_field

        assert place(Same("name", "n")).output.sql_type is T.INTEGER
        assert place(Property("n", "name")).output.sql_type is T.INTEGER

    def test_as_sql(self, runner: Runner) -> None:
        class Plus(Func):
            function = "PLUS"
            output_field = field_for(T.INTEGER)

            def as_sql(self, compiler: Any, connection: Any, **context: Any) -> Any:
                return super().as_sql(compiler, connection, template="(%(expressions)s)", arg_joiner=" + ", **context)

        assert value(runner, Plus("n", Value(3))) == 10
        assert value(runner, Plus(Plus("n", Value(3)), Value(1))) == 11

    def test_vendor_method(self, runner: Runner) -> None:
        class Vendor(x.Lower):
            def as_sqlite(self, compiler: Any, connection: Any) -> Any:
                return self.as_sql(compiler, connection, function="UPPER")

        expected = NAME.upper() if runner.vendor == "sqlite" else NAME.lower()
        assert value(runner, Vendor("name")) == expected
        assert value(runner, x.Length(Vendor("name"))) == 8

    def test_method_added_to_a_built_in(self, runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
        def shout(self: Any, compiler: Any, connection: Any) -> Any:
            return self.as_sql(compiler, connection, function="UPPER")

        assert value(runner, x.Lower("name")) == NAME.lower()
        monkeypatch.setattr(x.Lower, f"as_{runner.vendor}", shout, raising=False)
        assert value(runner, x.Lower("name")) == NAME.upper()
        monkeypatch.undo()
        assert value(runner, x.Lower("name")) == NAME.lower()

    def test_documented_expression(self, runner: Runner) -> None:
        # "Writing your own query expressions" of Django's reference, whole.
        from aorm.expressions.base import Expression

        class Coalesce(Expression):
            template = "COALESCE( %(expressions)s )"

            def __init__(self, expressions: Any, output_field: Any) -> None:
                super().__init__(output_field=output_field)
                self.expressions = expressions

            def resolve_expression(  # type: ignore[override]
                self,
                query: Any = None,
                allow_joins: Any = True,
                reuse: Any = None,
                summarize: Any = False,
                for_save: Any = False,
            ) -> Any:
                c = self.copy()
                c.is_summary = summarize  # type: ignore[misc]
                c.expressions = list(c.expressions)
                for pos, expression in enumerate(self.expressions):
                    c.expressions[pos] = expression.resolve_expression(query, allow_joins, reuse, summarize, for_save)
                return c

            def as_sql(self, compiler: Any, connection: Any, template: Any = None) -> Any:  # type: ignore[override]
                sql_expressions, sql_params = [], []
                for expression in self.expressions:
                    sql, params = compiler.compile(expression)
                    sql_expressions.append(sql)
                    sql_params.extend(params)
                template = template or self.template
                data = {"expressions": ",".join(sql_expressions)}
                return template % data, sql_params

            def get_source_expressions(self) -> Any:
                return self.expressions

            def set_source_expressions(self, expressions: Any) -> None:
                self.expressions = expressions

        coalesce = Coalesce([Value(None), F("name"), Value("never")], field_for(T.TEXT))
        assert value(runner, coalesce) == NAME
        assert value(runner, x.Lower(coalesce)) == NAME.lower()

    def test_raw_text_with_percent(self, runner: Runner) -> None:
        class Starts(Func):
            output_field = field_for(T.BOOLEAN)

            def as_sql(self, compiler: Any, connection: Any, **context: Any) -> Any:
                sql, params = compiler.compile(self.source_expressions[0])
                return f"({sql} LIKE %s || '%%')", [*params, "Ab"]

        assert value(runner, Starts("name")) is True

    def test_transform_of_the_user(self, runner: Runner) -> None:
        class Last(Transform):
            lookup_name = "last"
            function = "SUBSTR"
            output_field = field_for(T.TEXT)

            def as_sql(self, compiler: Any, connection: Any, **context: Any) -> Any:
                lhs, params = compiler.compile(self.lhs)
                return f"RIGHT({lhs}, 1)" if connection.vendor == "postgresql" else f"SUBSTR({lhs}, -1)", params

        resolved = place(Last("name"))
        assert resolved.lhs.term is place(F("name")).term or resolved.lhs.term.same_as(place(F("name")).term)
        assert value(runner, Last("name")) == "e"
        assert value(runner, x.Upper(Last("name"))) == "E"


def test_values_are_parameters() -> None:
    evil = "'); DROP TABLE item; --"
    for expression in (
        x.Concat("name", Value(evil)),
        x.Replace("name", Value(evil), Value(evil)),
        x.LPad("name", 20, Value(evil)),
        j.JSONObject(**{evil: Value(evil)}),
        j.KeyTransform(evil, "data"),
        j.KT(f"data__{evil}"),
        Case(When(name=evil, then=Value(evil)), default=Value(evil)),
        RawSQL("%s", (evil,)),
        ExpressionWrapper(Value(evil), field_for(T.TEXT)),
    ):
        for text in texts(expression):
            assert "DROP" not in text


@pytest.mark.parametrize(
    "kind", ["year'; DROP TABLE item; --", "YEAR", "", "day\n", 'day"', "microsecond) FROM x", None, 5]
)
def test_kinds_and_parts_come_from_a_list(kind: Any) -> None:
    # CVE-2022-34265.
    with pytest.raises(ValueError, match=r"Invalid lookup type|lookup_name must be provided"):
        place(t.Trunc("at", kind))
    if kind != "microsecond":
        with pytest.raises(ValueError, match=r"Invalid lookup type|lookup_name must be provided"):
            place(t.Extract("at", kind))
