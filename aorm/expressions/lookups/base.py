"""Define what a lookup and a transform are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from aorm.expressions.base import Expression, Resolved, resolve
from aorm.sql.functions import CustomSQL
from aorm.sql.predicates import IsTrue, Predicate
from aorm.sql.types import BOOLEAN
from aorm.sql.values import Param

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aorm.expressions.base import Scope


class Lookup(Expression):
    """A comparison of a left side with a right side, named by ``lookup_name`` in filters.

    The built-in lookups write ``build``; a lookup of the user writes ``as_sql(compiler, connection)`` with
    ``process_lhs`` and ``process_rhs``, as in Django. ``prepare_rhs`` says whether the left side's field prepares
    the value. Used directly (``GreaterThan(F("pages"), 3)``) a lookup is an expression and a condition.
    """

    lookup_name: ClassVar[str] = ""
    prepare_rhs: ClassVar[bool] = True
    can_use_none_as_rhs: ClassVar[bool] = False
    output_type = BOOLEAN

    def __init__(self, lhs: Any, rhs: Any) -> None:
        self.lhs = lhs
        self.rhs = rhs

    def get_source_expressions(self) -> list[Any]:
        """Return both sides, the right one only if it is an expression."""
        return [self.lhs, self.rhs] if hasattr(self.rhs, "resolve_expression") else [self.lhs]

    def set_source_expressions(self, expressions: Sequence[Any]) -> None:
        """Replace the sides."""
        self.lhs = expressions[0]
        if len(expressions) > 1:
            self.rhs = expressions[1]

    @classmethod
    def build(cls, left: Resolved, value: Any, scope: Scope) -> Predicate:
        """Make the condition for a left side that is already resolved.

        Args:
            left: the column or expression on the left.
            value: what the user gave: a plain value, an expression or a queryset.
            scope: where expressions on the right are resolved.

        Raises:
            FieldError: the lookup does not apply to the left side.
            TypeError, ValueError: the field refuses the value.
        """
        # Reached by lookups of the user, which write SQL by as_sql.
        lookup = cls(left, value)
        right = right_side(cls, left, value, scope)
        lookup.rhs = right.term
        lookup.lhs = left.term
        return IsTrue(CustomSQL(lookup, (left.term, right.term), BOOLEAN))

    def resolve_expression(self, scope: Scope) -> Resolved:
        """Resolve the left side and build the condition."""
        return Resolved(self.build(resolve(self.lhs, scope), self.rhs, scope), scope.output(BOOLEAN))

    def process_lhs(self, compiler: Any, connection: Any, lhs: Any = None) -> tuple[str, list[Any]]:
        """Give the SQL of the left side, for ``as_sql`` of the user's lookups."""
        sql, parameters = compiler.compile(self.lhs if lhs is None else lhs)
        return sql, list(parameters)

    def process_rhs(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """Give the SQL of the right side, for ``as_sql`` of the user's lookups."""
        sql, parameters = compiler.compile(self.rhs)
        return sql, list(parameters)


def right_side(lookup: type[Lookup], left: Resolved, value: Any, scope: Scope) -> Resolved:
    """Resolve the right side of a comparison: an expression, a queryset or a value that the left field prepares."""
    if hasattr(value, "resolve_expression"):
        return resolve(value, scope)
    output = left.output
    if lookup.prepare_rhs:
        value = output.get_prep_value(value)
    return Resolved(Param(value, output.sql_type, output.adapter), output)
