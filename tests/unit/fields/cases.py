"""Questions about plain fields that Django and aorm can both be asked: by `record.py`, and by the tests."""

from __future__ import annotations

import datetime
import decimal
import uuid
import warnings
from collections.abc import Callable, Iterator
from typing import Any

UTC = datetime.timezone.utc  # noqa: UP017  Django's side may be older
FIVE = datetime.timezone(datetime.timedelta(hours=5))
NOON = datetime.datetime(2024, 2, 29, 12, 30, 15, 123456)
UUID_TEXT = "12345678-1234-5678-1234-567812345678"


class Words:
    """An object that is no string but shows as one."""

    def __str__(self) -> str:
        return "words"


NUMBERS: list[Any] = [
    None, 0, 1, -1, True, False, 7, 2**31 - 1, 2**31, -(2**31) - 1, 2**63 - 1, 2**63, 1.0, 1.5, -0.0, float("nan"),
    float("inf"), "", " ", "1", " 12 ", "1.5", "-3", "1e3", "a", "nan", "\uff11\uff12", b"5", b"x",
    decimal.Decimal("2.50"),
    decimal.Decimal("NaN"), decimal.Decimal("1E+3"), [], [1], (1,), {}, object, "t", "f", "True", "False", "true", "no",
    decimal.Decimal("12345.678"), decimal.Decimal("0.001"), 99999.99, 100000, 0.1,
]  # fmt: skip
TEXTS: list[Any] = [
    None, "", "a", "abcdef", "abcdefg", " x ", 5, 1.5, True, b"bytes", Words(), [], "ü", "naïve", "slug-1_x", "slug ü",
    "slug-ü", "a@b.example", "a@b", "not mail", "http://example.com", "https://example.com/x?y=1", "ftp://x",
    "example.com",
    decimal.Decimal("1.50"), "é" * 10, "\n",
]  # fmt: skip
MOMENTS: list[Any] = [
    None, "", NOON, NOON.replace(tzinfo=UTC), NOON.replace(tzinfo=FIVE), NOON.date(), NOON.time(),
    datetime.datetime(2024, 1, 1, 2, 0, tzinfo=UTC), "2024-02-29", "2023-02-29", "2024-2-3", "20240229", "2024-W09-4",
    "2024-02-29 12:30", "2024-02-29T12:30:15", "2024-02-29 12:30:15.5", "2024-02-29 12:30:15Z", "2024-02-29 25:00",
    "2024-02-29 12:30:15 +0530", "2024-02-29T12:30:15-08", "2024-13-01", "12:30", "12:30:15.25", "24:00", "noon",
    "1:2:3", "12:30:15+02:00", "2024-02-29 ", "2024-02-29 9:5",
]  # fmt: skip
DURATIONS: list[Any] = [
    None, "", datetime.timedelta(days=1, microseconds=3), "15", "15.5", "1:15", "1:02:03", "4 1:02:03", "-4 1:02:03",
    "4 days, 1:02:03", "-1:02:03", "P4DT1H2M3S", "-P1DT1H", "P1W", "PT1.5S", "1 day", "3 days 04:05:06",
    "-3 days +04:05:06",
    "x", "1:2:3:4", "P", "PT", "1 day, ", "15,5", "00:00:00.000001", "P1Y",
]  # fmt: skip
IDENTIFIERS: list[Any] = [
    None, "", uuid.UUID(UUID_TEXT), UUID_TEXT, UUID_TEXT.replace("-", ""), UUID_TEXT.upper(), "{" + UUID_TEXT + "}",
    "urn:uuid:" + UUID_TEXT, 5, -1, 2**128, "x", b"1234567812345678", 1.5, [],
]  # fmt: skip
ADDRESSES: list[Any] = [
    None, "127.0.0.1", " 127.0.0.1 ", "127.0.0.256", "::1", "2001:0db8:0000:0000:0000:0000:0000:0001",
    "::ffff:10.10.10.10",
    "::FFFF:0a0a:0a0a", "x", "fe80::1%eth0", ":", "1::2::3", "2001:DB8::A", 5, "::ffff:0:0",
]  # fmt: skip
DOCUMENTS: list[Any] = [
    None, "", {}, [], {"a": [1, 2, {"b": None}]}, "text", 5, 1.5, True, object(), {1, 2}, decimal.Decimal(1),
    {"a": UTC},
]  # fmt: skip
BYTES: list[Any] = [None, b"", b"abc", bytearray(b"x"), memoryview(b"y"), "YWJj", "YWJ", "ü", b"too long for it"]

CHOICES = [("Group", [(1, "one"), (2, "two")]), (3, "three"), ("", "none")]
TEXT_CHOICES = {"a": "Apple", "b": "Bear"}


