"""The attributes for many related objects: they give a manager bound to the instance."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn

from aorm.relations.between import Side, side_of
from aorm.relations.managers import NullableRelatedManager, RelatedManager, manager_class
from aorm.relations.many_managers import ManyRelatedManager

if TYPE_CHECKING:
    from collections.abc import Callable


class ReverseManyToOneDescriptor:
    """``author.books``: the objects whose foreign key points to the instance."""

    def __init__(self, rel: Any) -> None:
        self.rel = rel
        self.field = rel.field

    @cached_property
    def related_manager_cls(self) -> Callable[..., Any]:
        """The class of the managers: the relation's own composed with the related model's default one."""
        kind = NullableRelatedManager if self.field.null else RelatedManager
        return manager_class(kind, type(self.rel.related_model._default_manager))

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        """Return the manager of the instance's objects."""
        if instance is None:
            return self
        return self.related_manager_cls(instance, self.rel)

    def __set__(self, instance: Any, value: Any) -> NoReturn:
        side, name = self._place()
        raise TypeError(f"Direct assignment to the {side} is prohibited. Use {name}.set() instead.")

    def _place(self) -> tuple[str, str]:
        return "reverse side of a related set", self.rel.accessor_name

    def __reduce__(self) -> tuple[Any, ...]:
        return getattr, (self.rel.model, self.rel.accessor_name)


class ManyToManyDescriptor(ReverseManyToOneDescriptor):
    """``article.tags`` and ``tag.articles``: both ends of a many-to-many relation."""

    def __init__(self, rel: Any, reverse: bool = False) -> None:
        super().__init__(rel)
        self.reverse = reverse

    @property
    def through(self) -> Any:
        """The model of the table between."""
        return self.rel.through

    @cached_property
    def side(self) -> Side:
        """The relation as seen from here."""
        return side_of(self.rel, reverse=self.reverse)

    @cached_property
    def related_manager_cls(self) -> Callable[..., Any]:
        """The class of the managers: the relation's own composed with the related model's default one."""
        return manager_class(ManyRelatedManager, type(self.side.model._default_manager))

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        """Return the manager of the objects joined with the instance."""
        if instance is None:
            return self
        return self.related_manager_cls(instance, self.side)

    def _place(self) -> tuple[str, str]:
        if self.reverse:
            return "reverse side of a many-to-many set", self.rel.accessor_name
        return "forward side of a many-to-many set", self.field.name

    def __reduce__(self) -> tuple[Any, ...]:
        if self.reverse:
            return super().__reduce__()
        return getattr, (self.field.model, self.field.name)
