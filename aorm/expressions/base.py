"""Define what an expression is, what it is resolved against, and what comes out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol

from aorm.exceptions import FieldError
from aorm.sql.functions import Aggregate, CustomSQL, TemplateCall, Window
from aorm.sql.node import Node, Term
from aorm.sql.sources import Selectable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Self

    from aorm.sql.predicates import Predicate
    from aorm.sql.types import SqlType


class OutputField(Protocol):
    """What a field must offer to stand as the type of an expression's result."""

    null: bool

    @property
    def sql_type(self) -> SqlType:
        """The SQL type of the values."""

    @property
    def adapter(self) -> Any:
        """The field itself where it converts values by code of its own, else None."""

    def get_lookup(self, lookup_name: str) -> Any:
        """Return the lookup class of that name, or None."""

    def get_transform(self, lookup_name: str) -> Any:
        """Return the transform class of that name, or None."""

    def get_prep_value(self, value: Any) -> Any:
        """Check a value and turn it into the plain Python type that drivers take."""


class Resolved(NamedTuple):
    """An expression that has found its place: the node to render and the field that describes its result."""

    term: Term
    output: OutputField


class ResolvedQuery(NamedTuple):
    """A queryset that has found its place inside another query."""

    query: Selectable
    outputs: tuple[OutputField, ...]


class Scope(Protocol):
    """What names mean at one place of one query. Implemented by the query floor."""

    summarizes: bool
    """True inside ``aggregate()``, where aggregates may refer to annotations that are aggregates."""

    def reference(self, name: str) -> Resolved:
        """Find a field path, with transforms, or an annotation; FieldError names the choices."""

    def outer_reference(self, name: str) -> Resolved:
        """Give the placeholder of a name that the enclosing query will explain."""

    def plain_value(self, value: Any) -> Resolved:
        """Give a Python value as a parameter of the type that its class tells."""

    def condition(self, condition: Any) -> Predicate:
        """Turn a Q, a lookup or a boolean expression into a predicate."""

    def aggregate_condition(self, condition: Any) -> Predicate:
        """The same for the ``filter`` of an aggregate."""

    def output(self, sql_type: SqlType) -> OutputField:
        """Return a field for results of that type where no field was named."""

    def subquery(self, queryset: Any, *, columns: str = "value") -> ResolvedQuery:
        """Place a queryset inside this query; ``columns`` is ``value`` (what it selects) or ``exists`` (nothing)."""


class Combinable:
    """Give arithmetic and logical operators to expressions.

    ``F("pages") + 1`` describes an addition; nothing is computed here.
    """

    ADD = "+"
    SUB = "-"
    MUL = "*"
    DIV = "/"
    POW = "^"
    MOD = "%%"
    BITAND = "&"
    BITOR = "|"
    BITLEFTSHIFT = "<<"
    BITRIGHTSHIFT = ">>"
    BITXOR = "#"

    def _combine(self, other: Any, connector: str, is_reversed: bool) -> Any:
        raise NotImplementedError

    def __neg__(self) -> Any:
        return self._combine(-1, self.MUL, False)

    def __add__(self, other: Any) -> Any:
        return self._combine(other, self.ADD, False)

    def __sub__(self, other: Any) -> Any:
        return self._combine(other, self.SUB, False)

    def __mul__(self, other: Any) -> Any:
        return self._combine(other, self.MUL, False)

    def __truediv__(self, other: Any) -> Any:
        return self._combine(other, self.DIV, False)

    def __mod__(self, other: Any) -> Any:
        return self._combine(other, self.MOD, False)

    def __pow__(self, other: Any) -> Any:
        return self._combine(other, self.POW, False)

    def bitand(self, other: Any) -> Any:
        """Return the bitwise AND with the other."""
        return self._combine(other, self.BITAND, False)

    def bitor(self, other: Any) -> Any:
        """Return the bitwise OR with the other."""
        return self._combine(other, self.BITOR, False)

    def bitxor(self, other: Any) -> Any:
        """Return the bitwise XOR with the other."""
        return self._combine(other, self.BITXOR, False)

    def bitleftshift(self, other: Any) -> Any:
        """Return the value shifted left by the other."""
        return self._combine(other, self.BITLEFTSHIFT, False)

    def bitrightshift(self, other: Any) -> Any:
        """Return the value shifted right by the other."""
        return self._combine(other, self.BITRIGHTSHIFT, False)

    def __radd__(self, other: Any) -> Any:
        return self._combine(other, self.ADD, True)

    def __rsub__(self, other: Any) -> Any:
        return self._combine(other, self.SUB, True)

    def __rmul__(self, other: Any) -> Any:
        return self._combine(other, self.MUL, True)

    def __rtruediv__(self, other: Any) -> Any:
        return self._combine(other, self.DIV, True)

    def __rmod__(self, other: Any) -> Any:
        return self._combine(other, self.MOD, True)

    def __rpow__(self, other: Any) -> Any:
        return self._combine(other, self.POW, True)


