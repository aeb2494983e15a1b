"""Functions on dates and times for SQLite, which are stored as texts; stored datetimes are in UTC.

Names and arguments of the ``django_`` functions are Django's: indexes and checks in a database may call them.
"""

from __future__ import annotations

import datetime
import zoneinfo
from typing import TYPE_CHECKING, Any

from aorm.dialects.base.functions import split_zone
from aorm.dialects.base.types import microseconds

if TYPE_CHECKING:
    from aorm.dialects.sqlite.scalar_functions import Scalar

DAY = 86_400_000_000


def parse(text: Any, zone: str | None = None, stored: str | None = None) -> datetime.datetime | None:
    """Return the datetime or date of a text, None if it is none; in local time of a zone where one is given."""
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is not None:
        moment = moment.astimezone(datetime.UTC).replace(tzinfo=None)
    if stored:
        moment = moment.replace(tzinfo=zoneinfo.ZoneInfo(stored))
    if zone is None or zone == stored:
        return moment
    name, sign, offset = split_zone(zone)
    if offset:
        moment += _offset(sign, offset)
    return moment.astimezone(zoneinfo.ZoneInfo(name or stored or "UTC"))


def _offset(sign: str, offset: str) -> datetime.timedelta:
    hours, minutes, *_ = offset.split(":")
    delta = datetime.timedelta(hours=int(hours), minutes=int(minutes))
    return delta if sign == "+" else -delta


def parse_time(text: Any) -> datetime.time | None:
    """Return the time of day of a text; None if there is none in it."""
    try:
        return datetime.time.fromisoformat(text)
    except (TypeError, ValueError):
        return None


def extract(part: str, text: Any, zone: str | None = None, stored: str | None = None) -> int | None:
    """Return a part of a datetime or date as a number."""
    moment = parse(text, zone, stored)
    if moment is None:
        return None
    match part:
        case "week_day":
            return moment.isoweekday() % 7 + 1
        case "iso_week_day":
            return moment.isoweekday()
        case "week":
            return moment.isocalendar().week
        case "iso_year":
            return moment.isocalendar().year
        case "quarter":
            return (moment.month + 2) // 3
        case _:
            return int(getattr(moment, part))


def extract_from_date(part: str, text: Any) -> int | None:
    """Return a part of a date as a number."""
    return extract(part, text)


def extract_from_time(part: str, text: Any) -> int | None:
    """Return a part of a time of day as a number."""
    moment = parse_time(text)
    return None if moment is None else int(getattr(moment, part))


def first_day(kind: str, moment: datetime.date) -> datetime.date:
    """Return the first day of the period that a day is in."""
    match kind:
        case "year":
            return moment.replace(month=1, day=1)
        case "quarter":
            return moment.replace(month=moment.month - (moment.month - 1) % 3, day=1)
        case "month":
            return moment.replace(day=1)
        case "week":
            return moment - datetime.timedelta(days=moment.weekday())
        case "day":
            return moment
        case _:
            raise ValueError(f"Unsupported lookup type: {kind!r}")


def floor_time(kind: str, moment: datetime.time) -> str:
    """Return a time of day cut to hours, minutes or seconds."""
    match kind:
        case "hour":
            return f"{moment.hour:02d}:00:00"
        case "minute":
            return f"{moment.hour:02d}:{moment.minute:02d}:00"
        case "second":
            return f"{moment.hour:02d}:{moment.minute:02d}:{moment.second:02d}"
        case _:
            raise ValueError(f"Unsupported lookup type: {kind!r}")


def truncate(kind: str, text: Any, zone: str | None, stored: str | None) -> str | None:
    """Return a datetime cut to a kind, without its zone."""
    moment = parse(text, zone, stored)
    if moment is None:
        return None
    if kind in ("hour", "minute", "second"):
        return f"{moment.date().isoformat()} {floor_time(kind, moment.time())}"
    return f"{first_day(kind, moment.date()).isoformat()} 00:00:00"


def truncate_to_date(kind: str, text: Any, zone: str | None, stored: str | None) -> str | None:
    """Return the first day of the period that a date or datetime is in."""
    moment = parse(text, zone, stored)
    return None if moment is None else first_day(kind, moment.date()).isoformat()


def truncate_to_time(kind: str, text: Any, zone: str | None, stored: str | None) -> str | None:
    """Return the time of day of a datetime or time, cut to a kind."""
    moment = parse(text, zone, stored)
    time = parse_time(text) if moment is None else moment.time()
    return None if time is None else floor_time(kind, time)


def date_of(text: Any, zone: str | None, stored: str | None) -> str | None:
    """Return the date of a datetime in a zone."""
    moment = parse(text, zone, stored)
    return None if moment is None else moment.date().isoformat()


def time_of(text: Any, zone: str | None, stored: str | None) -> str | None:
    """Return the time of day of a datetime in a zone."""
    moment = parse(text, zone, stored)
    return None if moment is None else moment.time().isoformat()


def time_difference(left: Any, right: Any) -> int | None:
    """Return the microseconds between two times of day."""
    later, earlier = parse_time(left), parse_time(right)
    return None if later is None or earlier is None else _since_midnight(later) - _since_midnight(earlier)


def difference(left: Any, right: Any) -> int | None:
    """Return the microseconds between two datetimes or dates."""
    later, earlier = parse(left), parse(right)
    return None if later is None or earlier is None else microseconds(later - earlier)


def move(text: Any, duration: Any) -> str | None:
    """Return a datetime or date moved by microseconds; a date stays one as long as it is midnight."""
    moment = parse(text)
    if moment is None or duration is None:
        return None
    try:
        moved = moment + datetime.timedelta(microseconds=duration)
    except OverflowError:
        return None
    if len(text) == 10 and moved.time() == datetime.time():
        return moved.date().isoformat()
    return moved.isoformat(" ")


def move_time(text: Any, duration: Any) -> str | None:
    """Return a time of day moved by microseconds, going on at midnight from the start, as in PostgreSQL."""
    moment = parse_time(text)
    if moment is None or duration is None:
        return None
    shifted = datetime.datetime.min + datetime.timedelta(microseconds=(_since_midnight(moment) + duration) % DAY)
    return shifted.time().isoformat()


def _since_midnight(moment: datetime.time) -> int:
    return ((moment.hour * 60 + moment.minute) * 60 + moment.second) * 1_000_000 + moment.microsecond


SCALARS: tuple[Scalar, ...] = (
    ("django_date_extract", 2, extract_from_date),
    ("django_date_trunc", 4, truncate_to_date),
    ("django_datetime_cast_date", 3, date_of),
    ("django_datetime_cast_time", 3, time_of),
    ("django_datetime_extract", 4, extract),
    ("django_datetime_trunc", 4, truncate),
    ("django_time_extract", 2, extract_from_time),
    ("django_time_trunc", 4, truncate_to_time),
    ("django_time_diff", 2, time_difference),
    ("django_timestamp_diff", 2, difference),
    ("aorm_move_timestamp", 2, move),
    ("aorm_move_time", 2, move_time),
)
