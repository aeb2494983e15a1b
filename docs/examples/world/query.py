"""Ask the world: `cd docs/examples && python -m world.query [URL]`, after `python -m world.load [URL]`.

A dozen questions are asked at the same time, each on a connection of its own; then three more from sync code.
"""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from rich.console import Console
from rich.table import Table

import aorm
from aorm.models import (
    Avg,
    Case,
    Count,
    Exists,
    F,
    FloatField,
    Max,
    OuterRef,
    Prefetch,
    Q,
    Subquery,
    Sum,
    Value,
    When,
    Window,
)
from aorm.models.fields.json import KT
from aorm.models.functions import ACos, Cast, Cos, Left, Length, NullIf, Radians, RowNumber, Sin
from world.load import DEFAULT_URL
from world.models import AlternateName, City, Continent, Country

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from aorm.models import Expression

EARTH_RADIUS = 6371  # km


class Answer(NamedTuple):
    """What is printed: a table of rows under the names of its columns."""

    columns: str
    rows: Iterable[Iterable[Any]]


async def continents() -> Answer:
    """How many countries and cities are where?"""
    counted = Continent.objects.annotate(
        how_many=Count("countries", distinct=True), cities=Count("countries__cities"), biggest=Max("countries__area")
    )
    rows = counted.order_by("-how_many").values_list("name", "how_many", "cities", "biggest")
    return Answer("continent countries cities largest_area", await rows)


async def largest_cities() -> Answer:
    """Which cities are the largest? One query, three tables."""
    found = City.objects.select_related("country__continent").order_by("-population")[:7]
    rows = [(city, city.country, city.country.continent, f"{city.population:,}") async for city in found]
    return Answer("city country continent people", rows)


async def most_neighbours() -> Answer:
    """Who has the most neighbours, and who are they? Two queries, however many countries."""
    counted = Country.objects.annotate(how_many=Count("neighbours")).order_by("-how_many", "name")
    found = await counted.prefetch_related("neighbours")[:4]
    return Answer("country neighbours", [(one, ", ".join(map(str, one.neighbours.all()))) for one in found])


async def same_city_in_any_script() -> Answer:
    """Which city is meant? The alternate names are in a hundred scripts."""
    rows = []
    for name in ("東京", "القاهرة", "Москва", "თბილისი", "Αθήνα", "Köln"):
        city = await City.objects.filter(Q(name=name) | Q(names__name=name)).order_by("-population").afirst()
        rows.append((name, city, (await city.country) if city else None))
    return Answer("asked city country", rows)


async def many_names() -> Answer:
    """Which cities have the most names?"""
    counted = City.objects.annotate(how_many=Count("names"), longest=Max(Length("names__name")))
    rows = counted.order_by("-how_many")[:5].values_list("name", "country__name", "how_many", "longest")
    return Answer("city country names longest", await rows)


async def largest_of_each_country() -> Answer:
    """Which is the largest city of each South American country, and how much of its people live there?"""
    rank = Window(RowNumber(), partition_by=F("country"), order_by=F("population").desc())
    first = City.objects.annotate(rank=rank).filter(rank=1, country__continent="SA")
    share = Cast("population", FloatField()) / F("country__population") * 100
    rows = first.annotate(share=share).order_by("-share").values_list("country__name", "name", "share")
    return Answer("country city percent", [(country, city, f"{share:.1f}") async for country, city, share in rows[:6]])


async def capital_is_not_the_largest() -> Answer:
    """Where is another city larger than the capital?"""
    capital = City.objects.filter(country=OuterRef("pk"), name=OuterRef("capital")).order_by("-population")
    others = City.objects.filter(country=OuterRef("pk")).order_by("-population")
    found = (
        Country.objects.annotate(size=Subquery(capital.values("population")[:1]))
        .annotate(largest=Subquery(others.values("name")[:1]), largest_size=Subquery(others.values("population")[:1]))
        .filter(Exists(capital), largest_size__gt=F("size"))
    )
    rows = found.order_by("-largest_size").values_list("name", "capital", "size", "largest", "largest_size")[:6]
    return Answer("country capital people largest people_there", await rows)


async def two_steps_away() -> Answer:
    """Who lives two borders away from Switzerland?"""
    away = Country.objects.filter(neighbours__neighbours="CH").exclude(pk="CH").exclude(neighbours="CH").distinct()
    names = ", ".join([name async for name in away.values_list("name", flat=True)])
    return Answer("countries", [(names,)])


async def crowded() -> Answer:
    """Where is it crowded, among countries of more than 1,000 square kilometres?"""
    density = F("population") / NullIf(F("area"), 0)
    found = Country.objects.filter(area__gt=1000).annotate(density=density).order_by("-density")
    return Answer("country people_per_km2", await found.values_list("name", "density")[:5])


