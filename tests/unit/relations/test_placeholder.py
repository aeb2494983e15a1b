"""What is not loaded can be awaited, and nothing else."""

from __future__ import annotations

import asyncio
import copy
import pickle
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from aorm.exceptions import SyncInAsyncContext
from aorm.relations.placeholder import Unloaded, is_unloaded

USES: dict[str, Callable[[Any], Any]] = {
    "attribute": lambda value: value.name,
    "hasattr": lambda value: hasattr(value, "name"),
    "assignment": lambda value: setattr(value, "name", 1),
    "deletion": lambda value: delattr(value, "name"),
    "==": lambda value: value == 1,
    "== from the right": lambda value: 1 == value,  # noqa: SIM300 - the side is the point
    "!=": lambda value: value != 1,
    "<": lambda value: value < 1,
    "bool": bool,
    "not": lambda value: not value,
    "str": str,
    "format": lambda value: f"{value}",
    "hash": hash,
    "in a set": lambda value: value in {1},
    "in a list": lambda value: value in [1],
    "iteration": list,
    "len": len,
    "item": lambda value: value[0],
    "call": lambda value: value(),
    "+": lambda value: value + 1,
    "+ from the right": lambda value: 1 + value,
    "int": int,
    "isinstance": lambda value: isinstance(value, int),
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": pickle.dumps,
    "dir": dir,
}


async def load() -> str:
    return "loaded"


@pytest.fixture
def placeholder() -> Unloaded:
    return Unloaded("Book", "author", load)


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_every_other_use_names_the_cure(placeholder: Unloaded, use: Callable[[Any], Any]) -> None:
    with pytest.raises(SyncInAsyncContext, match=r"author = await book.author"):
        use(placeholder)


async def test_it_can_be_awaited_more_than_once(placeholder: Unloaded) -> None:
    assert await placeholder == "loaded"
    assert await placeholder == "loaded"


@pytest.mark.parametrize(
    "wait",
    [
        lambda value: asyncio.gather(value, value, load()),
        lambda value: asyncio.wait_for(value, 5),
        lambda value: asyncio.ensure_future(value),
    ],
    ids=["gather", "wait_for", "ensure_future"],
)
async def test_asyncio_takes_it(placeholder: Unloaded, wait: Callable[[Any], Awaitable[Any]]) -> None:
    assert "loaded" in await wait(placeholder)


def test_its_repr_may_be_looked_at(placeholder: Unloaded) -> None:
    assert repr(placeholder) == "<Book.author: not loaded, await it>"
    assert is_unloaded(placeholder)
    assert not is_unloaded("loaded")
