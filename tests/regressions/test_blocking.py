"""Nothing that may block happens in a running event loop: the interpreter's own audit events tell, also of first uses.

`blockbuster` in other tests sees calls by their names, and none that imports make; these events it cannot miss.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = """
import asyncio
import datetime
import sys
import threading

import aorm
from aorm import models
from aorm.models.functions import Now, Sqrt, TruncDay

aorm.configure(URL, apps=["__main__"], use_tz=True, time_zone="Asia/Tokyo")


class Author(models.Model):
    name = models.CharField(max_length=20)


class Book(models.Model):
    author = models.ForeignKey(Author, models.CASCADE, related_name="books")
    readers = models.ManyToManyField(Author)
    at = models.DateTimeField(db_default=Now())
    pages = models.FloatField(default=4)


BLOCKING = {
    "import", "open", "os.listdir", "os.scandir", "os.mkdir", "os.remove", "os.rename", "os.system", "subprocess.Popen",
    "sqlite3.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr",
}
found = []
watched = []


def listen(event, arguments):
    if event not in BLOCKING or watched != [threading.get_ident()]:
        return
    watched.clear()
    frame, names = sys._getframe(1), set()
    while frame is not None:
        names.add(frame.f_globals.get("__name__", "").partition(".")[0])
        frame = frame.f_back
    # asyncpg looks for a password file and for certificates before it connects.
    if not (event == "open" and "asyncpg" in names):
        found.append((event, arguments[:1], sorted(names & {"aorm", "asyncpg", "aiosqlite", "asyncio"})))
    watched.append(threading.get_ident())


sys.addaudithook(listen)


async def work():
    watched.append(threading.get_ident())
    await aorm.schema.acreate_tables([Author, Book])
    author = await Author.objects.acreate(name="Jane")
    book = await author.books.acreate()
    await book.readers.aadd(author)
    async with aorm.atomic():
        await book.asave()
    day = await Book.objects.annotate(root=Sqrt("pages"), day=TruncDay("at")).aget()
    assert day.root == 2 and day.day.tzinfo is not None
    async for one in Book.objects.select_related("author").prefetch_related("readers").aiterator(chunk_size=1):
        assert (await one.author).name == "Jane"
    try:
        await Author.objects.only("id").aget(name="nobody")
    except Author.DoesNotExist:
        pass
    try:
        (await Author.objects.only("id").aget()).name
    except aorm.SyncInAsyncContext:
        pass
    assert await author.adelete() == (3, {"__main__.Book_readers": 1, "__main__.Book": 1, "__main__.Author": 1})
    await aorm.schema.adrop_tables([Author, Book])
    await aorm.aclose_all()
    watched.clear()


asyncio.run(work())
for item in found:
    print(item)
"""


@pytest.mark.parametrize("place", ["sqlite", "memory", "postgresql"])
def test_the_first_use_of_everything_is_without_blocking(place: str, request: pytest.FixtureRequest) -> None:
    fixtures = {"sqlite": "sqlite_url", "postgresql": "postgres_url"}
    url = "sqlite://" if place == "memory" else request.getfixturevalue(fixtures[place])
    done = subprocess.run(
        [sys.executable, "-c", f"URL = {url!r}\n{PROGRAM}"],
        cwd=ROOT, capture_output=True, encoding="utf-8", timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
