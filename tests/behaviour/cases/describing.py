"""`_meta` and the attributes of fields: the public Options API, and the names of tables and columns."""

from __future__ import annotations

from typing import Any

from tests.behaviour.harness.environment import Environment, case
from tests.behaviour.orm import models
from tests.behaviour.schemas import library
from tests.behaviour.schemas.inheritance import ItalianRestaurant, MyProxy, Place, Restaurant
from tests.behaviour.schemas.instances import Article, Chapter, Everything, Legacy, Passport, Sized
from tests.behaviour.schemas.library import Author, Book, Publisher, Stock, Store, Tag

SCHEMA = library


def names(fields: Any) -> list[str]:
    return [field.name for field in fields]


@case()
async def labels_and_tables(env: Environment) -> None:
    for model in (Book, Author, Legacy, Chapter, MyProxy, ItalianRestaurant, Book.authors.through):
        meta = model._meta
        env.note(
            model.__name__,
            [meta.label, meta.label_lower, meta.app_label, meta.model_name, meta.object_name, meta.db_table,
             str(meta.verbose_name), str(meta.verbose_name_plural), meta.proxy, meta.managed, meta.abstract],
        )  # fmt: skip


@case()
async def lists_of_fields(env: Environment) -> None:
    for model in (Book, Author, Store, Tag, Restaurant, ItalianRestaurant, MyProxy, Passport):
        meta = model._meta
        env.note(f"{model.__name__} fields", names(meta.fields))
        env.note(f"{model.__name__} local", names(meta.local_fields))
        env.note(f"{model.__name__} concrete", names(meta.concrete_fields))
        env.note(f"{model.__name__} m2m", names(meta.many_to_many))
        env.note(f"{model.__name__} related", sorted(names(meta.related_objects)))
        env.note(f"{model.__name__} pk", meta.pk.name)


@case()
async def get_fields(env: Environment) -> None:
    for model in (Book, Author, Restaurant, Publisher):
        env.note(f"{model.__name__} all", sorted(names(model._meta.get_fields())))
        env.note(f"{model.__name__} own", sorted(names(model._meta.get_fields(include_parents=False))))
        env.note(f"{model.__name__} hidden", sorted(names(model._meta.get_fields(include_hidden=True))))


@case()
async def get_field(env: Environment) -> None:
    env.note("plain", Book._meta.get_field("title").name)
    env.note("relation", Book._meta.get_field("publisher").name)
    env.note("attname", Book._meta.get_field("publisher_id").name)
    env.note("reverse", Publisher._meta.get_field("books").name)
    env.note("many", Author._meta.get_field("books").name)
    env.note("of a parent", Restaurant._meta.get_field("name").name)
    with env.raises("unknown"):
        Book._meta.get_field("nome")
    with env.raises("pk is no field"):
        Book._meta.get_field("pk")


@case()
async def tuples_that_cannot_be_changed(env: Environment) -> None:
    with env.raises("append", text=False):
        Book._meta.fields.append(None)
    env.note("get_fields is a copy", isinstance(Book._meta.get_fields(), tuple))


@case()
async def parents_and_managers(env: Environment) -> None:
    env.note("parents", {model.__name__: field.name for model, field in Restaurant._meta.parents.items()})
    env.note("all parents", [model.__name__ for model in ItalianRestaurant._meta.get_parent_list()])
    env.note("no parents", list(Place._meta.parents))
    env.note("managers", names(Article._meta.managers))
    env.note("default", Article._meta.default_manager.name)
    env.note("base", type(Article._meta.base_manager).__name__)
    env.note("proxy managers", names(MyProxy._meta.managers))


@case()
async def attributes_of_fields(env: Environment) -> None:
    for name in ("title", "isbn", "publisher", "authors", "sequel_of", "price", "extra", "id"):
        field = Book._meta.get_field(name)
        env.note(
            name,
            [field.name, field.attname, field.column, field.null, field.blank, field.unique, field.primary_key,
             field.is_relation, field.many_to_many, field.many_to_one, field.one_to_many, field.one_to_one,
             field.concrete, field.hidden, field.editable, field.get_internal_type(), str(field.verbose_name),
             field.has_default(), field.max_length, field.db_index, field.serialize, field.auto_created,
             field.model.__name__, field.related_model.__name__ if field.related_model else None],
        )  # fmt: skip


