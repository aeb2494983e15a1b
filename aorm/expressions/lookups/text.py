"""Lookups on text: parts of it, with and without regard to case, and regular expressions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from aorm.expressions.base import Resolved, resolve
from aorm.expressions.lookups.base import Lookup, with_bilateral
from aorm.sql.documents import storable_text
from aorm.sql.predicates import Like, Matches
from aorm.sql.types import TEXT
from aorm.sql.values import Param

if TYPE_CHECKING:
    from aorm.expressions.base import Scope
    from aorm.sql.predicates import Predicate


def escape_like(value: Any) -> str:
    r"""Return the text with ``\``, ``%`` and ``_`` escaped, so that LIKE takes them as they are."""
    return storable_text(value).replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


class PatternLookup(Lookup):
    """A comparison by LIKE; the value is escaped here and travels as a parameter."""

    prepare_rhs: ClassVar[bool] = False
    kind: ClassVar[str]
    before: ClassVar[str] = ""
    after: ClassVar[str] = ""
    ignores_case: ClassVar[bool] = False

    @classmethod
    def build(cls, left: Resolved, value: Any, scope: Scope) -> Predicate:
        """Make ``left LIKE pattern``."""
        if not hasattr(value, "resolve_expression"):
            if not left.bilateral_transforms:
                pattern = cls.before + escape_like(value) + cls.after
                return Like(left.term, cls.kind, Param(pattern, TEXT), cls.ignores_case)
            value = Resolved(Param(storable_text(value), TEXT), left.output)
        pattern_term = with_bilateral(left, resolve(value, scope), scope).term
        if isinstance(pattern_term, Param) and pattern_term.value is not None:
            # A Value: dialects take each parameter for a pattern that is escaped already.
            pattern_term = Param(cls.before + escape_like(pattern_term.value) + cls.after, TEXT)
        return Like(left.term, cls.kind, pattern_term, cls.ignores_case)


class IExact(PatternLookup):
    """``name__iexact="anna"``: equality without regard to case."""

    lookup_name: ClassVar[str | None] = "iexact"
    kind: ClassVar[str] = "exact"
    ignores_case: ClassVar[bool] = True


class Contains(PatternLookup):
    """``title__contains="sea"``."""

    lookup_name: ClassVar[str | None] = "contains"
    kind: ClassVar[str] = "contains"
    before: ClassVar[str] = "%"
    after: ClassVar[str] = "%"


class IContains(Contains):
    """``title__icontains="sea"``."""

    lookup_name: ClassVar[str | None] = "icontains"
    ignores_case: ClassVar[bool] = True


class StartsWith(PatternLookup):
    """``title__startswith="The"``."""

    lookup_name: ClassVar[str | None] = "startswith"
    kind: ClassVar[str] = "startswith"
    after: ClassVar[str] = "%"


class IStartsWith(StartsWith):
    """``title__istartswith="the"``."""

    lookup_name: ClassVar[str | None] = "istartswith"
    ignores_case: ClassVar[bool] = True


class EndsWith(PatternLookup):
    """``title__endswith="end"``."""

    lookup_name: ClassVar[str | None] = "endswith"
    kind: ClassVar[str] = "endswith"
    before: ClassVar[str] = "%"


class IEndsWith(EndsWith):
    """``title__iendswith="end"``."""

    lookup_name: ClassVar[str | None] = "iendswith"
    ignores_case: ClassVar[bool] = True


class Regex(Lookup):
    """``title__regex=r"^(An?|The) "``; the syntax is the database's, Python's on SQLite."""

    lookup_name: ClassVar[str | None] = "regex"
    prepare_rhs: ClassVar[bool] = False
    ignores_case: ClassVar[bool] = False

    @classmethod
    def build(cls, left: Resolved, value: Any, scope: Scope) -> Predicate:
        """Make the match of a regular expression."""
        if not hasattr(value, "resolve_expression"):
            value = Resolved(Param(storable_text(value), TEXT), left.output)
        right = with_bilateral(left, resolve(value, scope), scope)
        return Matches(left.term, right.term, cls.ignores_case)


class IRegex(Regex):
    """``title__iregex=r"^(an?|the) "``."""

    lookup_name: ClassVar[str | None] = "iregex"
    ignores_case: ClassVar[bool] = True


class UUIDIExact(IExact):
    """``iexact`` on a UUID, as text; hyphens count only where the database has a type for UUIDs."""


class UUIDContains(Contains):
    """``contains`` on a UUID, as text."""


class UUIDIContains(IContains):
    """``icontains`` on a UUID, as text."""


class UUIDStartsWith(StartsWith):
    """``startswith`` on a UUID, as text."""


class UUIDIStartsWith(IStartsWith):
    """``istartswith`` on a UUID, as text."""


class UUIDEndsWith(EndsWith):
    """``endswith`` on a UUID, as text."""


class UUIDIEndsWith(IEndsWith):
    """``iendswith`` on a UUID, as text."""
