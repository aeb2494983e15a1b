"""Random conditions, orders, aggregates and prefetches give what the same question gives in plain Python."""

from __future__ import annotations

import operator
from collections.abc import Callable
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.behaviour.harness import orchard_data
from tests.behaviour.harness.environment import Environment
from tests.behaviour.harness.orchard_data import NUMBERS, ROWS, TEXTS, Row
from tests.behaviour.orm import models
from tests.behaviour.schemas import falling

if TYPE_CHECKING:
    from tests.behaviour.harness.stage import Stage

Test = Callable[[Row], bool]
SETTINGS = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

# What a lookup says of a value that is not NULL; of NULL every lookup but isnull says no.
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "exact": operator.eq, "gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le,
}  # fmt: skip
TEXT_COMPARISONS: dict[str, Callable[[str, str], bool]] = {
    "exact": operator.eq, "iexact": lambda value, given: value.lower() == given.lower(),
    "icontains": lambda value, given: given.lower() in value.lower(),
    "istartswith": lambda value, given: value.lower().startswith(given.lower()),
}  # fmt: skip


def leaf(
    path: tuple[str, ...], column: str, texts: bool
) -> st.SearchStrategy[tuple[dict[str, Any], Callable[[Any], bool]]]:
    """Draw a condition on one column: the keyword, and what it says of a value."""
    name = "__".join((*path, column))
    values = st.sampled_from([value for value in (TEXTS if texts else NUMBERS) if value is not None])
    table = TEXT_COMPARISONS if texts else COMPARISONS
    compared = st.tuples(st.sampled_from(sorted(table)), values).map(
        lambda drawn: ({f"{name}__{drawn[0]}": drawn[1]}, lambda v: v is not None and table[drawn[0]](v, drawn[1]))
    )
    listed = st.lists(values, max_size=3).map(lambda drawn: ({f"{name}__in": drawn}, lambda v: v in drawn))
    null = st.booleans().map(lambda drawn: ({f"{name}__isnull": drawn}, lambda v: (v is None) == drawn))
    return st.one_of(compared, listed, null)


def value_at(row: Row | None, path: tuple[str, ...], column: str) -> Any:
    """Follow single-valued relations to a column; what is not there is NULL."""
    for step in path:
        row = None if row is None else row.one[step]
    return None if row is None else row.values[column]


COLUMNS: list[tuple[tuple[str, ...], str]] = [
    ((), "a"), ((), "b"), ((), "t"), (("owner",), "x"), (("owner",), "name"), (("owner", "boss"), "x"),
]  # fmt: skip


def conditions() -> st.SearchStrategy[tuple[Any, Test]]:
    """Draw a tree of conditions: the Q, and what it says of a row. NOT is the plain complement, as Django makes it."""
    leaves = st.sampled_from(COLUMNS).flatmap(
        lambda column: leaf(*column, texts=column[1] in ("t", "name")).map(
            lambda drawn: (models.Q(**drawn[0]), lambda row: drawn[1](value_at(row, *column)))
        )
    )
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.tuples(inner, inner).map(lambda p: (p[0][0] & p[1][0], lambda row: p[0][1](row) and p[1][1](row))),
            st.tuples(inner, inner).map(lambda p: (p[0][0] | p[1][0], lambda row: p[0][1](row) or p[1][1](row))),
            inner.map(lambda p: (~p[0], lambda row: not p[1](row))),
        ),
        max_leaves=6,
    )


@pytest.fixture(params=["sqlite", "postgresql"])
def vendor(request: pytest.FixtureRequest) -> str:
    """Each database in turn."""
    return str(request.param)


def ask(stage: Stage, vendor: str, question: Callable[[Environment], Any]) -> Any:
    """Run a coroutine over the orchard on the async face, and return its result."""
    return stage.play_over(orchard_data, vendor, "async", question)


def test_random_filters(stage: Stage, vendor: str) -> None:
    """filter() finds the rows of which the condition is true, exclude() the others, count() counts them."""

    @SETTINGS
    @given(conditions())
    def run(drawn: tuple[Any, Test]) -> None:
        condition, is_true = drawn
        tree = orchard_data.SCHEMA.Tree

        async def question(env: Environment) -> tuple[list[int], list[int], int]:
            found = await env.fetch(tree.objects.filter(condition).order_by("pk").values_list("pk", flat=True))
            left = await env.fetch(tree.objects.exclude(condition).order_by("pk").values_list("pk", flat=True))
            return found, left, await env.do(tree.objects.filter(condition), "count")

        expected = [row.pk for row in ROWS.trees if is_true(row)]
        others = [row.pk for row in ROWS.trees if not is_true(row)]
        assert ask(stage, vendor, question) == (expected, others, len(expected))

    run()


