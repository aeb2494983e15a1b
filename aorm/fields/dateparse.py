"""Read dates, times and durations from text, in ISO 8601 and in the looser forms that Django reads.

Each function returns None for text of another form, and raises ValueError for a well formed text that names no date,
time or duration.
"""

from __future__ import annotations

import datetime
import re

_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})$")
_CLOCK = r"(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d{1,6})\d{0,6})?)?"
_TIME = re.compile(rf"{_CLOCK}$")
_DATETIME = re.compile(rf"(\d{{4}})-(\d{{1,2}})-(\d{{1,2}})[T ]{_CLOCK}\s*(Z|[+-]\d{{2}}(?::?\d{{2}})?)?$")
# 4 days, -1:02:03.5: the sign belongs to the clock, the days have their own.
_PLAIN_DURATION = re.compile(
    r"^(?:(?P<days>-?\d+) (?:days?, )?)?(?P<sign>-?)"
    r"(?:(?P<hours>\d+):(?=\d+:\d+))?(?:(?P<minutes>\d+):)?(?P<seconds>\d+)(?:[.,](?P<fraction>\d{1,6})\d{0,6})?$"
)
_ISO_NUMBER = r"\d+(?:[.,]\d+)?"
_ISO_DURATION = re.compile(
    rf"^(?P<sign>[-+]?)P(?:(?P<weeks>{_ISO_NUMBER})W)?(?:(?P<days>{_ISO_NUMBER})D)?"
    rf"(?:T(?:(?P<hours>{_ISO_NUMBER})H)?(?:(?P<minutes>{_ISO_NUMBER})M)?(?:(?P<seconds>{_ISO_NUMBER})S)?)?$"
)
_DAY_TIME_INTERVAL = re.compile(
    r"^(?:(?P<days>-?\d+) (?:days? ?))?"
    r"(?:(?P<sign>[-+])?(?P<hours>\d+):(?P<minutes>\d\d):(?P<seconds>\d\d)(?:\.(?P<fraction>\d{1,6}))?)?$"
)


def _clock(hour: str, minute: str, second: str | None, fraction: str | None) -> tuple[int, int, int, int]:
    return int(hour), int(minute), int(second or 0), int((fraction or "0").ljust(6, "0"))


def parse_date(value: str) -> datetime.date | None:
    """Return the date that the text names."""
    try:
        return datetime.date.fromisoformat(value)
    except ValueError:
        match = _DATE.match(value)
        return None if match is None else datetime.date(int(match[1]), int(match[2]), int(match[3]))


def parse_time(value: str) -> datetime.time | None:
    """Return the time of day that the text names; an offset from UTC is dropped where ISO 8601 allows one."""
    try:
        return datetime.time.fromisoformat(value).replace(tzinfo=None)
    except ValueError:
        match = _TIME.match(value)
        return None if match is None else datetime.time(*_clock(match[1], match[2], match[3], match[4]))


def parse_datetime(value: str) -> datetime.datetime | None:
    """Return the moment that the text names, aware if it gives an offset from UTC."""
    try:
        return datetime.datetime.fromisoformat(value)
    except ValueError:
        match = _DATETIME.match(value)
        if match is None:
            return None
        day = int(match[1]), int(match[2]), int(match[3])
        return datetime.datetime(*day, *_clock(match[4], match[5], match[6], match[7]), tzinfo=_offset(match[8]))


def _offset(text: str | None) -> datetime.tzinfo | None:
    if text is None:
        return None
    if text == "Z":
        return datetime.UTC
    minutes = 60 * int(text[1:3]) + (int(text[-2:]) if len(text) > 3 else 0)
    return datetime.timezone(datetime.timedelta(minutes=-minutes if text[0] == "-" else minutes))


def parse_duration(value: str) -> datetime.timedelta | None:
    """Return the duration that the text names.

    Reads ``[days] [[hours:]minutes:]seconds[.fraction]``, ISO 8601 without years and months, and PostgreSQL's
    day-time intervals.
    """
    match = _PLAIN_DURATION.match(value) or _ISO_DURATION.match(value) or _DAY_TIME_INTERVAL.match(value)
    if match is None:
        return None
    parts = match.groupdict()
    sign = -1 if parts.pop("sign") == "-" else 1
    fraction = parts.pop("fraction", None)
    numbers = {unit: float(text.replace(",", ".")) for unit, text in parts.items() if text is not None}
    if fraction is not None:
        numbers["microseconds"] = float(fraction.ljust(6, "0"))
    days = datetime.timedelta(numbers.pop("days", 0.0))
    # ISO's sign is that of the whole duration, the others' that of the clock.
    return (days * sign if match.re is _ISO_DURATION else days) + sign * datetime.timedelta(**numbers)


def duration_string(duration: datetime.timedelta) -> str:
    """Return the duration as ``[days ]hours:minutes:seconds[.fraction]``, which `parse_duration` reads."""
    minutes, seconds = divmod(duration.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    text = f"{hours:02d}:{minutes:02d}:{seconds:02d}"
    if duration.days:
        text = f"{duration.days} {text}"
    return f"{text}.{duration.microseconds:06d}" if duration.microseconds else text