async def sizes() -> Answer:
    """How many people live in cities of which size? Grouped by a condition."""
    size = Case(
        When(population__gte=5_000_000, then=Value("5,000,000 and more")),
        When(population__gte=1_000_000, then=Value("1,000,000 and more")),
        When(population__gte=100_000, then=Value("100,000 and more")),
        default=Value("less"),
    )
    grouped = City.objects.values(size=size).annotate(cities=Count("pk"), people=Sum("population"))
    rows = [(one["size"], one["cities"], f"{one['people']:,}") async for one in grouped.order_by("-people")]
    return Answer("size cities people", rows)


async def namesakes() -> Answer:
    """Which name is at home in the most countries?"""
    grouped = City.objects.values("name").annotate(countries=Count("country", distinct=True), cities=Count("pk"))
    found = grouped.filter(countries__gte=5).order_by("-countries", "name").values_list("name", "countries", "cities")
    return Answer("name countries cities", await found[:6])


def distance_from(city: City) -> Expression:
    """Return the distance in kilometres along the surface, computed by the database."""
    here, there = Radians(Value(city.latitude)), Radians(F("latitude"))
    turn = Radians(F("longitude") - Value(city.longitude))
    return ACos(Cos(here) * Cos(there) * Cos(turn) + Sin(here) * Sin(there)) * EARTH_RADIUS


async def around_basel() -> Answer:
    """Which cities of 100,000 are within 100 kilometres of Basel, in three countries?"""
    centre = await City.objects.aget(name="Basel", country="CH")
    near = City.objects.exclude(pk=centre.pk).filter(population__gte=100_000).annotate(km=distance_from(centre))
    rows = near.filter(km__lt=100).order_by("km").values_list("name", "country__name", "km")
    return Answer("city country km", [(name, country, f"{km:.1f}") async for name, country, km in rows])


async def first_languages() -> Answer:
    """Which language is spoken most in the most countries? A path into a JSON column."""
    spoken = Country.objects.exclude(languages=[]).values(language=Left(KT("languages__0"), 2))
    grouped = spoken.annotate(countries=Count("pk")).order_by("-countries", "language")
    return Answer("language countries", [(one["language"], one["countries"]) async for one in grouped[:5]])


async def northern_cities() -> Answer:
    """What are the three largest cities of the Nordic countries? One slice for each, in one query."""
    top = Prefetch("cities", City.objects.order_by("-population")[:3], to_attr="top")
    found = Country.objects.filter(iso__in=["DK", "FI", "IS", "NO", "SE"]).prefetch_related(top)
    return Answer("country cities", [(one, ", ".join(map(str, one.top))) async for one in found])


async def streamed() -> Answer:
    """How many letters are in all names together? Streamed, in flat memory."""
    letters = 0
    async for name in AlternateName.objects.values_list("name", flat=True).aiterator(chunk_size=5000):
        letters += len(name)
    return Answer("letters", [(f"{letters:,}",)])


def summary() -> Answer:
    """Sync: how large is a city, on average?"""
    facts = City.objects.aggregate(cities=Count("pk"), average=Avg("population"), largest=Max("population"))
    return Answer("cities average largest", [(facts["cities"], round(facts["average"]), facts["largest"])])


def walk() -> Answer:
    """Sync: relations load when they are touched."""
    city = City.objects.get(name="Reykjavík")
    country = city.country
    return Answer("city country continent cities_there", [(city, country, country.continent, country.cities.count())])


def rename() -> Answer:
    """Sync: a change, and a change of mind."""
    city = City.objects.get(name="New York City")
    with aorm.atomic():
        City.objects.filter(pk=city.pk).update(name="New Amsterdam")
        city.refresh_from_db()
        within = city.name
        aorm.transaction.set_rollback(True)
    city.refresh_from_db()
    return Answer("within after", [(within, city)])


ASYNC: list[Callable[[], Awaitable[Answer]]] = [
    continents,
    largest_cities,
    most_neighbours,
    same_city_in_any_script,
    many_names,
    largest_of_each_country,
    capital_is_not_the_largest,
    two_steps_away,
    crowded,
    sizes,
    namesakes,
    around_basel,
    first_languages,
    northern_cities,
    streamed,
]
SYNC: list[Callable[[], Answer]] = [summary, walk, rename]


def show(console: Console, question: Callable[[], Any], answer: Answer) -> None:
    """Print the answer as a table."""
    console.print(f"\n[bold]{question.__doc__}")
    table = Table()
    for column in answer.columns.split():
        table.add_column(column.replace("_", " "))
    for row in answer.rows:
        table.add_row(*map(str, row))
    console.print(table)


async def ask_all() -> list[Answer]:
    """Ask everything at once."""
    async with aorm.connect():
        return list(await asyncio.gather(*(question() for question in ASYNC)))


def main(url: str) -> None:
    aorm.configure(url)
    console = Console()
    for question, answer in zip(ASYNC, asyncio.run(ask_all()), strict=True):
        show(console, question, answer)
    for sync_question in SYNC:
        show(console, sync_question, sync_question())
    aorm.close_all()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else DEFAULT_URL)
