"""Remember what everyday keywords mean, so that ``filter(pages__gt=100)`` need not find it again.

A shortcut exists for a keyword that names a column of the model's own table, or of one reached over foreign keys, and
one of the plain comparisons. Anything else (many-valued relations, transforms, annotations, expressions as values)
takes the way through a scope.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from aorm.exceptions import FieldError
from aorm.expressions.base import Resolved
from aorm.expressions.lookups import comparison, text
from aorm.fields.kept import CONDITION_NAMES, kept_values
from aorm.fields.lookup_table import Registrations
from aorm.query.resolving import resolve_path
from aorm.query.scope import QueryScope
from aorm.query.state import base_query
from aorm.sql.predicates import Compare, conjunction
from aorm.sql.values import Param
from aorm.utils.codegen import compile_function

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aorm.mapping.options import Options
    from aorm.mapping.paths import Path
    from aorm.query.state import JoinStep, Query
    from aorm.sql.predicates import Predicate

PLAIN = comparison.PLAIN - {type(None)}
# Their ``build`` needs no scope for a plain value.
# Types that no setting changes, and whose comparisons are no more than an operator.
STATIC_TYPES = frozenset({"smallint", "integer", "bigint", "double", "varchar", "text", "uuid"})
SCOPELESS = frozenset({comparison.__name__, text.__name__})


# The ways to build a comparison that come to the lookup's operator between a column and a parameter.
OPERATING = {
    lookup.build.__func__  # type: ignore[attr-defined]
    for lookup in (comparison.Exact, comparison.OrderLookup, comparison.IntegerLookup)
}


class Shortcut(NamedTuple):
    """What there is to know of a keyword.

    Attributes:
        make: makes the condition for a plain value.
        joins: the joins of a query that has no others.
        left: the left side.
        operator: the operator, where the condition is no more than one; else empty.
        kept: source of the condition under which a value goes to the operator as it is; else empty.
    """

    make: Callable[[Any], Predicate]
    joins: tuple[JoinStep, ...]
    left: Resolved
    operator: str
    kept: str


class Shortcuts:
    """The shortcuts of one model, for one state of the registered lookups; False where a keyword has none."""

    __slots__ = ("joins", "known", "meta", "revision")

    def __init__(self, meta: Options) -> None:
        self.meta = meta
        self.revision = Registrations.revision
        self.known: dict[str, Shortcut | bool] = {}
        # One tuple for one path, so that keywords over the same relation see that they need the same joins.
        self.joins: dict[Path, tuple[JoinStep, ...]] = {}

    def of(self, keyword: str) -> Shortcut | bool:
        """Return the shortcut of a keyword, found on first use; False where there is none."""
        found = self.known.get(keyword)
        if found is None:
            found = self.known[keyword] = find_shortcut(self.meta, keyword, self.joins)
        return found


def shortcuts_of(meta: Options) -> Shortcuts:
    """Return the shortcuts of a model that are known so far."""
    shortcuts: Shortcuts = meta.facts.get("shortcuts") or meta.derive("shortcuts", Shortcuts)
    if shortcuts.revision != Registrations.revision:
        shortcuts.__init__(meta)  # type: ignore[misc]
    return shortcuts


def plain_condition(query: Query, keywords: Mapping[str, Any]) -> tuple[Predicate, tuple[JoinStep, ...]] | None:
    """Return the condition of keywords that all have shortcuts and plain values, and the joins that the query has then.

    None for others.
    """
    if query.annotations or query.relations:
        return None
    meta = query.meta
    shortcuts = shortcuts_of(meta)
    known = shortcuts.known
    joins = query.joins
    items = []
    for keyword, value in keywords.items():
        if value.__class__ not in PLAIN:
            return None
        shortcut = known.get(keyword)
        if shortcut is None:
            shortcut = shortcuts.of(keyword)
        if shortcut is False:
            return None
        needed = shortcut.joins  # type: ignore[union-attr]
        if needed:
            # Remembered for a query without joins: beside others, aliases and sharing must be thought over.
            if joins and joins is not needed:
                return None
            joins = needed
        items.append(shortcut.make(value))  # type: ignore[union-attr]
    return items[0] if len(items) == 1 else conjunction(items), joins


def find_shortcut(meta: Options, keyword: str, joins: dict[Path, tuple[JoinStep, ...]]) -> Shortcut | bool:
    """Return the shortcut of a keyword, or False."""
    try:
        target = resolve_path(meta, keyword)
    except FieldError:
        return False
    if target.is_many or len(target.rest) > 1:
        return False
    scope = QueryScope(base_query(meta))
    left = scope.value_of(target)
    if left.__class__ is not Resolved:
        return False
    lookup = left.get_lookup(target.rest[0] if target.rest else "exact")
    if lookup is None:
        return False
    left, lookup = lookup.for_plain_values(left)
    if lookup.build.__func__.__module__ not in SCOPELESS:
        return False
    operator = operator_of(lookup)
    kept = kept_values(left.output) if operator and left.output.sql_type.name in STATIC_TYPES else ""
    make = _write_make(left, lookup.build, operator, kept)
    return Shortcut(make, joins.setdefault(target.path, scope.joins), left, operator, kept)


def operator_of(lookup: Any) -> str:
    """Return the operator of a lookup that is no more than one for a value that its field keeps; else nothing."""
    return str(lookup.operator) if lookup.build.__func__ in OPERATING else ""


def _write_make(left: Resolved, build: Any, operator: str, kept: str) -> Callable[[Any], Predicate]:
    """Write ``make(value)``, which asks the lookup only about values that do not go to the operator as they are."""
    if not kept:
        return partial(build, left, scope=None)
    source = (
        f"def make(value):\n    if {kept.format('value')}:\n"
        f"        return compare(term, {operator!r}, param(value, type))\n    return build(left, value, None)"
    )
    own = {"compare": Compare, "term": left.term, "param": Param, "type": left.output.sql_type}
    names = {**CONDITION_NAMES, **own, "build": build, "left": left}
    return compile_function(source, "make", names, "<aorm condition>")
