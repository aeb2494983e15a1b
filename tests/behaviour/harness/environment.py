"""What a case sees: how to call either ORM on either face, and where to note what came back."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Protocol

from tests.behaviour.harness.notes import describe_error, normalise

VENDORS = ("sqlite", "postgresql")
CONTROL_WORDS = {
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT",
    "RELEASE",
    "SET",
    "PRAGMA",
    "DECLARE",
    "FETCH",
    "CLOSE",
    "START",
}

Body = Callable[["Environment"], Coroutine[Any, Any, None]]


class Interpreter(Protocol):
    """How one ORM is called on one of its faces."""

    async def do(self, target: Any, name: str, /, *arguments: Any, **keywords: Any) -> Any:
        """Call a method that performs I/O."""

    async def fetch(self, queryset: Any) -> list[Any]:
        """Return the results of a queryset."""

    async def iterate(self, queryset: Any, **options: Any) -> list[Any]:
        """Return what `iterator()` streams."""

    async def load(self, instance: Any, name: str) -> Any:
        """Follow a single-valued relation."""

    async def read(self, instance: Any, name: str) -> Any:
        """Read a field that may be deferred."""

    def atomic(self, **options: Any) -> AbstractAsyncContextManager[Any]:
        """Enter an atomic block."""

    def capture(self, alias: str) -> AbstractContextManager[Callable[[], list[str]]]:
        """Record the statements of a block; the callable gives their texts."""

    def on_commit(self, callback: Callable[[], object], **options: Any) -> None:
        """Register a callback for the commit of the current transaction."""


@dataclass(frozen=True)
class Case:
    """One coroutine that is run on both ORMs."""

    name: str
    body: Body
    vendors: tuple[str, ...]
    other: bool


class Environment:
    """The one argument of a case."""

    def __init__(self, interpreter: Interpreter, vendor: str) -> None:
        self.interpreter = interpreter
        self.vendor = vendor
        self.notes: list[dict[str, Any]] = []
        self.do = interpreter.do
        self.fetch = interpreter.fetch
        self.iterate = interpreter.iterate
        self.load = interpreter.load
        self.read = interpreter.read
        self.atomic = interpreter.atomic
        self.on_commit = interpreter.on_commit
        self._cleanups: list[Callable[[], object]] = []

    def note(self, label: str, value: Any) -> None:
        """Record a result; it is compared with Django's under the same label."""
        self.notes.append({"label": label, "value": normalise(value)})

    def note_fields(self, label: str, instance: Any, *names: str) -> None:
        """Record some attributes of an instance, as they are in its `__dict__` or given by its class."""
        self.note(label, {name: getattr(instance, name) for name in names})

    @contextmanager
    def raises(self, label: str, *, text: bool = True) -> Iterator[Caught]:
        """Record the exception that the block raises, or that it raised none; its text where it is the ORM's own."""
        caught = Caught()
        try:
            yield caught
        except Exception as error:
            caught.error = error
            described = describe_error(error)
            self.notes.append({"label": label, **(described if text else {"error": described["error"]})})
        else:
            self.notes.append({"label": label, "error": None})

    @contextmanager
    def statements(self, label: str, *, using: str = "default") -> Iterator[None]:
        """Record the verbs of the statements of a block in order, transaction control left out; compared exactly."""
        with self.interpreter.capture(using) as texts:
            yield
        self.notes.append(
            {"label": label, "verbs": [verb for verb in map(_verb, texts()) if verb not in CONTROL_WORDS]}
        )

    @contextmanager
    def at_most(self, label: str, *, using: str = "default") -> Iterator[None]:
        """Record how many statements a block takes: aorm may take fewer than Django, never more."""
        with self.interpreter.capture(using) as texts:
            yield
        count = sum(_verb(text) not in CONTROL_WORDS for text in texts())
        self.notes.append({"label": label, "at_most": count})

    @contextmanager
    def control(self, label: str, *, using: str = "default") -> Iterator[None]:
        """Record the transaction control of a block (BEGIN, SAVEPOINT, ...), with the names of savepoints left out."""
        with self.interpreter.capture(using) as texts:
            yield
        self.notes.append({"label": label, "value": [verb for verb in map(_control, texts()) if verb is not None]})

    def listen(self, signal: Any, log: list[Any], describe: Callable[..., Any], **options: Any) -> None:
        """Append `describe(**keywords)` to the log at each sending of the signal, until the case ends."""

        def receiver(**keywords: Any) -> None:
            log.append(describe(**keywords))

        signal.connect(receiver, weak=False, **options)
        self._cleanups.append(
            lambda: signal.disconnect(receiver, **{k: v for k, v in options.items() if k == "sender"})
        )

    def finally_(self, cleanup: Callable[[], object]) -> None:
        """Run this when the case has ended."""
        self._cleanups.append(cleanup)

    def clean_up(self) -> None:
        """Undo what the case asked to be undone."""
        while self._cleanups:
            self._cleanups.pop()()


class Caught:
    """Holds what `raises` caught."""

    error: Any = None


def case(*, vendors: tuple[str, ...] = VENDORS, other: bool = False) -> Callable[[Body], Body]:
    """Mark a coroutine as a case; `other` gives the second database its tables too."""

    def mark(body: Body) -> Body:
        body.case = Case(body.__name__, body, vendors, other)  # type: ignore[attr-defined]
        return body

    return mark


def cases_of(module: ModuleType) -> dict[str, Case]:
    """Return the module's cases in the order of their text."""
    marked = [value.case for value in vars(module).values() if isinstance(getattr(value, "case", None), Case)]
    return {item.name: item for item in marked}


def _verb(text: str) -> str:
    return text.lstrip("( \n").split(None, 1)[0].upper().rstrip(";")


def _control(text: str) -> str | None:
    verb = _verb(text)
    if verb in {"BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"}:
        return verb
    if verb == "ROLLBACK":
        return "ROLLBACK TO" if " TO " in f"{text} ".upper() else "ROLLBACK"
    return None
