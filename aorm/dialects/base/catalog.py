"""What the upper floors ask a database about itself: the texts of those questions."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Catalog:
    """Questions about a database; None where a database has nothing to tell.

    Attributes:
        table_names: the names of the tables that unqualified names reach, one per row.
        check_now: statements that check the foreign keys that wait for the transaction's end, without ending the wait.
        foreign_key_violations: the rows that refer to nothing: table, row id, target, column, column of the target.
        key_columns: the columns of the primary key of the table that is its parameter.
        row_by_id: ``columns`` of the row of a ``table`` whose row id is the parameter; a template with those names.
        server_version: the server's version as a number.
        schema_lock: waits until no other transaction that asked the same changes the schema.
        loose_collations: the names of collations by which texts that differ may be equal.
    """

    table_names: str
    check_now: tuple[str, ...] = ()
    foreign_key_violations: str | None = None
    key_columns: str = ""
    row_by_id: str = ""
    server_version: str | None = None
    schema_lock: str | None = None
    loose_collations: str | None = None
