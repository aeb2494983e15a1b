"""Dates and moments."""

from __future__ import annotations

import datetime
import warnings
from typing import TYPE_CHECKING, Any, ClassVar, Literal, overload

from aorm import checks, timezone
from aorm.bridge import add_twins
from aorm.expressions.functions.temporal import (
    ExtractDay,
    ExtractHour,
    ExtractIsoWeekDay,
    ExtractIsoYear,
    ExtractMinute,
    ExtractMonth,
    ExtractQuarter,
    ExtractSecond,
    ExtractWeek,
    ExtractWeekDay,
    ExtractYear,
    TruncDate,
    TruncTime,
)
from aorm.fields.annotations import DateGet, DateSet, DateTimeGet, DateTimeSet
from aorm.fields.base import Field
from aorm.fields.checking import FieldChecks
from aorm.fields.choices import plain
from aorm.fields.dateparse import parse_date, parse_datetime
from aorm.settings import settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Unpack

    from aorm.fields.annotations import Date, DateTime, FieldOptions, Label

NEAR_NOW = datetime.timedelta(seconds=10)


def naive_in_utc(value: datetime.datetime) -> datetime.datetime:
    """Return the moment without zone, in UTC if it had one."""
    return timezone.make_naive(value, datetime.UTC) if timezone.is_aware(value) else value


class AutoNowMixin(FieldChecks):
    """Let a field take the present: at each save by `auto_now`, at the first by `auto_now_add`."""

    auto_now: bool
    auto_now_add: bool

    def __init__(
        self,
        verbose_name: Any = None,
        name: str | None = None,
        auto_now: bool = False,
        auto_now_add: bool = False,
        **options: Any,
    ) -> None:
        """A field that takes the present is not edited."""
        self.auto_now = auto_now
        self.auto_now_add = auto_now_add
        if auto_now or auto_now_add:
            options["editable"] = False
            options["blank"] = True
        super().__init__(verbose_name, name, **options)

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        """Check the declaration; only one source of values, and no default that was fixed when the program began."""
        found = super().check(**kwargs)
        sources = (self.auto_now_add, self.auto_now, self.has_default())
        if sum(source not in (None, False) for source in sources) > 1:
            text = (
                "The options auto_now, auto_now_add, and default are mutually exclusive. "
                "Only one of these options may be present."
            )
            found.append(checks.Error(text, obj=self, id="fields.E160"))
        if self.has_default() and self._is_near_now(self.default):
            hint = (
                "It seems you set a fixed date / time / datetime value as default for this field. This may not be what "
                "you want. If you want to have the current date as default, use `aorm.timezone.now`"
            )
            found.append(checks.Warning("Fixed default value provided.", hint=hint, obj=self, id="fields.W161"))
        return found

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        """Return what makes an equal field."""
        name, path, args, keywords = super().deconstruct()
        if self.auto_now:
            keywords["auto_now"] = True
        if self.auto_now_add:
            keywords["auto_now_add"] = True
        if self.auto_now or self.auto_now_add:
            del keywords["editable"]
            del keywords["blank"]
        return name, path, args, keywords

    def pre_save(self, model_instance: Any, add: bool) -> Any:
        """Return the value to save: the present, which the instance takes too, or what the instance has."""
        if not (self.auto_now or (self.auto_now_add and add)):
            return getattr(model_instance, self.attname)
        value = self.present()
        setattr(model_instance, self.attname, value)
        return value

    def present(self) -> Any:
        """Return the present as a value of the field."""
        raise NotImplementedError

    def value_to_string(self, obj: Any) -> str:
        """Return the field's value in the instance in ISO 8601; the empty text for None."""
        value = self.value_from_object(obj)
        return "" if value is None else str(value.isoformat())

    def _is_near_now(self, value: object) -> bool:
        raise NotImplementedError


def moment_is_near_now(value: datetime.datetime) -> bool:
    return abs(naive_in_utc(value) - naive_in_utc(timezone.now())) <= NEAR_NOW


def _date_is_near_now(value: datetime.date) -> bool:
    now = naive_in_utc(timezone.now())
    return (now - NEAR_NOW).date() <= value <= (now + NEAR_NOW).date()


def _next_by(field: Any, is_next: bool) -> Any:
    async def aget_by_field(self: Any, **lookups: Any) -> Any:
        return await self._aget_next_or_previous_by_FIELD(field, is_next, **lookups)

    return aget_by_field


