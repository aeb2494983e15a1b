"""Values on their way to the database: types, what fits, what is refused, and fields with code of their own."""

from __future__ import annotations

import datetime
import decimal
import uuid
from typing import Any

import pytest

from aorm.dialects.postgresql.dialect import DIALECT as POSTGRESQL
from aorm.dialects.sqlite.dialect import DIALECT as SQLITE
from aorm.exceptions import DataError, ValidationError
from aorm.expressions.resolved import DETACHED
from aorm.expressions.values import Value
from aorm.fields.base import Field
from aorm.fields.binary import BinaryField
from aorm.fields.booleans import BooleanField
from aorm.fields.decimals import DecimalField
from aorm.fields.defaults import DatabaseDefault
from aorm.fields.durations import DurationField
from aorm.fields.identifiers import AutoField, BigAutoField, GenericIPAddressField, SmallAutoField, UUIDField
from aorm.fields.json import JSONField
from aorm.fields.numeric import (
    BigIntegerField,
    FloatField,
    IntegerField,
    PositiveBigIntegerField,
    PositiveIntegerField,
    PositiveSmallIntegerField,
    SmallIntegerField,
)
from aorm.fields.temporal import DateField, DateTimeField
from aorm.fields.text import CharField, EmailField, SlugField, TextField, URLField
from aorm.fields.times import TimeField
from aorm.settings import settings
from aorm.sql import types

TYPES: list[tuple[Field, types.SqlType, str, str]] = [
    (AutoField(), types.INTEGER, "integer", "integer"),
    (BigAutoField(), types.BIGINT, "bigint", "bigint"),
    (SmallAutoField(), types.SMALLINT, "smallint", "smallint"),
    (IntegerField(), types.INTEGER, "integer", "integer"),
    (BigIntegerField(), types.BIGINT, "bigint", "bigint"),
    (SmallIntegerField(), types.SMALLINT, "smallint", "smallint"),
    (PositiveIntegerField(), types.INTEGER, "integer", "integer"),
    (PositiveBigIntegerField(), types.BIGINT, "bigint", "bigint"),
    (PositiveSmallIntegerField(), types.SMALLINT, "smallint", "smallint"),
    (FloatField(), types.DOUBLE, "double precision", "real"),
    (DecimalField(max_digits=5, decimal_places=2), types.decimal(5, 2), "numeric(5, 2)", "decimal"),
    (DecimalField(), types.DECIMAL, "numeric", "decimal"),
    (BooleanField(), types.BOOLEAN, "boolean", "bool"),
    (CharField(max_length=3), types.varchar(3), "varchar(3)", "varchar(3)"),
    (CharField(), types.varchar(None), "varchar", "varchar"),
    (SlugField(), types.varchar(50), "varchar(50)", "varchar(50)"),
    (EmailField(), types.varchar(254), "varchar(254)", "varchar(254)"),
    (URLField(), types.varchar(200), "varchar(200)", "varchar(200)"),
    (TextField(), types.TEXT, "text", "text"),
    (DateField(), types.DATE, "date", "date"),
    (DateTimeField(), types.TIMESTAMPTZ, "timestamp with time zone", "datetime"),
    (TimeField(), types.TIME, "time", "time"),
    (DurationField(), types.INTERVAL, "interval", "bigint"),
    (BinaryField(), types.BINARY, "bytea", "BLOB"),
    (UUIDField(), types.UUID, "uuid", "char(32)"),
    (JSONField(), types.JSON, "jsonb", "text"),
    (GenericIPAddressField(), types.INET, "inet", "char(39)"),
]


@pytest.mark.parametrize(("field", "sql_type", "postgresql", "sqlite"), TYPES)
def test_types(field: Field, sql_type: types.SqlType, postgresql: str, sqlite: str) -> None:
    assert field.sql_type is sql_type
    assert field.sql_type is sql_type, "the second time from memory"
    assert field.db_type(POSTGRESQL) == postgresql
    assert field.db_type(SQLITE) == sqlite
    assert field.adapter is None
    assert field.save_adapter is None


def test_the_type_of_a_moment_follows_the_settings() -> None:
    field = DateTimeField()
    assert field.sql_type is types.TIMESTAMPTZ
    with settings.override(use_tz=False):
        assert field.sql_type is types.TIMESTAMP
    assert field.sql_type is types.TIMESTAMPTZ


