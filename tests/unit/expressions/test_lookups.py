"""Every built-in lookup finds the same rows on both databases, as Django does."""

from __future__ import annotations

import datetime
import decimal
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from aorm import timezone
from aorm.expressions.base import Resolved
from aorm.expressions.conditions import Q
from aorm.expressions.functions.base import Transform
from aorm.expressions.functions.json import KeyTransform
from aorm.expressions.functions.temporal import ExtractYear
from aorm.expressions.functions.text import Lower, Upper
from aorm.expressions.lookups import comparison as c
from aorm.expressions.lookups import rows as r
from aorm.expressions.lookups import text as x
from aorm.expressions.lookups.base import Lookup
from aorm.expressions.references import F, OuterRef
from aorm.expressions.subquery import Subquery
from aorm.expressions.values import JSONNull, Value
from aorm.fields.outputs import field_for
from aorm.settings import settings
from aorm.sql import types as T
from aorm.sql.predicates import FALSE, TRUE, Between, Compare, InList, InQuery, InTerms, IsNull, Like
from aorm.sql.tables import ColumnList
from aorm.sql.values import Literal, Param
from tests.unit.dialects.support import POSTGRESQL, SQLITE, UID, by_id, col, select
from tests.unit.expressions.support import SCOPE, StandInQueryset, StandInScope, matches, place, texts

if TYPE_CHECKING:
    from tests.unit.dialects.support import Runner

