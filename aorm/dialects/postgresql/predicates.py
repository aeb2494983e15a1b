"""Conditions as PostgreSQL writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aorm.dialects.base.compiled import Encoder
from aorm.dialects.base.predicates import Predicates
from aorm.dialects.postgresql.writer import PostgreSQLBase
from aorm.sql.tables import Column, Label
from aorm.sql.types import SqlType
from aorm.sql.values import Outer, Param

if TYPE_CHECKING:
    from aorm.sql.node import Term
    from aorm.sql.predicates import InList, Like, Matches

TEXTUAL = frozenset({"text", "varchar"})


def unescape_like(pattern: str) -> str:
    r"""Return the value that an escaped LIKE pattern stands for, so that ``=`` and its index can be used."""
    return pattern.replace("\\%", "%").replace("\\_", "_").replace("\\\\", "\\") if "\\" in pattern else pattern


class PostgreSQLPredicates(Predicates, PostgreSQLBase):
    """Render conditions for PostgreSQL."""

    def compared(self, term: Term, other: Term) -> str:
        """Return one side of a comparison: bare where the other side is a column that tells the type."""
        if not isinstance(term, Param):
            return self.operand(term)
        while isinstance(other, (Label, Outer)):
            other = other.term
        if isinstance(other, Column) and other.type.name == term.type.name and other.type.element is term.type.element:
            return self.hold(term)
        return self.widened(term)

    def render_in_list(self, item: InList) -> str:
        """Return ``term = ANY($1::type[])``: one parameter whatever the number of values."""
        sql_type = item.values.type
        if sql_type.element is None:
            sql_type = SqlType("array", (), item.term.type)
        return f"{self.operand(item.term)} = ANY({self.hold(item.values, self.cast_to(sql_type))})"

    def as_text(self, term: Term) -> str:
        """Return a term as text, as patterns want it."""
        text = self.operand(term)
        if term.type.name == "inet":
            return f"HOST({text})"
        return text if term.type.name in TEXTUAL and not isinstance(term, Param) else f"({text})::text"

    def render_like(self, item: Like) -> str:
        r"""Return ``term LIKE pattern``; the escape character is ``\`` by default."""
        left = self.as_text(item.term)
        if item.kind == "exact":
            right = (
                self.hold(item.pattern, "::text", Encoder(unescape_like))
                if isinstance(item.pattern, Param)
                else self.as_text(item.pattern)
            )
            return f"UPPER({left}) = UPPER({right})" if item.ignores_case else f"{left} = {right}"
        pattern = self.completed(item.kind, item.pattern)
        return f"UPPER({left}) LIKE UPPER({pattern})" if item.ignores_case else f"{left} LIKE {pattern}"

    def escaped(self, pattern: Term) -> str:
        """Return a term escaped by SQL, with strings that do not depend on ``standard_conforming_strings``."""
        text = self.as_text(pattern)
        return rf"REPLACE(REPLACE(REPLACE({text}, E'\\', E'\\\\'), '%', E'\\%'), '_', E'\\_')"

    def render_matches(self, item: Matches) -> str:
        """Return the match of a regular expression."""
        return f"{self.as_text(item.term)} {'~*' if item.ignores_case else '~'} {self.operand(item.pattern)}"
