"""The two faces of the API behind one spelling, so that a test body is written once.

A test body is a coroutine. On the async face it runs in an event loop and awaits `a<name>`. On the sync face it is
stepped by hand in a thread without a loop, so it must never really suspend, and calls `<name>`, which finds its own way
to a loop.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Literal, TypeVar

import aorm

T = TypeVar("T")
FaceName = Literal["async", "sync"]
FACES: tuple[FaceName, ...] = ("async", "sync")


class Face:
    """How a test reaches objects that perform I/O; see the module's docstring."""

    def __init__(self, name: FaceName) -> None:
        self.name = name
        self.is_async = name == "async"

    async def do(self, target: Any, name: str, /, *arguments: Any, **keywords: Any) -> Any:
        """Call the method `name` of the target: its coroutine `a<name>`, or its twin."""
        if self.is_async:
            return await getattr(target, f"a{name}")(*arguments, **keywords)
        return getattr(target, name)(*arguments, **keywords)

    async def fetch(self, queryset: Any) -> list[Any]:
        """Return the queryset's results as a list; they stay cached on it."""
        return list(await queryset) if self.is_async else list(queryset)

    async def iterate(self, queryset: Any, **options: Any) -> list[Any]:
        """Return what `iterator()` streams, as a list."""
        if self.is_async:
            return [item async for item in queryset.aiterator(**options)]
        return list(queryset.iterator(**options))

    async def load(self, instance: Any, name: str) -> Any:
        """Follow a single-valued relation: `await book.author` or `book.author`."""
        value = getattr(instance, name)
        return await value if self.is_async and inspect.isawaitable(value) else value

    async def read(self, instance: Any, name: str) -> Any:
        """Read a field that may be deferred, loading it as each face does."""
        if self.is_async and name in instance.get_deferred_fields():
            await instance.arefresh_from_db(fields=[name])
        return getattr(instance, name)

    @asynccontextmanager
    async def atomic(self, **options: Any) -> AsyncIterator[Any]:
        """Enter `aorm.atomic()` as each face does."""
        if self.is_async:
            async with aorm.atomic(**options) as transaction:
                yield transaction
        else:
            with aorm.atomic(**options) as transaction:
                yield transaction

    def run(self, body: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run a test body to its end, and close every pool behind it."""
        if self.is_async:
            return asyncio.run(self._run_and_close(body))
        try:
            return step(body())
        finally:
            aorm.close_all()

    async def _run_and_close(self, body: Callable[[], Coroutine[Any, Any, T]]) -> T:
        try:
            return await body()
        finally:
            await aorm.aclose_all()


def step(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never suspends, without an event loop."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        result: T = stop.value
        return result
    coroutine.close()
    raise AssertionError("a test body suspended on the sync face: it awaited something that is not a twin")


def for_each_face(body: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Make an ordinary test of a coroutine `async def test_x(face, ...)`; pytest's fixtures `face` and others apply."""

    @functools.wraps(body)
    def test(*arguments: Any, **keywords: Any) -> None:
        face: Face = keywords["face"]
        face.run(lambda: body(*arguments, **keywords))

    return test


@contextmanager
def configured(url: str, **options: Any) -> Iterator[None]:
    """Point aorm at one database for a block."""
    before = dict(aorm.settings.databases)
    aorm.configure(url, **options)
    try:
        yield
    finally:
        aorm.settings.databases = before
