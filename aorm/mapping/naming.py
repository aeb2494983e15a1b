"""Make the names that Django gives to tables, indexes and constraints, so that both can share a database."""

from __future__ import annotations

import hashlib
import keyword
import unicodedata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

# PostgreSQL cuts identifiers at 63 bytes; Django shortens at that length there and not at all on SQLite. One rule for
# both keeps one model's names equal on both; only names longer than this differ from Django's on SQLite.
MAX_NAME_LENGTH = 63


def check_attribute_names(field: Any) -> None:
    """Refuse a field whose name only ``type()`` or ``setattr()`` could give it: loaders and builders are Python source.

    Raises:
        ValueError: the name, or that of its attribute, is no name of Python.
    """
    for name in (field.name, getattr(field, "attname", None)):
        if name is None:
            continue
        if not name.isidentifier() or keyword.iskeyword(name):
            raise ValueError(f"{name!r} cannot be the name of a field: it is no name of Python. Use db_column for it.")
        if not name.isascii() and (written := unicodedata.normalize("NFKC", name)) != name:
            raise ValueError(f"{name!r} cannot be the name of a field: Python reads it as {written!r}. Name it so.")


def names_digest(*names: str, length: int) -> str:
    """Return the first ``length`` hexadecimal digits of the MD5 of all names, as Django makes them."""
    digest = hashlib.md5(usedforsecurity=False)
    for name in names:
        digest.update(name.encode())
    return digest.hexdigest()[:length]


def split_identifier(identifier: str) -> tuple[str, str]:
    """Split ``"schema"."table"`` into its namespace and name; the namespace is empty where there is none."""
    try:
        namespace, name = identifier.split('"."')
    except ValueError:
        namespace, name = "", identifier
    return namespace.strip('"'), name.strip('"')


def truncate_name(identifier: str, length: int | None = MAX_NAME_LENGTH, hash_length: int = 4) -> str:
    """Shorten a name to the length; what was cut off is remembered by a digest at the end."""
    namespace, name = split_identifier(identifier)
    if length is None or len(name) <= length:
        return identifier
    digest = names_digest(name, length=hash_length)
    prefix = f'{namespace}"."' if namespace else ""
    return f"{prefix}{name[: length - hash_length]}{digest}"


def index_name(table: str, columns: Iterable[str], suffix: str = "", limit: int = MAX_NAME_LENGTH) -> str:
    """Return the name of an index or constraint that Django's schema editor makes by itself."""
    _, table_name = split_identifier(table)
    columns = list(columns)
    suffix_with_hash = f"{names_digest(table_name, *columns, length=8)}{suffix}"
    whole = f"{table_name}_{'_'.join(columns)}_{suffix_with_hash}"
    if len(whole) <= limit:
        return whole
    suffix_with_hash = suffix_with_hash[: limit // 3]
    other = (limit - len(suffix_with_hash)) // 2 - 1
    shortened = f"{table_name[:other]}_{'_'.join(columns)[:other]}_{suffix_with_hash}"
    # A name may not begin with an underscore or a digit on every database.
    if shortened[0] == "_" or shortened[0].isdigit():
        shortened = f"D{shortened[:-1]}"
    return shortened


def foreign_key_name(table: str, column: str, to_table: str, to_column: str) -> str:
    """Return the name of the constraint of a foreign key."""
    _, target = split_identifier(to_table)
    return index_name(table, [column], f"_fk_{target}_{to_column}")


def implicit_name(table: str, column: str, label: str) -> str:
    """Return the name that PostgreSQL makes for a constraint that is given none: ``book_isbn_key``, cut at 63 bytes.

    The longer of table and column loses bytes first (``makeObjectName`` in PostgreSQL's source).
    """
    parts = [part.encode() for part in (table, column) if part]
    room = MAX_NAME_LENGTH - len(label) - len(parts)
    lengths = [len(part) for part in parts]
    while sum(lengths) > room:
        longest = lengths.index(max(lengths)) if len(set(lengths)) > 1 or len(lengths) == 1 else len(lengths) - 1
        lengths[longest] -= 1
    cut = [part[:length].decode(errors="ignore") for part, length in zip(parts, lengths, strict=True)]
    return "_".join([*cut, label])
