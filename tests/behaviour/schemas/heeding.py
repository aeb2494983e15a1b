"""Models, managers and querysets with hooks that the shortest ways of reading and writing could pass by.

What ran is in `LOG`, and `taken()` gives its words, each once, in order, and empties it.
"""

from __future__ import annotations

import datetime
import decimal
import uuid
from typing import Any

from tests.behaviour.orm import exceptions, lookups, models

LOG: list[str] = []


def taken() -> list[str]:
    """Return what ran since the last time."""
    found = sorted(set(LOG))
    LOG.clear()
    return found


def shown(queryset: Any) -> Any:
    return queryset.filter(name__startswith="s")


class Counting(type(models.Model)):  # type: ignore[misc]
    """Sees each instance that is made."""

    def __call__(cls, *arguments: Any, **keywords: Any) -> Any:
        LOG.append("class called")
        return super().__call__(*arguments, **keywords)


class Named(models.Model):
    name = models.CharField(max_length=10, default="")
    other = models.IntegerField(default=0)

    class Meta:
        app_label = "heeding"
        abstract = True


class Plain(Named):
    pass


class Metaclassed(Named, metaclass=Counting):
    pass


class Initialised(Named):
    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        LOG.append("__init__")
        super().__init__(*arguments, **keywords)


class InitialisingMixin:
    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        LOG.append("mixin __init__")
        super().__init__(*arguments, **keywords)


class InitialisedByMixin(InitialisingMixin, Named):
    pass


class Assigned(Named):
    def __setattr__(self, name: str, value: Any) -> None:
        if name in ("name", "other"):
            LOG.append(f"set {name}")
        super().__setattr__(name, value)


class Made(Named):
    def __new__(cls, *arguments: Any, **keywords: Any) -> Any:
        LOG.append("__new__")
        return super().__new__(cls)


class LoadingMixin:
    @classmethod
    def from_db(cls, db: Any, field_names: Any, values: Any, **options: Any) -> Any:
        LOG.append("mixin from_db")
        return super().from_db(db, field_names, values, **options)  # type: ignore[misc]


class Loaded(LoadingMixin, Named):
    pass


class LoadedByProxy(LoadingMixin, Plain):
    class Meta:
        app_label = "heeding"
        proxy = True


class Reluctant(Named):
    """Says that a field is deferred, which no refreshing then loads."""

    def get_deferred_fields(self) -> Any:
        LOG.append("get_deferred_fields")
        return {*super().get_deferred_fields(), "name"}


class Based(Named):
    def save_base(self, *arguments: Any, **keywords: Any) -> None:
        LOG.append("save_base")
        super().save_base(*arguments, **keywords)


class Keyed(Named):
    """Has a method of its own for each thing that validation and relations ask an instance."""

    unique = models.CharField(max_length=10, unique=True)
    on = models.DateField(null=True)
    title = models.CharField(max_length=10, blank=True, default="", unique_for_date="on")

    class Meta:
        app_label = "heeding"
        constraints = (models.UniqueConstraint(fields=["other"], name="heeding_other"),)

    def _is_pk_set(self, *arguments: Any) -> bool:
        LOG.append("_is_pk_set")
        return bool(super()._is_pk_set(*arguments))

    def get_constraints(self) -> Any:
        LOG.append("get_constraints")
        return super().get_constraints()

    def unique_error_message(self, model_class: Any, unique_check: Any) -> Any:
        LOG.append("unique_error_message")
        return exceptions.ValidationError(f"taken: {', '.join(unique_check)}", code="taken")

    def date_error_message(self, lookup_type: str, field_name: str, unique_for: str) -> Any:
        LOG.append("date_error_message")
        return exceptions.ValidationError(f"taken that {lookup_type}: {field_name}", code="taken")


# Querysets.


