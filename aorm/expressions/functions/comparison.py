"""Functions that compare and convert."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from aorm.expressions.base import OutputField, Resolved, type_of
from aorm.expressions.functions.base import Func
from aorm.sql.types import UNKNOWN
from aorm.sql.values import Cast as CastTerm
from aorm.sql.values import Collate as CollateTerm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aorm.sql.node import Term


class Cast(Func):
    """The value as another type: ``Cast("pages", FloatField())``."""

    neutral_name: ClassVar[str | None] = "cast"
    function: Any = "CAST"

    def __init__(self, expression: Any, output_field: OutputField) -> None:
        """Keep the value and the field whose type is wanted."""
        super().__init__(expression, output_field=output_field)

    def call(self, sources: Sequence[Resolved], output: OutputField) -> Term:
        """Return the conversion."""
        wanted = output.sql_type
        if wanted is UNKNOWN:
            raise ValueError(f"{type(output).__name__} has no type to cast to.")
        return CastTerm(sources[0].term, wanted)


class Variadic(Func):
    """A function of two arguments or more."""

    def __init__(self, *expressions: Any, **extra: Any) -> None:
        """Keep the arguments.

        Raises:
            ValueError: there are fewer than two.
        """
        if len(expressions) < 2:
            raise ValueError(f"{type(self).__name__} must take at least two expressions")
        super().__init__(*expressions, **extra)


class Coalesce(Variadic):
    """The first argument that is not NULL."""

    neutral_name: ClassVar[str | None] = "coalesce"
    function: Any = "COALESCE"

    @property
    def empty_result_value(self) -> Any:
        """The first argument that gives a value without rows."""
        values = [getattr(expression, "empty_result_value", None) for expression in self.source_expressions]
        return next((value for value in values if value is not None), None)


class Greatest(Variadic):
    """The largest argument; NULL among them gives NULL on SQLite and is passed over on PostgreSQL."""

    neutral_name: ClassVar[str | None] = "greatest"
    function: Any = "GREATEST"


class Least(Variadic):
    """The smallest argument; NULL among them gives NULL on SQLite and is passed over on PostgreSQL."""

    neutral_name: ClassVar[str | None] = "least"
    function: Any = "LEAST"


class NullIf(Func):
    """The first argument, or NULL where it equals the second."""

    neutral_name: ClassVar[str | None] = "nullif"
    function: Any = "NULLIF"
    arity: ClassVar[int | None] = 2


class Collate(Func):
    """The text compared and ordered by the rules of a collation."""

    neutral_name: ClassVar[str | None] = "collate"
    function: Any = "COLLATE"
    allowed_default: Any = False
    collation_re: ClassVar[re.Pattern[str]] = re.compile(r"[\w-]+")

    def __init__(self, expression: Any, collation: str) -> None:
        """Keep the text and the name of the collation.

        Raises:
            ValueError: the name has other characters than letters, digits, ``_`` and ``-``.
        """
        if not (collation and self.collation_re.fullmatch(collation)):
            raise ValueError(f"Invalid collation name: {collation!r}.")
        self.collation = collation
        super().__init__(expression)

    def call(self, sources: Sequence[Resolved], output: OutputField) -> Term:
        """Return the collated text."""
        return CollateTerm(sources[0].term, self.collation, type_of(output))
