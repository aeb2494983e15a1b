"""Configurations that were misread, or passed over in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

import aorm
from aorm.database.config import parse_config
from aorm.database.databases import make_database
from aorm.exceptions import ImproperlyConfigured
from aorm.settings import settings


@pytest.mark.parametrize("password", ["hunter/2", "12/34", "12?34=5", "s@cret/4:two", "hunter?2=x"])
def test_the_rest_of_an_unescaped_password_is_not_shown_as_a_name(password: str) -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        parse_config("shop", f"postgresql://user:{password}@host/name")
    assert "'shop'" in str(caught.value)
    assert "percent-encoded" in str(caught.value)
    assert not any(part in str(caught.value) for part in password.replace("?", "/").split("/"))


def test_an_at_sign_elsewhere_is_none_of_a_password() -> None:
    config = parse_config("shop", "postgresql:///name?host=db&user=ada@tenant&password=a@b")
    assert (config.user, config.password, config.host) == ("ada@tenant", "a@b", "db")
    assert parse_config("shop", "postgresql://ada:a@b@db/name").password == "a@b"


def test_a_url_in_a_mapping_is_a_text() -> None:
    with pytest.raises(ImproperlyConfigured, match=r"'shop': option 'url' takes a text, not int"):
        parse_config("shop", {"url": 5})


async def test_sqlite_refuses_options_that_it_would_pass_over(sqlite_url: str) -> None:
    with (
        settings.override(databases=f"{sqlite_url}?max_sise=3&synchronous=full"),
        pytest.raises(ImproperlyConfigured, match=r"database 'default': unknown options: max_sise\. SQLite's are: "),
    ):
        await aorm.connections["default"].fetch("SELECT 1")


async def test_close_all_names_its_coroutine() -> None:
    with pytest.raises(aorm.SyncInAsyncContext, match=r"await aclose_all\(\) instead"):
        aorm.close_all()


def test_sync_code_can_look_at_its_pool(tmp_path: Path) -> None:
    """``stats()`` raised "no running event loop" outside of one: the pool of sync code could not be seen."""
    database = make_database(parse_config("sync_stats", f"sqlite:///{tmp_path / 'stats.db'}"))
    assert database.stats().size == 0
    aorm.run_sync(database.fetch("SELECT 1"))
    assert database.stats().idle == 1
    aorm.run_sync(database.aclose())
