"""Times of day."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal, overload

from aorm import timezone
from aorm.expressions.functions.temporal import ExtractHour, ExtractMinute, ExtractSecond
from aorm.fields.annotations import TimeGet, TimeSet
from aorm.fields.base import Field
from aorm.fields.choices import plain
from aorm.fields.dateparse import parse_time
from aorm.fields.temporal import AutoNowMixin, moment_is_near_now, naive_in_utc

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Unpack

    from aorm.fields.annotations import FieldOptions, Label, Time


class TimeField(AutoNowMixin, Field[TimeSet, TimeGet]):
    """A time of day, without zone."""

    lookups: ClassVar[Mapping[str, Any]] = {"hour": ExtractHour, "minute": ExtractMinute, "second": ExtractSecond}
    empty_strings_allowed = False
    default_error_messages: ClassVar[Mapping[str, Any]] = {
        "invalid": "“%(value)s” value has an invalid format. It must be in HH:MM[:ss[.uuuuuu]] format.",
        "invalid_time": "“%(value)s” value has the correct format (HH:MM[:ss[.uuuuuu]]) but it is an invalid time.",
    }
    description = "Time"

    if TYPE_CHECKING:

        @overload
        def __init__(
            self: TimeField[Time, datetime.time],
            verbose_name: Label | None = None,
            name: str | None = None,
            auto_now: bool = False,
            auto_now_add: bool = False,
            *,
            null: Literal[False] = False,
            **options: Unpack[FieldOptions],
        ) -> None: ...
        @overload
        def __init__(
            self: TimeField[Time | None, datetime.time | None],
            verbose_name: Label | None = None,
            name: str | None = None,
            auto_now: bool = False,
            auto_now_add: bool = False,
            *,
            null: bool,
            **options: Unpack[FieldOptions],
        ) -> None: ...
        @overload
        def __init__(
            self,
            verbose_name: Label | None = None,
            name: str | None = None,
            auto_now: bool = False,
            auto_now_add: bool = False,
            *,
            null: bool = False,
            **options: Unpack[FieldOptions],
        ) -> None: ...
        def __init__(self, *args: Any, **options: Any) -> None: ...

    def get_internal_type(self) -> str:
        """Return the name of the field class whose column type this one has."""
        return "TimeField"

    def present(self) -> datetime.time:
        """Return the present time of day in the time zone of the settings, whatever that of the process is."""
        return datetime.datetime.now(timezone.get_default_timezone()).time()

    def to_python(self, value: Any) -> Any:
        """Return the value as a time, from a time, a datetime or a text; None stays."""
        if value is None or isinstance(value, datetime.time):
            return value
        if isinstance(value, datetime.datetime):
            return value.time()
        try:
            parsed = parse_time(value)
        except ValueError:
            raise self.error("invalid_time", value=value) from None
        if parsed is None:
            raise self.error("invalid", value=value)
        return parsed

    def get_prep_value(self, value: Any) -> Any:
        """Return the value as a time without zone; None stays.

        Raises:
            ValueError: the time has a zone.
        """
        if value is None:
            return None
        if value.__class__ is not datetime.time or self.has_own_to_python:
            value = self.to_python(plain(value))
        if isinstance(value, datetime.time) and value.tzinfo is not None:
            raise ValueError(f"TimeField {self.label} does not support timezone-aware times: {value}.")
        return value

    def _is_near_now(self, value: object) -> bool:
        if isinstance(value, datetime.time):
            value = datetime.datetime.combine(naive_in_utc(timezone.now()).date(), value)
        return isinstance(value, datetime.datetime) and moment_is_near_now(value)
