"""What all renderers for SQLite share: the elements of lists that come as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aorm.dialects.base.writer import Writer

if TYPE_CHECKING:
    from aorm.sql.types import SqlType

ELEMENTS = {
    "binary": "aorm_unhex(value)",
    "double": "aorm_float(value)",
    "decimal": "CAST(value AS NUMERIC)",
}


class SQLiteBase(Writer):
    """Lists as SQLite can read them."""

    def element(self, sql_type: SqlType) -> str:
        """Return an element of a JSON list, named ``value``, as a value of its type."""
        return ELEMENTS.get(sql_type.name, "value")