NAME = "Ab%c_d\\e"
AT = datetime.datetime(2024, 12, 31, 23, 30, 15, 250000, tzinfo=datetime.UTC)
FOUND = [
    {"name": NAME},
    {"name__exact": NAME},
    {"name__iexact": NAME.upper()},
    {"name__contains": "%c"},
    {"name__icontains": "%C"},
    {"name__startswith": "Ab%"},
    {"name__istartswith": "aB%"},
    {"name__endswith": "\\e"},
    {"name__iendswith": "\\E"},
    {"name__regex": "^Ab.c_d"},
    {"name__iregex": "^ab.C_D"},
    {"name__in": [NAME, "x"]},
    {"name__in": {NAME}},
    {"n__in": [F("n"), 5]},
    {"name__contains": Value("%c")},
    {"name__startswith": Value("Ab%")},
    {"n": 7},
    {"n": "7"},
    {"n__gt": 6},
    {"n__gt": 6.5},
    {"n__gte": 6.5},
    {"n__gte": 7},
    {"n__lt": 7.5},
    {"n__lte": 7.5},
    {"n__lt": 8},
    {"n__range": (7, 9)},
    {"n__range": (F("n"), 9)},
    {"n__in": [7, None]},
    {"n__in": [7, 2**40, 2**70]},
    {"n__lt": 2**40},
    {"n__gte": -(2**40)},
    {"n__contains": "7"},
    {"n": F("n")},
    {"n__gt": F("n") - 1},
    {"big": 2**40},
    {"price": decimal.Decimal("12.5")},
    {"price": "12.50"},
    {"price__gt": 12},
    {"price__in": [decimal.Decimal("12.5"), 3]},
    {"price__range": (12, 13)},
    {"ratio": 2.5},
    {"ok": True},
    {"ok__exact": True},
    {"ok__in": [True]},
    {"day": datetime.date(2024, 2, 29)},
    {"day": "2024-02-29"},
    {"day__gt": datetime.date(2024, 2, 28)},
    {"day__in": [datetime.date(2024, 2, 29)]},
    {"day__year": 2024},
    {"day__year": "2024"},
    {"day__year__gt": 2023},
    {"day__year__gte": 2024},
    {"day__year__lt": 2025},
    {"day__year__lte": 2024},
    {"day__year__in": [2024]},
    {"day__year": F("day__year")},
    {"day__iso_year": 2024},
    {"day__month": 2},
    {"day__day": 29},
    {"day__week": 9},
    {"day__week_day": 5},
    {"day__iso_week_day": 4},
    {"day__quarter": 1},
    {"day__isnull": False},
    {"at": AT},
    {"at__year": 2024},
    {"at__year__gte": 2024},
    {"at__iso_year": 2025},
    {"at__month": 12},
    {"at__hour": 23},
    {"at__minute": 30},
    {"at__second": 15},
    {"at__date": datetime.date(2024, 12, 31)},
    {"at__date__gt": datetime.date(2024, 12, 30)},
    {"at__date__year": 2024},
    {"at__time__gt": datetime.time(23)},
    {"clock": datetime.time(13, 45, 59, 5)},
    {"clock__hour": 13},
    {"clock__minute__gte": 45},
    {"span": datetime.timedelta(days=1, hours=2, microseconds=7)},
    {"span__gt": datetime.timedelta(days=1)},
    {"uid": UID},
    {"uid": str(UID)},
    {"uid__in": [UID]},
    {"uid__iexact": str(UID).upper()},
    {"uid__startswith": "00112233-44"},
    {"uid__contains": "4455-6677"},
    {"uid__iendswith": "FF"},
    {"blob": b"\x00\xff'\""},
    {"ip": "10.0.0.1"},
    {"data__s": "text"},
    {"data__a__b__0": 10},
    {"data__a__b__0__gt": 9},
    {"data__a__b__0__lte": 10},
    {"data__s__iexact": "TEXT"},
    {"data__s__icontains": "EX"},
    {"data__s__startswith": "te"},
    {"data__s__istartswith": "TE"},
    {"data__s__endswith": "xt"},
    {"data__s__iendswith": "XT"},
    {"data__s__regex": "^te"},
    {"data__s__iregex": "^TE"},
    {"data__s__in": ["text", "other"]},
    {"data__yes": True},
    {"data__yes__in": [True, 5]},
    {"data__a": {"b": [10, "x", None, True]}},
    {"data__nul": None},
    {"data__nul": JSONNull()},
    {"data__nul": Value(None, field_for(T.JSON))},
    {"data__nul__iexact": None},
    {"data__nul__isnull": False},
    {"data__has_key": "a"},
    {"data__has_key": KeyTransform("b", KeyTransform("a", "data"))},
    {"data__has_key": "1"},
    {"data__a__has_key": "b"},
    {"data__has_keys": ["a", "s"]},
    {"data__has_any_keys": ["nowhere", "s"]},
    {"data__é__ü": "ö"},
    {'data__q"__r"__z': 5},
    {"data__icontains": "TEXT"},
    {"data__s": F("data__s")},
]
# Rows where the value is NULL are found by these alone.
OTHER = [
    {"n__isnull": True},
    {"n": None},
    {"name__iexact": "Zweite"},
    {"data__s__isnull": True},
    {"data__isnull": True},
]
NONE = [
    {"n__in": []},
    {"n__in": [None]},
    {"n": 2**40},
    {"n": 2**70},
    {"n": -(2**70)},
    {"n__gt": 2**40},
    {"n__gt": 2**70},
    {"n__in": [2**70]},
    {"n__gt": 7.2},
    {"name__contains": "b_c"},
    {"name__startswith": "A%"},
    {"day__year": 2023},
    {"day__year__lt": 2024},
    {"day__year__gt": 2024},
    {"ok": False},
    {"data__nowhere": None},
    {"data__nowhere__isnull": False},
    {"data__has_keys": ["a", "nowhere"]},
    {"data__s": "Text"},
    {"data__yes": 1},
]


@pytest.mark.parametrize("lookups", FOUND, ids=str)
def test_finds_the_full_row(runner: Runner, lookups: dict[str, Any]) -> None:
    assert matches(runner, **lookups) == [1]


def test_iterators_are_read_once(runner: Runner) -> None:
    assert matches(runner, name__in=iter([NAME])) == [1]
    assert matches(runner, name__in=(F(name) for name in ["name"])) == [1, 2]


def test_beyond_all_integers(runner: Runner) -> None:
    # As in Django a comparison that holds for each number is no condition, and so finds NULL too.
    assert matches(runner, n__lt=2**70) == [1, 2]
    assert matches(runner, n__gt=-(2**70)) == [1, 2]
    assert matches(runner, day__month__lt=2**70) == [1, 2]


def test_columns_against_columns(runner: Runner) -> None:
    assert matches(runner, name__contains=F("name")) == [1, 2]
    assert matches(runner, name__iexact=F("name")) == [1, 2]
    assert matches(runner, name__endswith=F("data__s")) == []


