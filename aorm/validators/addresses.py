"""Validators of addresses: domain names, URLs, email, IP."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn
from urllib.parse import urlsplit

from aorm.exceptions import ValidationError
from aorm.lazy import gettext
from aorm.validators.patterns import Deconstructible, LazyPattern, RegexValidator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

__all__ = [
    "DomainNameValidator",
    "EmailValidator",
    "URLValidator",
    "ip_address_validators",
    "validate_domain_name",
    "validate_email",
    "validate_ipv4_address",
    "validate_ipv6_address",
    "validate_ipv46_address",
]

_UNICODE = "\u00a1-\uffff"


def _label(characters: str) -> str:
    """Return the pattern of one part of a domain name: at most 63 characters, hyphens only inside (RFC 1034)."""
    return f"[{characters}](?:[{characters}-]{{0,61}}[{characters}])?"


def _host(characters: str, last_label: str) -> str:
    """Return the pattern of a domain name of at least two parts, the last of which has a rule of its own."""
    return rf"{_label(characters)}(?:\.{_label(characters)})*\.(?!-){last_label}(?<!-)"


# A top-level domain has no digits, unless it is the ASCII form of an international one.
_IDNA_HOST = _host(f"a-z{_UNICODE}0-9", f"(?:[a-z{_UNICODE}-]{{2,63}}|xn--[a-z0-9]{{1,59}})")
_ASCII_HOST = _host("a-z0-9", "[a-z0-9-]{2,63}")


class DomainNameValidator(RegexValidator):
    """Demand a domain name, international or, with `accept_idna=False`, in ASCII."""

    message = "Enter a valid domain name."
    max_length = 255
    accept_idna: bool

    patterns: ClassVar[dict[bool, LazyPattern]] = {
        True: LazyPattern(rf"^{_IDNA_HOST}\.?\Z", re.IGNORECASE),
        False: LazyPattern(rf"^{_ASCII_HOST}\.?\Z", re.IGNORECASE),
    }

    def __init__(self, *, accept_idna: bool = True, **options: Any) -> None:
        """Choose the rule; the options are those of `RegexValidator`."""
        self.accept_idna = accept_idna
        self.regex = self.patterns[bool(accept_idna)]
        super().__init__(**options)

    def __call__(self, value: Any) -> None:
        """Raise `ValidationError` for what is no domain name."""
        if not isinstance(value, str) or len(value) > self.max_length:
            self.refuse(value)
        if not self.accept_idna and not value.isascii():
            self.refuse(value)
        super().__call__(value)


validate_domain_name = DomainNameValidator()

_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{0,2}|[1-9][0-9]?|0)"
_BRACKETED = re.compile(r"^\[(.+)\](?::[0-9]{1,5})?$")


class URLValidator(RegexValidator):
    """Demand a URL with one of the `schemes`."""

    message = "Enter a valid URL."
    schemes: Sequence[str] = ("http", "https", "ftp", "ftps")
    unsafe_chars = frozenset("\t\r\n")
    max_length = 2048
    # A host name has at most 253 characters (RFC 1034: 255 bytes, two of them for its length and its final dot).
    max_host_length = 253

    regex = LazyPattern(
        r"^[a-z0-9.+-]*://"
        r"(?:[^\s:@/]+(?::[^\s:@/]*)?@)?"
        rf"(?:{_OCTET}(?:\.{_OCTET}){{3}}|\[[0-9a-f:.]+\]|{_IDNA_HOST}\.?|localhost)"
        r"(?::[0-9]{1,5})?"
        r"(?:[/?#]\S*)?"
        r"\Z",
        re.IGNORECASE,
    )

    def __init__(self, schemes: Sequence[str] | None = None, **options: Any) -> None:
        """Keep the schemes; the options are those of `RegexValidator`."""
        super().__init__(**options)
        if schemes is not None:
            self.schemes = schemes

    def __call__(self, value: Any) -> None:
        """Raise `ValidationError` for what is no URL."""
        if not isinstance(value, str) or len(value) > self.max_length or self.unsafe_chars.intersection(value):
            self.refuse(value)
        if value.partition("://")[0].lower() not in self.schemes:
            self.refuse(value)
        try:
            parts = urlsplit(value)
        except ValueError:
            self.refuse(value)
        super().__call__(value)
        if (bracketed := _BRACKETED.search(parts.netloc)) and not _is_ipv6(bracketed[1]):
            self.refuse(value)
        if parts.hostname is None or len(parts.hostname) > self.max_host_length:
            self.refuse(value)


# RFC 5321: a dot-atom, or a quoted string of ASCII without line breaks, quotes and backslashes escaped.
_ATOM = r"[-!#$%&'*+/=?^_`{}|~0-9A-Z]+"
_QUOTED = r"[\001-\010\013\014\016-\037!#-\[\]-\177]|\\[\001-\011\013\014\016-\177]"


class EmailValidator(Deconstructible):
    """Demand an email address; hosts of the `allowlist` pass without a top-level domain."""

    message: Any = "Enter a valid email address."
    code = "invalid"
    domain_allowlist: Iterable[str] = ("localhost",)
    max_length = 320

    user_regex = LazyPattern(rf'^(?:{_ATOM}(?:\.{_ATOM})*|"(?:{_QUOTED})*")\Z', re.IGNORECASE)
    domain_regex = LazyPattern(rf"^{_IDNA_HOST}\Z", re.IGNORECASE)
    literal_regex = LazyPattern(r"\[([A-F0-9:.]+)\]\Z", re.IGNORECASE)

    def __init__(self, message: Any = None, code: str | None = None, allowlist: Iterable[str] | None = None) -> None:
        """Keep what is given, and take what is not from the class."""
        if message is not None:
            self.message = message
        if code is not None:
            self.code = code
        if allowlist is not None:
            self.domain_allowlist = allowlist

    def __call__(self, value: Any) -> None:
        """Raise `ValidationError` for what is no email address."""
        if not value or "@" not in value or len(value) > self.max_length:
            self.refuse(value)
        user, _, domain = value.rpartition("@")
        if not self.user_regex.match(user):
            self.refuse(value)
        if domain not in self.domain_allowlist and not self.validate_domain_part(domain):
            self.refuse(value)

    def refuse(self, value: Any) -> NoReturn:
        """Raise the `ValidationError` of this validator."""
        raise ValidationError(self.message, code=self.code, params={"value": value})

    def validate_domain_part(self, domain_part: str) -> bool:
        """Tell whether what stands behind the @ is a domain name, or an IP address in brackets."""
        if self.domain_regex.match(domain_part):
            return True
        literal = self.literal_regex.match(domain_part)
        return literal is not None and (_is_ipv4(literal[1]) or _is_ipv6(literal[1]))

    def __eq__(self, other: object) -> bool:
        """Compare by the hosts that are let pass, and what is said."""
        return (
            isinstance(other, EmailValidator)
            and set(self.domain_allowlist) == set(other.domain_allowlist)
            and self.message == other.message
            and self.code == other.code
        )

    __hash__ = None  # type: ignore[assignment]


validate_email = EmailValidator()

# Eight groups of four digits and seven colons; longer spellings of an address exist, and are refused.
_LONGEST_IPV6 = 39


def _is_ipv4(value: Any) -> bool:
    try:
        ipaddress.IPv4Address(value)
    except ValueError:
        return False
    return True


def _is_ipv6(value: Any) -> bool:
    if isinstance(value, ipaddress.IPv6Address):
        return True
    try:
        if len(value) > _LONGEST_IPV6:
            return False
        # By way of a number, because that refuses zone names ("%eth0").
        ipaddress.IPv6Address(int(ipaddress.IPv6Address(value)))
    except (TypeError, ValueError):
        return False
    return True


def _refuse_address(value: Any, protocol: str) -> NoReturn:
    params = {"protocol": gettext(protocol), "value": value}
    raise ValidationError("Enter a valid %(protocol)s address.", code="invalid", params=params)


def validate_ipv4_address(value: Any) -> None:
    """Raise `ValidationError` for what is no IPv4 address."""
    if not _is_ipv4(value):
        _refuse_address(value, "IPv4")


def validate_ipv6_address(value: Any) -> None:
    """Raise `ValidationError` for what is no IPv6 address."""
    if not _is_ipv6(value):
        _refuse_address(value, "IPv6")


def validate_ipv46_address(value: Any) -> None:
    """Raise `ValidationError` for what is neither an IPv4 nor an IPv6 address."""
    if not _is_ipv4(value) and not _is_ipv6(value):
        _refuse_address(value, "IPv4 or IPv6")


_ip_validators: dict[str, list[Callable[[Any], None]]] = {
    "both": [validate_ipv46_address],
    "ipv4": [validate_ipv4_address],
    "ipv6": [validate_ipv6_address],
}


def ip_address_validators(protocol: str, unpack_ipv4: bool) -> list[Callable[[Any], None]]:
    """Return the validators of a field for IP addresses; raises `ValueError` for arguments that contradict it."""
    if protocol != "both" and unpack_ipv4:
        raise ValueError("You can only use `unpack_ipv4` if `protocol` is set to 'both'")
    try:
        return _ip_validators[protocol.lower()]
    except KeyError:
        raise ValueError(f"The protocol '{protocol}' is unknown. Supported: {list(_ip_validators)}") from None
