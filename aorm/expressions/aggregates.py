"""Aggregate functions: one value out of many rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from aorm.exceptions import FieldError
from aorm.expressions.base import (
    DETACHED,
    NoOutput,
    OutputField,
    Resolved,
    contains_aggregate,
    predicate_of,
    resolve,
    type_of,
    writes_sql,
)
from aorm.expressions.functions.base import Func
from aorm.expressions.functions.outputs import numeric_output
from aorm.expressions.lists import OrderByList
from aorm.expressions.references import F
from aorm.expressions.values import Star, Value
from aorm.sql.functions import Aggregate as AggregateNode
from aorm.sql.functions import Call, CustomSQL
from aorm.sql.predicates import Always
from aorm.sql.tables import Star as StarTerm
from aorm.sql.types import BIGINT, INTEGER, INTEGERS, TEXT
from aorm.sql.values import Row

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aorm.expressions.base import Scope
    from aorm.expressions.custom import Compiler, Connection
    from aorm.sql.node import Term
    from aorm.sql.predicates import Predicate
    from aorm.sql.select import Ordering

__all__ = [
    "Aggregate",
    "AnyValue",
    "Avg",
    "BitAnd",
    "BitOr",
    "BitXor",
    "Count",
    "Max",
    "Min",
    "StdDev",
    "StringAgg",
    "Sum",
    "Variance",
]


class Aggregate(Func):
    """A function over the rows of a group; subclasses of users set ``function`` and ``template``."""

    template: Any = "%(function)s(%(distinct)s%(expressions)s%(order_by)s)%(filter)s"
    name: Any = None
    window_compatible: ClassVar[bool] = True
    allow_distinct: ClassVar[bool] = False
    allow_order_by: ClassVar[bool] = False
    empty_result_set_value: Any = None
    # The resolved order, on the copy that writes its own SQL.
    ordered_by: tuple[Any, ...] = ()

    def __init__(
        self,
        *expressions: Any,
        distinct: bool = False,
        filter: Any = None,  # noqa: A002  Django's name
        default: Any = None,
        order_by: Any = None,
        **extra: Any,
    ) -> None:
        """Keep the arguments and the clauses.

        Args:
            expressions: what is aggregated; texts are names of fields.
            distinct: each value counts once.
            filter: a condition that rows must fulfil to count.
            default: the result where there are no rows.
            order_by: the order in which rows are taken.
            extra: ``output_field``, and names of the template.

        Raises:
            TypeError: the function does not take one of the clauses.
        """
        if distinct and not self.allow_distinct:
            raise TypeError(f"{type(self).__name__} does not allow distinct.")
        if order_by and not self.allow_order_by:
            raise TypeError(f"{type(self).__name__} does not allow order_by.")
        if default is not None and self.empty_result_set_value is not None:
            raise TypeError(f"{type(self).__name__} does not allow default.")
        self.distinct = distinct
        self.filter = filter
        self.default = default
        self.order_by = OrderByList.from_param(f"{type(self).__name__}.order_by", order_by)
        super().__init__(*expressions, **extra)

    @property
    def is_aggregate(self) -> bool:
        """It is one."""
        return True

    @property
    def contains_aggregate(self) -> bool:
        """It is one."""
        return True

    @property
    def result_sources(self) -> list[Any]:
        """The arguments; the filter and the order do not tell the type of the result."""
        return self.source_expressions

    @property
    def empty_result_value(self) -> Any:
        """What the aggregate gives where a query is known to find no row."""
        if self.default is None:
            return self.empty_result_set_value
        return getattr(self.default, "empty_result_value", self.default)

    @property
    def default_alias(self) -> str:
        """The name of the result where the user gives none: ``pages__sum``."""
        sources = [source for source in self.get_source_expressions() if source is not None]
        if len(sources) == 1 and hasattr(sources[0], "name"):
            return f"{sources[0].name}__{str(self.name).lower()}"
        raise TypeError("Complex expressions require an alias")

    def get_source_expressions(self) -> list[Any]:
        """Return the arguments, the filter and the order."""
        return [*self.source_expressions, self.filter, self.order_by]

    def set_source_expressions(self, expressions: Sequence[Any]) -> None:
        """Replace the arguments, the filter and the order."""
        *self.source_expressions, self.filter, self.order_by = expressions

    def resolve_placed(self, scope: Scope) -> Resolved:
        """Make the node; a default wraps it into COALESCE."""
        sources = [resolve(source, scope) for source in self.source_expressions]
        self._refuse_nested(scope, sources)
        self.check_composites(sources)
        output = self.placed(sources).resolve_output(scope, [source.output for source in sources])
        condition = None if self.filter is None else predicate_of(scope.aggregate_condition(self.filter))
        if isinstance(condition, Always) and condition.truth:
            condition = None
        order = () if self.order_by is None else self.order_by.orderings(scope)
        term: Term
        if self.is_neutral and not writes_sql(type(self)):
            term = self.aggregate(sources, output, condition, order)
        else:
            term = self._custom(sources, output, condition, order)
        if self.default is None:
            return Resolved(term, output)
        default = self.default
        if not hasattr(default, "resolve_expression"):
            default = Value(default, None if isinstance(output, NoOutput) else output)
        return Resolved(Call("coalesce", (term, resolve(default, scope).term), term.type), output)

    resolve_in = resolve_placed

    def _refuse_nested(self, scope: Scope, sources: Sequence[Resolved]) -> None:
        if scope.summarizes:
            summaries = getattr(scope, "summaries", ())
            for reference in self._references() if summaries else ():
                if reference in summaries:
                    raise FieldError(f"Cannot compute {self.name}('{reference}'): '{reference}' is an aggregate")
            return
        for source, before in zip(sources, self.source_expressions, strict=True):
            if contains_aggregate(source.term):
                name = before.name if hasattr(before, "name") else repr(before)
                raise FieldError(f"Cannot compute {self.name}('{name}'): '{name}' is an aggregate")

    def _references(self) -> Iterator[str]:
        for source in self.source_expressions:
            for part in source.flatten() if hasattr(source, "flatten") else (source,):
                if isinstance(part, F):
                    yield str(part.name).split("__", 1)[0]

    def aggregate(
        self,
        sources: Sequence[Resolved],
        output: OutputField,
        condition: Predicate | None,
        order: tuple[Ordering, ...],
    ) -> AggregateNode:
        """Return the node of the neutral aggregate."""
        terms = tuple([source.term for source in sources])
        sql_type = type_of(output)
        # Sums and counts outgrow the type of what they add up.
        if sql_type in INTEGERS and self.neutral_name in ("sum", "count"):
            sql_type = BIGINT
        return AggregateNode(self.neutral_name or "", terms, sql_type, self.distinct, condition, order)

    def _custom(
        self,
        sources: Sequence[Resolved],
        output: OutputField,
        condition: Predicate | None,
        order: tuple[Ordering, ...],
    ) -> CustomSQL:
        placed = self.copy()
        placed.default = None
        placed.source_expressions = list(sources)
        placed.filter = condition
        placed.order_by = None
        placed.ordered_by = order
        terms: list[Any] = [source.term for source in sources]
        terms += [] if condition is None else [condition]
        terms += order
        return CustomSQL(placed, tuple(terms), type_of(output), True)

    def write_sql(self, terms: Sequence[Term], compiler: Compiler, connection: Connection) -> tuple[str, Sequence[Any]]:
        """Give the SQL for one database, with the parts as they stand in the finished statement."""
        waiting = list(terms)
        placed = self.copy()
        placed.source_expressions = [source.with_term(waiting.pop(0)) for source in self.source_expressions]
        placed.filter = None if self.filter is None else waiting.pop(0)
        placed.ordered_by = tuple(waiting)
        write = getattr(placed, f"as_{connection.vendor}", placed.as_sql)
        written: tuple[str, Sequence[Any]] = write(compiler, connection)
        return written

    def as_sql(
        self,
        compiler: Compiler,
        connection: Connection,
        function: str | None = None,
        template: str | None = None,
        **context: Any,
    ) -> tuple[str, Sequence[Any]]:
        """Give the SQL of the call with its clauses, for overrides to call with other words."""
        if function is None and template is None and not context and self.is_neutral:
            output = self.resolve_output(DETACHED, [source.output for source in self.source_expressions])
            return compiler.compile(self.aggregate(self.source_expressions, output, self.filter, self.ordered_by))
        ordered = [compiler.compile(ordering) for ordering in self.ordered_by]
        order = f" ORDER BY {', '.join([text for text, _ in ordered])}" if ordered else ""
        condition, condition_parameters = ("", []) if self.filter is None else compiler.compile(self.filter)
        clauses = {
            "distinct": "DISTINCT " if self.distinct else "",
            "order_by": order,
            "filter": f" FILTER (WHERE {condition})" if condition else "",
        }
        sql, parameters = super().as_sql(compiler, connection, function, template, **{**clauses, **context})
        order_parameters = [parameter for _, own in ordered for parameter in own]
        return sql, [*parameters, *order_parameters, *condition_parameters]

    def shape_key(self) -> Any:
        """Return what the text depends on: here the words, for the class of the library has no code of the user."""
        if writes_sql(type(self)):
            return super().shape_key()
        words = tuple(sorted([(name, str(word)) for name, word in self.extra.items()]))
        parts = (self.distinct, self.filter is None, len(self.source_expressions), len(self.ordered_by))
        return (type(self), str(self.function), str(self.template), parts, words)

    def _get_repr_options(self) -> dict[str, Any]:
        options = super()._get_repr_options()
        for name in ("distinct", "filter", "order_by"):
            if getattr(self, name):
                options[name] = getattr(self, name)
        return options


class AnyValue(Aggregate):
    """Some value of the group that is not NULL."""

    neutral_name: ClassVar[str | None] = "any_value"
    function: Any = "ANY_VALUE"
    name: Any = "AnyValue"
    arity: ClassVar[int | None] = 1
    window_compatible: ClassVar[bool] = False


class NumericAggregate(Aggregate):
    """An aggregate whose result has a fraction even where its values have none."""

    arity: ClassVar[int | None] = 1

    def resolve_output(self, scope: Scope, sources: Sequence[OutputField]) -> OutputField:
        """Give decimals for decimals and floats for integers; durations stay what they are."""
        if self._output_field is not None or self._computes_output or self._declared_output:
            return super().resolve_output(scope, sources)
        return numeric_output(scope, sources)


class Avg(NumericAggregate):
    """The mean."""

    neutral_name: ClassVar[str | None] = "avg"
    function: Any = "AVG"
    name: Any = "Avg"
    allow_distinct: ClassVar[bool] = True


class BitAnd(Aggregate):
    """The bits that all values have."""

    neutral_name: ClassVar[str | None] = "bit_and"
    function: Any = "BIT_AND"
    name: Any = "BitAnd"
    arity: ClassVar[int | None] = 1


class BitOr(Aggregate):
    """The bits that some value has."""

    neutral_name: ClassVar[str | None] = "bit_or"
    function: Any = "BIT_OR"
    name: Any = "BitOr"
    arity: ClassVar[int | None] = 1


class BitXor(Aggregate):
    """The bits that an odd number of values have."""

    neutral_name: ClassVar[str | None] = "bit_xor"
    function: Any = "BIT_XOR"
    name: Any = "BitXor"
    arity: ClassVar[int | None] = 1


class Count(Aggregate):
    """The number of values that are not NULL; ``Count("*")`` counts rows."""

    neutral_name: ClassVar[str | None] = "count"
    function: Any = "COUNT"
    name: Any = "Count"
    output_type = INTEGER
    allow_distinct: ClassVar[bool] = True
    empty_result_set_value: Any = 0
    arity: ClassVar[int | None] = 1
    allows_composite_expressions: ClassVar[bool] = True

    def __init__(self, expression: Any, filter: Any = None, **extra: Any) -> None:  # noqa: A002  Django's name
        """Keep what is counted.

        Raises:
            ValueError: rows are to be counted by ``"*"`` with a filter.
        """
        if isinstance(expression, str) and expression == "*":
            expression = Star()
        if isinstance(expression, Star) and filter is not None:
            raise ValueError("Star cannot be used with filter. Please specify a field.")
        super().__init__(expression, filter=filter, **extra)

    def aggregate(
        self,
        sources: Sequence[Resolved],
        output: OutputField,
        condition: Predicate | None,
        order: tuple[Ordering, ...],
    ) -> AggregateNode:
        """Return the node; of a composite key the first column is counted, and a star is no argument."""
        (source,) = sources
        if isinstance(source.term, StarTerm):
            return AggregateNode("count", (), BIGINT, self.distinct, condition)
        if isinstance(source.term, Row):
            if self.distinct:
                raise ValueError("COUNT(DISTINCT) doesn't support composite primary keys")
            sources = (source.with_term(source.term.terms[0]),)
        return super().aggregate(sources, output, condition, order)


class Max(Aggregate):
    """The largest value."""

    neutral_name: ClassVar[str | None] = "max"
    function: Any = "MAX"
    name: Any = "Max"
    arity: ClassVar[int | None] = 1


class Min(Aggregate):
    """The smallest value."""

    neutral_name: ClassVar[str | None] = "min"
    function: Any = "MIN"
    name: Any = "Min"
    arity: ClassVar[int | None] = 1


class SampledAggregate(NumericAggregate):
    """A measure of spread, over all rows or over a sample of them."""

    names: ClassVar[tuple[str, str]]

    def __init__(self, expression: Any, sample: bool = False, **extra: Any) -> None:
        """Choose between the population and a sample."""
        self.sample = sample
        super().__init__(expression, **extra)

    def aggregate(
        self,
        sources: Sequence[Resolved],
        output: OutputField,
        condition: Predicate | None,
        order: tuple[Ordering, ...],
    ) -> AggregateNode:
        """Return the node."""
        return super().aggregate(sources, output, condition, order).replace(name=self.names[self.sample])

    def _get_repr_options(self) -> dict[str, Any]:
        return {**super()._get_repr_options(), "sample": self.sample}


class StdDev(SampledAggregate):
    """The standard deviation, of the population or, with ``sample=True``, of a sample."""

    neutral_name: ClassVar[str | None] = "stddev_pop"
    names: ClassVar[tuple[str, str]] = ("stddev_pop", "stddev_samp")
    name: Any = "StdDev"


class Variance(SampledAggregate):
    """The variance, of the population or, with ``sample=True``, of a sample."""

    neutral_name: ClassVar[str | None] = "var_pop"
    names: ClassVar[tuple[str, str]] = ("var_pop", "var_samp")
    name: Any = "Variance"


class StringAgg(Aggregate):
    """All texts in one, with a delimiter between them; the delimiter is a parameter or an expression."""

    neutral_name: ClassVar[str | None] = "string_agg"
    function: Any = "STRING_AGG"
    name: Any = "StringAgg"
    output_type = TEXT
    allow_distinct: ClassVar[bool] = True
    allow_order_by: ClassVar[bool] = True

    def __init__(self, expression: Any, delimiter: Any, **extra: Any) -> None:
        """Keep what is joined and what stands between: as for every function, a text is the name of a field."""
        self.delimiter = delimiter
        super().__init__(expression, delimiter, **extra)


class Sum(Aggregate):
    """The sum."""

    neutral_name: ClassVar[str | None] = "sum"
    function: Any = "SUM"
    name: Any = "Sum"
    allow_distinct: ClassVar[bool] = True
    arity: ClassVar[int | None] = 1
