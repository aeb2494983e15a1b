"""Run plans: the only module of this floor where a statement meets the database."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from aorm.database.databases import databases
from aorm.query.planning import finish, finish_exists, finish_nested
from aorm.query.results import write_loader
from aorm.query.state import Query
from aorm.signals import post_init, pre_init

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from aorm.database.database import Database
    from aorm.query.layout import Finished
    from aorm.query.queryset import QuerySet
    from aorm.query.results import ResultKind
    from aorm.sql.node import Node
    from aorm.sql.values import Param


class Plan:
    """What was decided once for a shape: the text, the encoding of parameters and the loading of rows."""

    __slots__ = ("encode", "load", "locks", "sql")

    def __init__(self, sql: str, encode: Any, load: Any, locks: bool) -> None:
        self.sql = sql
        self.encode = encode
        self.load = load
        self.locks = locks


def database_for(queryset: QuerySet[Any]) -> Database:
    """Return the database that a queryset reads, of the running loop."""
    alias = queryset.db
    return databases.made.get(alias) or databases[alias]


def plan_key(node: Node, kind: Hashable, parameters: Sequence[Param]) -> Hashable:
    """Return the key of a plan.

    Where one parameter stands at several places, which ones are the same is part of the key: the plan reads the value
    of the first place for all of them.
    """
    count = len(parameters)
    if count > 1 and len(set(map(id, parameters))) != count:
        identities = [id(parameter) for parameter in parameters]
        return node.shape(), kind, tuple([identities.index(identity) for identity in identities])
    return node.shape(), kind


def refuse_other_databases(query: Query, database: Database) -> None:
    """Raise ValueError where a subquery was told to use another database."""
    for node in query.walk():
        if isinstance(node, Query) and node.database not in (None, database.alias):
            raise ValueError(
                "Subqueries aren't allowed across different databases. Force the inner query to be evaluated using "
                "`list(inner_query)`."
            )


def plan_of(query: Query, kind: ResultKind, database: Database, parameters: Sequence[Param]) -> Plan:
    """Return the plan of a query for a kind of results, making it where none is kept."""
    # Who listens to the making of instances decides how they are made.
    key = plan_key(query, (kind, pre_init.revision, post_init.revision), parameters)
    plan: Plan | None = database.plans.get(key)
    if plan is None:
        refuse_other_databases(query, database)
        finished = finish(query, database.features)
        compiled = database.dialect.compile(finished.statement, parameters)
        load = write_loader(finished, kind, database)
        # On SQLite too, where the text says nothing of it: atomic() begins IMMEDIATE there, and so the lock is real.
        plan = Plan(compiled.sql, compiled.encode, load, query.lock is not None)
        database.plans.put(key, plan)
    return plan


async def fetch(queryset: QuerySet[Any]) -> list[Any]:
    """Run the queryset's statement and return its results."""
    query = queryset._query
    if query.is_empty:
        return []
    database = database_for(queryset)
    parameters = query.parameters()
    plan = plan_of(query, queryset._kind, database, parameters)
    if plan.locks:
        rows = await database.fetch(plan.sql, plan.encode(parameters), locking=True)
    else:
        rows = await database.fetch(plan.sql, plan.encode(parameters))
    loaded: list[Any] = plan.load(rows, database.alias)
    return loaded


def stream(queryset: QuerySet[Any], chunk_size: int) -> tuple[Any, Callable[[list[Any]], list[Any]]]:
    """Return the rows of the queryset's statement as a stream of chunks, and the function that loads a chunk."""
    query = queryset._query
    database = database_for(queryset)
    parameters = query.parameters()
    plan = plan_of(query, queryset._kind, database, parameters)
    rows = database.stream(plan.sql, plan.encode(parameters), chunk_size=chunk_size, locking=plan.locks)
    return rows, partial(plan.load, alias=database.alias)


async def has_rows(queryset: QuerySet[Any]) -> bool:
    """Tell whether the queryset's statement gives a row."""
    query = queryset._query
    if query.is_empty:
        return False
    database = database_for(queryset)
    parameters = query.parameters()
    key = plan_key(query, "exists", parameters)
    plan: Plan | None = database.plans.get(key)
    if plan is None:
        compiled = database.dialect.compile(finish_exists(query, database.features), parameters)
        plan = Plan(compiled.sql, compiled.encode, None, False)
        database.plans.put(key, plan)
    return bool(await database.fetch(plan.sql, plan.encode(parameters)))


async def fetch_planned(
    database: Database, keyed: Query, kind: Hashable, finish_query: Callable[[], Finished], result: ResultKind
) -> list[Any]:
    """Run a statement that another module finishes, such as an aggregation, and return the loaded rows.

    Args:
        database: where it runs.
        keyed: a query whose shape and parameters stand for the statement's.
        kind: what tells its plans from others of the same shape.
        finish_query: makes the statement, where no plan is kept.
        result: what the rows become.
    """
    parameters = keyed.parameters()
    key = plan_key(keyed, kind, parameters)
    plan: Plan | None = database.plans.get(key)
    if plan is None:
        finished = finish_query()
        compiled = database.dialect.compile(finished.statement, parameters)
        plan = Plan(compiled.sql, compiled.encode, write_loader(finished, result, database), False)
        database.plans.put(key, plan)
    rows = await database.fetch(plan.sql, plan.encode(parameters))
    loaded: list[Any] = plan.load(rows, database.alias)
    return loaded


def compile_statement(database: Database, statement: Node) -> tuple[str, tuple[Any, ...]]:
    """Return the text and arguments of a write statement, rendered once per shape."""
    parameters = statement.parameters()
    key = plan_key(statement, None, parameters)
    compiled = database.plans.get(key)
    if compiled is None:
        compiled = database.dialect.compile(finish_nested(statement, database.features), parameters)
        database.plans.put(key, compiled)
    return compiled.sql, compiled.encode(parameters)


async def fetch_statement(database: Database, statement: Node, *, writes: bool = True) -> list[Any]:
    """Run a statement node and return its rows as the driver gives them."""
    sql, arguments = compile_statement(database, statement)
    return await database.fetch(sql, arguments, writes=writes)


async def execute_statement(database: Database, statement: Node) -> int:
    """Run a statement node that writes and return how many rows it touched."""
    sql, arguments = compile_statement(database, statement)
    return await database.execute(sql, arguments, writes=True)
