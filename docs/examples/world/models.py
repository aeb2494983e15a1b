"""Continents, countries and their neighbours, cities and what else they are called."""

from __future__ import annotations

from aorm import models


class Continent(models.Model):
    code = models.CharField(max_length=2, primary_key=True)
    name = models.CharField(max_length=20)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Country(models.Model):
    iso = models.CharField(max_length=2, primary_key=True)
    iso3 = models.CharField(max_length=3, unique=True)
    name = models.CharField(max_length=60)
    continent = models.ForeignKey(Continent, on_delete=models.PROTECT, related_name="countries")
    capital = models.CharField(max_length=30, blank=True)
    area = models.PositiveIntegerField(help_text="in square kilometres")
    population = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3, blank=True)
    languages = models.JSONField(default=list, help_text="codes, the most spoken one first")
    neighbours = models.ManyToManyField("self")

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "countries"

    def __str__(self) -> str:
        return self.name


class City(models.Model):
    id = models.PositiveIntegerField(primary_key=True)  # of geonames.org
    name = models.CharField(max_length=80, db_index=True)
    country = models.ForeignKey(Country, on_delete=models.CASCADE, related_name="cities")
    latitude = models.FloatField()
    longitude = models.FloatField()
    population = models.PositiveIntegerField(db_index=True)
    timezone = models.CharField(max_length=40)

    class Meta:
        ordering = ["name", "id"]
        verbose_name_plural = "cities"

    def __str__(self) -> str:
        return self.name


class AlternateName(models.Model):
    city = models.ForeignKey(City, on_delete=models.CASCADE, related_name="names")
    name = models.CharField(max_length=200, db_index=True)

    def __str__(self) -> str:
        return self.name


MODELS = [Continent, Country, City, AlternateName]
