"""Values, arithmetic, conditions, subqueries, aggregates and windows, on both databases."""

from __future__ import annotations

import copy
import datetime
import decimal
import pickle
from typing import TYPE_CHECKING, Any

import pytest

from aorm.exceptions import FieldError, NotSupportedError
from aorm.expressions import aggregates as a
from aorm.expressions import functions
from aorm.expressions.base import contains_aggregate, contains_window
from aorm.expressions.combining import register_combinable_fields, registered
from aorm.expressions.conditions import Case, Q, When, refuse_prohibited
from aorm.expressions.functions.comparison import Coalesce
from aorm.expressions.functions.text import Length, Lower
from aorm.expressions.functions.window import (
    CumeDist,
    DenseRank,
    FirstValue,
    Lag,
    LastValue,
    Lead,
    NthValue,
    Ntile,
    PercentRank,
    Rank,
    RowNumber,
)
from aorm.expressions.lists import ExpressionList, OrderByList
from aorm.expressions.lookups.comparison import GreaterThan
from aorm.expressions.ordering import OrderBy
from aorm.expressions.references import F, OuterRef, Ref, Sliced
from aorm.expressions.subquery import Exists, Subquery
from aorm.expressions.values import (
    Col,
    CombinedExpression,
    ExpressionWrapper,
    JSONNull,
    NegatedExpression,
    RawSQL,
    Value,
)
from aorm.expressions.window import RowRange, ValueRange, Window, WindowFrame, WindowFrameExclusion
from aorm.fields.outputs import field_for
from aorm.sql import types as T
from aorm.sql.predicates import FALSE, Always
from aorm.sql.predicates import Exists as ExistsPredicate
from aorm.sql.tables import Label
from aorm.sql.values import Literal, Operation, OuterReference, Param
from tests.unit.dialects.support import TYPES, by_id, col, select
from tests.unit.expressions.support import SCOPE, StandInQueryset, StandInScope, place, texts, value

if TYPE_CHECKING:
    from tests.unit.dialects.support import Runner

D = decimal.Decimal
UTC = datetime.UTC
AT = datetime.datetime(2024, 12, 31, 23, 30, 15, 250000, tzinfo=UTC)
DAY = datetime.timedelta(days=1)


def typed(name: str) -> Any:
    """Return a field of a type."""
    return field_for(TYPES[name])


ARITHMETIC: list[tuple[Any, Any]] = [
    (F("n") + 1, 8),
    (1 + F("n"), 8),
    (F("n") - 1, 6),
    (1 - F("n"), -6),
    (F("n") * 2, 14),
    (2 * F("n"), 14),
    (F("n") / 2, 3),
    (14 / F("n"), 2),
    (F("n") % 4, 3),
    (10 % F("n"), 3),
    (F("n") ** 2, 49),
    (2 ** F("n"), 128),
    (-F("n"), -7),
    (F("n").bitand(3), 3),
    (F("n").bitor(8), 15),
    (F("n").bitxor(2), 5),
    (F("n").bitleftshift(2), 28),
    (F("n").bitrightshift(1), 3),
    (F("big") + F("n"), 2**40 + 7),
    (F("n") + F("big"), 2**40 + 7),
    (F("ratio") + 1, 3.5),
    (F("n") + 0.5, 7.5),
    (F("price") * 2, D("25.00")),
    (F("price") + D("0.25"), D("12.75")),
    (F("day") + DAY, datetime.datetime(2024, 3, 1)),
    (F("at") + DAY, AT + DAY),
    (DAY + F("at"), AT + DAY),
    (F("at") - DAY, AT - DAY),
    (F("at") - F("at"), datetime.timedelta()),
    (F("at") - (AT - DAY), DAY),
    (F("day") - F("day"), datetime.timedelta()),
    (F("day") - datetime.date(2024, 2, 27), datetime.timedelta(days=2)),
    (F("clock") - datetime.time(12), datetime.timedelta(hours=1, minutes=45, seconds=59, microseconds=5)),
    (F("clock") + datetime.timedelta(minutes=1), datetime.time(13, 46, 59, 5)),
    (F("span") + DAY, datetime.timedelta(days=2, hours=2, microseconds=7)),
    (F("span") - DAY, datetime.timedelta(hours=2, microseconds=7)),
    (
        ExpressionWrapper(F("span") * 2, output_field=typed("span")),
        datetime.timedelta(days=2, hours=4, microseconds=14),
    ),
    (ExpressionWrapper(F("n") * 1.5, output_field=typed("ratio")), 10.5),
    (Value("x"), "x"),
    (Value(True), True),
    (Value(2**40), 2**40),
    (Value(1.5), 1.5),
    (Value(D("1.5")), D("1.5")),
    (Value(AT), AT),
    (Value(AT.date()), AT.date()),
    (Value(datetime.time(1, 2)), datetime.time(1, 2)),
    (Value(DAY), DAY),
    (Value(b"\x00"), b"\x00"),
    (Value("5", output_field=typed("n")), 5),
    (Value({"a": [1]}, output_field=typed("data")), {"a": [1]}),
    (Value(None, output_field=typed("n")), None),
    (Case(When(n__gt=5, then=Value("big")), default=Value("small")), "big"),
    (Case(When(n__gt=50, then=Value("big")), default=Value("small")), "small"),
    (Case(When(n__gt=50, then=Value("big"))), None),
    (Case(When(n__in=[], then=Value("big")), default=Value("small")), "small"),
    (Case(When(Q(n__gt=5) & ~Q(name="x"), then="n"), default=0), 7),
    (Case(When(GreaterThan(F("n"), 5), then="n"), default=F("n") * 2), 7),
    (Case(When(ok=True, n=7, then=Lower("name"))), "ab%c_d\\e"),
    (Case(default=Value(3)), 3),
    (Case(When(~Q(n__in=[]), then=Value(1)), default=Value(2)), 1),
    (NegatedExpression(F("ok")), False),
    (~F("ok"), False),
    (~GreaterThan(F("n"), 50), True),
    (RawSQL("%s + n", (1,), typed("n")), 8),
    (RawSQL("n %% 4", (), typed("n")), 3),
    (Q(n=7), True),
]