class OwnSteps:
    """Each of these may be a step of a class of querysets."""

    def filter(self, *arguments: Any, **keywords: Any) -> Any:
        LOG.append("filter")
        return models.QuerySet.filter(models.QuerySet.filter(self, name__startswith="s"), *arguments, **keywords)

    def _clone(self) -> Any:
        LOG.append("_clone")
        return models.QuerySet._clone(self)

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        models.QuerySet.__init__(self, *arguments, **keywords)
        LOG.append("__init__")
        self._prefetch_related_lookups = ("parts",)

    def get(self, *arguments: Any, **keywords: Any) -> Any:
        LOG.append("get")
        return models.QuerySet.get(self, *arguments, **keywords)

    def order_by(self, *names: Any) -> Any:
        LOG.append("order_by")
        return models.QuerySet.order_by(self, *names)


def stepping(name: str) -> Any:
    """Make a class of querysets that has one step of its own."""
    return type(f"Steps{name.strip('_').title()}", (models.QuerySet,), {name: vars(OwnSteps)[name]})


class Hiding(models.Manager):  # type: ignore[misc, valid-type, name-defined]
    def get_queryset(self) -> Any:
        return shown(super().get_queryset())


class HidingMixin:
    def get_queryset(self) -> Any:
        return shown(super().get_queryset())  # type: ignore[misc]


class OwnQuerySet(models.Manager):  # type: ignore[misc, valid-type, name-defined]
    """Gets its own way of starting when it is made."""

    def __init__(self) -> None:
        super().__init__()
        self.get_queryset = lambda: shown(models.QuerySet(self.model, using=self._db))


class OfClass(models.Manager):  # type: ignore[misc, valid-type, name-defined]
    _queryset_class = stepping("filter")


class OfInstance(models.Manager):  # type: ignore[misc, valid-type, name-defined]
    def __init__(self) -> None:
        super().__init__()
        self._queryset_class = stepping("filter")


class Patched(models.Manager):  # type: ignore[misc, valid-type, name-defined]
    pass


Patched.get_queryset = lambda self: shown(models.QuerySet(self.model, using=self._db))


class PatchedSteps(models.QuerySet):  # type: ignore[misc, valid-type, name-defined]
    pass


PatchedSteps.filter = stepping("filter").filter


def managed(label: str, manager: Any, **options: Any) -> Any:
    """Make a model with that manager, and one whose rows belong to it."""
    meta = type("Meta", (), {"app_label": "heeding", **options})
    module = {"__module__": __name__}
    model = type(models.Model)(label, (Named,), {**module, "objects": manager, "Meta": meta})
    key = models.ForeignKey(model, models.CASCADE, related_name="parts")
    plain = type("Meta", (), {"app_label": "heeding"})
    type(models.Model)(f"{label}Part", (models.Model,), {**module, "whole": key, "Meta": plain})
    return model


STEPS = {
    name: managed(f"Step{name.strip('_').title()}", stepping(name).as_manager())
    for name in ("filter", "_clone", "__init__", "get", "order_by")
}
HIDING = {
    "parent class": managed("HidByParent", type("Heir", (Hiding,), {})()),
    "mixin before": managed("HidByMixin", type("Mixed", (HidingMixin, models.Manager), {})()),
    "mixin before its heir": managed(
        "HidByMixins", type("MixedHeir", (type("Mixed", (HidingMixin, models.Manager), {}),), {})()
    ),
    "instance": managed("HidByInstance", OwnQuerySet()),
    "queryset class": managed("HidByClass", OfClass()),
    "queryset class of the instance": managed("HidByOwnClass", OfInstance()),
    "patched manager": managed("HidByPatch", Patched()),
    "patched queryset": managed("HidByPatchedSteps", PatchedSteps.as_manager()),
    "from_queryset": managed("HidByJoin", Hiding.from_queryset(stepping("get"))()),
}
BASES = {name: managed(f"Base{number}", type(model.objects)(), base_manager_name="objects")
         for number, (name, model) in enumerate(HIDING.items())}  # fmt: skip


# Lookups of fields.


class NextOf(lookups.Exact):  # type: ignore[misc, valid-type, name-defined]
    def get_prep_lookup(self) -> Any:
        return super().get_prep_lookup() + 1


class NextField(models.IntegerField):
    pass


