"""Calls of SQL functions: scalar, aggregate, window, and the two doors for users' own SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.sql.node import Node, Shape, Term, child, children, node, static, varying
from aorm.sql.types import UNKNOWN, SqlType

if TYPE_CHECKING:
    from aorm.sql.predicates import Predicate
    from aorm.sql.select import Ordering


@node
class Call(Term):
    """A call of a function by its neutral name, such as ``lower`` or ``extract``.

    ``options`` are constants that choose the spelling: the part of a date, a time zone, a path of JSON keys.
    Each dialect holds the table from name to spelling.
    """

    name: str = static()
    arguments: tuple[Term, ...] = children()
    type: SqlType = static()
    options: tuple[Any, ...] = static(default=())


@node
class Aggregate(Term):
    """A call of an aggregate function: ``name(DISTINCT arguments ORDER BY ...) FILTER (WHERE ...)``.

    The name ``count`` with no argument is ``COUNT(*)``.
    """

    name: str = static()
    arguments: tuple[Term, ...] = children()
    type: SqlType = static()
    is_distinct: bool = static(default=False)
    filter: Predicate | None = child(default=None)
    order_by: tuple[Ordering, ...] = children(default=())
    options: tuple[Any, ...] = static(default=())


@node
class Frame(Node):
    """The frame of a window: ``ROWS BETWEEN start AND end EXCLUDE ...``.

    ``start`` and ``end``: None is unbounded, 0 the current row, negative preceding, positive following.
    """

    unit: str = static()
    start: int | None = static()
    end: int | None = static()
    exclusion: str | None = static(default=None)


@node
class Window(Term):
    """``term OVER (PARTITION BY ... ORDER BY ... frame)``."""

    term: Term = child()
    partition_by: tuple[Term, ...] = children()
    order_by: tuple[Ordering, ...] = children()
    frame: Frame | None = child()
    type: SqlType = static()


@node
class TemplateCall(Term):
    """A function in the user's own words: ``Func(function=..., template=..., arg_joiner=...)``.

    ``parts`` is the template cut at its ``%(expressions)s``; the texts come from the program, never from input.
    ``is_aggregate`` and ``is_window`` tell planning where the call may stand.
    """

    parts: tuple[str, ...] = static()
    arguments: tuple[Term, ...] = children()
    type: SqlType = static()
    joiner: str = static(default=", ")
    is_aggregate: bool = static(default=False)


@node
class RawTerm(Term):
    """SQL text written by the user, cut at its placeholders, with one parameter between each two pieces."""

    pieces: tuple[str, ...] = static()
    arguments: tuple[Term, ...] = children()
    type: SqlType = static(default=UNKNOWN)


@node
class CustomSQL(Term):
    """A user's object that writes its own SQL by ``as_sql(compiler, connection)``.

    Its method ``shape_key`` says what the text depends on. Where it says None, no two such nodes share a shape, so a
    statement that holds one is compiled anew each time. ``terms`` are its resolved source expressions.
    """

    expression: Any = varying()
    terms: tuple[Term, ...] = children()
    type: SqlType = static(default=UNKNOWN)
    is_aggregate: bool = static(default=False)

    def shape(self) -> Shape:
        if self._shape is None:
            shape_key = getattr(self.expression, "shape_key", None)
            key = None if shape_key is None else shape_key()
            identity = Unshared() if key is None else key
            self._shape = (self.serial, identity, tuple([term.shape() for term in self.terms]), self.type)
        return self._shape


class Unshared:
    """A key that equals nothing else, put into shapes that must never be found in a cache."""

    __slots__ = ()