@case()
async def attributes_of_reverse_relations(env: Environment) -> None:
    for model, name in (
        (Publisher, "books"),
        (Author, "books"),
        (Book, "sequel"),
        (Author, "followers"),
        (Store, "stock"),
    ):
        field = model._meta.get_field(name)
        env.note(
            name,
            [field.name, field.get_accessor_name(), field.related_name, field.related_query_name, field.field.name,
             field.model.__name__, field.related_model.__name__, field.is_relation, field.many_to_many,
             field.many_to_one, field.one_to_many, field.one_to_one, field.concrete, field.hidden, field.multiple,
             field.null, field.auto_created],
        )  # fmt: skip


@case()
async def remote_fields(env: Environment) -> None:
    field = Stock._meta.get_field("book")
    env.note("model", field.remote_field.model.__name__)
    env.note("on_delete", field.remote_field.on_delete.__name__)
    env.note("target", field.target_field.name)
    env.note("through", Store._meta.get_field("books").remote_field.through.__name__)
    env.note("symmetrical", Author._meta.get_field("friends").remote_field.symmetrical)
    env.note("hidden", sorted(names(f for f in Author._meta.get_fields(include_hidden=True) if f.hidden)))


@case()
async def texts_of_fields(env: Environment) -> None:
    env.note("str", str(Book._meta.get_field("title")))
    env.note("repr", repr(Book._meta.get_field("title")).rsplit(".", 1)[-1])
    env.note("repr of a relation", repr(Publisher._meta.get_field("books")))
    env.note("repr of a lone field", repr(models.CharField(max_length=3)).rsplit(".", 1)[-1])
    env.note("order", sorted([Book._meta.get_field("pages"), Book._meta.get_field("title")])[0].name)
    env.note("equal", Book._meta.get_field("title") == Book._meta.get_field("title"))
    env.note("hash", len({Book._meta.get_field("title"), Book._meta.get_field("title")}))


@case()
async def deconstruction(env: Environment) -> None:
    for field in (
        models.CharField("A name", max_length=5, db_index=True, blank=True),
        models.DecimalField(max_digits=5, decimal_places=2),
        models.IntegerField(default=3, null=True), models.DateTimeField(auto_now=True), models.BooleanField(),
        models.SlugField(), models.EmailField(), models.JSONField(null=True), models.UUIDField(unique=True),
        models.GenericIPAddressField(protocol="IPv4"), models.BinaryField(max_length=4),
        models.CharField(max_length=1, choices={"a": "A"}),
    ):  # fmt: skip
        name, path, arguments, keywords = field.deconstruct()
        env.note(path.rsplit(".", 1)[1], [name, list(arguments), keywords])
    _, _, arguments, keywords = Book._meta.get_field("publisher").deconstruct()
    env.note("relation", [list(arguments), sorted(keywords), keywords["to"], keywords["on_delete"].__name__])


@case()
async def every_kind_of_field(env: Environment) -> None:
    env.note("types", {field.name: field.get_internal_type() for field in Everything._meta.fields})
    env.note("verbose", {field.name: str(field.verbose_name) for field in Everything._meta.fields})


@case()
async def options_of_meta(env: Environment) -> None:
    env.note("ordering", [Chapter._meta.ordering, Book._meta.ordering])
    env.note("unique_together", Chapter._meta.unique_together)
    env.note("total unique", [c.name for c in Book._meta.total_unique_constraints])
    env.note("choices", Sized._meta.get_field("shirt_size").choices)
    env.note("app config free", Book._meta.swapped)
    env.note("select_on_save", Book._meta.select_on_save)
    env.note("default permissions", Book._meta.default_permissions)
    with env.raises("unknown option"):

        class Wrong(models.Model):
            class Meta:
                app_label = "library"
                nome = 1


@case()
async def wrong_declarations(env: Environment) -> None:
    with env.raises("foreign key without on_delete", text=False):
        models.ForeignKey(Book)
    with env.raises("on_delete"):
        models.ForeignKey(Book, "cascade")
    with env.raises("to"):
        models.ForeignKey(5, models.CASCADE)
    with env.raises("m2m of a wrong class"):
        models.ManyToManyField(5)
    with env.raises("symmetrical to another"):
        models.ManyToManyField(Book, through="x", db_table="y")
    with env.raises("SET_NULL given as a default", text=False):
        models.OneToOneField()
    with env.raises("choices"):
        models.CharField(choices=5)
    env.note("auto now and default", models.DateField(auto_now=True).editable)
    with env.raises("two automatic keys"):

        class Two(models.Model):
            a = models.AutoField(primary_key=True)
            b = models.AutoField(primary_key=True)

            class Meta:
                app_label = "library"
