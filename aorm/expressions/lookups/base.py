"""Define what a lookup is: the comparison at the end of ``author__name__icontains``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from aorm.expressions.base import OWN_PACKAGE, Expression, Resolved, names_a_writer, predicate_of, resolve, type_of
from aorm.expressions.values import Value
from aorm.sql.functions import CustomSQL
from aorm.sql.types import BOOLEAN, UNKNOWN
from aorm.sql.values import Param, Row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aorm.expressions.base import Scope
    from aorm.expressions.custom import Compiler, Connection
    from aorm.sql.node import Term
    from aorm.sql.predicates import Predicate

# Methods by which, beside as_sql and as_<vendor>, a user's lookup says how its SQL looks.
SPEAKING = frozenset({"process_lhs", "process_rhs", "get_rhs_op", "get_prep_lookup", "get_db_prep_lookup"})
OPERATORS = {"exact": "= %s", "gt": "> %s", "gte": ">= %s", "lt": "< %s", "lte": "<= %s", "in": "IN %s"}


class Lookup(Expression):
    """A comparison of a left side with a right side, named by ``lookup_name`` in filters.

    The built-in lookups write ``build``; a lookup of the user writes ``as_sql(compiler, connection)`` with
    ``process_lhs`` and ``process_rhs``, as in Django. ``prepare_rhs`` says whether the left side's field prepares
    the value. Used directly (``GreaterThan(F("pages"), 3)``) a lookup is an expression and a condition.
    """

    lookup_name: ClassVar[str | None] = None
    prepare_rhs: ClassVar[bool] = True
    can_use_none_as_rhs: ClassVar[bool] = False
    output_type = BOOLEAN
    _parameter: Param | None = None

    def __init__(self, lhs: Any, rhs: Any) -> None:
        """Keep both sides."""
        super().__init__()
        self.lhs = lhs
        self.rhs = rhs

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        own = vars(cls)
        speaks = any(name in SPEAKING or names_a_writer(cls, name) for name in own)
        if speaks and "build" not in own and not cls.__module__.startswith(OWN_PACKAGE):
            # A user's subclass of a built-in lookup must not be built by the built-in's short cut.
            cls.build = classmethod(_build_custom)  # type: ignore[assignment]  # pyright: ignore

    @classmethod
    def for_plain_values(cls, left: Resolved) -> tuple[Resolved, type[Lookup]]:
        """Return the left side and the lookup that values which are neither objects nor None come to in the end."""
        return left, cls

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.lhs!r}, {self.rhs!r})"

    @property
    def identity(self) -> tuple[Any, ...]:
        """What tells two lookups apart."""
        return super().identity

    @property
    def allowed_default(self) -> bool:
        """Whether both sides may be part of a database default."""
        return all(getattr(side, "allowed_default", True) for side in (self.lhs, self.rhs))

    def get_source_expressions(self) -> list[Any]:
        """Return both sides, the right one only if it is an expression."""
        return [self.lhs] if self.rhs_is_direct_value() else [self.lhs, self.rhs]

    def set_source_expressions(self, expressions: Sequence[Any]) -> None:
        """Replace the sides."""
        self.lhs = expressions[0]
        if len(expressions) > 1:
            self.rhs = expressions[1]

    def rhs_is_direct_value(self) -> bool:
        """Tell whether the right side is a plain value."""
        return not hasattr(self.rhs, "resolve_expression")

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
        return _build_custom(cls, left, value, scope)

    def resolve_in(self, scope: Scope) -> Resolved:
        """Resolve the left side and build the condition."""
        return Resolved(self.build(self.left_side(scope), self.rhs, scope), scope.output(BOOLEAN))

    def resolve_custom(self, scope: Scope) -> Resolved:
        """Resolve the left side and build the condition, which will ask this object for its SQL."""
        left = self.left_side(scope)
        return Resolved(predicate_of(_place(self.copy(), left, self.rhs, scope)), scope.output(BOOLEAN))

    def left_side(self, scope: Scope) -> Resolved:
        """Resolve the left side."""
        return resolve(self.lhs if hasattr(self.lhs, "resolve_expression") else Value(self.lhs), scope)

    def get_prep_lookup(self) -> Any:
        """Return the right side prepared by the left side's field."""
        if not self.prepare_rhs or not self.rhs_is_direct_value():
            return self.rhs
        return self.lhs.output_field.get_prep_value(self.rhs)

    def get_db_prep_lookup(self, value: Any, connection: Connection) -> tuple[str, list[Any]]:
        """Return the placeholder and the parameters of a plain right side.

        Text stays text, so that an override may change it; other values keep the type of the left side.
        """
        if self._parameter is not None and self.is_cacheable:
            # A text that is kept must find the value anew each time, and so must hold the statement's own parameter.
            return "%s", [self._parameter]
        sql_type = type_of(self.lhs.output_field)
        if isinstance(value, str) and sql_type.name in ("text", "varchar", "unknown"):
            return "%s", [value]
        typed = self.prepare_rhs and sql_type is not UNKNOWN
        return "%s", [Param(value, sql_type, self.lhs.output_field.adapter) if typed else value]

    def write_sql(self, terms: Sequence[Term], compiler: Compiler, connection: Connection) -> tuple[str, Sequence[Any]]:
        """Give the SQL for one database, with the sides as they stand in the finished statement."""
        placed = self.copy()
        placed.lhs = self.lhs.with_term(terms[0])
        last: Any = terms[-1]
        if self.rhs_is_direct_value():
            placed._parameter = last
        else:
            placed.rhs = self.rhs.with_term(last)
        write = getattr(placed, f"as_{connection.vendor}", placed.as_sql)
        written: tuple[str, Sequence[Any]] = write(compiler, connection)
        return written

    def process_lhs(self, compiler: Compiler, connection: Connection, lhs: Any = None) -> tuple[str, list[Any]]:
        """Give the SQL of the left side, for ``as_sql`` of the user's lookups."""
        sql, parameters = compiler.compile(self.lhs if lhs is None else lhs)
        return sql, list(parameters)

    def process_rhs(self, compiler: Compiler, connection: Connection) -> tuple[str, list[Any]]:
        """Give the SQL of the right side, for ``as_sql`` of the user's lookups."""
        if self.rhs_is_direct_value():
            sql, parameters = self.get_db_prep_lookup(self.rhs, connection)
            return sql, list(parameters)
        sql, parameters = compiler.compile(self.rhs)
        return (sql if sql.startswith("(") else f"({sql})"), list(parameters)

    def get_rhs_op(self, connection: Connection, rhs: str) -> str:
        """Return the operator with the right side behind it."""
        names = [parent.__dict__.get("lookup_name") for parent in type(self).__mro__]
        operator = next((OPERATORS[name] for name in names if name in OPERATORS), None)
        if operator is None:
            raise NotImplementedError(f"{type(self).__name__} must implement as_sql().")
        return operator % rhs

    def as_sql(self, compiler: Compiler, connection: Connection, **context: Any) -> tuple[str, Sequence[Any]]:
        """Give the left side, the operator and the right side."""
        left, parameters = self.process_lhs(compiler, connection)
        right, right_parameters = self.process_rhs(compiler, connection)
        return f"{left} {self.get_rhs_op(connection, right)}", [*parameters, *right_parameters]


