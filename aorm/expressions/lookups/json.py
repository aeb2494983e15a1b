"""Lookups on JSON documents, and on the values of their keys."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, ClassVar

from aorm.expressions.base import Resolved, resolve
from aorm.expressions.lookups.base import Lookup, right_side
from aorm.expressions.lookups.comparison import In, IsNull
from aorm.expressions.lookups.text import (
    EndsWith,
    IContains,
    IEndsWith,
    IExact,
    IRegex,
    IStartsWith,
    PatternLookup,
    Regex,
    StartsWith,
)
from aorm.expressions.values import json_null
from aorm.sql.documents import storable_text
from aorm.sql.functions import Call
from aorm.sql.predicates import FALSE, Compare, InList, InTerms, IsTrue, Predicate
from aorm.sql.types import BOOLEAN, JSON, TEXT, array
from aorm.sql.values import Param

if TYPE_CHECKING:
    from aorm.expressions.base import Scope
    from aorm.sql.node import Term

EXTRACTIONS = ("json_extract", "json_extract_text")


def document_and_path(term: Term) -> tuple[Term, tuple[str, ...]]:
    """Return the document that a term is cut out of and the keys that lead there; none for the document itself."""
    if isinstance(term, Call) and term.name in EXTRACTIONS:
        return term.arguments[0], term.options
    return term, ()


def as_text(left: Resolved) -> Resolved:
    """Return the value of a key as text."""
    document, keys = document_and_path(left.term)
    if not keys:
        raise TypeError("Transform should be an instance of KeyTransform in order to use this lookup.")
    return Resolved(Call("json_extract_text", (document,), TEXT, keys), left.output)


class DataContains(Lookup):
    """``data__contains={"owner": "Bob"}``: the document has these pairs at its top."""

    lookup_name: ClassVar[str | None] = "contains"
    function: ClassVar[str] = "json_contains"

    @classmethod
    def build(cls, left: Resolved, value: Any, scope: Scope) -> Predicate:
        """Make the condition."""
        return IsTrue(Call(cls.function, (left.term, right_side(left, value, scope).term), BOOLEAN))


class ContainedBy(DataContains):
    """``data__contained_by={...}``: the document's pairs are among these."""

    lookup_name: ClassVar[str | None] = "contained_by"
    function: ClassVar[str] = "json_contained_by"


class HasKey(Lookup):
    """``data__has_key="owner"``; the key may be a ``KeyTransform``, whose last key is looked for."""

    lookup_name: ClassVar[str | None] = "has_key"
    prepare_rhs: ClassVar[bool] = False

    @classmethod
    def build(cls, left: Resolved, value: Any, scope: Scope) -> Predicate:
        """Make the condition."""
        document = left.term
        if hasattr(value, "resolve_expression"):
            right = resolve(value, scope).term
            _, keys = document_and_path(right)
            if not keys:
                return IsTrue(Call("json_has_key", (document, right), BOOLEAN))
            document, key = _longer(document, keys[:-1]), Param(keys[-1], TEXT)
        else:
            key = Param(storable_text(value), TEXT)
        return IsTrue(Call("json_has_key", (document, key), BOOLEAN))


def _longer(term: Term, keys: tuple[str, ...]) -> Term:
    if not keys:
        return term
    document, path = document_and_path(term)
    return Call("json_extract", (document,), JSON, (*path, *keys))


class HasKeys(Lookup):
    """``data__has_keys=["owner", "breed"]``: all of them."""

    lookup_name: ClassVar[str | None] = "has_keys"
    function: ClassVar[str] = "json_has_keys"

    @classmethod
    def build(cls, left: Resolved, value: Any, scope: Scope) -> Predicate:
        """Make the condition."""
        keys = Param([storable_text(item) for item in value], array(TEXT))
        return IsTrue(Call(cls.function, (left.term, keys), BOOLEAN))


class HasAnyKeys(HasKeys):
    """``data__has_any_keys=["owner", "breed"]``: one of them."""

    lookup_name: ClassVar[str | None] = "has_any_keys"
    function: ClassVar[str] = "json_has_any_keys"