def test_checks_of_columns() -> None:
    positive, document = PositiveIntegerField(), JSONField()
    positive.set_attributes_from_name("size")
    document.set_attributes_from_name('do"c')
    assert positive.db_check(POSTGRESQL) == '"size" >= 0'
    assert positive.db_parameters(SQLITE) == {"type": "integer", "check": '"size" >= 0'}
    assert document.db_check(POSTGRESQL) is None
    assert document.db_check(SQLITE) == '(JSON_VALID("do""c") OR "do""c" IS NULL)'
    assert IntegerField().db_check(SQLITE) is None
    assert CharField(db_collation="C").db_parameters(SQLITE)["collation"] == "C"


@pytest.mark.parametrize(
    ("field", "fitting", "beyond"),
    [
        (SmallIntegerField(), 2**15 - 1, 2**15),
        (IntegerField(), -(2**31), -(2**31) - 1),
        (IntegerField(), 2**31 - 1, 2**31),
        (AutoField(), 2**31 - 1, 2**31),
        (BigIntegerField(), 2**63 - 1, 2**63),
        (BigIntegerField(), -(2**63), 2**70),
        (PositiveIntegerField(), 2**31 - 1, 2**31),
    ],
)
def test_integers_beyond_the_column_are_refused_before_any_database(field: Field, fitting: int, beyond: int) -> None:
    assert field.prepare_to_save(fitting) == fitting
    assert field.prepare_to_save(str(fitting)) == fitting
    assert field.prepare_to_save(None) is None
    # A filter may ask for any number: the lookup knows what none can hold.
    assert field.get_prep_value(beyond) == beyond
    with pytest.raises(DataError, match=rf"\(unbound\) cannot store {beyond}: it holds integers from"):
        field.prepare_to_save(beyond)


def test_below_zero_is_left_to_the_check_of_the_database() -> None:
    assert PositiveIntegerField().prepare_to_save(-1) == -1


@pytest.mark.parametrize(
    ("given", "saved"),
    [
        ("1.005", "1.01"),
        ("-1.005", "-1.01"),
        ("2", "2.00"),
        (1.1, "1.10"),
        ("999.99", "999.99"),
        ("0.001", "0.00"),
        ("1E+2", "100.00"),
        ("999.995", None),
        ("1000", None),
        ("-1000", None),
    ],
)
def test_decimals_are_rounded_as_postgresql_does_and_must_fit(given: Any, saved: str | None) -> None:
    field = DecimalField(max_digits=5, decimal_places=2)
    if saved is None:
        with pytest.raises(DataError, match=r"holds 5 digits, 2 of them after the point"):
            field.prepare_to_save(given)
    else:
        prepared = field.prepare_to_save(given)
        assert str(prepared) == saved
        assert isinstance(prepared, decimal.Decimal)


def test_decimals_without_sizes_are_kept() -> None:
    assert str(DecimalField().prepare_to_save("1.23456789")) == "1.23456789"
    assert DecimalField(max_digits=3, decimal_places=1).prepare_to_save(None) is None


@pytest.mark.parametrize("field", [CharField(max_length=50), TextField(), SlugField(), EmailField(), URLField()])
@pytest.mark.parametrize(("text", "what"), [("a\0b", "NUL"), ("a\ud800", "surrogate"), ("\udfffé", "surrogate")])
def test_text_that_no_database_can_hold_is_refused(field: Field, text: str, what: str) -> None:
    for prepare in (field.get_prep_value, field.prepare_to_save):
        with pytest.raises(DataError, match=rf"\(unbound\) cannot store a .*{what}.*position"):
            prepare(text)


@pytest.mark.parametrize("text", ["", "plain", "é", "日本語", "😀", "\U0010ffff", "\x01"])
def test_all_other_text_is_kept(text: str) -> None:
    assert TextField().get_prep_value(text) == text


def test_values_of_the_right_class_are_handed_on_unchanged() -> None:
    moment = datetime.datetime.now(datetime.UTC)
    for field, value in (
        (IntegerField(), 10**6),
        (FloatField(), 1.5),
        (CharField(), "text"),
        (DateTimeField(), moment),
        (DateField(), moment.date()),
        (TimeField(), moment.time()),
        (DurationField(), datetime.timedelta(1)),
        (UUIDField(), uuid.uuid4()),
        (BinaryField(), b"x"),
    ):
        assert field.get_prep_value(value) is value


