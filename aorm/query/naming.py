"""Check the names that users give to annotations and filtered relations.

Names can come from a request (``annotate(**data)``), and they reach the SQL text. Django's CVEs 2022-28346, 2024-42005,
2025-13372, 2025-57833, 2025-59681 and 2026-1287 are about characters that a list of refusals had forgotten; here is a
list of what is allowed: names that Python could have as identifiers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aorm.mapping.options import Options

# PostgreSQL cuts identifiers at 63 bytes, silently: two long names could become one.
LONGEST_NAME = 63


def check_alias(name: object) -> str:
    """Return the name if it may be an alias.

    Raises:
        ValueError: it is no identifier, or longer than a database keeps.
        TypeError: it is no string.
    """
    if not isinstance(name, str):
        raise TypeError(f"An alias must be a string, not {type(name).__name__}.")
    if not name.isidentifier():
        raise ValueError(
            "Column aliases cannot contain whitespace characters, hashes, quotation marks, semicolons, or SQL "
            "comments. An alias must be a valid Python identifier."
        )
    if len(name.encode()) > LONGEST_NAME:
        raise ValueError(f"The alias {name[:20]!r}... is longer than {LONGEST_NAME} bytes.")
    return name


def refuse_values(values: Iterable[Any], function: str) -> None:
    """Raise TypeError where something that is no expression was given to ``annotate()`` or ``aggregate()``."""
    wrong = [str(value) for value in values if not hasattr(value, "resolve_expression")]
    if wrong:
        raise TypeError(f"QuerySet.{function}() received non-expression(s): {', '.join(wrong)}.")


def refuse_field_names(meta: Options, names: Iterable[str], function: str) -> None:
    """Raise ValueError where an annotation would hide a field of the model."""
    taken = meta.derive("taken_names", _taken_names)
    for name in names:
        if name in taken:
            raise ValueError(f"The {function} '{name}' conflicts with a field on the model.")


def _taken_names(meta: Options) -> frozenset[str]:
    names = {field.name for field in meta.get_fields()}
    return frozenset(names.union(field.attname for field in meta.fields if getattr(field, "attname", None)))
