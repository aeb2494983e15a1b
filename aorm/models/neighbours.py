"""Find the instance before or after another one: by a date, or in an order with respect to a related object."""

from __future__ import annotations

from functools import partialmethod
from typing import TYPE_CHECKING, Any

from aorm.bridge import add_twins
from aorm.expressions.conditions import Q
from aorm.fields.numeric import IntegerField
from aorm.mapping.registry import lazy_related_operation
from aorm.models.state import database_alias

if TYPE_CHECKING:
    from collections.abc import Iterable


class OrderWrt(IntegerField[Any, Any]):
    """The column ``_order`` of a model with ``order_with_respect_to``: the place among its siblings."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["name"] = "_order"
        kwargs["editable"] = False
        super().__init__(*args, **kwargs)


async def find_by_date(instance: Any, field: Any, is_next: bool, lookups: dict[str, Any]) -> Any:
    """Return the nearest instance later (or earlier) by the field; the primary key decides between equals.

    Raises:
        ValueError: the instance is not saved.
        DoesNotExist: there is none.
    """
    if not instance._is_pk_set():
        raise ValueError("get_next/get_previous cannot be used on unsaved objects.")
    model = type(instance)
    operator, sign = ("gt", "") if is_next else ("lt", "-")
    value = getattr(instance, field.attname)
    equals = Q(**{field.name: value, f"pk__{operator}": instance.pk})
    beyond = Q(**{f"{field.name}__{operator}": value}) | equals
    queryset = model._default_manager.using(database_alias(instance)).filter(**lookups).filter(beyond)
    async for found in queryset.order_by(f"{sign}{field.name}", f"{sign}pk")[:1]:
        return found
    raise instance.DoesNotExist(f"{model._meta.object_name} matching query does not exist.")


async def find_in_order(instance: Any, is_next: bool) -> Any:
    """Return the next (or previous) of the instances that belong to the same related object; remembered.

    Raises:
        DoesNotExist: there is none.
    """
    cache_name = f"__{is_next}_order_cache"
    known = instance.__dict__.get(cache_name)
    if known is None:
        model = type(instance)
        meta = model._meta
        own_place = model._default_manager.filter(**{meta.pk.name: instance.pk}).values("_order")
        lookups = {
            **meta.order_with_respect_to.get_filter_kwargs_for_object(instance),
            f"_order__{'gt' if is_next else 'lt'}": own_place,
        }
        ordering = "_order" if is_next else "-_order"
        known = await model._default_manager.filter(**lookups).order_by(ordering)[:1].aget()
        instance.__dict__[cache_name] = known
    return known


def add_order_methods(model: Any, field: Any) -> None:
    """Give a model ``get_next_in_order``, and its related model ``get_<model>_order`` and ``set_<model>_order``."""
    for word, is_next in (("next", True), ("previous", False)):
        add_twins(model, f"get_{word}_in_order", _in_order(is_next))
    # Without a related model the order is kept with respect to a generic relation, which adds the methods itself.
    if field.remote_field:
        lazy_related_operation(_add_order_accessors, model, field.remote_field.model)


def _in_order(is_next: bool) -> Any:
    async def aget_in_order(self: Any) -> Any:
        return await self._aget_next_or_previous_in_order(is_next)

    return aget_in_order


def _add_order_accessors(model: Any, related_model: Any) -> None:
    name = model.__name__.lower()
    setattr(related_model, f"aget_{name}_order", partialmethod(_aget_order, model))
    setattr(related_model, f"get_{name}_order", partialmethod(_get_order, model))
    add_twins(related_model, f"set_{name}_order", _setting_order(model))


def _siblings(owner: Any, model: Any) -> dict[str, Any]:
    lookups: dict[str, Any] = model._meta.order_with_respect_to.get_forward_related_filter(owner)
    return lookups


def _get_order(self: Any, ordered_model: Any) -> Any:
    """Return the primary keys of the related instances, in their order, as a queryset."""
    queryset = ordered_model.objects.filter(**_siblings(self, ordered_model))
    return queryset.values_list(ordered_model._meta.pk.name, flat=True)


async def _aget_order(self: Any, ordered_model: Any) -> Any:
    """Return the same queryset with its results loaded, so that it may be iterated over in a running loop."""
    queryset = _get_order(self, ordered_model)
    await queryset
    return queryset


def _setting_order(ordered_model: Any) -> Any:
    async def aset_order(self: Any, id_list: Iterable[Any], using: str | None = None) -> None:
        """Put the related instances with those primary keys in that order."""
        queryset = ordered_model.objects.db_manager(using).filter(**_siblings(self, ordered_model))
        placed = [ordered_model(pk=pk, _order=place) for place, pk in enumerate(id_list)]
        await queryset.abulk_update(placed, ["_order"])

    return aset_order
