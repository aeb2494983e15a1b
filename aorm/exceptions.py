"""Every exception of aorm, in one tree; each class says when it is raised.

Database errors hang below `Error` as in PEP 249, with finer classes below them for what a program can act upon. The
errors about models and values are those of Django, by the same names.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypedDict, Unpack

from aorm.lazy import show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = [
    "NON_FIELD_ERRORS",
    "CommitUnknown",
    "ConnectionDoesNotExist",
    "ConnectionLost",
    "DataError",
    "DatabaseError",
    "Deadlock",
    "EmptyResultSet",
    "Error",
    "ErrorFacts",
    "FieldDoesNotExist",
    "FieldError",
    "FieldFetchBlocked",
    "FullResultSet",
    "ImproperlyConfigured",
    "IntegrityError",
    "InterfaceError",
    "InternalError",
    "LockTimeout",
    "MultipleObjectsReturned",
    "NotSupportedError",
    "ObjectDoesNotExist",
    "ObjectNotUpdated",
    "OperationalError",
    "OrphanedTask",
    "PoolTimeout",
    "ProgrammingError",
    "SchemaChanged",
    "ScopeClosed",
    "SerializationFailure",
    "StatementTimeout",
    "SyncInAsyncContext",
    "SynchronousOnlyOperation",
    "TransactionManagementError",
    "ValidationError",
    "WouldDeadlock",
]

NON_FIELD_ERRORS = "__all__"


class SynchronousOnlyOperation(Exception):
    """The base of `SyncInAsyncContext`, under Django's name; aorm raises nothing but that."""


class ErrorFacts(TypedDict, total=False):
    """What may be known about a database error; each key becomes an attribute of the `Error`."""

    sqlstate: str | None
    retryable: bool
    outcome: str | None
    constraint: str | None
    table: str | None
    column: str | None
    detail: str | None
    fields: tuple[str, ...]
    readings: tuple[tuple[str, tuple[str, ...]], ...]


_FACT_NAMES = frozenset(ErrorFacts.__annotations__)


class Error(Exception):
    """Base of everything that a database, its driver or its pool reports.

    `sqlstate` is the database's five-character code, where there is one. `retryable` says that nothing was done, and
    that the same transaction, run again from its beginning, may succeed. `outcome` is what became of the transaction
    ("committed", "rolled_back", "unknown"), where the error ended one. `constraint`, `table`, `column` and `detail` are
    what the database named; `fields` are the model fields they stand for, where a model is known. `readings` are the
    tables, each with its columns, that a message without quotes may mean.
    """

    sqlstate: str | None = None
    retryable: bool = False
    outcome: str | None = None
    constraint: str | None = None
    table: str | None = None
    column: str | None = None
    detail: str | None = None
    fields: tuple[str, ...] = ()
    readings: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def __init__(self, *args: object, **facts: Unpack[ErrorFacts]) -> None:
        """Keep the message in `args` and the facts as attributes; unknown facts are a `TypeError`."""
        super().__init__(*args)
        if facts:
            if unknown := facts.keys() - _FACT_NAMES:
                raise TypeError(
                    f"{type(self).__name__}() got unexpected keyword arguments: {', '.join(sorted(unknown))}"
                )
            self.__dict__.update(facts)


class InterfaceError(Error):
    """Raised when the error is about how the database was approached: pool, scope, thread or loop."""


class PoolTimeout(InterfaceError):
    """Raised when no connection became free within the pool's acquire timeout; the text names who holds them."""


class ScopeClosed(InterfaceError):
    """Raised when a task uses a transaction that ended before it."""


class OrphanedTask(InterfaceError):
    """Raised when `atomic()` is left while another task still works in it; the transaction was rolled back."""


class SyncInAsyncContext(InterfaceError, SynchronousOnlyOperation):
    """Raised in a running event loop by what would block it: a sync twin, a relation or field that is not loaded.

    The text names what to await instead.
    """


class WouldDeadlock(InterfaceError):
    """Raised at once when waiting for a connection could never end, because the waiter holds what it waits for."""


class DatabaseError(Error):
    """Raised when the database refused or failed."""


class DataError(DatabaseError):
    """Raised when a value does not fit: out of range, too long, not of the column's type."""


class OperationalError(DatabaseError):
    """Raised when the database could not do its work, without the statement being wrong."""


class ConnectionLost(OperationalError):
    """Raised when the connection broke, or could not be made."""


