"""Numbers and truth values: integers, floats, decimals, booleans."""

from __future__ import annotations

import decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal, overload

from aorm import checks
from aorm.exceptions import DataError
from aorm.fields.annotations import (
    BooleanGet,
    BooleanSet,
    DecimalGet,
    DecimalSet,
    FloatGet,
    FloatSet,
    IntegerGet,
    IntegerSet,
)
from aorm.fields.base import Field
from aorm.fields.checking import lacks, migrated_databases
from aorm.fields.choices import plain
from aorm.fields.connections import dialect_of
from aorm.validators import DecimalValidator, MaxValueValidator, MinValueValidator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Unpack

    from aorm.fields.annotations import Boolean, Decimal, FieldOptions, Float, Integer, Label

# Internal type -> smallest and largest value, the same on every database.
INTEGER_RANGES: dict[str, tuple[int, int]] = {
    "SmallIntegerField": (-(2**15), 2**15 - 1),
    "IntegerField": (-(2**31), 2**31 - 1),
    "BigIntegerField": (-(2**63), 2**63 - 1),
    "PositiveSmallIntegerField": (0, 2**15 - 1),
    "PositiveIntegerField": (0, 2**31 - 1),
    "PositiveBigIntegerField": (0, 2**63 - 1),
    "SmallAutoField": (-(2**15), 2**15 - 1),
    "AutoField": (-(2**31), 2**31 - 1),
    "BigAutoField": (-(2**63), 2**63 - 1),
}


class IntegerField(Field[IntegerSet, IntegerGet]):
    """An integer of 32 bits."""

    empty_strings_allowed = False
    default_error_messages: ClassVar[Mapping[str, Any]] = {"invalid": "“%(value)s” value must be an integer."}
    description = "Integer"

    if TYPE_CHECKING:

        @overload
        def __init__(
            self: IntegerField[Integer, int],
            verbose_name: Label | None = None,
            name: str | None = None,
            *,
            null: Literal[False] = False,
            **options: Unpack[FieldOptions],
        ) -> None: ...
        @overload
        def __init__(
            self: IntegerField[Integer | None, int | None],
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

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        """Check the declaration; `max_length` means nothing here."""
        found = super().check(**kwargs)
        if self.max_length is not None:
            text = f"'max_length' is ignored when used with {type(self).__name__}."
            found.append(checks.Warning(text, hint="Remove 'max_length' from field", obj=self, id="fields.W122"))
        return found

    def get_internal_type(self) -> str:
        """Return the name of the field class whose column type this one has."""
        return "IntegerField"

    @cached_property
    def validators(self) -> list[Callable[[Any], object]]:
        """The declared validators, and those of the range that they do not narrow already."""
        found = [*self.default_validators, *self._validators]
        smallest, largest = self.value_range
        if not any(isinstance(one, MinValueValidator) and _limit(one) >= smallest for one in found):
            found.append(MinValueValidator(smallest))
        if not any(isinstance(one, MaxValueValidator) and _limit(one) <= largest for one in found):
            found.append(MaxValueValidator(largest))
        return found

    @cached_property
    def value_range(self) -> tuple[int, int]:
        """The smallest and the largest value that the column holds."""
        return INTEGER_RANGES.get(self.get_internal_type(), INTEGER_RANGES["BigIntegerField"])

    def to_python(self, value: Any) -> Any:
        """Return the value as an int; None stays."""
        if value is None:
            return None
        try:
            return int(value)
        except (TypeError, ValueError):
            raise self.error("invalid", value=value) from None

    def get_prep_value(self, value: Any) -> Any:
        """Return the value as an int; None stays."""
        if value.__class__ is int or value is None:
            return value
        value = plain(value)
        try:
            return int(value)
        except (TypeError, ValueError) as error:
            raise type(error)(f"Field '{self.name}' expected a number but got {value!r}.") from error

    def prepare_to_save(self, value: Any) -> Any:
        """Return the value as an int that fits the column."""
        if self.has_own_save_encoding:
            return value
        value = self.get_prep_value(value)
        smallest, largest = self.value_range
        # A positive field's zero is the business of its CHECK, so that the database speaks, as with Django.
        if value is None or not isinstance(value, int) or -largest - 1 <= value <= largest:
            return value
        raise DataError(
            f"{self.label} cannot store {value}: it holds integers from {smallest} to {largest}. "
            "Use a wider field, such as BigIntegerField."
        )


def _limit(validator: Any) -> Any:
    limit = validator.limit_value
    return limit() if callable(limit) else limit


class BigIntegerField(IntegerField[IntegerSet, IntegerGet]):
    """An integer of 64 bits."""

    description = "Big (8 byte) integer"
    MAX_BIGINT = 2**63 - 1

    def get_internal_type(self) -> str:
        """Return the name of the field class whose column type this one has."""
        return "BigIntegerField"


class SmallIntegerField(IntegerField[IntegerSet, IntegerGet]):
    """An integer of 16 bits."""

    description = "Small integer"

    def get_internal_type(self) -> str:
        """Return the name of the field class whose column type this one has."""
        return "SmallIntegerField"


class PositiveMixin:
    """Let the database refuse numbers below zero."""

    def db_check(self, connection: Any) -> str | None:
        """Return the condition of the column's check."""
        column: str = self.column  # type: ignore[attr-defined]
        return f"{dialect_of(connection).quote_name(column)} >= 0"


class PositiveIntegerField(PositiveMixin, IntegerField[IntegerSet, IntegerGet]):
    """An integer of 31 bits, zero or above."""

    description = "Positive integer"

    def get_internal_type(self) -> str:
        """Return the name of the field class whose column type this one has."""
        return "PositiveIntegerField"


class PositiveBigIntegerField(PositiveMixin, BigIntegerField[IntegerSet, IntegerGet]):
    """An integer of 63 bits, zero or above."""

    description = "Positive big integer"

    def get_internal_type(self) -> str:
        """Return the name of the field class whose column type this one has."""
        return "PositiveBigIntegerField"


class PositiveSmallIntegerField(PositiveMixin, SmallIntegerField[IntegerSet, IntegerGet]):
    """An integer of 15 bits, zero or above."""

    description = "Positive small integer"

    def get_internal_type(self) -> str:
        """Return the name of the field class whose column type this one has."""
        return "PositiveSmallIntegerField"


class FloatField(Field[FloatSet, FloatGet]):
    """A floating point number of 64 bits."""

    empty_strings_allowed = False
    default_error_messages: ClassVar[Mapping[str, Any]] = {"invalid": "“%(value)s” value must be a float."}
    description = "Floating point number"

    if TYPE_CHECKING:

        @overload
        def __init__(
            self: FloatField[Float, float],
            verbose_name: Label | None = None,
            name: str | None = None,
            *,
            null: Literal[False] = False,
            **options: Unpack[FieldOptions],
        ) -> None: ...
        @overload
        def __init__(
            self: FloatField[Float | None, float | None],
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
        return "FloatField"

    def to_python(self, value: Any) -> Any:
        """Return the value as a float; None stays."""
        if value is None:
            return None
        try:
            return float(value)
        except (TypeError, ValueError):
            raise self.error("invalid", value=value) from None

    def get_prep_value(self, value: Any) -> Any:
        """Return the value as a float; None stays."""
        if value.__class__ is float or value is None:
            return value
        value = plain(value)
        try:
            return float(value)
        except (TypeError, ValueError) as error:
            raise type(error)(f"Field '{self.name}' expected a number but got {value!r}.") from error


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
                    text = "DecimalField’s max_digits and decimal_places must both be defined or both omitted."
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
