"""Say what is wrong with the declaration of a field, under Django's ids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from aorm import checks
from aorm.database.databases import databases as registry
from aorm.database.routing import router
from aorm.expressions.values import Value
from aorm.fields.validation import FieldValidation
from aorm.lazy import is_lazy_text

LOOKUP_SEPARATOR = "__"


def migrated_databases(field: Any, aliases: Iterable[str] | None) -> Iterator[Any]:
    """Yield the databases among the aliases that hold the field's table."""
    for alias in aliases or ():
        if router.allow_migrate_model(alias, field.model):
            yield registry[alias]


def lacks(field: Any, database: Any, *flags: str) -> bool:
    """Tell whether the database has none of the features, and the model does not require one of them."""
    required = field.model._meta.required_db_features
    return not any(getattr(database.features, flag) or flag in required for flag in flags)


class FieldChecks(FieldValidation):
    """Check the declaration: `check()` returns a list of messages."""

    system_check_deprecated_details: ClassVar[dict[str, Any] | None] = None
    system_check_removed_details: ClassVar[dict[str, Any] | None] = None

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        """Return what is wrong with the declaration.

        Args:
            kwargs: `databases`, the aliases whose abilities are looked at as well; None looks at no database.
        """
        return [
            *self._check_field_name(),
            *self._check_choices(),
            *self._check_db_default(**kwargs),
            *self._check_db_index(),
            *self._check_db_comment(**kwargs),
            *self._check_null_allowed_for_primary_keys(),
            *self._check_validators(),
            *self._check_deprecation_details(),
        ]

    def _check_field_name(self) -> list[checks.CheckMessage]:
        name = self.name
        if name is None:
            return []
        if name.endswith("_"):
            return [checks.Error("Field names must not end with an underscore.", obj=self, id="fields.E001")]
        if LOOKUP_SEPARATOR in name:
            return [checks.Error('Field names must not contain "__".', obj=self, id="fields.E002")]
        if name == "pk":
            text = "'pk' is a reserved word that cannot be used as a field name."
            return [checks.Error(text, obj=self, id="fields.E003")]
        return []

    def _check_choices(self) -> list[checks.CheckMessage]:
        choices = self.choices
        if not choices:
            return []
        if not isinstance(choices, Iterable) or isinstance(choices, (str, set, frozenset)):
            text = (
                "'choices' must be a mapping (e.g. a dictionary) or an ordered iterable "
                "(e.g. a list or tuple, but not a set)."
            )
            return [checks.Error(text, obj=self, id="fields.E004")]
        longest = 0
        for item in choices:
            pairs = _pairs_of(item)
            if pairs is None:
                text = (
                    "'choices' must be a mapping of actual values to human readable names "
                    "or an iterable containing (actual value, human readable name) tuples."
                )
                return [checks.Error(text, obj=self, id="fields.E005")]
            longest = max([longest, *(len(value) for value, _ in pairs if isinstance(value, str))])
        if self.max_length is not None and longest > self.max_length:
            text = f"'max_length' is too small to fit the longest value in 'choices' ({longest} characters)."
            return [checks.Error(text, obj=self, id="fields.E009")]
        return []

    def _check_db_default(self, databases: Iterable[str] | None = None, **kwargs: Any) -> list[checks.CheckMessage]:
        expression = self.db_default
        if not self.has_db_default() or not hasattr(expression, "resolve_expression"):
            return []
        if databases is None or isinstance(expression, Value):
            return []
        found: list[checks.CheckMessage] = []
        for database in migrated_databases(self, databases):
            if database.features.supports_expression_defaults and not getattr(expression, "allowed_default", False):
                text = f"{expression} cannot be used in db_default."
                found.append(checks.Error(text, obj=self, id="fields.E012"))
            if lacks(self, database, "supports_expression_defaults"):
                text = (
                    f"{database.dialect.name} does not support default database values with expressions (db_default)."
                )
                found.append(checks.Error(text, obj=self, id="fields.E011"))
        return found

    def _check_db_index(self) -> list[checks.CheckMessage]:
        if self.db_index in (None, True, False):
            return []
        return [checks.Error("'db_index' must be None, True or False.", obj=self, id="fields.E006")]

    def _check_db_comment(self, databases: Iterable[str] | None = None, **kwargs: Any) -> list[checks.CheckMessage]:
        if not self.db_comment:
            return []
        return [
            checks.Warning(
                f"{database.dialect.name} does not support comments on columns (db_comment).",
                obj=self,
                id="fields.W163",
            )
            for database in migrated_databases(self, databases)
            if lacks(self, database, "supports_comments")
        ]

    def _check_null_allowed_for_primary_keys(self) -> list[checks.CheckMessage]:
        if not (self.primary_key and self.null):
            return []
        return [
            checks.Error(
                "Primary keys must not have null=True.",
                hint="Set null=False on the field, or remove primary_key=True argument.",
                obj=self,
                id="fields.E007",
            )
        ]

    def _check_validators(self) -> list[checks.CheckMessage]:
        return [
            checks.Error(
                "All 'validators' must be callable.",
                hint=f"validators[{place}] ({validator!r}) isn't a function or instance of a validator class.",
                obj=self,
                id="fields.E008",
            )
            for place, validator in enumerate(self.validators)
            if not callable(validator)
        ]

    def _check_deprecation_details(self) -> list[checks.CheckMessage]:
        removed, deprecated = self.system_check_removed_details, self.system_check_deprecated_details
        if removed is not None:
            text = removed.get(
                "msg", f"{type(self).__name__} has been removed except for support in historical migrations."
            )
            return [checks.Error(text, hint=removed.get("hint"), obj=self, id=removed.get("id", "fields.EXXX"))]
        if deprecated is not None:
            text = deprecated.get("msg", f"{type(self).__name__} has been deprecated.")
            hint = deprecated.get("hint")
            return [checks.Warning(text, hint=hint, obj=self, id=deprecated.get("id", "fields.WXXX"))]
        return []

    def _check_default(self, wanted: str, found: str) -> list[checks.CheckMessage]:
        """Warn of a default that all instances would share, such as a list."""
        if not self.has_default() or self.default is None or callable(self.default):
            return []
        return [
            checks.Warning(
                f"{type(self).__name__} default should be a callable instead of an instance so that it's not shared "
                "between all field instances.",
                hint=f"Use a callable instead, e.g., use `{wanted}` instead of `{found}`.",
                obj=self,
                id="fields.E010",
            )
        ]

    def _check_collation(self, aliases: Iterable[str] | None, flag: str, kind: str) -> list[checks.CheckMessage]:
        return [
            checks.Error(
                f"{database.dialect.name} does not support a database collation on {kind}.",
                obj=self,
                id="fields.E190",
            )
            for database in migrated_databases(self, aliases)
            if lacks(self, database, flag)
        ]


def _is_value(value: object) -> bool:
    return isinstance(value, str) or is_lazy_text(value) or not isinstance(value, Iterable)


def _pairs_of(item: Any) -> list[tuple[Any, Any]] | None:
    """Return the pairs of a group, or the item as one pair; None where it is neither."""
    if isinstance(item, str):
        return None
    try:
        first, second = item
    except (TypeError, ValueError):
        return None
    if not isinstance(second, str):
        try:
            pairs = [(value, label) for value, label in second]
        except (TypeError, ValueError):
            pass
        else:
            return pairs if all(_is_value(value) and _is_value(label) for value, label in pairs) else None
    return [(first, second)] if _is_value(first) and _is_value(second) else None
