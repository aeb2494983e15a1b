"""``Manager``: the door from a model to its querysets."""

from __future__ import annotations

import copy
from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from aorm.database.routing import router
from aorm.query.building import BuildingMixin
from aorm.query.bulk import BulkMixin
from aorm.query.combining import CombiningMixin
from aorm.query.forwarding import forwarded_methods
from aorm.query.queryset import QuerySet
from aorm.query.reading import ReadingMixin
from aorm.query.values import ValuesMixin
from aorm.query.writing import WritingMixin
from aorm.settings import settings
from aorm.twins import harmonise_twins

if TYPE_CHECKING:
    from typing import Self

M = TypeVar("M")

_creation = count(1)


class BaseManager(BuildingMixin, ValuesMixin, CombiningMixin, ReadingMixin, WritingMixin, BulkMixin, Generic[M]):
    """What all managers do: each method of a queryset, started from ``get_queryset()``."""

    auto_created = False
    use_in_migrations = False
    model: Any = None
    name: str | None = None
    _queryset_class: ClassVar[type[QuerySet[Any]]] = QuerySet
    _built_with_as_manager = False

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        new = super().__new__(cls)
        new._constructor_args = (args, kwargs)
        return new

    _constructor_args: tuple[tuple[Any, ...], dict[str, Any]]

    def __init__(self) -> None:
        self.creation_counter = next(_creation)
        self.model = None
        self.name = None
        self._db: str | None = None
        self._hints: dict[str, Any] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if _has_own_querysets(cls) and not issubclass(cls, ForwardingManager):
            # Behind every class that overrides something, and before what it overrides.
            cls.__bases__ = (*cls.__bases__, ForwardingManager)
        harmonise_twins(cls)

    @classmethod
    def from_queryset(cls, queryset_class: type[QuerySet[Any]], class_name: str | None = None) -> type[Any]:
        """Return a manager class that has the public methods of a queryset class too.

        Methods with ``queryset_only = True`` stay out; private ones come along with ``queryset_only = False``.
        """
        name = class_name or f"{cls.__name__}From{queryset_class.__name__}"
        body: dict[str, Any] = {"_queryset_class": queryset_class, "__module__": queryset_class.__module__}
        # What the manager has already keeps its meaning, and starts from the queryset that get_queryset() gives.
        body |= {name: method for name, method in forwarded_methods(queryset_class) if not hasattr(cls, name)}
        return type(name, (cls,), body)

    def contribute_to_class(self, cls: type[Any], name: str) -> None:
        """Become the manager of a model under a name."""
        self.name = self.name or name
        self.model = cls
        setattr(cls, name, ManagerDescriptor(self))
        cls._meta.add_manager(self)

    def bound_to(self, model: type[Any]) -> Self:
        """Return a copy for a model that inherits the manager."""
        manager = copy.copy(self)
        manager.model = model
        return manager

    def get_queryset(self) -> QuerySet[M]:
        """Return the queryset that everything starts from; what to override to change what a manager sees."""
        return self._queryset_class(model=self.model, using=self._db, hints=self._hints)

    def _start(self) -> QuerySet[M]:
        return self.get_queryset()

    def _gives_all_rows(self) -> bool:
        """Whether ``get_queryset()`` and what it gives are ours, on the class and on the manager itself."""
        return (
            type(self).get_queryset is BaseManager.get_queryset
            and "get_queryset" not in self.__dict__
            and self._queryset_class._gets_plainly()
        )

    def _is_untouched(self) -> bool:
        if self._hints or settings.routers:
            return False
        # Asked at each get(): what is true of most managers is said without two calls more.
        is_usual = type(self).get_queryset is BaseManager.get_queryset and self._queryset_class is QuerySet
        return "get_queryset" not in self.__dict__ if is_usual else self._gives_all_rows()

    def all(self) -> QuerySet[M]:
        """Return the manager's queryset itself, so that what was prefetched on it is found."""
        return self.get_queryset()

    def db_manager(self, using: str | None = None, hints: dict[str, Any] | None = None) -> Self:
        """Return the manager working on another database."""
        manager = copy.copy(self)
        manager._db = using or self._db
        manager._hints = hints or self._hints
        return manager

    @property
    def db(self) -> str:
        """The alias of the database that the manager reads."""
        return self._db or router.db_for_read(self.model, **self._hints)

    def check(self, **kwargs: Any) -> list[Any]:
        """Return the complaints about the manager: none."""
        return []

    def deconstruct(self) -> tuple[bool, str | None, str | None, tuple[Any, ...] | None, dict[str, Any] | None]:
        """Return how migrations would make the manager again."""
        queryset_class = self._queryset_class
        if self._built_with_as_manager:
            return True, None, f"{queryset_class.__module__}.{queryset_class.__name__}", None, None
        args, kwargs = self._constructor_args
        return False, f"{type(self).__module__}.{type(self).__name__}", None, args, kwargs

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and self._constructor_args == other._constructor_args

    def __hash__(self) -> int:
        return id(self)

    def __str__(self) -> str:
        return f"{self.model._meta.label}.{self.name}"


def _has_own_querysets(cls: type[BaseManager[Any]]) -> bool:
    """Tell whether the querysets of a manager class may be of a class that overrides something."""
    is_ours = cls.get_queryset.__module__.startswith("aorm.")
    return not is_ours or cls._queryset_class is not QuerySet


class ForwardingManager(BaseManager[M]):
    """A base of managers with querysets of their own class: each method is that of the queryset, overridden or not.

    Other managers run the same code as querysets do, which saves them a call.
    """


for _name, _method in forwarded_methods(QuerySet):
    if hasattr(BaseManager, _name) and _name not in vars(BaseManager):
        setattr(ForwardingManager, _name, _method)


class Manager(BaseManager[M]):
    """The manager that models have under ``objects`` unless they declare others."""


class ManagerDescriptor:
    """Give a manager on a model class; instances have none."""

    def __init__(self, manager: BaseManager[Any]) -> None:
        self.manager = manager

    def __get__(self, instance: Any, cls: Any) -> Any:
        if instance is not None:
            raise AttributeError(f"Manager isn't accessible via {cls.__name__} instances")
        meta = cls._meta
        if meta.abstract:
            raise AttributeError(f"Manager isn't available; {cls._meta.object_name} is abstract")
        if meta.swapped:
            raise AttributeError(f"Manager isn't available; '{meta.label}' has been swapped for '{meta.swapped}'")
        return (meta.facts.get("managers_map") or meta.managers_map)[self.manager.name]


class EmptyManager(Manager[M]):
    """A manager whose querysets have no rows."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def get_queryset(self) -> QuerySet[M]:
        """Return a queryset without rows."""
        return super().get_queryset().none()


QuerySet._manager_class = Manager
