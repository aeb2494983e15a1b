"""Fields without relations: the names of `django.db.models.fields`."""

from aorm.fields.base import Field
from aorm.fields.binary import BinaryField
from aorm.fields.booleans import BooleanField
from aorm.fields.composite import CompositePrimaryKey
from aorm.fields.decimals import DecimalField
from aorm.fields.declaration import NOT_PROVIDED
from aorm.fields.durations import DurationField
from aorm.fields.generated import GeneratedField
from aorm.fields.identifiers import AutoField, BigAutoField, GenericIPAddressField, SmallAutoField, UUIDField
from aorm.fields.json import JSONField
from aorm.fields.numeric import (
    BigIntegerField,
    FloatField,
    IntegerField,
    PositiveBigIntegerField,
    PositiveIntegerField,
    PositiveSmallIntegerField,
    SmallIntegerField,
)
from aorm.fields.temporal import DateField, DateTimeField
from aorm.fields.text import CharField, EmailField, SlugField, TextField, URLField
from aorm.fields.times import TimeField
from aorm.models.fields import json

__all__ = [
    "NOT_PROVIDED",
    "AutoField",
    "BigAutoField",
    "BigIntegerField",
    "BinaryField",
    "BooleanField",
    "CharField",
    "CompositePrimaryKey",
    "DateField",
    "DateTimeField",
    "DecimalField",
    "DurationField",
    "EmailField",
    "Field",
    "FloatField",
    "GeneratedField",
    "GenericIPAddressField",
    "IntegerField",
    "JSONField",
    "PositiveBigIntegerField",
    "PositiveIntegerField",
    "PositiveSmallIntegerField",
    "SlugField",
    "SmallAutoField",
    "SmallIntegerField",
    "TextField",
    "TimeField",
    "URLField",
    "UUIDField",
    "json",
]