@pytest.mark.parametrize(("expression", "expected"), ARITHMETIC, ids=lambda item: repr(item)[:70])
def test_value(runner: Runner, expression: Any, expected: Any) -> None:
    found = value(runner, expression)
    assert found == expected
    assert type(found) is type(expected)


class TestOutputOfOperators:
    """Django's table of types."""

    @pytest.mark.parametrize(
        ("expression", "expected"),
        [
            (F("n") + F("n"), T.INTEGER),
            (F("n") + F("ratio"), T.DOUBLE),
            (F("price") * F("n"), T.DECIMAL),
            (F("n") + Value(None), T.INTEGER),
            (F("day") - F("at"), T.INTERVAL),
            (F("at") + F("span"), T.TIMESTAMPTZ),
            (F("clock") - F("clock"), T.INTERVAL),
        ],
    )
    def test_result(self, expression: Any, expected: T.SqlType) -> None:
        assert place(expression).output.sql_type is expected

    def test_nodes_are_wide_enough(self) -> None:
        made = place(F("n") + F("big")).term
        assert isinstance(made, Operation)
        assert made.type is T.BIGINT

    @pytest.mark.parametrize(
        ("expression", "text"),
        [
            (F("name") + F("name"), "'+' expression involving these types: CharField, CharField"),
            (F("price") * F("ratio"), "'*' expression involving these types: DecimalField, FloatField"),
            (F("n") ** F("ratio"), "'^' expression involving these types: IntegerField, FloatField"),
            (F("n").bitand(F("ratio")), "'&' expression involving these types: IntegerField, FloatField"),
            (F("span") * F("n"), "'*' expression involving these types: DurationField, IntegerField"),
            (F("n") % F("name"), "'%%' expression involving these types: IntegerField, CharField"),
        ],
    )
    def test_unknown_result(self, expression: Any, text: str) -> None:
        resolved = place(expression)
        with pytest.raises(FieldError) as caught:
            _ = resolved.output.sql_type
        assert str(caught.value) == f"Cannot infer type of {text}. You must set output_field."
        assert place(ExpressionWrapper(expression, typed("n"))).output.sql_type is T.INTEGER

    def test_registered(self) -> None:
        register_combinable_fields(type(typed("name")), "+", type(typed("name")), type(typed("n")))
        try:
            assert place(F("name") + F("name")).output.sql_type is T.INTEGER
        finally:
            registered.clear()

    def test_outer_references_have_no_type_yet(self) -> None:
        assert place(OuterRef("n") + F("n")).output.sql_type is T.INTEGER


