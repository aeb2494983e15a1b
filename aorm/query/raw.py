"""``raw()``: instances out of SQL that the program wrote itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from aorm.bridge import run_blocking, sync_iterator
from aorm.database.databases import databases
from aorm.database.routing import router
from aorm.exceptions import FieldDoesNotExist, OperationalError, ProgrammingError
from aorm.expressions.base import TypedOutput, resolve
from aorm.expressions.values import split_placeholders
from aorm.query.evaluating import EvaluatingMixin
from aorm.query.fetch_modes import FETCH_ONE
from aorm.query.layout import ModelLayout, ValueSlot
from aorm.query.loading import write_model_loader
from aorm.query.prefetch import aprefetch_related_objects
from aorm.query.results import MODELS
from aorm.query.scope import bare_column, save_scope
from aorm.query.streaming import CHUNK_SIZE, Stream
from aorm.sql.functions import RawTerm
from aorm.sql.tables import Column
from aorm.sql.types import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from typing import Self

    from aorm.database.database import Database
    from aorm.mapping.options import Options

M = TypeVar("M")

# The sqlstate of a statement that would write on a connection that only reads.
READ_ONLY = "25006"
_NAMED_PLACEHOLDER = re.compile(r"%\(([^)]+)\)s")


class RawQuery:
    """The SQL of a raw queryset and its parameters, as the program gave them."""

    __slots__ = ("params", "sql", "using")

    def __init__(self, sql: Any, using: str | None, params: Any = ()) -> None:
        """Keep them; a template string (PEP 750) brings its own parameters.

        Raises:
            TypeError: parameters stand beside a template string, or are neither a sequence nor a mapping.
        """
        if hasattr(sql, "interpolations"):
            if params:
                raise TypeError("A template string holds its parameters itself: give no params beside it.")
            texts = [str(text).replace("%", "%%") for text in sql.strings]
            sql, params = "%s".join(texts), tuple([item.value for item in sql.interpolations])
        if isinstance(params, (str, bytes)):
            raise TypeError(f"params must be a list, a tuple or a dictionary, not {type(params).__name__}.")
        self.sql: str = sql
        self.using = using
        self.params: Any = params

    def __str__(self) -> str:
        if self.params is None:
            return self.sql
        return self.sql % (dict(self.params) if isinstance(self.params, Mapping) else tuple(self.params))

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self}>"

    def pieces(self) -> tuple[tuple[str, ...], list[Any]]:
        """Return the text cut at its placeholders, and the values that stand between the pieces.

        Raises:
            ProgrammingError: the values do not fit the placeholders.
        """
        if self.params is None:
            return (self.sql,), []
        if isinstance(self.params, Mapping):
            names = _NAMED_PLACEHOLDER.findall(self.sql)
            missing = [name for name in names if name not in self.params]
            if missing:
                raise ProgrammingError(f"The raw query names the parameter {missing[0]!r}, which params does not have.")
            pieces = split_placeholders(_NAMED_PLACEHOLDER.sub("%s", self.sql))
            values = [self.params[name] for name in names]
        else:
            pieces = split_placeholders(self.sql)
            values = list(self.params)
        if len(pieces) != len(values) + 1:
            raise ProgrammingError(f"The raw query has {len(pieces) - 1} placeholders and {len(values)} parameters.")
        return pieces, values

    def statement(self, meta: Options) -> RawTerm:
        """Return the text and its parameters as a node, which a dialect can render."""
        pieces, values = self.pieces()
        scope = save_scope(meta)
        return RawTerm(pieces, tuple([resolve(value, scope).term for value in values]))


class Mapped(NamedTuple):
    """Where the columns of a raw query go."""

    columns: list[str]
    load: Any


class RawQuerySet(EvaluatingMixin[M], Generic[M]):
    """The instances that a raw query gives: ``Author.objects.raw("SELECT * FROM author WHERE age > %s", [45])``.

    Columns that are fields' set them, under ``translations`` by other names; fields without a column are deferred;
    other columns become attributes. It is awaited, iterated, indexed and measured as a queryset is, and kept.
    """

    _kind = MODELS
    _known_related_objects: Mapping[Any, Mapping[Any, Any]] = MappingProxyType({})

    def __init__(
        self,
        raw_query: Any,
        model: Any = None,
        query: RawQuery | None = None,
        params: Any = (),
        translations: Mapping[str, str] | None = None,
        using: str | None = None,
        hints: Mapping[str, Any] | None = None,
        fetch_mode: Any = FETCH_ONE,
    ) -> None:
        """Keep the text; nothing is sent before the results are asked for."""
        self.raw_query = raw_query
        self.model = model
        self._db = using
        self._hints = hints or {}
        self.query = query or RawQuery(raw_query, using, params)
        self.params = params
        self.translations = dict(translations or {})
        self._result_cache = None
        self._columns: list[str] | None = None
        self._prefetch_related_lookups = ()
        self._prefetch_done = False
        self._fetch_mode = fetch_mode

    def prefetch_related(self, *lookups: Any) -> Self:
        """Load related objects of the results by one more statement for each lookup; None clears."""
        new = self._clone()
        new._prefetch_related_lookups = () if lookups == (None,) else (*self._prefetch_related_lookups, *lookups)
        return new

    def using(self, alias: str | None) -> Self:
        """Return the query reading from another database."""
        new = self._clone()
        new._db = alias
        new.query = RawQuery(self.query.sql, alias, self.query.params)
        return new

    def _clone(self) -> Self:
        new = type(self)(
            self.raw_query,
            self.model,
            self.query,
            self.params,
            self.translations,
            self._db,
            self._hints,
            self._fetch_mode,
        )
        new._prefetch_related_lookups = self._prefetch_related_lookups
        return new

    @property
    def db(self) -> str:
        """The alias of the database that the query will use."""
        return self._db or router.db_for_read(self.model, **self._hints)

    @property
    def columns(self) -> list[str]:
        """The names of the result's columns, translated; the query is run to know them."""
        if self._columns is None:
            run_blocking(self._afetch_all)
        return list(self._columns or ())

    @property
    def model_fields(self) -> dict[str, Any]:
        """The model's fields by their columns."""
        return {field.column: field for field in self.model._meta.fields if field.column}

    async def _afetch_all(self) -> list[M]:
        results = self._result_cache
        if results is None:
            results = self._result_cache = await self._arun()
        if self._prefetch_related_lookups and not self._prefetch_done:
            await aprefetch_related_objects(results, *self._prefetch_related_lookups)
            self._prefetch_done = True
        return results

    async def _arun(self) -> list[M]:
        """Run the query and return its instances."""
        database = databases[self.db]
        names, rows = await fetch_named(database, *self._compiled(database))
        self._name_columns(names)
        instances: list[M] = self._loader(database)(rows, database.alias)
        self._finish_instances(instances)
        return instances

    async def _astream(self, chunk_size: int) -> tuple[Any, Callable[[list[Any]], list[M]]]:
        """Run the query and return its rows as a stream of chunks, and the function that loads a chunk."""
        database = databases[self.db]
        sql, arguments = self._compiled(database)
        rows: Any = database.stream(sql, arguments, chunk_size)
        try:
            names = await rows.open()
        except OperationalError as error:
            if not _belongs_to_writer(error, database):
                raise
            # It writes, and so it is done before its rows are looked at.
            names, every = await fetch_named(database, sql, arguments)
            rows = Chunks(every, chunk_size)
        try:
            self._name_columns(names)
            return rows, partial(self._loader(database), alias=database.alias)
        except BaseException:
            await rows.aclose()
            raise

    def _compiled(self, database: Database) -> tuple[str, Sequence[Any]]:
        statement = self.query.statement(self.model._meta)
        parameters = statement.parameters()
        compiled = database.dialect.compile(statement, parameters)
        return compiled.sql, compiled.encode(parameters)

    def _name_columns(self, names: list[str]) -> None:
        self._columns = [self.translations.get(name, name) for name in names]

    def _loader(self, database: Database) -> Any:
        columns = self._columns or []
        key = ("raw", self.model, tuple(columns))
        load = database.plans.get(key)
        if load is None:
            layout = raw_layout(self.model, columns, self.model_fields)
            in_order = [slot.position for slot in layout.slots] == list(range(len(columns)))
            load = write_model_loader(layout, len(columns) if in_order else -1, database)
            database.plans.put(key, load)
        return load

    def aiterator(self, chunk_size: int | None = None) -> AsyncIterator[M]:
        """Run the query anew and stream its instances, ``chunk_size`` rows at a time, keeping none.

        Raises:
            ValueError: the size is not positive.
        """
        if chunk_size is not None and chunk_size <= 0:
            raise ValueError("Chunk size must be strictly positive.")
        return Stream(self._clone(), chunk_size or CHUNK_SIZE)

    iterator = sync_iterator(aiterator)

    def __getitem__(self, key: Any) -> Any:
        """Return results by index or slice; the query is run for all of them."""
        self._fetch_all()
        return (self._result_cache or [])[key]

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.query}>"


