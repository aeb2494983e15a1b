"""Saving: what is decided for a table, in which order tables are written, and with how many statements and calls."""

from __future__ import annotations

import asyncio
import sys
import uuid
from typing import Any

import pytest

import aorm
from aorm import models
from aorm.models import DEFERRED, F
from aorm.models.preparation import forced_parents, table_steps
from aorm.models.saving import Decision, TableOptions, decide
from aorm.signals import pre_save
from tests.support.faces import Face, for_each_face


class Book(models.Model):
    title = models.CharField(max_length=50, default="")
    pages = models.IntegerField(default=1)

    class Meta:
        app_label = "unit_saving"


class Keyed(models.Model):
    key = models.CharField(max_length=10, primary_key=True)

    class Meta:
        app_label = "unit_saving"


class WithDefault(models.Model):
    key = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.CharField(max_length=10, default="")

    class Meta:
        app_label = "unit_saving"


class Top(models.Model):
    top = models.IntegerField(default=0)

    class Meta:
        app_label = "unit_saving"


class Left(Top):
    left = models.IntegerField(default=0)

    class Meta:
        app_label = "unit_saving"


class Right(Top):
    right = models.IntegerField(default=0)
    own = models.OneToOneField(Top, models.CASCADE, parent_link=True)

    class Meta:
        app_label = "unit_saving"


class Bottom(Left, Right):
    bottom = models.IntegerField(default=0)

    class Meta:
        app_label = "unit_saving"


class Hidden(models.Manager[Any]):
    def get_queryset(self) -> Any:
        return super().get_queryset().filter(gone=False)


class Soft(models.Model):
    name = models.CharField(max_length=10, default="")
    gone = models.BooleanField(default=False)
    objects = models.Manager()
    visible = Hidden()

    class Meta:
        app_label = "unit_saving"
        base_manager_name = "visible"


class Careful(models.Model):
    name = models.CharField(max_length=10, default="")

    class Meta:
        app_label = "unit_saving"
        select_on_save = True


MODELS = [Book, Keyed, WithDefault, Top, Left, Right, Bottom, Soft, Careful]
PLAIN = TableOptions(force_insert=False, force_update=False, update_fields=None, raw=False)


def verbs(queries: list[Any]) -> list[str]:
    return [query["sql"].split()[0] for query in queries]


class TestDeciding:
    @pytest.mark.parametrize(
        ("instance", "options", "decision"),
        [
            (Book(), PLAIN, Decision(updates=False, inserts=True, has_key=False)),
            (Book(id=1), PLAIN, Decision(updates=True, inserts=True, has_key=True)),
            (Book(id=1), PLAIN._replace(force_insert=True), Decision(updates=False, inserts=True, has_key=True)),
            (Book(id=1), PLAIN._replace(force_update=True), Decision(updates=True, inserts=False, has_key=True)),
            (
                Book(id=1),
                PLAIN._replace(update_fields=frozenset({"title"})),
                Decision(updates=True, inserts=False, has_key=True),
            ),
            (WithDefault(), PLAIN, Decision(updates=False, inserts=True, has_key=True)),
            (WithDefault(), PLAIN._replace(raw=True), Decision(updates=True, inserts=True, has_key=True)),
        ],
    )
    def test_table(self, instance: Any, options: TableOptions, decision: Decision) -> None:
        assert decide(instance, instance._meta, options) == decision

    def test_a_forced_update_needs_a_key(self) -> None:
        with pytest.raises(ValueError, match=r"Cannot force an update in save\(\) with no primary key\."):
            decide(Book(), Book._meta, PLAIN._replace(force_update=True))

    def test_a_saved_instance_with_a_default_key_is_updated(self) -> None:
        instance = WithDefault()
        instance._state.adding = False
        assert decide(instance, WithDefault._meta, PLAIN).updates

    def test_tables_of_a_diamond_come_once_and_parents_first(self) -> None:
        steps = table_steps(Bottom._meta)
        assert [step.meta.object_name for step in steps] == ["Top", "Left", "Right", "Bottom"]
        assert [len(step.after) for step in steps] == [2, 1, 1, 0]

    def test_force_insert_names_bases(self) -> None:
        assert forced_parents(Left, True) == (Left,)
        assert forced_parents(Left, (Top,)) == (Top,)
        with pytest.raises(TypeError, match=r"force_insert must be a bool or tuple\."):
            forced_parents(Left, [Top])
        with pytest.raises(
            TypeError, match=r"Invalid force_insert member\. <class 'object'> must be a model subclass\."
        ):
            forced_parents(Left, (object,))
        with pytest.raises(TypeError, match=r"Invalid force_insert member\. Book must be a base of Left\."):
            forced_parents(Left, (Book,))


