"""``explain()``: how the database would run a query."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from aorm.query.execution import database_for
from aorm.query.planning import finish
from aorm.sql.select import Explain

OPTION_NAME = re.compile(r"[\w-]+")

if TYPE_CHECKING:
    from aorm.query.queryset import QuerySet


async def explain(queryset: QuerySet[Any], output_format: str | None, options: dict[str, Any]) -> str:
    """Return the database's plan as text.

    Args:
        queryset: what would be run.
        output_format: ``TEXT``, ``JSON`` and so on, as the database has them.
        options: the database's own options; the dialect refuses unknown ones (CVE-2022-28347).
    """
    for name in options:
        # CVE-2022-28347: an option's name stands in the SQL text.
        if not OPTION_NAME.fullmatch(name) or "--" in name:
            raise ValueError(f"Invalid option name: {name!r}.")
    database = database_for(queryset)
    query = queryset._query
    parameters = query.parameters()
    statement = Explain(finish(query, database.features).statement, output_format, tuple(options.items()))
    compiled = database.dialect.compile(statement, parameters)
    rows = await database.fetch(compiled.sql, compiled.encode(parameters))
    return "\n".join(" ".join(str(value) for value in row) for row in rows)
