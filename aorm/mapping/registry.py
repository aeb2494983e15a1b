"""Know all models by label, and call back those who wait for a model that does not exist yet."""

from __future__ import annotations

import sys
import threading
import warnings
from collections import defaultdict
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from weakref import WeakSet

from aorm.settings import settings
from aorm.signals import set_lazy_sender_hook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")

ModelKey = tuple[str, str]
Models = type[Any]


class Waiting(NamedTuple):
    """Who waits for a model: what goes on when it appears, and the function that this will at last call."""

    proceed: Callable[[Models], None]
    function: Callable[..., None]


class Apps:
    """A registry of models: ``app_label`` -> ``model_name`` -> class.

    ``version`` grows with every model, so that whoever derived something from all models knows when it is stale.
    """

    def __init__(self) -> None:
        self.all_models: dict[str, dict[str, Models]] = defaultdict(dict)
        self.version = 0
        _registries.add(self)
        self._waiting: dict[ModelKey, list[Waiting]] = defaultdict(list)
        self._lock = threading.RLock()
        # The facts about models that are not empty.
        self._derived: list[dict[str, Any]] = []

    def register_model(self, model: Models) -> None:
        """Add a model; those who wait for it are called.

        Raises:
            RuntimeError: another model of the application has that name.
        """
        meta = model._meta
        key = (meta.app_label, meta.model_name)
        with self._lock:
            known = self.all_models[meta.app_label].get(meta.model_name)
            if known is not None:
                self._check_again(known, model, key)
            self.all_models[meta.app_label][meta.model_name] = model
            self.changed()
            waiting = self._waiting.pop(key, [])
        for each in waiting:
            each.proceed(model)

    def _check_again(self, known: Models, model: Models, key: ModelKey) -> None:
        label, name = key
        if model.__name__ == known.__name__ and model.__module__ == known.__module__:
            warnings.warn(
                f"Model '{label}.{name}' was already registered. Reloading models is not advised as it can lead to "
                "inconsistencies, most notably with related models.",
                RuntimeWarning,
                stacklevel=6,
            )
        else:
            raise RuntimeError(
                f"Conflicting '{name}' models in application '{label}': {known.__module__}.{known.__qualname__} and "
                f"{model.__module__}.{model.__qualname__}."
            )

    def get_model(self, app_label: str, model_name: str | None = None, require_ready: bool = True) -> Models:
        """Return the model named ``"app.Model"``, or by both names; upper and lower case are the same.

        Raises:
            LookupError: there is no such application or no such model in it.
        """
        if model_name is None:
            app_label, _, model_name = app_label.partition(".")
        models = self.all_models.get(app_label)
        if not models:
            raise LookupError(f"No installed app with label '{app_label}'.")
        try:
            return models[model_name.lower()]
        except KeyError:
            raise LookupError(f"App '{app_label}' doesn't have a '{model_name}' model.") from None

    def get_models(self, include_auto_created: bool = False, include_swapped: bool = False) -> list[Models]:
        """Return all models in the order of their declaration, without the tables that many-to-many made."""
        return [
            model
            for models in self.all_models.values()
            for model in models.values()
            if (include_auto_created or not model._meta.auto_created) and (include_swapped or not model._meta.swapped)
        ]

    def lazy_model_operation(self, function: Callable[..., None], *keys: ModelKey) -> None:
        """Call the function with the models of all keys, now or as soon as the last of them exists."""
        if not keys:
            function()
            return
        first, *rest = keys

        def proceed(model: Models) -> None:
            self.lazy_model_operation(partial(function, model), *rest)

        with self._lock:
            model = self.all_models.get(first[0], {}).get(first[1])
            if model is None:
                self._waiting[first].append(Waiting(proceed, function))
                return
        proceed(model)

    def pending_operations(self) -> dict[ModelKey, list[Callable[..., None]]]:
        """Return which models are waited for, and what was to be called with them: functions, partial ones mostly."""
        return {key: [each.function for each in waiting] for key, waiting in self._waiting.items() if waiting}

    def has_app(self, app_label: str) -> bool:
        """Tell whether an application of that label has models, or was named in the settings."""
        return bool(self.all_models.get(app_label)) or any(
            name.rpartition(".")[2] == app_label for name in settings.apps
        )

    def changed(self) -> None:
        """Say that a model got another field, so that derived knowledge is stale."""
        with self._lock:
            self.version += 1
            stale, self._derived = self._derived, []
            for facts in stale:
                facts.clear()

    def keep_fact(self, facts: dict[str, Any], key: str, derive: Callable[[], T]) -> T:
        """Derive a fact about a model and return it; it is kept among the others until the registry changes."""
        version = self.version
        value = derive()
        with self._lock:
            # What was derived from models that have changed meanwhile is not kept.
            if version == self.version:
                if not facts:
                    self._derived.append(facts)
                facts[key] = value
        return value


def _settings_changed(names: frozenset[str]) -> None:
    """Have all that was derived from models derived again where the meaning of a field changes."""
    if "use_tz" in names:
        for registry in _registries:
            registry.changed()


_registries: WeakSet[Apps] = WeakSet()
settings.add_listener(_settings_changed)
apps = Apps()
_current: list[Apps] = [apps]


def current_apps() -> Apps:
    """Return the registry that new models join."""
    return _current[-1]


@contextmanager
def isolated_apps() -> Iterator[Apps]:
    """Let models that are declared in the block join a registry of their own."""
    registry = Apps()
    _current.append(registry)
    try:
        yield registry
    finally:
        _current.remove(registry)


def app_label_of(module: str) -> str:
    """Return the label of models declared in a module.

    The nearest application named in ``aorm.configure(apps=...)`` that holds the module gives its last name; elsewhere
    it is the top-level package.
    """
    containing = [name for name in settings.apps if module == name or module.startswith(f"{name}.")]
    if containing:
        return max(containing, key=len).rpartition(".")[2]
    return module.partition(".")[0].strip("_") or module


def model_key(reference: Any, model: Models) -> ModelKey:
    """Return the key of what a relation names: a class, ``"self"``, ``"Model"`` or ``"app.Model"``."""
    if isinstance(reference, str):
        if reference == "self":
            return model._meta.app_label, model._meta.model_name
        app_label, dot, name = reference.rpartition(".")
        return (app_label if dot else model._meta.app_label), name.lower()
    return reference._meta.app_label, reference._meta.model_name


def lazy_related_operation(function: Callable[..., None], model: Models, *related: Any, **kwargs: Any) -> None:
    """Call the function with the model and its related models as soon as all of them exist."""
    keys = [model_key(reference, model) for reference in (model, *related)]
    model._meta.apps.lazy_model_operation(partial(function, **kwargs), *keys)


def model_by_label(label: str) -> Models:
    """Find a model for unpickling: by the registry it lives in, importing nothing."""
    return current_apps().get_model(label)


def restore_model(module: str, qualname: str, label: str) -> Models:
    """Find a model class for unpickling: where Python finds it, else by its label in the current registry."""
    found: Any = sys.modules.get(module)
    for part in qualname.split("."):
        found = getattr(found, part, None)
    return found if found is not None else current_apps().get_model(label)


def _when_sender_exists(function: Callable[[Any], Any], label: str, registry: Apps | None) -> None:
    """Call what connects a receiver with the model that it named as its sender."""
    app_label, dot, name = label.partition(".")
    if not dot or "." in name:
        raise ValueError(
            f"Invalid model reference '{label}'. String model references must be of the form 'app_label.ModelName'."
        )
    (registry or current_apps()).lazy_model_operation(function, (app_label, name.lower()))


set_lazy_sender_hook(_when_sender_exists)
