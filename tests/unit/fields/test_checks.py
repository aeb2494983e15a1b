"""Checks that look at databases, the model, or one's own classes; the others are held against Django's answers."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from aorm import checks, timezone
from aorm.database.databases import databases as registry
from aorm.expressions.references import F
from aorm.expressions.values import Value
from aorm.fields.base import Field
from aorm.fields.composite import CompositePrimaryKey
from aorm.fields.decimals import DecimalField
from aorm.fields.generated import GeneratedField
from aorm.fields.json import JSONField
from aorm.fields.numeric import IntegerField
from aorm.fields.temporal import DateField, DateTimeField
from aorm.fields.text import CharField
from aorm.fields.times import TimeField
from aorm.models.base import Model
from aorm.settings import settings

ALIASES = ["default", "server"]


@pytest.fixture(autouse=True)
def databases() -> Iterator[None]:
    """Configure a database of each kind; nothing connects."""
    with settings.override(databases={"default": "sqlite://", "server": "postgresql://localhost/none"}):
        yield


class Judge:
    """A router that keeps tables out of SQLite."""

    def allow_migrate(self, alias: str, app_label: str, **hints: Any) -> bool:
        return alias != "default"


class Checked(Model):
    """A model with something to say about databases."""

    commented = CharField(max_length=5, db_comment="a comment")
    computed = IntegerField(db_default=F("id"))
    constant = IntegerField(db_default=Value(5))
    halves = DecimalField(max_digits=5)
    document = JSONField(default={})
    inner = GeneratedField(expression=F("id"), output_field=CharField(max_length=0), db_persist=True)
    warned = GeneratedField(expression=F("id"), output_field=IntegerField(max_length=3), db_persist=False)

    class Meta:
        app_label = "shop"


def found(name: str, aliases: list[str] | None = ALIASES) -> list[str]:
    """Return the ids of what the check of a field finds."""
    return [str(message.id) for message in Checked._meta.get_field(name).check(databases=aliases)]


def test_abilities_of_databases() -> None:
    assert found("commented") == ["fields.W163"]
    assert found("commented", ["server"]) == []
    assert found("commented", None) == []
    assert found("computed") == ["fields.E012", "fields.E012"]
    assert found("computed", None) == []
    assert found("constant") == []
    assert found("halves") == ["fields.E135"]
    assert found("document") == ["fields.E010"]
    (message,) = Checked._meta.get_field("commented").check(databases=ALIASES)
    assert message.msg == "SQLite does not support comments on columns (db_comment)."
    assert isinstance(message, checks.Warning)


def test_a_router_decides_which_databases_matter() -> None:
    with settings.override(routers=[Judge()]):
        assert found("commented") == []
        assert found("computed") == ["fields.E012"]


def test_a_generated_field_reports_what_its_output_has_wrong() -> None:
    (message,) = Checked._meta.get_field("inner").check(databases=[])
    assert message.id == "fields.E223"
    assert message.msg == (
        "GeneratedField.output_field has errors:\n    'max_length' must be a positive integer. (fields.E121)"
    )
    (warning,) = Checked._meta.get_field("warned").check(databases=[])
    assert (warning.id, type(warning)) == ("fields.W224", checks.Warning)


def test_features_that_no_database_lacks_today(monkeypatch: pytest.MonkeyPatch) -> None:
    dialect = registry["default"].dialect
    poor = replace(
        dialect.features,
        supports_expression_defaults=False,
        supports_no_precision_decimalfield=False,
        supports_collation_on_charfield=False,
        supports_collation_on_textfield=False,
        supports_json_field=False,
        supports_stored_generated_columns=False,
        supports_virtual_generated_columns=False,
    )
    monkeypatch.setattr(dialect, "features", poor)
    assert found("computed", ["default"]) == ["fields.E011"]
    assert found("halves", ["default"]) == ["fields.E130"]
    assert found("inner", ["default"]) == ["fields.E220", "fields.E222", "fields.E223"]
    assert found("warned", ["default"]) == ["fields.E220", "fields.E221", "fields.W224"]
    assert found("document", ["default"]) == ["fields.E010", "fields.E180"]
    field = CharField(max_length=3, db_collation="C")
    field.model, field.name = Checked, "collated"
    assert [message.id for message in field.check(databases=["default"])] == ["fields.E190"]


def test_defaults_that_were_fixed_when_the_program_began() -> None:
    now = timezone.now()
    for field in (
        DateField(default=now),
        DateField(default=now.date()),
        DateTimeField(default=now),
        DateTimeField(default=now.date()),
        TimeField(default=now),
        TimeField(default=now.time()),
    ):
        (message,) = field.check()
        assert (message.id, message.msg) == ("fields.W161", "Fixed default value provided.")
        assert message.hint is not None
        assert message.hint.endswith("use `aorm.timezone.now`")
    for field in (
        DateTimeField(default=timezone.now),
        DateField(default=datetime.date(2000, 1, 1)),
        TimeField(default="1:00"),
    ):
        assert field.check() == []


def test_a_class_that_is_withdrawn_says_so() -> None:
    class Removed(Field):
        system_check_removed_details = {"msg": "gone", "hint": "use another", "id": "fields.E999"}

    class Deprecated(Field):
        system_check_deprecated_details = {}

    (removed,) = Removed().check()
    assert (removed.msg, removed.hint, removed.id) == ("gone", "use another", "fields.E999")
    (deprecated,) = Deprecated().check()
    assert (deprecated.msg, deprecated.id) == ("Deprecated has been deprecated.", "fields.WXXX")


def test_a_composite_key_is_named_pk() -> None:
    key = CompositePrimaryKey("a", "b")
    key.name = "key"
    assert [message.id for message in key.check()] == ["fields.E013"]
    key.name = "pk"
    assert key.check() == []
