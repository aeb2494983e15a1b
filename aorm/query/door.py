"""``queryset.query``: the SQL of a queryset as text, and its state as something that pickles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.database.databases import DEFAULT_DB_ALIAS, databases
from aorm.query.planning import finish

if TYPE_CHECKING:
    from aorm.query.results import ResultKind
    from aorm.query.state import Query


class QueryDoor:
    """What a queryset says. ``str()`` gives its SQL with the parameters; assigning it to another queryset moves it."""

    __slots__ = ("alias", "kind", "query")

    def __init__(self, query: Query, kind: ResultKind, alias: str | None) -> None:
        self.query = query
        self.kind = kind
        self.alias = alias

    @property
    def model(self) -> Any:
        """The model that is read."""
        return self.query.model

    def sql_with_params(self, using: str | None = None) -> tuple[str, tuple[Any, ...]]:
        """Return the SQL for a database's dialect and the parameters as its driver gets them."""
        database = databases[using or self.alias or DEFAULT_DB_ALIAS]
        parameters = self.query.parameters()
        compiled = database.dialect.compile(finish(self.query, database.features).statement, parameters)
        return compiled.sql, compiled.encode(parameters)

    def __str__(self) -> str:
        """Return the SQL followed by the parameters."""
        sql, parameters = self.sql_with_params()
        return f"{sql}  {list(parameters)!r}" if parameters else sql

    def __repr__(self) -> str:
        return f"<query of {self.query.meta.label}>"
