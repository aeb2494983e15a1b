"""Text: of limited length, unlimited, and of special form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal, overload

from aorm import checks
from aorm.exceptions import DataError
from aorm.fields.annotations import TextGet, TextSet
from aorm.fields.base import Field
from aorm.fields.choices import plain
from aorm.validators import (
    MaxLengthValidator,
    URLValidator,
    validate_email,
    validate_slug,
    validate_unicode_slug,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Unpack

    from aorm.fields.annotations import FieldOptions, Label, Text


def is_encodable(text: str) -> bool:
    """Tell whether the text can be written as UTF-8, which lone surrogates cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def unstorable_text(field: Any, text: str) -> DataError:
    """Return the error for text with a NUL character or a lone surrogate."""
    if "\0" in text:
        return DataError(
            f"{field.label} cannot store a NUL character (at position {text.index(chr(0))}): PostgreSQL refuses it and "
            "SQLite's functions stop at it. Remove it, or keep the data in a BinaryField."
        )
    place = next(index for index, character in enumerate(text) if "\ud800" <= character <= "\udfff")
    return DataError(
        f"{field.label} cannot store a lone surrogate (at position {place}): it is no character of Unicode. "
        "Decode the text with errors='replace', or keep the data in a BinaryField."
    )


class PlainText(Field[TextSet, TextGet]):
    """What all fields of text have in common."""

    db_collation: str | None
    collation_flag: ClassVar[str]
    collation_kind: ClassVar[str]

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        """Check the declaration, and that the databases know collations."""
        found = super().check(**kwargs)
        if self.db_collation is not None:
            found.extend(self._check_collation(kwargs.get("databases"), self.collation_flag, self.collation_kind))
        return found

    def db_parameters(self, connection: Any) -> dict[str, Any]:
        """Return type, check and collation of the column together."""
        return {**super().db_parameters(connection), "collation": self.db_collation}

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        """Return what makes an equal field."""
        name, path, args, keywords = super().deconstruct()
        if self.db_collation:
            keywords["db_collation"] = self.db_collation
        return name, path, args, keywords

    def to_python(self, value: Any) -> Any:
        """Return the value as a str; None stays."""
        if isinstance(value, str) or value is None:
            return value
        return str(value)

    def get_prep_value(self, value: Any) -> Any:
        """Return the value as a str that every database can store; None stays.

        Raises:
            DataError: there is a NUL character or a lone surrogate in it.
        """
        if value.__class__ is not str or self.has_own_to_python:
            value = self.to_python(plain(value))
            if not isinstance(value, str):
                return value
        if "\0" in value or not (value.isascii() or is_encodable(value)):
            raise unstorable_text(self, value)
        return value


class CharField(PlainText[TextSet, TextGet]):
    """Text of at most `max_length` characters; unlimited without."""

    collation_flag = "supports_collation_on_charfield"
    collation_kind = "CharFields"

    if TYPE_CHECKING:

        @overload
        def __init__(
            self: CharField[Text, str],
            verbose_name: Label | None = None,
            name: str | None = None,
            *,
            null: Literal[False] = False,
            db_collation: str | None = None,
            **options: Unpack[FieldOptions],
        ) -> None: ...
        @overload
        def __init__(
            self: CharField[Text | None, str | None],
            verbose_name: Label | None = None,
            name: str | None = None,
            *,
            null: bool,
            db_collation: str | None = None,
            **options: Unpack[FieldOptions],
        ) -> None: ...
        @overload
        def __init__(
            self,
            verbose_name: Label | None = None,
            name: str | None = None,
            *,
            null: bool = False,
            db_collation: str | None = None,
            **options: Unpack[FieldOptions],
        ) -> None: ...

    def __init__(self, *args: Any, db_collation: str | None = None, **options: Any) -> None:
        """Keep the collation beside the common options."""
        super().__init__(*args, **options)
        self.db_collation = db_collation
        if self.max_length is not None:
            self.validators.append(MaxLengthValidator(self.max_length))

    if not TYPE_CHECKING:

        @property
        def description(self) -> str:
            """What the field is, in words."""
            return "String (unlimited)" if self.max_length is None else "String (up to %(max_length)s)"

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        """Check the declaration; the length, if there is one, must be a positive integer."""
        found = super().check(**kwargs)
        length: Any = self.max_length
        if length is not None and (not isinstance(length, int) or isinstance(length, bool) or length <= 0):
            found.append(checks.Error("'max_length' must be a positive integer.", obj=self, id="fields.E121"))
        return found

    def get_internal_type(self) -> str:
        """Return the name of the field class whose column type this one has."""
        return "CharField"


class TextField(PlainText[TextSet, TextGet]):
    """Text without limit."""

    collation_flag = "supports_collation_on_textfield"
    collation_kind = "TextFields"
    description = "Text"

    if TYPE_CHECKING:

        @overload
        def __init__(
            self: TextField[Text, str],
            verbose_name: Label | None = None,
            name: str | None = None,
            *,
            null: Literal[False] = False,
            db_collation: str | None = None,
            **options: Unpack[FieldOptions],
        ) -> None: ...
        @overload
        def __init__(
            self: TextField[Text | None, str | None],
            verbose_name: Label | None = None,
            name: str | None = None,
            *,
            null: bool,
            db_collation: str | None = None,
            **options: Unpack[FieldOptions],
        ) -> None: ...
        @overload
        def __init__(
            self,
            verbose_name: Label | None = None,
            name: str | None = None,
            *,
            null: bool = False,
            db_collation: str | None = None,
            **options: Unpack[FieldOptions],
        ) -> None: ...

    def __init__(self, *args: Any, db_collation: str | None = None, **options: Any) -> None:
        """Keep the collation beside the common options."""
        super().__init__(*args, **options)
        self.db_collation = db_collation

    def get_internal_type(self) -> str:
        """Return the name of the field class whose column type this one has."""
        return "TextField"


