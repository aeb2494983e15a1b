"""What drivers over a network do with the sockets below their transports."""

from __future__ import annotations

import contextlib
import select
import socket
from typing import Any

__all__ = ["close_without_loop", "keep_alive", "poller_for"]

_KEEPALIVE = (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3), ("TCP_USER_TIMEOUT", 15_000))


def keep_alive(transport: Any) -> None:
    """Have the kernel notice a dead link: keepalive 30/10/3, and 15 s for data that nobody acknowledges."""
    handle = transport.get_extra_info("socket") if transport is not None else None
    if handle is None or handle.family not in (socket.AF_INET, socket.AF_INET6):
        return
    with contextlib.suppress(OSError):
        handle.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _KEEPALIVE:
            if hasattr(socket, name):
                handle.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def poller_for(transport: Any) -> Any:
    """Return a poll object that tells whether a transport's socket has something to read; None where there is none."""
    handle = transport.get_extra_info("socket") if transport is not None else None
    if handle is None or not hasattr(select, "poll"):
        return None
    poller = select.poll()
    poller.register(handle.fileno(), select.POLLIN)
    return poller


def close_without_loop(transport: Any) -> None:
    """Close the socket of a transport whose event loop is gone, and keep the transport from warning about it.

    `transport.abort()` would call the dead loop; in a forked child it would also take the socket out of the selector
    that the parent still uses. asyncio offers no other way than its own attributes; uvloop closes by itself.
    """
    if transport is None:
        return
    handle = getattr(transport.get_extra_info("socket"), "_sock", None)
    with contextlib.suppress(OSError):
        if handle is not None:
            handle.close()
    inner = getattr(getattr(transport, "_ssl_protocol", None), "_transport", None)
    for one in (transport, inner):
        if one is None:
            continue
        for name, value in (("_sock", None), ("_closed", True), ("_closing", True)):
            if hasattr(one, name):
                with contextlib.suppress(AttributeError, TypeError):
                    setattr(one, name, value)
