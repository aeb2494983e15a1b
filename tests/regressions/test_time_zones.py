"""Moments that depended on the time zone of the process, or came back as something else."""

from __future__ import annotations

import datetime
import decimal
import os
import subprocess
import sys
import uuid
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


RAW = """
import asyncio
import datetime
import warnings

import aorm

warnings.simplefilter("error")
aorm.configure({url!r}, use_tz={use_tz}, time_zone={time_zone!r})
NAIVE = datetime.datetime(2024, 7, 1, 12)
AWARE = datetime.datetime(2024, 7, 1, 12, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))
DAY = datetime.date(2024, 7, 1)


async def rows_of(stream):
    return [row for rows in [chunk async for chunk in stream] for row in rows]


async def leased(sql, value):
    async with database.lease() as connection:
        return (await connection.fetch_named(sql, [value]))[1]


async def many(sql, value):
    await database.execute("DELETE FROM moments")
    await database.execute_many(insert, [(AWARE,), (value,)])
    return await database.fetch(f"SELECT {{shown}} FROM moments ORDER BY 1")


async def one(sql, value):
    await database.execute("DELETE FROM moments")
    await database.execute(insert, (value,))
    await database.execute(insert, (value,))
    return await database.fetch(f"SELECT {{shown}} FROM moments")


async def inside(sql, value):
    async with aorm.atomic():
        return [*await database.fetch(sql, [value]), *await rows_of(database.stream(sql, [value]))]


async def main():
    await database.execute(f"CREATE TABLE moments (at {{kind}})")
    for value in (NAIVE, AWARE, DAY):
        for run in (
            lambda sql, value: database.fetch(sql, [value]),
            lambda sql, value: database.fetch(sql, [value]),
            lambda sql, value: rows_of(database.stream(sql, [value])),
            leased, one, many, inside,
        ):
            try:
                print([tuple(row) for row in await run(select, value)])
            except aorm.DataError as error:
                print(error)
        if is_postgres:
            for sql, nested in ((f"SELECT unnest($1::timestamptz[]) AT TIME ZONE 'UTC'", [None, value]),
                                (f"SELECT lower($1::tstzrange) AT TIME ZONE 'UTC'", (value, None)),
                                (f"SELECT lower(($1::tstzrange[])[1]) AT TIME ZONE 'UTC'", [(value, None)])):
                for _ in range(2):
                    try:
                        print([tuple(row) for row in await database.fetch(sql, [nested])])
                    except aorm.DataError as error:
                        print(error)
    plain = "SELECT CAST($1 AS timestamp)" if is_postgres else select
    print([tuple(row) for row in await database.fetch(plain, [NAIVE])])
    await database.execute("DROP TABLE moments")


database = aorm.connections["default"]
is_postgres = database.vendor == "postgresql"
kind = "timestamptz" if is_postgres else "datetime"
shown = "at AT TIME ZONE 'UTC'" if is_postgres else "at"
select = "SELECT CAST($1 AS timestamptz) AT TIME ZONE 'UTC'" if is_postgres else "SELECT ?"
insert = "INSERT INTO moments VALUES ($1)" if is_postgres else "INSERT INTO moments VALUES (?)"
asyncio.run(main())
"""


@pytest.mark.parametrize(("use_tz", "time_zone"), [(True, "UTC"), (True, "Asia/Tokyo"), (False, "America/New_York")])
def test_what_a_program_sends_itself_does_not_depend_on_the_process(
    use_tz: bool, time_zone: str, database_url: str
) -> None:
    program = RAW.format(url=database_url, use_tz=use_tz, time_zone=time_zone)
    answers = []
    for zone in ("UTC", "Asia/Tokyo"):
        environment = {**os.environ, "TZ": zone, "PYTHONPATH": str(ROOT)}
        done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        answers.append(done.stdout.splitlines())
    assert answers[0] == answers[1]
    is_postgres = database_url.startswith("postgres")
    if use_tz and is_postgres:
        assert set(answers[0][:7]) == {"a naive datetime cannot be sent as timestamptz: give it a time zone."}
        assert set(answers[0][-14:-1]) == {"a date cannot be sent as timestamptz: give it a time zone."}
    elif is_postgres:
        assert answers[0][0] == "[(datetime.datetime(2024, 7, 1, 16, 0),)]"
    else:
        assert answers[0][0] == "[('2024-07-01 12:00:00',)]"
        assert answers[0][7] == ("[('2024-07-01 10:00:00',)]" if use_tz else "[('2024-07-01 06:00:00',)]")


async def test_what_a_program_sends_to_sqlite_is_as_models_store_it(sqlite_url: str) -> None:
    with configured(sqlite_url):
        await aorm.schema.acreate_tables([Event])
        await Event.objects.acreate(at=AWARE)
        table = Event._meta.db_table
        database = aorm.connections["default"]
        tokyo = AWARE.astimezone(datetime.timezone(datetime.timedelta(hours=9)))
        assert len(await database.fetch(f"SELECT 1 FROM {table} WHERE at = ?", [tokyo])) == 1
        values = [datetime.timedelta(days=1), uuid.UUID(int=5), decimal.Decimal("1E+2"), datetime.time(1, 2)]
        ((*found,),) = await database.fetch("SELECT ?, ?, ?, ?", values)
        assert found == [86400000000, "0" * 31 + "5", "100", "01:02:00"]
        with pytest.raises(aorm.DataError, match="time with a time zone"):
            await database.fetch("SELECT ?", [datetime.time(1, tzinfo=UTC)])
