"""Validators that compare a value, its length, its digits or its name with a limit."""

from __future__ import annotations

import math
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from aorm.exceptions import ValidationError
from aorm.lazy import PluralMessage
from aorm.validators.patterns import Deconstructible

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

__all__ = [
    "EMPTY_VALUES",
    "BaseValidator",
    "DecimalValidator",
    "FileExtensionValidator",
    "MaxLengthValidator",
    "MaxValueValidator",
    "MinLengthValidator",
    "MinValueValidator",
    "ProhibitNullCharactersValidator",
    "StepValueValidator",
]

EMPTY_VALUES: tuple[object, ...] = (None, "", [], (), {})

# How far a float may be from a multiple of the step.
_STEP_TOLERANCE = 1e-9


class BaseValidator(Deconstructible):
    """Compare a value with a limit, which may be a callable that gives it."""

    message: Any = "Ensure this value is %(limit_value)s (it is %(show_value)s)."
    code = "limit_value"

    def __init__(self, limit_value: Any, message: Any = None) -> None:
        """Keep the limit, and the message if it is another than the class's."""
        self.limit_value = limit_value
        if message:
            self.message = message

    def __call__(self, value: Any) -> None:
        """Raise `ValidationError` where the comparison says so."""
        cleaned = self.clean(value)
        limit = self.limit()
        if self.compare(cleaned, limit):
            params = {"limit_value": limit, "show_value": cleaned, "value": value}
            raise ValidationError(self.message, code=self.code, params=params)

    def limit(self) -> Any:
        """Return the limit as it is now."""
        return self.limit_value() if callable(self.limit_value) else self.limit_value

    def compare(self, a: Any, b: Any) -> bool:
        """Tell whether the cleaned value `a` offends against the limit `b`."""
        return a is not b

    def clean(self, x: Any) -> Any:
        """Return what of the value is compared."""
        return x

    def __eq__(self, other: object) -> bool:
        """Compare by the limit and what is said."""
        if not isinstance(other, self.__class__):
            return NotImplemented
        return bool(self.limit_value == other.limit_value and self.message == other.message and self.code == other.code)

    __hash__ = None  # type: ignore[assignment]


class MaxValueValidator(BaseValidator):
    """Demand a value that is not above the limit."""

    message = "Ensure this value is less than or equal to %(limit_value)s."
    code = "max_value"

    def compare(self, a: Any, b: Any) -> bool:
        """Tell whether `a` is above `b`."""
        return bool(a > b)


class MinValueValidator(BaseValidator):
    """Demand a value that is not below the limit."""

    message = "Ensure this value is greater than or equal to %(limit_value)s."
    code = "min_value"

    def compare(self, a: Any, b: Any) -> bool:
        """Tell whether `a` is below `b`."""
        return bool(a < b)


class StepValueValidator(BaseValidator):
    """Demand a multiple of the limit, counted from `offset` where one is given."""

    message = "Ensure this value is a multiple of step size %(limit_value)s."
    code = "step_size"

    def __init__(self, limit_value: Any, message: Any = None, offset: Any = None) -> None:
        """Keep step and offset; with an offset, the message shows which values are valid."""
        super().__init__(limit_value, message)
        if offset is not None:
            self.message = (
                "Ensure this value is a multiple of step size %(limit_value)s, starting from %(offset)s, e.g. "
                "%(offset)s, %(valid_value1)s, %(valid_value2)s, and so on."
            )
        self.offset = offset

    def __call__(self, value: Any) -> None:
        """Raise `ValidationError` for what is no multiple."""
        if self.offset is None:
            super().__call__(value)
            return
        cleaned = self.clean(value)
        step = self.limit()
        if self.compare(cleaned, step):
            offset = type(cleaned)(self.offset)
            params = {
                "limit_value": step,
                "offset": offset,
                "valid_value1": offset + step,
                "valid_value2": offset + 2 * step,
            }
            raise ValidationError(self.message, code=self.code, params=params)

    def compare(self, a: Any, b: Any) -> bool:
        """Tell whether `a` lies between multiples of `b`."""
        offset = 0 if self.offset is None else self.offset
        return not math.isclose(math.remainder(a - offset, b), 0, abs_tol=_STEP_TOLERANCE)


class MinLengthValidator(BaseValidator):
    """Demand a value that is not shorter than the limit."""

    message = PluralMessage(
        "Ensure this value has at least %(limit_value)d character (it has %(show_value)d).",
        "Ensure this value has at least %(limit_value)d characters (it has %(show_value)d).",
        "limit_value",
    )
    code = "min_length"

    def compare(self, a: Any, b: Any) -> bool:
        """Tell whether the length `a` is below `b`."""
        return bool(a < b)

    def clean(self, x: Any) -> int:
        """Return the length."""
        return len(x)


class MaxLengthValidator(BaseValidator):
    """Demand a value that is not longer than the limit."""

    message = PluralMessage(
        "Ensure this value has at most %(limit_value)d character (it has %(show_value)d).",
        "Ensure this value has at most %(limit_value)d characters (it has %(show_value)d).",
        "limit_value",
    )
    code = "max_length"

    def compare(self, a: Any, b: Any) -> bool:
        """Tell whether the length `a` is above `b`."""
        return bool(a > b)

    def clean(self, x: Any) -> int:
        """Return the length."""
        return len(x)