class JSONExact(Lookup):
    """``data={"a": 1}``: equality of documents."""

    lookup_name: ClassVar[str | None] = "exact"
    can_use_none_as_rhs: ClassVar[bool] = True

    @classmethod
    def build(cls, left: Resolved, value: Any, scope: Scope) -> Predicate:
        """Make ``left = value``; None means the JSON null, as Django still has it."""
        if value is None:
            if not document_and_path(left.term)[1]:
                warnings.warn(
                    "Using None as the right-hand side of an exact lookup on JSONField to mean JSON scalar 'null' is "
                    "deprecated. Use JSONNull() instead (or use the __isnull lookup if you meant SQL NULL).",
                    DeprecationWarning,
                    stacklevel=2,
                )
            return Compare(left.term, "=", json_null())
        return Compare(left.term, "=", right_side(left, value, scope).term)


class JSONIContains(IContains):
    """``data__icontains="bob"``: a part of the document's text."""


class JSONIn(In):
    """``data__in=[{...}, "text", JSONNull()]``: the document is one of these."""

    @classmethod
    def build(cls, left: Resolved, value: Any, scope: Scope) -> Predicate:
        """Make ``left IN (...)``."""
        if hasattr(value, "resolve_expression"):
            return super().build(left, value, scope)
        values = [item for item in value if item is not None]
        if not values:
            return FALSE
        if any(hasattr(item, "resolve_expression") for item in values) or left.output.adapter is not None:
            return InTerms(left.term, tuple([right_side(left, item, scope).term for item in values]))
        prepare = left.output.get_prep_value
        return InList(left.term, Param([prepare(item) for item in values], array(JSON)))


class KeyTransformExact(JSONExact):
    """``data__owner="Bob"``: equality of the value of a key."""


class KeyTransformIn(JSONIn):
    """``data__owner__in=["Bob", "Eve"]``."""


class KeyTransformIsNull(IsNull):
    """``data__owner__isnull=True``: the document has no such key; a JSON null is something."""


class KeyPattern(PatternLookup):
    """A comparison of the text of a key's value."""

    @classmethod
    def build(cls, left: Resolved, value: Any, scope: Scope) -> Predicate:
        """Make the condition on the text."""
        return super().build(as_text(left), value, scope)


class KeyTransformIExact(KeyPattern, IExact):
    """``data__owner__iexact="bob"``; None means the JSON null."""

    can_use_none_as_rhs: ClassVar[bool] = True

    @classmethod
    def build(cls, left: Resolved, value: Any, scope: Scope) -> Predicate:
        """Make the condition on the text, or on the JSON null."""
        if value is None:
            return KeyTransformExact.build(left, None, scope)
        return super().build(left, value, scope)


class KeyTransformIContains(KeyPattern, IContains):
    """``data__owner__icontains="bo"``."""


class KeyTransformStartsWith(KeyPattern, StartsWith):
    """``data__owner__startswith="B"``."""


class KeyTransformIStartsWith(KeyPattern, IStartsWith):
    """``data__owner__istartswith="b"``."""


class KeyTransformEndsWith(KeyPattern, EndsWith):
    """``data__owner__endswith="b"``."""


class KeyTransformIEndsWith(KeyPattern, IEndsWith):
    """``data__owner__iendswith="B"``."""


class KeyTransformRegex(Regex):
    """``data__owner__regex="^B"``."""

    @classmethod
    def build(cls, left: Resolved, value: Any, scope: Scope) -> Predicate:
        """Make the match on the text."""
        return super().build(as_text(left), value, scope)


class KeyTransformIRegex(KeyTransformRegex, IRegex):
    """``data__owner__iregex="^b"``."""


class KeyTransformNumeric(Lookup):
    """An order of the values of a key."""

    operator: ClassVar[str]

    @classmethod
    def build(cls, left: Resolved, value: Any, scope: Scope) -> Predicate:
        """Make the comparison."""
        return Compare(left.term, cls.operator, right_side(left, value, scope).term)


class KeyTransformGt(KeyTransformNumeric):
    """``data__age__gt=3``."""

    lookup_name: ClassVar[str | None] = "gt"
    operator: ClassVar[str] = ">"


class KeyTransformGte(KeyTransformNumeric):
    """``data__age__gte=3``."""

    lookup_name: ClassVar[str | None] = "gte"
    operator: ClassVar[str] = ">="


class KeyTransformLt(KeyTransformNumeric):
    """``data__age__lt=3``."""

    lookup_name: ClassVar[str | None] = "lt"
    operator: ClassVar[str] = "<"


class KeyTransformLte(KeyTransformNumeric):
    """``data__age__lte=3``."""

    lookup_name: ClassVar[str | None] = "lte"
    operator: ClassVar[str] = "<="
