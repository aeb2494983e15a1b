"""Bring IPv6 addresses into one form."""

from __future__ import annotations

import ipaddress

MAX_IPV6_ADDRESS_LENGTH = 39


def shorten_ipv6(text: str, unpack_ipv4: bool = False) -> str | None:
    """Return the address with zeros compressed and letters lowercase, None if it is not an IPv6 address.

    An IPv4 address inside it is shown in dotted form, by itself where `unpack_ipv4` says so.
    """
    if len(text) > MAX_IPV6_ADDRESS_LENGTH:
        return None
    try:
        # By way of the number, so that a scope ("%eth0") is dropped.
        address = ipaddress.IPv6Address(int(ipaddress.IPv6Address(text)))
    except ValueError:
        return None
    if address.ipv4_mapped is None:
        return str(address)
    return str(address.ipv4_mapped) if unpack_ipv4 else f"::ffff:{address.ipv4_mapped}"
