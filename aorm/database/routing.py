"""Which alias reads or writes a model: Django's database routers."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from aorm.database.databases import DEFAULT_DB_ALIAS
from aorm.settings import settings

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Router", "router"]


class Router:
    """Asks the routers of the settings in turn; the first that answers decides.

    A router is an object, a class, or the dotted name of one, with any of `db_for_read`, `db_for_write`,
    `allow_relation`, `allow_migrate`.
    """

    def __init__(self, routers: Any = None) -> None:
        """Use these routers, or those of the settings, whatever they are at the time of asking."""
        self._own = routers
        self._loaded: list[Any] = []
        self._loaded_from: object = None

    @property
    def routers(self) -> list[Any]:
        """The routers as objects."""
        given = settings.routers if self._own is None else self._own
        if given is not self._loaded_from:
            self._loaded = [_as_object(one) for one in given]
            self._loaded_from = given
        return self._loaded

    def db_for_read(self, model: type[Any], **hints: Any) -> str:
        """Return the alias that reads `model`: a router's choice, else the hinted instance's database."""
        return self._choose("db_for_read", model, hints)

    def db_for_write(self, model: type[Any], **hints: Any) -> str:
        """Return the alias that writes `model`: a router's choice, else the hinted instance's database."""
        return self._choose("db_for_write", model, hints)

    def allow_relation(self, first: Any, second: Any, **hints: Any) -> bool:
        """Tell whether two objects may be related: a router's choice, else whether one database holds both."""
        for method in self._methods("allow_relation"):
            allowed = method(first, second, **hints)
            if allowed is not None:
                return bool(allowed)
        return bool(first._state.db == second._state.db)

    def allow_migrate(self, alias: str, app_label: str, **hints: Any) -> bool:
        """Tell whether tables of an app belong into a database: a router's choice, else yes."""
        for method in self._methods("allow_migrate"):
            allowed = method(alias, app_label, **hints)
            if allowed is not None:
                return bool(allowed)
        return True

    def allow_migrate_model(self, alias: str, model: type[Any]) -> bool:
        """Tell whether a model's table belongs into a database."""
        meta: Any = model
        options = meta._meta
        return self.allow_migrate(alias, options.app_label, model_name=options.model_name, model=model)

    def _choose(self, action: str, model: type[Any], hints: dict[str, Any]) -> str:
        for method in self._methods(action):
            chosen = method(model, **hints)
            if chosen:
                return str(chosen)
        instance = hints.get("instance")
        alias = instance._state.db if instance is not None else None
        return alias or DEFAULT_DB_ALIAS

    def _methods(self, name: str) -> list[Callable[..., Any]]:
        routers = self.routers
        if not routers:
            return []
        return [method for one in routers if (method := getattr(one, name, None)) is not None]


def _as_object(given: Any) -> Any:
    if isinstance(given, str):
        module, _, name = given.rpartition(".")
        given = getattr(import_module(module), name)
    return given() if isinstance(given, type) else given


router = Router()
