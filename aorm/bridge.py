"""Sync twins: plain functions that run a coroutine to its end, wherever they are called.

- in a thread that runs an event loop: refused, in words that name the coroutine to await;
- in an anyio worker thread (FastAPI's and Starlette's `def` endpoints are such): back to the loop it works for;
- in any other thread: to the loop of its transaction, or of the coroutine it works for, if its context has one;
- else: to the portal, the one loop that plain sync code shares.

`sync_twin` and `sync_iterator` make twins; `aorm.twins` sees to it that whichever face a subclass overrides, both faces
show it.
"""

from __future__ import annotations

import functools
import inspect
from asyncio import _get_running_loop
from contextlib import suppress
from threading import Lock
from types import FunctionType
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, ParamSpec, TypeVar, cast
from weakref import WeakKeyDictionary

import anyio.from_thread

from aorm.calls import home_loop, linked_loop, run_from_worker, run_in_thread, run_on, serves_sync_caller
from aorm.exceptions import InterfaceError, SyncInAsyncContext
from aorm.portal import get_portal, register_close

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator

__all__ = [
    "SyncIterator",
    "coroutine_name",
    "home_loop",
    "in_running_loop",
    "register_close",
    "run_blocking",
    "run_in_thread",
    "run_sync",
    "serves_sync_caller",
    "sync_iterator",
    "sync_name",
    "sync_twin",
    "twin_kind",
]

P = ParamSpec("P")
R = TypeVar("R")

_SUMMARY = "run it to its end and return its result"
# Rows that a sync iterator takes per hop: few at first, for who wants only one, then more, to share the price.
_LARGEST_BATCH = 256


def in_running_loop() -> bool:
    """Tell whether this thread is inside a running event loop, where blocking is refused."""
    return _get_running_loop() is not None


