"""Say what is wrong with all models of a registry together: names that two of them use, models that never came."""

from __future__ import annotations

import inspect
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from aorm import checks
from aorm.mapping.registry import current_apps
from aorm.settings import settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from aorm.mapping.registry import Apps


def check(models: Iterable[Any] | None = None, *, databases: Iterable[str] = ()) -> list[checks.CheckMessage]:
    """Return what is wrong with models, as messages with ids and hints.

    Args:
        models: the models to look at; all of the current registry by default, with what it still waits for.
        databases: aliases whose abilities are looked at too.
    """
    if models is not None:
        return check_models(models, databases=tuple(databases))
    registry = current_apps()
    return [
        *check_models(registry.get_models(), databases=tuple(databases)),
        *check_pending(registry),
    ]


def check_models(models: Iterable[Any], **kwargs: Any) -> list[checks.CheckMessage]:
    """Return the findings about models, each for itself and all together."""
    found: list[checks.CheckMessage] = []
    tables: dict[str, list[str]] = defaultdict(list)
    indexes: dict[str, list[str]] = defaultdict(list)
    constraints: dict[str, list[str]] = defaultdict(list)
    for model in models:
        meta = model._meta
        if meta.managed and not meta.proxy:
            tables[meta.db_table].append(meta.label)
        if inspect.ismethod(model.check):
            found += model.check(**kwargs)
        else:
            text = f"The '{model.__name__}.check()' class method is currently overridden by {model.check!r}."
            found.append(checks.Error(text, obj=model, id="models.E020"))
        for index in meta.indexes:
            indexes[index.name].append(meta.label)
        for constraint in meta.constraints:
            constraints[constraint.name].append(meta.label)
    found += _shared_tables(tables)
    found += _shared_names("index", indexes, "models.E029", "models.E030")
    found += _shared_names("constraint", constraints, "models.E031", "models.E032")
    return found


def check_pending(registry: Apps) -> list[checks.CheckMessage]:
    """Return what is still waited for: models that relations and signals name and nobody declared."""
    return [
        checks.Error(
            f"{count} lazy reference{'s' if count > 1 else ''} to {app_label}.{name} cannot be resolved, but "
            + (
                f"app '{app_label}' doesn't provide model '{name}'."
                if registry.all_models.get(app_label)
                else f"app '{app_label}' isn't installed."
            ),
            hint="Declare the model, or import the module that declares it before the checks run.",
            obj=f"{app_label}.{name}",
            id="models.E022",
        )
        for (app_label, name), count in sorted(registry.pending_operations().items())
    ]


def _shared_tables(labels_by_table: Mapping[str, list[str]]) -> Iterator[checks.CheckMessage]:
    for table, labels in labels_by_table.items():
        if len(labels) == 1:
            continue
        shown = ", ".join(labels)
        text = f"db_table '{table}' is used by multiple models: {shown}."
        if settings.routers:
            # Each may live in a database of its own.
            hint = f"You have configured routers. Verify that {shown} are correctly routed to separate databases."
            yield checks.Warning(text, hint=hint, obj=table, id="models.W035")
        else:
            yield checks.Error(text, obj=table, id="models.E028")


def _shared_names(
    kind: str, labels_by_name: Mapping[str, list[str]], id_in_one: str, id_among: str
) -> Iterator[checks.CheckMessage]:
    for name, labels in labels_by_name.items():
        if len(labels) < 2:
            continue
        distinct = sorted(set(labels))
        place = "for model" if len(distinct) == 1 else "among models:"
        text = f"{kind} name '{name}' is not unique {place} {', '.join(distinct)}."
        yield checks.Error(text, id=id_in_one if len(distinct) == 1 else id_among)
