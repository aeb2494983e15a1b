"""Models, managers and querysets that override methods, in every place where a method can be overridden.

Each exists twice: `Sync...` overrides the sync methods, as Django code does; `Async...` overrides the coroutines on
aorm, and on Django, which never calls a coroutine of a model, the sync methods: whichever face is overridden, the
answers are the same. What ran is in `LOG`, and `taken()` empties it.
"""

from __future__ import annotations

import os
from typing import Any

from tests.behaviour.orm import REFERENCE, models

FACES = ("Sync", "Async")
OTHER = {"Sync": "Async", "Async": "Sync"}
OF_MODELS = (
    "save", "delete", "refresh_from_db", "full_clean", "clean_fields", "clean", "validate_unique",
    "validate_constraints",
)  # fmt: skip
OF_QUERYSETS = (
    "create", "get_or_create", "update_or_create", "bulk_create", "bulk_update", "update", "delete", "get", "count",
    "exists", "first", "last", "in_bulk", "aggregate", "contains", "latest",
)  # fmt: skip
LOG: list[str] = []


def taken() -> list[str]:
    """Return what ran since the last time."""
    found = LOG[:]
    LOG.clear()
    return found


def override(word: str, name: str, face: str, box: list[Any]) -> tuple[str, Any]:
    """Make a method that notes that it ran and calls the one that it overrides; the class stands in the box."""
    if face == "Async" and not os.environ.get(REFERENCE):

        async def coroutine(self: Any, *arguments: Any, **keywords: Any) -> Any:
            LOG.append(f"{word}.{name}")
            return await getattr(super(box[0], self), f"a{name}")(*arguments, **keywords)

        return f"a{name}", coroutine

    def method(self: Any, *arguments: Any, **keywords: Any) -> Any:
        LOG.append(f"{word}.{name}")
        return getattr(super(box[0], self), name)(*arguments, **keywords)

    return name, method


def overriding(
    name: str, bases: tuple[Any, ...], word: str, face: str, /, *, names: tuple[str, ...] = OF_MODELS, **body: Any
) -> Any:
    """Make a class that overrides the methods with those names."""
    box: list[Any] = []
    methods = dict(override(word, method, face, box) for method in names)
    made = type(bases[0])(name, bases, {"__module__": __name__, "__qualname__": name, **methods, **body})
    box.append(made)
    return made


def meta(**options: Any) -> type:
    """Make the inner class of a model."""
    return type("Meta", (), {"app_label": "overriding", **options})


class Owner(models.Model):
    name = models.CharField(max_length=10, default="")

    class Meta:
        app_label = "overriding"


def fields(label: str) -> dict[str, Any]:
    """Return the fields of one model."""
    return {
        "name": models.CharField(max_length=10, default="x"),
        "owner": models.ForeignKey(Owner, models.CASCADE, null=True, blank=True, related_name=f"{label.lower()}_set"),
        "owners": models.ManyToManyField(Owner, related_name=f"{label.lower()}_many"),
    }


def concrete(label: str, *bases: Any) -> Any:
    """Make a model that overrides nothing itself."""
    return type(models.Model)(label, bases, {"__module__": __name__, **fields(label), "Meta": meta()})


BY_KIND: dict[str, list[Any]] = {}
ABSTRACT = {face: overriding(f"{face}Base", (models.Model,), "base", face, Meta=meta(abstract=True)) for face in FACES}
MIXIN = {face: overriding(f"{face}Mixin", (object,), "mixin", face) for face in FACES}
OWN = {
    face: overriding(f"{face}Own", (models.Model,), "own", face, **fields(f"{face}Own"), Meta=meta()) for face in FACES
}
BY_KIND["own"] = list(OWN.values())
BY_KIND["abstract"] = [concrete(f"{face}Based", ABSTRACT[face]) for face in FACES]
BY_KIND["mixin"] = [concrete(f"{face}Mixed", MIXIN[face], models.Model) for face in FACES]
BY_KIND["mixin over base"] = [concrete(f"{face}Layered", MIXIN[face], ABSTRACT[OTHER[face]]) for face in FACES]
BY_KIND["own over base"] = [
    overriding(
        f"{face}Crossed", (ABSTRACT[OTHER[face]],), "own", face, **fields(f"{face}Crossed"), Meta=meta()
    )
    for face in FACES
]  # fmt: skip
BY_KIND["mixin behind"] = [concrete(f"{face}Behind", models.Model, MIXIN[face]) for face in FACES]
BETWEEN = {
    face: overriding(f"{face}Between", (MIXIN[OTHER[face]], ABSTRACT[face]), "middle", face, Meta=meta(abstract=True))
    for face in FACES
}
BY_KIND["grandchild"] = [
    overriding(f"{face}Grandchild", (BETWEEN[OTHER[face]],), "own", face, **fields(f"{face}Grandchild"), Meta=meta())
    for face in FACES
]  # fmt: skip
BY_KIND["two bases"] = [concrete(f"{face}Twofold", BETWEEN[face], MIXIN[face], ABSTRACT[OTHER[face]]) for face in FACES]
BY_KIND["proxy"] = [
    overriding(f"{face}Proxy", (OWN[OTHER[face]],), "proxy", face, Meta=meta(proxy=True)) for face in FACES
]
BY_KIND["child"] = [overriding(f"{face}Child", (OWN[OTHER[face]],), "child", face, Meta=meta()) for face in FACES]

QUERYSET = {
    face: overriding(f"{face}QuerySet", (models.QuerySet,), "queryset", face, names=OF_QUERYSETS) for face in FACES
}
MANAGER = {
    face: overriding(f"{face}Manager", (models.Manager,), "manager", face, names=OF_QUERYSETS[:-1]) for face in FACES
}
BOTH = {
    face: overriding(
        f"{face}Both", (models.Manager.from_queryset(QUERYSET[OTHER[face]]),), "manager", face, names=OF_QUERYSETS
    )
    for face in FACES
}
MIXED_MANAGER = {
    face: type(f"{face}MixedManager", (
        overriding(f"{face}ManagerMixin", (object,), "mixin", face, names=OF_QUERYSETS), models.Manager,
    ), {})
    for face in FACES
}  # fmt: skip


def giving(face: str) -> Any:
    """Make a manager class whose `get_queryset()` gives querysets of a class of its own."""

    def get_queryset(self: Any) -> Any:
        return QUERYSET[face](self.model, using=self._db)

    return type(f"{face}Giving", (models.Manager,), {"get_queryset": get_queryset})


def managed(label: str, manager: Any) -> Any:
    """Make a model with that manager."""
    body = {"__module__": __name__, **fields(label), "objects": manager, "Meta": meta()}
    return type(models.Model)(label, (models.Model,), body)


BY_MANAGER: dict[str, list[Any]] = {
    "queryset": [managed(f"{face}Queried", QUERYSET[face].as_manager()) for face in FACES],
    "manager": [managed(f"{face}Managed", MANAGER[face]()) for face in FACES],
    "manager over queryset": [managed(f"{face}Joined", BOTH[face]()) for face in FACES],
    "get_queryset": [managed(f"{face}Given", giving(face)()) for face in FACES],
    "inherited": [
        managed(f"{face}Inherited", type("Heir", (MANAGER[face],), {}).from_queryset(QUERYSET[face])())
        for face in FACES
    ],
    "mixin": [managed(f"{face}MixedManaged", MIXED_MANAGER[face]()) for face in FACES],
}

ALL = [model for found in (*BY_KIND.values(), *BY_MANAGER.values()) for model in found]
MODELS = [Owner, *[model for model in ALL if not model._meta.proxy]]