@pytest.mark.usefixtures("sqlite")
class TestStatements:
    @for_each_face
    async def test_one_table_takes_one_statement_and_no_transaction(self, face: Face) -> None:
        await face.do(aorm.schema, "create_tables", MODELS)
        book = Book(title="a")
        with aorm.capture_queries() as queries:
            await face.do(book, "save")
            await face.do(book, "save")
            await face.do(book, "save", update_fields=["title"])
            await face.do(book, "save", update_fields=[])
        assert verbs(queries) == ["INSERT", "UPDATE", "UPDATE"]

    @for_each_face
    async def test_several_tables_are_one_transaction(self, face: Face) -> None:
        await face.do(aorm.schema, "create_tables", MODELS)
        bottom = Bottom(top=1, left=2, right=3, bottom=4)
        with aorm.capture_queries() as queries:
            await face.do(bottom, "save")
        assert verbs(queries) == ["BEGIN", "INSERT", "INSERT", "INSERT", "INSERT", "COMMIT"]
        assert bottom.left_ptr_id == bottom.right_ptr_id == bottom.id == bottom.own_id
        loaded = await face.do(Bottom.objects, "get")
        assert (loaded.top, loaded.left, loaded.right, loaded.bottom) == (1, 2, 3, 4)
        with aorm.capture_queries() as queries:
            await face.do(loaded, "save", update_fields=["top"])
        assert verbs(queries) == ["UPDATE"]

    @for_each_face
    async def test_expressions_come_back_by_returning(self, face: Face) -> None:
        await face.do(aorm.schema, "create_tables", MODELS)
        book = await face.do(Book.objects, "create", title="a")
        book.pages = F("pages") + 4
        with aorm.capture_queries() as queries:
            await face.do(book, "save")
        assert (book.pages, len(queries)) == (5, 1)

    @for_each_face
    async def test_a_base_manager_hides_rows_from_updates(self, face: Face) -> None:
        await face.do(aorm.schema, "create_tables", MODELS)
        soft = await face.do(Soft.objects, "create", name="a")
        soft.name = "b"
        await face.do(soft, "save", force_update=True)
        await face.do(Soft.objects.all(), "update", gone=True)
        with pytest.raises(Soft.NotUpdated, match="Forced update did not affect any rows"):
            await face.do(soft, "save", force_update=True)

    @for_each_face
    async def test_select_on_save_looks_first(self, face: Face) -> None:
        await face.do(aorm.schema, "create_tables", MODELS)
        careful = Careful(id=3, name="a")
        with aorm.capture_queries() as queries:
            await face.do(careful, "save")
            await face.do(careful, "save")
        assert verbs(queries) == ["SELECT", "INSERT", "SELECT", "UPDATE"]

    @for_each_face
    async def test_a_table_that_is_all_key(self, face: Face) -> None:
        await face.do(aorm.schema, "create_tables", MODELS)
        with aorm.capture_queries() as queries:
            await face.do(Keyed(key="a"), "save")
            await face.do(Keyed(key="a"), "save")
        assert verbs(queries) == ["SELECT", "INSERT", "SELECT"]

    @for_each_face
    async def test_what_is_deferred_and_needed_is_loaded_at_once(self, face: Face) -> None:
        await face.do(aorm.schema, "create_tables", MODELS)
        book = await face.do(Book.objects, "create", title="a", pages=3)
        deferred = Book(book.id, DEFERRED, DEFERRED)
        with aorm.capture_queries() as queries:
            await face.do(deferred, "save")
        assert verbs(queries) == ["SELECT", "UPDATE"]
        assert (deferred.title, deferred.pages) == ("a", 3)

    @pytest.mark.usefixtures("registry")
    @for_each_face
    async def test_an_own_save_base_is_honoured(self, face: Face) -> None:
        await face.do(aorm.schema, "create_tables", MODELS)
        calls: list[dict[str, Any]] = []

        class Noted(Book):
            class Meta:
                app_label = "unit_saving"
                proxy = True

            def save_base(self, *args: Any, **kwargs: Any) -> None:
                calls.append(kwargs)
                super().save_base(*args, **kwargs)

        await face.do(Noted(title="a"), "save")
        assert [sorted(call) for call in calls] == [["force_insert", "force_update", "update_fields", "using"]]
        assert await face.do(Book.objects, "count") == 1

    @for_each_face
    async def test_a_failure_spoils_the_surrounding_transaction(self, face: Face) -> None:
        await face.do(aorm.schema, "create_tables", MODELS)
        await face.do(Book(id=1), "save")
        async with face.atomic():
            with pytest.raises(aorm.IntegrityError):
                await face.do(Book(id=1), "save", force_insert=True)
            assert aorm.transaction.get_rollback()
            aorm.transaction.set_rollback(True)

    @for_each_face
    async def test_raw_saving_leaves_the_parents(self, face: Face) -> None:
        await face.do(aorm.schema, "create_tables", MODELS)
        await face.do(Top(id=5, top=1), "save")
        left = Left(top_ptr_id=5, id=5, top=9, left=2)
        heard: list[Any] = []

        def receiver(raw: bool, **_: Any) -> None:
            heard.append(raw)

        pre_save.connect(receiver, sender=Left)
        try:
            await face.do(left, "save_base", raw=True)
        finally:
            pre_save.disconnect(receiver, sender=Left)
        loaded = await face.do(Left.objects, "get")
        assert (heard, loaded.top, loaded.left) == ([True], 1, 2)


@pytest.mark.usefixtures("sqlite")
async def test_budget_of_calls() -> None:
    """A plain save of two columns makes few Python calls above the database's own `execute`."""
    await aorm.schema.acreate_tables(MODELS)
    book = await Book.objects.acreate(title="a")
    database = aorm.connections["default"]
    calls = 0

    async def execute(*_: Any, **__: Any) -> int:
        sys.setprofile(None)
        return 1

    def count(frame: Any, event: str, _: Any) -> None:
        nonlocal calls
        calls += event == "call"

    await book.asave()
    database.execute = execute  # type: ignore[method-assign]
    try:
        sys.setprofile(count)
        await book.asave()
    finally:
        sys.setprofile(None)
        del database.execute
        await aorm.aclose_all()
    await asyncio.sleep(0)
    assert calls <= 24
