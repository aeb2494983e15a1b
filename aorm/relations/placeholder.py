"""Stand for a related object that is not loaded, where loading it on the spot would block an event loop."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NoReturn

from aorm.exceptions import SyncInAsyncContext

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Generator

# What Python looks up on the class, past __getattribute__: each of these would otherwise give a silent answer.
REFUSED_NAMES = (
    "__eq__ __ne__ __lt__ __le__ __gt__ __ge__ __bool__ __str__ __format__ __bytes__ "
    "__iter__ __next__ __aiter__ __anext__ __len__ __length_hint__ __contains__ __getitem__ __setitem__ __delitem__ "
    "__reversed__ __call__ __enter__ __exit__ __aenter__ __aexit__ __int__ __float__ __complex__ __index__ __round__ "
    "__trunc__ __floor__ __ceil__ __neg__ __pos__ __abs__ __invert__ __add__ __radd__ __sub__ __rsub__ __mul__ "
    "__rmul__ __matmul__ __rmatmul__ __truediv__ __rtruediv__ __floordiv__ __rfloordiv__ __mod__ __rmod__ __divmod__ "
    "__rdivmod__ __pow__ __rpow__ __lshift__ __rlshift__ __rshift__ __rrshift__ __and__ __rand__ __xor__ __rxor__ "
    "__or__ __ror__ __setattr__ __delattr__ __dir__ __reduce__ __reduce_ex__ __copy__ __deepcopy__ __fspath__"
)
# Whose code asks for the class and the hash of what it is given to await, as asyncio.gather does.
AWAITERS = frozenset({"abc", "anyio", "asyncio", "inspect"})


class Unloaded:
    """A related object that can only be awaited.

    In a running event loop ``book.author`` gives one of these while the author is not loaded: ``await book.author``
    loads it and gives it, and so does ``await asyncio.gather(*[book.author for book in books])``. Every other use
    raises ``SyncInAsyncContext`` with the cure in its text, also comparing, hashing and testing for truth, which
    would otherwise answer wrongly. Only its ``repr`` may be looked at, for debuggers' sake.
    """

    __slots__ = ("_load", "_model", "_name")

    def __init__(self, model: str, name: str, load: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        """Keep how to load the object, and what to call it in errors."""
        object.__setattr__(self, "_model", model)
        object.__setattr__(self, "_name", name)
        object.__setattr__(self, "_load", load)

    def __await__(self) -> Generator[Any, Any, Any]:
        return object.__getattribute__(self, "_load")().__await__()  # type: ignore[no-any-return]

    def __getattribute__(self, name: str) -> Any:
        if name == "__await__":
            return object.__getattribute__(self, name)
        if name == "__class__" and _is_asked_by_awaiter():
            return Unloaded
        refuse(self)

    def __hash__(self) -> int:
        if _is_asked_by_awaiter():
            return object.__hash__(self)
        refuse(self)

    def __repr__(self) -> str:
        model = object.__getattribute__(self, "_model")
        return f"<{model}.{object.__getattribute__(self, '_name')}: not loaded, await it>"


def _is_asked_by_awaiter() -> bool:
    caller: str = sys._getframe(2).f_globals.get("__name__", "")
    return caller.partition(".")[0] in AWAITERS


def refuse(placeholder: Any, *_: Any, **__: Any) -> NoReturn:
    """Raise the error that says what to write instead.

    Raises:
        SyncInAsyncContext: always.
    """
    model = object.__getattribute__(placeholder, "_model")
    name = object.__getattribute__(placeholder, "_name")
    variable = model.lower()
    raise SyncInAsyncContext(
        f"{model}.{name} is not loaded, and an event loop is running, which loading it here would block. "
        f"Await it: `{name} = await {variable}.{name}`; or load it beforehand: select_related({name!r}), "
        f"prefetch_related({name!r}) or `await {variable}.afetch_related({name!r})`."
    )


def _refuse_all(names: str) -> None:
    for name in names.split():
        setattr(Unloaded, name, refuse)


_refuse_all(REFUSED_NAMES)


def is_unloaded(value: object) -> bool:
    """Tell whether the value is such a placeholder."""
    return type(value) is Unloaded
