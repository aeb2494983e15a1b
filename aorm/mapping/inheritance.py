"""Merge what parents declared into a new model: Meta, fields of abstract parents, links to concrete ones, proxies.

The rules and the texts of the errors are Django's (its model inheritance page). A class with a metaclass-made
``_meta`` is a model parent; all other bases are plain mixins.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from aorm.exceptions import FieldDoesNotExist, FieldError
from aorm.mapping.declaration import read_meta
from aorm.mapping.options import Options
from aorm.mapping.registry import app_label_of, model_key

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    LinkMaker = Callable[[Any, str], Any]


def make_options(model: Any, declared: type | None) -> Options:
    """Make the options of a new class from its own ``class Meta``, or from the one of its abstract parent.

    A child of a concrete parent takes over the parent's ``ordering`` and ``get_latest_by`` where its own Meta is
    silent.
    """
    given = read_meta(declared or getattr(model, "Meta", None))
    inherited: Options | None = getattr(model, "_meta", None)
    abstract = bool(declared is not None and given.get("abstract", False))
    if given.get("app_label", "") is None:
        del given["app_label"]
    options = Options(model.__name__, given, app_label_of(model.__module__))
    options.abstract = abstract
    # Django's default is a list, and it shows in comparisons.
    options.ordering = given.get("ordering", [])
    options.model = model
    if not abstract:
        options.constraints = _with_names_filled(options, options.constraints)
        options.indexes = _with_names_filled(options, options.indexes)
        if inherited is not None and not inherited.abstract:
            options.ordering = given.get("ordering", inherited.ordering)
            options.get_latest_by = given.get("get_latest_by", inherited.get_latest_by)
    return options


def _with_names_filled(options: Options, declared: Sequence[Any]) -> list[Any]:
    """Copy indexes or constraints of ``Meta``, with ``%(app_label)s`` and ``%(class)s`` in their names filled in."""
    names = {"app_label": options.app_label.lower(), "class": options.model_name}
    copies = []
    for item in declared:
        copied = item.clone()
        copied.name %= names
        copies.append(copied)
    return copies


def model_parents(parents: Sequence[Any]) -> list[Any]:
    """Return those of the bases that are models with options, which ``Model`` itself is not."""
    return [parent for parent in parents if hasattr(parent, "_meta")]


def own_fields(options: Options) -> list[Any]:
    """Return all fields that a class itself holds."""
    return [*options.local_fields, *options.local_many_to_many, *options.private_fields]


def set_up_proxy(options: Options, parents: Sequence[Any]) -> None:
    """Find the one concrete parent of a proxy and look through to it.

    Raises:
        TypeError: there is none or more than one, it was swapped, or an abstract parent brings fields.
    """
    name = options.object_name
    base: Any = None
    for parent in model_parents(parents):
        if parent._meta.swapped:
            raise TypeError(f"{name} cannot proxy the swapped model '{parent._meta.swapped}'.")
        if parent._meta.abstract:
            if parent._meta.fields:
                raise TypeError(f"Abstract base class containing model fields not permitted for proxy model '{name}'.")
        elif base is None:
            base = parent
        elif parent._meta.concrete_model is not base._meta.concrete_model:
            raise TypeError(f"Proxy model '{name}' has more than one non-abstract model base class.")
    if base is None:
        raise TypeError(f"Proxy model '{name}' has no non-abstract model base class.")
    options.pk = base._meta.pk
    options.proxy_for_model = base
    options.db_table = base._meta.db_table
    options.concrete_model = base._meta.concrete_model


class Inheritance:
    """Take over the fields of a new class's parents, walking its MRO once."""

    def __init__(self, model: Any, parents: Sequence[Any], make_link: LinkMaker) -> None:
        self.model = model
        self.options: Options = model._meta
        self.parents = parents
        self.make_link = make_link
        self.own_names = {field.name for field in own_fields(self.options)}
        # Names that a class nearer in the MRO already took, as a field or as anything else.
        self.taken: set[str] = set()
        self.links = self._declared_links()

    def _declared_links(self) -> dict[Any, Any]:
        """Return the parent links that the class or an abstract parent declares, by the key of the parent."""
        links = {}
        for base in reversed([self.model, *model_parents(self.parents)]):
            if base is not self.model and not base._meta.abstract:
                continue
            for field in base._meta.local_fields:
                if field.is_relation and field.one_to_one and getattr(field.remote_field, "parent_link", False):
                    links[model_key(field.remote_field.model, self.model)] = field
        return links

    def take_over(self) -> None:
        """Walk the MRO, nearest class first.

        Raises:
            FieldError: a field of the class hides one of a concrete parent, or an automatic link's name is taken.
        """
        for base in self.model.mro():
            if base not in self.parents or not hasattr(base, "_meta"):
                self.taken.update(vars(base))
            elif base._meta.abstract:
                self._copy_fields(base)
                self._copy_private_fields(base, base)
            else:
                self._link_to(base)

    def _copy_fields(self, base: Any) -> None:
        parents = dict(base._meta.parents)
        for field in (*base._meta.local_fields, *base._meta.local_many_to_many):
            if field.name in self.own_names or field.name in vars(self.model) or field.name in self.taken:
                continue
            copied = copy.deepcopy(field)
            self.model.add_to_class(field.name, copied)
            # A parent link that the abstract class declared is replaced by its copy.
            if field.one_to_one:
                parents.update({parent: copied for parent, link in parents.items() if link == field})
        self.options.parents.update(parents)

    def _link_to(self, base: Any) -> None:
        for field in (*base._meta.local_fields, *base._meta.local_many_to_many):
            if field.name in self.own_names:
                raise self._clash(field, base)
            self.taken.add(field.name)
        concrete = base._meta.concrete_model
        link = self.links.get(model_key(concrete, self.model))
        if link is None and not self.options.proxy:
            name = f"{concrete._meta.model_name}_ptr"
            if name in self.own_names:
                raise FieldError(
                    f"Auto-generated field '{name}' in class {self.model.__name__!r} for parent_link to base class "
                    f"{concrete.__name__!r} clashes with declared field of the same name."
                )
            link = self.make_link(concrete, name)
            if not hasattr(self.model, name):
                self.model.add_to_class(name, link)
        self.options.parents[concrete] = link
        self._copy_private_fields(base, concrete)

    def _copy_private_fields(self, base: Any, concrete: Any) -> None:
        """Give the class its own copies of fields without a column, such as generic relations."""
        for field in concrete._meta.private_fields:
            if field.name in self.own_names:
                if not base._meta.abstract:
                    raise self._clash(field, base)
            elif field.name not in vars(self.model) and field.name not in self.taken:
                copied = copy.deepcopy(field)
                if not base._meta.abstract:
                    copied.mti_inherited = True
                self.model.add_to_class(field.name, copied)

    def _clash(self, field: Any, base: Any) -> FieldError:
        return FieldError(
            f"Local field {field.name!r} in class {self.model.__name__!r} clashes with field of the same name from "
            f"base class {base.__name__!r}."
        )


def promote_parent_link(options: Options) -> bool:
    """Make the link to the first parent the primary key of a model that declares none; tell whether there is one."""
    if not options.parents:
        return False
    link = next(iter(options.parents.values()))
    # A local field of that name is the link itself, when the parent passed on one that belongs to another class.
    link = next((field for field in options.local_fields if field.name == link.name), link)
    link.primary_key = True
    link.serialize = False
    options.pk = link
    options.apps.changed()
    return True


def resolve_order_with_respect_to(options: Options) -> None:
    """Replace the name in ``order_with_respect_to`` by the field, and order by ``_order``.

    Raises:
        FieldDoesNotExist: the model has no such field.
    """
    name = options.order_with_respect_to
    for field in options._forward_fields():
        if name in (field.name, field.attname):
            options.order_with_respect_to = field
            break
    else:
        raise FieldDoesNotExist(f"{options.object_name} has no field named '{name}'")
    options.ordering = ("_order",)
