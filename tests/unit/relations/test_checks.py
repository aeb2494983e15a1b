"""Declarations that cannot work are reported, under Django's ids."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from aorm import models
from aorm.mapping.registry import isolated_apps


def model(name: str, /, **body: Any) -> Any:
    meta = type("Meta", (), {"app_label": "checked", **body.pop("meta", {})})
    return type(name, (models.Model,), {"Meta": meta, "__module__": __name__, **body})


def foreign_key(to: Any = "Target", on_delete: Any = models.CASCADE, **options: Any) -> Any:
    return models.ForeignKey(to, on_delete, **options)


def target(**body: Any) -> Any:
    return model("Target", name=models.CharField(max_length=3), **body)


def single(make: Callable[[], Any], **fields: Any) -> Callable[[], Any]:
    """Return what makes a target and a model with one relation to it."""

    def build() -> Any:
        target(**fields)
        return model("Owner", relation=make())._meta.get_field("relation")

    return build


def two_relations() -> Any:
    target()
    owner = model("Owner", relation=foreign_key(related_name="x"), other=foreign_key(related_name="x"))
    return owner._meta.get_field("relation")


def accessor_is_a_field() -> Any:
    model("Target", owner_set=models.CharField(max_length=3))
    return model("Owner", relation=foreign_key())._meta.get_field("relation")


def query_name_is_a_field() -> Any:
    model("Target", owner=models.CharField(max_length=3))
    return model("Owner", relation=foreign_key())._meta.get_field("relation")


def accessor_is_a_manager() -> Any:
    target()
    return model("Owner", relation=foreign_key(related_name="objects"))._meta.get_field("relation")


def two_columns_not_unique() -> Any:
    model("Target", a=models.IntegerField(), b=models.IntegerField())
    relation = models.ForeignObject("Target", models.CASCADE, ["x", "y"], ["a", "b"])
    owner = model("Owner", x=models.IntegerField(), y=models.IntegerField(), relation=relation)
    return owner._meta.get_field("relation")


def mixed_rules() -> Any:
    model("Root")
    model("Middle", root=foreign_key("Root", models.DB_CASCADE))
    return model("Owner", relation=foreign_key("Middle"))._meta.get_field("relation")


def many(**options: Any) -> Any:
    return models.ManyToManyField("Target", **options)


def through(links: int, **options: Any) -> Callable[[], Any]:
    """Return what makes a relation through a model with that many foreign keys to the target."""

    def build() -> Any:
        target()
        owner = model("Owner", relation=many(through="Between", **options))
        keys = {f"target{number}": foreign_key(related_name=f"+{number}") for number in range(links)}
        model("Between", owner=foreign_key("Owner"), name=models.CharField(max_length=3), **keys)
        return owner._meta.get_field("relation")

    return build


def recursive_through() -> Any:
    owner = model("Owner", relation=models.ManyToManyField("self", through="Between"))
    model("Between", **{f"owner{number}": foreign_key("Owner", related_name=f"r{number}") for number in range(3)})
    return owner._meta.get_field("relation")


def clashing_table() -> Any:
    target()
    return model("Owner", relation=many(db_table="checked_target"))._meta.get_field("relation")


def symmetrical_name() -> Any:
    owner = model("Owner", relation=models.ManyToManyField("self", related_name="x"))
    return owner._meta.get_field("relation")


CASES: dict[str, tuple[Callable[[], Any], list[str]]] = {
    "right": (single(foreign_key), []),
    "right many": (single(many), []),
    "right through": (through(1), []),
    "no such model": (lambda: model("Owner", relation=foreign_key("Nobody"))._meta.get_field("relation"), ["E300"]),
    "accessor is a field": (accessor_is_a_field, ["E302"]),
    "query name is a field": (query_name_is_a_field, ["E303"]),
    "accessor is a manager": (accessor_is_a_manager, ["E348"]),
    "two with one name": (two_relations, ["E304", "E305"]),
    "related name": (single(lambda: foreign_key(related_name="a-b")), ["E306"]),
    "keyword as related name": (single(lambda: foreign_key(related_name="class")), ["E306"]),
    "query name with underscore": (single(lambda: foreign_key(related_name="x_")), ["E308"]),
    "query name with two": (single(lambda: foreign_key(related_query_name="x__y")), ["E309"]),
    "two columns": (two_columns_not_unique, ["E310"]),
    "not unique": (single(lambda: foreign_key(to_field="name")), ["E311"]),
    "no such field": (single(lambda: foreign_key(to_field="nope")), ["E312"]),
    "set null": (single(lambda: foreign_key(on_delete=models.SET_NULL)), ["E320"]),
    "database sets null": (single(lambda: foreign_key(on_delete=models.DB_SET_NULL)), ["E320"]),
    "set default": (single(lambda: foreign_key(on_delete=models.SET_DEFAULT)), ["E321"]),
    "database sets default": (single(lambda: foreign_key(on_delete=models.DB_SET_DEFAULT)), ["E322"]),
    "mixed rules": (mixed_rules, ["E323"]),
    "unique": (single(lambda: foreign_key(unique=True)), ["W342"]),
    "unique many": (single(lambda: many(unique=True)), ["E330"]),
    "no such through": (single(lambda: many(through="Nobody")), ["E331"]),
    "ambiguous recursion": (recursive_through, ["E333"]),
    "ambiguous target": (through(2), ["E335"]),
    "no key to the target": (through(0), ["E336"]),
    "named keys": (through(2, through_fields=("owner", "target1")), []),
    "too few names": (through(2, through_fields=("owner",)), ["E337"]),
    "unknown name": (through(2, through_fields=("owner", "nope")), ["E338"]),
    "not a key": (through(2, through_fields=("owner", "name")), ["E339"]),
    "table clash": (clashing_table, ["E340"]),
    "null many": (single(lambda: many(null=True)), ["W340"]),
    "validators": (single(lambda: many(validators=[print])), ["W341"]),
    "name of a symmetrical relation": (symmetrical_name, ["W345"]),
    "comment": (single(lambda: many(db_comment="x")), ["W346"]),
}


@pytest.mark.parametrize(("build", "expected"), CASES.values(), ids=CASES)
def test_ids(build: Callable[[], Any], expected: list[str]) -> None:
    with isolated_apps():
        field = build()
        assert sorted({message.id.removeprefix("fields.") for message in field.check()}) == expected
