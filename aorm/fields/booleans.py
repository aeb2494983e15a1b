"""Truth values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal, overload

from aorm.fields.annotations import BooleanGet, BooleanSet
from aorm.fields.base import Field
from aorm.fields.choices import plain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Unpack

    from aorm.fields.annotations import Boolean, FieldOptions, Label


class BooleanField(Field[BooleanSet, BooleanGet]):
    """True or False."""

    empty_strings_allowed = False
    default_error_messages: ClassVar[Mapping[str, Any]] = {
        "invalid": "“%(value)s” value must be either True or False.",
        "invalid_nullable": "“%(value)s” value must be either True, False, or None.",
    }
    description = "Boolean (Either True or False)"

    if TYPE_CHECKING:

        @overload
        def __init__(
            self: BooleanField[Boolean, bool],
            verbose_name: Label | None = None,
            name: str | None = None,
            *,
            null: Literal[False] = False,
            **options: Unpack[FieldOptions],
        ) -> None: ...
        @overload
        def __init__(
            self: BooleanField[Boolean | None, bool | None],
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
        return "BooleanField"

    def to_python(self, value: Any) -> Any:
        """Return the value as a bool, from a bool, 0, 1 and a few words; None stays where it is allowed."""
        if value is True or value is False:
            return value
        if self.null and value in self.empty_values:
            return None
        if value in (True, False):
            return bool(value)
        if value in ("t", "True", "1"):
            return True
        if value in ("f", "False", "0"):
            return False
        raise self.error("invalid_nullable" if self.null else "invalid", code="invalid", value=value)

    def get_prep_value(self, value: Any) -> Any:
        """Return the value as a bool; None stays."""
        if value is None or ((value is True or value is False) and not self.has_own_to_python):
            return value
        return self.to_python(plain(value))
