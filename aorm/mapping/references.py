"""Which fields an expression names: what constraints and indexes ask before they are checked or created."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.expressions.conditions import Q
from aorm.expressions.references import F

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from aorm.mapping.options import Options

SEPARATOR = "__"


def references_of(expression: Any) -> Iterator[tuple[str, ...]]:
    """Yield each name that a condition or an expression holds, cut at its double underscores."""
    if isinstance(expression, Q):
        for item in expression.children:
            if isinstance(item, tuple):
                keyword, value = item
                yield tuple(keyword.split(SEPARATOR))
                yield from references_of(value)
            else:
                yield from references_of(item)
    elif isinstance(expression, F):
        yield tuple(expression.name.split(SEPARATOR))
    elif hasattr(expression, "get_source_expressions"):
        for source in expression.get_source_expressions():
            yield from references_of(source)


def referenced_fields(meta: Options, expression: Any) -> Iterator[Any]:
    """Yield the model's own fields that an expression names, each once; names that are none are passed over."""
    seen: dict[Any, None] = {}
    for name, *_ in references_of(expression):
        field = meta.pk if name == "pk" else meta.find_field(name)
        if field is not None:
            seen.update(dict.fromkeys(getattr(field, "fields", None) or (field,)))
    yield from seen


def refers_to_any(meta: Options, expression: Any, names: Collection[str] | None) -> bool:
    """Tell whether an expression names one of the fields, directly or through a generated field."""
    if not names:
        return False
    for name, *_ in references_of(expression):
        field = meta.pk if name == "pk" else meta.get_field(name)
        if name in names or field.name in names:
            return True
        if getattr(field, "generated", False) and refers_to_any(meta, field.expression, names):
            return True
    return False


def for_validation(expression: Any) -> Any:
    """Return what is compared when an expression of a constraint is validated: without its ordering, for one."""
    choose = getattr(expression, "get_expression_for_validation", None)
    return expression if choose is None else choose()
