"""All relations of a registry's models, seen from their targets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from aorm.mapping.options import Options
    from aorm.mapping.registry import Apps


class ModelGraph:
    """A snapshot of the reverse relations of all models, as they were at one version of the registry."""

    def __init__(self, registry: Apps) -> None:
        self.version = registry.version
        self.reverse: dict[Any, list[Any]] = {}
        for model in registry.get_models(include_auto_created=True):
            meta = model._meta
            # A proxy has no relations of its own; what it inherits is its concrete model's.
            for field in (*meta.local_fields, *meta.local_many_to_many, *meta.private_fields):
                if field.is_relation and field.related_model is not None and not isinstance(field.related_model, str):
                    target = field.remote_field.model._meta.concrete_model
                    if target is not None:
                        self.reverse.setdefault(target, []).append(field.remote_field)


_graphs: WeakKeyDictionary[Apps, ModelGraph] = WeakKeyDictionary()


def graph_of(registry: Apps) -> ModelGraph:
    """Return the snapshot for the registry as it is now."""
    graph = _graphs.get(registry)
    if graph is None or graph.version != registry.version:
        graph = _graphs[registry] = ModelGraph(registry)
    return graph


def related_objects_of(options: Options) -> tuple[Any, ...]:
    """Return the reverse relations that point to a model or to one of its ancestors.

    The links of an ancestor's children to it are left out: the one on the way here is, seen from here, a forward field,
    and the others lead to rows of siblings.
    """
    graph = graph_of(options.apps)
    found: list[Any] = []
    for parent in options.all_parents:
        for relation in parent._meta.all_related_objects:
            if not relation.parent_link and relation not in found:
                found.append(relation)
    if options.concrete_model is not None:
        found.extend(relation for relation in graph.reverse.get(options.concrete_model, ()) if relation not in found)
    return tuple(found)
