"""Rules for the field of a function's result that several functions and aggregates share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aorm.expressions.base import OutputField, common_output, type_of
from aorm.sql.types import DECIMAL, DOUBLE, INTEGERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aorm.expressions.base import Scope


def numeric_output(scope: Scope, sources: Sequence[OutputField]) -> OutputField:
    """Return the field of a number with a fraction, computed from the sources: Django's rule."""
    kinds = [type_of(source) for source in sources]
    if any(kind.name == "decimal" for kind in kinds):
        return scope.output(DECIMAL)
    if not sources or any(kind in INTEGERS for kind in kinds):
        return scope.output(DOUBLE)
    return common_output(sources)
