"""From the exceptions of `sqlite3` to ours; SQLite has no SQLSTATE, so its extended codes are given the nearest one."""

from __future__ import annotations

import re
import sqlite3

from aorm.exceptions import (
    DatabaseError,
    DataError,
    Error,
    ErrorFacts,
    IntegrityError,
    InterfaceError,
    InternalError,
    LockTimeout,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
)

__all__ = ["INTERRUPT", "READ_ONLY", "translate"]

READ_ONLY = "25006"
INTERRUPT = "57014"

_SQLSTATES = {
    "SQLITE_CONSTRAINT_UNIQUE": "23505",
    "SQLITE_CONSTRAINT_PRIMARYKEY": "23505",
    "SQLITE_CONSTRAINT_ROWID": "23505",
    "SQLITE_CONSTRAINT_NOTNULL": "23502",
    "SQLITE_CONSTRAINT_FOREIGNKEY": "23503",
    "SQLITE_CONSTRAINT_CHECK": "23514",
    "SQLITE_CONSTRAINT_DATATYPE": "22000",
    "SQLITE_CONSTRAINT_TRIGGER": "P0001",
    "SQLITE_BUSY": "55P03",
    "SQLITE_BUSY_SNAPSHOT": "40001",
    "SQLITE_BUSY_RECOVERY": "55P03",
    "SQLITE_BUSY_TIMEOUT": "55P03",
    "SQLITE_LOCKED": "55P03",
    "SQLITE_LOCKED_SHAREDCACHE": "55P03",
    "SQLITE_INTERRUPT": INTERRUPT,
    "SQLITE_FULL": "53100",
    "SQLITE_NOMEM": "53200",
    "SQLITE_TOOBIG": "54000",
    "SQLITE_CANTOPEN": "58030",
    "SQLITE_CORRUPT": "XX001",
}
_CLASSES: tuple[tuple[type[Exception], type[Error]], ...] = (
    (sqlite3.IntegrityError, IntegrityError),
    (sqlite3.OperationalError, OperationalError),
    (sqlite3.ProgrammingError, ProgrammingError),
    (sqlite3.DataError, DataError),
    (sqlite3.InternalError, InternalError),
    (sqlite3.NotSupportedError, NotSupportedError),
    (sqlite3.DatabaseError, DatabaseError),
    (sqlite3.InterfaceError, InterfaceError),
)
_COLUMNS = re.compile(r"(?:UNIQUE|NOT NULL) constraint failed: (?P<columns>.+)\Z")
_INDEX = re.compile(r"UNIQUE constraint failed: index '(?P<index>.+)'\Z")
_CHECK = re.compile(r"CHECK constraint failed: (?P<name>.+)\Z")


def translate(error: Exception) -> Exception:
    """Return our exception for one of sqlite3's; what is not the database's is returned as it is."""
    if isinstance(error, sqlite3.Error):
        return _database_error(error)
    if isinstance(error, sqlite3.Warning):
        return ProgrammingError(str(error))
    if isinstance(error, OverflowError):
        return DataError(str(error), sqlstate="22003")
    if isinstance(error, UnicodeEncodeError):
        return DataError(f"text cannot be stored: {error.reason}", sqlstate="22021")
    return error


def _database_error(error: sqlite3.Error) -> Error:
    name = getattr(error, "sqlite_errorname", "") or ""
    sqlstate = _SQLSTATES.get(name)
    facts: ErrorFacts = {"sqlstate": sqlstate}
    text = str(error)
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return LockTimeout(text, **facts)
    if name.startswith("SQLITE_READONLY"):
        facts["sqlstate"] = READ_ONLY
    if name.startswith("SQLITE_IOERR"):
        facts["sqlstate"] = "58030"
    if isinstance(error, sqlite3.IntegrityError):
        _name_constraint(text, facts)
    for theirs, ours in _CLASSES:
        if isinstance(error, theirs):
            return ours(text, **facts)
    return DatabaseError(text, **facts)


def _name_constraint(text: str, facts: ErrorFacts) -> None:
    """Read table, columns and constraint out of SQLite's message, as far as it says."""
    if found := _INDEX.match(text):
        facts["constraint"] = found["index"]
    elif found := _CHECK.match(text):
        facts["constraint"] = found["name"]
    elif found := _COLUMNS.match(text):
        readings = _readings(found["columns"])
        facts["readings"] = readings
        facts["table"] = readings[0][0]
        facts["column"] = ", ".join(readings[0][1])


def _readings(text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the tables and columns that ``table.a, table.b`` may mean, the likeliest first.

    Nothing is quoted, and either name may have dots and commas in it: only who knows the tables can tell.
    """
    places = [place for place, character in enumerate(text) if character == "."]
    found = [(text[:place], tuple(text[place + 1 :].split(f", {text[:place]}."))) for place in places]
    return tuple(sorted(found, key=lambda reading: (len(reading[1]), len(reading[0])), reverse=True))
