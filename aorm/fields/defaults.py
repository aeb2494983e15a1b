"""The value of an attribute that the database will fill in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.expressions.base import Expression, Resolved, resolve
from aorm.sql.values import Param

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aorm.expressions.base import Scope


class DatabaseDefault(Expression):
    """Stand for a field's `db_default` until the row is saved.

    An INSERT writes DEFAULT, or leaves the column out; anywhere else the expression itself takes its place.
    """

    def __init__(self, expression: Any, output_field: Any = None) -> None:
        """Keep what the database computes, a plain value or an expression, and the field it is for."""
        super().__init__(output_field)
        self.expression = expression

    def get_source_expressions(self) -> list[Any]:
        """Return the expression, if it is one."""
        return [self.expression] if hasattr(self.expression, "resolve_expression") else []

    def set_source_expressions(self, expressions: Sequence[Any]) -> None:
        """Replace the expression."""
        if expressions:
            (self.expression,) = expressions

    def resolve_in(self, scope: Scope) -> Resolved:
        """Resolve the expression, or make a parameter of the plain value."""
        field = self.output_field
        if hasattr(self.expression, "resolve_expression"):
            return Resolved(resolve(self.expression, scope).term, field)
        value = field.get_prep_value(self.expression)
        return Resolved(Param(value, field.sql_type, field.adapter), field)
