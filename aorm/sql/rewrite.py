"""Replace nodes inside a tree, and rename aliases."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from aorm.sql.node import Node
from aorm.sql.sources import From, FromQuery, Selectable
from aorm.sql.tables import Column
from aorm.sql.values import Outer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

N = TypeVar("N", bound=Node)


def transform(root: Node, function: Callable[[Node], Node | None]) -> Node:
    """Return the tree with each node replaced by what the function gives for it.

    The function sees parents first; None means "keep, and look below".
    """

    def visit(item: Node) -> Node:
        replaced = function(item)
        return item.map_children(visit) if replaced is None else replaced

    return visit(root)


def relabel(root: N, aliases: Mapping[str, str]) -> N:
    """Return the tree of one query with its aliases renamed.

    Content of ``Outer`` belongs to the enclosing query: it is left alone at this query's own level and renamed where
    it stands one level down, in a subquery of this query.
    """

    def visit(item: Node, depth: int) -> Node:
        if isinstance(item, Column):
            if depth == 0 and item.alias in aliases:
                return Column(aliases[item.alias], item.name, item.type)
            return item
        if isinstance(item, Outer):
            return item.map_children(lambda below: visit(below, depth - 1))
        if isinstance(item, (From, FromQuery)) and depth == 0 and item.alias in aliases:
            item = item.replace(alias=aliases[item.alias])
        if isinstance(item, Selectable) and item is not root:
            return item.map_children(lambda below: visit(below, depth + 1))
        return item.map_children(lambda below: visit(below, depth))

    return visit(root, 0)  # type: ignore[return-value]
