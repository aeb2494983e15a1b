"""Queries that write: each a coroutine, each with its sync twin."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any

from aorm.bridge import sync_twin
from aorm.database.atomic import atomic
from aorm.database.databases import DEFAULT_DB_ALIAS, databases
from aorm.database.management import mark_for_rollback_on_error
from aorm.exceptions import FieldError, IntegrityError
from aorm.fields.base import Field
from aorm.query.execution import execute_statement
from aorm.query.fetch_modes import FETCH_ONE
from aorm.query.resolving import SEPARATOR
from aorm.query.updating import rows_condition, update_rows
from aorm.sql.tables import Table
from aorm.sql.write import Delete

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aorm.mapping.options import Options
    from aorm.query.queryset import QuerySet
    from aorm.query.starting import M, Starts


NO_NAMES: frozenset[str] = frozenset()


class WritingMixin:
    """The methods of querysets and managers that change what the database holds."""

    async def acreate(self: Starts[QuerySet[M]], **kwargs: Any) -> M:
        """Make an object, save it with ``force_insert`` and return it."""
        if self._is_untouched():
            meta = self.model._meta
            if meta.facts.get("reverse_one_to_one_names") != NO_NAMES:
                refuse_reverse_names(meta, kwargs)
            new: M = self.model(**kwargs)
            await new.asave(force_insert=True, using=self._db or DEFAULT_DB_ALIAS)  # type: ignore[attr-defined]
            return new
        queryset = self._start()
        refuse_reverse_names(queryset._query.meta, kwargs)
        instance = queryset.model(**kwargs)
        queryset._for_write = True
        if queryset._fetch_mode is not FETCH_ONE:
            instance._state.fetch_mode = queryset._fetch_mode
        await instance.asave(force_insert=True, using=queryset.db)
        return instance  # type: ignore[no-any-return]

    create = sync_twin(acreate)

    async def aget_or_create(
        self: Starts[QuerySet[M]], defaults: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> tuple[M, bool]:
        """Return the object for which the keywords hold and False, or a new one and True.

        Where another transaction made it meanwhile, the database's refusal leads to a second look.
        """
        queryset = self._start()
        # Not a read replica: what was just written must be seen.
        queryset = queryset._copy()
        queryset._for_write = True
        try:
            return await queryset.aget(**kwargs), False
        except queryset.model.DoesNotExist:
            params = extract_model_params(queryset, defaults, kwargs)
            try:
                async with atomic(using=queryset.db):
                    resolved = await call_values(params)
                    return await queryset.acreate(**resolved), True
            except IntegrityError:
                try:
                    return await queryset.aget(**kwargs), False
                except queryset.model.DoesNotExist:
                    pass
                raise

    get_or_create = sync_twin(aget_or_create)

    async def aupdate_or_create(
        self: Starts[QuerySet[M]],
        defaults: Mapping[str, Any] | None = None,
        create_defaults: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> tuple[M, bool]:
        """Update the object for which the keywords hold with ``defaults``, or create it; tell whether it is new.

        The object is read under ``select_for_update``, all in one transaction.
        """
        update_defaults = defaults or {}
        if create_defaults is None:
            create_defaults = update_defaults
        queryset = self._start()._copy()
        queryset._for_write = True
        async with atomic(using=queryset.db):
            instance: Any
            instance, created = await queryset.select_for_update().aget_or_create(create_defaults, **kwargs)
            if created:
                return instance, created
            for name, value in (await call_values(update_defaults)).items():
                setattr(instance, name, value)
            names = set(update_defaults)
            concrete = instance._meta._forward_map
            # Naming the fields saves only them; a property among the defaults may change any field.
            if names and all(name in concrete and getattr(concrete[name], "concrete", False) for name in names):
                for field in instance._meta.local_concrete_fields:
                    if not (field.primary_key or field.__class__.pre_save is Field.pre_save):
                        names.add(field.name)
                        if field.name != field.attname:
                            names.add(field.attname)
                await instance.asave(using=queryset.db, update_fields=names)
            else:
                await instance.asave(using=queryset.db)
        return instance, False

    update_or_create = sync_twin(aupdate_or_create)

    async def aupdate(self: Starts[QuerySet[Any]], **kwargs: Any) -> int:
        """Set fields of all rows by one UPDATE and return how many rows there were.

        Raises:
            FieldError: a name is no field of the model, or an expression speaks of other tables.
            TypeError: the queryset is sliced or distinct on fields.
        """
        queryset = self._start()
        queryset._refuse_combined("update")
        # What was read before is old now.
        queryset._result_cache = None
        query = queryset._query
        if query.is_sliced:
            raise TypeError("Cannot update a query once a slice has been taken.")
        if query.distinct_names:
            raise TypeError("Cannot call update() after .distinct(*fields).")
        queryset = queryset._copy()
        queryset._for_write = True
        return await update_rows(queryset, kwargs)

    update = sync_twin(aupdate)

    async def adelete(self: Starts[QuerySet[Any]]) -> tuple[int, dict[str, int]]:
        """Delete all rows and what falls with them; return how many rows, and how many of each model.

        Raises:
            TypeError: the queryset is sliced, distinct on fields, or gives no instances.
        """
        queryset = self._start()
        queryset._refuse_combined("delete")
        if queryset._query.is_sliced:
            raise TypeError("Cannot use 'limit' or 'offset' with delete().")
        if queryset._query.distinct_names:
            raise TypeError("Cannot call delete() after .distinct(*fields).")
        if queryset._fields is not None:
            raise TypeError("Cannot call delete() after .values() or .values_list()")
        collected = queryset._copy()
        # The rows are read where they are deleted, in no order and without what else was asked for.
        collected._for_write = True
        collected._query = collected._query.replace(lock=None, related=None, order_by=(), orders_by_default=False)
        deleted: tuple[int, dict[str, int]] = await queryset.model._adelete_queryset(collected, origin=queryset)
        queryset._result_cache = None
        return deleted

    delete = sync_twin(adelete)

    async def _araw_delete(self: Starts[QuerySet[Any]], using: str | None = None) -> int:
        """Delete the rows by one statement, nothing else: no signals, no related objects."""
        queryset = self._start()
        query = queryset._query
        if query.is_empty:
            return 0
        database = databases[using or queryset.db]
        statement = Delete(Table(query.meta.db_table), query.alias, rows_condition(query))
        with mark_for_rollback_on_error(using=database.alias):
            return await execute_statement(database, statement)

    _raw_delete = sync_twin(_araw_delete)


def refuse_reverse_names(meta: Options, kwargs: Mapping[str, Any]) -> None:
    """Raise ValueError where ``create()`` is given reverse one-to-one relations, which it could not save."""
    wrong = meta.derive("reverse_one_to_one_names", _reverse_one_to_one_names).intersection(kwargs)
    if wrong:
        shown = ", ".join(sorted(wrong))
        raise ValueError(f"The following fields do not exist in this model: {shown}")


def _reverse_one_to_one_names(meta: Options) -> frozenset[str]:
    return frozenset(
        relation.get_accessor_name()
        for relation in meta.all_related_objects
        if relation.one_to_one and not relation.hidden
    )


def extract_model_params(
    queryset: QuerySet[Any], defaults: Mapping[str, Any] | None, kwargs: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what to create an object with: keywords that are no lookups, and the defaults.

    Raises:
        FieldError: a name is no field and no property.
    """
    defaults = defaults or {}
    params = {name: value for name, value in kwargs.items() if SEPARATOR not in name}
    params.update(defaults)
    meta = queryset._query.meta
    invalid = []
    for name in params:
        field = meta.find_field(name) if name != "pk" else meta.pk
        if (field is None and name not in meta._property_names) or (
            field is not None and not hasattr(field, "attname") and not field.is_relation
        ):
            invalid.append(name)
    if invalid:
        shown = "', '".join(sorted(invalid))
        raise FieldError(f"Invalid field name(s) for model {meta.object_name}: '{shown}'.")
    return params


async def call_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values with callables called, coroutine functions awaited."""
    resolved: dict[str, Any] = {}
    for name, value in values.items():
        if callable(value) and not hasattr(value, "resolve_expression"):
            value = value()
            if isinstance(value, Awaitable) and not hasattr(value, "_meta"):
                value = await value
        resolved[name] = value
    return resolved