@pytest.mark.parametrize("lookups", OTHER, ids=str)
def test_finds_the_empty_row(runner: Runner, lookups: dict[str, Any]) -> None:
    found = matches(runner, **lookups)
    assert found in ([2], [1, 2]) if "data__s__isnull" in lookups else found == [2]


@pytest.mark.parametrize("lookups", NONE, ids=str)
def test_finds_nothing(runner: Runner, lookups: dict[str, Any]) -> None:
    assert matches(runner, **lookups) == []


def build(**lookups: Any) -> Any:
    """Return the predicate of one keyword."""
    return SCOPE.condition(Q(**lookups))


class TestNodes:
    """What lookups make, without a database."""

    def test_plain_comparison(self) -> None:
        made = build(n=7)
        assert isinstance(made, Compare)
        assert (made.operator, made.right.value, made.right.type) == ("=", 7, T.INTEGER)  # type: ignore[attr-defined]

    def test_numbers_beyond_the_column(self) -> None:
        assert build(n=2**40).right.type is T.BIGINT
        assert build(n=2**63) is FALSE
        assert build(n__lt=2**63) is TRUE
        assert build(n__lte=-(2**63) - 1) is FALSE
        assert build(n__gte=-(2**63) - 1) is TRUE

    def test_booleans_are_constants(self) -> None:
        assert build(ok=True).same_as(Compare(col("ok"), "=", Literal(True, T.BOOLEAN)))
        predicate = place(c.GreaterThan(F("n"), 3))
        scope = StandInScope(long=predicate)
        assert scope.condition(Q(long=True)) is predicate.term
        assert scope.condition(Q(long=False)).item is predicate.term  # type: ignore[attr-defined]

    def test_lists_are_one_parameter(self) -> None:
        made = build(n__in=[3, 3, None, 1])
        assert isinstance(made, InList)
        assert (made.values.value, made.values.type) == ([3, 1], T.array(T.INTEGER))
        assert build(n__in=[1]).shape() == build(n__in=[1, 2, 3]).shape()
        assert isinstance(build(n__in=[F("n"), 1]), InTerms)

    def test_unhashable_values_are_kept(self) -> None:
        made = build(data__a__in=[{"b": 1}, {"b": 1}])
        assert isinstance(made, InList)
        assert made.values.value == [{"b": 1}, {"b": 1}]

    def test_like_escapes(self) -> None:
        made = build(name__contains="50%_\\")
        assert isinstance(made, Like)
        assert made.pattern.value == r"%50\%\_\\%"  # type: ignore[attr-defined]

    def test_year_uses_bounds(self) -> None:
        made = build(day__year=2024)
        assert isinstance(made, Between)
        assert (made.low.value, made.high.value) == (  # type: ignore[attr-defined]
            datetime.date(2024, 1, 1),
            datetime.date(2024, 12, 31),
        )
        iso = build(day__iso_year=2020)
        assert (iso.low.value, iso.high.value) == (datetime.date(2019, 12, 30), datetime.date(2021, 1, 3))
        with timezone.override("Asia/Tokyo"):
            zoned = build(at__year=2025)
        assert zoned.low.value.isoformat() == "2025-01-01T00:00:00+09:00"
        assert zoned.high.value.isoformat() == "2025-12-31T23:59:59.999999+09:00"
        with settings.override(use_tz=False):
            assert StandInScope().condition(Q(day__year__gt=2024)).right.value == datetime.date(2024, 12, 31)  # type: ignore[attr-defined]

    def test_null_of_a_constant(self) -> None:
        assert place(c.IsNull(Value(None), True)).term is TRUE
        assert place(c.IsNull(Value(None), False)).term is FALSE
        assert isinstance(place(c.IsNull(F("n"), True)).term, IsNull)

    def test_deprecated_none_of_json(self) -> None:
        with pytest.warns(DeprecationWarning, match=r"Use JSONNull\(\) instead"):
            build(data=None)

    @pytest.mark.parametrize(
        ("lookups", "error", "text"),
        [
            ({"n__isnull": 1}, ValueError, "The QuerySet value for an isnull lookup must be True or False."),
            ({"n": "seven"}, ValueError, "seven"),
            ({"n__in": ["seven"]}, ValueError, "seven"),
            ({"n__in": 5}, TypeError, "not iterable"),
            ({"n__range": (1,)}, ValueError, "not enough values"),
            ({"day": "yesterday"}, Exception, "yesterday"),
        ],
    )
    def test_bad_values(self, lookups: dict[str, Any], error: type[Exception], text: str) -> None:
        with pytest.raises(error, match=text):
            build(**lookups)


