"""Equality, hashing, text, pickling and the state of instances."""

from __future__ import annotations

import copy
import pickle
import warnings

from tests.behaviour.harness.environment import Environment, case
from tests.behaviour.orm import F, models
from tests.behaviour.schemas import instances
from tests.behaviour.schemas.instances import Author, Blog, Book, Passport, Product, TextKey, UuidKey

SCHEMA = instances


@case()
async def equality_by_class_and_key(env: Environment) -> None:
    env.note("same key", Blog(id=1) == Blog(id=1))
    env.note("other key", Blog(id=1) == Blog(id=2))
    env.note("other fields", Blog(id=1, name="a") == Blog(id=1, name="b"))
    env.note("other class", Blog(id=1) == Product(id=1))
    env.note("no keys", Blog(id=None) == Blog(id=None))
    instance = Blog(id=None)
    env.note("itself", instance == instance)
    env.note("key and none", Blog(id=1) == Blog())
    env.note("not equal", Blog(id=1) != Blog(id=2))
    env.note("something else", Blog(id=1) == 1)
    env.note("none", Blog(id=1) == None)  # noqa: E711


@case()
async def equality_gives_way_to_the_other_side(env: Environment) -> None:
    class Anything:
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = None  # type: ignore[assignment]

    env.note("left", Blog(id=1) == Anything())
    env.note("method", Blog(id=1).__eq__(3) is NotImplemented)


@case()
async def hash_of_the_key(env: Environment) -> None:
    env.note("is the key's", hash(Blog(id=1)) == hash(1))
    env.note("text", hash(TextKey(code="a")) == hash("a"))
    env.note("in a set", len({Blog(id=1), Blog(id=1), Blog(id=2)}))
    with env.raises("no key"):
        hash(Blog())
    with env.raises("in a set without key"):
        {Blog()}


@case()
async def saved_instances_are_equal_to_loaded_ones(env: Environment) -> None:
    blog = await env.do(Blog.objects, "create", name="x")
    loaded = await env.do(Blog.objects, "get")
    env.note("equal", blog == loaded)
    env.note("same", blog is loaded)
    env.note("membership", blog in await env.fetch(Blog.objects.all()))


@case()
async def texts(env: Environment) -> None:
    env.note("str", str(Blog(name="Cheddar")))
    env.note("repr", repr(Blog(name="Cheddar")))
    env.note("default str", str(Product(id=4)))
    env.note("default repr", repr(Product(id=4)))
    env.note("without key", str(Product()))
    env.note("relation as key", str(Passport(owner_id=3)))
    env.note("uuid", str(UuidKey(pk="12345678123456781234567812345678")))


@case()
async def reading_and_setting_pk(env: Environment) -> None:
    blog = Blog()
    env.note("none", blog.pk)
    blog.pk = 5
    env.note("id", blog.id)
    blog.id = 6
    env.note("pk", blog.pk)
    env.note("is set", blog._is_pk_set())
    blog.pk = None
    env.note("not set", blog._is_pk_set())
    env.note("empty text", TextKey(code="")._is_pk_set())
    env.note("zero", Blog(id=0)._is_pk_set())


@case()
async def the_state_of_a_loaded_instance(env: Environment) -> None:
    await env.do(Blog.objects, "create", name="x")
    blog = await env.do(Blog.objects, "get")
    env.note("adding", blog._state.adding)
    env.note("db", blog._state.db)
    env.note("type", type(blog._state).__name__)


@case(other=True)
async def the_state_names_the_database(env: Environment) -> None:
    await env.do(Blog.objects.using("other"), "create", name="x")
    blog = await env.do(Blog.objects.using("other"), "get")
    env.note("db", blog._state.db)
    listed = await env.fetch(Blog.objects.using("other"))
    env.note("listed", listed[0]._state.db)


@case()
async def pickling_keeps_fields_state_and_plain_attributes(env: Environment) -> None:
    blog = await env.do(Blog.objects, "create", name="x", tagline="t")
    blog.remark = "mine"
    copied = pickle.loads(pickle.dumps(blog))
    env.note_fields("copy", copied, "pk", "name", "tagline", "remark")
    env.note("equal", copied == blog)
    env.note("adding", copied._state.adding)
    env.note("db", copied._state.db)


