"""Operators on ranges, and what a range includes of its bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from aorm.expressions.base import Expression, Resolved
from aorm.sql.types import TEXT
from aorm.sql.values import Literal

if TYPE_CHECKING:
    from aorm.expressions.base import Scope
    from aorm.sql.types import SqlType


class RangeBoundary(Expression):
    """The third argument of a range's constructor: which of its bounds belong to it, ``'[)'`` by default."""

    output_type: ClassVar[SqlType | None] = TEXT

    def __init__(self, inclusive_lower: bool = True, inclusive_upper: bool = False) -> None:
        """Say which bounds are included."""
        super().__init__()
        self.lower = "[" if inclusive_lower else "("
        self.upper = "]" if inclusive_upper else ")"

    def resolve_in(self, scope: Scope) -> Resolved:
        """Make the text of the two brackets."""
        return Resolved(Literal(f"{self.lower}{self.upper}", TEXT), scope.output(TEXT))


class RangeOperators:
    """The operators that two rows may not satisfy under an exclusion constraint."""

    EQUAL = "="
    NOT_EQUAL = "<>"
    CONTAINS = "@>"
    CONTAINED_BY = "<@"
    OVERLAPS = "&&"
    FULLY_LT = "<<"
    FULLY_GT = ">>"
    NOT_LT = "&>"
    NOT_GT = "&<"
    ADJACENT_TO = "-|-"
