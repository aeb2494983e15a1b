"""Whichever face of an operation a model overrides, both faces show it, however the operation is reached."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import aorm
from aorm import models
from aorm.exceptions import ValidationError
from tests.support.faces import Face, for_each_face

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.usefixtures("sqlite")

log: list[str] = []


class SyncSaving(models.Model):
    """A mixin as Django code writes it."""

    class Meta:
        abstract = True

    def save(self, **kwargs: Any) -> None:
        log.append("save")
        super().save(**kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        log.append("delete")
        return super().delete(*args, **kwargs)

    def refresh_from_db(self, using: Any = None, fields: Any = None, **kwargs: Any) -> None:
        log.append("refresh")
        super().refresh_from_db(using, fields, **kwargs)

    def clean(self) -> None:
        log.append("clean")
        if getattr(self, "name", "") == "wrong":
            raise ValidationError("wrong")

    def validate_unique(self, exclude: Any = None) -> None:
        log.append("validate_unique")
        super().validate_unique(exclude)

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        log.append("full_clean")
        super().full_clean(*args, **kwargs)


class AsyncSaving(models.Model):
    """The same with coroutines."""

    class Meta:
        abstract = True

    async def asave(self, **kwargs: Any) -> None:
        log.append("save")
        await super().asave(**kwargs)

    async def adelete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        log.append("delete")
        return await super().adelete(*args, **kwargs)

    async def arefresh_from_db(self, using: Any = None, fields: Any = None, **kwargs: Any) -> None:
        log.append("refresh")
        await super().arefresh_from_db(using, fields, **kwargs)

    async def aclean(self) -> None:
        log.append("clean")
        if getattr(self, "name", "") == "wrong":
            raise ValidationError("wrong")

    async def avalidate_unique(self, exclude: Any = None) -> None:
        log.append("validate_unique")
        await super().avalidate_unique(exclude)

    async def afull_clean(self, *args: Any, **kwargs: Any) -> None:
        log.append("full_clean")
        await super().afull_clean(*args, **kwargs)


class SyncMixin:
    """A plain class, before the model in the MRO."""

    def save(self, **kwargs: Any) -> None:
        log.append("mixin")
        super().save(**kwargs)  # type: ignore[misc]  # there, in a model


class AsyncMixin:
    """A plain class, before the model in the MRO."""

    async def asave(self, **kwargs: Any) -> None:
        log.append("mixin")
        await super().asave(**kwargs)  # type: ignore[misc]  # there, in a model


class BySync(SyncSaving):
    name = models.CharField(max_length=10, default="")

    class Meta:
        app_label = "unit_overriding"


class ByAsync(AsyncSaving):
    name = models.CharField(max_length=10, default="")

    class Meta:
        app_label = "unit_overriding"


class BySyncMixin(SyncMixin, AsyncSaving):
    name = models.CharField(max_length=10, default="")

    class Meta:
        app_label = "unit_overriding"


class ByAsyncMixin(AsyncMixin, SyncSaving):
    name = models.CharField(max_length=10, default="")

    class Meta:
        app_label = "unit_overriding"


class Base(models.Model):
    """Asks its instances to save the base."""

    name = models.CharField(max_length=10, default="")

    class Meta:
        app_label = "unit_overriding"

    async def asave_base(self, *args: Any, **kwargs: Any) -> None:
        log.append("save_base")
        await super().asave_base(*args, **kwargs)


class Owned(SyncSaving):
    owner = models.ForeignKey(Base, models.CASCADE, related_name="owned")

    class Meta:
        app_label = "unit_overriding"


MODELS = [BySync, ByAsync, BySyncMixin, ByAsyncMixin, Base, Owned]
WAYS = [BySync, ByAsync]
MIXED = [BySyncMixin, ByAsyncMixin]


def heard(action: Callable[[], None] | None = None) -> list[str]:
    """Return what was overridden and ran since the last time."""
    found = log[:]
    log.clear()
    return found


async def begin(face: Face) -> None:
    log.clear()
    await face.do(aorm.schema, "create_tables", MODELS)


@pytest.mark.parametrize("model", WAYS)
@for_each_face
async def test_an_instance(face: Face, model: Any) -> None:
    await begin(face)
    instance = model(name="a")
    await face.do(instance, "save")
    assert heard() == ["save"]
    await face.do(instance, "refresh_from_db")
    assert heard() == ["refresh"]
    assert await face.do(instance, "delete") == (1, {model._meta.label: 1})
    assert heard() == ["delete"]


@pytest.mark.parametrize("model", WAYS)
@for_each_face
async def test_querysets(face: Face, model: Any) -> None:
    await begin(face)
    await face.do(model.objects, "create", name="a")
    assert heard() == ["save"]
    await face.do(model.objects, "get_or_create", name="b")
    assert heard() == ["save"]
    await face.do(model.objects, "update_or_create", {"name": "c"}, name="b")
    assert heard() == ["save"]
    assert sorted(await face.fetch(model.objects.values_list("name", flat=True))) == ["a", "c"]
    # As in Django, what works on many rows at once calls no method of instances.
    await face.do(model.objects, "bulk_create", [model(name="d")])
    await face.do(model.objects.all(), "update", name="e")
    await face.do(model.objects.all(), "delete")
    assert heard() == []


@for_each_face
async def test_related_managers(face: Face) -> None:
    await begin(face)
    base = Base(name="a")
    await face.do(base, "save")
    assert heard() == ["save_base"]
    await face.do(base.owned, "create")
    assert heard() == ["save"]


@pytest.mark.parametrize("model", MIXED)
@for_each_face
async def test_mixins_of_the_other_face(face: Face, model: Any) -> None:
    await begin(face)
    instance = model(name="a")
    await face.do(instance, "save")
    assert heard() == ["mixin", "save"]
    assert instance.pk is not None


@pytest.mark.parametrize("model", WAYS)
@for_each_face
async def test_deferred_fields_are_loaded_through_refresh(face: Face, model: Any) -> None:
    await begin(face)
    await face.do(model.objects, "create", name="a")
    heard()
    deferred = await face.do(model.objects.defer("name"), "get")
    assert await face.read(deferred, "name") == "a"
    assert heard() == ["refresh"]


@pytest.mark.parametrize("model", WAYS)
@for_each_face
async def test_validation(face: Face, model: Any) -> None:
    await begin(face)
    await face.do(model(name="a"), "full_clean")
    assert heard() == ["full_clean", "clean", "validate_unique"]
    await face.do(model(name="a"), "clean")
    assert heard() == ["clean"]
    with pytest.raises(ValidationError) as caught:
        await face.do(model(name="wrong"), "full_clean")
    assert caught.value.message_dict == {"__all__": ["wrong"]}
    await face.do(model(name="a"), "validate_unique")


@for_each_face
async def test_an_override_works_in_the_callers_transaction(face: Face) -> None:
    await begin(face)

    class Undo(Exception):
        pass

    async def save_and_fail() -> None:
        async with face.atomic():
            await face.do(BySync(name="a"), "save")
            assert await face.do(BySync.objects, "count") == 1
            raise Undo

    with pytest.raises(Undo):
        await save_and_fail()
    assert await face.do(BySync.objects, "count") == 0
