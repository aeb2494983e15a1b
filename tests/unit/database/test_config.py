"""From URLs and mappings to configurations, and what is said about wrong ones."""

from __future__ import annotations

import pytest

from aorm.database.config import DatabaseConfig, parse_config
from aorm.exceptions import ImproperlyConfigured


def parse(given: object) -> DatabaseConfig:
    return parse_config("shop", given)


def test_server_url() -> None:
    config = parse("postgresql://user:pass@host:5433/name?sslmode=require&max_size=3&acquire_timeout=1.5")
    assert (config.user, config.password, config.host, config.port, config.name) == (
        "user",
        "pass",
        "host",
        5433,
        "name",
    )
    assert dict(config.options) == {"sslmode": "require"}
    assert (config.max_size, config.acquire_timeout) == (3, 1.5)


def test_percent_encoding() -> None:
    config = parse("postgres://us%40er:p%2Fa%3Ass%23%25@host/na%20me")
    assert (config.user, config.password, config.name) == ("us@er", "p/a:ss#%", "na me")


def test_hash_in_password_is_no_fragment() -> None:
    assert parse("postgres://user:a#b@host/name").password == "a#b"


def test_unix_socket() -> None:
    config = parse("postgresql:///name?host=/var/run/postgresql&port=5434")
    assert (config.host, config.port, config.name) == ("/var/run/postgresql", 5434, "name")


def test_ipv6() -> None:
    config = parse("postgresql://user@[::1]:5432/name")
    assert (config.host, config.port) == ("::1", 5432)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("sqlite:///file.db", "file.db"),
        ("sqlite:////var/file.db", "/var/file.db"),
        ("sqlite:///a%20b.db?busy_timeout=1", "a b.db"),
        ("sqlite3:///dir/file.db", "dir/file.db"),
    ],
)
def test_sqlite_file(url: str, name: str) -> None:
    config = parse(url)
    assert (config.name, config.is_memory, config.scheme) == (name, False, "sqlite")


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite://:memory:"])
def test_sqlite_memory_has_a_name_of_its_own(url: str) -> None:
    first, second = parse(url), parse(url)
    assert first.is_memory
    assert first.name != second.name


def test_mapping() -> None:
    config = parse({"url": "postgresql://user:pass@host/name", "MAX_SIZE": 4, "options": {"sslmode": "disable"}})
    assert (config.max_size, dict(config.options), config.password) == (4, {"sslmode": "disable"}, "pass")


def test_mapping_in_django_spelling() -> None:
    config = parse(
        {"ENGINE": "django.db.backends.postgresql", "NAME": "n", "USER": "u", "PASSWORD": "p", "HOST": "h", "PORT": "1"}
    )
    assert (config.scheme, config.name, config.user, config.password, config.host, config.port) == (
        "postgresql",
        "n",
        "u",
        "p",
        "h",
        1,
    )
    assert parse({"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}).is_memory


def test_defaults() -> None:
    config = parse("postgresql://host/name")
    assert (config.min_size, config.max_size, config.acquire_timeout, config.connect_timeout) == (0, 10, 30, 10)
    assert (config.cleanup_timeout, config.close_timeout, config.max_lifetime, config.pooler) == (0.5, 5, 1800, None)
    assert config.cancel_grace <= 0.5


def test_none_switches_a_limit_off() -> None:
    config = parse("postgresql://host/name?idle_timeout=none&leak_after=")
    assert config.idle_timeout is None
    assert config.leak_after is None
    assert parse({"url": "postgresql://host/name", "idle_timeout": None}).idle_timeout is None


def test_pooler() -> None:
    assert parse("postgresql://host/name?pooler=transaction").pooler == "transaction"


SECRET = "hunter2"


@pytest.mark.parametrize(
    "given",
    [
        f"user:{SECRET}@host/name",
        f"oracle://user:{SECRET}@host/name",
        f"postgresql://user:{SECRET}@host:port/name",
        f"postgresql://user:{SECRET}@[::1/name",
        f"postgresql://user:{SECRET}@host/name?max_size=many",
        f"postgresql://user:{SECRET}@host/name?max_size=0",
        f"postgresql://user:{SECRET}@host/name?min_size=11",
        f"postgresql://user:{SECRET}@host/name?pooler=statement",
        f"postgresql://user:{SECRET}@host/name?acquire_timeout=-1",
        f"postgresql://user:{SECRET}@host/name?acquire_timeout",
        {"scheme": "postgresql", "password": SECRET, "max_size": "x"},
        {"password": SECRET},
        f"postgresql://user:{SECRET}@host/name?acquire_timeout=nan",
        f"postgresql://user:{SECRET}@host/name?statement_cache_size=-1",
        f"postgresql://user:{SECRET}@host:0/name",
        f"postgresql://user:{SECRET}@host:70000/name",
        f"postgresql://user:{SECRET}%00@host/name",
        {"scheme": "postgresql", "password": SECRET, "port": 70000},
        {"scheme": "postgresql", "password": SECRET, "max_size": 2.5},
        {"scheme": "postgresql", "password": SECRET, "options": 5},
        {"scheme": "postgresql", "password": f"{SECRET}\x00"},
        {"scheme": "postgresql", "password": SECRET, "max_size": True},
        "sqlite://file.db",
        7,
    ],
)
def test_wrong_configurations_name_the_alias_and_hide_the_password(given: object) -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        parse(given)
    assert "'shop'" in str(caught.value)
    chain: BaseException | None = caught.value
    while chain is not None:
        assert SECRET not in str(chain)
        chain = chain.__cause__ or (None if chain.__suppress_context__ else chain.__context__)


def test_password_is_never_shown() -> None:
    config = parse(f"postgresql://user:{SECRET}@host/name")
    assert SECRET not in repr(config)
    assert SECRET not in config.describe()
