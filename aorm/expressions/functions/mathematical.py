"""Functions of numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from aorm.expressions.base import OutputField, Resolved, type_of
from aorm.expressions.functions.base import Func, Transform
from aorm.expressions.functions.outputs import numeric_output
from aorm.expressions.values import Value
from aorm.sql.functions import Call
from aorm.sql.types import INTEGER
from aorm.sql.values import Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aorm.expressions.base import Scope
    from aorm.sql.node import Term


class NumericOutput(Func):
    """A function whose result has a fraction even where its arguments have none."""

    def resolve_output(self, scope: Scope, sources: Sequence[OutputField]) -> OutputField:
        """Give decimals for decimals and floats for everything else."""
        if self._output_field is not None or self._computes_output or self._declared_output:
            return super().resolve_output(scope, sources)
        return numeric_output(scope, sources)


class Abs(Transform):
    """The number without its sign."""

    neutral_name: ClassVar[str | None] = "abs"
    function: Any = "ABS"
    lookup_name: Any = "abs"


class ACos(NumericOutput, Transform):
    """The arc cosine, in radians."""

    neutral_name: ClassVar[str | None] = "acos"
    function: Any = "ACOS"
    lookup_name: Any = "acos"


class ASin(NumericOutput, Transform):
    """The arc sine, in radians."""

    neutral_name: ClassVar[str | None] = "asin"
    function: Any = "ASIN"
    lookup_name: Any = "asin"


class ATan(NumericOutput, Transform):
    """The arc tangent, in radians."""

    neutral_name: ClassVar[str | None] = "atan"
    function: Any = "ATAN"
    lookup_name: Any = "atan"


class ATan2(NumericOutput):
    """The arc tangent of the first number divided by the second, in radians."""

    neutral_name: ClassVar[str | None] = "atan2"
    function: Any = "ATAN2"
    arity: ClassVar[int | None] = 2


class Ceil(Transform):
    """The smallest whole number that is not less."""

    neutral_name: ClassVar[str | None] = "ceil"
    function: Any = "CEILING"
    lookup_name: Any = "ceil"


class Cos(NumericOutput, Transform):
    """The cosine of radians."""

    neutral_name: ClassVar[str | None] = "cos"
    function: Any = "COS"
    lookup_name: Any = "cos"


class Cot(NumericOutput, Transform):
    """The cotangent of radians."""

    neutral_name: ClassVar[str | None] = "cot"
    function: Any = "COT"
    lookup_name: Any = "cot"


class Degrees(NumericOutput, Transform):
    """Radians as degrees."""

    neutral_name: ClassVar[str | None] = "degrees"
    function: Any = "DEGREES"
    lookup_name: Any = "degrees"


class Exp(NumericOutput, Transform):
    """Euler's number to the power of the argument."""

    neutral_name: ClassVar[str | None] = "exp"
    function: Any = "EXP"
    lookup_name: Any = "exp"


class Floor(Transform):
    """The largest whole number that is not greater."""

    neutral_name: ClassVar[str | None] = "floor"
    function: Any = "FLOOR"
    lookup_name: Any = "floor"


class Ln(NumericOutput, Transform):
    """The natural logarithm."""

    neutral_name: ClassVar[str | None] = "ln"
    function: Any = "LN"
    lookup_name: Any = "ln"


class Log(NumericOutput):
    """The logarithm of the second number to the base of the first."""

    neutral_name: ClassVar[str | None] = "log"
    function: Any = "LOG"
    arity: ClassVar[int | None] = 2


class Mod(NumericOutput):
    """The remainder of the first number divided by the second."""

    neutral_name: ClassVar[str | None] = "mod"
    function: Any = "MOD"
    arity: ClassVar[int | None] = 2


class Pi(NumericOutput):
    """The number pi."""

    neutral_name: ClassVar[str | None] = "pi"
    function: Any = "PI"
    arity: ClassVar[int | None] = 0


class Power(NumericOutput):
    """The first number to the power of the second."""

    neutral_name: ClassVar[str | None] = "power"
    function: Any = "POWER"
    arity: ClassVar[int | None] = 2


class Radians(NumericOutput, Transform):
    """Degrees as radians."""

    neutral_name: ClassVar[str | None] = "radians"
    function: Any = "RADIANS"
    lookup_name: Any = "radians"


class Random(NumericOutput):
    """A random number from 0 up to, and without, 1."""

    neutral_name: ClassVar[str | None] = "random"
    function: Any = "RANDOM"
    arity: ClassVar[int | None] = 0


class Round(Transform):
    """The number rounded to some places after the point."""

    neutral_name: ClassVar[str | None] = "round"
    function: Any = "ROUND"
    lookup_name: Any = "round"
    arity: ClassVar[int | None] = None

    def __init__(self, expression: Any, precision: Any = 0, **extra: Any) -> None:
        """Keep the number and the places."""
        super().__init__(expression, precision, **extra)

    def resolve_output(self, scope: Scope, sources: Sequence[OutputField]) -> OutputField:
        """Give what the number is; the places have no say."""
        return super().resolve_output(scope, sources[:1])

    def call(self, sources: Sequence[Resolved], output: OutputField) -> Term:
        """Return the node; places that are a plain number stand in the text, where the dialect can check them."""
        number, places = sources
        given = self.source_expressions[1]
        term = places.term
        if isinstance(given, Value) and isinstance(given.value, int):
            term = Literal(int(given.value), INTEGER)
        return Call("round", (number.term, term), type_of(output))


class Sign(Transform):
    """-1, 0 or 1."""

    neutral_name: ClassVar[str | None] = "sign"
    function: Any = "SIGN"
    lookup_name: Any = "sign"


class Sin(NumericOutput, Transform):
    """The sine of radians."""

    neutral_name: ClassVar[str | None] = "sin"
    function: Any = "SIN"
    lookup_name: Any = "sin"


class Sqrt(NumericOutput, Transform):
    """The square root."""

    neutral_name: ClassVar[str | None] = "sqrt"
    function: Any = "SQRT"
    lookup_name: Any = "sqrt"


class Tan(NumericOutput, Transform):
    """The tangent of radians."""

    neutral_name: ClassVar[str | None] = "tan"
    function: Any = "TAN"
    lookup_name: Any = "tan"
