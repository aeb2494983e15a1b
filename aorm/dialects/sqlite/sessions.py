"""How SQLite spells what concerns a session."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aorm.dialects.base.sessions import SessionOptions, Sessions, TransactionOptions
from aorm.exceptions import ImproperlyConfigured

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SESSIONS", "SQLiteSessions"]

_WORD = re.compile(r"[A-Za-z0-9_.+-]+\Z")
_TUNABLE = ("synchronous", "cache_size", "mmap_size", "temp_store", "journal_size_limit", "wal_autocheckpoint")
_OF_THE_FILE = ("immutable", "mode", "modeof", "nolock", "psow", "vfs")
_KNOWN = frozenset({"busy_timeout", "foreign_keys", "journal_mode", *_TUNABLE, *_OF_THE_FILE})


class SQLiteSessions(Sessions):
    """SQLite: one writer, several readers; PRAGMAs set a connection up."""

    begin_stream = ""
    forbid_writes = "PRAGMA query_only = on"
    has_single_writer = True

    _session_words = re.compile(
        r"^\s*(?:pragma|attach|detach|create\s+temp|begin|commit|end|rollback)\b", re.IGNORECASE
    )

    def begin(self, options: TransactionOptions) -> str:
        """Take the write lock at once, unless the transaction only reads.

        A deferred transaction that reads and then writes fails with SQLITE_BUSY_SNAPSHOT when another wrote between,
        and no waiting helps; SQLite knows no isolation level but serializable, and no DEFERRABLE.
        """
        return "BEGIN DEFERRED" if options.read_only else "BEGIN IMMEDIATE"

    def setup(self, options: SessionOptions) -> tuple[str, ...]:
        """Return the PRAGMAs: write-ahead log (files only), foreign keys, waiting for other processes, tuning."""
        given = options.options
        _refuse_unknown(given)
        mode = given.get("journal_mode", "wal")
        wait = _milliseconds(given.get("busy_timeout", "5"))
        statements = [f"PRAGMA busy_timeout = {wait}"]
        if not options.is_memory and given.get("mode") != "ro" and "immutable" not in given:
            statements.append(f"PRAGMA journal_mode = {_checked('journal_mode', mode)}")
        # In WAL mode NORMAL survives the death of the process; after a power cut the last commits may be gone.
        tuning = {"synchronous": "normal"} | {name: given[name] for name in _TUNABLE if name in given}
        statements += [f"PRAGMA {name} = {_checked(name, value)}" for name, value in tuning.items()]
        statements.append(f"PRAGMA foreign_keys = {_checked('foreign_keys', given.get('foreign_keys', 'on'))}")
        if options.is_reader:
            statements.append("PRAGMA query_only = on")
        return tuple(statements)

    def restore(self, options: SessionOptions) -> tuple[str, ...]:
        """Say again what was said at the beginning: foreign keys on, readers that never write, writers that do."""
        return self.setup(options) if options.is_reader else (*self.setup(options), "PRAGMA query_only = off")


def _refuse_unknown(given: Mapping[str, str]) -> None:
    """SQLite itself passes over a PRAGMA that it does not know, and so over every slip of the pen."""
    unknown = sorted(given.keys() - _KNOWN)
    if unknown:
        raise ImproperlyConfigured(
            f"unknown options: {', '.join(unknown)}. SQLite's are: {', '.join(sorted(_KNOWN))}; see the "
            "documentation of configure() for those of the pool."
        )


def _checked(name: str, value: str) -> str:
    if not _WORD.match(value):
        raise ImproperlyConfigured(f"SQLite option {name!r} takes one word or number, not {value!r}")
    return value


def _milliseconds(seconds: str) -> int:
    try:
        return round(float(seconds) * 1000)
    except ValueError:
        raise ImproperlyConfigured(f"SQLite option 'busy_timeout' takes seconds, not {seconds!r}") from None


SESSIONS = SQLiteSessions()
