"""The society in plain Python: its links, random rows of it, and what deleting some of them must do.

Nothing here asks a model about itself: the tables of links are written by hand, and a test compares them with `_meta`.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.behaviour.harness.environment import Environment
from tests.behaviour.orm import models
from tests.behaviour.schemas import society

Key = Any
Row = dict[str, Any]
Place = tuple[str, Key]

CASCADE, PROTECT, RESTRICT, SET = "CASCADE", "PROTECT", "RESTRICT", "SET"
DO_NOTHING, DB_CASCADE, DB_SET = "DO_NOTHING", "DB_CASCADE", "DB_SET"


@dataclass(frozen=True)
class Link:
    """One foreign key: which columns of a model refer to which of another, and the rule of deletion.

    `value` is what SET and DB_SET write; `unique` says that it is one-to-one, `checked` that the database guards it.
    """

    model: str
    columns: tuple[str, ...]
    target: str
    rule: str
    keys: tuple[str, ...] = ("id",)
    null: bool = False
    value: Any = None
    unique: bool = False
    checked: bool = True


def _link(model: str, column: str, target: str, rule: str, key: str = "id", **options: Any) -> Link:
    return Link(model, (column,), target, rule, (key,), **options)


def _between(name: str, one: str, one_model: str, two: str, two_model: str, checked: bool = True) -> list[Link]:
    return [
        _link(name, one, one_model, CASCADE, checked=checked),
        _link(name, two, two_model, CASCADE, checked=checked),
    ]


LINKS = [
    _link("City", "country_id", "Country", CASCADE, "code"),
    _link("City", "twin_id", "City", SET, null=True),
    _link("Office", "city_id", "City", CASCADE),
    _link("Desk", "office_id", "Office", CASCADE),
    _link("Desk", "spare_id", "Office", SET, null=True),
    _link("Person", "home_id", "City", SET, null=True),
    _link("Person", "mother_id", "Person", SET, null=True),
    *_between("Person_friends", "from_person_id", "Person", "to_person_id", "Person"),
    *_between("Person_follows", "from_person_id", "Person", "to_person_id", "Person"),
    _link("Passport", "person_id", "Person", CASCADE, unique=True),
    _link("Passport", "country_id", "Country", RESTRICT, "code"),
    _link("Profile", "person_id", "Person", SET, null=True, unique=True),
    _link("Profile", "guide_id", "Person", CASCADE, null=True, unique=True),
    _link("Log", "subject_id", "Person", DO_NOTHING, checked=False),
    _link("Audit", "subject_id", "Person", DO_NOTHING, null=True),
    _link("House", "owner_id", "Person", CASCADE, null=True),
    _link("House", "city_id", "City", CASCADE),
    _link("Vehicle", "owner_id", "Person", CASCADE, null=True),
    _link("Vehicle", "garage_id", "House", SET, null=True),
    _link("Car", "vehicle_ptr_id", "Vehicle", CASCADE, unique=True),
    _link("Car", "driver_id", "Person", SET, null=True),
    _link("Car", "spare_for_id", "Car", CASCADE, "vehicle_ptr_id", null=True),
    _link("Taxi", "car_ptr_id", "Car", CASCADE, "vehicle_ptr_id", unique=True),
    _link("Taxi", "licence_id", "Country", PROTECT, "number", null=True),
    _link("Taxi", "base_id", "House", CASCADE, null=True, unique=True),
    _link("Truck", "vehicle_id", "Vehicle", CASCADE, unique=True),
    _link("Truck", "trailer_of_id", "Truck", SET, "vehicle_id", null=True, unique=True),
    _link("Trip", "car_id", "Car", CASCADE, "vehicle_ptr_id"),
    _link("Trip", "guest_id", "Person", SET, null=True),
    _link("Fleet_cars", "fleet_id", "Fleet", CASCADE),
    _link("Fleet_cars", "car_id", "Car", CASCADE, "vehicle_ptr_id"),
    _link("Fleet", "flagship_id", "Taxi", RESTRICT, "car_ptr_id", null=True),
    _link("Club", "founder_id", "Person", SET, null=True, value=1),
    _link("Club", "seat_id", "City", SET, null=True),
    _link("Membership", "club_id", "Club", CASCADE),
    _link("Membership", "member_id", "Person", CASCADE),
    _link("Membership", "inviter_id", "Person", SET, null=True),
    *_between("Partnership", "one_id", "Club", "two_id", "Club"),
    _link("Badge", "membership_id", "Membership", CASCADE, unique=True),
    *_between("Tag_related", "from_tag_id", "Tag", "to_tag_id", "Tag"),
    _link("Article", "author_id", "Person", CASCADE, "handle"),
    _link("Article", "editor_id", "Person", PROTECT, null=True),
    _link("Article", "sequel_of_id", "Article", SET, null=True, unique=True),
    *_between("Article_tags", "article_id", "Article", "tag_id", "Tag"),
    *_between("Article_secret_tags", "article_id", "Article", "tag_id", "Tag"),
    _link("Comment", "article_id", "Article", CASCADE),
    _link("Comment", "parent_id", "Comment", CASCADE, null=True),
    _link("Comment", "author_id", "Person", SET, value=1),
    _link("Comment", "checker_id", "Person", SET, null=True),
    _link("Volume", "shelf_id", "Shelf", DB_SET, value=1),
    _link("Attachment", "volume_id", "Volume", DB_CASCADE),
    _link("Bookmark", "volume_id", "Volume", DB_SET, null=True),
    _link("Project", "desk_id", "Desk", RESTRICT, null=True),
    _link("Project", "city_id", "City", CASCADE, null=True),
    _link("Project", "parent_id", "Project", RESTRICT, null=True),
    *_between("Project_watchers", "project_id", "Project", "person_id", "Person", checked=False),
    _link("Resident", "tenant_id", "Tenant", CASCADE),
    _link("Resident", "person_id", "Person", SET, null=True),
    _link("Letter", "tenant_id", "Tenant", CASCADE),
    Link("Letter", ("tenant_id", "resident_number"), "Resident", CASCADE, ("tenant_id", "number"), checked=False),
]
PARENTS = {"Car": ("Vehicle",), "Taxi": ("Car", "Vehicle"), "Truck": ("Vehicle",)}
KEYS: dict[str, tuple[str, ...]] = {
    "Country": ("code",), "Passport": ("person_id",), "Car": ("vehicle_ptr_id",), "Taxi": ("car_ptr_id",),
    "Truck": ("vehicle_id",), "Resident": ("tenant_id", "number"),
}  # fmt: skip
CONCRETE = {"Elder": "Person", "Oldtimer": "Car"}
THROUGH = {
    "Person_friends": society.Person.friends.through, "Person_follows": society.Person.follows.through,
    "Fleet_cars": society.Fleet.cars.through, "Tag_related": society.Tag.related.through,
    "Article_tags": society.Article.tags.through, "Article_secret_tags": society.Article.secret_tags.through,
    "Project_watchers": society.Project.watchers.through,
}  # fmt: skip
TABLES: dict[str, Any] = {model.__name__: model for model in society.MODELS} | THROUGH
# Relations that are written both ways.
MIRRORED = {"Person_friends", "Tag_related", "Partnership"}


def key_of(model: str, row: Row) -> Key:
    """Return the primary key of a row."""
    names = KEYS.get(model, ("id",))
    return row[names[0]] if len(names) == 1 else tuple(row[name] for name in names)


def links_of(model: str) -> Iterator[Link]:
    """Give the links of a table."""
    return (link for link in LINKS if link.model == model)


@dataclass
class Graph:
    """All rows: model -> key -> columns."""

    rows: dict[str, dict[Key, Row]] = field(default_factory=lambda: {name: {} for name in TABLES})

    def add(self, model: str, **columns: Any) -> None:
        """Add a row."""
        self.rows[model][key_of(model, columns)] = columns

    def referring(self, link: Link, target: Key) -> list[Key]:
        """Return the keys of the rows that refer to a row by a link."""
        wanted = tuple(self.rows[link.target][target][name] for name in link.keys)
        return [
            key for key, row in self.rows[link.model].items() if tuple(row[name] for name in link.columns) == wanted
        ]

    def dangling(self) -> list[tuple[str, Key, tuple[str, ...]]]:
        """Return what a database would refuse: references to rows that are not there."""
        found = []
        for link in LINKS:
            targets = {tuple(row[name] for name in link.keys) for row in self.rows[link.target].values()}
            for key, row in self.rows[link.model].items():
                value = tuple(row[name] for name in link.columns)
                if link.checked and None not in value and value not in targets:
                    found.append((link.model, key, link.columns))
        return found


class Drawing:
    """Draw a random graph: few rows of each table, linked at random."""

    def __init__(self, chance: random.Random, most: int = 3, strays: bool = True) -> None:
        self.chance = chance
        self.most = most
        # Whether a reference that the database does not check may lead nowhere.
        self.strays = strays
        self.graph = Graph()

    def draw(self) -> Graph:
        """Return a graph."""
        for model in society.MODELS:
            name = model.__name__
            if name not in ("Vehicle", "Car", "Taxi", "Truck", "Partnership"):
                self.draw_table(name)
            if name == "Vehicle":
                self.draw_vehicles()
        for name in (*THROUGH, "Partnership"):
            self.draw_pairs(name)
        return self.graph

    def draw_table(self, name: str) -> None:
        """Add rows of an ordinary table; references to the own table lead to any of its rows."""
        count = self.chance.randint(0, self.most)
        fresh = [self.fresh(name, number) for number in range(1, count + 1)]
        own = [link for link in links_of(name) if link.target == name]
        for row in fresh:
            chosen = [self.choose(link, row) for link in links_of(name) if link not in own and len(link.columns) == 1]
            if all(chosen) and key_of(name, row) not in self.graph.rows[name]:
                self.graph.add(name, **row)
        for row in self.graph.rows[name].values():
            for link in own:
                self.choose(link, row)
        if name == "Letter":
            self.address()

    def draw_vehicles(self) -> None:
        """Add vehicles: plain ones, cars, taxis and trucks."""
        for number in range(1, self.chance.randint(0, self.most + 2) + 1):
            row = {"id": number}
            self.fill("Vehicle", row)
            self.graph.add("Vehicle", **row)
            kind = self.chance.randint(0, 3)
            if kind in (1, 2):
                self.put("Car", vehicle_ptr_id=number)
            if kind == 2:
                self.put("Taxi", car_ptr_id=number)
            if kind == 3:
                self.put("Truck", vehicle_id=number, name=f"t{number}")

    def put(self, model: str, **columns: Any) -> None:
        """Add a row of a child table."""
        self.fill(model, columns)
        self.graph.add(model, **columns)

    def fill(self, model: str, row: Row) -> None:
        """Choose all references of a row that may be null."""
        for link in links_of(model):
            if link.columns[0] not in row:
                self.choose(link, row)

    def fresh(self, name: str, number: int) -> Row:
        """Return the columns of a new row that refer to nothing."""
        row: Row = {"id": number, "name": f"{name[0].lower()}{number}"}
        if name == "Country":
            return {"code": f"C{number}", "number": 10 + number, "name": row["name"]}
        if name == "Person":
            return row | {"handle": f"h{number}"}
        if name == "Resident":
            return {"number": number, "name": row["name"]}
        if name == "Article":
            return row | {"is_deleted": self.chance.random() < 0.3}
        if name == "Membership":
            return {"id": number, "since": number}
        if name == "Letter":
            return row | {"resident_number": 0}
        if name == "House":
            return {"id": number}
        return {} if name == "Passport" else row

    def choose(self, link: Link, row: Row) -> bool:
        """Set a reference; tell whether there was something to refer to."""
        (column,), (key,) = link.columns, link.keys
        values = [target[key] for target in self.graph.rows[link.target].values()]
        if link.unique:
            taken = {other.get(column) for other in self.graph.rows[link.model].values()}
            values = [value for value in values if value not in taken]
        row[column] = self.chance.choice(values) if values and not (link.null and self.chance.random() < 0.4) else None
        return link.null or row[column] is not None

    def address(self) -> None:
        """Let letters go to residents of their tenant, or to nobody who is known."""
        for key, row in list(self.graph.rows["Letter"].items()):
            numbers = [number for tenant, number in self.graph.rows["Resident"] if tenant == row["tenant_id"]]
            numbers += [99] * self.strays
            if numbers:
                row["resident_number"] = self.chance.choice(numbers)
            else:
                del self.graph.rows["Letter"][key]

    def draw_pairs(self, name: str) -> None:
        """Add rows of a table between."""
        one, two = links_of(name)
        ones, twos = list(self.graph.rows[one.target]), list(self.graph.rows[two.target])
        if not ones or not twos:
            return
        pairs: dict[tuple[Key, Key], None] = {}
        for _ in range(self.chance.randint(0, self.most + 1)):
            pair = self.chance.choice(ones), self.chance.choice(twos)
            pairs[pair] = None
            if name in MIRRORED:
                pairs[pair[::-1]] = None
        for number, (first, second) in enumerate(pairs, 1):
            self.graph.add(name, id=number, **{one.columns[0]: first, two.columns[0]: second})


@dataclass
class Fall:
    """What deleting some rows must do: collect each of them, then finish."""

    graph: Graph
    fallen: set[Place] = field(default_factory=set)
    protected: set[Place] = field(default_factory=set)
    restricted: set[Place] = field(default_factory=set)
    changes: list[tuple[Place, str, Any]] = field(default_factory=list)
    has_circle: bool = False

    def collect(self, model: str, key: Key, keep_parents: bool = False) -> None:
        """Let a row fall, with its parents and all that depends on it."""
        if (model, key) in self.fallen:
            return
        self.fallen.add((model, key))
        parents = PARENTS.get(model, ())
        if not keep_parents:
            for parent in parents:
                # Above a row that falls already, nobody looks: its own parents may have been kept.
                if (parent, key) in self.fallen:
                    break
                self.fallen.add((parent, key))
        for link in LINKS:
            if link.target == model or (link.target in parents and not keep_parents):
                for other in self.graph.referring(link, key):
                    self.follow(link, other)

    def follow(self, link: Link, key: Key) -> None:
        """Do to a row that refers to a fallen one what the rule of the link says."""
        if link.rule == CASCADE:
            self.collect(link.model, key)
        elif link.rule == PROTECT:
            self.protected.add((link.model, key))
        elif link.rule == RESTRICT:
            self.restricted.add((link.model, key))
            self.has_circle |= link.model == link.target
        elif link.rule == SET:
            self.changes.append(((link.model, key), link.columns[0], link.value))

    def finish(self) -> tuple[str | None, set[Place]]:
        """Change the graph, and return the error that there must be, with its objects."""
        if self.protected:
            return "ProtectedError", self.protected
        if self.restricted - self.fallen:
            return "RestrictedError", self.restricted - self.fallen
        after = Graph({model: {key: dict(row) for key, row in rows.items()} for model, rows in self.graph.rows.items()})
        for (model, key), column, value in self.changes:
            after.rows[model][key][column] = value
        for model, key in sorted(self.fallen, key=repr):
            _remove(after, model, key)
        if after.dangling():
            return "IntegrityError", set()
        self.graph.rows = after.rows
        return None, set()

    def counts(self) -> tuple[int, dict[str, int]]:
        """Return what the deletion returns."""
        counter = Counter(f"society.{model}" for model, _ in self.fallen)
        return len(self.fallen), dict(counter)


def _remove(graph: Graph, model: str, key: Key) -> None:
    """Remove a row as the database does, which carries out rules of its own."""
    for link in LINKS:
        if link.target == model and link.rule in (DB_CASCADE, DB_SET):
            for other in graph.referring(link, key):
                if link.rule == DB_CASCADE:
                    _remove(graph, link.model, other)
                else:
                    graph.rows[link.model][other][link.columns[0]] = link.value
    del graph.rows[model][key]


async def save(env: Environment, graph: Graph) -> None:
    """Write a graph to the database."""
    async with env.atomic():
        for name, model in TABLES.items():
            rows = graph.rows[name].values()
            if name in ("Vehicle", "Car", "Taxi", "Truck"):
                continue
            if rows:
                await env.do(model._base_manager, "bulk_create", [model(**row) for row in rows])
        for key, row in graph.rows["Vehicle"].items():
            kinds = [name for name in ("Taxi", "Car", "Truck") if key in graph.rows[name]] or ["Vehicle"]
            columns = dict(row)
            for name in (kinds[0], *PARENTS.get(kinds[0], ())):
                columns |= graph.rows[name][key]
            vehicle = TABLES[kinds[0]](**columns)
            await env.do(vehicle, "save", force_insert=(models.Model,))


async def load(env: Environment) -> dict[str, dict[Key, Row]]:
    """Read all rows back."""
    found = {}
    for name, model in TABLES.items():
        columns = [item.attname for item in model._meta.local_concrete_fields]
        rows = await env.fetch(model._base_manager.values(*columns))
        found[name] = {key_of(name, row): dict(row) for row in rows}
    return found


def places(instances: Iterable[Any]) -> set[Place]:
    """Return model and key of instances."""
    return {(type(item).__name__, item.pk) for item in instances}
