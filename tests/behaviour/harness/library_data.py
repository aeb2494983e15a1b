"""The rows of the library."""

from __future__ import annotations

import datetime
import decimal
from typing import Any

from tests.behaviour.harness.environment import Environment
from tests.behaviour.schemas.library import Author, Book, Country, Employee, Number, Publisher, Stock, Store, Tag

UTC = datetime.UTC
D = decimal.Decimal
day = datetime.date


def at(*parts: int) -> datetime.datetime:
    """Return an instant in UTC."""
    return datetime.datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


AUTHORS: list[dict[str, Any]] = [
    {"name": "Adrian Holovaty", "age": 34, "born": day(1981, 5, 1), "country": "US", "alias": "adrian"},
    {"name": "Jacob Kaplan-Moss", "age": 35, "born": day(1980, 1, 31), "country": "US", "mentor": 1},
    {"name": "Brad Dayley", "age": 45, "country": "US", "goes_by": "Brad"},
    {"name": "James Bennett", "age": 29, "born": day(1986, 12, 31), "mentor": 2, "alias": "", "goes_by": "Jim"},
    {"name": "Jeffrey Forcier", "age": 37, "country": "CA"},
    {"name": "Peter Norvig", "age": 57, "born": day(1956, 12, 14), "country": "US", "mentor": 1},
    {"name": "Stuart Russell", "age": 46, "country": "GB", "mentor": 6},
    {"name": "Ćiril Ødegård", "age": None, "country": None},
]
BOOKS: list[dict[str, Any]] = [
    {
        "title": "The Definitive Guide", "isbn": "159059725", "pages": 447, "rating": 4.5, "price": D("30.00"),
        "contact": 1, "publisher": 1, "published": day(2007, 12, 6), "added": at(2024, 1, 31, 23, 30),
        "authors": [1, 2],
        "tags": ["web", "python"],
        "length": datetime.timedelta(hours=5), "flags": 6, "available": True,
        "extra": {"lang": "en", "editions": [1, 2], "meta": {"size": 3, "title": "TDG"}},
    },
    {
        "title": "Sams Teach Yourself", "isbn": "067232959", "pages": 528, "rating": 3.0, "price": D("23.09"),
        "contact": 3, "publisher": 2, "published": day(2008, 3, 3), "added": at(2024, 2, 29, 12), "authors": [3],
        "tags": ["python"], "length": datetime.timedelta(days=2), "flags": 3, "available": False,
        "extra": {"lang": "de", "editions": [], "meta": {"size": 10}},
    },
    {
        "title": "Practical Projects", "isbn": "159059996", "pages": 300, "rating": 4.0, "price": D("29.69"),
        "contact": 4, "publisher": 1, "published": day(2008, 6, 23), "added": at(2023, 12, 31, 23, 59, 59),
        "authors": [4], "tags": ["web"], "flags": 12, "available": True, "extra": ["a", {"b": 1}],
    },
    {
        "title": "Python Web Development", "isbn": "013235613", "pages": 350, "rating": 4.0, "price": D("29.69"),
        "contact": 5, "publisher": 3, "published": day(2008, 11, 3), "authors": [5, 3, 2], "tags": ["web", "python"],
        "flags": None, "available": None, "extra": {"lang": None}, "sequel_of": 1,
    },
    {
        "title": "Artificial Intelligence", "isbn": "013790395", "pages": 1132, "rating": 4.0, "price": D("82.80"),
        "contact": 7, "publisher": 3, "published": day(1995, 1, 15), "added": at(1995, 1, 15), "authors": [6, 7],
        "tags": ["ai"], "flags": 1, "available": False, "extra": 7,
    },
    {
        "title": "Paradigms", "isbn": "155860191", "pages": 946, "rating": 5.0, "price": D("75.00"), "contact": 6,
        "publisher": 4, "published": day(1991, 10, 15), "authors": [6], "tags": [], "flags": 0, "available": True,
        "extra": "text", "sequel_of": 5,
    },
    {"title": "Leaflet", "pages": 0, "authors": [], "tags": ["rare"]},
]  # fmt: skip
EMPLOYEES = [
    ("Jones", 45000, "Accounting", day(2005, 11, 1), 20, None),
    ("Williams", 37000, "Accounting", day(2009, 6, 1), 20, 7),
    ("Jenson", 45000, "Accounting", day(2008, 4, 1), 20, None),
    ("Adams", 50000, "Accounting", day(2013, 7, 1), 50, 100),
    ("Smith", 55000, "Sales", day(2007, 6, 1), 30, None), ("Brown", 53000, "Sales", day(2009, 9, 1), 30, 7),
    ("Johnson", 40000, "Marketing", day(2012, 3, 1), 30, None), ("Smith", 38000, "Marketing", day(2009, 10, 1), 20, 3),
    ("Wilkinson", 60000, "IT", day(2011, 3, 1), 40, None), ("Moore", 34000, "IT", day(2013, 8, 1), 40, None),
    ("Miller", 100000, "Management", day(2005, 6, 1), 40, 500),
    ("Johnson", 80000, "Management", day(2005, 7, 1), 50, 9),
]  # fmt: skip