class TestReferences:
    """F, OuterRef, slices."""

    def test_unknown_name(self) -> None:
        with pytest.raises(FieldError, match=r"Cannot resolve keyword 'autor' into field\. Choices are: at, big"):
            place(F("autor"))

    def test_outer(self) -> None:
        term = place(OuterRef("n")).term
        assert isinstance(term, OuterReference)
        nested = place(OuterRef(OuterRef("n"))).term  # type: ignore[arg-type]
        assert isinstance(nested, OuterReference)
        assert nested.name == OuterRef("n")

    @pytest.mark.parametrize(
        ("subscript", "error", "text"),
        [
            (-1, ValueError, "Negative indexing is not supported."),
            (slice(-1, None), ValueError, "Negative indexing is not supported."),
            (slice(0, 5, 2), ValueError, "Step argument is not supported."),
            (slice(3, 2), ValueError, "Slice stop must be greater than slice start."),
            ("x", TypeError, "Argument to slice must be either int or slice instance."),
        ],
    )
    def test_bad_slices(self, subscript: Any, error: type[Exception], text: str) -> None:
        with pytest.raises(error) as caught:
            _ = F("name")[subscript]
        assert str(caught.value) == text

    def test_what_cannot_be_sliced(self) -> None:
        with pytest.raises(NotSupportedError, match="This field does not support slicing"):
            place(F("n")[:2])
        with pytest.raises(TypeError, match="argument of type 'F' is not iterable"):
            _ = 1 in F("n")
        with pytest.raises(TypeError, match="not iterable"):
            list(F("n"))

    def test_equality(self) -> None:
        assert F("n") == F("n")
        assert F("n") != F("m")
        assert F("n") != OuterRef("n")
        assert F("n")[:3] == F("n")[0:3]
        assert F("n")[:3] != F("n")[:4]
        assert len({F("n"), F("n"), F("n")[1], F("n")[1]}) == 2
        assert repr(F("n")[1:3]) == "Sliced(F(n), slice(1, 3, None))"
        assert repr(F("n")[1:]) == "Sliced(F(n), slice(1, None, None))"
        assert isinstance(F("n")[0], Sliced)

    def test_ref_and_col(self, runner: Runner) -> None:
        scope = StandInScope(total=place(F("n") + 1))
        assert value(runner, Ref("total", F("n")), scope) == 8
        field = copy.copy(typed("n"))
        field.column = "n"
        assert texts(Col("item", field))[0] == '"item"."n"'


class TestQ:
    """Q as a value."""

    def test_combining(self) -> None:
        assert Q(x=1) & Q(y=2) == Q(x=1, y=2)
        assert Q() & Q(x=1) == Q(x=1)
        assert Q(x=1) | Q() == Q(x=1)
        either = Q(x=1) | Q(y=2)
        assert (either.connector, either.children) == ("OR", [("x", 1), ("y", 2)])
        assert str(either) == "(OR: ('x', 1), ('y', 2))"
        assert repr(~either) == "<Q: (NOT (OR: ('x', 1), ('y', 2)))>"
        assert (Q(x=1) ^ Q(y=2)).connector == "XOR"
        mixed = (Q(x=1) | Q(y=2)) & Q(z=3)
        assert mixed.children == [either, ("z", 3)]
        negated = ~Q(x=1) & Q(y=2)
        assert negated.children == [~Q(x=1), ("y", 2)]
        assert ~~Q(x=1) == Q(x=1)

    def test_combining_leaves_the_parts_alone(self) -> None:
        one, two = Q(x=1), Q(y=2)
        _ = one & two
        _ = one | two
        _ = ~one
        assert (one, two) == (Q(x=1), Q(y=2))

    def test_add_in_place(self) -> None:
        q = Q(x=1)
        q.add(Q(y=2), Q.OR)
        q.add(Q(z=3), Q.OR)
        assert q.children == [Q(x=1), Q(y=2), ("z", 3)]
        assert q.connector == Q.OR

    def test_other_conditions(self) -> None:
        exists = Exists(StandInQueryset(select(col("id")), typed("id")))
        assert (Q(x=1) & exists).children == [("x", 1), exists]
        assert (exists & Q(x=1)).children == [exists, Q(x=1)]
        with pytest.raises(TypeError):
            Q(x=1) & 5
        with pytest.raises(TypeError):
            Q(x=1) | F("n")

    @pytest.mark.parametrize("connector", ["OR 1=1", "or", "AND (1=1) OR", "", 5])
    def test_connectors_come_from_a_list(self, connector: Any) -> None:
        # CVE-2025-64459.
        text = "connector must be one of 'AND', 'OR', 'XOR', or None."
        with pytest.raises(ValueError, match=text):
            Q(_connector=connector)
        with pytest.raises(ValueError, match=text):
            Q.create([("x", 1)], connector=connector)

    def test_keywords_of_q_are_no_lookups(self) -> None:
        text = r"The following kwargs are invalid: '_connector', '_negated'"
        with pytest.raises(TypeError, match=text):
            refuse_prohibited({"_connector": "OR", "_negated": True, "x": 1})
        with pytest.raises(TypeError, match=text):
            When(then=Value(1), _connector="OR 1=1", _negated=True)
        refuse_prohibited({"_order": 1})

    def test_deconstruct_identity_and_pickle(self) -> None:
        q = ~(Q(x=1) | Q(y=[2, 3]))
        path, args, options = q.deconstruct()
        assert (path, options) == ("aorm.models.Q", {"_connector": "OR", "_negated": True})
        assert Q(*args, **options) == q
        for made in (pickle.loads(pickle.dumps(q)), copy.copy(q), copy.deepcopy(q)):
            assert made == q
            assert hash(made) == hash(q)
            made.children.append(("z", 1))
            assert made != q
        assert Q(x=1) != 5
        assert Q(b=1, a=2) == Q(a=2, b=1)

    def test_flatten_and_names(self) -> None:
        q = Q(x__y=F("name__lower") + 1) | ~Q(z=2) | Q(GreaterThan(F("w__v"), 3))
        assert q.referenced_base_fields == {"x", "z", "w", "name"}
        flat = list(q.flatten())
        assert flat[0] is q
        assert 2 in flat
        assert ("z", 2) in Q(z=2)


