"""The contract between expressions and queries: scopes, and what an expression becomes when it is resolved."""

from __future__ import annotations

import datetime
import decimal
import uuid
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, Protocol

from aorm.exceptions import FieldError
from aorm.sql.functions import Aggregate, CustomSQL, TemplateCall, Window
from aorm.sql.predicates import IsTrue, Predicate
from aorm.sql.sources import Selectable
from aorm.sql.types import (
    BIGINT,
    BINARY,
    BOOLEAN,
    DATE,
    DECIMAL,
    DOUBLE,
    INTEGER,
    INTERVAL,
    TEXT,
    TIME,
    UNKNOWN,
    UUID,
    SqlType,
)
from aorm.sql.values import Literal, Param

if TYPE_CHECKING:
    from aorm.sql.node import Node, Term

PLAIN_TYPES: dict[type, SqlType] = {
    bool: BOOLEAN,
    int: INTEGER,
    float: DOUBLE,
    str: TEXT,
    bytes: BINARY,
    decimal.Decimal: DECIMAL,
    uuid.UUID: UUID,
    datetime.date: DATE,
    datetime.time: TIME,
    datetime.timedelta: INTERVAL,
}
UNKNOWN_OUTPUT = "Cannot resolve expression type, unknown output_field"


class OutputField(Protocol):
    """What a field must offer to stand as the type of an expression's result."""

    null: bool

    @property
    def sql_type(self) -> SqlType:
        """The SQL type of the values."""
        ...

    @property
    def adapter(self) -> Any:
        """The field itself where it converts values by code of its own, else None."""
        ...

    def get_lookup(self, lookup_name: str) -> Any:
        """Return the lookup class of that name, or None."""
        ...

    def get_transform(self, lookup_name: str) -> Any:
        """Return the transform class of that name, or None."""
        ...

    def get_prep_value(self, value: Any) -> Any:
        """Check a value and turn it into the plain Python type that drivers take."""
        ...


class NoOutput:
    """Stand for the field of a result whose type nothing tells, and complain only when somebody needs it.

    As in Django, ``order_by(Coalesce("char", "text"))`` needs no type and works; ``annotate()`` of it is a FieldError.
    """

    null = True

    def __init__(self, message: str = UNKNOWN_OUTPUT) -> None:
        """Keep the text of the complaint."""
        self.message = message

    @property
    def is_mixed(self) -> bool:
        """Whether the sources contradict each other, rather than say nothing."""
        return self.message != UNKNOWN_OUTPUT

    @property
    def sql_type(self) -> SqlType:
        """Complain."""
        self._complain()

    @property
    def adapter(self) -> Any:
        """Complain."""
        self._complain()

    def get_lookup(self, lookup_name: str) -> Any:
        """Complain."""
        self._complain()

    def get_transform(self, lookup_name: str) -> Any:
        """Complain."""
        self._complain()

    def get_prep_value(self, value: Any) -> Any:
        """Complain."""
        self._complain()

    def _complain(self) -> NoReturn:
        raise FieldError(self.message)


class TypedOutput:
    """Describe a result by its SQL type alone, where no field is at hand."""

    null = True
    adapter = None

    def __init__(self, sql_type: SqlType) -> None:
        """Keep the type."""
        self.sql_type = sql_type

    def get_lookup(self, lookup_name: str) -> Any:
        """Know no lookup."""
        return None

    def get_transform(self, lookup_name: str) -> Any:
        """Know no transform."""
        return None

    def get_prep_value(self, value: Any) -> Any:
        """Return the value as it is."""
        return value


def type_of(output: OutputField) -> SqlType:
    """Return the SQL type of a result, UNKNOWN where nothing tells it."""
    return UNKNOWN if output.__class__ is NoOutput else output.sql_type


class Resolved(NamedTuple):
    """An expression that has found its place: the node to render and the field that describes its result.

    It may itself be a part of another expression, as a user's ``resolve_expression`` may leave it there.
    """

    term: Term
    output: OutputField

    @property
    def output_field(self) -> OutputField:
        """The field that describes the result."""
        return self.output

    @property
    def conditional(self) -> bool:
        """Whether the result may be used as a condition."""
        return isinstance(self.term, Predicate) or type_of(self.output).name == "boolean"

    @property
    def contains_aggregate(self) -> bool:
        """Whether an aggregate function is part of it."""
        return contains_aggregate(self.term)

    @property
    def contains_over_clause(self) -> bool:
        """Whether a window function is part of it."""
        return contains_window(self.term)

    @property
    def bilateral_transforms(self) -> tuple[Any, ...]:
        """Transforms on the way that lookups apply to their right side too."""
        return ()

    def resolve_expression(self, scope: Any = None, *rest: Any, **options: Any) -> Resolved:
        """Return itself: it is resolved."""
        return self

    def get_lookup(self, lookup_name: str) -> Any:
        """Return the lookup class of that name, or None."""
        return self.output.get_lookup(lookup_name)

    def get_transform(self, lookup_name: str) -> Any:
        """Return the transform class of that name, or None."""
        return self.output.get_transform(lookup_name)

    def with_term(self, term: Term) -> Resolved:
        """Return the same with another node in its place."""
        return Resolved(term, self.output)


