"""Where in the program something was opened, for messages: file and line of the nearest frame outside of aorm."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

__all__ = ["calling_place"]

_SKIPPED = ("aorm", "contextlib")


def calling_place(depth: int = 1) -> tuple[str, int]:
    """Return file and line of the nearest caller that is not aorm's own."""
    frame: FrameType | None = sys._getframe(depth)
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        if module.partition(".")[0] not in _SKIPPED:
            return frame.f_code.co_filename, frame.f_lineno
        frame = frame.f_back
    return "", 0