class Vehicle:
    """Choices that a callable gives."""

    @staticmethod
    def choices() -> dict[str, str]:
        return {"c": "Car", "d": "Dray"}


def positive(value: int) -> None:
    """Refuse nothing; a validator for deconstruct."""


def fields(m: Any) -> dict[str, tuple[Callable[[], Any], list[Any]]]:
    """Return label -> how the field is made, and the values it is asked about."""
    return {
        "integer": (lambda: m.IntegerField(), NUMBERS),
        "integer null": (lambda: m.IntegerField(null=True, blank=True), NUMBERS[:8]),
        "integer choices": (lambda: m.IntegerField(choices=CHOICES), [1, 2, 3, 4, "1", None, ""]),
        "integer narrow": (lambda: m.IntegerField(validators=[m.MinValue(5), m.MaxValue(lambda: 9)]), [4, 5, 9, 10]),
        "big": (lambda: m.BigIntegerField(), NUMBERS[:16]),
        "small": (lambda: m.SmallIntegerField(), [0, 2**15 - 1, 2**15, -(2**15) - 1]),
        "positive": (lambda: m.PositiveIntegerField(), NUMBERS[:12]),
        "positive big": (lambda: m.PositiveBigIntegerField(), NUMBERS[:12]),
        "positive small": (lambda: m.PositiveSmallIntegerField(), NUMBERS[:12]),
        "auto": (lambda: m.AutoField(primary_key=True), [None, "", 1, "1", "x", 1.5]),
        "big auto": (lambda: m.BigAutoField(primary_key=True), [None, "", 1, "1", "x", 1.5]),
        "small auto": (lambda: m.SmallAutoField(primary_key=True), [None, "", 1, "1", "x", 1.5]),
        "float": (lambda: m.FloatField(), NUMBERS),
        "decimal": (lambda: m.DecimalField(max_digits=7, decimal_places=2), NUMBERS),
        "decimal free": (lambda: m.DecimalField(), NUMBERS),
        "boolean": (lambda: m.BooleanField(), NUMBERS),
        "boolean null": (lambda: m.BooleanField(null=True), NUMBERS),
        "boolean choices": (
            lambda: m.BooleanField(choices=[(True, "yes"), (False, "no")]),
            [True, False, None, 1, "x"],
        ),
        "char": (lambda: m.CharField(max_length=6), TEXTS),
        "char free": (lambda: m.CharField(null=True, blank=True), TEXTS),
        "char choices": (lambda: m.CharField(max_length=3, choices=TEXT_CHOICES), ["a", "b", "c", "", None, 5]),
        "char callable": (lambda: m.CharField(max_length=3, choices=Vehicle.choices), ["c", "d", "a"]),
        "char messages": (
            lambda: m.CharField(
                max_length=2, error_messages={"blank": "say something", "max_length": "too long: %(value)s"}
            ),
            ["", "abc"],
        ),
        "char uneditable": (lambda: m.CharField(max_length=2, editable=False), [None, "", "abc"]),
        "text": (lambda: m.TextField(), TEXTS),
        "text sized": (lambda: m.TextField(max_length=2), TEXTS[:6]),
        "slug": (lambda: m.SlugField(), TEXTS),
        "slug unicode": (lambda: m.SlugField(allow_unicode=True), TEXTS),
        "email": (lambda: m.EmailField(), TEXTS),
        "url": (lambda: m.URLField(), TEXTS),
        "date": (lambda: m.DateField(), MOMENTS),
        "datetime": (lambda: m.DateTimeField(), MOMENTS),
        "time": (lambda: m.TimeField(), MOMENTS),
        "duration": (lambda: m.DurationField(), DURATIONS),
        "uuid": (lambda: m.UUIDField(), IDENTIFIERS),
        "address": (lambda: m.GenericIPAddressField(), ADDRESSES),
        "address unpacked": (lambda: m.GenericIPAddressField(unpack_ipv4=True), ADDRESSES),
        "address 4": (lambda: m.GenericIPAddressField(protocol="IPv4"), ADDRESSES),
        "address 6": (lambda: m.GenericIPAddressField(protocol="IPv6"), ADDRESSES),
        "json": (lambda: m.JSONField(), DOCUMENTS),
        "binary": (lambda: m.BinaryField(editable=True, max_length=5), BYTES),
        "plain": (lambda: m.Field(), [None, "", 1, "x"]),
    }


def show(value: Any) -> str:
    """Return the value as text that is the same on both sides."""
    if isinstance(value, memoryview):
        return f"memoryview({bytes(value)!r})"
    if isinstance(value, list):
        return f"[{', '.join(map(show, value))}]"
    if isinstance(value, Words):
        return "Words()"
    if callable(value) and not isinstance(value, type):
        return str(getattr(value, "__name__", type(value).__name__))
    if type(value) is object:
        return "object()"
    if isinstance(value, (datetime.datetime, datetime.time)) and value.tzinfo is not None:
        return f"{type(value).__name__} {value.isoformat()}"
    return repr(value)


