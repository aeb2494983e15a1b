"""What mypy and pyright see in relations: the related objects, and the managers of several."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.typing.checkers import Finding, ask_mypy, ask_pyright, is_installed

if TYPE_CHECKING:
    from pathlib import Path

MODULE = """
from __future__ import annotations

from aorm import models
from aorm.relations.managers import NullableRelatedManager, RelatedManager
from aorm.relations.many_managers import ManyRelatedManager


class Author(models.Model):
    name = models.CharField(max_length=30)
    books: RelatedManager[Book]
    edited: NullableRelatedManager[Book]


class Tag(models.Model):
    label = models.CharField(max_length=3)
    tagged: ManyRelatedManager[Book]


class Book(models.Model):
    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="books")
    editor = models.ForeignKey(Author, models.SET_NULL, null=True, related_name="edited")
    lazy = models.ForeignKey["Author"]("Author", models.CASCADE, related_name="+")
    lazy_null = models.ForeignKey["Author | None"]("Author", models.CASCADE, null=True, related_name="+")
    untyped = models.ForeignKey("Author", models.CASCADE, related_name="+")
    one = models.OneToOneField(Author, models.CASCADE, related_name="one", to_field="id")
    one_null = models.OneToOneField(Author, models.CASCADE, related_name="two", null=True)
    tags = models.ManyToManyField(Tag, related_name="tagged")
    lazy_tags = models.ManyToManyField["Tag"]("Tag", related_name="+")


async def ask(book: Book, author: Author, tag: Tag) -> None:
"""

# Expression -> the type that both checkers see.
REVEALED = {
    "book.author": "Author",
    "await book.author": "Author",
    "book.editor": "Author | None",
    "book.lazy": "Author",
    "book.lazy_null": "Author | None",
    "book.untyped": "Any",
    "book.one": "Author",
    "book.one_null": "Author | None",
    "book.author.name": "str",
    "book.tags": "ManyRelatedManager[Tag]",
    "book.lazy_tags": "ManyRelatedManager[Tag]",
    "await book.tags.all()": "list[Tag]",
    "await book.tags.acreate(label='x')": "Tag",
    "book.tags.get_or_create(label='x')": "tuple[Tag, bool]",
    "await book.tags.acount()": "int",
    "author.books": "RelatedManager[Book]",
    "await author.books.all()": "list[Book]",
    "await author.books.acreate()": "Book",
    "author.books.create()": "Book",
    "await author.books.filter(pk=1).aget()": "Book",
    "author.books.first()": "Book | None",
    "author.books(manager='objects')": "RelatedManager[Book]",
    "tag.tagged.first()": "Book | None",
    "Book.author": "ForeignKey[Author]",
    "Book.author.field": "ForeignKey[Author]",
    "Book.author.RelatedObjectDoesNotExist": "type[ObjectDoesNotExist]",
}
ACCEPTED = (
    "book.author = author",
    "book.editor = None",
    "await author.books.aadd(book, bulk=False)",
    "author.edited.clear()",
    "await author.edited.aset(models.QuerySet(Book), clear=True)",
    "book.tags.add(tag, 5, through_defaults={})",
    "await book.tags.aset([tag], clear=True)",
)
REFUSED = (
    "book.author = None",
    "book.author = tag",
    "author.books.clear()",
    "book.tags.add(tag, bulk=True)",
    "await author.books.aset([tag])",
    'models.ForeignKey(Author, models.CASCADE, realted_name="x")',
    "models.ForeignKey(Author)",
)


@pytest.fixture(scope="module", params=["mypy", "pyright"])
def findings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Finding]]:
    """Return for each line below the models what the checker says."""
    if not is_installed(request.param):
        pytest.skip(f"{request.param} is not installed beside this Python")
    folder: Path = tmp_path_factory.mktemp(request.param)
    lines = [*(f"reveal_type({expression})" for expression in REVEALED), *ACCEPTED, *REFUSED]
    path = folder / "questions.py"
    path.write_text(MODULE + "\n".join(f"    {line}" for line in lines) + "\n", encoding="utf-8")
    found = ask_mypy(path, folder / "cache") if request.param == "mypy" else ask_pyright(path)
    first = MODULE.count("\n") + 1
    said: dict[str, list[Finding]] = {line: [] for line in lines}
    for finding in found:
        assert finding.line >= first, finding
        said[lines[finding.line - first]].append(finding)
    return said


@pytest.mark.parametrize(("expression", "expected"), REVEALED.items())
def test_type(findings: dict[str, list[Finding]], expression: str, expected: str) -> None:
    assert [finding.text for finding in findings[f"reveal_type({expression})"]] == [expected]


@pytest.mark.parametrize("line", ACCEPTED)
def test_accepted(findings: dict[str, list[Finding]], line: str) -> None:
    assert findings[line] == []


@pytest.mark.parametrize("line", REFUSED)
def test_refused(findings: dict[str, list[Finding]], line: str) -> None:
    assert any(finding.is_error for finding in findings[line])
