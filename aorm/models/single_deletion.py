"""Delete rows on which nothing depends: one statement, no transaction, nothing loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.database.management import mark_failed
from aorm.query.points import PointDelete, ready
from aorm.query.queryset import QuerySet
from aorm.relations.on_delete import SKIP_COLLECTION, candidate_relations
from aorm.signals import post_delete, pre_delete

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aorm.mapping.options import Options

Counts = tuple[int, dict[str, int]]


async def delete_alone(instance: Any, meta: Options, alias: str) -> Counts:
    """Delete a row that nothing depends on, by one statement, without a transaction."""
    key = instance.pk
    point = ready(PointDelete, meta, "pk", key, alias)
    if point is None:
        count = await rows_of(type(instance), [key], alias)._araw_delete(alias)
    else:
        database, plan, arguments = point
        try:
            count = await database.execute(plan.sql, arguments)
        except Exception as error:
            mark_failed(error, alias)
            raise
    setattr(instance, meta.pk.attname, None)
    return count, {meta.label: count}


def rows_of(model: Any, keys: Sequence[Any], alias: str) -> QuerySet[Any]:
    """Return the queryset of the rows with those keys, whatever the model's managers hide."""
    queryset: QuerySet[Any] = QuerySet(model, using=alias)
    return queryset.filter(pk=keys[0]) if len(keys) == 1 else queryset.filter(pk__in=keys)


def has_delete_listeners(model: Any) -> bool:
    """Tell whether somebody wants to hear of each deleted instance."""
    return pre_delete.has_listeners(model) or post_delete.has_listeners(model)


def falls_alone(model: Any, from_field: Any = None) -> bool:
    """Tell whether rows of the model can go by one statement: no parents, nothing that depends, nobody who listens.

    Args:
        model: the class.
        from_field: the relation by which the rows were found; a parent that is deleted itself does not count.
    """
    if (pre_delete.receivers or post_delete.receivers) and has_delete_listeners(model):
        return False
    meta = model._meta
    if any(link != from_field for link in meta.concrete_model._meta.parents.values()):
        return False
    return bool(meta.facts.get("has_no_dependants") or meta.derive("has_no_dependants", _has_no_dependants))


def _has_no_dependants(meta: Options) -> bool:
    if any(hasattr(field, "bulk_related_objects") for field in meta.private_fields):
        return False
    return all(related.field.remote_field.on_delete in SKIP_COLLECTION for related in candidate_relations(meta))
