"""What a queryset says, as an immutable value, before it is planned into a statement.

``Query`` speaks of a model's paths, annotations and masks where ``sql.select.Select`` speaks of columns. It is a
node, so it knows its shape and its parameters: the key and the values of a plan.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from aorm.sql.node import Node, Term, child, children, node, static, varying
from aorm.sql.predicates import TRUE, Predicate
from aorm.sql.sources import Selectable

if TYPE_CHECKING:
    from aorm.expressions.base import OutputField
    from aorm.mapping.options import Options
    from aorm.mapping.paths import Hop
    from aorm.sql.select import Ordering
    from aorm.sql.values import Param


@node
class JoinStep(Node):
    """One hop taken from an alias to a new alias; ``filter`` is a FilteredRelation's condition, ``label`` its name."""

    alias: str = static()
    parent: str = static()
    hop: Hop = static()
    filter: Predicate | None = child(default=None)
    label: str | None = static(default=None)


@node
class Annotation(Node):
    """A named term. ``kind`` stands in the shape for the output field, which may be made anew at each call."""

    name: str = static()
    term: Term = child()
    kind: Any = static()
    output: OutputField = varying()


@node
class NamedOrdering(Node):
    """One name given to ``order_by``; it finds its path when the query is planned, so that joins are shared."""

    name: str = static()
    descending: bool = static()
    nulls: str | None = static(default=None)


@node
class LeafTerm(Node):
    """What one query of a set operation orders by, and the joins that it needs."""

    term: Term = child()
    joins: tuple[JoinStep, ...] = children(default=())


@node
class CompoundOrdering(Node):
    """An ordering of a set operation by an expression, which each of its queries has resolved for itself."""

    leaves: tuple[LeafTerm, ...] = children()
    descending: bool = static()
    nulls: str | None = static(default=None)


@node
class FilteredRelationState(Node):
    """A relation under a name of its own, with the condition for its join still unresolved."""

    name: str = static()
    relation: str = static()
    condition: Any = static()


class LockRequest(NamedTuple):
    """The arguments of ``select_for_update``."""

    nowait: bool = False
    skip_locked: bool = False
    of: tuple[str, ...] = ()
    no_key: bool = False


class Deferral(NamedTuple):
    """Which fields are loaded: all but ``names``, or only ``names``."""

    names: frozenset[str] = frozenset()
    is_defer: bool = True


NO_DEFERRAL = Deferral()


@node
class Query(Selectable):
    """The state of a queryset.

    Attributes:
        meta: options of the model.
        joins: the hops taken so far.
        annotations: named terms, those of ``alias()`` included; ``hidden`` names those not selected.
        selected: what ``values()`` and ``values_list()`` select; meaningful where ``has_values``.
        deferral: the fields of ``defer()`` and ``only()``.
        related: what ``select_related`` follows: None, True, or a sorted tuple tree of names.
        order_by, orders_by_default, is_reversed: the ordering.
        group_by: None, ``"model"`` (each row of the model) or ``"terms"`` (the ``group_terms``).
        combinator, combined: the set operation and its queries.
        is_empty: ``none()`` was called.
        database: of a query placed in another one: the alias that ``using()`` chose for it.
    """

    meta: Options = static()
    joins: tuple[JoinStep, ...] = children(default=())
    where: Predicate = child(default=TRUE)
    annotations: tuple[Annotation, ...] = children(default=())
    hidden: frozenset[str] = static(default=frozenset())
    has_values: bool = static(default=False)
    selected: tuple[Annotation, ...] = children(default=())
    deferral: Deferral = static(default=NO_DEFERRAL)
    related: Any = static(default=None)
    order_by: tuple[NamedOrdering | CompoundOrdering | Ordering, ...] = children(default=())
    orders_by_default: bool = static(default=True)
    is_reversed: bool = static(default=False)
    is_distinct: bool = static(default=False)
    distinct_names: tuple[str, ...] = static(default=())
    offset: Param | None = child(default=None)
    limit: Param | None = child(default=None)
    lock: LockRequest | None = static(default=None)
    group_by: str | None = static(default=None)
    group_terms: tuple[Term, ...] = children(default=())
    combinator: str | None = static(default=None)
    combined: tuple[Query, ...] = children(default=())
    relations: tuple[FilteredRelationState, ...] = children(default=())
    is_empty: bool = static(default=False)
    database: str | None = static(default=None)

    @property
    def is_sliced(self) -> bool:
        """Whether a slice was taken."""
        return self.limit is not None or self.offset is not None

    @property
    def alias(self) -> str:
        """The alias of the model's own table."""
        return self.meta.db_table

    @property
    def model(self) -> Any:
        """The model that the query reads."""
        return self.meta.model

    def annotation(self, name: str) -> Annotation | None:
        """Return the annotation of that name."""
        for annotation in self.annotations:
            if annotation.name == name:
                return annotation
        return None

    def annotation_before(self, name: str) -> tuple[Annotation, tuple[str, ...]] | None:
        """Return the annotation that a path begins with, and the rest of the path.

        The name of an annotation may hold separators itself: ``annotate(Count("books"))`` is ``books__count``. The
        shortest one counts, as in Django.
        """
        parts = name.split("__")
        for count in range(1, len(parts) + 1):
            annotation = self.annotation("__".join(parts[:count]))
            if annotation is not None:
                return annotation, tuple(parts[count:])
        return None

    @property
    def visible_annotations(self) -> tuple[Annotation, ...]:
        """The annotations that are selected beside the model's fields."""
        if not self.hidden:
            return self.annotations
        return tuple(annotation for annotation in self.annotations if annotation.name not in self.hidden)


def annotation_of(name: str, term: Term, output: OutputField) -> Annotation:
    """Make an annotation; its kind tells apart what loaders must convert differently."""
    converts = output.adapter is not None or getattr(output, "from_db_value", None) is not None
    kind = output if converts else (type(output), output.sql_type)
    return Annotation(name, term, kind, output)


def base_query(meta: Options) -> Query:
    """Return the query for all rows of a model, shared by all its querysets."""
    found: Query = meta.facts.get("base_query") or meta.derive("base_query", Query)
    return found
