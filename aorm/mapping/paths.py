"""One step from table to table along a relation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from aorm.mapping.options import Options
    from aorm.sql.predicates import Predicate


@dataclass(frozen=True, slots=True, eq=False)
class Hop:
    """One step of a path: which columns of ``source`` meet which columns of ``target``.

    Attributes:
        source, target: options of the models on both sides.
        pairs: ``(field of source, field of target)`` for each pair of columns.
        relation: the relation field or reverse relation that the step follows; with ``index`` it is the step's name.
        is_many: several rows of the target may belong to one row of the source.
        is_nullable: a row of the source may have no row of the target.
        is_direct: a foreign key followed forward: the local columns hold the target's key, so a filter on that key
            needs no join. False for reverse steps.
        index, is_reverse: which step of ``relation.path`` this is, and whether of the reverse relation's path.
        restriction: an extra condition of the join for an alias of the target, for relations that need one.
    """

    source: Options
    target: Options
    pairs: tuple[tuple[Any, Any], ...]
    relation: Any
    is_many: bool
    is_nullable: bool
    index: int = 0
    is_reverse: bool = False
    is_direct: bool = False
    restriction: Callable[[str], Predicate] | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        relation = self.relation
        owner = getattr(relation, "field", relation)
        return _restore_hop, (owner.model, owner.name, self.is_reverse, self.index)


def _restore_hop(model: type[Any], name: str, is_reverse: bool, index: int) -> Hop:
    field = model._meta.get_field(name)
    path: tuple[Hop, ...] = field.remote_field.path if is_reverse else field.path
    return path[index]


Path = tuple[Hop, ...]
