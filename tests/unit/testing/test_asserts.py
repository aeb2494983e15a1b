"""Counting statements, comparing querysets, models and settings for a block."""

from __future__ import annotations

import pytest

import aorm
from aorm import models
from aorm.testing import (
    aassert_queryset_equal,
    assert_num_queries,
    assert_queryset_equal,
    isolated_models,
    override_settings,
)
from tests.support.faces import Face, for_each_face
from tests.unit.testing.models import Shelf


@for_each_face
async def test_number_of_statements(face: Face, tables: None) -> None:
    with assert_num_queries(2) as queries:
        await face.do(Shelf.objects, "count")
        await face.do(Shelf.objects, "count")
    assert "COUNT" in queries[1]["sql"]
    with pytest.raises(AssertionError, match=r"1 queries executed, 0 expected\nCaptured queries were:\n1\. SELECT"):
        async with assert_num_queries(0):
            await face.do(Shelf.objects, "count")
    with pytest.raises(ZeroDivisionError):
        async with assert_num_queries(7):
            raise ZeroDivisionError
    assert aorm.connections["default"].observers == ()


@for_each_face
async def test_querysets(face: Face, tables: None) -> None:
    for name in "abc":
        await face.do(Shelf.objects, "create", name=name)
    everything = Shelf.objects.all()

    async def check(queryset: object, *arguments: object, **keywords: object) -> None:
        if face.is_async:
            await aassert_queryset_equal(queryset, *arguments, **keywords)  # type: ignore[arg-type]
        else:
            assert_queryset_equal(queryset, *arguments, **keywords)  # type: ignore[arg-type]

    await check(everything, ["a", "b", "c"], lambda shelf: shelf.name)
    await check(everything.values_list("name", flat=True), ["a", "b", "c"])
    await check(everything, ["c", "b", "a"], lambda shelf: shelf.name, ordered=False)
    await check(everything.order_by().filter(name="a"), ["a"], lambda shelf: shelf.name)
    with pytest.raises(AssertionError, match=r"\['a', 'b', 'c'\] != \['a'\]"):
        await check(everything, ["a"], lambda shelf: shelf.name)
    with pytest.raises(AssertionError, match=r"missing: \['d'\], unexpected: \['c'\]"):
        await check(everything, ["a", "b", "d"], lambda shelf: shelf.name, ordered=False)
    with pytest.raises(AssertionError, match=r"^told$"):
        await check(everything, [], msg="told")
    with pytest.raises(ValueError, match="non-ordered queryset"):
        await check(everything.order_by(), ["a", "b", "c"], lambda shelf: shelf.name)
    await check([1, 2], [1, 2])


def declare(name: str) -> type[models.Model]:
    """Declare a model of a name."""
    return type(name, (models.Model,), {"__module__": __name__, "shelf": models.ForeignKey(Shelf, models.CASCADE)})


def test_isolated_models() -> None:
    for _ in range(2):
        with isolated_models() as apps:
            model = declare("Passing")
            assert apps.get_models() == [model]
    assert model not in aorm.apps.get_models()
    assert [relation.name for relation in Shelf._meta.related_objects] == ["tome"]


@isolated_models()
async def test_isolated_models_around_a_coroutine() -> None:
    assert declare("Passing")._meta.apps is not aorm.apps


@isolated_models()
def test_isolated_models_around_a_function() -> None:
    assert declare("Passing")._meta.apps is not aorm.apps


def test_settings_for_a_block() -> None:
    assert aorm.settings.use_tz
    with override_settings(use_tz=False) as settings, override_settings(time_zone="Asia/Tokyo"):
        assert (settings.use_tz, settings.time_zone) == (False, "Asia/Tokyo")
    assert (aorm.settings.use_tz, aorm.settings.time_zone) == (True, "UTC")


@override_settings(use_tz=False)
async def test_settings_for_a_coroutine() -> None:
    async with override_settings(time_zone="Asia/Tokyo"):
        assert (aorm.settings.use_tz, aorm.settings.time_zone) == (False, "Asia/Tokyo")


def test_classes_are_not_decorated() -> None:
    with pytest.raises(TypeError, match="not the class"):
        override_settings(use_tz=False)(Face)