class CommitUnknown(OperationalError):
    """Raised when COMMIT was sent and its answer never came: the transaction may or may not have happened."""

    outcome = "unknown"


class SerializationFailure(OperationalError):
    """Raised when the database cannot put this transaction into an order with the others (SQLSTATE 40001)."""

    retryable = True


class Deadlock(OperationalError):
    """Raised when the database ended this transaction to free others that waited in a circle (SQLSTATE 40P01)."""

    retryable = True


class SchemaChanged(OperationalError):
    """Raised in a transaction whose prepared statement the schema outran; a new transaction will see the new schema."""

    retryable = True


class LockTimeout(OperationalError):
    """Raised when a lock was not granted in time, or not at once with `nowait` (SQLSTATE 55P03, SQLITE_BUSY)."""

    retryable = True


class StatementTimeout(OperationalError):
    """Raised when a statement ran longer than its limit and was cancelled."""


class Violation(Protocol):
    """What the models know about a violated constraint."""

    @property
    def model(self) -> Any:
        """The model whose table has the constraint, where it is known."""
        ...

    @property
    def constraint(self) -> str | None:
        """The constraint's name."""
        ...

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the model's fields that it is about."""
        ...

    def as_validation_error(self, error: IntegrityError) -> ValidationError:
        """Return the error that validation would have raised."""
        ...


class IntegrityError(DatabaseError):
    """Raised when a constraint is violated.

    `constraint` is its name, `model` the model and `fields` the names of the fields that it is about: looked up in the
    models when they are asked for, and None or empty where neither database nor models tell.
    """

    explain: ClassVar[Callable[[IntegrityError], Violation | None] | None] = None
    """Finds out what was violated; the models put it there."""

    @property
    def violation(self) -> Violation | None:
        """What the models know about the constraint; None where nothing is known."""
        explain = type(self).explain
        return None if explain is None else explain(self)

    @property
    def model(self) -> Any:
        """The model whose table has the constraint, or None."""
        violation = self.violation
        return None if violation is None else violation.model

    @property
    def constraint(self) -> str | None:
        """The name of the constraint, or None."""
        named: str | None = self.__dict__.get("constraint")
        if named is None and (violation := self.violation) is not None:
            return violation.constraint
        return named

    @constraint.setter
    def constraint(self, name: str | None) -> None:  # pyright: ignore[reportIncompatibleVariableOverride]
        self.__dict__["constraint"] = name

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the model's fields that the constraint is about."""
        named: tuple[str, ...] = self.__dict__.get("fields", ())
        if not named and (violation := self.violation) is not None:
            return violation.fields
        return named

    @fields.setter
    def fields(self, names: tuple[str, ...]) -> None:  # pyright: ignore[reportIncompatibleVariableOverride]
        self.__dict__["fields"] = names

    def as_validation_error(self) -> ValidationError:
        """Return the error that `full_clean()` would have raised for it, by field where it is about one field."""
        violation = self.violation
        if violation is None:
            return ValidationError({NON_FIELD_ERRORS: [ValidationError(str(self))]})
        return violation.as_validation_error(self)


class InternalError(DatabaseError):
    """Raised when the database cannot go on as it stands, as in a transaction that has already failed."""


class ProgrammingError(DatabaseError):
    """Raised when the statement is wrong: no such table, a syntax error, a wrong number of parameters."""


class TransactionManagementError(ProgrammingError):
    """Raised when a transaction is used improperly."""


class NotSupportedError(DatabaseError):
    """Raised when this database does not have what was asked for."""


class ConnectionDoesNotExist(Exception):
    """Raised when an alias is asked for that is not configured."""


class ImproperlyConfigured(Exception):
    """Raised when the configuration is missing or wrong."""


class ObjectDoesNotExist(Exception):
    """Raised when the row asked for does not exist; base of every `Model.DoesNotExist`."""

    # Django's templates take this for an empty value; a host framework's templates may look for it.
    silent_variable_failure = True


class ObjectNotUpdated(Exception):
    """Raised when a forced UPDATE met no row; base of every `Model.NotUpdated`."""


class MultipleObjectsReturned(Exception):
    """Raised when one row was asked for and several answered; base of every `Model.MultipleObjectsReturned`."""


class FieldDoesNotExist(Exception):
    """Raised when a model has no field of the name asked for."""


class FieldError(Exception):
    """Raised when a field is used in a way that its model or the query does not allow."""


