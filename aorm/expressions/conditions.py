"""Conditions as values: Q, and CASE with its WHENs."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, ClassVar

from aorm.expressions.base import Expression, NoOutput, OutputField, Resolved, resolve, type_of
from aorm.expressions.description import hashable, public_path
from aorm.expressions.operators import doors
from aorm.expressions.references import F, parse_expressions
from aorm.sql.predicates import Always
from aorm.sql.types import BOOLEAN
from aorm.sql.values import Case as CaseTerm
from aorm.sql.values import Cast, Literal, Param
from aorm.sql.values import When as WhenNode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Self

    from aorm.expressions.base import Scope
    from aorm.sql.node import Term

# Keywords that change how conditions are joined must never come out of a dictionary of lookups (CVE-2025-64459).
PROHIBITED_FILTER_KWARGS = frozenset(["_connector", "_negated"])


def refuse_prohibited(lookups: Any) -> None:
    """Refuse keywords of Q itself among lookups, as ``filter()``, ``exclude()`` and ``When()`` must.

    Raises:
        TypeError: one of them is there.
    """
    invalid = PROHIBITED_FILTER_KWARGS.intersection(lookups)
    if invalid:
        raise TypeError(f"The following kwargs are invalid: {', '.join([repr(name) for name in sorted(invalid)])}")


class Q:
    """Conditions joined by AND, OR or XOR, perhaps negated: ``Q(pages__gt=100) | ~Q(title="")``."""

    AND = "AND"
    OR = "OR"
    XOR = "XOR"
    default = AND
    conditional = True
    connectors: ClassVar[tuple[str | None, ...]] = (None, AND, OR, XOR)

    children: list[Any]
    connector: str
    negated: bool

    def __init__(self, *args: Any, _connector: str | None = None, _negated: bool = False, **kwargs: Any) -> None:
        """Keep the conditions; keywords are sorted, so that the same conditions make equal objects.

        Raises:
            ValueError: the connector is none of the three.
        """
        self._check_connector(_connector)
        self.children = [*args, *sorted(kwargs.items())]
        self.connector = _connector or self.default
        self.negated = bool(_negated)

    @classmethod
    def create(cls, children: Any = None, connector: str | None = None, negated: bool = False) -> Self:
        """Make one from a list of children, without going through a subclass's constructor."""
        cls._check_connector(connector)
        new = cls.__new__(cls)
        new.children = list(children) if children else []
        new.connector = connector or cls.default
        new.negated = negated
        return new

    @classmethod
    def _check_connector(cls, connector: str | None) -> None:
        if connector not in cls.connectors:
            known = ", ".join([repr(name) for name in cls.connectors[1:]])
            raise ValueError(f"connector must be one of {known}, or None.")

    def _combine(self, other: Any, connector: str) -> Any:
        if getattr(other, "conditional", False) is False:
            raise TypeError(other)
        if not self:
            return other.copy()
        if not other and isinstance(other, Q):
            return self.copy()
        joined = self.create(connector=connector)
        joined.add(self, connector)
        joined.add(other, connector)
        return joined

    def __or__(self, other: Any) -> Any:
        return self._combine(other, self.OR)

    def __and__(self, other: Any) -> Any:
        return self._combine(other, self.AND)

    def __xor__(self, other: Any) -> Any:
        return self._combine(other, self.XOR)

    def __invert__(self) -> Self:
        inverted = self.copy()
        inverted.negate()
        return inverted

    def add(self, data: Any, connector: str) -> Any:
        """Join another condition to this object in place, and return where it went."""
        if self.connector != connector:
            before = self.copy()
            self.connector = connector
            self.children = [before, data]
            return data
        if isinstance(data, Q) and not data.negated and (data.connector == connector or len(data) == 1):
            self.children.extend(data.children)
            return self
        self.children.append(data)
        return data

    def negate(self) -> None:
        """Negate this object in place."""
        self.negated = not self.negated

    def copy(self) -> Self:
        """Return a shallow copy, with a list of children of its own."""
        return self.create(self.children, self.connector, self.negated)

    __copy__ = copy

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self.create(copy.deepcopy(self.children, memo), self.connector, self.negated)

    def __len__(self) -> int:
        return len(self.children)

    def __bool__(self) -> bool:
        return bool(self.children)

    def __contains__(self, other: object) -> bool:
        return other in self.children

    def __str__(self) -> str:
        template = "(NOT (%s: %s))" if self.negated else "(%s: %s)"
        return template % (self.connector, ", ".join([str(child) for child in self.children]))

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self}>"

    def resolve_expression(self, scope: Scope, *rest: Any, **options: Any) -> Resolved:
        """Turn the conditions into one predicate."""
        return Resolved(scope.condition(self), scope.output(BOOLEAN))

    def flatten(self) -> Iterator[Any]:
        """Yield this object, and the values and expressions in it, depth first."""
        yield self
        for child in self.children:
            inner = child[1] if isinstance(child, tuple) else child
            if hasattr(inner, "flatten"):
                yield from inner.flatten()
            else:
                yield inner

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        """Return the dotted path, arguments and keyword arguments that make this again."""
        options: dict[str, Any] = {}
        if self.connector != self.default:
            options["_connector"] = self.connector
        if self.negated:
            options["_negated"] = True
        return public_path(type(self)), tuple(self.children), options

    @property
    def identity(self) -> tuple[Any, ...]:
        """What tells two of them apart."""
        path, children, options = self.deconstruct()
        return (path, *options.items(), *[hashable(child) for child in children])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Q):
            return NotImplemented
        return self.identity == other.identity

    def __hash__(self) -> int:
        return hash(self.identity)

    @property
    def referenced_base_fields(self) -> set[str]:
        """The names of the model's own fields that the conditions mention, directly or in F expressions."""
        return set(_base_names(self))