class TestConditions:
    """When and Case."""

    @pytest.mark.parametrize(
        ("make", "error", "text"),
        [
            (lambda: When(), TypeError, "When() supports a Q object, a boolean expression, or lookups as a condition."),
            (lambda: When(5, then=1), TypeError, "When() supports a Q object"),
            (lambda: When(F("n"), n=1, then=1), TypeError, "When() supports a Q object"),
            (lambda: When(Q(), then=1), ValueError, "An empty Q() can't be used as a When() condition."),
            (lambda: Case(F("n")), TypeError, "Positional arguments must all be When objects."),
            (lambda: place(When(n=1, then=1)), TypeError, "When() is not a complete expression"),
        ],
    )
    def test_refusals(self, make: Any, error: type[Exception], text: str) -> None:
        with pytest.raises(error) as caught:
            make()
        assert str(caught.value).startswith(text)

    def test_mixed_results(self) -> None:
        made = place(Case(When(n=1, then=Value("x")), default=Value(1)))
        with pytest.raises(FieldError, match="mixed types: CharField, IntegerField"):
            _ = made.output.sql_type

    def test_folding(self) -> None:
        made = place(Case(When(n__in=[], then=Value(1)), When(n=3, then=Value(2))))
        assert len(made.term.whens) == 1  # type: ignore[attr-defined]
        assert repr(When(n=1, then=Value(2))) == "<When: WHEN <Q: (AND: ('n', 1))> THEN Value(2)>"
        assert "ELSE Value(None)" in repr(Case(When(n=1, then=Value(2))))


class TestSubqueries:
    """Querysets inside expressions."""

    def queryset(self, name: str = "n", **more: Any) -> StandInQueryset:
        return StandInQueryset(select(col(name), **more), field_for(col(name).type))

    def test_value(self, runner: Runner) -> None:
        one = self.queryset(limit=Param(1, T.BIGINT), order_by=(by_id(),))
        assert value(runner, Subquery(one)) == 7
        assert value(runner, Subquery(one) + 1) == 8
        assert place(Subquery(one)).output.sql_type is T.INTEGER
        assert place(Subquery(one, output_field=typed("ratio"))).output.sql_type is T.DOUBLE
        assert value(runner, Subquery(self.queryset(where=FALSE))) is None

    def test_template(self, runner: Runner) -> None:
        class SubqueryCount(Subquery):
            template = "(SELECT COUNT(*) FROM (%(subquery)s) _count)"
            output_field = typed("n")

        assert value(runner, SubqueryCount(self.queryset("id"))) == 2

    def test_exists(self, runner: Runner) -> None:
        exists = Exists(self.queryset())
        assert value(runner, exists) is True
        assert value(runner, ~exists) is False
        assert value(runner, Exists(self.queryset(where=FALSE))) is False
        assert isinstance(place(exists).term, ExistsPredicate)
        assert place(Exists(self.queryset(where=FALSE))).term is FALSE
        assert exists.conditional
        assert not exists.contains_aggregate

    def test_negation_needs_a_condition(self) -> None:
        with pytest.raises(TypeError, match="Cannot negate non-conditional expressions"):
            place(~F("n"))


