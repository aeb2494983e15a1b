"""Streams that several readers share: rows were lost without a word. Names that became source."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

import aorm
from aorm import models
from aorm.bridge import sync_iterator
from tests.support.faces import configured


class Row(models.Model):
    number = models.IntegerField()

    class Meta:
        app_label = "regressions"


@pytest.fixture
def rows(database_url: str) -> Iterator[None]:
    """A table of 200 rows."""
    with configured(database_url):
        aorm.schema.create_tables([Row])
        Row.objects.bulk_create([Row(number=number) for number in range(200)])
        aorm.close_all()
        yield
        aorm.close_all()


async def test_a_stream_has_one_reader_at_a_time(rows: None) -> None:
    stream = Row.objects.aiterator(chunk_size=10)

    async def read() -> int:
        return len([row async for row in stream])

    first, second = await asyncio.gather(read(), read(), return_exceptions=True)
    assert first == 200
    assert isinstance(second, aorm.InterfaceError)
    await aorm.aclose_all()


async def test_a_stream_of_rows_has_one_reader_at_a_time(rows: None) -> None:
    stream = aorm.connections["default"].stream("SELECT number FROM regressions_row", chunk_size=10)

    async def read() -> int:
        return sum([len(chunk) async for chunk in stream])

    first, second = await asyncio.gather(read(), read(), return_exceptions=True)
    assert first == 200
    assert isinstance(second, aorm.InterfaceError)
    await aorm.aclose_all()


async def test_readers_may_take_turns(rows: None) -> None:
    stream = Row.objects.order_by("number").aiterator(chunk_size=10)

    async def read_one() -> int:
        return (await anext(stream)).number

    numbers = [await asyncio.create_task(read_one()) for _ in range(25)]
    assert numbers == list(range(25))
    await stream.aclose()
    await aorm.aclose_all()


class Numbers:
    """Gives numbers, the second only when it is let."""

    def __init__(self) -> None:
        self.has_begun = threading.Event()
        self.may_go_on = threading.Event()

    async def anumbers(self) -> AsyncIterator[int]:
        yield 0
        self.has_begun.set()
        await asyncio.to_thread(self.may_go_on.wait)
        yield 1

    numbers = sync_iterator(anumbers)


def test_an_iterator_has_one_thread_at_a_time() -> None:
    source = Numbers()
    numbers = source.numbers()
    assert next(numbers) == 0
    with ThreadPoolExecutor(1) as threads:
        other = threads.submit(next, numbers)
        source.has_begun.wait()
        with pytest.raises(aorm.InterfaceError, match="another thread is reading"):
            next(numbers)
        source.may_go_on.set()
        assert other.result() == 1
    assert list(numbers) == []


@pytest.mark.parametrize("name", ["x; DROP TABLE regressions_row", 's1"', "", "1", "s 1"])
def test_names_of_savepoints_are_no_source(rows: None, name: str) -> None:
    with aorm.atomic():
        Row.objects.create(number=1)
        with pytest.raises(ValueError, match="no name of a savepoint"):
            aorm.transaction.savepoint_rollback(name)
        with pytest.raises(ValueError, match="no name of a savepoint"):
            aorm.transaction.savepoint_commit(name)
    assert Row.objects.count() == 201