async def populate(environment: Environment) -> None:
    """Fill the library."""
    do = environment.do
    for code, name in (("US", "United States"), ("CA", "Canada"), ("GB", "United Kingdom"), ("FR", "France")):
        await do(Country.objects, "create", code=code, name=name)
    for name, country, awards, founded in (
        ("Apress", "US", 3, day(1999, 1, 1)), ("Sams", "US", 1, None), ("Prentice Hall", "GB", 7, day(1913, 4, 5)),
        ("Morgan Kaufmann", None, 9, day(1984, 2, 29)), ("Jonno's House of Books", "CA", 0, None),
    ):  # fmt: skip
        await do(Publisher.objects, "create", name=name, country_id=country, awards=awards, founded=founded)
    tags: dict[str, Any] = {}
    for label, parent in (("root", None), ("web", "root"), ("python", "root"), ("ai", "python"), ("rare", None)):
        tags[label] = await do(Tag.objects, "create", label=label, parent=tags.get(parent))
    for given in AUTHORS:
        fields = {key: value for key, value in given.items() if key not in ("country", "mentor")}
        fields |= {"country_id": given.get("country"), "mentor_id": given.get("mentor")}
        await do(Author.objects, "create", **fields)
    await _make_books(environment, tags)
    for one, others in ((1, (2, 5)), (6, (7,)), (2, (4,))):
        author = await do(Author.objects, "get", pk=one)
        await do(author.friends, "add", *others)
        await do(author.follows, "add", *others, 8)
    for name, opened, closes, stock in (
        ("Amazon", at(1994, 4, 23, 9, 17, 42), datetime.time(23, 59, 59), ((1, 3), (2, 1), (3, 0), (6, 5), (5, 2))),
        ("Books.com", at(2001, 3, 15, 11, 23, 37), None, ((1, 7), (4, 2), (5, 1))),
        ("Mamma and Pappa", at(1945, 4, 25, 16, 24, 14), datetime.time(21, 30), ((4, 1), (3, 4), (1, 1))),
        ("Closed", None, None, ()),
    ):
        store = await do(Store.objects, "create", name=name, opened=opened, closes=closes)
        for book, amount in stock:
            seen = day(2024, 1, amount) if amount else None
            await do(Stock.objects, "create", store=store, book_id=book, amount=amount, seen=seen)
    for name, salary, department, hired, age, bonus in EMPLOYEES:
        await do(
            Employee.objects, "create", name=name, salary=salary, department=department, hired=hired, age=age,
            bonus=None if bonus is None else D(bonus),
        )  # fmt: skip
    for integer, number, real, text in (
        (5, D("3.1400"), 2.5, "  padded "), (-7, D("-0.5000"), -1.75, "Straße"), (0, D("10.0000"), 0.0, ""),
        (None, None, None, None), (12, D("99.9950"), 1e10, "a,b;c"),
    ):  # fmt: skip
        await do(Number.objects, "create", integer=integer, decimal=number, real=real, text=text)


async def _make_books(environment: Environment, tags: dict[str, Any]) -> None:
    do = environment.do
    for given in BOOKS:
        fields = {key: value for key, value in given.items() if key not in ("authors", "tags")}
        for relation in ("contact", "publisher", "sequel_of"):
            fields[f"{relation}_id"] = fields.pop(relation, None)
        book = await do(Book.objects, "create", **fields)
        await do(book.authors, "add", *given["authors"])
        await do(book.tags, "add", *(tags[label] for label in given["tags"]))
