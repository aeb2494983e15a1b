"""The dialect of PostgreSQL 15 and later."""

from __future__ import annotations

from dataclasses import replace

from aorm.dialects.base.dialect import Dialect
from aorm.dialects.base.features import Features
from aorm.dialects.postgresql.catalog import CATALOG
from aorm.dialects.postgresql.definitions import PostgreSQLDefinitions
from aorm.dialects.postgresql.expressions import PostgreSQLExpressions
from aorm.dialects.postgresql.json import PostgreSQLJSON
from aorm.dialects.postgresql.predicates import PostgreSQLPredicates
from aorm.dialects.postgresql.sessions import SESSIONS
from aorm.dialects.postgresql.statements import PostgreSQLStatements
from aorm.dialects.postgresql.temporal import PostgreSQLTemporal
from aorm.dialects.postgresql.types import ADAPTERS, PostgreSQLTypes

FEATURES = Features(
    database="PostgreSQL",
    has_select_for_update=True,
    has_select_for_update_nowait=True,
    has_select_for_update_skip_locked=True,
    has_select_for_update_of=True,
    has_select_for_no_key_update=True,
    allows_group_by_selected_pks=True,
    can_distinct_on_fields=True,
    nulls_order_largest=True,
    greatest_least_ignores_nulls=True,
    supports_frame_range_fixed_distance=False,
    only_supports_unbounded_with_preceding_and_following=True,
    has_native_json_field=True,
    has_native_uuid_field=True,
    has_native_boolean_field=True,
    has_native_duration_field=True,
    has_native_arrays=True,
    supports_covering_indexes=True,
    supports_index_methods=True,
    supports_deferrable_unique_constraints=True,
    supports_nulls_distinct_unique_constraints=True,
    supports_exclusion_constraints=True,
    can_rename_index=True,
    supports_comments=True,
    supports_operator_classes=True,
    checks_reference_targets=True,
    supports_tablespaces=True,
    supports_drop_cascade=True,
    can_drop_tables_together=True,
    supported_explain_formats=frozenset({"JSON", "TEXT", "XML", "YAML"}),
    explain_options=frozenset(
        {
            "ANALYZE",
            "BUFFERS",
            "COSTS",
            "GENERIC_PLAN",
            "MEMORY",
            "SERIALIZE",
            "SETTINGS",
            "SUMMARY",
            "TIMING",
            "VERBOSE",
            "WAL",
        }
    ),
    # asyncpg counts parameters in a signed 16-bit number.
    max_query_params=32767,
    max_name_length=63,
)


class PostgreSQLWriter(
    PostgreSQLStatements,
    PostgreSQLPredicates,
    PostgreSQLExpressions,
    PostgreSQLJSON,
    PostgreSQLTemporal,
    PostgreSQLDefinitions,
):
    """Everything that is rendered, as PostgreSQL wants it."""


class PostgreSQLDialect(Dialect):
    """PostgreSQL's way of spelling SQL, with ``$1`` for parameters."""

    name = "PostgreSQL"
    vendor = "postgresql"
    numbers_placeholders = True
    sessions = SESSIONS
    catalog = CATALOG
    adapters = ADAPTERS

    def __init__(self, features: Features = FEATURES) -> None:
        """Make the dialect, by default with what every supported version of the server can do."""
        super().__init__(features, PostgreSQLTypes(), PostgreSQLWriter)

    def for_server(self, version: int) -> PostgreSQLDialect:
        """Return the dialect for the server's ``server_version_num``, such as 180000."""
        can_compute = version >= 180000
        name = f"PostgreSQL {version // 10000}"
        return PostgreSQLDialect(replace(self.features, database=name, supports_virtual_generated_columns=can_compute))


DIALECT = PostgreSQLDialect()
