"""Remember what everyday keywords mean, so that ``filter(pages__gt=100)`` need not find it again.

A shortcut exists for a keyword that names a column of the model's own table and one of the plain comparisons. Anything
else (relations, transforms, annotations, expressions as values) takes the way through a scope.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from aorm.exceptions import FieldError
from aorm.expressions.base import Resolved
from aorm.expressions.lookups import comparison, text
from aorm.fields.lookup_table import Registrations
from aorm.query.resolving import resolve_path
from aorm.sql.predicates import conjunction

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aorm.mapping.options import Options
    from aorm.query.state import Query
    from aorm.sql.predicates import Predicate

PLAIN = comparison.PLAIN - {type(None)}
# Their ``build`` needs no scope for a plain value.
SCOPELESS = frozenset({comparison.__name__, text.__name__})


class Shortcut(NamedTuple):
    """The left side of a keyword and what builds its comparison."""

    left: Resolved
    build: Callable[[Resolved, Any, Any], Predicate]


class Shortcuts:
    """The shortcuts of one model, for one state of the registered lookups; False where a keyword has none."""

    __slots__ = ("known", "revision")

    def __init__(self, meta: Options) -> None:
        self.revision = Registrations.revision
        self.known: dict[str, Shortcut | bool] = {}


def plain_condition(query: Query, keywords: Mapping[str, Any]) -> Predicate | None:
    """Return the condition of keywords that all have shortcuts and plain values; None for others."""
    if query.annotations or query.relations:
        return None
    meta = query.meta
    shortcuts = meta.derive("shortcuts", Shortcuts)
    if shortcuts.revision != Registrations.revision:
        shortcuts.__init__(meta)  # type: ignore[misc]
    known = shortcuts.known
    items = []
    for keyword, value in keywords.items():
        if value.__class__ not in PLAIN:
            return None
        shortcut = known.get(keyword)
        if shortcut is None:
            shortcut = known[keyword] = find_shortcut(meta, keyword)
        if shortcut is False:
            return None
        left, build = shortcut  # type: ignore[misc]
        items.append(build(left, value, None))
    return items[0] if len(items) == 1 else conjunction(items)


def find_shortcut(meta: Options, keyword: str) -> Shortcut | bool:
    """Return the shortcut of a keyword, or False."""
    try:
        target = resolve_path(meta, keyword)
    except FieldError:
        return False
    left = target.base
    if left is None or left.__class__ is not Resolved or len(target.rest) > 1:
        return False
    lookup = left.get_lookup(target.rest[0] if target.rest else "exact")
    if lookup is None or lookup.build.__func__.__module__ not in SCOPELESS:
        return False
    return Shortcut(left, lookup.build)
