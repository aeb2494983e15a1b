"""Querysets as lists: what awaits, iterates, counts and slices them runs their statement, once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from aorm.bridge import in_running_loop, run_blocking
from aorm.exceptions import SyncInAsyncContext
from aorm.query.execution import fetch, stream
from aorm.query.fetch_modes import FETCH_ONE, tell_fetch_mode
from aorm.query.prefetch import aprefetch_related_objects
from aorm.query.results import MODELS
from aorm.sql.types import BIGINT
from aorm.sql.values import Param

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping
    from typing import Self

    from aorm.query.results import ResultKind
    from aorm.query.state import Query

M = TypeVar("M")


class EvaluatingMixin(Generic[M]):
    """The part of a queryset that holds its results."""

    if TYPE_CHECKING:
        model: Any
        _query: Query
        _kind: ResultKind
        _result_cache: list[Any] | None
        _prefetch_related_lookups: tuple[Any, ...]
        _prefetch_done: bool
        _known_related_objects: Mapping[Any, Mapping[Any, Any]]
        _fetch_mode: Any

        def _with(self, query: Query) -> Self: ...

    async def _afetch_all(self) -> list[M]:
        """Run the statement unless its results are kept, then the prefetches, and return the results."""
        results = self._result_cache
        if results is None:
            results = await fetch(self)  # type: ignore[arg-type]
            if self._kind is MODELS:
                self._finish_instances(results)
            self._result_cache = results
        if self._prefetch_related_lookups and not self._prefetch_done:
            await aprefetch_related_objects(results, *self._prefetch_related_lookups)
            self._prefetch_done = True
        return results

    async def _astream(self, chunk_size: int) -> tuple[Any, Callable[[list[Any]], list[M]]]:
        """Return the rows of the statement as a stream of chunks, and the function that loads a chunk."""
        return stream(self, chunk_size)  # type: ignore[arg-type]

    def _fetch_all(self) -> None:
        if self._result_cache is None or (self._prefetch_related_lookups and not self._prefetch_done):
            if in_running_loop():
                raise SyncInAsyncContext(
                    f"this {type(self).__name__} of {self.model.__name__} is not evaluated, and an event loop "
                    "is running, which evaluating it here would block: `await` it first, or iterate by `async for`."
                )
            run_blocking(self._afetch_all)

    def _finish_instances(self, instances: list[Any]) -> None:
        """Tell loaded instances what the queryset knows: their fetch mode, their peers, objects they belong to."""
        if self._fetch_mode is not FETCH_ONE:
            tell_fetch_mode(instances, self._fetch_mode)
        if self._known_related_objects:
            for field, known in self._known_related_objects.items():
                names = [local.attname for local in field.local_related_fields]
                for instance in instances:
                    namespace = instance.__dict__
                    # What is deferred is not loaded for this.
                    if field.is_cached(instance) or any(name not in namespace for name in names):
                        continue
                    owner = known.get(tuple([namespace[name] for name in names]))
                    if owner is not None:
                        setattr(instance, field.name, owner)

    def __await__(self) -> Generator[Any, None, list[M]]:
        """Give the results as a list, and keep them."""
        return self._alist().__await__()

    async def _alist(self) -> list[M]:
        return list(await self._afetch_all())

    def __aiter__(self) -> AsyncIterator[M]:
        """Iterate over the results, which are kept."""
        return EvaluatedIterator(self)

    def __iter__(self) -> Iterator[M]:
        """Iterate over the results, which are kept; in a running loop only if they are there already."""
        self._fetch_all()
        return iter(self._result_cache or ())

    def __len__(self) -> int:
        """Return the number of results, evaluating the queryset."""
        self._fetch_all()
        return len(self._result_cache or ())

    def __bool__(self) -> bool:
        """Tell whether there are results, evaluating the queryset."""
        self._fetch_all()
        return bool(self._result_cache)

    @overload
    def __getitem__(self, key: int) -> M: ...

    @overload
    def __getitem__(self, key: slice) -> Self: ...

    def __getitem__(self, key: int | slice) -> Any:
        """Return one result, or a queryset limited to a slice; a step evaluates it and gives a list."""
        if not isinstance(key, (int, slice)):
            raise TypeError(f"QuerySet indices must be integers or slices, not {type(key).__name__}.")
        start, stop = (key, None) if isinstance(key, int) else (key.start, key.stop)
        if (start is not None and start < 0) or (stop is not None and stop < 0):
            raise ValueError("Negative indexing is not supported.")
        if self._result_cache is not None:
            return self._result_cache[key]
        if isinstance(key, slice):
            sliced = self._limited(key.start, key.stop)
            return list(sliced)[:: key.step] if key.step else sliced
        one = self._limited(key, key + 1)
        one._fetch_all()
        return (one._result_cache or [])[0]

    def _limited(self, start: int | None, stop: int | None) -> Self:
        """Return the queryset with a slice of its rows; slices of slices count from the first."""
        query = self._query
        low = 0 if query.offset is None else query.offset.value
        high = None if query.limit is None else low + query.limit.value
        new_high = high
        if stop is not None:
            new_high = low + int(stop) if high is None else min(high, low + int(stop))
        if start is not None:
            low = low + int(start) if new_high is None else min(new_high, low + int(start))
        if new_high is not None and low >= new_high:
            return self._with(query.replace(is_empty=True, limit=Param(0, BIGINT), offset=None))
        return self._with(
            query.replace(
                offset=Param(low, BIGINT) if low else None,
                limit=None if new_high is None else Param(new_high - low, BIGINT),
            )
        )


class EvaluatedIterator(Generic[M]):
    """The results of a queryset, which it evaluates at the first step."""

    __slots__ = ("_items", "_queryset")

    def __init__(self, queryset: EvaluatingMixin[M]) -> None:
        self._queryset = queryset
        self._items: Iterator[M] | None = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> M:
        if self._items is None:
            self._items = iter(await self._queryset._afetch_all())
        for item in self._items:
            return item
        raise StopAsyncIteration
