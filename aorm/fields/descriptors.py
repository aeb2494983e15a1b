"""Read a field's value that is not loaded."""

from __future__ import annotations

from typing import Any


def load_missing(field: Any, instance: Any) -> Any:
    """Let the model load the deferred field, and return its value.

    The model's `_fetch_deferred_field(field)` decides how: from a parent that is already loaded, by a query through
    the bridge, or, in a running event loop, by refusing in words.
    """
    instance._fetch_deferred_field(field)
    return instance.__dict__[field.attname]


class DeferredAttribute:
    """What stands on a model class for a field whose class names a `descriptor_class` derived from this one.

    A field that names none is its own descriptor, and costs one object less.
    """

    def __init__(self, field: Any) -> None:
        """Keep the field."""
        self.field = field

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        """Return the value, loading it if it is deferred; on the class, the descriptor itself."""
        if instance is None:
            return self
        try:
            return instance.__dict__[self.field.attname]
        except KeyError:
            return load_missing(self.field, instance)