def outcome(function: Callable[[], Any], validation_error: type[Exception]) -> str:
    """Return what came of the call: the value, or the exception with its messages and codes, and the warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            said = show(function())
        except validation_error as error:
            errors: Any = error
            codes = [single.code for single in errors.error_list]
            said = f"ValidationError {errors.messages} {codes}"
        except Exception as error:
            said = f"{type(error).__name__}: {error}"
    return " ".join([said, *(f"[{one.category.__name__}: {one.message}]" for one in caught)])


def values_asked(m: Any) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Yield a name and a question for each field, value and method."""
    for label, (make, values) in fields(m).items():
        for method in ("to_python", "get_prep_value", "clean"):
            for place, value in enumerate(values):

                def ask(make: Any = make, method: str = method, value: Any = value) -> Any:
                    field = make()
                    field.set_attributes_from_name("thing")
                    return field.clean(value, None) if method == "clean" else getattr(field, method)(value)

                yield f"{label}.{method}[{place}] {show(value)[:60]}", ask


def declarations(m: Any) -> list[Callable[[], Any]]:
    """Return fields whose declaration has something to deconstruct, or something to complain about."""
    default_moment = datetime.datetime(2000, 1, 1)
    return [
        *(make for make, _ in fields(m).values()),
        lambda: m.CharField("a title", max_length=10, unique=True, db_index=True, default="x", help_text="help"),
        lambda: m.CharField(max_length=10, null=True, blank=True, db_column="c", db_tablespace="t", db_comment="com"),
        lambda: m.CharField(max_length=10, db_collation="C", serialize=False, auto_created=True, validators=[positive]),
        lambda: m.CharField("v", "n", False, 30, True, True, True, True),
        lambda: m.CharField(max_length=0),
        lambda: m.CharField(max_length="10"),
        lambda: m.CharField(max_length=True),
        lambda: m.CharField(max_length=1, choices=[("ab", "x")]),
        lambda: m.CharField(max_length=9, choices=["ab"]),
        lambda: m.CharField(max_length=9, choices="ab"),
        lambda: m.CharField(max_length=9, choices={("a", "b")}),
        lambda: m.CharField(max_length=9, choices=[(1, 2, 3)]),
        lambda: m.CharField(max_length=9, choices=[1, 2]),
        lambda: m.CharField(max_length=9, choices=[("g", [("a", "b"), ("c",)])]),
        lambda: m.CharField(max_length=1, choices=[("g", [("abc", "b")])]),
        lambda: m.CharField(max_length=9, choices=5),
        lambda: m.CharField(max_length=9, choices=[]),
        lambda: m.CharField(max_length=9, choices=iter([("a", "b")])),
        lambda: m.CharField(max_length=9, primary_key=True, null=True),
        lambda: m.CharField(max_length=9, db_index="yes"),
        lambda: m.CharField(max_length=9, validators=[5]),
        lambda: m.CharField(name="a__b", max_length=5),
        lambda: m.CharField(name="a_", max_length=5),
        lambda: m.CharField(name="pk", max_length=5),
        lambda: m.IntegerField(max_length=5),
        lambda: m.AutoField(),
        lambda: m.AutoField(primary_key=True, verbose_name="ID", auto_created=True, serialize=False),
        lambda: m.DecimalField(max_digits=2, decimal_places=3),
        lambda: m.DecimalField(max_digits=-1, decimal_places=-1),
        lambda: m.DecimalField(max_digits="x", decimal_places="y"),
        lambda: m.DateField(auto_now=True),
        lambda: m.DateField(auto_now_add=True, editable=True),
        lambda: m.DateTimeField(auto_now=True, auto_now_add=True),
        lambda: m.DateTimeField(default=default_moment),
        lambda: m.DateTimeField(auto_now=True, default=default_moment),
        lambda: m.TimeField(auto_now=True),
        lambda: m.TimeField(default=datetime.time(1)),
        lambda: m.SlugField(max_length=60, db_index=False),
        lambda: m.SlugField(allow_unicode=True, max_length=50),
        lambda: m.EmailField(max_length=100),
        lambda: m.URLField(max_length=200),
        lambda: m.URLField("v", max_length=300),
        lambda: m.GenericIPAddressField(blank=True),
        lambda: m.GenericIPAddressField("v", None, "IPv6", False),
        lambda: m.GenericIPAddressField(protocol="ipv5"),
        lambda: m.GenericIPAddressField(protocol="IPv4", unpack_ipv4=True),
        lambda: m.JSONField(default={}),
        lambda: m.JSONField(default=dict),
        lambda: m.JSONField(encoder=5),
        lambda: m.JSONField(decoder="x"),
        lambda: m.BinaryField(default="text"),
        lambda: m.BinaryField(editable=True, default=b"x"),
        lambda: m.UUIDField("v", default=uuid.uuid4, primary_key=True),
        lambda: m.IntegerField(db_default=5),
        lambda: m.IntegerField(unique_for_date="d", unique_for_month="m", unique_for_year="y"),
        lambda: m.CompositePrimaryKey("a", "b"),
        lambda: m.CompositePrimaryKey("a"),
        lambda: m.CompositePrimaryKey(),
        lambda: m.CompositePrimaryKey("a", "a"),
        lambda: m.CompositePrimaryKey("a", 5),
        lambda: m.CompositePrimaryKey("a", "b", default=1),
        lambda: m.CompositePrimaryKey("a", "b", db_default=1),
        lambda: m.CompositePrimaryKey("a", "b", db_column="x"),
        lambda: m.CompositePrimaryKey("a", "b", editable=True),
        lambda: m.CompositePrimaryKey("a", "b", primary_key=False),
        lambda: m.CompositePrimaryKey("a", "b", blank=False),
        lambda: m.GeneratedField(expression=1, output_field=m.IntegerField(), db_persist=None),
        lambda: m.GeneratedField(expression=1, output_field=m.IntegerField(), db_persist=True, editable=True),
        lambda: m.GeneratedField(expression=1, output_field=m.IntegerField(), db_persist=True, blank=False),
        lambda: m.GeneratedField(expression=1, output_field=m.IntegerField(), db_persist=True, default=1),
        lambda: m.GeneratedField(expression=1, output_field=m.IntegerField(), db_persist=True, db_default=1),
        lambda: m.Field(unknown=1),
    ]


