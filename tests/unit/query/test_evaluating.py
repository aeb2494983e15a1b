"""Querysets that would have to be evaluated where nothing may block."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import pytest

from aorm.drivers.recording import RecordingDriver
from aorm.exceptions import SyncInAsyncContext
from tests.unit.query.shop import Author

WAYS: dict[str, Callable[[Any], object]] = {
    "for": list,
    "len": len,
    "bool": bool,
    "in": lambda queryset: Author(pk=1) in queryset,
    "index": lambda queryset: queryset[0],
    "step": lambda queryset: queryset[0:4:2],
    "pickle": pickle.dumps,
}


@pytest.mark.parametrize("way", WAYS)
async def test_evaluating_in_a_running_loop_says_what_to_write(way: str, recorder: RecordingDriver) -> None:
    queryset = Author.objects.using("recorded")
    with pytest.raises(SyncInAsyncContext, match=r"QuerySet of Author is not evaluated.*`await` it first, or iterate"):
        WAYS[way](queryset)
    assert recorder.statements == []


async def test_evaluated_querysets_are_lists(recorder: RecordingDriver) -> None:
    queryset = Author.objects.using("recorded").all()
    await queryset
    assert (list(queryset), len(queryset), bool(queryset)) == ([], 0, False)
