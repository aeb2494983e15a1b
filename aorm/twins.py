"""Keep both faces of an operation the same operation: `save` and `asave`, whichever of them a class overrides.

A class that overrides only the coroutine gets a sync twin of it; a class that overrides only the sync method gets a
coroutine that runs it in a worker thread, from which `super().save()` comes back to the loop and its transaction. So
every class on the way has both faces of what it changes, and `super()` walks through the same chain on either side.

Models, managers and querysets call `harmonise_twins` for each class that is made. Mixins that are plain classes are
given the missing face too, in a form that only aorm's classes see: for any other class it is as if it were not there.
"""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any

from aorm.bridge import coroutine_name, make_iterator_twin, make_method_twin, rename, run_in_thread, twin_kind

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping

__all__ = ["harmonise_twins"]

# Every harmonised class has this attribute: its pairs, as sync name -> whether they iterate.
_PAIRS = "__aorm_twins__"
_END = object()


def harmonise_twins(cls: type) -> None:
    """Give `cls`, and the mixins it is made of, both faces of every operation of which they define one.

    Operations with two faces are those that `sync_twin` and `sync_iterator` made in a class body, and those whose sync
    names a class lists as `__twin_names__` because it writes both by hand. A class that defines both faces keeps both
    as they are. Raises `TypeError` for a coroutine under the sync name: nobody would await it.
    """
    mro = cls.__mro__[:-1]
    declared = [_pairs_declared_in(base) for base in mro]
    # Bases come later in the MRO: reversed, the most derived declaration has the last word on what a pair is.
    pairs = {short: iterates for found in reversed(declared) for short, iterates in found.items()}
    setattr(cls, _PAIRS, pairs)
    for short, iterates in pairs.items():
        origin = max(place for place, found in enumerate(declared) if short in found)
        for base in mro[:origin]:
            _complete(base, short, iterates=iterates)


def _pairs_declared_in(cls: type) -> Mapping[str, bool]:
    pairs = dict.fromkeys(vars(cls).get("__twin_names__", ()), False)
    for name, value in vars(cls).items():
        kind = twin_kind(value)
        if kind is not None and kind.name == coroutine_name(name):
            pairs[name] = kind.iterates
    return pairs


def _complete(cls: type, short: str, *, iterates: bool) -> None:
    """Give `cls` the face of the operation `short` that its body lacks, if it has the other."""
    name = coroutine_name(short)
    sync_face, coroutine_face = vars(cls).get(short), vars(cls).get(name)
    if sync_face is None and _is_definition(coroutine_face):
        make = make_iterator_twin if iterates else make_method_twin
        _install(cls, short, make(coroutine_face, name))
    elif coroutine_face is None and _is_definition(sync_face) and twin_kind(sync_face) is None:
        if inspect.iscoroutinefunction(sync_face) or inspect.isasyncgenfunction(sync_face):
            raise TypeError(f"{cls.__qualname__}.{short} is a coroutine, which nobody would await: name it {name}.")
        derive = _derive_iterator if iterates else _derive_coroutine
        _install(cls, name, derive(sync_face, short, name))


def _is_definition(value: object) -> bool:
    return value is not None and hasattr(value, "__get__") and not isinstance(value, _MixinFace)


def _install(cls: type, name: str, face: Callable[..., Any]) -> None:
    rename(face, cls.__qualname__, name)
    face.__module__ = cls.__module__
    setattr(cls, name, face if _PAIRS in vars(cls) else _MixinFace(cls, name, face))


def _derive_coroutine(definition: Any, short: str, name: str) -> Callable[..., Any]:
    """Make the coroutine that runs the sync method `short`, whose definition in this class is `definition`."""

    async def derived(self: Any, /, *args: Any, **kwargs: Any) -> Any:
        method = _sync_method(self, definition, short, is_outermost=getattr(type(self), name, None) is derived)
        return await run_in_thread(functools.partial(method, *args, **kwargs))

    return _dress_coroutine(derived, definition, short)


def _derive_iterator(definition: Any, short: str, name: str) -> Callable[..., Any]:
    """Make the asynchronous iterator that steps through what the sync method `short` gives."""

    async def derived(self: Any, /, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        method = _sync_method(self, definition, short, is_outermost=getattr(type(self), name, None) is derived)
        items: Iterator[Any] = await run_in_thread(lambda: iter(method(*args, **kwargs)))
        try:
            while (item := await run_in_thread(next, items, _END)) is not _END:
                yield item
        finally:
            close = getattr(items, "close", None)
            if close is not None:
                await run_in_thread(close)

    return _dress_coroutine(derived, definition, short)


def _sync_method(self: object, definition: Any, short: str, *, is_outermost: bool) -> Callable[..., Any]:
    # By name where nothing overrides it, so that a patched method is honoured; by definition when reached by super().
    method: Callable[..., Any] = getattr(self, short) if is_outermost else definition.__get__(self, type(self))
    return method


def _dress_coroutine(derived: Callable[..., Any], definition: Any, short: str) -> Callable[..., Any]:
    functools.update_wrapper(derived, definition)
    documentation = getattr(definition, "__doc__", None)
    summary = f"Coroutine twin of `{short}`: run it in a worker thread, in this task's context."
    derived.__doc__ = f"{summary}\n\n{documentation}" if documentation else summary
    return derived


class _MixinFace:
    """A derived face on a mixin: there for harmonised classes, absent for all others that use the mixin."""

    def __init__(self, owner: type, name: str, face: Any) -> None:
        self.owner = owner
        self.name = name
        self.face = face

    def __get__(self, instance: object, owner: type) -> Any:
        if hasattr(owner, _PAIRS):
            return self.face.__get__(instance, owner)
        return getattr(super(self.owner, owner if instance is None else instance), self.name)
