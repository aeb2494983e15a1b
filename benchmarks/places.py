"""Where the database is: what each library wants to hear instead of the URL."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit


def is_sqlite(url: str) -> bool:
    """Tell whether the URL names a SQLite file."""
    return url.startswith("sqlite")


def sqlite_path(url: str) -> str:
    """Return the file of a `sqlite:///` URL."""
    return unquote(url.removeprefix("sqlite:///"))


def parts(url: str) -> dict[str, Any]:
    """Return host, port, user, password and database of a PostgreSQL URL."""
    split = urlsplit(url)
    return {
        "host": split.hostname or "localhost",
        "port": split.port or 5432,
        "user": unquote(split.username or "postgres"),
        "password": unquote(split.password or ""),
        "database": unquote(split.path.lstrip("/")),
    }
