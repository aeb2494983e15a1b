"""Odd values in every kind of field: what is made of them, what is refused, in which words."""

from __future__ import annotations

import datetime
import decimal
import ipaddress
import math
import uuid
import warnings
from collections.abc import Callable
from typing import Any

from tests.behaviour.cases.checking import declare
from tests.behaviour.harness.environment import Environment, case
from tests.behaviour.orm import exceptions, functions, isolated_models, models
from tests.behaviour.schemas import rules

SCHEMA = rules


class Text(str):
    """A text of another class."""

    __slots__ = ()


class Number(int):
    """A number of another class."""


class Lazy:
    """Something that becomes text when it is asked."""

    def __str__(self) -> str:
        return "lazy"

    def __repr__(self) -> str:
        return "<lazy>"


class Size(models.TextChoices):
    SMALL = "S", "Small"


class Level(models.IntegerChoices):
    LOW = 1, "Low"


UTC = datetime.UTC
VALUES: dict[str, Any] = {
    "none": None,
    "empty": "",
    "space": " ",
    "padded": " 1 ",
    "text": "abc",
    "long text": "x" * 300,
    "umlaut": "ÄÖ€𝄞",
    "nul": "a\x00b",
    "newline": "1\n",
    "zero": 0,
    "one": 1,
    "minus one": -1,
    "big": 2**31,
    "bigger": 2**63,
    "huge": 10**40,
    "true": True,
    "false": False,
    "true text": "True",
    "t": "t",
    "no": "no",
    "half": 0.5,
    "float": 1.0,
    "nan": math.nan,
    "infinity": math.inf,
    "digits": "١٢",
    "underscore": "1_000",
    "hex": "0x10",
    "exponent": "1e3",
    "number text": "12",
    "long digits": "9" * 400,
    "decimal": decimal.Decimal("1.50"),
    "decimal nan": decimal.Decimal("NaN"),
    "decimal infinity": decimal.Decimal("Infinity"),
    "decimal zero": decimal.Decimal("-0.00"),
    "decimal small": decimal.Decimal("1E-30"),
    "bytes": b"ab",
    "bytes number": b"1",
    "bytes bad": b"\xff\xfe",
    "array": bytearray(b"ab"),
    "list": [1, "a"],
    "empty list": [],
    "tuple": (1,),
    "dict": {"a": 1},
    "set": {1},
    "date": datetime.date(2024, 2, 29),
    "moment": datetime.datetime(2024, 2, 29, 13, 5, 6, 7, tzinfo=UTC),
    "time": datetime.time(13, 5),
    "duration": datetime.timedelta(days=1, seconds=3),
    "uuid": uuid.UUID(int=7),
    "day text": "2024-02-29",
    "bad day": "2023-02-29",
    "bad form": "29.2.2024",
    "moment text": "2024-02-29T13:05:06+02:00",
    "bad moment": "2024-02-29 25:00",
    "time text": "13:05:06.7",
    "bad time": "25:00",
    "duration text": "1 02:03:04",
    "iso duration": "P1DT2H",
    "bad duration": "1 day",
    "uuid text": "00000000-0000-0000-0000-000000000007",
    "uuid odd": "{0000000000000000000000000000000G}",
    "v4": "192.168.0.1",
    "v4 zero": "192.168.0.01",
    "v6": "2001:0DB8::0001",
    "v6 mapped": "::ffff:10.0.0.1",
    "v6 bad": ":::1",
    "address": ipaddress.ip_address("::1"),
    "mail": "a@b.cd",
    "mail umlaut": "a@bücher.de",
    "mail long": f"{'a' * 70}@{'b' * 250}.de",
    "url": "https://x.org/?a=b#c",
    "ftp": "ftp://x.org",
    "url bad": "http://[a",
    "slug": "a-b_1",
    "json": '{"a": [1, null]}',
    "choice": Size.SMALL,
    "level": Level.LOW,
    "text subclass": Text("s"),
    "number subclass": Number(3),
    "lazy": Lazy(),
    "class": int,
    "complex": 1j,
    "ellipsis": ...,
    "min day": datetime.date.min,
    "max day": datetime.date.max,
}
FIELDS: dict[str, Callable[[], Any]] = {
    "auto": lambda: models.BigAutoField(primary_key=True),
    "integer": lambda: models.IntegerField(),
    "small": lambda: models.SmallIntegerField(),
    "big": lambda: models.BigIntegerField(),
    "positive": lambda: models.PositiveIntegerField(null=True, blank=True),
    "float": lambda: models.FloatField(),
    "decimal": lambda: models.DecimalField(max_digits=5, decimal_places=2),
    "free decimal": lambda: models.DecimalField(),
    "boolean": lambda: models.BooleanField(),
    "null boolean": lambda: models.BooleanField(null=True),
    "char": lambda: models.CharField(max_length=10),
    "text": lambda: models.TextField(blank=True),
    "slug": lambda: models.SlugField(),
    "email": lambda: models.EmailField(),
    "url": lambda: models.URLField(),
    "uuid": lambda: models.UUIDField(),
    "date": lambda: models.DateField(),
    "moment": lambda: models.DateTimeField(null=True),
    "time": lambda: models.TimeField(),
    "duration": lambda: models.DurationField(),
    "binary": lambda: models.BinaryField(max_length=3, editable=True),
    "json": lambda: models.JSONField(null=True),
    "address": lambda: models.GenericIPAddressField(),
    "v4": lambda: models.GenericIPAddressField(protocol="IPv4"),
    "unpacked": lambda: models.GenericIPAddressField(unpack_ipv4=True),
    "choices": lambda: models.CharField(max_length=2, choices=Size),
    "levels": lambda: models.IntegerField(choices=Level, null=True),
    "groups": lambda: models.CharField(max_length=2, choices={"G": {"a": "A"}, "": "None", "b": "B"}, blank=True),
}