def _build_custom(cls: type[Lookup], left: Resolved, value: Any, scope: Scope) -> Predicate:
    return predicate_of(_place(cls(left, value), left, value, scope))


def _place(lookup: Lookup, left: Resolved, value: Any, scope: Scope) -> CustomSQL:
    lookup.lhs = left
    if hasattr(value, "resolve_expression"):
        lookup.rhs = with_bilateral(left, resolve(value, scope), scope)
    else:
        lookup.rhs = value
        lookup.rhs = lookup.get_prep_lookup()
        if left.bilateral_transforms:
            base = Resolved(Param(lookup.rhs, left.output.sql_type, left.output.adapter), left.output)
            lookup.rhs = with_bilateral(left, base, scope)
        elif hasattr(lookup.rhs, "resolve_expression"):
            lookup.rhs = resolve(lookup.rhs, scope)
    if lookup.rhs_is_direct_value():
        right: Term = Param(lookup.rhs, type_of(left.output), left.output.adapter)
    else:
        right = lookup.rhs.term
    return CustomSQL(lookup, (left.term, right), BOOLEAN)


def with_bilateral(left: Resolved, right: Resolved, scope: Scope) -> Resolved:
    """Apply the left side's bilateral transforms to the right side."""
    for transform in left.bilateral_transforms:
        right = resolve(transform(right), scope)
    return right


def right_side(left: Resolved, value: Any, scope: Scope, *, prepares: bool = True) -> Resolved:
    """Resolve the right side of a comparison: an expression, a queryset, or a value.

    Args:
        left: the left side, whose field prepares a plain value and whose bilateral transforms apply.
        value: what the user gave.
        scope: where expressions are resolved.
        prepares: whether the left side's field prepares the value.

    Raises:
        NotImplementedError: a bilateral transform would have to be applied to a queryset.
        ValueError: the right side is a composite key, which is several values.
    """
    if not hasattr(value, "resolve_expression"):
        output = left.output
        if prepares:
            value = output.get_prep_value(value)
        right = Resolved(Param(value, output.sql_type, output.adapter), output)
    else:
        if left.bilateral_transforms and hasattr(value, "query"):
            raise NotImplementedError("Bilateral transformations on nested querysets are not implemented.")
        right = resolve(value, scope)
        if isinstance(right.term, Row):
            raise ValueError("CompositePrimaryKey cannot be used as a lookup value.")
    return with_bilateral(left, right, scope) if left.bilateral_transforms else right
