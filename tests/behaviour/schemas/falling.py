"""What falls with what: every rule of on_delete, chains of them, many-to-many rows, inheritance."""

from __future__ import annotations

from typing import Any

from tests.behaviour.orm import models


class Base(models.Model):
    name = models.CharField(max_length=20, default="")

    class Meta:
        app_label = "falling"


def first_base() -> Any:
    """Return the key that SET() writes."""
    return 1


class Ruled(models.Model):
    name = models.CharField(max_length=20)
    auto = models.ForeignKey(Base, models.CASCADE, null=True, related_name="auto_set")
    auto_required = models.ForeignKey(Base, models.CASCADE, related_name="required_set", default=1)
    setnull = models.ForeignKey(Base, models.SET_NULL, null=True, related_name="setnull_set")
    setdefault = models.ForeignKey(Base, models.SET_DEFAULT, default=1, related_name="setdefault_set")
    setdefault_none = models.ForeignKey(
        Base, models.SET_DEFAULT, default=None, null=True, related_name="setdefnull_set"
    )
    setvalue = models.ForeignKey(Base, models.SET(first_base), related_name="setvalue_set", default=1)
    setnone = models.ForeignKey(Base, models.SET(None), null=True, related_name="setnone_set")
    protect = models.ForeignKey(Base, models.PROTECT, null=True, related_name="protect_set")
    restrict = models.ForeignKey(Base, models.RESTRICT, null=True, related_name="restrict_set")
    donothing = models.ForeignKey(Base, models.DO_NOTHING, null=True, related_name="donothing_set")

    class Meta:
        app_label = "falling"


class Top(models.Model):
    class Meta:
        app_label = "falling"


class Left(models.Model):
    top = models.ForeignKey(Top, models.CASCADE)

    class Meta:
        app_label = "falling"


class Right(models.Model):
    top = models.ForeignKey(Top, models.CASCADE)

    class Meta:
        app_label = "falling"


class Bottom(models.Model):
    left = models.ForeignKey(Left, models.RESTRICT)
    right = models.ForeignKey(Right, models.CASCADE, null=True)

    class Meta:
        app_label = "falling"


class Guarded(models.Model):
    left = models.ForeignKey(Left, models.PROTECT)
    right = models.ForeignKey(Right, models.CASCADE, null=True)

    class Meta:
        app_label = "falling"


class Node(models.Model):
    name = models.CharField(max_length=10)
    parent = models.ForeignKey("self", models.CASCADE, null=True, related_name="children")
    friend = models.ForeignKey("self", models.SET_NULL, null=True, related_name="befriended")

    class Meta:
        app_label = "falling"


class Group(models.Model):
    name = models.CharField(max_length=10)
    nodes = models.ManyToManyField(Node, related_name="groups")

    class Meta:
        app_label = "falling"


class Parent(models.Model):
    name = models.CharField(max_length=10, default="")

    class Meta:
        app_label = "falling"


class Child(Parent):
    age = models.IntegerField(default=0)

    class Meta:
        app_label = "falling"


class ChildNote(models.Model):
    child = models.ForeignKey(Child, models.CASCADE)

    class Meta:
        app_label = "falling"


class ParentNote(models.Model):
    parent = models.ForeignKey(Parent, models.CASCADE)

    class Meta:
        app_label = "falling"


class Plain(models.Model):
    name = models.CharField(max_length=10, default="")

    class Meta:
        app_label = "falling"


class InDatabase(models.Model):
    cascade = models.ForeignKey(Plain, models.DB_CASCADE, null=True, related_name="cascade_set")
    setnull = models.ForeignKey(Plain, models.DB_SET_NULL, null=True, related_name="setnull_set")

    class Meta:
        app_label = "falling"


MODELS = [
    Base, Ruled, Top, Left, Right, Bottom, Guarded, Node, Group, Parent, Child, ChildNote, ParentNote, Plain,
    InDatabase,
]  # fmt: skip
