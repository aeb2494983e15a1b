"""Validators that are one regular expression, and what every validator that can be written down as code begins with."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any, NoReturn, Self

from aorm.exceptions import ValidationError

__all__ = [
    "Deconstructible",
    "LazyPattern",
    "RegexValidator",
    "int_list_validator",
    "integer_validator",
    "validate_comma_separated_integer_list",
    "validate_integer",
    "validate_slug",
    "validate_unicode_slug",
]

_DOOR = "aorm.validators"


class Deconstructible:
    """Remember the arguments an object was made with, so that it can be written down as code."""

    _constructor_args: tuple[tuple[Any, ...], dict[str, Any]]

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Keep the arguments."""
        made = super().__new__(cls)
        made._constructor_args = (args, kwargs)
        return made

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        """Return the dotted path of the class, and the positional and keyword arguments that make an equal object.

        Raises `ValueError` for a class that cannot be imported by its name, such as one inside a function.
        """
        cls = type(self)
        # aorm's own are imported from the public door, so that modules behind it may be rearranged.
        module = _DOOR if cls.__module__.startswith(f"{_DOOR}.") else cls.__module__
        if getattr(import_module(module), cls.__name__, None) is None:
            raise ValueError(
                f"Could not find object {cls.__name__} in {module}.\nPlease note that you cannot serialize "
                "things like inner classes. Please move the object into the main module body to use migrations."
            )
        args, kwargs = self._constructor_args
        return f"{module}.{cls.__name__}", args, kwargs


class LazyPattern:
    """A regular expression that is compiled when it is first used; the one for URLs takes 27 ms."""

    def __init__(self, source: str | re.Pattern[str], flags: int = 0) -> None:
        """Keep the source; a pattern that is compiled already keeps its own flags."""
        self._source = source
        self._flags = flags

    def _compile(self) -> re.Pattern[str]:
        if isinstance(self._source, str):
            self._source = re.compile(self._source, self._flags)
        return self._source

    @property
    def pattern(self) -> str:
        """Return the source text."""
        return self._source if isinstance(self._source, str) else self._source.pattern

    @property
    def flags(self) -> int:
        """Return the flags, those that are implied included."""
        return self._compile().flags

    def search(self, text: str) -> re.Match[str] | None:
        """Find the first place in `text` that matches."""
        return self._compile().search(text)

    def match(self, text: str) -> re.Match[str] | None:
        """Match the beginning of `text`."""
        return self._compile().match(text)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """Match all of `text`."""
        return self._compile().fullmatch(text)

    def same_as(self, other: LazyPattern) -> bool:
        """Tell whether both match the same texts for the same reason; compiles only patterns of equal source."""
        return self.pattern == other.pattern and self.flags == other.flags

    def __repr__(self) -> str:
        """Show the source."""
        return f"LazyPattern({self.pattern!r})"


class RegexValidator(Deconstructible):
    """Demand that the text of a value matches a regular expression somewhere, or that it does not."""

    regex: Any = ""
    message: Any = "Enter a valid value."
    code = "invalid"
    inverse_match = False
    flags: int = 0

    def __init__(
        self,
        regex: str | re.Pattern[str] | LazyPattern | None = None,
        message: Any = None,
        code: str | None = None,
        inverse_match: bool | None = None,
        flags: int | None = None,
    ) -> None:
        """Keep what is given, and take what is not from the class; flags are only for a regular expression as text."""
        if message is not None:
            self.message = message
        if code is not None:
            self.code = code
        if inverse_match is not None:
            self.inverse_match = inverse_match
        if flags is not None:
            self.flags = flags
        source = self.regex if regex is None else regex
        if self.flags and not isinstance(source, str):
            raise TypeError("If the flags are set, regex must be a regular expression string.")
        self.regex = source if isinstance(source, LazyPattern) else LazyPattern(source, self.flags)

    def __call__(self, value: Any) -> None:
        """Raise `ValidationError` where the match is missing, or unwanted."""
        if bool(self.regex.search(str(value))) is self.inverse_match:
            self.refuse(value)

    def refuse(self, value: Any) -> NoReturn:
        """Raise the `ValidationError` of this validator."""
        raise ValidationError(self.message, code=self.code, params={"value": value})

    def __eq__(self, other: object) -> bool:
        """Compare by the regular expression, the way it is used, and what is said."""
        return (
            isinstance(other, RegexValidator)
            and self.regex.same_as(other.regex)
            and self.message == other.message
            and self.code == other.code
            and self.inverse_match == other.inverse_match
        )

    __hash__ = None  # type: ignore[assignment]


integer_validator = RegexValidator(LazyPattern(r"^-?\d+\Z"), message="Enter a valid integer.", code="invalid")


def validate_integer(value: Any) -> None:
    """Raise `ValidationError` for what is no whole number in digits."""
    integer_validator(value)


validate_slug = RegexValidator(
    LazyPattern(r"^[-a-zA-Z0-9_]+\Z"),
    "Enter a valid “slug” consisting of letters, numbers, underscores or hyphens.",
    "invalid",
)

validate_unicode_slug = RegexValidator(
    LazyPattern(r"^[-\w]+\Z"),
    "Enter a valid “slug” consisting of Unicode letters, numbers, underscores, or hyphens.",
    "invalid",
)


def int_list_validator(
    sep: str = ",", message: Any = None, code: str = "invalid", allow_negative: bool = False
) -> RegexValidator:
    """Return a validator that demands whole numbers with `sep` between them."""
    number = r"-?\d+" if allow_negative else r"\d+"
    return RegexValidator(LazyPattern(rf"^{number}(?:{re.escape(sep)}{number})*\Z"), message=message, code=code)


validate_comma_separated_integer_list = int_list_validator(message="Enter only digits separated by commas.")
