"""Functions of dates, times and durations."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from aorm import timezone
from aorm.expressions.base import OutputField, Resolved, resolve, type_of
from aorm.expressions.functions.base import Func, Transform
from aorm.expressions.lookups.temporal import YearExact, YearGt, YearGte, YearLt, YearLte
from aorm.settings import settings
from aorm.sql.functions import Call
from aorm.sql.types import DATE, INTEGER, TIME, TIMESTAMP, TIMESTAMPTZ

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aorm.expressions.base import Scope
    from aorm.sql.node import Term
    from aorm.sql.types import SqlType

MOMENTS = frozenset({"timestamp", "timestamptz"})
FIELD_NAMES = {"date": "DateField", "time": "TimeField", "timestamp": "DateTimeField", "timestamptz": "DateTimeField"}
TRUNCATED = frozenset(FIELD_NAMES)
DATE_ONLY = frozenset({"year", "iso_year", "quarter", "month", "week", "week_day", "iso_week_day"})
TIME_ONLY = frozenset({"hour", "minute", "second"})
# Parts that both databases know, and then those that PostgreSQL alone has; nothing else ever reaches SQL.
PARTS = DATE_ONLY | TIME_ONLY | {"day", "century", "decade", "millennium", "doy", "dow", "isodow", "isoyear"}
PARTS |= {"epoch", "julian", "microsecond", "microseconds", "milliseconds"}
KINDS = frozenset({"year", "quarter", "month", "week", "day", "date", "hour", "minute", "second", "time"})


def check_name(name: Any, known: frozenset[str]) -> str:
    """Return the name of a part or kind, refusing unknown ones, which must never become SQL (CVE-2022-34265)."""
    if isinstance(name, str) and name in known:
        return name
    raise ValueError(f"Invalid lookup type: {name!r}.")


def zone_name(zone: datetime.tzinfo) -> str:
    """Return the name of a time zone: of a fixed offset, such as ``UTC+05:30``, else its key."""
    return zone.tzname(None) or str(zone)


class ZonedTransform(Transform):
    """A transform of a date or time; moments are first taken to a time zone, the current one by default."""

    tzinfo: Any = None

    def zone(self, source: Resolved) -> datetime.tzinfo | None:
        """Return the zone in which the source is read; None where it is no moment or has no zone."""
        sql_type = type_of(source.output)
        if sql_type.name not in MOMENTS:
            if self.tzinfo is not None:
                raise ValueError("tzinfo can only be used with DateTimeField.")
            return None
        if not settings.use_tz or sql_type is not TIMESTAMPTZ:
            return None
        zone: datetime.tzinfo = timezone.get_current_timezone() if self.tzinfo is None else self.tzinfo
        return zone


class Extract(ZonedTransform):
    """A part of a date or time as a number: ``Extract("published", "year")``."""

    neutral_name: ClassVar[str | None] = "extract"
    output_type = INTEGER
    lookup_name: Any = None

    def __init__(self, expression: Any, lookup_name: str | None = None, tzinfo: Any = None, **extra: Any) -> None:
        """Keep the date or time, the part and the zone.

        Raises:
            ValueError: no part is named.
        """
        if self.lookup_name is None:
            self.lookup_name = lookup_name
        if self.lookup_name is None:
            raise ValueError("lookup_name must be provided")
        self.tzinfo = tzinfo
        super().__init__(expression, **extra)

    def call(self, sources: Sequence[Resolved], output: OutputField) -> Term:
        """Return the extraction."""
        (source,) = sources
        part = check_name(self.lookup_name, PARTS)
        self.check_source(part, source)
        zone = self.zone(source)
        options = (part, None if zone is None else zone_name(zone))
        return Call("extract", (source.term,), type_of(output), options)

    def check_source(self, part: str, source: Resolved) -> None:
        """Refuse sources that have no such part."""
        kind = type_of(source.output).name
        name = getattr(source.output, "name", None)
        if kind not in TRUNCATED and kind not in ("interval", "unknown"):
            raise ValueError("Extract input expression must be DateField, DateTimeField, TimeField, or DurationField.")
        if kind == "date" and part in TIME_ONLY:
            raise ValueError(f"Cannot extract time component '{part}' from DateField '{name}'.")
        if kind == "interval" and part in DATE_ONLY:
            raise ValueError(f"Cannot extract component '{part}' from DurationField '{name}'.")


class ExtractYear(Extract):
    """The year."""

    lookup_name: Any = "year"
    lookups: ClassVar[Mapping[str, Any]] = {
        "exact": YearExact,
        "gt": YearGt,
        "gte": YearGte,
        "lt": YearLt,
        "lte": YearLte,
    }


class ExtractIsoYear(Extract):
    """The year that the week belongs to, by ISO 8601."""

    lookup_name: Any = "iso_year"
    lookups: ClassVar[Mapping[str, Any]] = ExtractYear.lookups


class ExtractQuarter(Extract):
    """The quarter, from 1 to 4."""

    lookup_name: Any = "quarter"


class ExtractMonth(Extract):
    """The month, from 1 to 12."""

    lookup_name: Any = "month"


class ExtractDay(Extract):
    """The day of the month, or the whole days of a duration."""

    lookup_name: Any = "day"


class ExtractWeek(Extract):
    """The number of the week, by ISO 8601."""

    lookup_name: Any = "week"


class ExtractWeekDay(Extract):
    """The day of the week, from 1 for Sunday to 7 for Saturday."""

    lookup_name: Any = "week_day"


class ExtractIsoWeekDay(Extract):
    """The day of the week, from 1 for Monday to 7 for Sunday."""

    lookup_name: Any = "iso_week_day"


class ExtractHour(Extract):
    """The hour."""

    lookup_name: Any = "hour"


class ExtractMinute(Extract):
    """The minute."""

    lookup_name: Any = "minute"


class ExtractSecond(Extract):
    """The whole second."""

    lookup_name: Any = "second"


class Now(Func):
    """The time at which the statement began."""

    neutral_name: ClassVar[str | None] = "now"
    template: Any = "CURRENT_TIMESTAMP"
    output_type = TIMESTAMPTZ
    allowed_default: Any = True


class LocalMoment:
    """Describe a moment that the database gives as it stands on the clock of a zone, and that is aware in Python."""

    def __init__(self, field: OutputField, zone: datetime.tzinfo) -> None:
        """Keep the field of the moment and the zone."""
        self.field = field
        self.null = field.null
        self.zone = zone
        self.sql_type = TIMESTAMP
        self.adapter = None

    def __getattr__(self, name: str) -> Any:
        # Reached for what is not said here; while unpickling there is no field yet.
        if name.startswith("__") or name == "field":
            raise AttributeError(name)
        return getattr(self.field, name)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, LocalMoment):
            return NotImplemented
        return self.zone == other.zone and type(self.field) is type(other.field)

    def __hash__(self) -> int:
        return hash((self.zone, type(self.field)))

    def get_lookup(self, lookup_name: str) -> Any:
        """Return the field's lookup of that name."""
        return self.field.get_lookup(lookup_name)

    def get_transform(self, lookup_name: str) -> Any:
        """Return the field's transform of that name."""
        return self.field.get_transform(lookup_name)

    def get_prep_value(self, value: Any) -> Any:
        """Return a moment as it stands on the clock of the zone."""
        prepared = self.field.get_prep_value(value)
        if isinstance(prepared, datetime.datetime) and prepared.tzinfo is not None:
            return prepared.astimezone(self.zone).replace(tzinfo=None)
        return prepared

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """Return what the database gave as an aware moment."""
        if not isinstance(value, datetime.datetime):
            return value
        return timezone.make_aware(value.replace(tzinfo=None), self.zone)

    def get_db_converters(self, connection: Any) -> list[Any]:
        """Return the conversion of what the database gave."""
        return [self.from_db_value]


