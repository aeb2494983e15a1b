"""The driver's own connection, lent for a block: for what a driver can do and aorm does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.database.databases import DEFAULT_DB_ALIAS, databases
from aorm.exceptions import InterfaceError

if TYPE_CHECKING:
    from types import TracebackType

    from aorm.database.pool import Pool
    from aorm.database.slots import Slot

__all__ = ["RawConnection", "raw_connection"]


class RawConnection:
    """What `raw_connection()` gives: entered once."""

    def __init__(self, using: str | None) -> None:
        """Prepare; nothing is leased before the block is entered."""
        self.using = using or DEFAULT_DB_ALIAS
        self._pool: Pool | None = None
        self._slot: Slot | None = None

    async def __aenter__(self) -> Any:
        """Lease a connection and return the driver's."""
        if self._slot is not None:
            raise InterfaceError("this raw_connection() is in use: make another")
        database = databases[self.using]
        block = database.bound_block()
        if block is not None:
            raise InterfaceError(
                f"database {self.using!r}: raw_connection() cannot be used inside {block.describe()}, whose connection "
                "is not the program's to use: enter it outside, or inside detached()"
            )
        self._pool, self._slot = await database.pin(None, reads_only=False)
        return self._slot.connection.raw

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the connection: with a good-bye if it is idle, else at once. Nothing is awaited."""
        pool, slot = self._pool, self._slot
        self._pool = self._slot = None
        if pool is None or slot is None:
            return
        if _is_idle(slot):
            pool.retire(slot)
        else:
            pool.discard(slot)


def _is_idle(slot: Slot) -> bool:
    try:
        return slot.connection.is_usable()
    except Exception:  # whatever a driver says of a connection that the program closed
        return False


def raw_connection(using: str | None = None) -> RawConnection:
    """Lend the driver's own connection for a block: `async with aorm.raw_connection() as raw: ...`.

    `raw` is an `asyncpg.Connection` or an `aiosqlite.Connection`, of the pool and within its limits; aorm sees none of
    its statements. It is never used for anything else afterwards, since nobody can tell what was set on it: the pool
    closes it, at once if it comes back inside a transaction or a statement, and makes another when one is needed.
    Raises `InterfaceError` inside `atomic()`.
    """
    return RawConnection(using)
