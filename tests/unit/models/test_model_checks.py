"""What `aorm.check()` says of models: Django's ids, words and hints, recorded from Django 6.1."""

from __future__ import annotations

from typing import Any

import pytest

import aorm
from aorm import models

pytestmark = pytest.mark.usefixtures("registry", "sqlite")


def declare(name: str, /, *bases: Any, meta: dict[str, Any] | None = None, **body: Any) -> Any:
    """Make a model of the application `c`."""
    options = type("Meta", (), {"app_label": "c", **(meta or {})})
    return type(models.Model)(name, bases or (models.Model,), {"__module__": __name__, "Meta": options, **body})


def number(**options: Any) -> Any:
    return models.IntegerField(**options)


def key(target: Any, rule: Any = models.CASCADE, **options: Any) -> Any:
    return models.ForeignKey(target, rule, **{"related_name": "+", **options})


def found(databases: Any = ("default",)) -> list[tuple[str, str, str, str | None]]:
    """Return the findings as id, object, text and hint."""
    shown = []
    for message in aorm.check(databases=databases):
        about = message.obj
        name = about._meta.label if isinstance(about, type) and hasattr(about, "_meta") else str(about)
        shown.append((str(message.id), name, message.msg, message.hint))
    return shown


def test_nothing_to_say() -> None:
    author = declare("Author", name=models.CharField(max_length=10))
    declare("Book", author=key(author), meta={"ordering": ["author__name", "-pk", "?", "author"]})
    assert found() == []


def test_names_of_fields() -> None:
    one = declare("One", same=number())
    two = declare("Two", two=models.AutoField(primary_key=True), same=number())
    declare("Both", one, two)
    declare("Identified", id=models.CharField(max_length=3))
    declare("Shadowed", author=key(one), author_id=number())
    assert found() == [
        (
            "models.E005",
            "c.Both",
            "The field 'same' from parent model 'c.one' clashes with the field 'same' from parent model 'c.two'.",
            None,
        ),
        (
            "models.E004",
            "c.Identified",
            "'id' can only be used as a field name if the field also sets 'primary_key=True'.",
            None,
        ),
        (
            "models.E006",
            "c.Shadowed.author_id",
            "The field 'author_id' clashes with the field 'author' from model 'c.shadowed'.",
            None,
        ),
    ]


def test_columns_and_keys() -> None:
    declare("Columns", a=number(), b=number(db_column="a"))
    declare("Keys", a=number(primary_key=True), b=number(primary_key=True))
    declare("Composed", pk=models.CompositePrimaryKey("a", "zz", "n"), a=number(), n=number(null=True))
    refused = "cannot be included in the composite primary key."
    assert found() == [
        (
            "models.E007",
            "c.Columns",
            "Field 'b' has column name 'a' that is used by another field.",
            "Specify a 'db_column' for the field.",
        ),
        ("models.E026", "c.Keys", "The model cannot have more than one field with 'primary_key=True'.", None),
        ("models.E042", "c.Composed", f"'zz' {refused}", "'zz' is not a valid field."),
        ("models.E042", "c.Composed", f"'n' {refused}", "'n' field may not set 'null=True'."),
    ]


def test_unique_together() -> None:
    parent = declare("Parent", x=number(), y=number())
    declare(
        "Child",
        parent,
        meta={"unique_together": [("x", "q"), ("q", "zzz"), ("q", "m")]},
        q=number(),
        m=models.ManyToManyField(parent, related_name="+"),
    )
    assert found() == [
        (
            "models.E016",
            "c.Child",
            "'unique_together' refers to field 'x' which is not local to model 'Child'.",
            "This issue may be caused by multi-table inheritance.",
        ),
        ("models.E012", "c.Child", "'unique_together' refers to the nonexistent field 'zzz'.", None),
        (
            "models.E013",
            "c.Child",
            "'unique_together' refers to a ManyToManyField 'm', but ManyToManyFields are not permitted in "
            "'unique_together'.",
            None,
        ),
    ]


def test_ordering() -> None:
    other = declare("Other", x=number())
    names = ["nope", "-a", "pk", "a__zz", "f__x", "f__nope", "f__pk", "?"]
    declare("Ordered", meta={"ordering": names}, a=number(), f=key(other))
    declare("Text", meta={"ordering": "a"}, a=number())
    declare("Twice", meta={"ordering": ["a"], "order_with_respect_to": "f"}, a=number(), f=key(other))
    unknown = "'ordering' refers to the nonexistent field, related field, or lookup '{}'."
    assert found() == [
        *[("models.E015", "c.Ordered", unknown.format(name), None) for name in ("a__zz", "f__nope", "nope")],
        (
            "models.E014",
            "c.Text",
            "'ordering' must be a tuple or list (even if you want to order by only one field).",
            None,
        ),
        ("models.E021", "c.Twice", "'ordering' and 'order_with_respect_to' cannot be used together.", None),
    ]


def test_names_of_models() -> None:
    declare("Ends_")
    declare("Two__Parts")
    assert [(check_id, name) for check_id, name, _, _ in found()] == [
        ("models.E023", "c.Ends_"),
        ("models.E024", "c.Two__Parts"),
    ]


def test_proxies_and_rules_of_deletion() -> None:
    one = declare("One", x=number())
    declare("Proxy", one, meta={"proxy": True}, w=number())
    declare("Mixed", a=key(one, models.DB_CASCADE), b=key(one, models.CASCADE))
    assert [(check_id, name, text) for check_id, name, text, _ in found()] == [
        ("models.E017", "None", "Proxy model 'Proxy' contains model fields."),
        (
            "models.E050",
            "c.Mixed",
            "The model cannot have related fields with both database-level and Python-level on_delete variants.",
        ),
    ]


def test_names_that_models_share() -> None:
    def index(name: str) -> Any:
        return models.Index(fields=["a"], name=name)

    def constraint(name: str, limit: int) -> Any:
        return models.CheckConstraint(condition=models.Q(a__lt=limit), name=name)

    for name in ("One", "Two"):
        declare(name, a=number(), meta={"db_table": "shared", "indexes": [index("both")]})
    declare("Three", a=number(), meta={"constraints": [constraint("twice", 1), constraint("twice", 2)]})
    assert [(check_id, text) for check_id, _, text, _ in found()] == [
        ("models.E028", "db_table 'shared' is used by multiple models: c.One, c.Two."),
        ("models.E030", "index name 'both' is not unique among models: c.One, c.Two."),
        ("models.E031", "constraint name 'twice' is not unique for model c.Three."),
    ]


def test_models_that_never_came() -> None:
    declare("Waiting", nobody=key("Nobody"), nowhere=key("nowhere.Nobody"))
    texts = [text for check_id, _, text, _ in found() if check_id == "fields.E307"]
    assert [text.rpartition(", but ")[2] for text in texts] == [
        "app 'c' doesn't provide model 'nobody'.",
        "app 'nowhere' isn't installed.",
    ]


def overridden() -> list[Any]:
    return []


def test_a_check_that_is_no_method() -> None:
    declare("Careless", check=overridden)
    ((check_id, name, text, _),) = found()
    assert (check_id, name) == ("models.E020", "c.Careless")
    assert text.startswith("The 'Careless.check()' class method is currently overridden by <function overridden")


def test_models_may_be_chosen() -> None:
    wrong = declare("Ends_")
    right = declare("Right")
    assert aorm.check([right]) == []
    assert [message.id for message in aorm.check([wrong])] == ["models.E023"]