def test_a_text_is_read_as_a_duration() -> None:
    assert DurationField().get_prep_value("1 02:00:00") == datetime.timedelta(days=1, hours=2)
    with pytest.raises(ValidationError, match="invalid format"):
        DurationField().get_prep_value("soon")


def test_an_empty_address_is_null() -> None:
    field = GenericIPAddressField()
    assert field.get_prep_value("") is None
    assert field.get_prep_value("2001:DB8::0001") == "2001:db8::1"


def test_bytes_are_wanted_for_a_binary_field() -> None:
    with pytest.raises(TypeError, match="expected bytes but got 'text'"):
        BinaryField().get_prep_value("text")


def test_moments_of_the_wrong_kind() -> None:
    naive = datetime.datetime(2024, 1, 1, 12)
    with settings.override(time_zone="America/New_York"):
        warning = r"DateTimeField \(unbound\) received a naive datetime \(2024-01-01 12:00:00\) while time zone support"
        with pytest.warns(RuntimeWarning, match=warning):
            made = DateTimeField().get_prep_value(naive)
    assert made.utcoffset() == datetime.timedelta(hours=-5)
    with settings.override(use_tz=False), pytest.raises(ValueError, match="does not support timezone-aware datetimes"):
        DateTimeField().get_prep_value(made)
    with pytest.raises(ValueError, match="does not support timezone-aware times"):
        TimeField().get_prep_value(datetime.time(1, tzinfo=datetime.UTC))


class Lazy:
    """A lazy string, as Django's translations make them."""

    def __str__(self) -> str:
        return "7"

    def _proxy____cast(self) -> str:
        return "7"


def test_lazy_values_are_welcome() -> None:
    assert CharField().get_prep_value(Lazy()) == "7"
    assert IntegerField().get_prep_value(Lazy()) == 7
    assert Field().get_prep_value(Lazy()) == "7"


class Hand:
    """A value of one's own."""

    def __init__(self, text: str) -> None:
        self.text = text


class HandField(TextField):
    """A field with code of its own for each step, as Django's guide to custom fields writes one."""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return None if value is None else Hand(value)

    def to_python(self, value: Any) -> Any:
        return value if isinstance(value, Hand) or value is None else Hand(value)

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return value.text if isinstance(value, Hand) else value


class SpelledField(CharField):
    """A field whose encoding depends on the database."""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        value = super().get_db_prep_value(value, connection, prepared)
        native = connection.features.has_native_uuid_field
        return f"{connection.vendor}:{native}:{connection.ops.quote_name(value)}:{prepared}"


class SavedField(IntegerField):
    """A field that saves something else than it filters by."""

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        return super().get_db_prep_save(value, connection) + 1


def test_a_field_with_to_python_of_its_own() -> None:
    field = HandField()
    assert field.get_prep_value("abc") == "abc"
    assert field.get_prep_value(Hand("x")) == "x"
    (convert,) = field.get_db_converters(None)
    assert convert("x", None, None).text == "x"
    assert field.adapter is None
    assert TextField().get_db_converters(None) == []


def test_a_field_with_encoding_of_its_own() -> None:
    field = SpelledField()
    assert field.adapter is field
    assert field.encode_for(SQLITE)("a") == 'sqlite:False:"a":True'
    assert field.encode_for(POSTGRESQL)("a") == 'postgresql:True:"a":True'
    raw = object()
    assert field.prepare_to_save(raw) is raw
    assert field.save_adapter.encode_for(SQLITE)("a") == 'sqlite:False:"a":False'
    assert field.save_adapter == field.save_adapter
    assert hash(field.save_adapter) == hash(field.save_adapter)
    assert field.save_adapter != SpelledField().save_adapter


def test_a_field_that_only_saves_in_its_own_way() -> None:
    field = SavedField()
    assert field.adapter is None
    assert field.save_adapter.encode_for(SQLITE)("4") == 5


def test_the_types_encoder_runs_behind_the_fields_own() -> None:
    class Shifted(DateField):
        def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
            value = super().get_db_prep_value(value, connection, prepared)
            return None if value is None else value + datetime.timedelta(days=1)

    encode = Shifted().encode_for(SQLITE)
    assert encode is not None
    assert encode(datetime.date(2024, 2, 28)) == "2024-02-29"
    assert encode(None) is None


