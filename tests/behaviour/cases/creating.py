"""Creating instances, and customizing how they are loaded."""

from __future__ import annotations

from tests.behaviour.harness.environment import Environment, case
from tests.behaviour.orm import models, signals
from tests.behaviour.schemas import instances
from tests.behaviour.schemas.instances import Author, Blog, Book, Managed, Passport, Product, Traced

SCHEMA = instances


@case()
async def keywords_set_fields_and_defaults(env: Environment) -> None:
    book = Book(title="Emma", pages=400)
    env.note_fields("given", book, "title", "pages")
    env.note_fields("defaults", book, "id", "pk", "author_id", "price", "summary")


@case()
async def instantiating_touches_no_database(env: Environment) -> None:
    with env.statements("none"):
        Book(title="Emma")
    env.note("count", await env.do(Book.objects, "count"))


@case()
async def positional_arguments_in_field_order(env: Environment) -> None:
    blog = Blog(5, "Name", "Tag")
    env.note_fields("fields", blog, "id", "name", "tagline")
    mixed = Blog(6, "Name", tagline="Tag")
    env.note_fields("mixed", mixed, "id", "name", "tagline")


@case()
async def too_many_positional_arguments(env: Environment) -> None:
    with env.raises("too many"):
        Blog(1, "a", "b", "c")


@case()
async def positional_and_keyword_for_the_same_field(env: Environment) -> None:
    with env.raises("twice"):
        Blog(1, "a", name="b")


@case()
async def unexpected_keyword(env: Environment) -> None:
    with env.raises("one"):
        Blog(title="x")
    with env.raises("several"):
        Blog(title="x", body="y")


@case()
async def property_names_are_accepted(env: Environment) -> None:
    blog = Blog(pk=9, name="x")
    env.note_fields("pk", blog, "id", "pk")


@case()
async def relation_by_instance_and_by_key(env: Environment) -> None:
    author = await env.do(Author.objects, "create", name="Jane")
    by_instance = Book(title="a", author=author)
    by_key = Book(title="b", author_id=author.pk)
    env.note_fields("instance", by_instance, "author_id")
    env.note_fields("key", by_key, "author_id")
    env.note("same object", by_instance.author is author)
    env.note("loads", await env.load(by_key, "author"))


@case()
async def relation_by_attname_instance_conflict(env: Environment) -> None:
    author = await env.do(Author.objects, "create", name="Jane")
    book = Book(title="a", author=author, author_id=author.pk)
    env.note_fields("key", book, "author_id")


@case()
async def relation_to_none(env: Environment) -> None:
    book = Book(title="a", author=None)
    env.note("author", book.author)
    env.note("id", book.author_id)


@case()
async def relation_of_a_wrong_class(env: Environment) -> None:
    with env.raises("in the constructor"):
        Book(title="a", author=Blog(name="b"))
    book = Book(title="a")
    with env.raises("assigned"):
        book.author = "Jane"


@case()
async def one_to_one_as_primary_key(env: Environment) -> None:
    author = await env.do(Author.objects, "create", name="Jane")
    passport = Passport(owner=author, number="1")
    env.note("pk", passport.pk)
    await env.do(passport, "save")
    env.note("found", await env.do(Passport.objects, "get", pk=author.pk))


@case()
async def deferred_marker_is_not_set(env: Environment) -> None:
    blog = Blog(1, "name", models.DEFERRED)
    env.note("deferred", blog.get_deferred_fields())
    env.note("in dict", "tagline" in blog.__dict__)


@case()
async def classmethod_constructor(env: Environment) -> None:
    made = Managed.create("x")
    env.note_fields("made", made, "pk", "name")


@case()
async def manager_method_constructor(env: Environment) -> None:
    made = await env.do(Managed.objects, "create_book", "x")
    env.note_fields("made", made, "pk", "name")


@case()
async def state_of_a_new_instance(env: Environment) -> None:
    blog = Blog(name="x")
    env.note("adding", blog._state.adding)
    env.note("db", blog._state.db)
    env.note("cache", dict(blog._state.fields_cache))


@case()
async def abstract_use_of_model_itself(env: Environment) -> None:
    with env.raises("Model()"):
        models.Model()


