"""Durations."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal, overload

from aorm.fields.annotations import DurationGet, DurationSet
from aorm.fields.base import Field
from aorm.fields.choices import plain
from aorm.fields.dateparse import duration_string, parse_duration

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Unpack

    from aorm.fields.annotations import Duration, FieldOptions, Label


class DurationField(Field[DurationSet, DurationGet]):
    """A duration, to the microsecond."""

    empty_strings_allowed = False
    default_error_messages: ClassVar[Mapping[str, Any]] = {
        "invalid": "“%(value)s” value has an invalid format. It must be in [DD] [[HH:]MM:]ss[.uuuuuu] format.",
    }
    description = "Duration"

    if TYPE_CHECKING:

        @overload
        def __init__(
            self: DurationField[Duration, datetime.timedelta],
            verbose_name: Label | None = None,
            name: str | None = None,
            *,
            null: Literal[False] = False,
            **options: Unpack[FieldOptions],
        ) -> None: ...
        @overload
        def __init__(
            self: DurationField[Duration | None, datetime.timedelta | None],
            verbose_name: Label | None = None,
            name: str | None = None,
            *,
            null: bool,
            **options: Unpack[FieldOptions],
        ) -> None: ...
        @overload
        def __init__(
            self,
            verbose_name: Label | None = None,
            name: str | None = None,
            *,
            null: bool = False,
            **options: Unpack[FieldOptions],
        ) -> None: ...
        def __init__(self, *args: Any, **options: Any) -> None: ...

    def get_internal_type(self) -> str:
        """Return the name of the field class whose column type this one has."""
        return "DurationField"

    def to_python(self, value: Any) -> Any:
        """Return the value as a timedelta, from one or a text; None stays."""
        if value is None or isinstance(value, datetime.timedelta):
            return value
        try:
            parsed = parse_duration(value)
        except ValueError:
            parsed = None
        if parsed is None:
            raise self.error("invalid", value=value)
        return parsed

    def get_prep_value(self, value: Any) -> Any:
        """Return the value as a timedelta; None stays."""
        if value is None or (value.__class__ is datetime.timedelta and not self.has_own_to_python):
            return value
        return self.to_python(plain(value))

    def value_to_string(self, obj: Any) -> str:
        """Return the field's value in the instance as text; the empty one for None."""
        value = self.value_from_object(obj)
        return "" if value is None else duration_string(value)