class TestQuerysets:
    """Querysets on the right side."""

    def queryset(self, *names: str, **more: Any) -> StandInQueryset:
        query = select(*[col(name) for name in names], **more)
        return StandInQueryset(query, *[field_for(col(name).type) for name in names])

    def test_in(self, runner: Runner) -> None:
        assert isinstance(build(n__in=self.queryset("n")), InQuery)
        assert isinstance(build(n__in=Subquery(self.queryset("n"))), InQuery)
        assert matches(runner, n__in=self.queryset("n")) == [1]
        assert build(n__in=self.queryset("n", where=FALSE)) is FALSE

    def test_exact_needs_one_row(self, runner: Runner) -> None:
        with pytest.raises(ValueError, match="must be limited to one result using slicing"):
            build(n=self.queryset("n"))
        one = self.queryset("n", limit=Param(1, T.BIGINT), order_by=(by_id(),))
        assert matches(runner, n=one) == [1]
        assert matches(runner, n__gte=one) == [1]
        assert matches(runner, n=Subquery(one)) == [1]

    def test_width(self) -> None:
        with pytest.raises(ValueError, match=r"the 'in' lookup must have 1 selected fields \(received 2\)"):
            build(n__in=self.queryset("n", "id"))

    def test_bilateral_transforms_refuse(self) -> None:
        with pytest.raises(NotImplementedError, match="Bilateral transformations on nested querysets"):
            c.In.build(place(BilateralUpper("name")), self.queryset("name"), SCOPE)


class BilateralUpper(Upper):
    """Upper case on both sides."""

    lookup_name = "both"
    bilateral = True


def test_bilateral(runner: Runner) -> None:
    left = place(BilateralUpper("name"))
    for lookup, given in (
        (c.Exact, NAME.lower()),
        (c.In, [NAME.lower(), "x"]),
        (c.Range, ("ab", "ac")),
        (c.GreaterThanOrEqual, "ab"),
        (x.StartsWith, "ab%"),
        (x.Contains, "%c_"),
        (x.Regex, "^ab"),
    ):
        where = lookup.build(left, given, SCOPE)
        assert (1,) in runner.rows(select(col("id"), where=where)), lookup


