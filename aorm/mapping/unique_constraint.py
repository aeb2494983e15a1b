"""``UniqueConstraint``: values that no two rows share."""

from __future__ import annotations

from types import NoneType
from typing import TYPE_CHECKING, Any

from aorm import checks
from aorm.exceptions import ValidationError
from aorm.expressions.conditions import Q
from aorm.expressions.lookups.comparison import Exact, IsNull
from aorm.expressions.references import F
from aorm.mapping.checking import NOT_CREATED, check_local_fields, check_references, display_name, has_feature
from aorm.mapping.constraints import DEFAULT_ALIAS, BaseConstraint, Deferrable
from aorm.mapping.doors import doors
from aorm.mapping.references import for_validation, references_of, refers_to_any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from aorm.mapping.doors import InstanceValues

Message = checks.CheckMessage


class UniqueConstraint(BaseConstraint):
    """Fields, or expressions, whose values together no two rows share.

    ``UniqueConstraint(fields=["shelf", "place"], name="one_per_place")``;
    ``UniqueConstraint(Lower("title"), name="title_once", condition=Q(is_draft=False))``.
    """

    def __init__(
        self,
        *expressions: Any,
        fields: Sequence[str] = (),
        name: str,
        condition: Q | None = None,
        deferrable: Deferrable | None = None,
        include: Sequence[str] | None = None,
        opclasses: Sequence[str] = (),
        nulls_distinct: bool | None = None,
        violation_error_code: str | None = None,
        violation_error_message: Any = None,
    ) -> None:
        """Keep the declaration.

        Args:
            expressions, fields: what is unique; a text is a field's name.
            name: the name.
            condition: among which rows it must be unique.
            deferrable: that it is checked at the transaction's end, or could be.
            include: fields whose values are kept in the index besides.
            opclasses: an operator class for each field.
            nulls_distinct: False makes NULL equal to NULL.
            violation_error_code, violation_error_message: code and text of the error.

        Raises:
            ValueError, TypeError: the arguments do not fit together.
        """
        _check_fields(name, expressions, fields)
        others = {"include fields": include, "opclasses": opclasses, "expressions": expressions}
        _check_deferral(deferrable, condition, others)
        _check_types(deferrable, include, nulls_distinct)
        _check_operator_classes(opclasses, fields)
        self.fields = tuple(fields)
        self.condition = condition
        self.deferrable = deferrable
        self.include = tuple(include) if include else ()
        self.opclasses = opclasses
        self.nulls_distinct = nulls_distinct
        self.expressions = tuple([F(item) if isinstance(item, str) else item for item in expressions])
        super().__init__(
            name=name,
            violation_error_code=violation_error_code,
            violation_error_message=violation_error_message,
        )

    @property
    def contains_expressions(self) -> bool:
        """Whether expressions are unique, rather than fields."""
        return bool(self.expressions)

    @property
    def is_total_unique(self) -> bool:
        """Whether the fields' values are unique in the whole table."""
        return self.condition is None and not self.expressions

    @property
    def speaks_of_fields(self) -> bool:
        """Whether its error is the one of unique fields, which is older than constraints are."""
        return self.condition is None and bool(self.fields) and not self._has_own_message()

    def unsupported(self, connection: Any, model: Any) -> Iterator[tuple[str, str]]:
        """Yield what the constraint asks for that a database lacks, each with the id of its check.

        Such a constraint is not created, as in Django.
        """
        wanted = (
            (self.condition is not None, "supports_partial_indexes", "unique constraints with conditions", "W036"),
            (
                self.deferrable is not None,
                "supports_deferrable_unique_constraints",
                "deferrable unique constraints",
                "W038",
            ),
            (
                bool(self.include),
                "supports_covering_indexes",
                "unique constraints with non-key columns",
                "W039",
            ),
            (
                self.contains_expressions,
                "supports_expression_indexes",
                "unique constraints on expressions",
                "W044",
            ),
            (
                self.nulls_distinct is not None,
                "supports_nulls_distinct_unique_constraints",
                "UniqueConstraint.nulls_distinct",
                "W047",
            ),
        )
        for is_wanted, flag, what, check_id in wanted:
            if is_wanted and not has_feature(connection, model, flag):
                yield what, check_id

    def check(self, model: Any, connection: Any) -> list[Message]:
        """Return what is wrong with fields and expressions, and what the database cannot do."""
        meta = model._meta
        found: list[Message] = [*check_local_fields(meta, dict.fromkeys((*self.fields, *self.include)), "constraints")]
        for what, check_id in self.unsupported(connection, model):
            text = f"{display_name(connection)} does not support {what}."
            found.append(checks.Warning(text, hint=NOT_CREATED, obj=model, id=f"models.{check_id}"))
        described = self.expressions if self.condition is None else (self.condition, *self.expressions)
        references = [reference for expression in described for reference in references_of(expression)]
        return [*found, *check_references(meta, dict.fromkeys(references))]

    async def avalidate(
        self, model: Any, instance: Any, exclude: Collection[str] | None = None, using: str = DEFAULT_ALIAS
    ) -> None:
        """Look for another row with the instance's values, by one query."""
        meta = model._meta
        if self._is_excluded(meta, exclude):
            return
        condition = self.condition
        generated = [field for field in map(meta.get_field, self.fields) if field.generated]
        computed = [*self.expressions, *[field.expression for field in generated]]
        named = [*computed, *map(F, self.fields)] if condition is None else [*computed, condition, *map(F, self.fields)]
        values = await doors.values_of(model, instance, named, using)
        conditions = self._same_expressions(values) if self.expressions else self._same_fields(meta, instance, values)
        if conditions is None:
            return
        queryset = model._default_manager.using(using).filter(*conditions)
        if not instance._state.adding and instance._is_pk_set(meta):
            queryset = queryset.exclude(pk=instance._get_pk_val(meta))
        if condition is not None:
            queryset = queryset.filter(values.stored_condition(condition), values.condition(condition))
        if not await (queryset.aexists() if condition is None else values.finds(queryset, condition)):
            return
        if self.speaks_of_fields:
            message = instance.unique_error_message(model, self.fields)
            raise ValidationError(message, code=message.code)
        raise self.violation()

    def _is_excluded(self, meta: Any, exclude: Collection[str] | None) -> bool:
        if not exclude:
            return False
        for name in self.fields:
            field = meta.get_field(name)
            if name in exclude or (field.generated and refers_to_any(meta, field.expression, exclude)):
                return True
        described = self.expressions if self.condition is None else (self.condition, *self.expressions)
        return any(refers_to_any(meta, expression, exclude) for expression in described)

    def _same_fields(self, meta: Any, instance: Any, values: InstanceValues) -> list[Any] | None:
        """Return the conditions of another row with the same values; None where NULL makes all rows different."""
        conditions: list[Any] = []
        for name in self.fields:
            field = meta.get_field(name)
            if field.generated:
                conditions.append(self._same(values.stored(F(field.name)), values.value(field.expression)))
                continue
            value = getattr(instance, field.attname)
            if value is None and self.nulls_distinct is not False:
                return None
            conditions.append(Q((field.name, value)))
        return conditions

    def _same_expressions(self, values: InstanceValues) -> list[Any]:
        compared = [for_validation(expression) for expression in self.expressions]
        return [self._same(values.stored(expression), values.value(expression)) for expression in compared]

    def _same(self, left: Any, right: Any) -> Any:
        condition: Any = Exact(left, right)
        if self.nulls_distinct is False:
            condition = Q(condition) | Q(IsNull(left, True), IsNull(right, True))
        return condition

    def __repr__(self) -> str:
        parts = (
            ("fields", repr(self.fields), self.fields),
            ("expressions", repr(self.expressions), self.expressions),
            ("name", repr(self.name), True),
            ("condition", str(self.condition), self.condition is not None),
            ("deferrable", repr(self.deferrable), self.deferrable is not None),
            ("include", repr(self.include), self.include),
            ("opclasses", repr(self.opclasses), self.opclasses),
            ("nulls_distinct", repr(self.nulls_distinct), self.nulls_distinct is not None),
        )
        shown = [f"{name}={text}" for name, text, is_shown in parts if is_shown] + self._shown_error()
        return f"<{type(self).__qualname__}: {' '.join(shown)}>"

    def _key(self) -> tuple[Any, ...]:
        declared = (self.fields, self.condition, self.deferrable, self.include, self.opclasses, self.expressions)
        return (*super()._key(), *declared, self.nulls_distinct)

    def __eq__(self, other: object) -> bool:
        return self._key() == other._key() if isinstance(other, UniqueConstraint) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        """Return the dotted path, arguments and keyword arguments that make this again."""
        path, _, keywords = super().deconstruct()
        for name in ("fields", "condition", "deferrable", "include", "opclasses"):
            value = getattr(self, name)
            if value:
                keywords[name] = value
        if self.nulls_distinct is not None:
            keywords["nulls_distinct"] = self.nulls_distinct
        return path, self.expressions, keywords


