"""Django's ORM born async: models, querysets and transactions on asyncpg and aiosqlite, each with a sync twin.

``import aorm`` for configuration and transactions, ``from aorm import models`` for everything of a model.
"""

from aorm import checks, exceptions, models, schema, signals, timezone, transaction, validators
from aorm.bridge import run_sync
from aorm.database.atomic import atomic
from aorm.database.binding import detached
from aorm.database.capture import capture_queries
from aorm.database.databases import DEFAULT_DB_ALIAS, aclose_all, close_all
from aorm.database.databases import databases as connections
from aorm.database.management import on_commit
from aorm.database.raw import raw_connection
from aorm.database.routing import router
from aorm.exceptions import (
    CommitUnknown,
    ConnectionLost,
    DatabaseError,
    DataError,
    Deadlock,
    Error,
    IntegrityError,
    InterfaceError,
    InternalError,
    LockTimeout,
    NotSupportedError,
    OperationalError,
    OrphanedTask,
    PoolTimeout,
    ProgrammingError,
    SchemaChanged,
    ScopeClosed,
    SerializationFailure,
    StatementTimeout,
    SyncInAsyncContext,
    WouldDeadlock,
)
from aorm.mapping.registry import apps
from aorm.models.registry_checks import check
from aorm.opening import configure, connect
from aorm.settings import settings
from aorm.version import __version__

__all__ = [
    "DEFAULT_DB_ALIAS",
    "CommitUnknown",
    "ConnectionLost",
    "DataError",
    "DatabaseError",
    "Deadlock",
    "Error",
    "IntegrityError",
    "InterfaceError",
    "InternalError",
    "LockTimeout",
    "NotSupportedError",
    "OperationalError",
    "OrphanedTask",
    "PoolTimeout",
    "ProgrammingError",
    "SchemaChanged",
    "ScopeClosed",
    "SerializationFailure",
    "StatementTimeout",
    "SyncInAsyncContext",
    "WouldDeadlock",
    "__version__",
    "aclose_all",
    "apps",
    "atomic",
    "capture_queries",
    "check",
    "checks",
    "close_all",
    "configure",
    "connect",
    "connections",
    "detached",
    "exceptions",
    "models",
    "on_commit",
    "raw_connection",
    "router",
    "run_sync",
    "schema",
    "settings",
    "signals",
    "timezone",
    "transaction",
    "validators",
]
