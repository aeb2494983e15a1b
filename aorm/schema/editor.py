"""Create and drop tables in the order that their references want."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.bridge import sync_twin
from aorm.database.atomic import atomic
from aorm.database.databases import DEFAULT_DB_ALIAS, databases
from aorm.database.routing import router
from aorm.mapping.registry import current_apps
from aorm.schema.tables import TableDefinition
from aorm.sql.ddl import AddConstraint, CreateTable, DropTable, ForeignKey
from aorm.sql.tables import Table
from aorm.utils.graphs import strongly_connected

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aorm.database.database import Database
    from aorm.sql.node import Node


def sql_for_tables(
    models: Iterable[Any] | None = None, *, using: str = DEFAULT_DB_ALIAS, if_not_exists: bool = False
) -> list[str]:
    """Return the statements that would create the tables, without connecting to the database.

    Args:
        models: the models, with their many-to-many tables; all models by default.
        using: the alias whose dialect is spoken.
        if_not_exists: write statements that leave alone what exists.
    """
    database = databases[using]
    nodes = creation_statements(models_to_make(models, database), database, if_not_exists=if_not_exists)
    return [database.dialect.definition(node) for node in nodes]


async def acreate_tables(
    models: Iterable[Any] | None = None, *, using: str = DEFAULT_DB_ALIAS, if_not_exists: bool = False
) -> None:
    """Create the tables of models, with indexes and constraints, in one transaction.

    Args:
        models: the models, with their many-to-many tables; all models by default.
        using: the alias of the database.
        if_not_exists: leave tables alone that exist already.

    Raises:
        ProgrammingError, OperationalError: a table exists.
    """
    database = databases[using]
    chosen = models_to_make(models, database)
    async with atomic(using=using):
        if if_not_exists:
            known = await existing_tables(database)
            chosen = [model for model in chosen if model._meta.db_table not in known]
        for node in creation_statements(chosen, database, if_not_exists=False):
            await database.execute(database.dialect.definition(node))


create_tables = sync_twin(acreate_tables)


async def adrop_tables(
    models: Iterable[Any] | None = None, *, using: str = DEFAULT_DB_ALIAS, if_exists: bool = False
) -> None:
    """Drop the tables of models, those first that refer to others, in one transaction.

    Args:
        models: the models, with their many-to-many tables; all models by default.
        using: the alias of the database.
        if_exists: pass by tables that do not exist.
    """
    database = databases[using]
    ordered, late = creation_order(models_to_make(models, database))
    async with atomic(using=using):
        for model in reversed(ordered):
            drop = DropTable(Table(model._meta.db_table), if_exists, bool(late))
            await database.execute(database.dialect.definition(drop))


drop_tables = sync_twin(adrop_tables)


async def existing_tables(database: Database) -> set[str]:
    """Return the names of the tables that the database has."""
    return {row[0] for row in await database.fetch(database.dialect.catalog.table_names)}


def models_to_make(models: Iterable[Any] | None, database: Database) -> list[Any]:
    """Return the models that get a table on the database, the automatic tables of their relations included."""
    chosen = list(current_apps().get_models(include_auto_created=True) if models is None else models)
    for model in tuple(chosen):
        for field in model._meta.local_many_to_many:
            through = field.remote_field.through
            if through._meta.auto_created and through not in chosen:
                chosen.append(through)
    return [
        model
        for model in dict.fromkeys(chosen)
        if model._meta.can_migrate(database) and router.allow_migrate_model(database.alias, model)
    ]


def creation_order(models: Sequence[Any]) -> tuple[list[Any], set[tuple[Any, Any]]]:
    """Return the models with what they refer to first, and the references that run in circles."""
    wanted = set(models)
    targets = {
        model: [
            target
            for field in model._meta.local_concrete_fields
            if field.remote_field is not None and getattr(field, "db_constraint", False)
            for target in [field.target_field.model._meta.concrete_model]
            if target in wanted and target is not model
        ]
        for model in models
    }
    ordered: list[Any] = []
    late: set[tuple[Any, Any]] = set()
    for group in strongly_connected(models, targets):
        for model in group:
            late.update((model, target) for target in targets[model] if target in group and target not in ordered)
            ordered.append(model)
    return ordered, late


def creation_statements(models: Sequence[Any], database: Database, *, if_not_exists: bool) -> list[Node]:
    """Return all statements: the tables, then references that run in circles, where the database wants them later."""
    ordered, late = creation_order(models)
    checks_targets = database.features.checks_reference_targets
    statements: list[Node] = []
    postponed: list[Node] = []
    for model in ordered:
        definition = TableDefinition(model, database.dialect, if_not_exists=if_not_exists)
        create, *rest = definition.statements()
        assert isinstance(create, CreateTable)
        if checks_targets:
            create, later = _without_late(create, model, late)
            postponed += later
        statements += [create, *rest]
    return statements + postponed


def _without_late(create: CreateTable, model: Any, late: set[tuple[Any, Any]]) -> tuple[CreateTable, list[Node]]:
    tables = {target._meta.db_table for owner, target in late if owner is model}
    columns = []
    later: list[Node] = []
    for column in create.columns:
        reference = column.references
        if reference is not None and reference.table.name in tables:
            key = ForeignKey(column.references_name or "", (column.name,), reference)
            later.append(AddConstraint(create.table, key))
            column = column.replace(references=None, references_name=None)  # noqa: PLW2901
        columns.append(column)
    return create.replace(columns=tuple(columns)), later
