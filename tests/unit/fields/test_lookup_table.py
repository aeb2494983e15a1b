"""Lookups and transforms by name: the tables of the classes, and registration on classes and instances."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from aorm.expressions.base import Expression
from aorm.expressions.functions.base import Transform
from aorm.expressions.functions.temporal import ExtractYear
from aorm.expressions.lookups.base import Lookup
from aorm.expressions.lookups.comparison import Exact, GreaterThan, In, IntegerGreaterThan, IsNull
from aorm.expressions.lookups.json import HasKey, JSONExact
from aorm.expressions.lookups.rows import TupleIn
from aorm.expressions.lookups.text import IContains, UUIDIContains
from aorm.fields.base import Field
from aorm.fields.composite import CompositePrimaryKey
from aorm.fields.generated import GeneratedField
from aorm.fields.identifiers import UUIDField
from aorm.fields.json import JSONField
from aorm.fields.numeric import BigIntegerField, FloatField, IntegerField
from aorm.fields.temporal import DateField, DateTimeField
from aorm.fields.text import CharField, TextField
from aorm.fields.times import TimeField

EVERYWHERE = [*Field.lookups]
DATE_PARTS = ["year", "month", "day", "week_day", "iso_week_day", "week", "iso_year", "quarter"]
TIME_PARTS = ["hour", "minute", "second"]


class NotEqual(Lookup):
    """A lookup of one's own."""

    lookup_name = "ne"


class AbsoluteValue(Transform):
    """A transform of one's own."""

    lookup_name = "abs"


@pytest.fixture
def registered() -> Iterator[list[Any]]:
    """A list of (where, lookup) to be unregistered."""
    done: list[Any] = []
    yield done
    for where, lookup in reversed(done):
        where._unregister_lookup(lookup)


@pytest.mark.parametrize("name", EVERYWHERE)
def test_every_field_knows_the_common_lookups(name: str) -> None:
    for field in (Field(), CharField(), IntegerField(), FloatField(), DateTimeField(), UUIDField(), JSONField()):
        lookup = field.get_lookup(name)
        assert issubclass(lookup, Lookup)
        assert lookup.lookup_name == name


def test_the_common_lookups_are_djangos() -> None:
    texts = {"contains", "icontains", "startswith", "istartswith", "endswith", "iendswith", "regex", "iregex", "iexact"}
    assert {*EVERYWHERE} == {"exact", "gt", "gte", "lt", "lte", "in", "range", "isnull", *texts}


def test_classes_replace_what_they_do_their_own_way() -> None:
    assert Field().get_lookup("gt") is GreaterThan
    assert BigIntegerField().get_lookup("gt") is IntegerGreaterThan
    assert IntegerField().get_lookup("in") is In
    assert TextField().get_lookup("icontains") is IContains
    assert UUIDField().get_lookup("icontains") is UUIDIContains
    assert JSONField().get_lookup("exact") is JSONExact
    assert JSONField().get_lookup("has_key") is HasKey
    assert CompositePrimaryKey("a", "b").get_lookup("in") is TupleIn


def test_parts_of_dates_are_transforms() -> None:
    for name in DATE_PARTS:
        for kind in (DateField, DateTimeField):
            assert issubclass(kind().get_transform(name), Expression)
            assert kind().get_lookup(name) is None
        assert TimeField().get_transform(name) is None
    for name in TIME_PARTS:
        assert DateField().get_transform(name) is None
        for other in (DateTimeField, TimeField):
            assert other().get_transform(name) is not None
    assert DateField().get_transform("year") is ExtractYear
    assert DateTimeField().get_transform("date").lookup_name == "date"
    assert DateField().get_transform("exact") is None


def test_any_other_name_is_a_key_of_a_document() -> None:
    assert JSONField().get_lookup("owner") is None
    assert callable(JSONField().get_transform("owner"))


def test_registration_on_a_class_reaches_subclasses_and_forgets_what_was_remembered(registered: list[Any]) -> None:
    field = BigIntegerField()
    assert field.get_lookup("ne") is None
    assert IntegerField.register_lookup(NotEqual) is NotEqual
    registered.append((IntegerField, NotEqual))
    assert field.get_lookup("ne") is NotEqual
    assert TextField().get_lookup("ne") is None
    assert "ne" in BigIntegerField.get_lookups()
    assert "ne" in BigIntegerField.get_class_lookups()
    assert IntegerField.class_lookups == {"ne": NotEqual}  # type: ignore[attr-defined]


def test_registration_as_a_decorator_under_another_name() -> None:
    IntegerField.register_lookup(AbsoluteValue, "magnitude")
    assert IntegerField().get_transform("magnitude") is AbsoluteValue
    assert IntegerField().get_transform("abs") is None
    IntegerField._unregister_lookup(AbsoluteValue, "magnitude")
    assert IntegerField().get_transform("magnitude") is None


def test_registration_on_an_instance_is_its_own() -> None:
    field, other = IntegerField(), IntegerField()
    field.register_lookup(NotEqual)
    field.register_lookup(AbsoluteValue)
    assert field.get_lookup("ne") is NotEqual
    assert field.get_lookup("exact") is other.get_lookup("exact")
    assert field.get_transform("abs") is AbsoluteValue
    assert "ne" in field.get_lookups()
    assert other.get_lookup("ne") is None
    field._unregister_lookup(NotEqual)
    assert field.get_lookup("ne") is None


def test_a_registered_lookup_replaces_the_table() -> None:
    class Own(Exact):
        pass

    IntegerField.register_lookup(Own)
    assert BigIntegerField().get_lookup("exact") is Own
    IntegerField._unregister_lookup(Own)
    assert BigIntegerField().get_lookup("exact") is not Own


def test_a_class_of_ones_own_has_its_visible_table() -> None:
    class Special(CharField):
        lookups = {"ne": NotEqual}

    assert Special().get_lookup("ne") is NotEqual
    assert Special().get_lookup("isnull") is IsNull


def test_a_generated_field_has_the_lookups_of_its_output() -> None:
    field = GeneratedField(expression=None, output_field=IntegerField(), db_persist=True)
    assert field.get_lookup("gt") is IntegerGreaterThan
    field.register_lookup(NotEqual)
    field.register_lookup(AbsoluteValue)
    assert field.get_lookup("ne") is NotEqual
    assert field.get_transform("abs") is AbsoluteValue
    assert field.output_field.get_lookup("ne") is None