AGGREGATES: list[tuple[Any, Any]] = [
    (a.Count("*"), 2),
    (a.Count("n"), 1),
    (a.Count("n", distinct=True), 1),
    (a.Count("id", filter=Q(n=7)), 1),
    (a.Count("id", filter=Q(n__in=[])), 0),
    (a.Count("id", filter=~Q(n__in=[])), 2),
    (a.Sum("n"), 7),
    (a.Sum("big"), 2**40),
    (a.Sum(F("n") + 1), 8),
    (a.Sum("ratio"), 2.5),
    (a.Sum("price"), D("12.50")),
    (a.Sum("span"), datetime.timedelta(days=1, hours=2, microseconds=7)),
    (a.Sum("n", filter=Q(n=8)), None),
    (a.Sum("n", filter=Q(n=8), default=5), 5),
    (a.Sum("n", filter=Q(n=8), default=Value(5)), 5),
    (a.Sum("n", default=Value(0)) + 1, 8),
    (a.Avg("n"), 7.0),
    (a.Avg("price"), D("12.5")),
    (a.Avg("span"), datetime.timedelta(days=1, hours=2, microseconds=7)),
    (a.Max("day"), datetime.date(2024, 2, 29)),
    (a.Min("at"), AT),
    (a.Max("name"), "zweite"),
    (a.StdDev("n"), 0.0),
    (a.StdDev("n", sample=True), None),
    (a.Variance("id"), 0.25),
    (a.Variance("id", sample=True), 0.5),
    (a.StringAgg("name", delimiter=Value(";")), "Ab%c_d\\e;zweite"),
    (a.StringAgg("name", delimiter=Value(";"), order_by="-id"), "zweite;Ab%c_d\\e"),
    (a.StringAgg("name", delimiter=Value(";"), order_by=[F("id").desc()]), "zweite;Ab%c_d\\e"),
    (a.StringAgg("name", delimiter=Value(";"), filter=Q(id=2)), "zweite"),
    (a.StringAgg("name", delimiter=Value("'); --"), order_by="id"), "Ab%c_d\\e'); --zweite"),
    (a.AnyValue("n"), 7),
    (a.BitAnd("id"), 0),
    (a.BitOr("id"), 3),
    (a.BitXor("id"), 3),
    (Coalesce(a.Sum("n"), Value(1)), 7),
    (a.Count("*") + a.Sum("n"), 9),
]


def aggregated(runner: Runner, expression: Any) -> Any:
    """Return what an aggregate gives for all rows."""
    resolved = place(expression)
    ((found,),) = runner.rows(select(Label(resolved.term, "v", resolved.term.type)))
    return found


class TestAggregates:
    """Aggregates and their clauses."""

    @pytest.mark.parametrize(("expression", "expected"), AGGREGATES, ids=lambda item: repr(item)[:70])
    def test_value(self, runner: Runner, expression: Any, expected: Any) -> None:
        found = aggregated(runner, expression)
        assert found == expected
        assert type(found) is type(expected)

    def test_outputs(self) -> None:
        for expression, expected in (
            (a.Avg("n"), T.DOUBLE),
            (a.Avg("price"), T.DECIMAL),
            (a.Avg("span"), T.INTERVAL),
            (a.Count("n"), T.INTEGER),
            (a.Sum("n"), T.INTEGER),
            (a.Max("day"), T.DATE),
            (a.StringAgg("name", Value(",")), T.TEXT),
            (a.Sum("n", output_field=typed("ratio")), T.DOUBLE),
        ):
            resolved = place(expression)
            assert resolved.output.sql_type is expected
            assert contains_aggregate(resolved.term)
        assert place(a.Sum("n")).term.type is T.BIGINT

    @pytest.mark.parametrize(
        ("make", "error", "text"),
        [
            (lambda: a.Max("n", distinct=True), TypeError, "Max does not allow distinct."),
            (lambda: a.Sum("n", order_by="n"), TypeError, "Sum does not allow order_by."),
            (lambda: a.Count("n", default=0), TypeError, "Count does not allow default."),
            (
                lambda: a.Count("*", filter=Q(n=1)),
                ValueError,
                "Star cannot be used with filter. Please specify a field.",
            ),
            (
                lambda: a.StringAgg("n", Value(","), order_by=5),
                ValueError,
                "StringAgg.order_by must be either a string reference to a field, an expression, or a list or tuple "
                "of them not 5.",
            ),
            (lambda: a.Sum(), TypeError, "'Sum' takes exactly 1 argument (0 given)"),
            (
                lambda: place(a.Sum(a.Count("n"))),
                FieldError,
                "Cannot compute Sum('Count'): 'Count' is an aggregate",
            ),
            (lambda: (a.Sum(F("n") + 1)).default_alias, TypeError, "Complex expressions require an alias"),
        ],
    )
    def test_refusals(self, make: Any, error: type[Exception], text: str) -> None:
        with pytest.raises(error) as caught:
            make()
        assert str(caught.value) == text

    def test_nested_by_name(self) -> None:
        scope = StandInScope(total=place(a.Sum("n")))
        with pytest.raises(FieldError, match=r"Cannot compute Avg\('total'\): 'total' is an aggregate"):
            place(a.Avg("total"), scope)

    def test_names_and_empty_results(self) -> None:
        assert a.Sum("n").default_alias == "n__sum"
        assert a.StdDev("n").default_alias == "n__stddev"
        assert a.Count("n").empty_result_value == 0
        assert a.Sum("n").empty_result_value is None
        assert a.Sum("n", default=3).empty_result_value == 3
        assert Coalesce(a.Sum("n"), Value(4)).empty_result_value == 4
        assert (a.Count("n") + 2).empty_result_value == 2
        assert repr(a.Count("n", distinct=True)) == "Count(F(n), distinct=True)"

    def test_user_function(self, runner: Runner) -> None:
        class Total(a.Aggregate):
            function = "SUM"
            name = "Total"
            allow_distinct = True
            output_field = typed("n")

        assert aggregated(runner, Total("id")) == 3
        assert aggregated(runner, Total("id", filter=Q(id=2))) == 2
        assert aggregated(runner, Total("id", distinct=True, default=0)) == 3
        assert aggregated(runner, Total("id", filter=Q(id=5), default=9)) == 9
        assert contains_aggregate(place(Total("id")).term)
        one, two = [place(Total("id", filter=Q(id=number))).term for number in (1, 2)]
        assert one.shape() == two.shape()
        assert place(Total("id", distinct=True)).term.shape() != place(Total("id")).term.shape()

    def test_user_template(self, runner: Runner) -> None:
        class Doubled(a.Sum):
            template = "(2 * %(function)s(%(distinct)s%(expressions)s)%(filter)s)"

        class Written(a.Sum):
            def as_sql(self, compiler: Any, connection: Any, **context: Any) -> Any:
                sql, params = super().as_sql(compiler, connection, **context)
                return f"({sql} * %s)", [*params, 10]

        assert aggregated(runner, Doubled("id", filter=Q(id=2))) == 4
        assert aggregated(runner, Written("id")) == 30


