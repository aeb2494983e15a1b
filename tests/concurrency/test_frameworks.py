"""Transactions in web applications: dependencies, middleware, background tasks, requests that are cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx2 as httpx
import pytest
from fastapi import BackgroundTasks, Depends, FastAPI, HTTPException
from litestar import Litestar, get
from litestar.background_tasks import BackgroundTask
from litestar.di import Provide
from litestar.response import Response as LitestarResponse
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import StreamingResponse

import aorm
from aorm import models
from aorm.exceptions import ScopeClosed, TransactionManagementError
from tests.support.faces import configured


class Note(models.Model):
    text = models.CharField(max_length=20)

    class Meta:
        app_label = "frameworks"


@pytest.fixture
def place(database_url: str) -> Iterator[str]:
    """A database with the table, to which aorm is pointed."""
    with configured(database_url):
        aorm.schema.create_tables([Note])
        yield database_url


async def transaction() -> AsyncIterator[None]:
    async with aorm.atomic():
        yield


def sync_transaction() -> Iterator[None]:
    with aorm.atomic():
        yield


async def texts() -> list[str]:
    assert not aorm.connections["default"].in_atomic_block
    return await Note.objects.order_by("pk").values_list("text", flat=True)


@asynccontextmanager
async def client_of(app: Any, **options: Any) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, **options)
    async with aorm.connect(), httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client
        assert aorm.connections["default"].home().writer.stats().in_use == 0


# FastAPI.


def shop(log: list[Any]) -> FastAPI:
    app = FastAPI()

    @app.get("/add/{text}", dependencies=[Depends(transaction, scope="function")])
    async def add(text: str) -> bool:
        await Note.objects.acreate(text=text)
        if text == "refused":
            raise HTTPException(409)
        if text == "broken":
            raise LookupError(text)
        return aorm.connections["default"].in_atomic_block

    @app.get("/late", dependencies=[Depends(transaction, scope="function")])
    async def late(tasks: BackgroundTasks) -> None:
        async def look() -> None:
            log.append((aorm.connections["default"].in_atomic_block, await texts()))

        def look_in_a_thread() -> None:
            log.append((aorm.connections["default"].in_atomic_block, Note.objects.count()))

        tasks.add_task(look)
        tasks.add_task(look_in_a_thread)
        await Note.objects.acreate(text="late")

    @app.get("/thread", dependencies=[Depends(transaction)])
    def thread() -> int:
        Note.objects.create(text="thread")
        return Note.objects.count()

    @app.get("/refused", dependencies=[Depends(sync_transaction)])
    def refused() -> None:
        Note.objects.create(text="never")

    @app.get("/inside")
    def inside() -> None:
        with contextmanager(sync_transaction)():
            Note.objects.create(text="inside")

    @app.get("/slow", dependencies=[Depends(transaction)])
    async def slow() -> None:
        await Note.objects.acreate(text="slow")
        log.append("written")
        await asyncio.sleep(60)

    return app


async def test_a_dependency_is_the_transaction_of_its_endpoint(place: str) -> None:
    async with client_of(shop([]), raise_app_exceptions=False) as client:
        statuses = [(await client.get(f"/add/{text}")).status_code for text in ("fine", "refused", "broken")]
        assert statuses == [200, 409, 500]
        assert await texts() == ["fine"]
        assert (await client.get("/thread")).json() == 2
        assert await texts() == ["fine", "thread"]


async def test_background_tasks_come_after_the_transaction(place: str) -> None:
    log: list[Any] = []
    async with client_of(shop(log)) as client:
        assert (await client.get("/late")).status_code == 200
    assert log == [(False, ["late"]), (False, 1)]


async def test_a_dependency_of_the_request_ends_after_its_response(place: str) -> None:
    """What FastAPI does without ``scope="function"``, and why the tutorial says it."""
    seen: list[str] = []
    app = FastAPI()

    async def watched() -> AsyncIterator[None]:
        async with aorm.atomic():
            aorm.on_commit(lambda: seen.append("committed"))
            yield

    def answer(tasks: BackgroundTasks) -> None:
        tasks.add_task(lambda: seen.append("background"))

    app.get("/request", dependencies=[Depends(watched)])(answer)
    app.get("/function", dependencies=[Depends(watched, scope="function")])(answer)
    async with client_of(app) as client:
        for path in ("/request", "/function"):
            assert (await client.get(path)).status_code == 200
    assert seen == ["background", "committed", "committed", "background"]


async def test_a_def_generator_dependency_is_refused_in_words(place: str) -> None:
    async with client_of(shop([])) as client:
        with pytest.raises(TransactionManagementError, match=r"async with atomic\(\)"):
            await client.get("/refused")
        assert (await client.get("/inside")).status_code == 200
        assert await texts() == ["inside"]


async def cancel_when(client: httpx.AsyncClient, path: str, log: list[Any]) -> None:
    """Cancel a request once its endpoint has written."""
    request = asyncio.create_task(client.get(path))
    while not log:  # noqa: ASYNC110 - what the endpoint does is write into the list
        await asyncio.sleep(0)
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request


async def test_a_cancelled_request_is_rolled_back(place: str) -> None:
    log: list[Any] = []
    async with client_of(shop(log)) as client:
        await cancel_when(client, "/slow", log)
        assert await texts() == []
        assert (await client.get("/add/next")).json() is True
        assert await texts() == ["next"]


# Starlette's middleware, which runs the endpoint in a task of its own.


class InTransaction(BaseHTTPMiddleware):
    async def dispatch(self, request: Any, call_next: Any) -> Any:
        async with aorm.atomic():
            response = await call_next(request)
            if response.status_code >= 400:
                aorm.transaction.set_rollback(True)
            return response


async def test_a_middleware_is_the_transaction_of_what_it_calls(place: str) -> None:
    log: list[Any] = []
    app = FastAPI()
    app.add_middleware(InTransaction)

    @app.get("/add/{text}")
    async def add(text: str) -> bool:
        await Note.objects.acreate(text=text)
        if text == "refused":
            raise HTTPException(409)
        if text == "broken":
            raise LookupError(text)
        return aorm.connections["default"].in_atomic_block

    @app.get("/thread")
    def thread() -> int:
        Note.objects.create(text="thread")
        return Note.objects.count()

    @app.get("/slow")
    async def slow() -> None:
        await Note.objects.acreate(text="slow")
        log.append("written")
        await asyncio.sleep(60)

    async with client_of(app, raise_app_exceptions=False) as client:
        answers = [await client.get(f"/add/{text}") for text in ("fine", "refused", "broken")]
        assert [answer.status_code for answer in answers] == [200, 409, 500]
        assert answers[0].json() is True
        assert (await client.get("/thread")).json() == 2
        assert await texts() == ["fine", "thread"]
        await cancel_when(client, "/slow", log)
        assert await texts() == ["fine", "thread"]


async def test_a_body_that_is_streamed_after_the_middleware_is_refused(place: str) -> None:
    errors: list[Exception] = []
    app = FastAPI()
    app.add_middleware(InTransaction)

    @app.get("/")
    async def stream() -> StreamingResponse:
        await Note.objects.acreate(text="kept")

        async def body() -> AsyncIterator[str]:
            yield "first"
            # The middleware is left when the response begins.
            await asyncio.sleep(0.05)
            try:
                await Note.objects.acreate(text="late")
            except ScopeClosed as error:
                errors.append(error)
            yield "last"

        return StreamingResponse(body())

    async with client_of(app) as client:
        assert (await client.get("/")).text == "firstlast"
        assert len(errors) == 1
        assert await texts() == ["kept"]


# Litestar.


def lite(log: list[Any]) -> Litestar:
    @get("/add/{text:str}", dependencies={"block": Provide(transaction)})
    async def add(text: str, block: None) -> bool:
        await Note.objects.acreate(text=text)
        if text == "broken":
            raise LookupError(text)
        return aorm.connections["default"].in_atomic_block

    @get("/late", dependencies={"block": Provide(transaction)})
    async def late(block: None) -> LitestarResponse[str]:
        await Note.objects.acreate(text="late")

        async def look() -> None:
            log.append((aorm.connections["default"].in_atomic_block, await texts()))

        return LitestarResponse("", background=BackgroundTask(look))

    @get("/refused", dependencies={"block": Provide(sync_transaction)}, sync_to_thread=True)
    def refused(block: None) -> None:
        Note.objects.create(text="never")

    @get("/slow", dependencies={"block": Provide(transaction)})
    async def slow(block: None) -> None:
        await Note.objects.acreate(text="slow")
        log.append("written")
        await asyncio.sleep(60)

    return Litestar([add, late, refused, slow], logging_config=None)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_the_same_in_litestar(place: str) -> None:
    log: list[Any] = []
    async with client_of(lite(log)) as client:
        assert (await client.get("/add/fine")).json() is True
        assert (await client.get("/add/broken")).status_code == 500
        assert await texts() == ["fine"]
        assert (await client.get("/late")).status_code == 200
        assert log == [(False, ["fine", "late"])]
        log.clear()
        await cancel_when(client, "/slow", log)
        answer = await client.get("/refused")
        assert answer.status_code == 500
        assert await texts() == ["fine", "late"]
