"""What a program says about the transaction it is in: callbacks, the rollback flag, savepoints, autocommit by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.bridge import run_sync, sync_twin
from aorm.database.binding import bind, current
from aorm.database.callbacks import call_now, call_now_async, run_callbacks, run_callbacks_sync
from aorm.database.databases import DEFAULT_DB_ALIAS, databases
from aorm.database.scope import Scope
from aorm.database.transaction import OUTSIDE, Block
from aorm.exceptions import TransactionManagementError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from aorm.database.database import Database
    from aorm.database.transaction import Callback

__all__ = [
    "MarkForRollbackOnError",
    "acommit",
    "aon_commit",
    "arollback",
    "asavepoint",
    "asavepoint_commit",
    "asavepoint_create",
    "asavepoint_rollback",
    "aset_autocommit",
    "clean_savepoints",
    "commit",
    "get_autocommit",
    "get_connection",
    "get_rollback",
    "mark_failed",
    "mark_for_rollback_on_error",
    "on_commit",
    "rollback",
    "savepoint",
    "savepoint_commit",
    "savepoint_create",
    "savepoint_rollback",
    "set_autocommit",
    "set_rollback",
]

FORBIDDEN = "This is forbidden when an 'atomic' block is active."
BY_HAND = "on_commit() cannot be used in manual transaction management"
NOT_CALLABLE = "on_commit()'s callback must be a callable."


def _block(using: str | None) -> Block | None:
    return current(using or DEFAULT_DB_ALIAS)


def _atomic_block(using: str | None) -> Block | None:
    """Return the block of the surrounding `atomic()`; one that has ended raises `ScopeClosed`."""
    block = _block(using)
    if block is None or block.is_manual:
        return None
    if block.is_closed:
        block.scope.refuse(block)
    return block


def get_connection(using: str | None = None) -> Database:
    """Return the database of an alias."""
    return databases[using or DEFAULT_DB_ALIAS]


def on_commit(function: Callable[[], Any], using: str | None = None, robust: bool = False) -> None:
    """Have `function` called when the transaction is committed; outside a transaction, at once.

    It may be a coroutine function. It is dropped when the transaction, or the savepoint it was registered in, is rolled
    back. The error of a `robust` one is logged, and the others still run. In a running loop and outside a transaction,
    a coroutine runs in a task of its own; `aon_commit` awaits it.
    """
    if not _keep_callback(function, using, robust):
        call_now(function, robust=robust)


async def aon_commit(function: Callable[[], Any], using: str | None = None, robust: bool = False) -> None:
    """Do as `on_commit` does; outside a transaction, await the callback."""
    if not _keep_callback(function, using, robust):
        await call_now_async(function, robust=robust)


def _keep_callback(function: Callable[[], Any], using: str | None, robust: bool) -> bool:
    if not callable(function):
        raise TypeError(NOT_CALLABLE)
    block = _block(using)
    if block is None:
        return False
    if block.is_manual:
        raise TransactionManagementError(BY_HAND)
    if block.is_closed:
        block.scope.refuse(block)
    block.scope.transaction.on_commit(function, robust=robust)
    return True


def get_rollback(using: str | None = None) -> bool:
    """Tell whether the innermost `atomic()` is going to be rolled back."""
    block = _atomic_block(using)
    if block is None:
        raise TransactionManagementError(OUTSIDE)
    needs_rollback: bool = block.scope.transaction.needs_rollback
    return needs_rollback


def set_rollback(rollback: bool, using: str | None = None) -> None:
    """Have the innermost `atomic()` with a savepoint rolled back on leaving, or take that back.

    Take it back only after rolling back to a savepoint that is known to be good.
    """
    block = _atomic_block(using)
    if block is None:
        raise TransactionManagementError(OUTSIDE)
    block.scope.transaction.needs_rollback = rollback


class MarkForRollbackOnError:
    """See `mark_for_rollback_on_error`."""

    __slots__ = ("_using",)

    def __init__(self, using: str | None) -> None:
        """Watch the transaction of `using`."""
        self._using = using

    def __enter__(self) -> None:
        """Do nothing: only errors matter."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Mark the transaction, if there is one and the block failed."""
        if isinstance(error, Exception):
            mark_failed(error, self._using)


