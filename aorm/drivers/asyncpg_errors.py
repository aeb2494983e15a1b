"""From asyncpg's exceptions to ours."""

from __future__ import annotations

import re
from typing import Any

import asyncpg

from aorm.drivers.sqlstates import class_for_sqlstate
from aorm.exceptions import (
    ConnectionLost,
    DatabaseError,
    DataError,
    Error,
    ErrorFacts,
    InterfaceError,
    InternalError,
    OperationalError,
    SchemaChanged,
    StatementTimeout,
)

__all__ = ["translate", "translate_connecting"]

_INVALID_INPUT = re.compile(r"(invalid input for query argument \$\d+[^:]*): .* \((.*)\)\Z", re.DOTALL)
# How asyncpg refuses a statement between the server's last word, as on shutdown, and the end of the socket. Statements
# of ours never overlap, so it has no other meaning.
_ENDING = "cannot switch to state"
_SCHEMA_CHANGED = (asyncpg.InvalidCachedStatementError, asyncpg.exceptions.OutdatedSchemaCacheError)


def translate(error: Exception, *, is_closed: bool = False) -> Exception:
    """Return our exception for one of asyncpg's; what is not asyncpg's is returned as it is."""
    if isinstance(error, asyncpg.PostgresError):
        return _server_error(error)
    if isinstance(error, _SCHEMA_CHANGED):
        return SchemaChanged(str(error))
    if isinstance(error, asyncpg.InterfaceError):
        if isinstance(error, ValueError):
            return DataError(_without_value(str(error)), sqlstate="22000")
        if is_closed:
            return ConnectionLost(str(error), sqlstate="08003")
        return InterfaceError(str(error))
    if isinstance(error, asyncpg.InternalClientError):
        if str(error).startswith(_ENDING):
            return ConnectionLost("the server has ended the connection", sqlstate="08006")
        return InternalError(str(error))
    if isinstance(error, OSError):
        return ConnectionLost(f"the connection to the database broke: {error}", sqlstate="08006")
    return error


def translate_connecting(error: Exception, alias: str, place: str) -> Exception:
    """Return our exception for a failed attempt to connect, naming the alias and the place, never the password."""
    where = f"database {alias!r} ({place})"
    if isinstance(error, TimeoutError):
        return ConnectionLost(f"{where}: connecting took too long", sqlstate="08001")
    if isinstance(error, asyncpg.PostgresError):
        sqlstate: str | None = getattr(error, "sqlstate", None)
        facts: ErrorFacts = {"sqlstate": sqlstate}
        kind = class_for_sqlstate(sqlstate)
        # Whatever the server answered, there is no connection: that is operational, as in every other driver.
        return (kind if issubclass(kind, OperationalError) else OperationalError)(f"{where}: {error}", **facts)
    if isinstance(error, OSError):
        return ConnectionLost(f"{where}: cannot connect: {error}", sqlstate="08001")
    return OperationalError(f"{where}: cannot connect: {error}", sqlstate="08001")


def _server_error(error: Any) -> Error:
    sqlstate: str | None = error.sqlstate
    facts: ErrorFacts = {"sqlstate": sqlstate}
    for fact, name in (
        ("constraint", "constraint_name"),
        ("table", "table_name"),
        ("column", "column_name"),
        ("detail", "detail"),
    ):
        value = getattr(error, name, None)
        if value is not None:
            facts[fact] = value  # type: ignore[literal-required]
    # The detail repeats values of the row: it is kept apart, so that no parameter stands in a message or a log.
    text = _without_value(str(error.args[0]) if error.args else str(error))
    if isinstance(error, _SCHEMA_CHANGED) or sqlstate == "26000":
        return SchemaChanged(text, **facts)
    if sqlstate == "57014" and "statement timeout" in str(error):
        return StatementTimeout(text, **facts)
    kind = class_for_sqlstate(sqlstate)
    return kind(text, **facts) if issubclass(kind, DatabaseError) else DatabaseError(text, **facts)


def _without_value(text: str) -> str:
    """Leave the value out of asyncpg's "invalid input for query argument $1: <value> (<reason>)"."""
    found = _INVALID_INPUT.match(text)
    return f"{found[1]}: {found[2]}" if found else text
