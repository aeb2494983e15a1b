"""Find out which constraint of which model an ``IntegrityError`` is about, and say it as validation would.

PostgreSQL names the constraint and the table, SQLite the columns, or the text of a check. What neither says is found by
the names that the schema gives.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from aorm.exceptions import NON_FIELD_ERRORS, IntegrityError, ValidationError
from aorm.mapping.naming import foreign_key_name, implicit_name, index_name, split_identifier
from aorm.mapping.references import referenced_fields
from aorm.mapping.registry import current_apps
from aorm.mapping.unique_constraint import UniqueConstraint
from aorm.models.validation import unique_error
from aorm.validators import MinValueValidator

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

UNIQUE, CHECK, NOT_NULL, FOREIGN_KEY, OTHER = "unique", "check", "not null", "foreign key", "other"
BY_SQLSTATE = {"23505": UNIQUE, "23514": CHECK, "23502": NOT_NULL, "23503": FOREIGN_KEY}

_DETAIL = re.compile(r"\((?P<columns>.+?)\)=\((?P<values>.*)\)", re.DOTALL)
_NAME = re.compile(r'"((?:[^"]|"")+)"|([^,\s]+)')
_QUOTED = re.compile(r'"((?:[^"]|"")+)"')


class Known(NamedTuple):
    """One constraint that a model's table has.

    Attributes:
        names: what a database may call it.
        kind: what it demands.
        fields: the fields that it is about.
        declared: the constraint of ``Meta``, where it is one.
    """

    names: tuple[str, ...]
    kind: str
    fields: tuple[str, ...]
    declared: Any = None


class ConstraintViolation(NamedTuple):
    """A constraint that was violated, and the model whose table has it."""

    model: Any
    known: Known

    @property
    def constraint(self) -> str | None:
        """The constraint's name."""
        return self.known.names[0] if self.known.names else None

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the fields that it is about."""
        return self.known.fields

    def as_validation_error(self, error: IntegrityError) -> ValidationError:
        """Return the error that validation would have raised."""
        single = self._single_error(error)
        fields = self.fields
        declared = self.known.declared
        on_field = len(fields) == 1 and (declared is None or single.code == "unique")
        return ValidationError({fields[0] if on_field else NON_FIELD_ERRORS: [single]})

    def _single_error(self, error: IntegrityError) -> ValidationError:
        _, kind, names, declared = self.known
        model = self.model
        if declared is not None and not (isinstance(declared, UniqueConstraint) and declared.speaks_of_fields):
            violated: ValidationError = declared.violation()
            return violated
        if model is not None and names and kind == UNIQUE:
            return unique_error(None, model, names)
        field = model._meta.get_field(names[0]) if model is not None and len(names) == 1 else None
        if field is not None and kind == NOT_NULL:
            return ValidationError(field.error_messages["null"], code="null")
        if field is not None and kind == FOREIGN_KEY:
            return _foreign_key_error(field, error)
        if field is not None and kind == CHECK:
            return _column_check_error(field)
        return ValidationError(str(error))


def explain(error: IntegrityError) -> ConstraintViolation | None:
    """Return which constraint of which model the error is about; None where that cannot be told."""
    kind = BY_SQLSTATE.get(error.sqlstate or "", OTHER)
    facts = vars(error)
    name, table, column = facts.get("constraint"), facts.get("table"), facts.get("column")
    models = list(_models_of(table))
    if name is not None:
        for model in models:
            for known in constraints_of_table(model):
                if name in known.names:
                    return ConstraintViolation(model, known)
        if table is None:
            return _by_text_of_check(models, name)
    if table is None:
        return None
    columns = (column,) if column else _columns_of_detail(facts.get("detail"))
    readings: tuple[tuple[str, Sequence[str]], ...] = facts.get("readings", ((table, columns),))
    found = [(model, names) for place, names in readings for model in _models_of(place)]
    if not found:
        return None
    # Where a message may mean several tables, it means the one that has such columns.
    model, names = next((reading for reading in found if _has_columns(*reading)), found[0])
    return _by_columns(model, kind, names, name)


def _has_columns(model: Any, names: Iterable[str]) -> bool:
    return {field.column for field in model._meta.local_concrete_fields}.issuperset(names)


def _models_of(table: str | None) -> Iterator[Any]:
    """Yield the models with that table, all where it is not known; of several for one table, a managed one first."""
    models = [model for model in current_apps().get_models(include_auto_created=True) if not model._meta.proxy]
    for model in sorted(models, key=lambda model: not model._meta.managed):
        if table is None or split_identifier(model._meta.db_table)[1] == table:
            yield model


def constraints_of_table(model: Any) -> Iterator[Known]:
    """Yield the constraints that the schema gives to a model's table, each with the names it may have."""
    meta = model._meta
    table = split_identifier(meta.db_table)[1]
    for constraint in meta.constraints:
        yield Known((constraint.name,), _kind_of(constraint), _fields_of(meta, constraint), constraint)
    for names in meta.unique_together:
        columns = [meta.get_field(name).column for name in names]
        yield Known((index_name(meta.db_table, columns, "_uniq"),), UNIQUE, tuple(names))
    yield Known((implicit_name(table, "", "pkey"),), UNIQUE, tuple(field.name for field in meta.pk_fields))
    for field in meta.local_concrete_fields:
        column, names = field.column, (field.name,)
        if field.unique and not field.primary_key:
            # The second name is that of a field that one of Django's migrations made unique.
            known_as = (implicit_name(table, column, "key"), index_name(meta.db_table, [column], "_uniq"))
            yield Known(known_as, UNIQUE, names)
        if field.get_internal_type().startswith("Positive"):
            yield Known((implicit_name(table, column, "check"),), CHECK, names)
        if field.remote_field is not None and getattr(field, "db_constraint", False):
            target = field.target_field
            name = foreign_key_name(meta.db_table, column, target.model._meta.db_table, target.column)
            yield Known((name,), FOREIGN_KEY, names)


