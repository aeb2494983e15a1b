"""Text that is decided late: the translation hook, and messages whose wording depends on a number.

aorm speaks plain English. A framework that translates installs its catalogue once, and every message of a validator, a
field or a constraint goes through it when the message is shown, so that the reader's language of that moment counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["PluralMessage", "Translations", "gettext", "install_translations", "is_lazy_text", "ngettext", "show"]


class Translations(Protocol):
    """Translate texts; `gettext.NullTranslations` of the standard library and its subclasses fit."""

    def gettext(self, message: str, /) -> str:
        """Return `message` in the reader's language."""
        ...

    def ngettext(self, singular: str, plural: str, number: int, /) -> str:
        """Return the form of the message that `number` asks for, in the reader's language."""
        ...


_provider: Callable[[], Translations | None] | None = None


def install_translations(provider: Callable[[], Translations | None] | None) -> None:
    """Let `provider` name the catalogue for the text being shown.

    It is called for each text, so it may choose by a context variable or a thread local; `None` as its answer, or as
    the provider, means English.
    """
    global _provider
    _provider = provider


def gettext(message: str) -> str:
    """Return `message` as the installed catalogue has it."""
    translations = _provider() if _provider is not None else None
    return message if translations is None else translations.gettext(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    """Return `singular` or `plural`, whichever `number` asks for, as the installed catalogue has it."""
    translations = _provider() if _provider is not None else None
    if translations is None:
        return singular if number == 1 else plural
    return translations.ngettext(singular, plural, number)


class PluralMessage:
    """A message with a singular and a plural form; `message % params` chooses by the parameter named `number_name`."""

    __slots__ = ("number_name", "plural", "singular")

    def __init__(self, singular: str, plural: str, number_name: str) -> None:
        """Keep both forms and the name of the parameter that counts."""
        self.singular = singular
        self.plural = plural
        self.number_name = number_name

    def __mod__(self, params: Mapping[str, object]) -> str:
        """Fill the form that the counting parameter asks for."""
        number = params[self.number_name]
        return ngettext(self.singular, self.plural, number if isinstance(number, int) else 2) % params

    def __str__(self) -> str:
        """Return the plural form, unfilled."""
        return self.plural

    def __repr__(self) -> str:
        """Show both forms."""
        return f"PluralMessage({self.singular!r}, {self.plural!r}, {self.number_name!r})"

    def __eq__(self, other: object) -> bool:
        """Compare by the forms and the counting parameter."""
        if not isinstance(other, PluralMessage):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self) -> int:
        """Hash what is compared."""
        return hash(self._key())

    def _key(self) -> tuple[str, str, str]:
        return (self.singular, self.plural, self.number_name)


def show(message: object, params: object = None) -> str:
    """Return `message` as text for a reader: translated, and filled with `params` where there are any.

    A plain string is translated here; any other object (a lazy string of the reader's framework, a `PluralMessage`)
    knows by itself what it is in the reader's language.
    """
    if isinstance(message, str):
        text = gettext(message) if message else message
        return str(text % params) if params else text
    if not params:
        return str(message)
    if hasattr(type(message), "__mod__"):
        return str(message % params)  # type: ignore[operator]
    return str(str(message) % params)


# The names by which the classes of lazy strings go, Django's by the method that they alone have.
_LAZY_CLASS_NAMES = frozenset({"lazystring", "lazyproxy"})


def is_lazy_text(value: object) -> bool:
    """Tell whether `value` stands for text that is decided late, such as the `gettext_lazy` of some framework."""
    cls = type(value)
    return (
        isinstance(value, PluralMessage)
        or hasattr(cls, "_proxy____cast")
        or any(base.__name__.lstrip("_").lower() in _LAZY_CLASS_NAMES for base in cls.__mro__)
    )
