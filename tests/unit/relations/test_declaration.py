"""What relation fields are, before any database."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from aorm import models
from aorm.exceptions import FieldError
from aorm.mapping.registry import isolated_apps
from aorm.sql import types
from tests.unit.relations.library import Author, Book, Country, Employee, Person, Reader, Reading, Tag, Translation


def field(model: Any, name: str) -> Any:
    return model._meta.get_field(name)


@pytest.mark.parametrize(
    ("relation", "flags"),
    [
        (field(Book, "author"), "many_to_one"),
        (field(Author, "books"), "one_to_many"),
        (field(Book, "tags"), "many_to_many"),
        (field(Tag, "books"), "many_to_many"),
        (field(Book, "cover"), "one_to_one"),
        (field(Employee, "person_ptr"), "one_to_one"),
    ],
    ids=str,
)
def test_flags(relation: Any, flags: str) -> None:
    names = ("many_to_one", "one_to_many", "many_to_many", "one_to_one")
    assert [name for name in names if getattr(relation, name)] == [flags]
    assert relation.is_relation


def test_columns_and_types() -> None:
    author, country = field(Book, "author"), field(Book, "country")
    assert (author.attname, author.column, author.db_index) == ("author_id", "author_id", True)
    assert author.sql_type is types.BIGINT
    assert country.sql_type is types.varchar(2)
    assert field(Book.tags.through, "tag").sql_type is types.UUID
    assert field(Book, "tags").column is None
    assert not field(Book, "tags").concrete


def test_both_ends_know_each_other() -> None:
    author = field(Book, "author")
    books = field(Author, "books")
    assert author.remote_field is books
    assert books.field is author
    assert (books.model, books.related_model) == (Author, Book)
    assert (author.model, author.related_model) == (Book, Author)
    assert books.get_accessor_name() == "books"
    assert field(Author, "edit").get_accessor_name() == "edited"
    assert field(Country, "book").get_accessor_name() == "book_set"
    assert field(Tag, "books").name == "books"


def test_hidden_relations_have_no_attribute() -> None:
    assert not hasattr(Author, "+")
    hidden = [
        relation for relation in Author._meta.get_fields(include_hidden=True) if getattr(relation, "hidden", False)
    ]
    assert [relation.field.name for relation in hidden] == ["untold"]
    names = {relation.name for relation in Tag._meta.get_fields() if relation.is_relation}
    assert names == {"books", "employee"}


def test_paths() -> None:
    (hop,) = field(Book, "author").path
    assert (hop.source, hop.target, hop.is_many, hop.is_nullable, hop.is_direct) == (
        Book._meta,
        Author._meta,
        False,
        False,
        True,
    )
    (back,) = field(Author, "books").path
    assert (back.source, back.target, back.is_many, back.is_nullable, back.is_direct) == (
        Author._meta,
        Book._meta,
        True,
        True,
        False,
    )
    assert not field(Book, "cover").path[0].is_many
    there, on = field(Book, "tags").path
    assert (there.target, on.target) == (Book.tags.through._meta, Tag._meta)
    assert (there.is_many, on.is_many, there.index, on.index) == (True, False, 0, 1)
    assert field(Book, "author").path is field(Book, "author").path


@pytest.mark.parametrize("hop", [*field(Book, "tags").path, *field(Tag, "books").path, *field(Author, "books").path])
def test_hops_pickle_to_themselves(hop: Any) -> None:
    assert pickle.loads(pickle.dumps(hop)) is hop


def test_the_table_between() -> None:
    through = Book.tags.through
    meta = through._meta
    assert meta.db_table == "relations_book_tags"
    assert meta.auto_created is Book
    assert [column.column for column in meta.fields] == ["id", "book_id", "tag_id"]
    assert meta.unique_together == (("book", "tag"),)
    assert Tag.books.through is through
    friends = Reader.friends.through._meta
    assert [column.column for column in friends.fields] == ["id", "from_reader_id", "to_reader_id"]
    assert Book.readers.through is Reading
    assert field(Book, "readers").m2m_field_name() == "book"
    assert field(Book, "readers").m2m_reverse_field_name() == "reader"
    assert field(Book, "tags").m2m_db_table() == "relations_book_tags"


def test_deconstruct_and_clone() -> None:
    name, path, args, keywords = field(Book, "author").deconstruct()
    assert (name, path, args) == ("author", "aorm.models.ForeignKey", [])
    assert keywords == {
        "to": "relations.author",
        "on_delete": models.CASCADE,
        "related_name": "books",
        "limit_choices_to": {"name__startswith": "A"},
    }
    assert field(Book, "country").deconstruct()[3]["to_field"] == "code"
    assert field(Book, "readers").deconstruct()[3] == {
        "to": "relations.reader",
        "through": "relations.Reading",
        "through_fields": ("book", "reader"),
    }
    assert field(Book, "cover").field.deconstruct()[1:] == (
        "aorm.models.OneToOneField",
        [],
        {"to": "relations.book", "on_delete": models.CASCADE, "related_name": "cover"},
    )
    assert field(Book, "author").clone().deconstruct()[1:] == field(Book, "author").deconstruct()[1:]


def test_copies_do_not_share_their_far_side() -> None:
    author = field(Book, "author")
    copied = copy.deepcopy(author)
    assert copied.remote_field is not author.remote_field
    assert copied.remote_field.field is copied
    assert author.remote_field.field is author


@pytest.mark.parametrize("relation", [field(Book, "author"), field(Author, "books"), field(Book, "tags")], ids=str)
def test_bound_relations_pickle_to_themselves(relation: Any) -> None:
    assert pickle.loads(pickle.dumps(relation)) is relation


def test_descriptors_on_the_class() -> None:
    assert Book.author.field is field(Book, "author")
    assert issubclass(Book.author.RelatedObjectDoesNotExist, Author.DoesNotExist)
    assert issubclass(Book.author.RelatedObjectDoesNotExist, AttributeError)
    assert Book.cover.related is field(Book, "cover")
    assert Book.author_id is field(Book, "author")
    assert hasattr(Author.books, "related_manager_cls")


def test_arguments_that_are_wrong() -> None:
    with pytest.raises(TypeError, match="First parameter to ForeignKey must be either a model, a model name"):
        models.ForeignKey(5, models.CASCADE)  # type: ignore[call-overload]
    with pytest.raises(TypeError, match=r"OneToOneField\(None\) is invalid"):
        models.OneToOneField(None, models.CASCADE)  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="First parameter to ManyToManyField"):
        models.ManyToManyField(5)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="on_delete must be callable"):
        models.ForeignKey("x", "CASCADE")
    with pytest.raises(ValueError, match="Cannot specify a db_table if an intermediary model is used"):
        models.ManyToManyField("x", through="y", db_table="z")
    with pytest.raises(ValueError, match="Cannot specify through_fields without a through model"):
        models.ManyToManyField("x", through_fields=("a", "b"))
    with pytest.raises(ValueError, match="Can't supply a through model and db_constraint=False"):
        models.ManyToManyField("x", through="y", db_constraint=False)


def test_models_that_do_not_exist_yet() -> None:
    with isolated_apps():

        class Letter(models.Model):
            sender = models.ForeignKey("Postman", models.CASCADE, related_name="%(app_label)s_%(class)ss")
            stamps = models.ManyToManyField("later.Stamp")

            class Meta:
                app_label = "late"

        assert field(Letter, "sender").related_model == "Postman"
        with pytest.raises(ValueError, match="Related model 'Postman' cannot be resolved"):
            _ = field(Letter, "sender").path

        class Postman(models.Model):
            class Meta:
                app_label = "late"

        class Stamp(models.Model):
            class Meta:
                app_label = "later"

        assert field(Letter, "sender").related_model is Postman
        assert field(Letter, "stamps").related_model is Stamp
        assert hasattr(Postman, "late_letters")
        assert field(Postman, "late_letters").path[0].target is Letter._meta
        assert [column.name for column in Letter.stamps.through._meta.fields] == ["id", "letter", "stamp"]


def test_names_of_inherited_relations() -> None:
    with isolated_apps():

        class Base(models.Model):
            owner = models.ForeignKey(
                "auth.User", models.CASCADE, related_name="%(class)ss", related_query_name="%(app_label)s_%(class)s"
            )
            friends = models.ManyToManyField("auth.User", related_name="+")

            class Meta:
                abstract = True
                app_label = "inherit"

        class User(models.Model):
            class Meta:
                app_label = "auth"

        class Car(Base):
            class Meta(Base.Meta):
                app_label = "inherit"

        class Bike(Base):
            class Meta(Base.Meta):
                app_label = "inherit"

        assert hasattr(User, "cars")
        assert hasattr(User, "bikes")
        assert field(User, "inherit_car").related_model is Car
        assert Car.friends.through._meta.db_table == "inherit_car_friends"
        assert Bike.friends.through is not Car.friends.through


def test_a_field_of_a_parents_table_cannot_be_referred_to() -> None:
    with isolated_apps():

        class Parent(models.Model):
            code = models.CharField(max_length=3, unique=True)

            class Meta:
                app_label = "local"

        class Child(Parent):
            class Meta:
                app_label = "local"

        class Link(models.Model):
            child = models.ForeignKey(Child, models.CASCADE, to_field="code")

            class Meta:
                app_label = "local"

        with pytest.raises(FieldError, match=r"refers to field 'code' which is not local to model 'local.Child'"):
            _ = field(Link, "child").path


def test_default_that_is_an_instance() -> None:
    country = Country(code="de")
    default = models.ForeignKey(Country, models.CASCADE, to_field="code", default=lambda: country)
    with isolated_apps():

        class Town(models.Model):
            country = default

            class Meta:
                app_label = "towns"

        assert Town().country_id == "de"


def test_several_columns() -> None:
    original = field(Translation, "original")
    assert original.column is None
    assert [remote.name for remote in original.foreign_related_fields] == ["language", "word"]
    assert original.sql_type is types.row(2)
    assert [local.name for local, _ in field(Translation, "translations").path[0].pairs] == ["language", "word"]


def test_values_that_are_compared() -> None:
    author, country = field(Book, "author"), field(Book, "country")
    assert author.get_prep_value("5") == 5
    assert author.get_prep_value(None) is None
    assert author.get_prep_value(Author(pk=7)) == 7
    assert country.get_prep_value(Country(pk=1, code="fr")) == "fr"
    assert field(Employee, "person_ptr").get_prep_value(Person(pk=3)) == 3
    with pytest.raises(ValueError, match='Must be "Author" instance'):
        author.get_prep_value(Country(pk=1))
    with pytest.raises(ValueError, match="must be saved"):
        author.get_prep_value(Author())
    assert country.prepare_to_save("") == ""
    assert author.prepare_to_save("") is None
