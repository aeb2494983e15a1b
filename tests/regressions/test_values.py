"""Values that came back as something else, or met each database in another way."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator

import pytest

import aorm
from aorm import models
from tests.support.faces import Face, configured, for_each_face

UTC = datetime.UTC


class Odd(models.Model):
    moment = models.DateTimeField(null=True)
    address = models.GenericIPAddressField(null=True)
    document = models.JSONField(null=True)
    encoded = models.JSONField(null=True, encoder=json.JSONEncoder)
    text = models.TextField(default="")

    class Meta:
        app_label = "regressions"


@pytest.fixture(autouse=True)
def table(database_url: str) -> Iterator[None]:
    with configured(database_url):
        aorm.schema.create_tables([Odd])
        aorm.close_all()
        yield
        aorm.close_all()


@pytest.mark.parametrize(
    "moment", [datetime.datetime.max.replace(tzinfo=UTC), datetime.datetime.min.replace(tzinfo=UTC)]
)
@for_each_face
async def test_the_ends_of_time_are_aware(face: Face, moment: datetime.datetime) -> None:
    # asyncpg takes them for PostgreSQL's infinities, which it gives back as naive datetimes.
    await face.do(Odd.objects, "create", moment=moment)
    assert (await face.do(Odd.objects, "get", moment=moment)).moment == moment
    assert await face.do(Odd.objects.values_list("moment", flat=True), "get") == moment


@for_each_face
async def test_addresses_of_ipv4_in_ipv6_are_written_as_django_writes_them(face: Face) -> None:
    await face.do(Odd.objects, "create", address="::ffff:1.2.3.4")
    assert (await face.do(Odd.objects, "get", address="::ffff:1.2.3.4")).address == "::ffff:1.2.3.4"


@pytest.mark.parametrize("field", ["document", "encoded"])
@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
@for_each_face
async def test_json_has_no_such_numbers(face: Face, field: str, number: float) -> None:
    with pytest.raises(aorm.DataError, match="NaN or an infinity"):
        await face.do(Odd.objects, "create", **{field: {"n": [number]}})
    assert await face.do(Odd.objects, "count") == 0


@for_each_face
async def test_a_circle_is_no_document(face: Face) -> None:
    circle: list[object] = []
    circle.append(circle)
    with pytest.raises((ValueError, aorm.DataError)):
        await face.do(Odd.objects, "create", document=circle)


CONDITIONS = (
    *(f"text__{name}" for name in ("contains", "icontains", "startswith", "iendswith", "iexact", "regex", "iregex")),
    *("document__has_key", "document__name__icontains"),
)


@pytest.mark.parametrize("value", ["a\0b", "a\ud800b"])
@pytest.mark.parametrize("name", CONDITIONS)
def test_patterns_and_keys_are_refused_before_they_break_a_transaction(name: str, value: str) -> None:
    with aorm.atomic():
        with pytest.raises(aorm.DataError, match="a condition cannot hold"):
            Odd.objects.filter(**{name: value}).count()
        with pytest.raises(aorm.DataError, match="a condition cannot hold"):
            Odd.objects.filter(**{f"document__{value}": 1}).count()
        with pytest.raises(aorm.DataError, match="a condition cannot hold"):
            Odd.objects.filter(document__has_any_keys=["a", value]).count()
        assert Odd.objects.count() == 0
