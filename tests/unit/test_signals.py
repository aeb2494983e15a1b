"""`aorm.signals`: connecting, sending, forgetting."""

from __future__ import annotations

import asyncio
import gc
import logging
import threading
from typing import Any

import pytest

from aorm import signals
from aorm.bridge import run_sync, sync_twin
from aorm.exceptions import SyncInAsyncContext
from aorm.settings import settings
from aorm.signals import ModelSignal, Signal, receiver


class Book:
    pass


class Author:
    pass


@pytest.fixture(params=[False, True], ids=["plain", "caching"])
def signal(request: pytest.FixtureRequest) -> Signal:
    return Signal(use_caching=request.param)


def answer(value: object) -> Any:
    def respond(**kwargs: Any) -> object:
        return (value, kwargs["sender"])

    return respond


def aanswer(value: object) -> Any:
    async def respond(**kwargs: Any) -> object:
        await asyncio.sleep(0)
        return (value, kwargs["sender"])

    return respond


class TestConnecting:
    def test_by_sender_and_for_all(self, signal: Signal) -> None:
        for_all, for_book = answer("all"), answer("book")
        signal.connect(for_all)
        signal.connect(for_book, sender=Book)
        assert signal.send(Book) == [(for_all, ("all", Book)), (for_book, ("book", Book))]
        assert signal.send(Author) == [(for_all, ("all", Author))]
        assert signal.send(None) == [(for_all, ("all", None))]

    def test_once_per_receiver_and_sender(self, signal: Signal) -> None:
        respond = answer(1)
        signal.connect(respond, sender=Book)
        signal.connect(respond, sender=Book)
        assert len(signal.receivers) == 1
        signal.connect(respond, sender=Author)
        assert len(signal.receivers) == 2

    def test_dispatch_uid(self, signal: Signal) -> None:
        first, second = answer(1), answer(2)
        signal.connect(first, dispatch_uid="uid")
        signal.connect(second, dispatch_uid="uid")
        assert [response[0] for _, response in signal.send(Book)] == [1]
        assert signal.disconnect(dispatch_uid="uid")
        assert not signal.disconnect(dispatch_uid="uid")

    def test_disconnect(self, signal: Signal) -> None:
        respond = answer(1)
        signal.connect(respond, sender=Book)
        assert not signal.disconnect(respond)
        assert signal.disconnect(respond, sender=Book)
        assert signal.send(Book) == []

    def test_bound_methods(self, signal: Signal) -> None:
        class Listener:
            def hear(self, **kwargs: Any) -> str:
                return "heard"

        listener = Listener()
        signal.connect(listener.hear)
        assert signal.has_listeners(Book)
        assert signal.disconnect(listener.hear)
        signal.connect(listener.hear)
        del listener
        gc.collect()
        assert not signal.has_listeners(Book)

    def test_receivers_go_with_their_owner_unless_held(self, signal: Signal) -> None:
        weak, held = answer("weak"), answer("held")
        signal.connect(weak)
        signal.connect(held, weak=False)
        assert len(signal.send(Book)) == 2
        del weak, held
        gc.collect()
        assert [response[0] for _, response in signal.send(Book)] == ["held"]
        assert len(signal.receivers) == 1

    def test_connections_go_with_their_sender(self, signal: Signal) -> None:
        respond = answer(1)
        sender = type("Short", (), {})
        signal.connect(respond, sender=sender)
        assert signal.has_listeners(sender)
        del sender
        gc.collect()
        for _ in range(200):
            assert not signal.has_listeners(type("Other", (), {}))
        assert signal.receivers == []

    def test_debug_checks(self, signal: Signal) -> None:
        with settings.override(debug=True):
            with pytest.raises(TypeError, match=r"^Signal receivers must be callable\.$"):
                signal.connect(object())
            with pytest.raises(ValueError, match=r"^Signal receivers must accept keyword arguments"):
                signal.connect(lambda sender: None)
            signal.connect(answer(1))

    def test_receiver_decorator(self) -> None:
        first, second = Signal(), Signal()

        @receiver([first, second], sender=Book)
        def both(**kwargs: Any) -> None: ...

        @receiver(first)
        def one(**kwargs: Any) -> None: ...

        assert [pair[0] for pair in first.send(Book)] == [both, one]
        assert [pair[0] for pair in second.send(Book)] == [both]

    def test_revision_and_has_listeners(self, signal: Signal) -> None:
        respond = answer(1)
        assert not signal.has_listeners(Book)
        before = signal.revision
        signal.connect(respond, sender=Book)
        assert signal.revision > before
        assert signal.has_listeners(Book)
        assert not signal.has_listeners(Author)
        assert not signal.has_listeners()

    def test_receivers_can_be_muted_as_factories_do(self) -> None:
        signal = ModelSignal(use_caching=True)
        respond = answer(1)
        signal.connect(respond, sender=Book)
        assert signal.has_listeners(Book)
        paused, signal.receivers = signal.receivers, []
        assert signal.send(Book) == []
        signal.receivers = paused
        with signal.lock:
            signal.sender_receivers_cache.clear()
        assert len(signal.send(Book)) == 1