async def fetch_named(database: Database, sql: str, arguments: Sequence[Any]) -> tuple[list[str], list[Any]]:
    """Return the names of a statement's columns and its rows; one that writes moves to the writing connection."""
    try:
        async with database.lease() as connection:
            return await connection.fetch_named(sql, arguments)
    except OperationalError as error:
        if not _belongs_to_writer(error, database):
            raise
    async with database.lease(writes=True) as connection:
        return await connection.fetch_named(sql, arguments)


def _belongs_to_writer(error: OperationalError, database: Database) -> bool:
    return error.sqlstate == READ_ONLY and not database.in_atomic_block


class Chunks:
    """Rows that are there already, as a stream gives them."""

    def __init__(self, rows: list[Any], chunk_size: int) -> None:
        self._rows = rows
        self._chunk_size = chunk_size

    async def __anext__(self) -> list[Any]:
        """Return the next rows."""
        rows, self._rows = self._rows[: self._chunk_size], self._rows[self._chunk_size :]
        if not rows:
            raise StopAsyncIteration
        return rows

    async def aclose(self) -> None:
        """Forget the rest."""
        self._rows = []


def raw_layout(model: Any, columns: Sequence[str], fields: Mapping[str, Any]) -> ModelLayout:
    """Return where the columns of a raw query go: to fields where they are theirs, else to attributes.

    Raises:
        FieldDoesNotExist: the primary key is not among them.
    """
    slots = [
        ValueSlot(field.attname, columns.index(column), bare_column(field), field)
        for column, field in fields.items()
        if column in columns
    ]
    loaded = {slot.name: slot.position for slot in slots}
    if any(field.attname not in loaded for field in model._meta.pk_fields):
        raise FieldDoesNotExist("Raw query must include the primary key")
    annotations = [
        ValueSlot(name, position, Column("", name, UNKNOWN), TypedOutput(UNKNOWN))
        for position, name in enumerate(columns)
        if name not in fields
    ]
    keys = tuple(loaded[field.attname] for field in model._meta.pk_fields)
    return ModelLayout(model, slots, len(slots) == len(fields), keys, annotations=annotations)