def _base_names(item: Any) -> Iterator[str]:
    if isinstance(item, F):
        yield item.name.split("__", 1)[0]
    elif isinstance(item, Q):
        for child in item.children:
            if isinstance(child, tuple):
                yield child[0].split("__", 1)[0]
                yield from _base_names(child[1])
            else:
                yield from _base_names(child)
    elif isinstance(item, (list, tuple)):
        for part in item:
            yield from _base_names(part)
    elif hasattr(item, "get_source_expressions"):
        for source in item.get_source_expressions():
            yield from _base_names(source)


class When(Expression):
    """One branch of a ``Case``: ``When(pages__gt=500, then=Value("long"))``."""

    def __init__(self, condition: Any = None, then: Any = None, **lookups: Any) -> None:
        """Keep the condition and the result.

        Raises:
            TypeError: there is no condition, or it is no boolean.
            ValueError: the condition is an empty Q.
        """
        if lookups:
            refuse_prohibited(lookups)
            if condition is None:
                condition, lookups = Q(**lookups), {}
            elif getattr(condition, "conditional", False):
                condition, lookups = Q(condition, **lookups), {}
        if condition is None or not getattr(condition, "conditional", False) or lookups:
            raise TypeError("When() supports a Q object, a boolean expression, or lookups as a condition.")
        if isinstance(condition, Q) and not condition:
            raise ValueError("An empty Q() can't be used as a When() condition.")
        super().__init__()
        self.condition = condition
        (self.result,) = parse_expressions([then])

    def __str__(self) -> str:
        return f"WHEN {self.condition!r} THEN {self.result!r}"

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self}>"

    @property
    def conditional(self) -> bool:
        """A branch alone is no condition."""
        return False

    @property
    def allowed_default(self) -> bool:
        """Whether it may be part of a database default."""
        return all(getattr(part, "allowed_default", False) for part in (self.condition, self.result))

    def get_source_expressions(self) -> list[Any]:
        """Return the condition and the result."""
        return [self.condition, self.result]

    def set_source_expressions(self, expressions: Sequence[Any]) -> None:
        """Replace the condition and the result."""
        self.condition, self.result = expressions

    def branch(self, scope: Scope) -> tuple[WhenNode, OutputField]:
        """Return the branch as a node, and the field of its result."""
        result = resolve(self.result, scope)
        return WhenNode(scope.condition(self.condition), result.term), result.output

    def resolve_in(self, scope: Scope) -> Resolved:
        """Refuse: a branch must stand in a Case."""
        raise TypeError("When() is not a complete expression: use it inside Case().")


class Case(Expression):
    """``CASE WHEN ... THEN ... ELSE ... END``; the first branch whose condition holds gives the result."""

    def __init__(
        self, *cases: When, default: Any = None, output_field: OutputField | None = None, **extra: Any
    ) -> None:
        """Keep the branches and the result where none holds.

        Raises:
            TypeError: a branch is no When.
        """
        if not all(isinstance(case, When) for case in cases):
            raise TypeError("Positional arguments must all be When objects.")
        super().__init__(output_field)
        self.cases = list(cases)
        (self.default,) = parse_expressions([default])
        self.extra = extra

    def __str__(self) -> str:
        return f"CASE {', '.join([str(case) for case in self.cases])}, ELSE {self.default!r}"

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self}>"

    @property
    def allowed_default(self) -> bool:
        """Whether it may be a database default."""
        return all(getattr(part, "allowed_default", False) for part in (*self.cases, self.default))

    @property
    def result_sources(self) -> list[Any]:
        """The results; one that is just NULL says nothing."""
        results = [*[case.result for case in self.cases], self.default]
        return [result for result in results if getattr(result, "value", result) is not None]

    def get_source_expressions(self) -> list[Any]:
        """Return the branches and the default."""
        return [*self.cases, self.default]

    def set_source_expressions(self, expressions: Sequence[Any]) -> None:
        """Replace the branches and the default."""
        *self.cases, self.default = expressions

    def resolve_in(self, scope: Scope) -> Resolved:
        """Make the node; branches that cannot hold vanish, and one that always holds ends it."""
        branches: list[WhenNode] = []
        outputs: list[OutputField] = []
        default = resolve(self.default, scope)
        otherwise: Term = default.term
        is_open = True
        for case in self.cases:
            branch, output = case.branch(scope)
            outputs.append(output)
            known = branch.condition
            if not is_open or (isinstance(known, Always) and not known.truth):
                continue
            if isinstance(known, Always):
                otherwise, is_open = branch.result, False
            else:
                branches.append(branch)
        output = self.resolve_output(scope, [*outputs, default.output])
        sql_type = type_of(output)
        if not branches:
            if isinstance(otherwise, (Param, Literal)) and not isinstance(output, NoOutput):
                otherwise = Cast(otherwise, sql_type)
            return Resolved(otherwise, output)
        if isinstance(otherwise, Literal) and otherwise.value is None:
            return Resolved(CaseTerm(tuple(branches), None, sql_type), output)
        return Resolved(CaseTerm(tuple(branches), otherwise, sql_type), output)


doors.q = Q
