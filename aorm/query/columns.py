"""Choose what a SELECT selects, and note where each value goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aorm.exceptions import FieldError
from aorm.query.filtered_joins import follow_filtered
from aorm.query.filtered_relation import FilteredAttachment
from aorm.query.layout import ModelLayout, ValueSlot
from aorm.query.masks import Mask, make_mask
from aorm.query.resolving import SEPARATOR
from aorm.sql.tables import Column
from aorm.sql.values import Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aorm.mapping.options import Options
    from aorm.query.scope import QueryScope
    from aorm.query.state import Annotation, FilteredRelationState, Query
    from aorm.sql.node import Term

# How deep select_related() without names follows foreign keys, as in Django.
MAX_DEPTH = 5


class ColumnPicker:
    """Gather the columns of one query; joins for them go to its scope."""

    def __init__(self, scope: QueryScope) -> None:
        self.scope = scope
        self.terms: list[Term] = []
        self.keys: list[Term] = []

    def pick_model(self, query: Query) -> ModelLayout:
        """Select the model's fields, those of related models, and the annotations."""
        mask = make_mask(query.meta, query.deferral, query.relations)
        layout = self._pick_instance(query.meta, query.alias, mask, query.meta.model)
        # Annotations of a queryset stand behind the model's own fields, before related ones, as Django selects them.
        layout.annotations = [self.pick_annotation(item) for item in query.visible_annotations]
        if query.related is not None:
            tree = None if query.related is True else dict(query.related)
            layout.related = list(self._pick_related(query.meta, query.alias, mask, tree, 1))
        return layout

    def pick_values(self, query: Query) -> list[ValueSlot]:
        """Select what ``values()`` named."""
        return [self.pick_annotation(item) for item in query.selected]

    def pick_annotation(self, item: Annotation) -> ValueSlot:
        """Select a named term."""
        return ValueSlot(item.name, self.pick(item.term), item.term, item.output)

    def pick(self, term: Term) -> int:
        """Select a term and return its position; a row of terms takes as many positions."""
        position = len(self.terms)
        if isinstance(term, Row):
            self.terms.extend(term.terms)
        else:
            self.terms.append(term)
        return position

    def _pick_instance(self, meta: Options, alias: str, mask: Mask, model: Any) -> ModelLayout:
        slots: list[ValueSlot] = []
        is_complete = True
        keys_of_model = meta.pk_fields
        aliases: dict[Any, str] = {}
        for field in meta.concrete_fields:
            if not mask.loads(field, keys_of_model):
                is_complete = False
                continue
            column = self._column(meta, alias, field, aliases)
            slots.append(ValueSlot(field.attname, self.pick(column), column, field))
        by_name = {slot.name: slot.position for slot in slots}
        keys = tuple(by_name[field.attname] for field in meta.pk_fields)
        self.keys.extend(self.terms[position] for position in keys)
        for parent_alias, parent in ((found, owner) for owner, found in aliases.items()):
            self.keys.extend(Column(parent_alias, field.column, field.sql_type) for field in parent._meta.pk_fields)
        return ModelLayout(model, slots, is_complete, keys)

    def _column(self, meta: Options, alias: str, field: Any, aliases: dict[Any, str]) -> Column:
        owner = field.model._meta.concrete_model
        if owner is not meta.concrete_model:
            if owner not in aliases:
                aliases[owner] = self.scope.follow(meta.path_to_parent(owner), alias)
            alias = aliases[owner]
        return Column(alias, field.column, field.sql_type)

    def _pick_related(
        self, meta: Options, alias: str, mask: Mask, tree: dict[str, Any] | None, depth: int
    ) -> Iterator[ModelLayout]:
        if tree is None:
            if depth > MAX_DEPTH:
                return
            names = [field.name for field in meta.fields if _is_followed_by_default(field)]
        else:
            # Filtered relations begin at the model of the query only.
            known = {item.name: item for item in self.scope.query.relations}
            filtered = known if depth == 1 else {}
            _refuse_unknown(meta, tree, filtered, known)
            names = [name for name in tree if name not in filtered]
            for name in tree.keys() & filtered.keys():
                yield self._pick_filtered(filtered[name], mask.below(name), dict(tree[name]))
        for name in names:
            relation = meta.find_field(name)
            mask.refuse_traversal(meta, relation)
            owner = relation.model._meta.concrete_model
            start = alias
            if owner is not meta.concrete_model:
                start = self.scope.follow(meta.path_to_parent(owner), alias)
            related_alias = self.scope.follow(relation.path, start)
            related_meta = relation.path[-1].target
            below = mask.below(name)
            layout = self._pick_instance(related_meta, related_alias, below, relation.related_model)
            layout.attach = relation
            subtree = None if tree is None else dict(tree[name])
            if subtree is None or subtree:
                layout.related = list(self._pick_related(related_meta, related_alias, below, subtree, depth + 1))
            yield layout

    def _pick_filtered(self, state: FilteredRelationState, mask: Mask, tree: dict[str, Any]) -> ModelLayout:
        _, relation, alias = follow_filtered(self.scope, state)
        meta = relation.path[-1].target
        layout = self._pick_instance(meta, alias, mask, relation.related_model)
        is_direct = SEPARATOR not in state.relation
        layout.attach = FilteredAttachment(state.name, relation, is_direct)
        layout.related = list(self._pick_related(meta, alias, mask, tree, 2)) if tree else []
        return layout


def _is_followed_by_default(field: Any) -> bool:
    return bool(
        field.is_relation and field.many_to_one | field.one_to_one and not field.null and not field.many_to_many
    )


def _is_selectable(field: Any) -> bool:
    return bool(field is not None and field.is_relation and (field.many_to_one or field.one_to_one) and field.path)


def _refuse_unknown(meta: Options, tree: dict[str, Any], filtered: Iterable[str], known: Iterable[str]) -> None:
    invalid = [name for name in tree if name not in filtered and not _is_selectable(meta.find_field(name))]
    if not invalid:
        return
    choices = [field.name for field in meta.fields if field.is_relation]
    choices.extend(
        field.name for field in meta.related_objects if _is_selectable(field) and not getattr(field, "hidden", False)
    )
    choices.extend(known)
    name = invalid[0]
    field = meta.find_field(name)
    if field is not None and not field.is_relation:
        raise FieldError(
            f"Non-relational field given in select_related: '{name}'. Choices are: {', '.join(choices) or '(none)'}"
        )
    raise FieldError(
        f"Invalid field name(s) given in select_related: {', '.join(repr(item) for item in invalid)}. "
        f"Choices are: {', '.join(choices) or '(none)'}"
    )
