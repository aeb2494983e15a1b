"""Resolve expressions for definitions, where columns stand without a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from aorm.expressions.base import resolve
from aorm.query.scope import save_scope
from aorm.sql.node import Node
from aorm.sql.rewrite import relabel

if TYPE_CHECKING:
    from aorm.mapping.options import Options
    from aorm.sql.node import Term
    from aorm.sql.predicates import Predicate

N = TypeVar("N", bound=Node)


def bare(node: N, meta: Options) -> N:
    """Return the node with the columns of the model's table named without the table."""
    return relabel(node, {meta.db_table: ""})


def bare_term(expression: Any, meta: Options) -> Term:
    """Return the term of an expression over the model's own columns."""
    return bare(resolve(expression, save_scope(meta)).term, meta)


def bare_condition(condition: Any, meta: Options) -> Predicate:
    """Return the predicate of a Q or a boolean expression over the model's own columns."""
    return bare(save_scope(meta).condition(condition), meta)
