"""UUIDs made by the database."""

from __future__ import annotations

from typing import Any, ClassVar

from aorm.expressions.functions.base import Func
from aorm.sql.types import UUID


class UUID4(Func):
    """A random UUID."""

    neutral_name: ClassVar[str | None] = "uuid4"
    function: Any = "UUIDV4"
    arity: ClassVar[int | None] = 0
    output_type = UUID


class UUID7(Func):
    """A UUID that begins with the time, so that later ones are greater; ``shift`` is a duration added to the time."""

    neutral_name: ClassVar[str | None] = "uuid7"
    function: Any = "UUIDV7"
    output_type = UUID

    def __init__(self, shift: Any = None, **extra: Any) -> None:
        """Keep the shift."""
        super().__init__(*([] if shift is None else [shift]), **extra)
