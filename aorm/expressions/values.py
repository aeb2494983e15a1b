"""Values, wrappers, raw SQL and computed combinations."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from aorm.exceptions import FieldError
from aorm.expressions.base import Expression, NoOutput, OutputField, Resolved, predicate_of, resolve, type_of
from aorm.expressions.combining import combined_output, node_type, without_doubling
from aorm.expressions.operators import doors
from aorm.expressions.ordering import OrderBy
from aorm.sql.functions import Call, CustomSQL, RawTerm, TemplateCall
from aorm.sql.predicates import Not, Predicate, negation
from aorm.sql.tables import Column
from aorm.sql.tables import Star as StarTerm
from aorm.sql.types import BOOLEAN, INTEGERS, JSON, TEXT, UNKNOWN, SqlType
from aorm.sql.values import Case, Cast, Literal, Operation, Param

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aorm.expressions.base import Scope
    from aorm.sql.node import Term

__all__ = [
    "Col",
    "CombinedExpression",
    "ExpressionWrapper",
    "JSONNull",
    "NegatedExpression",
    "OrderBy",
    "RawSQL",
    "Star",
    "Value",
]


# What can be computed here as a database does it; it divides whole numbers in its own way.
COMPUTE: dict[str, Callable[[Any, Any], Any]] = {"+": operator.add, "-": operator.sub, "*": operator.mul}


class Value(Expression):
    """A Python value as a part of an expression; it is always a parameter, never text."""

    allowed_default = True

    def __init__(self, value: Any, output_field: OutputField | None = None) -> None:
        """Keep the value, and the field that prepares it if its class does not tell its type."""
        super().__init__(output_field)
        self.value = value

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.value!r})"

    @property
    def conditional(self) -> bool:
        """Whether the value is a boolean."""
        return isinstance(self.value, bool) if self._output_field is None else super().conditional

    @property
    def empty_result_set_value(self) -> Any:
        """The value itself: it needs no rows."""
        return self.value

    def resolve_in(self, scope: Scope) -> Resolved:
        """Make a parameter of the value."""
        value = self.value
        output = self._output_field or (self._declared_output[0] if self._declared_output else None)
        if output is None:
            if value is None:
                return Resolved(Literal(None, UNKNOWN), NoOutput())
            resolved = scope.plain_value(value)
            return resolved if type_of(resolved.output) is not UNKNOWN else Resolved(resolved.term, NoOutput())
        sql_type = output.sql_type
        if value is None:
            return Resolved(json_null() if sql_type is JSON else Literal(None, sql_type), output)
        return Resolved(Param(output.get_prep_value(value), sql_type, output.adapter), output)


def json_null() -> Cast:
    """Return the ``null`` of JSON, which is a value and not the NULL of SQL."""
    return Cast(Literal("null", TEXT), JSON)


class JSONNull(Value):
    """The ``null`` of JSON: ``Event.objects.filter(data=JSONNull())``."""

    output_type = JSON

    def __init__(self) -> None:
        """Take no arguments: there is one JSON null."""
        super().__init__(None)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def resolve_in(self, scope: Scope) -> Resolved:
        """Make the JSON null."""
        return Resolved(json_null(), self.resolve_output(scope, ()))


class ExpressionWrapper(Expression):
    """An expression with a field for its result: ``ExpressionWrapper(F("a") * 2, output_field=DecimalField())``."""

    def __init__(self, expression: Any, output_field: OutputField | None) -> None:
        """Keep the expression and the field."""
        super().__init__(output_field)
        self.expression = expression

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.expression!r})"

    @property
    def allowed_default(self) -> bool:
        """Whether the wrapped expression may be a database default."""
        return bool(getattr(self.expression, "allowed_default", False))

    def get_source_expressions(self) -> list[Any]:
        """Return the wrapped expression."""
        return [self.expression]

    def set_source_expressions(self, expressions: Sequence[Any]) -> None:
        """Replace the wrapped expression."""
        (self.expression,) = expressions

    def resolve_in(self, scope: Scope) -> Resolved:
        """Resolve the wrapped expression and let the field describe it."""
        inner = resolve(self.expression, scope)
        self.check_composites([inner])
        output = self.resolve_output(scope, [inner.output])
        return Resolved(typed(inner.term, type_of(output)), output)


def typed(term: Term, sql_type: SqlType) -> Term:
    """Tell a computed term the type of its result; terms that have one of their own, as columns, keep it."""
    own = term.type
    if own is sql_type or sql_type is UNKNOWN or (own in INTEGERS and sql_type in INTEGERS):
        return term
    if isinstance(term, (Operation, Call, Case, TemplateCall, CustomSQL, RawTerm)):
        return term.replace(type=sql_type)
    return term


class NegatedExpression(ExpressionWrapper):
    """``NOT`` of a condition: ``~Exists(...)``, ``~F("is_active")``."""

    def __init__(self, expression: Any) -> None:
        """Keep the condition."""
        super().__init__(expression, None)

    output_type = BOOLEAN

    def __invert__(self) -> Any:
        return self.expression.copy() if hasattr(self.expression, "copy") else self.expression

    def resolve_in(self, scope: Scope) -> Resolved:
        """Resolve the condition and negate it."""
        inner = resolve(self.expression, scope)
        if not inner.conditional:
            raise TypeError("Cannot negate non-conditional expressions.")
        term = inner.term
        predicate = negation(term) if isinstance(term, Predicate) else Not(predicate_of(term))
        return Resolved(predicate, scope.output(BOOLEAN))


class CombinedExpression(Expression):
    """Two expressions joined by an arithmetic or bit operator."""

    def __init__(self, lhs: Any, connector: str, rhs: Any, output_field: OutputField | None = None) -> None:
        """Keep both sides and what joins them."""
        super().__init__(output_field)
        self.connector = connector
        self.lhs = lhs
        self.rhs = rhs

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self}>"

    def __str__(self) -> str:
        return f"{self.lhs} {self.connector} {self.rhs}"

    @property
    def result_sources(self) -> list[Any]:
        """Nothing tells the type of the result but the table of operators, where no boolean stands."""
        return []

    @property
    def allowed_default(self) -> bool:
        """Whether both sides may be part of a database default."""
        return all(getattr(side, "allowed_default", False) for side in (self.lhs, self.rhs))

    def get_source_expressions(self) -> list[Any]:
        """Return both sides."""
        return [self.lhs, self.rhs]

    def set_source_expressions(self, expressions: Sequence[Any]) -> None:
        """Replace both sides."""
        self.lhs, self.rhs = expressions

    @property
    def empty_result_value(self) -> Any:
        """The computation on what both sides give where there are no rows."""
        compute = COMPUTE.get(self.connector)
        sides = [getattr(side, "empty_result_value", None) for side in (self.lhs, self.rhs)]
        return None if compute is None or None in sides else compute(*sides)

    def resolve_in(self, scope: Scope) -> Resolved:
        """Resolve both sides and join them."""
        left, right = resolve(self.lhs, scope), resolve(self.rhs, scope)
        self.check_composites([left, right])
        output = self.resolve_output(scope, [left.output, right.output])
        sql_type = node_type(output, left.term.type, right.term.type)
        return Resolved(Operation(left.term, without_doubling(self.connector), right.term, sql_type), output)

    def resolve_output(self, scope: Scope, sources: Sequence[OutputField]) -> OutputField:
        """Choose by Django's table what the operator gives for the types of the two sides."""
        if self._output_field is not None or self._computes_output or self._declared_output:
            return super().resolve_output(scope, sources)
        return combined_output(scope, sources[0], self.connector, sources[1])


