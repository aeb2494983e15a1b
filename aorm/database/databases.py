"""The registry: alias -> `Database`, and which dialect and driver a scheme means. Also the end: fork and exit."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import os
import weakref
from importlib import import_module
from typing import TYPE_CHECKING, Any

from aorm.bridge import register_close, sync_twin
from aorm.database.config import DatabaseConfig, parse_config
from aorm.database.database import Database
from aorm.exceptions import ConnectionDoesNotExist, ImproperlyConfigured
from aorm.settings import settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["DEFAULT_DB_ALIAS", "Databases", "aclose_all", "close_all", "databases", "dialect_for", "make_database"]

DEFAULT_DB_ALIAS = "default"

# By dotted name: a driver that is not installed costs nothing until its scheme is used.
PARTS = {
    "postgresql": ("aorm.dialects.postgresql.dialect:DIALECT", "aorm.drivers.asyncpg:DRIVER"),
    "sqlite": ("aorm.dialects.sqlite.dialect:DIALECT", "aorm.drivers.aiosqlite:DRIVER"),
}

_all: weakref.WeakSet[Database] = weakref.WeakSet()


def make_database(config: DatabaseConfig, *, dialect: Any = None, driver: Any = None) -> Database:
    """Join a configuration with the dialect and the driver of its scheme, or with those given."""
    dialect_name, driver_name = PARTS[config.scheme]
    database = Database(
        config,
        dialect if dialect is not None else _load(config, dialect_name),
        driver if driver is not None else _load(config, driver_name),
    )
    _all.add(database)
    return database


def _load(config: DatabaseConfig, name: str) -> Any:
    module_name, _, attribute = name.partition(":")
    try:
        return getattr(import_module(module_name), attribute)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("aorm"):
            raise
        raise ImproperlyConfigured(
            f"database {config.alias!r}: the scheme {config.scheme!r} needs the package {error.name!r}, which is not "
            f"installed: pip install {error.name}"
        ) from error


def dialect_for(vendor: str) -> Any:
    """Return the dialect of a kind of database, ``"postgresql"`` or ``"sqlite"``; no driver is needed.

    Raises:
        ImproperlyConfigured: the kind is not known.
    """
    if vendor not in PARTS:
        raise ImproperlyConfigured(f"{vendor!r} is no kind of database: known are {', '.join(map(repr, PARTS))}.")
    module_name, _, attribute = PARTS[vendor][0].partition(":")
    return getattr(import_module(module_name), attribute)


def load_parts(given: Mapping[str, Any]) -> None:
    """Import the dialects and drivers of databases ahead of their first use, which may be in an event loop.

    What is wrong with a database is not said here but when it is used.
    """
    for alias, options in given.items():
        with contextlib.suppress(ImproperlyConfigured):
            config = parse_config(alias, options)
            for name in PARTS[config.scheme]:
                _load(config, name)


class Databases:
    """Alias -> `Database`; made from the settings on first use, made anew when they change."""

    def __init__(self) -> None:
        """Begin with nothing open."""
        # Hot paths look here before they ask for an item, which makes what is not there.
        self.made: dict[str, Database] = {}
        self._given: dict[str, object] = {}
        self._old: list[Database] = []
        settings.add_listener(self._settings_changed)

    def __getitem__(self, alias: str) -> Database:
        """Return the database of an alias; `ConnectionDoesNotExist` names the aliases there are."""
        database = self.made.get(alias)
        return database if database is not None else self._make(alias)

    def __iter__(self) -> Iterator[str]:
        """Give the aliases."""
        return iter(list(dict.fromkeys([*settings.databases, *self.made])))

    def __contains__(self, alias: object) -> bool:
        """Tell whether an alias is configured."""
        return alias in self.made or alias in settings.databases

    def all(self) -> list[Database]:
        """Return the database of every alias."""
        return [self[alias] for alias in self]

    def add(self, database: Database) -> None:
        """Put a database under its alias, as tests do with a recording driver."""
        _all.add(database)
        self.made[database.alias] = database
        self._given.pop(database.alias, None)

    def remove(self, alias: str) -> Database | None:
        """Take a database out; it is not closed."""
        self._given.pop(alias, None)
        return self.made.pop(alias, None)

    async def aclose(self) -> None:
        """Close the running loop's pools of every database."""
        old, self._old = self._old, []
        await asyncio.gather(*(database.aclose() for database in [*self.made.values(), *old]))
        self._old += [database for database in old if database.loops()]

    def _make(self, alias: str) -> Database:
        given = settings.databases
        if alias not in given:
            if not given:
                raise ConnectionDoesNotExist(
                    f"The connection {alias!r} doesn't exist: no database is configured. Call aorm.configure(...), or "
                    "set AORM_DATABASE_URL."
                )
            raise ConnectionDoesNotExist(
                f"The connection {alias!r} doesn't exist. Configured are: {', '.join(map(repr, given))}."
            )
        database = make_database(parse_config(alias, given[alias]))
        # Two threads may come here at once: the first one's database is everybody's.
        database = self.made.setdefault(alias, database)
        self._given[alias] = given[alias]
        return database

    def _settings_changed(self, names: frozenset[str]) -> None:
        if "databases" not in names:
            return
        given = settings.databases
        load_parts(given)
        for alias, options in list(self._given.items()):
            if given.get(alias) != options:
                self._given.pop(alias, None)
                database = self.made.pop(alias, None)
                if database is not None and database.loops():
                    self._old.append(database)  # its pools are closed by the next aclose_all()


databases = Databases()
load_parts(settings.databases)


async def aclose_all() -> None:
    """Close the pools that the running event loop has open, of every database."""
    await databases.aclose()


close_all = sync_twin(aclose_all)


async def _close_portal() -> None:
    """Close the pools of the portal's loop, at the interpreter's end."""
    loop = asyncio.get_running_loop()
    await asyncio.gather(*(database.aclose(0.3) for database in list(_all) if loop in database.loops()))


def _let_go_at_exit() -> None:
    """Let go of what is left: pools of loops that were closed, or that nobody runs any more."""
    for database in list(_all):
        with contextlib.suppress(Exception):
            database.abandon()


def _forget_in_child() -> None:
    """In a forked child the connections are the parent's: not even a good-bye may be sent on them."""
    for database in list(_all):
        database.abandon(is_child=True)


# The portal's exit handler was registered by importing the bridge, and so runs after ours. What lives on its loop is
# closed there, politely.
register_close(_close_portal)
atexit.register(_let_go_at_exit)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_in_child)
