"""Exact numbers."""

from __future__ import annotations

import decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal, overload

from aorm import checks
from aorm.exceptions import DataError
from aorm.fields.annotations import DecimalGet, DecimalSet
from aorm.fields.base import Field
from aorm.fields.checking import lacks, migrated_databases
from aorm.fields.choices import plain
from aorm.validators import DecimalValidator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Unpack

    from aorm.fields.annotations import Decimal, FieldOptions, Label


class DecimalField(Field[DecimalSet, DecimalGet]):
    """An exact number of at most `max_digits` digits, `decimal_places` of them after the point."""

    empty_strings_allowed = False
    default_error_messages: ClassVar[Mapping[str, Any]] = {"invalid": "“%(value)s” value must be a decimal number."}
    description = "Decimal number"

    if TYPE_CHECKING:

        @overload
        def __init__(
            self: DecimalField[Decimal, decimal.Decimal],
            verbose_name: Label | None = None,
            name: str | None = None,
            max_digits: int | None = None,
            decimal_places: int | None = None,
            *,
            null: Literal[False] = False,
            **options: Unpack[FieldOptions],
        ) -> None: ...
        @overload
        def __init__(
            self: DecimalField[Decimal | None, decimal.Decimal | None],
            verbose_name: Label | None = None,
            name: str | None = None,
            max_digits: int | None = None,
            decimal_places: int | None = None,
            *,
            null: bool,
            **options: Unpack[FieldOptions],
        ) -> None: ...
        @overload
        def __init__(
            self,
            verbose_name: Label | None = None,
            name: str | None = None,
            max_digits: int | None = None,
            decimal_places: int | None = None,
            *,
            null: bool = False,
            **options: Unpack[FieldOptions],
        ) -> None: ...

    def __init__(
        self,
        verbose_name: Any = None,
        name: str | None = None,
        max_digits: int | None = None,
        decimal_places: int | None = None,
        **options: Any,
    ) -> None:
        """Keep the two sizes beside the common options."""
        self.max_digits = max_digits
        self.decimal_places = decimal_places
        super().__init__(verbose_name, name, **options)

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        """Check the declaration; both sizes must be given, or none."""
        found = super().check(**kwargs)
        aliases = kwargs.get("databases")
        places = self._check_size("decimal_places", "E130", self.max_digits, aliases)
        digits = self._check_size("max_digits", "E132", self.decimal_places, aliases)
        if places or digits:
            return [*found, *places, *digits]
        if self.max_digits is None or self.decimal_places is None:
            return found
        if int(self.decimal_places) > int(self.max_digits):
            text = "'max_digits' must be greater or equal to 'decimal_places'."
            found.append(checks.Error(text, obj=self, id="fields.E134"))
        return found

    def _check_size(
        self, name: str, missing_id: str, other: int | None, aliases: Iterable[str] | None
    ) -> list[checks.CheckMessage]:
        value = getattr(self, name)
        if value is None:
            for database in migrated_databases(self, aliases):
                if lacks(self, database, "supports_no_precision_decimalfield"):
                    text = f"DecimalFields must define a '{name}' attribute."
                    return [checks.Error(text, obj=self, id=f"fields.{missing_id}")]
                if other is not None:
                    text = "DecimalField’s max_digits and decimal_places must both be defined or both omitted."  # noqa: RUF001
                    return [checks.Error(text, obj=self, id="fields.E135")]
            return []
        smallest = 1 if name == "max_digits" else 0
        try:
            is_fitting = int(value) >= smallest
        except ValueError:
            is_fitting = False
        if is_fitting:
            return []
        kind, check_id = ("positive", "fields.E133") if smallest else ("non-negative", "fields.E131")
        return [checks.Error(f"'{name}' must be a {kind} integer.", obj=self, id=check_id)]

    @cached_property
    def validators(self) -> list[Callable[[Any], object]]:
        """The declared validators, and the one of the sizes."""
        return [*self.default_validators, *self._validators, DecimalValidator(self.max_digits, self.decimal_places)]

    @cached_property
    def context(self) -> decimal.Context:
        """The context that floats are rounded in."""
        return decimal.Context(prec=self.max_digits)

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        """Return what makes an equal field."""
        name, path, args, keywords = super().deconstruct()
        if self.max_digits is not None:
            keywords["max_digits"] = self.max_digits
        if self.decimal_places is not None:
            keywords["decimal_places"] = self.decimal_places
        return name, path, args, keywords

    def get_internal_type(self) -> str:
        """Return the name of the field class whose column type this one has."""
        return "DecimalField"

    def to_python(self, value: Any) -> Any:
        """Return the value as a finite Decimal; None stays. Floats are rounded to `max_digits`."""
        if value is None:
            return None
        try:
            if isinstance(value, float):
                number = self.context.create_decimal_from_float(value)
            else:
                number = decimal.Decimal(value)
        except (decimal.InvalidOperation, TypeError, ValueError):
            raise self.error("invalid", value=value) from None
        if not number.is_finite():
            raise self.error("invalid", value=value)
        return number

    def get_prep_value(self, value: Any) -> Any:
        """Return the value as a finite Decimal; None stays."""
        if value is None:
            return None
        return self.to_python(plain(value))

    def prepare_to_save(self, value: Any) -> Any:
        """Return the number rounded to the column's places, halves away from zero, as PostgreSQL rounds."""
        if self.has_own_save_encoding:
            return value
        value = self.get_prep_value(value)
        if self._quantum is None or not isinstance(value, decimal.Decimal):
            return value
        try:
            return value.quantize(self._quantum, decimal.ROUND_HALF_UP, self._column_context)
        except decimal.InvalidOperation:
            raise DataError(
                f"{self.label} cannot store {value}: it holds {self.max_digits} digits, {self.decimal_places} of them "
                "after the point."
            ) from None

    @cached_property
    def _quantum(self) -> decimal.Decimal | None:
        if self.max_digits is None or self.decimal_places is None:
            return None
        return decimal.Decimal(1).scaleb(-int(self.decimal_places))

    @cached_property
    def _column_context(self) -> decimal.Context:
        return decimal.Context(prec=max(int(self.max_digits or 1), 1), Emin=-999999, Emax=999999)
