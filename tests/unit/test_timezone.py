"""`aorm.timezone`: aware, naive, and the zone of the context."""

from __future__ import annotations

import asyncio
import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest

from aorm import timezone
from aorm.bridge import run_sync
from aorm.settings import settings

VIENNA = ZoneInfo("Europe/Vienna")
NAIVE = datetime.datetime(2024, 7, 1, 12, 0)
AWARE = datetime.datetime(2024, 7, 1, 12, 0, tzinfo=datetime.UTC)


def test_now_follows_use_tz() -> None:
    assert timezone.now().tzinfo is datetime.UTC
    with settings.override(use_tz=False):
        assert timezone.now().tzinfo is None


def test_aware_and_naive() -> None:
    assert (timezone.is_aware(AWARE), timezone.is_naive(AWARE)) == (True, False)
    assert (timezone.is_aware(NAIVE), timezone.is_naive(NAIVE)) == (False, True)


def test_make_aware_and_naive() -> None:
    assert timezone.make_aware(NAIVE) == AWARE
    assert timezone.make_aware(NAIVE, VIENNA).isoformat() == "2024-07-01T12:00:00+02:00"
    assert timezone.make_naive(AWARE, VIENNA) == datetime.datetime(2024, 7, 1, 14, 0)
    with pytest.raises(ValueError, match=r"^make_aware expects a naive datetime, got 2024-07-01 12:00:00\+00:00$"):
        timezone.make_aware(AWARE)
    with pytest.raises(ValueError, match=r"^make_naive\(\) cannot be applied to a naive datetime$"):
        timezone.make_naive(NAIVE)


def test_fold_decides_where_a_clock_went_back() -> None:
    twice = datetime.datetime(2024, 10, 27, 2, 30)
    offsets = [timezone.make_aware(twice.replace(fold=fold), VIENNA).utcoffset() for fold in (0, 1)]
    assert offsets == [datetime.timedelta(hours=2), datetime.timedelta(hours=1)]


def test_local_time_and_date() -> None:
    late = AWARE.replace(hour=23)
    with timezone.override("Europe/Vienna"):
        assert timezone.localtime(late).isoformat() == "2024-07-02T01:00:00+02:00"
        assert timezone.localdate(late) == datetime.date(2024, 7, 2)
    assert timezone.localtime(late, VIENNA).hour == 1
    assert timezone.localtime().tzinfo == ZoneInfo("UTC")
    with pytest.raises(ValueError, match=r"^localtime\(\) cannot be applied to a naive datetime$"):
        timezone.localtime(NAIVE)


def test_current_and_default_zone() -> None:
    assert timezone.get_default_timezone_name() == timezone.get_current_timezone_name() == "UTC"
    with settings.override(time_zone="Asia/Tokyo"):
        assert timezone.get_current_timezone() == ZoneInfo("Asia/Tokyo")
        with timezone.override(VIENNA):
            assert timezone.get_current_timezone_name() == "Europe/Vienna"
            with timezone.override(None):
                assert timezone.get_current_timezone_name() == "Asia/Tokyo"
            assert timezone.get_current_timezone() is VIENNA
    timezone.activate("Europe/Vienna")
    assert timezone.get_current_timezone_name() == "Europe/Vienna"
    timezone.deactivate()
    assert timezone.get_current_timezone_name() == "UTC"


def test_override_decorates() -> None:
    @timezone.override(VIENNA)
    def name(again: bool) -> str:
        return name(False) if again else timezone.get_current_timezone_name()

    assert name(True) == "Europe/Vienna"
    assert timezone.get_current_timezone_name() == "UTC"


@pytest.mark.parametrize("wrong", [3, b"UTC"])
def test_what_is_no_zone(wrong: object) -> None:
    with pytest.raises(ValueError, match="Invalid timezone"):
        timezone.activate(wrong)  # type: ignore[arg-type]
    with pytest.raises(ZoneInfoNotFoundError):
        timezone.activate("Mars/Base")


# Printed by Django 6.1.
@pytest.mark.parametrize(
    ("offset", "name"),
    [(0, "+0000"), (90, "+0130"), (-90, "-0130"), (datetime.timedelta(hours=-5), "-0500"), (345, "+0545")],
)
def test_fixed_zone(offset: int | datetime.timedelta, name: str) -> None:
    zone = timezone.get_fixed_timezone(offset)
    minutes = offset if isinstance(offset, datetime.timedelta) else datetime.timedelta(minutes=offset)
    assert (zone.utcoffset(None), zone.tzname(None)) == (minutes, name)


def test_zone_belongs_to_the_context() -> None:
    async def child() -> str:
        before = timezone.get_current_timezone_name()
        timezone.activate("Asia/Tokyo")
        return before

    async def parent() -> list[str]:
        timezone.activate(VIENNA)
        return [*await asyncio.gather(child(), child()), timezone.get_current_timezone_name()]

    with timezone.override("Africa/Cairo"):
        assert run_sync(parent()) == ["Europe/Vienna"] * 3
        assert timezone.get_current_timezone_name() == "Africa/Cairo"