def describe(make: Callable[[], Any]) -> str:
    """Return a field's parts as deconstructed, its checks, and the facts that others read."""
    field = make()
    name = field.name or ("pk" if type(field).__name__ == "CompositePrimaryKey" else "thing")
    field.set_attributes_from_name(name)
    _, path, args, keywords = field.deconstruct()
    shown = {key: show(value) for key, value in keywords.items()}
    facts = {
        "attname": field.attname,
        "column": field.column,
        "concrete": field.concrete,
        "verbose": field.verbose_name,
        "internal": field.get_internal_type(),
        "unique": field.unique,
        "has_default": field.has_default(),
        "db_returning": field.db_returning,
        "description": str(field.description),
        "flatchoices": field.flatchoices if not isinstance(field.choices, (str, int, set)) else None,
        "empty": field.empty_strings_allowed,
        "validators": [type(one).__name__ for one in field.validators],
        "messages": sorted(field.error_messages),
    }
    found = [f"{type(one).__name__} {one.id}: {one.msg} ({one.hint})" for one in field.check()]
    return f"{path.replace('django.db.models', 'aorm.models')} {list(args)} {shown} {facts} {found}"


PARSED: list[str] = [
    *(value for value in (*MOMENTS, *DURATIONS) if isinstance(value, str)),
    "2024-02-29T12:30:15.1234567", "2024-02-29T12:30:15,5", "2024-02-29 12:30:15+05:30", "2024-02-29 12:30 -0800",
    "2024-02-29t12:30", "2024-2-9 1:2:3", "2024-02-30T1:2", "12:30:15.1234567", "1:2", "9:60", "T12:30", "123015", "12",
    "2024-02-29T12", "2024-060", "0000-01-01", "10000-01-01", "2024-02-29\n", "12:30\n", "15\n", "\uff11:\uff12",
    "-15", "- 15", "1:15,5", "1 00:00", "1 day 1:02:03", "-1 day, -1:02:03", "P1D", "-P1D", "+P1D", "P1DT",
    "P0.5D", "P1,5W",
    "PT36H", "PT1H30M", "PT1M1H", "1 days", "1 day ", "-1 days -00:00:01", "-1 days +00:00:01.5", "+00:00:01",
    "999999999999",
    "99999999999999 00:00:00", "1:1:1.1234567", "4 15:30", "4 15", "100:00:00",
    "2024-2-9 1:2:3Z", "2024-2-9 1:2:3 +0530", "2024-2-9 1:2 -08", "2024-2-9 1:2:3.5+05:30", "2024-2-9 1:2 +25:00",
]  # fmt: skip


def parsed(parse: Any) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Yield a name and a question for each text and each kind of parser."""
    for kind in ("date", "time", "datetime", "duration"):
        for text in dict.fromkeys(PARSED):
            yield f"{kind} {text!r}", lambda kind=kind, text=text: getattr(parse, f"parse_{kind}")(text)