class TruncBase(ZonedTransform):
    """A date or time cut down to the beginning of a year, a month, an hour..."""

    neutral_name: ClassVar[str | None] = "trunc"
    kind: Any = None

    def __init__(
        self, expression: Any, output_field: OutputField | None = None, tzinfo: Any = None, **extra: Any
    ) -> None:
        """Keep the date or time, the field of the result and the zone."""
        self.tzinfo = tzinfo
        super().__init__(expression, output_field=output_field, **extra)

    def resolve_in(self, scope: Scope) -> Resolved:
        """Make the call; what a moment is cut to in a zone becomes aware again in Python."""
        if not self.is_neutral:
            return super().resolve_in(scope)
        source = resolve(self.lhs, scope)
        output = self.resolve_output(scope, [source.output])
        kind = check_name(self.kind, KINDS)
        self.check_types(kind, source, output)
        zone = self.zone(source)
        wanted = type_of(output)
        if wanted.name in MOMENTS and zone is not None:
            output, wanted = LocalMoment(output, zone), TIMESTAMP
        return Resolved(self.truncated(source, kind, wanted, zone), output)

    def truncated(self, source: Resolved, kind: str, wanted: SqlType, zone: datetime.tzinfo | None) -> Term:
        """Return the node of the cut."""
        return Call("trunc", (source.term,), wanted, (kind, None if zone is None else zone_name(zone)))

    def check_types(self, kind: str, source: Resolved, output: OutputField) -> None:
        """Refuse sources that are no dates or times, and results that are finer than their source."""
        given, wanted = type_of(source.output).name, type_of(output).name
        name = getattr(source.output, "name", None)
        if given not in TRUNCATED and given != "unknown":
            raise TypeError(f"{name!r} isn't a DateField, TimeField, or DateTimeField.")
        if wanted not in TRUNCATED and wanted != "unknown":
            raise ValueError("output_field must be either DateField, TimeField, or DateTimeField")
        is_explicit = self.output_type is not None or bool(self._declared_output) or given != wanted
        label = FIELD_NAMES.get(wanted, "DateTimeField") if is_explicit else "DateTimeField"
        if given == "date" and (wanted in MOMENTS or kind in TIME_ONLY or kind == "time"):
            raise ValueError(f"Cannot truncate DateField '{name}' to {label}.")
        if given == "time" and (wanted in MOMENTS or kind in DATE_ONLY or kind in ("day", "date")):
            raise ValueError(f"Cannot truncate TimeField '{name}' to {label}.")