class AskingField(models.IntegerField):
    def get_lookup(self, name: str) -> Any:
        LOG.append(f"get_lookup {name}")
        return super().get_lookup(name)


class Numbered(models.Model):
    next = NextField(default=0)
    asking = AskingField(default=0)

    class Meta:
        app_label = "heeding"


# Keys of every kind.


class Mirrored(models.CharField):
    """Stored backwards."""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        value = super().get_db_prep_value(value, connection, prepared)
        return value[::-1] if isinstance(value, str) else value

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return None if value is None else value[::-1]


class Prefixed(models.CharField):
    """Has keys of its own making, kept without their prefix."""

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return value.removeprefix("key-") if isinstance(value, str) else value

    def to_python(self, value: Any) -> Any:
        return value if value is None or str(value).startswith("key-") else f"key-{value}"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return None if value is None else f"key-{value}"

    def get_pk_value_on_save(self, instance: Any) -> Any:
        return f"key-{instance.name}"

    def pre_save(self, model_instance: Any, add: bool) -> Any:
        LOG.append(f"pre_save {add}")
        return super().pre_save(model_instance, add)


def keyed(label: str, key: Any) -> Any:
    """Make a model with that primary key."""
    meta = type("Meta", (), {"app_label": "heeding"})
    body = {"__module__": __name__, "key": key, "name": models.CharField(max_length=10, default=""), "Meta": meta}
    return type(models.Model)(label, (models.Model,), body)


FIRST = uuid.UUID(int=1)
SECOND = uuid.UUID(int=2)
UNIQUE = keyed("KeyUuid", models.UUIDField(primary_key=True, default=uuid.uuid4))
KEYS: dict[Any, tuple[Any, ...]] = {
    UNIQUE: (FIRST, str(SECOND), SECOND.hex, 3, "no", None),
    keyed("KeyToUuid", models.OneToOneField(UNIQUE, models.CASCADE, primary_key=True)): (FIRST, str(FIRST)),
    keyed("KeyText", models.CharField(primary_key=True, max_length=40)): ("a", "A", "", " a ", 5, True, FIRST, "a\nb"),
    keyed("KeySlug", models.SlugField(primary_key=True)): ("a-b", 7),
    keyed("KeyNumber", models.IntegerField(primary_key=True)): (1, "2", 3.0, True, -5, 2**31 - 1, None, "x", 1.5),
    keyed("KeySmall", models.SmallAutoField(primary_key=True)): (1, "2", None),
    keyed("KeyFloat", models.FloatField(primary_key=True)): (1.5, 2, "2.5", True),
    keyed("KeyDecimal", models.DecimalField(primary_key=True, max_digits=6, decimal_places=2)): (
        decimal.Decimal("1.50"), 2, "3.25", 4.5,
    ),
    keyed("KeyDate", models.DateField(primary_key=True)): (datetime.date(2024, 1, 2), "2024-01-03"),
    keyed("KeyMoment", models.DateTimeField(primary_key=True)): (
        datetime.datetime(2024, 1, 2, 3, 4, 5, tzinfo=datetime.UTC), "2024-01-02T03:04:06+02:00",
    ),
    keyed("KeySpan", models.DurationField(primary_key=True)): (datetime.timedelta(days=1, microseconds=5),),
    keyed("KeyBool", models.BooleanField(primary_key=True)): (True, False, 1, "t"),
    keyed("KeyMirrored", Mirrored(primary_key=True, max_length=10)): ("abc", "aba", 12),
    keyed("KeyPrefixed", Prefixed(primary_key=True, max_length=20)): ("key-a", "b", None),
}  # fmt: skip


MADE = [Plain, Metaclassed, Initialised, InitialisedByMixin, Assigned, Made, Loaded]
HIDERS = [*STEPS.values(), *HIDING.values(), *BASES.values()]
PARTS = [model.parts.rel.related_model for model in HIDERS]
MODELS = [*MADE, *KEYS, Reluctant, Based, Keyed, Numbered, *HIDERS, *PARTS]