ROWS = [
    (RowNumber(), [1, 2]),
    (Rank(), [1, 2]),
    (DenseRank(), [1, 2]),
    (PercentRank(), [0.0, 1.0]),
    (CumeDist(), [0.5, 1.0]),
    (Ntile(2), [1, 2]),
    (Lag("id"), [None, 1]),
    (Lag("id", offset=1, default=Value(0)), [0, 1]),
    (Lead("id"), [2, None]),
    (FirstValue("id"), [1, 1]),
    (LastValue("id"), [1, 2]),
    (NthValue("id", nth=2), [None, 2]),
    (a.Sum("id"), [1, 3]),
    (a.Count("*"), [1, 2]),
    (a.Sum("id", filter=Q(id=2)), [None, 2]),
]


def windowed(runner: Runner, expression: Any) -> list[Any]:
    """Return what a window gives for each row."""
    resolved = place(expression)
    rows = runner.rows(select(Label(resolved.term, "v", resolved.term.type), order_by=(by_id(),)))
    return [row[0] for row in rows]


class TestWindows:
    """Window functions and frames."""

    @pytest.mark.parametrize(("function", "expected"), ROWS, ids=lambda item: repr(item)[:50])
    def test_functions(self, runner: Runner, function: Any, expected: list[Any]) -> None:
        window = Window(function, order_by="id")
        assert windowed(runner, window) == expected
        assert contains_window(place(window).term)
        assert not contains_aggregate(place(window).term)

    def test_partitions_orders_and_frames(self, runner: Runner) -> None:
        assert windowed(runner, Window(RowNumber(), partition_by="name", order_by="id")) == [1, 1]
        assert windowed(runner, Window(RowNumber(), partition_by=[F("ok"), "n"], order_by=["-id"])) == [1, 1]
        assert windowed(runner, Window(RowNumber(), order_by=F("id").desc())) == [2, 1]
        whole = RowRange()
        assert windowed(runner, Window(a.Sum("id"), order_by="id", frame=whole)) == [3, 3]
        assert windowed(runner, Window(a.Sum("id"), order_by="id", frame=RowRange(start=0, end=1))) == [3, 2]
        assert windowed(runner, Window(a.Sum("id"), order_by="id", frame=ValueRange(end=0))) == [1, 3]
        alone = RowRange(exclusion=WindowFrameExclusion.CURRENT_ROW)
        assert windowed(runner, Window(a.Sum("id"), order_by="id", frame=alone)) == [2, 1]
        assert windowed(runner, Window(a.Sum("price"), order_by="id")) == [D("12.50"), D("12.50")]
        assert windowed(runner, Window(a.Avg("id"), output_field=typed("ratio"))) == [1.5, 1.5]

    @pytest.mark.parametrize(
        ("make", "error", "text"),
        [
            (lambda: Window(Lower("name")), ValueError, "Expression 'Lower' isn't compatible with OVER clauses."),
            (lambda: Window(F("n")), ValueError, "Expression 'F' isn't compatible with OVER clauses."),
            (
                lambda: Window(RowNumber(), order_by=5),
                ValueError,
                "Window.order_by must be either a string reference to a field, an expression, or a list or tuple of "
                "them not 5.",
            ),
            (
                lambda: RowRange(exclusion="TIES; DROP TABLE x"),  # type: ignore[arg-type]
                TypeError,
                "RowRange.exclusion must be a WindowFrameExclusion instance.",
            ),
            (lambda: RowRange(start=2, end=1).node(), ValueError, "start cannot be greater than end."),
            (
                lambda: RowRange(start="1; DROP").node(),  # type: ignore[arg-type]
                ValueError,
                "start argument must be an integer, zero, or None, but got '1; DROP'.",
            ),
            (
                lambda: RowRange(end="x").node(),  # type: ignore[arg-type]
                ValueError,
                "end argument must be an integer, zero, or None, but got 'x'.",
            ),
            (
                lambda: ValueRange(start=3).node(),
                ValueError,
                "start argument must be a negative integer, zero, or None, but got '3'.",
            ),
            (
                lambda: ValueRange(end=-3).node(),
                ValueError,
                "end argument must be a positive integer, zero, or None, but got '-3'.",
            ),
            (lambda: WindowFrame().node(), NotImplementedError, "Subclasses must implement check_bounds()."),
            (lambda: Lag(None), ValueError, "Lag requires a non-null source expression."),
            (lambda: Lead("n", offset=0), ValueError, "Lead requires a positive integer for the offset."),
            (lambda: NthValue(None), ValueError, "NthValue requires a non-null source expression."),
            (lambda: NthValue("n", nth=0), ValueError, "NthValue requires a positive integer as for nth."),
            (lambda: Ntile(0), ValueError, "num_buckets must be greater than 0."),
        ],
    )
    def test_refusals(self, make: Any, error: type[Exception], text: str) -> None:
        with pytest.raises(error) as caught:
            make()
        assert str(caught.value) == text

    def test_words(self) -> None:
        window = Window(RowNumber(), partition_by="n", order_by="id", frame=RowRange(-1, 0))
        assert str(window) == "RowNumber() OVER (PARTITION BY F(n)F(id)ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)"
        assert repr(ValueRange()) == "<ValueRange: RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING>"
        assert repr(WindowFrameExclusion.TIES) == "WindowFrameExclusion.TIES"