class Trunc(TruncBase):
    """A date or time cut down to a kind: ``Trunc("published", "month")``."""

    def __init__(
        self, expression: Any, kind: str, output_field: OutputField | None = None, tzinfo: Any = None, **extra: Any
    ) -> None:
        """Keep the date or time, the kind, the field of the result and the zone."""
        self.kind = kind
        super().__init__(expression, output_field=output_field, tzinfo=tzinfo, **extra)


class TruncYear(TruncBase):
    """The beginning of the year."""

    kind: Any = "year"


class TruncQuarter(TruncBase):
    """The beginning of the quarter."""

    kind: Any = "quarter"


class TruncMonth(TruncBase):
    """The beginning of the month."""

    kind: Any = "month"


class TruncWeek(TruncBase):
    """Monday of the week, at midnight."""

    kind: Any = "week"


class TruncDay(TruncBase):
    """The beginning of the day."""

    kind: Any = "day"


class TruncHour(TruncBase):
    """The beginning of the hour."""

    kind: Any = "hour"


class TruncMinute(TruncBase):
    """The beginning of the minute."""

    kind: Any = "minute"


class TruncSecond(TruncBase):
    """The beginning of the second."""

    kind: Any = "second"


class TruncDate(TruncBase):
    """The date of a moment, in a zone."""

    kind: Any = "date"
    lookup_name: Any = "date"
    output_type = DATE

    def truncated(self, source: Resolved, kind: str, wanted: SqlType, zone: datetime.tzinfo | None) -> Term:
        """Return the node of the date."""
        return Call("cast_date", (source.term,), DATE, (None if zone is None else zone_name(zone),))


class TruncTime(TruncBase):
    """The time of day of a moment, in a zone."""

    kind: Any = "time"
    lookup_name: Any = "time"
    output_type = TIME

    def truncated(self, source: Resolved, kind: str, wanted: SqlType, zone: datetime.tzinfo | None) -> Term:
        """Return the node of the time of day."""
        return Call("cast_time", (source.term,), TIME, (None if zone is None else zone_name(zone),))
