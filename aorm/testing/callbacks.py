"""Seeing, and running, what a test's transaction would do after its COMMIT."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.database.binding import current
from aorm.database.callbacks import call_now, call_now_async
from aorm.database.databases import DEFAULT_DB_ALIAS
from aorm.exceptions import TransactionManagementError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from aorm.database.transaction import Callback, Transaction

__all__ = ["CaptureOnCommit", "capture_on_commit_callbacks"]


class CaptureOnCommit:
    """What `capture_on_commit_callbacks()` gives."""

    def __init__(self, using: str, execute: bool) -> None:
        """Prepare to look at the transaction of `using`."""
        self._using = using
        self._execute = execute

    def __enter__(self) -> list[Callable[[], Any]]:
        """Take note of the callbacks there are already; give the list that is filled on leaving."""
        self._transaction = self._open_transaction()
        self._known = list(self._transaction.callbacks)
        self._captured: list[Callable[[], Any]] = []
        return self._captured

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Collect what was registered, and run it if asked, with what that registers."""
        while callbacks := self._take_new():
            for callback in callbacks:
                self._captured.append(callback.function)
                if self._execute:
                    call_now(callback.function, robust=callback.is_robust)

    async def __aenter__(self) -> list[Callable[[], Any]]:
        """Take note of the callbacks there are already; give the list that is filled on leaving."""
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Collect what was registered, and run or await it if asked, with what that registers."""
        while callbacks := self._take_new():
            for callback in callbacks:
                self._captured.append(callback.function)
                if self._execute:
                    await call_now_async(callback.function, robust=callback.is_robust)

    def _open_transaction(self) -> Transaction:
        block = current(self._using)
        if block is None or block.is_closed:
            raise TransactionManagementError(
                f"database {self._using!r}: capture_on_commit_callbacks() looks at what an open transaction has "
                "registered, and none is open: use it inside rolled_back(), which the fixture aorm_db does for a test."
            )
        transaction: Transaction = block.scope.transaction
        return transaction

    def _take_new(self) -> list[Callback]:
        """Return what was registered since the last time; what a rolled-back savepoint took with it is not there."""
        known = {id(callback) for callback in self._known}
        new = [callback for callback in self._transaction.callbacks if id(callback) not in known]
        self._known += new
        return new


def capture_on_commit_callbacks(using: str = DEFAULT_DB_ALIAS, execute: bool = False) -> CaptureOnCommit:
    """Give the list of callbacks that a block registers by `on_commit()`, filled when the block is left.

    `async with capture_on_commit_callbacks(execute=True) as callbacks: ...`, or `with`. A test's transaction is never
    committed, so this is how its callbacks are seen; Django's `captureOnCommitCallbacks`.

    Args:
        using: the alias of the database.
        execute: run the callbacks on leaving, and those that they register; coroutines are awaited.

    Raises:
        TransactionManagementError: no transaction is open.
    """
    return CaptureOnCommit(using, execute)
