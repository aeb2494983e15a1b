"""``QuerySet``: what to read, how to give it, and the results once they are there."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from aorm.bridge import in_running_loop
from aorm.database.databases import DEFAULT_DB_ALIAS
from aorm.database.routing import router
from aorm.exceptions import NotSupportedError
from aorm.query.building import BuildingMixin
from aorm.query.bulk import BulkMixin
from aorm.query.combining import CombiningMixin, OperatorsMixin
from aorm.query.door import QueryDoor
from aorm.query.evaluating import EvaluatingMixin
from aorm.query.fetch_modes import FETCH_ONE
from aorm.query.late import LATE, LateAttribute, settle
from aorm.query.reading import ReadingMixin
from aorm.query.results import MODELS, ResultKind
from aorm.query.state import Query, base_query
from aorm.query.values import ValuesMixin
from aorm.query.writing import WritingMixin
from aorm.settings import settings
from aorm.sql.tables import Column
from aorm.twins import harmonise_twins
from aorm.version import VERSION_KEY, __version__, warn_of_other_version

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Self

M = TypeVar("M")

NO_HINTS: Mapping[Any, Any] = {}

# What every queryset holds.
STATE = ("model", "_db", "_hints", "_query")
# The steps of a get() that subclasses may override.
GENERAL_STEPS = ("__init__", "filter", "_clone", "_copy", "_with", "_afetch_all", "db")

# How many results repr() shows.
REPR_OUTPUT_SIZE = 20


class QuerySet(
    EvaluatingMixin[M],
    OperatorsMixin,
    BuildingMixin,
    ValuesMixin,
    CombiningMixin,
    ReadingMixin,
    WritingMixin,
    BulkMixin,
    Generic[M],
):
    """A lazy description of rows of one model, and their objects once it was evaluated.

    ``await queryset`` gives a list, ``async for`` iterates, both evaluate once and keep the results; in plain sync
    code ``for``, ``len()``, ``list()``, ``bool()`` and indexing do the same. Each method that describes returns a new
    queryset.
    """

    # Managers stand on querysets; the manager module sets this when it is imported.
    _manager_class: ClassVar[Any] = None

    @classmethod
    def as_manager(cls) -> Any:
        """Return a manager with the methods of this class: ``objects = PublishedQuerySet.as_manager()``."""
        manager = cls._manager_class.from_queryset(cls)()
        manager._built_with_as_manager = True
        return manager

    as_manager.queryset_only = True  # type: ignore[attr-defined]

    if TYPE_CHECKING:
        _query: Query
        _db: str | None
        _hints: Mapping[str, Any]
    else:
        _query = LateAttribute("_query")
        _db = LateAttribute("_db")
        _hints = LateAttribute("_hints")

    _copies_plainly: ClassVar[bool] = True
    _updates_plainly: ClassVar[bool] = True

    # What most querysets never change stands on the class: making one sets four attributes.
    _kind: ResultKind = MODELS
    _result_cache: list[Any] | None = None
    _fields: tuple[Any, ...] | None = None
    _for_write = False
    _sticky_filter = False
    _kept_aliases: frozenset[str] = frozenset()
    _prefetch_related_lookups: tuple[Any, ...] = ()
    _prefetch_done = False
    _known_related_objects: Mapping[Any, Mapping[Any, Any]] = NO_HINTS
    _fetch_mode: Any = FETCH_ONE

    def __init__(
        self,
        model: type[M] | None = None,
        query: Query | None = None,
        using: str | None = None,
        hints: dict[str, Any] | None = None,
    ) -> None:
        of_model: Any = model
        self.model: Any = of_model
        self._db = using
        self._hints = hints or NO_HINTS
        self._query = base_query(of_model._meta) if query is None else query

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        harmonise_twins(cls)
        cls._copies_plainly = all(getattr(cls, name) is getattr(QuerySet, name) for name in ("_clone", "_copy"))
        cls._updates_plainly = cls.aupdate is QuerySet.aupdate

    # Copies.

    def _start(self) -> Self:
        return self

    def _copy(self) -> Self:
        """Return the same description, not evaluated."""
        new = self._clone()
        if self._sticky_filter:
            new._sticky_filter = False
        return new

    def _clone(self) -> Self:
        cls = self.__class__
        new: Self = cls.__new__(cls)
        state = new.__dict__
        if LATE in self.__dict__:
            settle(self)
        state.update(self.__dict__)
        # What belongs to one evaluation, or to the next filter() only, is not copied.
        for name in ("_result_cache", "_prefetch_done", "_kept_aliases"):
            if name in state:
                del state[name]
        return new

    _chain = _copy

    def _with(self, query: Query) -> Self:
        """Return a queryset like this one with another query."""
        cls = self.__class__
        own = self.__dict__
        if len(own) > len(STATE) or not cls._copies_plainly:
            new = self._copy()
            new._query = query
            return new
        # The three calls less are a fifth of what a step costs.
        new = cls.__new__(cls)
        state = new.__dict__
        state.update(own)
        state["_query"] = query
        return new

    @classmethod
    def _gets_plainly(cls) -> bool:
        """Whether the class leaves it to us how rows are filtered and fetched, also by what was put on it later."""
        return cls is QuerySet or all(getattr(cls, name) is getattr(QuerySet, name) for name in GENERAL_STEPS)

    def _is_untouched(self) -> bool:
        """Whether nothing was asked of the queryset, nor is overridden, that a plain ``get()`` would have to heed."""
        return (
            len(self.__dict__) == len(STATE)
            and type(self)._gets_plainly()
            and not self._hints
            and not settings.routers
            and self._query is base_query(self.model._meta)
        )

    def _next_is_sticky(self) -> Self:
        """Let the next ``filter()`` share its related rows with the one after it, as related managers need."""
        new = self._clone()
        new._sticky_filter = True
        return new

    def _add_hints(self, **hints: Any) -> None:
        self._hints = {**self._hints, **hints}

    def _refuse_combined(self, operation: str) -> None:
        if self._query.combinator is not None:
            name = {"union all": "union", "intersect": "intersection", "except": "difference"}
            combinator = name.get(self._query.combinator, self._query.combinator)
            raise NotSupportedError(f"Calling QuerySet.{operation}() after {combinator}() is not supported.")

    @property
    def query(self) -> QueryDoor:
        """The query: ``str()`` of it is its SQL, and it pickles."""
        return QueryDoor(self._query, self._kind, self._db)

    @query.setter
    def query(self, door: QueryDoor) -> None:
        self._query = door.query
        self._kind = door.kind
        self._result_cache = None

    @property
    def db(self) -> str:
        """The alias of the database that the queryset will use."""
        if self._db is None and not settings.routers and not self._hints:
            return DEFAULT_DB_ALIAS
        if self._for_write:
            return self._db or router.db_for_write(self.model, **self._hints)
        return self._db or router.db_for_read(self.model, **self._hints)

    @property
    def ordered(self) -> bool:
        """Whether the results come in a defined order."""
        query = self._query
        if query.is_empty:
            return True
        if query.order_by:
            return True
        return query.orders_by_default and bool(query.meta.ordering) and query.group_by is None

    @property
    def totally_ordered(self) -> bool:
        """Whether the order leaves no two results equal: by the primary key or by unique fields that are not null."""
        if not self.ordered:
            return False
        meta = self._query.meta
        given: set[str] = set()
        for field in self._ordering_fields():
            if field.unique and not field.null:
                return True
            given.add(field.name)
        groups = [tuple(field.name for field in meta.pk_fields), *meta.unique_together]
        groups += [constraint.fields for constraint in meta.total_unique_constraints]
        return any(
            given.issuperset(group) and not any(meta.get_field(name).null for name in group)
            for group in groups
            if group
        )

    def _ordering_fields(self) -> Iterator[Any]:
        """Yield the fields of the model's own table that the results are ordered by; a composite key is several."""
        query = self._query
        meta = query.meta
        items: Any = query.order_by or meta.ordering
        for item in items:
            term = getattr(item, "term", None)
            if isinstance(term, Column):
                if term.alias == query.alias:
                    yield from (field for field in meta.concrete_fields if field.column == term.name)
                continue
            named = getattr(item, "expression", item)
            name = named if isinstance(named, str) else getattr(named, "name", None) if term is None else None
            if not isinstance(name, str):
                continue
            name = name.removeprefix("-")
            field = meta.pk if name == "pk" else meta.find_field(name)
            parts = getattr(field, "fields", None) or (field,)
            yield from (part for part in parts if getattr(part, "concrete", False))

    # Expressions.

    def resolve_expression(self, scope: Any) -> Any:
        """Place the queryset as a subquery in another query."""
        if self._fields and len(self._fields) > 1:
            raise TypeError("Cannot use multi-field values querysets as filter values.")
        return scope.place_queryset(self)

    resolve_expression.queryset_only = True  # type: ignore[attr-defined]

    # Copies, pickles, text.

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        new = self._clone()
        for name, value in self.__dict__.items():
            if name not in ("_result_cache", "_query", "model", "_kind"):
                new.__dict__[name] = copy.deepcopy(value, memo)
        new._result_cache = copy.deepcopy(self._result_cache, memo)
        return new

    def __getstate__(self) -> dict[str, Any]:
        # A pickled queryset holds its results; unpickling asks no database.
        self._fetch_all()
        settle(self)
        return {**self.__dict__, VERSION_KEY: __version__}

    def __setstate__(self, state: dict[str, Any]) -> None:
        state = dict(state)
        warn_of_other_version("queryset", state.pop(VERSION_KEY, None))
        self.__dict__.update(state)

    def __repr__(self) -> str:
        if self._result_cache is None and in_running_loop():
            return f"<{self.__class__.__name__} of {self.model.__name__}, not evaluated>"
        shown: list[Any] = list(self[: REPR_OUTPUT_SIZE + 1])
        if len(shown) > REPR_OUTPUT_SIZE:
            shown[-1] = "...(remaining elements truncated)..."
        return f"<{self.__class__.__name__} {shown!r}>"
