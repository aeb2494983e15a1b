"""What managers and querysets have in common: a queryset to start from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from aorm.query.queryset import QuerySet

QS = TypeVar("QS", bound="QuerySet[Any]")
QS_co = TypeVar("QS_co", covariant=True)
M = TypeVar("M")


class Starts(Protocol[QS_co]):
    """Something that queries begin at: a queryset gives itself, a manager what its ``get_queryset()`` makes."""

    model: Any
    _db: str | None

    def _is_untouched(self) -> bool:
        """Whether it stands for all rows of its model, in the usual database, and does nothing its own way."""
        ...

    def _start(self) -> QS_co:
        """Return the queryset to begin with."""
        ...
