"""What becomes of the rows that refer to a row that is deleted: Django's rules, as functions.

A rule is called as ``rule(collector, field, sub_objs, using)`` with the referring instances. It performs no I/O: it
tells the collector what to do next. A rule of one's own may also be a coroutine function; a plain function that is not
from here runs in a worker thread, so it may use the synchronous twins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from aorm.exceptions import IntegrityError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Collecting(Protocol):
    """What rules need of the collector."""

    def cascade(self, field: Any, objs: Any) -> None:
        """Delete the instances as well."""

    def add_field_update(self, field: Any, value: Any, objs: Any) -> None:
        """Set the field of the instances to the value."""

    def add_field_update_from(self, field: Any, function: Callable[[], Any], objs: Any) -> None:
        """Set the field of the instances to what the function returns, or what its coroutine gives."""

    def add_restricted_objects(self, field: Any, objs: Any) -> None:
        """Refuse the deletion unless the instances are deleted along another way."""

    def add_dependency(self, model: Any, dependency: Any) -> None:
        """Delete rows of the dependency before those of the model."""


Rule = Any


class ProtectedError(IntegrityError):
    """Raised when a row cannot be deleted because others refer to it by ``PROTECT``."""

    def __init__(self, msg: str, protected_objects: Any) -> None:
        self.protected_objects = protected_objects
        super().__init__(msg, protected_objects)


class RestrictedError(IntegrityError):
    """Raised when a row cannot be deleted because others refer to it by ``RESTRICT`` and stay."""

    def __init__(self, msg: str, restricted_objects: Any) -> None:
        self.restricted_objects = restricted_objects
        super().__init__(msg, restricted_objects)


def CASCADE(collector: Collecting, field: Any, sub_objs: Any, using: str) -> None:
    """Delete the referring rows as well."""
    collector.cascade(field, sub_objs)


def PROTECT(collector: Collecting, field: Any, sub_objs: Any, using: str) -> None:
    """Refuse the deletion.

    Raises:
        ProtectedError: always.
    """
    raise ProtectedError(
        f"Cannot delete some instances of model '{field.remote_field.model.__name__}' because they are referenced "
        f"through a protected foreign key: '{type(sub_objs[0]).__name__}.{field.name}'",
        sub_objs,
    )


def RESTRICT(collector: Collecting, field: Any, sub_objs: Any, using: str) -> None:
    """Refuse the deletion unless the referring rows are deleted along another way."""
    collector.add_restricted_objects(field, sub_objs)
    collector.add_dependency(field.remote_field.model, field.model)


class SET:
    """Set the reference to a value, or to what a callable or coroutine function returns."""

    def __init__(self, value: Any) -> None:
        self.value = value
        # A constant needs no look at the rows; a callable is only called where there are some.
        self.lazy_sub_objs = not callable(value)

    def __call__(self, collector: Collecting, field: Any, sub_objs: Any, using: str) -> None:
        if callable(self.value):
            collector.add_field_update_from(field, self.value, sub_objs)
        else:
            collector.add_field_update(field, self.value, sub_objs)

    def __repr__(self) -> str:
        return f"SET({self.value!r})"

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        """Return what makes an equal rule."""
        return "aorm.models.SET", (self.value,), {}


def SET_NULL(collector: Collecting, field: Any, sub_objs: Any, using: str) -> None:
    """Set the reference to NULL."""
    collector.add_field_update(field, None, sub_objs)


SET_NULL.lazy_sub_objs = True  # type: ignore[attr-defined]


def SET_DEFAULT(collector: Collecting, field: Any, sub_objs: Any, using: str) -> None:
    """Set the reference to the field's default."""
    if callable(field.default):
        collector.add_field_update_from(field, field.get_default, sub_objs)
    else:
        collector.add_field_update(field, field.get_default(), sub_objs)


def DO_NOTHING(collector: Collecting, field: Any, sub_objs: Any, using: str) -> None:
    """Leave the matter to the database, which may refuse."""


class DatabaseOnDelete:
    """A rule that the database itself carries out: ``ON DELETE operation`` in the table.

    ``forced_collector`` is the rule to follow where rows must be looked at nevertheless.
    """

    def __init__(self, operation: str, name: str, forced_collector: Rule = None) -> None:
        self.operation = operation
        self.__name__ = name
        self.forced_collector = forced_collector

    def __call__(self, collector: Collecting, field: Any, sub_objs: Any, using: str) -> None:
        """Do nothing."""

    def __str__(self) -> str:
        return self.__name__

    def __repr__(self) -> str:
        return self.__name__

    def __reduce__(self) -> str:
        return self.__name__


DB_CASCADE = DatabaseOnDelete("CASCADE", "DB_CASCADE", CASCADE)
DB_SET_DEFAULT = DatabaseOnDelete("SET DEFAULT", "DB_SET_DEFAULT")
DB_SET_NULL = DatabaseOnDelete("SET NULL", "DB_SET_NULL")

SKIP_COLLECTION: frozenset[Rule] = frozenset([DO_NOTHING, DB_CASCADE, DB_SET_DEFAULT, DB_SET_NULL])
OWN_RULES: frozenset[Rule] = frozenset([CASCADE, PROTECT, RESTRICT, SET_NULL, SET_DEFAULT])


def is_own_rule(rule: Rule) -> bool:
    """Tell whether the rule is one of these, which may be called in an event loop."""
    return isinstance(rule, SET) or rule in OWN_RULES


def candidate_relations(meta: Any) -> Iterable[Any]:
    """Return the reverse relations whose rows depend on a row of the model."""
    return [
        field
        for field in meta.get_fields(include_hidden=True)
        if field.auto_created and not field.concrete and (field.one_to_one or field.one_to_many)
    ]
