"""Find lookups and transforms by name: per class, per instance, and registered at run time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar

from aorm.expressions.lookups.base import Lookup

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

L = TypeVar("L", bound="type[Any]")


class RegisterLookup(Protocol):
    """The bound form of `register_lookup`: usable as a call and as a decorator."""

    def __call__(self, lookup: L, lookup_name: str | None = None) -> L:
        """Register the class and return it."""
        ...


class ClassOrInstance:
    """A descriptor that binds one function to the class when reached through it, another to the instance."""

    def __init__(self, class_function: Callable[..., Any], instance_function: Callable[..., Any]) -> None:
        """Keep both functions."""
        self.class_function = class_function
        self.instance_function = instance_function

    def __get__(self, instance: Any, owner: type) -> Any:
        """Bind the function that fits."""
        if instance is None:
            return self.class_function.__get__(owner, type)
        return self.instance_function.__get__(instance, owner)


# Class -> all lookups and transforms it has, its own and inherited; and the same without the transforms, which is what
# each condition of a query asks for. Dropped for a class and its subclasses on registration.
_merged: dict[type, dict[str, Any]] = {}
_comparing: dict[type, dict[str, Any]] = {}


def _class_lookups(cls: type) -> dict[str, Any]:
    found = _merged.get(cls)
    if found is None:
        found = {}
        for parent in reversed(cls.__mro__):
            found.update(parent.__dict__.get("lookups", {}))
            found.update(parent.__dict__.get("class_lookups", {}))
        _merged[cls] = found
        _comparing[cls] = {name: lookup for name, lookup in found.items() if issubclass(lookup, Lookup)}
    return found


def _instance_lookups(self: Any) -> dict[str, Any]:
    own = self.__dict__.get("instance_lookups")
    inherited = _class_lookups(type(self))
    return {**inherited, **own} if own else inherited


class Registrations:
    """How often a lookup was registered or taken back, for those who remember what a name means."""

    revision: ClassVar[int] = 0


def _forget(cls: type) -> None:
    Registrations.revision += 1
    pending = [cls]
    while pending:
        current = pending.pop()
        _merged.pop(current, None)
        _comparing.pop(current, None)
        pending.extend(type.__subclasses__(current))


def _register_on_class(cls: Any, lookup: Any, lookup_name: str | None = None) -> Any:
    if "class_lookups" not in cls.__dict__:
        cls.class_lookups = {}
    cls.class_lookups[lookup.lookup_name if lookup_name is None else lookup_name] = lookup
    _forget(cls)
    return lookup


def _register_on_instance(self: Any, lookup: Any, lookup_name: str | None = None) -> Any:
    if "instance_lookups" not in self.__dict__:
        self.instance_lookups = {}
    self.instance_lookups[lookup.lookup_name if lookup_name is None else lookup_name] = lookup
    Registrations.revision += 1
    return lookup


def _unregister_from_class(cls: Any, lookup: Any, lookup_name: str | None = None) -> None:
    del cls.class_lookups[lookup.lookup_name if lookup_name is None else lookup_name]
    _forget(cls)


def _unregister_from_instance(self: Any, lookup: Any, lookup_name: str | None = None) -> None:
    del self.instance_lookups[lookup.lookup_name if lookup_name is None else lookup_name]
    Registrations.revision += 1


class LookupTable:
    """Give a class its lookups: those in its visible table `lookups`, those inherited, those registered.

    `register_lookup` works on the class (for all its instances and subclasses) and on an instance (for it alone).
    """

    lookups: ClassVar[Mapping[str, Any]] = {}

    @classmethod
    def get_class_lookups(cls) -> dict[str, Any]:
        """Return all lookups and transforms of the class by name."""
        return _class_lookups(cls)

    get_lookups = ClassOrInstance(_class_lookups, _instance_lookups)
    _unregister_lookup = ClassOrInstance(_unregister_from_class, _unregister_from_instance)
    if TYPE_CHECKING:
        register_lookup: ClassVar[RegisterLookup]
    else:
        register_lookup = ClassOrInstance(_register_on_class, _register_on_instance)

    def get_lookup(self, lookup_name: str) -> Any:
        """Return the lookup class of that name, or None; a transform of that name is no lookup."""
        if "instance_lookups" not in self.__dict__:
            found = _comparing.get(self.__class__)
            if found is not None:
                return found.get(lookup_name)
        lookup = _instance_lookups(self).get(lookup_name)
        return lookup if lookup is not None and issubclass(lookup, Lookup) else None

    def get_transform(self, lookup_name: str) -> Any:
        """Return the transform class of that name, or None; a lookup of that name is no transform."""
        transform = _instance_lookups(self).get(lookup_name)
        return transform if transform is not None and not issubclass(transform, Lookup) else None
