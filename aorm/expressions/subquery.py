"""Querysets inside expressions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from aorm.exceptions import FieldError
from aorm.expressions.base import Expression, OutputField, Resolved, contains_aggregate, type_of
from aorm.sql.functions import TemplateCall
from aorm.sql.predicates import FALSE, Always
from aorm.sql.predicates import Exists as ExistsPredicate
from aorm.sql.select import Select
from aorm.sql.sources import Subquery as SubqueryTerm
from aorm.sql.types import BOOLEAN

if TYPE_CHECKING:
    from aorm.expressions.base import Scope
    from aorm.sql.sources import Selectable

# Stands for the subquery while a template is filled; NUL is refused in the user's own text.
_MARK = "\x00subquery\x00"


class Subquery(Expression):
    """The one value that a queryset selects: ``Subquery(newest.values("title")[:1])``.

    It may hold ``OuterRef`` names of the query around it. A subclass may put the query into words of its own by
    ``template``, where ``%(subquery)s`` stands for the SELECT.
    """

    template: ClassVar[str] = "(%(subquery)s)"
    empty_result_set_value: Any = None
    subquery: ClassVar[bool] = True

    def __init__(self, queryset: Any, output_field: OutputField | None = None, **extra: Any) -> None:
        """Keep the queryset; ``template`` and its other names may be given by keyword."""
        super().__init__(output_field)
        self.queryset = queryset.all() if hasattr(queryset, "all") else queryset
        self.extra = extra

    def __repr__(self) -> str:
        return f"{type(self).__name__}({type(self.queryset).__name__})"

    @property
    def query(self) -> Any:
        """The query of the queryset."""
        return getattr(self.queryset, "query", self.queryset)

    @property
    def contains_aggregate(self) -> bool:
        """Aggregates inside belong to the subquery."""
        return False

    @property
    def contains_over_clause(self) -> bool:
        """Window functions inside belong to the subquery."""
        return False

    def resolve_in(self, scope: Scope) -> Resolved:
        """Place the queryset inside the query."""
        found = scope.subquery(self.queryset)
        if len(found.outputs) > 1 and self._output_field is None:
            raise FieldError("Cannot resolve expression type, unknown output_field")
        output = self.resolve_output(scope, found.outputs[:1])
        template = self.extra.get("template", self.template)
        if template == Subquery.template:
            selected = type_of(found.outputs[0]) if found.outputs else type_of(output)
            return Resolved(SubqueryTerm(found.query, selected), output)
        text = template % {**self.extra, "subquery": _MARK}
        parts = tuple(text.replace("%%", "%").split(_MARK))
        query: Any = found.query
        return Resolved(TemplateCall(parts, (query,), type_of(output)), output)


class Exists(Subquery):
    """Whether a queryset has a row: ``Exists(Book.objects.filter(author=OuterRef("pk")))``."""

    output_type = BOOLEAN
    empty_result_set_value: Any = False

    def resolve_in(self, scope: Scope) -> Resolved:
        """Place the queryset inside the query."""
        query = scope.subquery(self.queryset, columns="exists").query
        return Resolved(FALSE if is_known_empty(query) else ExistsPredicate(query), scope.output(BOOLEAN))


def is_known_empty(query: Selectable) -> bool:
    """Tell whether a query gives no row whatever the data; one that aggregates everything always gives one."""
    if not isinstance(query, Select):
        return False
    if any(isinstance(clause, Always) and not clause.truth for clause in (query.having, query.qualify)):
        return True
    if not isinstance(query.where, Always) or query.where.truth:
        return False
    return bool(query.group_by) or not contains_aggregate(query.columns)
