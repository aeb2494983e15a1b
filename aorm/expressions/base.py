"""Define what an expression is: a description that is resolved against a scope into SQL nodes."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from aorm.exceptions import FieldError
from aorm.expressions.description import Description
from aorm.expressions.operators import Combinable
from aorm.expressions.resolved import (
    DETACHED,
    UNKNOWN_OUTPUT,
    NoOutput,
    OutputField,
    Resolved,
    ResolvedQuery,
    Scope,
    Transformed,
    TypedOutput,
    contains_aggregate,
    contains_window,
    predicate_of,
    resolve,
    type_of,
)
from aorm.sql.functions import CustomSQL
from aorm.sql.types import UNKNOWN
from aorm.sql.values import Row

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aorm.expressions.custom import Compiler, Connection
    from aorm.sql.node import Term
    from aorm.sql.types import SqlType

__all__ = [
    "DETACHED",
    "Combinable",
    "Expression",
    "NoOutput",
    "OutputField",
    "Resolved",
    "ResolvedQuery",
    "Scope",
    "Transformed",
    "TypedOutput",
    "common_output",
    "contains_aggregate",
    "contains_window",
    "predicate_of",
    "resolve",
    "type_of",
]

OWN_PACKAGE = "aorm."


class Expression(Description, Combinable):
    """A description of a value that the database will compute.

    A subclass keeps its arguments in attributes, lists its parts in ``get_source_expressions`` and turns itself into
    nodes in ``resolve_in``. A subclass of the user may instead write SQL, in ``as_sql(compiler, connection)`` or for
    one database in ``as_<vendor>``: then it becomes a ``CustomSQL`` node.

    ``conditional`` tells that the result is a boolean and may stand in ``filter()``.
    """

    is_summary: ClassVar[bool] = False
    filterable: bool = True
    window_compatible: ClassVar[bool] = False
    allowed_default: Any = False
    constraint_validation_compatible: ClassVar[bool] = True
    set_returning: ClassVar[bool] = False
    allows_composite_expressions: ClassVar[bool] = False
    empty_result_set_value: Any = NotImplemented
    """What the expression gives where a query is known to find no row; NotImplemented where only a database can say."""
    is_cacheable: ClassVar[bool] = False
    """Whether the SQL that ``as_sql`` writes depends on the class and on nothing else, so that it can be kept."""
    output_type: ClassVar[SqlType | None] = None
    """The SQL type of the result where the class alone tells it."""

    _output_field: OutputField | None = None
    # Fields are descriptors: one declared in a class body would be called when read, so it is kept inside a tuple.
    _declared_output: ClassVar[tuple[OutputField, ...]] = ()
    _computes_output: ClassVar[bool] = False

    def __init__(self, output_field: OutputField | None = None) -> None:
        """Keep the field that describes the result, if one is given."""
        if output_field is not None:
            self._output_field = output_field

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        declared = vars(cls).get("output_field")
        if isinstance(declared, (property, cached_property)) or "_resolve_output_field" in vars(cls):
            cls._computes_output = True
        elif declared is not None:
            cls._declared_output = (declared,)
            cls._computes_output = False
            del cls.output_field

    if TYPE_CHECKING:
        # Users put a field of their own there in class bodies and constructors.
        output_field: Any
    else:

        @property
        def output_field(self) -> OutputField:
            """The field that was given for the result."""
            if self._output_field is not None:
                return self._output_field
            if self._declared_output:
                return self._declared_output[0]
            raise FieldError(UNKNOWN_OUTPUT)

        @output_field.setter
        def output_field(self, field: OutputField | None) -> None:
            self._output_field = field

    @property
    def conditional(self) -> bool:
        """Whether the expression may be used as a condition."""
        if self._output_field is not None:
            return type_of(self._output_field).name == "boolean"
        if self._declared_output:
            return type_of(self._declared_output[0]).name == "boolean"
        if self.output_type is not None:
            return self.output_type.name == "boolean"
        # Without a word on the result it is what all its sources are.
        sources = [source for source in self.result_sources if source is not None]
        return bool(sources) and all(getattr(source, "conditional", False) for source in sources)

    @property
    def result_sources(self) -> list[Any]:
        """The expressions that tell the type of the result."""
        return self.get_source_expressions()

    def get_source_expressions(self) -> list[Any]:
        """Return the expressions that this one is made of; None for parts that are absent."""
        return []

    def set_source_expressions(self, expressions: Sequence[Any]) -> None:
        """Replace the expressions that this one is made of."""
        if expressions:
            raise ValueError(f"{type(self).__name__} has no source expressions to set.")

    def resolve_expression(self, scope: Scope, *rest: Any, **options: Any) -> Resolved:
        """Turn the description into a node, with names looked up in the scope.

        Args:
            scope: what names mean here.
            rest: what overrides written for Django pass on (``allow_joins``, ``reuse``, ...); the scope knows better.
            options: the same, by name.
        """
        return self.resolve_placed(scope)

    def resolve_placed(self, scope: Scope) -> Resolved:
        """Make the node: the user's own SQL if the class writes some, else the neutral one."""
        return self.resolve_custom(scope) if writes_sql(type(self)) else self.resolve_in(scope)

    def resolve_in(self, scope: Scope) -> Resolved:
        """Make the neutral node."""
        return self.resolve_custom(scope)

    def resolve_custom(self, scope: Scope) -> Resolved:
        """Make the node that will ask this object for its SQL."""
        sources = [None if source is None else resolve(source, scope) for source in self.get_source_expressions()]
        self.check_composites(sources)
        present = [source for source in sources if source is not None]
        placed = self.copy()
        placed.set_source_expressions(sources)
        output = placed.resolve_output(scope, [source.output for source in present])
        terms = tuple([source.term for source in present])
        return Resolved(CustomSQL(placed, terms, type_of(output), self.is_aggregate), output)

    @property
    def is_aggregate(self) -> bool:
        """Whether the function itself puts many rows into one value."""
        return False

    def check_composites(self, sources: Sequence[Resolved | None]) -> None:
        """Refuse composite keys as parts, unless the class takes them."""
        if not self.allows_composite_expressions and any(
            source is not None and source.term.__class__ is Row for source in sources
        ):
            raise ValueError(f"{type(self).__name__} expression does not support composite primary keys.")

    def resolve_output(self, scope: Scope, sources: Sequence[OutputField]) -> OutputField:
        """Choose the field of the result: the one given, the class's, or what all sources agree on."""
        if self._output_field is not None:
            return self._output_field
        if self._computes_output:
            compute = getattr(self, "_resolve_output_field", None)
            computed: OutputField | None = self.output_field if compute is None else compute()
            return NoOutput() if computed is None else computed
        if self._declared_output:
            return self._declared_output[0]
        if self.output_type is not None:
            return scope.output(self.output_type)
        return common_output(sources)

    def as_sql(self, compiler: Compiler, connection: Connection, **context: Any) -> tuple[str, Sequence[Any]]:
        """Give the SQL with ``%s`` for each parameter, and the parameters; for overrides to call or replace."""
        if type(self).resolve_in is Expression.resolve_in:
            raise NotImplementedError("Subclasses must implement as_sql()")
        return compiler.compile(self.resolve_in(DETACHED).term)

    def write_sql(self, terms: Sequence[Term], compiler: Compiler, connection: Connection) -> tuple[str, Sequence[Any]]:
        """Give the SQL for one database, with the parts as they stand in the finished statement.

        Args:
            terms: the nodes of the parts that are present, in the order of ``get_source_expressions``.
            compiler: turns parts into SQL.
            connection: tells which database it is.
        """
        waiting = iter(terms)
        placed = self.copy()
        placed.set_source_expressions(
            [None if source is None else source.with_term(next(waiting)) for source in self.get_source_expressions()]
        )
        write = getattr(placed, f"as_{connection.vendor}", placed.as_sql)
        written: tuple[str, Sequence[Any]] = write(compiler, connection)
        return written

    def shape_key(self) -> Any:
        """Return what the text of the user's SQL depends on, or None where it must be written anew each time."""
        return type(self) if self.is_cacheable else None

    @property
    def empty_result_value(self) -> Any:
        """What the expression gives over a query that is known to find no row; None where it depends on rows."""
        value = self.empty_result_set_value
        return None if value is NotImplemented else value

    def flatten(self) -> Iterator[Any]:
        """Yield the expression and all below it."""
        yield self
        for source in self.get_source_expressions():
            if source is not None:
                if hasattr(source, "flatten"):
                    yield from source.flatten()
                else:
                    yield source

    @property
    def contains_aggregate(self) -> bool:
        """Whether an aggregate function is part of the expression."""
        return any(getattr(source, "contains_aggregate", False) for source in self.get_source_expressions())

    @property
    def contains_over_clause(self) -> bool:
        """Whether a window function is part of the expression."""
        return any(getattr(source, "contains_over_clause", False) for source in self.get_source_expressions())

    def reverse_ordering(self) -> Any:
        """Return itself: a value has no direction."""
        return self

    def get_expression_for_validation(self) -> Any:
        """Return what a constraint checks in place of this expression."""
        if self.constraint_validation_compatible:
            return self
        sources = self.get_source_expressions()
        if len(sources) != 1:
            raise ValueError(
                "Expressions with constraint_validation_compatible set to False must have only one source expression."
            )
        return sources[0]


