"""Instances, managers and `_meta` called with odd arguments: what is refused, in which words."""

from __future__ import annotations

import datetime
from typing import Any

from tests.behaviour.harness.environment import Environment, case
from tests.behaviour.orm import F, Q, exceptions, functions, models
from tests.behaviour.schemas import instances
from tests.behaviour.schemas.instances import Author, Blog, Book, Chapter, Passport

SCHEMA = instances
NAMES: dict[str, Any] = {
    "none": None,
    "empty": [],
    "letter": "a",
    "pk": ["pk"],
    "id": ["id"],
    "relation": ["author"],
    "attname": ["author_id"],
    "both": ["author", "author_id"],
    "across": ["author__name"],
    "reverse": ["chapter"],
    "unknown": ["nome"],
    "blank": [""],
    "number": [1],
    "none inside": [None],
    "twice": ["title", "title"],
    "set": {"title"},
    "generator": "generator",
    "dict": {"title": 1},
    "tuple": ("title",),
    "fields": "fields",
    "upper": ["TITLE"],
    "space": [" title"],
    "nul": ["ti\x00tle"],
    "umlaut": ["titel_ä"],
    "minus": ["-title"],
    "star": ["*"],
    "bytes": [b"title"],
    "not iterable": 5,
    "expression": [F("title")],
}


def names(label: str) -> Any:
    if label == "generator":
        return (name for name in ["title"])
    return [Book._meta.get_field("title")] if label == "fields" else NAMES[label]


async def book(env: Environment) -> Any:
    author = await env.do(Author.objects, "create", name="Ann")
    return await env.do(Book.objects, "create", title="A", author=author, pages=1)


@case()
async def refreshing_of_odd_fields(env: Environment) -> None:
    item = await book(env)
    for label in NAMES:
        item.title, item.pages = "changed", 9
        with env.raises(
            label, text=label not in ("not iterable", "number", "none inside", "bytes", "expression", "fields")
        ):
            await env.do(item, "refresh_from_db", fields=names(label))
        env.note(f"after {label}", [item.title, item.pages])
    with env.raises("no queryset", text=False):
        await env.do(item, "refresh_from_db", from_queryset=5)
    with env.raises("queryset of another model"):
        await env.do(item, "refresh_from_db", from_queryset=Author.objects.all())
    with env.raises("manager as queryset", text=False):
        await env.do(item, "refresh_from_db", from_queryset=Book.objects)
    with env.raises("sliced"):
        await env.do(item, "refresh_from_db", from_queryset=Book.objects.all()[:1])
    with env.raises("empty queryset"):
        await env.do(item, "refresh_from_db", from_queryset=Book.objects.none())
    with env.raises("values", text=False):
        await env.do(item, "refresh_from_db", from_queryset=Book.objects.values("id"))
    with env.raises("using nowhere", text=False):
        await env.do(item, "refresh_from_db", using="nowhere")
    with env.raises("two positional"):
        await env.do(item, "refresh_from_db", "default", ["title"])
    with env.raises("unsaved"):
        await env.do(Book(), "refresh_from_db")
    with env.raises("key of a wrong type", text=False):
        await env.do(Book(pk="x"), "refresh_from_db")


