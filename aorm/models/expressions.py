"""Expressions: the names of `django.db.models.expressions`."""

from aorm.expressions.base import Expression
from aorm.expressions.conditions import Case, When
from aorm.expressions.functions.base import Func
from aorm.expressions.lists import ExpressionList
from aorm.expressions.operators import Combinable
from aorm.expressions.ordering import OrderBy
from aorm.expressions.references import F, OuterRef, Ref
from aorm.expressions.subquery import Exists, Subquery
from aorm.expressions.values import Col, CombinedExpression, ExpressionWrapper, NegatedExpression, RawSQL, Star, Value
from aorm.expressions.window import RowRange, ValueRange, Window, WindowFrame, WindowFrameExclusion

__all__ = [
    "Case",
    "Col",
    "Combinable",
    "CombinedExpression",
    "Exists",
    "Expression",
    "ExpressionList",
    "ExpressionWrapper",
    "F",
    "Func",
    "NegatedExpression",
    "OrderBy",
    "OuterRef",
    "RawSQL",
    "Ref",
    "RowRange",
    "Star",
    "Subquery",
    "Value",
    "ValueRange",
    "When",
    "Window",
    "WindowFrame",
    "WindowFrameExclusion",
]