def shown(value: Any) -> list[str]:
    """Describe a value with its class, so that 1 and True and Decimal(1) are different."""
    if type(value).__name__ == "__proxy__":  # a lazy text of Django's, in a parameter
        value = str(value)
    return [type(value).__name__, repr(bytes(value) if isinstance(value, memoryview) else value)[:120]]


def result(function: Callable[[Any], Any], value: Any) -> str:
    """Describe what a function makes of a value; the words of an exception only where they are the ORM's."""
    try:
        return " ".join(shown(function(value)))
    except exceptions.ValidationError as error:
        return repr(
            [
                [each.code, sorted([name, *shown(item)] for name, item in (each.params or {}).items()), each.messages]
                for each in error.error_list
            ]
        )
    except Exception as error:
        return f"raised {type(error).__name__}"


def note(env: Environment, kind: str, function: Callable[[Any], Any], *without: str) -> None:
    """Note what a function makes of each value."""
    env.note(kind, {label: result(function, value) for label, value in VALUES.items() if label not in without})


def declared(env: Environment) -> Any:
    """Yield each field of a model of its own."""
    with isolated_models(), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        for index, (kind, make) in enumerate(FIELDS.items()):
            model = declare(f"Odd{index}", **{"id" if kind == "auto" else "field": make()})
            yield kind, model, model._meta.get_field("id" if kind == "auto" else "field")


@case()
async def values_are_converted(env: Environment) -> None:
    for kind, _, field in declared(env):
        note(env, kind, field.to_python)


# The ranges of integers are PostgreSQL's on both databases.
@case(vendors=("postgresql",))
async def values_are_cleaned(env: Environment) -> None:
    for kind, model, field in declared(env):
        note(env, kind, lambda value, field=field, model=model: field.clean(value, model()))


@case()
async def values_are_prepared(env: Environment) -> None:
    for kind, _, field in declared(env):
        # Of these, more is done before the database is known than in Django.
        if field.get_internal_type() not in ("JSONField", "BinaryField", "DurationField", "GenericIPAddressField"):
            note(env, kind, field.get_prep_value, "nul")  # refused by aorm on both databases


@case()
async def displays(env: Environment) -> None:
    for kind, model, field in declared(env):
        if field.choices:
            # Bytes that are no text are a UnicodeDecodeError, of which Django has its own.
            note(env, kind, lambda value, model=model: model(field=value).get_field_display(), "bytes bad")


@case()
async def texts_of_values(env: Environment) -> None:
    for kind, model, field in declared(env):
        note(env, kind, lambda value, field=field, model=model: field.value_to_string(model(**{field.name: value})))


@case(vendors=("postgresql",))
async def instances_are_cleaned(env: Environment) -> None:
    for kind, model, field in declared(env):
        if kind == "auto":
            continue
        found = {}
        for label, value in VALUES.items():
            instance = model(field=value)
            try:
                await env.do(instance, "clean_fields")
            except exceptions.ValidationError as error:
                found[label] = repr(error.message_dict)
            except Exception as error:
                found[label] = f"raised {type(error).__name__}"
            else:
                found[label] = " ".join(shown(getattr(instance, field.attname)))
        env.note(kind, found)


@case()
async def options_of_every_kind(env: Environment) -> None:
    odd = {
        "name": [5, None, "a b", "class", ""],
        "max_length": [None, 0, "x", 10**9],
        "null": [None, "yes"],
        "blank": [None, 1],
        "default": [None, "", functions.Now(), list, Lazy(), ()],
        "unique": [None, 1],
        "choices": [None, (), [(1, 2)], {}, iter(())],
        "help_text": [None, 5, Lazy()],
        "db_column": ["", "a b", 'q"q', "Ä", 5],
        "error_messages": [None, {}, {"null": "N"}],
        "validators": [(), None, [print]],
        "verbose_name": [None, "", Lazy(), "Ä b"],
        "db_tablespace": [None, ""],
        "unknown": [1],
        "editable": [None],
        "serialize": [0],
        "db_index": [None],
        "db_default": [None, 1, functions.Now()],
    }
    for option, values in odd.items():
        for index, value in enumerate(values):
            label = f"{option} {index}"
            try:
                field = models.CharField(**{"max_length": 3, option: value})
                name, _path, arguments, keywords = field.deconstruct()
                found = {key: shown(item)[0] for key, item in sorted(keywords.items())}
                env.note(
                    label,
                    [
                        name,
                        arguments,
                        found,
                        str(field.verbose_name),
                        field.get_default()
                        if option == "default" and not isinstance(value, (Lazy, functions.Now))
                        else "",
                    ],
                )
            except Exception as error:
                env.note(label, ["raised", type(error).__name__])
