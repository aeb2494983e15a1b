"""What mypy and pyright see in the fields of a model, on the class and on an instance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.typing.checkers import Finding, ask_mypy, ask_pyright, is_installed

if TYPE_CHECKING:
    from pathlib import Path

MODULE = '''
from __future__ import annotations

import uuid
from decimal import Decimal
from datetime import date, timezone

from aorm.expressions.references import F
from aorm.fields.base import Field
from aorm.fields.binary import BinaryField
from aorm.fields.booleans import BooleanField
from aorm.fields.decimals import DecimalField
from aorm.fields.durations import DurationField
from aorm.fields.identifiers import BigAutoField, GenericIPAddressField, UUIDField
from aorm.fields.json import JSONField
from aorm.fields.numeric import BigIntegerField, FloatField, IntegerField, PositiveIntegerField
from aorm.fields.temporal import DateField, DateTimeField
from aorm.fields.text import CharField, EmailField, SlugField, TextField, URLField
from aorm.fields.times import TimeField
from aorm.models.base import Model


class UpperField(CharField):
    """A field of one's own."""


class Book(Model):
    id = BigAutoField(primary_key=True)
    title = CharField("the title", max_length=30, db_index=True)
    subtitle = CharField(max_length=30, null=True)
    text = TextField(default="", blank=True)
    note = TextField(null=True)
    slug = SlugField(unique=True)
    email = EmailField(null=True)
    link = URLField()
    pages = IntegerField(default=0)
    sold = BigIntegerField(null=True, choices=[(1, "one")])
    copies = PositiveIntegerField()
    weight = FloatField(null=True)
    price = DecimalField(max_digits=5, decimal_places=2)
    ready = BooleanField()
    liked = BooleanField(null=True)
    day = DateField()
    made = DateTimeField(auto_now_add=True)
    changed = DateTimeField(null=True)
    hour = TimeField()
    lasts = DurationField(null=True)
    key = UUIDField(default=uuid.uuid4)
    cover = BinaryField(null=True)
    data = JSONField(default=dict)
    address = GenericIPAddressField(protocol="IPv4")
    loud = UpperField(max_length=3)


class Holder:
    output_field = IntegerField()


book = Book()
'''

# Expression -> the type that both checkers see.
REVEALED = {
    "book.id": "int",
    "book.title": "str",
    "book.subtitle": "str | None",
    "book.text": "str",
    "book.note": "str | None",
    "book.slug": "str",
    "book.email": "str | None",
    "book.link": "str",
    "book.pages": "int",
    "book.sold": "int | None",
    "book.copies": "int",
    "book.weight": "float | None",
    "book.price": "Decimal",
    "book.ready": "bool",
    "book.liked": "bool | None",
    "book.day": "date",
    "book.made": "datetime",
    "book.changed": "datetime | None",
    "book.hour": "time",
    "book.lasts": "timedelta | None",
    "book.key": "UUID",
    "book.cover": "bytes | None",
    "book.data": "Any",
    "book.address": "str",
    "book.loud": "str",
    "Book.title": "CharField[str | Combinable | Expression, str]",
    "Book.subtitle": "CharField[str | Combinable | Expression | None, str | None]",
    "Book.title.max_length": "int | None",
    "Book.made": "DateTimeField[datetime | Combinable | Expression, datetime]",
    "Holder().output_field": "IntegerField[int | Combinable | Expression, int]",
}
ACCEPTED = (
    'book.title = "x"',
    "book.subtitle = None",
    "book.id = None",
    'book.pages = F("pages") + 1',
    'book.pages = F("copies")',
    'book.price = "5.00"',
    'book.key = "12345678123456781234567812345678"',
    "book.data = [1, {}]",
    "def any_field(field: Field) -> None: ...",
    "def text_field() -> CharField: return Book.title",
    'CharField(max_length=3, validators=[len], error_messages={"blank": "no"}, help_text="x")',
)
REFUSED = (
    "book.title = None",
    "book.title = 5",
    'book.pages = "x"',
    "book.ready = None",
    "book.made = date(2024, 1, 1)",
    "CharField(max_lenght=5)",
    'IntegerField(null="yes")',
    "book.subtitle.upper()",
)


@pytest.fixture(scope="module", params=["mypy", "pyright"])
def findings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Finding]]:
    """Return for each line below the models what the checker says."""
    if not is_installed(request.param):
        pytest.skip(f"{request.param} is not installed beside this Python")
    folder: Path = tmp_path_factory.mktemp(request.param)
    lines = [*(f"reveal_type({expression})" for expression in REVEALED), *ACCEPTED, *REFUSED]
    path = folder / "questions.py"
    path.write_text(MODULE + "\n".join(lines) + "\n")
    said = ask_mypy(path, folder / "cache") if request.param == "mypy" else ask_pyright(path)
    first = MODULE.count("\n") + 1
    found: dict[str, list[Finding]] = {line: [] for line in lines}
    for finding in said:
        if finding.line >= first:
            found[lines[finding.line - first]].append(finding)
    return found


def test_types(findings: dict[str, list[Finding]]) -> None:
    """Each attribute has the type of its field's values."""
    seen = {
        expression: next(iter(one.text for one in findings[f"reveal_type({expression})"]), None)
        for expression in REVEALED
    }
    assert seen == REVEALED


def test_what_is_accepted(findings: dict[str, list[Finding]]) -> None:
    """No complaint about what is right."""
    assert {line: [one.text for one in findings[line] if one.is_error] for line in ACCEPTED} == {
        line: [] for line in ACCEPTED
    }


def test_what_is_refused(findings: dict[str, list[Finding]]) -> None:
    """A complaint about each thing that is wrong."""
    assert [line for line in REFUSED if not any(one.is_error for one in findings[line])] == []
