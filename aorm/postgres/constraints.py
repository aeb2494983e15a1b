"""``ExclusionConstraint``: no two rows may stand in certain relations to each other."""

from __future__ import annotations

import re
from types import NoneType
from typing import TYPE_CHECKING, Any, ClassVar

from aorm import checks
from aorm.database.databases import databases
from aorm.expressions.base import Expression, Resolved, resolve
from aorm.expressions.conditions import Q
from aorm.expressions.references import F
from aorm.mapping.checking import NOT_CREATED, check_references, display_name, has_feature
from aorm.mapping.constraints import DEFAULT_ALIAS, BaseConstraint, Deferrable
from aorm.mapping.doors import doors
from aorm.mapping.references import for_validation, references_of, refers_to_any
from aorm.postgres.ranges import RangeOperators
from aorm.query.defining import bare_condition, columns_of, expression_term
from aorm.sql.ddl import Exclusion
from aorm.sql.functions import RawTerm
from aorm.sql.types import BOOLEAN

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from aorm.dialects.base.dialect import Dialect
    from aorm.expressions.base import Scope
    from aorm.sql.types import SqlType

KINDS = frozenset({"gist", "hash", "spgist"})
_OPERATOR = re.compile(r"[+\-*/<>=~!@#%^&|`?]+")


class ExclusionConstraint(BaseConstraint):
    """No two rows for which all operators hold: no two bookings of one room whose times overlap.

    ``ExclusionConstraint(name="once", expressions=[("room", "="), (TsTzRange("begin", "end"), "&&")])``. Whole numbers
    and the like in a GiST index need the extension ``btree_gist``. SQLite has no such constraint: there it is left out.
    """

    def __init__(
        self,
        *,
        name: str,
        expressions: Sequence[tuple[Any, str]],
        index_type: str | None = None,
        condition: Q | None = None,
        deferrable: Deferrable | None = None,
        include: Sequence[str] | None = None,
        violation_error_code: str | None = None,
        violation_error_message: Any = None,
    ) -> None:
        """Keep the declaration.

        Args:
            name: the name.
            expressions: pairs of a field's name or an expression and an operator.
            index_type: ``GIST`` (the default), ``SPGIST`` or ``HASH``.
            condition: among which rows.
            deferrable: that it is checked at the transaction's end, or could be.
            include: fields whose values are kept in the index besides.
            violation_error_code: the code of the error.
            violation_error_message: its text.

        Raises:
            ValueError: the arguments do not fit together.
        """
        _check_expressions(index_type, expressions)
        _check_types(condition, deferrable, include)
        if index_type and index_type.lower() == "hash":
            _check_hash(expressions, include)
        self.expressions = expressions
        self.index_type = index_type or "GIST"
        self.condition = condition
        self.deferrable = deferrable
        self.include = tuple(include) if include else ()
        super().__init__(
            name=name,
            violation_error_code=violation_error_code,
            violation_error_message=violation_error_message,
        )

    @property
    def pairs(self) -> list[tuple[Any, str]]:
        """The expressions with their operators, names of fields as expressions too."""
        return [(F(item) if isinstance(item, str) else item, operator) for item, operator in self.expressions]

    def check(self, model: Any, connection: Any) -> list[checks.CheckMessage]:
        """Return what is wrong with the expressions, or that the database has no such constraints."""
        found: list[checks.CheckMessage] = super().check(model, connection)
        if not has_feature(connection, model, "supports_exclusion_constraints"):
            text = f"{display_name(connection)} does not support exclusion constraints."
            found.append(checks.Warning(text, hint=NOT_CREATED, obj=model, id="postgres.W001"))
        references = [reference for expression, _ in self.pairs for reference in references_of(expression)]
        return [*found, *check_references(model._meta, dict.fromkeys(references))]

    def definition(self, model: Any, dialect: Dialect) -> Exclusion | None:
        """Return what CREATE TABLE says; None where the database cannot have it."""
        if not dialect.features.supports_exclusion_constraints:
            return None
        meta = model._meta
        return Exclusion(
            self.name,
            self.index_type,
            tuple([expression_term(meta, expression) for expression, _ in self.pairs]),
            tuple([operator for _, operator in self.pairs]),
            columns_of(meta, self.include),
            bare_condition(self.condition, meta),
            None if self.deferrable is None else self.deferrable.value,
        )

    async def avalidate(
        self, model: Any, instance: Any, exclude: Collection[str] | None = None, using: str = DEFAULT_ALIAS
    ) -> None:
        """Look for another row that stands in the relations to the instance, by one query."""
        meta, condition, pairs = model._meta, self.condition, self.pairs
        described = [expression for expression, _ in pairs] + ([] if condition is None else [condition])
        if any(refers_to_any(meta, expression, exclude) for expression in described):
            return
        if not databases[using].features.supports_exclusion_constraints:
            return
        values = await doors.values_of(model, instance, described, using)
        compared = [(for_validation(expression), operator) for expression, operator in pairs]
        conditions = [Related(values.stored(left), operator, values.value(left)) for left, operator in compared]
        queryset = model._default_manager.using(using).filter(*conditions)
        if not instance._state.adding and instance._is_pk_set(meta):
            queryset = queryset.exclude(pk=instance._get_pk_val(meta))
        if condition is not None:
            queryset = queryset.filter(values.stored_condition(condition), values.condition(condition))
        if await (queryset.aexists() if condition is None else values.finds(queryset, condition)):
            raise self.violation()

    def __repr__(self) -> str:
        parts = (
            ("index_type", repr(self.index_type), True),
            ("expressions", repr(self.expressions), True),
            ("name", repr(self.name), True),
            ("condition", str(self.condition), self.condition is not None),
            ("deferrable", repr(self.deferrable), self.deferrable is not None),
            ("include", repr(self.include), self.include),
        )
        shown = [f"{name}={text}" for name, text, is_shown in parts if is_shown] + self._shown_error()
        return f"<{type(self).__qualname__}: {' '.join(shown)}>"

    def _key(self) -> tuple[Any, ...]:
        declared = (self.index_type.lower(), self.expressions, self.condition, self.deferrable, self.include)
        return (*super()._key(), *declared)

    def __eq__(self, other: object) -> bool:
        return self._key() == other._key() if isinstance(other, ExclusionConstraint) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        """Return the dotted path, arguments and keyword arguments that make this again."""
        path, args, keywords = super().deconstruct()
        keywords["expressions"] = self.expressions
        if self.condition is not None:
            keywords["condition"] = self.condition
        if self.index_type.lower() != "gist":
            keywords["index_type"] = self.index_type
        if self.deferrable:
            keywords["deferrable"] = self.deferrable
        if self.include:
            keywords["include"] = self.include
        return path, args, keywords