@case()
async def pickling_shows_the_moment_of_pickling(env: Environment) -> None:
    blog = await env.do(Blog.objects, "create", name="x")
    data = pickle.dumps(blog)
    await env.do(Blog.objects, "update", name="y")
    env.note("old", pickle.loads(data).name)


@case()
async def pickling_keeps_deferred_fields_deferred(env: Environment) -> None:
    await env.do(Product.objects, "create", name="x", number_sold=3)
    product = await env.do(Product.objects.only("name"), "get")
    copied = pickle.loads(pickle.dumps(product))
    env.note("deferred", copied.get_deferred_fields())
    env.note("loads", await env.read(copied, "number_sold"))


@case()
async def pickling_keeps_cached_relations(env: Environment) -> None:
    author = await env.do(Author.objects, "create", name="Jane")
    await env.do(Book.objects, "create", title="Emma", author=author)
    book = await env.do(Book.objects.select_related("author"), "get")
    copied = pickle.loads(pickle.dumps(book))
    with env.statements("none"):
        env.note("author", copied.author.name)


@case()
async def pickling_an_unsaved_instance(env: Environment) -> None:
    copied = pickle.loads(pickle.dumps(Blog(name="x")))
    env.note_fields("copy", copied, "pk", "name")
    env.note("adding", copied._state.adding)
    await env.do(copied, "save")
    env.note("saved", copied.pk)


@case()
async def every_pickle_protocol(env: Environment) -> None:
    blog = await env.do(Blog.objects, "create", name="x")
    env.note("names", [pickle.loads(pickle.dumps(blog, protocol)).name for protocol in range(2, 6)])


@case()
async def unpickling_without_a_version_warns(env: Environment) -> None:
    blog = Blog(id=1, name="x")
    state = {key: value for key, value in blog.__reduce__()[2].items() if "version" not in key}
    fresh = Blog.__new__(Blog)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fresh.__setstate__(state)
    env.note("classes", [item.category.__name__ for item in caught])
    env.note("name", fresh.name)


@case()
async def copies(env: Environment) -> None:
    author = await env.do(Author.objects, "create", name="Jane")
    book = await env.do(Book.objects, "create", title="Emma", author=author)
    shallow = copy.copy(book)
    shallow.title = "Other"
    shallow._state.db = "elsewhere"
    env.note_fields("original", book, "title", "pk")
    env.note("its state", book._state.db)
    env.note("shared relation", shallow.author is book.author)
    deep = copy.deepcopy(book)
    env.note("equal", deep == book)
    env.note("own relation", deep.author is book.author)
    env.note("adding", deep._state.adding)


@case()
async def a_copied_cache_is_independent(env: Environment) -> None:
    author = await env.do(Author.objects, "create", name="Jane")
    other = await env.do(Author.objects, "create", name="Mary")
    book = await env.do(Book.objects, "create", title="Emma", author=author)
    shallow = copy.copy(book)
    shallow.author = other
    env.note("original", book.author.name)
    env.note("copy", shallow.author.name)


@case()
async def exceptions_belong_to_the_model(env: Environment) -> None:
    from tests.behaviour.orm import exceptions

    env.note(
        "names",
        [Blog.DoesNotExist.__qualname__, Blog.MultipleObjectsReturned.__qualname__, Blog.NotUpdated.__qualname__],
    )
    env.note("does not exist", issubclass(Blog.DoesNotExist, exceptions.ObjectDoesNotExist))
    env.note("multiple", issubclass(Blog.MultipleObjectsReturned, exceptions.MultipleObjectsReturned))
    env.note("apart", issubclass(Blog.DoesNotExist, Book.DoesNotExist))
    env.note("pickles", type(pickle.loads(pickle.dumps(Blog.DoesNotExist("x")))) is Blog.DoesNotExist)
    env.note("silent", Blog.DoesNotExist.silent_variable_failure)


@case()
async def attributes_of_the_class(env: Environment) -> None:
    env.note("deferred is a class attribute", hasattr(Blog, "name"))
    env.note("field", Blog._meta.get_field("name").name)
    with env.raises("manager on an instance"):
        Blog().objects  # noqa: B018
    with env.raises("unknown attribute"):
        Blog().title  # noqa: B018


@case()
async def expressions_are_not_evaluated_on_the_instance(env: Environment) -> None:
    product = Product(name="x", number_sold=F("in_stock"))
    env.note("repr", repr(product.number_sold))
    env.note("value", isinstance(product.number_sold, models.F))