class SlugField(CharField[TextSet, TextGet]):
    """A short label of letters, numbers, underscores and hyphens; indexed, of 50 characters unless told."""

    default_validators: Sequence[Callable[[Any], object]] = [validate_slug]
    description = "Slug (up to %(max_length)s)"

    if TYPE_CHECKING:

        @overload
        def __init__(
            self: SlugField[Text, str],
            verbose_name: Label | None = None,
            name: str | None = None,
            *,
            null: Literal[False] = False,
            allow_unicode: bool = False,
            db_collation: str | None = None,
            **options: Unpack[FieldOptions],
        ) -> None: ...
        @overload
        def __init__(
            self: SlugField[Text | None, str | None],
            verbose_name: Label | None = None,
            name: str | None = None,
            *,
            null: bool,
            allow_unicode: bool = False,
            db_collation: str | None = None,
            **options: Unpack[FieldOptions],
        ) -> None: ...
        @overload
        def __init__(
            self,
            verbose_name: Label | None = None,
            name: str | None = None,
            *,
            null: bool = False,
            allow_unicode: bool = False,
            db_collation: str | None = None,
            **options: Unpack[FieldOptions],
        ) -> None: ...

    def __init__(
        self,
        *args: Any,
        max_length: int | None = 50,
        db_index: bool = True,
        allow_unicode: bool = False,
        **options: Any,
    ) -> None:
        """Choose the validator by `allow_unicode`."""
        self.allow_unicode = allow_unicode
        if allow_unicode:
            self.default_validators = [validate_unicode_slug]
        super().__init__(*args, max_length=max_length, db_index=db_index, **options)

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        """Return what makes an equal field."""
        name, path, args, keywords = super().deconstruct()
        if keywords.get("max_length") == 50:
            del keywords["max_length"]
        if self.db_index is False:
            keywords["db_index"] = False
        else:
            del keywords["db_index"]
        if self.allow_unicode is not False:
            keywords["allow_unicode"] = self.allow_unicode
        return name, path, args, keywords

    def get_internal_type(self) -> str:
        """Return the name of the field class whose column type this one has."""
        return "SlugField"


class EmailField(CharField[TextSet, TextGet]):
    """An e-mail address; of 254 characters unless told, as RFC 5321 allows."""

    default_validators: Sequence[Callable[[Any], object]] = [validate_email]
    description = "Email address"

    if TYPE_CHECKING:

        @overload
        def __init__(
            self: EmailField[Text, str],
            verbose_name: Label | None = None,
            name: str | None = None,
            *,
            null: Literal[False] = False,
            db_collation: str | None = None,
            **options: Unpack[FieldOptions],
        ) -> None: ...
        @overload
        def __init__(
            self: EmailField[Text | None, str | None],
            verbose_name: Label | None = None,
            name: str | None = None,
            *,
            null: bool,
            db_collation: str | None = None,
            **options: Unpack[FieldOptions],
        ) -> None: ...
        @overload
        def __init__(
            self,
            verbose_name: Label | None = None,
            name: str | None = None,
            *,
            null: bool = False,
            db_collation: str | None = None,
            **options: Unpack[FieldOptions],
        ) -> None: ...

    def __init__(self, *args: Any, **options: Any) -> None:
        """Limit the length unless told."""
        options.setdefault("max_length", 254)
        super().__init__(*args, **options)


class URLField(CharField[TextSet, TextGet]):
    """A URL; of 200 characters unless told."""

    default_validators: Sequence[Callable[[Any], object]] = [URLValidator()]
    description = "URL"

    if TYPE_CHECKING:

        @overload
        def __init__(
            self: URLField[Text, str],
            verbose_name: Label | None = None,
            name: str | None = None,
            *,
            null: Literal[False] = False,
            db_collation: str | None = None,
            **options: Unpack[FieldOptions],
        ) -> None: ...
        @overload
        def __init__(
            self: URLField[Text | None, str | None],
            verbose_name: Label | None = None,
            name: str | None = None,
            *,
            null: bool,
            db_collation: str | None = None,
            **options: Unpack[FieldOptions],
        ) -> None: ...
        @overload
        def __init__(
            self,
            verbose_name: Label | None = None,
            name: str | None = None,
            *,
            null: bool = False,
            db_collation: str | None = None,
            **options: Unpack[FieldOptions],
        ) -> None: ...

    def __init__(self, verbose_name: Any = None, name: str | None = None, **options: Any) -> None:
        """Limit the length unless told."""
        options.setdefault("max_length", 200)
        super().__init__(verbose_name, name, **options)

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        """Return what makes an equal field."""
        name, path, args, keywords = super().deconstruct()
        if keywords.get("max_length") == 200:
            del keywords["max_length"]
        return name, path, args, keywords
