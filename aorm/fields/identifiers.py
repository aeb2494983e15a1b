"""Identifiers: automatic integers, UUIDs, network addresses."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, ClassVar, Literal, overload

from aorm import checks
from aorm.expressions.lookups.text import (
    UUIDContains,
    UUIDEndsWith,
    UUIDIContains,
    UUIDIEndsWith,
    UUIDIExact,
    UUIDIStartsWith,
    UUIDStartsWith,
)
from aorm.fields.addresses import MAX_IPV6_ADDRESS_LENGTH, shorten_ipv6
from aorm.fields.annotations import AutoGet, AutoSet, TextGet, TextSet, UUIDGet, UUIDSet
from aorm.fields.base import Field
from aorm.fields.checking import FieldChecks
from aorm.fields.choices import plain
from aorm.fields.numeric import BigIntegerField, IntegerField, SmallIntegerField
from aorm.validators import ip_address_validators

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Unpack

    from aorm.fields.annotations import UUID, FieldOptions, Integer, Label, Text


class AutoFieldMixin(FieldChecks):
    """Let the database count: the value of a new row comes back from the INSERT."""

    def __init__(self, *args: Any, **options: Any) -> None:
        """Allow the value to be missing."""
        options["blank"] = True
        super().__init__(*args, **options)

    @property
    def db_returning(self) -> bool:
        """Whether the database makes the value on INSERT: always."""
        return True

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        """Check the declaration; only a primary key counts by itself."""
        found = super().check(**kwargs)
        if not self.primary_key:
            found.append(checks.Error("AutoFields must set primary_key=True.", obj=self, id="fields.E100"))
        return found

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        """Return what makes an equal field."""
        name, path, args, keywords = super().deconstruct()
        del keywords["blank"]
        keywords["primary_key"] = True
        return name, path, args, keywords

    def validate(self, value: Any, model_instance: Any) -> None:
        """Accept everything: the database makes the value."""

    def contribute_to_class(self, cls: Any, name: str, private_only: bool = False) -> None:
        """Make the field part of the model class, which may have one of this kind."""
        if cls._meta.auto_field:
            raise ValueError(f"Model {cls._meta.label} can't have more than one auto-generated field.")
        super().contribute_to_class(cls, name, private_only)
        cls._meta.auto_field = self


class AutoFieldMeta(type):
    """Make the other automatic fields count as subclasses of AutoField, as in Django."""

    @property
    def _subclasses(cls) -> tuple[type, ...]:
        return (BigAutoField, SmallAutoField) if cls is AutoField else ()

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, cls._subclasses) or super().__instancecheck__(instance)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, cls._subclasses) or super().__subclasscheck__(subclass)


class AutoField(AutoFieldMixin, IntegerField[AutoSet, AutoGet], metaclass=AutoFieldMeta):
    """An integer of 32 bits that the database counts up."""

    if TYPE_CHECKING:

        def __init__(
            self: AutoField[Integer | None, int],
            verbose_name: Label | None = None,
            name: str | None = None,
            **options: Unpack[FieldOptions],
        ) -> None: ...

    def get_internal_type(self) -> str:
        """Return the name of the field class whose column type this one has."""
        return "AutoField"


class BigAutoField(AutoFieldMixin, BigIntegerField[AutoSet, AutoGet]):
    """An integer of 64 bits that the database counts up."""

    if TYPE_CHECKING:

        def __init__(
            self: BigAutoField[Integer | None, int],
            verbose_name: Label | None = None,
            name: str | None = None,
            **options: Unpack[FieldOptions],
        ) -> None: ...

    def get_internal_type(self) -> str:
        """Return the name of the field class whose column type this one has."""
        return "BigAutoField"


class SmallAutoField(AutoFieldMixin, SmallIntegerField[AutoSet, AutoGet]):
    """An integer of 16 bits that the database counts up."""

    if TYPE_CHECKING:

        def __init__(
            self: SmallAutoField[Integer | None, int],
            verbose_name: Label | None = None,
            name: str | None = None,
            **options: Unpack[FieldOptions],
        ) -> None: ...

    def get_internal_type(self) -> str:
        """Return the name of the field class whose column type this one has."""
        return "SmallAutoField"


class UUIDField(Field[UUIDSet, UUIDGet]):
    """A universally unique identifier; compared as text with or without hyphens."""

    lookups: ClassVar[Mapping[str, Any]] = {
        "iexact": UUIDIExact,
        "contains": UUIDContains,
        "icontains": UUIDIContains,
        "startswith": UUIDStartsWith,
        "istartswith": UUIDIStartsWith,
        "endswith": UUIDEndsWith,
        "iendswith": UUIDIEndsWith,
    }
    empty_strings_allowed = False
    default_error_messages: ClassVar[Mapping[str, Any]] = {"invalid": "“%(value)s” is not a valid UUID."}
    description = "Universally unique identifier"

    if TYPE_CHECKING:

        @overload
        def __init__(
            self: UUIDField[UUID, uuid.UUID],
            verbose_name: Label | None = None,
            *,
            null: Literal[False] = False,
            name: str | None = None,
            **options: Unpack[FieldOptions],
        ) -> None: ...
        @overload
        def __init__(
            self: UUIDField[UUID | None, uuid.UUID | None],
            verbose_name: Label | None = None,
            *,
            null: bool,
            name: str | None = None,
            **options: Unpack[FieldOptions],
        ) -> None: ...
        @overload
        def __init__(
            self,
            verbose_name: Label | None = None,
            *,
            null: bool = False,
            name: str | None = None,
            **options: Unpack[FieldOptions],
        ) -> None: ...

    def __init__(self, verbose_name: Any = None, **options: Any) -> None:
        """Fix the length, which is that of the hexadecimal form."""
        options["max_length"] = 32
        super().__init__(verbose_name, **options)

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        """Return what makes an equal field."""
        name, path, args, keywords = super().deconstruct()
        del keywords["max_length"]
        return name, path, args, keywords

    def get_internal_type(self) -> str:
        """Return the name of the field class whose column type this one has."""
        return "UUIDField"

    def to_python(self, value: Any) -> Any:
        """Return the value as a UUID, from one, a hexadecimal text or an int; None stays."""
        if value is None or isinstance(value, uuid.UUID):
            return value
        try:
            return uuid.UUID(int=value) if isinstance(value, int) else uuid.UUID(hex=value)
        except (AttributeError, ValueError):
            raise self.error("invalid", value=value) from None

    def get_prep_value(self, value: Any) -> Any:
        """Return the value as a UUID; None stays."""
        if value is None or (value.__class__ is uuid.UUID and not self.has_own_to_python):
            return value
        return self.to_python(plain(value))


class GenericIPAddressField(Field[TextSet, TextGet]):
    """An IPv4 or IPv6 address, as text in its shortest form.

    `protocol` is "both", "IPv4" or "IPv6"; `unpack_ipv4` turns ``::ffff:192.0.2.1`` into ``192.0.2.1``. An empty text
    is stored as NULL.
    """

    empty_strings_allowed = False
    default_error_messages: ClassVar[Mapping[str, Any]] = {"invalid": "Enter a valid %(protocol)s address."}
    description = "IP address"

    if TYPE_CHECKING:

        @overload
        def __init__(
            self: GenericIPAddressField[Text, str],
            verbose_name: Label | None = None,
            name: str | None = None,
            protocol: str = "both",
            unpack_ipv4: bool = False,
            *,
            null: Literal[False] = False,
            **options: Unpack[FieldOptions],
        ) -> None: ...
        @overload
        def __init__(
            self: GenericIPAddressField[Text | None, str | None],
            verbose_name: Label | None = None,
            name: str | None = None,
            protocol: str = "both",
            unpack_ipv4: bool = False,
            *,
            null: bool,
            **options: Unpack[FieldOptions],
        ) -> None: ...
        @overload
        def __init__(
            self,
            verbose_name: Label | None = None,
            name: str | None = None,
            protocol: str = "both",
            unpack_ipv4: bool = False,
            *,
            null: bool = False,
            **options: Unpack[FieldOptions],
        ) -> None: ...

    def __init__(
        self,
        verbose_name: Any = None,
        name: str | None = None,
        protocol: str = "both",
        unpack_ipv4: bool = False,
        *args: Any,
        **options: Any,
    ) -> None:
        """Choose the validators by the protocol."""
        self.unpack_ipv4 = unpack_ipv4
        self.protocol = protocol
        self.default_validators = ip_address_validators(protocol, unpack_ipv4)
        options["max_length"] = MAX_IPV6_ADDRESS_LENGTH
        super().__init__(verbose_name, name, *args, **options)

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        """Check the declaration; what may be blank must be nullable."""
        found = super().check(**kwargs)
        if self.blank and not self.null:
            text = "GenericIPAddressFields cannot have blank=True if null=False, as blank values are stored as nulls."
            found.append(checks.Error(text, obj=self, id="fields.E150"))
        return found

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        """Return what makes an equal field."""
        name, path, args, keywords = super().deconstruct()
        if self.unpack_ipv4 is not False:
            keywords["unpack_ipv4"] = self.unpack_ipv4
        if self.protocol != "both":
            keywords["protocol"] = self.protocol
        del keywords["max_length"]
        return name, path, args, keywords

    def get_internal_type(self) -> str:
        """Return the name of the field class whose column type this one has."""
        return "GenericIPAddressField"

    def to_python(self, value: Any) -> Any:
        """Return the value as text, an IPv6 address in its shortest form; None stays."""
        if value is None:
            return None
        text = str(value).strip()
        if ":" not in text:
            return text
        shortened = shorten_ipv6(text, self.unpack_ipv4)
        if shortened is None:
            raise self.error("invalid", protocol="IPv6")
        return shortened

    def get_prep_value(self, value: Any) -> Any:
        """Return the value as text; None and the empty text are NULL."""
        if value is None:
            return None
        text = str(plain(value))
        if ":" in text:
            return shorten_ipv6(text, self.unpack_ipv4) or text
        return text or None
