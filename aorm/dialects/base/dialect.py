"""What a dialect is: the names of one database, its abilities, and the door to compilation."""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from aorm.dialects.base.compiled import Compiled, Encoder
from aorm.sql import ddl
from aorm.sql.select import Explain
from aorm.sql.tables import Column, Label
from aorm.sql.types import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from aorm.dialects.base.catalog import Catalog
    from aorm.dialects.base.features import Features
    from aorm.dialects.base.functions import SQLFunction
    from aorm.dialects.base.sessions import Sessions
    from aorm.dialects.base.types import Conversion, Types
    from aorm.dialects.base.writer import Writer
    from aorm.sql.node import Node, Term
    from aorm.sql.types import SqlType
    from aorm.sql.values import Param

DEFINITIONS = (
    ddl.CreateTable,
    ddl.DropTable,
    ddl.AddConstraint,
    ddl.DropConstraint,
    ddl.CreateIndex,
    ddl.DropIndex,
    ddl.Comment,
)


class Dialect:
    """One database's way of spelling SQL. Holds no connection and performs no I/O.

    ``name`` is for people ("PostgreSQL"), ``vendor`` for programs ("postgresql"). ``sessions`` says how a new
    connection is set up; it belongs to the driver's side.
    """

    name: ClassVar[str]
    vendor: ClassVar[str]
    numbers_placeholders: ClassVar[bool]
    sessions: ClassVar[Sessions]
    catalog: ClassVar[Catalog]
    # What the driver registers on each new connection: functions that the database lacks and Python can give it.
    functions: ClassVar[tuple[SQLFunction, ...]] = ()
    # What the driver makes of values of a class in statements that a program writes; those of models come encoded.
    adapters: ClassVar[Mapping[type, Conversion]] = MappingProxyType({})

    def __init__(self, features: Features, types: Types, writer: Callable[..., Writer]) -> None:
        """Put a dialect together from its parts."""
        self.features = features
        self.types = types
        self._writer = writer
        self.encoder = cache(types.encoder)
        self.decoder = cache(types.decoder)

    def for_server(self, version: int) -> Dialect:
        """Return the dialect for a version of the server; itself where versions do not differ."""
        return self

    def quote_name(self, name: str) -> str:
        """Return the identifier in quotes, embedded quotes doubled."""
        if "\x00" in name:
            raise ValueError("an identifier must not contain NUL characters.")
        return '"' + name.replace('"', '""') + '"'

    def compile(self, statement: Node, sources: Sequence[Param] = ()) -> Compiled:
        """Render a finished statement.

        Args:
            statement: the statement; its clauses are rendered as they stand.
            sources: the parameters of the unfinished query, in its own order of traversal. ``Compiled.encode`` takes
                parameters in that order; a parameter of the statement that is not among them keeps its value for good.

        Raises:
            NotSupportedError: the statement uses what the database lacks.
        """
        writer = self._writer(self, inlines=isinstance(statement, DEFINITIONS))
        return writer.finish(writer.render(statement), sources)

    def definition(self, statement: Node) -> str:
        """Return the text of a definition (DDL); its values stand in the text as literals."""
        return self.compile(statement).sql

    def render_term(self, term: Node) -> str:
        """Return the text of a term with its values as literals, as defaults and checks hold it."""
        writer = self._writer(self, inlines=True)
        return writer.finish(writer.render(term), ()).sql

    def parameter_encoder(self, parameter: Param) -> Encoder | None:
        """Return the conversion of a parameter: its adapter's, else its type's; None where the driver needs none."""
        if parameter.adapter is not None:
            convert = parameter.adapter.encode_for(self)
            return None if convert is None else Encoder(convert, sees_none=True)
        convert = self.encoder(parameter.type)
        return None if convert is None else Encoder(convert)

    def term_decoder(self, term: Term) -> Callable[[Any], Any] | None:
        """Return the conversion of what the driver gives for a selected term; None where there is none to do.

        A stored column is exact, so its type tells all; for a computed term the database may give a neighbouring type,
        such as a decimal for a sum of integers.
        """
        while isinstance(term, Label):
            term = term.term
        if isinstance(term, Column):
            return self.decoder(term.type)
        return self.types.computed_decoder(term)

    def literal(self, value: object, sql_type: SqlType) -> str:
        """Return a value as SQL text, for definitions, which take no parameters."""
        return self.types.literal(value, sql_type)

    def parameter_literal(self, parameter: Param) -> str:
        """Return the value of a parameter as SQL text."""
        if parameter.adapter is None:
            return self.literal(parameter.value, parameter.type)
        encoder = self.parameter_encoder(parameter)
        value = parameter.value if encoder is None else encoder.convert(parameter.value)
        return self.literal(value, UNKNOWN)

    def column_type(self, sql_type: SqlType) -> str:
        """Return the spelling of a type in a definition."""
        return self.types.column_name(sql_type)

    def is_definition(self, statement: Node) -> bool:
        """Tell whether the statement changes the schema."""
        return isinstance(statement, DEFINITIONS)

    def is_explanation(self, statement: Node) -> bool:
        """Tell whether the statement is an EXPLAIN."""
        return isinstance(statement, Explain)
