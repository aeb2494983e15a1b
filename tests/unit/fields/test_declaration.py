"""Fields as declarations: order, equality, copies, pickles, labels, and what they put on their model."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from aorm.fields.base import NOT_PROVIDED, DeferredAttribute, Field
from aorm.fields.identifiers import AutoField, BigAutoField, SmallAutoField
from aorm.fields.numeric import IntegerField
from aorm.fields.temporal import DateField
from aorm.fields.text import CharField, TextField
from aorm.models.base import Model

COLOURS = {"r": "Red", "g": "Green", "Warm": {"y": "Yellow"}}


class UpperAttribute(DeferredAttribute):
    """A descriptor that changes what is assigned."""

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value.upper() if isinstance(value, str) else value


class UpperField(CharField):
    """A field with a descriptor of its own."""

    descriptor_class = UpperAttribute


class Paint(Model):
    """A model with a field of each sort that puts something on it."""

    colour = CharField(max_length=1, choices=COLOURS)
    number = IntegerField("the number", null=True, choices=[(1, "one"), (None, "none")])
    made = DateField(db_column="made_on")
    sold = DateField(null=True)
    shade = CharField(max_length=9, choices=[("a", "A")])
    loud = UpperField(max_length=9)

    class Meta:
        app_label = "shop"

    def get_shade_display(self) -> str:
        """Be kept: choices do not replace what the class says itself."""
        return "own"


def field_of(name: str) -> Any:
    """Return a field of the model."""
    return Paint._meta.get_field(name)


def test_fields_are_ordered_as_they_were_written() -> None:
    first, second, made = CharField(), CharField(), CharField(auto_created=True)
    assert made < first < second
    assert sorted([second, first, made]) == [made, first, second]
    assert first != second
    assert first == copy.copy(first)
    assert hash(first) == hash(copy.copy(first))
    assert first != "field"
    with pytest.raises(TypeError):
        first < 5  # noqa: B015


def test_unbound_fields_come_before_bound_ones_of_the_same_number() -> None:
    bound = field_of("colour")
    unbound = copy.copy(bound)
    del unbound.model
    assert unbound != bound
    assert unbound < bound
    assert not bound < unbound


def test_names_follow_the_class_body() -> None:
    made = field_of("made")
    assert (made.name, made.attname, made.column, made.verbose_name) == ("made", "made", "made_on", "made")
    assert field_of("number").verbose_name == "the number"
    assert made.model is Paint
    assert str(made) == "shop.Paint.made"
    assert repr(made) == "<aorm.models.DateField: made>"
    assert repr(CharField()) == "<aorm.models.CharField>"
    assert repr(UpperField()).endswith("UpperField>")
    assert made.label == "Paint.made"
    assert CharField().label == "(unbound)"


def test_the_field_is_its_own_descriptor() -> None:
    assert Paint.colour is field_of("colour")
    assert not hasattr(type(Paint.colour), "__set__")
    paint = Paint(colour="r")
    assert paint.__dict__["colour"] == "r"
    assert paint.colour == "r"


def test_a_descriptor_class_of_ones_own_is_used() -> None:
    assert isinstance(Paint.__dict__["loud"], UpperAttribute)
    assert Paint(loud="abc").loud == "ABC"


def test_a_field_is_itself_on_what_is_no_model() -> None:
    class Holder:
        output_field = IntegerField()

    assert Holder().output_field is Holder.__dict__["output_field"]


def test_a_missing_value_is_fetched_by_the_model() -> None:
    class Fetching:
        wanted = field_of("number")

        def _fetch_deferred_field(self, field: Any) -> None:
            self.__dict__[field.attname] = 7

    instance = Fetching()
    assert field_of("number").__get__(instance, Fetching) == 7


def test_choices_give_a_display_method() -> None:
    assert field_of("colour").flatchoices == [("r", "Red"), ("g", "Green"), ("y", "Yellow")]
    assert Paint(colour="y").get_colour_display() == "Yellow"  # type: ignore[attr-defined]
    assert Paint(colour="x").get_colour_display() == "x"  # type: ignore[attr-defined]
    assert Paint(number=None).get_number_display() == "none"  # type: ignore[attr-defined]
    assert Paint(number=5).get_number_display() == 5  # type: ignore[attr-defined]
    assert Paint(shade="a").get_shade_display() == "own"
    assert Paint.get_colour_display.__name__ == "get_colour_display"  # type: ignore[attr-defined]


def test_dates_give_methods_for_their_neighbours_unless_nullable() -> None:
    for prefix in ("get_next_by", "get_previous_by", "aget_next_by", "aget_previous_by"):
        assert hasattr(Paint, f"{prefix}_made")
        assert not hasattr(Paint, f"{prefix}_sold")


def test_a_bound_field_pickles_as_a_reference_and_an_unbound_one_by_value() -> None:
    assert pickle.loads(pickle.dumps(field_of("made"))) is field_of("made")
    unbound = CharField(max_length=3, db_default="x")
    loaded = pickle.loads(pickle.dumps(unbound))
    assert loaded == unbound
    assert loaded is not unbound
    assert (loaded.max_length, loaded.db_default, loaded.default) == (3, "x", NOT_PROVIDED)


def test_copies_share_nothing_that_belongs_to_one_field() -> None:
    original = CharField(max_length=3)
    assert original.sql_type.arguments == (3,)
    copied = copy.deepcopy(original)
    copied.max_length = 5
    assert copied.sql_type.arguments == (5,)
    assert original.sql_type.arguments == (3,)


def test_a_clone_is_equal_in_all_but_identity() -> None:
    field = CharField("label", max_length=3, choices=COLOURS, db_index=True, validators=[len])
    cloned = field.clone()
    assert cloned != field
    assert cloned.deconstruct() == field.deconstruct()
    assert field_of("made").clone().deconstruct()[0] is None


def test_automatic_fields_count_as_one_kind() -> None:
    for kind in (AutoField, BigAutoField, SmallAutoField):
        assert issubclass(kind, AutoField)
        assert isinstance(kind(primary_key=True), AutoField)
    assert not issubclass(AutoField, BigAutoField)
    assert not isinstance(AutoField(primary_key=True), BigAutoField)
    assert not isinstance(IntegerField(), AutoField)


def test_a_model_has_one_automatic_field() -> None:
    with pytest.raises(ValueError, match=r"Model shop.Two can't have more than one auto-generated field."):

        class Two(Model):
            one = AutoField(primary_key=True)
            two = AutoField()

            class Meta:
                app_label = "shop"


def test_a_field_class_of_ones_own_has_its_own_path() -> None:
    _, path, _, keywords = UpperField(max_length=3).deconstruct()
    assert path == f"{__name__}.UpperField"
    assert keywords == {"max_length": 3}


def test_messages_merge_over_the_classes() -> None:
    class Loud(IntegerField):
        default_error_messages = {"invalid": "NO!", "own": "own"}

    messages = Loud(error_messages={"null": "none?"}).error_messages
    assert (messages["invalid"], messages["own"], messages["null"]) == ("NO!", "own", "none?")
    assert messages["blank"] == "This field cannot be blank."


def test_plain_fields_have_djangos_flags() -> None:
    field: Field = TextField()
    flags = (field.many_to_many, field.many_to_one, field.one_to_many, field.one_to_one, field.related_model)
    assert flags == (None,) * 5
    assert (field.is_relation, field.remote_field, field.hidden, field.generated) == (False, None, False, False)
    assert field.db_tablespace == ""
