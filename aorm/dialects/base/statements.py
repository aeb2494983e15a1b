"""Statements in standard SQL: SELECT, set operations, INSERT, UPDATE, DELETE, EXPLAIN."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aorm.dialects.base.qualify import without_qualify
from aorm.dialects.base.writer import Writer
from aorm.exceptions import NotSupportedError
from aorm.sql.predicates import TRUE
from aorm.sql.tables import Label
from aorm.sql.values import Default, Literal, Param

if TYPE_CHECKING:
    from aorm.sql.node import Term
    from aorm.sql.select import Compound, Explain, Lock, Ordering, Position, Select
    from aorm.sql.sources import From, FromQuery, FromValues, Join, Selectable, Subquery
    from aorm.sql.tables import ColumnList, Table
    from aorm.sql.values import Row
    from aorm.sql.write import Assignment, Delete, Excluded, Insert, OnConflict, Update

COMPOUND_OPERATORS = {
    "union": "UNION",
    "union all": "UNION ALL",
    "intersect": "INTERSECT",
    "intersect all": "INTERSECT ALL",
    "except": "EXCEPT",
    "except all": "EXCEPT ALL",
}
NULLS = {"first": "FIRST", "last": "LAST"}


class Statements(Writer):
    """Render statements and their clauses."""

    def render_select(self, select: Select) -> str:
        """Return ``SELECT ... FROM ... WHERE ... GROUP BY ... HAVING ... ORDER BY ... LIMIT ... FOR UPDATE``."""
        if select.qualify is not TRUE:
            self.wrapped += 1
            return self.render(without_qualify(select, f"qualify{self.wrapped if self.wrapped > 1 else ''}"))
        parts = [
            self.select_head(select),
            f"FROM {self.render(select.source)}" if select.source is not None else "",
            self.render_all(select.joins, " "),
            self.where(select.where),
            f"GROUP BY {', '.join([self.ordered(term) for term in select.group_by])}" if select.group_by else "",
            self.where(select.having, "HAVING"),
            self.order(select.order_by),
            self.limit(select.limit, select.offset),
            self.render(select.lock) if select.lock is not None else "",
        ]
        return " ".join([part for part in parts if part])

    def select_head(self, select: Select) -> str:
        """Return ``SELECT [DISTINCT [ON (...)]] columns``."""
        if select.distinct_on:
            self.dialect.features.require(
                "can_distinct_on_fields", "DISTINCT ON fields", "Use values() with distinct(), or group by the fields."
            )
            terms = ", ".join([self.ordered(term) for term in select.distinct_on])
            return f"SELECT DISTINCT ON ({terms}) {self.render(select.columns)}"
        return f"SELECT {'DISTINCT ' if select.is_distinct else ''}{self.render(select.columns)}"

    def render_column_list(self, columns: ColumnList) -> str:
        """Return the selected terms, with their names."""
        return ", ".join([self.selected(item) for item in columns.items])

    def selected(self, item: Term) -> str:
        """Return one selected term."""
        if isinstance(item, Label):
            return f"{self.render(item.term)} AS {self.quote(item.name)}"
        return self.render(item)

    def order(self, order_by: tuple[Ordering, ...]) -> str:
        """Return the ORDER BY clause, or nothing."""
        return f"ORDER BY {self.render_all(order_by)}" if order_by else ""

    def limit(self, limit: Term | None, offset: Term | None) -> str:
        """Return LIMIT and OFFSET, or nothing."""
        parts = [
            f"LIMIT {self.assigned(limit)}" if limit is not None else self.no_limit(offset),
            f"OFFSET {self.assigned(offset)}" if offset is not None else "",
        ]
        return " ".join([part for part in parts if part])

    def no_limit(self, offset: Term | None) -> str:
        """Return what stands for an absent LIMIT before an OFFSET."""
        return ""

    def render_ordering(self, ordering: Ordering) -> str:
        """Return ``term ASC NULLS LAST``."""
        text = f"{self.ordered(ordering.term)} {'DESC' if ordering.descending else 'ASC'}"
        if ordering.nulls is None:
            return text
        return f"{text} NULLS {NULLS[ordering.nulls]}"

    def ordered(self, term: Term) -> str:
        """Return a term to order or group by: a bare number would be taken for a position, other constants refused."""
        inner = term.term if isinstance(term, Label) else term
        return f"(SELECT {self.render(inner)})" if isinstance(inner, Literal) else self.render(inner)

    def render_position(self, position: Position) -> str:
        """Return the number of a selected column."""
        return str(int(position.number))

    def render_lock(self, lock: Lock) -> str:
        """Return FOR UPDATE with its options, or nothing where the database has no row locks."""
        self.check_lock(lock)
        if not self.dialect.features.has_select_for_update:
            return ""
        parts = ["FOR NO KEY UPDATE" if lock.no_key else "FOR UPDATE"]
        if lock.of:
            parts.append(f"OF {', '.join([self.quote_table(alias) for alias in lock.of])}")
        if lock.nowait:
            parts.append("NOWAIT")
        elif lock.skip_locked:
            parts.append("SKIP LOCKED")
        return " ".join(parts)

    def check_lock(self, lock: Lock) -> None:
        """Refuse options that the database lacks; a plain lock is left out instead (the writer waits its turn)."""
        features = self.dialect.features
        if lock.nowait and not features.has_select_for_update_nowait:
            raise NotSupportedError("NOWAIT is not supported on this database backend.")
        if lock.skip_locked and not features.has_select_for_update_skip_locked:
            raise NotSupportedError("SKIP LOCKED is not supported on this database backend.")
        if lock.of and not features.has_select_for_update_of:
            raise NotSupportedError("FOR UPDATE OF is not supported on this database backend.")
        if lock.no_key and not features.has_select_for_no_key_update:
            raise NotSupportedError("FOR NO KEY UPDATE is not supported on this database backend.")

    def render_compound(self, compound: Compound) -> str:
        """Return queries joined by a set operator."""
        operator = COMPOUND_OPERATORS.get(compound.operator)
        if operator is None:
            raise NotSupportedError(f"{compound.operator!r} is no set operation of {self.dialect.name}.")
        parts = [
            f" {operator} ".join([self.compounded(query) for query in compound.queries]),
            self.order(compound.order_by),
            self.limit(compound.limit, compound.offset),
        ]
        return " ".join([part for part in parts if part])

    def compounded(self, query: Selectable) -> str:
        """Return one query of a set operation."""
        return f"({self.render(query)})"

    def render_explain(self, explain: Explain) -> str:
        """Return EXPLAIN of a statement, its format and options checked against what the database knows."""
        known = self.dialect.features.supported_explain_formats
        wanted = explain.format.upper() if explain.format else None
        if wanted is not None and wanted not in known:
            hint = (
                f"Allowed formats: {', '.join(sorted(known))}"
                if known
                else f"{self.dialect.name} does not support any formats."
            )
            raise ValueError(f"{wanted} is not a recognized format. {hint}")
        unknown = [name for name, _ in explain.options if name.upper() not in self.dialect.features.explain_options]
        if unknown:
            raise ValueError(f"Unknown options: {', '.join(sorted(unknown))}")
        return f"{self.explain_prefix(wanted, explain.options)} {self.render(explain.statement)}"

    def explain_prefix(self, wanted: str | None, options: tuple[tuple[str, object], ...]) -> str:
        """Return the words before the explained statement."""
        return "EXPLAIN"

    def render_table(self, table: Table) -> str:
        """Return the name of a table, with its schema."""
        name = self.quote_table(table.name)
        return name if table.schema is None else f"{self.quote(table.schema)}.{name}"

    def aliased(self, table: Table, alias: str) -> str:
        """Return ``"table" AS "alias"``, without the alias where it says nothing."""
        if alias == table.name or not alias:
            return self.render(table)
        return f"{self.render(table)} AS {self.quote_table(alias)}"

    def render_from(self, source: From) -> str:
        """Return a table under its alias."""
        return self.aliased(source.table, source.alias)

    def render_from_query(self, source: FromQuery) -> str:
        """Return a subquery under its alias."""
        return f"({self.render(source.query)}) AS {self.quote(source.alias)}"

    def render_join(self, join: Join) -> str:
        """Return one join."""
        kind = "INNER JOIN" if join.is_inner else "LEFT OUTER JOIN"
        return f"{kind} {self.render(join.source)} ON ({self.render(join.condition)})"

    def render_subquery(self, subquery: Subquery) -> str:
        """Return a query as a value."""
        return f"({self.render(subquery.query)})"

    def render_insert(self, insert: Insert) -> str:
        """Return ``INSERT INTO table (columns) VALUES ... ON CONFLICT ... RETURNING ...``."""
        parts = [f"{self.insert_verb(insert)} {self.render(insert.table)}"]
        if insert.source is not None:
            parts.append(f"({self.quote_all(insert.columns)}) {self.inserted_query(insert.source)}")
        elif not insert.columns:
            parts.append("DEFAULT VALUES")
        else:
            parts.append(f"({self.quote_all(insert.columns)}) VALUES {self.render_all_rows(insert.rows)}")
        parts += [self.conflict(insert), self.returning(insert.returning)]
        return " ".join([part for part in parts if part])

    def conflict(self, insert: Insert) -> str:
        """Return what to do with conflicting rows, or nothing."""
        return self.render(insert.on_conflict) if insert.on_conflict is not None else ""

    def insert_verb(self, insert: Insert) -> str:
        """Return the words that begin an INSERT."""
        return "INSERT INTO"

    def inserted_query(self, source: Selectable | FromValues) -> str:
        """Return the query that gives the rows to insert."""
        return self.render(source)

    def render_all_rows(self, rows: tuple[Row, ...]) -> str:
        """Return the rows of VALUES."""
        return ", ".join([f"({', '.join([self.assigned(term) for term in row.terms])})" for row in rows])

    def assigned(self, term: Term) -> str:
        """Return a term that goes into a column, which tells its type."""
        if isinstance(term, Param):
            return self.hold(term)
        if isinstance(term, Literal) and term.value is None:
            return "NULL"
        return self.render(term)

    def render_default(self, default: Default) -> str:
        """Return the keyword DEFAULT."""
        self.dialect.features.require(
            "supports_default_keyword_in_insert", "DEFAULT among inserted values", "Write the default itself."
        )
        return "DEFAULT"

    def render_excluded(self, excluded: Excluded) -> str:
        """Return the value that the conflicting row would have had."""
        return f"EXCLUDED.{self.quote(excluded.column)}"

    def render_assignment(self, assignment: Assignment) -> str:
        """Return ``"column" = term``."""
        return f"{self.quote(assignment.column)} = {self.assigned(assignment.term)}"

    def render_on_conflict(self, conflict: OnConflict) -> str:
        """Return the ON CONFLICT clause."""
        target = f" ({self.quote_all(conflict.columns)})" if conflict.columns else ""
        if not conflict.assignments:
            return f"ON CONFLICT{target} DO NOTHING"
        return f"ON CONFLICT{target} DO UPDATE SET {self.render_all(conflict.assignments)}"

    def returning(self, columns: ColumnList | None) -> str:
        """Return the RETURNING clause, or nothing."""
        return f"RETURNING {self.render(columns)}" if columns is not None and columns.items else ""

    def render_update(self, update: Update) -> str:
        """Return ``UPDATE table SET ... FROM ... WHERE ... RETURNING ...``."""
        parts = [
            f"UPDATE {self.aliased(update.table, update.alias)} SET {self.render_all(update.assignments)}",
            f"FROM {self.render(update.source)}" if update.source is not None else "",
            self.where(update.where),
            self.returning(update.returning),
        ]
        return " ".join([part for part in parts if part])

    def render_delete(self, delete: Delete) -> str:
        """Return ``DELETE FROM table WHERE ... RETURNING ...``."""
        parts = [
            f"DELETE FROM {self.aliased(delete.table, delete.alias)}",
            self.where(delete.where),
            self.returning(delete.returning),
        ]
        return " ".join([part for part in parts if part])
