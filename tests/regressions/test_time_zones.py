"""Moments that depended on the time zone of the process, or came back as something else."""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
from pathlib import Path

import pytest

import aorm
from aorm import models
from aorm.models.functions import TruncHour
from tests.support.faces import Face, configured, for_each_face

ROOT = Path(__file__).parents[2]
UTC = datetime.UTC
AWARE = datetime.datetime(2024, 3, 31, 0, 30, tzinfo=UTC)
NAIVE = datetime.datetime(2024, 3, 31, 0, 30)


class Event(models.Model):
    at = models.DateTimeField()

    class Meta:
        app_label = "regressions"


@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
@for_each_face
async def test_dates_of_moments_are_dates(face: Face, zone: str, database_url: str) -> None:
    with configured(database_url), aorm.timezone.override(zone):
        await face.do(aorm.schema.editor, "create_tables", [Event])
        await face.do(Event.objects, "create", at=AWARE)
        (found,) = await face.fetch(Event.objects.dates("at", "day"))
        assert found == AWARE.astimezone(aorm.timezone.get_current_timezone()).date()
        assert type(found) is datetime.date


PROGRAM = """
import datetime

import aorm
from aorm import models
from aorm.models.functions import ExtractHour, TruncHour

aorm.configure({url!r}, use_tz=False, time_zone="Asia/Tokyo")
tokyo = datetime.timezone(datetime.timedelta(hours=9))
now = datetime.datetime.now(tokyo).replace(tzinfo=None)


class Event(models.Model):
    at = models.DateTimeField()
    made = models.DateTimeField(auto_now_add=True)
    day = models.DateField(auto_now=True)
    time = models.TimeField(auto_now=True)
    by_database = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        app_label = "shop"


aorm.schema.create_tables([Event])
at = datetime.datetime(2024, 3, 31, 0, 30)
Event.objects.bulk_create([Event(at=at)])
event = Event.objects.annotate(hour=ExtractHour("at"), cut=TruncHour("at")).get(at=at, at__hour=0, at__in=[at])
print(event.at, event.hour, event.cut, Event.objects.filter(at__date=at.date()).count())
event.at = event.at.replace(hour=5)
event.save()
print(Event.objects.values_list("at", flat=True).get(), Event.objects.aggregate(last=models.Max("at"))["last"])
near = datetime.timedelta(minutes=5)
print(abs(event.made - now) < near, event.by_database.tzinfo)
moment = datetime.datetime.combine(event.day, event.time)
print(abs(moment - now) < near)
print(aorm.run_sync(aorm.connections["default"].fetch("SELECT CAST(at AS text) FROM shop_event"))[0][0])
"""


@pytest.mark.parametrize("process_zone", ["UTC", "America/New_York"])
def test_naive_moments_are_those_of_the_settings(database_url: str, process_zone: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(url=database_url)],
        cwd=ROOT,
        env={**os.environ, "TZ": process_zone},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.stderr == ""
    stored = "2024-03-31 05:00:00" if database_url.startswith("sqlite") else "2024-03-31 05:00:00+09"
    assert done.stdout.splitlines() == [
        "2024-03-31 00:30:00 0 2024-03-31 00:00:00 1",
        "2024-03-31 05:30:00 2024-03-31 05:30:00",
        "True None",
        "True",
        stored.replace("05:00", "05:30"),
    ]


@for_each_face
async def test_columns_that_django_made_are_read_without_zone(face: Face, postgres_url: str) -> None:
    # Django's columns know the offset always; its sessions read them in the zone of the settings.
    with aorm.settings.override(databases=postgres_url, use_tz=False, time_zone="Asia/Tokyo"):
        database = aorm.connections["default"]
        run = database.execute if face.is_async else lambda sql: aorm.run_sync(database.execute(sql))
        done = run("CREATE TABLE regressions_event (id bigserial, at timestamp with time zone)")
        if face.is_async:
            await done
        await face.do(Event.objects, "create", at=NAIVE)
        cut = Event.objects.annotate(cut=TruncHour("at"))
        event = await face.do(cut, "get", at=NAIVE, cut=NAIVE.replace(minute=0))
        assert (event.at, event.cut) == (NAIVE, NAIVE.replace(minute=0))
