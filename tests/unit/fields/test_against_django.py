"""Hold every answer of `cases.py` against Django's, which `record.py` wrote down."""

from __future__ import annotations

import json
import re

import pytest

from aorm.exceptions import ValidationError
from aorm.settings import settings
from tests.unit.fields.library import FIELDS, PARSERS
from tests.unit.fields.record import ANSWERS, ZONE, answers

# Questions (as a pattern) that aorm answers in its own way, deliberately; the tests beside this one hold those answers.
DIFFERENCES = (
    # A text is read where Django hands it on, which works on PostgreSQL and fails on SQLite.
    r"duration\.get_prep_value\[\d+\] '.*",
    # An address may be an object that shows as one; an empty text is NULL.
    r"address.*\.get_prep_value\[13\] 5",
    # A text is no bytes: refused before the driver refuses it in words of its own.
    r"binary\.get_prep_value\[\d+\] '.*",
)
# The same without time zones: an aware datetime is refused on both databases, not on SQLite alone.
NAIVE_DIFFERENCES = (
    r"datetime\.get_prep_value\[\d+\] datetime .*",
    r"datetime\.get_prep_value\[(16|18|19)\] '.*",
)


@pytest.mark.parametrize("use_tz", [True, False])
def test_every_answer_is_djangos(use_tz: bool) -> None:
    recorded = json.loads(ANSWERS.read_text())
    wanted: dict[str, str] = recorded["use_tz"] if use_tz else {**recorded["use_tz"], **recorded["naive"]}
    with settings.override(use_tz=use_tz, time_zone=ZONE):
        found = answers(FIELDS, PARSERS, ValidationError)
    patterns = DIFFERENCES if use_tz else (*DIFFERENCES, *NAIVE_DIFFERENCES)
    own = {question for question in wanted if any(re.match(pattern, question) for pattern in patterns)}
    assert found.keys() == wanted.keys()
    assert len(wanted) > 2500
    differing = {question for question in wanted if found[question] != wanted[question]}
    assert differing <= own, {question: (wanted[question], found[question]) for question in differing - own}
    # A pattern that no longer hides a difference must go.
    assert all(any(re.match(pattern, question) for question in differing) for pattern in patterns)
