"""`aorm.twins`: whichever face of an operation a class overrides, both faces show it.

Each test builds a small hierarchy, calls both faces in plain code and in a running loop, and compares which definitions
ran, in order.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import pickle
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest

from aorm.bridge import sync_iterator, sync_twin
from aorm.twins import harmonise_twins

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

log: ContextVar[list[str]] = ContextVar("log")


class Base:
    """Stands for Model: coroutines are the truth, every subclass is harmonised."""

    def __init_subclass__(cls) -> None:
        harmonise_twins(cls)

    async def asave(self, *, word: str = "") -> str:
        log.get().append("Base.asave")
        await asyncio.sleep(0)
        return f"saved{word}"

    save = sync_twin(asave)

    async def aitems(self) -> AsyncIterator[int]:
        for item in range(3):
            yield item

    items = sync_iterator(aitems)

    def clean(self) -> str:
        return "cleaned"

    async def aclean(self) -> str:
        return "cleaned"

    __twin_names__ = ("clean",)


def both(instance: Any, *args: Any, **kwargs: Any) -> tuple[Any, list[str]]:
    """Call both faces in every surrounding, see that they agree, and return what they did."""
    outcomes: list[tuple[Any, list[str]]] = []

    async def through_coroutine() -> Any:
        return await instance.asave(*args, **kwargs)

    async def through_worker() -> Any:
        return await asyncio.to_thread(instance.save, *args, **kwargs)

    ways: list[Callable[[], Any]] = [
        lambda: instance.save(*args, **kwargs),
        lambda: asyncio.run(through_coroutine()),
        lambda: asyncio.run(through_worker()),
    ]
    for way in ways:
        log.set([])
        outcomes.append((way(), log.get()))
    assert outcomes[0] == outcomes[1] == outcomes[2]
    return outcomes[0]


@pytest.mark.timeout(20)
class TestChains:
    def test_nothing_overridden(self) -> None:
        class Book(Base): ...

        assert both(Book(), word="!") == ("saved!", ["Base.asave"])
        assert not {"save", "asave"} & set(vars(Book))

    def test_coroutine_overridden(self) -> None:
        class Book(Base):
            async def asave(self, *, word: str = "") -> str:
                log.get().append("Book.asave")
                return await super().asave(word=word)

        assert both(Book()) == ("saved", ["Book.asave", "Base.asave"])

    def test_sync_method_overridden(self) -> None:
        class Book(Base):
            def save(self, *, word: str = "") -> str:
                log.get().append("Book.save")
                return super().save(word=word)

        assert both(Book(), word="?") == ("saved?", ["Book.save", "Base.asave"])

    def test_sync_above_coroutine(self) -> None:
        class Book(Base):
            async def asave(self, *, word: str = "") -> str:
                log.get().append("Book.asave")
                return await super().asave(word=word)

        class Novel(Book):
            def save(self, *, word: str = "") -> str:
                log.get().append("Novel.save")
                return super().save(word=word)

        assert both(Novel()) == ("saved", ["Novel.save", "Book.asave", "Base.asave"])

    def test_coroutine_above_sync(self) -> None:
        class Book(Base):
            def save(self, *, word: str = "") -> str:
                log.get().append("Book.save")
                return super().save(word=word)

        class Novel(Book):
            async def asave(self, *, word: str = "") -> str:
                log.get().append("Novel.asave")
                return await super().asave(word=word)

        assert both(Novel()) == ("saved", ["Novel.asave", "Book.save", "Base.asave"])

    def test_four_floors_alternating(self) -> None:
        class One(Base):
            def save(self, *, word: str = "") -> str:
                log.get().append("One.save")
                return super().save(word=word)

        class Two(One):
            async def asave(self, *, word: str = "") -> str:
                log.get().append("Two.asave")
                return await super().asave(word=word)

        class Three(Two): ...

        class Four(Three):
            def save(self, *, word: str = "") -> str:
                log.get().append("Four.save")
                return super().save(word=word)

        class Five(Four):
            async def asave(self, *, word: str = "") -> str:
                log.get().append("Five.asave")
                return await super().asave(word=word)

        assert both(Five()) == ("saved", ["Five.asave", "Four.save", "Two.asave", "One.save", "Base.asave"])

    def test_both_overridden_stay_as_they_are(self) -> None:
        class Book(Base):
            def save(self, *, word: str = "") -> str:
                return "sync"

            async def asave(self, *, word: str = "") -> str:
                return "async"

        assert Book().save() == "sync"
        assert asyncio.run(Book().asave()) == "async"

    def test_decorated_override_is_no_twin(self) -> None:
        class Book(Base):
            @functools.wraps(Base.save)
            def save(self, *, word: str = "") -> str:  # type: ignore[override]
                log.get().append("Book.save")
                return super().save(word=word)

        assert both(Book()) == ("saved", ["Book.save", "Base.asave"])

    def test_explicit_class_skips_overrides(self) -> None:
        class Book(Base):
            async def asave(self, *, word: str = "") -> str:
                log.get().append("Book.asave")
                return await super().asave(word=word)

        log.set([])
        assert Base.save(Book()) == "saved"
        assert log.get() == ["Base.asave"]

    def test_patched_methods_are_honoured(self) -> None:
        class Book(Base):
            def save(self, *, word: str = "") -> str:
                return "sync"

        with mock.patch.object(Book, "save", return_value="patched"):
            assert asyncio.run(Book().asave()) == "patched"
        with mock.patch.object(Base, "asave", mock.AsyncMock(return_value="patched")):
            assert type("Plain", (Base,), {})().save() == "patched"

    def test_pair_written_by_hand_in_the_base(self) -> None:
        class Book(Base):
            def clean(self) -> str:
                return super().clean() + " twice"

        class Novel(Book):
            async def aclean(self) -> str:
                return await super().aclean() + ", thrice"

        assert asyncio.run(Book().aclean()) == Book().clean() == "cleaned twice"
        assert asyncio.run(Novel().aclean()) == Novel().clean() == "cleaned twice, thrice"

    def test_coroutine_under_the_sync_name_is_refused(self) -> None:
        with pytest.raises(TypeError, match=r"Book.save is a coroutine, which nobody would await: name it asave\.$"):

            class Book(Base):
                async def save(self) -> None: ...  # type: ignore[override]


@pytest.mark.timeout(20)
class TestMixins:
    def test_sync_mixin(self) -> None:
        class Stamped:
            def save(self, *, word: str = "") -> str:
                log.get().append("Stamped.save")
                return super().save(word=word)  # type: ignore[misc,no-any-return]

        class Book(Stamped, Base): ...

        assert both(Book()) == ("saved", ["Stamped.save", "Base.asave"])

    def test_async_mixin(self) -> None:
        class Stamped:
            async def asave(self, *, word: str = "") -> str:
                log.get().append("Stamped.asave")
                return await super().asave(word=word)  # type: ignore[misc,no-any-return]

        class Book(Stamped, Base): ...

        assert both(Book()) == ("saved", ["Stamped.asave", "Base.asave"])

    @pytest.mark.parametrize("own_face", ["save", "asave"])
    @pytest.mark.parametrize("first_face", ["save", "asave"])
    @pytest.mark.parametrize("second_face", ["save", "asave"])
    def test_every_order_of_faces(self, own_face: str, first_face: str, second_face: str) -> None:
        def layer(name: str, face: str, *bases: type) -> type:
            def save(self: Any, *, word: str = "") -> Any:
                log.get().append(f"{name}.save")
                return super(made, self).save(word=word)  # type: ignore[arg-type,misc]

            async def asave(self: Any, *, word: str = "") -> Any:
                log.get().append(f"{name}.asave")
                return await super(made, self).asave(word=word)  # type: ignore[arg-type,misc]

            made = type(name, bases, {face: save if face == "save" else asave})
            return made

        first = layer("First", first_face)
        second = layer("Second", second_face)
        book = layer("Book", own_face, first, second, Base)
        expected = [f"Book.{own_face}", f"First.{first_face}", f"Second.{second_face}", "Base.asave"]
        assert both(book()) == ("saved", expected)

    def test_other_users_of_a_mixin_see_nothing_of_it(self) -> None:
        class Stamped:
            def save(self) -> str:
                return "stamped"

        class Book(Stamped, Base): ...  # type: ignore[misc]

        class Other:
            async def asave(self) -> str:
                return "other's own"

        class Foreign(Stamped, Other): ...

        assert asyncio.run(Foreign().asave()) == "other's own"
        assert not hasattr(Stamped, "asave")
        assert not hasattr(Stamped(), "asave")
        assert asyncio.run(Book().asave()) == "stamped"
        assert Foreign.asave is Other.asave


@pytest.mark.timeout(20)
class TestIterators:
    def test_sync_override(self) -> None:
        class Doubled(Base):
            def items(self) -> Iterator[int]:
                for item in super().items():
                    yield 2 * item

        class More(Doubled):
            async def aitems(self) -> AsyncIterator[int]:
                async for item in super().aitems():
                    yield item + 1

        async def collect(instance: Base) -> list[int]:
            return [item async for item in instance.aitems()]

        assert list(Doubled().items()) == asyncio.run(collect(Doubled())) == [0, 2, 4]
        assert list(More().items()) == asyncio.run(collect(More())) == [1, 3, 5]

    def test_early_end_closes_the_generator(self) -> None:
        closed = []

        class Watched(Base):
            def items(self) -> Iterator[int]:
                try:
                    yield from range(10)
                finally:
                    closed.append(True)

        async def first() -> int:
            stream = Watched().aitems()
            item = await anext(stream)
            await stream.aclose()  # type: ignore[attr-defined]
            return item

        assert asyncio.run(first()) == 0
        assert closed == [True]


class TestDerivedFaces:
    def test_they_are_visible_named_and_documented(self) -> None:
        class Book(Base):
            def save(self, *, word: str = "x") -> str:
                """Save with a stamp."""
                return word

        class Novel(Base):
            async def asave(self, *, word: str = "y") -> str:
                """Save like a novel."""
                return word

        derived, twin = vars(Book)["asave"], vars(Novel)["save"]
        assert inspect.iscoroutinefunction(derived)
        assert (derived.__name__, derived.__module__) == ("asave", __name__)
        assert derived.__qualname__ == f"{Book.__qualname__}.asave"
        assert derived.__wrapped__ is Book.save
        assert derived.__doc__ == (
            "Coroutine twin of `save`: run it in a worker thread, in this task's context.\n\nSave with a stamp."
        )
        assert str(inspect.signature(derived)) == "(self, *, word: 'str' = 'x') -> 'str'"
        assert twin.__qualname__ == f"{Novel.__qualname__}.save"
        assert twin.__wrapped__ is Novel.asave
        assert "Save like a novel." in twin.__doc__

    def test_pickle(self) -> None:
        assert pickle.loads(pickle.dumps(Pickled.asave)) is Pickled.asave
        assert pickle.loads(pickle.dumps(Pickled().asave)).__func__ is Pickled.asave


class Pickled(Base):
    def save(self, *, word: str = "") -> str:
        return "pickled"
