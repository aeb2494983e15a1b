"""Documents, generated columns and composite keys."""

from __future__ import annotations

import datetime
import decimal
import json
from typing import Any

import pytest

from aorm.dialects.postgresql.dialect import DIALECT as POSTGRESQL
from aorm.dialects.sqlite.dialect import DIALECT as SQLITE
from aorm.exceptions import DataError, ValidationError
from aorm.expressions.conditions import Q
from aorm.expressions.references import F
from aorm.fields.base import Field
from aorm.fields.composite import CompositeAttribute, CompositePrimaryKey, unnest
from aorm.fields.generated import GeneratedField
from aorm.fields.json import JSONField
from aorm.fields.numeric import IntegerField
from aorm.fields.outputs import field_for, output_for_value, type_for_value
from aorm.fields.text import CharField
from aorm.models.base import Model
from aorm.settings import settings
from aorm.sql import types


class DecimalEncoder(json.JSONEncoder):
    """Write exact numbers as text."""

    def default(self, o: Any) -> Any:
        return str(o) if isinstance(o, decimal.Decimal) else super().default(o)


class ExactDecoder(json.JSONDecoder):
    """Read fractions as exact numbers."""

    def __init__(self, **options: Any) -> None:
        super().__init__(parse_float=decimal.Decimal, **options)


IS_FIRST = Q(row=1) & Q(place__gte=F("pk"))


class Seat(Model):
    """A model with a composite key and columns that the database computes."""

    pk = CompositePrimaryKey("row", "place")
    row = IntegerField()
    place = IntegerField(default=7)
    name = CharField(max_length=9)
    double = GeneratedField(expression=F("place") * 2 + F("row"), output_field=IntegerField(), db_persist=True)
    is_first = GeneratedField(
        expression=Q(row=1) & Q(place__gte=F("pk")), output_field=IntegerField(), db_persist=False
    )

    class Meta:
        app_label = "shop"


def seat_field(name: str) -> Any:
    """Return a field of the model."""
    return Seat._meta.get_field(name)


def test_documents_are_left_to_the_type_unless_they_have_an_encoder() -> None:
    assert JSONField().adapter is None
    assert JSONField().decode_for(SQLITE) is None
    field = JSONField(encoder=DecimalEncoder)
    assert field.adapter is field
    assert field.save_adapter is field
    encode = field.encode_for(POSTGRESQL)
    assert encode is not None
    assert json.loads(encode({"a": decimal.Decimal("1.50")})) == {"a": "1.50"}
    assert encode(None) is None
    assert field.prepare_to_save({"a": 1}) == {"a": 1}


@pytest.mark.parametrize("dialect", [SQLITE, POSTGRESQL])
@pytest.mark.parametrize("field", [JSONField(), JSONField(encoder=DecimalEncoder)])
def test_documents_that_no_database_can_hold_are_refused(field: JSONField, dialect: Any) -> None:
    encode = dialect.encoder(types.JSON) if field.adapter is None else field.encode_for(dialect)
    for document in ("\0", ["a\0"], {"\0": 1}, "\\\0", "\ud800", "\udc00x", ["\ud83d", "\ude00"], "\udc00\ud800"):
        with pytest.raises(DataError, match=r"cannot hold a (NUL character|lone surrogate)"):
            encode(document)
    for document in ("\\u0000", "\\ud800", "\U0001f600", "\\\U0001f600\U0001f600", "x\ud7ff"):
        assert json.loads(encode(document)) == document


def test_documents_with_a_decoder() -> None:
    decode = JSONField(decoder=ExactDecoder).decode_for(SQLITE)
    assert decode is not None
    assert decode('{"a": 1.50}') == {"a": decimal.Decimal("1.50")}
    assert decode(5) == 5
    assert decode("{") == "{"


def test_a_document_field_with_encoding_of_its_own() -> None:
    class Wrapped(JSONField):
        def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
            return {"wrapped": super().get_db_prep_value(value, connection, prepared)}

    encode = Wrapped().encode_for(SQLITE)
    assert encode is not None
    assert json.loads(encode(5)) == {"wrapped": 5}


def test_a_generated_field_is_like_its_output() -> None:
    field = seat_field("double")
    assert field.sql_type is types.INTEGER
    assert field.db_type(SQLITE) == "integer"
    assert field.db_parameters(POSTGRESQL)["type"] == "integer"
    assert field.get_internal_type() == "IntegerField"
    assert field.get_prep_value("5") == 5
    assert field.adapter is None
    assert (field.generated, field.db_returning, field.editable, field.blank) == (True, True, False, True)
    assert field.decode_for(SQLITE) is None
    assert field.get_db_converters(None) == []
    name, path, args, keywords = field.deconstruct()
    assert (name, path, list(args)) == ("double", "aorm.models.GeneratedField", [])
    assert keywords == {"db_persist": True, "expression": field.expression, "output_field": field.output_field}
    documents = GeneratedField(expression=F("a"), output_field=JSONField(encoder=DecimalEncoder), db_persist=True)
    assert documents.adapter is documents.output_field
    encode = documents.encode_for(SQLITE)
    assert encode is not None
    assert encode(decimal.Decimal(1)) == '"1"'