class DecimalValidator(Deconstructible):
    """Demand a `Decimal` of at most so many digits, and at most so many of them behind the point."""

    messages: ClassVar[dict[str, Any]] = {
        "invalid": "Enter a number.",
        "max_digits": PluralMessage(
            "Ensure that there are no more than %(max)s digit in total.",
            "Ensure that there are no more than %(max)s digits in total.",
            "max",
        ),
        "max_decimal_places": PluralMessage(
            "Ensure that there are no more than %(max)s decimal place.",
            "Ensure that there are no more than %(max)s decimal places.",
            "max",
        ),
        "max_whole_digits": PluralMessage(
            "Ensure that there are no more than %(max)s digit before the decimal point.",
            "Ensure that there are no more than %(max)s digits before the decimal point.",
            "max",
        ),
    }

    def __init__(self, max_digits: int | None, decimal_places: int | None) -> None:
        """Keep both limits; `None` is no limit."""
        self.max_digits = max_digits
        self.decimal_places = decimal_places

    def __call__(self, value: Decimal) -> None:
        """Raise `ValidationError` for too many digits, and for what is no finite number."""
        exponent = value.as_tuple().exponent
        if not isinstance(exponent, int):
            raise ValidationError(self.messages["invalid"], code="invalid", params={"value": value})
        digits, decimals = _count_digits(value.as_tuple().digits, exponent)
        if self.max_digits is not None and digits > self.max_digits:
            self._refuse("max_digits", self.max_digits, value)
        if self.decimal_places is not None and decimals > self.decimal_places:
            self._refuse("max_decimal_places", self.decimal_places, value)
        if self.max_digits is not None and self.decimal_places is not None:
            max_whole_digits = self.max_digits - self.decimal_places
            if digits - decimals > max_whole_digits:
                self._refuse("max_whole_digits", max_whole_digits, value)

    def _refuse(self, code: str, limit: int, value: Decimal) -> NoReturn:
        raise ValidationError(self.messages[code], code=code, params={"max": limit, "value": value})

    def __eq__(self, other: object) -> bool:
        """Compare by both limits."""
        return (
            isinstance(other, self.__class__)
            and self.max_digits == other.max_digits
            and self.decimal_places == other.decimal_places
        )

    __hash__ = None  # type: ignore[assignment]


def _count_digits(digits: tuple[int, ...], exponent: int) -> tuple[int, int]:
    """Return how many digits a number has when it is written out, and how many of them are behind the point."""
    if exponent >= 0:
        # 1E+2 is written 100; 0E+2 is just 0.
        return len(digits) + (exponent if digits != (0,) else 0), 0
    # 0.001 has one digit and an exponent of -3: the zeros behind the point count too.
    return max(len(digits), -exponent), -exponent


class FileExtensionValidator(Deconstructible):
    """Demand an object whose `name` ends in one of the extensions; `None` allows all."""

    message: Any = "File extension “%(extension)s” is not allowed. Allowed extensions are: %(allowed_extensions)s."
    code = "invalid_extension"

    def __init__(
        self, allowed_extensions: Iterable[str] | None = None, message: Any = None, code: str | None = None
    ) -> None:
        """Keep the extensions in small letters, and what else is given."""
        self.allowed_extensions = None if allowed_extensions is None else [name.lower() for name in allowed_extensions]
        if message is not None:
            self.message = message
        if code is not None:
            self.code = code

    def __call__(self, value: Any) -> None:
        """Raise `ValidationError` for another extension."""
        extension = PurePath(value.name).suffix[1:].lower()
        if self.allowed_extensions is not None and extension not in self.allowed_extensions:
            allowed = ", ".join(self.allowed_extensions)
            params = {"extension": extension, "allowed_extensions": allowed, "value": value}
            raise ValidationError(self.message, code=self.code, params=params)

    def __eq__(self, other: object) -> bool:
        """Compare by the extensions and what is said."""
        return (
            isinstance(other, self.__class__)
            and set(self.allowed_extensions or ()) == set(other.allowed_extensions or ())
            and self.message == other.message
            and self.code == other.code
        )

    __hash__ = None  # type: ignore[assignment]


class ProhibitNullCharactersValidator(Deconstructible):
    """Refuse text with NUL in it, which databases cannot store."""

    message: Any = "Null characters are not allowed."
    code = "null_characters_not_allowed"

    def __init__(self, message: Any = None, code: str | None = None) -> None:
        """Keep what is given, and take what is not from the class."""
        if message is not None:
            self.message = message
        if code is not None:
            self.code = code

    def __call__(self, value: Any) -> None:
        """Raise `ValidationError` for NUL."""
        if "\x00" in str(value):
            raise ValidationError(self.message, code=self.code, params={"value": value})

    def __eq__(self, other: object) -> bool:
        """Compare by what is said."""
        return isinstance(other, self.__class__) and self.message == other.message and self.code == other.code

    __hash__ = None  # type: ignore[assignment]
