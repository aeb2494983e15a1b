"""Terms that hold, compute or convert values: parameters, literals, CASE, CAST, operators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.sql.node import Node, Shape, Term, child, children, node, static, varying
from aorm.sql.types import UNKNOWN, SqlType

if TYPE_CHECKING:
    from aorm.sql.predicates import Predicate


@node
class Param(Term):
    """A value that the driver is given beside the SQL text.

    ``adapter`` is an object (a field with its own conversion) that turns the value into what the database gets;
    it is None where the type's encoder does all.
    """

    value: Any = varying()
    type: SqlType = static(default=UNKNOWN)
    adapter: Any = static(default=None)

    def __init__(self, value: Any, type: SqlType = UNKNOWN, adapter: Any = None) -> None:  # noqa: A002
        self.value = value  # type: ignore[misc]
        self.type = type  # type: ignore[misc]
        self.adapter = adapter  # type: ignore[misc]
        self._shape = type.param_shape if adapter is None else ("?", type, adapter)

    def copied(self) -> Param:
        return Param(self.value, self.type, self.adapter)

    def shape(self) -> Shape:
        return self._shape  # type: ignore[return-value]

    def collect(self, parameters: list[Param]) -> None:
        parameters.append(self)


class EachElement:
    """The adapter of a list: converts each element by the adapter that one value has."""

    __slots__ = ("adapter", "element")

    def __init__(self, adapter: Any, element: SqlType) -> None:
        self.adapter = adapter
        self.element = element

    def encode_for(self, dialect: Any) -> Any:
        """Return the function from a list of values to what the driver takes."""
        return dialect.types.list_encoder(self.element, self.adapter.encode_for(dialect))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, EachElement) and (self.adapter, self.element) == (other.adapter, other.element)

    def __hash__(self) -> int:
        return hash((EachElement, self.adapter, self.element))


@node
class Literal(Term):
    """A constant that stands in the SQL text itself and in the shape: None, a bool, an int or a plain string."""

    value: bool | int | str | None = static()
    type: SqlType = static(default=UNKNOWN)


@node
class Default(Term):
    """The keyword DEFAULT in the values of an INSERT."""

    type: SqlType = static(default=UNKNOWN)


@node
class Cast(Term):
    """``CAST(term AS type)``."""

    term: Term = child()
    type: SqlType = static()


@node
class Collate(Term):
    """``term COLLATE "name"``; the name is quoted by the dialect."""

    term: Term = child()
    collation: str = static()
    type: SqlType = static()


@node
class Operation(Term):
    """A binary operator on two terms.

    ``operator`` is one of ``+ - * / % ^ & | # << >>`` (``^`` is power, ``#`` is exclusive or). Dialects look at the
    types where dates and durations take part.
    """

    left: Term = child()
    operator: str = static()
    right: Term = child()
    type: SqlType = static()


@node
class Negative(Term):
    """``-term``."""

    term: Term = child()
    type: SqlType = static()


@node
class Row(Term):
    """``(a, b, ...)``: several terms as one value."""

    terms: tuple[Term, ...] = children()
    type: SqlType = static()


@node
class When(Node):
    """One ``WHEN condition THEN result`` of a CASE."""

    condition: Predicate = child()
    result: Term = child()


@node
class Case(Term):
    """``CASE WHEN ... ELSE default END``; a default of None gives no ELSE."""

    whens: tuple[When, ...] = children()
    default: Term | None = child()
    type: SqlType = static()


@node
class Outer(Term):
    """A term of the enclosing query, inside a correlated subquery.

    Renaming aliases of the subquery passes it by: its content belongs to the query around.
    """

    term: Term = child()
    type: SqlType = static()


@node
class OuterReference(Term):
    """A name to be found in the query that will enclose this one; replaced by ``Outer`` when that happens."""

    name: str = static()
    type: SqlType = static(default=UNKNOWN)
