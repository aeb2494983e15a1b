"""A driver without a database: it records what it is asked, and answers with given rows."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from aorm.drivers.answers import Answer

if TYPE_CHECKING:
    from aorm.drivers.protocol import ConnectionPlan

__all__ = ["Recorded", "RecordingDriver", "Reply"]

Reply: TypeAlias = Sequence[Sequence[Any]] | int | Exception
"""Rows, or a number of affected rows, or an exception to raise."""

_TRANSACTION_WORDS = {"BEGIN": True, "COMMIT": False}


class Recorded(NamedTuple):
    """One statement as it reached the driver."""

    sql: str
    parameters: tuple[Any, ...]


class RecordingCursor:
    """Gives prepared rows piece by piece."""

    def __init__(self, rows: Sequence[Any]) -> None:
        """Begin at the first row."""
        self._rows = deque(rows)

    def columns(self) -> list[str]:
        """Return the first row, which names the columns where they are asked for."""
        return list(self._rows.popleft()) if self._rows else []

    async def fetch(self, count: int) -> list[Any]:
        """Return up to `count` further rows."""
        return [self._rows.popleft() for _ in range(min(count, len(self._rows)))]

    async def close(self) -> None:
        """Forget the rest."""
        self._rows.clear()


class RecordingConnection:
    """A connection of nobody; knows at least whether it is in a transaction."""

    def __init__(self, driver: RecordingDriver) -> None:
        """Report everything to `driver`."""
        self.raw = self._driver = driver
        self._is_open = True
        self._is_in_transaction = False

    async def fetch(self, sql: str, parameters: Sequence[Any] = (), preamble: Sequence[str] = ()) -> list[Any]:
        """Record, and return the rows of the next answer."""
        answer = self._ask(sql, parameters, preamble)
        return [] if isinstance(answer, int) else list(answer)

    async def fetch_named(
        self, sql: str, parameters: Sequence[Any] = (), preamble: Sequence[str] = ()
    ) -> tuple[list[str], list[Any]]:
        """Record, and return the next answer: its first row names the columns."""
        names, *rows = await self.fetch(sql, parameters, preamble) or [()]
        return list(names), rows

    async def execute(self, sql: str, parameters: Sequence[Any] = (), preamble: Sequence[str] = ()) -> int:
        """Record, and return the number of the next answer, or of its rows."""
        answer = self._ask(sql, parameters, preamble)
        return answer if isinstance(answer, int) else len(answer)

    async def execute_many(self, sql: str, rows: Iterable[Sequence[Any]], preamble: Sequence[str] = ()) -> None:
        """Record one statement for each row."""
        self._record_all(preamble)
        for row in rows:
            self._ask(sql, row, ())

    async def open_cursor(
        self, sql: str, parameters: Sequence[Any] = (), preamble: Sequence[str] = ()
    ) -> RecordingCursor:
        """Record, and give the rows of the next answer piece by piece."""
        return RecordingCursor(await self.fetch(sql, parameters, preamble))

    def start(self, sql: str) -> Answer[str]:
        """Record a control statement; it uses no answer up."""
        answer: Answer[str] = Answer()
        self._record_all((sql,))
        answer.settle(None, sql.partition(" ")[0])
        return answer

    async def settle(self) -> None:
        """Return at once: nothing is ever on its way."""

    async def close(self) -> None:
        """Be closed."""
        self._is_open = False

    def abort(self) -> None:
        """Be closed."""
        self._is_open = False

    def abandon(self, *, is_child: bool = False) -> None:
        """Be closed."""
        self._is_open = False

    def is_open(self) -> bool:
        """Tell whether it was not closed."""
        return self._is_open

    def is_quiet(self) -> bool:
        """Tell that nothing arrives unasked."""
        return True

    def is_usable(self) -> bool:
        """Tell whether it is open and in no transaction."""
        return self._is_open and not self._is_in_transaction

    def is_in_transaction(self) -> bool:
        """Tell whether BEGIN was the last of BEGIN, COMMIT and ROLLBACK."""
        return self._is_in_transaction

    def on_lost(self, callback: Callable[[], None]) -> None:
        """Keep nothing: it never ends by itself."""

    def _ask(self, sql: str, parameters: Sequence[Any], preamble: Sequence[str]) -> Sequence[Any] | int:
        self._record_all(preamble)
        self._driver.statements.append(Recorded(sql, tuple(parameters)))
        answer = self._driver.answer_for(sql, parameters)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _record_all(self, texts: Sequence[str]) -> None:
        for sql in texts:
            self._driver.statements.append(Recorded(sql, ()))
            word = sql.partition(" ")[0].upper()
            if sql.upper() == "ROLLBACK":
                self._is_in_transaction = False
            self._is_in_transaction = _TRANSACTION_WORDS.get(word, self._is_in_transaction)


class RecordingDriver:
    """Records every statement in `statements` and answers from a queue, else through `responder`, else with no rows.

    driver = RecordingDriver()
    driver.answer([(1, "Emma")], [])      # the next two statements
    database = Database(DatabaseConfig(alias="default", scheme="sqlite"), dialect, driver)
    """

    name = "recording"
    needs_ping = False

    def __init__(self, *answers: Reply, responder: Callable[[str, Sequence[Any]], Reply] | None = None) -> None:
        """Begin with these answers."""
        self.statements: list[Recorded] = []
        self.connections: list[RecordingConnection] = []
        self._answers: deque[Reply] = deque(answers)
        self._responder = responder

    @property
    def sql(self) -> list[str]:
        """The texts of all statements, in order."""
        return [recorded.sql for recorded in self.statements]

    def answer(self, *answers: Reply) -> None:
        """Queue answers for the next statements."""
        self._answers.extend(answers)

    def clear(self) -> None:
        """Forget what was recorded and what was to be answered."""
        self.statements.clear()
        self._answers.clear()

    def answer_for(self, sql: str, parameters: Sequence[Any]) -> Reply:
        """Return the answer to a statement."""
        if self._answers:
            return self._answers.popleft()
        return self._responder(sql, parameters) if self._responder is not None else ()

    async def connect(self, plan: ConnectionPlan) -> RecordingConnection:
        """Make a connection to nobody."""
        connection = RecordingConnection(self)
        self.connections.append(connection)
        return connection

    def keep(self, plan: ConnectionPlan) -> None:
        """Hold nothing."""
        return