@case()
async def saving_of_odd_fields(env: Environment) -> None:
    for label in NAMES:
        item = await book(env)
        item.title, item.pages = "changed", 9
        with env.raises(
            label, text=label not in ("not iterable", "number", "none inside", "bytes", "expression", "fields")
        ):
            await env.do(item, "save", update_fields=names(label))
        found = await env.fetch(Book.objects.filter(pk=item.pk).values_list("title", "pages"))
        env.note(f"after {label}", found)
    item = await book(env)
    for label, options in {
        "insert and update": {"force_insert": True, "force_update": True},
        "insert and fields": {"force_insert": True, "update_fields": ["title"]},
        "insert and no fields": {"force_insert": True, "update_fields": []},
        "insert number": {"force_insert": 5},
        "insert text": {"force_insert": "Book"},
        "insert class": {"force_insert": Book},
        "insert instance": {"force_insert": (item,)},
        "insert empty": {"force_insert": ()},
        "insert list": {"force_insert": [Book]},
        "insert other": {"force_insert": (Author,)},
        "insert model": {"force_insert": models.Model},
        "update text": {"force_update": "yes", "update_fields": None},
        "unknown": {"nome": 1},
    }.items():
        with env.raises(label, text=label not in ("insert number", "unknown")):
            await env.do(item, "save", **options)
    for label, value in {
        "F": F("pages") + 1,
        "wrong F": F("nome"),
        "F across": F("author__name"),
        "aggregate": models.Count("id"),
        "Q": Q(pages=1),
        "subquery": models.Subquery(Author.objects.values("id")[:1]),
        "field": Book._meta.get_field("pages"),
        "window": models.Window(functions.RowNumber()),
        "queryset": Author.objects.values("id")[:1],
        "class": Book,
        "manager": "objects",
    }.items():
        item = await book(env)
        item.pages = value
        with env.raises(f"value {label}", text=label in ("wrong F", "F across", "window")):
            await env.do(item, "save")
            await env.do(item, "refresh_from_db")
            env.note(f"value {label} saved", item.pages)


@case()
async def deleting_oddly(env: Environment) -> None:
    item = await book(env)
    for label, options in {
        "using nowhere": {"using": "nowhere"},
        "unknown": {"nome": 1},
        "keep": {"keep_parents": None},
    }.items():
        with env.raises(label, text=False):
            env.note(f"{label} gives", await env.do(item, "delete", **options))
    with env.raises("again"):
        await env.do(item, "delete")
    with env.raises("key of an empty text", text=False):
        env.note("nothing", await env.do(Book(pk=""), "delete"))


@case()
async def making_oddly(env: Environment) -> None:
    author = await env.do(Author.objects, "create", name="Ann")
    for label, (arguments, keywords) in {
        "too many": (range(9), {}),
        "twice": ((1, "t"), {"title": "u"}),
        "unknown": ((), {"nome": 1}),
        "unknown two": ((), {"nome": 1, "another": 2}),
        "relation text": ((), {"author": "x"}),
        "relation number": ((), {"author": author.pk}),
        "relation other": ((), {"author": Book()}),
        "relation both": ((), {"author": author, "author_id": 77}),
        "reverse": ((), {"chapter_set": []}),
        "pk and id": ((), {"pk": 1, "id": 2}),
        "property": ((), {"pk": 5}),
        "expression": ((), {"pages": F("pages")}),
        "class": ((), {"title": Book}),
        "across": ((), {"author__name": "x"}),
        "none": ((None, None, None), {}),
        "method": ((), {"save": 1}),
        "meta": ((), {"_meta": 1}),
        "state": ((), {"_state": 1}),
    }.items():
        with env.raises(label):
            made = Book(*arguments, **keywords)
            env.note(f"{label} made", [made.pk, str(made.title)[-20:], made.author_id])
    for label, value in {
        "text": "x",
        "number": 5,
        "other": Blog(name="x"),
        "class": Author,
        "unsaved": Author(),
        "list": [author],
    }.items():
        made = Book()
        with env.raises(f"assigned {label}"):
            made.author = value
        env.note(f"assigned {label} key", made.author_id)
        with env.raises(f"one to one {label}"):
            Passport(owner=value)
        with env.raises(f"reverse {label}"):
            author.profile = value
    with env.raises("many assigned"):
        author.books = [Book()]


