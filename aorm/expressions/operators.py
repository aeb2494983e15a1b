"""The operators of expressions: arithmetic, bits, and the logic of conditions.

Nothing is computed here: ``F("pages") + 1`` describes an addition.
"""

from __future__ import annotations

from typing import Any, NoReturn


class Doors:
    """Classes that the operators make but that are built on top of them; each module fills in its own."""

    value: Any
    combined: Any
    negated: Any
    order_by: Any
    q: Any


doors = Doors()


class Arithmetic:
    """Give ``+ - * / % **`` and the bit operations."""

    ADD = "+"
    SUB = "-"
    MUL = "*"
    DIV = "/"
    POW = "^"
    # Doubled as in Django, where the connector becomes part of a text with placeholders.
    MOD = "%%"
    BITAND = "&"
    BITOR = "|"
    BITLEFTSHIFT = "<<"
    BITRIGHTSHIFT = ">>"
    BITXOR = "#"

    def _combine(self, other: Any, connector: str, is_reversed: bool) -> Any:
        if not hasattr(other, "resolve_expression"):
            other = doors.value(other)
        return doors.combined(other, connector, self) if is_reversed else doors.combined(self, connector, other)

    def __neg__(self) -> Any:
        return self._combine(-1, self.MUL, False)

    def __add__(self, other: Any) -> Any:
        return self._combine(other, self.ADD, False)

    def __sub__(self, other: Any) -> Any:
        return self._combine(other, self.SUB, False)

    def __mul__(self, other: Any) -> Any:
        return self._combine(other, self.MUL, False)

    def __truediv__(self, other: Any) -> Any:
        return self._combine(other, self.DIV, False)

    def __mod__(self, other: Any) -> Any:
        return self._combine(other, self.MOD, False)

    def __pow__(self, other: Any) -> Any:
        return self._combine(other, self.POW, False)

    def bitand(self, other: Any) -> Any:
        """Return the bitwise AND with the other."""
        return self._combine(other, self.BITAND, False)

    def bitor(self, other: Any) -> Any:
        """Return the bitwise OR with the other."""
        return self._combine(other, self.BITOR, False)

    def bitxor(self, other: Any) -> Any:
        """Return the bitwise XOR with the other."""
        return self._combine(other, self.BITXOR, False)

    def bitleftshift(self, other: Any) -> Any:
        """Return the value shifted left by the other."""
        return self._combine(other, self.BITLEFTSHIFT, False)

    def bitrightshift(self, other: Any) -> Any:
        """Return the value shifted right by the other."""
        return self._combine(other, self.BITRIGHTSHIFT, False)

    def __radd__(self, other: Any) -> Any:
        return self._combine(other, self.ADD, True)

    def __rsub__(self, other: Any) -> Any:
        return self._combine(other, self.SUB, True)

    def __rmul__(self, other: Any) -> Any:
        return self._combine(other, self.MUL, True)

    def __rtruediv__(self, other: Any) -> Any:
        return self._combine(other, self.DIV, True)

    def __rmod__(self, other: Any) -> Any:
        return self._combine(other, self.MOD, True)

    def __rpow__(self, other: Any) -> Any:
        return self._combine(other, self.POW, True)


class Logic:
    """Give ``& | ^ ~`` to conditions, and refuse them for everything else."""

    def _both_conditional(self, other: Any) -> bool:
        return bool(getattr(self, "conditional", False) and getattr(other, "conditional", False))

    def __and__(self, other: Any) -> Any:
        if self._both_conditional(other):
            return doors.q(self) & doors.q(other)
        _refuse_logic()

    def __or__(self, other: Any) -> Any:
        if self._both_conditional(other):
            return doors.q(self) | doors.q(other)
        _refuse_logic()

    def __xor__(self, other: Any) -> Any:
        if self._both_conditional(other):
            return doors.q(self) ^ doors.q(other)
        _refuse_logic()

    def __rand__(self, other: Any) -> Any:
        _refuse_logic()

    def __ror__(self, other: Any) -> Any:
        _refuse_logic()

    def __rxor__(self, other: Any) -> Any:
        _refuse_logic()

    def __invert__(self) -> Any:
        return doors.negated(self)


def _refuse_logic() -> NoReturn:
    raise NotImplementedError("Use .bitand(), .bitor(), and .bitxor() for bitwise logical operations.")


class Combinable(Arithmetic, Logic):
    """Give arithmetic and logical operators, and orderings, to expressions."""

    def asc(self, **options: Any) -> Any:
        """Return the ordering by this, smallest first; ``nulls_first`` and ``nulls_last`` place NULL."""
        return doors.order_by(self, **options)

    def desc(self, **options: Any) -> Any:
        """Return the ordering by this, largest first; ``nulls_first`` and ``nulls_last`` place NULL."""
        return doors.order_by(self, descending=True, **options)
