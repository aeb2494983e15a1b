"""Which tables are made, in which order, by which statements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from aorm.database.routing import router
from aorm.mapping.registry import current_apps
from aorm.schema.tables import TableDefinition
from aorm.sql.ddl import AddConstraint, CreateTable, DropTable, ForeignKey
from aorm.sql.tables import Table
from aorm.utils.graphs import strongly_connected

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from aorm.dialects.base.dialect import Dialect
    from aorm.sql.node import Node


class Wishes(NamedTuple):
    """How statements are to be written.

    Attributes:
        if_not_exists: they leave alone what exists.
        loose_collations: names of collations by whose rules different texts are equal.
    """

    if_not_exists: bool = False
    loose_collations: Collection[str] = frozenset()


DEFAULT_WISHES = Wishes()


def models_to_make(models: Iterable[Any] | None, place: Any, alias: str | None) -> list[Any]:
    """Return the models that get a table, the automatic tables of their many-to-many relations included.

    Args:
        models: those asked for; all by default.
        place: a database or a dialect, whose vendor and features decide.
        alias: of the database, for routers that keep models away from it; None asks no router.
    """
    chosen = list(current_apps().get_models(include_auto_created=True) if models is None else models)
    for model in tuple(chosen):
        for field in model._meta.local_many_to_many:
            through = field.remote_field.through
            if through._meta.auto_created and through not in chosen:
                chosen.append(through)
    return [
        model
        for model in dict.fromkeys(chosen)
        if model._meta.can_migrate(place) and (alias is None or router.allow_migrate_model(alias, model))
    ]


def reference_groups(models: Sequence[Any]) -> list[list[Any]]:
    """Return the models, what they refer to first; those that refer to each other in a circle are one group."""
    return [list(group) for group in strongly_connected(models, {model: _targets(model) for model in models})]


def _targets(model: Any) -> list[Any]:
    return [
        target
        for field in model._meta.local_concrete_fields
        if field.remote_field is not None and getattr(field, "db_constraint", False)
        for target in [field.target_field.model._meta.concrete_model]
        if target is not model
    ]


def creation_statements(models: Sequence[Any], dialect: Dialect, wishes: Wishes = DEFAULT_WISHES) -> list[Node]:
    """Return all statements: the tables, then references that run in circles, where the database wants them later."""
    statements: list[Node] = []
    postponed: list[Node] = []
    for group in reference_groups(models):
        unmade = {model._meta.db_table for model in group}
        for model in group:
            unmade.discard(model._meta.db_table)
            definition = TableDefinition(
                model,
                dialect,
                if_not_exists=wishes.if_not_exists,
                loose_collations=wishes.loose_collations,
            )
            create, *rest = definition.statements()
            assert isinstance(create, CreateTable)
            if unmade and dialect.features.checks_reference_targets:
                create, later = _without_references(create, unmade, wishes)
                postponed += later
            statements += [create, *rest]
    return statements + postponed


def _without_references(
    create: CreateTable, tables: Collection[str], wishes: Wishes
) -> tuple[CreateTable, list[AddConstraint]]:
    """Take the references to tables that are not there yet out of a statement, and return them by themselves."""
    columns = []
    later = []
    for column in create.columns:
        reference = column.references
        if reference is not None and reference.table.name in tables:
            key = ForeignKey(column.references_name or "", (column.name,), reference)
            later.append(AddConstraint(create.table, key, wishes.if_not_exists))
            column = column.replace(references=None, references_name=None)
        columns.append(column)
    return create.replace(columns=tuple(columns)), later


def drop_statements(models: Sequence[Any], dialect: Dialect, *, if_exists: bool) -> list[DropTable]:
    """Return the statements that drop the tables, those first that refer to others.

    Where the database can, tables that refer to each other in a circle go by one statement.
    """
    statements: list[DropTable] = []
    for group in reversed(reference_groups(models)):
        first, *others = [Table(model._meta.db_table) for model in reversed(group)]
        if dialect.features.can_drop_tables_together:
            statements.append(DropTable(first, if_exists, others=tuple(others)))
        else:
            statements += [DropTable(table, if_exists) for table in (first, *others)]
    return statements
