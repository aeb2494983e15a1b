"""What users' ``as_sql(compiler, connection)`` is given. The dialects implement it."""

from __future__ import annotations

from typing import Any, Protocol


class Compiler(Protocol):
    """Turns the parts of an expression into SQL for one database."""

    def compile(self, node: Any) -> tuple[str, list[Any]]:
        """Return the SQL of a node, of a resolved part or of another expression, and its parameters.

        The text of a node carries its parameters in itself, so the list may be empty where the SQL has values; both are
        to be passed on together. Percent signs are doubled, as in everything that ``as_sql`` returns.
        """
        ...


class Operations(Protocol):
    """The part of Django's ``connection.ops`` that depends on no connection."""

    def quote_name(self, name: str) -> str:
        """Quote an identifier."""
        ...


class Connection(Protocol):
    """The facts of a database; no connection is behind it."""

    vendor: str
    features: Any

    @property
    def ops(self) -> Operations:
        """Operations on text."""
        ...
