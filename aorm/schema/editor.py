"""Create and drop tables, and write down the SQL that would."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.bridge import sync_twin
from aorm.database.atomic import atomic
from aorm.database.databases import DEFAULT_DB_ALIAS, databases, dialect_for
from aorm.mapping.naming import split_identifier
from aorm.schema.columns import collation_of
from aorm.schema.ordering import Wishes, creation_statements, drop_statements, models_to_make

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aorm.database.database import Database
    from aorm.dialects.base.dialect import Dialect


def sql_for_tables(
    models: Iterable[Any] | None = None,
    *,
    using: str = DEFAULT_DB_ALIAS,
    vendor: str | None = None,
    if_not_exists: bool = False,
) -> list[str]:
    """Return the statements that would create the tables, without connecting to a database.

    The collations of columns are taken to be deterministic, as all are that PostgreSQL comes with.

    Args:
        models: the models, with their many-to-many tables; all models by default.
        using: the alias whose dialect is spoken, and whose routers are asked.
        vendor: ``"postgresql"`` or ``"sqlite"``, instead of an alias: nothing has to be configured then.
        if_not_exists: write statements that leave alone what exists.

    Raises:
        NotSupportedError: a model wants what the database lacks.
    """
    place: Any = databases[using] if vendor is None else dialect_for(vendor)
    dialect: Dialect = getattr(place, "dialect", place)
    chosen = models_to_make(models, place, using if vendor is None else None)
    return [dialect.definition(node) for node in creation_statements(chosen, dialect, Wishes(if_not_exists))]


async def acreate_tables(
    models: Iterable[Any] | None = None, *, using: str = DEFAULT_DB_ALIAS, if_not_exists: bool = False
) -> None:
    """Create the tables of models, with indexes and constraints, in one transaction.

    Several processes may do it at once: they take turns.

    Args:
        models: the models, with their many-to-many tables; all models by default.
        using: the alias of the database.
        if_not_exists: leave tables alone that exist already, as they are.

    Raises:
        ProgrammingError, OperationalError: a table exists.
        NotSupportedError: a model wants what the database lacks.
    """
    database = databases[using]
    chosen = models_to_make(models, database, using)
    async with atomic(using=using):
        await _take_turn(database)
        if if_not_exists:
            known = await existing_tables(database)
            chosen = [model for model in chosen if visible_name(model) not in known]
        dialect = await _dialect_of_server(database)
        wishes = Wishes(if_not_exists, await _loose_collations(database, chosen))
        for node in creation_statements(chosen, dialect, wishes):
            await database.execute(dialect.definition(node))


create_tables = sync_twin(acreate_tables)


async def adrop_tables(
    models: Iterable[Any] | None = None, *, using: str = DEFAULT_DB_ALIAS, if_exists: bool = False
) -> None:
    """Drop the tables of models, those first that refer to others, in one transaction.

    Tables of other models that refer to them stand in the way on PostgreSQL, which says so.

    Args:
        models: the models, with their many-to-many tables; all models by default.
        using: the alias of the database.
        if_exists: pass by tables that do not exist.

    Raises:
        ProgrammingError, OperationalError: a table does not exist.
        InternalError, IntegrityError: another table refers to one of them.
        IntegrityError: inside a transaction that has left foreign keys violated so far.
    """
    database = databases[using]
    chosen = models_to_make(models, database, using)
    is_inside = database.in_atomic_block
    async with atomic(using=using):
        await _take_turn(database)
        if is_inside:
            # Checks that wait for the end of the transaction would hold on to the tables.
            await database.acheck_constraints()
        for node in drop_statements(chosen, database.dialect, if_exists=if_exists):
            await database.execute(database.dialect.definition(node))


drop_tables = sync_twin(adrop_tables)


async def existing_tables(database: Database) -> set[str]:
    """Return the names of the tables that the database has."""
    return {row[0] for row in await database.fetch(database.dialect.catalog.table_names)}


async def _take_turn(database: Database) -> None:
    """Wait until no other process changes the schema by these functions; it is over with the transaction."""
    if database.dialect.catalog.schema_lock is not None:
        await database.fetch(database.dialect.catalog.schema_lock)


async def _dialect_of_server(database: Database) -> Dialect:
    """Return the dialect of the very server that is connected: what it can do depends on its version."""
    dialect: Dialect = database.dialect
    if dialect.catalog.server_version is None:
        return dialect
    ((version,),) = await database.fetch(dialect.catalog.server_version)
    return dialect.for_server(int(version))


async def _loose_collations(database: Database, models: Sequence[Any]) -> frozenset[str]:
    """Return which collations of the models' columns take different texts for equal."""
    question = database.dialect.catalog.loose_collations
    named = [collation_of(field) for model in models for field in model._meta.local_concrete_fields]
    if question is None or not any(named):
        return frozenset()
    return frozenset(row[0] for row in await database.fetch(question))


def visible_name(model: Any) -> str | None:
    """Return the name of a model's table as the catalog has it; None where the user named another schema too."""
    namespace, name = split_identifier(model._meta.db_table)
    return None if namespace else name
