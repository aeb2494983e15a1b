"""A transaction around a whole test, rolled back at its end: the test leaves nothing behind in the database."""

from __future__ import annotations

from contextlib import AsyncExitStack, ExitStack, contextmanager
from typing import TYPE_CHECKING

from aorm.bridge import home_loop, run_sync
from aorm.database.atomic import Atomic
from aorm.database.binding import bind, current
from aorm.database.databases import DEFAULT_DB_ALIAS, databases

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Iterator
    from types import TracebackType

    from aorm.database.transaction import Block

__all__ = ["RolledBack", "rolled_back"]


class RolledBack:
    """What `rolled_back()` gives: entered once, on either face."""

    def __init__(self, aliases: tuple[str, ...]) -> None:
        """Prepare to open a transaction on each alias."""
        self.aliases = aliases
        self._blocks: dict[str, Block] = {}
        self._home: AbstractEventLoop | None = None
        self._stack = ExitStack()
        self._async_stack = AsyncExitStack()

    def __enter__(self) -> RolledBack:
        """Open the transactions."""
        with ExitStack() as stack:
            for alias in self.aliases:
                block = stack.enter_context(_outermost(alias))
                stack.callback(_doom, block)
                run_sync(_begin(alias))
                self._opened(alias, block)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Check what would be checked by COMMIT, unless the block failed, and roll back."""
        with self._stack:
            if kind is None:
                for alias, block in self._blocks.items():
                    run_sync(_check(alias, block))

    async def __aenter__(self) -> RolledBack:
        """Open the transactions."""
        async with AsyncExitStack() as stack:
            for alias in self.aliases:
                block = await stack.enter_async_context(_outermost(alias))
                stack.callback(_doom, block)
                await _begin(alias)
                self._opened(alias, block)
            self._async_stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Check what would be checked by COMMIT, unless the block failed, and roll back."""
        async with self._async_stack:
            if kind is None:
                for alias, block in self._blocks.items():
                    await _check(alias, block)

    @contextmanager
    def allow(self) -> Iterator[None]:
        """Let a task or thread that does not descend from the test into its transactions: `with sandbox.allow(): ...`.

        Tasks that the test starts, and threads that `asyncio.to_thread` and the like give it, are in them by
        themselves.
        """
        before = {alias: current(alias) for alias in self._blocks}
        home = home_loop.get()
        for alias, block in self._blocks.items():
            bind(alias, block)
        home_loop.set(self._home)
        try:
            yield
        finally:
            home_loop.set(home)
            for alias, known in before.items():
                bind(alias, known)

    def _opened(self, alias: str, block: Block) -> None:
        self._blocks[alias] = block
        self._home = block.scope.loop


def _outermost(alias: str) -> Atomic:
    atomic = Atomic(alias, savepoint=True, durable=False)
    atomic.allows_durable = True
    return atomic


async def _begin(alias: str) -> None:
    """Send BEGIN now, so that it is not counted among the statements of the test, nor its failure blamed on them."""
    database = databases[alias]
    await database.fetch(database.sessions.ping)


async def _check(alias: str, block: Block) -> None:
    """Check the constraints that are deferred to COMMIT, which never comes."""
    transaction = block.scope.transaction
    if not transaction.needs_rollback and transaction.loss is None:
        await databases[alias].acheck_constraints()


def _doom(block: Block) -> None:
    block.scope.transaction.needs_rollback = True


def rolled_back(*aliases: str) -> RolledBack:
    """Give a block whose work is rolled back: `async with rolled_back(): ...`, or `with`; the default database's.

    Inside, the program under test runs as ever: its `atomic()` blocks are savepoints, `durable=True` is allowed, and
    what belongs to a whole transaction (`isolation=`, `read_only=`, `deferrable=`) has no effect. `on_commit()`
    callbacks are kept, and seen by `capture_on_commit_callbacks()`. On leaving, deferred constraints are checked, as
    COMMIT would. What runs in `detached()`, and in threads and tasks that know nothing of the test, is not covered.

    Args:
        aliases: the databases.

    Raises:
        IntegrityError: on leaving, when a deferred constraint is violated.
    """
    return RolledBack(aliases or (DEFAULT_DB_ALIAS,))
