"""Which fields ``defer()`` and ``only()`` leave to load, for a model and for those that ``select_related`` adds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.exceptions import FieldDoesNotExist, FieldError
from aorm.query.resolving import SEPARATOR, find_end
from aorm.query.state import NO_DEFERRAL, Deferral

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aorm.mapping.options import Options
    from aorm.query.state import FilteredRelationState

Tree = dict[str, "Tree"]


class Mask:
    """The fields to load of one model: all, all but some, or only some; with masks for its relations."""

    __slots__ = ("is_defer", "tree")

    def __init__(self, tree: Tree, is_defer: bool) -> None:
        self.tree = tree
        self.is_defer = is_defer

    def loads(self, field: Any, keys: Sequence[Any] = ()) -> bool:
        """Tell whether a field is loaded; those among the keys of its model always are."""
        if not self.tree or field in keys:
            return True
        below = self.tree.get(field.name)
        return below is None or bool(below) if self.is_defer else below is not None

    def below(self, name: str) -> Mask:
        """Return the mask of what a relation leads to."""
        return Mask(self.tree.get(name, {}), self.is_defer)

    def refuse_traversal(self, meta: Options, field: Any) -> None:
        """Raise FieldError where ``select_related`` follows a foreign key that is not loaded."""
        if getattr(field, "concrete", False) and not self.loads(field):
            raise FieldError(
                f"Field {meta.object_name}.{field.name} cannot be both deferred and traversed using select_related "
                "at the same time."
            )


def make_mask(meta: Options, deferral: Deferral, relations: Iterable[FilteredRelationState] = ()) -> Mask:
    """Return the mask of a query; names are checked here.

    Args:
        meta: of the query's model.
        deferral: what was deferred.
        relations: the filtered relations of the query; they are names too.

    Raises:
        FieldDoesNotExist: a name is no field.
    """
    tree: Tree = {}
    for name in sorted(deferral.names):
        here = tree
        options = meta
        parts = name.split(SEPARATOR)
        for relation in relations:
            if relation.name == parts[0]:
                here = here.setdefault(parts.pop(0), {})
                options = find_end(meta, relation.relation)
                break
        for part in parts:
            field = options.pk if part == "pk" else options.find_field(part)
            if field is None:
                raise FieldDoesNotExist(f"{options.object_name} has no field named '{part}'")
            here = here.setdefault(field.name, {})
            path = getattr(field, "path", None)
            if path:
                options = path[-1].target
    if not deferral.is_defer and tree:
        _keep_parent_links(meta, tree)
    return Mask(tree, deferral.is_defer)


def _keep_parent_links(meta: Options, tree: Tree) -> None:
    for field in meta.pk_fields:
        tree.setdefault(field.name, {})


def with_deferred(deferral: Deferral, names: Iterable[str]) -> Deferral:
    """Return the deferral after one more ``defer(*names)``."""
    existing, is_defer = deferral
    if is_defer:
        return Deferral(existing.union(names), True)
    # After only(), deferring takes fields out of those to load.
    left = existing.difference(names)
    if left:
        return Deferral(left, False)
    beyond = frozenset(names).difference(existing)
    return Deferral(beyond, True) if beyond else NO_DEFERRAL


def with_only(deferral: Deferral, meta: Options, names: Iterable[str]) -> Deferral:
    """Return the deferral after ``only(*names)``."""
    chosen: set[str] = set()
    for name in names:
        if name == "pk":
            chosen.update(field.name for field in meta.pk_fields)
        else:
            chosen.add(name)
    existing, is_defer = deferral
    # Deferred names stay deferred; a second only() replaces the first.
    return Deferral(frozenset(chosen.difference(existing) if is_defer else chosen), False)
