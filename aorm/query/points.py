"""Statements about the row that one plain value finds: ``get(pk=7)``, refreshing, deleting.

The most frequent statements of all. What they are is decided once per model, keyword and database; each time, the value
is looked at and the statement sent, and no queryset is built.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from aorm.database.databases import databases
from aorm.fields.kept import CONDITION_NAMES
from aorm.fields.lookup_table import Registrations
from aorm.query.loading import is_plain, write_assigner
from aorm.query.planning import finish, finish_nested
from aorm.query.results import MODELS, write_loader
from aorm.query.shortcuts import shortcuts_of
from aorm.query.state import base_query
from aorm.signals import post_init, pre_init
from aorm.sql.predicates import Compare
from aorm.sql.tables import Table
from aorm.sql.types import BIGINT
from aorm.sql.values import Param
from aorm.sql.write import Delete
from aorm.utils.codegen import call_source, compile_function

if TYPE_CHECKING:
    from collections.abc import Callable

    from aorm.database.database import Database
    from aorm.mapping.options import Options
    from aorm.query.layout import Finished, ModelLayout
    from aorm.query.shortcuts import Shortcut
    from aorm.sql.node import Node
    from aorm.sql.predicates import Predicate

    Arguments = tuple[Any, ...]

# One more than this is never fetched to say how many a get() found.
MAX_GET_RESULTS = 21
GET_LIMIT = Param(MAX_GET_RESULTS, BIGINT)


class PointPlan:
    """What is decided once per database.

    Attributes:
        sql: the text.
        arguments: makes what the driver gets of the value; None where the value is not of the plain kind.
        load: what becomes of the rows.
    """

    __slots__ = ("arguments", "load", "sql")

    def __init__(self, sql: str, arguments: Callable[[Any], Arguments | None], load: Any) -> None:
        self.sql = sql
        self.arguments = arguments
        self.load = load


class Point:
    """A statement about the rows in which a column equals a plain value; its plans are kept under the point itself."""

    __slots__ = ("meta", "shortcut")

    def __init__(self, meta: Options, shortcut: Shortcut) -> None:
        self.meta = meta
        self.shortcut = shortcut

    def plan(self, database: Database) -> PointPlan:
        """Make the plan for a database and keep it."""
        left = self.shortcut.left
        # A plan knows of a value only where it stands.
        parameter = Param(None, left.output.sql_type)
        statement, load = self.statement(Compare(left.term, "=", parameter), database)
        compiled = database.dialect.compile(statement, [parameter])
        plan = PointPlan(compiled.sql, _write_arguments(self.shortcut.kept, compiled), load)
        database.plans.put(self, plan)
        return plan

    def statement(self, condition: Predicate, database: Database) -> tuple[Node, Any]:
        """Return the statement for the condition, and what becomes of its rows."""
        raise NotImplementedError

    @classmethod
    def suits(cls, meta: Options) -> bool:
        """Tell whether the model leaves it at such a statement."""
        return True


class PointRead(Point):
    """The statement of a ``get()``: makes instances."""

    __slots__ = ()

    def statement(self, condition: Predicate, database: Database) -> tuple[Node, Any]:
        """Return the SELECT of all fields, and the loader of instances."""
        finished = self._finished(condition, database)
        return finished.statement, write_loader(finished, MODELS, database)

    def _finished(self, condition: Predicate, database: Database) -> Finished:
        query = base_query(self.meta).replace(where=condition, limit=GET_LIMIT, orders_by_default=False)
        return finish(query, database.features)


class PointRefresh(PointRead):
    """The statement that reads a whole row again: sets the attributes of an instance."""

    __slots__ = ()

    def statement(self, condition: Predicate, database: Database) -> tuple[Node, Any]:
        """Return the SELECT of all fields, and what sets them."""
        finished = self._finished(condition, database)
        return finished.statement, write_assigner(cast("ModelLayout", finished.layout), database)

    @classmethod
    def suits(cls, meta: Options) -> bool:
        """Tell whether nobody wants to see the instance that a queryset would load."""
        return is_plain(meta.model)


class PointDelete(Point):
    """The statement that deletes a row."""

    __slots__ = ()

    def statement(self, condition: Predicate, database: Database) -> tuple[Node, Any]:
        """Return the DELETE; no rows come back."""
        meta = self.meta
        return finish_nested(Delete(Table(meta.db_table), base_query(meta).alias, condition), database.features), None


class Points:
    """The points of one model, for one state of what decides over them: lookups, and who listens to new instances."""

    __slots__ = ("known", "meta", "revision")

    def __init__(self, meta: Options) -> None:
        self.meta = meta
        self.revision = _revision()
        self.known: dict[Any, Point | bool] = {}

    def find(self, kind: type[Point], keyword: str) -> Point | bool:
        """Return the point for a keyword, or False, and remember it."""
        shortcut = shortcuts_of(self.meta).of(keyword)
        found: Point | bool = False
        if not isinstance(shortcut, bool) and shortcut.operator == "=" and shortcut.kept and not shortcut.joins:
            found = kind.suits(self.meta) and kind(self.meta, shortcut)
        self.known[kind, keyword] = found
        return found


def _revision() -> int:
    # Each of these only grows.
    return Registrations.revision + pre_init.revision + post_init.revision


def ready(
    kind: type[Point], meta: Options, keyword: str, value: Any, alias: str
) -> tuple[Database, PointPlan, Arguments] | None:
    """Return a database, the plan of a point there, and its arguments; None where the general way is wanted."""
    points = meta.facts.get("points") or meta.derive("points", Points)
    if points.revision != Registrations.revision + pre_init.revision + post_init.revision:
        points.__init__(meta)  # type: ignore[misc]
    point = points.known.get((kind, keyword))
    if point is None:
        point = points.find(kind, keyword)
    if point is False:
        return None
    database = databases.made.get(alias) or databases[alias]
    plan: PointPlan = database.plans.get(point) or point.plan(database)  # type: ignore[union-attr]
    arguments = plan.arguments(value)
    return None if arguments is None else (database, plan, arguments)


def _write_arguments(kept: str, compiled: Any) -> Callable[[Any], Arguments | None]:
    """Write ``arguments(value)``."""
    namespace: dict[str, Any] = dict(CONDITION_NAMES)
    parts = []
    for position, (slot, encoder) in enumerate(zip(compiled.slots, compiled.encoders, strict=True)):
        if not isinstance(slot, int):
            namespace[f"fixed_{position}"] = slot.value
            parts.append(f"fixed_{position}, ")
        elif encoder is None:
            parts.append("value, ")
        else:
            namespace[f"encode_{position}"] = encoder.convert
            parts.append(f"{call_source(encoder.convert, f'encode_{position}', 'value')}, ")
    source = f"def arguments(value):\n    return ({''.join(parts)}) if {kept.format('value')} else None"
    return compile_function(source, "arguments", namespace, "<aorm point>")
