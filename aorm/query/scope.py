"""What names mean at one place of a query: the scope that expressions are resolved against."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.exceptions import FieldError
from aorm.expressions.base import OutputField, Resolved, ResolvedQuery, resolve
from aorm.fields.outputs import field_for, output_for_value
from aorm.query.conditions import build_condition
from aorm.query.embedding import embed
from aorm.query.filtered_joins import find_filtered
from aorm.query.resolving import SEPARATOR, Target, resolve_path, unknown_name, unsupported_lookup
from aorm.query.state import JoinStep, Query
from aorm.sql.sources import Subquery
from aorm.sql.tables import Column
from aorm.sql.types import UNKNOWN, SqlType
from aorm.sql.values import OuterReference, Param

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aorm.mapping.options import Options
    from aorm.mapping.paths import Path
    from aorm.sql.predicates import Predicate


class QueryScope:
    """A scope over one query, gathering the joins that names ask for.

    Args:
        query: the query as it is so far.
        reusable: aliases of many-valued joins that may be shared; None shares all of them. A ``filter()`` call
            begins with an empty set: its conditions share one related row, and no earlier one.
        allows_joins: False where a statement has one table only.
        summarizes: True inside ``aggregate()``.
    """

    __slots__ = ("allows_joins", "joins", "query", "reusable", "splits", "summaries", "summarizes")

    def __init__(
        self,
        query: Query,
        reusable: set[str] | None = None,
        *,
        allows_joins: bool = True,
        summarizes: bool = False,
    ) -> None:
        self.query = query
        self.joins: tuple[JoinStep, ...] = query.joins
        self.reusable = reusable
        self.allows_joins = allows_joins
        self.summarizes = summarizes
        # Whether what is negated and speaks of many related rows becomes a subquery.
        self.splits = True
        # Inside aggregate(), the aggregates named so far: a later one may be computed from them.
        self.summaries: dict[str, Resolved] = {}

    def finished(self, **changes: Any) -> Query:
        """Return the query with the joins that were gathered, and the changes."""
        if self.joins is not self.query.joins:
            changes["joins"] = self.joins
        return self.query.replace(**changes)

    # The Scope protocol.

    def reference(self, name: str) -> Resolved:
        """Find an annotation or a field path, with transforms behind it."""
        resolved, rest, target = self.find(name)
        return self.transformed_by(resolved, rest, target) if rest else resolved

    def outer_reference(self, name: str) -> Resolved:
        """Give a placeholder that the enclosing query replaces."""
        return Resolved(OuterReference(name), field_for(UNKNOWN))

    def plain_value(self, value: Any) -> Resolved:
        """Give a Python value as a parameter of the type that its class tells."""
        output = output_for_value(value)
        return Resolved(Param(output.get_prep_value(value), output.sql_type, output.adapter), output)

    def condition(self, condition: Any) -> Predicate:
        """Turn a Q, a lookup or a boolean expression into a predicate."""
        return build_condition(self, condition)

    def aggregate_condition(self, condition: Any) -> Predicate:
        """Turn the ``filter`` of an aggregate into a predicate."""
        return build_condition(self, condition)

    def output(self, sql_type: SqlType) -> OutputField:
        """Return a field for results of that type."""
        return field_for(sql_type)

    def subquery(self, queryset: Any, *, columns: str = "value") -> ResolvedQuery:
        """Place a queryset inside this query, its outer references resolved here."""
        return embed(self, queryset, columns)

    # What building needs beyond the protocol.

    def transformed(self, resolved: Resolved, name: str) -> Resolved:
        """Put a transform such as ``lower`` around a value; FieldError where its field has none of that name."""
        transform = resolved.get_transform(name)
        if transform is None:
            raise unsupported_lookup(resolved.output, name)
        return resolve(transform(resolved), self)

    def transformed_by(self, resolved: Resolved, names: Sequence[str], target: Target | None) -> Resolved:
        """Put transforms around a value that a whole path names; FieldError says what of the path is unknown."""
        for name in names:
            if target is not None and resolved.get_transform(name) is None:
                raise self._unknown_part(target, names[0])
            resolved = self.transformed(resolved, name)
        return resolved

    def _unknown_part(self, target: Target, name: str) -> FieldError:
        relation: Any = target.relation
        if relation is not None and getattr(relation, "path", None):
            return unknown_name(relation.path[-1].target, name, self._own_names())
        field: Any = target.output
        return FieldError(f"Cannot resolve keyword {name!r} into field. Join on '{field.name}' not permitted.")

    def _own_names(self) -> list[str]:
        query = self.query
        return [item.name for item in query.visible_annotations] + [item.name for item in query.relations]

    def place_queryset(self, queryset: Any) -> Resolved:
        """Place a queryset as a value: a subquery of one column."""
        found = self.subquery(queryset)
        if len(found.outputs) != 1:
            raise TypeError("Cannot use multi-field values querysets as filter values.")
        output = found.outputs[0]
        return Resolved(Subquery(found.query, output.sql_type), output)

    def resolve_annotation(self, expression: Any) -> Resolved:
        """Resolve what ``annotate()`` was given: an expression, or a condition as a boolean value."""
        return resolve(expression, self)

    def at(self, meta: Options, alias: str) -> QueryScope:
        """Return a scope for expressions written for a related model, whose table has that alias here."""
        return RelatedScope(self, meta, alias)

    def target_of(self, name: str) -> Target | None:
        """Return the target of a field path without following it; None for annotations and filtered relations."""
        query = self.query
        if query.annotations or query.relations:
            first = name.partition(SEPARATOR)[0]
            if query.annotation_before(name) is not None or any(item.name == first for item in query.relations):
                return None
        return resolve_path(query.meta, name)

    def find(self, name: str) -> tuple[Resolved, tuple[str, ...], Target | None]:
        """Find what a name begins with: the value, the names left over, and the target where it is a field path."""
        query = self.query
        if name in self.summaries:
            return self.summaries[name], (), None
        if query.annotations:
            found = query.annotation_before(name)
            if found is not None:
                annotation, left = found
                return Resolved(annotation.term, annotation.output), left, None
        if query.relations:
            through = find_filtered(self, name)
            if through is not None:
                return through
        try:
            target = resolve_path(query.meta, name)
        except FieldError:
            if query.annotations or query.relations:
                raise unknown_name(query.meta, name.partition(SEPARATOR)[0], self._own_names()) from None
            raise
        return self.value_of(target), target.rest, target

    def value_of(self, target: Target) -> Resolved:
        """Give the column of a target, following its hops."""
        if target.base is not None:
            return target.base
        return target.resolved(self.follow(target.path))

    def follow(self, path: Path, parent: str | None = None) -> str:
        """Take the hops, sharing joins where that is right, and return the alias of the last table."""
        alias = self.query.meta.db_table if parent is None else parent
        if path and not self.allows_joins:
            raise FieldError("Joined field references are not permitted in this query")
        for hop in path:
            alias = self._share(alias, hop) or self.join(alias, hop)
        return alias

    def _share(self, parent: str, hop: Any) -> str | None:
        # Where a relation was joined several times, the last one counts, as in Django.
        for step in reversed(self.joins):
            if step.hop is hop and step.parent == parent and step.label is None and self.may_share(step):
                return step.alias
        return None

    def may_share(self, step: JoinStep) -> bool:
        """Tell whether what is asked for next may speak of the row that a join found."""
        return not step.hop.is_many or self.reusable is None or step.alias in self.reusable

    def join(self, parent: str, hop: Any, condition: Predicate | None = None, label: str | None = None) -> str:
        """Take one hop to a new alias: the table's name if it is free, else ``T`` and a number."""
        taken = {step.alias for step in self.joins}
        taken.add(self.query.meta.db_table)
        alias: str = hop.target.db_table
        if label is not None:
            alias = label
        if alias in taken:
            number = len(taken) + 1
            while (alias := f"T{number}") in taken:
                number += 1
        self.joins = (*self.joins, JoinStep(alias, parent, hop, condition, label))
        if self.reusable is not None:
            self.reusable.add(alias)
        return alias

    def of_join(self, reusable: set[str] | None) -> QueryScope:
        """Return the scope of the condition of a join, with the joins so far; no name in it makes a subquery."""
        scope = QueryScope(self.query, reusable)
        scope.joins = self.joins
        scope.splits = False
        return scope


class RelatedScope(QueryScope):
    """A scope whose names begin at a related table, adding its joins to the scope of the whole query."""

    __slots__ = ("alias", "meta", "whole")

    def __init__(self, whole: QueryScope, meta: Options, alias: str) -> None:
        super().__init__(whole.query, whole.reusable)
        self.whole = whole
        self.meta = meta
        self.alias = alias

    def find(self, name: str) -> tuple[Resolved, tuple[str, ...], Target | None]:
        """Find a field path of the related model."""
        target = resolve_path(self.meta, name)
        return self.value_of(target), target.rest, target

    def target_of(self, name: str) -> Target | None:
        """Return the target of a field path of the related model."""
        return resolve_path(self.meta, name)

    def value_of(self, target: Target) -> Resolved:
        """Give the column of a target, beginning at the related table."""
        return target.resolved(self.whole.follow(target.path, self.alias))


def save_scope(meta: Options) -> QueryScope:
    """Return the scope of expressions assigned to attributes: the columns of the model's own table."""
    return QueryScope(Query(meta), allows_joins=False)


def bare_column(field: Any) -> Column:
    """Return a field's column without a table, as RETURNING and CHECK want it."""
    return Column("", field.column, field.sql_type)
