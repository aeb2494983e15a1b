"""Go from a column through transforms to the lookup class that a keyword names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.expressions.lookups.comparison import IsNull

if TYPE_CHECKING:
    from aorm.expressions.base import Resolved
    from aorm.query.scope import QueryScope


def find_lookup(scope: QueryScope, left: Resolved, rest: tuple[str, ...], value: Any) -> tuple[Resolved, Any, Any]:
    """Go through the transforms and return the left side, the lookup class and the value it takes.

    None means IS NULL for ``exact`` and ``iexact``; other lookups refuse it.
    """
    *transforms, name = rest or ("exact",)
    for transform in transforms:
        left = scope.transformed(left, transform)
    lookup = left.get_lookup(name)
    if lookup is None:
        # Not a lookup: a transform, compared by "exact".
        left = scope.transformed(left, name)
        name = "exact"
        lookup = left.get_lookup(name)
    if value is None and not lookup.can_use_none_as_rhs:
        if name not in ("exact", "iexact"):
            raise ValueError("Cannot use None as a query value")
        return left, left.get_lookup("isnull") or IsNull, True
    return left, lookup, value
