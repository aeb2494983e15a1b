"""The portal: the thread and the event loop on which plain sync code runs its coroutines.

There is one per process, started by the first sync call that has no other loop to go to. It is closed when the
interpreter exits, within a bound and in silence; a forked child gets its own.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from aorm.exceptions import InterfaceError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

__all__ = ["Portal", "get_portal", "register_close"]

# What closing may take, in seconds: the callbacks, then the tasks that are left, then the thread.
EXIT_LIMITS = (0.6, 0.2, 0.15)


class Portal:
    """The daemon thread `aorm-portal` and its event loop, on which plain sync code runs its coroutines."""

    def __init__(self) -> None:
        """Start the thread."""
        self.pid = os.getpid()
        self.loop = asyncio.new_event_loop()
        self._stopped: asyncio.Future[None] = self.loop.create_future()
        self.thread = threading.Thread(target=self._serve, name="aorm-portal", daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        # Not run_forever: anyio looks for the task that run_until_complete runs, to tie worker threads to it.
        try:
            self.loop.run_until_complete(self._stay())
            self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        finally:
            self.loop.close()

    async def _stay(self) -> None:
        self._staying = asyncio.current_task()
        await self._stopped

    def close(self) -> None:
        """Run the close callbacks, cancel what is left, end the thread; bounded and silent."""
        closing, cancelling, joining = EXIT_LIMITS
        try:
            self.loop.call_soon_threadsafe(self._begin_shutdown)
        except RuntimeError:
            return
        self.thread.join(closing + cancelling + joining)

    def _begin_shutdown(self) -> None:
        self.loop.set_exception_handler(lambda loop, context: None)
        self._shutdown_task = self.loop.create_task(self._shutdown())

    async def _shutdown(self) -> None:
        closing, cancelling, _ = EXIT_LIMITS
        closers = {asyncio.ensure_future(_run_quietly(callback)) for callback in tuple(_close_callbacks)}
        if closers:
            await asyncio.wait(closers, timeout=closing)
        left = asyncio.all_tasks() - {self._staying, asyncio.current_task()}
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left, timeout=cancelling)
        self._stopped.set_result(None)


_portal: Portal | None = None
_portal_lock = threading.Lock()
_close_callbacks: list[Callable[[], Awaitable[None]]] = []
# Portals that a forked child inherited and must not touch: kept, so that nothing of them is finalised there.
_inherited: list[Portal] = []


def get_portal() -> Portal:
    """Return the portal of this process, started on first use.

    Raises `InterfaceError` when the interpreter is being taken down, where a thread could be started but never runs.
    """
    portal = _portal
    if portal is not None and portal.pid == os.getpid() and not portal.loop.is_closed():
        return portal
    return _start_portal()


def _start_portal() -> Portal:
    global _portal
    with _portal_lock:
        if _portal is None or _portal.pid != os.getpid() or _portal.loop.is_closed():
            if sys.is_finalizing():
                raise InterfaceError("the interpreter is shutting down: databases can no longer be asked")
            _portal = Portal()
        return _portal


def register_close(callback: Callable[[], Awaitable[None]]) -> None:
    """Have `callback` awaited on the portal's loop when the interpreter exits.

    Pools whose connections live on that loop are closed this way. All callbacks share one time limit, and what they
    raise is dropped: at exit there is nobody left to tell.
    """
    _close_callbacks.append(callback)


async def _run_quietly(callback: Callable[[], Awaitable[None]]) -> None:
    with suppress(Exception):
        await callback()


def _close_at_exit() -> None:
    if _portal is not None and _portal.pid == os.getpid():
        _portal.close()


def _forget_in_child() -> None:
    """Start afresh in a forked child: threads do not survive a fork, and the sockets belong to the parent."""
    global _portal, _portal_lock
    if _portal is not None:
        _inherited.append(_portal)
        _portal = None
    _portal_lock = threading.Lock()


atexit.register(_close_at_exit)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_in_child)