def run_blocking(function: Callable[P, Awaitable[R]], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Run `function(*args, **kwargs)` to its end from sync code, and return its result.

    Raises `SyncInAsyncContext` in a running event loop, where it has to be awaited.
    """
    if _get_running_loop() is not None:
        name = getattr(function, "__qualname__", None) or repr(function)
        raise SyncInAsyncContext(f"{name} is a coroutine function: in a running event loop, await it.")
    return _run(function(*args, **kwargs))


def run_sync(coroutine: Awaitable[R]) -> R:
    """Run a coroutine to its end from sync code, and return its result.

    A transaction that this thread has open covers it. Raises `SyncInAsyncContext` in a running event loop.
    """
    try:
        if _get_running_loop() is not None:
            raise SyncInAsyncContext(
                "run_sync() cannot be called from async code in a running event loop: await the coroutine instead."
            )
        return _run(coroutine)
    except BaseException:
        _close_unstarted(coroutine)
        raise


def _run(awaitable: Awaitable[R]) -> R:
    try:
        try:
            anyio.from_thread.check_cancelled()
        except RuntimeError:
            loop = linked_loop() or get_portal().loop
        else:
            return run_from_worker(awaitable)
        return run_on(loop, awaitable)
    except BaseException:
        # Ctrl-C may come at any moment, and the task that sent this worker thread may have been cancelled.
        _close_unstarted(awaitable)
        raise


def _close_unstarted(awaitable: Awaitable[Any]) -> None:
    """Close a coroutine that never ran, which would complain that nobody awaited it."""
    if inspect.iscoroutine(awaitable) and inspect.getcoroutinestate(awaitable) == inspect.CORO_CREATED:
        with suppress(ValueError):
            awaitable.close()


def sync_name(name: str) -> str:
    """Return the name of the sync twin of the coroutine `name`: `aget` -> `get`, `_aload` -> `_load`."""
    bare = name.lstrip("_")
    if not bare.startswith("a") or len(bare) < 2:
        raise ValueError(f"{name!r} is no name for a coroutine with a twin: it has to begin with 'a'")
    return name[: len(name) - len(bare)] + bare[1:]


def coroutine_name(name: str) -> str:
    """Return the name of the coroutine whose sync twin is `name`: `get` -> `aget`, `_load` -> `_aload`."""
    bare = name.lstrip("_")
    return f"{name[: len(name) - len(bare)]}a{bare}"


def sync_twin(function: Callable[P, Coroutine[Any, Any, R]]) -> Callable[P, R]:
    """Make the sync twin of a coroutine method or function, `get = sync_twin(aget)`.

    The twin of a method looks its coroutine up by name on the object, so overriding `asave` changes `save` as well.
    Reached through `super()`, it runs the coroutine that it was made from.
    """
    if not _is_method(function):
        return _function_twin(function)
    return cast("Callable[P, R]", make_method_twin(function, function.__name__))


def make_method_twin(definition: Any, name: str) -> Callable[..., Any]:
    """Make the sync twin of the coroutine method `name`, whose definition in this class is `definition`."""
    short = sync_name(name)

    def twin(self: Any, /, *args: Any, **kwargs: Any) -> Any:
        if _get_running_loop() is not None:
            raise _refusal(self, short, name)
        owner = type(self)
        if getattr(owner, short, None) is twin:
            return _run(getattr(self, name)(*args, **kwargs))
        return _run(definition.__get__(self, owner)(*args, **kwargs))

    return dress(twin, definition, name, _SUMMARY)


def add_twins(cls: type, name: str, coroutine: Callable[..., Any]) -> None:
    """Give a class that is already made a coroutine method, and its sync twin under `name`."""
    rename(coroutine, cls.__qualname__, coroutine_name(name))
    setattr(cls, coroutine.__name__, coroutine)
    setattr(cls, name, make_method_twin(coroutine, coroutine.__name__))


def _function_twin(function: Callable[P, Coroutine[Any, Any, R]]) -> Callable[P, R]:
    name = function.__name__
    short = sync_name(name)

    def twin(*args: P.args, **kwargs: P.kwargs) -> R:
        if _get_running_loop() is not None:
            raise SyncInAsyncContext(
                f"{short}() cannot be called from async code in a running event loop: await {name}() instead, or call "
                f"{short}() in a worker thread."
            )
        return _run(function(*args, **kwargs))

    dress(twin, function, name, _SUMMARY)
    return twin


def sync_iterator(function: Callable[P, AsyncIterator[R]]) -> Callable[P, Iterator[R]]:
    """Make the sync twin of a method that gives an asynchronous iterator, `iterator = sync_iterator(aiterator)`.

    The twin gives an iterator that takes growing batches of items per hop; `close()` ends it early, and so does
    dropping it. Overriding and `super()` work as for `sync_twin`.
    """
    return cast("Callable[P, Iterator[R]]", make_iterator_twin(function, function.__name__))


def make_iterator_twin(definition: Any, name: str) -> Callable[..., Any]:
    """Make the sync twin of the method `name`, which gives an asynchronous iterator."""
    short = sync_name(name)

    def twin(self: Any, /, *args: Any, **kwargs: Any) -> SyncIterator[Any]:
        owner = type(self)
        is_outermost = getattr(owner, short, None) is twin
        method = getattr(self, name) if is_outermost else definition.__get__(self, owner)
        return SyncIterator(method(*args, **kwargs), owner.__name__, name)

    return dress(twin, definition, name, "iterate over the same items", iterates=True)


class SyncIterator(Generic[R]):
    """Iterate over an asynchronous iterator from sync code, a batch of items per hop."""

    def __init__(self, source: AsyncIterator[R], owner: str, name: str) -> None:
        """Begin at the first item of what `owner.name()` gave; nothing runs before the first `next`."""
        self._source: AsyncIterator[R] | None = source
        self._owner = owner
        self._name = name
        self._items: Iterator[R] = iter(())
        self._batch_size = 1
        self._error: BaseException | None = None
        self._loop: Any = None
        self._turn = Lock()

    def __iter__(self) -> SyncIterator[R]:
        """Return the iterator itself."""
        return self

    def __next__(self) -> R:
        """Return the next item, taking a batch from the loop when none is at hand."""
        for item in self._items:
            return item
        error, self._error = self._error, None
        if error is not None:
            raise error
        source = self._source
        if source is None:
            raise StopIteration
        self._refuse_in_running_loop()
        if not self._turn.acquire(blocking=False):
            raise InterfaceError(
                "another thread is reading from this iterator: give each thread one of its own, or let one hand out"
            )
        try:
            self._items = iter(_run(self._take(source)))
        finally:
            self._turn.release()
        self._batch_size = min(self._batch_size * 2, _LARGEST_BATCH)
        return self.__next__()

    def close(self) -> None:
        """End the iteration and free what it holds."""
        source, self._source = self._source, None
        self._items = iter(())
        if source is not None and self._loop is not None:
            self._refuse_in_running_loop()
            _run(_close_source(source))

    async def _take(self, source: AsyncIterator[R]) -> list[R]:
        self._loop = _get_running_loop()
        items: list[R] = []
        try:
            while len(items) < self._batch_size:
                items.append(await source.__anext__())
        except StopAsyncIteration:
            self._source = None
        except Exception as error:
            # Raised where the program meets it: after the items that came before it.
            self._source = None
            self._error = error
        return items

    def _refuse_in_running_loop(self) -> None:
        if _get_running_loop() is not None:
            owner, name = self._owner, self._name
            raise SyncInAsyncContext(
                f"{owner}.{sync_name(name)}() cannot be iterated from async code in a running event loop: use "
                f"`async for` over {owner}.{name}() instead, or iterate in a worker thread."
            )

    def __del__(self) -> None:
        """Have the source closed on its loop, without waiting for it."""
        source, loop = self._source, self._loop
        if source is not None and loop is not None and loop.is_running():
            closing = _close_source(source)
            try:
                loop.call_soon_threadsafe(_start_task, loop, closing)
            except RuntimeError:
                closing.close()


_closing_tasks: set[Any] = set()


def _start_task(loop: Any, coroutine: Coroutine[Any, Any, None]) -> None:
    task = loop.create_task(coroutine)
    _closing_tasks.add(task)  # the loop itself holds tasks only weakly
    task.add_done_callback(_closing_tasks.discard)


async def _close_source(source: AsyncIterator[Any]) -> None:
    aclose = getattr(source, "aclose", None)
    if aclose is not None:
        await aclose()


def _refusal(self: object, short: str, name: str) -> SyncInAsyncContext:
    owner = (self if isinstance(self, type) else type(self)).__name__
    return SyncInAsyncContext(
        f"{owner}.{short}() cannot be called from async code in a running event loop: await {owner}.{name}() instead, "
        f"or call {short}() in a worker thread."
    )


def _is_method(function: Callable[..., Any]) -> bool:
    return "." in function.__qualname__.rpartition("<locals>.")[2]


def dress(
    twin: Callable[..., Any], definition: object, name: str, summary: str, *, iterates: bool = False
) -> Callable[..., Any]:
    """Make `twin` known as the sync twin of `name`: its name, place, signature and documentation."""
    functools.update_wrapper(twin, cast("Callable[..., Any]", definition))
    short = sync_name(name)
    rename(twin, getattr(definition, "__qualname__", name).rpartition(".")[0], short)
    documentation = getattr(definition, "__doc__", None)
    twin.__doc__ = f"Sync twin of `{name}`: {summary}." + (f"\n\n{documentation}" if documentation else "")
    _twins[twin] = TwinKind(name, iterates)
    return twin


def rename(function: Callable[..., Any], place: str, name: str) -> None:
    """Name `function` as the attribute `name` of `place`, where pickle and tracebacks will look for it."""
    function.__name__ = name
    function.__qualname__ = f"{place}.{name}" if place else name


class TwinKind(NamedTuple):
    """What a sync twin is the twin of: the coroutine's name, and whether it gives an iterator."""

    name: str
    iterates: bool


# Known by identity, because functools.wraps copies a function's attributes onto whatever wraps it.
_twins: WeakKeyDictionary[Callable[..., Any], TwinKind] = WeakKeyDictionary()


def twin_kind(value: object) -> TwinKind | None:
    """Tell what `value` is the sync twin of, or `None` if it is no twin."""
    return _twins.get(value) if isinstance(value, FunctionType) else None
