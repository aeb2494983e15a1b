"""Signals: tell receivers, sync and async ones, what happens to models.

Receivers are called in the order in which they were connected, sync ones first, never two at once. `asend` calls sync
receivers where they may do their work: in the thread of the sync call that caused the signal, if one did, and else
directly in the event loop, where they must not block. `send` runs async receivers through the bridge.
"""

from __future__ import annotations

import inspect
import logging
import threading
import weakref
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from aorm.bridge import in_running_loop, run_in_thread, run_sync, serves_sync_caller
from aorm.exceptions import SyncInAsyncContext
from aorm.settings import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

__all__ = [
    "ModelSignal",
    "Signal",
    "class_prepared",
    "m2m_changed",
    "post_delete",
    "post_init",
    "post_save",
    "pre_delete",
    "pre_init",
    "pre_save",
    "receiver",
    "set_lazy_sender_hook",
]

logger = logging.getLogger("aorm.signals")

R = TypeVar("R", bound="Callable[..., Any]")
Responses = list[tuple[Any, Any]]


class Connection(NamedTuple):
    """One connected receiver: the key it is found by, references to it and to its sender, and whether it is async."""

    key: tuple[Hashable, Hashable]
    receiver: Any
    sender: weakref.ref[Any] | None
    is_async: bool


class Live(NamedTuple):
    """The receivers that hear one sender now."""

    sync_receivers: list[Any]
    async_receivers: list[Any]


_NOBODY = Live([], [])


def _identity(thing: Any) -> Hashable:
    """Return what tells `thing` from others while it lives; bound methods are made anew at each access."""
    if hasattr(thing, "__func__"):
        return (id(thing.__self__), id(thing.__func__))
    return id(thing)


_ANY_SENDER = _identity(None)


