"""The dialect of SQLite 3.37 and later."""

from __future__ import annotations

from aorm.dialects.base.dialect import Dialect
from aorm.dialects.base.features import Features
from aorm.dialects.sqlite.catalog import CATALOG
from aorm.dialects.sqlite.definitions import SQLiteDefinitions
from aorm.dialects.sqlite.expressions import SQLiteExpressions
from aorm.dialects.sqlite.json import SQLiteJSON
from aorm.dialects.sqlite.predicates import SQLitePredicates
from aorm.dialects.sqlite.registration import FUNCTIONS
from aorm.dialects.sqlite.sessions import SESSIONS
from aorm.dialects.sqlite.statements import SQLiteStatements
from aorm.dialects.sqlite.temporal import SQLiteTemporal
from aorm.dialects.sqlite.types import ADAPTERS, SQLiteTypes

FEATURES = Features(
    database="SQLite",
    supports_default_keyword_in_insert=False,
    supports_default_keyword_in_bulk_insert=False,
    requires_literal_defaults=True,
    supports_parentheses_in_compound=False,
    order_by_nulls_first=True,
    has_case_insensitive_like=True,
    supports_aggregate_order_by_clause=False,
    supports_aggregate_distinct_multiple_argument=False,
    supports_json_field_contains=False,
    supports_timezones=False,
    time_cast_precision=3,
    supports_alter_table_constraints=False,
    can_create_inline_fk=False,
    # The limit of SQLite as it is delivered; a build may have a higher one.
    max_query_params=32766,
)


class SQLiteWriter(
    SQLiteStatements,
    SQLitePredicates,
    SQLiteExpressions,
    SQLiteJSON,
    SQLiteTemporal,
    SQLiteDefinitions,
):
    """Everything that is rendered, as SQLite wants it."""


class SQLiteDialect(Dialect):
    """SQLite's way of spelling SQL, with ``?`` for parameters."""

    name = "SQLite"
    vendor = "sqlite"
    numbers_placeholders = False
    sessions = SESSIONS
    catalog = CATALOG
    functions = FUNCTIONS
    adapters = ADAPTERS

    def __init__(self, features: Features = FEATURES) -> None:
        """Make the dialect."""
        super().__init__(features, SQLiteTypes(), SQLiteWriter)


DIALECT = SQLiteDialect()
