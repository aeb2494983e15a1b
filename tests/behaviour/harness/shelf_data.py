"""The rows of the shelf: few enough to reason about, odd enough to tell rules apart."""

from __future__ import annotations

import datetime
import decimal
import uuid
from typing import Any

from tests.behaviour.harness.environment import Environment
from tests.behaviour.schemas.shelf import Publisher, Review, Volume, Writer

UTC = datetime.UTC
D = decimal.Decimal


def at(*parts: int) -> datetime.datetime:
    """Return an instant in UTC."""
    return datetime.datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


VOLUMES: list[dict[str, Any]] = [
    {
        "title": "Emma", "slug": "emma", "writer": "Jane Austen", "publisher": "John Murray", "price": D("9.50"),
        "pages": 474, "published": datetime.date(1815, 12, 23), "created": at(2024, 1, 1, 0, 30, 15),
        "opens": datetime.time(9, 30), "reading": datetime.timedelta(hours=9), "in_print": True,
        "uid": uuid.UUID(int=1), "data": {"genre": "novel", "tags": ["love", "class"], "size": {"w": 10}},
        "address": "10.0.0.1", "blob": b"\x00\xff", "rating": 4.5,
    },
    {
        "title": "Persuasion", "slug": "persuasion", "writer": "Jane Austen", "publisher": "John Murray",
        "price": D("12.00"), "pages": 250, "published": datetime.date(1817, 12, 20),
        "created": at(2024, 2, 29, 23, 59, 59), "opens": datetime.time(17, 45, 30), "in_print": True,
        "data": ["a", 1, None], "address": "::1", "rating": 4.0,
    },
    {
        "title": "Hard Times", "slug": "hard-times", "writer": "Charles Dickens", "publisher": "Bradbury",
        "price": D("7.25"), "pages": 321, "published": datetime.date(1854, 8, 7), "created": at(2023, 12, 31, 12),
        "reading": datetime.timedelta(days=1, seconds=30), "in_print": False, "data": {"genre": None}, "rating": 3.25,
    },
    {
        "title": "100% Wolf_", "slug": "wolf", "writer": "O'Brien", "pages": 0, "data": "text", "rating": -1.0,
        "created": at(2024, 6, 15, 6, 0, 0),
    },
    {
        "title": "émile", "slug": "emile", "writer": "Ödön", "publisher": "Ünïcode", "price": D("0.99"), "pages": 474,
        "published": datetime.date(2000, 2, 29), "created": at(2000, 2, 29, 12), "in_print": None, "data": 5,
    },
    {
        "title": "emma", "slug": "emma-2", "writer": "Charles Dickens", "price": D("9.50"), "pages": 1000,
        "published": datetime.date(2020, 1, 1), "data": {"genre": "novel", "n": 3, "deep": {"er": [{"k": "v"}]}},
        "in_print": False,
    },
]  # fmt: skip


async def populate(environment: Environment) -> None:
    """Fill the shelf."""
    do = environment.do
    publishers = {}
    for name, country, founded in (
        ("John Murray", "GB", 1768), ("Bradbury", "GB", None), ("Ünïcode", None, 1990), ("Empty", "FR", 2001),
    ):  # fmt: skip
        publishers[name] = await do(Publisher.objects, "create", name=name, country=country, founded=founded)
    writers: dict[str, Any] = {}
    for name, nick, born, rating, active, mentor in (
        ("Jane Austen", "JA", datetime.date(1775, 12, 16), 4.75, True, None),
        ("Charles Dickens", None, datetime.date(1812, 2, 7), 4.5, True, "Jane Austen"),
        ("O'Brien", "", None, None, False, "Charles Dickens"),
        ("Ödön", "ö", datetime.date(1901, 12, 9), 0.0, True, None),
        ("Nobody", None, None, 1.5, False, "Ödön"),
    ):
        writers[name] = await do(
            Writer.objects, "create", name=name, nick=nick, born=born, rating=rating, active=active,
            mentor=writers.get(mentor),
        )  # fmt: skip
    for number, given in enumerate(VOLUMES):
        fields = dict(given, writer=writers[given["writer"]], publisher=publishers.get(given.get("publisher")))
        volume = await do(Volume.objects, "create", **fields)
        for stars in range(number % 4):
            await do(Review.objects, "create", volume=volume, stars=5 - stars, text="x" * stars)
