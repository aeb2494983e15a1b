"""Conditions as SQLite writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aorm.dialects.base.predicates import Predicates
from aorm.dialects.sqlite.json import SQLiteJSON
from aorm.dialects.sqlite.writer import SQLiteBase
from aorm.sql.tables import Column, Label
from aorm.sql.types import SqlType
from aorm.sql.values import Outer, Param, Row

if TYPE_CHECKING:
    from aorm.sql.node import Term
    from aorm.sql.predicates import Compare, InList, InTerms, IsNull, Like, Matches


class SQLitePredicates(Predicates, SQLiteJSON, SQLiteBase):
    """Render conditions for SQLite."""

    def compared(self, term: Term, other: Term) -> str:
        """Return one side of a comparison.

        A decimal is bound as text; beside a column it takes the column's affinity, elsewhere ``render_param`` casts it.
        """
        if isinstance(term, Param) and term.type.name == "decimal" and self.is_column(other):
            return self.hold(term)
        text = self.operand(term)
        # A number in JSON is a number to SQLite even where its text was asked for.
        return f"CAST({text} AS TEXT)" if self.is_path(term) and term.type.name == "text" else text

    def is_column(self, term: Term) -> bool:
        """Tell whether the term is a stored column, which has an affinity."""
        while isinstance(term, (Label, Outer)):
            term = term.term
        return isinstance(term, Column)

    def render_compare(self, compare: Compare) -> str:
        """Return a comparison; what is compared with a value cut out of JSON takes the same form."""
        left_is_path, right_is_path = self.is_path(compare.left), self.is_path(compare.right)
        if left_is_path is right_is_path or compare.left.type.name != "json" or compare.right.type.name != "json":
            return super().render_compare(compare)
        texts = [
            self.operand(term) if is_path or not isinstance(term, Param) else self.scalar(self.hold(term))
            for term, is_path in ((compare.left, left_is_path), (compare.right, right_is_path))
        ]
        return f"{texts[0]} {compare.operator} {texts[1]}"

    def render_is_null(self, item: IsNull) -> str:
        """Return ``term IS NULL``; for a path into JSON that nothing is there, as JSON's null is something."""
        if self.is_path(item.term):
            return f"{self.path_exists(item.term)} IS {'NOT ' if item.negated else ''}NULL"
        return super().render_is_null(item)

    def render_in_list(self, item: InList) -> str:
        """Return ``term IN (SELECT value FROM json_each(?))``: one parameter whatever the number of values."""
        sql_type = item.values.type
        values = item.values
        if sql_type.element is None:
            values = Param(item.values.value, SqlType("array", (), item.term.type), item.values.adapter)
        element = sql_type.element or item.term.type
        if self.inlines:
            return self.enumerated(item, element)
        if element.name == "json":
            left = self.operand(item.term) if self.is_path(item.term) else self.scalar(self.operand(item.term))
            return f"{left} IN (SELECT {self.scalar('value')} FROM json_each({self.listed(item.values, values)}))"
        query = f"SELECT {self.element(element)} FROM json_each({self.listed(item.values, values)})"
        return f"{self.compared(item.term, item.values)} IN ({query})"

    def enumerated(self, item: InList, element: SqlType) -> str:
        """Return ``term IN (1, 2)``: a definition must not hold a subquery."""
        texts = [self.dialect.literal(value, element) for value in item.values.value]
        left = self.operand(item.term)
        if element.name == "json":
            left = left if self.is_path(item.term) else self.scalar(left)
            texts = [self.scalar(text) for text in texts]
        return f"{left} IN ({', '.join(texts)})"

    def listed(self, original: Param, typed: Param) -> str:
        """Return the mark of a list; the original object must be held, as its place is known by identity."""
        if typed is original:
            return self.hold(original)
        return self.hold(original, encoder=self.dialect.parameter_encoder(typed))

    def render_in_terms(self, item: InTerms) -> str:
        """Return ``term IN (a, b)``; rows must stand in VALUES, parts of JSON take one form."""
        if item.term.type.name == "json":
            left = self.operand(item.term) if self.is_path(item.term) else self.scalar(self.operand(item.term))
            texts = [
                self.scalar(self.hold(term)) if isinstance(term, Param) else self.operand(term) for term in item.terms
            ]
            return f"{left} IN ({', '.join(texts)})"
        if any(isinstance(term, Row) for term in item.terms):
            return f"{self.operand(item.term)} IN (VALUES {self.render_all(item.terms)})"
        return super().render_in_terms(item)

    def render_like(self, item: Like) -> str:
        r"""Return ``term LIKE pattern ESCAPE '\'``; SQLite's LIKE ignores the case of ASCII letters."""
        pattern = self.completed(item.kind, item.pattern)
        if item.term.type.name == "uuid":
            # Stored as 32 digits: the hyphens of what is looked for must go.
            pattern = f"REPLACE({pattern}, '-', '')"
        return rf"{self.operand(item.term)} LIKE {pattern} ESCAPE '\'"

    def render_matches(self, item: Matches) -> str:
        """Return the match of a regular expression of Python."""
        pattern = self.operand(item.pattern)
        if item.ignores_case:
            pattern = f"'(?i)' || {pattern}"
        return f"{self.operand(item.term)} REGEXP {pattern}"
