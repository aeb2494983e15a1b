"""Conditions in standard SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aorm.dialects.base.writer import Writer
from aorm.sql.predicates import And, Or, Xor
from aorm.sql.values import Param

if TYPE_CHECKING:
    from aorm.sql.node import Term
    from aorm.sql.predicates import Always, Between, Compare, Exists, InQuery, InTerms, IsNull, IsTrue, Not, Predicate

COMPARISONS = frozenset({"=", "<>", "<", "<=", ">", ">="})
LIKE_KINDS = frozenset({"contains", "startswith", "endswith", "exact"})


class Predicates(Writer):
    """Render conditions."""

    def compared(self, term: Term, other: Term) -> str:
        """Return one side of a comparison, knowing the other."""
        return self.operand(term)

    def render_compare(self, compare: Compare) -> str:
        """Return ``left operator right``."""
        if compare.operator not in COMPARISONS:
            raise ValueError(f"{compare.operator!r} is no comparison operator.")
        left = self.compared(compare.left, compare.right)
        return f"{left} {compare.operator} {self.compared(compare.right, compare.left)}"

    def render_is_null(self, item: IsNull) -> str:
        """Return ``term IS [NOT] NULL``."""
        return f"{self.operand(item.term)} IS {'NOT ' if item.negated else ''}NULL"

    def render_between(self, item: Between) -> str:
        """Return ``term BETWEEN low AND high``."""
        low, high = self.compared(item.low, item.term), self.compared(item.high, item.term)
        return f"{self.compared(item.term, item.low)} BETWEEN {low} AND {high}"

    def render_in_terms(self, item: InTerms) -> str:
        """Return ``term IN (a, b, ...)``."""
        terms = ", ".join([self.compared(term, item.term) for term in item.terms])
        return f"{self.compared(item.term, item.terms[0])} IN ({terms})"

    def render_in_query(self, item: InQuery) -> str:
        """Return ``term IN (SELECT ...)``."""
        return f"{self.operand(item.term)} IN ({self.render(item.query)})"

    def render_exists(self, item: Exists) -> str:
        """Return ``EXISTS (SELECT ...)``."""
        return f"EXISTS ({self.render(item.query)})"

    def render_is_true(self, item: IsTrue) -> str:
        """Return a boolean term as a condition."""
        return self.operand(item.term)

    def render_not(self, item: Not) -> str:
        """Return ``NOT (item)``."""
        return f"NOT ({self.render(item.item)})"

    def render_and(self, item: And) -> str:
        """Return the items joined by AND."""
        return " AND ".join([self.joined(part) for part in item.items])

    def render_or(self, item: Or) -> str:
        """Return the items joined by OR."""
        return " OR ".join([self.joined(part) for part in item.items])

    def joined(self, part: Predicate) -> str:
        """Return a part of AND or OR, in parentheses where it binds more loosely."""
        text = self.render(part)
        return f"({text})" if isinstance(part, (And, Or, Xor)) else text

    def render_xor(self, item: Xor) -> str:
        """Return "an odd number of the items", as Django writes it: unknown counts as false if any item is true."""
        parts = [self.render(part) for part in item.items]
        some = " OR ".join([f"({part})" for part in parts])
        count = " + ".join([f"CASE WHEN {part} THEN 1 ELSE 0 END" for part in parts])
        return f"(({some}) AND MOD({count}, 2) = 1)"

    def render_always(self, item: Always) -> str:
        """Return TRUE or FALSE."""
        return "TRUE" if item.truth else "FALSE"

    def escaped(self, pattern: Term) -> str:
        r"""Return a term with its ``\``, ``%`` and ``_`` escaped by SQL."""
        return rf"REPLACE(REPLACE(REPLACE({self.render(pattern)}, '\', '\\'), '%', '\%'), '_', '\_')"

    def completed(self, kind: str, pattern: Term) -> str:
        """Return the pattern of a LIKE: a parameter holds it whole, any other term is escaped and completed here."""
        if kind not in LIKE_KINDS:
            raise ValueError(f"{kind!r} is no kind of LIKE.")
        if isinstance(pattern, Param):
            return self.render(pattern)
        text = self.escaped(pattern)
        before = "'%' || " if kind in ("contains", "endswith") else ""
        after = " || '%'" if kind in ("contains", "startswith") else ""
        return f"{before}{text}{after}"