class Expression:
    """A description of a value that the database will compute.

    A subclass keeps its arguments in attributes, lists its parts in ``get_source_expressions`` and turns itself into
    nodes in ``resolve_expression``. Two expressions are equal when their classes and arguments are. A subclass of the user may
    instead write SQL in ``as_sql(compiler, connection)``: then the base ``resolve_expression`` makes a ``CustomSQL`` node.

    ``conditional`` tells that the result is a boolean and may stand in ``filter()``.
    """

    is_summary: ClassVar[bool] = False
    filterable: ClassVar[bool] = True
    window_compatible: ClassVar[bool] = False
    output_type: ClassVar[SqlType | None] = None
    """The SQL type of the result where the class alone tells it."""

    _output_field: OutputField | None = None
    _arguments: tuple[tuple[Any, ...], tuple[tuple[str, Any], ...]]

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        new = super().__new__(cls)
        new._arguments = (args, tuple(sorted(kwargs.items())))
        return new

    def __getnewargs_ex__(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return self._arguments[0], dict(self._arguments[1])

    @property
    def output_field(self) -> OutputField:
        """The field that was given for the result."""
        if self._output_field is None:
            raise FieldError("Cannot resolve expression type, unknown output_field")
        return self._output_field

    @property
    def conditional(self) -> bool:
        """Whether the expression may be used as a condition."""
        field = self._output_field
        sql_type = field.sql_type if field is not None else self.output_type
        return sql_type is not None and sql_type.name == "boolean"

    def get_source_expressions(self) -> list[Any]:
        """Return the expressions that this one is made of."""
        return []

    def set_source_expressions(self, expressions: Sequence[Any]) -> None:
        """Replace the expressions that this one is made of."""
        if expressions:
            raise ValueError(f"{type(self).__name__} has no source expressions to set.")

    def resolve_expression(self, scope: Scope) -> Resolved:
        """Turn the description into a node, with names looked up in the scope."""
        terms = tuple(resolve(source, scope).term for source in self.get_source_expressions() if source is not None)
        output = self.resolve_output(scope, ())
        return Resolved(CustomSQL(self, terms, output.sql_type, self.is_summary), output)

    def resolve_output(self, scope: Scope, sources: Sequence[OutputField]) -> OutputField:
        """Choose the field of the result: the one given, the class's type, or what all sources agree on."""
        if self._output_field is not None:
            return self._output_field
        if self.output_type is not None:
            return scope.output(self.output_type)
        return common_output(self, sources)

    def flatten(self) -> Iterator[Expression]:
        """Yield the expression and all below it."""
        yield self
        for source in self.get_source_expressions():
            if isinstance(source, Expression):
                yield from source.flatten()

    @property
    def contains_aggregate(self) -> bool:
        """Whether an aggregate function is part of the expression."""
        return self.is_summary or any(
            getattr(source, "contains_aggregate", False) for source in self.get_source_expressions()
        )

    @property
    def identity(self) -> tuple[Any, ...]:
        """What tells two expressions apart."""
        args, kwargs = self._arguments
        return (type(self), _hashable(args), _hashable(kwargs))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Expression):
            return NotImplemented
        return self.identity == other.identity

    def __hash__(self) -> int:
        return hash(self.identity)

    def __repr__(self) -> str:
        args, kwargs = self._arguments
        shown = [repr(item) for item in args] + [f"{name}={item!r}" for name, item in kwargs]
        return f"{type(self).__name__}({', '.join(shown)})"


def _hashable(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return tuple([_hashable(item) for item in value])
    if isinstance(value, dict):
        return tuple([(key, _hashable(item)) for key, item in sorted(value.items())])
    if isinstance(value, (set, frozenset)):
        return frozenset(value)
    # True == 1 in Python, but Value(True) is not Value(1).
    return (type(value), value) if isinstance(value, (bool, int, float)) else value


def resolve(value: Any, scope: Scope) -> Resolved:
    """Resolve an operand: an expression, a queryset, or a plain value that becomes a parameter."""
    if value.__class__ is Resolved:
        return value  # type: ignore[no-any-return]
    resolve_expression = getattr(value, "resolve_expression", None)
    if resolve_expression is None:
        return scope.plain_value(value)
    resolved: Resolved = resolve_expression(scope)
    return resolved


def common_output(expression: Expression, sources: Sequence[OutputField]) -> OutputField:
    """Return the one kind of field that all sources have, as Django infers ``output_field``."""
    first: OutputField | None = None
    for output in sources:
        if first is None:
            first = output
        elif not isinstance(first, type(output)) and not isinstance(output, type(first)):
            raise FieldError(
                f"Expression contains mixed types: {type(first).__name__}, {type(output).__name__}. "
                "You must set output_field."
            )
    if first is None:
        raise FieldError("Cannot resolve expression type, unknown output_field")
    return first


def contains_aggregate(node: Node) -> bool:
    """Tell whether an aggregate stands in the tree, outside of subqueries and of windows' own functions."""
    kind = node.__class__
    if kind is Aggregate:
        return True
    if kind is TemplateCall or kind is CustomSQL:
        if node.is_aggregate:  # type: ignore[attr-defined]
            return True
    elif isinstance(node, Selectable):
        return False
    elif kind is Window:
        inner = node.term  # type: ignore[attr-defined]
        return any(contains_aggregate(item) for item in inner.child_nodes()) or any(
            contains_aggregate(item) for item in node.child_nodes() if item is not inner
        )
    return any(contains_aggregate(item) for item in node.child_nodes())


def contains_window(node: Node) -> bool:
    """Tell whether a window function stands in the tree, outside of subqueries."""
    if node.__class__ is Window:
        return True
    return not isinstance(node, Selectable) and any(contains_window(item) for item in node.child_nodes())