def mark_failed(error: Exception, using: str | None = None) -> None:
    """Have the surrounding `atomic()`, if there is one, rolled back for this error."""
    block = _block(using)
    if block is not None and not block.is_manual:
        transaction = block.scope.transaction
        transaction.needs_rollback = True
        transaction.rollback_error = error


def mark_for_rollback_on_error(using: str | None = None) -> MarkForRollbackOnError:
    """Have the surrounding `atomic()`, if there is one, rolled back when the block raises; opens no block itself."""
    return MarkForRollbackOnError(using)


def savepoint(using: str | None = None) -> str | None:
    """Set a savepoint and return its name; None outside `atomic()`. It is sent with the next statement."""
    block = _atomic_block(using)
    if block is None:
        return None
    block.scope.transaction.check()
    name: str = block.scope.transaction.savepoint()
    return name


savepoint_create = savepoint


async def asavepoint(using: str | None = None) -> str | None:
    """Set a savepoint and return its name; None outside `atomic()`."""
    return savepoint(using)


asavepoint_create = asavepoint


async def asavepoint_rollback(sid: str | None, using: str | None = None) -> None:
    """Undo what was done since a savepoint, and forget the callbacks registered since."""
    block = _atomic_block(using)
    if block is not None and sid is not None:
        await block.scope.control(block, block.scope.transaction.roll_back_to(_checked(sid)))


async def asavepoint_commit(sid: str | None, using: str | None = None) -> None:
    """Give up a savepoint; its work is kept."""
    block = _atomic_block(using)
    if block is not None and sid is not None:
        await block.scope.control(block, block.scope.transaction.release(_checked(sid)))


def _checked(sid: str) -> str:
    """Return the name of a savepoint, which becomes part of a statement as it is."""
    if not (sid.isascii() and sid.isidentifier()):
        raise ValueError(f"{sid!r} is no name of a savepoint: pass what savepoint() returned.")
    return sid


savepoint_rollback = sync_twin(asavepoint_rollback)
savepoint_commit = sync_twin(asavepoint_commit)


def clean_savepoints(using: str | None = None) -> None:
    """Begin the names of savepoints anew, where none is open."""
    block = _block(using)
    if block is not None:
        block.scope.transaction.clean_savepoints()


def get_autocommit(using: str | None = None) -> bool:
    """Tell whether each statement is committed by itself here."""
    get_connection(using)
    return _block(using) is None


def set_autocommit(autocommit: bool, using: str | None = None) -> None:
    """Switch autocommit: without it, a transaction begins with the next statement and lasts until `commit`."""
    block = _switch_autocommit(autocommit, using)
    if block is not None:
        run_sync(block.scope.finish(keep=True))
        run_callbacks_sync(_end_manual(block))


async def aset_autocommit(autocommit: bool, using: str | None = None) -> None:
    """Switch autocommit, as `set_autocommit` does."""
    block = _switch_autocommit(autocommit, using)
    if block is not None:
        await block.scope.finish(keep=True)
        await run_callbacks(_end_manual(block))


def _switch_autocommit(autocommit: bool, using: str | None) -> Block | None:
    """Bind or unbind a transaction that is handled by hand; return the one that is now to be ended."""
    alias = using or DEFAULT_DB_ALIAS
    block = _outside_atomic(alias)
    if autocommit:
        if block is not None:
            bind(alias, None)
        return block
    if block is None:
        scope = Scope(databases[alias])
        manual = scope.transaction.enter(scope, None, savepoint=False)
        manual.is_manual = True
        bind(alias, manual)
    return None


def _end_manual(block: Block) -> list[Callback]:
    block.is_closed = True
    transaction = block.scope.transaction
    callbacks: list[Callback] = transaction.callbacks
    transaction.callbacks = []
    return callbacks


def _outside_atomic(alias: str) -> Block | None:
    block = _block(alias)
    if block is not None and not block.is_manual:
        raise TransactionManagementError(FORBIDDEN)
    return block


async def acommit(using: str | None = None) -> None:
    """Commit the transaction that is handled by hand; without one, do nothing."""
    block = _outside_atomic(using or DEFAULT_DB_ALIAS)
    if block is not None:
        await block.scope.finish(keep=True)


async def arollback(using: str | None = None) -> None:
    """Roll back the transaction that is handled by hand; without one, do nothing."""
    block = _outside_atomic(using or DEFAULT_DB_ALIAS)
    if block is not None:
        await block.scope.finish(keep=False)


commit = sync_twin(acommit)
rollback = sync_twin(arollback)
