"""Where names lead: the hops, the columns and what is left over."""

from __future__ import annotations

import pytest

from aorm.exceptions import FieldError
from aorm.models import F
from aorm.query.resolving import find_target, resolve_path, walk
from tests.unit.query.shop import Author, Book, Magazine, Place


@pytest.mark.parametrize(
    ("model", "name", "path", "columns", "rest"),
    [
        (Book, "title", [], ["title"], []),
        (Book, "pk", [], ["id"], []),
        (Book, "title__lower__contains", [], ["title"], ["lower", "contains"]),
        # The key of a foreign key stands in its own column.
        (Book, "author", [], ["author_id"], []),
        (Book, "author_id__in", [], ["author_id"], ["in"]),
        (Book, "author__pk", [], ["author_id"], []),
        (Book, "author__id__gt", [], ["author_id"], ["gt"]),
        (Book, "author__mentor", ["shop_author"], ["mentor_id"], []),
        (Book, "author__mentor__id", ["shop_author"], ["mentor_id"], []),
        (Book, "author__mentor__name", ["shop_author", "shop_author"], ["name"], []),
        # Backwards the rows of the other table are meant.
        (Author, "books", ["shop_book"], ["id"], []),
        (Author, "books__isnull", ["shop_book"], ["id"], ["isnull"]),
        (Author, "books__author", ["shop_book"], ["author_id"], []),
        (Author, "pupils__pupils__age", ["shop_author", "shop_author"], ["age"], []),
        # A relation to many needs its own table only.
        (Book, "tags", ["shop_book_tags"], ["tag_id"], []),
        (Book, "tags__label", ["shop_book_tags", "shop_tag"], ["label"], []),
        (Author, "books__tags__in", ["shop_book", "shop_book_tags"], ["tag_id"], ["in"]),
        # Inherited fields stand in the table of the parent, whose key is also the child's.
        (Magazine, "issue", [], ["issue"], []),
        (Magazine, "pk", [], ["book_ptr_id"], []),
        (Magazine, "id", [], ["book_ptr_id"], []),
        (Magazine, "title", ["shop_book"], ["title"], []),
        (Magazine, "author__name", ["shop_book", "shop_author"], ["name"], []),
        (Author, "books__magazine__issue", ["shop_book", "shop_magazine"], ["issue"], []),
        (Book, "extra__a__b__gt", [], ["extra"], ["a", "b", "gt"]),
        (Place, "pk", [], ["row", "number"], []),
        (Place, "pk__in", [], ["row", "number"], ["in"]),
    ],
)
def test_paths(model: type, name: str, path: list[str], columns: list[str], rest: list[str]) -> None:
    target = resolve_path(model._meta, name)  # type: ignore[attr-defined]
    assert [hop.target.db_table for hop in target.path] == path
    assert [field.column for field in target.columns] == columns
    assert list(target.rest) == rest


def test_paths_are_remembered() -> None:
    assert resolve_path(Book._meta, "author__name") is resolve_path(Book._meta, "author__name")


@pytest.mark.parametrize(
    ("model", "name", "is_many", "is_nullable"),
    [
        (Book, "title", False, False),
        (Book, "price", False, True),
        (Book, "author__name", False, False),
        (Book, "author__age", False, True),
        (Book, "editor__name", False, True),
        (Author, "books__title", True, True),
        (Book, "tags__label", True, True),
        (Magazine, "title", False, False),
    ],
)
def test_what_is_known_of_a_path(model: type, name: str, is_many: bool, is_nullable: bool) -> None:
    target = resolve_path(model._meta, name)  # type: ignore[attr-defined]
    assert (target.is_many, target.is_nullable) == (is_many, is_nullable)


def test_whole_ways() -> None:
    path, field, rest = walk(Author._meta, ["books", "tags", "x"])
    assert [hop.target.db_table for hop in path] == ["shop_book", "shop_book_tags", "shop_tag"]
    assert (field.name, rest) == ("tags", ("x",))
    assert walk(Author._meta, ["nothing"]) == ((), None, ("nothing",))


@pytest.mark.parametrize("name", ["nothing", "nothing__title", "titel"])
def test_unknown_names(name: str) -> None:
    with pytest.raises(FieldError) as caught:
        find_target(Book._meta, name.split("__"), ["also"])
    assert str(caught.value) == (
        f"Cannot resolve keyword '{name.partition('__')[0]}' into field. Choices are: also, author, author_id, editor, "
        "editor_id, extra, id, magazine, pages, price, printed, released, tags, title"
    )


@pytest.mark.parametrize(
    ("queryset", "message"),
    [
        (lambda: Book.objects.filter(title__contians="x"), "perhaps you meant contains or icontains?"),
        (lambda: Book.objects.filter(title__nothing__lower="x"), "Unsupported lookup 'nothing' for CharField"),
        (lambda: Book.objects.filter(author__name__x=1), "Unsupported lookup 'x' for CharField or join on the field"),
        (lambda: Book.objects.filter(author__x=1), "Unsupported lookup 'x' for ForeignKey or join on the field"),
        (lambda: Book.objects.values("author__x"), "Cannot resolve keyword 'x' into field. Choices are: age, "),
        (lambda: Book.objects.values("title__x"), "Cannot resolve keyword 'x' into field. Join on 'title' not"),
        (lambda: Book.objects.order_by("x"), "Cannot resolve keyword 'x' into field. Choices are: author, "),
        (lambda: Book.objects.annotate(n=F("pages")).filter(x=1), "Choices are: author, author_id, editor, editor_id"),
    ],
)
def test_complaints(queryset: object, message: str) -> None:
    with pytest.raises(FieldError) as caught:
        queryset()  # type: ignore[operator]
    assert message in str(caught.value)
