"""Remember what everyday keywords mean, so that ``filter(pages__gt=100)`` need not find it again.

A shortcut exists for a keyword that names a column of the model's own table, or of one reached over foreign keys, and
one of the plain comparisons. Anything else (many-valued relations, transforms, annotations, expressions as values)
takes the way through a scope.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from aorm.exceptions import FieldError
from aorm.expressions.base import Resolved
from aorm.expressions.lookups import comparison, text
from aorm.fields.lookup_table import Registrations
from aorm.query.resolving import resolve_path
from aorm.query.scope import QueryScope
from aorm.query.state import base_query
from aorm.sql.predicates import conjunction

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aorm.mapping.options import Options
    from aorm.mapping.paths import Path
    from aorm.query.state import JoinStep, Query
    from aorm.sql.predicates import Predicate

PLAIN = comparison.PLAIN - {type(None)}
# Their ``build`` needs no scope for a plain value.
SCOPELESS = frozenset({comparison.__name__, text.__name__})


class Shortcut(NamedTuple):
    """The left side of a keyword, what builds its comparison, and the joins of a query that has no others."""

    left: Resolved
    build: Callable[[Resolved, Any, Any], Predicate]
    joins: tuple[JoinStep, ...]


class PlainCondition(NamedTuple):
    """The condition of plain keywords, and the joins that the query has with it."""

    condition: Predicate
    joins: tuple[JoinStep, ...]


class Shortcuts:
    """The shortcuts of one model, for one state of the registered lookups; False where a keyword has none."""

    __slots__ = ("joins", "known", "revision")

    def __init__(self, meta: Options) -> None:
        self.revision = Registrations.revision
        self.known: dict[str, Shortcut | bool] = {}
        # One tuple for one path, so that keywords over the same relation see that they need the same joins.
        self.joins: dict[Path, tuple[JoinStep, ...]] = {}


def plain_condition(query: Query, keywords: Mapping[str, Any]) -> PlainCondition | None:
    """Return the condition of keywords that all have shortcuts and plain values; None for others."""
    if query.annotations or query.relations:
        return None
    meta = query.meta
    shortcuts = meta.derive("shortcuts", Shortcuts)
    if shortcuts.revision != Registrations.revision:
        shortcuts.__init__(meta)  # type: ignore[misc]
    known = shortcuts.known
    joins = query.joins
    items = []
    for keyword, value in keywords.items():
        if value.__class__ not in PLAIN:
            return None
        shortcut = known.get(keyword)
        if shortcut is None:
            shortcut = known[keyword] = find_shortcut(meta, keyword, shortcuts.joins)
        if shortcut is False:
            return None
        left, build, needed = shortcut  # type: ignore[misc]
        if needed:
            # Remembered for a query without joins: beside others, aliases and sharing must be thought over.
            if joins and joins is not needed:
                return None
            joins = needed
        items.append(build(left, value, None))
    return PlainCondition(items[0] if len(items) == 1 else conjunction(items), joins)


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
    if lookup is None or lookup.build.__func__.__module__ not in SCOPELESS:
        return False
    return Shortcut(left, lookup.build, joins.setdefault(target.path, scope.joins))
