"""The joins of filtered relations: each under its own name and condition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.query.resolving import SEPARATOR, Target, find_target, walk

if TYPE_CHECKING:
    from aorm.expressions.base import Resolved
    from aorm.mapping.paths import Path
    from aorm.query.scope import QueryScope
    from aorm.query.state import FilteredRelationState


def filtered_relation(scope: QueryScope, name: str) -> FilteredRelationState | None:
    """Return the filtered relation of that name."""
    return next((item for item in scope.query.relations if item.name == name), None)


def is_many_through(scope: QueryScope, name: str) -> bool:
    """Tell whether a name leads through a filtered relation to rows of which there may be several."""
    if not scope.query.relations:
        return False
    first, *names = name.split(SEPARATOR)
    relation = filtered_relation(scope, first)
    if relation is None or scope.query.annotation_before(name) is not None:
        return False
    path, _, _ = walk(scope.query.meta, relation.relation.split(SEPARATOR))
    further, _, _ = walk(path[-1].target, names)
    return any(hop.is_many for hop in (*path, *further))


def find_filtered(scope: QueryScope, name: str) -> tuple[Resolved, tuple[str, ...], Target | None] | None:
    """Find what a name that begins with a filtered relation means; None where it does not begin with one."""
    first, *names = name.split(SEPARATOR)
    relation = filtered_relation(scope, first)
    if relation is None:
        return None
    path, field, alias = follow_filtered(scope, relation)
    related = path[-1].target
    if not names or (names[0] != "pk" and related.find_field(names[0]) is None):
        target = Target(path, tuple(field.target_fields), field, tuple(names))
        target.is_nullable = True
        return target.resolved(alias), target.rest, target
    target = find_target(related, names)
    last = scope.follow(target.path, alias)
    resolved = target.resolved(last)
    nullable = Target(target.path, target.columns, target.output, target.rest)
    nullable.is_nullable = True
    return resolved, target.rest, nullable


def follow_filtered(scope: QueryScope, relation: FilteredRelationState) -> tuple[Path, Any, str]:
    """Join a filtered relation; return its hops, the field that leads there and the alias of the last table."""
    path, field, _ = walk(scope.query.meta, relation.relation.split(SEPARATOR))
    return path, field, _labelled(scope, relation, path)


def _labelled(scope: QueryScope, relation: FilteredRelationState, path: Path) -> str:
    last = path[-1]
    parent = scope.follow(path[:-1])
    for step in scope.joins:
        if step.label == relation.name and step.parent == parent and scope.may_share(step):
            return step.alias
    # The condition shares a row of many with what shared this one, and with this one itself.
    shared = None if scope.reusable is None or not last.is_many else set(scope.reusable)
    alias = scope.join(parent, last, None, relation.name)
    inner = scope.of_join(None if shared is None else {*shared, alias})
    condition = inner.condition(relation.condition)
    # What the condition joins comes before this join, which speaks of it.
    own = next(step for step in scope.joins if step.alias == alias)
    others = tuple([step for step in inner.joins if step.alias != alias])
    scope.joins = (*others, own.replace(filter=condition))
    return alias
