"""From a URL or a mapping to a frozen `DatabaseConfig`; errors name the alias and never show the password."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from aorm.exceptions import ImproperlyConfigured

__all__ = ["DatabaseConfig", "parse_config"]

Pooler = Literal["transaction", "session"]

SCHEMES = {
    "postgresql": "postgresql",
    "postgres": "postgresql",
    "postgresql+asyncpg": "postgresql",
    "pgsql": "postgresql",
    "sqlite": "sqlite",
    "sqlite3": "sqlite",
    "sqlite+aiosqlite": "sqlite",
}
_NONE = frozenset({"", "none", "null", "never"})
_memory_names = itertools.count(1)


@dataclass(frozen=True, slots=True)
class DatabaseConfig:
    """Everything that is known about one database before it is used; `parse_config` makes it."""

    alias: str
    scheme: str
    name: str = ""
    host: str | None = None
    port: int | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    is_memory: bool = False

    min_size: int = 0
    max_size: int = 10
    acquire_timeout: float = 30.0
    connect_timeout: float = 10.0
    cleanup_timeout: float = 0.5
    """How long rolling back, resetting, or a statement in flight may take before the connection is closed."""
    cancel_grace: float = 0.4
    """How long the end of a cancelled statement is waited for before the connection is closed."""
    commit_timeout: float | None = 30.0
    close_timeout: float = 5.0
    idle_timeout: float | None = 600.0
    max_lifetime: float | None = 1800.0
    stream_lifetime: float | None = 1800.0
    leak_after: float | None = 60.0
    ping_after: float = 0.5
    ping_timeout: float = 0.5
    statement_cache_size: int = 100
    plan_cache_size: int = 1000
    pooler: Pooler | None = None
    """"transaction" where a pooler such as pgbouncer lends server connections for a transaction only."""
    options: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    """What is left for driver and dialect: sslmode, PRAGMAs, session settings."""

    def describe(self) -> str:
        """Return where the database is, without the password."""
        if self.scheme == "sqlite":
            return "sqlite in memory" if self.is_memory else f"sqlite file {self.name}"
        return f"{self.scheme} {self.host or 'local socket'}:{self.port or 5432}/{self.name}"


_PLACE_KEYS = {
    "scheme": "scheme",
    "engine": "scheme",
    "name": "name",
    "database": "name",
    "host": "host",
    "port": "port",
    "user": "user",
    "username": "user",
    "password": "password",
}


def parse_config(alias: str, given: object) -> DatabaseConfig:
    """Return the configuration of `alias` from a URL, a mapping of options, or a mapping with a `url` among them.

    Raises `ImproperlyConfigured`, naming the alias and what is wrong, never the password.
    """
    if isinstance(given, DatabaseConfig):
        return given
    if isinstance(given, str):
        values = _from_url(alias, given)
    elif isinstance(given, Mapping):
        values = _from_mapping(alias, given)
    else:
        raise _wrong(alias, f"expected a URL or a mapping of options, not {type(given).__name__}")
    return _build(alias, values)


def _wrong(alias: str, what: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"database {alias!r}: {what}")


def _from_url(alias: str, url: str) -> dict[str, Any]:
    scheme, separator, rest = url.strip().partition("://")
    if not separator:
        raise _wrong(
            alias, 'not a URL. Write "postgresql://user:password@host:5432/name", "sqlite:///file.db" or "sqlite://"'
        )
    scheme = _scheme(alias, scheme)
    if scheme == "sqlite":
        path, _, query = rest.partition("?")
        return {"scheme": scheme, "name": _sqlite_path(alias, unquote(path)), **_query(alias, query)}
    return _server_url(alias, scheme, rest)


def _server_url(alias: str, scheme: str, rest: str) -> dict[str, Any]:
    try:
        parts = urlsplit(f"//{_escaped(rest)}")
        port = parts.port
    except ValueError:
        # Chained, the original would show the URL and so the password.
        raise _unreadable(alias) from None
    # A password with "/" or "?" in it as they are: taken apart there, its rest would be shown as a host or a name.
    is_cut = not parts.path and parts.netloc and "@" not in parts.netloc and "@" in parts.query
    if "@" in parts.path or is_cut:
        raise _unreadable(alias)
    values: dict[str, Any] = {
        "scheme": scheme,
        "host": unquote(parts.hostname) if parts.hostname else None,
        "port": port,
        "user": unquote(parts.username) if parts.username else None,
        "password": unquote(parts.password) if parts.password is not None else None,
        "name": unquote(parts.path[1:]),
    }
    for name, value in _query(alias, parts.query).items():
        values[_PLACE_KEYS.get(name, name)] = value
    return values


def _unreadable(alias: str) -> ImproperlyConfigured:
    return _wrong(
        alias, "the URL cannot be read: is a special character in it not percent-encoded, or the port not a number?"
    )


def _escaped(rest: str) -> str:
    """Keep a `#` of the URL from being taken for a fragment: databases have none, passwords may."""
    return rest.replace("#", "%23")


def _sqlite_path(alias: str, path: str) -> str:
    """Return the file of `sqlite:///relative.db` and `sqlite:////absolute.db`; empty means in memory."""
    if path in ("", "/", "/:memory:", ":memory:"):
        return ""
    if not path.startswith("/"):
        raise _wrong(alias, f"write sqlite:///{path} for a relative path, sqlite:////... for an absolute one")
    return path[1:]


def _query(alias: str, query: str) -> dict[str, str]:
    try:
        return dict(parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query)))
    except ValueError:
        raise _wrong(alias, "the part of the URL after '?' cannot be read") from None


def _from_mapping(alias: str, given: Mapping[Any, Any]) -> dict[str, Any]:
    options = {str(name).lower(): value for name, value in given.items()}
    url = options.pop("url", None)
    if url is not None and not isinstance(url, str):
        raise _wrong(alias, f"option 'url' takes a text, not {type(url).__name__}")
    values = _from_url(alias, url) if url is not None else {}
    extra = options.pop("options", None) or {}
    if not isinstance(extra, Mapping):
        raise _wrong(alias, f"option 'options' takes a mapping, not {type(extra).__name__}")
    merged: dict[str, Any] = {**options, **extra}
    for name, value in merged.items():
        key = _PLACE_KEYS.get(name, name)
        if key == "scheme":
            value = _scheme(alias, str(value))
        values[key] = value
    if "scheme" not in values:
        raise _wrong(alias, 'give a "url", or at least a "scheme"')
    if values["scheme"] == "sqlite" and str(values.get("name", "")) == ":memory:":
        values["name"] = ""
    return values


def _scheme(alias: str, scheme: str) -> str:
    # Django's ENGINE names end in the same words.
    known = SCHEMES.get(scheme.lower()) or SCHEMES.get(scheme.lower().rpartition(".")[2])
    if known is None:
        raise _wrong(alias, f"unknown scheme {scheme!r}. Choices are: postgresql, sqlite")
    return known


def _build(alias: str, values: dict[str, Any]) -> DatabaseConfig:
    known = {one.name: one.type for one in fields(DatabaseConfig)}
    result: dict[str, Any] = {}
    options: dict[str, str] = {}
    for name, value in values.items():
        if name in ("options", "alias", "is_memory") or name not in known:
            options[name] = _as_text(value)
        elif value is not None or "None" in str(known[name]):
            result[name] = _converted(alias, name, str(known[name]), value)
    if result["scheme"] == "sqlite" and not result.get("name"):
        result["is_memory"] = True
        result["name"] = f"aorm-memory-{next(_memory_names)}"
    config = DatabaseConfig(alias=alias, options=MappingProxyType(options), **result)
    _check(config)
    return config


def _as_text(value: object) -> str:
    return ("on" if value else "off") if isinstance(value, bool) else str(value)


def _converted(alias: str, name: str, kind: str, value: Any) -> Any:
    if kind == "Pooler | None":
        if value in ("transaction", "session"):
            return value
        return _none_or_wrong(alias, name, value, '"transaction" or "session"')
    if isinstance(value, str):
        if "None" in kind and value.lower() in _NONE and "str" not in kind:
            return None
        convert: Callable[[str], Any] = int if kind.startswith("int") else float if kind.startswith("float") else str
        try:
            return convert(value)
        except ValueError:
            raise _wrong(alias, f"option {name!r} takes a number, not {value!r}") from None
    if kind.startswith(("int", "float")) and (isinstance(value, bool) or not isinstance(value, int | float | None)):
        raise _wrong(alias, f"option {name!r} takes a number, not {type(value).__name__}")
    if kind.startswith("int") and isinstance(value, float):
        raise _wrong(alias, f"option {name!r} takes a whole number, not {value!r}")
    if kind.startswith("str") and value is not None:
        return str(value)
    return value


def _none_or_wrong(alias: str, name: str, value: Any, choices: str) -> None:
    if value is None or str(value).lower() in _NONE:
        return
    raise _wrong(alias, f"option {name!r} takes {choices}, not {value!r}")


def _check(config: DatabaseConfig) -> None:
    if config.max_size < 1:
        raise _wrong(config.alias, f"max_size must be at least 1, not {config.max_size}")
    if not 0 <= config.min_size <= config.max_size:
        raise _wrong(
            config.alias, f"min_size must be between 0 and max_size ({config.max_size}), not {config.min_size}"
        )
    for one in fields(config):
        value = getattr(config, one.name)
        is_duration = one.name.endswith(("_timeout", "_grace", "_lifetime", "_after"))
        if (is_duration or one.name.endswith("_size")) and value is not None and not value >= 0:  # NaN neither
            raise _wrong(config.alias, f"{one.name} must be 0 or more, not {value}")
        if isinstance(value, str) and "\x00" in value:
            raise _wrong(config.alias, f"{one.name} must not contain NUL characters")
    if config.port is not None and not 0 < config.port < 65536:
        raise _wrong(config.alias, f"port must be between 1 and 65535, not {config.port}")
