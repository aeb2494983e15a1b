"""Take instances apart for pickling and copying, and put them together again."""

from __future__ import annotations

import copy
from typing import Any

from aorm.mapping.registry import restore_model
from aorm.version import VERSION_KEY, __version__, warn_of_other_version


def reduce_instance(instance: Any) -> tuple[Any, ...]:
    """Return how to make the instance again: its class by name, and its state with the version that wrote it."""
    model = type(instance)
    state = instance.__getstate__()
    state[VERSION_KEY] = __version__
    return new_instance, (model.__module__, model.__qualname__, model._meta.label), state


def new_instance(module: str, qualname: str, label: str) -> Any:
    """Make an empty instance of a model, past its ``__init__``; what pickles of instances call."""
    return object.__new__(restore_model(module, qualname, label))


def state_of(instance: Any) -> dict[str, Any]:
    """Return a copy of the instance's attributes in which everything can be pickled."""
    instance_state = copy.copy(instance._state)
    instance_state.fields_cache = instance._state.fields_cache.copy()
    state: dict[str, Any] = instance.__dict__.copy()
    state["_state"] = instance_state
    # A memoryview cannot be pickled: it travels as bytes, apart from the values that are bytes by themselves.
    views = [(name, bytes(value)) for name, value in state.items() if isinstance(value, memoryview)]
    if views:
        for name, _ in views:
            del state[name]
        state["_memoryview_attrs"] = views
    return state


def restore_state(instance: Any, state: dict[str, Any]) -> None:
    """Give a new instance its attributes; warn when another version of aorm wrote them."""
    warn_of_other_version("model", state.pop(VERSION_KEY, None))
    for name, value in state.pop("_memoryview_attrs", ()):
        state[name] = memoryview(value)
    instance.__dict__.update(state)
