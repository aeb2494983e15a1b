"""The rule of inner joins: a row must be there where the condition cannot be true without it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from aorm.query.grouping import depends_on_row, outside_of_aggregates
from aorm.query.joins import demanded_aliases
from aorm.query.masks import make_mask, with_deferred, with_only
from aorm.query.planning import split_where
from aorm.query.state import NO_DEFERRAL, Deferral
from aorm.sql.functions import Aggregate, Call, Window
from aorm.sql.predicates import (
    TRUE,
    Always,
    Compare,
    IsNull,
    Predicate,
    conjunction,
    disjunction,
    exclusive_disjunction,
    negation,
)
from aorm.sql.tables import Column
from aorm.sql.types import BIGINT, INTEGER, TEXT
from aorm.sql.values import Literal, Operation, Param
from tests.unit.query.shop import Book

if TYPE_CHECKING:
    from aorm.sql.node import Term

A, B, C = (Column(name, "x", INTEGER) for name in "abc")
ONE = Param(1, INTEGER)


def equal(left: Term, right: Term = ONE) -> Predicate:
    return Compare(left, "=", right)


@pytest.mark.parametrize(
    ("predicate", "expected"),
    [
        (TRUE, ""),
        (equal(A), "a"),
        (equal(A, B), "ab"),
        (equal(Operation(A, "+", B, INTEGER)), "ab"),
        (equal(Call("lower", (A,), TEXT)), "a"),
        (equal(Call("coalesce", (A, ONE), INTEGER)), ""),
        (IsNull(A), ""),
        (IsNull(A, negated=True), "a"),
        (IsNull(Call("coalesce", (A, B), INTEGER), negated=True), ""),
        (conjunction([equal(A), equal(B)]), "ab"),
        (disjunction([equal(A), equal(B)]), ""),
        (disjunction([equal(A), conjunction([equal(A), equal(B)])]), "a"),
        (conjunction([disjunction([equal(A), equal(B)]), equal(B)]), "b"),
        (disjunction([conjunction([equal(A), equal(C)]), conjunction([equal(B), equal(C)])]), "c"),
        (negation(equal(A)), ""),
        (negation(IsNull(A)), "a"),
        (conjunction([negation(equal(A)), equal(B)]), "b"),
        (exclusive_disjunction([equal(A), equal(B)]), ""),
        (disjunction([equal(A), IsNull(A)]), ""),
    ],
)
def test_demanded_rows(predicate: Predicate, expected: str) -> None:
    assert demanded_aliases(predicate) == set(expected)


COUNT = Aggregate("count", (A,), BIGINT)
RANK = Window(Call("rank", (), BIGINT), (A,), (), None, BIGINT)


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (A, [A]),
        (ONE, []),
        (Literal(1, INTEGER), []),
        (COUNT, []),
        (Operation(COUNT, "+", A, BIGINT), [A]),
        (Operation(A, "+", ONE, INTEGER), [Operation(A, "+", ONE, INTEGER)]),
        (Call("lower", (ONE,), TEXT), []),
        (Operation(COUNT, "+", Call("abs", (B,), INTEGER), BIGINT), [Call("abs", (B,), INTEGER)]),
        (RANK, [A]),
    ],
)
def test_terms_to_group_by(node: Any, expected: list[Any]) -> None:
    found = outside_of_aggregates(node)
    assert len(found) == len(expected)
    assert all(one.same_as(other) for one, other in zip(found, expected, strict=True))


def test_what_depends_on_a_row() -> None:
    assert depends_on_row(Operation(ONE, "+", A, INTEGER))
    assert not depends_on_row(Operation(ONE, "+", ONE, INTEGER))


@pytest.mark.parametrize(
    ("where", "plain", "grouped", "windowed"),
    [
        (equal(A), equal(A), TRUE, TRUE),
        (equal(COUNT), TRUE, equal(COUNT), TRUE),
        (equal(RANK), TRUE, TRUE, equal(RANK)),
        (conjunction([equal(A), equal(COUNT), equal(RANK)]), equal(A), equal(COUNT), equal(RANK)),
        (disjunction([equal(A), equal(COUNT)]), TRUE, disjunction([equal(A), equal(COUNT)]), TRUE),
    ],
)
def test_where_and_having(where: Predicate, plain: Predicate, grouped: Predicate, windowed: Predicate) -> None:
    found = split_where(where)
    for one, other in zip(found, (plain, grouped, windowed), strict=True):
        assert one is other if isinstance(other, Always) else one.shape() == other.shape()


def deferral(*steps: tuple[str, tuple[str, ...]]) -> Deferral:
    """Return what is left of a chain of ``defer()`` and ``only()``."""
    made = NO_DEFERRAL
    for method, names in steps:
        made = with_deferred(made, names) if method == "defer" else with_only(made, Book._meta, names)
    return made


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([], Deferral()),
        ([("defer", ("title",))], Deferral(frozenset({"title"}))),
        ([("defer", ("title",)), ("defer", ("pages",))], Deferral(frozenset({"title", "pages"}))),
        ([("only", ("title",)), ("only", ("pages",))], Deferral(frozenset({"pages"}), False)),
        ([("only", ("pk", "title"))], Deferral(frozenset({"id", "title"}), False)),
        ([("only", ("title", "pages")), ("defer", ("pages",))], Deferral(frozenset({"title"}), False)),
        ([("only", ("title",)), ("defer", ("title",))], Deferral()),
        ([("only", ("title",)), ("defer", ("title", "pages"))], Deferral(frozenset({"pages"}))),
        ([("defer", ("title",)), ("only", ("title", "pages"))], Deferral(frozenset({"pages"}), False)),
    ],
)
def test_deferrals(steps: list[tuple[str, tuple[str, ...]]], expected: Deferral) -> None:
    assert deferral(*steps) == expected


def test_masks() -> None:
    meta = Book._meta
    fields = {name: meta.get_field(name) for name in ("id", "title", "pages", "author")}
    mask = make_mask(meta, deferral(("only", ("title", "author__name"))))
    assert [name for name, field in fields.items() if mask.loads(field, meta.pk_fields)] == ["id", "title", "author"]
    below = mask.below("author")
    author = fields["author"].related_model._meta
    assert below.loads(author.get_field("name"))
    assert not below.loads(author.get_field("age"))
    mask = make_mask(meta, deferral(("defer", ("title", "author__name"))))
    assert [name for name, field in fields.items() if mask.loads(field, meta.pk_fields)] == ["id", "pages", "author"]
    assert not mask.below("author").loads(author.get_field("name"))
