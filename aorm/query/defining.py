"""Turn expressions and conditions of declarations into what definitions hold: columns stand without a table there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from aorm.expressions.base import resolve
from aorm.expressions.functions.comparison import Collate
from aorm.expressions.ordering import OrderBy
from aorm.expressions.references import F
from aorm.query.scope import bare_column, save_scope
from aorm.sql.ddl import IndexTerm
from aorm.sql.node import Node
from aorm.sql.predicates import TRUE
from aorm.sql.rewrite import relabel

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
    """Return the predicate of a Q or a boolean expression over the model's own columns; TRUE for None."""
    return TRUE if condition is None else bare(save_scope(meta).condition(condition), meta)


def columns_of(meta: Options, names: Sequence[str]) -> tuple[str, ...]:
    """Return the columns of fields; a composite key has several."""
    columns: list[str] = []
    for name in names:
        field = meta.pk if name == "pk" else meta.get_field(name)
        columns += [part.column for part in getattr(field, "fields", None) or (field,)]
    return tuple(columns)


def field_terms(
    meta: Options, fields: Sequence[tuple[str, str]], operator_classes: Sequence[str]
) -> tuple[IndexTerm, ...]:
    """Return the terms of an index over fields, each with its order and operator class."""
    classes: Sequence[str | None] = operator_classes or [None] * len(fields)
    return tuple(
        [
            IndexTerm(bare_column(meta.get_field(name)), order == "DESC", operator_class=operator_class)
            for (name, order), operator_class in zip(fields, classes, strict=True)
        ]
    )


def is_wrapper(expression: Any) -> bool:
    """Tell whether an expression says how a term is indexed, rather than what: order, operator class, collation."""
    return isinstance(expression, (OrderBy, Collate)) or hasattr(expression, "operator_class")


def wrapper_name(expression: Any) -> str:
    """Return the kind of a wrapper, by which two of one kind are found."""
    kinds = (kind.__name__ for kind in (OrderBy, Collate) if isinstance(expression, kind))
    return next(kinds, "OpClass")


def expression_term(meta: Options, expression: Any) -> IndexTerm:
    """Return the term of an index over an expression.

    Raises:
        ValueError: what says how it is indexed stands inside of the expression, or twice.
    """
    item: Any = F(expression) if isinstance(expression, str) else expression
    options: dict[str, Any] = {}
    seen: list[str] = []
    while is_wrapper(item):
        seen.append(wrapper_name(item))
        if isinstance(item, OrderBy):
            options |= {"descending": item.descending, "nulls": item.nulls}
        elif isinstance(item, Collate):
            options["collation"] = item.collation
        else:
            options["operator_class"] = item.operator_class
        (item,) = item.get_source_expressions()
    inner = [wrapper_name(part) for part in _parts(item) if is_wrapper(part)]
    names = "OrderBy, OpClass, Collate"
    if len({*seen, *inner}) != len(seen) + len(inner):
        raise ValueError(f"Multiple references to {names} can't be used in an indexed expression.")
    if inner:
        raise ValueError(f"{names} must be topmost expressions in an indexed expression.")
    return IndexTerm(bare_term(item, meta), **options)


def _parts(expression: Any) -> Iterator[Any]:
    flatten = getattr(expression, "flatten", None)
    yield from () if flatten is None else flatten()
