"""Lookups and transforms that belong to a transform: those of ``year`` in ``published__year__gte``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from aorm.expressions.lookups.base import Lookup

if TYPE_CHECKING:
    from collections.abc import Mapping


# By class: what `get_lookups` gives; emptied whenever a lookup is registered.
_known: dict[type, Mapping[str, Any]] = {}


class LookupRegistry:
    """Give a class a visible table ``lookups``, and what is registered on it and on its parents."""

    lookups: ClassVar[Mapping[str, Any]] = {}
    class_lookups: ClassVar[dict[str, Any]] = {}

    @classmethod
    def get_lookups(cls) -> dict[str, Any]:
        """Return all lookups and transforms of the class by name."""
        found: dict[str, Any] = {}
        for parent in reversed(cls.__mro__):
            found.update(parent.__dict__.get("lookups", {}))
            found.update(parent.__dict__.get("class_lookups", {}))
        return found

    @classmethod
    def register_lookup(cls, lookup: Any, lookup_name: str | None = None) -> Any:
        """Add a lookup or transform, and return it; usable as a decorator."""
        if "class_lookups" not in cls.__dict__:
            cls.class_lookups = {}
        cls.class_lookups[lookup_name or lookup.lookup_name] = lookup
        _known.clear()
        return lookup

    @classmethod
    def _unregister_lookup(cls, lookup: Any, lookup_name: str | None = None) -> None:
        del cls.class_lookups[lookup_name or lookup.lookup_name]
        _known.clear()

    @classmethod
    def _lookup(cls, lookup_name: str) -> Any:
        known = _known.get(cls)
        if known is None:
            known = _known[cls] = cls.get_lookups()
        return known.get(lookup_name)

    @classmethod
    def registered_lookup(cls, lookup_name: str) -> Any:
        """Return the lookup of that name, or None."""
        found = cls._lookup(lookup_name)
        return found if found is not None and issubclass(found, Lookup) else None

    @classmethod
    def registered_transform(cls, lookup_name: str) -> Any:
        """Return the transform of that name, or None."""
        found = cls._lookup(lookup_name)
        return found if found is not None and not issubclass(found, Lookup) else None
