"""Blocks that change something of the process and set it back: the same on both faces, also as decorators."""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from aorm.mapping.registry import isolated_apps
from aorm.settings import settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from types import TracebackType

    from aorm.mapping.registry import Apps
    from aorm.settings import Settings

__all__ = ["PlainBlock", "isolated_models", "override_settings"]

T = TypeVar("T")
F = TypeVar("F", bound="Callable[..., Any]")


class PlainBlock(Generic[T]):
    """A block that performs no I/O: `with`, `async with`, or a decorator of functions and coroutine functions."""

    def __init__(self, make: Callable[[], AbstractContextManager[T]]) -> None:
        """Enter what `make` gives, made anew for each entry."""
        self._make = make
        self._entered: list[AbstractContextManager[T]] = []

    def __enter__(self) -> T:
        """Enter the block."""
        block = self._make()
        value = block.__enter__()
        self._entered.append(block)
        return value

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool | None:
        """Leave it, and set back what it changed."""
        return self._entered.pop().__exit__(kind, error, traceback)

    async def __aenter__(self) -> T:
        """Enter the block."""
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool | None:
        """Leave it, and set back what it changed."""
        return self.__exit__(kind, error, traceback)

    def __call__(self, function: F) -> F:
        """Decorate a function or a coroutine function: each call runs in the block.

        Raises `TypeError` for a class, which would be used outside of the block.
        """
        if inspect.isclass(function):
            raise TypeError(f"decorate the functions of {function.__qualname__}, not the class")
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def awaited(*args: Any, **kwargs: Any) -> Any:
                with self._make():
                    return await function(*args, **kwargs)

            return cast("F", awaited)

        @functools.wraps(function)
        def called(*args: Any, **kwargs: Any) -> Any:
            with self._make():
                return function(*args, **kwargs)

        return cast("F", called)


def isolated_models() -> PlainBlock[Apps]:
    """Let models declared in the block join a registry of their own, which the block gives.

    They may have names that other models have, and leave no trace: `with isolated_models() as apps: ...`. Relations to
    models of outside are declared by class, not by name, and their other ends do not appear on those models.
    """
    return PlainBlock(isolated_apps)


def override_settings(**values: object) -> PlainBlock[Settings]:
    """Change settings for a block: `with override_settings(use_tz=False): ...`.

    They are the process's settings, so other threads and tasks see the change as well.
    """
    return PlainBlock(lambda: settings.override(**values))
