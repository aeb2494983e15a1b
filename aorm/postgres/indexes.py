"""The kinds of index that PostgreSQL has, and operator classes.

On SQLite, ``BTreeIndex`` and ``HashIndex`` become ordinary indexes; the others are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from aorm.expressions.base import Expression, Resolved, resolve
from aorm.expressions.references import parse_expressions
from aorm.mapping.indexes import Index

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aorm.expressions.base import Scope


class PostgresIndex(Index):
    """An index of a kind of PostgreSQL's; its suffix is the kind, and ends the names made for it."""

    storage_names: ClassVar[tuple[str, ...]] = ()
    """The storage parameters that the kind has, as the constructor calls them and as SQL does."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.method = cls.suffix
        # Names of indexes that only PostgreSQL has may be longer than those that must do for every database.
        cls.max_name_length = Index.max_name_length - len(Index.suffix) + len(cls.suffix)

    def storage_parameters(self) -> Mapping[str, object]:
        """Return the parameters that were given."""
        return self._given()

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        """Return the dotted path, arguments and keyword arguments that make this again."""
        path, args, keywords = super().deconstruct()
        return path, args, {**keywords, **self._given()}

    def _given(self) -> dict[str, Any]:
        values = {name: getattr(self, name) for name in self.storage_names}
        return {name: value for name, value in values.items() if value is not None}


class BTreeIndex(PostgresIndex):
    """The ordinary index, with its storage parameters."""

    suffix = "btree"
    storage_names = ("fillfactor", "deduplicate_items")

    def __init__(
        self, *expressions: Any, fillfactor: int | None = None, deduplicate_items: bool | None = None, **options: Any
    ) -> None:
        """Keep how full pages are made, and whether equal keys share an entry."""
        self.fillfactor = fillfactor
        self.deduplicate_items = deduplicate_items
        super().__init__(*expressions, **options)


class HashIndex(PostgresIndex):
    """An index for equality only."""

    suffix = "hash"
    storage_names = ("fillfactor",)

    def __init__(self, *expressions: Any, fillfactor: int | None = None, **options: Any) -> None:
        """Keep how full pages are made."""
        self.fillfactor = fillfactor
        super().__init__(*expressions, **options)


class GinIndex(PostgresIndex):
    """An inverted index, for values with many keys: arrays, JSON, full text."""

    suffix = "gin"
    storage_names = ("gin_pending_list_limit", "fastupdate")

    def __init__(
        self,
        *expressions: Any,
        fastupdate: bool | None = None,
        gin_pending_list_limit: int | None = None,
        **options: Any,
    ) -> None:
        """Keep whether entries wait in a list, and how long that may get, in kilobytes."""
        self.fastupdate = fastupdate
        self.gin_pending_list_limit = gin_pending_list_limit
        super().__init__(*expressions, **options)


class GistIndex(PostgresIndex):
    """A search tree for ranges, shapes, full text, neighbours."""

    suffix = "gist"
    storage_names = ("buffering", "fillfactor")

    def __init__(
        self, *expressions: Any, buffering: bool | None = None, fillfactor: int | None = None, **options: Any
    ) -> None:
        """Keep whether building it is buffered, and how full pages are made."""
        self.buffering = buffering
        self.fillfactor = fillfactor
        super().__init__(*expressions, **options)


class SpGistIndex(PostgresIndex):
    """A space-partitioned search tree."""

    suffix = "spgist"
    storage_names = ("fillfactor",)

    def __init__(self, *expressions: Any, fillfactor: int | None = None, **options: Any) -> None:
        """Keep how full pages are made."""
        self.fillfactor = fillfactor
        super().__init__(*expressions, **options)


class BrinIndex(PostgresIndex):
    """A tiny index of what ranges of blocks hold, for values that grow with the table."""

    suffix = "brin"
    storage_names = ("autosummarize", "pages_per_range")

    def __init__(
        self,
        *expressions: Any,
        autosummarize: bool | None = None,
        pages_per_range: int | None = None,
        **options: Any,
    ) -> None:
        """Keep whether full ranges are summarized at once, and how many pages make a range.

        Raises:
            ValueError: the number of pages is not positive.
        """
        if pages_per_range is not None and pages_per_range <= 0:
            raise ValueError("pages_per_range must be None or a positive integer")
        self.autosummarize = autosummarize
        self.pages_per_range = pages_per_range
        super().__init__(*expressions, **options)


class BloomIndex(PostgresIndex):
    """A signature of many columns, for equality in any combination of them; needs the extension ``bloom``."""

    suffix = "bloom"
    storage_names = ("length",)

    def __init__(
        self, *expressions: Any, length: int | None = None, columns: Sequence[int] = (), **options: Any
    ) -> None:
        """Keep the length of the signature in bits, and how many bits each column gives.

        Raises:
            ValueError: there are too many columns, or a number is out of range.
        """
        super().__init__(*expressions, **options)
        if len(self.fields) > 32:
            raise ValueError("Bloom indexes support a maximum of 32 fields.")
        if not isinstance(columns, (list, tuple)):
            raise ValueError("BloomIndex.columns must be a list or tuple.")
        if len(columns) > len(self.fields):
            raise ValueError("BloomIndex.columns cannot have more values than fields.")
        if not all(0 < column <= 4095 for column in columns):
            raise ValueError("BloomIndex.columns must contain integers from 1 to 4095.")
        if length is not None and not 0 < length <= 4096:
            raise ValueError("BloomIndex.length must be None or an integer from 1 to 4096.")
        self.length = length
        self.columns = columns

    def storage_parameters(self) -> Mapping[str, object]:
        """Return the length, and the number of bits of each column."""
        bits = {f"col{position}": number for position, number in enumerate(self.columns, start=1)}
        return {**super().storage_parameters(), **bits}

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        """Return the dotted path, arguments and keyword arguments that make this again."""
        path, args, keywords = super().deconstruct()
        if self.columns:
            keywords["columns"] = self.columns
        return path, args, keywords


class OpClass(Expression):
    """An indexed expression with an operator class: ``OpClass(Upper("name"), name="varchar_pattern_ops")``."""

    constraint_validation_compatible: ClassVar[bool] = False

    def __init__(self, expression: Any, name: str) -> None:
        """Keep the expression, or the name of a field, and the name of the class."""
        super().__init__()
        (self.expression,) = parse_expressions([expression])
        self.operator_class = name

    def get_source_expressions(self) -> list[Any]:
        """Return what is indexed."""
        return [self.expression]

    def set_source_expressions(self, expressions: Sequence[Any]) -> None:
        """Replace what is indexed."""
        (self.expression,) = expressions

    def resolve_in(self, scope: Scope) -> Resolved:
        """Resolve what is indexed; the class is part of the index."""
        return resolve(self.expression, scope)