class TestSending:
    def test_sync_receivers_first_then_async_in_order(self, signal: Signal) -> None:
        receivers = [aanswer(1), answer(2), aanswer(3), answer(4)]
        for respond in receivers:
            signal.connect(respond)
        assert [response[0] for _, response in signal.send(Book)] == [2, 4, 1, 3]

    async def test_asend(self, signal: Signal) -> None:
        receivers = [aanswer(1), answer(2), aanswer(3)]
        assert await signal.asend(Book) == []
        for respond in receivers:
            signal.connect(respond)
        assert [response[0] for _, response in await signal.asend(Book)] == [2, 1, 3]

    def test_error_ends_the_sending(self, signal: Signal) -> None:
        called = []

        def fail(**kwargs: Any) -> None:
            raise LookupError("no")

        def after(**kwargs: Any) -> None:
            called.append("after")

        signal.connect(fail)
        signal.connect(after)
        with pytest.raises(LookupError):
            signal.send(Book)
        assert called == []

    async def test_robust(self, signal: Signal, caplog: pytest.LogCaptureFixture) -> None:
        error = LookupError("no")

        def fail(**kwargs: Any) -> None:
            raise error

        async def afail(**kwargs: Any) -> None:
            raise error

        after = answer(1)
        for respond in (fail, afail, after):
            signal.connect(respond)
        expected = [(fail, error), (after, (1, Book)), (afail, error)]
        with caplog.at_level(logging.ERROR, "aorm.signals"):
            assert await signal.asend_robust(Book) == expected
            assert await asyncio.to_thread(signal.send_robust, Book) == expected
        assert len(caplog.records) == 4
        assert "fail in Signal.send_robust() (no)" in caplog.text

    async def test_async_receivers_cannot_be_sent_to_from_a_running_loop(self, signal: Signal) -> None:
        respond = aanswer(1)
        signal.connect(respond)
        with pytest.raises(SyncInAsyncContext, match=r"async receivers \(aanswer.<locals>.respond\) .* await asend"):
            signal.send(Book)
        with pytest.raises(SyncInAsyncContext):
            signal.send_robust(Book)

    def test_callable_objects_may_be_async(self, signal: Signal) -> None:
        class Listener:
            async def __call__(self, **kwargs: Any) -> str:
                return "awaited"

        listener = Listener()
        signal.connect(listener)
        assert signal.send(Book) == [(listener, "awaited")]

    async def test_sync_receivers_run_in_the_loop_of_a_coroutine(self, signal: Signal) -> None:
        def where(**kwargs: Any) -> int:
            return threading.get_ident()

        signal.connect(where)
        assert await signal.asend(Book) == [(where, threading.get_ident())]

    def test_sync_receivers_run_in_the_thread_of_a_sync_call_and_may_block(self, signal: Signal) -> None:
        class Shelf:
            async def acount(self) -> int:
                return 3

            count = sync_twin(acount)

        def where(**kwargs: Any) -> tuple[int, int]:
            return threading.get_ident(), Shelf().count()

        signal.connect(where)
        assert run_sync(signal.asend(Book)) == [(where, (threading.get_ident(), 3))]
        assert run_sync(signal.asend_robust(Book)) == [(where, (threading.get_ident(), 3))]


class TestLazySenders:
    def test_names_wait_for_the_hook_and_then_for_the_model(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(signals, "_lazy_sender_hook", None)
        monkeypatch.setattr(signals, "_waiting_for_hook", [])
        signal = ModelSignal(use_caching=True)
        early, late = answer("early"), answer("late")
        signal.connect(early, sender="shop.Book")
        waiting: list[tuple[Any, str, object]] = []
        signals.set_lazy_sender_hook(lambda function, label, registry: waiting.append((function, label, registry)))
        signal.connect(late, sender="shop.Book", apps="registry")
        assert [(label, registry) for _, label, registry in waiting] == [("shop.Book", None), ("shop.Book", "registry")]
        assert not signal.has_listeners(Book)
        for function, _, _ in waiting:
            function(Book)
        assert [response[0] for _, response in signal.send(Book)] == ["early", "late"]
        assert signal.send(Author) == []
        assert signal.disconnect(early, sender=Book)
