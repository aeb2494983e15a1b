"""How model classes are made: Meta, managers, exceptions, and what parents hand down. The texts are Django's."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from aorm import models
from aorm.exceptions import (
    DatabaseError,
    FieldDoesNotExist,
    FieldError,
    MultipleObjectsReturned,
    ObjectDoesNotExist,
    ObjectNotUpdated,
)
from aorm.settings import settings
from aorm.signals import class_prepared

if TYPE_CHECKING:
    from aorm.mapping.registry import Apps

pytestmark = pytest.mark.usefixtures("registry")


class Pickled(models.Model):
    """Stands in the module, where pickle looks for it and for its exceptions."""

    class Meta:
        app_label = "declaration"


def names(model: type[models.Model]) -> list[str]:
    return [field.name for field in model._meta.fields]


class TestPlainModels:
    def test_an_automatic_key_is_added(self, registry: Apps) -> None:
        class Book(models.Model):
            title = models.CharField(max_length=10)

            class Meta:
                app_label = "tests"

        assert names(Book) == ["id", "title"]
        assert Book._meta.pk.name == "id"
        assert isinstance(Book._meta.pk, models.BigAutoField)
        assert Book._meta.label == "tests.Book"
        assert Book._meta.db_table == "tests_book"
        assert Book.__doc__ == "Book(id, title)"
        assert registry.get_model("tests.book") is Book

    def test_the_automatic_key_follows_the_setting(self) -> None:
        with settings.override(default_auto_field="aorm.models.SmallAutoField"):

            class Book(models.Model):
                pass

        assert isinstance(Book._meta.pk, models.SmallAutoField)

    def test_a_setting_that_is_no_automatic_field_is_refused(self) -> None:
        with (
            settings.override(default_auto_field="UUIDField"),
            pytest.raises(ValueError, match="must subclass AutoField"),
        ):

            class Book(models.Model):
                pass

    def test_a_docstring_is_kept(self) -> None:
        class Book(models.Model):
            """A book."""

        assert Book.__doc__ == "A book."

    def test_a_field_named_objects_needs_a_manager(self) -> None:
        with pytest.raises(ValueError, match="Model Book must specify a custom Manager, because it has a field named"):

            class Book(models.Model):
                objects: Any = models.CharField(max_length=1)

    def test_unknown_meta_is_refused(self) -> None:
        with pytest.raises(TypeError, match=r"'class Meta' got invalid attribute\(s\): colour"):

            class Book(models.Model):
                class Meta:
                    colour = "red"

    def test_class_prepared_is_sent_when_the_class_is_complete(self) -> None:
        heard: list[Any] = []

        def receiver(sender: Any, **_: Any) -> None:
            heard.append((sender.__name__, [field.name for field in sender._meta.fields], hasattr(sender, "objects")))

        class_prepared.connect(receiver)
        try:

            class Base(models.Model):
                class Meta:
                    abstract = True

            class Book(Base):
                pass
        finally:
            class_prepared.disconnect(receiver)
        assert heard == [("Book", ["id"], True)]

    def test_python_protocols_of_class_bodies_are_kept(self) -> None:
        seen: list[str] = []

        class Noticing:
            def __set_name__(self, owner: Any, name: str) -> None:
                seen.append(name)

        class Book(models.Model):
            notice = Noticing()
            kinds: ClassVar[list[str]] = []

            def __init_subclass__(cls, kind: str = "", **kwargs: Any) -> None:
                super().__init_subclass__(**kwargs)
                Book.kinds.append(kind)

            def me(self) -> type:
                return __class__  # type: ignore[name-defined]

        class Novel(Book, kind="novel"):
            class Meta:
                proxy = True

        assert seen == ["notice"]
        assert Book.kinds == ["novel"]
        assert Novel(id=1).me() is Book

    def test_order_with_respect_to_an_unknown_field(self) -> None:
        with pytest.raises(FieldDoesNotExist, match="Answer has no field named 'question'"):

            class Answer(models.Model):
                class Meta:
                    order_with_respect_to = "question"

    def test_names_of_indexes_are_filled_in_per_class(self) -> None:
        class Base(models.Model):
            name = models.CharField(max_length=5)

            class Meta:
                abstract = True
                indexes = [models.Index(fields=["name"], name="%(app_label)s_%(class)s_name")]

        class One(Base):
            class Meta(Base.Meta):
                app_label = "tests"

        class Two(Base):
            class Meta(Base.Meta):
                app_label = "tests"

        assert [model._meta.indexes[0].name for model in (One, Two)] == ["tests_one_name", "tests_two_name"]


class TestExceptions:
    def test_each_model_has_its_own(self) -> None:
        class Parent(models.Model):
            pass

        class Child(Parent):
            pass

        class Sibling(models.Model):
            pass

        assert issubclass(Child.DoesNotExist, Parent.DoesNotExist)
        assert issubclass(Parent.DoesNotExist, ObjectDoesNotExist)
        assert issubclass(Parent.MultipleObjectsReturned, MultipleObjectsReturned)
        assert issubclass(Parent.NotUpdated, ObjectNotUpdated)
        assert issubclass(Parent.NotUpdated, DatabaseError)
        assert not issubclass(Sibling.DoesNotExist, Parent.DoesNotExist)
        assert Child.DoesNotExist.__qualname__.endswith("Child.DoesNotExist")

    @pytest.mark.parametrize("name", ["DoesNotExist", "MultipleObjectsReturned", "NotUpdated"])
    def test_they_pickle(self, name: str) -> None:
        error = getattr(Pickled, name)("gone")
        restored = pickle.loads(pickle.dumps(error))
        assert type(restored) is type(error)
        assert restored.args == ("gone",)


class TestAbstractParents:
    def test_fields_are_copied(self) -> None:
        class Named(models.Model):
            name = models.CharField(max_length=10)

            class Meta:
                abstract = True
                ordering = ["name"]
                verbose_name = "thing"

        class Book(Named):
            pages = models.IntegerField()

        class Person(Named):
            class Meta:
                verbose_name = "human"

        assert names(Book) == ["id", "name", "pages"]
        assert Book._meta.get_field("name") is not Person._meta.get_field("name")
        assert Book._meta.get_field("name").model is Book
        assert (Book._meta.ordering, Book._meta.verbose_name, Book._meta.abstract) == (["name"], "thing", False)
        assert (Person._meta.ordering, Person._meta.verbose_name) == ([], "human")

    def test_meta_may_be_extended(self) -> None:
        class Named(models.Model):
            name = models.CharField(max_length=10)

            class Meta:
                abstract = True
                ordering = ["name"]

        class Book(Named):
            class Meta(Named.Meta):
                db_table = "books"

        assert (Book._meta.ordering, Book._meta.db_table, Book._meta.abstract) == (["name"], "books", False)

    def test_a_child_may_replace_or_remove_a_field(self) -> None:
        class Named(models.Model):
            name = models.CharField(max_length=10)
            note = models.TextField()

            class Meta:
                abstract = True

        class Book(Named):
            name = models.CharField(max_length=99)
            note = None

        assert names(Book) == ["id", "name"]
        assert Book._meta.get_field("name").max_length == 99

    def test_the_nearest_of_several_wins(self) -> None:
        class One(models.Model):
            name = models.CharField(max_length=1)

            class Meta:
                abstract = True

        class Two(models.Model):
            name = models.CharField(max_length=2)
            more = models.IntegerField()

            class Meta:
                abstract = True

        class Both(One, Two):
            pass

        assert Both._meta.get_field("name").max_length == 1
        assert names(Both) == ["id", "name", "more"]

    def test_they_cannot_be_instantiated_and_have_no_manager(self) -> None:
        class Named(models.Model):
            class Meta:
                abstract = True

        with pytest.raises(TypeError, match="Abstract models cannot be instantiated"):
            Named()
        assert not hasattr(Named, "objects")

    def test_managers_are_inherited(self) -> None:
        class LoudManager(models.Manager[Any]):
            def shout(self) -> str:
                return self.model.__name__.upper()

        class Named(models.Model):
            loud = LoudManager()

            class Meta:
                abstract = True

        class Book(Named):
            pass

        assert Book.loud.shout() == "BOOK"
        assert Book._default_manager.name == "loud"
        assert not hasattr(Book, "objects")


class TestConcreteParents:
    def test_the_link_is_the_key(self) -> None:
        class Place(models.Model):
            name = models.CharField(max_length=10)

            class Meta:
                ordering = ["name"]
                get_latest_by = "name"

        class Restaurant(Place):
            menu = models.CharField(max_length=10)

        meta = Restaurant._meta
        assert names(Restaurant) == ["id", "name", "place_ptr", "menu"]
        assert meta.pk.name == "place_ptr"
        assert meta.pk.attname == "place_ptr_id"
        assert meta.parents == {Place: meta.pk}
        assert (meta.ordering, meta.get_latest_by) == (["name"], "name")
        assert [field.name for field in meta.local_fields] == ["place_ptr", "menu"]

    def test_a_link_may_be_declared(self) -> None:
        class Place(models.Model):
            pass

        class Restaurant(Place):
            where = models.OneToOneField(Place, models.CASCADE, parent_link=True, primary_key=True)

        assert Restaurant._meta.parents == {Place: Restaurant._meta.get_field("where")}
        assert names(Restaurant) == ["id", "where"]

    def test_fields_of_parents_cannot_be_hidden(self) -> None:
        class Place(models.Model):
            name = models.CharField(max_length=10)

        text = "Local field 'name' in class 'Restaurant' clashes with field of the same name from base class 'Place'."
        with pytest.raises(FieldError) as caught:

            class Restaurant(Place):
                name = models.CharField(max_length=20)

        assert str(caught.value) == text

    def test_the_name_of_the_link_must_be_free(self) -> None:
        class Place(models.Model):
            pass

        text = (
            "Auto-generated field 'place_ptr' in class 'Restaurant' for parent_link to base class 'Place' clashes with "
            "declared field of the same name."
        )
        with pytest.raises(FieldError) as caught:

            class Restaurant(Place):
                place_ptr = models.IntegerField()

        assert str(caught.value) == text

    def test_two_parents(self) -> None:
        class One(models.Model):
            one = models.AutoField(primary_key=True)

        class Two(models.Model):
            two = models.AutoField(primary_key=True)

        class Both(One, Two):
            pass

        assert list(Both._meta.parents) == [One, Two]
        assert Both._meta.pk.name == "one_ptr"

    def test_equal_only_within_one_table(self) -> None:
        class Place(models.Model):
            pass

        class Restaurant(Place):
            pass

        class Cheap(Place):
            class Meta:
                proxy = True

        assert Place(id=1) == Cheap(id=1)
        assert Place(id=1) != Restaurant(id=1)
        assert Place() != Place()
        assert Place(id=1) != 1


class TestProxies:
    def test_they_share_everything_but_behaviour(self) -> None:
        class Place(models.Model):
            name = models.CharField(max_length=10)

        class Cheap(Place):
            class Meta:
                proxy = True
                ordering = ["-name"]

        assert Cheap._meta.concrete_model is Place
        assert Cheap._meta.db_table == Place._meta.db_table
        assert Cheap._meta.pk is Place._meta.pk
        assert Cheap._meta.fields == Place._meta.fields
        assert Cheap._meta.ordering == ["-name"]

    def test_they_need_one_concrete_parent(self) -> None:
        class Bare(models.Model):
            class Meta:
                abstract = True

        class Named(models.Model):
            name = models.CharField(max_length=10)

            class Meta:
                abstract = True

        class One(models.Model):
            pass

        class Two(models.Model):
            two = models.AutoField(primary_key=True)

        for bases, text in (
            ((Bare,), "Proxy model 'Wrong' has no non-abstract model base class."),
            ((Named, One), "Abstract base class containing model fields not permitted for proxy model 'Wrong'."),
            ((One, Two), "Proxy model 'Wrong' has more than one non-abstract model base class."),
        ):
            body = {"__module__": __name__, "Meta": type("Meta", (), {"proxy": True})}
            with pytest.raises(TypeError) as caught:
                type(models.Model)("Wrong", bases, body)
            assert str(caught.value) == text
