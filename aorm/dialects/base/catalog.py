"""What the upper floors ask a database about itself: the texts of those questions."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Catalog:
    """Questions about a database.

    Attributes:
        table_names: the names of the tables that unqualified names reach, one per row.
    """

    table_names: str