class TestOrderBy:
    """One part of ORDER BY."""

    def test_directions(self) -> None:
        (made,) = F("n").desc(nulls_last=True).orderings(SCOPE)
        assert (made.descending, made.nulls) == (True, "last")
        (made,) = Lower("name").asc(nulls_first=True).orderings(SCOPE)
        assert (made.descending, made.nulls) == (False, "first")

    def test_reversing(self) -> None:
        ordering = F("n").desc(nulls_last=True)
        assert ordering.reverse_ordering() is ordering
        assert ordering == F("n").asc(nulls_first=True)
        ordering.desc()
        assert ordering.descending
        ordering.asc()
        assert not ordering.descending
        assert Lower("n").reverse_ordering() == Lower("n")

    def test_lists(self) -> None:
        names = OrderByList.from_param("x", ["-n", "id", F("big").desc()])
        assert names is not None
        assert [item.descending for item in names.orderings(SCOPE)] == [True, False, True]
        assert OrderByList.from_param("x", None) is None
        assert OrderByList.from_param("x", []) is None
        assert len(ExpressionList("n", Value(1)).terms(SCOPE)) == 2
        assert str(ExpressionList("n", "id")) == "F(n), F(id)"

    @pytest.mark.parametrize(
        ("options", "text"),
        [
            ({"nulls_first": True, "nulls_last": True}, "nulls_first and nulls_last are mutually exclusive"),
            ({"nulls_first": False}, "nulls_first and nulls_last values must be True or None."),
        ],
    )
    def test_refusals(self, options: Any, text: str) -> None:
        with pytest.raises(ValueError, match=text):
            OrderBy(F("n"), **options)
        with pytest.raises(ValueError, match="expression must be an expression type"):
            OrderBy("n")


