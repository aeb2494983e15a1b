"""Statements as SQLite writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aorm.dialects.base.statements import Statements
from aorm.dialects.sqlite.writer import SQLiteBase
from aorm.sql.predicates import Always
from aorm.sql.select import Compound, Select
from aorm.sql.sources import FromValues

if TYPE_CHECKING:
    from aorm.sql.node import Term
    from aorm.sql.sources import Selectable
    from aorm.sql.write import Insert


class SQLiteStatements(Statements, SQLiteBase):
    """Render statements for SQLite."""

    def no_limit(self, offset: Term | None) -> str:
        """Return the LIMIT that stands for none, which SQLite wants before OFFSET."""
        return "LIMIT -1" if offset is not None else ""

    def compounded(self, query: Selectable) -> str:
        """Return one query of a set operation: SQLite knows no parentheses there, so a subquery stands in."""
        text = self.render(query)
        if isinstance(query, Compound) or (
            isinstance(query, Select) and (query.order_by or query.limit is not None or query.offset is not None)
        ):
            return f"SELECT * FROM ({text})"
        return text

    def explain_prefix(self, wanted: str | None, options: tuple[tuple[str, object], ...]) -> str:
        """Return the words before the explained statement."""
        return "EXPLAIN QUERY PLAN"

    def insert_verb(self, insert: Insert) -> str:
        """Return INSERT OR IGNORE where any conflict is to be ignored: it covers NOT NULL as well, as in Django."""
        return "INSERT OR IGNORE INTO" if _ignores_all(insert) else "INSERT INTO"

    def conflict(self, insert: Insert) -> str:
        """Return what to do with conflicting rows, or nothing where the verb has said it."""
        return "" if _ignores_all(insert) else super().conflict(insert)

    def inserted_query(self, source: Selectable | FromValues) -> str:
        """Return the query that gives the rows to insert.

        Without a WHERE the parser would take a following ON CONFLICT for the ON of a join.
        """
        if isinstance(source, FromValues):
            return self.values_query(source)
        if isinstance(source, Select) and source.source is not None and isinstance(source.where, Always):
            return f"SELECT * FROM ({self.render(source)}) WHERE TRUE"
        return self.render(source)

    def render_from_values(self, source: FromValues) -> str:
        """Return the rows of JSON lists as a subquery."""
        return f"({self.values_query(source)}) AS {self.quote(source.alias)}"

    def values_query(self, source: FromValues) -> str:
        """Return the query that puts the lists side by side, in their order.

        Each list is materialized, so that SQLite can index it: json_each itself would be searched from its beginning
        for each row.
        """
        lists, columns, joins = [], [], []
        for number, (term, name) in enumerate(zip(source.arrays, source.columns, strict=True)):
            element = term.type.element or term.type
            query = f"SELECT key, {self.element(element)} FROM json_each({self.render(term)})"
            lists.append(f'"_{number}" (key, value) AS MATERIALIZED ({query})')
            columns.append(f'"_{number}".value AS {self.quote(name)}')
            joins.append('"_0"' if number == 0 else f'JOIN "_{number}" ON "_{number}".key = "_0".key')
        return f'WITH {", ".join(lists)} SELECT {", ".join(columns)} FROM {" ".join(joins)} ORDER BY "_0".key'


def _ignores_all(insert: Insert) -> bool:
    conflict = insert.on_conflict
    return conflict is not None and not conflict.columns and not conflict.assignments