def _check_fields(name: str, expressions: Sequence[Any], fields: Sequence[str]) -> None:
    if not name:
        raise ValueError("A unique constraint must be named.")
    if not expressions and not fields:
        raise ValueError("At least one field or expression is required to define a unique constraint.")
    if expressions and fields:
        raise ValueError("UniqueConstraint.fields and expressions are mutually exclusive.")


def _check_deferral(deferrable: Any, condition: Any, others: Mapping[str, Any]) -> None:
    if not isinstance(condition, (NoneType, Q)):
        raise ValueError("UniqueConstraint.condition must be a Q instance.")
    for what, given in {"conditions": condition, **others}.items():
        if deferrable and given:
            raise ValueError(f"UniqueConstraint with {what} cannot be deferred.")
    if others["expressions"] and others["opclasses"]:
        raise ValueError(
            "UniqueConstraint.opclasses cannot be used with expressions. Use aorm.postgres.indexes.OpClass() instead."
        )


def _check_operator_classes(opclasses: Any, fields: Sequence[str]) -> None:
    if not isinstance(opclasses, (list, tuple)):
        raise TypeError("UniqueConstraint.opclasses must be a list or tuple.")
    if opclasses and len(fields) != len(opclasses):
        raise ValueError(
            "UniqueConstraint.fields and UniqueConstraint.opclasses must have the same number of elements."
        )


def _check_types(deferrable: Any, include: Any, nulls_distinct: Any) -> None:
    if not isinstance(deferrable, (NoneType, Deferrable)):
        raise TypeError("UniqueConstraint.deferrable must be a Deferrable instance.")
    if not isinstance(include, (NoneType, list, tuple)):
        raise TypeError("UniqueConstraint.include must be a list or tuple.")
    if not isinstance(nulls_distinct, (NoneType, bool)):
        raise TypeError("UniqueConstraint.nulls_distinct must be a bool.")
