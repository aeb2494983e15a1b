"""Constraints of ``Meta.constraints``: what all have in common, and ``CheckConstraint``."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar

from aorm import checks
from aorm.bridge import sync_twin
from aorm.exceptions import ValidationError
from aorm.expressions.conditions import Q
from aorm.expressions.values import RawSQL
from aorm.lazy import show
from aorm.mapping.checking import NOT_CREATED, check_references, display_name, has_feature
from aorm.mapping.doors import doors
from aorm.mapping.indexes import public_path
from aorm.mapping.references import references_of, refers_to_any
from aorm.twins import harmonise_twins

if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Self

DEFAULT_ALIAS = "default"
Message = checks.CheckMessage


class Deferrable(Enum):
    """When a constraint that may wait is checked, unless the transaction says otherwise."""

    DEFERRED = "deferred"
    IMMEDIATE = "immediate"

    def __repr__(self) -> str:
        return f"{type(self).__qualname__}.{self._name_}"


class BaseConstraint:
    """What all constraints are: a name, and an error for those who violate it.

    A subclass of one's own writes ``constraint_sql(model, schema_editor)``, the text for CREATE TABLE, and ``validate``
    or its coroutine ``avalidate``; whichever it writes, both are there.
    """

    default_violation_error_message: ClassVar[Any] = "Constraint “%(name)s” is violated."
    violation_error_code: str | None = None
    violation_error_message: Any = None
    non_db_attrs: ClassVar[tuple[str, ...]] = ("violation_error_code", "violation_error_message")

    def __init__(
        self, *, name: str, violation_error_code: str | None = None, violation_error_message: Any = None
    ) -> None:
        """Keep the name, and the code and message of the error where they are not the ordinary ones."""
        self.name = name
        if violation_error_code is not None:
            self.violation_error_code = violation_error_code
        if violation_error_message is not None:
            self.violation_error_message = violation_error_message
        else:
            self.violation_error_message = self.default_violation_error_message

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        harmonise_twins(cls)

    @property
    def contains_expressions(self) -> bool:
        """Whether the constraint is about expressions, rather than fields."""
        return False

    def constraint_sql(self, model: Any, schema_editor: Any) -> str | None:
        """Return the text of the constraint for CREATE TABLE, for subclasses that write their own."""
        raise NotImplementedError("This method must be implemented by a subclass.")

    async def avalidate(
        self, model: Any, instance: Any, exclude: Collection[str] | None = None, using: str = DEFAULT_ALIAS
    ) -> None:
        """Raise ValidationError if the instance would violate the constraint.

        Args:
            model: the model that declares the constraint; the instance's own or one of its parents.
            instance: what is validated.
            exclude: names of fields; a constraint that involves one of them is passed over.
            using: the alias of the database that is asked.
        """
        raise NotImplementedError("This method must be implemented by a subclass.")

    validate = sync_twin(avalidate)

    def get_violation_error_message(self) -> str:
        """Return the text of the error."""
        return show(self.violation_error_message, {"name": self.name})

    def violation(self) -> ValidationError:
        """Return the error for an instance that violates the constraint."""
        return ValidationError(self.get_violation_error_message(), code=self.violation_error_code)

    def check(self, model: Any, connection: Any) -> list[Message]:
        """Return what is wrong with the declaration."""
        return []

    def _has_own_message(self) -> bool:
        message = self.violation_error_message
        return message is not None and message != self.default_violation_error_message

    def _shown_error(self) -> list[str]:
        """Return what ``repr()`` says about the error."""
        shown = []
        if self.violation_error_code is not None:
            shown.append(f"violation_error_code={self.violation_error_code!r}")
        if self._has_own_message():
            shown.append(f"violation_error_message={self.violation_error_message!r}")
        return shown

    def _key(self) -> tuple[Any, ...]:
        """Return what two equal constraints have in common."""
        return (self.name, self.violation_error_code, self.violation_error_message)

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        """Return the dotted path, arguments and keyword arguments that make this again."""
        keywords: dict[str, Any] = {"name": self.name}
        if self._has_own_message():
            keywords["violation_error_message"] = self.violation_error_message
        if self.violation_error_code is not None:
            keywords["violation_error_code"] = self.violation_error_code
        return public_path(type(self)), (), keywords

    def clone(self) -> Self:
        """Return a copy."""
        _, args, keywords = self.deconstruct()
        return type(self)(*args, **keywords)


harmonise_twins(BaseConstraint)


class CheckConstraint(BaseConstraint):
    """A condition that every row satisfies: ``CheckConstraint(condition=Q(pages__gt=0), name="has_pages")``."""

    def __init__(
        self,
        *,
        condition: Any,
        name: str,
        violation_error_code: str | None = None,
        violation_error_message: Any = None,
    ) -> None:
        """Keep the condition.

        Raises:
            TypeError: it is neither a Q nor a boolean expression.
        """
        self.condition = condition
        if not getattr(condition, "conditional", False):
            raise TypeError("CheckConstraint.condition must be a Q instance or boolean expression.")
        super().__init__(
            name=name,
            violation_error_code=violation_error_code,
            violation_error_message=violation_error_message,
        )

    def check(self, model: Any, connection: Any) -> list[Message]:
        """Return what is wrong with the condition, or that the database has no such constraints."""
        if not has_feature(connection, model, "supports_table_check_constraints"):
            text = f"{display_name(connection)} does not support check constraints."
            return [checks.Warning(text, hint=NOT_CREATED, obj=model, id="models.W027")]
        found: list[Message] = []
        condition = self.condition
        if any(isinstance(part, RawSQL) for part in condition.flatten()):
            text = (
                f"Check constraint {self.name!r} contains RawSQL() expression and won't be validated during the model "
                "full_clean()."
            )
            hint = "Silence this warning if you don't care about it."
            found.append(checks.Warning(text, hint=hint, obj=model, id="models.W045"))
        references = dict.fromkeys(references_of(condition)) if isinstance(condition, Q) else ()
        return [*found, *check_references(model._meta, references)]

    async def avalidate(
        self, model: Any, instance: Any, exclude: Collection[str] | None = None, using: str = DEFAULT_ALIAS
    ) -> None:
        """Let the database compute the condition with the instance's values, without touching a row."""
        if refers_to_any(model._meta, self.condition, exclude):
            return
        values = await doors.values_of(model, instance, [self.condition], using)
        if await values.refute(self.condition):
            raise self.violation()

    def __repr__(self) -> str:
        shown = [f"condition={self.condition}", f"name={self.name!r}", *self._shown_error()]
        return f"<{type(self).__qualname__}: {' '.join(shown)}>"

    def _key(self) -> tuple[Any, ...]:
        return (*super()._key(), self.condition)

    def __eq__(self, other: object) -> bool:
        return self._key() == other._key() if isinstance(other, CheckConstraint) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        """Return the dotted path, arguments and keyword arguments that make this again."""
        path, args, keywords = super().deconstruct()
        keywords["condition"] = self.condition
        return path, args, keywords
