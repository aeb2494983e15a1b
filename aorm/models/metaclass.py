"""Make model classes: collect what the body declared, merge what parents declared, register the result."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from aorm.exceptions import (
    DatabaseError,
    ImproperlyConfigured,
    MultipleObjectsReturned,
    ObjectDoesNotExist,
    ObjectNotUpdated,
)
from aorm.fields import identifiers
from aorm.mapping.inheritance import (
    Inheritance,
    make_options,
    promote_parent_link,
    resolve_order_with_respect_to,
    set_up_proxy,
)
from aorm.models.neighbours import OrderWrt, add_order_methods
from aorm.query.manager import Manager
from aorm.relations.foreign_key import OneToOneField
from aorm.relations.on_delete import CASCADE
from aorm.settings import settings
from aorm.signals import class_prepared
from aorm.twins import harmonise_twins

if TYPE_CHECKING:
    from collections.abc import Mapping

# Each model gets its own subclass of these, below those of its concrete parents.
MODEL_EXCEPTIONS: dict[str, tuple[type[Exception], ...]] = {
    "DoesNotExist": (ObjectDoesNotExist,),
    "MultipleObjectsReturned": (MultipleObjectsReturned,),
    # Django keeps DatabaseError as a base for code that was written before the exception existed.
    "NotUpdated": (ObjectNotUpdated, DatabaseError),
}


def contributes(value: Any) -> bool:
    """Tell whether a value of a class body adds itself to the class, as fields and managers do."""
    return not inspect.isclass(value) and hasattr(value, "contribute_to_class")


class ModelBase(type):
    """The metaclass of all models."""

    _meta: Any

    def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **kwargs: Any) -> ModelBase:
        parents = [base for base in bases if isinstance(base, ModelBase)]
        if not parents:
            return super().__new__(cls, name, bases, namespace, **kwargs)
        declared_meta = namespace.pop("Meta", None)
        contributing = {key: value for key, value in namespace.items() if contributes(value)}
        # What does not contribute goes through type.__new__, so that __set_name__ is called.
        plain = {key: value for key, value in namespace.items() if key not in contributing}
        model = super().__new__(cls, name, bases, plain, **kwargs)
        model._set_up(declared_meta, parents, contributing)
        return model

    def _set_up(cls, declared_meta: type | None, parents: list[Any], contributing: Mapping[str, Any]) -> None:
        options = make_options(cls, declared_meta)
        cls._meta = options
        if not options.abstract:
            cls._add_exceptions(parents)
        for name, value in contributing.items():
            cls.add_to_class(name, value)
        if options.proxy:
            set_up_proxy(options, parents)
        elif not options.abstract:
            options.concrete_model = cls
        Inheritance(cls, parents, _make_parent_link).take_over()
        harmonise_twins(cls)
        if options.abstract:
            # Children without a Meta of their own take this one; being abstract is not inherited.
            assert declared_meta is not None
            declared_meta.abstract = False  # type: ignore[attr-defined]
            cls.Meta = declared_meta
            return
        cls._prepare()
        options.apps.register_model(cls)

    def _add_exceptions(cls, parents: list[Any]) -> None:
        concrete = [parent for parent in parents if hasattr(parent, "_meta") and not parent._meta.abstract]
        for name, fallback in MODEL_EXCEPTIONS.items():
            bases = tuple(getattr(parent, name) for parent in concrete) or fallback
            # The qualified name lets pickle find the class as an attribute of the model.
            body = {"__module__": cls.__module__, "__qualname__": f"{cls.__qualname__}.{name}"}
            setattr(cls, name, type(name, bases, body))

    def add_to_class(cls, name: str, value: Any) -> None:
        """Add a field, a manager or a plain attribute to the model."""
        if contributes(value):
            value.contribute_to_class(cls, name)
        else:
            setattr(cls, name, value)

    def _prepare(cls) -> None:
        """Complete a concrete model: its order, key, methods, documentation, manager and the names of indexes."""
        options = cls._meta
        if options.order_with_respect_to:
            resolve_order_with_respect_to(options)
            if not any(isinstance(field, OrderWrt) for field in options.local_fields):
                cls.add_to_class("_order", OrderWrt())
        if options.pk is None and not promote_parent_link(options):
            cls.add_to_class("id", _make_auto_field(options))
        if options.order_with_respect_to:
            add_order_methods(cls, options.order_with_respect_to)
        if cls.__doc__ is None:
            cls.__doc__ = f"{cls.__name__}({', '.join(field.name for field in options.fields)})"
        if not options.managers:
            cls._add_default_manager()
        for index in options.indexes:
            if not index.name:
                index.set_name_with_model(cls)
        class_prepared.send(sender=cls)

    def _add_default_manager(cls) -> None:
        if any(field.name == "objects" for field in cls._meta.fields):
            raise ValueError(
                f"Model {cls.__name__} must specify a custom Manager, because it has a field named 'objects'."
            )
        manager: Any = Manager()
        manager.auto_created = True
        cls.add_to_class("objects", manager)

    def _make_base_manager(cls) -> Any:
        """Return a plain manager, for access to related objects and for saving."""
        return Manager()

    @property
    def _base_manager(cls) -> Any:
        return cls._meta.base_manager

    @property
    def _default_manager(cls) -> Any:
        return cls._meta.default_manager


def _make_parent_link(parent: Any, name: str) -> Any:
    return OneToOneField(parent, on_delete=CASCADE, name=name, auto_created=True, parent_link=True)


def _make_auto_field(options: Any) -> Any:
    """Make the primary key of a model that declares none.

    Raises:
        ImproperlyConfigured: ``default_auto_field`` names no field.
        ValueError: it names a field that counts nothing up.
    """
    path = settings.default_auto_field
    if not path:
        raise ImproperlyConfigured("default_auto_field must not be empty.")
    found = getattr(identifiers, path.rpartition(".")[2], None)
    if found is None:
        raise ImproperlyConfigured(f"default_auto_field refers to the field '{path}', which does not exist.")
    if not (inspect.isclass(found) and issubclass(found, identifiers.AutoField)):
        raise ValueError(f"Primary key '{path}' referred by default_auto_field must subclass AutoField.")
    return found(verbose_name="ID", primary_key=True, auto_created=True)
