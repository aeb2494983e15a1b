"""Conditions: what may stand in WHERE, HAVING, ON and WHEN."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aorm.sql.node import Term, child, children, node, static
from aorm.sql.types import BOOLEAN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aorm.sql.sources import Selectable
    from aorm.sql.values import Param


class Predicate(Term):
    """A term that is true, false or unknown."""

    __slots__ = ()
    type = BOOLEAN


@node
class Compare(Predicate):
    """``left operator right`` with one of ``= <> < <= > >=``; rows compare with rows."""

    left: Term = child()
    operator: str = static()
    right: Term = child()


@node
class IsNull(Predicate):
    """``term IS NULL``, or IS NOT NULL."""

    term: Term = child()
    negated: bool = static(default=False)


@node
class Between(Predicate):
    """``term BETWEEN low AND high``."""

    term: Term = child()
    low: Term = child()
    high: Term = child()


@node
class InList(Predicate):
    """``term IN (values)`` where one parameter carries all values, so that their number is no part of the shape.

    The parameter's type is ``array(of the term's type)``.
    """

    term: Term = child()
    values: Param = child()


@node
class InTerms(Predicate):
    """``term IN (a, b, ...)`` for values that are expressions or rows."""

    term: Term = child()
    terms: tuple[Term, ...] = children()


@node
class InQuery(Predicate):
    """``term IN (SELECT ...)``."""

    term: Term = child()
    query: Selectable = child()


@node
class Like(Predicate):
    r"""``term LIKE pattern ESCAPE '\'``.

    ``kind`` is ``contains``, ``startswith``, ``endswith`` or ``exact``. A parameter as pattern holds the value already
    escaped and with its ``%``; any other term is escaped and completed by SQL.
    """

    term: Term = child()
    kind: str = static()
    pattern: Term = child()
    ignores_case: bool = static(default=False)


@node
class Matches(Predicate):
    """Match of a regular expression."""

    term: Term = child()
    pattern: Term = child()
    ignores_case: bool = static(default=False)


@node
class Exists(Predicate):
    """``EXISTS (SELECT ...)``."""

    query: Selectable = child()


@node
class IsTrue(Predicate):
    """A boolean term used as a condition."""

    term: Term = child()


@node
class Not(Predicate):
    """``NOT (item)``."""

    item: Predicate = child()


@node
class And(Predicate):
    """All of the items; make it by ``conjunction``."""

    items: tuple[Predicate, ...] = children()


@node
class Or(Predicate):
    """Any of the items; make it by ``disjunction``."""

    items: tuple[Predicate, ...] = children()


@node
class Xor(Predicate):
    """An odd number of the items."""

    items: tuple[Predicate, ...] = children()


@node
class Always(Predicate):
    """A condition known without the database: true or false."""

    truth: bool = static()


TRUE = Always(True)
FALSE = Always(False)


def conjunction(items: Iterable[Predicate]) -> Predicate:
    """Return the AND of the items, folded: FALSE wins, TRUE vanishes, nested ANDs are flattened."""
    kept: list[Predicate] = []
    for item in items:
        if isinstance(item, And):
            kept.extend(item.items)
        elif isinstance(item, Always):
            if not item.truth:
                return FALSE
        else:
            kept.append(item)
    if len(kept) == 1:
        return kept[0]
    return And(tuple(kept)) if kept else TRUE


def disjunction(items: Iterable[Predicate]) -> Predicate:
    """Return the OR of the items, folded: TRUE wins, FALSE vanishes, nested ORs are flattened."""
    kept: list[Predicate] = []
    for item in items:
        if isinstance(item, Or):
            kept.extend(item.items)
        elif isinstance(item, Always):
            if item.truth:
                return TRUE
        else:
            kept.append(item)
    if len(kept) == 1:
        return kept[0]
    return Or(tuple(kept)) if kept else FALSE


def exclusive_disjunction(items: Iterable[Predicate]) -> Predicate:
    """Return the XOR of the items, folded: FALSE vanishes, each TRUE negates the rest."""
    kept: list[Predicate] = []
    negated = False
    for item in items:
        if isinstance(item, Always):
            negated ^= item.truth
        else:
            kept.append(item)
    folded: Predicate = (Xor(tuple(kept)) if len(kept) > 1 else kept[0]) if kept else FALSE
    return negation(folded) if negated else folded


def negation(item: Predicate) -> Predicate:
    """Return the opposite of the item, folded."""
    if isinstance(item, Always):
        return FALSE if item.truth else TRUE
    if isinstance(item, Not):
        return item.item
    if isinstance(item, IsNull):
        return IsNull(item.term, not item.negated)
    return Not(item)
