"""Every case and every row on aorm gives what Django gave; the answers are in golden/."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.behaviour.differences import DIFFERENCES, PENDING
from tests.behaviour.harness.environment import VENDORS
from tests.behaviour.harness.modules import module_names, read_golden

if TYPE_CHECKING:
    from tests.behaviour.harness.stage import Stage
    from tests.support.faces import FaceName

GOLDEN = {name: read_golden(name) for name in module_names()}


def _parameters(package: str) -> list[Any]:
    found = []
    for module, items in GOLDEN.items():
        if not module.startswith(package):
            continue
        for item, answers in items.items():
            if f"{module}::{item}" in DIFFERENCES or f"{module}::*" in DIFFERENCES:
                continue
            reason = PENDING.get(f"{module}::{item}", PENDING.get(f"{module}::*"))
            # Not strict: what is pending may already be right on one database, or on one face.
            marks = [pytest.mark.xfail(reason=reason, strict=False)] if reason else []
            short = module.partition(".")[2]
            found += [
                pytest.param(vendor, module, item, id=f"{short}.{item}-{vendor}", marks=marks)
                for vendor in VENDORS
                if answers[vendor] is not None
            ]
    return found


@pytest.mark.parametrize("face", ["async", "sync"])
@pytest.mark.parametrize(("vendor", "module", "item"), _parameters("cases"))
def test_case(stage: Stage, vendor: str, module: str, item: str, face: FaceName) -> None:
    """The notes of a case are Django's, note by note."""
    notes = stage.play_case(module, item, vendor, face)
    expected = GOLDEN[module][item][vendor]
    fewer = [_with_fewer_statements(note, answer) for note, answer in zip(notes, expected, strict=False)]
    assert fewer + notes[len(fewer) :] == expected


@pytest.mark.parametrize("face", ["async", "sync"])
@pytest.mark.parametrize(("vendor", "module", "item"), _parameters("tables"))
def test_row(stage: Stage, vendor: str, module: str, item: str, face: FaceName) -> None:
    """The result of a queryset is Django's."""
    assert stage.play_row(module, item, vendor, face) == GOLDEN[module][item][vendor]


def _with_fewer_statements(note: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """Return the note with Django's count where ours is lower: fewer statements are welcome."""
    if "at_most" in note and "at_most" in answer:
        return {**note, "at_most": max(note["at_most"], answer["at_most"])}
    return note
