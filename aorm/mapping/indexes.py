"""``Index``: the declaration of an index in ``Meta.indexes``."""

from __future__ import annotations

from types import NoneType
from typing import TYPE_CHECKING, Any, ClassVar

from aorm import checks
from aorm.expressions.conditions import Q
from aorm.expressions.references import F
from aorm.mapping.checking import SILENCE, check_local_fields, display_name, has_feature
from aorm.mapping.naming import names_digest, split_identifier
from aorm.mapping.references import references_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Self

Message = checks.CheckMessage


def public_path(cls: type) -> str:
    """Return the dotted path by which users know a class of this floor, or one of their own."""
    module = "aorm.models" if cls.__module__.startswith("aorm.mapping.") else cls.__module__
    return f"{module}.{cls.__name__}"


class Index:
    """An index: ``Index(fields=["author", "-published"], name="by_author")`` or ``Index(Lower("title"), name=...)``.

    ``fields_orders`` are pairs of a field's name and ``"DESC"`` or nothing.
    """

    suffix: ClassVar[str] = "idx"
    method: ClassVar[str | None] = None
    """The kind of index where the database has several; None is the database's ordinary one."""
    max_name_length: int = 30

    def __init__(
        self,
        *expressions: Any,
        fields: Sequence[str] = (),
        name: str | None = None,
        db_tablespace: str | None = None,
        opclasses: Sequence[str] = (),
        condition: Q | None = None,
        include: Sequence[str] | None = None,
    ) -> None:
        """Keep the declaration.

        Args:
            expressions: what is indexed, instead of fields; a text is a field's name.
            fields: names of fields, with ``-`` for descending ones.
            name: the name; without one it is made of those of table and columns.
            db_tablespace: the tablespace.
            opclasses: an operator class for each field.
            condition: which rows are indexed.
            include: fields whose values are kept in the index besides.

        Raises:
            ValueError: the arguments do not fit together.
        """
        if opclasses and not name:
            raise ValueError("An index must be named to use opclasses.")
        if not isinstance(condition, (NoneType, Q)):
            raise ValueError("Index.condition must be a Q instance.")
        if condition and not name:
            raise ValueError("An index must be named to use condition.")
        _check_lists(expressions, fields, opclasses, name)
        if include and not name:
            raise ValueError("A covering index must be named.")
        if not isinstance(include, (NoneType, list, tuple)):
            raise ValueError("Index.include must be a list or tuple.")
        self.fields = list(fields)
        self.fields_orders = [(field.removeprefix("-"), "DESC" if field.startswith("-") else "") for field in fields]
        self.name = name or ""
        self.db_tablespace = db_tablespace
        self.opclasses = opclasses
        self.condition = condition
        self.include = tuple(include) if include else ()
        self.expressions = tuple([F(item) if isinstance(item, str) else item for item in expressions])

    @property
    def contains_expressions(self) -> bool:
        """Whether expressions are indexed, rather than fields."""
        return bool(self.expressions)

    def storage_parameters(self) -> Mapping[str, object]:
        """Return the parameters of the index's storage, for the kinds that have some."""
        return {}

    def check(self, model: Any, connection: Any) -> list[Message]:
        """Return what is wrong with the name, the fields, and what the database cannot do."""
        found: list[Message] = []
        if self.name[0] == "_" or self.name[0].isdigit():
            text = f"The index name '{self.name}' cannot start with an underscore or a number."
            found.append(checks.Error(text, obj=model, id="models.E033"))
        if len(self.name) > self.max_name_length:
            text = f"The index name '{self.name}' cannot be longer than {self.max_name_length} characters."
            found.append(checks.Error(text, obj=model, id="models.E034"))
        names = [name for name, _ in self.fields_orders] + list(self.include)
        names += [name for expression in self.expressions for name, *_ in references_of(expression)]
        found += check_local_fields(model._meta, dict.fromkeys(names), "indexes")
        return [*found, *self._check_features(model, connection)]

    def _check_features(self, model: Any, connection: Any) -> Iterator[Message]:
        indexes = model._meta.indexes
        wanted = (
            ("supports_partial_indexes", self.condition is not None, "with conditions", "Conditions will be ignored."),
            (
                "supports_covering_indexes",
                any(index.include for index in indexes),
                "with non-key columns",
                "Non-key columns will be ignored.",
            ),
            (
                "supports_expression_indexes",
                any(index.contains_expressions for index in indexes),
                "on expressions",
                "An index won't be created.",
            ),
        )
        for (flag, is_used, what, consequence), check_id in zip(wanted, ("W037", "W040", "W043"), strict=True):
            if is_used and not has_feature(connection, model, flag):
                text = f"{display_name(connection)} does not support indexes {what}."
                yield checks.Warning(text, hint=f"{consequence} {SILENCE}", obj=model, id=f"models.{check_id}")

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        """Return the dotted path, arguments and keyword arguments that make this again."""
        keywords: dict[str, Any] = {"name": self.name}
        if self.fields:
            keywords["fields"] = self.fields
        if self.db_tablespace is not None:
            keywords["db_tablespace"] = self.db_tablespace
        if self.opclasses:
            keywords["opclasses"] = self.opclasses
        if self.condition:
            keywords["condition"] = self.condition
        if self.include:
            keywords["include"] = self.include
        return public_path(type(self)), self.expressions, keywords

    def clone(self) -> Self:
        """Return a copy."""
        _, args, keywords = self.deconstruct()
        return type(self)(*args, **keywords)

    def set_name_with_model(self, model: Any) -> None:
        """Make a name of table (11 characters), first column (7) and a digest of it all, as Django does.

        Raises:
            ValueError: a subclass has a long suffix, so that the name is too long.
        """
        _, table = split_identifier(model._meta.db_table)
        columns = [(model._meta.get_field(name).column, order) for name, order in self.fields_orders]
        described = [f"-{column}" if order else column for column, order in columns]
        digest = names_digest(table, *described, self.suffix, length=6)
        self.name = f"{table[:11]}_{columns[0][0][:7]}_{digest}_{self.suffix}"
        if len(self.name) > self.max_name_length:
            raise ValueError("Index too long for multiple database support. Is self.suffix longer than 3 characters?")
        if self.name[0] == "_" or self.name[0].isdigit():
            self.name = f"D{self.name[1:]}"

    def __repr__(self) -> str:
        parts = (
            ("fields", repr(self.fields), self.fields),
            ("expressions", repr(self.expressions), self.expressions),
            ("name", repr(self.name), self.name),
            ("db_tablespace", repr(self.db_tablespace), self.db_tablespace is not None),
            ("condition", str(self.condition), self.condition is not None),
            ("include", repr(self.include), self.include),
            ("opclasses", repr(self.opclasses), self.opclasses),
        )
        shown = [f" {name}={text}" for name, text, is_shown in parts if is_shown]
        return f"<{type(self).__qualname__}:{''.join(shown)}>"

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        assert isinstance(other, Index)
        return self.deconstruct() == other.deconstruct()

    # What can be changed, as the name can, has no hash.
    __hash__ = None  # type: ignore[assignment]


def _check_lists(expressions: Sequence[Any], fields: Any, opclasses: Any, name: str | None) -> None:
    if not isinstance(fields, (list, tuple)):
        raise ValueError("Index.fields must be a list or tuple.")
    if not isinstance(opclasses, (list, tuple)):
        raise ValueError("Index.opclasses must be a list or tuple.")
    if not expressions and not fields:
        raise ValueError("At least one field or expression is required to define an index.")
    if expressions and fields:
        raise ValueError("Index.fields and expressions are mutually exclusive.")
    if expressions and not name:
        raise ValueError("An index must be named to use expressions.")
    if expressions and opclasses:
        raise ValueError(
            "Index.opclasses cannot be used with expressions. Use aorm.postgres.indexes.OpClass() instead."
        )
    if opclasses and len(fields) != len(opclasses):
        raise ValueError("Index.fields and Index.opclasses must have the same number of elements.")
    if fields and not all(isinstance(field, str) for field in fields):
        raise ValueError("Index.fields must contain only strings with field names.")
