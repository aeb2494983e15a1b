"""The model class: what every instance can do, each in a line or two that say where it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from aorm import exceptions
from aorm.bridge import sync_twin
from aorm.fields.choices import display_of
from aorm.fields.defaults import DatabaseDefault
from aorm.models import neighbours, pickling, refreshing, validation
from aorm.models.checks import check_model
from aorm.models.construction import builder_of, fill_by_position, set_the_rest
from aorm.models.deletion import delete_instance, delete_queryset
from aorm.models.metaclass import ModelBase
from aorm.models.preparation import prepare_related
from aorm.models.saving import SaveOptions, save, save_base, save_simply
from aorm.models.state import DEFERRED, ModelState, StateOfInstance
from aorm.query.prefetch import aprefetch_related_objects
from aorm.signals import post_init, pre_init

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterable, Sequence
    from typing import Self

    from aorm.checks import CheckMessage
    from aorm.mapping.options import Options
    from aorm.query.manager import Manager
    from aorm.query.prefetch import Prefetch
    from aorm.query.queryset import QuerySet


class Model(metaclass=ModelBase):
    """Base of all models: a class is a table, an instance is a row.

    Methods that perform I/O are coroutines whose names begin with ``a``; each has a synchronous twin without it.
    """

    # A class that overrides only one of each pair is given the other.
    __twin_names__ = ("clean",)

    if TYPE_CHECKING:
        _meta: ClassVar[Options]
        _plain_base: ClassVar[type[Model]]
        _state: ModelState
        _base_manager: ClassVar[Manager[Any]]
        _default_manager: ClassVar[Manager[Any]]
        objects: ClassVar[Manager[Self]]
        pk: Any

        class DoesNotExist(exceptions.ObjectDoesNotExist):
            """No row satisfies the query."""

        class MultipleObjectsReturned(exceptions.MultipleObjectsReturned):
            """More than one row satisfies the query."""

        class NotUpdated(exceptions.ObjectNotUpdated):
            """A forced update changed no row."""

    else:
        _state = StateOfInstance()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Set the fields from positional values, in the order of the columns, or from keywords.

        Raises:
            TypeError: the model is abstract, or a keyword is unknown or given twice.
            IndexError: there are more values than columns.
        """
        meta = self._meta
        if meta.abstract:
            raise TypeError("Abstract models cannot be instantiated.")
        if pre_init.receivers:
            pre_init.send(sender=type(self), args=args, kwargs=kwargs)
        if args:
            fill_by_position(self, meta, args, kwargs)
        else:
            (meta.facts.get("builder") or meta.derive("builder", builder_of))(self, kwargs)
        if kwargs:
            set_the_rest(self, meta, kwargs)
        super().__init__()
        if post_init.receivers:
            post_init.send(sender=type(self), instance=self)

    @classmethod
    async def _adelete_queryset(cls, queryset: QuerySet[Any], origin: Any) -> tuple[int, dict[str, int]]:
        """Delete a queryset's rows with all that depends on them; querysets ask their model for it."""
        return await delete_queryset(queryset, origin)

    @classmethod
    def from_db(
        cls, db: str | None, field_names: Collection[str], values: Sequence[Any], *, fetch_mode: Any = None
    ) -> Self:
        """Make an instance of a loaded row; a model may override it to do more.

        Args:
            db: the alias of the database.
            field_names: the attributes that were loaded.
            values: their values, in the same order.
            fetch_mode: how to fetch what is not loaded, when it is asked for.
        """
        fields = cls._meta.concrete_fields
        if len(values) != len(fields):
            remaining = iter(values)
            values = [next(remaining) if field.attname in field_names else DEFERRED for field in fields]
        new = cls(*values)
        new._state.adding = False
        new._state.db = db
        if fetch_mode is not None:
            new._state.fetch_mode = fetch_mode
        return new

    def __await__(self) -> Generator[Any, Any, Self]:
        # What is loaded may be awaited as well as what is not: `await book.author` needs not to know.
        return _itself(self).__await__()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self}>"

    def __str__(self) -> str:
        return f"{type(self).__name__} object ({self.pk})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Model):
            return NotImplemented
        if self._meta.concrete_model is not other._meta.concrete_model:
            return False
        key = self.pk
        return self is other if key is None else bool(key == other.pk)

    def __hash__(self) -> int:
        if not self._is_pk_set():
            raise TypeError("Model instances without primary key value are unhashable")
        return hash(self.pk)

    def __reduce__(self) -> tuple[Any, ...]:
        return pickling.reduce_instance(self)

    def __getstate__(self) -> dict[str, Any]:
        """Return the attributes to pickle; a model may override it to leave some out."""
        return pickling.state_of(self)

    def __setstate__(self, state: dict[str, Any]) -> None:
        pickling.restore_state(self, state)

    def _get_pk_val(self, meta: Options | None = None) -> Any:
        return getattr(self, (meta or self._meta).pk.attname)

    def _set_pk_val(self, value: Any) -> None:
        meta = self._meta
        for link in meta.parents.values():
            if link and link is not meta.pk:
                setattr(self, link.target_field.attname, value)
        setattr(self, meta.pk.attname, value)

    if not TYPE_CHECKING:
        pk = property(_get_pk_val, _set_pk_val)

    def _is_pk_set(self, meta: Options | None = None) -> bool:
        """Tell whether the instance has a primary key, of which no part is left to the database."""
        key = self._get_pk_val(meta)
        if key is None or key.__class__ is DatabaseDefault:
            return False
        return not (isinstance(key, tuple) and any(part is None or isinstance(part, DatabaseDefault) for part in key))

    def get_deferred_fields(self) -> set[str]:
        """Return the attribute names of the fields that are not loaded."""
        namespace = self.__dict__
        return {field.attname for field in self._meta.concrete_fields if field.attname not in namespace}

    def _fetch_deferred_field(self, field: Any) -> None:
        refreshing.fetch_deferred(self, field)

    def serializable_value(self, field_name: str) -> Any:
        """Return the value of a field, a foreign key's as its key; of any other name the attribute."""
        try:
            field = self._meta.get_field(field_name)
        except exceptions.FieldDoesNotExist:
            return getattr(self, field_name)
        return getattr(self, field.attname)

    def prepare_database_save(self, field: Any) -> Any:
        """Return what a foreign key stores for this instance.

        Raises:
            ValueError: the instance is not saved.
        """
        if not self._is_pk_set():
            raise ValueError(f"Unsaved model instance {self!r} cannot be used in an ORM query.")
        return getattr(self, field.remote_field.get_related_field().attname)

    def _prepare_related_fields_for_save(self, operation_name: str, fields: Collection[Any] | None = None) -> None:
        prepare_related(self, operation_name, fields)

    def _get_FIELD_display(self, field: Any) -> Any:
        return display_of(self, field)

    async def arefresh_from_db(
        self, using: str | None = None, fields: Iterable[str] | None = None, from_queryset: QuerySet[Any] | None = None
    ) -> None:
        """Load the fields' values anew; see ``refreshing.refresh``."""
        await refreshing.refresh(self, using, fields, from_queryset)

    refresh_from_db = sync_twin(arefresh_from_db)

    async def afetch_related(self, *lookups: str | Prefetch) -> None:
        """Load related objects that are not loaded yet: ``await book.afetch_related("author", "tags__owner")``."""
        await aprefetch_related_objects([self], *lookups)

    fetch_related = sync_twin(afetch_related)

    async def asave(
        self,
        *,
        force_insert: bool | tuple[ModelBase, ...] = False,
        force_update: bool = False,
        using: str | None = None,
        update_fields: Iterable[str] | None = None,
    ) -> None:
        """Insert or update the row of this instance.

        Args:
            force_insert: True inserts without trying to update; a tuple of parent classes inserts their rows too.
            force_update: raise ``NotUpdated`` instead of inserting where there is no row.
            using: the alias of the database.
            update_fields: the names of the only fields to write; an empty one saves nothing.
        """
        if force_update or update_fields is not None or not await save_simply(self, force_insert, using):
            await save(self, SaveOptions(force_insert, force_update, using, update_fields))

    save = sync_twin(asave)

    async def asave_base(
        self,
        raw: bool = False,
        force_insert: bool | tuple[ModelBase, ...] = False,
        force_update: bool = False,
        using: str | None = None,
        update_fields: Iterable[str] | None = None,
    ) -> None:
        """Do the part of saving that comes after the checks; ``raw`` writes the values as they are, without parents."""
        await save_base(self, SaveOptions(force_insert, force_update, using, update_fields, raw))

    save_base = sync_twin(asave_base)

    async def adelete(self, using: str | None = None, keep_parents: bool = False) -> tuple[int, dict[str, int]]:
        """Delete the row and what depends on it, and return how many rows of which models went.

        Raises:
            ValueError: the instance has no primary key.
            ProtectedError, RestrictedError: something that refers to it must not lose it.
        """
        return await delete_instance(self, using, keep_parents)

    delete = sync_twin(adelete)

    def clean(self) -> None:
        """Check the instance as a whole; a model overrides this, or ``aclean``, and raises ``ValidationError``."""

    async def aclean(self) -> None:
        """Check the instance as a whole; for models whose check performs I/O."""

    async def afull_clean(
        self, exclude: Iterable[str] | None = None, validate_unique: bool = True, validate_constraints: bool = True
    ) -> None:
        """Run all steps of validation, and raise all errors together as one ``ValidationError``."""
        await validation.full_clean(self, exclude, validate_unique, validate_constraints)

    full_clean = sync_twin(afull_clean)

    async def aclean_fields(self, exclude: Collection[str] | None = None) -> None:
        """Convert and validate each field's value."""
        await validation.clean_fields(self, exclude)

    clean_fields = sync_twin(aclean_fields)

    async def avalidate_unique(self, exclude: Collection[str] | None = None) -> None:
        """Check that no other row has the values of fields declared unique."""
        await validation.validate_unique(self, exclude)

    validate_unique = sync_twin(avalidate_unique)

    async def avalidate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """Check the constraints of ``Meta``."""
        await validation.validate_constraints(self, exclude)

    validate_constraints = sync_twin(avalidate_constraints)

    def get_constraints(self) -> list[tuple[type[Any], Sequence[Any]]]:
        """Return the constraints of the model and of its parents, with the model that each belongs to."""
        return validation.constraints_of(self)

    def unique_error_message(self, model_class: type[Any], unique_check: Sequence[str]) -> exceptions.ValidationError:
        """Return the error that says which fields are not unique."""
        return validation.unique_error(self, model_class, unique_check)

    def date_error_message(self, lookup_type: str, field_name: str, unique_for: str) -> exceptions.ValidationError:
        """Return the error that says that a value occurs twice in a day, month or year."""
        return validation.date_error(self, lookup_type, field_name, unique_for)

    @classmethod
    def check(cls, **kwargs: Any) -> list[CheckMessage]:
        """Return what is wrong with the model's declaration; a model may override it to check more."""
        return check_model(cls, **kwargs)

    async def _aget_next_or_previous_by_FIELD(self, field: Any, is_next: bool, /, **kwargs: Any) -> Self:
        found: Self = await neighbours.find_by_date(self, field, is_next, kwargs)
        return found

    _get_next_or_previous_by_FIELD = sync_twin(_aget_next_or_previous_by_FIELD)

    async def _aget_next_or_previous_in_order(self, is_next: bool) -> Self:
        found: Self = await neighbours.find_in_order(self, is_next)
        return found

    _get_next_or_previous_in_order = sync_twin(_aget_next_or_previous_in_order)


async def _itself(instance: Any) -> Any:
    return instance


# What loaders compare with, to see whether a model makes its instances in a way of its own.
Model._plain_base = Model