def test_a_generated_field_knows_what_it_reads() -> None:
    assert seat_field("double").referenced_fields == {seat_field("place"), seat_field("row")}
    assert seat_field("is_first").referenced_fields == {seat_field("row"), seat_field("place"), seat_field("pk")}


def test_a_composite_key_is_the_tuple_of_its_parts() -> None:
    key = seat_field("pk")
    assert Seat._meta.pk is key
    assert (key.column, key.concrete, key.columns) == (None, False, ("row", "place"))
    assert list(key) == [seat_field("row"), seat_field("place")]
    assert len(key) == 2
    assert key.sql_type is types.row(2)
    assert key.db_type(SQLITE) is None
    seat = Seat(row=1, place=2)
    assert seat.pk == (1, 2)
    seat.pk = (3, 4)
    assert (seat.row, seat.place) == (3, 4)
    seat.pk = None
    assert seat.pk == (None, None)
    assert isinstance(Seat.__dict__["pk"], CompositeAttribute)
    assert Seat.pk is key
    for wrong, text in ((5, "'pk' must be a list or a tuple."), ((1, 2, 3), "'pk' must have 2 elements.")):
        with pytest.raises(ValueError, match=text):
            seat.pk = wrong


def test_a_composite_keys_values() -> None:
    key = seat_field("pk")
    seat = Seat(row=1, place=2)
    assert key.get_prep_value(["1", 2]) == (1, 2)
    assert key.get_prep_value(None) is None
    assert key.value_to_string(seat) == '["1", "2"]'
    assert key.to_python('["1", "2"]') == [1, 2]
    assert key.to_python((1, 2)) == (1, 2)
    seat.place = None  # type: ignore[assignment]
    assert key.get_pk_value_on_save(seat) == (1, 7)
    assert unnest([seat_field("name"), key]) == [seat_field("name"), seat_field("row"), seat_field("place")]
    assert key.deconstruct() == (
        "pk",
        "aorm.models.CompositePrimaryKey",
        ("row", "place"),
        {"primary_key": True, "blank": True, "editable": False, "serialize": False},
    )
    assert key.clone().field_names == ("row", "place")


@pytest.mark.parametrize(
    ("value", "sql_type", "field"),
    [
        ("text", types.varchar(None), "CharField"),
        (True, types.BOOLEAN, "BooleanField"),
        (5, types.INTEGER, "IntegerField"),
        (2**31, types.BIGINT, "BigIntegerField"),
        (-(2**63) - 1, types.DECIMAL, "DecimalField"),
        (1.5, types.DOUBLE, "FloatField"),
        (decimal.Decimal(1), types.DECIMAL, "DecimalField"),
        (datetime.date(2024, 1, 1), types.DATE, "DateField"),
        (datetime.datetime(2024, 1, 1), types.TIMESTAMPTZ, "MomentOutput"),
        (datetime.time(1), types.TIME, "TimeField"),
        (datetime.timedelta(1), types.INTERVAL, "DurationField"),
        (b"x", types.BINARY, "BinaryField"),
        (memoryview(b"x"), types.BINARY, "BinaryField"),
        (None, types.UNKNOWN, "OtherOutput"),
        (object(), types.UNKNOWN, "OtherOutput"),
        (type("Text", (str,), {})("x"), types.varchar(None), "CharField"),
        (type("Number", (int,), {})(5), types.INTEGER, "IntegerField"),
    ],
)
def test_plain_values_have_fields(value: Any, sql_type: types.SqlType, field: str) -> None:
    assert type_for_value(value) is sql_type
    output = output_for_value(value)
    assert type(output).__name__ == field
    assert output.sql_type is sql_type
    assert output_for_value(value) is output


@pytest.mark.parametrize(
    "sql_type",
    [
        types.SMALLINT,
        types.TEXT,
        types.varchar(5),
        types.decimal(5, 2),
        types.UUID,
        types.JSON,
        types.INET,
        types.TIMESTAMP,
        types.TIMESTAMPTZ,
        types.array(types.INTEGER),
        types.row(2),
        types.UNKNOWN,
    ],
)
def test_types_have_fields(sql_type: types.SqlType) -> None:
    field = field_for(sql_type)
    assert isinstance(field, Field)
    assert field.sql_type is sql_type
    assert field_for(sql_type) is field


def test_a_moment_without_zone_is_kept_where_the_type_has_none() -> None:
    naive = datetime.datetime(2024, 1, 1)
    assert field_for(types.TIMESTAMP).get_prep_value(naive) is naive
    with settings.override(use_tz=False):
        assert field_for(types.TIMESTAMP).get_prep_value(naive) is naive


def test_documents_say_what_is_no_document() -> None:
    with pytest.raises(ValidationError, match="Value must be valid JSON"):
        JSONField().clean({1, 2}, None)
    assert JSONField(encoder=DecimalEncoder).clean([decimal.Decimal(1)], None) == [decimal.Decimal(1)]
