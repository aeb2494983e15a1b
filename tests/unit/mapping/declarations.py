"""Declarations of indexes and constraints, right and wrong, for Django and for aorm alike.

`cases(library)` gives questions by name; `answer` asks one and says what came back, as text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

Question = Callable[[], Any]


def answer(question: Question) -> str:
    """Return what a question gives, or the error that it raises, without the paths of either library."""
    try:
        found = str(question())
    except Exception as error:
        found = f"{type(error).__name__}: {error}"
    for theirs, neutral in PATHS:
        found = found.replace(theirs, neutral)
    return found


PATHS = (
    ("django.contrib.postgres.", "postgres."),
    ("aorm.postgres.", "postgres."),
    ("django.db.models.", "models."),
    ("aorm.models.", "models."),
)


def described(make: Question) -> Question:
    """Ask for everything that a declaration says of itself."""

    def ask() -> str:
        item = make()
        path, args, keywords = item.deconstruct()
        copied = item.clone()
        equal = (item == copied, item != copied, copied.deconstruct() == item.deconstruct(), item == 5)
        return f"{item!r} {path} {args} {sorted(keywords.items())} {equal}"

    return ask


def cases(m: SimpleNamespace) -> Iterator[tuple[str, Question]]:
    """Yield the questions, by name."""
    for kind, makers in (
        ("index", indexes(m)),
        ("check", checks(m)),
        ("unique", uniques(m)),
        ("postgres", postgres(m)),
        ("exclusion", exclusions(m)),
    ):
        for place, make in enumerate(makers):
            yield f"{kind} {place}", described(make)
    for name, (one, other) in pairs(m).items():
        yield f"equality {name}", lambda one=one, other=other: (one == other, other == one, one != other)
    for name, declared in unhashable(m).items():
        yield f"hash of {name}", lambda declared=declared: hash(declared)


def indexes(m: Any) -> list[Question]:
    Q, F, Index, Lower = m.Q, m.F, m.Index, m.Lower
    return [
        lambda: Index(fields=["title"]),
        lambda: Index(fields=("title", "-author")),
        lambda: Index(fields=["title"], name="named"),
        lambda: Index("title", Lower("author").desc(), name="expressions"),
        lambda: Index(F("pages") + 1, name="computed", db_tablespace="fast"),
        lambda: Index(fields=["title"], name="partial", condition=Q(pages__gt=3)),
        lambda: Index(fields=["title"], name="covering", include=["pages", "author"]),
        lambda: Index(fields=["title"], name="classes", opclasses=["text_pattern_ops"]),
        lambda: Index(
            fields=["-title"],
            name="all",
            include=("pages",),
            condition=Q(a=1) | ~Q(b="x"),
            opclasses=("a",),
            db_tablespace="t",
        ),
        lambda: Index(),
        lambda: Index(fields=[]),
        lambda: Index(fields="title"),
        lambda: Index(fields={"title"}),
        lambda: Index(fields=[1]),
        lambda: Index(fields=[m.Lower("x")], name="x"),
        lambda: Index("title"),
        lambda: Index(Lower("title")),
        lambda: Index("title", fields=["title"], name="both"),
        lambda: Index(fields=["title"], opclasses=["x"]),
        lambda: Index(fields=["title"], opclasses=["x", "y"], name="n"),
        lambda: Index(fields=["title"], opclasses="x", name="n"),
        lambda: Index("title", opclasses=["x"], name="n"),
        lambda: Index(fields=["title"], condition=Q(a=1)),
        lambda: Index(fields=["title"], condition="x", name="n"),
        lambda: Index(fields=["title"], condition=m.Exact(F("a"), 1), name="n"),
        lambda: Index(fields=["title"], include=["a"]),
        lambda: Index(fields=["title"], include="a", name="n"),
    ]


def checks(m: Any) -> list[Question]:
    Q, Check = m.Q, m.CheckConstraint
    return [
        lambda: Check(condition=Q(a__gt=1), name="plain"),
        lambda: Check(condition=Q(a=1) | ~Q(b__in=[1, 2]), name="more", violation_error_message="Wrong: %(name)s"),
        lambda: Check(condition=Q(a=1), name="coded", violation_error_code="code"),
        lambda: Check(condition=Q(a=1), name="both", violation_error_code="code", violation_error_message="text"),
        lambda: Check(condition=Q(a=1), name="default", violation_error_message="Constraint “%(name)s” is violated."),
        lambda: Check(condition="a", name="text"),
        lambda: Check(condition=m.Lower("a"), name="no condition"),
        lambda: Check(condition=m.F("a"), name="field"),
        lambda: Check(condition=Q(a=1)),
        lambda: Check(name="x"),
        lambda: Check(condition=Q(a=1), name="n", violation_error_message=""),
    ]


def uniques(m: Any) -> list[Question]:
    Q, F, Unique, Lower, Deferrable = m.Q, m.F, m.UniqueConstraint, m.Lower, m.Deferrable
    return [
        lambda: Unique(fields=["a"], name="plain"),
        lambda: Unique(fields=("a", "b"), name="two"),
        lambda: Unique("a", Lower("b").desc(), name="expressions"),
        lambda: Unique(F("a") * 2, name="computed", condition=Q(a=1)),
        lambda: Unique(fields=["a"], name="partial", condition=Q(a=1)),
        lambda: Unique(fields=["a"], name="late", deferrable=Deferrable.DEFERRED),
        lambda: Unique(fields=["a"], name="now", deferrable=Deferrable.IMMEDIATE),
        lambda: Unique(fields=["a"], name="more", include=["b"]),
        lambda: Unique(fields=["a"], name="classes", opclasses=["x"]),
        lambda: Unique(fields=["a"], name="nulls", nulls_distinct=False),
        lambda: Unique(fields=["a"], name="nulls", nulls_distinct=True),
        lambda: Unique(
            fields=["a"],
            name="all",
            condition=Q(a=1),
            include=("b",),
            opclasses=("x",),
            nulls_distinct=True,
            violation_error_code="c",
            violation_error_message="m",
        ),
        lambda: Unique(fields=["a"], name=""),
        lambda: Unique(fields=["a"], name=None),
        lambda: Unique(fields=["a"]),
        lambda: Unique(name="n"),
        lambda: Unique("a", fields=["a"], name="n"),
        lambda: Unique(fields=["a"], name="n", condition="x"),
        lambda: Unique(fields=["a"], name="n", condition=Q(a=1), deferrable=Deferrable.DEFERRED),
        lambda: Unique(fields=["a"], name="n", include=["b"], deferrable=Deferrable.DEFERRED),
        lambda: Unique(fields=["a"], name="n", opclasses=["b"], deferrable=Deferrable.DEFERRED),
        lambda: Unique("a", name="n", deferrable=Deferrable.DEFERRED),
        lambda: Unique("a", name="n", opclasses=["b"]),
        lambda: Unique(fields=["a"], name="n", deferrable="deferred"),
        lambda: Unique(fields=["a"], name="n", deferrable=1),
        lambda: Unique(fields=["a"], name="n", include={"b"}),
        lambda: Unique(fields=["a"], name="n", opclasses="b"),
        lambda: Unique(fields=["a"], name="n", opclasses=["a", "b"]),
        lambda: Unique(fields=["a"], name="n", nulls_distinct="x"),
        lambda: Unique(fields=["a"], name="n", nulls_distinct=1),
        lambda: list(Deferrable),
        lambda: repr(Deferrable.DEFERRED),
    ]


def postgres(m: Any) -> list[Question]:
    pg = m.postgres
    return [
        lambda: pg.BTreeIndex(fields=["a"], name="n", fillfactor=70, deduplicate_items=False),
        lambda: pg.BTreeIndex(fields=["a"]),
        lambda: pg.HashIndex(fields=["a"], fillfactor=10),
        lambda: pg.GinIndex(fields=["a"], fastupdate=True, gin_pending_list_limit=64),
        lambda: pg.GinIndex(fields=["a"], name="n", opclasses=["jsonb_path_ops"]),
        lambda: pg.GistIndex(fields=["a"], buffering=False, fillfactor=50),
        lambda: pg.SpGistIndex(fields=["a"], fillfactor=50),
        lambda: pg.BrinIndex(fields=["a"], autosummarize=True, pages_per_range=4),
        lambda: pg.BrinIndex(fields=["a"], pages_per_range=0),
        lambda: pg.BloomIndex(fields=["a", "b"], length=80, columns=[2, 4]),
        lambda: pg.BloomIndex(fields=["a"] * 33),
        lambda: pg.BloomIndex(fields=["a"], columns={1}),
        lambda: pg.BloomIndex(fields=["a"], columns=[1, 2]),
        lambda: pg.BloomIndex(fields=["a"], columns=[4096]),
        lambda: pg.BloomIndex(fields=["a"], columns=[0]),
        lambda: pg.BloomIndex(fields=["a"], length=5000),
        lambda: pg.BloomIndex(fields=["a"], length=0),
        lambda: pg.GinIndex(m.Lower("a"), name="n", condition=m.Q(a=1)),
        lambda: pg.GinIndex(m.Lower("a")),
    ]


def exclusions(m: Any) -> list[Question]:
    Q, F, Exclusion, Deferrable = m.Q, m.F, m.postgres.ExclusionConstraint, m.Deferrable
    overlap = [("a", "&&")]
    return [
        lambda: Exclusion(name="plain", expressions=overlap),
        lambda: Exclusion(name="two", expressions=[("a", "&&"), (F("b"), "=")], index_type="spgist"),
        lambda: Exclusion(name="gist", expressions=overlap, index_type="gist"),
        lambda: Exclusion(name="hash", expressions=[("a", "=")], index_type="Hash"),
        lambda: Exclusion(
            name="all",
            expressions=overlap,
            condition=Q(a=1),
            deferrable=Deferrable.DEFERRED,
            include=["b"],
            violation_error_code="c",
            violation_error_message="m",
        ),
        lambda: Exclusion(name="n", expressions=overlap, index_type="gin"),
        lambda: Exclusion(name="n", expressions=[]),
        lambda: Exclusion(name="n", expressions=["a"]),
        lambda: Exclusion(name="n", expressions=[("a", "&&", 1)]),
        lambda: Exclusion(name="n", expressions=overlap, condition="x"),
        lambda: Exclusion(name="n", expressions=overlap, deferrable="x"),
        lambda: Exclusion(name="n", expressions=overlap, include="x"),
        lambda: Exclusion(name="n", expressions=overlap, index_type="hash"),
        lambda: Exclusion(name="n", expressions=[("a", "="), ("b", "=")], index_type="hash"),
        lambda: Exclusion(name="n", expressions=[("a", "=")], index_type="hash", include=["b"]),
    ]


def pairs(m: Any) -> dict[str, tuple[Any, Any]]:
    """Return declarations to compare."""
    Q, Index, Check, Unique = m.Q, m.Index, m.CheckConstraint, m.UniqueConstraint
    return {
        "index fields": (Index(fields=["a"]), Index(fields=["b"])),
        "index order": (Index(fields=["a"]), Index(fields=["-a"])),
        "index same": (Index(fields=["a"], name="x"), Index(fields=("a",), name="x")),
        "index kind": (Index(fields=["a"]), m.postgres.BTreeIndex(fields=["a"])),
        "index any": (Index(fields=["a"]), m.ANY),
        "index condition": (
            Index(fields=["a"], name="x", condition=Q(a=1)),
            Index(fields=["a"], name="x", condition=Q(a=2)),
        ),
        "check": (Check(condition=Q(a=1), name="x"), Check(condition=Q(a=1), name="x")),
        "check condition": (Check(condition=Q(a=1), name="x"), Check(condition=Q(a=2), name="x")),
        "check name": (Check(condition=Q(a=1), name="x"), Check(condition=Q(a=1), name="y")),
        "check code": (
            Check(condition=Q(a=1), name="x"),
            Check(condition=Q(a=1), name="x", violation_error_code="c"),
        ),
        "check message": (
            Check(condition=Q(a=1), name="x"),
            Check(condition=Q(a=1), name="x", violation_error_message="m"),
        ),
        "check any": (Check(condition=Q(a=1), name="x"), m.ANY),
        "unique and check": (Unique(fields=["a"], name="x"), Check(condition=Q(a=1), name="x")),
        "unique fields": (Unique(fields=["a"], name="x"), Unique(fields=["a", "b"], name="x")),
        "unique expressions": (Unique("a", name="x"), Unique(m.F("a"), name="x")),
        "unique nulls": (
            Unique(fields=["a"], name="x", nulls_distinct=True),
            Unique(fields=["a"], name="x"),
        ),
        "unique deferrable": (
            Unique(fields=["a"], name="x", deferrable=m.Deferrable.DEFERRED),
            Unique(fields=["a"], name="x", deferrable=m.Deferrable.IMMEDIATE),
        ),
        "unique include": (
            Unique(fields=["a"], name="x", include=["b"]),
            Unique(fields=["a"], name="x", include=["c"]),
        ),
    }


def unhashable(m: Any) -> dict[str, Any]:
    """Return declarations that may change, and so have no hash."""
    return {
        "index": m.Index(fields=["a"]),
        "check": m.CheckConstraint(condition=m.Q(a=1), name="x"),
        "unique": m.UniqueConstraint(fields=["a"], name="x"),
    }
