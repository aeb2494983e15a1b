"""The door for users' own SQL: what ``as_sql(compiler, connection)`` gets, and how its answer becomes text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from aorm.dialects.base.types import type_of
from aorm.sql.node import Node
from aorm.sql.values import Param

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aorm.dialects.base.dialect import Dialect
    from aorm.dialects.base.features import Features
    from aorm.dialects.base.writer import Writer
    from aorm.sql.functions import CustomSQL

_PLACEHOLDER = re.compile(r"%(%|s)")


class CustomOperations:
    """The part of Django's ``connection.ops`` that depends on no connection."""

    def __init__(self, dialect: Dialect) -> None:
        """Keep the dialect."""
        self._dialect = dialect

    def quote_name(self, name: str) -> str:
        """Quote an identifier."""
        return self._dialect.quote_name(name)


class CustomConnection:
    """What ``as_sql`` gets as its connection: the facts of the database, and no connection at all."""

    def __init__(self, dialect: Dialect) -> None:
        """Take the facts from the dialect."""
        self.vendor = dialect.vendor
        self.display_name = dialect.name
        self.features: Features = dialect.features
        self.ops = CustomOperations(dialect)
        self.dialect = dialect


class CustomCompiler:
    """What ``as_sql`` gets as its compiler."""

    def __init__(self, writer: Writer, custom: CustomSQL) -> None:
        """Know which resolved term belongs to which source expression of the user's object."""
        self._writer = writer
        self._custom = custom
        self.connection = CustomConnection(writer.dialect)
        sources: Iterable[Any] = getattr(custom.expression, "get_source_expressions", tuple)()
        present = [source for source in sources if source is not None]
        self._terms = {id(source): term for source, term in zip(present, custom.terms, strict=False)}

    def compile(self, expression: Any) -> tuple[str, list[Any]]:
        """Return the SQL and parameters of a source expression, a term, or another object with ``as_sql``.

        The SQL of terms carries its own parameters, so the list is empty for them; percent signs are doubled, as
        everything that ``as_sql`` returns must have them.
        """
        term: Node | None = self._terms.get(id(expression))
        if term is None:
            # A part of an expression that has been resolved carries its node.
            term = expression if isinstance(expression, Node) else getattr(expression, "term", None)
        if term is not None:
            return self._writer.render(term).replace("%", "%%"), []
        method = getattr(expression, f"as_{self.connection.vendor}", None) or getattr(expression, "as_sql", None)
        if method is None:
            raise TypeError(f"{type(expression).__name__} has no as_sql(compiler, connection).")
        sql, parameters = method(self, self.connection)
        return sql, list(parameters)

    def text(self) -> str:
        """Return the text of the whole object, its ``%s`` replaced by its parameters."""
        expression = self._custom.expression
        write = getattr(expression, "write_sql", None)
        if write is not None:
            sql, parameters = write(self._custom.terms, self, self.connection)
            return self._bind(sql, list(parameters))
        own = getattr(expression, f"as_{self.connection.vendor}", None) or expression.as_sql
        sql, parameters = own(self, self.connection)
        return self._bind(sql, list(parameters))

    def _bind(self, sql: str, parameters: Sequence[Any]) -> str:
        waiting = iter(parameters)

        def place(match: re.Match[str]) -> str:
            if match[1] == "%":
                return "%"
            try:
                value = next(waiting)
            except StopIteration:
                raise ValueError("as_sql() returned fewer parameters than placeholders.") from None
            return self._writer.render(value if isinstance(value, Node) else Param(value, type_of(value)))

        bound = _PLACEHOLDER.sub(place, sql)
        if next(waiting, self) is not self:
            raise ValueError("as_sql() returned more parameters than placeholders.")
        return bound
