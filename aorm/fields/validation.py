"""Convert what people give and say what is wrong with it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from aorm.exceptions import ValidationError
from aorm.fields.choices import BlankChoices
from aorm.fields.storage import FieldStorage
from aorm.validators import EMPTY_VALUES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

BLANK_CHOICE_LABEL = "- Select an option -"


class FieldValidation(FieldStorage):
    """Clean values: `to_python`, then `validate`, then the validators."""

    empty_values: ClassVar[Sequence[Any]] = list(EMPTY_VALUES)
    default_validators: Sequence[Callable[[Any], object]] = []
    default_error_messages: ClassVar[Mapping[str, Any]] = {
        "invalid_choice": "Value %(value)r is not a valid choice.",
        "null": "This field cannot be null.",
        "blank": "This field cannot be blank.",
        "unique": "%(model_name)s with this %(field_label)s already exists.",
        "unique_for_date": "%(field_label)s must be unique for %(date_field_label)s %(lookup_type)s.",
    }

    if TYPE_CHECKING:
        # A plain text in most classes, and in those of one's own.
        description: Any
    else:

        @property
        def description(self) -> str:
            """What the field is, in words; may hold placeholders for its attributes."""
            return f"Field of type: {type(self).__name__}"

    @cached_property
    def error_messages(self) -> dict[str, Any]:
        """The messages by code: those of the classes, the most derived first, then those of the instance."""
        messages: dict[str, Any] = {}
        for parent in reversed(type(self).__mro__):
            messages.update(parent.__dict__.get("default_error_messages", {}))
        messages.update(self._error_messages or {})
        return messages

    @cached_property
    def validators(self) -> list[Callable[[Any], object]]:
        """The class's validators and the instance's."""
        return [*self.default_validators, *self._validators]

    def to_python(self, value: Any) -> Any:
        """Return the value as the field's Python type.

        Raises:
            ValidationError: it cannot be converted.
        """
        return value

    def run_validators(self, value: Any) -> None:
        """Run all validators on a value that is not empty, and raise their errors together."""
        if value in self.empty_values:
            return
        errors: list[ValidationError] = []
        for validator in self.validators:
            try:
                validator(value)
            except ValidationError as error:
                code = getattr(error, "code", None)
                if code in self.error_messages:
                    error.message = self.error_messages[code]
                errors.extend(error.error_list)
        if errors:
            raise ValidationError(errors)

    def validate(self, value: Any, model_instance: Any) -> None:
        """Check choices, null and blank of a value of the right type; not for fields that cannot be edited."""
        if not self.editable:
            return
        if self.choices is not None and value not in self.empty_values:
            if not any(value == choice for choice, _ in self.flatchoices):
                raise self.error("invalid_choice", value=value)
            return
        if value is None and not self.null:
            raise self.error("null")
        if not self.blank and value in self.empty_values:
            raise self.error("blank")

    def clean(self, value: Any, model_instance: Any) -> Any:
        """Convert the value, validate it, and return it.

        Raises:
            ValidationError: it cannot be converted, or is not valid.
        """
        value = self.to_python(value)
        self.validate(value, model_instance)
        self.run_validators(value)
        return value

    def error(self, message: str, *, code: str | None = None, **params: Any) -> ValidationError:
        """Return the error of the message with that key; the key is its code unless one is given."""
        return ValidationError(self.error_messages[message], code=code or message, params=params or None)

    def get_choices(
        self,
        include_blank: bool = True,
        blank_choice: Any = None,
        limit_choices_to: Any = None,
        ordering: Sequence[Any] = (),
    ) -> Any:
        """Return the choices, with a blank one in front where it is wanted and there is none."""
        if not include_blank:
            return self.choices
        return BlankChoices(self.choices or (), [("", BLANK_CHOICE_LABEL)] if blank_choice is None else blank_choice)

    def value_from_object(self, obj: Any) -> Any:
        """Return the field's value in the instance."""
        return getattr(obj, self.attname)

    def value_to_string(self, obj: Any) -> Any:
        """Return the field's value in the instance as text, for serialization."""
        return str(self.value_from_object(obj))

    def get_filter_kwargs_for_object(self, obj: Any) -> dict[str, Any]:
        """Return the lookup that finds all rows with the same value as the instance."""
        return {self.name: getattr(obj, self.attname)}