class TestUsersLookups:
    """Lookups in the user's own words, as Django's guide has them."""

    def test_not_equal(self, runner: Runner) -> None:
        class NotEqual(Lookup):
            lookup_name = "ne"

            def as_sql(self, compiler: Any, connection: Any, **context: Any) -> Any:
                lhs, lhs_params = self.process_lhs(compiler, connection)
                rhs, rhs_params = self.process_rhs(compiler, connection)
                return f"{lhs} <> {rhs}", [*lhs_params, *rhs_params]

        for left, right, found in (
            (F("n"), 8, [(1,)]),
            (F("n"), "7", []),
            (F("name"), "x", [(1,), (2,)]),
            (F("n"), F("n"), []),
            (Lower("name"), Lower("name"), []),
            (F("uid"), UID, []),
            (F("price"), decimal.Decimal("12.5"), []),
        ):
            where = NotEqual.build(place(left), right, SCOPE)
            assert runner.rows(select(col("id"), where=where, order_by=(by_id(),))) == found
            resolved = place(NotEqual(left, right))
            assert resolved.output.sql_type is T.BOOLEAN

    def test_transform_and_its_source(self, runner: Runner) -> None:
        # The guide's AbsoluteValueLessThan, which looks through its left side.
        class AbsoluteValue(Transform):
            lookup_name = "abs"
            function = "ABS"

        @AbsoluteValue.register_lookup
        class AbsoluteValueLessThan(Lookup):
            lookup_name = "lt"

            def as_sql(self, compiler: Any, connection: Any, **context: Any) -> Any:
                lhs, lhs_params = compiler.compile(self.lhs.lhs)
                rhs, rhs_params = self.process_rhs(compiler, connection)
                params = (*lhs_params, *rhs_params, *lhs_params, *rhs_params)
                return f"{lhs} < {rhs} AND {lhs} > -{rhs}", params

        left = place(AbsoluteValue("n"))
        assert left.get_lookup("lt") is AbsoluteValueLessThan
        assert left.get_lookup("gt") is c.IntegerGreaterThan
        assert runner.rows(select(col("id"), where=AbsoluteValueLessThan.build(left, 8, SCOPE))) == [(1,)]

    def test_subclass_of_a_built_in(self, runner: Runner) -> None:
        class Trimmed(c.Exact):
            lookup_name = "trimmed"

            def get_prep_lookup(self) -> Any:
                return self.rhs.strip()

        class Backwards(c.Exact):
            def process_rhs(self, compiler: Any, connection: Any) -> Any:
                rhs, params = super().process_rhs(compiler, connection)
                return rhs, [params[0][::-1]]

        class Half(c.GreaterThan):
            def as_sqlite(self, compiler: Any, connection: Any) -> Any:
                sql, params = self.as_sql(compiler, connection)
                return f"NOT ({sql})", params

        for lookup, left, given in (
            (Trimmed, "name", f"  {NAME} "),
            (Backwards, "name", NAME[::-1]),
            (Half, "n", 100 if runner.vendor == "sqlite" else 1),
        ):
            where = lookup.build(place(F(left)), given, SCOPE)
            assert runner.rows(select(col("id"), where=where)) == [(1,)], lookup

    def test_caching(self) -> None:
        class Kept(Lookup):
            is_cacheable = True

            def as_sql(self, compiler: Any, connection: Any, **context: Any) -> Any:
                lhs, lhs_params = self.process_lhs(compiler, connection)
                rhs, rhs_params = self.process_rhs(compiler, connection)
                return f"{lhs} = {rhs}", [*lhs_params, *rhs_params]

        class Anew(Kept):
            is_cacheable = False

        left = place(F("name"))
        one, two = [Kept.build(left, given, SCOPE) for given in ("a", "b")]
        assert one.shape() == two.shape()
        assert Anew.build(left, "a", SCOPE).shape() != Anew.build(left, "a", SCOPE).shape()
        compiled = SQLITE.compile(select(col("id"), where=one), one.parameters())
        assert compiled.encode(one.parameters()) == ("a",)
        assert compiled.encode(two.parameters()) == ("b",)


class TestRows:
    """Lookups on several columns."""

    def tuple(self) -> Resolved:
        return place(r.Tuple("id", "n"))

    @pytest.mark.parametrize(
        ("lookup", "given", "found"),
        [
            (r.TupleExact, (1, 7), [(1,)]),
            (r.TupleExact, [1, F("n")], [(1,)]),
            (r.TupleGreaterThan, (1, 6), [(1,), (2,)]),
            (r.TupleGreaterThanOrEqual, (1, 7), [(1,), (2,)]),
            (r.TupleLessThan, (1, 8), [(1,)]),
            (r.TupleLessThanOrEqual, (1, 7), [(1,)]),
            (r.TupleIn, [(1, 7), (5, 5)], [(1,)]),
            (r.TupleIn, [(1, None), (1, 7)], [(1,)]),
            (r.TupleIn, [(1, None)], []),
            (r.TupleIn, [], []),
            (r.TupleIsNull, True, [(2,)]),
            (r.TupleIsNull, (False,), [(1,)]),
        ],
    )
    def test_rows(self, runner: Runner, lookup: Any, given: Any, found: Any) -> None:
        where = lookup.build(self.tuple(), given, SCOPE)
        assert runner.rows(select(col("id"), where=where, order_by=(by_id(),))) == found

    def test_queryset(self, runner: Runner) -> None:
        inner = StandInQueryset(select(col("id"), col("n")), field_for(T.BIGINT), field_for(T.INTEGER))
        where = r.TupleIn.build(self.tuple(), inner, SCOPE)
        assert runner.rows(select(col("id"), where=where)) == [(1,)]

    @pytest.mark.parametrize(
        ("lookup", "given", "text"),
        [
            (r.TupleExact, 5, "'exact' lookup of (None, None) must be a tuple or a list"),
            (r.TupleExact, (1,), "'exact' lookup of (None, None) must have 2 elements"),
            (r.TupleIn, 5, "'in' lookup of (None, None) must be a tuple or a list"),
            (r.TupleIn, [5], "'in' lookup of (None, None) must be a collection of tuples or lists"),
            (r.TupleIn, [(1, 2, 3)], "'in' lookup of (None, None) must have 2 elements each"),
            (r.TupleIn, F("n"), "'in' subquery lookup of (None, None) must be a Query object (received 'F')"),
            (
                r.TupleExact,
                F("n"),
                "'exact' subquery lookup of (None, None) only supports OuterRef and QuerySet objects (received 'F')",
            ),
            (r.TupleIsNull, 3, "The QuerySet value for an isnull lookup must be True or False."),
        ],
    )
    def test_refusals(self, lookup: Any, given: Any, text: str) -> None:
        with pytest.raises(ValueError) as caught:  # noqa: PT011
            lookup.build(self.tuple(), given, SCOPE)
        assert str(caught.value) == text

    def test_direct_use(self, runner: Runner) -> None:
        where = place(r.TupleExact((F("id"), F("n")), (1, 7))).term
        assert runner.rows(select(col("id"), where=where)) == [(1,)]  # type: ignore[arg-type]


