"""What a queryset gives: instances, dictionaries, tuples, named tuples or single values."""

from __future__ import annotations

from collections import namedtuple
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from aorm.query.layout import ModelLayout
from aorm.query.loading import write_model_loader, write_value_loader

if TYPE_CHECKING:
    from aorm.database.database import Database
    from aorm.query.layout import Finished


class ResultKind(NamedTuple):
    """The kind of the results; part of a plan's key."""

    name: str


MODELS = ResultKind("models")
DICTS = ResultKind("dicts")
TUPLES = ResultKind("tuples")
NAMED = ResultKind("named")
FLAT = ResultKind("flat")


@lru_cache(maxsize=256)
def named_row(*names: str) -> Any:
    """Return the class of rows with those names, the same one for the same names."""
    return namedtuple("Row", names)


def write_loader(finished: Finished, kind: ResultKind, database: Database) -> Any:
    """Return the loader of a finished statement for a kind of results."""
    layout = finished.layout
    if isinstance(layout, ModelLayout):
        return write_model_loader(layout, finished.width, database)
    row_class = named_row(*(slot.name for slot in layout)) if kind is NAMED else None
    return write_value_loader(layout, kind.name, row_class, database)
