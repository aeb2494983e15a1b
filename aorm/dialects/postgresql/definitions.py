"""Definitions as PostgreSQL writes them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aorm.dialects.base.definitions import Definitions
from aorm.sql.predicates import TRUE

if TYPE_CHECKING:
    from aorm.sql.ddl import AddConstraint, Comment, Exclusion, IndexTerm

_OPERATOR = re.compile(r"[+\-*/<>=~!@#%^&|`?]{1,63}")
_STORAGE = re.compile(r"[a-z_][a-z0-9_]{0,62}")


class PostgreSQLDefinitions(Definitions):
    """Render definitions for PostgreSQL."""

    def render_comment(self, comment: Comment) -> str:
        """Return ``COMMENT ON TABLE ... IS '...'``."""
        target = f"TABLE {self.render(comment.table)}"
        if comment.column is not None:
            target = f"COLUMN {self.render(comment.table)}.{self.quote(comment.column)}"
        text = "NULL" if comment.text is None else self.dialect.types.text_literal(comment.text)
        return f"COMMENT ON {target} IS {text}"

    def render_add_constraint(self, add: AddConstraint) -> str:
        """Return ``ALTER TABLE ... ADD constraint``; there is no IF NOT EXISTS for it, so a block catches the error."""
        text = super().render_add_constraint(add)
        if not add.if_not_exists:
            return text
        block = f"BEGIN {text}; EXCEPTION WHEN duplicate_object THEN NULL; END"
        return f"DO {self.dialect.types.text_literal(block)}"

    def storage(self, options: tuple[tuple[str, object], ...]) -> str:
        """Return ``WITH (fillfactor = 70)``."""
        return f" WITH ({', '.join([self.stored(name, setting) for name, setting in options])})" if options else ""

    def stored(self, name: str, setting: object) -> str:
        """Return one storage parameter, its name checked and its value a number or a switch."""
        if not _STORAGE.fullmatch(name):
            raise ValueError(f"{name!r} is no storage parameter.")
        if isinstance(setting, bool):
            return f"{name} = {'on' if setting else 'off'}"
        if isinstance(setting, int):
            return f"{name} = {setting}"
        if setting in ("on", "off", "auto"):
            return f"{name} = {setting}"
        raise ValueError(f"the storage parameter {name!r} must be a number, a bool, 'on', 'off' or 'auto'.")

    def render_exclusion(self, exclusion: Exclusion) -> str:
        """Return ``CONSTRAINT "name" EXCLUDE USING gist (term WITH operator) WHERE (...)``."""
        pairs = zip(exclusion.terms, exclusion.operators, strict=True)
        where = f" WHERE ({self.render(exclusion.condition)})" if exclusion.condition is not TRUE else ""
        return (
            f"CONSTRAINT {self.quote(exclusion.name)} EXCLUDE{self.index_method(exclusion.method)} "
            f"({', '.join([self.excluded(term, operator) for term, operator in pairs])})"
            f"{self.include(exclusion.include)}{where}{self.deferrable(exclusion.deferrable)}"
        )

    def excluded(self, term: IndexTerm, operator: str) -> str:
        """Return one term of an exclusion constraint with its operator."""
        if not _OPERATOR.fullmatch(operator):
            raise ValueError(f"{operator!r} is no operator.")
        return f"{self.render(term)} WITH {operator}"
