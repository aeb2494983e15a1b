"""Names inside expressions: fields, annotations, and names of the enclosing query."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.exceptions import NotSupportedError
from aorm.expressions.base import Combinable, Expression, Resolved, resolve
from aorm.expressions.description import public_path
from aorm.expressions.values import Value
from aorm.sql.functions import Call
from aorm.sql.types import INTEGER, UNKNOWN
from aorm.sql.values import Param

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Self

    from aorm.expressions.base import Scope


class F(Combinable):
    """The value of a field, a path of fields with transforms, or an annotation: ``F("author__name__lower")``."""

    allowed_default = False

    def __init__(self, name: str) -> None:
        """Keep the name; it is looked up when the query is known."""
        self.name = name

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name})"

    def __getitem__(self, subscript: int | slice) -> Sliced:
        return Sliced(self, subscript)

    def __contains__(self, other: object) -> bool:
        # With __getitem__ alone, `in` would try one index after the other and never end.
        raise TypeError(f"argument of type '{type(self).__name__}' is not iterable")

    def __iter__(self) -> Any:
        raise TypeError(f"'{type(self).__name__}' object is not iterable")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, F) and type(self) is type(other) and self.name == other.name

    def __hash__(self) -> int:
        return hash(self.name)

    def resolve_expression(self, scope: Scope, *rest: Any, **options: Any) -> Resolved:
        """Look the name up in the scope."""
        return scope.reference(self.name)

    def copy(self) -> Self:
        """Return itself: nothing in it can change."""
        return self

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        """Return the dotted path, arguments and keyword arguments that make this again."""
        return public_path(type(self)), (self.name,), {}


class OuterRef(F):
    """A name of the query around a subquery: ``Book.objects.filter(author=OuterRef("pk"))``.

    ``OuterRef(OuterRef("pk"))`` reaches the query two levels out.
    """

    contains_aggregate = False
    contains_over_clause = False

    def resolve_expression(self, scope: Scope, *rest: Any, **options: Any) -> Resolved:
        """Put a placeholder that the enclosing query replaces."""
        # A name that is an OuterRef itself is resolved as one when the next query around is known.
        return scope.outer_reference(self.name)


class Sliced(F):
    """A part of a text, or of another value that can be sliced: ``F("title")[:10]``."""

    def __init__(self, obj: F, subscript: int | slice) -> None:
        """Turn the subscript into a start, counted from 1, and a length.

        Raises:
            ValueError: an index is negative, or the slice has a step or ends before it begins.
            TypeError: the subscript is neither a number nor a slice.
        """
        super().__init__(obj.name)
        self.obj = obj
        self.length: int | None
        if isinstance(subscript, int):
            if subscript < 0:
                raise ValueError("Negative indexing is not supported.")
            self.start, self.length = subscript + 1, 1
        elif isinstance(subscript, slice):
            start, stop = subscript.start, subscript.stop
            if (start is not None and start < 0) or (stop is not None and stop < 0):
                raise ValueError("Negative indexing is not supported.")
            if subscript.step is not None:
                raise ValueError("Step argument is not supported.")
            if stop and start and stop < start:
                raise ValueError("Slice stop must be greater than slice start.")
            self.start = 1 if start is None else start + 1
            self.length = None if stop is None else stop - (start or 0)
        else:
            raise TypeError("Argument to slice must be either int or slice instance.")

    def __repr__(self) -> str:
        start = self.start - 1
        stop = None if self.length is None else start + self.length
        return f"{type(self).__name__}({self.obj!r}, {slice(start, stop)!r})"

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Sliced)
            and type(self) is type(other)
            and (self.obj, self.start, self.length) == (other.obj, other.start, other.length)
        )

    def __hash__(self) -> int:
        return hash((self.obj, self.start, self.length))

    def resolve_expression(self, scope: Scope, *rest: Any, **options: Any) -> Resolved:
        """Resolve what is sliced and cut the part out."""
        whole = resolve(self.obj, scope)
        sql_type = whole.output.sql_type
        if sql_type.name not in ("text", "varchar") and sql_type is not UNKNOWN:
            own = getattr(whole.output, "slice_expression", None)
            if own is None:
                raise NotSupportedError("This field does not support slicing.")
            return resolve(own(whole, self.start, self.length), scope)
        bounds = [self.start] if self.length is None else [self.start, self.length]
        arguments = (whole.term, *[Param(bound, INTEGER) for bound in bounds])
        return Resolved(Call("substr", arguments, sql_type), whole.output)


class Ref(Expression):
    """A selected column by the name that the query gave it."""

    def __init__(self, refs: str, source: Any) -> None:
        """Keep the name, and the expression that it names."""
        super().__init__()
        self.refs = refs
        self.source = source

    def get_source_expressions(self) -> list[Any]:
        """Return the named expression."""
        return [self.source]

    def set_source_expressions(self, expressions: Sequence[Any]) -> None:
        """Replace the named expression."""
        (self.source,) = expressions

    def resolve_in(self, scope: Scope) -> Resolved:
        """Look the name up."""
        return scope.reference(self.refs)


def parse_expressions(arguments: Iterable[Any]) -> list[Any]:
    """Turn what users pass to functions into expressions: texts are names, everything else is a value."""
    return [
        argument
        if hasattr(argument, "resolve_expression")
        else F(argument)
        if isinstance(argument, str)
        else Value(argument)
        for argument in arguments
    ]
