"""Whatever performs I/O has both faces: a coroutine with a leading `a`, and its twin without."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from aorm import models

# Django's coroutines, and those that its synchronous API would have.
MODEL = ["save", "delete", "refresh_from_db", "full_clean", "validate_unique", "validate_constraints"]
QUERYSET = [
    "aggregate", "bulk_create", "bulk_update", "contains", "count", "create", "delete", "earliest", "exists", "explain",
    "first", "get", "get_or_create", "in_bulk", "iterator", "last", "latest", "update", "update_or_create",
]  # fmt: skip
CLASSES = [(models.Model, MODEL), (models.QuerySet, QUERYSET), (models.Manager, [*QUERYSET])]
NOT_ON_MANAGERS = {"delete"}


def is_coroutine(value: Any) -> bool:
    """Tell whether calling this gives something to await or to iterate asynchronously."""
    return inspect.iscoroutinefunction(value) or inspect.isasyncgenfunction(value)


@pytest.mark.parametrize(("cls", "names"), CLASSES, ids=lambda value: getattr(value, "__name__", ""))
def test_every_method_with_io_has_both_faces(cls: type, names: list[str]) -> None:
    """The list is Django's: a missing face would surprise its users."""
    wanted = [name for name in names if not (cls is models.Manager and name in NOT_ON_MANAGERS)]
    assert [name for name in wanted if not hasattr(cls, name) or not hasattr(cls, f"a{name}")] == []


@pytest.mark.parametrize("cls", [models.Model, models.QuerySet, models.Manager], ids=lambda cls: cls.__name__)
def test_every_coroutine_has_its_twin(cls: type) -> None:
    """A public coroutine is spelt `a<name>`, and `<name>` exists beside it."""
    coroutines = [name for name in dir(cls) if not name.startswith("_") and is_coroutine(getattr(cls, name))]
    assert [name for name in coroutines if not name.startswith("a") or not hasattr(cls, name[1:])] == []