class Signal:
    """A signal, and the receivers that are connected to it.

    `receivers` is the list of connections, `lock` guards changes of it. `revision` grows with each change: whoever
    decided something by the receivers can see whether to decide again.
    """

    def __init__(self, use_caching: bool = False) -> None:
        """Begin without receivers; with `use_caching`, remember for each sender which receivers hear it."""
        self.receivers: list[Connection] = []
        self.lock = threading.Lock()
        self.use_caching = use_caching
        # By id, with a reference that proves whose id it is: a third of the price of a WeakKeyDictionary.
        self.sender_receivers_cache: dict[int, tuple[weakref.ref[Any], list[Connection]]] = {}
        self.revision = 0
        self._has_dead = False

    def connect(
        self, receiver: Any, sender: Any = None, weak: bool = True, dispatch_uid: Hashable | None = None
    ) -> None:
        """Have `receiver` called for signals of `sender`, or of any sender when that is `None`.

        The receiver is a function, a method or another callable that takes keyword arguments, sync or async. It is
        held by a weak reference unless `weak` is false. Connecting it again, or another one with the same
        `dispatch_uid`, for the same sender changes nothing.
        """
        if settings.debug:
            _check_receiver(receiver)
        key = (dispatch_uid or _identity(receiver), _identity(sender))
        is_async = _is_async(receiver)
        held = receiver
        if weak:
            is_bound = hasattr(receiver, "__self__") and hasattr(receiver, "__func__")
            held = (weakref.WeakMethod if is_bound else weakref.ref)(receiver, self._note_death)
        try:
            # Held weakly so that a later sender with the same id is not taken for this one.
            sender_reference = None if sender is None else weakref.ref(sender, self._note_death)
        except TypeError:
            sender_reference = None
        with self.lock:
            self._drop_dead()
            if all(connection.key != key for connection in self.receivers):
                self.receivers.append(Connection(key, held, sender_reference, is_async))
            self._changed()

    def disconnect(self, receiver: Any = None, sender: Any = None, dispatch_uid: Hashable | None = None) -> bool:
        """Remove a receiver, found by `dispatch_uid` or itself, and tell whether it was connected."""
        key = (dispatch_uid or _identity(receiver), _identity(sender))
        with self.lock:
            self._drop_dead()
            found = next((place for place, connection in enumerate(self.receivers) if connection.key == key), None)
            if found is not None:
                del self.receivers[found]
            self._changed()
        return found is not None

    def has_listeners(self, sender: Any = None) -> bool:
        """Tell whether any receiver hears `sender`."""
        if not self.receivers:
            return False
        live = self._live_receivers(sender)
        return bool(live.sync_receivers or live.async_receivers)

    def send(self, sender: Any, **named: Any) -> Responses:
        """Call every receiver that hears `sender`, and return pairs of receiver and response.

        An exception of a receiver goes on to the caller, and later receivers are not called. Raises
        `SyncInAsyncContext` when there are async receivers and this thread is in a running event loop.
        """
        if not self.receivers:
            return []
        live = self._live_receivers(sender)
        self._require_blocking(live)
        responses = self._call(live.sync_receivers, sender, named)
        if live.async_receivers:
            responses += run_sync(self._await(live.async_receivers, sender, named))
        return responses

    async def asend(self, sender: Any, **named: Any) -> Responses:
        """Call or await every receiver that hears `sender`, and return pairs of receiver and response.

        An exception of a receiver goes on to the caller, and later receivers are not called.
        """
        if not self.receivers:
            return []
        live = self._live_receivers(sender)
        responses: Responses = []
        if live.sync_receivers:
            if serves_sync_caller():
                responses += await run_in_thread(self._call, live.sync_receivers, sender, named)
            else:
                responses += self._call(live.sync_receivers, sender, named)
        if live.async_receivers:
            responses += await self._await(live.async_receivers, sender, named)
        return responses

    def send_robust(self, sender: Any, **named: Any) -> Responses:
        """Do as `send`, but log what a receiver raises and return it as that receiver's response."""
        if not self.receivers:
            return []
        live = self._live_receivers(sender)
        self._require_blocking(live)
        responses = self._call_robustly(live.sync_receivers, sender, named)
        if live.async_receivers:
            responses += run_sync(self._await_robustly(live.async_receivers, sender, named))
        return responses

    async def asend_robust(self, sender: Any, **named: Any) -> Responses:
        """Do as `asend`, but log what a receiver raises and return it as that receiver's response."""
        if not self.receivers:
            return []
        live = self._live_receivers(sender)
        responses: Responses = []
        if live.sync_receivers:
            if serves_sync_caller():
                responses += await run_in_thread(self._call_robustly, live.sync_receivers, sender, named)
            else:
                responses += self._call_robustly(live.sync_receivers, sender, named)
        if live.async_receivers:
            responses += await self._await_robustly(live.async_receivers, sender, named)
        return responses

    def _require_blocking(self, live: Live) -> None:
        if live.async_receivers and in_running_loop():
            names = ", ".join(_name(receiver) for receiver in live.async_receivers)
            raise SyncInAsyncContext(
                f"a signal with async receivers ({names}) cannot be sent by send() in a running event loop: await "
                "asend() instead, or connect sync receivers to it."
            )

    def _call(self, receivers: Sequence[Any], sender: Any, named: dict[str, Any]) -> Responses:
        return [(receiver, receiver(signal=self, sender=sender, **named)) for receiver in receivers]

    async def _await(self, receivers: Sequence[Any], sender: Any, named: dict[str, Any]) -> Responses:
        return [(receiver, await receiver(signal=self, sender=sender, **named)) for receiver in receivers]

    def _call_robustly(self, receivers: Sequence[Any], sender: Any, named: dict[str, Any]) -> Responses:
        responses: Responses = []
        for receiver in receivers:
            try:
                response = receiver(signal=self, sender=sender, **named)
            except Exception as error:
                _log_failure(receiver, error)
                response = error
            responses.append((receiver, response))
        return responses

    async def _await_robustly(self, receivers: Sequence[Any], sender: Any, named: dict[str, Any]) -> Responses:
        responses: Responses = []
        for receiver in receivers:
            try:
                response = await receiver(signal=self, sender=sender, **named)
            except Exception as error:
                _log_failure(receiver, error)
                response = error
            responses.append((receiver, response))
        return responses

    def _live_receivers(self, sender: Any) -> Live:
        """Return the receivers that hear `sender` and still live."""
        connections: list[Connection] | None = None
        if self.use_caching and not self._has_dead:
            remembered = self.sender_receivers_cache.get(id(sender))
            if remembered is not None and remembered[0]() is sender:
                connections = remembered[1]
        if connections is None:
            connections = self._find_connections(sender)
        if not connections:
            return _NOBODY
        live = Live([], [])
        for connection in connections:
            receiver = connection.receiver
            if isinstance(receiver, weakref.ReferenceType):
                receiver = receiver()
                if receiver is None:
                    continue
            if connection.sender is not None and connection.sender() is None:
                continue
            (live.async_receivers if connection.is_async else live.sync_receivers).append(receiver)
        return live

    def _find_connections(self, sender: Any) -> list[Connection]:
        heard = (_ANY_SENDER, _identity(sender))
        with self.lock:
            self._drop_dead()
            connections = [connection for connection in self.receivers if connection.key[1] in heard]
            if self.use_caching and sender is not None:
                with suppress(TypeError):  # a sender without weak references is looked up each time
                    self.sender_receivers_cache[id(sender)] = (weakref.ref(sender, self._note_death), connections)
        return connections

    def _drop_dead(self) -> None:
        """Forget receivers and senders that are gone; the caller holds the lock."""
        if not self._has_dead:
            return
        self._has_dead = False
        self.receivers = [connection for connection in self.receivers if _is_alive(connection)]
        self._changed()

    def _changed(self) -> None:
        self.sender_receivers_cache.clear()
        self.revision += 1

    def _note_death(self, reference: object = None) -> None:
        # Called by the garbage collector, perhaps while this thread holds the lock: so only the mark is made here.
        self._has_dead = True


