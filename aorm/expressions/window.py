"""Windows: a value computed over rows around the current one."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar

from aorm.expressions.base import Expression, OutputField, Resolved, resolve, type_of
from aorm.expressions.lists import ExpressionList, OrderByList
from aorm.expressions.references import parse_expressions
from aorm.expressions.values import Value, typed
from aorm.sql.functions import Frame
from aorm.sql.functions import Window as WindowNode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aorm.expressions.base import Scope


class Window(Expression):
    """``Window(Avg("rating"), partition_by="studio", order_by="released", frame=RowRange(start=-2, end=0))``."""

    allowed_default: Any = False

    def __init__(
        self,
        expression: Any,
        partition_by: Any = None,
        order_by: Any = None,
        frame: WindowFrame | None = None,
        output_field: OutputField | None = None,
    ) -> None:
        """Keep the function and its window.

        Raises:
            ValueError: the function cannot stand before OVER, or ``order_by`` is nothing to order by.
        """
        if not getattr(expression, "window_compatible", False):
            raise ValueError(f"Expression '{type(expression).__name__}' isn't compatible with OVER clauses.")
        if partition_by is not None and not isinstance(partition_by, (tuple, list)):
            partition_by = (partition_by,)
        super().__init__(output_field)
        self.partition_by = None if partition_by is None else ExpressionList(*partition_by)
        self.order_by = OrderByList.from_param("Window.order_by", order_by)
        self.frame = frame
        (self.source_expression,) = parse_expressions([expression])

    def __str__(self) -> str:
        partition = f"PARTITION BY {self.partition_by}" if self.partition_by is not None else ""
        order = str(self.order_by) if self.order_by is not None else ""
        return f"{self.source_expression} OVER ({partition}{order}{self.frame or ''})"

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self}>"

    @property
    def contains_aggregate(self) -> bool:
        """An aggregate before OVER does not group the query."""
        return False

    @property
    def contains_over_clause(self) -> bool:
        """It has one."""
        return True

    @property
    def result_sources(self) -> list[Any]:
        """The function alone tells the type of the result."""
        return [self.source_expression]

    def get_source_expressions(self) -> list[Any]:
        """Return the function, the partition, the order and the frame."""
        return [self.source_expression, self.partition_by, self.order_by, self.frame]

    def set_source_expressions(self, expressions: Sequence[Any]) -> None:
        """Replace the function, the partition, the order and the frame."""
        self.source_expression, self.partition_by, self.order_by, self.frame = expressions

    def resolve_in(self, scope: Scope) -> Resolved:
        """Make the node."""
        inner = resolve(self.source_expression, scope)
        output = self.resolve_output(scope, [inner.output])
        partition = () if self.partition_by is None else self.partition_by.terms(scope)
        order = () if self.order_by is None else self.order_by.orderings(scope)
        frame = None if self.frame is None else self.frame.node()
        term = typed(inner.term, type_of(output))
        return Resolved(WindowNode(term, partition, order, frame, term.type), output)


class WindowFrameExclusion(Enum):
    """Which rows around the current one a frame leaves out."""

    CURRENT_ROW = "CURRENT ROW"
    GROUP = "GROUP"
    TIES = "TIES"
    NO_OTHERS = "NO OTHERS"

    def __repr__(self) -> str:
        return f"{type(self).__qualname__}.{self._name_}"


class WindowFrame(Expression):
    """The rows that a window function sees; subclasses count rows or values.

    None is without bound, 0 the current row, a negative number before it, a positive one behind it.
    """

    frame_type: ClassVar[str] = ""

    def __init__(
        self, start: int | None = None, end: int | None = None, exclusion: WindowFrameExclusion | None = None
    ) -> None:
        """Keep the bounds.

        Raises:
            TypeError: the exclusion is none of ``WindowFrameExclusion``.
        """
        if exclusion is not None and not isinstance(exclusion, WindowFrameExclusion):
            raise TypeError(f"{type(self).__qualname__}.exclusion must be a WindowFrameExclusion instance.")
        super().__init__()
        self.start = Value(start)
        self.end = Value(end)
        self.exclusion = exclusion

    def __str__(self) -> str:
        exclusion = "" if self.exclusion is None else f" EXCLUDE {self.exclusion.value}"
        start = _bound(self.start.value, "UNBOUNDED PRECEDING")
        return f"{self.frame_type} BETWEEN {start} AND {_bound(self.end.value, 'UNBOUNDED FOLLOWING')}{exclusion}"

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self}>"

    def get_source_expressions(self) -> list[Any]:
        """Return the bounds."""
        return [self.start, self.end]

    def set_source_expressions(self, expressions: Sequence[Any]) -> None:
        """Replace the bounds."""
        self.start, self.end = expressions

    def check_bounds(self, start: Any, end: Any) -> None:
        """Refuse bounds that make no frame."""
        raise NotImplementedError("Subclasses must implement check_bounds().")

    def node(self) -> Frame:
        """Return the frame as a node.

        Raises:
            ValueError: the bounds make no frame.
        """
        start, end = self.start.value, self.end.value
        self.check_bounds(start, end)
        exclusion = None if self.exclusion is None else self.exclusion.value.lower()
        return Frame(self.frame_type.lower(), start, end, exclusion)

    def resolve_in(self, scope: Scope) -> Resolved:
        """Refuse: a frame is a part of a window."""
        raise TypeError("A frame is not a complete expression: use it inside Window().")


class RowRange(WindowFrame):
    """A frame that counts rows."""

    frame_type: ClassVar[str] = "ROWS"

    def check_bounds(self, start: Any, end: Any) -> None:
        """Refuse an end before the start, and bounds that are no numbers."""
        if _is_number(start) and _is_number(end) and start > end:
            raise ValueError("start cannot be greater than end.")
        for name, bound in (("start", start), ("end", end)):
            if bound is not None and not _is_number(bound):
                raise ValueError(f"{name} argument must be an integer, zero, or None, but got '{bound}'.")


class ValueRange(WindowFrame):
    """A frame that goes by the values of the order."""

    frame_type: ClassVar[str] = "RANGE"

    def check_bounds(self, start: Any, end: Any) -> None:
        """Refuse a start behind the current row, an end before it, and bounds that are no numbers."""
        if start is not None and (not _is_number(start) or start > 0):
            raise ValueError(f"start argument must be a negative integer, zero, or None, but got '{start}'.")
        if end is not None and (not _is_number(end) or end < 0):
            raise ValueError(f"end argument must be a positive integer, zero, or None, but got '{end}'.")


def _is_number(bound: Any) -> bool:
    return isinstance(bound, int)


def _bound(value: Any, unbounded: str) -> str:
    if value is None:
        return unbounded
    if value == 0:
        return "CURRENT ROW"
    return f"{abs(value)} {'PRECEDING' if value < 0 else 'FOLLOWING'}"
