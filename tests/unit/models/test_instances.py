"""Building instances, their state, their identity, and taking them apart for pickling."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from aorm import models
from aorm.models import DEFERRED
from aorm.models.state import database_alias, is_adding, mark_saved
from aorm.signals import post_init, pre_init


def seven() -> int:
    return 7


class Author(models.Model):
    name = models.CharField(max_length=50, default="nobody")

    class Meta:
        app_label = "unit_instances"


class Book(models.Model):
    title = models.CharField(max_length=50)
    pages = models.IntegerField(default=seven)
    tags = models.JSONField(default=list)
    author = models.ForeignKey(Author, models.CASCADE, null=True)

    class Meta:
        app_label = "unit_instances"

    @property
    def shouted(self) -> str:
        return self.title.upper()

    @shouted.setter
    def shouted(self, value: str) -> None:
        self.title = value.lower()


class TestConstruction:
    def test_defaults(self) -> None:
        one, two = Book(), Book()
        assert (one.id, one.title, one.pages, one.tags, one.author_id) == (None, "", 7, [], None)
        assert one.tags is not two.tags

    def test_by_keyword_position_and_property(self) -> None:
        assert Book(3, "a", 5, [1], 9).author_id == 9
        assert Book(3, "a", pages=5).pages == 5
        assert Book(shouted="LOUD").title == "loud"
        assert Book(pk=4).id == 4

    def test_related_objects_and_keys(self) -> None:
        author = Author(id=3)
        assert Book(author=author).author is author
        assert Book(author=author).author_id == 3
        assert Book(author_id=3).author_id == 3
        assert Book(author=None).author_id is None

    def test_deferred_values_are_left_out(self) -> None:
        assert Book(title=DEFERRED).get_deferred_fields() == {"title"}
        assert Book(1, DEFERRED, 3).get_deferred_fields() == {"title"}
        assert Book(author=DEFERRED).get_deferred_fields() == {"author_id"}

    @pytest.mark.parametrize(
        ("args", "kwargs", "error", "text"),
        [
            ((), {"colour": 1, "size": 2}, TypeError, "Book() got unexpected keyword arguments: 'colour', 'size'"),
            (
                (1, "a"),
                {"title": "b"},
                TypeError,
                "Book() got both positional and keyword arguments for field 'title'.",
            ),
            ((1, 2, 3, 4, 5, 6), {}, IndexError, "Number of args exceeds number of fields"),
        ],
    )
    def test_wrong_arguments(self, args: Any, kwargs: Any, error: type[Exception], text: str) -> None:
        with pytest.raises(error) as caught:
            Book(*args, **kwargs)
        assert str(caught.value) == text

    def test_signals_are_sent(self) -> None:
        heard: list[Any] = []

        def before(sender: Any, args: Any, kwargs: Any, **_: Any) -> None:
            heard.append((sender, args, dict(kwargs)))

        def after(sender: Any, instance: Any, **_: Any) -> None:
            heard.append((sender, instance.title))

        pre_init.connect(before, sender=Book)
        post_init.connect(after, sender=Book)
        try:
            Book(title="a")
            Author()
        finally:
            pre_init.disconnect(before, sender=Book)
            post_init.disconnect(after, sender=Book)
        assert heard == [(Book, (), {"title": "a"}), (Book, "a")]

    def test_own_attribute_setting_is_honoured(self) -> None:
        class Careful(models.Model):
            name = models.CharField(max_length=5)
            seen: Any = None

            class Meta:
                app_label = "unit_instances"

            def __setattr__(self, name: str, value: Any) -> None:
                if name == "name":
                    value = value.strip()
                super().__setattr__(name, value)

        assert Careful(name=" a ").name == "a"

    def test_from_db(self) -> None:
        book = Book.from_db("other", ["id", "title"], [1, "a"])
        assert (book.id, book.title, book._state.db, book._state.adding) == (1, "a", "other", False)
        assert book.get_deferred_fields() == {"pages", "tags", "author_id"}


class TestIdentity:
    def test_texts(self) -> None:
        assert str(Book(id=3)) == "Book object (3)"
        assert repr(Book()) == "<Book: Book object (None)>"

    def test_hash(self) -> None:
        assert hash(Book(id=3)) == hash(3)
        with pytest.raises(TypeError, match="Model instances without primary key value are unhashable"):
            hash(Book())

    async def test_an_instance_may_be_awaited(self) -> None:
        book = Book(id=3)
        assert await book is book


class TestState:
    def test_it_is_made_on_demand(self) -> None:
        book = Book(id=1)
        assert "_state" not in book.__dict__
        assert is_adding(book)
        assert (book._state.adding, book._state.db) == (True, None)
        assert book._state is book._state

    def test_what_a_loader_set_flat_is_taken_over(self) -> None:
        book = Book(id=1)
        book._db = "other"  # type: ignore[attr-defined]  # what loaders do
        assert (is_adding(book), database_alias(book)) == (False, "other")
        assert (book._state.adding, book._state.db) == (False, "other")
        book._state.adding = True
        assert is_adding(book)

    @pytest.mark.parametrize("has_state", [True, False])
    def test_saving_marks_it(self, has_state: bool) -> None:
        book = Book(id=1)
        if has_state:
            assert book._state.adding
        mark_saved(book, "other")
        assert (book._state.adding, book._state.db) == (False, "other")


class TestPickling:
    def test_everything_comes_back(self) -> None:
        book = Book(id=1, title="a", author=Author(id=2, name="x"))
        restored = pickle.loads(pickle.dumps(book))
        assert restored == book
        assert restored.author == book.author
        assert restored.author.name == "x"
        assert restored._state is not book._state

    def test_deferred_fields_stay_deferred(self) -> None:
        book = Book(1, DEFERRED)
        assert pickle.loads(pickle.dumps(book)).get_deferred_fields() == {"title"}

    def test_views_of_memory_travel_as_bytes(self) -> None:
        book = Book(id=1)
        book.blob = memoryview(b"xy")  # type: ignore[attr-defined]
        assert pickle.loads(pickle.dumps(book)).blob == memoryview(b"xy")

    def test_another_version_warns(self) -> None:
        book = Book(id=1)
        make, args, state = book.__reduce__()
        with pytest.warns(RuntimeWarning, match="Pickled model instance's aorm version 0.0 does not match the current"):
            make(*args).__setstate__({**state, "_aorm_version": "0.0"})
        del state["_aorm_version"]
        with pytest.warns(RuntimeWarning, match="Pickled model instance's aorm version is not specified"):
            make(*args).__setstate__(state)

    def test_copies(self) -> None:
        book = Book(id=1, tags=[1], author=Author(id=2))
        shallow, deep = copy.copy(book), copy.deepcopy(book)
        assert shallow.tags is book.tags
        assert deep.tags is not book.tags
        assert shallow._state is not book._state
        assert shallow.author is book.author
        assert deep.author is not book.author
        shallow._state.fields_cache.clear()
        assert book.author.id == 2
