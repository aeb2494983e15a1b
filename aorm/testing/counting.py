"""Saying how many statements a block sends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aorm.database.capture import CaptureQueries
from aorm.database.databases import DEFAULT_DB_ALIAS

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["AssertNumQueries", "assert_num_queries"]


class AssertNumQueries(CaptureQueries):
    """What `assert_num_queries()` gives; the statements can be read from it during the block and afterwards."""

    def __init__(self, number: int, alias: str) -> None:
        """Expect `number` statements on `alias`."""
        super().__init__(alias)
        self.number = number

    def __enter__(self) -> AssertNumQueries:
        """Begin to count."""
        super().__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop, and compare; an error of the block itself is left alone."""
        __tracebackhide__ = True
        super().__exit__(kind, error, traceback)
        if kind is None and len(self) != self.number:
            raise AssertionError(self._describe())

    async def __aenter__(self) -> AssertNumQueries:
        """Begin to count."""
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop, and compare."""
        __tracebackhide__ = True
        self.__exit__(kind, error, traceback)

    def _describe(self) -> str:
        statements = "\n".join([f"{number}. {query['sql']}" for number, query in enumerate(self, start=1)])
        return f"{len(self)} queries executed, {self.number} expected\nCaptured queries were:\n{statements}"


def assert_num_queries(number: int, using: str = DEFAULT_DB_ALIAS) -> AssertNumQueries:
    """Assert that a block sends so many statements: `async with assert_num_queries(2): ...`, or `with`.

    Every statement of the database counts, whichever task or thread sends it, BEGIN, COMMIT and savepoints included;
    BEGIN and SAVEPOINT are sent only if a statement follows.

    Args:
        number: how many statements are expected.
        using: the alias of the database.

    Raises:
        AssertionError: there were more or fewer; they are listed.
    """
    return AssertNumQueries(number, using)