def _is_alive(connection: Connection) -> bool:
    if isinstance(connection.receiver, weakref.ReferenceType) and connection.receiver() is None:
        return False
    return connection.sender is None or connection.sender() is not None


def _is_async(receiver: Any) -> bool:
    return inspect.iscoroutinefunction(receiver) or inspect.iscoroutinefunction(type(receiver).__call__)


def _check_receiver(receiver: Any) -> None:
    if not callable(receiver):
        raise TypeError("Signal receivers must be callable.")
    parameters = inspect.signature(receiver).parameters.values()
    if not any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        raise ValueError("Signal receivers must accept keyword arguments (**kwargs).")


def _name(receiver: Any) -> str:
    return getattr(receiver, "__qualname__", None) or type(receiver).__qualname__


def _log_failure(receiver: Any, error: Exception) -> None:
    logger.error("Error calling %s in Signal.send_robust() (%s)", _name(receiver), error, exc_info=error)


class LazySenderHook(Protocol):
    """Call a function with the model that a label names, at once or when that model appears."""

    def __call__(self, function: Callable[[Any], Any], label: str, registry: Any) -> object:
        """Call `function` with the model `label` of `registry`, or of the default registry when that is `None`."""
        ...


_lazy_sender_hook: LazySenderHook | None = None
_waiting_for_hook: list[tuple[Callable[[Any], Any], str, Any]] = []


def set_lazy_sender_hook(hook: LazySenderHook) -> None:
    """Let `hook` resolve senders given as "app.Model"; done once, by the registry of models."""
    global _lazy_sender_hook
    _lazy_sender_hook = hook
    waiting = _waiting_for_hook[:]
    _waiting_for_hook.clear()
    for function, label, registry in waiting:
        hook(function, label, registry)


def _with_sender(function: Callable[[Any], bool | None], sender: Any, registry: Any) -> bool | None:
    if not isinstance(sender, str):
        return function(sender)
    if _lazy_sender_hook is None:
        _waiting_for_hook.append((function, sender, registry))
    else:
        _lazy_sender_hook(function, sender, registry)
    return None


class ModelSignal(Signal):
    """A signal whose sender is a model, which may be named as "app.Model" before it exists."""

    def connect(
        self,
        receiver: Any,
        sender: Any = None,
        weak: bool = True,
        dispatch_uid: Hashable | None = None,
        apps: Any = None,
    ) -> None:
        """Have `receiver` called for signals of the model `sender`; a name is resolved when the model appears."""
        # Partial, so that `aorm.check()` can say who waits for a model that never appears.
        _with_sender(partial(super().connect, receiver, weak=weak, dispatch_uid=dispatch_uid), sender, apps)

    def disconnect(
        self, receiver: Any = None, sender: Any = None, dispatch_uid: Hashable | None = None, apps: Any = None
    ) -> bool:
        """Remove a receiver and tell whether it was connected; a name is resolved when the model appears."""
        return bool(_with_sender(partial(super().disconnect, receiver, dispatch_uid=dispatch_uid), sender, apps))


def receiver(signal: Signal | Sequence[Signal], **options: Any) -> Callable[[R], R]:
    """Connect the decorated function to one signal, or to several; the options are those of `Signal.connect`.

    `@receiver([post_save, post_delete], sender=Book)`
    """

    def decorate(function: R) -> R:
        for each in [signal] if isinstance(signal, Signal) else signal:
            each.connect(function, **options)
        return function

    return decorate


class_prepared = Signal()

pre_init = ModelSignal(use_caching=True)
post_init = ModelSignal(use_caching=True)
pre_save = ModelSignal(use_caching=True)
post_save = ModelSignal(use_caching=True)
pre_delete = ModelSignal(use_caching=True)
post_delete = ModelSignal(use_caching=True)
m2m_changed = ModelSignal(use_caching=True)
