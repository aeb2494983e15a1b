"""Turn what people compare a relation with - instances, keys, tuples of keys - into the values of its columns."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from aorm.expressions.lookups.rows import prepared_part
from aorm.relations.placeholder import is_unloaded, refuse
from aorm.sql.types import row

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aorm.sql.types import SqlType


def key_type(fields: Sequence[Any]) -> SqlType:
    """Return the SQL type of a key: its column's, or that of a row of several."""
    if len(fields) == 1:
        sql_type: SqlType = fields[0].sql_type
        return sql_type
    return row(len(fields))


def single_adapter(fields: Sequence[Any]) -> Any:
    """Return the field that encodes the key by code of its own, or None; rows are encoded column by column."""
    return fields[0].adapter if len(fields) == 1 else None


def key_reader(fields: Sequence[Any]) -> Callable[[Any], tuple[Any, ...]]:
    """Return what reads the values of the fields in instances, as ``get_instance_value_for_fields`` does.

    Which attributes these are depends on the class alone, so it is found out once for each class.
    """
    readers: dict[type[Any], Callable[[Any], tuple[Any, ...]]] = {}

    def read(instance: Any) -> tuple[Any, ...]:
        cls = instance.__class__
        reader = readers.get(cls)
        if reader is None:
            reader = readers[cls] = _reader_for(cls, fields)
        return reader(instance)

    return read


def local_reader(field: Any) -> Callable[[Any], tuple[Any, ...]]:
    """Return what ``field.get_local_related_value`` is for many instances."""
    return _reader_of(field, "get_local_related_value", field.local_related_fields)


def foreign_reader(field: Any) -> Callable[[Any], tuple[Any, ...]]:
    """Return what ``field.get_foreign_related_value`` is for many instances."""
    return _reader_of(field, "get_foreign_related_value", field.foreign_related_fields)


def _reader_of(field: Any, name: str, fields: Sequence[Any]) -> Callable[[Any], tuple[Any, ...]]:
    # A relation of users' own may read keys in a way of its own.
    methods = (getattr(type(field), name), type(field).get_instance_value_for_fields)
    own: Callable[[Any], tuple[Any, ...]] = getattr(field, name)
    return key_reader(fields) if all(method.__module__.startswith("aorm.") for method in methods) else own


def _reader_for(cls: Any, fields: Sequence[Any]) -> Callable[[Any], tuple[Any, ...]]:
    names = []
    for field in fields:
        link = cls._meta.get_ancestor_link(field.model) if field.primary_key else None
        is_own_key = field.primary_key and (not link or link.primary_key or link.model._meta.abstract)
        names.append("pk" if is_own_key else field.attname)
    if names == ["pk"] and cls.pk is cls._plain_base.pk:
        # The property, without its call.
        names = [cls._meta.pk.attname]
    get = attrgetter(*names)
    return get if len(names) > 1 else lambda instance: (get(instance),)


def is_instance(value: Any) -> bool:
    """Tell whether the value is an instance of a model, whatever model."""
    if is_unloaded(value):
        refuse(value)
    return hasattr(value, "_meta") and not isinstance(value, type)


def prepared_key(relation: Any, value: Any) -> Any:
    """Return the value of the relation's key column, a tuple where there are several columns.

    Args:
        relation: a relation field or reverse relation.
        value: an instance of the model on its far side, a key, or a tuple of keys.

    Raises:
        ValueError: an instance of another model, or one that is not saved.
        TypeError, ValueError: the key's field refuses the value.
    """
    if value is None:
        return None
    fields = relation.target_fields
    if is_instance(value):
        check_instance(relation, value)
    values = normalized(value, fields)
    if len(fields) == 1:
        return fields[0].get_prep_value(values[0])
    if len(values) != len(fields):
        raise ValueError(
            f"{relation.name!r} compares with {len(fields)} columns, so it takes an instance or a tuple of "
            f"{len(fields)} values, not {value!r}."
        )
    return tuple(prepared_part(field, item) for field, item in zip(fields, values, strict=True))


def plain_key_reader(relation: Any, cls: Any) -> Callable[[Any], Any] | None:
    """Return what reads the one key of a relation in saved instances of a class, where it is their primary key.

    None is no answer: the instance has to be looked at in full.
    """
    field = relation.target_fields[0]
    if not hasattr(cls, "_meta") or not issubclass(cls, field.model):
        return None
    if field.attname != cls._meta.pk.attname or cls.pk is not cls._plain_base.pk:
        return None
    return attrgetter(field.attname)


def normalized(value: Any, fields: Sequence[Any]) -> tuple[Any, ...]:
    """Return the values of the fields: read from an instance, or given as they are.

    Raises:
        ValueError: the instance is not saved.
    """
    if not is_instance(value):
        return value if isinstance(value, tuple) else (value,)
    if not value._is_pk_set():
        raise ValueError("Model instances passed to related filters must be saved.")
    values = []
    for source in fields:
        field = source
        # The key of a parent link is the parent's key, also on an instance of the parent.
        while not isinstance(value, field.model) and field.remote_field:
            field = field.remote_field.model._meta.get_field(field.remote_field.field_name)
        try:
            values.append(getattr(value, field.attname))
        except AttributeError:
            # Restaurant.objects.filter(place=restaurant), where place is the primary key of Restaurant.
            return value.pk if isinstance(value.pk, tuple) else (value.pk,)
    return tuple(values)


def far_options(relation: Any) -> Any:
    """Return the options of the model that the relation leads to."""
    return relation.path[-1].target


def check_instance(relation: Any, instance: Any) -> None:
    """Refuse an instance of a model that the relation does not lead to.

    Raises:
        ValueError: with Django's text.
    """
    target = far_options(relation)
    if not is_compatible(instance._meta.model, target, relation):
        raise ValueError(f'Cannot query "{instance}": Must be "{target.object_name}" instance.')


def check_queryset(relation: Any, queryset: Any) -> None:
    """Refuse a queryset of a model that the relation does not lead to, unless it chose its columns.

    Raises:
        ValueError: with Django's text.
    """
    target = far_options(relation)
    if not selects_columns(queryset) and not is_compatible(queryset.model, target, relation):
        raise ValueError(
            f'Cannot use QuerySet for "{queryset.model._meta.object_name}": Use a QuerySet for "{target.object_name}".'
        )


def selects_columns(queryset: Any) -> bool:
    """Tell whether ``values()`` or ``values_list()`` chose what the queryset gives."""
    query = queryset._query
    return bool(query.has_values or (query.combinator is not None and query.combined[0].has_values))


def is_compatible(model: Any, target: Any, relation: Any) -> bool:
    """Tell whether a model stands for the target: the same table, a parent or a child.

    A relation that is its model's primary key may also be compared with its own model.
    """

    def fits(options: Any) -> bool:
        return (
            model._meta.concrete_model is options.concrete_model
            or options.concrete_model in model._meta.all_parents
            or model in options.all_parents
        )

    return fits(target) or (getattr(relation, "primary_key", False) and fits(relation.model._meta))
