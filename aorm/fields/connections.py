"""What a field's own code gets where Django passes a connection."""

from __future__ import annotations

from typing import Any


def dialect_of(connection: Any) -> Any:
    """Return the dialect of a database, a lease or a facade; a dialect is its own."""
    return getattr(connection, "dialect", connection)


class Facade:
    """The facts of a database that conversions may depend on, without a connection.

    Given to `get_db_prep_value` and the like, which run where no connection is held.
    """

    def __init__(self, dialect: Any) -> None:
        """Take the facts from the dialect."""
        self.dialect = dialect
        self.vendor: str = dialect.vendor
        self.display_name: str = dialect.name
        self.features = dialect.features
        self.ops = self

    def quote_name(self, name: str) -> str:
        """Quote an identifier; reachable as `connection.ops.quote_name`, as in Django."""
        quoted: str = self.dialect.quote_name(name)
        return quoted
