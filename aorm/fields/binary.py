"""Bytes."""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any, ClassVar, Literal, overload

from aorm import checks
from aorm.fields.annotations import BinaryGet, BinarySet
from aorm.fields.base import Field
from aorm.validators import MaxLengthValidator

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Unpack

    from aorm.fields.annotations import Binary, FieldOptions, Label


class BinaryField(Field[BinarySet, BinaryGet]):
    """Raw bytes; not edited unless told. Read as `bytes` on every database."""

    description = "Raw binary data"
    empty_values: ClassVar[Sequence[Any]] = [None, b""]
    default_error_messages: ClassVar[Mapping[str, Any]] = {"invalid": "“%(value)s” is not a valid binary value."}

    if TYPE_CHECKING:

        @overload
        def __init__(
            self: BinaryField[Binary, bytes],
            verbose_name: Label | None = None,
            name: str | None = None,
            *,
            null: Literal[False] = False,
            **options: Unpack[FieldOptions],
        ) -> None: ...
        @overload
        def __init__(
            self: BinaryField[Binary | None, bytes | None],
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

    def __init__(self, *args: Any, **options: Any) -> None:
        """Keep the field out of editing unless told, and limit the length where one is given."""
        options.setdefault("editable", False)
        super().__init__(*args, **options)
        if self.max_length is not None:
            self.validators.append(MaxLengthValidator(self.max_length))

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        """Check the declaration; the default must be bytes."""
        found = super().check(**kwargs)
        if self.has_default() and isinstance(self.default, str):
            text = "BinaryField's default cannot be a string. Use bytes content instead."
            found.append(checks.Error(text, obj=self, id="fields.E170"))
        return found

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        """Return what makes an equal field."""
        name, path, args, keywords = super().deconstruct()
        if self.editable:
            keywords["editable"] = True
        else:
            del keywords["editable"]
        return name, path, args, keywords

    def get_internal_type(self) -> str:
        """Return the name of the field class whose column type this one has."""
        return "BinaryField"

    def get_default(self) -> Any:
        """Return the value of a new instance."""
        default = super().get_default()
        return b"" if default == "" and not self.has_default() else default

    def get_prep_value(self, value: Any) -> Any:
        """Return the bytes, or an object that shares its memory as bytes; None stays.

        Raises:
            TypeError: it has no bytes.
        """
        if value is None or isinstance(value, (bytes, bytearray, memoryview)):
            return value
        try:
            return memoryview(value)
        except TypeError:
            raise TypeError(f"Field '{self.name}' expected bytes but got {value!r}.") from None

    def to_python(self, value: Any) -> Any:
        """Return the value as bytes, from a base64 text where it is one."""
        if not isinstance(value, str):
            return value
        try:
            return memoryview(b64decode(value.encode("ascii"), validate=True))
        except (UnicodeEncodeError, binascii.Error):
            raise self.error("invalid", value=value) from None

    def value_to_string(self, obj: Any) -> str:
        """Return the field's value in the instance in base64."""
        return b64encode(self.value_from_object(obj)).decode("ascii")
