"""Aware and naive datetimes, and the time zone in which people are shown them.

The current time zone belongs to the context: a task or a sync call that activates one changes nothing for others, and
child tasks begin with that of their parent. Where none is active, `settings.time_zone` is current.
"""

from __future__ import annotations

import contextlib
import datetime
from contextlib import ContextDecorator
from contextvars import ContextVar, Token
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aorm.settings import settings

__all__ = [
    "activate",
    "deactivate",
    "get_current_timezone",
    "get_current_timezone_name",
    "get_default_timezone",
    "get_default_timezone_name",
    "get_fixed_timezone",
    "is_aware",
    "is_naive",
    "localdate",
    "localtime",
    "make_aware",
    "make_naive",
    "now",
    "override",
]

_active: ContextVar[datetime.tzinfo | None] = ContextVar("aorm_timezone", default=None)
# The zone of the settings, held so that its file is read when it is set and not when an event loop asks for it.
_held: list[ZoneInfo] = []


def _hold_default(names: frozenset[str]) -> None:
    if "time_zone" in names:
        # A name that is wrong is refused where the zone is used.
        with contextlib.suppress(ZoneInfoNotFoundError, ValueError):
            _held[:] = [ZoneInfo(settings.time_zone)]


_hold_default(frozenset({"time_zone"}))
settings.add_listener(_hold_default)


def now() -> datetime.datetime:
    """Return this moment: aware, in UTC, or naive, in the zone of the settings, where `settings.use_tz` is off."""
    if settings.use_tz:
        return datetime.datetime.now(datetime.UTC)
    return datetime.datetime.now(get_default_timezone()).replace(tzinfo=None)


def get_default_timezone() -> datetime.tzinfo:
    """Return the time zone of the settings."""
    return ZoneInfo(settings.time_zone)


def get_default_timezone_name() -> str:
    """Return the name of the time zone of the settings."""
    return _name_of(get_default_timezone())


def get_current_timezone() -> datetime.tzinfo:
    """Return the time zone that is active in this context, else that of the settings."""
    return _active.get() or get_default_timezone()


def get_current_timezone_name() -> str:
    """Return the name of the current time zone."""
    return _name_of(get_current_timezone())


def _name_of(timezone: datetime.tzinfo) -> str:
    return timezone.tzname(None) or str(timezone)


def get_fixed_timezone(offset: datetime.timedelta | int) -> datetime.timezone:
    """Return the time zone that is always `offset` (minutes, or a timedelta) ahead of UTC, named like "+0530"."""
    minutes = offset // datetime.timedelta(minutes=1) if isinstance(offset, datetime.timedelta) else offset
    hours, rest = divmod(abs(minutes), 60)
    return datetime.timezone(datetime.timedelta(minutes=minutes), f"{'-' if minutes < 0 else '+'}{hours:02d}{rest:02d}")


def _as_timezone(timezone: datetime.tzinfo | str) -> datetime.tzinfo:
    if isinstance(timezone, datetime.tzinfo):
        return timezone
    if isinstance(timezone, str):
        return ZoneInfo(timezone)
    raise ValueError(f"Invalid timezone: {timezone!r}")


def activate(timezone: datetime.tzinfo | str) -> None:
    """Make a time zone, given as `tzinfo` or by name, current in this context."""
    _active.set(_as_timezone(timezone))


def deactivate() -> None:
    """Make the time zone of the settings current again in this context."""
    _active.set(None)


class override(ContextDecorator):
    """Make a time zone current for a block or a function; `None` stands for that of the settings."""

    def __init__(self, timezone: datetime.tzinfo | str | None) -> None:
        """Keep the time zone for the block."""
        self.timezone = timezone
        self._tokens: list[Token[datetime.tzinfo | None]] = []

    def __enter__(self) -> None:
        """Make the time zone current."""
        self._tokens.append(_active.set(None if self.timezone is None else _as_timezone(self.timezone)))

    def __exit__(self, *exc_info: object) -> None:
        """Make current again what was so before."""
        _active.reset(self._tokens.pop())


def is_aware(value: datetime.datetime | datetime.time) -> bool:
    """Tell whether a datetime says what its offset from UTC is."""
    return value.utcoffset() is not None


def is_naive(value: datetime.datetime | datetime.time) -> bool:
    """Tell whether a datetime leaves open what its offset from UTC is."""
    return value.utcoffset() is None


def make_aware(value: datetime.datetime, timezone: datetime.tzinfo | None = None) -> datetime.datetime:
    """Return a naive datetime as one of the given or the current time zone; `fold` decides where a clock went back."""
    if is_aware(value):
        raise ValueError(f"make_aware expects a naive datetime, got {value}")
    return value.replace(tzinfo=timezone or get_current_timezone())


def make_naive(value: datetime.datetime, timezone: datetime.tzinfo | None = None) -> datetime.datetime:
    """Return what clocks in the given or the current time zone show at an aware datetime."""
    if is_naive(value):
        raise ValueError("make_naive() cannot be applied to a naive datetime")
    return value.astimezone(timezone or get_current_timezone()).replace(tzinfo=None)


def localtime(value: datetime.datetime | None = None, timezone: datetime.tzinfo | None = None) -> datetime.datetime:
    """Return an aware datetime, or this moment, in the given or the current time zone."""
    value = now() if value is None else value
    if is_naive(value):
        raise ValueError("localtime() cannot be applied to a naive datetime")
    return value.astimezone(timezone or get_current_timezone())


def localdate(value: datetime.datetime | None = None, timezone: datetime.tzinfo | None = None) -> datetime.date:
    """Return the date of `localtime`."""
    return localtime(value, timezone).date()
