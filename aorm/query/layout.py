"""Where the values of a row go: the plan of a loader, made while the columns are chosen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aorm.expressions.base import OutputField
    from aorm.sql.node import Term


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