class DateField(AutoNowMixin, Field[DateSet, DateGet]):
    """A date."""

    lookups: ClassVar[Mapping[str, Any]] = {
        "year": ExtractYear,
        "month": ExtractMonth,
        "day": ExtractDay,
        "week_day": ExtractWeekDay,
        "iso_week_day": ExtractIsoWeekDay,
        "week": ExtractWeek,
        "iso_year": ExtractIsoYear,
        "quarter": ExtractQuarter,
    }
    empty_strings_allowed = False
    default_error_messages: ClassVar[Mapping[str, Any]] = {
        "invalid": "“%(value)s” value has an invalid date format. It must be in YYYY-MM-DD format.",
        "invalid_date": "“%(value)s” value has the correct format (YYYY-MM-DD) but it is an invalid date.",
    }
    description = "Date (without time)"

    if TYPE_CHECKING:

        @overload
        def __init__(
            self: DateField[Date, datetime.date],
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
            self: DateField[Date | None, datetime.date | None],
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
        return "DateField"

    def contribute_to_class(self, cls: Any, name: str, private_only: bool = False) -> None:
        """Make the field part of the model class, with `get_next_by_FOO`, `get_previous_by_FOO` and coroutines."""
        super().contribute_to_class(cls, name, private_only)
        if self.null:
            return
        for word, is_next in (("next", True), ("previous", False)):
            add_twins(cls, f"get_{word}_by_{self.name}", _next_by(self, is_next))

    def present(self) -> datetime.date:
        """Return today, in the time zone of the settings, whatever that of the process is."""
        return datetime.datetime.now(timezone.get_default_timezone()).date()

    def to_python(self, value: Any) -> Any:
        """Return the value as a date, from a date, a moment (in the default time zone) or a text; None stays."""
        if value is None:
            return None
        if isinstance(value, datetime.datetime):
            if settings.use_tz and timezone.is_aware(value):
                value = timezone.make_naive(value, timezone.get_default_timezone())
            return value.date()
        if isinstance(value, datetime.date):
            return value
        try:
            parsed = parse_date(value)
        except ValueError:
            raise self.error("invalid_date", value=value) from None
        if parsed is None:
            raise self.error("invalid", value=value)
        return parsed

    def get_prep_value(self, value: Any) -> Any:
        """Return the value as a date; None stays."""
        if value is None or (value.__class__ is datetime.date and not self.has_own_to_python):
            return value
        return self.to_python(plain(value))

    def _is_near_now(self, value: object) -> bool:
        if isinstance(value, datetime.datetime):
            return _date_is_near_now(naive_in_utc(value).date())
        return isinstance(value, datetime.date) and _date_is_near_now(value)


class DateTimeField(DateField[DateTimeSet, DateTimeGet]):
    """A moment: an aware datetime, or, where `settings.use_tz` is off, a naive one."""

    lookups: ClassVar[Mapping[str, Any]] = {
        "hour": ExtractHour,
        "minute": ExtractMinute,
        "second": ExtractSecond,
        "date": TruncDate,
        "time": TruncTime,
    }
    default_error_messages: ClassVar[Mapping[str, Any]] = {
        "invalid": (
            "“%(value)s” value has an invalid format. It must be in YYYY-MM-DD HH:MM[:ss[.uuuuuu]][TZ] format."
        ),
        "invalid_date": "“%(value)s” value has the correct format (YYYY-MM-DD) but it is an invalid date.",
        "invalid_datetime": (
            "“%(value)s” value has the correct format (YYYY-MM-DD HH:MM[:ss[.uuuuuu]][TZ]) "
            "but it is an invalid date/time."
        ),
    }
    description = "Date (with time)"

    if TYPE_CHECKING:

        @overload
        def __init__(
            self: DateTimeField[DateTime, datetime.datetime],
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
            self: DateTimeField[DateTime | None, datetime.datetime | None],
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
        return "DateTimeField"

    def present(self) -> datetime.datetime:
        """Return the present moment."""
        return timezone.now()

    def to_python(self, value: Any) -> Any:
        """Return the value as a datetime, from a datetime, a date or a text; None stays."""
        if value is None or isinstance(value, datetime.datetime):
            return value
        if isinstance(value, datetime.date):
            midnight = datetime.datetime(value.year, value.month, value.day)
            return self._made_aware(midnight) if settings.use_tz else midnight
        try:
            parsed = parse_datetime(value)
        except ValueError:
            raise self.error("invalid_datetime", value=value) from None
        if parsed is not None:
            return parsed
        try:
            day = parse_date(value)
        except ValueError:
            raise self.error("invalid_date", value=value) from None
        if day is None:
            raise self.error("invalid", value=value)
        return datetime.datetime(day.year, day.month, day.day)

    def get_prep_value(self, value: Any) -> Any:
        """Return the value as a datetime, aware where `settings.use_tz` says so; None stays.

        A naive datetime is taken to be in the default time zone, with a RuntimeWarning.

        Raises:
            ValueError: the datetime is aware while `settings.use_tz` is off.
        """
        if value is None:
            return None
        if value.__class__ is not datetime.datetime or self.has_own_to_python:
            value = self.to_python(plain(value))
            if not isinstance(value, datetime.datetime):
                return value
        zone = value.tzinfo
        if (zone is datetime.UTC or (zone is not None and value.utcoffset() is not None)) == settings.use_tz:
            return value
        if settings.use_tz:
            return self._made_aware(value)
        raise ValueError(
            f"DateTimeField {self.label} does not support timezone-aware datetimes when use_tz is False: {value}."
        )

    def _made_aware(self, value: datetime.datetime) -> datetime.datetime:
        warnings.warn(
            f"DateTimeField {self.label} received a naive datetime ({value}) while time zone support is active.",
            RuntimeWarning,
            stacklevel=3,
        )
        return timezone.make_aware(value, timezone.get_default_timezone())

    def _is_near_now(self, value: object) -> bool:
        if isinstance(value, datetime.datetime):
            return moment_is_near_now(value)
        return isinstance(value, datetime.date) and _date_is_near_now(value)