def test_random_filters_across_many(stage: Stage, vendor: str) -> None:
    """A condition on a many-valued relation finds what has such a related row; exclude() is the complement."""
    paths = [("trees", "a", False), ("trees", "t", True), ("staff", "x", False)]
    owner = orchard_data.SCHEMA.Owner

    @SETTINGS
    @given(
        st.sampled_from(paths).flatmap(
            lambda path: leaf((path[0],), path[1], texts=path[2]).map(lambda drawn: (path, *drawn))
        )
    )
    def run(drawn: tuple[Any, dict[str, Any], Callable[[Any], bool]]) -> None:
        (relation, column, _), keyword, is_true = drawn
        ((name, value),) = keyword.items()

        async def question(env: Environment) -> tuple[list[int], list[int]]:
            found = owner.objects.filter(**keyword).order_by("pk").values_list("pk", flat=True).distinct()
            left = owner.objects.exclude(**keyword).order_by("pk").values_list("pk", flat=True)
            return await env.fetch(found), await env.fetch(left)

        def matches(row: Row) -> bool:
            related = [is_true(other.values[column]) for other in row.many[relation]]
            # An outer join gives a row of NULLs where nothing is related, and isnull=True is true of it.
            return any(related) or (not related and name.endswith("__isnull") and value is True)

        expected = [row.pk for row in ROWS.owners if matches(row)]
        others = [row.pk for row in ROWS.owners if not matches(row)]
        assert ask(stage, vendor, question) == (expected, others)

    run()


def test_random_orders_and_slices(stage: Stage, vendor: str) -> None:
    """order_by() with explicit NULLs, reverse() and slices are sorted() and slices."""
    tree = orchard_data.SCHEMA.Tree
    keys = st.lists(st.tuples(st.sampled_from(["a", "b", "owner__x"]), st.booleans(), st.booleans()), max_size=3)

    def plain(rows: list[Row], drawn: list[tuple[str, bool, bool]]) -> list[int]:
        ordered = sorted(rows, key=lambda row: row.pk)
        for column, descending, first in reversed(drawn):
            *path, name = column.split("__")
            values = {row.pk: value_at(row, tuple(path), name) for row in rows}
            known = [row for row in ordered if values[row.pk] is not None]
            known.sort(key=lambda row: values[row.pk], reverse=descending)
            unknown = [row for row in ordered if values[row.pk] is None]
            ordered = unknown + known if first else known + unknown
        return [row.pk for row in ordered]

    @SETTINGS
    @given(keys, st.integers(0, 40), st.integers(0, 40))
    def run(drawn: list[tuple[str, bool, bool]], start: int, length: int) -> None:
        order = [
            (models.F(column).desc if descending else models.F(column).asc)(
                **{"nulls_first" if first else "nulls_last": True}
            )
            for column, descending, first in drawn
        ]

        async def question(env: Environment) -> list[int]:
            queryset = tree.objects.order_by(*order, "pk").values_list("pk", flat=True)
            return await env.fetch(queryset[start : start + length])

        assert ask(stage, vendor, question) == plain(ROWS.trees, drawn)[start : start + length]

    run()


def test_random_aggregates(stage: Stage, vendor: str) -> None:
    """Aggregates over a random selection, whole and grouped, are what Python computes."""
    tree = orchard_data.SCHEMA.Tree

    @SETTINGS
    @given(conditions())
    def run(drawn: tuple[Any, Test]) -> None:
        condition, is_true = drawn
        chosen = [row for row in ROWS.trees if is_true(row)]
        known = [row.values["a"] for row in chosen if row.values["a"] is not None]

        async def question(env: Environment) -> tuple[Any, Any, Any]:
            found = tree.objects.filter(condition)
            whole = await env.do(
                found, "aggregate", n=models.Count("pk"), k=models.Count("a"), d=models.Count("a", distinct=True),
                s=models.Sum("a"), low=models.Min("a"), high=models.Max("a"),
            )  # fmt: skip
            grouped = await env.fetch(found.values_list("b").annotate(n=models.Count("pk")).order_by("b"))
            counted = await env.do(tree.objects, "aggregate", n=models.Count("pk", filter=condition))
            return whole, dict(grouped), counted["n"]

        groups: dict[Any, int] = {}
        for row in chosen:
            groups[row.values["b"]] = groups.get(row.values["b"], 0) + 1
        whole = {
            "n": len(chosen), "k": len(known), "d": len(set(known)), "s": sum(known) if known else None,
            "low": min(known, default=None), "high": max(known, default=None),
        }  # fmt: skip
        assert ask(stage, vendor, question) == (whole, groups, len(chosen))

    run()


