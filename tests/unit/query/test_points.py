"""``get()`` by one plain value goes straight to its statement; whoever has a say in it is still heard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import aorm
from aorm import models
from aorm.exceptions import FieldError
from aorm.models.lookups import Exact
from aorm.signals import post_init
from tests.support.faces import Face, for_each_face
from tests.unit.query.shop import Author, Code

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.usefixtures("tables")


@for_each_face
async def test_values_of_all_kinds(face: Face) -> None:
    author = await face.do(Author.objects, "create", name="Ada")
    for key in (author.pk, str(author.pk), float(author.pk)):
        assert await face.do(Author.objects, "get", pk=key) == author
    assert await face.do(Author.objects, "get", name="Ada") == author
    for nobody in (-1, 0, 2**31, 2**63, 2**70, -(2**70), None):
        with pytest.raises(Author.DoesNotExist):
            await face.do(Author.objects, "get", pk=nobody)
    for name in ("", "ada", "Ada\u0301", "'; --"):
        with pytest.raises(Author.DoesNotExist):
            await face.do(Author.objects, "get", name=name)
    with pytest.raises(ValueError, match="expected a number"):
        await face.do(Author.objects, "get", pk="x")
    with pytest.raises(aorm.DataError):
        await face.do(Author.objects, "get", name="A\0")
    with pytest.raises(FieldError, match="Choices are"):
        await face.do(Author.objects, "get", nom="Ada")


@for_each_face
async def test_several(face: Face) -> None:
    for _ in range(2):
        await face.do(Code.objects, "create", mark="same")
    with pytest.raises(Code.MultipleObjectsReturned, match="it returned 2!"):
        await face.do(Code.objects, "get", mark="same")
    for _ in range(20):
        await face.do(Code.objects, "create", mark="same")
    with pytest.raises(Code.MultipleObjectsReturned, match="it returned more than 20!"):
        await face.do(Code.objects, "get", mark="same")


@for_each_face
async def test_listeners_are_heard_from_when_they_connect(face: Face) -> None:
    author = await face.do(Author.objects, "create", name="Ada")
    await face.do(Author.objects, "get", pk=author.pk)
    heard: list[Any] = []

    def receiver(instance: Any, **named: Any) -> None:
        heard.append(instance)

    post_init.connect(receiver, sender=Author)
    try:
        found = await face.do(Author.objects, "get", pk=author.pk)
        assert heard == [found]
        await face.do(found, "refresh_from_db")
        assert len(heard) == 2
    finally:
        post_init.disconnect(receiver, sender=Author)
    await face.do(Author.objects, "get", pk=author.pk)
    assert len(heard) == 2


@pytest.fixture
def own_lookup() -> Iterator[None]:
    """Let equality of texts ignore the case, by a lookup registered after the first use."""

    class Whatever(Exact):
        @classmethod
        def build(cls, left: Any, value: Any, scope: Any) -> Any:
            return left.get_lookup("iexact").build(left, value, scope)

    models.CharField.register_lookup(Whatever, "exact")
    yield
    models.CharField._unregister_lookup(Whatever, "exact")


@for_each_face
async def test_registered_lookups_have_their_say(face: Face, request: pytest.FixtureRequest) -> None:
    author = await face.do(Author.objects, "create", name="Ada")
    with pytest.raises(Author.DoesNotExist):
        await face.do(Author.objects, "get", name="ADA")
    request.getfixturevalue("own_lookup")
    assert await face.do(Author.objects, "get", name="ADA") == author


@for_each_face
async def test_a_manager_that_hides_rows(face: Face, monkeypatch: pytest.MonkeyPatch) -> None:
    author = await face.do(Author.objects, "create", name="Ada")
    assert await face.do(Author.objects, "get", pk=author.pk) == author
    manager: Any = Author.objects
    monkeypatch.setattr(manager, "get_queryset", lambda: models.QuerySet(Author).exclude(name="Ada"))
    with pytest.raises(Author.DoesNotExist):
        await face.do(Author.objects, "get", pk=author.pk)


@for_each_face
async def test_no_queryset_is_made(face: Face, monkeypatch: pytest.MonkeyPatch) -> None:
    author = await face.do(Author.objects, "create", name="Ada")
    await face.do(Author.objects, "get", pk=author.pk)
    made: list[Any] = []
    own = models.QuerySet.__init__
    monkeypatch.setattr(
        models.QuerySet, "__init__", lambda self, *rest, **named: made.append(own(self, *rest, **named))
    )
    await face.do(Author.objects, "get", pk=author.pk)
    await face.do(author, "refresh_from_db")
    await face.do(Author.objects, "create", name="Bob")
    assert made == []


@for_each_face
async def test_deleting_what_is_not_there(face: Face) -> None:
    code = await face.do(Code.objects, "create", mark="x")
    key = code.pk
    assert await face.do(code, "delete") == (1, {Code._meta.label: 1})
    assert code.pk is None
    for nobody in (key, 2**70):
        code.pk = nobody
        assert await face.do(code, "delete") == (0, {Code._meta.label: 0})
