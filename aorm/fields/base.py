"""The field: what a column is in Python, and the descriptor that stands on the model class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Protocol, overload

from aorm.exceptions import NotSupportedError
from aorm.expressions.lookups.comparison import (
    Exact,
    GreaterThan,
    GreaterThanOrEqual,
    In,
    IsNull,
    LessThan,
    LessThanOrEqual,
    Range,
)
from aorm.expressions.lookups.text import (
    Contains,
    EndsWith,
    IContains,
    IEndsWith,
    IExact,
    IRegex,
    IStartsWith,
    Regex,
    StartsWith,
)
from aorm.fields.annotations import Get, Set
from aorm.fields.checking import FieldChecks
from aorm.fields.declaration import NOT_PROVIDED
from aorm.fields.descriptors import DeferredAttribute, load_missing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import ClassVar, Self

__all__ = ["NOT_PROVIDED", "DeferredAttribute", "Field"]


class ModelInstance(Protocol):
    """An instance of a model: it knows how to load a field that it lacks."""

    def _fetch_deferred_field(self, field: Any) -> None: ...


class Field(FieldChecks, Generic[Set, Get]):
    """Base of all fields. `Field[Set, Get]`: what may be assigned to the attribute, and what reading it gives.

    The field is itself the descriptor of its attribute: on the class it gives itself. It has no ``__set__`` at run
    time, so a loaded value is found in the instance's ``__dict__`` without any call, and ``__get__`` runs only for a
    value that is missing.

    A field of one's own overrides what it needs of `get_internal_type` or `db_type`, `from_db_value`, `to_python`,
    `get_prep_value`, `get_db_prep_value`, `value_to_string` and `deconstruct`, as in Django.
    """

    lookups: ClassVar[Mapping[str, Any]] = {
        "exact": Exact,
        "iexact": IExact,
        "gt": GreaterThan,
        "gte": GreaterThanOrEqual,
        "lt": LessThan,
        "lte": LessThanOrEqual,
        "in": In,
        "contains": Contains,
        "icontains": IContains,
        "startswith": StartsWith,
        "istartswith": IStartsWith,
        "endswith": EndsWith,
        "iendswith": IEndsWith,
        "range": Range,
        "isnull": IsNull,
        "regex": Regex,
        "iregex": IRegex,
    }

    @overload
    def __get__(self, instance: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, instance: ModelInstance, owner: Any) -> Get: ...
    @overload
    def __get__(self, instance: Any, owner: Any) -> Self: ...
    def __get__(self, instance: Any, owner: Any) -> Any:
        """Load the missing value of a model instance; give the field itself on classes and on anything else.

        A field is also an ordinary class attribute, such as the `output_field` of an expression.
        """
        if instance is None or not hasattr(owner, "_fetch_deferred_field"):
            return self
        return load_missing(self, instance)

    if TYPE_CHECKING:

        def __set__(self, instance: Any, value: Set) -> None: ...

    def slice_expression(self, expression: Any, start: int, length: int | None) -> Any:
        """Return the expression for a part of the value, for fields that have parts."""
        raise NotSupportedError("This field does not support slicing.")