MANY = {"Owner": {"trees": "Tree", "staff": "Owner"}, "Tree": {"labels": "Label"}, "Label": {"trees": "Tree"}}
ONE = {"Owner": {"boss": "Owner"}, "Tree": {"owner": "Owner"}, "Label": {}}
LISTS = {"Owner": ROWS.owners, "Tree": ROWS.trees, "Label": ROWS.labels}


@st.composite
def paths(draw: st.DrawFn) -> tuple[str, list[str]]:
    """Draw a model and a path of relations from it."""
    start = model = draw(st.sampled_from(sorted(MANY)))
    steps = []
    for _ in range(draw(st.integers(1, 3))):
        step = draw(st.sampled_from(sorted({**MANY[model], **ONE[model]})))
        model = {**MANY[model], **ONE[model]}[step]
        steps.append(step)
    return start, steps


def test_random_prefetches(stage: Stage, vendor: str) -> None:
    """prefetch_related over any path gives the related rows, without a statement when they are read."""

    @SETTINGS
    @given(st.lists(paths(), min_size=1, max_size=3))
    def run(drawn: list[tuple[str, list[str]]]) -> None:
        start = drawn[0][0]
        chosen = [steps for model, steps in drawn if model == start]
        lookups = ["__".join(steps) for steps in chosen]
        model = getattr(orchard_data.SCHEMA, start)

        async def question(env: Environment) -> list[Any]:
            instances = await env.fetch(model.objects.prefetch_related(*lookups).order_by("pk"))
            with env.statements("reading"):
                trails = [[await _trail(env, item, steps) for item in instances] for steps in chosen]
            assert env.notes[-1]["verbs"] == []
            return trails

        assert ask(stage, vendor, question) == [[_plain_trail(row, steps) for row in LISTS[start]] for steps in chosen]

    run()


async def _trail(env: Environment, instance: Any, steps: list[str]) -> Any:
    if not steps or instance is None:
        return None if instance is None else instance.pk
    value = getattr(instance, steps[0])
    if hasattr(value, "all"):
        related = sorted(await env.fetch(value.all()), key=lambda item: item.pk)
        return [await _trail(env, item, steps[1:]) for item in related]
    return await _trail(env, value, steps[1:])


def _plain_trail(row: Row | None, steps: list[str]) -> Any:
    if not steps or row is None:
        return None if row is None else row.pk
    if steps[0] in row.many:
        return [_plain_trail(other, steps[1:]) for other in sorted(row.many[steps[0]], key=lambda other: other.pk)]
    return _plain_trail(row.one[steps[0]], steps[1:])


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[tuple[int | None, int | None]], int]:
    """Draw nodes, each with a parent (CASCADE) and a friend (SET_NULL) among all of them, and one to delete."""
    size = draw(st.integers(1, 9))
    other = st.none() | st.integers(1, size)
    return draw(st.lists(st.tuples(other, other), min_size=size, max_size=size)), draw(st.integers(1, size))


async def nothing(environment: Environment) -> None:
    """Leave the tables empty: each example brings its own rows."""


def test_random_deletions(stage: Stage, vendor: str) -> None:
    """Deleting takes all that depends and nothing else, whatever the graph; what only refers is set to NULL."""
    node = falling.Node
    data = SimpleNamespace(SCHEMA=falling, populate=nothing)

    @SETTINGS
    @given(graphs(), st.booleans())
    def run(drawn: tuple[list[tuple[int | None, int | None]], int], by_queryset: bool) -> None:
        links, chosen = drawn
        fallen = {chosen}
        while more := {pk for pk, (parent, _) in enumerate(links, 1) if parent in fallen} - fallen:
            fallen |= more
        left = [
            (pk, parent, None if friend in fallen else friend)
            for pk, (parent, friend) in enumerate(links, 1)
            if pk not in fallen
        ]

        async def question(env: Environment) -> tuple[Any, Any]:
            await env.do(node.objects, "update", parent=None, friend=None)
            await env.do(node.objects.all(), "delete")
            made = [node(pk=pk, name=str(pk)) for pk in range(1, len(links) + 1)]
            await env.do(node.objects, "bulk_create", made)
            for item, (parent, friend) in zip(made, links, strict=True):
                item.parent_id, item.friend_id = parent, friend
            await env.do(node.objects, "bulk_update", made, ["parent", "friend"])
            target = node.objects.filter(pk=chosen) if by_queryset else made[chosen - 1]
            counts = await env.do(target, "delete")
            return counts, await env.fetch(node.objects.order_by("pk").values_list("pk", "parent", "friend"))

        expected = (len(fallen), {"falling.Node": len(fallen)})
        assert stage.play_over(data, vendor, "async", question) == (expected, left)

    run()