def writes_sql(cls: Any) -> bool:
    """Tell whether a class writes its own SQL: it is the user's, and so is its ``as_sql`` or an ``as_<vendor>``.

    The answer is kept on the class until it or a parent has an attribute more, as users add methods to our classes.
    """
    size = sum([len(parent.__dict__) for parent in cls.__mro__])
    kept: tuple[int, bool] | None = cls.__dict__.get("_writes_sql")
    if kept is not None and kept[0] == size:
        return kept[1]
    found = any(names_a_writer(parent, name) for parent in cls.__mro__ for name in parent.__dict__)
    cls._writes_sql = (size + (kept is None), found)
    return found


def names_a_writer(cls: type, name: str) -> bool:
    """Tell whether an attribute is a method of the user that writes SQL, for one database or for all."""
    if not name.startswith("as_"):
        return False
    return name != "as_sql" or not cls.__module__.startswith(OWN_PACKAGE)


def common_output(sources: Sequence[OutputField]) -> OutputField:
    """Return the one kind of field that all sources have, as Django infers ``output_field``.

    Sources that say nothing, such as ``Value(None)``, are passed over. Django's rule is not symmetric: the first must
    be an instance of the class of each other.
    """
    first: OutputField | None = None
    for output in sources:
        if isinstance(output, NoOutput):
            if output.is_mixed:
                return output
        elif output.sql_type is UNKNOWN and type(output).__module__.startswith(OWN_PACKAGE):
            # A field of users' own may have a type that only its db_type() names, and is a field all the same.
            continue
        elif first is None:
            first = output
        elif not isinstance(first, type(output)):
            return NoOutput(
                f"Expression contains mixed types: {type(first).__name__}, {type(output).__name__}. "
                "You must set output_field."
            )
    return NoOutput() if first is None else first
