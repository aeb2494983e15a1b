"""Statements as PostgreSQL writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aorm.dialects.base.statements import Statements
from aorm.dialects.postgresql.writer import PostgreSQLBase
from aorm.exceptions import NotSupportedError
from aorm.sql.sources import FromValues
from aorm.sql.values import Case, Param

if TYPE_CHECKING:
    from aorm.sql.node import Term
    from aorm.sql.sources import Selectable
    from aorm.sql.write import Assignment

SERIALIZE = frozenset({"TEXT", "BINARY", "NONE"})


class PostgreSQLStatements(Statements, PostgreSQLBase):
    """Render statements for PostgreSQL."""

    def explain_prefix(self, wanted: str | None, options: tuple[tuple[str, object], ...]) -> str:
        """Return ``EXPLAIN (ANALYZE true, FORMAT JSON)``."""
        parts: list[str] = []
        for name, setting in options:
            known = next(known for known in sorted(self.dialect.features.explain_options) if known == name.upper())
            if known == "SERIALIZE":
                chosen = str(setting).upper()
                if chosen not in SERIALIZE:
                    raise ValueError(f"SERIALIZE is one of {', '.join(sorted(SERIALIZE))}.")
                parts.append(f"SERIALIZE {chosen}")
            else:
                parts.append(f"{known} {'true' if setting else 'false'}")
        if wanted:
            parts.append(f"FORMAT {wanted}")
        return f"EXPLAIN ({', '.join(parts)})" if parts else "EXPLAIN"

    def render_from_values(self, source: FromValues) -> str:
        """Return ``unnest(arrays) AS "alias" (columns)``."""
        arrays = ", ".join([self.unnested(array) for array in source.arrays])
        return f"unnest({arrays}) AS {self.quote(source.alias)} ({self.quote_all(source.columns)})"

    def unnested(self, array: Term) -> str:
        """Return one array of a values list."""
        element = array.type.element
        if element is not None and element.element is not None:
            raise NotSupportedError("arrays of arrays cannot be unnested: unnest() would flatten them.")
        if isinstance(array, Param):
            return self.hold(array, self.cast_to(array.type))
        return self.render(array)

    def inserted_query(self, source: Selectable | FromValues) -> str:
        """Return the query that gives the rows to insert."""
        text = self.render(source)
        return f"SELECT * FROM {text}" if isinstance(source, FromValues) else text

    def render_assignment(self, assignment: Assignment) -> str:
        """Return ``"column" = term``; a CASE takes its type from its branches, not from the column, so it is cast."""
        term = assignment.term
        text = super().render_assignment(assignment)
        return text + self.cast_to(term.type) if isinstance(term, Case) else text
