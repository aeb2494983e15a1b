"""Make the model of the table between the two ends of a many-to-many relation."""

from __future__ import annotations

from typing import Any

from aorm.mapping.registry import lazy_related_operation, model_key
from aorm.relations.foreign_key import ForeignKey
from aorm.relations.on_delete import CASCADE


def make_through_model(field: Any, model: Any) -> Any:
    """Return the model of the table between: its key, a foreign key to each end, both together unique.

    Args:
        field: the many-to-many field.
        model: the model that declares it.
    """
    target = field.remote_field.model
    if target == "self":
        target = model
    name = f"{model._meta.object_name}_{field.name}"
    source_name = model._meta.model_name
    target_name = model_key(target, model)[1]
    if source_name == target_name:
        source_name, target_name = f"from_{source_name}", f"to_{target_name}"
    meta = type(
        "Meta",
        (),
        {
            "db_table": field.m2m_db_table_for(model._meta),
            "auto_created": model,
            "app_label": model._meta.app_label,
            "db_tablespace": model._meta.db_tablespace,
            "unique_together": (source_name, target_name),
            "verbose_name": f"{source_name}-{target_name} relationship",
            "verbose_name_plural": f"{source_name}-{target_name} relationships",
            "apps": model._meta.apps,
        },
    )
    lazy_related_operation(share_management, model, target, f"{model._meta.app_label}.{name}")
    body = {
        "Meta": meta,
        "__module__": model.__module__,
        source_name: _link(field, model, name),
        target_name: _link(field, target, name),
    }
    # The root of all models, whatever bases and metaclass of one's own the declaring model has.
    root = model._plain_base
    return type(root)(name, (root,), body)


def _link(field: Any, target: Any, name: str) -> Any:
    return ForeignKey(
        target,
        related_name=f"{name}+",
        db_tablespace=field._db_tablespace,
        db_constraint=field.remote_field.db_constraint,
        on_delete=CASCADE,
    )


def share_management(model: Any, related: Any, through: Any) -> None:
    """Have the table between made if that of either end is."""
    through._meta.managed = model._meta.managed or related._meta.managed
