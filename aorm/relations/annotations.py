"""Name the types that relations are generic in, and the options that all relation fields share.

``ForeignKey[Author]``: reading gives an ``Author``; ``ForeignKey[Author | None]`` may be null. Given the class itself,
checkers find it by themselves; a lazy string has to be helped by the annotation. The default exists for type checkers
only: ``typing.TypeVar`` learned it in Python 3.13.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.fields.annotations import FieldOptions

if TYPE_CHECKING:
    from typing_extensions import TypeVar

    # The related model, or its union with None.
    M = TypeVar("M", default=Any)
    # The class that a constructor was given.
    T = TypeVar("T")
    S = TypeVar("S", default=Any)
    G = TypeVar("G", default=Any)
else:
    from typing import TypeVar

    M = TypeVar("M")
    T = TypeVar("T")
    S = TypeVar("S")
    G = TypeVar("G")


class RelationOptions(FieldOptions, total=False):
    """The keyword options of relation fields but ``null``, on which the type of the attribute depends."""

    verbose_name: Any
    name: str | None


class OneToOneOptions(RelationOptions, total=False):
    """The keyword options of one-to-one fields but ``null`` and ``to_field``."""

    related_name: str | None
    related_query_name: str | None
    limit_choices_to: Any
    parent_link: bool
    db_constraint: bool