@case()
async def init_signals_on_construction(env: Environment) -> None:
    log: list[object] = []
    env.listen(
        signals.pre_init,
        log,
        lambda sender, args, kwargs, **rest: ["pre", sender, list(args), dict(kwargs)],
        sender=Blog,
    )
    env.listen(signals.post_init, log, lambda sender, instance, **rest: ["post", sender, instance.name], sender=Blog)
    Blog(name="x")
    Blog(3, "y")
    env.note("log", log)


@case()
async def init_signals_on_loading(env: Environment) -> None:
    await env.do(Blog.objects, "create", name="x", tagline="t")
    log: list[object] = []
    env.listen(
        signals.pre_init, log, lambda sender, args, kwargs, **rest: ["pre", list(args), dict(kwargs)], sender=Blog
    )
    env.listen(
        signals.post_init,
        log,
        lambda sender, instance, **rest: ["post", instance.name, instance._state.adding],
        sender=Blog,
    )
    loaded = await env.do(Blog.objects, "get")
    env.note("log", log)
    env.note("adding", loaded._state.adding)


@case()
async def from_db_receives_all_fields(env: Environment) -> None:
    await env.do(Traced.objects, "create", name="x", creator=4)
    loaded = await env.do(Traced.objects, "get")
    env.note("loaded", loaded._loaded_values)
    env.note("adding", loaded._state.adding)
    env.note("db", loaded._state.db)


@case()
async def from_db_receives_only_loaded_fields(env: Environment) -> None:
    await env.do(Traced.objects, "create", name="x", creator=4)
    loaded = await env.do(Traced.objects.only("name"), "get")
    env.note("loaded", loaded._loaded_values)
    env.note("deferred", loaded.get_deferred_fields())
    loaded = await env.do(Traced.objects.defer("name"), "get")
    env.note("deferred name", loaded._loaded_values)


@case()
async def from_db_in_every_way_of_reading(env: Environment) -> None:
    first = await env.do(Traced.objects, "create", name="x", creator=4)
    env.note("list", [item._loaded_values for item in await env.fetch(Traced.objects.all())])
    env.note("iterator", [item._loaded_values for item in await env.iterate(Traced.objects.all())])
    env.note("first", (await env.do(Traced.objects, "first"))._loaded_values)
    env.note(
        "in_bulk",
        {pk: item._loaded_values for pk, item in (await env.do(Traced.objects, "in_bulk", [first.pk])).items()},
    )
    env.note("values", await env.fetch(Traced.objects.values()))


@case()
async def saving_rule_from_loaded_values(env: Environment) -> None:
    await env.do(Traced.objects, "create", name="x", creator=4)
    loaded = await env.do(Traced.objects, "get")
    loaded.name = "y"
    await env.do(loaded, "save")
    loaded.creator = 5
    with env.raises("changed creator"):
        await env.do(loaded, "save")
    env.note("row", await env.fetch(Traced.objects.values("name", "creator")))


@case()
async def from_db_called_directly(env: Environment) -> None:
    blog = Blog.from_db("default", ["id", "name", "tagline"], [1, "n", "t"])
    env.note_fields("all", blog, "id", "name", "tagline")
    env.note("adding", blog._state.adding)
    env.note("db", blog._state.db)
    partial = Blog.from_db("other", ["id", "tagline"], [1, "t"])
    env.note("deferred", partial.get_deferred_fields())
    env.note("partial db", partial._state.db)


@case()
async def create_returns_a_saved_instance(env: Environment) -> None:
    product = await env.do(Product.objects, "create", name="Cheese")
    env.note_fields("product", product, "pk", "name", "number_sold")
    env.note("adding", product._state.adding)
    env.note("db", product._state.db)


@case()
async def create_with_an_unknown_field(env: Environment) -> None:
    with env.raises("unknown"):
        await env.do(Product.objects, "create", nome="Cheese")


@case()
async def create_forces_an_insert(env: Environment) -> None:
    await env.do(Product.objects, "create", pk=1, name="Cheese")
    with env.raises("same key"):
        await env.do(Product.objects, "create", pk=1, name="Ham")
    env.note("rows", await env.fetch(Product.objects.values_list("pk", "name")))
