"""Seeing the statements that a database is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.database.databases import DEFAULT_DB_ALIAS, databases

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

__all__ = ["CaptureQueries", "capture_queries"]


class CaptureQueries:
    """The statements of one database during a block, as `{"sql": ..., "time": ...}`, BEGIN and COMMIT included.

    While nobody captures, statements pay one test of an attribute.
    """

    def __init__(self, alias: str = DEFAULT_DB_ALIAS) -> None:
        """Prepare to listen to `alias`."""
        self.alias = alias
        self.captured_queries: list[dict[str, Any]] = []

    def __enter__(self) -> CaptureQueries:
        """Begin to listen."""
        self.captured_queries = []
        self._database = databases[self.alias]
        self._database.observers = (*self._database.observers, self._observe)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop listening; what was heard stays."""
        self._database.observers = tuple(one for one in self._database.observers if one != self._observe)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Give the statements in order."""
        return iter(self.captured_queries)

    def __getitem__(self, index: int) -> dict[str, Any]:
        """Return one statement."""
        return self.captured_queries[index]

    def __len__(self) -> int:
        """Return how many statements there were."""
        return len(self.captured_queries)

    def _observe(self, sql: str, seconds: float) -> None:
        self.captured_queries.append({"sql": sql, "time": f"{seconds:.3f}"})


def capture_queries(alias: str = DEFAULT_DB_ALIAS) -> CaptureQueries:
    """Capture the statements of a database: `with capture_queries() as queries: ...`."""
    return CaptureQueries(alias)
