"""Register on a connection the SQL functions that SQLite lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3


def register_functions(connection: sqlite3.Connection) -> None:
    """Register every function; call it once on each new connection."""
