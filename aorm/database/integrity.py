"""Ask a database which foreign keys are violated now, before a COMMIT asks it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.bridge import sync_twin
from aorm.exceptions import IntegrityError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ConstraintChecks"]

FOREIGN_KEY_VIOLATION = "23503"


class ConstraintChecks:
    """The part of a database that checks constraints on demand."""

    dialect: Any

    if TYPE_CHECKING:

        @property
        def in_atomic_block(self) -> bool:
            """Whether a transaction is open in this context."""
            ...

        async def fetch(self, sql: str, parameters: Any = ()) -> list[Any]:
            """Run a statement and return its rows."""
            ...

        async def execute(self, sql: str, parameters: Any = ()) -> int:
            """Run a statement."""
            ...

    async def acheck_constraints(self, table_names: Iterable[str] | None = None) -> None:
        """Check the foreign keys now that else are checked when the transaction commits.

        SQLite looks through whole tables, and so finds rows too that came in while nothing was checked; PostgreSQL
        checks what this transaction did.

        Args:
            table_names: the tables to look through; all by default, and always all on PostgreSQL.

        Raises:
            IntegrityError: a row refers to a row that is not there. On PostgreSQL, this ends the transaction.
        """
        catalog = self.dialect.catalog
        if self.in_atomic_block:
            for statement in catalog.check_now:
                await self.execute(statement)
        if catalog.foreign_key_violations is None:
            return
        wanted = None if table_names is None else set(table_names)
        for table, row_id, target, column, target_column in await self.fetch(catalog.foreign_key_violations):
            if wanted is None or table in wanted:
                raise await self._violation(table, row_id, column, f"{target}.{target_column}")

    check_constraints = sync_twin(acheck_constraints)

    async def _violation(self, table: str, row_id: Any, column: str, target: str) -> IntegrityError:
        """Describe a row that refers to nothing, in Django's words."""
        catalog, quote = self.dialect.catalog, self.dialect.quote_name
        keys = [row[0] for row in await self.fetch(catalog.key_columns, (table,))]
        names = {
            "columns": ", ".join([quote(name) for name in (column, *keys)]),
            "table": quote(table),
        }
        ((value, *key),) = await self.fetch(catalog.row_by_id % names, (row_id,))
        shown = key[0] if len(key) == 1 else tuple(key)
        return IntegrityError(
            f"The row in table '{table}' with primary key '{shown}' has an invalid foreign key: {table}.{column} "
            f"contains a value '{value}' that does not have a corresponding value in {target}.",
            sqlstate=FOREIGN_KEY_VIOLATION,
            table=table,
            column=column,
        )