class TestDescriptions:
    """Expressions as Python objects."""

    def test_equality(self) -> None:
        assert Value(1) == Value(1)
        assert Value(1) != Value(True)
        assert Value(1) == Value(value=1)
        assert Lower("n") == Lower("n")
        assert hash(Lower("n")) == hash(Lower("n"))
        assert F("n") + 1 == F("n") + 1
        assert F("n") + 1 != F("n") + 2
        assert Value(1) != 1
        assert Value([1]) == Value([1])
        assert hash(Value({"a": [1]})) == hash(Value({"a": [1]}))
        assert Value(1, output_field=typed("n")) == Value(1, output_field=typed("n"))
        assert Value(1, output_field=typed("n")) != Value(1, output_field=typed("ratio"))

    def test_pickle_copy_and_rebuild(self) -> None:
        for expression in (
            Value(5),
            Lower("name"),
            Case(When(n=1, then=Value(2)), default=F("n")),
            F("n") + 1,
            F("n")[2:],
            OuterRef("n"),
            F("n").desc(nulls_last=True),
            a.Count("n", filter=Q(n=1), distinct=True),
            a.StdDev("n", sample=True),
            Window(RowNumber(), order_by="id", frame=RowRange(-1, 0)),
            RawSQL("n + %s", (1,)),
            JSONNull(),
            ~GreaterThan(F("n"), 1),
        ):
            for made in (pickle.loads(pickle.dumps(expression)), copy.copy(expression), copy.deepcopy(expression)):
                assert made == expression
                assert repr(made) == repr(expression)

    def test_paths(self) -> None:
        for expression, path in (
            (F("n"), "aorm.models.F"),
            (Value(1), "aorm.models.Value"),
            (Lower("n"), "aorm.models.functions.Lower"),
            (a.Count("n"), "aorm.models.Count"),
            (F("n") + 1, "aorm.models.expressions.CombinedExpression"),
            (F("n").asc(), "aorm.models.OrderBy"),
            (GreaterThan(F("n"), 1), "aorm.models.lookups.GreaterThan"),
        ):
            assert expression.deconstruct()[0] == path
        path, args, options = a.Count("n", distinct=True).deconstruct()
        assert a.Count(*args, **options) == a.Count("n", distinct=True)
        assert functions.__doc__

    def test_logic_is_for_conditions(self) -> None:
        text = r"Use \.bitand\(\), \.bitor\(\), and \.bitxor\(\) for bitwise logical operations\."
        for combine in (
            lambda: F("n") & F("m"),
            lambda: F("n") | 1,
            lambda: F("n") ^ 1,
            lambda: 1 & F("n"),
            lambda: 1 | F("n"),
            lambda: 1 ^ F("n"),
        ):
            with pytest.raises(NotImplementedError, match=text):
                combine()
        both = GreaterThan(F("n"), 1) ^ GreaterThan(F("n"), 2)
        assert both.connector == "XOR"
        assert (GreaterThan(F("n"), 1) | Q(n=1)).connector == "OR"

    def test_walking(self) -> None:
        expression = Case(When(n=1, then=Lower("name")), default=Length("name") + 1)
        assert any(isinstance(item, Lower) for item in expression.flatten())
        assert not expression.contains_aggregate
        assert (a.Count("n") + 1).contains_aggregate
        assert (Window(RowNumber()) + 1).contains_over_clause
        assert isinstance(F("n") + 1, CombinedExpression)

    def test_raw_sql(self) -> None:
        with pytest.raises(ValueError, match="RawSQL has 2 placeholders and 1 parameters"):
            RawSQL("%s + %s", (1,))
        assert RawSQL("a %% %s b", (1,)).pieces == ("a % ", " b")

        class Part:
            def __init__(self, given: Any) -> None:
                self.value = given

        class Template:
            strings = ("n % ", "")
            interpolations = (Part("x' OR 1=1"),)

        made = RawSQL(Template())
        assert (made.pieces, made.params) == (("n % ", ""), ("x' OR 1=1",))
        with pytest.raises(TypeError, match="holds its parameters itself"):
            RawSQL(Template(), (1,))

    def test_defaults(self) -> None:
        assert Value(1).allowed_default
        assert (Value(1) + Value(2)).allowed_default
        assert not (F("n") + 1).allowed_default
        assert Lower(Value("x")).allowed_default
        assert F("n").desc().get_expression_for_validation() == F("n")
        assert isinstance(place(Q(n__in=[])).term, Always)
        assert isinstance(place(Value(None)).term, Literal)