class RawSQL(Expression):
    """SQL text written by the program, with ``%s`` for each parameter."""

    allowed_default = True

    def __init__(self, sql: Any, params: Sequence[Any] = (), output_field: OutputField | None = None) -> None:
        """Keep the text and its parameters; a template string (PEP 750) brings its own.

        Raises:
            TypeError: parameters stand beside a template string.
            ValueError: there are more or fewer placeholders than parameters.
        """
        super().__init__(output_field)
        if hasattr(sql, "interpolations"):
            if params:
                raise TypeError("A template string holds its parameters itself: give no params beside it.")
            pieces = [str(piece).replace("%", "%%") for piece in sql.strings]
            sql, params = "%s".join(pieces), tuple([item.value for item in sql.interpolations])
        self.sql = sql
        self.params = params
        self.pieces = split_placeholders(sql)
        if len(self.pieces) != len(params) + 1:
            raise ValueError(f"RawSQL has {len(self.pieces) - 1} placeholders and {len(params)} parameters.")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.sql}, {self.params})"

    def resolve_in(self, scope: Scope) -> Resolved:
        """Make the text and its parameters a node."""
        output = self._output_field or (self._declared_output[0] if self._declared_output else scope.output(UNKNOWN))
        arguments = tuple([resolve(parameter, scope).term for parameter in self.params])
        return Resolved(RawTerm(self.pieces, arguments, type_of(output)), output)


def split_placeholders(sql: str) -> tuple[str, ...]:
    """Cut text at its ``%s``; ``%%`` is a percent sign."""
    pieces = [[""]]
    position = 0
    while (found := sql.find("%", position)) >= 0:
        pieces[-1].append(sql[position:found])
        follower = sql[found + 1 : found + 2]
        if follower == "s":
            pieces.append([""])
        else:
            pieces[-1].append("%")
        position = found + (2 if follower in ("s", "%") else 1)
    pieces[-1].append(sql[position:])
    return tuple(["".join(parts) for parts in pieces])


class Star(Expression):
    """``*``, in ``Count("*")``."""

    def __repr__(self) -> str:
        return "'*'"

    def resolve_in(self, scope: Scope) -> Resolved:
        """Make the star a node."""
        return Resolved(StarTerm(UNKNOWN), NoOutput())


class Col(Expression):
    """A field's column in the table of an alias."""

    def __init__(self, alias: str | None, target: Any, output_field: OutputField | None = None) -> None:
        """Keep the alias and the field."""
        super().__init__(target if output_field is None else output_field)
        self.alias = alias
        self.target = target

    def resolve_in(self, scope: Scope) -> Resolved:
        """Make the column a node."""
        if not getattr(self.target, "column", None):
            raise FieldError(f"{self.target!r} has no column.")
        return Resolved(Column(self.alias or "", self.target.column, self.target.sql_type), self.output_field)


doors.value = Value
doors.combined = CombinedExpression
doors.negated = NegatedExpression