class FieldFetchBlocked(FieldError):
    """Raised when a deferred field or an unloaded relation is read while fetching on access is forbidden."""


class EmptyResultSet(Exception):
    """Raised by a custom `as_sql` whose predicate no row can satisfy."""


class FullResultSet(Exception):
    """Raised by a custom `as_sql` whose predicate every row satisfies."""


class ValidationError(Exception):
    """Raised when a value is not valid.

    `message` is one error (text, or a `ValidationError`), a list of errors, or a dictionary from field names to
    errors. A single error has `message`, `code` and `params`; the text is filled with `params` only when it is shown.
    A list has `error_list`, a dictionary `error_dict`; asking for an attribute of another form is an
    `AttributeError`, as in Django.
    """

    message: Any
    code: str | None
    params: Any
    error_list: list[ValidationError]
    error_dict: dict[str, list[ValidationError]]

    def __init__(self, message: object, code: str | None = None, params: object = None) -> None:
        """Sort the errors into one of the three forms."""
        super().__init__(message, code, params)
        if isinstance(message, ValidationError):
            if message._is_dict():
                message = message.error_dict
            elif message._is_single():
                single = message
                message, code, params = single.message, single.code, single.params
            else:
                message = message.error_list
        if isinstance(message, dict):
            self.error_dict = {field: _as_error(errors).error_list for field, errors in message.items()}
        elif isinstance(message, list):
            self.error_list = [error for part in message for error in _flat(_as_error(part))]
        else:
            self.message = message
            self.code = code
            self.params = params
            self.error_list = [self]

    @property
    def message_dict(self) -> dict[str, list[str]]:
        """Return the texts by field name; only an error made from a dictionary has them."""
        return {field: _texts(errors) for field, errors in self.error_dict.items()}

    @property
    def messages(self) -> list[str]:
        """Return all texts as one list."""
        if self._is_dict():
            return [text for errors in self.error_dict.values() for text in _texts(errors)]
        return _texts(self.error_list)

    def update_error_dict(self, error_dict: dict[str, list[ValidationError]]) -> dict[str, list[ValidationError]]:
        """Add these errors to `error_dict`, those without a field under `NON_FIELD_ERRORS`, and return it."""
        if self._is_dict():
            for field, errors in self.error_dict.items():
                error_dict.setdefault(field, []).extend(errors)
        else:
            error_dict.setdefault(NON_FIELD_ERRORS, []).extend(self.error_list)
        return error_dict

    def __iter__(self) -> Iterator[Any]:
        """Give the texts; for an error made from a dictionary, pairs of field name and texts."""
        if self._is_dict():
            yield from self.message_dict.items()
        else:
            yield from _texts(self.error_list)

    def __str__(self) -> str:
        """Show the texts as the list or dictionary that they are."""
        return repr(self.message_dict if self._is_dict() else self.messages)

    def __repr__(self) -> str:
        """Show the class and the texts."""
        return f"ValidationError({self})"

    def __eq__(self, other: object) -> bool:
        """Compare by content: messages with their codes and parameters, lists in any order of messages."""
        if not isinstance(other, ValidationError):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self) -> int:
        """Hash what is compared."""
        return hash(self._key())

    def _is_dict(self) -> bool:
        return "error_dict" in self.__dict__

    def _is_single(self) -> bool:
        return "message" in self.__dict__

    def _key(self) -> tuple[object, ...]:
        if self._is_single():
            return (self.message, self.code, _hashable(self.params))
        if self._is_dict():
            return tuple((field, tuple(errors)) for field, errors in sorted(self.error_dict.items()))
        return tuple(sorted(self.error_list, key=attrgetter("message")))


def _as_error(message: object) -> ValidationError:
    return message if isinstance(message, ValidationError) else ValidationError(message)


def _flat(error: ValidationError) -> list[ValidationError]:
    if "error_dict" in error.__dict__:
        return [single for errors in error.error_dict.values() for single in errors]
    return error.error_list


def _texts(errors: list[ValidationError]) -> list[str]:
    return [show(error.message, error.params) for error in errors]


def _hashable(value: object) -> object:
    """Return `value` with dictionaries, lists and sets inside it turned into tuples; what else cannot hash raises."""
    if isinstance(value, dict):
        return tuple((key, _hashable(nested)) for key, nested in sorted(value.items()))
    try:
        hash(value)
    except TypeError:
        if not isinstance(value, Iterable):
            raise
        return tuple(_hashable(nested) for nested in value)
    return value
