"""Say what is wrong with all models of a registry together: names that two of them use, models that never came."""

from __future__ import annotations

import inspect
from collections import defaultdict
from functools import partial
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any, NamedTuple

from aorm import checks, signals
from aorm.mapping.registry import current_apps
from aorm.relations.related_field import resolve_related_class
from aorm.relations.through import share_management
from aorm.settings import settings
from aorm.signals import Signal

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
    found = []
    for (app_label, name), functions in registry.pending_operations().items():
        where = (
            f"app '{app_label}' doesn't provide model '{name}'"
            if registry.has_app(app_label)
            else f"app '{app_label}' isn't installed"
        )
        for function in functions:
            operation, arguments, keywords = _unwrapped(function)
            reference = Reference(f"{app_label}.{name}", where, operation, arguments, keywords)
            if operation is resolve_related_class:
                found.append(_waiting_field(reference))
            elif getattr(operation, "__func__", None) is Signal.connect:
                found.append(_waiting_receiver(reference))
            elif operation is not share_management:
                # The table between two models waits together with its own foreign key, which is reported.
                found.append(_waiting_operation(reference))
    return sorted(found, key=lambda message: message.msg)


class Reference(NamedTuple):
    """A model that is named and never came: its label, why not, and what was to be called with it."""

    label: str
    reason: str
    operation: Any
    arguments: tuple[Any, ...]
    keywords: Mapping[str, Any]


def _unwrapped(function: Any) -> tuple[Any, tuple[Any, ...], dict[str, Any]]:
    """Return the function inside of partial ones, and the arguments that it was given."""
    if isinstance(function, partial):
        return function.func, function.args, function.keywords
    return function, (), {}


def _waiting_field(reference: Reference) -> checks.CheckMessage:
    field = reference.keywords["field"]
    text = f"The field {field} was declared with a lazy reference to '{reference.label}', but {reference.reason}."
    return checks.Error(text, obj=field, id="fields.E307")


def _waiting_receiver(reference: Reference) -> checks.CheckMessage:
    receiver = reference.arguments[0]
    if isinstance(receiver, FunctionType):
        described = f"The function '{receiver.__name__}'"
    elif isinstance(receiver, MethodType):
        described = f"Bound method '{type(receiver.__self__).__name__}.{receiver.__name__}'"
    else:
        described = f"An instance of class '{type(receiver).__name__}'"
    signal = reference.operation.__self__
    name = next((name for name, value in vars(signals).items() if value is signal), "unknown")
    text = (
        f"{described} was connected to the '{name}' signal with a lazy reference to the sender '{reference.label}', "
        f"but {reference.reason}."
    )
    return checks.Error(text, obj=receiver.__module__, id="signals.E001")


def _waiting_operation(reference: Reference) -> checks.CheckMessage:
    text = f"{reference.operation} contains a lazy reference to {reference.label}, but {reference.reason}."
    return checks.Error(text, obj=reference.operation, id="models.E022")


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
