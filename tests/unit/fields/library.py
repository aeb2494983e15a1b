"""All that fields and their parsers offer, in one namespace, as `cases.py` asks for it."""

from __future__ import annotations

from types import SimpleNamespace

from aorm.fields import (
    base,
    binary,
    booleans,
    composite,
    dateparse,
    decimals,
    durations,
    generated,
    identifiers,
    json,
    numeric,
    temporal,
    text,
    times,
)
from aorm.validators import MaxValueValidator, MinValueValidator

MODULES = (
    base,
    binary,
    booleans,
    composite,
    decimals,
    durations,
    generated,
    identifiers,
    json,
    numeric,
    temporal,
    text,
    times,
)
NAMES = {
    name: value
    for module in MODULES
    for name, value in vars(module).items()
    if isinstance(value, type) and issubclass(value, base.Field)
}
FIELDS = SimpleNamespace(**NAMES, MinValue=MinValueValidator, MaxValue=MaxValueValidator)
PARSERS = dateparse
