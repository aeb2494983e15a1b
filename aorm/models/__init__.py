"""Models, fields, expressions and all else that a program declares and asks with: the names of `django.db.models`."""

# The first two for their effect: constraints can ask the database about the values of an instance, and its errors can
# ask the models which constraint they are about.
import aorm.models.violations
import aorm.query.checking  # noqa: F401
from aorm import signals
from aorm.choices import Choices, IntegerChoices, TextChoices
from aorm.exceptions import ObjectDoesNotExist
from aorm.expressions.aggregates import (
    Aggregate,
    AnyValue,
    Avg,
    BitAnd,
    BitOr,
    BitXor,
    Count,
    Max,
    Min,
    StdDev,
    StringAgg,
    Sum,
    Variance,
)
from aorm.expressions.base import Expression
from aorm.expressions.conditions import Case, Q, When
from aorm.expressions.functions.base import Func, Transform
from aorm.expressions.lists import ExpressionList
from aorm.expressions.lookups.base import Lookup
from aorm.expressions.ordering import OrderBy
from aorm.expressions.references import F, OuterRef
from aorm.expressions.subquery import Exists, Subquery
from aorm.expressions.values import ExpressionWrapper, JSONNull, Value
from aorm.expressions.window import RowRange, ValueRange, Window, WindowFrame, WindowFrameExclusion
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
from aorm.models import constraints, expressions, fetch_modes, fields, functions, indexes, lookups
from aorm.models.base import Model
from aorm.models.constraints import BaseConstraint, CheckConstraint, Deferrable, UniqueConstraint
from aorm.models.indexes import Index
from aorm.models.metaclass import ModelBase
from aorm.models.state import DEFERRED
from aorm.query.fetch_modes import FETCH_ONE, FETCH_PEERS, FETCH_RAISE
from aorm.query.filtered_relation import FilteredRelation
from aorm.query.manager import Manager
from aorm.query.prefetch import Prefetch, aprefetch_related_objects, prefetch_related_objects
from aorm.query.queryset import QuerySet
from aorm.relations.foreign_key import ForeignKey, OneToOneField
from aorm.relations.foreign_object import ForeignObject
from aorm.relations.many_to_many import ManyToManyField
from aorm.relations.on_delete import (
    CASCADE,
    DB_CASCADE,
    DB_SET_DEFAULT,
    DB_SET_NULL,
    DO_NOTHING,
    PROTECT,
    RESTRICT,
    SET,
    SET_DEFAULT,
    SET_NULL,
    ProtectedError,
    RestrictedError,
)
from aorm.relations.remote import ForeignObjectRel, ManyToManyRel, ManyToOneRel, OneToOneRel

__all__ = [
    "CASCADE",
    "DB_CASCADE",
    "DB_SET_DEFAULT",
    "DB_SET_NULL",
    "DEFERRED",
    "DO_NOTHING",
    "FETCH_ONE",
    "FETCH_PEERS",
    "FETCH_RAISE",
    "NOT_PROVIDED",
    "PROTECT",
    "RESTRICT",
    "SET",
    "SET_DEFAULT",
    "SET_NULL",
    "Aggregate",
    "AnyValue",
    "AutoField",
    "Avg",
    "BaseConstraint",
    "BigAutoField",
    "BigIntegerField",
    "BinaryField",
    "BitAnd",
    "BitOr",
    "BitXor",
    "BooleanField",
    "Case",
    "CharField",
    "CheckConstraint",
    "Choices",
    "CompositePrimaryKey",
    "Count",
    "DateField",
    "DateTimeField",
    "DecimalField",
    "Deferrable",
    "DurationField",
    "EmailField",
    "Exists",
    "Expression",
    "ExpressionList",
    "ExpressionWrapper",
    "F",
    "Field",
    "FilteredRelation",
    "FloatField",
    "ForeignKey",
    "ForeignObject",
    "ForeignObjectRel",
    "Func",
    "GeneratedField",
    "GenericIPAddressField",
    "Index",
    "IntegerChoices",
    "IntegerField",
    "JSONField",
    "JSONNull",
    "Lookup",
    "Manager",
    "ManyToManyField",
    "ManyToManyRel",
    "ManyToOneRel",
    "Max",
    "Min",
    "Model",
    "ModelBase",
    "ObjectDoesNotExist",
    "OneToOneField",
    "OneToOneRel",
    "OrderBy",
    "OuterRef",
    "PositiveBigIntegerField",
    "PositiveIntegerField",
    "PositiveSmallIntegerField",
    "Prefetch",
    "ProtectedError",
    "Q",
    "QuerySet",
    "RestrictedError",
    "RowRange",
    "SlugField",
    "SmallAutoField",
    "SmallIntegerField",
    "StdDev",
    "StringAgg",
    "Subquery",
    "Sum",
    "TextChoices",
    "TextField",
    "TimeField",
    "Transform",
    "URLField",
    "UUIDField",
    "UniqueConstraint",
    "Value",
    "ValueRange",
    "Variance",
    "When",
    "Window",
    "WindowFrame",
    "WindowFrameExclusion",
    "aprefetch_related_objects",
    "constraints",
    "expressions",
    "fetch_modes",
    "fields",
    "functions",
    "indexes",
    "lookups",
    "prefetch_related_objects",
    "signals",
]
