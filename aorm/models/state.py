"""What an instance knows about itself besides its fields: is it new, where is it from, what is cached."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.database.databases import DEFAULT_DB_ALIAS
from aorm.database.routing import router
from aorm.query.fetch_modes import FETCH_ONE
from aorm.settings import settings

if TYPE_CHECKING:
    from collections.abc import Sequence


class Deferred:
    """The value that stands for "not loaded" when an instance is built."""

    def __repr__(self) -> str:
        return "<Deferred field>"

    def __reduce__(self) -> str:
        return "DEFERRED"

    def __copy__(self) -> Deferred:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Deferred:
        return self


DEFERRED = Deferred()


class FieldsCache:
    """Make the cache of related objects on first use: most instances never have one."""

    def __get__(self, state: ModelState | None, owner: type[ModelState] | None = None) -> dict[str, Any]:
        if state is None:
            return self  # type: ignore[return-value]
        cache: dict[str, Any] = {}
        state.__dict__["fields_cache"] = cache
        return cache


class ModelState:
    """The state of one instance.

    Attributes:
        adding: the instance is not in the database yet.
        db: the alias it was loaded from or saved to.
        fields_cache: related objects by the name under which a relation keeps them.
        fetch_mode: how relations and deferred fields that are not loaded are fetched.
        peers: weak references to the instances that were loaded together with this one.
    """

    db: str | None = None
    adding: bool = True
    fetch_mode: Any = FETCH_ONE
    peers: Sequence[Any] = ()

    if TYPE_CHECKING:
        fields_cache: dict[str, Any]
    else:
        fields_cache = FieldsCache()

    def __getstate__(self) -> dict[str, Any]:
        state = self.__dict__.copy()
        # Weak references cannot be pickled.
        state.pop("peers", None)
        return state


class StateOfInstance:
    """``Model._state``: made from what the loader set flat, when somebody asks for it.

    A loader sets only ``instance._db``; an object per row is saved where nobody asks.
    """

    def __get__(self, instance: Any, owner: type[Any] | None = None) -> ModelState:
        if instance is None:
            return self  # type: ignore[return-value]
        state = ModelState()
        alias = instance.__dict__.get("_db")
        if alias is not None:
            state.db = alias
            state.adding = False
        instance._state = state
        return state


def is_adding(instance: Any) -> bool:
    """Tell whether the instance is not in the database yet, without making its state."""
    namespace = instance.__dict__
    state: ModelState | None = namespace.get("_state")
    return state.adding if state is not None else "_db" not in namespace


def database_alias(instance: Any) -> str | None:
    """Return the alias that the instance came from, without making its state."""
    namespace: dict[str, Any] = instance.__dict__
    state: ModelState | None = namespace.get("_state")
    return state.db if state is not None else namespace.get("_db")


def alias_to_write(instance: Any) -> str:
    """Return the alias of the database that an instance is to be written to: the routers' choice, else its own."""
    if settings.routers:
        return router.db_for_write(type(instance), instance=instance)
    # As `database_alias`, whose call would cost as much as all of this.
    namespace = instance.__dict__
    state = namespace.get("_state")
    return (namespace.get("_db") if state is None else state.db) or DEFAULT_DB_ALIAS


def alias_to_read(instance: Any) -> str:
    """Return the alias of the database that an instance is read from: the routers' choice, else its own."""
    if settings.routers:
        return router.db_for_read(type(instance), instance=instance)
    return database_alias(instance) or DEFAULT_DB_ALIAS


def mark_saved(instance: Any, alias: str) -> None:
    """Say that the instance is now in that database."""
    state = instance.__dict__.get("_state")
    if state is None:
        instance._db = alias
    else:
        state.db = alias
        state.adding = False


def cached_relations(instance: Any) -> dict[str, Any]:
    """Return the related objects that the instance holds, without making its state."""
    state = instance.__dict__.get("_state")
    return {} if state is None else state.__dict__.get("fields_cache", {})