class Related(Expression):
    """``left operator right``, with an operator of PostgreSQL's."""

    output_type: ClassVar[SqlType | None] = BOOLEAN

    def __init__(self, left: Any, operator: str, right: Any) -> None:
        """Keep both sides and the operator.

        Raises:
            ValueError: it is no operator.
        """
        super().__init__()
        if not _OPERATOR.fullmatch(operator):
            raise ValueError(f"{operator!r} is no operator.")
        self.left = left
        self.operator = operator
        self.right = right

    def get_source_expressions(self) -> list[Any]:
        """Return both sides."""
        return [self.left, self.right]

    def resolve_in(self, scope: Scope) -> Resolved:
        """Join the sides by the operator."""
        sides = tuple([resolve(side, scope).term for side in (self.left, self.right)])
        return Resolved(RawTerm(("(", f" {self.operator} ", ")"), sides, BOOLEAN), scope.output(BOOLEAN))


def _check_expressions(index_type: str | None, expressions: Sequence[Any]) -> None:
    if index_type and index_type.lower() not in KINDS:
        raise ValueError("Exclusion constraints only support GiST, Hash, or SP-GiST indexes.")
    if not expressions:
        raise ValueError("At least one expression is required to define an exclusion constraint.")
    if not all(isinstance(pair, (list, tuple)) and len(pair) == 2 for pair in expressions):
        raise ValueError("The expressions must be a list of 2-tuples.")


def _check_types(condition: Any, deferrable: Any, include: Any) -> None:
    if not isinstance(condition, (NoneType, Q)):
        raise ValueError("ExclusionConstraint.condition must be a Q instance.")
    if not isinstance(deferrable, (NoneType, Deferrable)):
        raise ValueError("ExclusionConstraint.deferrable must be a Deferrable instance.")
    if not isinstance(include, (NoneType, list, tuple)):
        raise ValueError("ExclusionConstraint.include must be a list or tuple.")


def _check_hash(expressions: Sequence[tuple[Any, str]], include: Any) -> None:
    if include:
        raise ValueError("Covering exclusion constraints using Hash indexes are not supported.")
    if len(expressions) > 1:
        raise ValueError("Composite exclusion constraints using Hash indexes are not supported.")
    if expressions[0][1] != RangeOperators.EQUAL:
        raise ValueError("Exclusion constraints using Hash indexes only support the EQUAL operator.")