@case()
async def asking_meta_oddly(env: Environment) -> None:
    meta = Book._meta
    for label, value in {
        "none": None,
        "number": 5,
        "empty": "",
        "upper": "TITLE",
        "across": "author__name",
        "attname": "author_id",
        "pk": "pk",
        "reverse": "chapter",
        "accessor": "chapter_set",
        "nul": "ti\x00tle",
        "umlaut": "ä",
        "hidden": "+",
        "bytes": b"title",
    }.items():
        with env.raises(label):
            env.note(f"{label} gives", meta.get_field(value).name)
    with env.raises("unhashable", text=False):
        meta.get_field(["title"])
    for label, options in {
        "default": {},
        "no parents": {"include_parents": False},
        "hidden": {"include_hidden": True},
        "both": {"include_parents": False, "include_hidden": True},
    }.items():
        env.note(f"fields {label}", sorted(field.name for field in meta.get_fields(**options)))
    with env.raises("fields unknown"):
        meta.get_fields(nome=True)
    for name in ("fields", "concrete_fields", "many_to_many", "related_objects", "managers"):
        with env.raises(f"append to {name}", text=False):
            getattr(meta, name).append(1)
    env.note(
        "texts",
        [
            str(meta),
            repr(meta)[:40].partition(" at ")[0],
            meta.label,
            meta.label_lower,
            str(meta.pk),
            repr(meta.get_field("title")).partition(" ")[2],
        ],
    )


@case()
async def neighbours_oddly(env: Environment) -> None:
    first = await env.do(Book.objects, "create", title="A", published=datetime.date(2020, 1, 1))
    chapter = await env.do(Chapter.objects, "create", book=first, number=1)
    for label, keywords in {
        "unknown": {"nome": 1},
        "across": {"author__name": "x"},
        "across unknown": {"author__nome": "x"},
        "lookup": {"title__nome": 1},
        "value": {"pages": "many"},
        "empty in": {"pk__in": []},
    }.items():
        item = (
            instances.Event(name="x", at=datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC))
            if hasattr(instances, "Event")
            else first
        )
        with env.raises(label, text=False):
            await env.do(item, "get_next_by_published", **keywords)
    for label, value in {
        "none": None,
        "unknown": "nome",
        "relation": "author",
        "attname": "author_id",
        "pk": "pk",
        "reverse": "chapter_set",
    }.items():
        with env.raises(f"serializable {label}", text=label != "none"):
            env.note(f"serializable {label} gives", str(first.serializable_value(value))[:8])
    env.note("chapter", chapter.serializable_value("book"))
    for label, arguments in {
        "none": (None,),
        "number": (5,),
        "list": ([],),
        "dict": ({},),
        "nested": ([["a"], exceptions.ValidationError("b")],),
        "dict of dict": ({"a": {"b": "c"}},),
        "dict of none": ({"a": None},),
        "error": (exceptions.ValidationError(["a", "b"]),),
        "dict in list": ([{"a": "b"}],),
        "bytes": (b"x",),
        "params": ("%(x)s", "code", {"x": 1}),
        "params missing": ("%(y)s", None, {"x": 1}),
        "params list": (["%(x)s"], "c", {"x": 1}),
        "percent": ("100%",),
    }.items():
        with env.raises(f"error {label}", text=False):
            error = exceptions.ValidationError(*arguments)
            env.note(
                f"error {label} is",
                [
                    repr(error),
                    str(error),
                    error.messages,
                    hasattr(error, "error_dict"),
                    error == exceptions.ValidationError(*arguments),
                ],
            )
        with env.raises(f"error {label} by field", text=False):
            env.note(f"error {label} dict", exceptions.ValidationError(*arguments).message_dict)


@case()
async def validating_oddly(env: Environment) -> None:
    item = await book(env)
    for label in NAMES:
        for method in ("full_clean", "clean_fields", "validate_unique", "validate_constraints"):
            fresh = Book(title="", pages="x")
            with env.raises(
                f"{method} {label}",
                text=label not in ("not iterable", "number", "none inside", "bytes", "expression", "fields"),
            ):
                await env.do(fresh, method, exclude=names(label))
    with env.raises("positional"):
        await env.do(item, "full_clean", ["title"], False, False)
    with env.raises("date error message"):
        raise exceptions.ValidationError(str(item.date_error_message("date", "title", "published").messages))
    with env.raises("unique error message"):
        raise exceptions.ValidationError(
            str(
                item.unique_error_message(Book, ("title",)).messages
                + item.unique_error_message(Book, ("title", "author")).messages
            )
        )
