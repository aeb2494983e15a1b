"""The UPDATE of ``bulk_update``: the new values as rows beside the table, one array for each column.

``UPDATE book SET pages = new.pages FROM unnest($1, $2) AS new (id, pages) WHERE book.id = new.id``. A CASE with a WHEN
for each row would be searched from its beginning for each row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.query.execution import execute_statement
from aorm.query.inserting import VALUES_ALIAS, ColumnOfValues, can_be_arrays
from aorm.query.updating import rows_condition
from aorm.sql.predicates import Compare, conjunction
from aorm.sql.sources import FromValues
from aorm.sql.tables import Column, Table
from aorm.sql.write import Assignment, Update

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aorm.database.database import Database
    from aorm.mapping.options import Options
    from aorm.query.state import Query


def columns_to_revise(
    meta: Options, instances: Sequence[Any], fields: Sequence[Any], database: Database
) -> list[ColumnOfValues] | None:
    """Return the keys and new values as columns; None where one is an expression or stands in another table.

    Of instances with the same key the first one counts.
    """
    own = meta.concrete_model
    if any(field.model._meta.concrete_model is not own for field in (*fields, *meta.pk_fields)):
        return None
    keys = [field.attname for field in meta.pk_fields]
    unique = {tuple([getattr(item, name) for name in keys]): item for item in reversed(instances)}
    rows = list(unique.values())[::-1]
    columns = [
        ColumnOfValues(field, [getattr(item, field.attname) for item in rows]) for field in (*meta.pk_fields, *fields)
    ]
    return columns if can_be_arrays(columns, database) else None


async def revise_rows(
    query: Query, columns: Sequence[ColumnOfValues], database: Database, batch_size: int | None
) -> int:
    """Write the new values to those rows of the query whose keys are among the columns; return how many there were."""
    meta = query.meta
    names = tuple([column.field.column for column in columns])
    key_count = len(meta.pk_fields)
    assignments = tuple(
        [
            Assignment(column.field.column, Column(VALUES_ALIAS, column.field.column, column.type))
            for column in columns[key_count:]
        ]
    )
    matches = [
        Compare(Column(query.alias, name, column.type), "=", Column(VALUES_ALIAS, name, column.type))
        for name, column in zip(names[:key_count], columns, strict=False)
    ]
    where = conjunction([rows_condition(query), *matches])
    count = len(columns[0].values)
    size = batch_size or count
    total = 0
    for start in range(0, count, size):
        arrays = tuple([column.array(start, start + size) for column in columns])
        source = FromValues(arrays, VALUES_ALIAS, names)
        total += await execute_statement(
            database, Update(Table(meta.db_table), query.alias, assignments, where, source)
        )
    return total
