"""Random rows of the orchard, the same in every run, and the rows as plain Python."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from tests.behaviour.harness.environment import Environment
from tests.behaviour.schemas import orchard

SCHEMA = orchard
NUMBERS = [None, None, -1, 0, 1, 2]
TEXTS = [None, "", "a", "A", "ab", "b"]


@dataclass
class Row:
    """One row, with what it leads to."""

    pk: int
    values: dict[str, Any]
    one: dict[str, Row | None] = field(default_factory=dict, repr=False)
    many: dict[str, list[Row]] = field(default_factory=dict, repr=False)


@dataclass
class Rows:
    """The whole orchard in memory."""

    owners: list[Row]
    labels: list[Row]
    trees: list[Row]


def grow(seed: int = 7) -> Rows:
    """Return random rows, linked to each other."""
    chance = random.Random(seed)
    owners = [Row(pk, {"x": chance.choice(NUMBERS), "name": chance.choice(TEXTS)}) for pk in range(1, 13)]
    labels = [Row(pk, {"y": chance.choice(NUMBERS)}) for pk in range(1, 7)]
    trees = [
        Row(pk, {"a": chance.choice(NUMBERS), "b": chance.choice(NUMBERS), "t": chance.choice(TEXTS)})
        for pk in range(1, 61)
    ]
    for owner in owners:
        owner.one["boss"] = chance.choice([None, *owners[: owner.pk - 1]])
        owner.many = {"trees": [], "staff": []}
    for label in labels:
        label.many["trees"] = []
    for owner in owners:
        boss = owner.one["boss"]
        if boss is not None:
            boss.many["staff"].append(owner)
    for tree in trees:
        tree.one["owner"] = chance.choice([None, *owners])
        tree.many["labels"] = sorted(chance.sample(labels, chance.randrange(4)), key=lambda label: label.pk)
        if tree.one["owner"] is not None:
            tree.one["owner"].many["trees"].append(tree)
        for label in tree.many["labels"]:
            label.many["trees"].append(tree)
    return Rows(owners, labels, trees)


ROWS = grow()


async def populate(environment: Environment) -> None:
    """Write the rows to the database."""
    do = environment.do

    def key(row: Row | None) -> int | None:
        return None if row is None else row.pk

    for owner in ROWS.owners:
        await do(orchard.Owner.objects, "create", **owner.values, boss_id=key(owner.one["boss"]))
    await do(orchard.Label.objects, "bulk_create", [orchard.Label(**label.values) for label in ROWS.labels])
    await do(
        orchard.Tree.objects,
        "bulk_create",
        [orchard.Tree(**tree.values, owner_id=key(tree.one["owner"])) for tree in ROWS.trees],
    )
    through = orchard.Tree.labels.through
    links = [through(tree_id=tree.pk, label_id=label.pk) for tree in ROWS.trees for label in tree.many["labels"]]
    await do(through.objects, "bulk_create", links)
