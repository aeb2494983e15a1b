"""Numbers and truth values: integers, floats, decimals, booleans."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal, overload

from aorm import checks
from aorm.exceptions import DataError
from aorm.expressions.lookups.comparison import (
    IntegerFieldExact,
    IntegerGreaterThan,
    IntegerGreaterThanOrEqual,
    IntegerLessThan,
    IntegerLessThanOrEqual,
)
from aorm.fields.annotations import (
    FloatGet,
    FloatSet,
    IntegerGet,
    IntegerSet,
)
from aorm.fields.base import Field
from aorm.fields.choices import plain
from aorm.fields.connections import dialect_of
from aorm.validators import MaxValueValidator, MinValueValidator

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Unpack

    from aorm.fields.annotations import FieldOptions, Float, Integer, Label

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

    lookups: ClassVar[Mapping[str, Any]] = {
        "exact": IntegerFieldExact,
        "gt": IntegerGreaterThan,
        "gte": IntegerGreaterThanOrEqual,
        "lt": IntegerLessThan,
        "lte": IntegerLessThanOrEqual,
    }
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
        if value.__class__ is not int or self.has_own_preparation:
            value = self.get_prep_value(value)
            if not isinstance(value, int):
                return value
        smallest, largest = self.value_range
        # A positive field's zero is the business of its CHECK, so that the database speaks, as with Django.
        if -largest - 1 <= value <= largest:
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

    if TYPE_CHECKING:

        @overload
        def __init__(
            self: BigIntegerField[Integer, int],
            verbose_name: Label | None = None,
            name: str | None = None,
            *,
            null: Literal[False] = False,
            **options: Unpack[FieldOptions],
        ) -> None: ...
        @overload
        def __init__(
            self: BigIntegerField[Integer | None, int | None],
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
        return "BigIntegerField"


class SmallIntegerField(IntegerField[IntegerSet, IntegerGet]):
    """An integer of 16 bits."""

    description = "Small integer"

    if TYPE_CHECKING:

        @overload
        def __init__(
            self: SmallIntegerField[Integer, int],
            verbose_name: Label | None = None,
            name: str | None = None,
            *,
            null: Literal[False] = False,
            **options: Unpack[FieldOptions],
        ) -> None: ...
        @overload
        def __init__(
            self: SmallIntegerField[Integer | None, int | None],
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

    if TYPE_CHECKING:

        @overload
        def __init__(
            self: PositiveIntegerField[Integer, int],
            verbose_name: Label | None = None,
            name: str | None = None,
            *,
            null: Literal[False] = False,
            **options: Unpack[FieldOptions],
        ) -> None: ...
        @overload
        def __init__(
            self: PositiveIntegerField[Integer | None, int | None],
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
        return "PositiveIntegerField"


class PositiveBigIntegerField(PositiveMixin, BigIntegerField[IntegerSet, IntegerGet]):
    """An integer of 63 bits, zero or above."""

    description = "Positive big integer"

    if TYPE_CHECKING:

        @overload
        def __init__(
            self: PositiveBigIntegerField[Integer, int],
            verbose_name: Label | None = None,
            name: str | None = None,
            *,
            null: Literal[False] = False,
            **options: Unpack[FieldOptions],
        ) -> None: ...
        @overload
        def __init__(
            self: PositiveBigIntegerField[Integer | None, int | None],
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
        return "PositiveBigIntegerField"


class PositiveSmallIntegerField(PositiveMixin, SmallIntegerField[IntegerSet, IntegerGet]):
    """An integer of 15 bits, zero or above."""

    description = "Positive small integer"

    if TYPE_CHECKING:

        @overload
        def __init__(
            self: PositiveSmallIntegerField[Integer, int],
            verbose_name: Label | None = None,
            name: str | None = None,
            *,
            null: Literal[False] = False,
            **options: Unpack[FieldOptions],
        ) -> None: ...
        @overload
        def __init__(
            self: PositiveSmallIntegerField[Integer | None, int | None],
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
