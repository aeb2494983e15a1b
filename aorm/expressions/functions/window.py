"""Functions that need a window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from aorm.expressions.functions.base import Func
from aorm.sql.types import DOUBLE, INTEGER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aorm.expressions.base import OutputField, Scope


class WindowFunc(Func):
    """A function that may stand before OVER only."""

    window_compatible: ClassVar[bool] = True


class FirstOutput(WindowFunc):
    """A function that gives a value of its first argument; the others have no say in its type."""

    def resolve_output(self, scope: Scope, sources: Sequence[OutputField]) -> OutputField:
        """Give what the first argument is."""
        return super().resolve_output(scope, sources[:1])


class CumeDist(WindowFunc):
    """The share of rows that are not behind this one."""

    neutral_name: ClassVar[str | None] = "cume_dist"
    function: Any = "CUME_DIST"
    output_type = DOUBLE


class DenseRank(WindowFunc):
    """The rank, with no number left out after rows that share one."""

    neutral_name: ClassVar[str | None] = "dense_rank"
    function: Any = "DENSE_RANK"
    output_type = INTEGER


class FirstValue(WindowFunc):
    """The value of the frame's first row."""

    neutral_name: ClassVar[str | None] = "first_value"
    function: Any = "FIRST_VALUE"
    arity: ClassVar[int | None] = 1


class LastValue(WindowFunc):
    """The value of the frame's last row."""

    neutral_name: ClassVar[str | None] = "last_value"
    function: Any = "LAST_VALUE"
    arity: ClassVar[int | None] = 1


class LagLeadFunction(FirstOutput):
    """The value of a row some rows away."""

    def __init__(self, expression: Any, offset: int = 1, default: Any = None, **extra: Any) -> None:
        """Keep the value, the distance and what is given where there is no such row.

        Raises:
            ValueError: there is no value, or the distance is not positive.
        """
        if expression is None:
            raise ValueError(f"{type(self).__name__} requires a non-null source expression.")
        if offset is None or offset <= 0:
            raise ValueError(f"{type(self).__name__} requires a positive integer for the offset.")
        arguments = (expression, offset) if default is None else (expression, offset, default)
        super().__init__(*arguments, **extra)


class Lag(LagLeadFunction):
    """The value of an earlier row."""

    neutral_name: ClassVar[str | None] = "lag"
    function: Any = "LAG"


class Lead(LagLeadFunction):
    """The value of a later row."""

    neutral_name: ClassVar[str | None] = "lead"
    function: Any = "LEAD"


class NthValue(FirstOutput):
    """The value of the frame's nth row."""

    neutral_name: ClassVar[str | None] = "nth_value"
    function: Any = "NTH_VALUE"

    def __init__(self, expression: Any, nth: int = 1, **extra: Any) -> None:
        """Keep the value and the number of the row.

        Raises:
            ValueError: there is no value, or the number is not positive.
        """
        if expression is None:
            raise ValueError(f"{type(self).__name__} requires a non-null source expression.")
        if nth is None or nth <= 0:
            raise ValueError(f"{type(self).__name__} requires a positive integer as for nth.")
        super().__init__(expression, nth, **extra)


class Ntile(WindowFunc):
    """The number of the bucket, when the partition is divided into equal ones."""

    neutral_name: ClassVar[str | None] = "ntile"
    function: Any = "NTILE"
    output_type = INTEGER

    def __init__(self, num_buckets: int = 1, **extra: Any) -> None:
        """Keep the number of buckets.

        Raises:
            ValueError: it is not positive.
        """
        if num_buckets <= 0:
            raise ValueError("num_buckets must be greater than 0.")
        super().__init__(num_buckets, **extra)


class PercentRank(WindowFunc):
    """The rank as a share of the partition."""

    neutral_name: ClassVar[str | None] = "percent_rank"
    function: Any = "PERCENT_RANK"
    output_type = DOUBLE


class Rank(WindowFunc):
    """The rank; rows that are equal in order share one."""

    neutral_name: ClassVar[str | None] = "rank"
    function: Any = "RANK"
    output_type = INTEGER


class RowNumber(WindowFunc):
    """The number of the row in its partition."""

    neutral_name: ClassVar[str | None] = "row_number"
    function: Any = "ROW_NUMBER"
    output_type = INTEGER