def test_expressions_pass_get_db_prep_save() -> None:
    from aorm.expressions.references import F

    expression = F("pages") + 1
    assert IntegerField().get_db_prep_save(expression, None) is expression
    assert IntegerField().get_db_prep_save("5", None) == 5


def test_an_internal_type_of_ones_own() -> None:
    class Like(Field):
        def get_internal_type(self) -> str:
            return "CharField"

    class Moment(Field):
        def get_internal_type(self) -> str:
            return "DateTimeField"

    class Unlike(Field):
        pass

    assert Like(max_length=4).sql_type is types.varchar(4)
    assert Moment().sql_type is types.TIMESTAMPTZ
    assert Unlike().sql_type is types.UNKNOWN


def test_defaults() -> None:
    assert CharField().get_default() == ""
    assert CharField(null=True).get_default() is None
    assert IntegerField().get_default() is None
    assert IntegerField(default=5).get_default() == 5
    assert JSONField(default=dict).get_default() == {}
    assert BinaryField().get_default() == b""
    assert BinaryField(default=b"x").get_default() == b"x"
    field = IntegerField(db_default=7)
    default = field.get_default()
    assert isinstance(default, DatabaseDefault)
    assert default == field.get_default()
    assert (default.expression, default.output_field) == (7, field)
    assert field.db_returning
    assert not field.has_default()
    assert IntegerField(default=1, db_default=2).get_default() == 1
    assert AutoField(primary_key=True).db_returning
    assert IntegerField(default=3).get_pk_value_on_save(None) == 3
    assert IntegerField().get_pk_value_on_save(None) is None


def test_a_database_default_stands_for_its_expression_outside_an_insert() -> None:
    field = IntegerField(db_default="7")
    default = field.get_default()
    resolved = default.resolve_expression(DETACHED)
    assert (resolved.term.value, resolved.term.type, resolved.output) == (7, types.INTEGER, field)
    assert default.get_source_expressions() == []
    computed = IntegerField(db_default=Value(3) + Value(4)).get_default()
    (source,) = computed.get_source_expressions()
    computed.set_source_expressions([Value(5)])
    assert computed.expression == Value(5)
    assert source != Value(5)
    assert computed.resolve_expression(DETACHED).term.value == 5


class Instance:
    """An object with attributes."""

    thing: Any

    def __init__(self, **values: Any) -> None:
        self.__dict__.update(values)


def bound(field: Any, name: str = "thing") -> Any:
    """Return the field with a name."""
    field.set_attributes_from_name(name)
    return field


def test_fields_that_take_the_present() -> None:
    for field, kind in ((DateField, datetime.date), (DateTimeField, datetime.datetime), (TimeField, datetime.time)):
        made, changed, plain = bound(field(auto_now_add=True)), bound(field(auto_now=True)), bound(field())
        instance = Instance(thing=None)
        assert plain.pre_save(instance, True) is None
        assert made.pre_save(instance, False) is None
        assert isinstance(made.pre_save(instance, True), kind)
        first = instance.thing
        assert isinstance(first, kind)
        assert changed.pre_save(instance, False) >= first
    assert bound(DateTimeField(auto_now=True)).pre_save(Instance(), False).tzinfo is not None


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        (IntegerField(), 5, "5"),
        (CharField(), "x", "x"),
        (DateField(), datetime.date(2024, 2, 29), "2024-02-29"),
        (DateField(), None, ""),
        (DateTimeField(), datetime.datetime(2024, 2, 29, 1, tzinfo=datetime.UTC), "2024-02-29T01:00:00+00:00"),
        (TimeField(), datetime.time(1, 2), "01:02:00"),
        (DurationField(), datetime.timedelta(days=-1, microseconds=5), "-1 00:00:00.000005"),
        (DurationField(), datetime.timedelta(hours=30), "1 06:00:00"),
        (DurationField(), None, ""),
        (BinaryField(), b"abc", "YWJj"),
        (JSONField(), {"a": 1}, {"a": 1}),
    ],
)
def test_values_as_text(field: Field, value: Any, text: Any) -> None:
    instance = Instance(thing=value)
    bound(field)
    assert field.value_to_string(instance) == text
    assert field.value_from_object(instance) == value
    assert field.get_filter_kwargs_for_object(instance) == {"thing": value}
