"""``aiterator()``: results as they come, none of them kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from aorm.database.stream import SHARED
from aorm.exceptions import InterfaceError
from aorm.query.prefetch import aprefetch_related_objects
from aorm.query.results import MODELS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

    from aorm.query.evaluating import EvaluatingMixin

M = TypeVar("M")

# How many rows are asked for at a time where nobody says: Django's number.
CHUNK_SIZE = 2000


class Stream(Generic[M]):
    """The results of a queryset, read in chunks through a server-side cursor.

    An object and no generator: it sets no context variable, and ``aclose()`` frees the connection at any time.
    ``async with`` closes it for certain.
    """

    def __init__(self, queryset: EvaluatingMixin[Any], chunk_size: int, *, is_empty: bool = False) -> None:
        self._queryset = queryset
        self._chunk_size = chunk_size
        self._rows: Any = None
        self._load: Any = None
        self._items: Iterator[M] = iter(())
        self._is_reading = False
        self._is_closed = is_empty

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> M:
        while True:
            for item in self._items:
                return item
            if self._is_closed:
                raise StopAsyncIteration
            if self._is_reading:
                raise InterfaceError(SHARED)
            self._is_reading = True
            try:
                await self._read_chunk()
            finally:
                self._is_reading = False

    async def _read_chunk(self) -> None:
        queryset = self._queryset
        if self._rows is None:
            try:
                self._rows, self._load = await queryset._astream(self._chunk_size)
            except BaseException:
                self._is_closed = True
                raise
        try:
            rows = await self._rows.__anext__()
        except StopAsyncIteration:
            await self.aclose()
            return
        instances = self._load(rows)
        if queryset._kind is MODELS:
            queryset._finish_instances(instances)
            if queryset._prefetch_related_lookups:
                await aprefetch_related_objects(instances, *queryset._prefetch_related_lookups)
        self._items = iter(instances)

    async def aclose(self) -> None:
        """End the iteration and free the connection."""
        self._is_closed = True
        self._items = iter(())
        rows, self._rows = self._rows, None
        if rows is not None:
            await rows.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.aclose()