def _kind_of(constraint: Any) -> str:
    return UNIQUE if isinstance(constraint, UniqueConstraint) else OTHER


def _fields_of(meta: Any, constraint: Any) -> tuple[str, ...]:
    """Return the fields that a constraint is about: those it names, else those in its expressions."""
    if getattr(constraint, "fields", ()):
        return tuple(constraint.fields)
    expressions = getattr(constraint, "expressions", None) or [getattr(constraint, "condition", None)]
    described = [item[0] if isinstance(item, (list, tuple)) else item for item in expressions]
    found: dict[str, None] = {}
    for item in described:
        if isinstance(item, str):
            found[item] = None
        else:
            found.update(dict.fromkeys(field.name for field in referenced_fields(meta, item)))
    return tuple(found)


def _by_columns(model: Any, kind: str, columns: Sequence[str], name: str | None) -> ConstraintViolation:
    """Find a constraint by its columns: one that holds for all rows before one that holds for some."""
    meta = model._meta
    by_column = {field.column: field.name for field in meta.local_concrete_fields}
    fields = tuple(by_column[column] for column in columns if column in by_column)
    if kind in (UNIQUE, FOREIGN_KEY):
        candidates = [known for known in constraints_of_table(model) if known.kind == kind]
        candidates.sort(key=lambda known: getattr(known.declared, "condition", None) is not None)
        for known in candidates:
            if fields and set(known.fields) == set(fields) and not getattr(known.declared, "expressions", ()):
                # A database that names the columns only has no name for a constraint that the model gives none.
                names = known.names if known.declared is not None or known.kind == FOREIGN_KEY else ()
                return ConstraintViolation(model, known._replace(names=(name,) if name else names))
    return ConstraintViolation(model, Known((name,) if name else (), kind, fields))


def _by_text_of_check(models: list[Any], text: str) -> ConstraintViolation | None:
    """Find the nameless check of a column by what SQLite calls it.

    That is its text, or of a text that begins with a quoted name, such as ``"pages" >= 0``, the name alone. The model
    is known only where no other has such a column; the field's name, where all call it the same.
    """
    quoted = _QUOTED.search(text)
    name = text if quoted is None else quoted[1].replace('""', '"')
    found = [(model, field) for model in models for field in model._meta.local_concrete_fields if field.column == name]
    checked = [(model, field) for model, field in found if _has_column_check(field)]
    names = {field.name for _, field in checked}
    if len(names) != 1:
        return None
    return ConstraintViolation(checked[0][0] if len(checked) == 1 else None, Known((), CHECK, tuple(names)))


def _has_column_check(field: Any) -> bool:
    kind = field.get_internal_type()
    return bool(kind.startswith("Positive") or kind == "JSONField")


def _columns_of_detail(detail: str | None) -> tuple[str, ...]:
    """Return the columns of ``Key (a, "b, c")=(1, 2) already exists.``"""
    found = _DETAIL.search(detail or "")
    names = () if found is None else _NAME.findall(found["columns"])
    return tuple(quoted.replace('""', '"') or plain for quoted, plain in names)


def _foreign_key_error(field: Any, error: IntegrityError) -> ValidationError:
    """Say that a row is not there, or that it is still wanted, whichever PostgreSQL says."""
    related = field.remote_field.model._meta
    if str(error).startswith("update or delete"):
        text = "This %(model)s is still referred to by %(owner)s."
        params = {"model": related.verbose_name, "owner": field.model._meta.verbose_name_plural}
        return ValidationError(text, code="protected", params=params)
    detail = _DETAIL.search(error.detail or "")
    name = field.target_field.name
    if detail is None:
        return ValidationError("This %(model)s does not exist.", code="invalid", params={"model": related.verbose_name})
    try:
        value = field.target_field.to_python(detail["values"])
    except ValidationError:
        value = detail["values"]
    params = {"model": related.verbose_name, "pk": value, "field": name, "value": value}
    return ValidationError(field.error_messages["invalid"], code="invalid", params=params)


def _column_check_error(field: Any) -> ValidationError:
    if field.get_internal_type().startswith("Positive"):
        return ValidationError(MinValueValidator.message, code=MinValueValidator.code, params={"limit_value": 0})
    return ValidationError(field.error_messages["invalid"], code="invalid", params={"value": None})


IntegrityError.explain = explain
