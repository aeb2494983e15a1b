"""Which transaction the current context is in: one context variable from alias to the innermost block entered here.

Only the binding halves of `atomic`, `detached` and `set_autocommit` write it, always in the caller's own context, never
in a coroutine that a sync twin may call, and never after an await.
"""

from __future__ import annotations

from contextvars import ContextVar
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aorm.database.transaction import Block

__all__ = ["Detached", "bind", "bound", "current", "detached", "hidden"]

_NOTHING: Mapping[str, Block] = MappingProxyType({})

bound: ContextVar[Mapping[str, Block]] = ContextVar("aorm_bound", default=_NOTHING)
"""Alias -> the innermost block that this context has entered."""

hidden: ContextVar[Mapping[str, Block]] = ContextVar("aorm_hidden", default=_NOTHING)
"""The blocks that `detached()` has put aside: their connections cannot come free while this context waits for one."""


def current(alias: str) -> Block | None:
    """Return the innermost block that this context has entered, open or not; None outside."""
    block = bound.get().get(alias)
    if block is not None and block.is_abandoned:
        while block is not None and block.is_abandoned:
            block = block.parent
        bind(alias, block)
    return block


def bind(alias: str, block: Block | None) -> None:
    """Make `block` the current one of `alias`, or none, in this context."""
    blocks = dict(bound.get())
    if block is None:
        blocks.pop(alias, None)
    else:
        blocks[alias] = block
    bound.set(blocks)


class Detached:
    """A block in which no transaction of its surroundings holds: every statement uses a connection of its own."""

    def __init__(self) -> None:
        """Prepare to put aside what will be bound on entering."""
        self._before: list[tuple[Mapping[str, Block], Mapping[str, Block]]] = []

    def __enter__(self) -> None:
        """Put the context's transactions aside."""
        before = bound.get(), hidden.get()
        self._before.append(before)
        hidden.set({**before[1], **before[0]})
        bound.set(_NOTHING)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Take them up again."""
        blocks, put_aside = self._before.pop()
        bound.set(blocks)
        hidden.set(put_aside)

    async def __aenter__(self) -> None:
        """Put the context's transactions aside."""
        self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Take them up again."""
        self.__exit__(kind, error, traceback)


def detached() -> Detached:
    """Leave the surrounding transactions for a block: `async with aorm.detached(): ...`, or `with`.

    Statements inside take connections of their own and are committed at once, or by their own `atomic()`. When the pool
    is full, `WouldDeadlock` is raised instead of waiting for a connection that the surrounding transaction holds.
    """
    return Detached()