def test_lookups_are_expressions(runner: Runner) -> None:
    assert runner.value(place(c.GreaterThan(F("n"), 3)).term) is True
    assert runner.value(place(x.IContains(F("name"), "AB")).term) is True
    assert runner.value(place(c.Exact(c.GreaterThan(F("n"), 3), False)).term) is False
    both = c.GreaterThan(F("n"), 3) & c.LessThan(F("n"), 9)
    assert isinstance(both, Q)
    assert runner.rows(select(col("id"), where=SCOPE.condition(both))) == [(1,)]
    assert c.GreaterThan(F("n"), 3) == c.GreaterThan(F("n"), 3)
    assert c.GreaterThan(F("n"), 3) != c.GreaterThan(F("n"), 4)
    assert hash(c.In(F("n"), [1, 2])) == hash(c.In(F("n"), [1, 2]))
    assert ExtractYear("day").get_bilateral_transforms() == []


EVIL = [
    "' OR 1=1 --",
    '" OR ""="',
    "%' OR '1'='1",
    "\\' OR 1=1 --",
    "x\x01y",
    "$1",
    "?",
    "%s",
    "a'); DROP TABLE item; --",
]


@pytest.mark.parametrize("evil", EVIL, ids=ascii)
def test_values_never_become_text(runner: Runner, evil: str) -> None:
    # CVE-2019-14234 (JSON keys), CVE-2020-11010 of Tortoise (LIKE), and every other way in for a value.
    for lookups in (
        {"name": evil},
        {"name__iexact": evil},
        {"name__contains": evil},
        {"name__iendswith": evil},
        {"name__in": [evil]},
        {"name__range": (evil, evil)},
        {f"data__{evil.replace('__', '')}": evil},
        {f"data__{evil}__icontains": evil},
        {"data__has_key": evil},
        {"data__has_keys": [evil]},
        {"data__has_any_keys": [evil]},
    ):
        where = SCOPE.condition(Q(**lookups))
        for dialect in (SQLITE, POSTGRESQL):
            text = dialect.compile(select(col("id"), where=where), where.parameters()).sql
            assert evil not in text.replace("$1", "") or evil in ("?", "%s")
        assert runner.rows(select(col("id"), where=where)) == []


def test_outer_reference_in_a_lookup() -> None:
    made = build(n=OuterRef("id"))
    with pytest.raises(ValueError, match="may only be used in a subquery"):
        SQLITE.compile(select(col("id"), where=made), made.parameters())


def test_texts() -> None:
    assert texts(c.IntegerGreaterThan(F("n"), 5)) == ('"item"."n" > ?', '"item"."n" > $1')
    assert isinstance(select().columns, ColumnList)
    assert isinstance(UID, uuid.UUID)
