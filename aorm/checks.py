"""Messages of the checks that look over models before they are used; `aorm.check()` collects and returns them."""

# ruff: noqa: A002 - `id` is Django's name for it, and part of the contract

from __future__ import annotations

from typing import Any

__all__ = [
    "CRITICAL",
    "DEBUG",
    "ERROR",
    "INFO",
    "WARNING",
    "CheckMessage",
    "Critical",
    "Debug",
    "Error",
    "Info",
    "Warning",
]

DEBUG = 10
INFO = 20
WARNING = 30
ERROR = 40
CRITICAL = 50


class CheckMessage:
    """One finding: how grave it is, what it is about, what is wrong, and how to mend it.

    `id` is the stable name of the check ("fields.E001"), `obj` the model, field or other thing that was checked, `hint`
    what to do about it.
    """

    def __init__(self, level: int, msg: str, hint: str | None = None, obj: Any = None, id: str | None = None) -> None:
        """Keep the finding; raises `TypeError` when the level is no number."""
        if not isinstance(level, int):
            raise TypeError("The first argument should be level.")
        self.level = level
        self.msg = msg
        self.hint = hint
        self.obj = obj
        self.id = id

    def is_serious(self, level: int = ERROR) -> bool:
        """Tell whether the finding is at least as grave as `level`."""
        return self.level >= level

    def _key(self) -> tuple[object, ...]:
        return (self.level, self.msg, self.hint, self.obj, self.id)

    def __eq__(self, other: object) -> bool:
        """Compare by everything that the finding says."""
        return isinstance(other, self.__class__) and self._key() == other._key()

    __hash__ = None  # type: ignore[assignment]

    def __str__(self) -> str:
        """Say it in a line, and a second one for the hint."""
        if self.obj is None:
            about = "?"
        elif isinstance(self.obj, type) and hasattr(self.obj, "_meta"):
            about = self.obj._meta.label
        else:
            about = str(self.obj)
        name = f"({self.id}) " if self.id else ""
        hint = f"\n\tHINT: {self.hint}" if self.hint else ""
        return f"{about}: {name}{self.msg}{hint}"

    def __repr__(self) -> str:
        """Show every part."""
        return (
            f"<{type(self).__name__}: level={self.level!r}, msg={self.msg!r}, hint={self.hint!r}, obj={self.obj!r}, "
            f"id={self.id!r}>"
        )


class Debug(CheckMessage):
    """A finding of interest only to who writes checks."""

    def __init__(self, msg: str, hint: str | None = None, obj: Any = None, id: str | None = None) -> None:
        """Keep the finding at the level `DEBUG`."""
        super().__init__(DEBUG, msg, hint, obj, id)


class Info(CheckMessage):
    """A finding that needs no action."""

    def __init__(self, msg: str, hint: str | None = None, obj: Any = None, id: str | None = None) -> None:
        """Keep the finding at the level `INFO`."""
        super().__init__(INFO, msg, hint, obj, id)


class Warning(CheckMessage):
    """A finding that may mean trouble."""

    def __init__(self, msg: str, hint: str | None = None, obj: Any = None, id: str | None = None) -> None:
        """Keep the finding at the level `WARNING`."""
        super().__init__(WARNING, msg, hint, obj, id)


class Error(CheckMessage):
    """A finding that will not work."""

    def __init__(self, msg: str, hint: str | None = None, obj: Any = None, id: str | None = None) -> None:
        """Keep the finding at the level `ERROR`."""
        super().__init__(ERROR, msg, hint, obj, id)


class Critical(CheckMessage):
    """A finding that must stop the program."""

    def __init__(self, msg: str, hint: str | None = None, obj: Any = None, id: str | None = None) -> None:
        """Keep the finding at the level `CRITICAL`."""
        super().__init__(CRITICAL, msg, hint, obj, id)