class Transformed(Resolved):
    """A resolved transform: it has lookups of its own, and knows what it was made of."""

    transform: Any
    source_output: OutputField
    inherited_transforms: tuple[Any, ...]

    @classmethod
    def made(cls, resolved: Resolved, transform: Any, source: Resolved) -> Transformed:
        """Return the result of a transform of the source."""
        new = cls(resolved.term, resolved.output)
        new.transform = transform
        new.source_output = source.output
        new.inherited_transforms = source.bilateral_transforms
        return new

    @property
    def lhs(self) -> Resolved:
        """What was transformed."""
        term: Any = self.term
        sources = term.terms if isinstance(term, CustomSQL) else getattr(term, "arguments", ())
        return Resolved(sources[0], self.source_output) if sources else self

    @property
    def bilateral_transforms(self) -> tuple[Any, ...]:
        """Transforms on the way that lookups apply to their right side too, the innermost first."""
        own = (self.transform,) if self.transform.bilateral else ()
        return (*self.inherited_transforms, *own)

    def get_lookup(self, lookup_name: str) -> Any:
        """Return the lookup that the transform has registered, else its output's."""
        return self.transform.registered_lookup(lookup_name) or self.output.get_lookup(lookup_name)

    def get_transform(self, lookup_name: str) -> Any:
        """Return the transform that the transform has registered, else its output's."""
        return self.transform.registered_transform(lookup_name) or self.output.get_transform(lookup_name)

    def with_term(self, term: Term) -> Resolved:
        """Return the same with another node in its place."""
        new = Transformed(term, self.output)
        new.__dict__.update(self.__dict__)
        return new


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
        ...

    def outer_reference(self, name: str) -> Resolved:
        """Give the placeholder of a name that the enclosing query will explain."""
        ...

    def plain_value(self, value: Any) -> Resolved:
        """Give a Python value as a parameter of the type that its class tells."""
        ...

    def condition(self, condition: Any) -> Predicate:
        """Turn a Q, a lookup or a boolean expression into a predicate."""
        ...

    def aggregate_condition(self, condition: Any) -> Predicate:
        """Do the same for the ``filter`` of an aggregate."""
        ...

    def output(self, sql_type: SqlType) -> OutputField:
        """Return a field for results of that type where no field was named."""
        ...

    def subquery(self, queryset: Any, *, columns: str = "value") -> ResolvedQuery:
        """Place a queryset inside this query; ``columns`` is ``value`` (what it selects) or ``exists`` (nothing)."""
        ...


class DetachedScope:
    """A scope without a query, for expressions whose parts are resolved already, as in a user's ``as_sql``."""

    summarizes = True

    def reference(self, name: str) -> Resolved:
        """Refuse: there is no query to look names up in."""
        raise FieldError(f"Cannot resolve {name!r} inside as_sql(): names are resolved in resolve_expression().")

    outer_reference = reference

    def plain_value(self, value: Any) -> Resolved:
        """Give the value as a parameter of the type that its class tells."""
        sql_type = PLAIN_TYPES.get(type(value), UNKNOWN)
        if sql_type is INTEGER and not -(2**31) <= value < 2**31:
            sql_type = BIGINT
        return Resolved(Literal(None) if value is None else Param(value, sql_type), TypedOutput(sql_type))

    def condition(self, condition: Any) -> Predicate:
        """Give the predicate of an expression that is resolved already."""
        return predicate_of(resolve(condition, self).term)

    aggregate_condition = condition

    def output(self, sql_type: SqlType) -> OutputField:
        """Describe the result by its type."""
        return TypedOutput(sql_type)

    def subquery(self, queryset: Any, *, columns: str = "value") -> ResolvedQuery:
        """Refuse: there is no query to place the queryset in."""
        raise FieldError("Cannot use a queryset inside as_sql(): it is placed in resolve_expression().")


DETACHED = DetachedScope()


def resolve(value: Any, scope: Scope) -> Resolved:
    """Resolve an operand: an expression, a queryset, or a plain value that becomes a parameter."""
    if isinstance(value, Resolved):
        return value
    resolve_expression = getattr(value, "resolve_expression", None)
    if resolve_expression is None:
        return scope.plain_value(value)
    resolved = resolve_expression(scope)
    if isinstance(resolved, Resolved):
        return resolved
    # An override in Django's manner returned a copy of the expression with its parts resolved.
    placed: Resolved = resolved.resolve_placed(scope)
    return placed


def predicate_of(term: Term) -> Predicate:
    """Return a boolean term as a condition."""
    return term if isinstance(term, Predicate) else IsTrue(term)


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
