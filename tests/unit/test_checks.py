"""`aorm.checks`: what a finding says, and how grave it is."""

from __future__ import annotations

import pytest

from aorm import checks


class Model:
    class _meta:
        label = "shop.Book"


def test_text_and_repr() -> None:
    assert str(checks.Error("Wrong.", id="fields.E001", hint="Mend it.", obj="shop.Book.title")) == (
        "shop.Book.title: (fields.E001) Wrong.\n\tHINT: Mend it."
    )
    assert str(checks.Warning("Odd.", obj=Model)) == "shop.Book: Odd."
    assert str(checks.Info("Note.")) == "?: Note."
    assert repr(checks.Debug("d", id="x")) == "<Debug: level=10, msg='d', hint=None, obj=None, id='x'>"


def test_equality() -> None:
    assert checks.Error("a", id="x") == checks.Error("a", id="x")
    assert checks.Error("a", id="x") != checks.Error("a", id="y")
    assert checks.Error("a") != checks.Warning("a")
    assert checks.Error("a") != "a"


@pytest.mark.parametrize(
    ("message", "level", "serious"),
    [
        (checks.Debug("m"), 10, False),
        (checks.Info("m"), 20, False),
        (checks.Warning("m"), 30, False),
        (checks.Error("m"), 40, True),
        (checks.Critical("m"), 50, True),
    ],
)
def test_levels(message: checks.CheckMessage, level: int, serious: bool) -> None:
    assert (message.level, message.is_serious()) == (level, serious)
    assert message.is_serious(checks.DEBUG)


def test_level_has_to_be_a_number() -> None:
    with pytest.raises(TypeError, match=r"^The first argument should be level\.$"):
        checks.CheckMessage("oops", "m")  # type: ignore[arg-type]
