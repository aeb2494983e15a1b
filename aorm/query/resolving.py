"""Find what ``author__name__icontains`` means for a model: the hops, the column, and what is left for lookups.

What a name means depends on the models alone, so it is remembered per model.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from aorm.exceptions import FieldError
from aorm.expressions.base import Resolved
from aorm.sql.tables import Column
from aorm.sql.types import row
from aorm.sql.values import Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aorm.expressions.base import OutputField
    from aorm.mapping.options import Options
    from aorm.mapping.paths import Hop, Path
    from aorm.sql.node import Term

SEPARATOR = "__"


class Target:
    """Where a path of names ends.

    Attributes:
        path: the hops that must be joined; a step whose key stands already in the table before it is left out.
        columns: fields of the column, or columns of a composite key, in the last table.
        output: the field that describes the value: a plain field, or the relation itself.
        rest: the names after the field: transforms and a lookup.
        is_many: the path leads over rows of which there may be several.
        is_nullable: the value may be NULL, by its column or because a row on the way may be absent.
        base: the resolved column where no hop is needed.
    """

    __slots__ = ("base", "columns", "is_many", "is_nullable", "output", "path", "relation", "rest")

    def __init__(self, path: Path, columns: tuple[Any, ...], output: OutputField, rest: tuple[str, ...]) -> None:
        self.path = path
        self.columns = columns
        self.output = output
        self.rest = rest
        self.relation = output if getattr(output, "is_relation", False) else None
        self.is_many = any(hop.is_many for hop in path)
        self.is_nullable = any(field.null for field in columns) or any(hop.is_nullable for hop in path)
        self.base: Resolved | None = None

    def resolved(self, alias: str) -> Resolved:
        """Return the value as it stands in the table of that alias."""
        return Resolved(columns_term(self.columns, alias), self.output)


def columns_term(fields: Sequence[Any], alias: str) -> Term:
    """Return one column, or the row of several."""
    if len(fields) == 1:
        field = fields[0]
        return Column(alias, field.column, field.sql_type)
    return Row(tuple(Column(alias, field.column, field.sql_type) for field in fields), row(len(fields)))


def resolve_path(meta: Options, name: str) -> Target:
    """Return the target of a name such as ``author__name__lower``.

    Raises:
        FieldError: the first part is no field; the error lists the choices.
    """
    known = meta.derive("targets", _new_targets)
    target = known.get(name)
    if target is None:
        target = known[name] = find_target(meta, name.split(SEPARATOR))
        if not target.path:
            target.base = target.resolved(meta.db_table)
    return target


def _new_targets(meta: Options) -> dict[str, Target]:
    return {}


def find_target(meta: Options, names: Sequence[str], extra_choices: Iterable[str] = ()) -> Target:
    """Follow the names from field to field until one is no relation or no field."""
    path, output, rest = walk(meta, names)
    if output is None:
        raise unknown_name(meta, names[0], extra_choices)
    path, columns = trim(path, _end_columns(output))
    return Target(path, columns, output, rest)


def walk(meta: Options, names: Sequence[str]) -> tuple[Path, Any, tuple[str, ...]]:
    """Return all hops that the names lead over, the last field among them (None without one), and the names left."""
    hops: list[Hop] = []
    output: Any = None
    here = meta
    position = 0
    while position < len(names):
        field = here.pk if names[position] == "pk" else here.find_field(names[position])
        if field is None:
            break
        owner = field.model._meta.concrete_model
        if owner is not None and owner is not here.concrete_model:
            hops.extend(here.path_to_parent(owner))
        output = field
        position += 1
        path = getattr(field, "path", None) if field.is_relation else None
        if path is None:
            break
        hops.extend(path)
        here = path[-1].target
    return tuple(hops), output, tuple(names[position:])


def find_end(meta: Options, relation: str) -> Options:
    """Return the options of the model that a relation, of one step or several, leads to."""
    path, _, _ = walk(meta, relation.split(SEPARATOR))
    return path[-1].target


def _end_columns(output: Any) -> tuple[Any, ...]:
    if output.is_relation and getattr(output, "path", None):
        # Followed backwards, a foreign key leads to the rows that have it: to their key, not to the column of the join.
        return tuple(output.target_fields)
    composed = getattr(output, "fields", None)
    return tuple(composed) if composed else (output,)


def trim(path: Path, columns: tuple[Any, ...]) -> tuple[Path, tuple[Any, ...]]:
    """Drop the last hops whose key columns stand already on their near side."""
    while path and path[-1].is_direct:
        near = {remote.column: local for local, remote in path[-1].pairs}
        if not all(field.column in near for field in columns):
            break
        columns = tuple(near[field.column] for field in columns)
        path = path[:-1]
    return path, columns


def unknown_name(meta: Options, name: str, extra_choices: Iterable[str] = ()) -> FieldError:
    """Make the error about a name that is no field, with the choices."""
    choices = sorted({*meta.choices_of_names, *extra_choices})
    return FieldError(f"Cannot resolve keyword '{name}' into field. Choices are: {', '.join(choices)}")


def unsupported_lookup(output: OutputField, name: str) -> FieldError:
    """Make the error about a name that is neither lookup nor transform of a field."""
    label = type(output).__name__
    lookups: dict[str, Any] = getattr(output, "get_lookups", dict)()
    near = difflib.get_close_matches(name, lookups)
    hint = f", perhaps you meant {' or '.join(near)}?" if near else "."
    return FieldError(f"Unsupported lookup '{name}' for {label} or join on the field not permitted{hint}")
