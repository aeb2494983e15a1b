"""`aorm.settings`: what a process is told once."""

from __future__ import annotations

import contextlib

import pytest

from aorm.exceptions import ImproperlyConfigured
from aorm.settings import Settings


def test_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AORM_DATABASE_URL", raising=False)
    settings = Settings()
    assert (settings.use_tz, settings.time_zone, settings.default_auto_field) == (True, "UTC", "BigAutoField")
    assert (settings.debug, list(settings.apps), list(settings.routers)) == (False, [], [])
    assert settings.databases == {}
    assert not settings.configured


def test_environment_serves_until_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AORM_DATABASE_URL", "sqlite://")
    settings = Settings()
    assert settings.databases == {"default": "sqlite://"}
    settings.configure(databases={"default": "sqlite:///other.db", "replica": {"url": "sqlite:///replica.db"}})
    assert list(settings.databases) == ["default", "replica"]
    settings.configure(databases=None)
    assert settings.databases == {"default": "sqlite://"}


def test_one_url_is_the_default_database() -> None:
    settings = Settings()
    settings.configure(databases="sqlite://")
    assert settings.databases == {"default": "sqlite://"}


def test_unknown_names_and_wrong_databases_are_refused() -> None:
    settings = Settings()
    with pytest.raises(
        ImproperlyConfigured, match=r"unknown settings: use_timezones\. Settings are: databases, use_tz"
    ):
        settings.configure(use_timezones=True)
    with pytest.raises(ImproperlyConfigured, match="databases must be a URL, or a mapping"):
        settings.configure(databases=3)


def _use_tz(settings: Settings) -> bool:
    # A call of its own: type checkers believe that an attribute keeps the value it was compared with.
    return settings.use_tz


def test_override_nests_and_restores_after_an_error() -> None:
    settings = Settings()
    settings.configure(time_zone="Europe/Vienna")
    with settings.override(use_tz=False, time_zone="Asia/Tokyo", databases="sqlite://"):
        assert (settings.use_tz, settings.time_zone) == (False, "Asia/Tokyo")
        with contextlib.suppress(RuntimeError), settings.override(use_tz=True):
            assert _use_tz(settings)
            raise RuntimeError
        assert not _use_tz(settings)
    assert (settings.use_tz, settings.time_zone) == (True, "Europe/Vienna")


def test_listeners_hear_each_change() -> None:
    settings = Settings()
    heard: list[frozenset[str]] = []
    settings.add_listener(heard.append)
    settings.configure(debug=True)
    with settings.override(use_tz=False):
        pass
    settings.time_zone = "Asia/Tokyo"
    settings.databases = {}
    assert heard == [{"debug"}, {"use_tz"}, {"use_tz"}, {"time_zone"}, {"databases"}]
    with pytest.raises(ImproperlyConfigured, match="unknown settings: timezone"):
        settings.timezone = "UTC"


def test_repr_shows_aliases_but_no_url() -> None:
    settings = Settings()
    settings.configure(databases={"default": "postgresql://me:secret@host/db"})
    assert "secret" not in repr(settings)
    assert "databases=['default']" in repr(settings)
