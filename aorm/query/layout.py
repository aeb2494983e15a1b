"""Where the values of a row go: the plan of a loader, made while the columns are chosen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aorm.sql.select import Compound, Select

if TYPE_CHECKING:
    from aorm.expressions.base import OutputField
    from aorm.sql.node import Term
    from aorm.sql.sources import Selectable


@dataclass(slots=True)
class ValueSlot:
    """One value of a row: its name in the result, the selected term and the field that converts it."""

    name: str
    position: int
    term: Term
    output: OutputField


@dataclass(slots=True)
class ModelLayout:
    """One instance in a row.

    Attributes:
        model: the class.
        slots: the values of the loaded fields, in the order of the model's fields.
        is_complete: no field is deferred.
        key_positions: where its primary key stands; NULL there means that there is no such row.
        attach: sets the instance on its parent: ``(relation, is_reverse)``, None for the row's own instance.
        related: the instances that ``select_related`` loads from the same row.
        annotations: extra attributes.
    """

    model: Any
    slots: list[ValueSlot]
    is_complete: bool
    key_positions: tuple[int, ...]
    attach: Any = None
    related: list[ModelLayout] = field(default_factory=list)
    annotations: list[ValueSlot] = field(default_factory=list)


@dataclass(slots=True)
class Finished:
    """A statement ready to be rendered, and where its values go."""

    statement: Select | Compound
    layout: ModelLayout | list[ValueSlot]

    @property
    def width(self) -> int:
        """How many columns a row has."""
        return len(columns_of(self.statement))

    @property
    def slots(self) -> list[ValueSlot]:
        """The values of a row, those of related instances left out."""
        layout = self.layout
        return layout if isinstance(layout, list) else [*layout.slots, *layout.annotations]


def columns_of(statement: Selectable) -> tuple[Term, ...]:
    """Return what a statement selects; a set operation selects what its first query does."""
    if isinstance(statement, Compound):
        return columns_of(statement.queries[0])
    assert isinstance(statement, Select)
    return statement.columns.items
