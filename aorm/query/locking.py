"""Row locks: what ``select_for_update()`` asks for, and which tables ``of`` names."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple

from aorm.exceptions import FieldError, NotSupportedError
from aorm.query.layout import ModelLayout
from aorm.query.resolving import SEPARATOR
from aorm.sql.select import Lock

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aorm.dialects.base.features import Features
    from aorm.query.layout import ValueSlot
    from aorm.query.state import Query


def lock_of(query: Query, layout: ModelLayout | list[ValueSlot], features: Features) -> Lock | None:
    """Return the lock of a query's statement, None where it has none.

    Raises:
        NotSupportedError: the database lacks what is asked for.
        FieldError: ``of`` names what the query does not load.
    """
    request = query.lock
    if request is None:
        return None
    if query.is_sliced and not features.supports_select_for_update_with_limit:
        raise NotSupportedError("LIMIT/OFFSET is not supported with select_for_update on this database backend.")
    if not features.has_select_for_update:
        return None
    for asked, flag, label in (
        (request.nowait, features.has_select_for_update_nowait, "NOWAIT"),
        (request.skip_locked, features.has_select_for_update_skip_locked, "SKIP LOCKED"),
        (bool(request.of), features.has_select_for_update_of, "FOR UPDATE OF"),
        (request.no_key, features.has_select_for_no_key_update, "FOR NO KEY UPDATE"),
    ):
        if asked and not flag:
            raise NotSupportedError(f"{label} is not supported on this database backend.")
    # As in Django, values() know no models whose tables could be told apart: all are locked.
    aliases = _aliases(request.of, layout) if isinstance(layout, ModelLayout) else ()
    return Lock(request.nowait, request.skip_locked, request.no_key, aliases)


class Part(NamedTuple):
    """A model of which a row holds values: an instance's own, a parent's, or a related one's."""

    name: str
    model: Any
    slots: Sequence[ValueSlot]
    related: Sequence[ModelLayout]

    def parents(self) -> Iterator[Part]:
        """Yield the parents, by the names of the links to them."""
        for parent, link in self.model._meta.concrete_model._meta.parents.items():
            if link is None:
                continue
            lineage = (parent, *parent._meta.all_parents)
            yield Part(link.name, parent, [slot for slot in self.slots if _model_of(slot) in lineage], ())

    def along(self) -> Iterator[Part]:
        """Yield what is loaded along, by the names of the relations."""
        for item in self.related:
            yield Part(item.attach.name, item.model, item.slots, item.related)

    def alias(self) -> str | None:
        """Return the alias of the model's own table; None where nothing of it is loaded, which locks nothing."""
        concrete = self.model._meta.concrete_model
        aliases: Iterator[str] = (slot.term.alias for slot in self.slots if _model_of(slot) is concrete)  # type: ignore[attr-defined]
        return next(aliases, None)


def _model_of(slot: ValueSlot) -> Any:
    return slot.output.model  # type: ignore[attr-defined]


def _aliases(names: Sequence[str], layout: ModelLayout) -> tuple[str, ...]:
    whole = Part("self", layout.model, layout.slots, layout.related)
    found = {name: whole if name == "self" else _find(whole, name.split(SEPARATOR)) for name in names}
    unknown = [name for name, part in found.items() if part is None]
    if unknown:
        raise FieldError(
            f"Invalid field name(s) given in select_for_update(of=(...)): {', '.join(unknown)}. Only relational fields "
            f"followed in the query are allowed. Choices are: {', '.join(_choices(whole))}."
        )
    aliases = [part.alias() for part in found.values() if part is not None]
    return tuple([alias for alias in aliases if alias is not None])


def _find(part: Part | None, names: Sequence[str]) -> Part | None:
    for name in names:
        further = () if part is None else (*part.along(), *part.parents())
        part = next((item for item in further if item.name == name), None)
    return part


def _choices(whole: Part) -> Iterator[str]:
    yield whole.name
    waiting = deque([("", whole)])
    while waiting:
        prefix, part = waiting.popleft()
        for item in (*part.parents(), *part.along()):
            yield f"{prefix}{item.name}"
            waiting.append((f"{prefix}{item.name}{SEPARATOR}", item))
