"""Tables, their columns and the lists of columns that statements select."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from aorm.sql.node import Node, Term, child, children, node, static

if TYPE_CHECKING:
    from aorm.sql.types import SqlType

_list_serials = count(1)


@node
class Column(Term):
    """``"alias"."name"``; an empty alias gives the bare name, as RETURNING and CHECK want it."""

    alias: str = static()
    name: str = static()
    type: SqlType = static()


@node
class Star(Term):
    """``*``, in COUNT(*) and EXISTS."""

    type: SqlType = static()


@node
class Label(Term):
    """``term AS "name"``; as an operand it stands for the term."""

    term: Term = child()
    name: str = static()
    type: SqlType = static()


@node
class ColumnList(Node):
    """What a statement selects. Shared lists of a model know their shape by a serial number, not by content."""

    items: tuple[Term, ...] = children()

    def shared(self) -> ColumnList:
        """Give the list a serial number as its shape, and return it; for lists made once and kept."""
        self._shape = ("columns", next(_list_serials))
        return self


@node
class Table(Node):
    """A table by its name, with an optional schema; ``name`` may be already quoted by the user (``"a"."b"``)."""

    name: str = static()
    schema: str | None = static(default=None)
