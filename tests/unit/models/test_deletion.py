"""What falls with what: rules of one's own, rules that compute, rules of the database, and the number of statements."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

import aorm
from aorm import models
from aorm.models.deletion import Collector
from aorm.signals import post_delete, pre_delete
from tests.support.faces import Face, for_each_face

pytestmark = pytest.mark.usefixtures("sqlite")


class Person(models.Model):
    name = models.CharField(max_length=20)

    class Meta:
        app_label = "unit_deletion"


def sentinel() -> Person:
    """A replacement, as Django's documentation makes one: it asks the database."""
    return Person.objects.get_or_create(name="deleted")[0]


async def asentinel() -> Person:
    return (await Person.objects.aget_or_create(name="adeleted"))[0]


def cascade_and_tell(collector: Any, field: Any, sub_objs: Any, using: str) -> None:
    """A rule of one's own over one of aorm's; it asks the database too."""
    told.append((field.name, sorted(obj.pk for obj in sub_objs), Person.objects.count(), using))
    models.CASCADE(collector, field, sub_objs, using)


async def acascade_and_tell(collector: Any, field: Any, sub_objs: Any, using: str) -> None:
    told.append((field.name, sorted(obj.pk for obj in sub_objs), await Person.objects.acount(), using))
    await collector.acollect(sub_objs, source=field.remote_field.model, source_attr=field.name, nullable=field.null)


told: list[Any] = []


class Letter(models.Model):
    by = models.ForeignKey(Person, models.SET(sentinel), related_name="written")
    to = models.ForeignKey(Person, models.SET(asentinel), related_name="received", null=True)

    class Meta:
        app_label = "unit_deletion"


class Pet(models.Model):
    owner = models.ForeignKey(Person, cascade_and_tell)

    class Meta:
        app_label = "unit_deletion"


class Plant(models.Model):
    owner = models.ForeignKey(Person, acascade_and_tell)

    class Meta:
        app_label = "unit_deletion"


class Shelf(models.Model):
    class Meta:
        app_label = "unit_deletion"


class Book(models.Model):
    shelf = models.ForeignKey(Shelf, models.DB_CASCADE)

    class Meta:
        app_label = "unit_deletion"


class Note(models.Model):
    shelf = models.ForeignKey(Shelf, models.DB_SET_NULL, null=True)

    class Meta:
        app_label = "unit_deletion"


class Lone(models.Model):
    class Meta:
        app_label = "unit_deletion"


MODELS = [Person, Letter, Pet, Plant, Shelf, Book, Note, Lone]


def verbs(queries: list[Any]) -> list[str]:
    return [query["sql"].split()[0] for query in queries]


@for_each_face
async def test_set_to_what_a_function_returns(face: Face) -> None:
    await face.do(aorm.schema, "create_tables", MODELS)
    one, two = [await face.do(Person.objects, "create", name=name) for name in ("one", "two")]
    await face.do(Letter.objects, "create", by=one, to=two)
    await face.do(one, "delete")
    await face.do(two, "delete")
    letter = await face.do(Letter.objects.select_related("by", "to"), "get")
    assert (letter.by.name, letter.to.name) == ("deleted", "adeleted")


@for_each_face
async def test_rules_of_ones_own(face: Face) -> None:
    await face.do(aorm.schema, "create_tables", MODELS)
    told.clear()
    one = await face.do(Person.objects, "create", name="one")
    await face.do(Pet.objects, "create", owner=one)
    await face.do(Plant.objects, "create", owner=one)
    total, counts = await face.do(one, "delete")
    assert (total, counts) == (3, {"unit_deletion.Person": 1, "unit_deletion.Pet": 1, "unit_deletion.Plant": 1})
    assert told == [("owner", [1], 1, "default"), ("owner", [1], 1, "default")]


@for_each_face
async def test_rules_of_the_database(face: Face) -> None:
    await face.do(aorm.schema, "create_tables", MODELS)
    shelf = await face.do(Shelf.objects, "create")
    await face.do(Book.objects, "create", shelf=shelf)
    await face.do(Note.objects, "create", shelf=shelf)
    with aorm.capture_queries() as queries:
        assert await face.do(shelf, "delete") == (1, {"unit_deletion.Shelf": 1})
    assert verbs(queries) == ["DELETE"]
    assert await face.do(Book.objects, "count") == 0
    assert (await face.do(Note.objects, "get")).shelf_id is None


@for_each_face
async def test_collection_may_be_forced(face: Face) -> None:
    await face.do(aorm.schema, "create_tables", MODELS)
    shelf = await face.do(Shelf.objects, "create")
    await face.do(Book.objects, "create", shelf=shelf)
    collector = Collector(using="default", force_collection=True)
    await face.do(collector, "collect", [shelf])
    assert {model.__name__: len(found) for model, found in collector.data.items()} == {"Shelf": 1, "Book": 1}
    total, _ = await face.do(collector, "delete")
    assert total == 2


@for_each_face
async def test_what_nothing_depends_on_takes_one_statement(face: Face) -> None:
    await face.do(aorm.schema, "create_tables", MODELS)
    lone = await face.do(Lone.objects, "create")
    for _ in range(2):
        await face.do(Lone.objects, "create")
    with aorm.capture_queries() as queries:
        assert await face.do(lone, "delete") == (1, {"unit_deletion.Lone": 1})
        assert lone.pk is None
        assert await face.do(Lone.objects.all(), "delete") == (2, {"unit_deletion.Lone": 2})
    assert [verb for verb in verbs(queries) if verb not in ("BEGIN", "COMMIT")] == ["DELETE", "DELETE"]


@for_each_face
async def test_receivers_see_every_instance(face: Face) -> None:
    await face.do(aorm.schema, "create_tables", MODELS)
    lone = await face.do(Lone.objects, "create")
    heard: list[Any] = []

    def before(sender: Any, instance: Any, using: str, origin: Any, **_: Any) -> None:
        heard.append(("before", instance.pk, using, origin is lone))

    async def after(sender: Any, instance: Any, **_: Any) -> None:
        heard.append(("after", instance.pk))

    pre_delete.connect(before, sender=Lone)
    post_delete.connect(after, sender=Lone)
    try:
        await face.do(lone, "delete")
    finally:
        pre_delete.disconnect(before, sender=Lone)
        post_delete.disconnect(after, sender=Lone)
    assert heard == [("before", 1, "default", True), ("after", 1)]


def test_an_unsaved_instance_is_refused() -> None:
    with pytest.raises(ValueError, match="Lone object can't be deleted because its id attribute is set to None"):
        Lone().delete()


@pytest.mark.parametrize("rule", [models.CASCADE, models.DB_CASCADE, models.DB_SET_NULL, models.SET_NULL])
def test_rules_are_copied_as_themselves(rule: Any) -> None:
    assert copy.deepcopy(rule) is rule
    assert pickle.loads(pickle.dumps(rule)) is rule


def test_set_deconstructs() -> None:
    assert models.SET(4).deconstruct() == ("aorm.models.SET", (4,), {})
